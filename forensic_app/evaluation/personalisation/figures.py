"""Tables, plots and contact sheets of a personalisation's evaluation, as PNG files.

Rules:
    * Contact sheets show the people of the folder: they go to the folder that the examiner named, nowhere
      else.
    * A figure that is there already is replaced: an evaluation that goes on ends with one set of figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forensic_app.evaluation.drawing import new_figure, save_figure, write_sheet
from forensic_app.evaluation.measures.words import PERSONAL, SECONDS_PER_STEP
from forensic_app.evaluation.personalisation.arms import Arm
from forensic_app.evaluation.personalisation.series import ArmSeries

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLE = "table.png"
MEASURE_PLOT = "measures_by_arm.png"
TRADE_PLOT = "identity_against_age.png"


def write_figures(
    out_dir: Path,
    result: Mapping[str, Any],
    arms: Sequence[Arm],
    series: Mapping[str, Sequence[ArmSeries]],
    names: Sequence[str],
) -> None:
    """Write the table, the plots and one contact sheet for each arm.

    Args:
        out_dir: Existing folder.
        result: What the evaluation returns.
        arms: In order.
        series: Of each arm, one for each person.
        names: Of the people.
    """
    save_figure(_table_figure(result), out_dir / TABLE)
    save_figure(_measure_figure(result), out_dir / MEASURE_PLOT)
    save_figure(_trade_figure(result), out_dir / TRADE_PLOT)
    for arm in arms:
        _write_sheet(out_dir / f"sheet_{arm.name}.png", arm, series[arm.name], names, result)


def _write_sheet(
    path: Path, arm: Arm, series: Sequence[ArmSeries], names: Sequence[str], result: Mapping[str, Any]
) -> None:
    """Write one row for each input of each person, one column for each target age."""
    rows = [
        [(crop, f"{name} {age:.0f}y {scores.max():.2f}") for crop, age, scores in zip(*of_input, strict=True)]
        for made, name in zip(series, names, strict=True)
        for of_input in zip(made.crops, made.ages_raw, made.kept_scores, strict=True)
    ]
    path.unlink(missing_ok=True)
    maker = result["maker"]
    write_sheet(
        path,
        [f"target {age:g}" for age in result["target_ages"]],
        rows,
        caption=f"evaluation of personalisation: {arm.words}",
        system=f"Forensic App, {maker['engine']} engine, model pack {maker['pack']}",
        version=f"engine {maker['engine_version']}, pack {maker['pack_version']}",
    )


def _table_figure(result: Mapping[str, Any]) -> Figure:
    arms = result["arms"]
    figure = new_figure(11.0, 0.8 + 0.35 * len(arms))
    axes = figure.add_subplot()
    axes.set_axis_off()
    rows = [
        [
            *(each.cell(summary) for each in PERSONAL.values()),
            SECONDS_PER_STEP.of(summary),
        ]
        for summary in arms.values()
    ]
    table = axes.table(
        cellText=rows,
        rowLabels=[summary["words"] for summary in arms.values()],
        colLabels=[*(each.title for each in PERSONAL.values()), SECONDS_PER_STEP.title],
        loc="center",
    )
    table.auto_set_font_size(False)
    table.set_fontsize(7)
    axes.set_title(f"{result['n_people']} people, 95 % intervals over people", fontsize=9)
    return figure


def _measure_figure(result: Mapping[str, Any]) -> Figure:
    arms = result["arms"]
    words = [summary["words"] for summary in arms.values()]
    figure = new_figure(12.0, 1.2 + 0.35 * len(arms))
    for place, measure in enumerate(PERSONAL.values()):
        axes = figure.add_subplot(1, len(PERSONAL), place + 1)
        values = np.array([summary[measure.key] for summary in arms.values()])
        ends = np.array([summary["intervals"][measure.key] for summary in arms.values()])
        errors = np.abs(ends.T - values)
        axes.errorbar(values, range(len(arms)), xerr=errors, fmt="o", capsize=3)
        axes.set_yticks(range(len(arms)), words if place == 0 else [""] * len(arms), fontsize=8)
        axes.invert_yaxis()
        axes.set_title(measure.title, fontsize=9)
        axes.grid(axis="x", alpha=0.3)
    return figure


def _trade_figure(result: Mapping[str, Any]) -> Figure:
    figure = new_figure(7.0, 5.0)
    axes = figure.add_subplot()
    for summary in result["arms"].values():
        axes.scatter(summary["age_mae"], summary["reference_id"], s=25)
        axes.annotate(summary["words"], (summary["age_mae"], summary["reference_id"]), fontsize=8)
    axes.set_xlabel(PERSONAL["age_mae"].axis)
    axes.set_ylabel(PERSONAL["reference_id"].axis)
    axes.set_title(f"Identity against age, {result['n_people']} people")
    axes.grid(alpha=0.3)
    return figure
