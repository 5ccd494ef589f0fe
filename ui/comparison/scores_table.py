"""Scores of an image with the other photographs of its subject: a small table, the best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget

from ui.widgets.plain import table_item

MOST_ROWS_SEEN = 5


class ScoresTable(QTableWidget):
    """One row for each other photograph; hidden where there is none."""

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setAccessibleName(self.tr("Scores with the subject's other photographs, the best first"))
        self.setHorizontalHeaderLabels([self.tr("Other photograph"), self.tr("Here"), self.tr("Untouched")])
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.hide()

    def show_rows(self, rows: Sequence[tuple[str, float, float | None]], numbers: Mapping[str, str]) -> None:
        """Show identifier, score and the untouched photograph's score of each row.

        Args:
            rows: The best first.
            numbers: Exhibit numbers by identifier; what has none is shown as it is.
        """
        self.setRowCount(len(rows))
        for row, (name, score, control) in enumerate(rows):
            untouched = "–" if control is None else f"{control:.3f}"
            for column, words in enumerate((numbers.get(name, name), f"{score:.3f}", untouched)):
                self.setItem(row, column, table_item(words, tip=name))
        self.setVisible(bool(rows))
        if rows:
            seen = min(len(rows), MOST_ROWS_SEEN)
            row_px = self.verticalHeader().defaultSectionSize()
            self.setFixedHeight(self.horizontalHeader().sizeHint().height() + seen * row_px + 6)
