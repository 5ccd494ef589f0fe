"""Pages of a PDF, with their numbers, at any size, searched by words; all of it by keys too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QModelIndex, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtPdf import QPdfDocument, QPdfSearchModel
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.basics import button, label, make_clearable

ZOOM_STEP: Final = 1.25
LEAST_ZOOM, LARGEST_ZOOM = 0.25, 6.0
_POINTS_PER_INCH = 72.0


class PageField(QSpinBox):
    """The number of a page; the wheel turns it only while it has the focus."""

    def wheelEvent(self, event: QEvent) -> None:
        """Leave the wheel to the pages unless somebody works in the field."""
        if self.hasFocus():
            super().wheelEvent(event)  # type: ignore[arg-type]
        else:
            event.ignore()


class PdfPane(QWidget):
    """Shows the bytes of a PDF.

    The document and the search are made before the view and are its siblings: children are deleted in the order of
    their making, and a document that is deleted after its view still tells it so.

    Attributes:
        page: The number of the page in view.
        words: What is searched for.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._document = QPdfDocument(self)
        self._search = QPdfSearchModel(self)
        self._search.setDocument(self._document)
        self._buffer = QBuffer(self)
        self._view = QPdfView(self)
        self._view.setDocument(self._document)
        self._view.setSearchModel(self._search)
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self._view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view.setAccessibleName(self.tr("Pages of the report"))
        self.setFocusProxy(self._view)
        self.page = PageField()
        self._of = label("", "muted")
        self.words = QLineEdit()
        self.hits = label("", "muted")
        self._found = -1
        self._bar = self._page_bar()
        self._search_bar = self._words_bar()
        self._search_bar.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._bar)
        column.addWidget(self._search_bar)
        column.addWidget(self._view, 1)
        self._view.pageNavigator().currentPageChanged.connect(self._show_page_number)
        self._search.countChanged.connect(self._show_hits)
        self._search.statusChanged.connect(self._show_hits)
        self._show_count()

    def show_pdf(self, data: bytes) -> None:
        """Show a document; empty bytes show nothing. What is searched for is searched for in it too."""
        self._document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(data))
        if data:
            self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
            self._document.load(self._buffer)
        self._found = -1
        self._show_count()
        self._show_hits()

    def page_count(self) -> int:
        """Return the number of pages shown."""
        return self._document.pageCount()

    def words_of_page(self, page: int) -> str:
        """Return the text of a page, counted from 0."""
        return self._document.getAllText(page).text()

    def zoom(self) -> float:
        """Return how large the page in view is shown, 1 = as on paper."""
        per_point = self._view.logicalDpiX() / _POINTS_PER_INCH
        return self._pixels_per_point(max(self._view.pageNavigator().currentPage(), 0)) / per_point

    def zoom_by(self, factor: float) -> None:
        """Show the pages larger or smaller."""
        wanted = min(max(self.zoom() * factor, LEAST_ZOOM), LARGEST_ZOOM)
        self._view.setZoomMode(QPdfView.ZoomMode.Custom)
        self._view.setZoomFactor(wanted)

    def fit_width(self) -> None:
        """Show the pages as wide as the view."""
        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)

    def go_to_page(self, number: int) -> None:
        """Bring a page into view, counted from 1."""
        navigator = self._view.pageNavigator()
        if self.page_count() and number - 1 != navigator.currentPage():
            navigator.jump(number - 1, QPointF(), navigator.currentZoom())

    def open_search(self) -> None:
        """Ask for the words to search for."""
        self._search_bar.show()
        self.words.setFocus()
        self.words.selectAll()

    def close_search(self) -> None:
        """Search for nothing any more; the pages have the keys."""
        self.words.clear()
        self._search_bar.hide()
        self._view.setFocus()

    def find_next(self) -> None:
        """Go to the next place where the words stand, after the last to the first."""
        self._go_to_hit(1)

    def find_previous(self) -> None:
        """Go to the place before, from the first to the last."""
        self._go_to_hit(-1)

    def event(self, event: QEvent) -> bool:
        """Keep the pane's keys from the window's shortcuts while the pane has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and self._meant(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Find, go to a page, or show larger and smaller."""
        do = self._meant(event)
        if do is None:
            super().keyPressEvent(event)
        else:
            do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter find, Shift+Enter find backwards and Escape close; a dialog around gets none of them."""
        if watched is self.words and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                is_back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                (self.find_previous if is_back else self.find_next)()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_search()
                return True
        return super().eventFilter(watched, event)

    def _page_bar(self) -> QWidget:
        self.page.setAccessibleName(self.tr("Page"))
        self.page.setKeyboardTracking(False)
        self.page.valueChanged.connect(self.go_to_page)
        return _row(
            label(self.tr("Page"), "muted"),
            self.page,
            self._of,
            None,
            self._small("−", self.tr("Smaller"), "Ctrl+-", lambda: self.zoom_by(1 / ZOOM_STEP)),
            self._small("+", self.tr("Larger"), "Ctrl++", lambda: self.zoom_by(ZOOM_STEP)),
            self._small(self.tr("Fit"), self.tr("As wide as the view"), "Ctrl+0", self.fit_width),
            self._small(self.tr("Find"), self.tr("Find words in the report"), "Ctrl+F", self.open_search),
        )

    def _words_bar(self) -> QWidget:
        self.words.setAccessibleName(self.tr("Words to find"))
        self.words.setPlaceholderText(self.tr("Words to find"))
        make_clearable(self.words, self._theme)
        self.words.textChanged.connect(self._search_for)
        self.words.installEventFilter(self)
        return _row(
            self.words,
            self.hits,
            self._small("↑", self.tr("Previous place"), "Shift+F3", self.find_previous),
            self._small("↓", self.tr("Next place"), "F3", self.find_next),
            self._small("✕", self.tr("Close the search"), "Esc", self.close_search),
        )

    def _small(self, text: str, name: str, keys: str, do: Callable[[], None]) -> QWidget:
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        made = button(text, do, tip=f"{name} ({shown})")
        made.setAccessibleName(name)
        if len(text) == 1:
            made.setFixedWidth(2 * made.sizeHint().height())
        return made

    def _meant(self, event: QEvent) -> Callable[[], None] | None:
        """Return what a key stands for; ``None`` for one that is none of the pane's."""
        assert isinstance(event, QKeyEvent)
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_F3:
            return self.find_previous if held & Qt.KeyboardModifier.ShiftModifier else self.find_next
        if not held & Qt.KeyboardModifier.ControlModifier or held & Qt.KeyboardModifier.AltModifier:
            return None
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            return lambda: self.zoom_by(ZOOM_STEP)
        if held != Qt.KeyboardModifier.ControlModifier:
            return None
        meant: dict[int, Callable[[], None]] = {
            Qt.Key.Key_F: self.open_search,
            Qt.Key.Key_G: self._ask_for_page,
            Qt.Key.Key_Minus: lambda: self.zoom_by(1 / ZOOM_STEP),
            Qt.Key.Key_0: self.fit_width,
        }
        return meant.get(key)

    def _ask_for_page(self) -> None:
        self.page.setFocus()
        self.page.selectAll()

    def _show_count(self) -> None:
        count = self.page_count()
        self.page.blockSignals(True)
        self.page.setRange(1, max(count, 1))
        self.page.setValue(self._view.pageNavigator().currentPage() + 1)
        self.page.blockSignals(False)
        self._of.setText(self.tr("of {count}").format(count=count))
        self._bar.setEnabled(count > 0)

    def _show_page_number(self, page: int) -> None:
        self.page.blockSignals(True)
        self.page.setValue(page + 1)
        self.page.blockSignals(False)

    def _search_for(self, words: str) -> None:
        self._found = -1
        self._search.setSearchString(words.strip())
        self._show_hits()

    def _hit_count(self) -> int:
        return self._search.rowCount(QModelIndex())

    def _show_hits(self) -> None:
        """Say which of how many places is shown; the first one is gone to as soon as it is found."""
        count = self._hit_count() if self.words.text().strip() else 0
        if count and self._found < 0:
            self._go_to_hit(1)
            return
        if not self.words.text().strip():
            self.hits.setText("")
        else:
            said = self.tr("{place} of {count}").format(place=self._found + 1, count=count)
            is_over = self._search.status() == QPdfSearchModel.Status.Finished
            nothing = self.tr("not found") if is_over else self.tr("searching…")
            self.hits.setText(said if count else nothing)

    def _go_to_hit(self, step: int) -> None:
        count = self._hit_count()
        if not count:
            return
        self._found = (self._found + step) % count if self._found >= 0 else 0
        place = self._search.resultAtIndex(self._found)
        self._view.setCurrentSearchResultIndex(self._found)
        self._scroll_to(place.page(), place.location())
        self._show_hits()

    def _scroll_to(self, page: int, place: QPointF) -> None:
        """Bring a place of a page, in points from its upper left, into the upper third of the view."""
        scale, viewport = self._pixels_per_point(page), self._view.viewport()
        down, across = self._view.verticalScrollBar(), self._view.horizontalScrollBar()
        down.setValue(round(self._top_of(page) + place.y() * scale - viewport.height() / 3))
        across.setValue(round(place.x() * scale - viewport.width() / 3))

    def _top_of(self, page: int) -> float:
        """Return where a page begins among all, in pixels of the view."""
        before = (
            round(self._document.pagePointSize(each).height() * self._pixels_per_point(each))
            for each in range(page)
        )
        return float(self._view.documentMargins().top() + sum(before) + page * self._view.pageSpacing())

    def _pixels_per_point(self, page: int) -> float:
        if self._view.zoomMode() == QPdfView.ZoomMode.Custom:
            return float(self._view.zoomFactor() * self._view.logicalDpiX() / _POINTS_PER_INCH)
        margins = self._view.documentMargins()
        width = self._document.pagePointSize(page).width()
        inside = self._view.viewport().width() - margins.left() - margins.right()
        return float(inside / width) if width > 0 else 1.0


def _row(*widgets: QWidget | None) -> QWidget:
    """Return widgets in a line; ``None`` is what stretches."""
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    for each in widgets:
        if each is None:
            line.addStretch(1)
        else:
            line.addWidget(each, 1 if isinstance(each, QLineEdit) else 0)
    return made
