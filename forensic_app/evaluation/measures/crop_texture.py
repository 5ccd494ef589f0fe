"""What a face's crop looks like to a plain eye: strengths of edges by place, direction and size, as numbers.

They tell derived from real faces (:mod:`~forensic_app.evaluation.measures.separation`), and unlike faces from like ones
(:mod:`~forensic_app.evaluation.measures.real_faces`). No network computes them: whatever makes or steers the pictures
has no part in them.

Rules:
    * A crop is brought to 96 px first, by averaging. What is finer (noise, the photograph's own grain that is put back,
      JPEG) neither flatters nor harms; what an eye sees at the size of a contact sheet counts.
    * How light or how coloured a face is does not count, only how lightness and colour change from place to place.
    * Faces are aligned, so eyes and mouth are boxes in the canonical crop. A box is cut into cells, and a number is the
      logarithm of a mean over a cell: of the strength of edges in six directions and of spots, at three sizes, and of
      the strength of edges in the two colour channels.
    * The same crop gives the same numbers.

Chosen among texture codes (multi-scale LBP), block DCT, HOG, colour statistics and small pixels by which ranks broken
pictures worst, see docs/training.md.

References:
    Freeman and Adelson, The design and use of steerable filters, IEEE TPAMI 13(9), 1991; Lindeberg, Scale-space
    theory, 1994 (derivatives times sigma, so that sizes compare); CIE 15:2018 (CIELAB).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from forensic_app.faces.analyser import RgbImage

FloatMap = NDArray[np.float32]

FEATURES = "edges by place, direction and size on the 96 px crop (CIELAB), no network"
SIDE_PX = 96
SIGMAS_PX = (0.8, 1.6, 3.2)
DIRECTIONS = 6
COLOUR_SIGMA_PX = 1.6
LEAST_STRENGTH = 0.1
"""Added before the logarithm: a tenth of a level of CIELAB lightness."""

FACE, EYES, MOUTH = "face", "eyes", "mouth"
REGIONS: Mapping[str, tuple[float, float, float, float]] = MappingProxyType(
    {FACE: (0.06, 0.98, 0.10, 0.90), EYES: (0.20, 0.44, 0.16, 0.84), MOUTH: (0.60, 0.90, 0.24, 0.76)}
)
"""Top, bottom, left and right of each box, as shares of the crop's side."""
CELLS: Mapping[str, tuple[int, int]] = MappingProxyType({FACE: (6, 5), EYES: (2, 4), MOUTH: (3, 4)})
"""Rows and columns of cells in each box."""


def crop_texture(crop: RgbImage) -> dict[str, FloatMap]:
    """Return the numbers of each region of a canonical crop: ``face`` 690, ``eyes`` 184, ``mouth`` 276, float32.

    Args:
        crop: ``(side, side, 3)`` uint8 RGB.
    """
    maps = _strengths(_lab(crop))
    return {name: _pooled(maps, name) for name in REGIONS}


def crop_textures(crops: Sequence[RgbImage] | NDArray[np.uint8]) -> dict[str, FloatMap]:
    """Return the numbers of several crops, ``(n, numbers)`` for each region; see :func:`crop_texture`."""
    rows = [crop_texture(crop) for crop in crops]
    return {
        name: np.stack([row[name] for row in rows]) if rows else np.zeros((0, 1), np.float32)
        for name in REGIONS
    }


def _lab(crop: RgbImage) -> FloatMap:
    from skimage.color import rgb2lab

    planes = [
        np.asarray(
            Image.fromarray(crop[..., channel].astype(np.float32)).resize(
                (SIDE_PX, SIDE_PX), Image.Resampling.BOX
            )
        )
        for channel in range(3)
    ]
    return np.asarray(rgb2lab(np.stack(planes, axis=-1) / 255.0), dtype=np.float32)


def _strengths(lab: FloatMap) -> FloatMap:
    """Return one map for each kind of strength, ``(SIDE_PX, SIDE_PX, 3 * 7 + 2)``."""
    maps: list[FloatMap] = []
    light = lab[..., 0] - lab[..., 0].mean()  # a cut-off filter does not sum to zero: lightness would leak in
    for sigma in SIGMAS_PX:
        across = ndimage.gaussian_filter(light, sigma, order=(0, 1)) * sigma
        down = ndimage.gaussian_filter(light, sigma, order=(1, 0)) * sigma
        strength = np.hypot(across, down)
        place = np.mod(np.arctan2(down, across), np.pi) * (DIRECTIONS / np.pi)
        for direction in range(DIRECTIONS):
            away = np.abs(np.mod(place - direction + DIRECTIONS / 2, DIRECTIONS) - DIRECTIONS / 2)
            maps.append(strength * np.clip(1.0 - away, 0.0, 1.0))
        maps.append(np.abs(ndimage.gaussian_laplace(light, sigma)) * sigma**2)
    for channel in (1, 2):
        maps.append(ndimage.gaussian_gradient_magnitude(lab[..., channel], COLOUR_SIGMA_PX) * COLOUR_SIGMA_PX)
    return np.stack(maps, axis=-1).astype(np.float32)


def _pooled(maps: FloatMap, region: str) -> FloatMap:
    top, bottom, left, right = (round(edge * SIDE_PX) for edge in REGIONS[region])
    box = maps[top:bottom, left:right]
    rows, columns = (
        np.linspace(0, length, count + 1).round().astype(int)
        for length, count in zip(box.shape[:2], CELLS[region], strict=True)
    )
    sums = np.add.reduceat(np.add.reduceat(box, rows[:-1], axis=0), columns[:-1], axis=1)
    sizes = np.outer(np.diff(rows), np.diff(columns))[..., None]
    return np.asarray(np.log(sums / sizes + LEAST_STRENGTH).ravel(), dtype=np.float32)
