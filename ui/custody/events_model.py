"""Custody events as a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from forensic_app.records import CustodyEvent
from ui.wording import utc_words

Index = QModelIndex | QPersistentModelIndex
_SHOWN_DETAILS = ("reason", "original_name", "report_number", "message", "name", "number", "sha256")


class EventsModel(QAbstractTableModel):
    """Events, the newest first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._events: Sequence[CustodyEvent] = ()
        self.headers = (
            self.tr("No."), self.tr("Time"), self.tr("Action"), self.tr("Object"), self.tr("Examiner"),
            self.tr("Details"),
        )  # fmt: skip

    def show_events(self, events: Sequence[CustodyEvent]) -> None:
        """Show these events."""
        if [each.sequence for each in events] == [each.sequence for each in self._events]:
            return
        self.beginResetModel()
        self._events = events
        self.endResetModel()

    def event_at(self, row: int) -> CustodyEvent | None:
        """Return the event of a row."""
        return self._events[row] if 0 <= row < len(self._events) else None

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of events."""
        return 0 if parent is not None and parent.isValid() else len(self._events)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headers[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        event = self._events[index.row()]
        return (
            str(event.sequence),
            utc_words(event.occurred_at),
            event.action.replace("_", " "),
            f"{event.object_type.replace('_', ' ')} {event.object_id}",
            event.examiner,
            _details_words(event),
        )[index.column()]


def _details_words(event: CustodyEvent) -> str:
    return "  ".join(str(event.details[name]) for name in _SHOWN_DETAILS if event.details.get(name))
