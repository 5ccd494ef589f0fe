"""Chooses pictures of a case: every photograph and every derived image, with a filter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from forensic_app.workflows.comparable import Comparable
from ui.compare.captions import caption_of
from ui.desk import Desk
from ui.widgets.basics import label, make_clearable, picture_icon
from ui.widgets.fitting import fit
from ui.widgets.plain import plain
from ui.widgets.rows import Index

ICON_PX = 72
_PICTURE_PX = 264
"""As for the exhibits: the same thumbnails are kept once."""


class ComparableModel(QAbstractListModel):
    """Pictures that hold every word of a filter, with a thumbnail for those that are looked at."""

    def __init__(self, desk: Desk, found: Sequence[Comparable], parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._every = [(each, caption_of(each).text.casefold()) for each in found]
        self._shown = list(found)
        self._icons: dict[str, QIcon] = {}
        blank = QPixmap(ICON_PX, ICON_PX)
        blank.fill(Qt.GlobalColor.transparent)
        self._blank = QIcon(blank)

    def narrow(self, text: str) -> None:
        """Show those that hold every word of ``text``."""
        words = text.casefold().split()
        self.beginResetModel()
        self._shown = [each for each, told in self._every if all(word in told for word in words)]
        self.endResetModel()

    def comparable(self, row: int) -> Comparable:
        """Return the picture of a row."""
        return self._shown[row]

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return words and thumbnail."""
        if not 0 <= index.row() < len(self._shown):
            return None
        each = self._shown[index.row()]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(each.sha256)
        words = caption_of(each)
        if role == Qt.ItemDataRole.DisplayRole:
            return "\n".join(plain(line) for line in (words.title, words.made, words.record) if line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return plain(words.text)
        return None

    def _icon(self, sha256: str) -> QIcon:
        if sha256 not in self._icons:
            self._icons[sha256] = self._blank
            self._desk.thumbnails.request(sha256, self, partial(self._take, sha256), side_px=_PICTURE_PX)
        return self._icons[sha256]

    def _take(self, sha256: str, picture: QImage) -> None:
        if picture.isNull():
            return
        self._icons[sha256] = picture_icon(picture)
        for row, each in enumerate(self._shown):
            if each.sha256 == sha256:
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])


class Picker(QDialog):
    """A list to choose from.

    Signals:
        picked: Names of what was chosen, in the list's order.
    """

    picked = Signal(list)

    def __init__(
        self, desk: Desk, found: Sequence[Comparable], parent: QWidget, *, most: int, title: str
    ) -> None:
        """Offer ``found``, at most ``most`` of which can be chosen."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self._most = most
        self.model = ComparableModel(desk, found, self)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter: number, age, engine, pack, adapter, run, decision"))
        self.filter.setAccessibleName(self.tr("Filter the pictures"))
        make_clearable(self.filter, desk.theme)
        self.filter.textChanged.connect(self._narrow)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Pictures of the case"))
        self.list.setModel(self.model)
        self.list.setIconSize(QSize(ICON_PX, ICON_PX))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        mode = QAbstractItemView.SelectionMode
        self.list.setSelectionMode(mode.SingleSelection if most == 1 else mode.ExtendedSelection)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._refresh())
        self.list.doubleClicked.connect(lambda _: self.accept())
        self.told = label(name="muted", wraps=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.show_button = buttons.addButton(self.tr("Compare"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.show_button.setProperty("kind", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.filter)
        column.addWidget(self.list, 1)
        column.addWidget(self.told)
        column.addWidget(buttons)
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
        self._refresh()
        fit(self, 620, 620)
        self.list.setFocus()

    def chosen(self) -> list[Comparable]:
        """Return what is chosen."""
        rows = sorted(each.row() for each in self.list.selectionModel().selectedIndexes())
        return [self.model.comparable(row) for row in rows]

    def accept(self) -> None:
        """Tell what was chosen, where that can be shown."""
        names = [each.name for each in self.chosen()]
        if 1 <= len(names) <= self._most:
            super().accept()
            self.picked.emit(names)

    def _narrow(self, text: str) -> None:
        self.model.narrow(text)
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
        self._refresh()

    def _refresh(self) -> None:
        count = len(self.chosen())
        self.show_button.setEnabled(1 <= count <= self._most)
        if not self.model.rowCount():
            self.told.setText(self.tr("Nothing else of this case is there to be shown."))
        elif count > self._most:
            words = self.tr("{count} are chosen; there is room for {most}.")
            self.told.setText(words.format(count=count, most=self._most))
        elif self._most > 1:
            self.told.setText(self.tr("Up to {most} can be chosen (Ctrl or Shift).").format(most=self._most))
        else:
            self.told.setText("")
