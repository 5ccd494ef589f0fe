"""A page that hands the focus on to one of its widgets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """Gives the focus to the first of its stops that can take it.

    A focus proxy would do that too, but Qt then leaves the page's other widgets out of the Tab order, and a
    proxy that is hidden ends it. The order itself is not walked here: a widget that
    ``QWidget.nextInFocusChain`` returns becomes the Python child of the one before it, and dies with it.
    """

    def first_stops(self) -> Sequence[QWidget]:
        """Return the widgets that are to get the focus, the best one first."""
        return ()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus on."""
        for widget in self.first_stops():
            if widget.isVisible() and widget.isEnabled():
                widget.setFocus(event.reason())
                return
        super().focusInEvent(event)
