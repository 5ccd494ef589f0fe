"""Receive photographs: what is known about them, then one line of progress and result for each file.

Rules:
    * Progress is bytes copied of the file's size; before the copy the bar only shows that work is done.
    * Stopping gives up the file that is being copied, nothing of it is kept, and begins no other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError, IntakeStopped
from forensic_app.records import Case, Exhibit, Subject
from forensic_app.workflows.folders_of_photographs import files_in
from ui.desk import Desk
from ui.evidence.contradiction_words import words_about
from ui.evidence.intake_table import RESULT, IntakeTable
from ui.widgets.age_field import AgeField
from ui.widgets.basics import Banner, label
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.plain import plain
from ui.wording import error_words, size_words

TELL_EVERY_S = 0.05
"""At most this often is the window told of a file's progress, in seconds."""


class IntakeDialog(QDialog):
    """Receives files one after the other; each is recorded, or refused with a reason.

    Signals:
        received: An exhibit that was recorded.
    """

    received = Signal(object)
    _progressed = Signal(int, object, object)  # sizes in bytes do not fit Qt's int

    def __init__(self, desk: Desk, case: Case, files: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Receive photographs"))
        self._desk = desk
        self._case = case
        self._files = expanded(files)
        self._next = 0
        self._is_running = False
        self._stops = threading.Event()
        self._stopped_count = 0
        self.accepted_count = 0
        self._contradicted = False
        self._people: dict[str, Subject] = {}
        self.banner = Banner()
        self.subject = Combo()
        self.source = QLineEdit()
        self.received_how = Combo()
        self.photo_date = QLineEdit()
        self.age = AgeField(120)
        self.table = IntakeTable(self._files)
        self._progressed.connect(self._show_progress)
        self._set_up_fields()
        buttons = QDialogButtonBox()
        self.receive_button = buttons.addButton(self.tr("Receive"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.receive_button.setProperty("kind", "primary")
        self.folder_button = buttons.addButton(self.tr("Add folder…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.folder_button.clicked.connect(self.choose_folder)
        self.close_button = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.start)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Receive photographs"), "heading"))
        column.addWidget(
            label(
                self.tr(
                    "The files are copied byte for byte and stay where they are. What you enter "
                    "counts for all; in the table for one alone. Without an age, it follows from the dates."
                ),
                "muted",
                wraps=True,
            )
        )
        column.addWidget(self.banner)
        column.addLayout(self._form)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)
        fit(self, 860, 620)
        desk.session.about_to_close.connect(self._stop)
        desk.session.read(lambda store: store.subjects(case.case_id), self, self._show_subjects)

    def start(self) -> None:
        """Receive the files, one after the other."""
        if self._is_running or self._next >= len(self._files):
            return
        self._is_running = True
        self.receive_button.setEnabled(False)
        self.folder_button.setEnabled(False)
        self.table.close_for_entry()
        for field in (self.subject, self.source, self.received_how, self.photo_date, self.age):
            field.setEnabled(False)
        self.close_button.setText(self.tr("Stop"))
        self._receive_next()

    def reject(self) -> None:
        """Close, or give up the present file and begin no other."""
        if self._is_running:
            self._stop()
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give up the present file first."""
        if self._is_running:
            self._stop()
            event.ignore()
            return
        super().closeEvent(event)

    def result_of(self, row: int) -> str:
        """Return the words of a file's result."""
        return self.table.result_of(row)

    def choose_folder(self) -> None:
        """Ask for a folder and add the files in it."""
        named = QFileDialog.getExistingDirectory(self, self.tr("Folder of photographs"))
        if named:
            self.add([Path(named)])

    def add(self, named: Sequence[Path]) -> None:
        """Add files, and the files in folders."""
        files = expanded(named)
        self._files += files
        self.table.add_files(files)

    def _stop(self) -> None:
        self._stops.set()
        self.close_button.setEnabled(False)

    def _set_up_fields(self) -> None:
        self.received_how.setEditable(True)
        for way in (
            self.tr("USB stick"), self.tr("E-mail"), self.tr("Paper print, scanned"), self.tr("Download"),
            self.tr("Family"), self.tr("Other agency"),
        ):  # fmt: skip
            self.received_how.addItem(way)
        self.received_how.setCurrentText("")
        self.source.setPlaceholderText(self.tr("From whom or where"))
        self.photo_date.setPlaceholderText(self.tr("YYYY, YYYY-MM, YYYY-MM-DD or DD.MM.YYYY"))
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (
            (self.tr("&Subject"), self.subject), (self.tr("S&ource"), self.source),
            (self.tr("Received &how"), self.received_how), (self.tr("Taken &on"), self.photo_date),
            (self.tr("&Age in the photograph"), self.age),
        ):  # fmt: skip
            field.setAccessibleName(text.replace("&", ""))
            self._form.addRow(text, field)

    def _show_subjects(self, subjects: list[Subject]) -> None:
        self.subject.addItem(self.tr("Not stated"), None)
        self._people = {each.subject_id: each for each in subjects}
        for subject in subjects:
            self.subject.addItem(plain(f"{subject.name} ({subject.subject_id})"), subject.subject_id)
        if len(subjects) == 1:
            self.subject.setCurrentIndex(1)

    def _receive_next(self) -> None:
        if self._stops.is_set() or self._next >= len(self._files):
            self._finish()
            return
        row = self._next
        path = self._files[row]
        line = FileProgress(self.tr("is looked at…"))
        line.bar.setAccessibleName(self.tr("Progress of {name}").format(name=path.name))
        self.table.tell(row, "", self._desk.theme.tokens.muted)
        self.table.setCellWidget(row, RESULT, line)
        values: dict[str, Any] = {
            "subject_id": self.subject.currentData(),
            "source": self.source.text(),
            "received_how": self.received_how.currentText(),
            "photo_date": self.photo_date.text().strip(),
            "age_at_photo": self.age.age(),
        }
        try:
            values |= self.table.stated(row)
        except ForensicAppError as error:
            self._refused(row, error)
            return
        case_id, store = self._case.case_id, self._desk.session.store
        progress = _Copying(self._stops, lambda done, of: self._progressed.emit(row, done, of))

        def work() -> Exhibit:
            from forensic_app.workflows.intake import receive_exhibit

            return receive_exhibit(store, path, case=case_id, progress=progress, **values)

        self._desk.session.compute(
            work, self, lambda exhibit: self._received(row, exhibit), lambda error: self._refused(row, error)
        )

    def _show_progress(self, row: int, done: int, of: int) -> None:
        line = self.table.cellWidget(row, RESULT)
        if isinstance(line, FileProgress) and done:
            line.bar.setRange(0, 1000)
            line.bar.setValue(1000 * done // max(of, 1))
            line.words.setText(self.tr("{done} of {all}").format(done=size_words(done), all=size_words(of)))

    def _received(self, row: int, exhibit: Exhibit) -> None:
        self.accepted_count += 1
        words = self.tr("received as {number}").format(number=exhibit.exhibit_number)
        cannot_be = words_about(self._people.get(exhibit.subject_id or ""), [exhibit])
        self._contradicted = self._contradicted or bool(cannot_be)
        if cannot_be:
            words = " ".join((f"{words}.", *cannot_be.splitlines()))
        self._tell(row, words, "warning" if cannot_be else "good")
        self.received.emit(exhibit)

    def _refused(self, row: int, error: BaseException) -> None:
        if isinstance(error, IntakeStopped):
            self._stopped_count = 1
            self._tell(row, self.tr("stopped; nothing of it was kept"), "warning")
            return
        if not isinstance(error, ForensicAppError):
            self._is_running = False
            self._desk.session.failed.emit(error)
            self._tell(row, self.tr("not received"), "bad", goes_on=False)
            return
        self._tell(row, error_words(error), "bad")

    def _tell(self, row: int, words: str, tone: str, *, goes_on: bool = True) -> None:
        self.table.tell(row, words, getattr(self._desk.theme.tokens, tone))
        self._next += 1
        if goes_on:
            self._receive_next()

    def _finish(self) -> None:
        self._is_running = False
        self._desk.session.changed.emit()
        refused = self._next - self.accepted_count - self._stopped_count
        left = len(self._files) - self._next
        parts = [self.tr("{count} received").format(count=self.accepted_count)]
        parts += (
            [self.tr("{count} refused (recorded, with the reason)").format(count=refused)] if refused else []
        )
        parts += [self.tr("1 stopped")] if self._stopped_count else []
        parts += [self.tr("{count} not begun").format(count=left)] if left else []
        self.banner.say(
            ", ".join(parts) + ".", "warning" if refused or left or self._stopped_count else "good"
        )
        self.close_button.setEnabled(True)
        self.close_button.setText(self.tr("Close"))
        self.close_button.setFocus()
        if self.accepted_count == len(self._files) and not self._contradicted:
            self.accept()


def expanded(named: Sequence[Path]) -> list[Path]:
    """Return files, a folder as the files in it; one that holds none stays, and is refused like any other."""
    files: list[Path] = []
    for path in named:
        try:
            files += files_in(path)[0] if path.is_dir() else [path]
        except ForensicAppError:
            files.append(path)
    return files


class FileProgress(QWidget):
    """How far one file is: a bar, and words beside it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.words = label(words, "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(10)
        row.addWidget(self.bar, 1)
        row.addWidget(self.words)


class _Copying:
    """Hands the progress of a copy to the window now and then, and ends the copy when that is wanted."""

    def __init__(self, stops: threading.Event, tell: Callable[[int, int], None]) -> None:
        self._stops = stops
        self._tell = tell
        self._told_at = float("-inf")

    def __call__(self, done: int, of: int) -> None:
        if self._stops.is_set():
            raise IntakeStopped("The receipt of the file was stopped.", "Receive it again when it is wanted.")
        if done == of or time.monotonic() - self._told_at >= TELL_EVERY_S:
            self._told_at = time.monotonic()
            self._tell(done, of)
