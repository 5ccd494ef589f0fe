"""The head in its photograph, upright and at the scale of the canonical crop, as the mesh networks look at it.

Rules:
    * A crop alone is too tight for the mesh and for the segmentation of people: an edited crop is looked at in its
      place in the photograph.
    * The view ends where the photograph does, or where the crop does that reaches beyond it.
    * Work is done in the view alone, however large the photograph is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.faces.align import AlignedFace, scale_of, template, transform_points, warp
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage
from forensic_app.faces.mesh import FaceMesh, next_cut
from forensic_app.faces.mesh_regions import EYE_CORNERS
from forensic_app.faces.mesh_warnings import LEAST_PRESENCE, kept_networks

REACH: Final = 0.875
"""How far the view reaches beyond each side of the crop, in sides of the crop."""
FARTHEST_EYES: Final = 0.08
"""Mean distance of the mesh's eye corners from the canonical ones, in sides of the crop, that is doubtful beyond."""
_PASSES = 2


@dataclass(frozen=True)
class HeadView:
    """A head, and the mesh of its face.

    Attributes:
        pixels: ``(height, width, 3)`` uint8 RGB.
        corner: Column and row of the crop's first pixel in the view.
        crop_px: Side of the crop.
        matrix: ``(2, 3)``, photograph pixels to the view's.
        mesh: In the view's pixels.
    """

    pixels: RgbImage
    corner: tuple[int, int]
    crop_px: int
    matrix: FloatArray
    mesh: FaceMesh

    @property
    def is_certain(self) -> bool:
        """Whether the mesh is sure of its face, and its eyes lie where the crop has them."""
        return self.mesh.presence >= LEAST_PRESENCE and self._eyes_off() <= FARTHEST_EYES

    @property
    def outline(self) -> FloatArray:
        """The face oval in the crop's pixels, ``(36, 2)``."""
        return self.mesh.outline - self.corner

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the crop in the view."""
        column, row = self.corner
        return slice(row, row + self.crop_px), slice(column, column + self.crop_px)

    def with_crop(self, crop: RgbImage) -> HeadView:
        """Return the view with another crop, ``(side, side, 3)`` uint8 RGB, in its place, and the mesh of that face."""
        pixels = self.pixels.copy()
        pixels[self.place] = crop
        points, presence, matrix = self.mesh.points, 0.0, self.mesh.matrix
        for _ in range(_PASSES):
            matrix = next_cut(points)
            points, presence = kept_networks().points_in(pixels, matrix)
        mesh = replace(self.mesh, points=points, presence=presence, matrix=matrix)
        return replace(self, pixels=pixels, mesh=mesh)

    @cached_property
    def person(self) -> NDArray[np.float32]:
        """How likely each pixel of the crop shows the person, ``(side, side)`` float32 in ``[0, 1]``."""
        return kept_networks().person(self.pixels)[self.place]

    def _eyes_off(self) -> float:
        corners = self.mesh.points[[index for eye in EYE_CORNERS for index in eye], :2] - self.corner
        wanted = template("dlib5", self.crop_px)[:4]
        return float(np.linalg.norm(corners - wanted, axis=1).mean()) / self.crop_px


def head_view(photo: RgbImage, face: DetectedFace, crop: AlignedFace) -> HeadView:
    """Return the view of ``face`` in ``photo``.

    Args:
        photo: Shape ``(height, width, 3)`` uint8 RGB.
        face: As it was found in ``photo``.
        crop: Its canonical crop at the pack's resolution.

    Raises:
        PackMissing: A file of the mesh networks is not there.
        PackAltered: A file of the mesh networks has another digest.
    """
    crop_px = crop.crop.shape[0]
    reach = round(REACH * crop_px)
    height, width = photo.shape[:2]
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]], dtype=np.float64)
    seen = transform_points(crop.matrix, corners)
    low = np.clip(np.floor(seen.min(axis=0)).astype(int), -reach, 0)
    high = np.clip(np.ceil(seen.max(axis=0)).astype(int) + 1, crop_px, crop_px + reach)
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    matrix = np.column_stack([crop.matrix[:, :2], crop.matrix[:, 2] - low])
    pixels = np.clip(np.rint(warp(photo, matrix, origin=(0, 0), size=size)), 0, 255).astype(np.uint8)
    there = replace(face, landmarks=transform_points(matrix, face.landmarks), box=_box(face, matrix))
    return HeadView(
        pixels=pixels,
        corner=(-int(low[0]), -int(low[1])),
        crop_px=crop_px,
        matrix=matrix,
        mesh=kept_networks().read(pixels, there),
    )


def _box(face: DetectedFace, matrix: FloatArray) -> tuple[float, float, float, float]:
    """Return the face's box in the view: a box of the same size about the same middle."""
    left, top, right, bottom = face.box
    middle = transform_points(matrix, np.array([[(left + right) / 2.0, (top + bottom) / 2.0]]))[0]
    scale = scale_of(matrix)
    half = np.array([right - left, bottom - top]) * scale / 2.0
    low, high = middle - half, middle + half
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
