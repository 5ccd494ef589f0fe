"""Dialogs for what is placed on a picture: the words of a new note, another wording, a withdrawal, and all versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import ImageNote, NoteKind, NoteState
from forensic_app.workflows.comparable import Comparable, Eyes, Point
from ui.compare.note_painter import length_words, note_words
from ui.desk import Desk
from ui.widgets.basics import button, label
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog
from ui.widgets.plain import list_item
from ui.wording import time_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore


class NoteDialog(FormDialog):
    """Asks what a new note says, and records it."""

    def __init__(
        self,
        desk: Desk,
        compared: Comparable,
        kind: NoteKind,
        points: Sequence[Point],
        eyes: tuple[Eyes, str] | None,
        parent: QWidget,
    ) -> None:
        """Take the points in pixels of the file, and the eyes with where they are from."""
        super().__init__(desk.session, parent)
        self._compared, self._kind, self._points, self._eyes = compared, kind, points, eyes
        titles = {
            NoteKind.NOTE: self.tr("Note on {picture}"),
            NoteKind.ARROW: self.tr("Arrow on {picture}"),
            NoteKind.LINE: self.tr("Measured line on {picture}"),
        }
        self.name(titles[kind].format(picture=compared.name), self.tr("Record it"))
        self.text = QLineEdit()
        self.text.setAccessibleName(self.tr("What it says"))
        self.unprintable.watch(self.text)
        self.form.addRow(self.tr("What it says"), self.text)
        if kind is NoteKind.LINE:
            made = ImageNote(
                "", "", "", None, "", kind, tuple(points), "", None if eyes is None else eyes[0], "", None,
                NoteState.STANDS, "", "", compared.exhibit.received_at,
            )  # fmt: skip
            words = length_words(made.length_px or 0.0, made.length_in_eyes)
            self.form.addRow(self.tr("Length"), label(words, selectable=True))
            self.form.addRow(
                label(
                    self.tr("A photograph has no scale: a length in it is no length in the world."),
                    "muted",
                    wraps=True,
                )
            )
        fit(self, 460, 280)
        self.text.setFocus()

    def save(self) -> None:
        """Record it."""
        name, kind, points, eyes = self._compared.name, self._kind, self._points, self._eyes
        text = self.text.text()

        def work(store: CaseStore) -> ImageNote:
            return store.add_image_note(
                name,
                kind=kind,
                points=points,
                text=text,
                eyes=None if eyes is None else eyes[0],
                eyes_origin="" if eyes is None else eyes[1],
            )

        self.write(work)


class AmendNoteDialog(FormDialog):
    """Asks for another wording of a note, and why; or why it is withdrawn."""

    def __init__(self, desk: Desk, note: ImageNote, parent: QWidget, *, withdraws: bool) -> None:
        super().__init__(desk.session, parent)
        self._note, self._withdraws = note, withdraws
        if withdraws:
            self.name(self.tr("Withdraw {note}").format(note=note.image_note_id), self.tr("Withdraw it"))
            self.be_permanent()
        else:
            self.name(self.tr("Amend {note}").format(note=note.image_note_id), self.tr("Amend it"))
        self.text = QLineEdit(note.text)
        self.text.setAccessibleName(self.tr("What it says"))
        self.text.setReadOnly(withdraws)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(self.tr("Reason"))
        self.unprintable.watch(self.text)
        self.unprintable.watch(self.reason)
        self.form.addRow(self.tr("What it says"), self.text)
        self.form.addRow(self.tr("Reason"), self.reason)
        words = self.tr("Every version stays on record, with the reason, you as examiner and the time.")
        self.form.addRow(label(words, "muted", wraps=True))
        fit(self, 460, 280)
        (self.reason if withdraws else self.text).setFocus()

    def save(self) -> None:
        """Record the new version, or the withdrawal."""
        name, text, reason = self._note.image_note_id, self.text.text(), self.reason.text()

        def work(store: CaseStore) -> ImageNote:
            if self._withdraws:
                return store.withdraw_image_note(name, reason=reason)
            return store.amend_image_note(name, reason=reason, text=text)

        self.write(work)


class NotesDialog(QDialog):
    """Every version of what was placed on a picture; the newest ones can be amended and withdrawn."""

    def __init__(self, desk: Desk, compared: Comparable, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._compared = desk, compared
        self._notes: list[ImageNote] = []
        self._newest: set[str] = set()
        self.setWindowTitle(self.tr("Notes on {picture}").format(picture=compared.name))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Notes, with every former version"))
        self.list.setWordWrap(True)
        self.list.setSpacing(4)
        self.list.currentRowChanged.connect(lambda _: self._refresh())
        self.amend_button = button(self.tr("Amend…"), lambda: self._amend(withdraws=False))
        self.withdraw_button = button(
            self.tr("Withdraw…"), lambda: self._amend(withdraws=True), kind="danger"
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.amend_button)
        row.addWidget(self.withdraw_button)
        row.addStretch(1)
        row.addWidget(buttons)
        column = QVBoxLayout(self)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        fit(self, 620, 420)
        desk.session.changed.connect(self.reload)
        self.reload()

    def reload(self) -> None:
        """Read the notes again."""
        case_id, name = self._compared.exhibit.case_id, self._compared.name
        self._desk.session.read(
            lambda store: [
                each for each in store.image_notes(case_id, include_former=True) if each.picture == name
            ],
            self,
            self._show,
        )

    def current(self) -> ImageNote | None:
        """Return the chosen version."""
        row = self.list.currentRow()
        return self._notes[row] if 0 <= row < len(self._notes) else None

    def _show(self, notes: list[ImageNote]) -> None:
        former = {each.revises for each in notes}
        self._newest = {
            each.image_note_id
            for each in notes
            if each.image_note_id not in former and each.state is NoteState.STANDS
        }
        self._notes = sorted(notes, key=lambda each: each.image_note_id not in self._newest)
        self.list.clear()
        for each in self._notes:
            self.list.addItem(list_item(QIcon(), *self._lines(each)))
        self.list.setCurrentRow(0 if notes else -1)
        self._refresh()

    def _lines(self, note: ImageNote) -> tuple[str, ...]:
        if note.state is NoteState.WITHDRAWN:
            state = self.tr("withdrawn")
        elif note.image_note_id in self._newest:
            state = self.tr("stands")
        else:
            state = self.tr("former version")
        told = f"{note.image_note_id} · {state} · {note.examiner}, {time_words(note.made_at)}"
        reason = self.tr("Reason: {reason}").format(reason=note.reason) if note.reason else ""
        return tuple(each for each in (note_words(note), told, reason) if each)

    def _refresh(self) -> None:
        note = self.current()
        can = note is not None and note.image_note_id in self._newest and not self._desk.session.is_read_only
        self.amend_button.setEnabled(can)
        self.withdraw_button.setEnabled(can)

    def _amend(self, *, withdraws: bool) -> None:
        note = self.current()
        if note is not None:
            dialog = AmendNoteDialog(self._desk, note, self, withdraws=withdraws)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
