"""What a report needs to be signed as the laboratory's: whether, with which passphrase, and a field for a reviewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit

from forensic_app.errors import ForensicAppError
from forensic_app.settings import load_settings

if TYPE_CHECKING:
    from ui.background import Background


class SigningFields(QObject):
    """Fields of a signature, which cannot be chosen where the workstation has no identity.

    Attributes:
        signs: Whether the PDF is signed.
        passphrase: Opens the laboratory's key; the PIN of a token.
        for_reviewer: Whether a field waits for a reviewer's signature.
    """

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self.signs = QCheckBox(self.tr("Sign the PDF as the laboratory"))
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setPlaceholderText(self.tr("Passphrase of the laboratory's key, or PIN of its token"))
        self.for_reviewer = QCheckBox(self.tr("with a field for a reviewer's signature"))
        self.signs.setEnabled(False)
        self.signs.toggled.connect(self._refresh)
        self._refresh()
        background.in_pool(self._look, self, self._show, lambda _: None)

    def add_to(self, form: QFormLayout) -> None:
        """Put the fields at the end of a form."""
        self.passphrase.setAccessibleName(self.tr("Passphrase"))
        form.addRow("", self.signs)
        form.addRow(self.tr("Passp&hrase"), self.passphrase)
        form.addRow("", self.for_reviewer)

    def values(self) -> dict[str, Any]:
        """Return what :func:`unlocked` needs; nothing where the report is not signed."""
        if not self.signs.isChecked():
            return {}
        return {"passphrase": self.passphrase.text(), "has_reviewer_field": self.for_reviewer.isChecked()}

    @staticmethod
    def _look() -> str:
        from forensic_app.identity.files import load_identity

        try:
            return load_identity(load_settings().home).organisation
        except ForensicAppError:
            return ""

    def _show(self, organisation: str) -> None:
        self.signs.setEnabled(bool(organisation))
        if organisation:
            self.signs.setText(self.tr("Sign the PDF as {laboratory}").format(laboratory=organisation))
        else:
            self.signs.setText(self.tr("Sign the PDF (this workstation has no identity: Tools)"))

    def _refresh(self) -> None:
        for each in (self.passphrase, self.for_reviewer):
            each.setEnabled(self.signs.isChecked())


def signature(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what :func:`forensic_app.workflows.reporting.issue_report` signs with; takes about half a second.

    Args:
        asked: From :meth:`SigningFields.values`.

    Raises:
        InvalidInput: The passphrase is wrong, or the certificate expired.
    """
    from forensic_app.workflows.laboratory_identity import unlock_identity

    if not asked:
        return {}
    return {
        "credentials": unlock_identity(load_settings().home, asked["passphrase"]),
        "has_reviewer_field": asked["has_reviewer_field"],
    }
