"""Read a model pack's licence and accept it; the acceptance is recorded in the casebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.widgets.basics import DigestLabel, label
from ui.widgets.fitting import fit
from ui.widgets.plain import plain_lines

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack


class LicenceDialog(QDialog):
    """Shows a licence.

    Signals:
        accepted_licence: It was accepted and that is recorded.
    """

    accepted_licence = Signal()

    def __init__(self, desk: Desk, pack: Pack, *, is_accepted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._pack = pack
        self.setWindowTitle(self.tr("Licence of the model pack {name}").format(name=pack.name))
        text = QPlainTextEdit(plain_lines(pack.licence_text))
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setAccessibleName(self.tr("Licence text"))
        self.agreement = QCheckBox(self.tr("I have &read the licence and accept it for this casebook."))
        self._buttons = buttons = QDialogButtonBox()
        self.accept_button = buttons.addButton(self.tr("Accept"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setProperty("kind", "primary")
        self.accept_button.setEnabled(False)
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        self.agreement.toggled.connect(self.accept_button.setEnabled)
        buttons.accepted.connect(self._record)
        buttons.rejected.connect(self.reject)
        can_accept = not is_accepted and not desk.session.is_read_only
        self.agreement.setVisible(can_accept)
        self.accept_button.setVisible(can_accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.addWidget(label(self.windowTitle(), "heading"))
        column.addWidget(label(self.tr("Licence: {name}").format(name=pack.licence or "–"), "muted"))
        column.addWidget(DigestLabel(desk.theme, pack.sha256))
        column.addWidget(text, 1)
        if is_accepted:
            column.addWidget(label(self.tr("Accepted in this casebook."), "muted"))
        column.addWidget(self.agreement)
        column.addWidget(buttons)
        fit(self, 640, 560)

    def _record(self) -> None:
        pack = self._pack

        def work(store: object) -> None:
            from forensic_app.workflows.packs import accept_licence

            accept_licence(store, pack)  # type: ignore[arg-type]

        def done(_: object) -> None:
            self.accept()
            self.accepted_licence.emit()

        self._desk.session.write(work, self, done)
