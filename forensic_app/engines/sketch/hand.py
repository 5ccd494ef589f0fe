"""What a hand and its paper leave in a drawing: the tooth of the paper, and strokes that leave off unevenly.

Rules:
    * Nothing is drawn at random: every pattern comes from one number that stands here, the same for every sketch.
    * The patterns say nothing of a face; they are laid over what the network drew of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from forensic_app.faces.analyser import FloatArray

Plane = NDArray[np.float32]

TILE_PX: Final = 512
_TOOTH_SEED, _STROKE_SEED, _SWAY_SEED = 11, 3, 5
_FINE, _COARSE, _COARSE_SHARE = 0.9, 2.2, 0.6
_STROKE_LENGTHS = 9.0
_STROKE_TURN_DEG = 28.0


@lru_cache(maxsize=4)
def paper_tooth(size: tuple[int, int], scale: float) -> Plane:
    """Return the roughness of paper, mean 0 and deviation 1, shape ``(height, width)`` float32; not to be written to.

    Args:
        size: Width and height in pixels.
        scale: Size of its grain; 1 for a sheet of 768 px.
    """
    rough = np.random.default_rng(_TOOTH_SEED).standard_normal((TILE_PX, TILE_PX)).astype(np.float32)
    fine, coarse = (ndimage.gaussian_filter(rough, each, mode="wrap") for each in (_FINE, _COARSE))
    tile = _normal(fine - _COARSE_SHARE * coarse)
    if scale > 1.0:
        side = round(TILE_PX * scale)
        tile = np.asarray(Image.fromarray(tile).resize((side, side), Image.Resampling.BICUBIC))
    times = (-(-size[1] // tile.shape[0]), -(-size[0] // tile.shape[1]))
    return _frozen(np.tile(tile, times)[: size[1], : size[0]])


@lru_cache(maxsize=4)
def strokes(size: tuple[int, int], width_px: float) -> Plane:
    """Return what is uneven along slanting strokes, mean 0 and deviation 1, shape ``(height, width)`` float32.

    Args:
        size: Width and height in pixels.
        width_px: Standard deviation of the smoothing across a stroke.
    """
    side = int(np.hypot(*size)) + 8
    rough = np.random.default_rng(_STROKE_SEED).standard_normal((side, side)).astype(np.float32)
    drawn = ndimage.gaussian_filter(rough, (_STROKE_LENGTHS * width_px, width_px))
    turned = ndimage.rotate(drawn, _STROKE_TURN_DEG, reshape=False, order=1, mode="wrap")
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    return _frozen(_normal(turned[top : top + size[1], left : left + size[0]]))


@lru_cache(maxsize=4)
def sway(size: tuple[int, int], cells: int) -> Plane:
    """Return a slow change over the sheet, mean 0 and deviation 1, shape ``(height, width)`` float32.

    Args:
        size: Width and height in pixels.
        cells: How often it may change from side to side.
    """
    shape = (round(cells * size[1] / size[0]) + 1, cells)
    rough = np.random.default_rng(_SWAY_SEED).random(shape).astype(np.float32)
    return _frozen(_normal(np.asarray(Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC))))


def smooth(values: FloatArray | Plane) -> Plane:
    """Return the smooth step of ``values``: 0 at 0 and below, 1 at 1 and above."""
    ramp: FloatArray = np.clip(np.asarray(values, dtype=np.float64), 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), dtype=np.float32)


def _normal(values: Plane) -> Plane:
    return np.asarray((values - values.mean()) / values.std(), dtype=np.float32)


def _frozen(values: Plane) -> Plane:
    result = np.ascontiguousarray(values)
    result.flags.writeable = False
    return result
