"""A verification of the casebook: how far it is, a button that ends it, and what it found."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.widgets.basics import Banner, button, label
from ui.wording import recorded_words

if TYPE_CHECKING:
    from forensic_app.verify import VerificationProgress, VerificationResult

TELL_EVERY_S = 0.05
"""At most this often is the window told within a step, in seconds."""


class VerificationPanel(QWidget):
    """Verifies beside the event loop; nothing is shown before the first time.

    Signals:
        ended: It has a result, was stopped or broke.
    """

    ended = Signal()
    _progressed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._stops = threading.Event()
        self.is_running = False
        self.result = Banner()
        self.words = label(name="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Verification is under way"))
        self.stop_button = button(self.tr("Stop"), self.stop, icon="stop", theme=desk.theme)
        self._line = QWidget()
        row = QHBoxLayout(self._line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._line)
        column.addWidget(self.result)
        self._line.hide()
        self._progressed.connect(self._show_progress)
        desk.session.about_to_close.connect(self.stop)

    def start(self) -> None:
        """Re-check every file, record, event and checkpoint of the casebook."""
        if self.is_running:
            return
        folder, stops, tell = self._desk.session.folder, threading.Event(), self._progressed.emit
        self.destroyed.connect(stops.set)
        self._stops = stops
        self.is_running = True
        self.result.say("")
        self.bar.setRange(0, 0)
        self.words.setText(self.tr("The database is read…"))
        self.stop_button.setEnabled(True)
        self._line.show()
        self.stop_button.setFocus()

        def work() -> VerificationResult:
            from forensic_app.verify import VerificationStopped
            from forensic_app.workflows.casebook import verify_here

            told_at, told_step = 0.0, ""

            def listen(progress: VerificationProgress) -> None:
                nonlocal told_at, told_step
                if stops.is_set():
                    raise VerificationStopped
                now = time.monotonic()
                if progress.step != told_step or now - told_at >= TELL_EVERY_S:
                    told_at, told_step = now, progress.step
                    tell(progress)

            return verify_here(folder, progress=listen)

        self._desk.session.compute(work, self, self._show_result, self._show_error)

    def stop(self) -> None:
        """End the verification; there is no result then."""
        self._stops.set()
        self.stop_button.setEnabled(False)

    def _show_progress(self, progress: VerificationProgress) -> None:
        if not self.is_running:
            return
        if progress.total:
            self.bar.setRange(0, 1000)
            self.bar.setValue(1000 * progress.done // progress.total)
        words = {
            "database": self.tr("The database is read…"),
            "events": self.tr("{done} of {all} events"),
            "records": self.tr("{done} of {all} tables of records"),
            "signatures": self.tr("{done} of {all} signatures"),
            "files": self.tr("{done} of {all} files"),
        }[progress.step]
        locale = QLocale()
        self.words.setText(
            words.format(done=locale.toString(progress.done), all=locale.toString(progress.total))
        )

    def _show_result(self, result: VerificationResult) -> None:
        self._end()
        self._desk.session.verified.emit(result)
        checked = self.tr(
            "{files} files, {events} events and {checkpoints} signed checkpoints were checked in "
            "{seconds:.1f} s."
        ).format(
            files=result.files, events=result.events, checkpoints=result.checkpoints, seconds=result.seconds
        )
        if result.is_intact:
            self.result.say(
                self.tr("Everything verifies: nothing was found wrong. {checked}").format(checked=checked),
                "good",
            )
            return
        findings = "\n".join(f"• {recorded_words(each)}" for each in result.findings)
        words = self.tr(
            "The casebook does not verify. Stop working with it and secure a copy.\n{findings}\n{checked}"
        )
        self.result.say(words.format(findings=findings, checked=checked), "bad")

    def _show_error(self, error: BaseException) -> None:
        from forensic_app.verify import VerificationStopped

        self._end()
        if isinstance(error, VerificationStopped):
            self.result.say(self.tr("The verification was stopped: it says nothing yet."), "warning")
        else:
            self._desk.session.failed.emit(error)

    def _end(self) -> None:
        self.is_running = False
        self._line.hide()
        self.ended.emit()
