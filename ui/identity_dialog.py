"""The laboratory's identity: whose certificate signs on this workstation, made here or taken from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from forensic_app.errors import ForensicAppError, RecordNotFound
from ui.widgets.basics import Banner, Card, button, clear, label, scrolled
from ui.widgets.fitting import fit
from ui.widgets.wrapping import WrappingRow
from ui.wording import error_words

if TYPE_CHECKING:
    from ui.background import Background


class IdentityDialog(QDialog):
    """Shows the identity of this workstation, and replaces it.

    Attributes:
        banner: What is wrong, or what was done.
        facts: Rows of what is public of the identity.
    """

    def __init__(self, background: Background, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("identityDialog")
        self.setWindowTitle(self.tr("Laboratory identity"))
        self._background, self._home = background, home
        self._has_identity = False
        self.banner = Banner()
        self.facts = QFormLayout()
        self.organisation = QLineEdit()
        self.passphrase, self.again, self.file_passphrase = QLineEdit(), QLineEdit(), QLineEdit()
        for field in (self.passphrase, self.again, self.file_passphrase):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        self.make_button = button(self.tr("Make an authority and a certificate"), self.make, kind="primary")
        self.import_button = button(self.tr("Take it from a file (.p12)…"), self.choose)
        self._lay_out()
        fit(self, 620, 560)
        self.load()

    def load(self) -> None:
        """Read the identity of this workstation."""
        home = self._home

        def work() -> dict[str, Any] | None:
            from forensic_app.identity.files import load_identity
            from forensic_app.workflows.laboratory_identity import identity_facts

            try:
                return identity_facts(load_identity(home))
            except RecordNotFound:
                return None

        self._background.in_pool(work, self, self._show, self._failed)

    def make(self) -> None:
        """Make an identity of the laboratory's own."""
        organisation, passphrase, replaces = (
            self.organisation.text(),
            self.passphrase.text(),
            self._has_identity,
        )
        home = self._home

        def work() -> None:
            from forensic_app.workflows.laboratory_identity import make_identity

            make_identity(home, organisation, passphrase, replaces=replaces)

        self._replace(work)

    def choose(self) -> None:
        """Ask for a PKCS#12 file and take over what it holds."""
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Certificate with its key"), "", self.tr("PKCS#12 files (*.p12 *.pfx)")
        )
        if path:
            self.take(Path(path))

    def take(self, file: Path) -> None:
        """Take over certificate and key of a PKCS#12 file."""
        opening, passphrase, replaces = (
            self.file_passphrase.text(),
            self.passphrase.text(),
            self._has_identity,
        )
        home = self._home

        def work() -> None:
            from forensic_app.workflows.laboratory_identity import import_identity

            import_identity(home, file, opening, passphrase, replaces=replaces)

        self._replace(work)

    def _replace(self, work: Callable[[], None]) -> None:
        if not self.passphrase.text():
            self.banner.say(self.tr("The key needs a passphrase. Type one, and type it again."), "bad")
            return
        if self.passphrase.text() != self.again.text():
            self.banner.say(self.tr("The passphrases differ. Type both again."), "bad")
            return
        self._set_busy(True)
        self._background.in_pool(work, self, lambda _: self._made(), self._failed)

    def _made(self) -> None:
        for field in (self.passphrase, self.again, self.file_passphrase):
            field.clear()
        self.banner.say(
            self.tr(
                "The identity is kept on this workstation. Nobody can restore a passphrase that is forgotten. Give the "
                "authority's fingerprint to whoever relies on signatures, by another way than a signed file."
            ),
            "good",
        )
        self.load()

    def _show(self, facts: dict[str, Any] | None) -> None:
        self._set_busy(False)
        self._has_identity = facts is not None
        clear(self.facts)
        if facts is None:
            self.facts.addRow(
                label(
                    self.tr("This workstation has no identity: reports are not signed as the laboratory's."),
                    "muted",
                    wraps=True,
                )
            )
            return
        for name, value in (
            (self.tr("Laboratory"), str(facts["organisation"])),
            (self.tr("Valid"), f"{facts['valid_from'][:10]} – {facts['valid_until'][:10]}"),
            (self.tr("Certificate, SHA-256"), str(facts["certificate_sha256"])),
            (self.tr("Authority, SHA-256"), str(facts["authority_sha256"])),
            (
                self.tr("Issued by"),
                self.tr("the laboratory itself")
                if facts["is_own_authority"]
                else self.tr("another authority"),
            ),
            *([(self.tr("Key on the token"), str(facts["token"]))] if facts["token"] is not None else []),
        ):
            self.facts.addRow(label(name, "muted"), label(value, wraps=True, selectable=True))
        if facts["days_left"] < 0:
            self.banner.say(self.tr("The certificate has expired: nothing can be signed with it."), "bad")
        elif facts["days_left"] < 60:
            self.banner.say(
                self.tr("The certificate expires in {days} days.").format(days=facts["days_left"]), "warning"
            )

    def _failed(self, error: BaseException) -> None:
        self._set_busy(False)
        if isinstance(error, ForensicAppError):
            self.banner.say(error_words(error), "bad")
        else:
            self.banner.say(str(error), "bad")

    def _set_busy(self, is_busy: bool) -> None:
        for each in (self.make_button, self.import_button):
            each.setEnabled(not is_busy)

    def _lay_out(self) -> None:
        present = Card(self.tr("On this workstation"))
        present.body.addLayout(self.facts)
        new = Card(self.tr("A new one"))
        form = QFormLayout()
        for text, widget in (
            (self.tr("&Organisation"), self.organisation),
            (self.tr("&Passphrase"), self.passphrase),
            (self.tr("&Again"), self.again),
            (self.tr("Passphrase of the &file"), self.file_passphrase),
        ):
            form.addRow(text, widget)
            widget.setAccessibleName(text.replace("&", ""))
        self.organisation.setPlaceholderText(self.tr("Name of the laboratory"))
        self.file_passphrase.setPlaceholderText(self.tr("Only for a certificate from a file"))
        row = WrappingRow()
        row.addWidget(self.make_button)
        row.addWidget(self.import_button)
        row.addStretch(1)
        new.body.addLayout(form)
        new.body.addWidget(row)
        new.body.addWidget(
            label(
                self.tr(
                    "A new identity replaces the present one; its file is kept, and what it signed stays valid."
                ),
                "muted",
                wraps=True,
            )
        )
        content = QWidget()
        cards = QVBoxLayout(content)
        cards.setContentsMargins(0, 0, 8, 0)
        for card in (present, new):
            cards.addWidget(card)
        cards.addStretch(1)
        content.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Laboratory identity"), "heading"))
        column.addWidget(self.banner)
        column.addWidget(scrolled(content), 1)
        column.addWidget(closing)
        self.organisation.setFocus()
