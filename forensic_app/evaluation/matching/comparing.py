"""Every reference against every probe, in blocks: mated scores, non-mated statistics, ranks.

Rules:
    * All arms compare the same pairs; only what stands for a reference or a probe differs.
    * A face that was not found scores ``-inf`` in every comparison: a miss for its own person, no match for others.
    * Memory does not grow with the number of comparisons.

References:
    ISO/IEC 19795-1:2021 (mated and non-mated comparisons, closed-set identification).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.matching.photographs import PhotoSet
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.measures.streamed_scores import NonMatedScores

ScoreRows = Callable[[slice], FloatArray]
"""Scores of some references (a slice of them) with all probes, ``(n, probes)``."""

MOST_SCORES_AT_ONCE: Final = 2_000_000
LARGEST_FMR: Final = 0.01
SCORE_RANGE: Final = (-1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which comparisons there are.

    Attributes:
        references: Code of the subject of each reference, ``(r,)``; equal codes stand together.
        probes: Code of the subject of each probe, ``(p,)``.
        is_all_pairs: Whether references and probes are the same photographs, each pair compared once.
        mated: Places of reference and probe of each mated comparison, ``(m, 2)``.
    """

    references: NDArray[np.intp]
    probes: NDArray[np.intp]
    is_all_pairs: bool
    mated: NDArray[np.intp]

    @property
    def searched(self) -> NDArray[np.intp]:
        """Places of the probes whose person has a reference: the searches that can find somebody."""
        return np.unique(self.mated) if self.is_all_pairs else np.unique(self.mated[:, 1])

    @property
    def non_mated_count(self) -> int:
        """Number of comparisons of different people."""
        count = max(self.references.max(), self.probes.max()) + 1
        first = np.bincount(self.references, minlength=count)
        second = np.bincount(self.probes, minlength=count)
        different = int(first.sum()) * int(second.sum()) - int((first * second).sum())
        return different // 2 if self.is_all_pairs else different


def pairing_of(photo_set: PhotoSet) -> Pairing:
    """Return the comparisons of a set of photographs."""
    codes: dict[str, int] = {}
    all_codes = np.array([codes.setdefault(photo.subject, len(codes)) for photo in photo_set.photos])
    references = all_codes[list(photo_set.references)]
    probes = all_codes[list(photo_set.probes)]
    own = {int(code): np.flatnonzero(probes == code) for code in np.unique(probes)}
    mated = [
        (place, int(probe))
        for place, code in enumerate(references)
        for probe in own.get(int(code), ())
        if not photo_set.is_all_pairs or place < probe
    ]
    return Pairing(references, probes, photo_set.is_all_pairs, np.array(mated, dtype=np.intp).reshape(-1, 2))


@dataclass(frozen=True, slots=True)
class Compared:
    """What one arm's comparisons came to.

    Attributes:
        mated_scores: One for each mated comparison of the pairing, ``(m,)``.
        non_mated: What is known of the others.
        ranks: Rank of each searched probe's person among all people by their best reference, 1 = first, ties against
            it; 0 where its face, or all of its person's, were not found. One for each of ``Pairing.searched``.
    """

    mated_scores: FloatArray
    non_mated: NonMatedScores
    ranks: NDArray[np.int64]


def compare(
    pairing: Pairing,
    score_rows: ScoreRows,
    *,
    counted_at: Sequence[float] = (),
    at_once: int = MOST_SCORES_AT_ONCE,
) -> Compared:
    """Return what the comparisons of one arm come to.

    Args:
        pairing: The comparisons.
        score_rows: The arm; it is asked for each reference twice.
        counted_at: Thresholds from elsewhere whose FMR will be asked for.
        at_once: Most scores held at a time.
    """
    mated_scores = np.full(len(pairing.mated), -np.inf)
    best = np.full(len(pairing.probes), -np.inf)
    for rows in _blocks(pairing.references, len(pairing.probes), at_once):
        scores = score_rows(rows)
        here = np.flatnonzero((pairing.mated[:, 0] >= rows.start) & (pairing.mated[:, 0] < rows.stop))
        places = pairing.mated[here]
        values = scores[places[:, 0] - rows.start, places[:, 1]]
        mated_scores[here] = values
        np.maximum.at(best, places[:, 1], values)
        if pairing.is_all_pairs:
            np.maximum.at(best, places[:, 0], values)
    non_mated = NonMatedScores(
        pairing.non_mated_count,
        largest_fmr=LARGEST_FMR,
        mated_scores=mated_scores,
        score_range=SCORE_RANGE,
        counted_at=counted_at,
    )
    ahead = np.zeros(len(pairing.probes), dtype=np.int64)
    for rows in _blocks(pairing.references, len(pairing.probes), at_once):
        scores, codes = score_rows(rows), pairing.references[rows]
        different = codes[:, None] != pairing.probes[None]
        once = different
        if pairing.is_all_pairs:
            once = different & (np.arange(rows.start, rows.stop)[:, None] < np.arange(len(pairing.probes)))
        non_mated.add(scores[once])
        for first, last in _runs(codes):
            ahead += (scores[first:last].max(axis=0) >= best) & different[first]
    ranks = np.where(np.isfinite(best), ahead + 1, 0)
    return Compared(mated_scores, non_mated, ranks[pairing.searched])


def best_of(*arms: ScoreRows) -> ScoreRows:
    """Return the arm whose score is the greatest of these arms' scores."""
    return lambda rows: np.max([arm(rows) for arm in arms], axis=0)


def mean_of(*arms: ScoreRows) -> ScoreRows:
    """Return the arm whose score is the mean of these arms' scores; one that could not be made leaves none."""
    return lambda rows: np.mean([arm(rows) for arm in arms], axis=0)


def _blocks(references: NDArray[np.intp], probe_count: int, at_once: int) -> Iterator[slice]:
    """Return slices of whole subjects with some ``at_once`` scores each."""
    start = 0
    for _, last in _runs(references):
        if (last - start) * probe_count >= at_once or last == len(references):
            yield slice(start, last)
            start = last


def _runs(codes: NDArray[np.intp] | Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return first place and end of each run of equal codes."""
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    yield from itertools.pairwise(edges)
