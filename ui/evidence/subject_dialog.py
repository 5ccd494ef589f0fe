"""Add or edit a person concerned by a case."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from forensic_app.records import Case, Sex, Subject, SubjectDescription
from ui.desk import Desk
from ui.widgets.basics import label
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog
from ui.wording import sex_words

DESCRIPTION_FIELDS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("family_name", lambda: QCoreApplication.translate("Description", "Family name")),
    ("forename", lambda: QCoreApplication.translate("Description", "Forename")),
    ("ethnicity", lambda: QCoreApplication.translate("Description", "Ethnicity")),
    ("height", lambda: QCoreApplication.translate("Description", "Height")),
    ("weight", lambda: QCoreApplication.translate("Description", "Weight")),
    ("hair", lambda: QCoreApplication.translate("Description", "Hair")),
    ("eyes", lambda: QCoreApplication.translate("Description", "Eyes")),
    ("marks", lambda: QCoreApplication.translate("Description", "Marks, scars, tattoos")),
    ("clothing", lambda: QCoreApplication.translate("Description", "Clothing")),
    ("circumstances", lambda: QCoreApplication.translate("Description", "Circumstances")),
    ("dna_available", lambda: QCoreApplication.translate("Description", "DNA available")),
    ("fingerprints_available", lambda: QCoreApplication.translate("Description", "Fingerprints available")),
    ("police_report", lambda: QCoreApplication.translate("Description", "Police report")),
)
"""Fields of ``SubjectDescription`` with their names in the window's language."""


def subject_rows(subject: Subject) -> list[tuple[str, str]]:
    """Return what is recorded of a person, each with its name in the window's language; empty where it is not."""
    seen = " · ".join(each for each in (subject.last_seen, subject.last_seen_place) if each)
    return [
        (QCoreApplication.translate("Description", "Name"), subject.name),
        (QCoreApplication.translate("Description", "Aliases"), ", ".join(subject.aliases)),
        (QCoreApplication.translate("Description", "Sex"), sex_words(subject.sex)),
        (QCoreApplication.translate("Description", "Date of birth"), subject.birth_date),
        (QCoreApplication.translate("Description", "Last seen"), seen),
        *((text(), getattr(subject.description, name)) for name, text in DESCRIPTION_FIELDS),
    ]


class SubjectDialog(FormDialog):
    """Fields of a person, and why they are amended where the person is on record already.

    Signals:
        saved: The person as recorded.
    """

    saved = Signal(object)

    def __init__(
        self, desk: Desk, case: Case, subject: Subject | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(desk.session, parent)
        self._case = case
        self._subject = subject
        if subject is None:
            self.name(self.tr("Add subject"), self.tr("Add subject"))
        else:
            self.name(self.tr("Edit subject"), self.tr("Save"))
        known = subject or Subject("", "", "")
        self.subject_name = QLineEdit(known.name)
        self.aliases = QLineEdit(", ".join(known.aliases))
        self.sex = Combo()
        for sex in Sex:
            self.sex.addItem(sex_words(sex), sex)
        self.sex.setCurrentIndex(self.sex.findData(known.sex))
        self.birth_date = QLineEdit(known.birth_date)
        self.last_seen = QLineEdit(known.last_seen)
        self.last_seen_place = QLineEdit(known.last_seen_place)
        for field in (self.birth_date, self.last_seen):
            field.setPlaceholderText(self.tr("YYYY, YYYY-MM or YYYY-MM-DD"))
        self.aliases.setPlaceholderText(self.tr("Separated by commas"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Kept in the custody log with the former statements"))
        if subject is not None:
            self._add(self.tr("&Reason"), self.reason)
        self._add(self.tr("&Name"), self.subject_name)
        self._add(self.tr("A&liases"), self.aliases)
        self._add(self.tr("Se&x"), self.sex)
        self._add(self.tr("Date of &birth"), self.birth_date)
        self._add(self.tr("Last seen &on"), self.last_seen)
        self._add(self.tr("Last seen &at"), self.last_seen_place)
        self.form.addRow(label(self.tr("Description"), "subheading"))
        self.description: dict[str, QLineEdit] = {}
        for key, text in DESCRIPTION_FIELDS:
            self.description[key] = QLineEdit(getattr(known.description, key))
            self._add(text(), self.description[key])
        fit(self, 560, 680)
        self.subject_name.setFocus()

    def save(self) -> None:
        """Record the person."""
        values = {
            "name": self.subject_name.text(),
            "aliases": tuple(each.strip() for each in self.aliases.text().split(",") if each.strip()),
            "sex": Sex(self.sex.currentData()),
            "birth_date": self.birth_date.text().strip(),
            "last_seen": self.last_seen.text().strip(),
            "last_seen_place": self.last_seen_place.text(),
            "description": SubjectDescription(
                **{key: field.text() for key, field in self.description.items()}
            ),
        }
        case_id, subject = self._case.case_id, self._subject
        if subject is None:
            self.write(lambda store: store.add_subject(case=case_id, **values), self.saved.emit)
        else:
            reason = self.reason.text()
            self.write(
                lambda store: store.change_subject(subject.subject_id, reason=reason, **values),
                self.saved.emit,
            )

    def _add(self, text: str, field: QWidget) -> None:
        field.setAccessibleName(text.replace("&", ""))
        self.form.addRow(text, field)
        if isinstance(field, QLineEdit):
            self.unprintable.watch(field)
