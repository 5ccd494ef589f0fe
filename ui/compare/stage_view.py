"""A widget on which pictures are moved and zoomed together with those of other widgets."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.compare.layer import Layer
from ui.compare.stage import Stage, short_side, stage_size
from ui.theme import Theme
from ui.widgets.image_view import ZOOM_STEP, paint_focus, paint_mark

_STEP = 0.1
"""What an arrow moves by, in short sides of the view."""


class StageView(QWidget):
    """Zooms about the pointer and moves what it shows; subclasses draw.

    Attributes:
        mark: Words that stay on it however far it is zoomed, such as that it shows no photograph.
        message: What is said where there is nothing to draw.

    Signals:
        came_into_use: It was given the focus.
    """

    came_into_use = Signal()

    def __init__(self, theme: Theme, stage: Stage) -> None:
        super().__init__()
        self._theme = theme
        self.stage = stage
        self.stage.changed.connect(self.update)
        self.mark = ""
        self.message = ""
        self._pressed_at: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The pictures, the lowest first."""
        return ()

    def paint_pictures(self, painter: QPainter) -> None:
        """Draw the pictures."""
        for each in self.layers:
            each.paint(painter)

    def show_pixels(self) -> None:
        """Show the first picture with one pixel of the screen for each of its own."""
        if self.layers:
            ratio = self.devicePixelRatioF()
            self.stage.show_pixels(self.layers[0].placement, stage_size(self), ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is, or say why there is nothing."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.tokens.canvas))
        if any(each.has_image for each in self.layers):
            self.paint_pictures(painter)
            paint_mark(painter, self, self.mark)
        else:
            painter.setPen(QColor(self._theme.tokens.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(8, 8, -8, -8), flags, self.message)
        paint_focus(painter, self, self._theme)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        steps = event.angleDelta().y() / 120
        self.stage.zoom_by(ZOOM_STEP**steps, self._place(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move with the pointer."""
        if self._pressed_at is not None:
            moved = (event.position() - self._pressed_at) / short_side(stage_size(self))
            self._pressed_at = event.position()
            self.stage.move(-moved.x(), -moved.y())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Stay."""
        self._pressed_at = None

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that this one is in use."""
        super().focusInEvent(event)
        self.came_into_use.emit()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom with + and -, move with the arrows."""
        moves = {
            Qt.Key.Key_Left: (-_STEP, 0.0), Qt.Key.Key_Right: (_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, -_STEP), Qt.Key.Key_Down: (0.0, _STEP),
        }  # fmt: skip
        key, keys = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.stage.zoom_by(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.stage.zoom_by(1 / ZOOM_STEP)
        elif key in moves and not keys:
            self.stage.move(*moves[key])
        else:
            super().keyPressEvent(event)

    def _place(self, point: QPointF) -> QPointF:
        """Return a point of the view about its middle, in its short sides."""
        size = stage_size(self)
        middle = QPointF(size.width() / 2, size.height() / 2)
        return (point - middle) / short_side(size)
