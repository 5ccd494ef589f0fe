"""How sharp and how coloured a face's crop is: two words of its caption.

Rules:
    * Both are read off the aligned crop, as the network sees it, so that a large blurred photograph counts as blurred.
    * A toned (sepia) picture counts as grey: its colours follow from its brightness.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

GREY_SPREAD = 3.0
"""Pictures whose colours stray less than this from what their brightness says, in levels of 255, are grey."""

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green and blue in brightness (Rec. 601)."""


def sharpness(crop: NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian of the brightness of ``crop``, shape ``(h, w, 3)`` uint8 RGB.

    References:
        Pech-Pacheco et al. 2000, Diatom autofocusing in brightfield microscopy.
    """
    return float(ndimage.laplace(crop.astype(np.float32) @ LUMA).var())


def colour_spread(crop: NDArray[np.uint8]) -> float:
    """Return how far the colours of ``crop`` stray from a line over its brightness, RMS in levels of 255.

    Args:
        crop: Shape ``(h, w, 3)`` uint8 RGB.
    """
    pixels = crop.reshape(-1, 3).astype(np.float32)
    luma = pixels @ LUMA
    chroma = pixels[:, [0, 2]] - luma[:, None]
    design = np.stack([luma, np.ones_like(luma)], axis=1)
    solution, *_ = np.linalg.lstsq(design, chroma, rcond=None)
    return float(np.sqrt(np.mean((chroma - design @ solution) ** 2)))


def is_grey(crop: NDArray[np.uint8]) -> bool:
    """Return whether ``crop``, shape ``(h, w, 3)`` uint8 RGB, is black and white or of one tone."""
    return colour_spread(crop) < GREY_SPREAD


def sharpness_limits(values: NDArray[np.float32]) -> tuple[float, float]:
    """Return the two values that part ``values`` into three classes of the same size."""
    lower, upper = np.quantile(values, [1 / 3, 2 / 3])
    return float(lower), float(upper)
