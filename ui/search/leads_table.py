"""The candidates of several searches in one table: a row for each subject, a column for each picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget

from ui.search.leads_words import candidate_words, stage_title
from ui.text_size import fit_rows, scaled
from ui.widgets.plain import plain, table_item

if TYPE_CHECKING:
    from forensic_app.workflows.leads import Leads, StageSearch

_NAME_WIDTH_PX = 190
_CELL_WIDTH_PX = 130
_LEAST_HEIGHT_PX = 170
_ROW_HEIGHT_PX = 26


class LeadsTable(QTableWidget):
    """The photograph's column stands first, and its order is the table's."""

    def __init__(self) -> None:
        super().__init__(0, 1)
        self._searches: list[StageSearch] = []
        self.setAccessibleName(self.tr("Candidates by stage"))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        fit_rows(self, _ROW_HEIGHT_PX)
        self.setMinimumHeight(scaled(_LEAST_HEIGHT_PX))

    def show_leads(self, done: Leads) -> None:
        """Show the candidates of every search."""
        self._searches = list(done.searches)
        leads = done.leads()
        self.setColumnCount(1 + len(self._searches))
        self.setRowCount(len(leads))
        self.setHorizontalHeaderLabels(
            [
                self.tr("Name"),
                *("\n".join(map(plain, stage_title(each).split("\n"))) for each in self._searches),
            ]
        )
        for row, lead in enumerate(leads):
            born = lead.candidate.birth_date
            name = f"{lead.candidate.name}, {born}" if born else lead.candidate.name
            cells = [name, *(candidate_words(lead.found.get(each.name)) for each in self._searches)]
            for column, text in enumerate(cells):
                self.setItem(row, column, table_item(text, tip=text))
        self.setColumnWidth(0, scaled(_NAME_WIDTH_PX))
        for column in range(1, self.columnCount()):
            head_px = self.horizontalHeader().sectionSizeHint(column)
            self.setColumnWidth(column, max(head_px, scaled(_CELL_WIDTH_PX)))
        if leads:
            self.setCurrentCell(0, min(1, self.columnCount() - 1))

    def chosen_search(self) -> int | None:
        """Return the number of the search whose column is chosen, else of the photograph's; ``None`` without one."""
        place = max(0, self.currentColumn() - 1)
        chosen = self._searches[place : place + 1] + self._searches[:1]
        return next((each.result.number for each in chosen if each.result is not None), None)
