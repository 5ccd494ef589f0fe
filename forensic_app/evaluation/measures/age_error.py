"""Error of age estimates, how well estimates follow targets, and the estimator's calibration.

Rules:
    * Ages are years. Errors are *estimated minus true* (or target), so a positive bias means "reads too old".
    * An estimator's error on derived faces is never printed without its error on real ones.
    * A calibration says what it was fitted on by its N, and its calibrated error is measured on folds that
      the fit has not seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression
from scipy.stats import rankdata

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.intervals import FloatArray, Interval, finite_vector, mean_interval

FOLDS = 5
LEAST_PAIRS = 20


@dataclass(frozen=True, slots=True)
class AgeError:
    """Error of a set of age estimates.

    Attributes:
        mean_absolute_error: Years.
        interval: Its bootstrap interval by subject.
        bias: Mean of estimated minus true, years.
        bias_interval: Its bootstrap interval by subject.
        count: Number of estimates.
    """

    mean_absolute_error: float
    interval: Interval
    bias: float
    bias_interval: Interval
    count: int


@dataclass(frozen=True, slots=True)
class AgeCalibration:
    """A rising map from an estimator's raw age to a calibrated one.

    Attributes:
        estimator: Name of the age estimator it belongs to.
        raw: Knots, strictly rising raw ages.
        calibrated: Calibrated age at each knot, never falling.
        mae_raw: Mean absolute error (``None`` where the file does not say) of raw ages on the ``n`` faces,
            years.
        mae_calibrated: Mean absolute error of calibrated ages on the same faces, each measured by a fit that
            has not seen it, years.
        n: Number of real faces behind it.
    """

    estimator: str
    raw: tuple[float, ...]
    calibrated: tuple[float, ...]
    mae_raw: float | None
    mae_calibrated: float | None
    n: int | None

    def __post_init__(self) -> None:
        if len(self.raw) != len(self.calibrated) or not self.raw:
            raise ValueError("a calibration needs as many calibrated ages as raw ones, and at least one")
        finite_vector(self.raw, "raw")
        if (np.diff(self.raw) <= 0).any() or (
            np.diff(finite_vector(self.calibrated, "calibrated")) < 0
        ).any():
            raise ValueError("the knots of a calibration must rise")

    def apply(self, raw_years: ArrayLike) -> FloatArray:
        """Return calibrated ages: linear between knots, flat beyond both ends, as the ageing engine does.

        Args:
            raw_years: Raw ages of any shape.

        Returns:
            float64 of the same shape; never falls where ``raw_years`` rises.
        """
        years = np.asarray(raw_years, dtype=np.float64)
        return np.asarray(np.interp(years, self.raw, self.calibrated), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object that a pack's ``calibration.json`` holds."""
        return {
            "estimator": self.estimator,
            "raw": list(self.raw),
            "calibrated": list(self.calibrated),
            "mae_raw": self.mae_raw,
            "mae_calibrated": self.mae_calibrated,
            "n": self.n,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AgeCalibration:
        """Return the calibration in a JSON object.

        Raises:
            InvalidInput: Estimator or knots are missing, or the knots do not rise.
        """
        try:
            return cls(
                estimator=str(value["estimator"]),
                raw=tuple(float(year) for year in value["raw"]),
                calibrated=tuple(float(year) for year in value["calibrated"]),
                mae_raw=_optional(value.get("mae_raw")),
                mae_calibrated=_optional(value.get("mae_calibrated")),
                n=None if value.get("n") is None else int(value["n"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"An age calibration is not readable ({error}).", "Make it again from labelled photographs."
            ) from error


def read_calibration(path: Path) -> AgeCalibration:
    """Return the calibration in a JSON file.

    Raises:
        InvalidInput: The file is missing, not JSON, or not a calibration.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"The age calibration {path.name} cannot be read ({error}).",
            "Check that the model pack is complete.",
        ) from error
    if not isinstance(value, dict):
        raise InvalidInput(
            f"The age calibration {path.name} is not a JSON object.", "Check that the model pack is complete."
        )
    return AgeCalibration.from_json(value)


def mean_absolute_error(estimated: ArrayLike, true: ArrayLike) -> float:
    """Return the mean of ``|estimated - true|`` in years.

    Raises:
        ValueError: The vectors are empty, not finite, or differ in length.
    """
    return float(np.mean(np.abs(_errors(estimated, true))))


def age_error(
    estimated: ArrayLike, true: ArrayLike, subjects: Sequence[object] | None = None, *, seed: int
) -> AgeError:
    """Return mean absolute error and bias with bootstrap intervals that draw whole subjects.

    Args:
        estimated: Estimated ages in years, shape ``(n,)``.
        true: True or target ages in years, shape ``(n,)``.
        subjects: Subject of each estimate; ``None`` says that each is a subject of its own.
        seed: Seed of the bootstrap.

    Raises:
        ValueError: The vectors are empty, not finite, or differ in length.
    """
    errors = _errors(estimated, true)
    return AgeError(
        mean_absolute_error=float(np.mean(np.abs(errors))),
        interval=mean_interval(np.abs(errors), subjects, seed=seed),
        bias=float(np.mean(errors)),
        bias_interval=mean_interval(errors, subjects, seed=seed),
        count=int(errors.size),
    )


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Return Spearman's rank correlation in ``[-1, 1]``; 0 when either side is constant.

    A generator that makes the same face at every age follows no target, so a constant counts as 0 rather than
    as undefined.

    Raises:
        ValueError: The vectors are empty, not finite, or differ in length.

    References:
        Spearman, The proof and measurement of association between two things, 1904 (ties: mean ranks).
    """
    one, two = (rankdata(finite_vector(values, "values")) for values in (first, second))
    if one.size != two.size:
        raise ValueError(f"vectors of {one.size} and {two.size} values cannot be correlated")
    one, two = one - one.mean(), two - two.mean()
    scale = float(np.sqrt((one @ one) * (two @ two)))
    return float(one @ two) / scale if scale > 0 else 0.0


def spearman_per_person(estimated: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return each person's rank correlation of estimated with target age.

    Args:
        estimated: Estimated ages, shape ``(people, targets)``, years.
        targets: Target ages, shape ``(targets,)``, years.

    Returns:
        Shape ``(people,)``, each in ``[-1, 1]``; print their median.

    Raises:
        ValueError: Shapes do not fit or a value is not finite.
    """
    matrix = np.asarray(estimated, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(f"estimates must have the shape (people, targets), not {matrix.shape}")
    return np.array([spearman(row, targets) for row in matrix], dtype=np.float64)


def fit_calibration(
    raw_years: ArrayLike, true_years: ArrayLike, *, estimator: str, seed: int = 0
) -> AgeCalibration:
    """Fit a calibration to real faces of known age.

    True age is regressed on raw age without falling, and each flat stretch of the fit gives one knot at its
    centre. The map answers "what age do faces have that read so", so it leans towards the ages of the faces
    it was fitted on: give it faces spread evenly over the ages it is for.

    Args:
        raw_years: Ages that the estimator read, shape ``(n,)``.
        true_years: Ages of the people, shape ``(n,)``.
        estimator: Name of the estimator.
        seed: Seed that splits the faces into folds for ``mae_calibrated``.

    Raises:
        InvalidInput: There are fewer than 20 faces, or all read the same.
        ValueError: Vectors are not finite or differ in length.

    References:
        Ayer et al., An empirical distribution function for sampling with incomplete information, 1955 (pool
        adjacent violators).
    """
    raw, true = finite_vector(raw_years, "raw_years"), finite_vector(true_years, "true_years")
    mae_raw = mean_absolute_error(raw, true)
    if raw.size < LEAST_PAIRS or np.unique(raw).size < 2:
        raise InvalidInput(
            f"{raw.size} faces with {np.unique(raw).size} different readings cannot calibrate an estimator.",
            f"Give at least {LEAST_PAIRS} labelled faces of different ages.",
        )
    held_out = np.empty_like(raw)
    fold_of = np.random.default_rng(seed).permutation(raw.size) % FOLDS
    for fold in range(FOLDS):
        unseen = fold_of == fold
        knots, heights = _knots(raw[~unseen], true[~unseen])
        held_out[unseen] = AgeCalibration(estimator, knots, heights, 0.0, 0.0, 0).apply(raw[unseen])
    knots, heights = _knots(raw, true)
    mae_calibrated = mean_absolute_error(held_out, true)
    return AgeCalibration(estimator, knots, heights, mae_raw, mae_calibrated, int(raw.size))


def _errors(estimated: ArrayLike, true: ArrayLike) -> FloatArray:
    one, two = finite_vector(estimated, "estimated"), finite_vector(true, "true")
    if one.size != two.size:
        raise ValueError(f"{one.size} estimates cannot be compared with {two.size} ages")
    return one - two


def _optional(value: Any) -> float | None:
    return None if value is None else float(value)


def _knots(raw: FloatArray, true: FloatArray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    readings, inverse, counts = np.unique(raw, return_inverse=True, return_counts=True)
    means = np.bincount(inverse, weights=true) / counts
    fitted = isotonic_regression(means, weights=counts).x
    heights, block = np.unique(fitted, return_inverse=True)
    centres = np.bincount(block, weights=readings * counts) / np.bincount(block, weights=counts)
    return tuple(centres.tolist()), tuple(heights.tolist())
