"""The picture of a new run in each style of the chosen sketch pack: looked at before one is chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QListWidget, QVBoxLayout, QWidget

from forensic_app.errors import ForensicAppError
from forensic_app.records import DerivedImage, Exhibit
from forensic_app.workflows.style_preview import (
    DrawnStyle,
    PreviewSource,
    StyleJob,
    is_drawn,
    named_styles,
    preview_source,
)
from ui.desk import Desk
from ui.parameter_words import choice_words
from ui.runs.face_choice import FaceChoice
from ui.runs.run_settings import RunSettings
from ui.text_size import scaled
from ui.widgets.basics import label, picture_icon
from ui.widgets.cells import WholeCell
from ui.widgets.plain import list_item
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.engines.packs.pack import Pack

PAUSE_MS = 250
SIDE_PX = 104
_BESIDE_PX, _WORDS_PX, _FRAME_PX = 24, 46, 12
_BAND_SHARE = 0.15
_ANALYSER = "dlib"
STYLE = "style"


def has_styles(engine: EngineDescriptor) -> bool:
    """Return whether an engine draws in styles that its pack lists."""
    return engine.is_drawing and any(each.parameter == STYLE for each in engine.pack_choices)


class StyleStrip(QWidget):
    """Small pictures of every style; one that is chosen becomes the form's.

    It is shown only while the chosen pack has several styles.

    Signals:
        chosen: A style that somebody chose.
    """

    chosen = Signal(str)

    def __init__(
        self,
        desk: Desk,
        settings: RunSettings,
        face: FaceChoice,
        exhibit: Exhibit,
        source: DerivedImage | None,
    ) -> None:
        super().__init__()
        self._desk, self._settings, self._face = desk, settings, face
        self._exhibit, self._source = exhibit, source
        self._styles: list[str] = []
        self._asked: tuple[str, int] | None = None
        self._generation = 0
        self._drawn = 0
        self.list = _Pictures()
        self.list.setAccessibleName(self.tr("Styles of the pack, drawn as a preview"))
        self.list.currentRowChanged.connect(self._choose)
        self.words = label(name="muted", wraps=True)
        self.words.setAccessibleName(self.tr("State of the preview"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addWidget(self.list)
        column.addWidget(self.words)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(PAUSE_MS)
        self.timer.timeout.connect(self._look)
        settings.changed.connect(self._take_change)
        face.changed.connect(self._take_change)
        self.hide()
        self._take_change()

    def stop(self) -> None:
        """Draw no more."""
        self._generation += 1
        self.timer.stop()
        self._settings.changed.disconnect(self._take_change)
        self._face.changed.disconnect(self._take_change)
        self._desk.styles.forget(self)

    def _take_change(self) -> None:
        """Follow the form at once where nothing need be drawn, else a moment later."""
        pack = self._pack()
        styles = [] if pack is None else named_styles(pack)
        if styles != self._styles:
            self._styles, self._asked = styles, None
            self._fill()
        self.setVisible(bool(styles))
        if not styles or self._asked is None or self._asked != self._wanted():
            self._desk.styles.forget(self)
            self._generation += 1
            self._asked = None
            self.timer.start()
        self._show_chosen()

    def _pack(self) -> Pack | None:
        return self._settings.chosen_pack() if has_styles(self._settings.descriptor()) else None

    def _wanted(self) -> tuple[str, int] | None:
        """Return what the pictures show: the pack and the face; ``None`` where none can be drawn."""
        pack = self._pack()
        return None if pack is None or self._why_not() else (pack.sha256, self._face.face_index())

    def _why_not(self) -> str:
        if self._settings.fault():
            return self._settings.fault()
        if self._face.analyser.currentText() != _ANALYSER:
            return self.tr("There is a preview only with the face analyser {name}.").format(name=_ANALYSER)
        return self._face.fault()

    def _look(self) -> None:
        wanted, pack = self._wanted(), self._pack()
        if not self._styles or pack is None:
            return
        self._fill()
        if wanted is None:
            self.words.setText(self._why_not())
            return
        self._asked = wanted
        self._tell()
        self._generation += 1
        generation = self._generation
        exhibit = self._exhibit.exhibit_id
        image = self._source.derived_image_id if self._source is not None else ""

        def want(source: PreviewSource) -> None:
            if generation == self._generation:
                job = StyleJob(source, wanted[1], pack.path, pack.sha256, "")
                self._desk.styles.want(job, self._styles, self, self._show, self._fail)

        self._desk.session.read(
            lambda store: preview_source(store, exhibit=exhibit, derived_image=image), self, want, self._fail
        )

    def _fill(self) -> None:
        """Show every style without its picture."""
        self._drawn = 0
        self.list.blockSignals(True)
        self.list.clear()
        blank = QPixmap(SIDE_PX, SIDE_PX)
        blank.fill(QColor(self._desk.theme.tokens.border))
        parameter = next((each for each in self._settings.descriptor().schema if each.name == STYLE), None)
        for style in self._styles:
            words = style if parameter is None else choice_words(parameter, style)
            told = self.tr("{style}: preview, not a result").format(style=words)
            item = list_item(QIcon(blank), words, tip=told)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, told)
            self.list.addItem(item)
        self.list.fit_rows()
        self.list.blockSignals(False)
        self._show_chosen()

    def _show(self, drawn: DrawnStyle) -> None:
        if drawn.style not in self._styles:
            return
        picture = QImage(
            drawn.pixels, drawn.side_px, drawn.side_px, drawn.side_px, QImage.Format.Format_Grayscale8
        )
        item = self.list.item(self._styles.index(drawn.style))
        item.setIcon(picture_icon(_marked(picture, self.tr("Preview"))))
        self._drawn += 1
        self._tell()

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, ForensicAppError):
            self.words.setText(self.tr("No preview: {reason}").format(reason=error_words(error)))
        else:
            self.words.setText(self.tr("The preview could not be drawn."))

    def _tell(self) -> None:
        meaning = self.tr(
            "A preview, not a result: it is recorded nowhere. Start the run to have the sketch."
        )
        count = len(self._styles)
        if self._drawn < count:
            words = self.tr("Drawing the preview: {done} of {count} styles.")
            meaning = words.format(done=self._drawn, count=count)
        self.words.setText(meaning)

    def _show_chosen(self) -> None:
        form = self._settings.form
        if form is None or not self._styles:
            return
        value = str(form.given().get(STYLE))
        row = next((n for n, each in enumerate(self._styles) if is_drawn(value, each, self._styles)), -1)
        if row != self.list.currentRow():
            self.list.blockSignals(True)
            self.list.setCurrentRow(row)
            self.list.blockSignals(False)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._styles):
            self.chosen.emit(self._styles[row])


class _Pictures(QListWidget):
    """Pictures in as many rows as they need, all in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("thumbnails")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setWordWrap(True)
        self.setMovement(QListView.Movement.Static)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setItemDelegate(WholeCell(self))
        self.setIconSize(QSize(SIDE_PX, SIDE_PX))
        self.fit_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as high as the rows that there are now."""
        super().resizeEvent(event)
        self.fit_rows()

    def fit_rows(self) -> None:
        """Be as high as the pictures need."""
        cell = QSize(max(SIDE_PX, scaled(SIDE_PX)) + _BESIDE_PX, SIDE_PX + scaled(_WORDS_PX))
        self.setGridSize(cell)
        columns = max((self.width() - 2) // cell.width(), 1)
        rows = max(math.ceil(self.count() / columns), 1)
        self.setFixedHeight(rows * cell.height() + _FRAME_PX)


def _marked(picture: QImage, words: str) -> QPixmap:
    """Return a preview with a band across it that says what it is."""
    pixmap = QPixmap.fromImage(picture.copy())
    band = QRect(0, 0, pixmap.width(), round(pixmap.height() * _BAND_SHARE))
    band.moveBottom(pixmap.height() - 1)
    painter = QPainter(pixmap)
    painter.fillRect(band, QColor("#5a3d00"))
    font = painter.font()
    font.setPixelSize(round(band.height() * 0.75))
    painter.setFont(font)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(band, Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return pixmap
