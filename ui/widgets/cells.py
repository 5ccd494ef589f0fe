"""Items of a row of pictures that take their whole cell, so that words of several lines are not cut."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from ui.widgets.rows import Index

_MARGIN_PX = 2


class WholeCell(QStyledItemDelegate):
    """Gives each item of a list in icon mode the size of its cell.

    Qt measures an item by words on one line and cuts what it then wraps onto a second.
    """

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the size of a cell."""
        cell = self._view.gridSize()
        return QSize(cell.width() - _MARGIN_PX, cell.height() - _MARGIN_PX)
