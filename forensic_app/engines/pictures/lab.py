"""From CIELAB back to RGB, for colours that no screen shows too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.color import lab2rgb

_ABOVE_ZERO = 1e-9
"""What a colour's Z lies above zero by at least, times 200: far below what a pixel shows."""


def rgb_of_lab(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return RGB in ``[0, 1]``, clipped to what there is.

    A colour that is moved may be yellower than any light (its Z below zero). The conversion takes the yellowest that
    there is for it and warns; here it is brought there before, so that nothing is left to warn of.

    Args:
        lab: CIELAB, channels last.
    """
    yellowest = 200.0 * (lab[..., 0] + 16.0) / 116.0 - _ABOVE_ZERO
    within = np.stack([lab[..., 0], lab[..., 1], np.minimum(lab[..., 2], yellowest)], axis=-1)
    return np.asarray(np.clip(lab2rgb(within), 0.0, 1.0), dtype=np.float64)
