"""The panes of a comparison in rows: up to three beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtWidgets import QGridLayout, QWidget

from ui.compare.pane import Pane

_IN_A_ROW = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}


class PaneGrid(QWidget):
    """Lays panes out in cells of the same size, in the order of the focus too."""

    def __init__(self) -> None:
        super().__init__()
        self._cells = QGridLayout(self)
        self._cells.setContentsMargins(0, 0, 0, 0)
        self._cells.setSpacing(8)

    def lay_out(self, panes: Sequence[Pane]) -> None:
        """Show these panes, in this order."""
        while self._cells.count():
            self._cells.takeAt(0)
        for place in range(3):
            self._cells.setColumnStretch(place, 0)
            self._cells.setRowStretch(place, 0)
        columns = _IN_A_ROW.get(len(panes), 3)
        for place, pane in enumerate(panes):
            self._cells.addWidget(pane, place // columns, place % columns)
            self._cells.setColumnStretch(place % columns, 1)
            self._cells.setRowStretch(place // columns, 1)
            pane.show()
        stops = [stop for pane in panes for stop in (pane.number, pane.menu_button, pane.view)]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
