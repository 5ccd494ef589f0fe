"""Non-mated scores that are too many to keep: thresholds, FMR, ranks below mated scores, and the DET curve.

Rules:
    * Memory does not grow with the number of comparisons, only with the number of those that may become a threshold.
    * A threshold is the same as :func:`error_rates.threshold_at_fmr` finds with all scores at hand.
    * How many comparisons there will be is known before they are made.

References:
    ISO/IEC 19795-1:2021 (false match rate, DET curve).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.error_rates import Threshold, least_non_mated_count
from forensic_app.evaluation.measures.intervals import FloatArray, finite_vector

CURVE_POINTS = 2001
"""Thresholds of the DET curve, spread evenly over the range of scores."""


class NonMatedScores:
    """Takes non-mated scores in blocks and answers what an evaluation asks of all of them.

    Attributes:
        count: Scores taken so far.
    """

    def __init__(
        self,
        expected_count: int,
        *,
        largest_fmr: float,
        mated_scores: ArrayLike,
        score_range: tuple[float, float],
        counted_at: Sequence[float] = (),
    ) -> None:
        """Prepare for the scores.

        Args:
            expected_count: How many will come, at least 1.
            largest_fmr: Greatest FMR that a threshold will be asked for, in ``(0, 1]``.
            mated_scores: Same-person scores, shape ``(m,)``, which the others are held against; ``-inf`` where no
                comparison could be made.
            score_range: Least and greatest score of the curve; what lies outside counts at its ends.
            counted_at: Thresholds from elsewhere whose FMR will be asked for, however high it is.

        Raises:
            ValueError: A number is out of bounds.
        """
        if expected_count < 1:
            raise ValueError("at least one non-mated comparison is needed")
        if not score_range[0] < score_range[1]:
            raise ValueError("the range of scores is empty")
        least_non_mated_count(largest_fmr)
        self.count = 0
        self._expected = expected_count
        self._most = math.floor(largest_fmr * expected_count + 1e-9) + 1
        self._top = np.zeros(0)
        self._waiting: list[FloatArray] = []
        self._waiting_count = 0
        self._mated = np.sort(finite_vector(mated_scores, "mated_scores", allow_minus_infinity=True))
        self._below = np.zeros(self._mated.size + 1, dtype=np.int64)
        self._at_most_equal = np.zeros(self._mated.size + 1, dtype=np.int64)
        self.thresholds: FloatArray = np.linspace(*score_range, CURVE_POINTS)
        self._histogram = np.zeros(CURVE_POINTS + 1, dtype=np.int64)
        self._matches = dict.fromkeys(counted_at, 0)

    def add(self, scores: ArrayLike) -> None:
        """Take scores of pairs of different people, shape ``(n,)``; ``-inf`` where a comparison could not be made.

        Raises:
            ValueError: One is NaN or infinity, or more came than were expected.
        """
        block = np.asarray(scores, dtype=np.float64).ravel()
        if block.size == 0:
            return
        finite_vector(block, "scores", allow_minus_infinity=True)
        self.count += block.size
        if self.count > self._expected:
            raise ValueError(f"more than the {self._expected} expected scores came")
        left = np.searchsorted(self._mated, block, side="left")
        right = np.searchsorted(self._mated, block, side="right")
        self._below += np.bincount(right, minlength=self._below.size)
        self._at_most_equal += np.bincount(left, minlength=self._at_most_equal.size)
        self._histogram += np.bincount(
            np.searchsorted(self.thresholds, block, side="right"), minlength=self._histogram.size
        )
        for limit in self._matches:
            self._matches[limit] += int((block >= limit).sum())
        self._waiting.append(self._largest(block))
        self._waiting_count += self._waiting[-1].size
        if self._waiting_count > 4 * self._most:
            self._settle()

    def threshold(self, target_fmr: float) -> Threshold:
        """Return the lowest score whose FMR does not exceed the target, as if all scores were sorted.

        Args:
            target_fmr: Fraction in ``(0, largest_fmr]``.

        Raises:
            InvalidInput: There are fewer than ``1 / target_fmr`` scores, or so many tie at the top that no score keeps
                to the target.
            ValueError: Not all scores have come, or the target is above the largest.
        """
        self._check_complete()
        needed = least_non_mated_count(target_fmr)
        if self.count < needed:
            raise InvalidInput(
                f"An FMR of {target_fmr:g} cannot be set on {self.count} non-mated comparisons.",
                f"Give at least {needed} comparisons of different people, or a higher FMR.",
            )
        allowed = math.floor(target_fmr * self.count + 1e-9)
        if allowed >= self._most:
            raise ValueError(f"no threshold is kept for an FMR of {target_fmr:g}")
        self._settle()
        top = self._top[np.isfinite(self._top)][::-1]
        within = top[:allowed]
        if allowed < top.size:
            within = within[within > top[allowed]]
        if within.size == 0:
            raise InvalidInput(
                f"No observed score has an FMR of {target_fmr:g} or less, because the highest scores are equal.",
                "Add comparisons of different people, or give a higher FMR.",
            )
        return Threshold(float(within[-1]), target_fmr, float(within.size / self.count), self.count)

    def false_match_rate(self, threshold: float) -> float:
        """Return the share of scores at or above ``threshold``.

        Raises:
            ValueError: Not all scores have come, or the threshold is neither among those that were to be counted nor
                as high as those that are found here.
        """
        self._check_complete()
        if threshold in self._matches:
            return self._matches[threshold] / self.count
        self._settle()
        if self._top.size < self.count and threshold <= self._top[0]:
            raise ValueError(f"matches at {threshold} were not counted")
        return float((self._top >= threshold).sum() / self.count)

    def shares_below(self) -> FloatArray:
        """Return for each mated score, in rising order, the share of scores below it; a tie counts half.

        Their mean is the area under the ROC curve.

        References:
            Hanley, McNeil, The meaning and use of the area under a ROC curve, Radiology 1982.
        """
        self._check_complete()
        # A score lies below all mated ones from its place (right of its equals) on, and at most equals those from its
        # place left of its equals on.
        below = np.cumsum(self._below)[:-1]
        at_most_equal = np.cumsum(self._at_most_equal)[:-1]
        result: FloatArray = 0.5 * (below + at_most_equal) / self.count
        return result

    def curve(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return thresholds, FMR and FNMR at each, of shape ``(CURVE_POINTS,)``."""
        self._check_complete()
        at_or_above = self.count - np.cumsum(self._histogram)[:-1]
        fnmr = np.searchsorted(self._mated, self.thresholds, side="left") / self._mated.size
        return self.thresholds, at_or_above / self.count, fnmr.astype(np.float64)

    def _largest(self, block: FloatArray) -> FloatArray:
        """Return the scores of a block that may stand among the largest, unsorted."""
        if self._top.size == self._most:
            block = block[block > self._top[0]]
        if block.size > self._most:
            block = np.partition(block, block.size - self._most)[-self._most :]
        return block

    def _settle(self) -> None:
        if self._waiting:
            self._top = np.sort(np.concatenate([self._top, *self._waiting]))[-self._most :]
            self._waiting, self._waiting_count = [], 0

    def _check_complete(self) -> None:
        if self.count != self._expected:
            raise ValueError(f"{self.count} of {self._expected} scores have come")


def closed_set_rates(ranks: Sequence[int] | NDArray[np.int64], *, at: int) -> NDArray[np.bool_]:
    """Return whether each search found its person among the first ``at`` candidates.

    Args:
        ranks: Rank of the person in each search, 1 = first; 0 where the search could not be made.
        at: Length of the candidate list.

    References:
        ISO/IEC 19795-1:2021, closed-set identification, true positive identification rate at rank r.
    """
    places = np.asarray(ranks)
    return np.asarray((places >= 1) & (places <= at))
