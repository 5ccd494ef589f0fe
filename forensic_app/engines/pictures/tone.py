"""Keep a black-and-white or toned photograph so: the colour that each brightness has in it.

Rules:
    * Where the photograph's own crop is grey or of one tone, every pixel that is changed gets the colour that pixels of
      its brightness have in that crop. In a photograph without any chroma the result has none, to the last pixel.
    * Brightness is Rec. 601 luma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.pictures.traits import LUMA, is_grey
from forensic_app.faces.analyser import RgbImage

SMOOTHING_LEVELS: Final = 6.0
"""Standard deviation over which neighbouring brightnesses share their colour."""


@dataclass(frozen=True, slots=True)
class Tone:
    """The one tone of a photograph.

    Attributes:
        colours: Colour of each brightness, ``(256, 3)`` float32 RGB.
    """

    colours: NDArray[np.float32]

    @classmethod
    def of(cls, crop: RgbImage) -> Tone | None:
        """Return the tone of a photograph, ``None`` where it has more than one.

        Args:
            crop: Canonical crop of its face, ``(side, side, 3)`` uint8 RGB.
        """
        if not is_grey(crop):
            return None
        pixels = crop.reshape(-1, 3)
        if (pixels == pixels[:, :1]).all():
            return cls(np.repeat(np.arange(256, dtype=np.float32)[:, None], 3, axis=1))
        levels = np.rint(pixels.astype(np.float32) @ LUMA).astype(int)
        counts = np.bincount(levels, minlength=256)
        chroma = pixels - levels[:, None]
        sums = np.stack([np.bincount(levels, chroma[:, channel], 256) for channel in range(3)], axis=1)
        # a level takes part with its neighbours, so that one pixel's noise does not make a tone
        weights = np.exp(-0.5 * (np.subtract.outer(np.arange(256), np.arange(256)) / SMOOTHING_LEVELS) ** 2)
        smooth = (weights @ sums) / np.maximum(weights @ counts, 1e-6)[:, None]
        colours = np.arange(256)[:, None] + smooth
        return cls(np.clip(colours, 0, 255).astype(np.float32))

    def applied(self, picture: RgbImage) -> RgbImage:
        """Return ``picture``, ``(h, w, 3)`` uint8 RGB, with the colour of each of its brightnesses."""
        levels = np.rint(picture.astype(np.float32) @ LUMA).astype(int)
        result: RgbImage = np.rint(self.colours[levels]).astype(np.uint8)
        return result
