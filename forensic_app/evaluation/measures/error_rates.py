"""Comparison error rates: FMR, FNMR, thresholds, intervals, DET curve, differences between groups.

Rules:
    * A score equal to the threshold counts as a match.
    * A comparison that could not be made (no face found) has the score ``-inf``: a non-match at every
      threshold.
    * A threshold is a score that was observed, never interpolated, and travels with the FMR it realised.
    * A target FMR that the number of non-mated comparisons cannot support is refused.
    * Intervals draw whole subjects; zero errors in N give at most 3/N.

References:
    ISO/IEC 19795-1:2021 (false match rate, false non-match rate, DET curve, rule of 3);
    ISO/IEC 19795-10:2024 (differences between demographic groups).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.intervals import (
    DEFAULT_LEVEL,
    DEFAULT_RESAMPLES,
    FloatArray,
    Interval,
    finite_vector,
    mean_interval,
    percentile_interval,
    subject_codes,
)

RULE_OF_THREE_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Threshold:
    """A decision threshold and how it was found.

    Attributes:
        value: Observed non-mated score; scores at or above it match.
        target_fmr: FMR asked for, fraction.
        realised_fmr: FMR of the non-mated scores at ``value``, fraction, at most ``target_fmr``.
        non_mated_count: Number of non-mated comparisons behind it.
    """

    value: float
    target_fmr: float
    realised_fmr: float
    non_mated_count: int

    def __str__(self) -> str:
        """Return the sentence that a report prints."""
        return (
            f"threshold {self.value:.4f}: FMR {self.realised_fmr:.4%} realised for a target of "
            f"{self.target_fmr:.4g} on {self.non_mated_count} non-mated comparisons"
        )


@dataclass(frozen=True, slots=True)
class DetCurve:
    """Both error rates at every observed score; arrays of one length, thresholds rising.

    Attributes:
        thresholds: Every distinct finite score, float64.
        fmr: Share of non-mated scores at or above each threshold.
        fnmr: Share of mated scores below each threshold.
    """

    thresholds: FloatArray
    fmr: FloatArray
    fnmr: FloatArray


@dataclass(frozen=True, slots=True)
class GroupRate:
    """FNMR of one group at the one global threshold.

    Attributes:
        fnmr: Fraction.
        interval: Bootstrap interval by subject.
        comparison_count: Number of mated comparisons.
        subject_count: Number of subjects.
    """

    fnmr: float
    interval: Interval
    comparison_count: int
    subject_count: int


def false_match_rate(non_mated_scores: ArrayLike, *, threshold: float) -> float:
    """Return the share of non-mated comparisons that score at or above the threshold.

    Args:
        non_mated_scores: Scores of different-person pairs, shape ``(n,)``, higher = more alike.
        threshold: Decision threshold on the same scale, unitless.

    Returns:
        FMR as a fraction in ``[0, 1]``.

    Raises:
        ValueError: ``non_mated_scores`` is empty or holds NaN.

    References:
        ISO/IEC 19795-1:2021, false match rate.
    """
    return float(np.mean(_scores(non_mated_scores, "non_mated_scores") >= threshold))


def false_non_match_rate(mated_scores: ArrayLike, *, threshold: float) -> float:
    """Return the share of mated comparisons that score below the threshold.

    Args:
        mated_scores: Scores of same-person pairs, shape ``(n,)``, higher = more alike; ``-inf`` where no face
            was found.
        threshold: Decision threshold on the same scale, unitless.

    Returns:
        FNMR as a fraction in ``[0, 1]``.

    Raises:
        ValueError: ``mated_scores`` is empty or holds NaN.

    References:
        ISO/IEC 19795-1:2021, false non-match rate.
    """
    return float(np.mean(_scores(mated_scores, "mated_scores") < threshold))


def least_non_mated_count(target_fmr: float) -> int:
    """Return how many non-mated comparisons a target FMR needs: one expected false match.

    Raises:
        ValueError: ``target_fmr`` is not within ``(0, 1]``.
    """
    if not 0.0 < target_fmr <= 1.0:
        raise ValueError(f"target_fmr must lie in (0, 1], not {target_fmr}")
    return math.ceil(1.0 / target_fmr - 1e-9)


def threshold_at_fmr(non_mated_scores: ArrayLike, *, target_fmr: float) -> Threshold:
    """Return the lowest observed non-mated score whose FMR does not exceed the target.

    Args:
        non_mated_scores: Scores of different-person pairs, shape ``(n,)``, higher = more alike.
        target_fmr: Fraction in ``(0, 1]``.

    Returns:
        The threshold with the FMR it realises, which may be well below the target where scores tie.

    Raises:
        InvalidInput: There are fewer than ``1 / target_fmr`` scores, or so many tie at the top that no
            observed score keeps to the target.
        ValueError: ``target_fmr`` is out of bounds, or the scores are empty or hold NaN.
    """
    needed = least_non_mated_count(target_fmr)
    scores = np.sort(_scores(non_mated_scores, "non_mated_scores"))
    if scores.size < needed:
        raise InvalidInput(
            f"An FMR of {target_fmr:g} cannot be set on {scores.size} non-mated comparisons.",
            f"Give at least {needed} comparisons of different people, or a higher FMR.",
        )
    observed = np.unique(scores[np.isfinite(scores)])
    rates = (scores.size - np.searchsorted(scores, observed, side="left")) / scores.size
    within = np.flatnonzero(rates <= target_fmr + 1e-12)
    if within.size == 0:
        raise InvalidInput(
            f"No observed score has an FMR of {target_fmr:g} or less, because the highest scores are equal.",
            "Add comparisons of different people, or give a higher FMR.",
        )
    lowest = int(within[0])
    return Threshold(float(observed[lowest]), target_fmr, float(rates[lowest]), int(scores.size))


def rule_of_three(trials: int) -> float:
    """Return the 95 % upper bound of an error rate when no error was seen in ``trials`` independent trials.

    Raises:
        ValueError: ``trials`` is less than 1.

    References:
        ISO/IEC 19795-1:2021, rule of 3; Louis, Confidence intervals for a binomial parameter after observing
        no successes, The American Statistician 1981.
    """
    if trials < 1:
        raise ValueError("the rule of three needs at least one trial")
    return min(1.0, 3.0 / trials)


def rate_interval(
    errors: ArrayLike,
    subjects: Sequence[object] | None = None,
    *,
    seed: int,
    level: float = DEFAULT_LEVEL,
    resamples: int = DEFAULT_RESAMPLES,
) -> Interval:
    """Return the interval of a share, drawing whole subjects.

    When nothing or everything is an error the bootstrap says nothing, and the rule of three (with the number
    of *subjects*, the cautious choice) takes its place; such an interval has level 0.95.

    Args:
        errors: One truth value for each comparison, shape ``(n,)``.
        subjects: Subject of each comparison; ``None`` says that each is a subject of its own.
        seed: Seed of the draw.
        level: Nominal coverage in ``(0, 1)``.
        resamples: Number of draws.

    Raises:
        ValueError: ``errors`` is empty, or there are not as many subjects as comparisons.
    """
    flags = finite_vector(np.asarray(errors, dtype=np.float64), "errors")
    rate = float(np.mean(flags))
    if rate not in (0.0, 1.0):
        return mean_interval(flags, subjects, seed=seed, level=level, resamples=resamples)
    _, count = subject_codes(range(flags.size) if subjects is None else subjects, flags.size)
    bound = rule_of_three(count)
    return Interval(max(0.0, rate - bound), min(1.0, rate + bound), RULE_OF_THREE_LEVEL)


def false_match_interval(
    non_mated_scores: ArrayLike,
    subject_pairs: Sequence[tuple[object, object]],
    *,
    threshold: float,
    seed: int,
    level: float = DEFAULT_LEVEL,
    resamples: int = DEFAULT_RESAMPLES,
) -> Interval:
    """Return the interval of the FMR, drawing subjects on both sides of each comparison.

    A pair weighs as often as both of its subjects were drawn: the product of their counts.

    Args:
        non_mated_scores: Shape ``(n,)``.
        subject_pairs: The two subjects of each comparison.
        threshold: Decision threshold.
        seed: Seed of the draw.
        level: Nominal coverage in ``(0, 1)``.
        resamples: Number of draws.

    Raises:
        ValueError: The scores are empty or hold NaN, or there are not as many pairs as scores.

    References:
        Bolle, Ratha, Pankanti, CVIU 2004 (the subsets bootstrap); Owen, The pigeonhole bootstrap, Annals of
        Applied Statistics 2007 (both sides drawn).
    """
    matched = (_scores(non_mated_scores, "non_mated_scores") >= threshold).astype(np.float64)
    if len(subject_pairs) != matched.size:
        raise ValueError(f"{matched.size} scores need as many pairs of subjects, not {len(subject_pairs)}")
    both = [first for first, _ in subject_pairs] + [second for _, second in subject_pairs]
    codes, count = subject_codes(both, 2 * matched.size)
    first, second = codes[: matched.size], codes[matched.size :]
    rate = float(np.mean(matched))
    if rate in (0.0, 1.0):
        bound = rule_of_three(max(1, count // 2))
        return Interval(max(0.0, rate - bound), min(1.0, rate + bound), RULE_OF_THREE_LEVEL)
    generator = np.random.default_rng(seed)
    replicates = np.full(resamples, np.nan)
    for index in range(resamples):
        drawn = np.bincount(generator.integers(0, count, size=count), minlength=count)
        weights = (drawn[first] * drawn[second]).astype(np.float64)
        total = weights.sum()
        if total > 0:
            replicates[index] = float(weights @ matched) / total
    return percentile_interval(rate, replicates, level=level)


def det_curve(mated_scores: ArrayLike, non_mated_scores: ArrayLike) -> DetCurve:
    """Return FMR and FNMR at every distinct observed score.

    Args:
        mated_scores: Same-person scores, shape ``(m,)``; ``-inf`` where no face was found.
        non_mated_scores: Different-person scores, shape ``(n,)``.

    Raises:
        ValueError: Either is empty, holds NaN, or no score is finite.

    References:
        ISO/IEC 19795-1:2021, DET curve; Martin et al., The DET curve in assessment of detection task
        performance, Eurospeech 1997.
    """
    mated = np.sort(_scores(mated_scores, "mated_scores"))
    non_mated = np.sort(_scores(non_mated_scores, "non_mated_scores"))
    thresholds = np.unique(np.concatenate([mated, non_mated]))
    thresholds = thresholds[np.isfinite(thresholds)]
    if thresholds.size == 0:
        raise ValueError("no score is finite")
    fmr = (non_mated.size - np.searchsorted(non_mated, thresholds, side="left")) / non_mated.size
    fnmr = np.searchsorted(mated, thresholds, side="left") / mated.size
    return DetCurve(thresholds, fmr.astype(np.float64), fnmr.astype(np.float64))


def fnmr_by_group(
    mated_scores: ArrayLike,
    groups: Sequence[str],
    subjects: Sequence[object],
    *,
    threshold: float,
    seed: int,
) -> dict[str, GroupRate]:
    """Return the FNMR of each group at one global threshold, in order of the groups' names.

    Args:
        mated_scores: Shape ``(n,)``.
        groups: Group of each comparison's subject.
        subjects: Subject of each comparison.
        threshold: The one threshold of all groups.
        seed: Seed of the intervals.

    Raises:
        ValueError: The scores are empty or hold NaN, or lengths differ.

    References:
        ISO/IEC 19795-10:2024; NIST FRVT Part 8 (NISTIR 8429).
    """
    scores = _scores(mated_scores, "mated_scores")
    if len(groups) != scores.size or len(subjects) != scores.size:
        raise ValueError("scores, groups and subjects differ in length")
    rates: dict[str, GroupRate] = {}
    for group in sorted(set(groups)):
        members = [index for index, name in enumerate(groups) if name == group]
        errors = scores[members] < threshold
        own = [subjects[index] for index in members]
        interval = rate_interval(errors, own, seed=seed)
        rates[group] = GroupRate(float(np.mean(errors)), interval, len(members), len(set(own)))
    return rates


def max_over_geometric_mean(rates: Mapping[str, float]) -> float | None:
    """Return the largest group's error rate divided by the geometric mean of all groups'.

    Args:
        rates: Error rate of each group, fractions.

    Returns:
        A ratio of at least 1, or ``None`` where it is not defined because a group has no error at all.

    Raises:
        ValueError: There is no group, or a rate is negative or not finite.

    References:
        Grother, NISTIR 8429, FRVT Part 8: Summarizing Demographic Differentials, 2022, Max/GeoMean.
    """
    values = finite_vector(list(rates.values()), "rates")
    if (values < 0).any():
        raise ValueError("an error rate is negative")
    if (values == 0).any():
        return None
    return float(values.max() / np.exp(np.mean(np.log(values))))


def _scores(values: ArrayLike, what: str) -> FloatArray:
    return finite_vector(values, what, allow_minus_infinity=True)
