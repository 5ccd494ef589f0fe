"""One picture of a comparison with what stands on it; points are placed on it with the mouse or with keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from forensic_app.records import ImageNote, NoteKind
from ui.compare.layer import Layer
from ui.compare.note_painter import paint_notes, paint_placing
from ui.compare.stage import Stage
from ui.compare.stage_view import StageView
from ui.theme import Theme

_STEP_PX, _FAR_PX = 2.0, 20.0
"""What an arrow moves the cross by, without and with Shift, in pixels of the view."""


class PaneView(StageView):
    """Shows one picture.

    Attributes:
        layer: The picture.

    Signals:
        points_placed: A kind of note, and its points in pixels of the file.
        placing_changed: A note is being placed, or no longer.
    """

    points_placed = Signal(object, object)
    placing_changed = Signal()

    def __init__(self, theme: Theme, stage: Stage) -> None:
        super().__init__(theme, stage)
        self.layer = Layer(self, stage)
        self._notes: Sequence[ImageNote] = ()
        self._shows_notes = True
        self._placing: NoteKind | None = None
        self._points: list[QPointF] = []
        self._cross = QPointF()
        self.setMouseTracking(True)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The one picture."""
        return (self.layer,)

    @property
    def placing(self) -> NoteKind | None:
        """What is being placed."""
        return self._placing

    def show_notes(self, notes: Sequence[ImageNote], *, are_shown: bool) -> None:
        """Draw these notes over the picture, or none."""
        self._notes, self._shows_notes = notes, are_shown
        self.update()

    def begin_placing(self, kind: NoteKind) -> None:
        """Have the points of a note placed, beginning in the middle."""
        if not self.layer.has_image:
            return
        self._placing, self._points = kind, []
        self._cross = QPointF(self.width() / 2, self.height() / 2)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocus()
        self.placing_changed.emit()
        self.update()

    def stop_placing(self) -> None:
        """Place nothing any more."""
        self._placing, self._points = None, []
        self.unsetCursor()
        self.placing_changed.emit()
        self.update()

    def paint_pictures(self, painter: QPainter) -> None:
        """Draw the picture, its notes, and the one that is being placed."""
        super().paint_pictures(painter)
        way = self.layer.transform()
        if self._shows_notes:
            paint_notes(painter, way, self._notes, width_px=self.width())
        if self._placing is not None:
            paint_placing(painter, [way.map(each) for each in self._points], self._cross)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set a point, or begin to move."""
        if self._placing is not None and event.button() is Qt.MouseButton.LeftButton:
            self._cross = event.position()
            self._set_point()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the cross, or the picture."""
        if self._placing is not None:
            self._cross = event.position()
            self.update()
            return
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cross with the arrows, set a point with Enter, stop with Escape; else as every view."""
        if self._placing is None:
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        step = _FAR_PX if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP_PX
        moves = {
            Qt.Key.Key_Left: QPointF(-step, 0), Qt.Key.Key_Right: QPointF(step, 0),
            Qt.Key.Key_Up: QPointF(0, -step), Qt.Key.Key_Down: QPointF(0, step),
        }  # fmt: skip
        if key in moves:
            moved = self._cross + moves[key]
            self._cross = QPointF(
                min(max(moved.x(), 0.0), self.width()), min(max(moved.y(), 0.0), self.height())
            )
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._set_point()
        elif key == Qt.Key.Key_Escape:
            self.stop_placing()
        else:
            super().keyPressEvent(event)

    def _set_point(self) -> None:
        """Set a point under the cross, on the nearest pixel where that is beside the picture."""
        turned, _ = self.layer.transform().inverted()
        point, placement = turned.map(self._cross), self.layer.placement
        self._points.append(
            QPointF(
                min(max(point.x(), 0.0), placement.width_px), min(max(point.y(), 0.0), placement.height_px)
            )
        )
        kind = self._placing
        if kind is not None and len(self._points) == (1 if kind is NoteKind.NOTE else 2):
            points = [(each.x(), each.y()) for each in self._points]
            self.stop_placing()
            self.points_placed.emit(kind, points)
        self.update()
