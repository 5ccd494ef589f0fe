"""Fit how hard a pack's edits are pushed, by age gap, on faces that training never saw.

Rules:
    * Each candidate weight makes every fitting face's series, held back by the identity guard as in a run; for each
      age gap the weight with the least cost is kept.
    * The cost of an image is its absolute age error in years (calibrated estimate) plus :data:`IDENTITY_YEARS` where
      its comparison score with the photograph misses the threshold at FMR 1 %; the rate is a choice, not a fact.
    * The guard asks for a little more than that threshold, since it looks at other landmarks than a measurement does.
    * Faces used here are named in the pack's ``fitting.txt`` and are not among those that ``evaluate pack`` measures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES
from forensic_app.evaluation.measures.age_error import AgeCalibration, read_calibration
from forensic_app.evaluation.pack.inputs import read_photo
from forensic_app.evaluation.series.protocols import Input, RawAge, measure_series, prepare_input
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.labelled_faces import LabelledFace

CANDIDATE_WEIGHTS = (2.75, 3.6)
"""The bundled pack's pictures grow stains and broken teeth above 4, though their age is read a little better there."""

GAP_KNOTS_YEARS = (-50.0, -30.0, -12.0, 12.0, 30.0, 50.0)
IDENTITY_YEARS = 20.0
FLOOR_MARGIN = 0.035
GRID_STEPS = 8

OnFit = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class FittedCosts:
    """What the candidate weights cost.

    Attributes:
        gaps: Age in the target caption minus the age that the edit starts from, shape ``(rows,)``, years.
        costs: Cost of each row under each weight, shape ``(weights, rows)``, years.
        weights: The candidates, rising.
    """

    gaps: NDArray[np.float64]
    costs: NDArray[np.float64]
    weights: tuple[float, ...]


def fit_editing(
    pack_path: Path,
    faces: Sequence[LabelledFace],
    analyser: FaceAnalyser,
    *,
    threshold: float,
    threads: int,
    on_progress: OnFit,
) -> dict[str, Any]:
    """Return the pack's ``editing``: gaps, shares of the default ``guidance_scale``, floor, and how they were found.

    Args:
        pack_path: The exported pack, still without ``editing``.
        faces: Fitting faces.
        analyser: Finds faces, embeds and estimates ages.
        threshold: Comparison score at an FMR of 1 % between different people.
        threads: CPU threads.
        on_progress: Called with the fraction done and words.
    """
    calibration = read_calibration(pack_path / "calibration.json")
    default = float(next(each.default for each in SCHEMA if each.name == "guidance_scale"))
    inputs = _inputs(pack_path, faces, analyser, threads)
    fitted = _measure(
        pack_path, inputs, analyser, calibration, threshold, threads=threads, on_progress=on_progress
    )
    best = best_weights(fitted)
    return {
        "gap_years": list(GAP_KNOTS_YEARS),
        "guidance_share": [round(weight / default, 4) for weight in best],
        "identity_floor": round(threshold + FLOOR_MARGIN, 4),
        "fitted_on": {
            "faces": len(inputs),
            "candidate_weights": list(fitted.weights),
            "identity_years": IDENTITY_YEARS,
            "threshold": round(threshold, 4),
            "weights_sha256": read_pack(pack_path).weights_sha256,
        },
    }


def best_weights(fitted: FittedCosts) -> list[float]:
    """Return the cheapest weight at each gap knot.

    A row counts at the two knots beside its gap, in proportion to its nearness; between two candidates the cost is
    taken as linear.
    """
    grid = np.linspace(fitted.weights[0], fitted.weights[-1], GRID_STEPS * (len(fitted.weights) - 1) + 1)
    costs = np.stack([np.interp(grid, fitted.weights, column) for column in fitted.costs.T], axis=1)
    best: list[float] = []
    for place in range(len(GAP_KNOTS_YEARS)):
        indicator = np.eye(len(GAP_KNOTS_YEARS))[place]
        nearness = np.interp(fitted.gaps, GAP_KNOTS_YEARS, indicator)
        if nearness.sum() == 0:
            best.append(best[-1] if best else float(grid[0]))
            continue
        best.append(float(grid[int(np.argmin(costs @ nearness))]))
    return best


def _inputs(
    pack_path: Path, faces: Sequence[LabelledFace], analyser: FaceAnalyser, threads: int
) -> list[Input]:
    from forensic_app.evaluation.series.aging_series import AgingSeriesMaker

    size_px = AgingSeriesMaker(pack_path, threads=threads).crop_size_px
    inputs = []
    for face in faces:
        photo = read_photo(face)
        item = None if photo is None else prepare_input(face, photo, analyser, size_px)
        inputs += [] if item is None else [item]
    return inputs


def _measure(
    pack_path: Path,
    inputs: Sequence[Input],
    analyser: FaceAnalyser,
    calibration: AgeCalibration,
    threshold: float,
    *,
    threads: int,
    on_progress: OnFit,
) -> FittedCosts:
    from forensic_app.evaluation.series.aging_series import AgingSeriesMaker

    targets = np.array(DEFAULT_TARGET_AGES)
    costs = []
    for place, weight in enumerate(CANDIDATE_WEIGHTS):
        maker = AgingSeriesMaker(
            pack_path,
            parameters={"guidance_scale": weight, "identity_floor": threshold + FLOOR_MARGIN},
            threads=threads,
        )
        rows = []
        for done, item in enumerate(inputs):
            share = (place + done / len(inputs)) / len(CANDIDATE_WEIGHTS)
            on_progress(share, f"Edit weight {weight:g}, face {done + 1} of {len(inputs)}")
            series = measure_series(item, maker, analyser, DEFAULT_TARGET_AGES)
            errors = np.abs(calibration.apply(series.measured.ages_years) - targets)
            rows.append(errors + IDENTITY_YEARS * (series.scores < threshold))
        costs.append(np.concatenate(rows))
    gaps = []
    for item in inputs:
        read = RawAge(analyser.name, item.age_years)
        start, named = maker.ages_in_captions(item.face.age_years, DEFAULT_TARGET_AGES, read)
        gaps.append(np.array(named) - start)
    return FittedCosts(np.concatenate(gaps), np.stack(costs), CANDIDATE_WEIGHTS)
