"""Create or edit a case; close or reopen one with a reason."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from forensic_app.records import Case, CaseKind, CaseStatus
from ui.desk import Desk
from ui.widgets.basics import label
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog
from ui.wording import kind_words


class CaseDialog(FormDialog):
    """Fields of a case.

    Signals:
        saved: The case as recorded.
    """

    saved = Signal(object)

    def __init__(self, desk: Desk, case: Case | None = None, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        self._case = case
        if case is None:
            self.name(self.tr("New case"), self.tr("Create case"))
        else:
            self.name(self.tr("Edit case"), self.tr("Save"))
        self.number = QLineEdit(case.case_number if case else "")
        self.number.setEnabled(case is None)
        self.number.setPlaceholderText(self.tr("Such as 2026-0142"))
        self.title = QLineEdit(case.title if case else "")
        self.kind = Combo()
        for kind in CaseKind:
            self.kind.addItem(kind_words(kind), kind)
        if case is not None:
            self.kind.setCurrentIndex(self.kind.findData(case.kind))
        self.agency = QLineEdit(case.agency if case else "")
        self.authorization = QPlainTextEdit(case.authorization if case else "")
        self.authorization.setTabChangesFocus(True)
        self.authorization.setMaximumHeight(80)
        self.authorization.setPlaceholderText(
            self.tr("Legal basis or consent for working with the photographs")
        )
        for text, widget in (
            (self.tr("Case &number"), self.number),
            (self.tr("&Title"), self.title),
            (self.tr("&Kind"), self.kind),
            (self.tr("&Agency"), self.agency),
            (self.tr("A&uthorization"), self.authorization),
        ):
            self.form.addRow(text, widget)
            widget.setAccessibleName(text.replace("&", ""))
            if isinstance(widget, QLineEdit | QPlainTextEdit):
                self.unprintable.watch(widget)
        fit(self, 540, 420)
        (self.number if case is None else self.title).setFocus()

    def save(self) -> None:
        """Record the case."""
        values = {
            "title": self.title.text(),
            "kind": CaseKind(self.kind.currentData()),
            "agency": self.agency.text(),
            "authorization": " ".join(self.authorization.toPlainText().split()),
        }
        number, case = self.number.text(), self._case
        if case is None:
            self.write(lambda store: store.create_case(number=number, **values), self.saved.emit)
        else:
            self.write(lambda store: store.change_case(case.case_id, **values), self.saved.emit)


class StatusDialog(FormDialog):
    """Close an open case, or reopen a closed one; the reason is recorded.

    Signals:
        saved: The case as recorded.
    """

    saved = Signal(object)

    def __init__(self, desk: Desk, case: Case, parent: QWidget | None = None) -> None:
        is_open = case.status is CaseStatus.OPEN
        super().__init__(desk.session, parent)
        title = self.tr("Close case {number}") if is_open else self.tr("Reopen case {number}")
        action = self.tr("Close case") if is_open else self.tr("Reopen case")
        self.name(title.format(number=case.case_number), action)
        self._case = case
        self.reason = QLineEdit()
        self.reason.setAccessibleName(self.tr("Reason"))
        self.form.addRow(self.tr("&Reason"), self.reason)
        self.form.addRow(
            label(
                self.tr("A closed case takes no photographs, runs or subjects until it is reopened.")
                if is_open
                else self.tr("Work on the case can go on afterwards."),
                "muted",
                wraps=True,
            )
        )
        fit(self, 480, 240)
        self.reason.setFocus()

    def save(self) -> None:
        """Record the new state."""
        case, reason = self._case, self.reason.text()
        if case.status is CaseStatus.OPEN:
            self.write(lambda store: store.close_case(case.case_id, reason), self.saved.emit)
        else:
            self.write(lambda store: store.reopen_case(case.case_id, reason), self.saved.emit)
