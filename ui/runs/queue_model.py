"""The queue as a table: place, run, case, photograph, what it makes, how it stands, how long it takes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor

from ui.desk import Desk
from ui.runs.queue_keeper import QueueEntry, Stand
from ui.widgets.plain import plain, plain_tip
from ui.widgets.rows import Index, RowsModel
from ui.wording import duration_words, engine_words

STATE_COLUMN = 5
TIME_COLUMN = 6


class QueueModel(RowsModel):
    """The runs of the queue in their order."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.entries: tuple[QueueEntry, ...] = ()
        self.headers = (
            self.tr("Place"),
            self.tr("Run"),
            self.tr("Case"),
            self.tr("Exhibit"),
            self.tr("What it makes"),
            self.tr("State"),
            self.tr("Time"),
        )

    def show_entries(self) -> None:
        """Show the queue as it is now."""
        entries = self._desk.queue.entries
        if [each.run_id for each in entries] == [each.run_id for each in self.entries]:
            self.entries = entries
            self.tell_progress()
            return
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def tell_progress(self) -> None:
        """Say that states and times may be other ones."""
        if self.entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.entries) - 1, len(self.headers) - 1))

    def entry(self, row: int) -> QueueEntry | None:
        """Return the run of a row."""
        return self.entries[row] if 0 <= row < len(self.entries) else None

    def row_of(self, run_id: str) -> int:
        """Return the row of a run, -1 where it is not in the queue."""
        return next((row for row, each in enumerate(self.entries) if each.run_id == run_id), -1)

    def row_total(self) -> int:
        """Return the number of runs."""
        return len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text or colour."""
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(self._text(entry, index.row(), index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            text = self._text(entry, index.row(), index.column())
            return plain_tip(self._source_words(entry) if index.column() == TIME_COLUMN else text)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == STATE_COLUMN:
            tokens = self._desk.theme.tokens
            tones = {
                Stand.EXECUTED: tokens.accent,
                Stand.WAITING: tokens.muted,
                Stand.OFFERED: tokens.warning,
            }
            return QColor(tones[entry.stand])
        return None

    def _text(self, entry: QueueEntry, row: int, column: int) -> str:
        found = entry.found
        spec = found.run.spec
        ages = ", ".join(f"{age:g}" for age in spec.parameters.get("target_ages") or ())
        source = f", {spec.source_derived_image_id}" if spec.source_derived_image_id else ""
        texts = (
            str(row + 1),
            entry.run_id,
            found.case.case_number,
            f"{found.exhibit_number}{source}",
            f"{engine_words(spec.engine)}: {ages}" if ages else engine_words(spec.engine),
            self._state_words(entry),
            self._time_words(entry),
        )
        return texts[column]

    def _state_words(self, entry: QueueEntry) -> str:
        if entry.stand is Stand.WAITING:
            return self.tr("waits, paused") if self._desk.queue.is_paused else self.tr("waits")
        if entry.stand is Stand.OFFERED:
            return self.tr("not started")
        monitor = self._desk.session.monitor
        now = monitor.now if monitor is not None else None
        if now is None or now.run_id != entry.run_id or now.fraction is None:
            return self.tr("is executed")
        return self.tr("is executed, {percent} %").format(percent=round(100 * now.fraction))

    def _time_words(self, entry: QueueEntry) -> str:
        seconds = self._desk.queue.seconds_left(entry)
        if seconds is None:
            return self.tr("not known")
        return self.tr("about {time}").format(time=duration_words(seconds))

    def _source_words(self, entry: QueueEntry) -> str:
        if entry.found.seconds is None:
            return self.tr("No run of this engine with this pack was measured yet.")
        if entry.found.is_of_this_computer:
            return self.tr("From runs that were measured on this computer.")
        return self.tr("From runs of this casebook; another computer may have executed them.")
