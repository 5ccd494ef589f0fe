"""Compare a probe with every template: by all numbers, or by a bound of few numbers that rules most of them out.

Rules:
    * What is found is what comparing all numbers finds, whichever way is taken.
    * The bound is on the score: the part along the directions that hold most of the templates' energy is computed, the
      rest is at most the product of both lengths (Cauchy-Schwarz). Rounding is allowed for. A template whose bound is
      below the score of as many others as are wanted needs no look.
    * Making the bounds takes as long as some searches: it is put off until a probe is searched for the
      :data:`BOUND_AFTER` th time in the same index. Where the bound rules too few out, all numbers are compared.

References:
    K. Pearson, 1901 (principal directions); IEEE 754 (binary16: 11 significant bits); N. Higham, Accuracy and Stability
    of Numerical Algorithms, 2002, section 3.1 (error of an inner product).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from forensic_app.galleries.comparing import Comparison, Templates

BOUND_AFTER: Final = 8
BOUND_FROM: Final = 20_000
"""Templates from which on bounds are made."""
DIRECTIONS: Final = 46
"""Numbers of a template in its bound; two more hold the length of the rest and the square of the whole."""
SAMPLED: Final = 8192
_BLOCK: Final = 64
_AT_ONCE: Final = 1 << 13
_FIRST_LOOK: Final = 4
_MOST_SHARE: Final = 8
_ROUNDING: Final = 2.0**-10 * 1.02 + 2.0**-23 * 128
"""Largest error of a bound and a score together, as a share of the lengths that are multiplied: both numbers of a
product are rounded to binary16, and it is summed in float32."""
_LEAST_OF_BINARY16: Final = 2.0**-24
_MOST_OF_BINARY16: Final = 3e4

Keys = NDArray[np.int64]
Places = NDArray[np.intp]


class ExactIndex:
    """Compares a probe with every template."""

    def __init__(self, keys: Keys, templates: Templates, comparison: Comparison) -> None:
        """Take the templates to search, ``(n, d)``, and the key of each."""
        self._keys, self._templates, self._comparison = keys, np.ascontiguousarray(templates), comparison
        self._searches = 0
        self._bound: _Bound | None = None

    @property
    def count(self) -> int:
        """Templates searched."""
        return len(self._keys)

    def nearest(self, probe: Templates, count: int) -> Keys:
        """Return the keys of the templates most like ``probe``, ``(1, d)``, best first; at most ``count``."""
        wanted = min(count, self.count)
        if wanted == 0:
            return np.zeros(0, dtype=np.int64)
        self._searches += 1
        places = None
        if self._searches > BOUND_AFTER and self.count >= BOUND_FROM and wanted * _BLOCK < self.count:
            self._bound = self._bound or _Bound(self._templates, is_inner=self._is_inner)
            places = self._bound.nearest(probe[0], wanted)
        if places is None:
            places = best_places(self._all_scores(probe), wanted)
        return self._keys[places]

    @property
    def _is_inner(self) -> bool:
        return self._comparison.metric == "ip"

    def _all_scores(self, probe: Templates) -> Templates:
        """Return numbers in the order of the scores, higher is more alike, ``(n,)`` float32."""
        if self._is_inner:
            return _compared(self._templates, probe, "dot")
        return -_compared(self._templates, probe, "sqeuclidean")


class _Bound:
    """What the score of each template can be at most."""

    def __init__(self, templates: Templates, *, is_inner: bool) -> None:
        self._templates, self._is_inner = templates, is_inner
        step = max(1, len(templates) // SAMPLED)
        sample = templates[::step].astype(np.float64)
        _, directions = np.linalg.eigh(sample.T @ sample)
        self._directions = directions[:, ::-1][:, :DIRECTIONS].astype(np.float32)
        width = self._directions.shape[1]
        self._rows: Any = np.zeros((len(templates), width + 2), np.float16)
        self._longest = 0.0
        for start in range(0, len(templates), _AT_ONCE):
            part = templates[start : start + _AT_ONCE]
            rows = np.empty((len(part), width + 2), np.float32)
            rows[:, :width] = part @ self._directions
            squares = np.einsum("ij,ij->i", part, part)
            rows[:, width] = _rest(squares, rows[:, :width])
            rows[:, width + 1] = squares
            self._longest = max(self._longest, float(np.sqrt(np.einsum("ij,ij->i", rows, rows).max())))
            self._rows[start : start + len(part)] = np.clip(rows, -_MOST_OF_BINARY16, _MOST_OF_BINARY16)

    def nearest(self, probe: Templates, wanted: int) -> Places | None:
        """Return the places of the ``wanted`` best, best first; ``None`` where the bound rules too few out."""
        asked = self._asked(probe)
        length = float(np.linalg.norm(asked))
        if max(self._longest, length) > _MOST_OF_BINARY16:
            return None
        bounds = _compared(self._rows, asked.astype(np.float16)[None], "dot")
        too_small = _LEAST_OF_BINARY16 * math.sqrt(asked.size) * (self._longest + length)
        margin = _ROUNDING * self._longest * (length + self._longest) + too_small
        first = best_places(bounds, min(_FIRST_LOOK * wanted, len(bounds) // _BLOCK))
        least = float(np.sort(self._scores(probe, first))[-wanted]) if len(first) >= wanted else -math.inf
        places = np.flatnonzero(bounds >= np.float32(least - margin))
        if len(places) > len(bounds) // _MOST_SHARE:
            return None
        return places[best_places(self._scores(probe, places), wanted)]

    def _asked(self, probe: Templates) -> Templates:
        """Return the numbers whose product with a row is the bound."""
        along = probe @ self._directions
        rest = _rest(np.asarray([probe @ probe]), along[None])
        twice = 1.0 if self._is_inner else 2.0
        last = 0.0 if self._is_inner else -1.0
        return np.concatenate([twice * along, twice * rest, [last]]).astype(np.float32)

    def _scores(self, probe: Templates, places: Places) -> Templates:
        """Return numbers in the order of the scores, of some templates: as the bounds are of."""
        rows = self._templates[places]
        inner: Templates = rows @ probe
        return inner if self._is_inner else 2 * inner - np.einsum("ij,ij->i", rows, rows)


def best_places(values: Templates, wanted: int) -> Places:
    """Return the places of the ``wanted`` greatest of ``values``, ``(n,)``, greatest first, of equal ones the first.

    Where few are wanted, blocks whose greatest value is too small are never looked into.
    """
    count = len(values)
    places: Places = np.arange(count)
    if wanted * _BLOCK < count:
        whole = count - count % _BLOCK
        greatest = values[:whole].reshape(_BLOCK, -1).max(axis=0)
        least = np.partition(greatest, len(greatest) - wanted)[len(greatest) - wanted]
        places = np.flatnonzero(values >= least)
    order = np.argsort(-values[places], kind="stable")[:wanted]
    return places[order]


def _rest(squares: Templates, along: Templates) -> Templates:
    """Return the lengths of what does not lie along the directions, a little too long rather than too short."""
    rest: Templates = np.sqrt(
        np.maximum(squares * np.float32(1 + 1e-5) - np.einsum("ij,ij->i", along, along), 0)
    )
    return rest


def _compared(rows: Any, probe: Any, metric: Literal["dot", "sqeuclidean"]) -> Templates:
    import numkong

    found = np.empty((len(rows), 1), np.float32)
    numkong.cdist(rows, probe, metric, out=found)
    return found[:, 0]
