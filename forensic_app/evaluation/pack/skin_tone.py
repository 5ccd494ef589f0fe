"""The skin tone of a photograph's face in three classes, by the individual typology angle.

Rules:
    * Read off cheeks and forehead of the canonical crop, where it lies by construction.
    * It is the tone in that photograph: light and camera are in it. A grey photograph has none.

References:
    Chardon, Cretois, Hourseau, Skin colour typology and suntanning pathways, International Journal of Cosmetic Science
    13, 1991 (the angle, and 41, 28 and 10 degrees between its classes); Del Bino and Bernerd, British Journal of
    Dermatology 169, 2013 (six classes, here two by two).
"""

from __future__ import annotations

import math

import numpy as np

from forensic_app.engines.pictures.traits import is_grey
from forensic_app.faces.analyser import RgbImage

SKIN_BOXES = ((0.44, 0.58, 0.20, 0.34), (0.44, 0.58, 0.66, 0.80), (0.10, 0.20, 0.36, 0.64))
"""Cheeks and forehead: top, bottom, left and right as shares of the crop's side."""
LIGHT_ABOVE, MEDIUM_ABOVE = 41.0, 10.0
"""Degrees."""
LIGHT, MEDIUM, DARK, UNKNOWN = "light", "medium", "dark", "grey photograph"


def typology_angle(crop: RgbImage) -> float:
    """Return the individual typology angle of a canonical crop's skin, degrees.

    Args:
        crop: ``(side, side, 3)`` uint8 RGB.

    Returns:
        ``atan2(L* - 50, b*)`` of the median pixel of cheeks and forehead; higher is lighter.
    """
    from skimage.color import rgb2lab

    side = crop.shape[0]
    boxes = [[round(edge * side) for edge in box] for box in SKIN_BOXES]
    pixels = np.concatenate(
        [
            crop[top : max(bottom, top + 1), left : max(right, left + 1)].reshape(-1, 3)
            for top, bottom, left, right in boxes
        ]
    )
    light, _, yellow = np.median(rgb2lab(pixels[None].astype(np.float64) / 255.0)[0], axis=0)
    return math.degrees(math.atan2(float(light) - 50.0, float(yellow)))


def skin_tone(crop: RgbImage) -> str:
    """Return ``light`` (above 41 degrees), ``medium``, ``dark`` (10 degrees and less) or ``grey photograph``."""
    if is_grey(crop):
        return UNKNOWN
    angle = typology_angle(crop)
    if angle > LIGHT_ABOVE:
        return LIGHT
    return MEDIUM if angle > MEDIUM_ABOVE else DARK
