"""What the window's long tables have in common: a model with a title for each column, and how a table of rows looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui.text_size import fit_rows

Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """A table whose columns have titles.

    Attributes:
        headers: Titles of the columns, set by the class.
    """

    headers: tuple[str, ...] = ()

    def row_total(self) -> int:
        """Return the number of rows."""
        raise NotImplementedError

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of rows; rows have none below them."""
        return 0 if parent is not None and parent.isValid() else self.row_total()

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title, on the left."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headers[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def show_rows(
    table: QTableView, model: RowsModel, *, name: str, row_px: int, widths_px: Sequence[int]
) -> None:
    """Have ``table`` show ``model`` in whole rows, one of which can be selected.

    Args:
        table: The table.
        model: Its rows.
        name: What screen readers call it.
        row_px: Height of a row.
        widths_px: Widths of the columns, from the first on.
    """
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    fit_rows(table, row_px)
    table.horizontalHeader().setHighlightSections(False)
    for column, width_px in enumerate(widths_px):
        table.setColumnWidth(column, width_px)
