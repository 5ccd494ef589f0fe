"""A beard put on or taken off the picture that a sketch is drawn from, so that the network draws it with its own hand.

Rules:
    * Only the picture is changed, before it is drawn; nothing is laid over the drawing.
    * Where the beard is follows the face mesh; what it looks like is the same for every face but for the colour of the
      hair on its head. It is nobody's real beard, and what is under a real one is not known.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from forensic_app.engines.sketch.hand import smooth
from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.mesh import FaceMesh
from forensic_app.faces.mesh_masks import Mask, polygon_mask, skin_share
from forensic_app.faces.mesh_regions import CHIN, LIPS, face_length

_JAW: Final = (
    *(93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
    *(377, 400, 378, 379, 365, 397, 288, 361, 323),
)
_CHEEKS_AND_NOSE: Final = (366, 411, 426, 327, 2, 98, 206, 187, 137)
"""Back from the right end of the jaw over the cheeks and below the nose: all that a beard may cover."""
_BEARD_LINE: Final = (
    *(366, 433, 416, 434, 432, 410, 322, 391, 393),
    *(164, 167, 165, 92, 186, 212, 214, 192, 213, 137),
)
"""The same along the upper edge of a trimmed beard and of its moustache."""
_JAW_CORNERS = (58, 288)
_UNDER_LIP, _UPON_CHIN = 17, 18
_MOUTH_CORNERS = (61, 291)
_PHILTRUM = (164, 2)
_SEED = 2
_DARKEST_HAIR = 90.0
_HAIR_BY_DEFAULT = (60.0, 50.0, 45.0)
_LEAST_HAIR_PX = 200


def with_beard(picture: RgbImage, mesh: FaceMesh, hair: Mask) -> RgbImage:
    """Return a picture of the face with a short full beard.

    Args:
        picture: Shape ``(height, width, 3)`` uint8 RGB.
        mesh: The face in it.
        hair: How much each pixel is hair of the head, ``(height, width)``; its colour is the beard's.
    """
    points, length = mesh.points[:, :2], face_length(mesh.points)
    inside = polygon_mask(points[[*_JAW, *_BEARD_LINE]], picture.shape[:2])
    rows, _ = np.mgrid[: inside.shape[0], : inside.shape[1]]
    depth = (
        ndimage.distance_transform_edt(inside > 0.5) - ndimage.distance_transform_edt(inside <= 0.5)
    ) / length
    rough = np.random.default_rng(_SEED).standard_normal(inside.shape).astype(np.float32)
    strands, patches = (_normal(ndimage.gaussian_filter(rough, each)) for each in ((2.2, 0.5), (6.0, 6.0)))
    below = smooth((rows - points[list(_JAW_CORNERS), 1].mean()) / (0.25 * length))
    dense = smooth((depth + 0.02 + 0.04 * below + 0.012 * (patches + strands)) / 0.07)
    share = np.clip(dense * (0.84 + 0.13 * strands), 0.0, 0.95) * _bare(points, length, inside.shape)
    seen = picture[hair > 0.6]
    colour = np.median(seen, axis=0) if len(seen) >= _LEAST_HAIR_PX else np.array(_HAIR_BY_DEFAULT)
    beard = 0.85 * np.minimum(colour, _DARKEST_HAIR) + 9.0 * strands[..., None]
    return _blended(picture, beard, share)


def without_beard(picture: RgbImage, mesh: FaceMesh, person: Mask) -> RgbImage:
    """Return a picture of the face whose lower part is smooth skin of the cheeks' colour, to the chin of the mesh.

    Args:
        picture: Shape ``(height, width, 3)`` uint8 RGB.
        mesh: The face in it.
        person: How likely each pixel shows the person, ``(height, width)``.
    """
    points, length = mesh.points[:, :2], face_length(mesh.points)
    shape = picture.shape[:2]
    face = polygon_mask(mesh.outline, shape)
    zone = polygon_mask(points[[*_JAW, *_CHEEKS_AND_NOSE]], shape)
    like_skin = skin_share(picture, points)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    under_eyes = rows > mesh.lids[..., 1].max() + 0.05 * length
    source = face * (1.0 - ndimage.grey_dilation(zone, 5)) * (like_skin > 0.5) * under_eyes
    skin, mean = _spread(picture, source, 0.25 * length)
    depth = ndimage.distance_transform_edt(face > 0.5) / length
    crease = _spot(points[_UNDER_LIP] * 0.7 + points[CHIN] * 0.3, (0.16, 0.045), length, shape)
    shade = (0.80 + 0.20 * smooth(depth / 0.22)) * (1.0 - 0.14 * crease)
    share = ndimage.gaussian_filter(zone, 0.02 * length) * (1.0 - _lips(points, shape, grown_px=3))
    result = _blended(picture, skin * shade[..., None], share)
    beside = ndimage.distance_transform_edt(face <= 0.5) / length
    neck = (face < 0.5) * (person > 0.5) * (np.abs(columns - points[CHIN, 0]) < 0.55 * length)
    neck = neck * smooth((rows - points[[132, 361], 1].mean()) / (0.1 * length))
    neck = neck * smooth(1.0 - (beside - 0.22) / 0.15)
    neck = ndimage.gaussian_filter(neck.astype(np.float32), 0.015 * length) * (face < 0.5)
    neck = neck * (1.0 - ndimage.gaussian_filter(like_skin, 0.01 * length))
    return _blended(result, np.broadcast_to(0.80 * mean, picture.shape), neck)


def _bare(points: FloatArray, length: float, shape: tuple[int, int]) -> Mask:
    """Return what of a beard is left where lips are, beside the tuft below them, and in the groove below the nose."""
    middle = points[[_UNDER_LIP, _UPON_CHIN]].mean(axis=0)
    across = 0.24 * (points[_MOUTH_CORNERS[1]] - points[_MOUTH_CORNERS[0]])
    sides = sum(_spot(middle + sign * across, (0.07, 0.035), length, shape) for sign in (-1, 1))
    groove = _spot(points[list(_PHILTRUM)].mean(axis=0), (0.025, 0.05), length, shape)
    left = (1.0 - 0.75 * np.clip(sides, 0.0, 1.0)) * (1.0 - 0.35 * groove)
    return np.asarray(left * (1.0 - _lips(points, shape, grown_px=3)), dtype=np.float32)


def _lips(points: FloatArray, shape: tuple[int, int], *, grown_px: int) -> Mask:
    lips = ndimage.grey_dilation(polygon_mask(points[list(LIPS)], shape), grown_px)
    return np.asarray(ndimage.gaussian_filter(lips, 0.9), dtype=np.float32)


def _spot(place: FloatArray, spread: tuple[float, float], length: float, shape: tuple[int, int]) -> Mask:
    """Return a soft spot, 1 at ``place``; its spread across and down in face lengths."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    across, down = (columns - place[0]) / (spread[0] * length), (rows - place[1]) / (spread[1] * length)
    return np.asarray(np.exp(-(across**2) - down**2), dtype=np.float32)


def _spread(picture: RgbImage, source: NDArray[np.float32], sigma: float) -> tuple[FloatArray, FloatArray]:
    """Return the colours of ``source`` carried over the picture, ``(height, width, 3)``, and their mean, ``(3,)``."""
    values = picture.astype(np.float64)
    mean = (values * source[..., None]).sum(axis=(0, 1)) / max(float(source.sum()), 1.0)
    weight = ndimage.gaussian_filter(source.astype(np.float64), sigma)
    carried = np.stack(
        [ndimage.gaussian_filter(values[..., each] * source, sigma) for each in range(3)], axis=-1
    )
    near = np.where(weight[..., None] > 1e-3, carried / np.maximum(weight, 1e-3)[..., None], mean)
    return 0.5 * near + 0.5 * mean, mean


def _blended(picture: RgbImage, other: FloatArray, share: FloatArray | Mask) -> RgbImage:
    mixed = picture * (1.0 - share[..., None]) + other * share[..., None]
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _normal(values: Mask) -> Mask:
    return np.asarray(values / values.std(), dtype=np.float32)
