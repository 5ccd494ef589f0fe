"""How templates of a matcher are compared without the matcher: for search and for pairs drawn from a gallery.

Rules:
    * The score of a pair is the matcher's own, to the last digits of a float64; a test compares both.
    * Whatever finds candidates, their scores are computed anew from the templates as they were enrolled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import InvalidInput

FloatArray = NDArray[np.float64]
Templates = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a matcher compares two templates.

    Attributes:
        metric: Name of usearch's metric whose order is that of the scores: ``l2sq`` or ``ip``.
    """

    metric: str

    def scores(self, first: Templates, second: Templates) -> FloatArray:
        """Return the score of each template of ``first`` with the one at its place in ``second``, ``(n,)``.

        Args:
            first: ``(n, d)``.
            second: ``(n, d)``, or ``(1, d)`` for one with all.
        """
        one, other = first.astype(np.float64), second.astype(np.float64)
        is_inner = self.metric == "ip"
        result: FloatArray = (
            (one * other).sum(axis=1) if is_inner else 1.0 - np.linalg.norm(one - other, axis=1)
        )
        return result


COMPARISONS: Final = {"dlib": Comparison("l2sq"), "matcher": Comparison("ip")}
"""Comparison by the registry name of the matcher."""


def comparison_of(analyser: str) -> Comparison:
    """Return how the matcher with this name compares.

    Raises:
        InvalidInput: Galleries do not know it.
    """
    if analyser not in COMPARISONS:
        raise InvalidInput(
            f"The matcher {analyser} makes no galleries.", f"Choose one of {', '.join(COMPARISONS)}."
        )
    return COMPARISONS[analyser]
