"""Withdraw a photograph or a person that should not be in a case, with a reason; nothing is deleted."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from forensic_app.records import Exhibit, Subject
from ui.desk import Desk
from ui.widgets.basics import label
from ui.widgets.form_dialog import FormDialog


class WithdrawDialog(FormDialog):
    """Asks why, and says what a withdrawal means."""

    def __init__(self, desk: Desk, record: Exhibit | Subject, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        if isinstance(record, Exhibit):
            self._about = ("exhibit", record.exhibit_id)
            title = self.tr("Withdraw exhibit {number}").format(number=record.exhibit_number)
            meaning = self.tr(
                "The file stays in the vault and the record in the casebook, with your name, the time and the reason. "
                "No run works on the photograph any more, and reports leave it and its runs out and say how many were "
                "withdrawn. This cannot be taken back; the file can be received again."
            )
        else:
            self._about = ("subject", record.subject_id)
            title = self.tr("Withdraw {name}").format(name=record.name)
            meaning = self.tr(
                "The record stays in the casebook, with your name, the time and the reason. Reports leave the person "
                "out and say that one was withdrawn. Photographs of the person have to be moved to another person or "
                "withdrawn first. This cannot be taken back."
            )
        self.name(title, self.tr("Withdraw"))
        self.be_permanent()
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Kept in the record and in the custody log"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.textChanged.connect(self._refresh)
        self.unprintable.watch(self.reason)
        self.form.addRow(label(meaning, "muted", wraps=True))
        self.form.addRow(self.tr("&Reason"), self.reason)
        self.resize(520, 300)
        self.reason.setFocus()
        self._refresh()

    def save(self) -> None:
        """Record the withdrawal."""
        kind, name = self._about
        reason = self.reason.text()
        self.write(lambda store: store.remove(kind, name, reason))

    def _refresh(self) -> None:
        self.save_button.setEnabled(bool(self.reason.text().strip()))
