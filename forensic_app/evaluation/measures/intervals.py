"""Bootstrap intervals that resample subjects, never single comparisons.

Rules:
    * Comparisons of one subject are not independent, so whole subjects are drawn with replacement.
    * Every interval is deterministic: the seed is an argument.
    * An interval always holds its point estimate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

DEFAULT_RESAMPLES = 1000
DEFAULT_LEVEL = 0.95
MOST_DRAWS_AT_ONCE = 2_000_000
"""Subjects drawn in one go, which bounds memory to some tens of megabytes."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval; unit of the quantity it belongs to.

    Attributes:
        low: Lower end.
        high: Upper end.
        level: Nominal coverage, such as 0.95.
    """

    low: float
    high: float
    level: float = DEFAULT_LEVEL

    def as_list(self) -> list[float]:
        """Return ``[low, high]`` for JSON."""
        return [self.low, self.high]


def finite_vector(values: ArrayLike, what: str, *, allow_minus_infinity: bool = False) -> FloatArray:
    """Return ``values`` as a non-empty float64 vector.

    Args:
        values: Anything that numpy reads as a vector.
        what: Its name, for the error.
        allow_minus_infinity: Whether ``-inf`` may occur (the score of a comparison that could not be made).

    Raises:
        ValueError: It is empty, not one-dimensional, or holds NaN or infinity.
    """
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or vector.size == 0:
        raise ValueError(f"{what} must be a vector with at least one value, not shape {vector.shape}")
    is_allowed = np.isfinite(vector) | (allow_minus_infinity & (vector == -math.inf))
    if not is_allowed.all():
        raise ValueError(f"{what} holds NaN or infinity")
    return vector


def subject_codes(subjects: Sequence[object], count: int) -> tuple[NDArray[np.intp], int]:
    """Return an integer code for each item's subject, and the number of subjects.

    Args:
        subjects: Hashable subject of each item.
        count: Number of items expected.

    Raises:
        ValueError: The number of subjects given is not ``count``.
    """
    if len(subjects) != count:
        raise ValueError(f"{count} values need {count} subjects, not {len(subjects)}")
    known: dict[object, int] = {}
    codes = np.array([known.setdefault(subject, len(known)) for subject in subjects], dtype=np.intp)
    return codes, len(known)


def percentile_interval(point: float, replicates: ArrayLike, *, level: float = DEFAULT_LEVEL) -> Interval:
    """Return the percentile interval of bootstrap replicates, widened if need be to hold ``point``.

    Args:
        point: The estimate on the data themselves.
        replicates: Estimates on resampled data; NaN (a resample without data) is left out.
        level: Nominal coverage in ``(0, 1)``.

    Raises:
        ValueError: ``level`` is out of bounds or no replicate is finite.

    References:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    drawn = np.asarray(replicates, dtype=np.float64)
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size == 0:
        raise ValueError("there is no finite replicate to make an interval of")
    low, high = np.quantile(drawn, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(min(float(low), point), max(float(high), point), level)


def resampled_means(
    values: ArrayLike,
    subjects: Sequence[object] | None = None,
    *,
    seed: int,
    resamples: int = DEFAULT_RESAMPLES,
) -> FloatArray:
    """Return the mean of ``values`` in each of ``resamples`` draws of whole subjects.

    Args:
        values: Shape ``(n,)``.
        subjects: Subject of each value; ``None`` says that each value is a subject of its own.
        seed: Seed of the draw.
        resamples: Number of draws.

    Returns:
        Shape ``(resamples,)`` float64.

    Raises:
        ValueError: ``values`` is empty or not finite, or there are not as many subjects as values.
    """
    vector = finite_vector(values, "values")
    codes, count = subject_codes(range(vector.size) if subjects is None else subjects, vector.size)
    sums = np.bincount(codes, weights=vector, minlength=count)
    sizes = np.bincount(codes, minlength=count).astype(np.float64)
    generator = np.random.default_rng(seed)
    means = []
    at_once = max(1, MOST_DRAWS_AT_ONCE // count)
    for start in range(0, resamples, at_once):
        drawn = generator.integers(0, count, size=(min(at_once, resamples - start), count))
        means.append(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    return np.concatenate(means)


def mean_interval(
    values: ArrayLike,
    subjects: Sequence[object] | None = None,
    *,
    seed: int,
    level: float = DEFAULT_LEVEL,
    resamples: int = DEFAULT_RESAMPLES,
) -> Interval:
    """Return the bootstrap interval of the mean of ``values``, drawing whole subjects.

    Args:
        values: Shape ``(n,)``.
        subjects: Subject of each value; ``None`` says that each value is a subject of its own.
        seed: Seed of the draw.
        level: Nominal coverage in ``(0, 1)``.
        resamples: Number of draws.

    Raises:
        ValueError: As :func:`resampled_means`.

    References:
        Bolle, Ratha, Pankanti, Error analysis of pattern recognition systems: the subsets bootstrap, CVIU
        2004.
    """
    means = resampled_means(values, subjects, seed=seed, resamples=resamples)
    return percentile_interval(float(np.mean(finite_vector(values, "values"))), means, level=level)


def median_interval(
    values: ArrayLike, *, seed: int, level: float = DEFAULT_LEVEL, resamples: int = DEFAULT_RESAMPLES
) -> Interval:
    """Return the bootstrap interval of the median of one value for each subject.

    Raises:
        ValueError: ``values`` is empty or not finite.
    """
    vector = finite_vector(values, "values")
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, vector.size, size=(resamples, vector.size))
    return percentile_interval(float(np.median(vector)), np.median(vector[drawn], axis=1), level=level)
