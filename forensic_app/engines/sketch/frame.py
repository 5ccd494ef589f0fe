"""The portrait frame: the canonical face crop with room for hair, ears, neck and collar around it.

Rules:
    * The frame is square; the face's canonical crop (see :mod:`forensic_app.faces.align`) stands in it at one
      place and scale, whatever the landmark scheme.
    * A pixel beyond the photograph's border is *unknown*: it is filled by mirroring and never shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.faces.align import align_matrix, invert, template, transform_points, warp
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage

FACE_SHARE: Final = 0.505
"""Side of the canonical crop as a share of the frame's."""
FACE_LEFT: Final = 0.2476
FACE_TOP: Final = 0.3565
"""Upper left corner of the canonical crop as shares of the frame's side.

The three numbers put the mean landmarks of 88 portraits of 200 x 250 px, photographed for sketching, where
they stand when the portrait is set in the middle of a frame of 256 px without any change of scale.
"""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A face in the portrait frame.

    Attributes:
        picture: Shape ``(side, side, 3)`` uint8 RGB.
        matrix: ``(2, 3)`` float64, photograph pixels to frame pixels.
        known: Shape ``(side, side)`` bool, where the photograph has a pixel.
    """

    picture: RgbImage
    matrix: FloatArray
    known: NDArray[np.bool_]


def portrait_matrix(face: DetectedFace, side_px: int) -> FloatArray:
    """Return the ``(2, 3)`` matrix from photograph pixels to the portrait frame of ``side_px``."""
    matrix = align_matrix(face, FACE_SHARE * side_px)
    shift = np.array([FACE_LEFT, FACE_TOP]) * side_px
    return np.column_stack([matrix[:, :2], matrix[:, 2] + shift])


def frame_landmarks(side_px: int) -> FloatArray:
    """Return where the five ``dlib5`` landmarks of a face lie in the portrait frame, ``(5, 2)``, in pixels."""
    shift = np.array([FACE_LEFT, FACE_TOP], dtype=np.float64) * side_px
    points: FloatArray = template("dlib5", FACE_SHARE * side_px) + shift
    return points


def cut_portrait(photo: RgbImage, face: DetectedFace, side_px: int) -> Portrait:
    """Return ``face`` in the portrait frame of ``side_px``; big faces are reduced without aliasing."""
    matrix = portrait_matrix(face, side_px)
    pixels = warp(photo, matrix, origin=(0, 0), size=(side_px, side_px))
    picture = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return Portrait(picture, matrix, known_pixels(matrix, photo.shape, side_px))


def known_pixels(matrix: FloatArray, photo_shape: tuple[int, ...], side_px: int) -> NDArray[np.bool_]:
    """Return which pixels of the frame lie inside a photograph of ``photo_shape``, shape ``(side, side)``."""
    rows, columns = np.mgrid[0:side_px, 0:side_px]
    points = np.column_stack([columns.ravel(), rows.ravel()]).astype(np.float64)
    places = transform_points(invert(matrix), points)
    height, width = photo_shape[:2]
    inside = (places[:, 0] >= -0.5) & (places[:, 0] <= width - 0.5)
    inside &= (places[:, 1] >= -0.5) & (places[:, 1] <= height - 0.5)
    return inside.reshape(side_px, side_px)
