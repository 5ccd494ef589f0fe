"""A page that hands the focus on to one of its widgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """Gives the focus to the first of its widgets that can take it.

    A focus proxy would do that too, but Qt then leaves the page's other widgets out of the Tab order, and a
    proxy that is hidden stops it.
    """

    def first_stops(self) -> Sequence[QWidget]:
        """Return the widgets that are to get the focus first, the best one first."""
        return ()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus on."""
        for widget in (*self.first_stops(), *self._tab_order()):
            if widget.isVisible() and widget.isEnabled():
                widget.setFocus(event.reason())
                return
        super().focusInEvent(event)

    def _tab_order(self) -> Iterator[QWidget]:
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            if self.isAncestorOf(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                yield widget
            widget = widget.nextInFocusChain()
