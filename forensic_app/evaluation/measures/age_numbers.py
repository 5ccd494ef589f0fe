"""Age errors as the numbers of an evaluation: raw and calibrated, with their intervals, beside doing nothing.

Rules:
    * Whatever is said of ages that were read in derived images stands beside the estimator's own error on real ones.
    * Without a calibration the calibrated numbers are the raw ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from forensic_app.evaluation.measures.age_error import AgeCalibration, age_error, spearman_per_person
from forensic_app.evaluation.measures.intervals import FloatArray, median_interval


def calibrated(ages_raw: ArrayLike, calibration: AgeCalibration | None) -> FloatArray:
    """Return calibrated ages, or the raw ones where there is no calibration."""
    raw = np.asarray(ages_raw, dtype=np.float64)
    return raw if calibration is None else calibration.apply(raw)


def put_age_error(
    result: dict[str, Any],
    name: str,
    estimated: ArrayLike,
    true: ArrayLike,
    subjects: Sequence[object] | None = None,
    *,
    seed: int,
    suffix: str = "",
) -> None:
    """Put ``NAME_maeSUFFIX``, ``NAME_biasSUFFIX`` and their intervals into ``result``, which has ``intervals``."""
    error = age_error(estimated, true, subjects, seed=seed)
    for what, value, interval in (
        ("mae", error.mean_absolute_error, error.interval),
        ("bias", error.bias, error.bias_interval),
    ):
        result[f"{name}_{what}{suffix}"] = value
        result["intervals"][f"{name}_{what}{suffix}"] = interval.as_list()


def put_age_errors(
    result: dict[str, Any],
    name: str,
    ages_raw: ArrayLike,
    true: ArrayLike,
    calibration: AgeCalibration | None,
    subjects: Sequence[object] | None = None,
    *,
    seed: int,
) -> None:
    """Put the error of calibrated ages into ``result``, and that of raw ones under names that end in ``_raw``."""
    put_age_error(result, name, calibrated(ages_raw, calibration), true, subjects, seed=seed)
    put_age_error(result, name, ages_raw, true, subjects, seed=seed, suffix="_raw")


def estimator_error(
    ages_raw: FloatArray, true: ArrayLike, calibration: AgeCalibration | None, *, seed: int
) -> dict[str, Any]:
    """Return the age estimator's own error on real photographs, with N as ``n_faces``."""
    result: dict[str, Any] = {"n_faces": int(ages_raw.size), "intervals": {}}
    put_age_errors(result, "estimator", ages_raw, true, calibration, seed=seed)
    return result


def series_errors(
    ages_raw: FloatArray,
    target_ages: FloatArray,
    real: tuple[FloatArray, FloatArray],
    calibration: AgeCalibration | None,
    *,
    seed: int,
) -> dict[str, Any]:
    """Return how far the ages read in derived images are from their targets, beside doing nothing.

    Args:
        ages_raw: Raw readings, ``(people, targets)``, years.
        target_ages: ``(targets,)``, years.
        real: Raw readings of the untouched photographs and the people's ages, ``(people,)`` each, years.
        calibration: The estimator's calibration, or ``None``.
        seed: Seed of every bootstrap; whole people are drawn.

    Returns:
        The keys of :func:`estimator_error`, and ``age_mae``, ``age_bias`` (each also with ``_raw``),
        ``age_spearman`` (median over people) and ``control_age_mae`` with their ``intervals``.
    """
    people, targets = ages_raw.shape
    subjects = np.repeat(np.arange(people), targets).tolist()
    aims = np.tile(target_ages, people)
    read, true = real
    result = estimator_error(read, true, calibration, seed=seed)
    put_age_errors(result, "age", ages_raw.ravel(), aims, calibration, subjects, seed=seed)
    idle = age_error(np.repeat(calibrated(read, calibration), targets), aims, subjects, seed=seed)
    followed = spearman_per_person(ages_raw, target_ages)
    result |= {"age_spearman": float(np.median(followed)), "control_age_mae": idle.mean_absolute_error}
    result["intervals"] |= {
        "age_spearman": median_interval(followed, seed=seed).as_list(),
        "control_age_mae": idle.interval.as_list(),
    }
    return result
