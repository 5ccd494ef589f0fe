"""A picture that can be zoomed and moved, alone or together with others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme
from ui.widgets.thumbnails import full_size
from ui.widgets.tiles import PartSource, Tiles

MAX_ZOOM = 16.0
ZOOM_STEP = 1.25


class ViewTransform(QObject):
    """Zoom and centre that several views share.

    Attributes:
        zoom: 1 fits the picture into its view.
        centre: Point of the picture in the middle of the view, as shares of its width and height.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)

    def set_zoom(self, zoom: float) -> None:
        """Zoom about the centre; at 1 the picture is centred."""
        self.zoom = min(max(zoom, 1.0), MAX_ZOOM)
        if self.zoom == 1.0:
            self.centre = QPointF(0.5, 0.5)
        self.changed.emit()

    def show_part(self, part: QRectF, *, share: float = 0.5) -> None:
        """Zoom so that a part fills a share of the view.

        Args:
            part: The part, in shares of the picture's width and height.
            share: How much of the view it fills, from 0 to 1.
        """
        zoom = share / max(part.width(), part.height(), 1e-6)
        self.zoom = min(max(zoom, 1.0), MAX_ZOOM)
        self.centre = part.center() if self.zoom > 1.0 else QPointF(0.5, 0.5)
        self.changed.emit()

    def move(self, dx: float, dy: float) -> None:
        """Move the centre by shares of the picture."""
        x, y = self.centre.x() + dx, self.centre.y() + dy
        self.centre = QPointF(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
        self.changed.emit()


@dataclass(frozen=True, slots=True)
class Box:
    """A frame drawn on a picture, in its pixels.

    Attributes:
        rect: Where.
        caption: Words on it.
        is_chosen: Whether it is the one that is meant.
    """

    rect: QRectF
    caption: str
    is_chosen: bool = False


class ImageView(QWidget):
    """Shows one picture.

    Signals:
        box_clicked: Place of the box in the list that was shown.
    """

    box_clicked = Signal(int)

    def __init__(self, theme: Theme, transform: ViewTransform | None = None) -> None:
        super().__init__()
        self._theme = theme
        self.view_transform = transform or ViewTransform(self)
        self.view_transform.changed.connect(self.update)
        self._pixmap = QPixmap()
        self._full = QSize()
        self._tiles = Tiles(self)
        self._frame: QSize | None = None
        self._boxes: Sequence[Box] = ()
        self._message = ""
        self._mark = ""
        self._pressed_at: QPointF | None = None
        self._has_moved = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 100)

    def show_image(self, image: QImage, message: str = "") -> None:
        """Show a picture, or ``message`` when it is null."""
        self._pixmap = QPixmap.fromImage(image)
        self._full = full_size(image)
        self._tiles.set_source(None)
        self._message = message
        self.update()

    def set_parts(self, source: PartSource | None) -> None:
        """Say where parts of the picture come from that are sharper than the picture itself."""
        self._tiles.set_source(source)
        self.update()

    def set_frame(self, size: QSize | None) -> None:
        """Lay the picture out as if it had this size, its upper left corner and width kept.

        Pictures of different heights (one with a band below) then stay in step.
        """
        self._frame = size
        self.update()

    def set_mark(self, text: str) -> None:
        """Keep words on the picture however far it is zoomed, such as that it is no photograph."""
        self._mark = text
        self.update()

    def image_size(self) -> QSize:
        """Return the size of the picture's file in pixels; it may be shown from fewer."""
        return self._full if self.has_image() else QSize()

    def show_boxes(self, boxes: Sequence[Box]) -> None:
        """Draw frames on the picture."""
        self._boxes = boxes
        self.update()

    def has_image(self) -> bool:
        """Whether a picture is shown."""
        return not self._pixmap.isNull()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(480, 480)

    def picture_rect(self) -> QRectF:
        """Return where the whole picture lies in the widget."""
        if self._pixmap.isNull():
            return QRectF()
        size = self._frame or self._full
        width, height = size.width(), size.height()
        scale = min(self.width() / width, self.height() / height) * self.view_transform.zoom
        centre = self.view_transform.centre
        return QRectF(
            self.width() / 2 - centre.x() * width * scale,
            self.height() / 2 - centre.y() * height * scale,
            width * scale,
            height * scale,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture and its frames."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.tokens.canvas))
        if self._pixmap.isNull():
            painter.setPen(QColor(self._theme.tokens.muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message
            )
        else:
            self.paint_picture(painter)
            for box in self._boxes:
                self._paint_box(painter, box)
            paint_mark(painter, self, self._mark)
        paint_focus(painter, self, self._theme)
        painter.end()

    def paint_picture(self, painter: QPainter) -> None:
        """Draw the picture; subclasses draw more."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.view_transform.zoom < 6)
        rect = self.pixmap_rect(self._pixmap)
        painter.drawPixmap(rect, self._pixmap, QRectF(self._pixmap.rect()))
        self._tiles.paint(painter, rect, self._full, self._pixmap.size())

    def pixmap_rect(self, pixmap: QPixmap) -> QRectF:
        """Return where a picture lies: as wide as the frame, as high as its own shape says."""
        rect = self.picture_rect()
        return QRectF(
            rect.x(), rect.y(), rect.width(), rect.width() * pixmap.height() / max(pixmap.width(), 1)
        )

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        steps = event.angleDelta().y() / 120
        self.view_transform.set_zoom(self.view_transform.zoom * ZOOM_STEP**steps)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move the picture."""
        self._pressed_at = event.position()
        self._has_moved = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture."""
        if self._pressed_at is None or self._pixmap.isNull():
            return
        moved = event.position() - self._pressed_at
        if self._has_moved or moved.manhattanLength() > 4:
            self._has_moved = True
            self._pressed_at = event.position()
            rect = self.picture_rect()
            if self.view_transform.zoom > 1:
                self.view_transform.move(-moved.x() / rect.width(), -moved.y() / rect.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the box that was clicked."""
        if self._pressed_at is not None and not self._has_moved:
            for place, box in enumerate(self._boxes):
                if self._on_screen(box.rect).contains(event.position()):
                    self.box_clicked.emit(place)
                    break
        self._pressed_at = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom with + - 0, move with the arrows while zoomed."""
        view = self.view_transform
        step = 0.1 / view.zoom
        moves = {
            Qt.Key.Key_Left: (-step, 0.0), Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step), Qt.Key.Key_Down: (0.0, step),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            view.set_zoom(view.zoom * ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            view.set_zoom(view.zoom / ZOOM_STEP)
        elif key == Qt.Key.Key_0:
            view.set_zoom(1.0)
        elif key in moves and view.zoom > 1:
            view.move(*moves[key])
        else:
            super().keyPressEvent(event)

    def _on_screen(self, rect: QRectF) -> QRectF:
        whole = self.pixmap_rect(self._pixmap)
        scale = whole.width() / max(self._full.width(), 1)
        return QRectF(
            whole.x() + rect.x() * scale,
            whole.y() + rect.y() * scale,
            rect.width() * scale,
            rect.height() * scale,
        )

    def _paint_box(self, painter: QPainter, box: Box) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self._on_screen(box.rect)
        colour = QColor("#2f8cff" if box.is_chosen else "#ffffff")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 5 if box.is_chosen else 3.5))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(QPen(colour, 3 if box.is_chosen else 1.5))
        painter.drawRoundedRect(rect, 4, 4)
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(box.caption) + 14
        height = painter.fontMetrics().height() + 6
        tag = QRectF(rect.x(), max(rect.y() - height - 2, 0), width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#1c5fb0") if box.is_chosen else QColor(20, 24, 30, 200))
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, box.caption)


def mark_height(view: QWidget) -> int:
    """Return how high the words across the foot of a view are."""
    return view.fontMetrics().height() + 8


def paint_mark(painter: QPainter, view: QWidget, text: str) -> None:
    """Draw words across the foot of a view, such as that it shows no photograph; nothing for an empty text."""
    if not text:
        return
    metrics, height = painter.fontMetrics(), mark_height(view)
    bar = QRectF(0, view.height() - height, view.width(), height)
    painter.fillRect(bar, QColor(0, 0, 0, 205))
    painter.setPen(QColor("#ffffff"))
    words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, view.width() - 12)
    painter.drawText(bar, Qt.AlignmentFlag.AlignCenter, words)


def paint_focus(painter: QPainter, view: QWidget, theme: Theme) -> None:
    """Draw a frame around a view that has the focus."""
    if view.hasFocus():
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(theme.tokens.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(view.rect().adjusted(1, 1, -1, -1))
