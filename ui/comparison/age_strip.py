"""Every image of a run in a row, each with a mark for its decision."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QListWidget

from forensic_app.records import DerivedImage
from ui.text_size import scaled
from ui.theme import Theme
from ui.widgets.cells import WholeCell

STRIP_PX, SMALLEST_PX = 92, 56
WORDS_PX = 66
"""What stands below the pictures of the strip, at the usual size of letters."""
SEEN_AT_ONCE = 6
"""The ages of a usual run: so many fit, smaller where there is less room."""
_BESIDE_PX = 20
IMAGE_ROLE = Qt.ItemDataRole.UserRole
"""Where an item holds the identifier of its image."""
FACE_MARGIN = 1.9
"""Side of what a thumbnail shows, as a multiple of the face's box."""


class AgeStrip(QListWidget):
    """Every image of a run in a row; the arrows go through them, with Ctrl and Shift several are chosen together.

    Signals:
        images_chosen: Identifiers of the images that are chosen together, in their order.
        decision_wanted: ``True`` to accept, ``False`` to reject the chosen images.
        drag_prepared: The mouse went down on an image: it may be dragged.
        drag_wanted: The chosen image is dragged.
    """

    images_chosen = Signal(list)
    decision_wanted = Signal(bool)
    drag_prepared = Signal()
    drag_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("thumbnails")
        self.setAccessibleName(self.tr("Images of the run"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setWordWrap(True)
        self.setMovement(QListView.Movement.Static)
        self._fit(STRIP_PX)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setItemDelegate(WholeCell(self))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDragEnabled(True)
        self.itemSelectionChanged.connect(lambda: self.images_chosen.emit(self.chosen_images()))

    def chosen_images(self) -> list[str]:
        """Return the identifiers of the images that are chosen together, in their order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self.item(row).data(IMAGE_ROLE) for row in rows]

    def choose_image(self, derived_image_id: str) -> bool:
        """Choose an image alone; return whether it is here."""
        for row in range(self.count()):
            if self.item(row).data(IMAGE_ROLE) == derived_image_id:
                self.setCurrentRow(row)
                return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the pictures as small as six of them need."""
        super().resizeEvent(event)
        room = (self.viewport().width() - 2) // SEEN_AT_ONCE
        self._fit(min(max(room - _BESIDE_PX, SMALLEST_PX), STRIP_PX))

    def _fit(self, side_px: int) -> None:
        self.setIconSize(QSize(side_px, side_px))
        self.setGridSize(QSize(side_px + _BESIDE_PX, STRIP_PX + scaled(48)))
        self.setFixedHeight(STRIP_PX + scaled(WORDS_PX))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose an image, and have it ready in case it is dragged."""
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.drag_prepared.emit()

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Have the chosen image dragged."""
        self.drag_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Accept with A, reject with R."""
        if event.key() in (Qt.Key.Key_A, Qt.Key.Key_R) and not event.modifiers():
            self.decision_wanted.emit(event.key() == Qt.Key.Key_A)
            return
        super().keyPressEvent(event)


def face_part(picture: QImage, image: DerivedImage, box: Sequence[float] | None) -> QImage:
    """Return the part of a thumbnail that shows the face with what is around it; all of it without a face.

    Args:
        picture: The image of ``image`` at any scale.
        image: Its record.
        box: The face, ``(left, top, right, bottom)`` in pixels of the image.
    """
    if picture.isNull() or not box:
        return picture
    scale = picture.width() / image.width_px
    left, top, right, bottom = (float(each) * scale for each in box)
    side = FACE_MARGIN * max(right - left, bottom - top)
    wanted = QRectF((left + right - side) / 2, (top + bottom - side) / 2, side, side).toRect()
    part = wanted.intersected(picture.rect())
    if part.width() < wanted.width() // 2 or part.height() < wanted.height() // 2:
        return picture
    return picture.copy(part).scaled(
        STRIP_PX * 2,
        STRIP_PX * 2,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def marked(picture: QImage, is_accepted: bool | None, theme: Theme, *, sketches: int = 0) -> QPixmap:
    """Return a thumbnail with a mark for its decision and, below, the number of its sketches if it has any.

    It is made of a copy: two pixmaps of one image that were painted on once have the same key in Qt's cache, and the
    mark of an earlier decision would be shown.
    """
    pixmap = QPixmap.fromImage(picture.copy())
    if pixmap.isNull() or (is_accepted is None and not sketches):
        return pixmap
    side = max(pixmap.width(), pixmap.height()) // 4
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if is_accepted is not None:
        painter.setBrush(QColor("#1b7a43" if is_accepted else "#b32d31"))
        painter.drawEllipse(4, 4, side, side)
        icon = theme.icon("check" if is_accepted else "cross", colour="#ffffff")
        icon.paint(painter, 4 + side // 6, 4 + side // 6, side - side // 3, side - side // 3)
    if sketches:
        _mark_sketches(
            painter,
            sketches,
            QRect(pixmap.width() - 2 * side - 4, pixmap.height() - side - 4, 2 * side, side),
            theme,
        )
    painter.end()
    return pixmap


def _mark_sketches(painter: QPainter, count: int, place: QRect, theme: Theme) -> None:
    """Draw a pencil and a number."""
    painter.setBrush(QColor("#3a4150"))
    painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
    inner = place.height() * 2 // 3
    theme.icon("edit", colour="#ffffff").paint(
        painter, place.left() + place.height() // 4, place.top() + place.height() // 6, inner, inner
    )
    font = painter.font()
    font.setPixelSize(inner)
    painter.setFont(font)
    painter.setPen(QColor("#ffffff"))
    half = place.adjusted(place.width() // 2, 0, 0, 0)
    painter.drawText(half, Qt.AlignmentFlag.AlignCenter, str(count))
