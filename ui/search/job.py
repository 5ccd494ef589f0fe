"""One piece of long work with its progress, which can be stopped.

Rules:
    * Work hears of a wish to stop at its next report of progress, or asks for it; what it then leaves is its own.
    * When the casebook is about to be closed the work is asked to stop; its answer is dropped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QWidget

from ui.session import Session
from ui.widgets.basics import button, label

TELL_EVERY_S = 0.05
"""At most this often is the window told of progress, in seconds."""


class Stopped(Exception):
    """The work was stopped because somebody wished so."""


class Progress:
    """What work is given: it reports, and is stopped by an exception from the report.

    Attributes:
        is_stop_wanted: Whether it should stop, for work that ends by itself.
    """

    def __init__(self, stops: threading.Event, tell: Callable[[float, str], None]) -> None:
        self._stops = stops
        self._tell = tell
        self._told_at = float("-inf")
        self.is_stop_wanted = stops.is_set

    def __call__(self, share: float, words: str) -> None:
        """Tell how far the work is, from 0 to 1; below 0 where that is not known.

        Raises:
            Stopped: Somebody wishes that it stops.
        """
        if self._stops.is_set():
            raise Stopped
        self.tell(share, words)

    def tell(self, share: float, words: str) -> None:
        """Tell how far the work is, and never stop it."""
        now = time.monotonic()
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            self._tell(share, words)


class JobBar(QWidget):
    """A bar with words and a button that stops; hidden while nothing runs.

    Signals:
        stopped: The work ended because it was stopped.
        running_changed: Whether work is under way.
    """

    stopped = Signal()
    running_changed = Signal(bool)
    _progressed = Signal(float, str)

    def __init__(self, session: Session, words_of: Callable[[str], str]) -> None:
        """Show progress of work on ``session``; ``words_of`` puts the core's words into the window's language."""
        super().__init__()
        self._session = session
        self._words_of = words_of
        self._stops = threading.Event()
        self.is_running = False
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.words = label(name="muted")
        self.stop_button = button(self.tr("Stop"), self.stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.bar, 1)
        row.addWidget(self.words)
        row.addWidget(self.stop_button)
        self._progressed.connect(self._show)
        session.about_to_close.connect(self.stop)
        self.hide()

    def start(
        self,
        work: Callable[[Progress], Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[BaseException], None],
        *,
        words: str,
    ) -> None:
        """Run ``work`` beside the event loop; only one piece at a time.

        Args:
            work: Called in another thread with what it reports to.
            on_done: Called in the window's thread with the result.
            on_error: Called in the window's thread with the error, unless the work was stopped.
            words: What is under way, until the work says more.
        """
        if self.is_running:
            return
        self._stops = stops = threading.Event()
        progress = Progress(stops, self._progressed.emit)
        self.destroyed.connect(stops.set)
        self.bar.setRange(0, 0)
        self.words.setText(words)
        self.stop_button.setEnabled(True)
        self._set_running(True)

        def done(result: Any) -> None:
            self._set_running(False)
            on_done(result)

        def failed(error: BaseException) -> None:
            self._set_running(False)
            if isinstance(error, Stopped) or stops.is_set():
                self.stopped.emit()
            else:
                on_error(error)

        self._session.compute(lambda: work(progress), self, done, failed)

    def stop(self) -> None:
        """Ask the work to stop."""
        if not self.is_running:
            return
        self._stops.set()
        self.stop_button.setEnabled(False)
        self.words.setText(self.tr("is being stopped…"))

    def _set_running(self, is_running: bool) -> None:
        self.is_running = is_running
        self.setVisible(is_running)
        self.running_changed.emit(is_running)

    def _show(self, share: float, words: str) -> None:
        if not self.is_running or self._stops.is_set():
            return
        if share >= 0:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * share))
        self.words.setText(self._words_of(words))


class StopsFirst(QDialog):
    """A dialog whose work is stopped before it closes.

    Attributes:
        job: The work; subclasses make it.
    """

    job: JobBar

    def reject(self) -> None:
        """Stop what is under way; close once nothing is."""
        if self.job.is_running:
            self.job.stop()
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop first."""
        if self.job.is_running:
            self.job.stop()
            event.ignore()
            return
        super().closeEvent(event)
