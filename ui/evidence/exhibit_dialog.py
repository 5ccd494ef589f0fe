"""Amend what is stated about a photograph."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from forensic_app.records import Exhibit, Subject
from ui.desk import Desk
from ui.widgets.age_field import AgeField
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog


class ExhibitDialog(FormDialog):
    """Fields of an exhibit that may be amended, and why; the file and the facts of its receipt stay."""

    def __init__(self, desk: Desk, exhibit: Exhibit, parent: QWidget | None = None) -> None:
        super().__init__(desk.session, parent)
        self._exhibit = exhibit
        self.name(self.tr("Amend exhibit {number}").format(number=exhibit.exhibit_number), self.tr("Save"))
        self.subject = Combo()
        self.age = AgeField(130)
        self.age.show_age(exhibit.age_at_photo)
        self._shown_age = self.age.value()
        self.photo_date = QLineEdit(exhibit.photo_date)
        self.photo_date.setPlaceholderText(self.tr("YYYY, YYYY-MM or YYYY-MM-DD"))
        self.source = QLineEdit(exhibit.source)
        self.received_how = QLineEdit(exhibit.received_how)
        self.number = QLineEdit(exhibit.exhibit_number)
        self.remark = QLineEdit()
        self.remark.setPlaceholderText(self.tr("Is added to the remarks"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Kept in the custody log with the former statements"))
        for text, field in (
            (self.tr("&Reason"), self.reason), (self.tr("&Subject"), self.subject),
            (self.tr("&Age in the photograph"), self.age), (self.tr("Taken &on"), self.photo_date),
            (self.tr("S&ource"), self.source), (self.tr("Received &how"), self.received_how),
            (self.tr("Exhibit &number"), self.number), (self.tr("Re&mark"), self.remark),
        ):  # fmt: skip
            field.setAccessibleName(text.replace("&", ""))
            self.form.addRow(text, field)
        fit(self, 560, 460)
        self.reason.setFocus()
        self.save_button.setEnabled(False)
        desk.session.read(lambda store: store.subjects(exhibit.case_id), self, self._show_subjects)

    def save(self) -> None:
        """Record what was amended."""
        known = self._exhibit
        changes = {
            "subject_id": self.subject.currentData(),
            "photo_date": self.photo_date.text().strip(),
            "source": self.source.text(),
            "received_how": self.received_how.text(),
            "exhibit_number": self.number.text(),
        }
        if self.age.value() != self._shown_age:
            changes["age_at_photo"] = self.age.age()
        if self.remark.text().strip():
            changes["notes"] = (*known.notes, self.remark.text().strip())
        reason = self.reason.text()
        self.write(lambda store: store.change_exhibit(known.exhibit_id, reason=reason, **changes))

    def _show_subjects(self, subjects: list[Subject]) -> None:
        self.subject.addItem(self.tr("Not stated"), None)
        for subject in subjects:
            self.subject.addItem(f"{subject.name} ({subject.subject_id})", subject.subject_id)
        self.subject.setCurrentIndex(max(self.subject.findData(self._exhibit.subject_id), 0))
        self.save_button.setEnabled(True)
