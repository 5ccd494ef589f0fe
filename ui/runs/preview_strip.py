"""A row of small previews in a new run's form: what its strips of styles and of ages share.

Rules:
    * The form's own thread draws nothing: previews come from another process, some time after the last change.
    * Whatever changes takes back what has not been drawn yet.
    * Each picture says that it is a preview; why there is none is said in words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QListWidget, QVBoxLayout, QWidget

from forensic_app.errors import ForensicAppError
from forensic_app.records import Exhibit
from ui.desk import Desk
from ui.runs.face_choice import FaceChoice
from ui.runs.previews import Job, Previews
from ui.runs.run_settings import RunSettings
from ui.text_size import scaled
from ui.widgets.basics import label, picture_icon
from ui.widgets.cells import WholeCell
from ui.widgets.plain import list_item
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

    Asks = Callable[[CaseStore], Sequence[Job]]

ANALYSER = "dlib"
_FRAME_PX = 12
_BAND_SHARE = 0.15


class PreviewStrip(QWidget):
    """Small pictures of everything that may be chosen, or of what is.

    Subclasses say what is shown (:meth:`shown`, :meth:`titles`), what the pictures depend on (:meth:`question`), and
    what is asked for (:meth:`jobs`).
    """

    def __init__(
        self,
        desk: Desk,
        settings: RunSettings,
        face: FaceChoice,
        exhibit: Exhibit,
        pictures: Pictures,
        lane: Previews,
    ) -> None:
        super().__init__()
        self.desk, self.settings, self.face, self.exhibit = desk, settings, face, exhibit
        self._lane = lane
        self._shown: tuple[Hashable, ...] = ()
        self._asked: Hashable | None = None
        self._generation = 0
        self._drawn: set[int] = set()
        self.list = pictures
        self.words = label(name="muted", wraps=True)
        self.words.setAccessibleName(self.tr("State of the preview"))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 4)
        self.column.setSpacing(4)
        self.column.addWidget(self.list)
        self.column.addWidget(self.words)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self._look)
        settings.changed.connect(self.follow)
        face.changed.connect(self.follow)

    def shown(self) -> Sequence[Hashable]:
        """Return what there is a picture of, in this order."""
        raise NotImplementedError

    def titles(self, shown: Hashable) -> tuple[str, str]:
        """Return the words below a picture, and what they mean at length."""
        raise NotImplementedError

    def question(self) -> Hashable:
        """Return everything that the pictures depend on; asked for only where :meth:`why_not` is silent."""
        raise NotImplementedError

    def why_not(self) -> str:
        """Return why there are no previews, empty where there are."""
        if self.settings.fault():
            return self.settings.fault()
        if self.face.analyser.currentText() != ANALYSER:
            return self.tr("There is a preview only with the face analyser {name}.").format(name=ANALYSER)
        return self.face.fault()

    def asks(self) -> Asks:
        """Return what reads the casebook and says what is to be drawn; called beside the window's thread."""
        raise NotImplementedError

    def meaning(self) -> str:
        """Return what is said when every picture is there."""
        raise NotImplementedError

    def progress(self, done: int, count: int) -> str:
        """Return what is said while pictures are missing."""
        raise NotImplementedError

    def show_chosen(self) -> None:
        """Mark the picture of what is chosen, where one is."""

    def follow(self) -> None:
        """Follow the form at once where nothing need be drawn, else a moment later."""
        shown = tuple(self.shown())
        if shown != self._shown:
            self._shown, self._asked = shown, None
            self._fill()
        if not shown or self._asked is None or self._asked != self._wanted():
            self._lane.forget(self)
            self._generation += 1
            self._asked = None
            self.timer.start()
        self.show_chosen()

    def stop(self) -> None:
        """Draw no more."""
        self._generation += 1
        self.timer.stop()
        self.settings.changed.disconnect(self.follow)
        self.face.changed.disconnect(self.follow)
        self._lane.forget(self)

    def put(self, shown: Hashable, picture: QImage) -> None:
        """Show the preview of something that is still shown."""
        if shown not in self._shown:
            return
        row = self._shown.index(shown)
        self.list.item(row).setIcon(picture_icon(_marked(picture, self.tr("Preview"))))
        self._drawn.add(row)
        self._tell()

    def take(self, drawn: object) -> None:
        """Show what was drawn."""
        raise NotImplementedError

    def kept(self) -> Mapping[Hashable, QImage]:
        """Return the pictures that were drawn before and are still right."""
        return {}

    def _wanted(self) -> Hashable | None:
        return None if self.why_not() else self.question()

    def _look(self) -> None:
        if not self._shown:
            self.words.setText(self.why_not())
            return
        wanted = self._wanted()
        self._fill()
        if wanted is None:
            self.words.setText(self.why_not())
            return
        self._asked = wanted
        self._tell()
        self._generation += 1
        generation = self._generation

        def want(jobs: Sequence[Job]) -> None:
            if generation == self._generation:
                self._lane.want(jobs, self, self.take, self._fail)

        self.desk.session.read(self.asks(), self, want, self._fail)

    def _fill(self) -> None:
        """Show everything, without its picture unless that was kept."""
        self._drawn = set()
        self.list.blockSignals(True)
        self.list.clear()
        blank = QPixmap(self.list.side_px, self.list.side_px)
        blank.fill(QColor(self.desk.theme.tokens.border))
        for shown in self._shown:
            words, told = self.titles(shown)
            item = list_item(QIcon(blank), words, tip=told)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, told)
            self.list.addItem(item)
        self.list.fit_rows()
        self.list.blockSignals(False)
        for shown, picture in self.kept().items():
            self.put(shown, picture)
        self.show_chosen()

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, ForensicAppError):
            self.words.setText(self.tr("No preview: {reason}").format(reason=error_words(error)))
        else:
            self.words.setText(self.tr("The preview could not be drawn."))

    def _tell(self) -> None:
        done, count = len(self._drawn), len(self._shown)
        self.words.setText(self.meaning() if done == count else self.progress(done, count))


class Pictures(QListWidget):
    """Pictures in as many rows as they need, all in sight.

    Args:
        side_px: Side of a picture.
        beside_px: What a cell is wider than that.
        words_px: Height of the words below, at the usual size of letters.
        words_wide_px: Their width, likewise.
        least: Number of pictures that there is always room for, so that the height stays while they come and go.
    """

    def __init__(
        self, side_px: int, *, beside_px: int, words_px: int, words_wide_px: int, least: int = 1
    ) -> None:
        super().__init__()
        self.side_px = side_px
        self._beside_px, self._least = beside_px, least
        self._words_px, self._words_wide_px = words_px, words_wide_px
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
        self.setIconSize(QSize(side_px, side_px))
        self.fit_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as high as the rows that there are now."""
        super().resizeEvent(event)
        self.fit_rows()

    def fit_rows(self) -> None:
        """Be as high as the pictures need."""
        width = max(self.side_px, scaled(self._words_wide_px)) + self._beside_px
        cell = QSize(width, self.side_px + scaled(self._words_px))
        self.setGridSize(cell)
        columns = max((self.width() - 2) // cell.width(), 1)
        rows = math.ceil(max(self.count(), self._least) / columns)
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
