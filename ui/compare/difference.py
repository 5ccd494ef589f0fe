"""How much two pictures that lie on each other differ in luminance.

Rules:
    * Where one of the pictures does not reach, nothing is shown: there is no difference to speak of.
    * It is of the pixels as they are encoded: light, pose, hair and camera are in it as much as the face.

References:
    ITU-R BT.601-7, 2.5.1: luma from non-linear R, G, B.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def luminance_difference(one: QImage, other: QImage, *, gain: float = 1.0) -> QImage:
    """Return the absolute difference of the luma of two pictures of the same size; safe in any thread.

    Args:
        one: A picture, transparent where there is none of it.
        other: Another one.
        gain: What the difference is multiplied with, at least 1.

    Returns:
        Grey where both pictures are, transparent elsewhere.

    Raises:
        ValueError: The sizes differ.
    """
    if one.size() != other.size():
        raise ValueError("the pictures are of different sizes")
    first, second = _pixels(one), _pixels(other)
    grey = np.minimum(np.abs(_luma(first) - _luma(second)) * gain, 255.0).round().astype(np.uint8)
    there = (first[..., 3] == 255) & (second[..., 3] == 255)
    made = np.empty((*grey.shape, 4), dtype=np.uint8)
    made[..., :3] = (grey * there)[..., None]
    made[..., 3] = there * np.uint8(255)
    height, width = grey.shape
    format_ = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(made.tobytes(), width, height, width * 4, format_).copy()


def _pixels(image: QImage) -> NDArray[np.uint8]:
    """Return ``(height, width, 4)`` of blue, green, red and cover."""
    plain = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 4].reshape(plain.height(), plain.width(), 4).copy()


def _luma(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    weights = np.array([0.114, 0.587, 0.299], dtype=np.float32)
    return pixels[..., :3].astype(np.float32) @ weights
