"""Which faces an evaluation takes: inputs, the real pool of each age group, the pack's own lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES, group_of_age
from forensic_app.engines.pictures.measurement import estimator_names
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.evaluation.measures.age_error import AgeCalibration, read_calibration
from forensic_app.evaluation.measures.error_rates import least_non_mated_count
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.pack.measurements import RealPool
from forensic_app.evaluation.series.protocols import (
    Input,
    OnProgress,
    SeriesMaker,
    measure_crops,
    prepare_input,
)
from forensic_app.faces.analyser import FaceAnalyser, RgbImage
from forensic_app.faces.labelled_faces import LabelledFace, LabelledFaces, stratified_sample, within_ages
from forensic_app.images import load_working_copy

YOUNGEST_YEARS = 14.0
OLDEST_YEARS = 70.0
DEFAULT_LIMIT = 300
MOST_REAL_FACES_PER_TARGET = 200
CALIBRATION_NAME = "calibration.json"
HELD_OUT_NAME = "validation.txt"
TARGET_FMR = 0.01


@dataclass(frozen=True, slots=True)
class Plan:
    """What is evaluated, apart from the pack.

    Attributes:
        faces: The labelled faces.
        limit: Most people to evaluate, ``None`` = all.
        seed: Seed of samples and bootstraps.
        target_ages: Years.
        youngest: Least labelled age of an input, years.
        oldest: Greatest labelled age of an input, years.
        held_out: File names that training has not seen, empty when the pack names none.
    """

    faces: LabelledFaces
    limit: int | None = DEFAULT_LIMIT
    seed: int = 0
    target_ages: tuple[float, ...] = DEFAULT_TARGET_AGES
    youngest: float = YOUNGEST_YEARS
    oldest: float = OLDEST_YEARS
    held_out: frozenset[str] = frozenset()


def read_held_out(pack_path: Path, *, name: str = HELD_OUT_NAME) -> frozenset[str]:
    """Return the file names that the pack's ``validation.txt`` (or ``name``) lists as unseen by training, if any."""
    path = pack_path / name
    if not path.is_file():
        return frozenset()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return frozenset(Path(line.strip()).name for line in lines if line.strip())


def calibration_for(pack_path: Path, analyser: FaceAnalyser) -> AgeCalibration | None:
    """Return the pack's calibration when it was made for this analyser's estimator, else ``None``.

    Raises:
        InvalidInput: The file is there and not a calibration.
    """
    path = pack_path / CALIBRATION_NAME
    if not path.is_file():
        return None
    calibration = read_calibration(path)
    return calibration if calibration.estimator in estimator_names(analyser.name) else None


def read_photo(face: LabelledFace) -> RgbImage | None:
    """Return the pixels of a labelled photograph, upright, ``uint8`` RGB, or ``None`` when it is no image."""
    try:
        return load_working_copy(face.path)
    except UnreadableImage:
        return None


def prepare_inputs(
    maker: SeriesMaker, analyser: FaceAnalyser, plan: Plan, report: OnProgress
) -> tuple[list[Input], list[str], dict[str, Any]]:
    """Return the people of ``plan``, the files that were not usable, and what was drawn from what.

    Raises:
        InvalidInput: There are too few faces for a threshold.
    """
    candidates = within_ages(plan.faces.faces, youngest=plan.youngest, oldest=plan.oldest)
    unseen = tuple(face for face in candidates if face.path.name in plan.held_out)
    sample = stratified_sample(unseen or candidates, plan.limit, seed=plan.seed)
    inputs: list[Input] = []
    unusable: list[str] = []
    for place, face in enumerate(sample):
        report(0.01 + 0.14 * place / len(sample), "Measuring the real photographs")
        photo = read_photo(face)
        item = None if photo is None else prepare_input(face, photo, analyser, maker.crop_size_px)
        if item is None:
            reason = "not an image" if photo is None else "no face found"
            unusable.append(f"{face.path.name}: {reason}")
        else:
            inputs.append(item)
    least = _least_people()
    if len(inputs) < least:
        raise InvalidInput(
            f"Only {len(inputs)} usable faces of {plan.youngest:g} to {plan.oldest:g} years were found, "
            f"{len(unusable)} were not usable.",
            f"Give a folder with at least {least}, for a threshold at an FMR of {TARGET_FMR:g}.",
        )
    sampling = {
        "n_labelled": len(plan.faces.faces),
        "n_refused_names": len(plan.faces.refused),
        "refused_names": list(plan.faces.refused),
        "n_held_out": len(unseen),
        "is_held_out": bool(unseen),
    }
    return inputs, unusable, sampling


def _least_people() -> int:
    needed = least_non_mated_count(TARGET_FMR)
    people = 2
    while people * (people - 1) // 2 < needed:
        people += 1
    return people


def measure_real_pool(
    maker: SeriesMaker, analyser: FaceAnalyser, plan: Plan, inputs: Sequence[Input], report: OnProgress
) -> RealPool:
    """Measure real crops of each target's age group that are no inputs, as derived crops are measured."""
    taken = {item.face.path for item in inputs}
    count = min(len(inputs), MOST_REAL_FACES_PER_TARGET)
    features: dict[float, FloatArray] = {}
    groups: dict[float, tuple[tuple[str, str], ...]] = {}
    ages: dict[float, FloatArray] = {}
    for place, target in enumerate(plan.target_ages):
        report(0.16 + 0.14 * place / len(plan.target_ages), f"Measuring real faces of about {target:g} years")
        group = group_of_age(target)
        same = within_ages(plan.faces.faces, youngest=group.first_age, oldest=group.last_age + 0.99)
        free = [face for face in same if face.path not in taken]
        chosen = stratified_sample(free, count, seed=plan.seed) if free else ()
        real = []
        for face in chosen:
            photo = read_photo(face)
            item = None if photo is None else prepare_input(face, photo, analyser, maker.crop_size_px)
            if item is not None:
                real.append(item)
        features[target] = _features(real, analyser)
        ages[target] = np.array(
            [(item.face.age_years, item.age_years) for item in real], dtype=np.float64
        ).reshape(-1, 2)
        groups[target] = tuple((item.face.sex.value, item.face.group or "unlabelled") for item in real)
    return RealPool(features, groups, _features(inputs, analyser), ages)


def _features(items: Sequence[Input], analyser: FaceAnalyser) -> FloatArray:
    if not items:
        return np.zeros((0, 1))
    measured = [measure_crops([item.crop], analyser, item.scheme).embeddings[0] for item in items]
    return np.stack(measured).astype(np.float64)
