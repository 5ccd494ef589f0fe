"""The comparison of a case: opened from its pages, and added to while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from forensic_app.records import Case
from ui.compare.compare_dialog import CompareDialog
from ui.desk import Desk
from ui.theme import Theme
from ui.widgets.basics import keep_icon
from ui.widgets.plain import set_tip


class Comparing(QObject):
    """Keeps the one comparison of a case.

    Attributes:
        dialog: The comparison; ``None`` while none is open.
    """

    def __init__(self, desk: Desk, case: Case, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._case = case
        self._window = window
        self.dialog: CompareDialog | None = None

    def compare(self, names: Sequence[str]) -> None:
        """Compare these exhibits and derived images, and nothing that was compared before."""
        self._opened().show_only(names)

    def compare_runs(self, run_ids: Sequence[str]) -> None:
        """Compare images of these runs."""
        self._opened().show_runs(run_ids)

    def add(self, names: Sequence[str]) -> None:
        """Add exhibits and derived images to what is compared."""
        self._opened().add(names)

    def _opened(self) -> CompareDialog:
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return self.dialog
        dialog = self.dialog = CompareDialog(self._desk, self._case, self._window)
        dialog.finished.connect(self._forget)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()
        return dialog

    def _forget(self) -> None:
        self.dialog = None


def compare_button(theme: Theme, name: str, tip: str, do: Callable[[], object]) -> QToolButton:
    """Return the button of a page that compares what is chosen on it."""
    made = QToolButton()
    made.setAccessibleName(name)
    set_tip(made, tip)
    keep_icon(made, theme, "compare")
    made.clicked.connect(lambda _=False: do())
    return made


def compare_action(text: str, do: Callable[[], object], parent: QObject) -> QAction:
    """Return an entry of a context menu."""
    made = QAction(text, parent)
    made.triggered.connect(lambda _=False: do())
    return made
