"""The manual: contents and search on the left, a chapter on the right; everything with keys too."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QIcon, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QListWidget, QSplitter, QVBoxLayout, QWidget

from ui.manual.chapters import Chapter, chapters, found_in, pictures_dir
from ui.theme import Theme
from ui.widgets.basics import Banner, button, label, make_clearable
from ui.widgets.fitting import fit
from ui.widgets.markdown_page import MarkdownPage
from ui.widgets.plain import list_item

_NAME = Qt.ItemDataRole.UserRole


class ManualWindow(QDialog):
    """Shows chapters; stays beside the window that it helps with.

    Attributes:
        page: The chapter that is shown.
        list: The contents, or the chapters that hold what is searched for.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Manual"))
        self.setModal(False)
        self._theme = theme
        self._every = chapters(QLocale().name()[:2])
        self._shown = ""
        self._past: list[str] = []
        self.banner = Banner()
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search the manual"))
        self.search.setAccessibleName(self.tr("Search the manual"))
        make_clearable(self.search, theme)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Chapters"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = MarkdownPage(self.tr("Chapter"))
        self.back_button = button(self.tr("Back"), self.go_back, icon="back", theme=theme, tip="Alt+←")
        self.next_button = button(self.tr("Next place"), self.find_next, icon="search", theme=theme, tip="F3")
        self._lay_out()
        self._connect()
        fit(self, 1000, 700)
        self._fill()

    def show_chapter(self, name: str) -> None:
        """Show a chapter by the name of its file, and remember the one before."""
        chapter = next((each for each in self._every if each.name == name), None)
        if chapter is None:
            self.banner.say(self.tr("The manual is not installed with this program."), "warning")
            return
        if self._shown and self._shown != name:
            self._past.append(self._shown)
        self._show(chapter)

    def go_back(self) -> None:
        """Show the chapter that was shown before."""
        if self._past:
            name = self._past.pop()
            self._show(next(each for each in self._every if each.name == name))

    def find_next(self) -> None:
        """Go to the next place of the first word that is searched for, from the beginning after the last."""
        words = self.search.text().split()
        if words and not self.page.find(words[0]):
            self.page.moveCursor(QTextCursor.MoveOperation.Start)
            self.page.find(words[0])

    def shown(self) -> str:
        """Return the name of the chapter that is shown."""
        return self._shown

    def _lay_out(self) -> None:
        side = QWidget()
        left = QVBoxLayout(side)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        splitter = QSplitter()
        splitter.addWidget(side)
        splitter.addWidget(self.page)
        splitter.setSizes([260, 740])
        splitter.setChildrenCollapsible(False)
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Manual"), "title"))
        top.addStretch(1)
        top.addWidget(self.next_button)
        top.addWidget(self.back_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.addLayout(top)
        column.addWidget(self.banner)
        column.addWidget(splitter, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self._fill())
        self.search.returnPressed.connect(self.find_next)
        self.list.currentRowChanged.connect(self._choose)
        self.page.followed.connect(self._follow)
        self._theme.changed.connect(self._show_again)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Find), self._start_search),
            (QKeySequence(QKeySequence.StandardKey.FindNext), self.find_next),
            (QKeySequence("Alt+Left"), self.go_back),
        ):
            QShortcut(keys, self).activated.connect(act)

    def _start_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _fill(self) -> None:
        """List the chapters that hold the words; the one that is shown stays chosen where it is among them."""
        found = found_in(self._every, self.search.text())
        self.list.blockSignals(True)
        self.list.clear()
        for chapter, count in found:
            lines = (
                (chapter.title, self.tr("{count} places").format(count=count)) if count else (chapter.title,)
            )
            item = list_item(QIcon(), *lines)
            item.setData(_NAME, chapter.name)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.next_button.setEnabled(bool(self.search.text().strip()) and bool(found))
        names = [chapter.name for chapter, _ in found]
        self.banner.say("" if found or not self._every else self.tr("No chapter holds these words."))
        if self._shown in names:
            self._mark()
            self._find_first()
        elif names and self.search.text().strip():
            self.show_chapter(names[0])

    def _choose(self, row: int) -> None:
        if row >= 0 and self.list.item(row).data(_NAME) != self._shown:
            self.show_chapter(self.list.item(row).data(_NAME))

    def _show(self, chapter: Chapter) -> None:
        self._shown = chapter.name
        self.page.show_text(chapter.text, folder=chapter.folder, pictures=pictures_dir())
        self.back_button.setEnabled(bool(self._past))
        self._mark()
        self._find_first()

    def _show_again(self) -> None:
        if self._shown:
            self._show(next(each for each in self._every if each.name == self._shown))

    def _mark(self) -> None:
        """Choose the shown chapter in the list, without showing it again."""
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            if self.list.item(row).data(_NAME) == self._shown:
                self.list.setCurrentRow(row)
        self.list.blockSignals(False)

    def _find_first(self) -> None:
        words = self.search.text().split()
        if words:
            self.page.moveCursor(QTextCursor.MoveOperation.Start)
            self.page.find(words[0])

    def _follow(self, target: str) -> None:
        name = target.removesuffix(".md")
        if name in {each.name for each in self._every}:
            self.show_chapter(name)
        else:
            self.banner.say(
                self.tr("This link leads out of the manual and is not opened: {target}").format(target=target)
            )
