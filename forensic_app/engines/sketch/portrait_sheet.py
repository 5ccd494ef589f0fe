"""A sheet of its own for a drawn head: upright, in the middle, on paper that has no border of the drawing on it.

Rules:
    * The head is drawn with more around it than the portrait frame holds, at the frame's scale, so that hair and
      shoulders are there; the sheet is its own geometry, and its matrix says how it lies to the photograph.
    * What is not the person is paper: no wash and no background. What lies beyond the photograph is never shown.
    * Tones come from the drawing at the pack's own frame, lines from a larger one where the pack's is small.
    * Where the drawing leaves off it does so unevenly, as strokes do, by patterns that are the same for every sketch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from forensic_app.engines.pictures.placing import moved
from forensic_app.engines.sketch.frame import known_pixels, portrait_matrix
from forensic_app.engines.sketch.hand import Plane, paper_tooth, smooth, strokes, sway
from forensic_app.faces.align import invert, scale_of, warp
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage

DrawPicture = Callable[[RgbImage], NDArray[np.uint8]]
"""Draws a picture ``(height, width, 3)`` uint8 RGB as grey levels of its size."""
FindPerson = Callable[[RgbImage], NDArray[np.float32]]
"""Returns how likely each pixel shows a person, ``(height, width)`` float32 in ``[0, 1]``."""

WIDTH: Final = 1.08
HEIGHT: Final = 1.44
"""Sides of the sheet in sides of the portrait frame."""
LEFT: Final = 0.04
TOP: Final = 0.15
"""Upper left corner of the portrait frame on the sheet, in the frame's sides."""
LEAST_WIDTH_PX: Final = 768
MOST_WIDTH_PX: Final = 1536
"""Bounds of the sheet's width; between them it has the photograph's own scale. Beyond, a sheet would show no more: the
network draws 384 px."""
LINES_PX: Final = 384
"""Side of the frame that lines are drawn at, where the pack's own frame is smaller, at most half as large again."""
LINES_TIMES: Final = 1.5
PAPER: Final = 247
"""Grey level of the paper."""

_MIDDLE_DOWN = 0.52
_ACROSS, _UP, _DOWN = 0.62, 0.74, 0.62
"""Where the drawing has left off, from the middle of the head, in sides of the frame."""
_LEAVES_OFF = 0.22
_TONE_SIGMA = 0.016
_AROUND_PERSON = (0.005, 0.04)
_AT_EDGE = (0.01, 0.10)
_SWAY, _STROKES = 0.020, 0.014
_STROKE_WIDTH = 0.0042
_PAPER_LEVELS = 3.0
_LEAST_GROUND = 0.05
_DARKEST = 0.96
_CRISPER, _CRISPER_SIGMA = 0.5, 0.0034
_GRAIN = 0.30


@dataclass(frozen=True, slots=True)
class SheetView:
    """What of a photograph lies on the sheet.

    Attributes:
        picture: ``(height, width, 3)`` uint8 RGB; mirrored beyond the photograph.
        matrix: ``(2, 3)`` float64, photograph pixels to the view's.
        known: ``(height, width)`` bool, where the photograph has a pixel.
        side_px: Side of the portrait frame in it.
    """

    picture: RgbImage
    matrix: FloatArray
    known: NDArray[np.bool_]
    side_px: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.shape[1], self.picture.shape[0]


@dataclass(frozen=True, slots=True)
class PortraitSheet:
    """A drawn sheet.

    Attributes:
        pixels: ``(height, width, 3)`` uint8 RGB, grey.
        matrix: ``(2, 3)`` float64, photograph pixels to the sheet's.
    """

    pixels: RgbImage
    matrix: FloatArray

    def in_photograph(self, photo_shape: tuple[int, ...]) -> RgbImage:
        """Return the sheet in the photograph's geometry, ``(height, width, 3)`` uint8 RGB, paper around it."""
        sheet = Image.fromarray(self.pixels[..., 0])
        there = moved(sheet, invert(self.matrix), (photo_shape[1], photo_shape[0]), fill=PAPER)
        return np.repeat(np.asarray(there)[..., None], 3, axis=-1)


def sheet_matrix(face: DetectedFace, side_px: float) -> FloatArray:
    """Return the ``(2, 3)`` matrix from photograph pixels to a sheet on which the portrait frame has ``side_px``."""
    matrix = portrait_matrix(face, side_px)
    return np.column_stack([matrix[:, :2], matrix[:, 2] + np.array([LEFT, TOP]) * side_px])


def sheet_size(side_px: float) -> tuple[int, int]:
    """Return width and height of a sheet on which the portrait frame has ``side_px``."""
    return round(WIDTH * side_px), round(HEIGHT * side_px)


def cut_view(photo: RgbImage, face: DetectedFace, side_px: float) -> SheetView:
    """Return what of ``photo`` lies on the sheet, at a scale at which the portrait frame has ``side_px``."""
    matrix, size = sheet_matrix(face, side_px), sheet_size(side_px)
    pixels = warp(photo, matrix, origin=(0, 0), size=size)
    picture = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return SheetView(picture, matrix, known_pixels(matrix, photo.shape, size), side_px)


def own_side(face: DetectedFace) -> float:
    """Return the side of the portrait frame on the sheet of ``face``: the photograph's, within the bounds."""
    scale = scale_of(portrait_matrix(face, 1.0))
    return float(np.clip(1.0 / scale, LEAST_WIDTH_PX / WIDTH, MOST_WIDTH_PX / WIDTH))


def lines_side(resolution: int) -> int:
    """Return the side of the frame that lines are drawn at with a pack of ``resolution``."""
    return max(resolution, min(LINES_PX, round(LINES_TIMES * resolution)))


