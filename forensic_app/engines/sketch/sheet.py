"""Put a drawn portrait in its place on a sheet of paper of the photograph's size.

Rules:
    * The sheet has the paper tone of the sketch itself, so that its border does not show.
    * What lay beyond the photograph's border is never shown.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.sketch.frame import Portrait
from forensic_app.faces.align import invert, paste_back, transform_points
from forensic_app.faces.analyser import RgbImage

FADE_SHARE: Final = 0.05
"""Width of the strip along the frame's border over which the sketch fades into the paper."""
PAPER_PERCENTILE: Final = 75


def paper_tone(sketch: NDArray[np.uint8]) -> int:
    """Return the grey level of the paper: the 75th percentile of the sketch's upper quarter."""
    return int(np.percentile(sketch[: sketch.shape[0] // 4], PAPER_PERCENTILE))


def border_mask(side_px: int) -> NDArray[np.float32]:
    """Return weights that fall smoothly to zero along the border, shape ``(side_px, side_px)``."""
    places = (np.arange(side_px) + 0.5) / side_px
    ramp = np.clip(np.minimum(places, 1 - places) / FADE_SHARE, 0.0, 1.0)
    ramp = ramp * ramp * (3.0 - 2.0 * ramp)
    return np.asarray(ramp[:, None] * ramp[None, :], dtype=np.float32)


def on_sheet(sketch: NDArray[np.uint8], portrait: Portrait, photo_shape: tuple[int, ...]) -> RgbImage:
    """Return a sheet of the photograph's size with the sketch where the face is.

    The sketch keeps its full strength up to the photograph's own border and fades where the frame ends inside.

    Args:
        sketch: Shape ``(side, side)`` uint8.
        portrait: The frame it was drawn from.
        photo_shape: Height and width of the photograph, in pixels.

    Returns:
        Shape ``(height, width, 3)`` uint8 RGB, grey.
    """
    sheet = np.full((*photo_shape[:2], 3), paper_tone(sketch), dtype=np.uint8)
    drawn = np.repeat(sketch[..., None], 3, axis=-1)
    return paste_back(sheet, drawn, portrait.matrix, border_mask(sketch.shape[0]))


def frame_window(portrait: Portrait, photo_shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom (exclusive) of the frame in the photograph, clipped to it."""
    side = portrait.picture.shape[0]
    corners = np.array([[0, 0], [side - 1, 0], [0, side - 1], [side - 1, side - 1]], dtype=np.float64)
    places = transform_points(invert(portrait.matrix), corners)
    limit = np.array([photo_shape[1], photo_shape[0]])
    left, top = (int(value) for value in np.clip(np.floor(places.min(axis=0)), 0, limit - 1))
    right, bottom = (int(value) for value in np.clip(np.ceil(places.max(axis=0)) + 1, 1, limit))
    return left, top, right, bottom
