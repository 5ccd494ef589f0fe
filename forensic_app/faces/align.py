"""Bring a face to the canonical crop and put a crop back into its photograph.

Rules:
    * A matrix is ``(2, 3)`` float64 and maps photograph pixels to crop pixels; pixel centres lie on integers.
    * Every landmark scheme leads to the same crop: head upright, forehead, chin and ears inside.
    * Pixels where the mask is zero come out of :func:`paste_back` exactly as they went in.

References:
    S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    IEEE TPAMI 13(4), 1991.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage

_MARGIN_PX = 8
_MASK_FULL = 0.80
_MASK_ZERO = 0.98
_MASK_EXPONENT = 4.0

TEMPLATES = {
    # Mean of the five points over 773 head crops of 200 px with one detected face, made symmetric about the
    # centre line (the mean was 0.7 % left of it). Standard deviation of a point: 1.2 to 2.4 % of the side.
    "dlib5": np.array(
        [[0.2267, 0.3037], [0.3823, 0.3134], [0.6177, 0.3134], [0.7733, 0.3037], [0.5, 0.5901]],
        dtype=np.float64,
    ),
    # The symmetric 112 px template of ArcFace (Deng et al., CVPR 2019) scaled and shifted so that the eye
    # centres are the middles of the eye corners above.
    "arcface5": np.array(
        [[0.3045, 0.30855], [0.6955, 0.30855], [0.5, 0.53200], [0.3381, 0.76005], [0.6619, 0.76005]],
        dtype=np.float64,
    ),
}
"""Landmarks in the canonical crop by scheme, as fractions of its side."""


@dataclass(frozen=True, slots=True)
class AlignedFace:
    """A canonical crop and where it came from.

    Attributes:
        crop: Shape ``(size, size, 3)``, uint8, RGB.
        matrix: ``(2, 3)`` float64, photograph pixels to crop pixels.
    """

    crop: RgbImage
    matrix: FloatArray


def template(scheme: str, size_px: float) -> FloatArray:
    """Return the five points of ``scheme`` in a canonical crop of ``size_px``, shape ``(5, 2)``, in pixels.

    Raises:
        ValueError: The scheme is unknown.
    """
    if scheme not in TEMPLATES:
        raise ValueError(f"unknown landmark scheme: {scheme}")
    return TEMPLATES[scheme] * size_px - 0.5


def mirrored_landmarks(landmarks: FloatArray, side_px: int) -> FloatArray:
    """Return ``dlib5`` landmarks, ``(5, 2)``, of the mirrored picture of ``side_px``, in the scheme's own order."""
    flipped = mirrored_order(landmarks)
    flipped[:, 0] = side_px - 1 - flipped[:, 0]
    return flipped


def mirrored_order(landmarks: FloatArray) -> FloatArray:
    """Return ``dlib5`` landmarks, ``(5, 2)``, named as in a mirrored picture: left and right change places."""
    return landmarks[[3, 2, 1, 0, 4]].copy()


def template_face(scheme: str, size_px: int) -> DetectedFace:
    """Return the face that a canonical crop holds by construction: the template's landmarks, the whole crop's box.

    Its detector score is 0, since nothing was detected.
    """
    whole = (0.0, 0.0, size_px - 1.0, size_px - 1.0)
    return DetectedFace(box=whole, landmarks=template(scheme, size_px), scheme=scheme, score=0.0)


def estimate_similarity(source: FloatArray, target: FloatArray) -> FloatArray:
    """Return the rotation, uniform scale and shift that bring ``source`` nearest to ``target``.

    Args:
        source: Points, shape ``(n, 2)``, ``n >= 2``, not all equal.
        target: Points they should reach, the same shape.

    Returns:
        ``(2, 3)`` float64, least squares, never a reflection.

    Raises:
        ValueError: The shapes differ, or the points of ``source`` coincide.

    References:
        Umeyama 1991; in two dimensions its solution is a division of complex numbers.
    """
    if source.shape != target.shape or source.ndim != 2 or source.shape[1] != 2:
        raise ValueError("both point sets need the shape (n, 2)")
    centre_in, centre_out = source.mean(axis=0), target.mean(axis=0)
    points = (source - centre_in).astype(np.float64) @ np.array([1.0, 1.0j])
    wanted = (target - centre_out).astype(np.float64) @ np.array([1.0, 1.0j])
    energy = float(np.sum(np.abs(points) ** 2))
    if energy < 1e-12:
        raise ValueError("the points coincide")
    factor = complex(np.sum(np.conj(points) * wanted)) / energy
    linear = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.column_stack([linear, centre_out - linear @ centre_in])


