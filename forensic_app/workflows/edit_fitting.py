"""Fit how hard a pack's edits are pushed and whether they settle, by age gap, on faces that training never saw.

Rules:
    * Each candidate makes every fitting face's series, held back by the identity guard as in a run; for each
      age gap the one with the least cost is kept.
    * The cost of an image is its absolute age error in years (calibrated estimate), plus :data:`IDENTITY_YEARS` where
      its comparison score with the photograph misses the threshold at FMR 1 %, plus :data:`REALISM_YEARS` times the
      square of the deviations by which its face is more unlike real faces of its age than the photograph is of its own,
      and as much for its mouth: one broken picture costs more than many that are a little off. The rates are choices,
      not facts.
    * How much of a push eyes and mouth get is not fitted: it was chosen by looking (:data:`EYES_SHARES`).
    * Faces used here are named in the pack's ``fitting.txt`` and are not among those that ``evaluate pack`` measures.
"""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.aging.schema import CHILD_TO_YEARS, GROWN_FROM_YEARS, SCHEMA
from forensic_app.engines.packs.pack import Pack, read_pack, write_manifest
from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.age_error import AgeCalibration, read_calibration
from forensic_app.evaluation.measures.crop_texture import FACE, MOUTH
from forensic_app.evaluation.measures.real_faces import RealFaces
from forensic_app.evaluation.pack.inputs import read_held_out, read_photo
from forensic_app.evaluation.series.protocols import Input, RawAge, SeriesMaker, measure_series, prepare_input
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.faces.registry import load_analyser
from forensic_app.workflows.training_faces import FITTING_NAME, faces_threshold, kept_by

CANDIDATE_WEIGHTS = (3.0, 4.0)
"""What they cost between is taken as linear."""

CANDIDATE_STRENGTHS = (0.34,)
"""Of the second pass, as a share of the noise range: at this one mouths were mended and the likeness stayed. Without a
second pass (0) the cost was a little less on the fitting faces, and to the eye more mouths were broken."""

NOISE_LIMIT = 1.1
"""In medians, chosen by looking at seven people of the London set whose pictures had stains or glasses: the stains were
gone from 1.15 down, and below 1 lines came back."""

NOISE_AT_EYES = 0.0
"""Where glasses would sit nothing of the strength comes back that the limit took: of eight people of the London set who
had got glasses none had them then. New noise in its place gave them to other people."""

SETTLE_THRESHOLD = 1.0
"""Where both passes agree the first picture stays: taken whole, the second one is smoother than real faces are."""

GAP_KNOTS_YEARS = (-50.0, -30.0, -12.0, 12.0, 30.0, 50.0, 70.0)

EYES_SHARES = (0.8, 0.8, 0.9, 0.8, 0.4, 0.35, 0.35)
MOUTH_SHARES = (0.3, 0.35, 0.6, 0.6, 0.5, 0.4, 0.4)
"""Share of the push that eyes and mouth get at each gap. At the whole push, mouths with painted lips broke at 8 years,
and glasses that nobody wore came at 62 and 75; with less, the face around them may be pushed further."""

IDENTITY_YEARS = 20.0
REALISM_YEARS = 3.0
FLOOR_MARGIN = 0.06
"""The guard asks for more than the threshold between training faces: it looks at other landmarks than a measurement
does, and the threshold between 80 people of an evaluation, drawn evenly from all groups, was .025 higher."""

GROWN_DROP = 0.03
"""How far below the threshold the guard's floor lies for a child who is shown grown up. Between photographs of children
(2 to 13 years) and adults (20 and more) of FG-NET strangers reach .414 once in 100 times and .371 five times; of the
true pairs half lie below .394."""
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


