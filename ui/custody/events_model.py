"""Custody events as a model that reads a page at a time, beside the event loop.

Rules:
    * Nothing is read but what is looked at: the next page comes when the view nears the end of the last one.
    * An answer to a question that is no longer asked (another filter, another case) is dropped.
    * New events are put on top; what is being read keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal

from forensic_app.records import CustodyEvent
from ui.session import Session
from ui.widgets.plain import plain, plain_tip
from ui.widgets.rows import Index, RowsModel
from ui.wording import action_words, actions_called, object_words, utc_words

PAGE_EVENTS = 200
_SHOWN_DETAILS = (
    "verdict",
    "reason",
    "original_name",
    "report_number",
    "message",
    "name",
    "number",
    "sha256",
)


class EventsModel(RowsModel):
    """Events, the newest first.

    Attributes:
        total: How many events there are in all, ``None`` while they are being counted.

    Signals:
        arrived: Events were read; ``True`` when they are the first of a question.
        counted: :attr:`total` is known, or not any more.
    """

    arrived = Signal(bool)
    counted = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.total: int | None = None
        self._session = session
        self._events: list[CustodyEvent] = []
        self._case_id: str | None = None
        self._text = ""
        self._generation = 0
        self._has_more = False
        self._is_reading = False
        self.headers = (
            self.tr("No."), self.tr("Time"), self.tr("Action"), self.tr("Object"), self.tr("Examiner"),
            self.tr("Details"),
        )  # fmt: skip

    def ask(self, case_id: str | None, text: str) -> None:
        """Show the events of a case, or of all cases, that hold every word of ``text``."""
        if self._generation and (case_id, text) == (self._case_id, self._text):
            self._read_newer()
            return
        self._case_id, self._text = case_id, text
        self._begin_again()

    def event_at(self, row: int) -> CustodyEvent | None:
        """Return the event of a row that was read."""
        return self._events[row] if 0 <= row < len(self._events) else None

    def canFetchMore(self, parent: Index) -> bool:
        """Whether a page is left that is not being read yet."""
        return not parent.isValid() and self._has_more and not self._is_reading

    def fetchMore(self, parent: Index) -> None:
        """Have the next page read."""
        if self.canFetchMore(parent):
            self._read({"before": self._events[-1].sequence}, self._append)

    def row_total(self) -> int:
        """Return the number of events read so far."""
        return len(self._events)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        event = self._events[index.row()]
        shows = plain if role == Qt.ItemDataRole.DisplayRole else plain_tip
        words = (
            str(event.sequence),
            utc_words(event.occurred_at),
            action_words(event.action),
            f"{object_words(event.object_type)} {event.object_id}",
            event.examiner,
            plain(details_words(event.details)),
        )[index.column()]
        return shows(words)

    def _read(self, place: dict[str, int], take: Callable[[list[CustodyEvent]], None]) -> None:
        case_id, text, generation = self._case_id, self._text, self._generation
        self._is_reading = True

        def done(events: list[CustodyEvent]) -> None:
            if generation == self._generation:
                self._is_reading = False
                take(events)

        def failed(error: BaseException) -> None:
            if generation == self._generation:
                self._is_reading = self._has_more = False
            self._session.failed.emit(error)

        self._session.read(
            lambda store: store.event_page(
                case_id, text=text, actions=actions_called(text), limit=PAGE_EVENTS, **place
            ),
            self,
            done,
            failed,
        )

    def _read_newer(self) -> None:
        case_id, text, generation = self._case_id, self._text, self._generation
        newest = self._newest()

        def done(events: list[CustodyEvent]) -> None:
            if generation == self._generation:
                self._put_on_top(events)

        self._session.read(
            lambda store: store.event_page(
                case_id, text=text, actions=actions_called(text), limit=PAGE_EVENTS, after=newest
            ),
            self,
            done,
        )

    def _newest(self) -> int:
        return self._events[0].sequence if self._events else 0

    def _begin_again(self) -> None:
        self._generation += 1
        self._read({}, self._begin)
        self._count()

    def _begin(self, events: list[CustodyEvent]) -> None:
        self.beginResetModel()
        self._events = events
        self._has_more = len(events) == PAGE_EVENTS
        self.endResetModel()
        self.arrived.emit(True)

    def _append(self, events: list[CustodyEvent]) -> None:
        self._has_more = len(events) == PAGE_EVENTS
        if events:
            first = len(self._events)
            self.beginInsertRows(QModelIndex(), first, first + len(events) - 1)
            self._events += events
            self.endInsertRows()
        self.arrived.emit(False)

    def _put_on_top(self, events: list[CustodyEvent]) -> None:
        if len(events) == PAGE_EVENTS:
            self._begin_again()
            return
        newest = self._newest()
        newer = [event for event in events if event.sequence > newest]
        if newer:
            self.beginInsertRows(QModelIndex(), 0, len(newer) - 1)
            self._events[:0] = newer
            self.endInsertRows()
            self.arrived.emit(False)
            self._count()

    def _count(self) -> None:
        case_id, text, generation = self._case_id, self._text, self._generation
        self.total = None
        self.counted.emit()

        def done(total: int) -> None:
            if generation == self._generation:
                self.total = total
                self.counted.emit()

        self._session.read(
            lambda store: store.count_events(case_id, text=text, actions=actions_called(text)), self, done
        )


def details_words(details: Mapping[str, object]) -> str:
    """Return the values of an event's details that a line of the log has room for."""
    return "  ".join(_in_words(details[name]) for name in _SHOWN_DETAILS if details.get(name))


def _in_words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