@dataclass(frozen=True, slots=True)
class Changed:
    """A view as somebody chose to have it drawn.

    Attributes:
        picture: ``(height, width, 3)`` uint8 RGB, to be drawn in place of the view's.
        shown: Which share of the ink is shown, ``(height, width)`` in ``[0, 1]``; all of it where ``None``.
    """

    picture: RgbImage
    shown: Plane | None = None


ChangeView = Callable[[SheetView, Plane], Changed]
"""Changes a view, given how likely each of its pixels shows the person."""


def draw_sheet(
    photo: RgbImage,
    face: DetectedFace,
    resolution: int,
    *,
    draw: DrawPicture,
    find_person: FindPerson,
    change: ChangeView | None = None,
) -> PortraitSheet:
    """Return the sheet of ``face``.

    Args:
        photo: Shape ``(height, width, 3)`` uint8 RGB.
        face: The face in it.
        resolution: The pack's frame in pixels.
        draw: The network, in the style that is wanted.
        find_person: Separates people from what is behind them.
        change: Changes what is drawn; nothing by default.
    """
    view = cut_view(photo, face, lines_side(resolution))
    person = find_person(view.picture) * view.known
    changed = Changed(view.picture) if change is None else change(view, person)
    ink = _drawn(changed.picture, person, view.side_px, resolution, draw) * kept_share(view, person)
    if changed.shown is not None:
        ink *= changed.shown
    side_px = own_side(face)
    return PortraitSheet(_on_paper(ink, sheet_size(side_px)), sheet_matrix(face, side_px))


def _drawn(picture: RgbImage, person: Plane, side_px: float, resolution: int, draw: DrawPicture) -> Plane:
    """Return how much ink each pixel of ``picture`` has, from 0 to 1; its frame is ``side_px``, the pack's smaller."""
    lines = _ink(draw(picture), person)
    if side_px <= resolution:
        return lines
    size, small = (picture.shape[1], picture.shape[0]), sheet_size(resolution)
    reduced = np.asarray(Image.fromarray(picture).resize(small, Image.Resampling.LANCZOS))
    there = np.asarray(Image.fromarray(person).resize(small, Image.Resampling.BILINEAR))
    shades = _resized(_ink(draw(reduced), there), size)
    sigma = _TONE_SIGMA * side_px
    mixed = ndimage.gaussian_filter(shades, sigma) + lines - ndimage.gaussian_filter(lines, sigma)
    return np.asarray(np.clip(mixed, 0.0, 1.0), dtype=np.float32)


def _ink(drawn: NDArray[np.uint8], person: Plane) -> Plane:
    """Return what is darker than the paper, which is what the network leaves beside the person."""
    ground = drawn[person < 0.2]
    enough = len(ground) > _LEAST_GROUND * drawn.size
    paper = (float(np.median(ground)) if enough else float(np.percentile(drawn, 90))) - _PAPER_LEVELS
    return np.asarray(np.clip((paper - drawn) / max(paper, 1.0), 0.0, 1.0), dtype=np.float32)


def uneven(view: SheetView) -> Plane:
    """Return how unevenly a hand leaves off at each pixel of a view, in sides of the frame, mean 0."""
    slow, along = sway(view.size, 7), strokes(view.size, _STROKE_WIDTH * view.side_px)
    return np.asarray(_SWAY * slow + _STROKES * along, dtype=np.float32)


def kept_share(view: SheetView, person: Plane) -> Plane:
    """Return how much of the ink at each pixel of a view stays: none beside the person or where the drawing ended.

    Args:
        view: What is drawn.
        person: How likely each pixel shows the person, ``(height, width)`` float32 in ``[0, 1]``.
    """
    side, size = view.side_px, view.size
    rough = uneven(view)
    beside = ndimage.distance_transform_edt(person <= 0.5) / side
    inside = ndimage.distance_transform_edt(np.pad(view.known, 1))[1:-1, 1:-1]
    nearest = np.maximum(inside - 1.0, 0.0) / side
    rows, columns = np.mgrid[0 : size[1], 0 : size[0]] / side
    across = (columns - LEFT - 0.5) / _ACROSS
    down = rows - TOP - _MIDDLE_DOWN
    radius = np.hypot(across, np.where(down > 0, down / _DOWN, down / _UP))
    kept = smooth(1.0 - (beside - _AROUND_PERSON[0]) / _AROUND_PERSON[1])
    # uneven, and yet nothing at all where the photograph ends
    kept *= smooth((nearest - _AT_EDGE[0] + 1.2 * rough) / _AT_EDGE[1]) * smooth(
        nearest / (2.0 * _AT_EDGE[0])
    )
    kept *= smooth((1.0 - radius + 2.2 * rough) / _LEAVES_OFF)
    return kept


def _on_paper(ink: Plane, size: tuple[int, int]) -> RgbImage:
    """Return a sheet of paper of ``size`` with ``ink`` on it, which catches on the paper's tooth."""
    large = np.clip(_resized(ink, size), 0.0, 1.0)
    large = large + _CRISPER * (large - ndimage.gaussian_filter(large, _CRISPER_SIGMA * size[0]))
    large = np.clip(large, 0.0, 1.0)
    tooth = paper_tooth(size, size[0] / LEAST_WIDTH_PX)
    caught = np.clip(large + _GRAIN * tooth * large * (1.0 - large), 0.0, 1.0)
    grey = np.clip(np.rint((PAPER - tooth) * (1.0 - _DARKEST * caught)), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def _resized(values: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.LANCZOS))
