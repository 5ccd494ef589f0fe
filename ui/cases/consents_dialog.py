"""What a person allowed to be made of their photographs: recorded, withdrawn, and what a withdrawal recalls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Case, CaseKind, CaseStatus, Consent, ConsentPurpose, Subject
from ui.desk import Desk
from ui.widgets.basics import Banner, button, label
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog
from ui.widgets.plain import list_item
from ui.wording import consent_purpose_words, time_words

if TYPE_CHECKING:
    from forensic_app.workflows.disclosures import Disclosure

_MOST_LEFT = 12
"""Ways out that a withdrawal shows one by one."""


class ConsentsDialog(QDialog):
    """The consents of one person in one case, newest first."""

    def __init__(self, desk: Desk, case: Case, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._case, self._subject = desk, case, subject
        self._consents: list[Consent] = []
        title = self.tr("Consents of {name}").format(name=subject.name)
        self.setWindowTitle(title)
        self.banner = Banner()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Consents"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._refresh)
        self.record_button = button(self.tr("Record a consent…"), self.record, icon="add", theme=desk.theme)
        self.withdraw_button = button(self.tr("Withdraw…"), self.withdraw, kind="danger")
        self.recalls_button = button(self.tr("What left the casebook"), self.show_recalls)
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        row = QHBoxLayout()
        for each in (self.record_button, self.withdraw_button, self.recalls_button):
            row.addWidget(each)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(title, "heading", wraps=True))
        column.addWidget(label(self._meaning(), "muted", wraps=True))
        column.addWidget(self.banner)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        column.addWidget(closing)
        fit(self, 640, 460)
        desk.session.changed.connect(self.reload)
        self._refresh()
        self.reload()

    def reload(self) -> None:
        """Read the consents again."""
        case_id = self._case.case_id
        self._desk.session.read(lambda store: store.consents(case_id), self, self._show)

    def record(self) -> None:
        """Ask for a consent and record it."""
        RecordConsentDialog(self._desk, self._case, self._subject, self).open()

    def withdraw(self) -> None:
        """Withdraw the selected consent."""
        consent = self.current()
        if consent is not None:
            WithdrawConsentDialog(self._desk, consent, self).open()

    def show_recalls(self) -> None:
        """Say what left the casebook of this person."""
        consent = self.current()
        if consent is None:
            return
        from forensic_app.workflows.consents import to_be_recalled

        name = consent.consent_id
        self._desk.session.read(
            lambda store: to_be_recalled(store, name),
            self,
            lambda left: self.banner.say(recall_words(left)),
        )

    def current(self) -> Consent | None:
        """Return the selected consent."""
        row = self.list.currentRow()
        return self._consents[row] if 0 <= row < len(self._consents) else None

    def _meaning(self) -> str:
        if self._case.kind is CaseKind.MEDIA_PRODUCTION:
            return self.tr(
                "In a media production no run starts, and no image leaves, without a consent of the person shown that "
                "holds that day. Exported images carry its number."
            )
        return self.tr(
            "An investigation rests on its authorization. A consent is needed where photographs of a relative are to "
            "be drawn upon for somebody else's face."
        )

    def _show(self, found: list[Consent]) -> None:
        row = max(self.list.currentRow(), 0)
        self._consents = [each for each in reversed(found) if each.subject_id == self._subject.subject_id]
        self.list.clear()
        for consent in self._consents:
            state = self.tr("until {day}").format(day=consent.valid_until)
            if consent.withdrawn_at is not None:
                state = self.tr("withdrawn {time}: {reason}").format(
                    time=time_words(consent.withdrawn_at), reason=consent.withdrawal_reason
                )
            said = "  ·  ".join(each for each in (consent.scope, consent.medium, consent.given_by) if each)
            head = f"{consent.consent_id}  ·  {consent_purpose_words(consent.purpose)}  ·  {state}"
            self.list.addItem(list_item(self._desk.theme.icon("person"), head, said, consent.document))
        self.list.setCurrentRow(min(row, len(self._consents) - 1))
        self._refresh()

    def _refresh(self) -> None:
        consent = self.current()
        can_write = not self._desk.session.is_read_only
        self.record_button.setEnabled(can_write and self._case.status is CaseStatus.OPEN)
        self.withdraw_button.setEnabled(can_write and consent is not None and consent.withdrawn_at is None)
        self.recalls_button.setEnabled(consent is not None)


class RecordConsentDialog(FormDialog):
    """Fields of a consent."""

    def __init__(self, desk: Desk, case: Case, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        self._subject = subject
        self.name(self.tr("Consent of {name}").format(name=subject.name), self.tr("Record the consent"))
        self.purpose = Combo()
        for purpose in ConsentPurpose:
            self.purpose.addItem(consent_purpose_words(purpose), purpose)
        if case.kind is not CaseKind.MEDIA_PRODUCTION:
            self.purpose.setCurrentIndex(self.purpose.findData(ConsentPurpose.RELATIVES))
        self.given_by, self.scope, self.medium = QLineEdit(), QLineEdit(), QLineEdit()
        self.until, self.document = QLineEdit(), QLineEdit()
        self.given_by.setPlaceholderText(self.tr("The person, a guardian, the heirs"))
        self.scope.setPlaceholderText(self.tr("What may be made"))
        self.medium.setPlaceholderText(self.tr("Where it may be shown"))
        self.until.setPlaceholderText(self.tr("Last day, such as 2027-12-31"))
        self.document.setPlaceholderText(self.tr("Where the signed paper lies, or its SHA-256"))
        for text, widget in (
            (self.tr("&For"), self.purpose),
            (self.tr("&Given by"), self.given_by),
            (self.tr("&Scope"), self.scope),
            (self.tr("&Medium"), self.medium),
            (self.tr("&Until"), self.until),
            (self.tr("&Document"), self.document),
        ):
            self.form.addRow(text, widget)
            widget.setAccessibleName(text.replace("&", ""))
            if isinstance(widget, QLineEdit):
                self.unprintable.watch(widget)
        fit(self, 560, 420)
        self.given_by.setFocus()

    def save(self) -> None:
        """Record the consent."""
        subject_id = self._subject.subject_id
        purpose = ConsentPurpose(self.purpose.currentData())
        given_by, scope, medium = self.given_by.text(), self.scope.text(), self.medium.text()
        until, document = self.until.text(), self.document.text()
        self.write(
            lambda store: store.record_consent(
                subject_id,
                purpose=purpose,
                given_by=given_by,
                scope=scope,
                medium=medium,
                valid_until=until,
                document=document,
            )
        )


class WithdrawConsentDialog(FormDialog):
    """Asks how a withdrawal was received, and lists what has to be recalled."""

    def __init__(self, desk: Desk, consent: Consent, parent: QWidget | None = None) -> None:
        from forensic_app.workflows.consents import to_be_recalled

        super().__init__(desk.session, parent)
        self._consent_id = consent.consent_id
        self.name(
            self.tr("Withdraw the consent {number}").format(number=consent.consent_id), self.tr("Withdraw")
        )
        self.be_permanent()
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Why, and how the withdrawal was received"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.textChanged.connect(self._refresh)
        self.unprintable.watch(self.reason)
        self.recall = label("", "muted", wraps=True, selectable=True)
        meaning = self.tr(
            "No run starts and no image leaves under this consent any more. The images stay in the casebook; what left "
            "before has to be recalled by people. This cannot be taken back."
        )
        self.form.addRow(label(meaning, "muted", wraps=True))
        self.form.addRow(self.tr("&Reason"), self.reason)
        self.form.addRow(self.recall)
        fit(self, 600, 420)
        self.reason.setFocus()
        self._refresh()
        name = consent.consent_id
        desk.session.read(
            lambda store: to_be_recalled(store, name),
            self,
            lambda left: self.recall.setText(recall_words(left)),
        )

    def save(self) -> None:
        """Record the withdrawal."""
        name, reason = self._consent_id, self.reason.text()
        self.write(lambda store: store.withdraw_consent(name, reason=reason))

    def _refresh(self) -> None:
        self.save_button.setEnabled(bool(self.reason.text().strip()))


def recall_words(left: list[Disclosure]) -> str:
    """Return what left the casebook, a line each, the newest first."""
    if not left:
        return QCoreApplication.translate(
            "Consents", "Nothing of this person left the casebook, as far as its log says."
        )
    lines = [
        QCoreApplication.translate("Consents", "{time}  {object}  to {recipient}  {place}")
        .format(
            time=time_words(each.occurred_at),
            object=each.object_id,
            recipient=each.recipient or "–",
            place=each.place or each.way,
        )
        .rstrip()
        for each in reversed(left[-_MOST_LEFT:])
    ]
    if len(left) > _MOST_LEFT:
        lines.append(
            QCoreApplication.translate(
                "Consents", "and {count} before; the whole list: forensic-app consent recalls"
            ).format(count=len(left) - _MOST_LEFT)
        )
    head = QCoreApplication.translate("Consents", "To be recalled:")
    return "\n".join([head, *lines])
