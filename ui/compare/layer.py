"""One picture of the vault as it is drawn by a stage: whole, turned, and sharper where it is looked at closely."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QWidget

from ui.compare.stage import Placement, Stage, scale_of, stage_size, upright_rect
from ui.widgets.thumbnails import full_size
from ui.widgets.tiles import PartSource, Tiles

_SINGLE_PIXELS_FROM = 4.0
"""Enlarged further, pixels are drawn as squares and no longer smoothed."""


class Layer(QObject):
    """Draws one picture on a widget.

    Attributes:
        placement: Size, band and eyes of the picture.
        was_shown: Whether a picture, or that it cannot be shown, has come.

    Signals:
        sharpened: What is drawn has become another.
    """

    sharpened = Signal()

    def __init__(self, view: QWidget, stage: Stage) -> None:
        super().__init__(view)
        self._view = view
        self._stage = stage
        self._halves: list[QPixmap] = []
        self._full = QSize()
        self._parts: PartSource | None = None
        self._image = QImage()
        self._tiles = Tiles(view)
        self._tiles.arrived.connect(self.sharpened)
        self.placement = Placement(0, 0)
        self.was_shown = False

    @property
    def has_image(self) -> bool:
        """Whether there is a picture to draw."""
        return bool(self._halves)

    def set_placement(self, placement: Placement) -> None:
        """Take notice of where the eyes are."""
        self.placement = placement
        self._view.update()
        self.sharpened.emit()

    def clear(self) -> None:
        """Draw nothing until another picture has come."""
        self._halves, self.was_shown, self._image = [], False, QImage()
        self._tiles.set_source(None)

    def show_image(self, image: QImage, parts: PartSource | None) -> None:
        """Draw this picture from now on, and parts of it where it is larger than a screen."""
        self.was_shown, self._image = True, image
        self._halves = [] if image.isNull() else [QPixmap.fromImage(image)]
        self._full = full_size(image)
        if self._halves:
            self.placement = replace(
                self.placement, width_px=self._full.width(), height_px=self._full.height()
            )
        self._parts = parts
        self._tiles.set_source(parts if self._full != image.size() else None)
        self._view.update()
        self.sharpened.emit()

    def copy(self, other: Layer) -> None:
        """Draw what another layer draws, and where it does."""
        if other.was_shown and self._image.cacheKey() != other._image.cacheKey():
            self.show_image(other._image, other._parts)
        elif not other.was_shown and self.was_shown:
            self.clear()
        if self.placement != other.placement:
            self.set_placement(other.placement)

    def transform(self) -> QTransform:
        """Return the way from pixels of the file to the view."""
        ratio = self._view.devicePixelRatioF()
        return self._stage.transform(self.placement, stage_size(self._view), ratio)

    def paint(self, painter: QPainter) -> None:
        """Draw the picture."""
        if not self._halves:
            return
        way = self.transform()
        scale = scale_of(way)
        plane = QTransform(way)
        plane.scale(1 / scale, 1 / scale)
        rect = QRectF(0, 0, self._full.width() * scale, self._full.height() * scale)
        painter.save()
        painter.setTransform(plane, True)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < _SINGLE_PIXELS_FROM)
        drawn = self._reduced(rect.width() * self._view.devicePixelRatioF())
        painter.drawPixmap(rect, drawn, QRectF(drawn.rect()))
        seen = upright_rect(plane, QRectF(self._view.rect()))
        self._tiles.paint(painter, rect, self._full, self._halves[0].size(), seen=seen)
        painter.restore()

    def rendered(self, scale: float) -> QImage:
        """Return what the view shows of the picture, transparent beside it.

        Args:
            scale: Pixels for each of the view.
        """
        size = QSize(max(round(self._view.width() * scale), 1), max(round(self._view.height() * scale), 1))
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.scale(scale, scale)
        self.paint(painter)
        painter.end()
        return image

    def _reduced(self, width: float) -> QPixmap:
        """Return the smallest half, quarter and so on that is still as wide: smooth, and quick to draw."""
        place = 0
        while self._halves[place].width() >= 2 * width and self._halves[place].width() > 64:
            if place + 1 == len(self._halves):
                self._halves.append(
                    self._halves[place].scaled(
                        self._halves[place].size() / 2,
                        Qt.AspectRatioMode.IgnoreAspectRatio,
                        Qt.TransformationMode.SmoothTransformation,
                    )
                )
            place += 1
        return self._halves[place]
