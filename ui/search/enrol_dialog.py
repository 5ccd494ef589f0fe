"""Add photographs of known people to a gallery, with progress, and show what was refused and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError
from forensic_app.records import Gallery
from ui.desk import Desk
from ui.search.job import JobBar, Progress, StopsFirst
from ui.search.matchers import matchers_of
from ui.search.words import reason_words
from ui.widgets.basics import Banner, button, label
from ui.widgets.plain import table_item
from ui.wording import error_words

if TYPE_CHECKING:
    from forensic_app.workflows.gallery_enrolment import Enrolled

_SHOWN_LINES = 1_000
_WRAPPED_LINES = 300
"""Lines whose reason is shown in full: each costs the window some time."""


class EnrolDialog(StopsFirst):
    """A folder or list of photographs that is enrolled line by line."""

    def __init__(self, desk: Desk, gallery: Gallery, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._gallery = gallery
        self.setWindowTitle(self.tr("Add photographs to {gallery}").format(gallery=gallery.name))
        self.path = QLineEdit()
        self.path.setAccessibleName(self.tr("Folder or list"))
        self.path.setPlaceholderText(self.tr("A folder, or a CSV file"))
        self.source = QLineEdit()
        self.source.setAccessibleName(self.tr("Source"))
        self.source.setPlaceholderText(self.tr("From whom or where, where no list says so"))
        self.largest = QCheckBox(self.tr("Of a photograph with several &faces enrol the largest"))
        self.banner = Banner()
        self.job = JobBar(desk.session, lambda words: words)
        self.job.running_changed.connect(self._show_running)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([self.tr("Photograph"), self.tr("Outcome"), self.tr("Why")])
        self.table.setAccessibleName(self.tr("Photographs that were not simply enrolled"))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.setColumnWidth(0, 220)
        self.table.setColumnWidth(1, 150)
        buttons = QDialogButtonBox()
        self.enrol_button = buttons.addButton(self.tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.enrol_button.setProperty("kind", "primary")
        self.close_button = buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self.start)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        self.resize(760, 560)
        self.path.setFocus()

    def start(self) -> None:
        """Enrol what the field names, beside the event loop."""
        text = self.path.text().strip()
        if not text:
            self.banner.say(self.tr("Name a folder or a list first."), "warning")
            self.path.setFocus()
            return
        session, gallery = self._desk.session, self._gallery
        path, source, largest = Path(text).expanduser(), self.source.text(), self.largest.isChecked()
        words, load = self.tr("{done} of {all} photographs"), matchers_of(session).load
        self.banner.say("")
        self.table.setRowCount(0)

        def work(progress: Progress) -> tuple[Enrolled, bool]:
            from forensic_app.galleries.entries import read_entries
            from forensic_app.workflows.gallery_enrolment import enrol
            from forensic_app.workflows.gallery_matcher import matcher_of

            entries = list(read_entries(path, source=source))
            matcher = matcher_of(session.store, gallery, load=load)

            def each() -> Iterator[Any]:
                """End early, so that what was looked at is written."""
                for number, entry in enumerate(entries):
                    if progress.is_stop_wanted():
                        return
                    progress.tell(number / len(entries), words.format(done=number, all=len(entries)))
                    yield entry

            with session.copying:
                done = enrol(session.store, gallery, each(), matcher, largest_face=largest)
            return done, progress.is_stop_wanted()

        self.job.start(
            work, lambda answer: self._show(*answer), self._refused, words=self.tr("Loading the matcher")
        )

    def _show(self, done: Enrolled, was_stopped: bool) -> None:
        counts = {outcome.value: count for outcome, count in done.counts.items()}
        enrolled, already = counts.get("enrolled", 0), counts.get("already", 0)
        left = sum(counts.values()) - enrolled - already - counts.get("same_name", 0)
        parts = [self.tr("{count} enrolled").format(count=enrolled)]
        parts += [self.tr("{count} enrolled before").format(count=already)] if already else []
        parts += [self.tr("{count} refused, see below").format(count=left)] if left else []
        text = ", ".join(parts) + "."
        if was_stopped:
            text += " " + self.tr("Stopped: what was looked at is kept, and the same list goes on from here.")
        self.banner.say(text, "warning" if left or was_stopped else "good")
        lines = done.lines[:_SHOWN_LINES]
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, value in enumerate(
                (line.place, self._outcome(line.outcome.value), reason_words(line.words))
            ):
                self.table.setItem(row, column, table_item(value, tip=value))
            if row < _WRAPPED_LINES:
                self.table.resizeRowToContents(row)
        if len(done.lines) > len(lines):
            self.banner.say(
                text + " " + self.tr("The first {count} lines are shown.").format(count=len(lines)), "warning"
            )
        self._desk.session.changed.emit()
        (self.table if lines else self.close_button).setFocus()

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, ForensicAppError):
            self.banner.say(error_words(error), "bad")
        else:
            self._desk.session.failed.emit(error)
        self.path.setFocus()

    def _outcome(self, outcome: str) -> str:
        return {
            "duplicate": self.tr("The same file again"),
            "same_name": self.tr("Enrolled; same name"),
            "several_faces": self.tr("Several faces"),
            "no_face": self.tr("No face"),
            "unreadable": self.tr("Unreadable"),
            "malformed": self.tr("Malformed"),
        }.get(outcome, outcome)

    def _show_running(self, is_running: bool) -> None:
        for widget in (self.path, self.source, self.largest, self.enrol_button, *self._choosers):
            widget.setEnabled(not is_running)
        if is_running:
            self.job.stop_button.setFocus()

    def _choose_folder(self) -> None:
        found = QFileDialog.getExistingDirectory(self, self.tr("Folder of photographs"))
        if found:
            self.path.setText(found)

    def _choose_list(self) -> None:
        found, _ = QFileDialog.getOpenFileName(
            self, self.tr("List of photographs"), "", self.tr("Lists (*.csv);;Every file (*)")
        )
        if found:
            self.path.setText(found)

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        self._choosers = (
            button(self.tr("Folder…"), self._choose_folder),
            button(self.tr("List…"), self._choose_list),
        )
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        for each in self._choosers:
            row.addWidget(each)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        name = label(self.tr("&Photographs"))
        name.setBuddy(self.path)
        form.addRow(name, row)
        form.addRow(self.tr("S&ource"), self.source)
        form.addRow("", self.largest)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(self.windowTitle(), "heading", wraps=True))
        column.addWidget(
            label(
                self.tr(
                    "A folder with one folder for each person, or loose files named after them; or a list with the "
                    "columns name, birth date, photo date, source, file. Photographs are copied byte for byte and stay "
                    "where they are."
                ),
                "muted",
                wraps=True,
            )
        )
        column.addLayout(form)
        column.addWidget(self.banner)
        column.addWidget(self.job)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)
