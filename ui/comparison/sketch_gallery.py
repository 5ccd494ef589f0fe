"""The sketches of one image beside it: their styles, what was decided, and the way to each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from forensic_app.engines import registry
from forensic_app.placement import Box, box_in_image
from forensic_app.records import DerivedImage
from forensic_app.workflows.sketches import Sketch
from ui.comparison.age_strip import STRIP_PX, WORDS_PX, face_part, marked
from ui.comparison.decision_words import state_words
from ui.desk import Desk
from ui.parameter_words import choice_words
from ui.text_size import scaled
from ui.widgets.basics import ElidedLabel, picture_icon
from ui.widgets.cells import WholeCell
from ui.widgets.plain import list_item

ICON_PX, SEEN_AT_ONCE = 60, 2.1
_BESIDE_PX, _WORDS_PX = 62, 64
_TITLE_PX, _BAR_PX = 18, 16
THUMBNAIL_PX = 1024


class SketchGallery(QWidget):
    """Sketches of one picture, oldest first; that picture itself leads them where one of them is on show.

    Signals:
        image_wanted: Run and identifier of a sketch, or of the picture, that somebody opens.
    """

    image_wanted = Signal(str, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._told: object = None
        self.title = ElidedLabel()
        self.title.setObjectName("muted")
        self.list = QListWidget()
        self.list.setObjectName("thumbnails")
        self.list.setAccessibleName(self.tr("Sketches of this image"))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setWordWrap(True)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setItemDelegate(WholeCell(self.list))
        self.list.setIconSize(QSize(ICON_PX, ICON_PX))
        self.list.itemActivated.connect(self._open)
        self.list.itemClicked.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addWidget(self.list, 1)
        self.hide()

    def show_sketches(
        self, title: str, sketches: Sequence[Sketch], *, current: str, source: DerivedImage | None
    ) -> None:
        """Show the sketches of a picture.

        Args:
            title: Whose sketches these are.
            sketches: The sketches; without any nothing is shown.
            current: Identifier of the image that is on show.
            source: The derived image that they were drawn from, where one of them is on show.
        """
        self.setVisible(bool(sketches))
        told = (title, tuple(sketches), current, source, scaled(ICON_PX))
        if told == self._told:
            return
        self._told = told
        self.title.setText(title)
        self._fit(len(sketches) + (source is not None))
        self.list.clear()
        if source is not None:
            self._add(source, self.tr("the image itself"), sketches[0].face_box if sketches else None)
        for sketch in sketches:
            item = self._add(sketch.image, style_words(sketch), sketch.face_box, sketch)
            if sketch.image.derived_image_id == current:
                self.list.setCurrentItem(item)

    def _fit(self, count: int) -> None:
        cell = QSize(scaled(ICON_PX + _BESIDE_PX), ICON_PX + scaled(_WORDS_PX))
        self.list.setGridSize(cell)
        wanted = cell.height() + scaled(_TITLE_PX) + _BAR_PX
        self.setFixedHeight(max(STRIP_PX + scaled(WORDS_PX), wanted))
        self.setFixedWidth(round(cell.width() * min(count, SEEN_AT_ONCE)) + 8)

    def _add(
        self,
        image: DerivedImage,
        words: str,
        box: Box | None,
        sketch: Sketch | None = None,
    ) -> QListWidgetItem:
        blank = QPixmap(ICON_PX, ICON_PX)
        blank.fill(Qt.GlobalColor.transparent)
        state = "" if sketch is None else state_words(sketch.is_accepted)
        told = ", ".join(each for each in (words, state) if each)
        tip = self.tr("{image} of {run}: {words}").format(
            image=image.derived_image_id, run=image.run_id, words=told
        )
        item = list_item(QIcon(blank), *(each for each in (words, state) if each), tip=tip)
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        item.setData(Qt.ItemDataRole.UserRole, (image.run_id, image.derived_image_id))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, tip)
        self.list.addItem(item)
        is_accepted, generation = None if sketch is None else sketch.is_accepted, self._told

        def show(picture: QImage) -> None:
            if generation is self._told and not picture.isNull():
                part = face_part(picture, image, box_in_image(box, image.metrics))
                item.setIcon(picture_icon(marked(part, is_accepted, self._desk.theme)))

        self._desk.thumbnails.request(image.sha256, self, show, side_px=THUMBNAIL_PX)
        return item

    def _open(self, item: QListWidgetItem) -> None:
        run_id, image_id = item.data(Qt.ItemDataRole.UserRole)
        self.image_wanted.emit(run_id, image_id)


def style_words(sketch: Sketch) -> str:
    """Return in which style a sketch was drawn, and by which run where its pack names no style."""
    described = registry.find("sketch")
    styles = next((each for each in described.schema if each.name == "style"), None) if described else None
    if not sketch.style:
        return sketch.image.run_id
    return sketch.style if styles is None else choice_words(styles, sketch.style)
