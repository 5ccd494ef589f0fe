"""Notes, arrows and measured lines drawn over a picture that is looked at, and the point where one is being placed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from forensic_app.engines.pictures.note_marks import badge_place, strokes
from forensic_app.records import ImageNote
from ui.compare.stage import scale_of
from ui.widgets.plain import plain

_HEAD_PX = 14.0
_LIGHT, _DARK, _BADGE = QColor("#ffffff"), QColor(20, 24, 30, 220), QColor("#b03c14")
_WIDEST_PX = 260


def note_words(note: ImageNote) -> str:
    """Return what a note says, and how long a line is: pixels and distances between the eyes, never millimetres."""
    told = [plain(note.text)] if note.text else []
    if note.length_px is not None:
        told.append(length_words(note.length_px, note.length_in_eyes))
    return "; ".join(told)


def length_words(length_px: float, length_in_eyes: float | None) -> str:
    """Return a length in words."""
    if length_in_eyes is None:
        words = QCoreApplication.translate("Notes", "{pixels} px (eyes not known)")
        return words.format(pixels=f"{length_px:.0f}")
    words = QCoreApplication.translate("Notes", "{pixels} px = {share} eye distances")
    return words.format(pixels=f"{length_px:.0f}", share=f"{length_in_eyes:.2f}")


def paint_notes(painter: QPainter, way: QTransform, notes: Sequence[ImageNote], *, width_px: float) -> None:
    """Draw notes with numbers from 1 and their words beside them.

    Args:
        painter: Paints on the view.
        way: From pixels of the file to the view.
        notes: What is drawn.
        width_px: Width of the view; words that would leave it stand left of their number.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scale = max(scale_of(way), 1e-6)
    for number, note in enumerate(notes, start=1):
        for one, other in strokes(note, _HEAD_PX / scale):
            _line(painter, way.map(QPointF(*one)), way.map(QPointF(*other)))
        place = way.map(QPointF(*badge_place(note)))
        beside = place if note.length_px is None else place + QPointF(0, painter.fontMetrics().height() * 1.3)
        _words(painter, beside, note_words(note), width_px)
        _badge(painter, place, str(number))
    painter.restore()


def paint_placing(painter: QPainter, placed: Sequence[QPointF], cross: QPointF) -> None:
    """Draw the points that were placed, and the cross that is moved; all in pixels of the view."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for point in placed:
        _line(painter, point, cross)
    for dx, dy in ((12, 0), (0, 12)):
        _line(painter, cross - QPointF(dx, dy), cross + QPointF(dx, dy))
    painter.restore()


def _line(painter: QPainter, one: QPointF, other: QPointF) -> None:
    for colour, width in ((_DARK, 4.0), (_LIGHT, 2.0)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(one, other)


def _badge(painter: QPainter, place: QPointF, words: str) -> None:
    radius = painter.fontMetrics().height() * 0.6
    painter.setPen(QPen(_LIGHT, 1.5))
    painter.setBrush(_BADGE)
    painter.drawEllipse(place, radius, radius)
    painter.setPen(_LIGHT)
    box = QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _words(painter: QPainter, place: QPointF, words: str, width_px: float) -> None:
    metrics = painter.fontMetrics()
    height = metrics.height() + 4
    is_left = place.x() > width_px / 2
    room = (place.x() if is_left else width_px - place.x()) - height - 10
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(max(min(room, _WIDEST_PX), 40)))
    wide = metrics.horizontalAdvance(shown) + height + 6
    box = QRectF(place.x() - (wide if is_left else 0), place.y() - height / 2, wide, height)
    painter.fillRect(box, _DARK)
    painter.setPen(_LIGHT)
    box.setLeft(box.left() + (5 if is_left else height * 0.75))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
