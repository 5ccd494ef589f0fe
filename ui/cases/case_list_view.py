"""The page of cases: search as you type, filters, sorting, recent cases."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import RecordNotFound
from forensic_app.records import Case, CaseKind, CaseStatus
from ui.cases.case_dialog import CaseDialog
from ui.cases.case_list_model import CaseListModel
from ui.cases.due_bar import DueBar
from ui.desk import Desk
from ui.widgets.basics import EmptyState, button, label, make_clearable
from ui.widgets.combo import Combo
from ui.widgets.page import Page
from ui.widgets.plain import plain
from ui.widgets.rows import show_rows
from ui.widgets.wrapping import WrappingRow
from ui.wording import case_status_words, kind_words

TYPING_PAUSE_MS = 150
_ROW_PX = 44
"""Room for titles and names of two lines."""
_WIDTHS = (120, 240, 170, 120, 76, 76, 150, 104)


class CaseTable(QTableView):
    """A table whose selected row opens with Enter."""

    opened = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the selected case with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class CaseListView(Page):
    """Every case of the casebook.

    Signals:
        case_opened: The case to show.
    """

    case_opened = Signal(object)
    refresh_wanted = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.model = CaseListModel(desk, self)
        self.model.count_changed.connect(self._show_count)
        self.search = QLineEdit()
        self.kind = Combo()
        self.status = Combo()
        self.only_due = QCheckBox(self.tr("Only cases due for new &images"))
        self.recent = Combo()
        self.count = label(name="muted")
        self.new_button = button(
            self.tr("New case…"), self.new_case, kind="primary", icon="add", theme=desk.theme, tip="Ctrl+N"
        )
        self.new_button.setEnabled(not desk.session.is_read_only)
        self.table = self._make_table()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_PAUSE_MS)
        self._timer.timeout.connect(self.model.reload)
        self._pages = QStackedWidget()
        first = button(self.tr("Create the first case…"), self.new_case)
        self._every_button = button(self.tr("Show every case"), self.show_every_case)
        first.setEnabled(not desk.session.is_read_only)
        self._first_button = first
        self._pages.addWidget(self.table)
        self._pages.addWidget(
            EmptyState(
                self.tr("No cases yet"),
                self.tr("A case holds the people concerned, the photographs received, runs and reports."),
                first,
            )
        )
        self._pages.addWidget(
            EmptyState(
                self.tr("No case matches"),
                self.tr("Change the words or the filters above."),
                self._every_button,
            )
        )
        self.due_bar = DueBar()
        self.due_bar.wanted.connect(self._refresh_current)
        self._set_up_filters()
        self._lay_out()
        desk.session.changed.connect(self.reload)
        self.reload()

    def reload(self) -> None:
        """Read the list again."""
        self.model.reload()
        self._fill_recent()

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the table, or the button that stands in its place."""
        return (self.table, self._first_button, self._every_button)

    def show_every_case(self) -> None:
        """Take the words and the filters away."""
        self.search.clear()
        self.kind.setCurrentIndex(0)
        self.status.setCurrentIndex(0)
        self.only_due.setChecked(False)

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def new_case(self) -> None:
        """Ask for a new case, create and open it."""
        dialog = CaseDialog(self._desk, parent=self)
        dialog.saved.connect(self.case_opened)
        dialog.open()

    def _make_table(self) -> CaseTable:
        table = CaseTable()
        show_rows(table, self.model, name=self.tr("Cases"), row_px=_ROW_PX, widths_px=_WIDTHS)
        table.setWordWrap(True)
        header = table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator(7, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        table.doubleClicked.connect(self._open)
        table.opened.connect(self._open)
        table.selectionModel().currentChanged.connect(lambda *_: self._show_due())
        self.model.dataChanged.connect(lambda *_: self._show_due())
        return table

    def _set_up_filters(self) -> None:
        self.search.setPlaceholderText(self.tr("Search number, title, names, places, descriptions"))
        self.search.setAccessibleName(self.tr("Search cases"))
        make_clearable(self.search, self._desk.theme)
        self.search.textChanged.connect(self._changed)
        icon = self.search.addAction(
            self._desk.theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._desk.theme.changed.connect(lambda: icon.setIcon(self._desk.theme.icon("search")))
        self.kind.setAccessibleName(self.tr("Kind of case"))
        self.kind.addItem(self.tr("Every kind"), None)
        for kind in CaseKind:
            self.kind.addItem(kind_words(kind), kind)
        self.status.setAccessibleName(self.tr("Status of the case"))
        self.status.addItem(self.tr("Open and closed"), None)
        for status in CaseStatus:
            self.status.addItem(case_status_words(status), status)
        self.recent.setAccessibleName(self.tr("Recent cases"))
        self.recent.setMinimumWidth(150)
        self.recent.activated.connect(self._open_recent)
        for box in (self.kind, self.status):
            box.currentIndexChanged.connect(self._changed)
        self.only_due.toggled.connect(self._changed)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Cases"), "title"))
        top.addSpacing(10)
        top.addWidget(self.count, 0, Qt.AlignmentFlag.AlignBottom)
        top.addStretch(1)
        top.addWidget(self.recent)
        top.addWidget(self.new_button)
        filters = WrappingRow(10)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.kind)
        filters.addWidget(self.status)
        filters.addWidget(self.only_due)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addLayout(top)
        column.addWidget(filters)
        column.addWidget(self._pages, 1)
        column.addWidget(self.due_bar)

    def _show_due(self) -> None:
        """Say of the chosen case whether new images are due, and why."""
        self.due_bar.show_case(
            self.model.summary(self.table.currentIndex().row()), can_write=not self._desk.session.is_read_only
        )

    def _refresh_current(self) -> None:
        line = self.model.summary(self.table.currentIndex().row())
        if line is not None:
            self.refresh_wanted.emit(line.case)

    def _changed(self) -> None:
        self.model.text = self.search.text()
        kind, status = self.kind.currentData(), self.status.currentData()
        self.model.kind = CaseKind(kind) if kind else None
        self.model.status = CaseStatus(status) if status else None
        self.model.only_due = self.only_due.isChecked()
        self._timer.start()

    def _is_filtered(self) -> bool:
        model = self.model
        return bool(model.text.strip() or model.kind or model.status or model.only_due)

    def _show_count(self, count: int) -> None:
        self.count.setText(
            self.tr("1 case") if count == 1 else self.tr("{count} cases").format(count=f"{count:,}")
        )
        self._pages.setCurrentIndex(0 if count else 2 if self._is_filtered() else 1)
        if count and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _open(self, index: QModelIndex) -> None:
        line = self.model.summary(index.row())
        if line is not None:
            self.case_opened.emit(line.case)

    def _fill_recent(self) -> None:
        wanted = self._desk.preferences.recent_cases(self._desk.session.folder)

        def work(store: Any) -> list[Case]:
            found = []
            for case_id in wanted:
                try:
                    found.append(store.case(case_id))
                except RecordNotFound:
                    continue
            return found

        self._desk.session.read(work, self, self._show_recent)

    def _show_recent(self, cases: list[Case]) -> None:
        self.recent.clear()
        self.recent.addItem(self.tr("Recent cases"), None)
        for case in cases:
            self.recent.addItem(plain(f"{case.case_number}  {case.title}"), case)
        self.recent.setVisible(bool(cases))

    def _open_recent(self, place: int) -> None:
        case = self.recent.itemData(place)
        if case is not None:
            self.case_opened.emit(case)
