"""The grain of a photograph: how strong it is, and what of it an edited picture lacks.

Rules:
    * Grain is what changes from pixel to pixel, no stronger anywhere than a few of its standard deviations: what is
      stronger is a line of the face and does not count.

References:
    Immerkaer, J. (1996). Fast noise variance estimation. CVIU 64(2) (the mask; here with the median, which edges move
    less than the mean).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from forensic_app.faces.analyser import RgbImage

FINEST_PX: Final = 1.5
"""Standard deviation of the Gaussian, in pixels of the crop, that grain does not outlast."""

MOST_DEVIATIONS: Final = 2.5

_SECOND_DIFFERENCES: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
_OF_NORMAL: Final = 0.6745
"""Median of the absolute value of a normal variable, in standard deviations."""


def grain_strength(picture: RgbImage, place: NDArray[np.bool_]) -> float:
    """Return the standard deviation of the grain, in levels of 255, the mean of the channels.

    Args:
        picture: Shape ``(h, w, 3)`` uint8 RGB.
        place: Where it is measured, ``(h, w)``, somewhere true.
    """
    found = [
        np.median(
            np.abs(ndimage.convolve(picture[..., channel].astype(np.float32), _SECOND_DIFFERENCES)[place])
        )
        for channel in range(3)
    ]
    return float(np.mean(found)) / _OF_NORMAL / 6.0


def put_back(
    pixels: NDArray[np.float32],
    missing: NDArray[np.float32],
    grain: NDArray[np.float32] | None,
    *,
    share: float | NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return ``pixels`` with a share of what they lack, and with all of the grain in it.

    Args:
        pixels: Shape ``(h, w, 3)``, levels of 255.
        missing: What they lack, same shape.
        grain: From :func:`grain_of`; ``None`` for none.
        share: From 0 to 1, a number or ``(h, w, 1)``.
    """
    with_detail = pixels + share * missing
    return with_detail if grain is None else with_detail + (1.0 - share) * grain


def grain_of(
    missing: NDArray[np.float32], place: NDArray[np.bool_], *, pixels_per_crop_pixel: float = 1.0
) -> NDArray[np.float32]:
    """Return the grain in what the reconstruction of a photograph lacks, ``(h, w, 3)``, levels of 255.

    Args:
        missing: The photograph minus the reconstruction, ``(h, w, 3)``.
        place: Where its strength is measured, ``(h, w)``; without any such place there is no grain.
        pixels_per_crop_pixel: Pixels of ``missing`` for each of the canonical crop.
    """
    if not place.any():
        return np.zeros_like(missing)
    deviation = FINEST_PX * pixels_per_crop_pixel
    fine = missing - ndimage.gaussian_filter(missing, (deviation, deviation, 0.0))
    most = MOST_DEVIATIONS * float(np.median(np.abs(fine[place]))) / _OF_NORMAL
    result: NDArray[np.float32] = np.clip(fine, -most, most)
    return result