def fit_on_kept_faces(
    pack: Pack, faces: Sequence[LabelledFace], *, threads: int, on_progress: OnFit
) -> dict[str, Any]:
    """Return the pack's ``editing``, fitted on the faces that its ``fitting.txt`` names; see :func:`fit_editing`.

    Args:
        pack: The pack, still without ``editing``.
        faces: Labelled faces, those that are named among them.
        threads: CPU threads.
        on_progress: Called with the fraction done and words.

    Raises:
        InvalidInput: None of the named faces is among ``faces``, or there are too few training faces for a threshold.
    """
    analyser, names = DlibAnalyser(), read_held_out(pack.path, name=FITTING_NAME)
    fitting = [face for face in faces if face.path.name in names]
    if not fitting:
        raise InvalidInput(
            f"None of the faces that {FITTING_NAME} names is in the data.",
            "Name the data that the pack was trained on.",
        )
    on_progress(0.0, "Reading the faces that edits are fitted on")
    return fit_editing(
        pack.path,
        fitting,
        analyser,
        threshold=faces_threshold(faces, analyser, kept=kept_by(pack.path), like=fitting),
        threads=threads,
        on_progress=on_progress,
    )


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
        pack_path: The pack, still without ``editing``; while candidates are tried it has what they have in common.
        faces: Fitting faces.
        analyser: Finds faces, embeds and estimates ages.
        threshold: Comparison score at an FMR of 1 % between different people.
        threads: CPU threads.
        on_progress: Called with the fraction done and words.
    """
    calibration = read_calibration(pack_path / "calibration.json")
    default = float(next(each.default for each in SCHEMA if each.name == "guidance_scale"))
    inputs = _inputs(pack_path, faces, analyser, threads)
    tried = {
        "gap_years": list(GAP_KNOTS_YEARS),
        "guidance_share": [1.0] * len(GAP_KNOTS_YEARS),
        "eyes_push": list(EYES_SHARES),
        "mouth_push": list(MOUTH_SHARES),
        "noise_limit": [NOISE_LIMIT] * len(GAP_KNOTS_YEARS),
        "noise_at_eyes": [NOISE_AT_EYES] * len(GAP_KNOTS_YEARS),
        "identity_floor": round(threshold + FLOOR_MARGIN, 4),
        "identity_floor_grown": round(threshold - GROWN_DROP, 4),
    }
    write_editing(pack_path, tried)
    fitted = _measure(
        pack_path, inputs, analyser, calibration, threshold, threads=threads, on_progress=on_progress
    )
    best = best_edits(fitted)
    return {
        **tried,
        "guidance_share": [round(weight / default, 4) for weight, _ in best],
        "settle": [strength for _, strength in best],
        "settle_threshold": [SETTLE_THRESHOLD] * len(best),
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


def write_editing(pack_path: Path, editing: Mapping[str, Any]) -> None:
    """Have the pack's manifest hold ``editing``."""
    card = {name: value for name, value in read_pack(pack_path).card.items() if name != "files"}
    write_manifest(pack_path, {**card, "editing": dict(editing)})


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
        },
        threads=1,
    )
    costs = []
    for item in inputs:
        series = measure_series(item, maker, analyser, DEFAULT_TARGET_AGES)
        errors = np.abs(calibration.apply(series.measured.ages_years) - targets)
        is_child = item.face.age_years <= CHILD_TO_YEARS
        asked = np.where(is_child & (targets >= GROWN_FROM_YEARS), threshold - GROWN_DROP, threshold)
        lost = IDENTITY_YEARS * (series.scores < asked)
        costs.append(errors + lost + REALISM_YEARS * _faults(real, item, maker, series.crops))
    return np.concatenate(costs)


def _faults(
    real: RealFaces, item: Input, maker: SeriesMaker, crops: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Return by how much more each crop is unlike real faces than the photograph, squared, of face and mouth."""
    made = real.unlikeness(crops, DEFAULT_TARGET_AGES)
    own = real.unlikeness(maker.reconstruct(item.crop[None]), [item.face.age_years])
    rises = [np.maximum(made[region] - own[region], 0.0) for region in (FACE, MOUTH)]
    return np.asarray(sum(rise**2 for rise in rises), dtype=np.float64)
