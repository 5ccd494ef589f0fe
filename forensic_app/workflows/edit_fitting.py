"""Fit how hard a pack's edits are pushed and whether they settle, by age gap, on faces that training never saw.

Rules:
    * Each candidate makes every fitting face's series, held back by the identity guard as in a run; for each
      age gap the one with the least cost is kept.
    * The cost of an image is its absolute age error in years (calibrated estimate), plus :data:`IDENTITY_YEARS` where
      its comparison score with the photograph misses the threshold at FMR 1 %, plus :data:`REALISM_YEARS` for each
      deviation by which it is more unlike real faces of its age than real faces are; the rates are choices, not facts.
    * The guard asks for a little more than that threshold, since it looks at other landmarks than a measurement does.
    * Faces used here are named in the pack's ``fitting.txt`` and are not among those that ``evaluate pack`` measures.
"""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES
from forensic_app.evaluation.measures.age_error import AgeCalibration, read_calibration
from forensic_app.evaluation.measures.crop_texture import FACE
from forensic_app.evaluation.measures.real_faces import RealFaces
from forensic_app.evaluation.pack.inputs import read_photo
from forensic_app.evaluation.series.protocols import Input, RawAge, measure_series, prepare_input
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.faces.registry import load_analyser

CANDIDATE_WEIGHTS = (2.25, 2.75)
"""Above 2.75 the bundled pack's pictures of smiling people from outside the training data have split teeth at 8 and
glasses at 62 more often, though their age is read a little better there: seen by eye, on few."""

CANDIDATE_STRENGTHS = (0.34,)
"""Of the second pass, as a share of the noise range: at this one mouths were mended and the likeness stayed. Without a
second pass (0) the cost was a little less on the fitting faces, and to the eye more mouths were broken."""

SETTLE_THRESHOLD = 1.0
"""Where both passes agree the first picture stays: taken whole, the second one is smoother than real faces are."""

GAP_KNOTS_YEARS = (-50.0, -30.0, -12.0, 12.0, 30.0, 50.0)
IDENTITY_YEARS = 20.0
REALISM_YEARS = 3.0
FLOOR_MARGIN = 0.035
GRID_STEPS = 8

OnFit = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class FittedCosts:
    """What the candidate weights cost.

    Attributes:
        gaps: Age in the target caption minus the age that the edit starts from, shape ``(rows,)``, years.
        costs: Cost of each row under each strength of the second pass and each weight, shape ``(strengths, weights,
            rows)``, years.
        weights: The candidates, rising.
        strengths: Candidates of the second pass's strength.
    """

    gaps: NDArray[np.float64]
    costs: NDArray[np.float64]
    weights: tuple[float, ...]
    strengths: tuple[float, ...]


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
    best = best_edits(fitted)
    return {
        "gap_years": list(GAP_KNOTS_YEARS),
        "guidance_share": [round(weight / default, 4) for weight, _ in best],
        "settle": [strength for _, strength in best],
        "settle_threshold": [SETTLE_THRESHOLD] * len(best),
        "identity_floor": round(threshold + FLOOR_MARGIN, 4),
        "fitted_on": {
            "faces": len(inputs),
            "candidate_weights": list(fitted.weights),
            "candidate_strengths": list(fitted.strengths),
            "identity_years": IDENTITY_YEARS,
            "realism_years": REALISM_YEARS,
            "threshold": round(threshold, 4),
            "weights_sha256": read_pack(pack_path).weights_sha256,
        },
    }


def best_edits(fitted: FittedCosts) -> list[tuple[float, float]]:
    """Return the cheapest weight and strength of the second pass at each gap knot.

    A row counts at the two knots beside its gap, in proportion to its nearness; between two candidate weights the cost
    is taken as linear.
    """
    grid = np.linspace(fitted.weights[0], fitted.weights[-1], GRID_STEPS * (len(fitted.weights) - 1) + 1)
    costs = np.stack(
        [
            np.stack([np.interp(grid, fitted.weights, column) for column in each.T], axis=1)
            for each in fitted.costs
        ]
    )
    best: list[tuple[float, float]] = []
    for place in range(len(GAP_KNOTS_YEARS)):
        indicator = np.eye(len(GAP_KNOTS_YEARS))[place]
        nearness = np.interp(fitted.gaps, GAP_KNOTS_YEARS, indicator)
        if nearness.sum() == 0:
            best.append(best[-1] if best else (float(grid[0]), fitted.strengths[0]))
            continue
        strength, weight = np.unravel_index(int(np.argmin(costs @ nearness)), costs.shape[:2])
        best.append((float(grid[weight]), fitted.strengths[int(strength)]))
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
    """Return what every candidate costs; several threads share the candidates, a process of one thread for each."""
    from forensic_app.evaluation.series.aging_series import AgingSeriesMaker

    tried = list(itertools.product(CANDIDATE_STRENGTHS, CANDIDATE_WEIGHTS))
    tasks = [
        (pack_path, inputs, analyser.name, calibration, threshold, strength, weight)
        for strength, weight in tried
    ]
    costs: list[NDArray[np.float64]] = []
    with ProcessPoolExecutor(
        min(threads, len(tried)), mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        for done, found in enumerate(pool.map(candidate_costs, *zip(*tasks, strict=True)), start=1):
            strength, weight = tried[done - 1]
            on_progress(done / len(tried), f"Edit weight {weight:g}, second pass {strength:g}")
            costs.append(found)
    maker = AgingSeriesMaker(pack_path, threads=threads)
    gaps = []
    for item in inputs:
        read = RawAge(analyser.name, item.age_years)
        start, named = maker.ages_in_captions(item.face.age_years, DEFAULT_TARGET_AGES, read)
        gaps.append(np.array(named) - start)
    shape = (len(CANDIDATE_STRENGTHS), len(CANDIDATE_WEIGHTS), -1)
    return FittedCosts(
        np.concatenate(gaps), np.stack(costs).reshape(shape), CANDIDATE_WEIGHTS, CANDIDATE_STRENGTHS
    )


def candidate_costs(
    pack_path: Path,
    inputs: Sequence[Input],
    analyser_name: str,
    calibration: AgeCalibration,
    threshold: float,
    strength: float,
    weight: float,
) -> NDArray[np.float64]:
    """Return the cost of each picture under one candidate, ``(faces * targets,)``, years; on one thread.

    Args:
        pack_path: The pack.
        inputs: Fitting faces.
        analyser_name: Reads ages and compares.
        calibration: Of its ages.
        threshold: Comparison score at an FMR of 1 %.
        strength: Of the second pass.
        weight: Edit weight.
    """
    from forensic_app.evaluation.series.aging_series import AgingSeriesMaker

    targets = np.array(DEFAULT_TARGET_AGES)
    real, analyser = RealFaces.read(), load_analyser(analyser_name)
    maker = AgingSeriesMaker(
        pack_path,
        parameters={
            "guidance_scale": weight,
            "settle": strength,
            "settle_threshold": SETTLE_THRESHOLD,
            "identity_floor": threshold + FLOOR_MARGIN,
        },
        threads=1,
    )
    costs = []
    for item in inputs:
        series = measure_series(item, maker, analyser, DEFAULT_TARGET_AGES)
        errors = np.abs(calibration.apply(series.measured.ages_years) - targets)
        unlike = np.maximum(real.unlikeness(series.crops, DEFAULT_TARGET_AGES)[FACE], 0.0)
        costs.append(errors + IDENTITY_YEARS * (series.scores < threshold) + REALISM_YEARS * unlike)
    return np.concatenate(costs)
