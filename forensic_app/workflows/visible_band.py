"""Find the words of the band on a picture, at any size of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forensic_app.engines.pictures.marking import mark

LIKENESS = 0.6
"""Correlation with the drawn words from which they count as found; unmarked pictures stay far below."""
_WIDTH_PX = 320
_SMALLEST_PX = 24

RgbImage = NDArray[np.uint8]


def shows_band(picture: RgbImage) -> bool:
    """Return whether the first lines of the band stand somewhere on a picture, from its left to its right edge.

    Args:
        picture: Shape ``(height, width, 3)``, uint8 RGB.
    """
    return band_likeness(picture) >= LIKENESS


def band_likeness(picture: RgbImage) -> float:
    """Return the best correlation of any strip of a picture with the band's words, -1 to 1."""
    height, width = picture.shape[:2]
    if min(height, width) < _SMALLEST_PX:
        return 0.0
    words = np.asarray(mark(np.zeros((1, width, 3), np.uint8), caption=".").convert("L"))[1:]
    if words.shape[1] != width:
        return 0.0
    lines = np.flatnonzero((words > 128).any(axis=1))
    dots = np.flatnonzero((words > 128).sum(axis=1) > 8)
    template = _small(words[lines[0] : dots[-1] + 1], width)
    plane = _small(np.asarray(Image.fromarray(picture).convert("L")), width)
    rows = template.shape[0]
    if plane.shape[0] < rows or rows < 3:
        return 0.0
    wanted = _even(template)
    strips = np.lib.stride_tricks.sliding_window_view(plane, rows, axis=0)
    best = 0.0
    for strip in strips:
        best = max(best, float((_even(strip.T) * wanted).mean()))
    return best


def _small(plane: NDArray[np.uint8], width: int) -> NDArray[np.float32]:
    size = (_WIDTH_PX, max(round(plane.shape[0] * _WIDTH_PX / width), 1))
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BOX), np.float32)


def _even(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = float(plane.std())
    return np.asarray((plane - plane.mean()) / (spread if spread > 1 else 1e9), np.float32)
