"""The part of a large picture that is looked at closely, sharper than the picture that is shown whole.

Rules:
    * One part at most is asked for at a time: whoever moves on over many pictures leaves no queue of parts behind.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

PartSource = Callable[[QRect, QSize, QObject, Callable[[QImage], None]], None]
"""Called with a part in pixels of the file, the size wanted, whose it is, and what takes it."""

PAUSE_MS = 120
"""So long nothing moves before a part is asked for, in milliseconds."""
_SHARPER = 1.15


class Tiles(QObject):
    """Asks for the part that is in view once it is magnified beyond the pixels that are there, and draws it.

    Signals:
        arrived: A part has come and will be drawn.
    """

    arrived = Signal()

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._source: PartSource | None = None
        self._part = QRect()
        self._wanted = QRect()
        self._size = QSize()
        self._pixmap = QPixmap()
        self._generation = 0
        self._is_asking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._ask)

    def set_source(self, source: PartSource | None) -> None:
        """Take parts from ``source`` from now on; nothing of another picture is drawn any more."""
        self._source = source
        self._pixmap, self._part, self._wanted = QPixmap(), QRect(), QRect()
        self._generation += 1
        self._is_asking = False
        self._timer.stop()

    def paint(
        self, painter: QPainter, rect: QRectF, full: QSize, shown: QSize, *, seen: QRectF | None = None
    ) -> None:
        """Draw the part that is there, and ask for the one that is in view where it would be sharper.

        Args:
            painter: Paints on the view.
            rect: Where the whole picture lies in the view.
            full: Size of the picture's file.
            shown: Size of the picture that is shown whole.
            seen: What of the painter's plane is in view, where the painter turns it; the view itself by default.
        """
        if self._source is None or full.isEmpty() or rect.isEmpty():
            return
        scale = rect.width() / full.width()
        ratio = self._view.devicePixelRatioF()
        if scale * ratio * full.width() <= _SHARPER * shown.width():
            return
        if not self._pixmap.isNull():
            where = QRectF(
                rect.x() + self._part.x() * scale,
                rect.y() + self._part.y() * scale,
                self._part.width() * scale,
                self._part.height() * scale,
            )
            painter.drawPixmap(where, self._pixmap, QRectF(self._pixmap.rect()))
        inside = (QRectF(self._view.rect()) if seen is None else seen).intersected(rect)
        part = QRectF(
            (inside.x() - rect.x()) / scale,
            (inside.y() - rect.y()) / scale,
            inside.width() / scale,
            inside.height() / scale,
        ).toAlignedRect()
        wanted = part.intersected(QRect(0, 0, full.width(), full.height()))
        if wanted != self._wanted and not wanted.isEmpty():
            self._wanted = wanted
            self._size = QSize(
                max(round(wanted.width() * scale * ratio), 1), max(round(wanted.height() * scale * ratio), 1)
            )
            self._timer.start()

    def _ask(self) -> None:
        if self._source is None or self._is_asking:
            return
        generation, part = self._generation, self._wanted
        self._is_asking = True

        def take(image: QImage) -> None:
            if generation != self._generation:
                return
            self._is_asking = False
            if not image.isNull():
                self._pixmap, self._part = QPixmap.fromImage(image), part
                self._view.update()
                self.arrived.emit()
            if part != self._wanted:
                self._timer.start()

        self._source(part, self._size, self, take)