def invert(matrix: FloatArray) -> FloatArray:
    """Return the inverse of a ``(2, 3)`` affine matrix, in the same form."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def scale_of(matrix: FloatArray) -> float:
    """Return how many pixels a ``(2, 3)`` matrix makes of one: the scale of a turn, one scale and a shift."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def transform_points(matrix: FloatArray, points: FloatArray) -> FloatArray:
    """Return ``points``, shape ``(n, 2)``, mapped by a ``(2, 3)`` affine matrix."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def align_matrix(face: DetectedFace, size_px: float) -> FloatArray:
    """Return the ``(2, 3)`` matrix from the photograph to the canonical crop of ``face``."""
    return estimate_similarity(face.landmarks, template(face.scheme, size_px))


def align(image: RgbImage, face: DetectedFace, size_px: int) -> AlignedFace:
    """Return the canonical crop of ``face``.

    Big faces are reduced with an anti-aliasing filter; beyond the photograph's border it is mirrored.
    """
    matrix = align_matrix(face, size_px)
    crop = warp(image, matrix, origin=(0, 0), size=(size_px, size_px))
    return AlignedFace(crop=_to_uint8(crop), matrix=matrix)


def soft_mask(size_px: int) -> NDArray[np.float32]:
    """Return the weights with which a crop is blended into its photograph, shape ``(size_px, size_px)``.

    One over the head from hair to chin, falling smoothly to zero within the crop (a superellipse).
    """
    axis = np.abs((np.arange(size_px) + 0.5) / size_px * 2.0 - 1.0) ** _MASK_EXPONENT
    radius = (axis[:, None] + axis[None, :]) ** (1.0 / _MASK_EXPONENT)
    ramp = np.clip((_MASK_ZERO - radius) / (_MASK_ZERO - _MASK_FULL), 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), dtype=np.float32)


def paste_back(photo: RgbImage, crop: RgbImage, matrix: FloatArray, mask: NDArray[np.float32]) -> RgbImage:
    """Return a copy of ``photo`` with ``crop`` blended in where it came from.

    Args:
        photo: The photograph, uint8 RGB.
        crop: Canonical crop, uint8 RGB, ``(size, size, 3)``.
        matrix: Photograph pixels to crop pixels, from :func:`align`.
        mask: Weights in ``[0, 1]`` of the crop's pixels, ``(size, size)``.

    Raises:
        ValueError: Crop and mask differ in size.
    """
    if crop.shape[:2] != mask.shape:
        raise ValueError("crop and mask differ in size")
    inverse = invert(matrix)
    left, top, right, bottom = _bounds(inverse, crop.shape, photo.shape, margin_px=1)
    result = photo.copy()
    if right <= left or bottom <= top:
        return result
    origin, size = (left, top), (right - left, bottom - top)
    pixels = warp(crop, inverse, origin=origin, size=size)
    weights = np.clip(warp_mask(mask, inverse, origin=origin, size=size), 0.0, 1.0)[..., None]
    region = photo[top:bottom, left:right].astype(np.float32)
    result[top:bottom, left:right] = _to_uint8(region * (1.0 - weights) + pixels * weights)
    return result


def _to_uint8(values: NDArray[np.float32]) -> RgbImage:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _bounds(
    to_image: FloatArray, shape: tuple[int, ...], image_shape: tuple[int, ...], *, margin_px: int
) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom (exclusive) of a mapped rectangle, clipped to the image."""
    height, width = shape[:2]
    corners = np.array([[-1, -1], [width, -1], [-1, height], [width, height]], dtype=np.float64)
    mapped = transform_points(to_image, corners)
    low = np.floor(mapped.min(axis=0)).astype(int) - margin_px
    high = np.ceil(mapped.max(axis=0)).astype(int) + margin_px + 1
    limit = np.array([image_shape[1], image_shape[0]])
    low, high = np.clip(low, 0, limit), np.clip(high, 0, limit)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _reduced(image: Image.Image, matrix: FloatArray) -> tuple[Image.Image, FloatArray]:
    """Return the image reduced, when ``matrix`` shrinks it, so that what is left to do keeps its scale."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale >= 1.0:
        return image, matrix
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    factors = np.array([size[0] / image.width, size[1] / image.height])
    back = np.column_stack([np.diag(1 / factors), 0.5 / factors - 0.5])
    linear = matrix[:, :2] @ back[:, :2]
    shift = matrix[:, :2] @ back[:, 2] + matrix[:, 2]
    return image.resize(size, Image.Resampling.LANCZOS), np.column_stack([linear, shift])


def _coordinates(matrix: FloatArray, origin: tuple[int, int], size: tuple[int, int]) -> FloatArray:
    """Return where each output pixel lies in the input, shape ``(2, height, width)``, row first."""
    inverse = invert(matrix)
    columns = np.arange(size[0], dtype=np.float64) + origin[0]
    rows = np.arange(size[1], dtype=np.float64)[:, None] + origin[1]
    x = inverse[0, 0] * columns + inverse[0, 1] * rows + inverse[0, 2]
    y = inverse[1, 0] * columns + inverse[1, 1] * rows + inverse[1, 2]
    return np.stack([y, x])


def warp(
    image: RgbImage, matrix: FloatArray, *, origin: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return a window of ``image`` mapped by ``matrix``.

    Cubic splines after an anti-aliasing reduction; beyond the border the image is mirrored.

    Args:
        image: ``(height, width, 3)`` uint8.
        matrix: ``(2, 3)``, pixels of ``image`` to pixels of the output plane.
        origin: Left and top of the window in the output plane.
        size: Width and height of the window.

    Returns:
        ``(height, width, 3)`` float32, may overshoot ``[0, 255]`` slightly.
    """
    shifted = np.column_stack([matrix[:, :2], matrix[:, 2] - np.array(origin)])
    left, top, right, bottom = _bounds(
        invert(shifted), (size[1], size[0]), image.shape, margin_px=_margin_px(matrix)
    )
    if right - left < 2 or bottom - top < 2:
        left, top, right, bottom = 0, 0, image.shape[1], image.shape[0]
    window = Image.fromarray(np.ascontiguousarray(image[top:bottom, left:right]))
    offset = matrix[:, :2] @ np.array([left, top], dtype=np.float64) + matrix[:, 2]
    window, remaining = _reduced(window, np.column_stack([matrix[:, :2], offset]))
    where = _coordinates(remaining, origin, size)
    values = np.asarray(window, dtype=np.float32)
    channels = [ndimage.map_coordinates(values[..., c], where, order=3, mode="mirror") for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def _margin_px(matrix: FloatArray) -> int:
    """Return how many input pixels around a window the filters of :func:`warp` can see."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    return int(np.ceil(_MARGIN_PX / min(scale, 1.0)))


def warp_mask(
    mask: NDArray[np.float32], matrix: FloatArray, *, origin: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return a window of ``mask``, float32, mapped by ``matrix``, linear between pixels, zero outside.

    Args:
        mask: ``(height, width)`` float32.
        matrix: ``(2, 3)``, pixels of ``mask`` to pixels of the output plane.
        origin: Left and top of the window in the output plane.
        size: Width and height of the window.
    """
    window, remaining = _reduced(Image.fromarray(mask), matrix)
    where = _coordinates(remaining, origin, size)
    values = np.asarray(window, dtype=np.float32)
    return np.asarray(ndimage.map_coordinates(values, where, order=1, mode="constant", cval=0.0))
