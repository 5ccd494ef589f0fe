"""Comparisons of different people within a gallery, drawn by a seed: what a threshold is set on.

Rules:
    * Two templates of one subject are never compared, nor of two subjects of one name: they may be the same person.
    * Where all comparisons are few enough, all are made, each once; else they are drawn, with replacement.

References:
    ISO/IEC 19795-1:2021 (non-mated comparisons, false match rate).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from forensic_app.galleries.comparing import Comparison, FloatArray, Templates

Codes = NDArray[np.intp]
_AT_ONCE = 1 << 16


def non_mated_count(people: Codes) -> int:
    """Return how many pairs of different people there are among templates.

    Args:
        people: Whose each template is, ``(n,)``.
    """
    own = np.bincount(people) if len(people) else np.zeros(0, dtype=np.int64)
    total = len(people) * (len(people) - 1) // 2
    return total - int((own * (own - 1) // 2).sum())


def people_needed(comparisons: int) -> int:
    """Return how many people with one photograph each make that many comparisons."""
    return math.ceil((1 + math.sqrt(1 + 8 * comparisons)) / 2)


def non_mated_scores(
    templates: Templates, people: Codes, comparison: Comparison, *, most: int, seed: int
) -> FloatArray:
    """Return scores of pairs of different people: of all of them, or of ``most`` that are drawn.

    Args:
        templates: ``(n, d)``.
        people: Whose each is, ``(n,)``.
        comparison: How the matcher compares.
        most: Largest number of scores.
        seed: Seed of the drawing.
    """
    count = len(people)
    if count * (count - 1) // 2 <= most:
        first, second = np.triu_indices(count, 1)
        different = people[first] != people[second]
        return _scores(templates, templates, first[different], second[different], comparison)
    first, second = _drawn(people, people, most, seed)
    return _scores(templates, templates, first, second, comparison)


def crossed_scores(
    first: tuple[Templates, Codes],
    second: tuple[Templates, Codes],
    comparison: Comparison,
    *,
    most: int,
    seed: int,
) -> FloatArray:
    """Return scores of pairs of different people, one template of each set; of all, or of ``most`` that are drawn."""
    count, other = len(first[1]), len(second[1])
    if count * other <= most:
        one, two = np.divmod(np.arange(count * other), max(1, other))
        different = first[1][one] != second[1][two]
        one, two = one[different], two[different]
    else:
        one, two = _drawn(first[1], second[1], most, seed)
    return _scores(first[0], second[0], one, two, comparison)


def _drawn(first: Codes, second: Codes, count: int, seed: int) -> tuple[Codes, Codes]:
    """Return places of ``count`` pairs of different people, fewer where hardly any are different."""
    generator = np.random.default_rng(seed)
    found: list[tuple[Codes, Codes]] = []
    left = count
    for _ in range(64):
        one = generator.integers(len(first), size=left + left // 8 + 16)
        other = generator.integers(len(second), size=one.size)
        different = np.flatnonzero(first[one] != second[other])[:left]
        found.append((one[different], other[different]))
        left -= different.size
        if left == 0:
            break
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _scores(
    first: Templates, second: Templates, one: Codes, other: Codes, comparison: Comparison
) -> FloatArray:
    parts = [
        comparison.scores(first[one[start : start + _AT_ONCE]], second[other[start : start + _AT_ONCE]])
        for start in range(0, len(one), _AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)
