"""The zoom and place that compared pictures share, and where each lies by it.

Rules:
    * A place is held in short sides of a pane about its middle: the same in every pane, whatever its picture's size.
    * Whole pictures are laid out as if each had the tallest band of them below: a photograph and what was made of it
      lie exactly alike.
    * Aligned, the middle between the eyes is the origin, the line between them is level, and their distance is the
      same in every pane. A picture without a known face is shown whole meanwhile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QWidget

from forensic_app.workflows.comparable import Eyes, interocular_px
from ui.widgets.image_view import mark_height

EYE_SHARE = 0.22
"""Distance between the eyes at zoom 1 when they are aligned, in short sides of a pane."""
_BELOW_EYES = 0.5
"""The middle of an aligned pane lies so many distances of the eyes below them."""
_LIMITS = {"whole": (1.0, 32.0, 1.5), "pixels": (0.05, 16.0, 80.0), "eyes": (0.1, 24.0, 8.0)}
"""Least and largest zoom, and how far the middle goes, by what is the base."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What has to be known of a picture to lay it out.

    Attributes:
        width_px: Width of its file.
        height_px: Its height.
        band_px: Height of the band at its foot.
        eyes: Centres of the eyes in pixels of the file; ``None`` where no face is known.
    """

    width_px: int
    height_px: int
    band_px: int = 0
    eyes: Eyes | None = None

    @property
    def band_share(self) -> float:
        """Height of the band as a share of the picture above it."""
        return self.band_px / max(self.height_px - self.band_px, 1)

    def frame(self, band_share: float) -> QSizeF:
        """Return the size that the picture is laid out with."""
        return QSizeF(max(self.width_px, 1), max((self.height_px - self.band_px) * (1 + band_share), 1))


class Stage(QObject):
    """Zoom, place and alignment of several views.

    Attributes:
        zoom: 1 shows pictures whole, at their own pixels, or with the eyes at their usual distance.
        centre: What is in the middle of a pane, in short sides of a pane.
        is_aligned: Whether pictures are laid on each other by the eyes.
        band_share: Tallest band among the pictures, as a share of what stands above it.

    Signals:
        changed: Views are to be drawn anew.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre = QPointF()
        self.is_aligned = False
        self.band_share = 0.0
        self._shows_pixels = False
        self._anchor = QPointF(0.5, 0.5)

    def set_aligned(self, is_aligned: bool) -> None:
        """Lay the pictures on each other by the eyes, or show them whole again."""
        if is_aligned != self.is_aligned:
            self.is_aligned = is_aligned
            self.fit()

    def set_band_share(self, share: float) -> None:
        """Take the tallest band among the pictures."""
        if share != self.band_share:
            self.band_share = share
            self.changed.emit()

    def fit(self) -> None:
        """Show pictures whole; aligned ones at the usual distance of the eyes."""
        self._shows_pixels, self._anchor = False, QPointF(0.5, 0.5)
        self.zoom = 1.0
        self.centre = QPointF(0.0, _BELOW_EYES * EYE_SHARE) if self.is_aligned else QPointF()
        self.changed.emit()

    def show_pixels(self, placement: Placement, view: QSizeF, ratio: float) -> None:
        """Show one pixel of the screen for each of the files; aligned, for each of this picture's file.

        Args:
            placement: The picture that is in use; its middle stays where it is.
            view: Size of its pane.
            ratio: Pixels of the screen for each of the window.
        """
        if self.is_aligned and placement.eyes is not None:
            self.zoom = self._within(interocular_px(placement.eyes) / (EYE_SHARE * short_side(view) * ratio))
            self.changed.emit()
            return
        turned, _ = self.transform(placement, view, ratio).inverted()
        middle = turned.map(QPointF(view.width() / 2, view.height() / 2))
        frame = placement.frame(self.band_share)
        self.is_aligned, self._shows_pixels = False, True
        self._anchor = QPointF(_share(middle.x(), frame.width()), _share(middle.y(), frame.height()))
        self.zoom, self.centre = 1.0, QPointF()
        self.changed.emit()

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom by a factor.

        Args:
            factor: Above 1 is nearer.
            about: What stays where it is: a place about the middle of the pane in its short sides.
        """
        about = about or QPointF()
        zoom = self._within(self.zoom * factor)
        self.centre = self.centre + about / self.zoom - about / zoom
        self.zoom = zoom
        self._hold()
        self.changed.emit()

    def move(self, dx: float, dy: float) -> None:
        """Move by short sides of a pane."""
        self.centre = self.centre + QPointF(dx, dy) / self.zoom
        self._hold()
        self.changed.emit()

    def transform(self, placement: Placement, view: QSizeF, ratio: float) -> QTransform:
        """Return the way from pixels of a file to a pane.

        Args:
            placement: The picture.
            view: Size of the pane.
            ratio: Pixels of the screen for each of the window.
        """
        short = short_side(view)
        made = QTransform()
        made.translate(view.width() / 2, view.height() / 2)
        made.scale(self.zoom, self.zoom)
        made.translate(-self.centre.x() * short, -self.centre.y() * short)
        if self.is_aligned and placement.eyes is not None:
            (left_x, left_y), (right_x, right_y) = placement.eyes
            scale = EYE_SHARE * short / interocular_px(placement.eyes)
            made.scale(scale, scale)
            made.rotate(-math.degrees(math.atan2(right_y - left_y, right_x - left_x)))
            made.translate(-(left_x + right_x) / 2, -(left_y + right_y) / 2)
            return made
        if self.is_aligned:
            made.translate(0.0, _BELOW_EYES * EYE_SHARE * short)
        frame = placement.frame(self.band_share)
        scale = min(view.width() / frame.width(), view.height() / frame.height())
        if self._shows_pixels:
            scale = 1 / ratio
        made.scale(scale, scale)
        made.translate(-self._anchor.x() * frame.width(), -self._anchor.y() * frame.height())
        return made

    @property
    def _base(self) -> str:
        return "eyes" if self.is_aligned else "pixels" if self._shows_pixels else "whole"

    def _within(self, zoom: float) -> float:
        least, most, _ = _LIMITS[self._base]
        return min(max(zoom, least), most)

    def _hold(self) -> None:
        """Keep the pictures within reach; whole ones stand in the middle."""
        _, _, far = _LIMITS[self._base]
        x, y = self.centre.x(), self.centre.y()
        self.centre = QPointF(min(max(x, -far), far), min(max(y, -far), far))
        if self._base == "whole" and self.zoom == 1.0:
            self.centre = QPointF()


def stage_size(view: QWidget) -> QSizeF:
    """Return the part of a view that pictures are laid out in: above the words at its foot, also without any."""
    return QSizeF(view.width(), max(view.height() - mark_height(view), 1))


def short_side(view: QSizeF) -> float:
    """Return the shorter side of a pane, at least 1."""
    return max(min(view.width(), view.height()), 1.0)


def scale_of(transform: QTransform) -> float:
    """Return how much a rotation with a scale enlarges."""
    return math.hypot(transform.m11(), transform.m12())


def upright_rect(transform: QTransform, view: QRectF) -> QRectF:
    """Return what of a turned plane is in view, as the box around it."""
    turned, _ = transform.inverted()
    return turned.mapRect(view)


def _share(value: float, whole: float) -> float:
    return min(max(value / whole, 0.0), 1.0)
