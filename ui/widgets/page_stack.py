"""The pages of the window, in a frame that scrolls where the window is smaller than the page that is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QStackedWidget, QWidget

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


class _Floor(QWidget):
    """What the stack stands on: it asks for the least that the page needs.

    A scroll area gives a widget whose layout has a height for its width that height, which is what the page would like
    to have. Whether a layout has one depends on which of its labels are seen, so pages would jump.
    """

    def __init__(self, pages: PageStack) -> None:
        super().__init__()
        self._pages = pages
        pages.setParent(self)

    def minimumSizeHint(self) -> QSize:
        """Return the least that the shown page needs."""
        return self._pages.minimumSizeHint()

    def sizeHint(self) -> QSize:
        """Return what the stack would like to have."""
        return self._pages.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the stack the whole room."""
        super().resizeEvent(event)
        self._pages.setGeometry(self.rect())

    def event(self, event: QEvent) -> bool:
        """Pass on that the stack needs other room."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


class Stage(QScrollArea):
    """Shows a stack of pages; scrolls both ways, and only where the page does not fit."""

    def __init__(self, pages: PageStack) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(_Floor(pages))
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
