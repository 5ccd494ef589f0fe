"""Find faces in photographs that lie on their side or stand on their head.

Rules:
    * A turned copy is searched, and what is found is told in the photograph's own pixels: landmarks in the order that
      they have in the upright copy, so that alignment turns the face upright and putting back turns it back.
    * The photograph as received comes first. A turned copy wins only by a face that is sure, and clearly surer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage

SURE_SCORE: Final = 0.6
"""A face with this score ends the search; false ones in photographs that were turned stayed below 0.3."""

WINNING_MARGIN: Final = 0.4
QUARTERS: Final = (2, 1, 3)
"""Quarter turns against the clock that are tried: on its head first, then either side."""

Find = Callable[[RgbImage], list[DetectedFace]]


def find_in_any_turn(image: RgbImage, find: Find) -> list[DetectedFace]:
    """Return the faces of ``image``, from the way up that shows the surest.

    Args:
        image: ``(height, width, 3)`` uint8 RGB.
        find: Finds upright faces.
    """
    best, turn = find(image), 0
    if surest(best) >= SURE_SCORE:
        return best
    for quarters in QUARTERS:
        found = find(np.ascontiguousarray(np.rot90(image, quarters)))
        score = surest(found)
        if score >= SURE_SCORE and score > surest(best) + WINNING_MARGIN:
            best, turn = found, quarters
    return [turned_back(face, image.shape, turn) for face in best] if turn else best


def surest(faces: list[DetectedFace]) -> float:
    """Return the highest score, minus infinity where there is no face."""
    return max((face.score for face in faces), default=-np.inf)


def turned_back(face: DetectedFace, shape: tuple[int, ...], quarters: int) -> DetectedFace:
    """Return a face of ``np.rot90(image, quarters)`` in the pixels of ``image``.

    Args:
        face: Found in the turned copy.
        shape: Of the image as it is: height, width.
        quarters: Quarter turns against the clock that made the copy.
    """
    left, top, right, bottom = face.box
    corners = _points_back(np.array([[left, top], [right, bottom]]), shape, quarters)
    (low_x, low_y), (high_x, high_y) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return replace(
        face,
        box=(low_x, low_y, high_x, high_y),
        landmarks=_points_back(face.landmarks, shape, quarters),
        turned_degrees=90 * quarters,
    )


def _points_back(points: FloatArray, shape: tuple[int, ...], quarters: int) -> FloatArray:
    height, width = shape[:2]
    x, y = points[:, 0], points[:, 1]
    back = {
        1: (width - 1 - y, x),
        2: (width - 1 - x, height - 1 - y),
        3: (y, height - 1 - x),
    }[quarters]
    return np.stack(back, axis=1).astype(np.float64)
