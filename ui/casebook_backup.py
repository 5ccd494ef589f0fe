"""Backing up the open casebook: the question where to, progress with a stop, and a reminder when it is due.

Rules:
    * The copy is made beside the event loop; closing the casebook stops it and waits for its end.
    * The reminder stands above the page until a backup was made or it is put away; it hinders nothing.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from forensic_app.errors import CopyStopped
from ui.session import Session
from ui.widgets.basics import Banner, button, label

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.casebook_copies import BackupReminder, CasebookCopy, CopyProgress
    from ui.main_window import MainWindow

TELL_EVERY_S = 0.05
"""At most this often is the window told within a step, in seconds."""


class CasebookBackup(QObject):
    """The backups of the window's casebook.

    Attributes:
        reminder: A line that says that a backup is due; hidden while none is.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.banner = Banner()
        self.reminder = QWidget()
        row = QHBoxLayout(self.reminder)
        row.setContentsMargins(16, 10, 16, 0)
        row.addWidget(self.banner, 1)
        row.addWidget(button(self.tr("Back up…"), self.choose))
        row.addWidget(button(self.tr("Not now"), self.reminder.hide))
        self.reminder.hide()

    def look(self) -> None:
        """Say whether a backup of the open casebook is due."""
        self.reminder.hide()
        session = self._window.session
        if session is None:
            return

        def work(store: CaseStore) -> BackupReminder | None:
            from forensic_app.workflows.casebook_copies import reminder

            return reminder(store)

        session.read(work, session, partial(self._show, session), lambda _: None)

    def choose(self) -> None:
        """Ask for the folder of the copy, then make it."""
        session = self._window.session
        if session is None:
            return
        name = self.tr("{casebook} backup").format(casebook=session.folder.name)
        path, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Folder of the copy, best on another disk"),
            str(session.folder.parent / name),
        )
        if path:
            self.start(Path(path))

    def start(self, target: Path) -> None:
        """Copy the open casebook to a folder that does not exist or is empty."""
        session = self._window.session
        if session is None:
            return
        dialog = BackupDialog(session, target, self._window)
        dialog.made.connect(self.look)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        dialog.start()

    def _show(self, session: Session, due: BackupReminder | None) -> None:
        if session is not self._window.session or due is None:
            return
        locale = QLocale()
        if due.place:
            words = self.tr("The last backup, in {place}, is {days} days old; {count} events are newer.")
        else:
            words = self.tr("This casebook was never backed up from this computer; it is {days} days old.")
        count = locale.toString(due.newer_events)
        self.banner.say(words.format(place=due.place, days=locale.toString(due.days), count=count), "warning")
        self.reminder.show()


class BackupDialog(QDialog):
    """A copy that is being made; stays until it is made or has stopped.

    Signals:
        made: The copy verifies.
    """

    made = Signal()
    _progressed = Signal(object)

    def __init__(self, session: Session, target: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._target = target
        self._stops = threading.Event()
        self.is_running = False
        self.setWindowTitle(self.tr("Back up the casebook"))
        self.setMinimumWidth(520)
        self.words = label(wraps=True, selectable=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("The casebook is being copied"))
        self.button = button(self.tr("Stop"), self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        column.addLayout(row)
        self._progressed.connect(self._show_progress)
        session.about_to_close.connect(self.stop)

    def start(self) -> None:
        """Make the copy beside the event loop."""
        session, target, stops, tell = self._session, self._target, self._stops, self._progressed.emit
        self.destroyed.connect(stops.set)
        self.is_running = True
        self.bar.setRange(0, 0)
        self.words.setText(self.tr("The database is copied…"))

        def work() -> CasebookCopy:
            from forensic_app.workflows.casebook_copies import back_up

            told_at, told_step = 0.0, ""

            def listen(progress: CopyProgress) -> None:
                nonlocal told_at, told_step
                now = time.monotonic()
                if progress.step != told_step or now - told_at >= TELL_EVERY_S:
                    told_at, told_step = now, progress.step
                    tell(progress)

            with session.copying:
                if stops.is_set():
                    raise CopyStopped("The copy was stopped.", "Nothing of it was made.")
                return back_up(session.store, target, progress=listen, is_stop_wanted=stops.is_set)

        session.compute(work, self, self._show_copy, self._show_error)

    def stop(self) -> None:
        """End the copy; nothing of it is left then."""
        self._stops.set()
        if self.is_running:
            self.button.setEnabled(False)
            self.words.setText(self.tr("The copy is being stopped…"))

    def reject(self) -> None:
        """Stop the copy; close once it has ended."""
        if self.is_running:
            self.stop()
        else:
            super().reject()

    def _show_progress(self, progress: CopyProgress) -> None:
        if not self.is_running or self._stops.is_set():
            return
        if progress.total:
            self.bar.setRange(0, 1000)
            self.bar.setValue(1000 * progress.done // progress.total)
        locale = QLocale()
        self.words.setText(
            {
                "database": self.tr("The database is copied…"),
                "files": self.tr("Files are copied: {done} of {all}").format(
                    done=locale.formattedDataSize(progress.done), all=locale.formattedDataSize(progress.total)
                ),
                "check": self.tr("The copy is verified…"),
            }[progress.step]
        )

    def _show_copy(self, copy: CasebookCopy) -> None:
        self.is_running = False
        self.bar.hide()
        locale = QLocale()
        text = self.tr(
            "The casebook was copied to {folder} and verifies: {files} files, {size}, {events} events."
        )
        words = text.format(
            folder=copy.folder,
            files=locale.toString(copy.files),
            size=locale.formattedDataSize(copy.size_bytes),
            events=locale.toString(copy.events),
        )
        if copy.left_out:
            words += " " + self.tr("Links were not copied: {names}.").format(names=", ".join(copy.left_out))
        self.words.setText(words)
        self.button.setText(self.tr("Close"))
        self.button.setEnabled(True)
        self.made.emit()
        self._session.changed.emit()

    def _show_error(self, error: BaseException) -> None:
        self.is_running = False
        super().reject()
        self._session.changed.emit()
        if not isinstance(error, CopyStopped):
            self._session.failed.emit(error)
