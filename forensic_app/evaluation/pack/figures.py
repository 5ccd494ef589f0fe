"""Contact sheet and plots of a pack's evaluation, as PNG files.

Rules:
    * A contact sheet shows faces of the folder that was evaluated: it goes to the folder that the examiner
      named and nowhere else.
    * Every plot says its N; every threshold is drawn where it was used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.drawing import new_figure, save_figure, write_sheet
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.pack.measurements import Measurements
from forensic_app.evaluation.pack.statistics import SMALL_GAP_YEARS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONTACT_SHEET = "contact_sheet.png"
AGE_PLOT = "age_by_target.png"
SECOND_AGE_PLOT = "age_by_target_second.png"
IDENTITY_PLOT = "identity_by_gap.png"
SCORE_PLOT = "score_distributions.png"
MOST_SHEET_ROWS = 24


def sheet_rows(people: int) -> list[int]:
    """Return which people a contact sheet shows: at most 24, spread evenly over all of them."""
    count = min(people, MOST_SHEET_ROWS)
    return [int(row) for row in np.unique(np.rint(np.linspace(0, people - 1, count)))]


def write_contact_sheet(
    path: Path,
    shown: Mapping[int, NDArray[np.uint8]],
    measured: Measurements,
    ages_calibrated: FloatArray,
    *,
    system: str,
    version: str,
) -> None:
    """Write one row for each person shown: the untouched crop, then the derived ones, with the band below.

    Below each derived crop stand the age read in it and its comparison score.

    Args:
        path: PNG file to write, which must not exist.
        shown: Derived crops ``(targets, size, size, 3)`` by the person's row in ``measured``.
        measured: Measurements of all people.
        ages_calibrated: Calibrated readings, ``(people, targets)``, years.
        system: Program and engine, for the metadata.
        version: Versions, for the metadata.

    Raises:
        FileExistsError: ``path`` is there already.
    """
    titles = ["untouched", *(f"target {age:g}" for age in measured.target_ages)]
    rows = []
    for row, series in shown.items():
        item = measured.inputs[row]
        texts = [f"{item.face.age_years:g} {item.face.sex.value} {item.face.group}"]
        texts += [
            f"reads {age:.0f}  score {score:.2f}"
            for age, score in zip(ages_calibrated[row], measured.scores[row], strict=True)
        ]
        rows.append(list(zip([item.crop, *series], texts, strict=True)))
    caption = f"evaluation of {system}: {len(shown)} of {len(measured.inputs)} people"
    write_sheet(path, titles, rows, caption=caption, system=system, version=version)


def write_plots(
    out_dir: Path,
    measured: Measurements,
    ages_calibrated: FloatArray,
    non_mated: FloatArray,
    threshold: float,
) -> list[str]:
    """Write the plots of age, identity and scores, and return their file names.

    Args:
        out_dir: Existing folder.
        measured: Measurements of all people.
        ages_calibrated: Calibrated readings, ``(people, targets)``, years.
        non_mated: Non-mated scores of the untouched photographs.
        threshold: Threshold that was set on them.
    """
    save_figure(_age_figure(measured, ages_calibrated), out_dir / AGE_PLOT)
    save_figure(_identity_figure(measured, threshold), out_dir / IDENTITY_PLOT)
    save_figure(_score_figure(measured, non_mated, threshold), out_dir / SCORE_PLOT)
    return [AGE_PLOT, IDENTITY_PLOT, SCORE_PLOT]


def write_second_plot(
    out_dir: Path, measured: Measurements, ages_calibrated: FloatArray, *, estimator: str
) -> None:
    """Write the plot of age for a second estimator's readings, ``(people, targets)``, years."""
    save_figure(
        _age_figure(measured, ages_calibrated, estimator=f"estimator {estimator}"), out_dir / SECOND_AGE_PLOT
    )


def _new_figure() -> tuple[Figure, Any]:
    figure = new_figure(7.0, 4.5)
    return figure, figure.add_subplot()


def _age_figure(
    measured: Measurements, ages_calibrated: FloatArray, *, estimator: str = "estimator"
) -> Figure:
    figure, axes = _new_figure()
    targets = measured.target_ages
    axes.boxplot(ages_calibrated, positions=targets, widths=4.0, manage_ticks=False)
    limits = [0.0, float(max(targets.max(), ages_calibrated.max())) + 5.0]
    axes.plot(limits, limits, linestyle="--", color="grey", label="target reached")
    axes.set_xlabel("target age (years)")
    axes.set_ylabel("age read in the derived image (years)")
    axes.set_title(f"Age read by the {estimator}, {len(measured.inputs)} people")
    axes.legend()
    return figure


def _identity_figure(measured: Measurements, threshold: float) -> Figure:
    figure, axes = _new_figure()
    gaps = measured.target_ages - measured.true_ages[:, None]
    axes.scatter(gaps.ravel(), measured.scores.ravel(), s=8, alpha=0.4)
    axes.axhline(threshold, color="black", label=f"threshold {threshold:.3f}")
    for edge in (-SMALL_GAP_YEARS, SMALL_GAP_YEARS):
        axes.axvline(edge, linestyle=":", color="grey")
    axes.set_xlabel("target age minus age in the photograph (years)")
    axes.set_ylabel("comparison score with the untouched photograph")
    axes.set_title(f"Comparison score by age gap, {gaps.size} derived images")
    axes.legend()
    return figure


def _score_figure(measured: Measurements, non_mated: FloatArray, threshold: float) -> Figure:
    figure, axes = _new_figure()
    edges = np.histogram_bin_edges(np.concatenate([non_mated, measured.scores.ravel()]), bins=60)
    axes.hist(non_mated, edges, density=True, alpha=0.6, label=f"non-mated, N = {non_mated.size}")
    axes.hist(
        measured.scores.ravel(), edges, density=True, alpha=0.6, label=f"derived, N = {measured.scores.size}"
    )
    axes.axvline(threshold, color="black", label=f"threshold {threshold:.3f}")
    axes.set_xlabel("comparison score")
    axes.set_ylabel("density")
    axes.set_title("Scores with the untouched photograph")
    axes.legend()
    return figure
