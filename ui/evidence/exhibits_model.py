"""The exhibits of a case as a model: sorted, filtered, and with a thumbnail for those that are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QObject, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap

from forensic_app.records import Exhibit
from ui.desk import Desk
from ui.widgets.basics import picture_icon
from ui.widgets.plain import plain, plain_tip
from ui.widgets.rows import Index

BY_NUMBER, BY_NUMBER_DOWN, BY_SUBJECT, BY_AGE, BY_RECEIPT = range(5)
EXHIBIT_ROLE = Qt.ItemDataRole.UserRole
PICTURE_PX = 264
"""Longest side of the thumbnails that are asked for; they are drawn smaller."""


class ExhibitsModel(QAbstractListModel):
    """Exhibits in the order and choice that was asked for."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._every: list[Exhibit] = []
        self._names: Mapping[str, str] = {}
        self._shown: list[Exhibit] = []
        self._icons: dict[str, QIcon] = {}
        self._asked: set[str] = set()
        self._order = BY_NUMBER
        self._filter = ""
        blank = QPixmap(PICTURE_PX, PICTURE_PX)
        blank.fill(Qt.GlobalColor.transparent)
        self._blank = QIcon(blank)

    def show_exhibits(self, exhibits: Sequence[Exhibit], names: Mapping[str, str]) -> None:
        """Take these exhibits, and the names of the subjects by identifier."""
        if list(exhibits) == self._every and dict(names) == dict(self._names):
            return
        self._every, self._names = list(exhibits), names
        self._arrange()

    def arrange(self, *, order: int, text: str) -> None:
        """Show those that hold every word of ``text``, in another order."""
        self._order, self._filter = order, text
        self._arrange()

    def exhibit(self, row: int) -> Exhibit | None:
        """Return the exhibit of a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, exhibit_id: str) -> int:
        """Return the row of an exhibit, -1 where it is not shown."""
        return next((row for row, each in enumerate(self._shown) if each.exhibit_id == exhibit_id), -1)

    def hidden_count(self) -> int:
        """Return how many exhibits the filter leaves out."""
        return len(self._every) - len(self._shown)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what stands under a thumbnail, or the thumbnail."""
        exhibit = self.exhibit(index.row())
        if exhibit is None:
            return None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(exhibit)
        if role == EXHIBIT_ROLE:
            return exhibit
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignHCenter
        who = self._who(exhibit)
        words = {
            Qt.ItemDataRole.DisplayRole: f"{plain(exhibit.exhibit_number)}\n{plain(who)}",
            Qt.ItemDataRole.ToolTipRole: plain_tip(plain(exhibit.original_name)),
            Qt.ItemDataRole.AccessibleTextRole: f"{plain(exhibit.exhibit_number)}, {plain(who)}",
        }
        return words.get(Qt.ItemDataRole(role))

    def _who(self, exhibit: Exhibit) -> str:
        unknown = QCoreApplication.translate("ExhibitsView", "nobody stated")
        return self._names.get(exhibit.subject_id or "", unknown)

    def _icon(self, exhibit: Exhibit) -> QIcon:
        """Return the thumbnail, asked for when it is first looked at."""
        sha256 = exhibit.sha256
        if sha256 not in self._asked:
            self._asked.add(sha256)
            self._desk.thumbnails.request(
                sha256, self, lambda image: self._take(sha256, image), side_px=PICTURE_PX
            )
        return self._icons.get(sha256, self._blank)

    def _take(self, sha256: str, image: QImage) -> None:
        if image.isNull():
            return
        self._icons[sha256] = picture_icon(image)
        for row, each in enumerate(self._shown):
            if each.sha256 == sha256:
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])

    def _arrange(self) -> None:
        words = self._filter.casefold().split()
        shown = [each for each in self._every if all(word in self._text(each) for word in words)]
        if self._order == BY_NUMBER_DOWN:
            shown.reverse()
        elif self._order == BY_SUBJECT:
            shown.sort(key=lambda each: (each.subject_id is None, self._who(each).casefold()))
        elif self._order == BY_AGE:
            shown.sort(key=lambda each: (each.age_at_photo is None, each.age_at_photo or 0.0))
        elif self._order == BY_RECEIPT:
            shown.sort(key=lambda each: each.received_at, reverse=True)
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def _text(self, exhibit: Exhibit) -> str:
        return " ".join(
            (
                exhibit.exhibit_number,
                exhibit.original_name,
                exhibit.source,
                self._who(exhibit),
                *exhibit.notes,
            )
        ).casefold()


def grid_size(icon_px: int) -> QSize:
    """Return the room that a thumbnail and its two lines take."""
    return QSize(icon_px + 24, icon_px + 56)
