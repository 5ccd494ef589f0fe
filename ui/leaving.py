"""How the window is left: at once, after the runs, or not at all.

Rules:
    * A run that is executed is not cancelled before the examiner said so.
    * Whoever closes the window does not see it again, however long worker and casebook take to end.
    * A window that closes when the runs are done can be called back until then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QDialog

from ui.casebook_boxes import ask_before_cancelling

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class Leaving(QObject):
    """The end of a window.

    Attributes:
        is_closing: Whether it is being closed.
        is_closed: Whether nothing of it is left.
        waits_for_runs: Whether it closes when the runs are done.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.is_closing = False
        self.is_closed = False
        self.waits_for_runs = False

    @property
    def has_active_runs(self) -> bool:
        """Whether a run is executed, or will be without anybody doing anything."""
        session = self._window.session
        return session is not None and session.runs is not None and session.runs.can_go_on

    def ask_first(
        self,
        then: Callable[[], None],
        consequence: str,
        words: str,
        *,
        when_done: Callable[[], None] | None = None,
    ) -> None:
        """Do ``then``, at once when nothing is active, else when the examiner says so."""
        if self._window.demonstration.is_active or self.has_active_runs:
            ask_before_cancelling(
                self._window, consequence=consequence, words=words, then=then, when_done=when_done
            )
        else:
            then()

    def begin(self) -> None:
        """Close the window; asks first when a run is active."""
        if self.is_closing:
            return
        self.ask_first(
            self.shut_down,
            self.tr("Closing cancels it; that is recorded."),
            self.tr("Cancel the run and close"),
            when_done=self.wait_for_runs if self.has_active_runs else None,
        )

    def wait_for_runs(self) -> None:
        """Get out of the way, and close when the runs that were started are done."""
        window = self._window
        self.waits_for_runs = True
        window.rail.closing.show()
        if window.notifier.has_tray:
            window.notifier.keep_icon(self.stay)
            window.hide()
        else:
            window.showMinimized()
        self.close_if_done()

    def stay(self) -> None:
        """Do not close when the runs are done."""
        self.waits_for_runs = False
        self._window.rail.closing.hide()
        self._window.showNormal()
        self._window.raise_()

    def close_if_done(self) -> None:
        """Close the window where it waited for the runs and none is left."""
        if self.waits_for_runs and not self.is_closing and not self.has_active_runs:
            self.shut_down()

    def shut_down(self) -> None:
        """Hide the window, stop what is under way and close the casebook."""
        window = self._window
        self.is_closing = True
        window.setEnabled(False)
        for dialog in window.findChildren(QDialog):
            dialog.hide()
        window.hide()
        window.notifier.close()
        window.demonstration.stop()
        window.leave(self._finish, forgets=False)

    def _finish(self) -> None:
        self._window.end()
        self.is_closed = True
        self._window.close()
        self._window.closed.emit()
        QApplication.quit()
