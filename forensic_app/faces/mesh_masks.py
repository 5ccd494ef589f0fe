"""Masks that follow a face mesh: the face along its outline, eyes, mouth, the person, the hair.

Rules:
    * Masks are float32 from 0 to 1, of the picture's size, or of a crop's where its matrix is named.
    * A feathered mask is exactly zero outside its outline and one where the outline is a feather's width away.
    * The mesh's outline ends at the middle of the forehead, below the hairline, and leaves out ears and neck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage.color import rgb2lab

from forensic_app.faces.align import transform_points
from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.mesh import FaceMesh, MeshNetworks
from forensic_app.faces.mesh_regions import (
    EYE_CORNERS,
    LEFT_EYE,
    LEFT_SOCKET,
    LIPS,
    RIGHT_EYE,
    RIGHT_SOCKET,
    face_length,
)

Mask = NDArray[np.float32]

DEFAULT_FEATHER: Final = 0.12
"""Width of the soft edge in face lengths (eyes to chin)."""
_FINER = 4
_HEAD_SIDE = 4.4
"""Side of the window around a head in face lengths."""
_HAIR_REACH = 1.3
"""How far hair is looked for beside and above the outline, in face lengths."""
_SKIN_NEAR, _SKIN_FAR = 2.0, 4.5
"""Distances from the mean skin, in standard deviations, within which a pixel is skin and beyond which it is not."""
_LEAST_SKIN_SPREAD = 4.0
_LEAST_HAIR = 0.25
_CHEEKS = (116, 117, 118, 119, 100, 142, 203, 206, 207, 187, 147, 123)
_OTHER_CHEEK = (345, 346, 347, 348, 329, 371, 423, 426, 427, 411, 376, 352)
JAW_CORNERS: Final = (132, 361)


def polygon_mask(polygon: FloatArray, shape: tuple[int, int]) -> Mask:
    """Return which share of each pixel lies within a polygon, ``(n, 2)``, for a picture of ``(height, width)``."""
    result: Mask = np.zeros(shape, dtype=np.float32)
    bounds = _bounds(polygon, shape, margin_px=1)
    if bounds is None:
        return result
    left, top, right, bottom = bounds
    size = ((right - left) * _FINER, (bottom - top) * _FINER)
    canvas = Image.new("L", size)
    places = (polygon - np.array([left, top]) + 0.5) * _FINER - 0.5
    ImageDraw.Draw(canvas).polygon([(float(x), float(y)) for x, y in places], fill=255)
    result[top:bottom, left:right] = np.asarray(canvas.reduce(_FINER), dtype=np.float32) / 255.0
    return result


def feathered_mask(polygon: FloatArray, shape: tuple[int, int], *, feather_px: float) -> Mask:
    """Return a mask that rises from 0 at the polygon's edge to 1 at ``feather_px`` within it, smoothly."""
    result: Mask = np.zeros(shape, dtype=np.float32)
    margin = int(np.ceil(feather_px)) + 2
    low, high = (
        np.floor(polygon.min(axis=0)).astype(int) - margin,
        np.ceil(polygon.max(axis=0)).astype(int) + margin,
    )
    window = (int(high[1] - low[1] + 1), int(high[0] - low[0] + 1))
    inside = polygon_mask(polygon - low, window) >= 0.5
    depth = ndimage.distance_transform_edt(inside) - 0.5
    ramp = np.clip(depth / max(feather_px, 1e-6), 0.0, 1.0) * inside
    soft = (ramp * ramp * (3.0 - 2.0 * ramp)).astype(np.float32)
    left, top = np.maximum(low, 0)
    right, bottom = np.minimum(high + 1, np.array([shape[1], shape[0]]))
    if right > left and bottom > top:
        result[top:bottom, left:right] = soft[top - low[1] : bottom - low[1], left - low[0] : right - low[0]]
    return result


def face_mask(
    mesh: FaceMesh,
    shape: tuple[int, int],
    *,
    feather: float = DEFAULT_FEATHER,
    grow: float = 0.0,
    matrix: FloatArray | None = None,
) -> Mask:
    """Return the weights with which a changed face goes back into its picture, along the real outline.

    Args:
        mesh: The face.
        shape: Height and width of the picture, or of the crop.
        feather: Width of the soft edge, within the outline, in face lengths (eyes to chin).
        grow: How far the outline is first moved outwards, in face lengths.
        matrix: ``(2, 3)``, picture to crop; without it the mask is the picture's.
    """
    scale = 1.0 if matrix is None else float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    length = face_length(mesh.points) * scale
    outline = mesh.outline if matrix is None else transform_points(matrix, mesh.outline)
    if grow:
        outward = outline - outline.mean(axis=0)
        outline = outline + grow * length * outward / np.linalg.norm(outward, axis=1, keepdims=True)
    return feathered_mask(outline, shape, feather_px=feather * length)


def eye_masks(mesh: FaceMesh, shape: tuple[int, int], *, sockets: bool = False) -> tuple[Mask, Mask]:
    """Return where the left and the right eye are: between the lids, or with brows and lids (``sockets``)."""
    regions = (LEFT_SOCKET, RIGHT_SOCKET) if sockets else (LEFT_EYE, RIGHT_EYE)
    left, right = (polygon_mask(mesh.points[list(region), :2], shape) for region in regions)
    return left, right


