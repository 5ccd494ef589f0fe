"""The pages of the window, in a frame that scrolls where the window is smaller than the page that is shown."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QStackedWidget

from ui.widgets.basics import show_whole


class PageStack(QStackedWidget):
    """Pages, one of which is shown; it needs the room of that one alone."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        """Return what the shown page needs."""
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()


class Stage(QScrollArea):
    """Shows a stack of pages; scrolls both ways, and only where the page does not fit."""

    def __init__(self, pages: PageStack) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(pages)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.rangeChanged.connect(lambda *_: self._show_focus())

    def _show_focus(self) -> None:
        """Show what has the focus again when the page became larger or smaller around it."""
        found = QApplication.focusWidget()
        if found is not None:
            show_whole(self, found)

    def minimumSizeHint(self) -> QSize:
        """Ask for no room: whatever there is will do."""
        return QSize(0, 0)
