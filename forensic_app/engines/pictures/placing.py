"""Pictures moved from one geometry to another, as a matrix on record says.

Rules:
    * A matrix is ``(2, 3)`` and maps pixels of the picture to pixels of the output; pixel centres lie on integers.
    * Beyond the picture there is one tone, never a mirrored part of it.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from forensic_app.faces.align import invert, scale_of
from forensic_app.faces.analyser import FloatArray


def moved(picture: Image.Image, matrix: FloatArray, size: tuple[int, int], *, fill: int) -> Image.Image:
    """Return ``picture`` moved by ``matrix``, reduced without aliasing where it shrinks.

    Args:
        picture: Grey or RGB.
        matrix: Pixels of the picture to pixels of the output; a turn, one scale and a shift.
        size: Width and height of the output.
        fill: Grey level beyond the picture.
    """
    back = invert(np.asarray(matrix, dtype=np.float64))
    scale = scale_of(back)
    if scale > 1.0:
        small = (max(1, round(picture.width / scale)), max(1, round(picture.height / scale)))
        factors = np.array([small[0] / picture.width, small[1] / picture.height])
        back = back * factors[:, None]
        back[:, 2] += 0.5 * factors - 0.5
        picture = picture.resize(small, Image.Resampling.LANCZOS)
    # Pillow maps corners of pixels, which lie half a pixel before their centres
    shift = back[:, 2] + 0.5 - back[:, :2] @ np.array([0.5, 0.5])
    data = (*back[0, :2], shift[0], *back[1, :2], shift[1])
    tone = fill if picture.mode == "L" else (fill, fill, fill)
    return picture.transform(size, Image.Transform.AFFINE, data, Image.Resampling.BICUBIC, fillcolor=tone)


def composed(first: FloatArray, then: FloatArray) -> FloatArray:
    """Return the ``(2, 3)`` matrix that does ``first`` and ``then`` the other."""
    linear = then[:, :2] @ first[:, :2]
    return np.column_stack([linear, then[:, :2] @ first[:, 2] + then[:, 2]])
