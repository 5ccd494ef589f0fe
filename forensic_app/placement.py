"""How a derived image of its own geometry lies to what it was made from, as its metrics record it.

Rules:
    * Most images have the geometry of their input or are a part of it, and record nothing here.
    * A matrix is ``(2, 3)`` and maps pixels of the input to pixels of the picture, its band and margins not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_PLACED: Final = "placed"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the pixels of an input lie in a picture that was made from it.

    Attributes:
        matrix: ``(2, 3)``, pixels of the input to the picture's.
        of_size: Width and height of the input in pixels.
    """

    matrix: Sequence[Sequence[float]]
    of_size: tuple[int, int]

    def box(self, box: Sequence[float]) -> Box:
        """Return the upright box around a box of the input, ``(left, top, right, bottom)``, in the picture."""
        (a, b, c), (d, e, f) = self.matrix
        corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        across = [a * x + b * y + c for x, y in corners]
        down = [d * x + e * y + f for x, y in corners]
        return min(across), min(down), max(across), max(down)


def placed_facts(matrix: Iterable[Iterable[float]], *, size: tuple[int, int]) -> dict[str, Any]:
    """Return the metrics that :func:`placement` reads, JSON types only.

    Args:
        matrix: ``(2, 3)``, pixels of the input to the picture's.
        size: Width and height of the input in pixels.
    """
    return {_PLACED: {"matrix": [[float(each) for each in row] for row in matrix], "of_px": list(size)}}


def placement(metrics: Mapping[str, Any]) -> Placement | None:
    """Return how a derived image lies to its input; ``None`` for one that has its geometry or is a part of it."""
    placed = metrics.get(_PLACED)
    if not placed:
        return None
    width, height = placed["of_px"]
    return Placement(placed["matrix"], (int(width), int(height)))


def box_in_image(box: Box | None, metrics: Mapping[str, Any]) -> Box | None:
    """Return a box of the input in pixels of a derived image with these metrics."""
    placed = placement(metrics)
    return box if box is None or placed is None else placed.box(box)
