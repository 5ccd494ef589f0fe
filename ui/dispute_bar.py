"""The red bar over every page of a casebook that does not verify: what is wrong, that writing is off, what to do."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QInputDialog, QMessageBox, QVBoxLayout

from ui.casebook_opening import Dispute
from ui.widgets.basics import button, label, set_property
from ui.widgets.plain import PlainBox
from ui.wording import recorded_words

SHOWN_FINDINGS = 3


class DisputeBar(QFrame):
    """Says what is wrong with the open casebook; hidden while nothing is.

    Signals:
        check_wanted: The casebook is to be verified again and opened for writing where nothing is found.
        going_on_wanted: Why work goes on although the verification failed.
    """

    check_wanted = Signal()
    going_on_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dispute")
        set_property(self, "banner", "bad")
        self._dispute: Dispute | None = None
        self.title = label(name="subheading", wraps=True)
        self._text = label(wraps=True, selectable=True)
        self.check_button = button(self.tr("Check again"), self.check_wanted.emit)
        self.help_button = button(self.tr("What to do…"), self.show_advice)
        self.go_on_button = button(self.tr("Go on all the same…"), self._ask_reason)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.addLayout(words, 1)
        for each in (self.help_button, self.check_button, self.go_on_button):
            row.addWidget(each)
        self.hide()

    def show_dispute(self, dispute: Dispute | None) -> None:
        """Show what is wrong, ``None`` where nothing is."""
        self._dispute = dispute
        self.setVisible(dispute is not None)
        if dispute is None:
            self._text.setText("")
            return
        verifies = self.tr("Nothing can be written to this casebook from this workstation.")
        not_so = self.tr("This casebook does not verify. Nothing can be written to it.")
        self.title.setText(verifies if dispute.verifies else not_so)
        self.help_button.setVisible(not dispute.verifies)
        self._text.setText(_shortened(dispute))
        self.setAccessibleName(f"{self.title.text()} {self._text.text()}")
        self.go_on_button.setVisible(dispute.can_go_on)

    def say(self, words: str) -> None:
        """Show words in place of what is wrong, such as that it is being checked."""
        self._text.setText(words)

    def text(self) -> str:
        """Return what is said to be wrong."""
        return self._text.text()

    def show_advice(self) -> None:
        """Say step by step what to do, with every finding."""
        if self._dispute is None:
            return
        box = PlainBox(self)
        box.setObjectName("disputeBox")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(self.tr("What to do about a casebook that does not verify"))
        steps = [
            self.tr(
                "1. Stop working with it. What is there can still be read, and reports of it can be previewed."
            ),
            self.tr("2. Secure a copy of the folder as it is, and of the newest backup that verifies."),
            self.tr("3. Find out what happened: who had access, a failing disk, a program that tidied up."),
            self.tr("4. Restore what is missing or altered from a backup, then press Check again."),
            self.tr(
                "5. Where that cannot be done an administrator decides to go on, with a reason that is recorded."
            ),
        ]
        if not self._dispute.can_go_on:
            command = 'forensic-app --casebook FOLDER casebook accept --reason "..."'
            steps.append(
                self.tr("The decision is made on the command line: {command}").format(command=command)
            )
        box.setInformativeText("\n".join(steps))
        box.setDetailedText("\n".join((self._dispute.words, *map(recorded_words, self._dispute.findings))))
        box.open()

    def _ask_reason(self) -> None:
        dialog = QInputDialog(self)
        dialog.setObjectName("goOnDialog")
        dialog.setWindowTitle(self.tr("Go on all the same"))
        dialog.setLabelText(
            self.tr("Why work goes on in this casebook as it is. Reason and findings are recorded:")
        )
        dialog.setOkButtonText(self.tr("Record and go on"))
        dialog.textValueSelected.connect(self._go_on)
        dialog.open()

    def _go_on(self, reason: str) -> None:
        if reason.strip():
            self.going_on_wanted.emit(reason.strip())


def _shortened(dispute: Dispute) -> str:
    """Return what is wrong with the first findings, so that the bar leaves room for the page."""
    more = len(dispute.findings) - SHOWN_FINDINGS
    shown = [f"• {recorded_words(each)}" for each in dispute.findings[:SHOWN_FINDINGS]]
    if more > 0:
        shown.append(
            QCoreApplication.translate("DisputeBar", "and {count} more: see What to do").format(count=more)
        )
    return "\n".join((dispute.words, *shown))