def mouth_mask(mesh: FaceMesh, shape: tuple[int, int]) -> Mask:
    """Return where the lips and what is between them are."""
    return polygon_mask(mesh.points[list(LIPS), :2], shape)


@dataclass(frozen=True, slots=True)
class HeadMasks:
    """Who and what is around a face.

    Attributes:
        person: How likely each pixel shows the person, zero beyond a window around the head.
        hair: The same for hair: a person's pixels above and beside the face that do not look like its skin.
    """

    person: Mask
    hair: Mask


def head_masks(image: RgbImage, mesh: FaceMesh, networks: MeshNetworks) -> HeadMasks:
    """Return the masks of person and hair around a face, of the size of ``image``.

    Hair is what is left of the person above the chin without the face's outline, without neck and without what looks
    like the cheeks' skin, where it hangs together with hair above the eyes (in an upright picture). Hats and glasses'
    arms count as hair; hair that looks like the skin is missed.
    """
    shape = image.shape[:2]
    person: Mask = np.zeros(shape, dtype=np.float32)
    hair: Mask = np.zeros(shape, dtype=np.float32)
    side = _HEAD_SIDE * face_length(mesh.points)
    middle = mesh.outline.mean(axis=0)
    square = np.array([[-1.0, -1.0], [1.0, 1.0]]) * side / 2.0 + middle
    bounds = _bounds(square, shape, margin_px=0)
    if bounds is None:
        return HeadMasks(person, hair)
    left, top, right, bottom = bounds
    window = np.ascontiguousarray(image[top:bottom, left:right])
    found = networks.person(window)
    person[top:bottom, left:right] = found
    points = mesh.points[:, :2] - np.array([left, top])
    shares = found * _hair_zone(points, window.shape[:2])
    shares *= 1.0 - polygon_mask(mesh.outline - np.array([left, top]), window.shape[:2])
    shares *= 1.0 - skin_share(window, points)
    hair[top:bottom, left:right] = shares * _grown_from_above(shares, points)
    return HeadMasks(person, hair)


def _hair_zone(points: FloatArray, shape: tuple[int, int]) -> Mask:
    """Return where hair may be: above the jaw's corners, below them only beside the face; within reach of it."""
    length = face_length(points)
    eyes = np.array([points[list(corners)].mean(axis=0) for corners in EYE_CORNERS])
    across = (eyes[1] - eyes[0]) / np.linalg.norm(eyes[1] - eyes[0])
    down = np.array([-across[1], across[0]])
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x = (columns - eyes[:, 0].mean()) * across[0] + (rows - eyes[:, 1].mean()) * across[1]
    y = (columns - eyes[:, 0].mean()) * down[0] + (rows - eyes[:, 1].mean()) * down[1]
    face = (points - eyes.mean(axis=0)) @ np.column_stack([across, down])
    low, high = face.min(axis=0), face.max(axis=0)
    jaw = face[list(JAW_CORNERS), 1].mean()
    reach = _HAIR_REACH * length
    near = (x > low[0] - reach) & (x < high[0] + reach) & (y > low[1] - reach) & (y < high[1])
    neck = (y > jaw) & (x > low[0]) & (x < high[0])
    return np.asarray(near & ~neck, dtype=np.float32)


def _grown_from_above(shares: Mask, points: FloatArray) -> Mask:
    """Return one where hair hangs together with hair above the eyes, zero at collars and the like."""
    parts, count = ndimage.label(shares > _LEAST_HAIR)
    eyes = points[[index for corners in EYE_CORNERS for index in corners]]
    above = parts[: max(0, int(eyes[:, 1].mean()))]
    kept = np.isin(parts, np.setdiff1d(np.unique(above), [0])) if count else parts > 0
    return np.asarray(ndimage.binary_dilation(kept, iterations=2), dtype=np.float32)


def skin_share(image: RgbImage, points: FloatArray) -> Mask:
    """Return how much each pixel looks like the cheeks of a mesh, ``(468, 2)``, by its colour alone, from 0 to 1."""
    cheeks = np.maximum(
        *(polygon_mask(points[list(each)], image.shape[:2]) for each in (_CHEEKS, _OTHER_CHEEK))
    )
    colours = rgb2lab(image)
    skin = colours[cheeks > 0.5]
    if len(skin) < 16:
        return np.zeros(image.shape[:2], dtype=np.float32)
    middle = np.median(skin, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(skin - middle), axis=0), _LEAST_SKIN_SPREAD)
    spread[0] *= 2.0
    distance = np.sqrt((((colours - middle) / spread) ** 2).sum(axis=2))
    return np.asarray(np.clip((_SKIN_FAR - distance) / (_SKIN_FAR - _SKIN_NEAR), 0.0, 1.0), dtype=np.float32)


def _bounds(
    points: FloatArray, shape: tuple[int, ...], *, margin_px: int
) -> tuple[int, int, int, int] | None:
    """Return left, top, right, bottom (exclusive) around points within a picture, ``None`` when all is outside."""
    limit = np.array([shape[1], shape[0]])
    low = np.clip(np.floor(points.min(axis=0)).astype(int) - margin_px, 0, limit)
    high = np.clip(np.ceil(points.max(axis=0)).astype(int) + margin_px + 1, 0, limit)
    if (high <= low).any():
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
