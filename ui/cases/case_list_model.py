"""The list of cases as a model: all identifiers in order, and only the lines that are looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor

from forensic_app.records import CaseKind, CaseStatus
from ui.desk import Desk
from ui.widgets.plain import plain, plain_tip
from ui.widgets.rows import Index, RowsModel
from ui.wording import case_status_words, kind_words, time_words

if TYPE_CHECKING:
    from forensic_app.store.case_list import CaseSummary

PAGE = 100
KEPT_PAGES = 40
_LONG = (1, 2)
"""Columns whose texts may not fit: title and people."""
SORT_KEYS = ("number", "title", "", "kind", "status", "", "due", "created")


class CaseListModel(RowsModel):
    """Cases in pages of a hundred, read when they come into sight.

    Signals:
        count_changed: Number of cases that match.
    """

    count_changed = Signal(int)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._ids: list[str] = []
        self._lines: dict[int, CaseSummary] = {}
        self._asked: dict[int, None] = {}
        self._generation = 0
        self.text = ""
        self.kind: CaseKind | None = None
        self.status: CaseStatus | None = None
        self.only_due = False
        self.sort_key = "created"
        self.is_descending = True
        self.headers = (
            self.tr("Number"), self.tr("Title"), self.tr("Subjects"), self.tr("Kind"), self.tr("Status"),
            self.tr("Exhibits"), self.tr("New images due"), self.tr("Opened"),
        )  # fmt: skip

    def reload(self) -> None:
        """Read the identifiers again; lines follow as they are looked at."""
        self._generation += 1
        generation = self._generation
        today = datetime.now(UTC).date()

        def work(store: Any) -> list[str]:
            from forensic_app.store.case_list import CaseFilter

            wanted = CaseFilter(
                text=self.text,
                kind=self.kind,
                status=self.status,
                due_on=today if self.only_due else None,
                sort_key=self.sort_key,
                is_descending=self.is_descending,
            )
            return list(store.case_ids(wanted))

        self._desk.session.read(work, self, lambda ids: self._show(ids, generation))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, where that is offered."""
        if SORT_KEYS[column]:
            self.sort_key = SORT_KEYS[column]
            self.is_descending = order is Qt.SortOrder.DescendingOrder
            self.reload()

    def summary(self, row: int) -> CaseSummary | None:
        """Return the line of a row, ``None`` while it is being read."""
        if row not in self._lines:
            self._ask(row // PAGE)
        return self._lines.get(row)

    def row_total(self) -> int:
        """Return the number of cases that match."""
        return len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, colour or tool tip."""
        if role not in (
            Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.ToolTipRole,
        ):  # fmt: skip
            return None
        line = self.summary(index.row())
        if line is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(self._texts(line)[index.column()])
        tokens = self._desk.theme.tokens
        is_due = line.refresh_due_on is not None and line.refresh_due_on <= datetime.now(UTC).date()
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(line, index.column())
        if index.column() == 6 and is_due:
            return QColor(tokens.warning)
        return QColor(tokens.muted) if line.case.status is CaseStatus.CLOSED else None

    def _tip(self, line: CaseSummary, column: int) -> str | None:
        if column in _LONG:
            return plain_tip(self._texts(line)[column])
        if column != 6:
            return None
        return self.tr(
            "New images are due two years after the newest run for people under 18 or of unknown age, five years "
            "after it for adults."
        )

    def _texts(self, line: CaseSummary) -> tuple[str, ...]:
        case = line.case
        if case.status is CaseStatus.CLOSED:
            due = "–"
        elif line.refresh_due_on is None:
            due = self.tr("no images yet")
        elif line.refresh_due_on <= datetime.now(UTC).date():
            due = self.tr("due since {day}").format(day=line.refresh_due_on.isoformat())
        else:
            due = line.refresh_due_on.isoformat()
        return (
            case.case_number, case.title, line.subject_names, kind_words(case.kind),
            case_status_words(case.status), str(line.exhibit_count), due, time_words(case.created_at)[:10],
        )  # fmt: skip

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked[page] = None
        generation = self._generation
        ids = self._ids[page * PAGE : (page + 1) * PAGE]
        self._desk.session.read(
            lambda store: store.case_summaries(ids), self, lambda lines: self._fill(page, lines, generation)
        )

    def _show(self, ids: list[str], generation: int) -> None:
        if generation != self._generation:
            return
        self.beginResetModel()
        self._ids = ids
        self._lines.clear()
        self._asked.clear()
        self.endResetModel()
        self.count_changed.emit(len(ids))

    def _fill(self, page: int, lines: list[CaseSummary], generation: int) -> None:
        if generation != self._generation:
            return
        by_id = {line.case.case_id: line for line in lines}
        first = page * PAGE
        for place, case_id in enumerate(self._ids[first : first + PAGE]):
            if case_id in by_id:
                self._lines[first + place] = by_id[case_id]
        while len(self._asked) > KEPT_PAGES:
            oldest = next(iter(self._asked))
            del self._asked[oldest]
            for row in range(oldest * PAGE, (oldest + 1) * PAGE):
                self._lines.pop(row, None)
        last = min(first + PAGE, len(self._ids)) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
