"""The case at a glance: facts, subjects, and what their records lack."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Case, CaseStatus, Subject
from forensic_app.workflows.completeness import Completeness, namus, yellow_notice
from ui.cases.consents_dialog import ConsentsDialog
from ui.cases.relatives_dialog import RelativesDialog
from ui.cases.timeline import GlanceCard
from ui.desk import Desk
from ui.evidence.contradiction_words import words_about
from ui.evidence.subject_dialog import SubjectDialog, subject_rows
from ui.evidence.withdraw_dialog import WithdrawDialog
from ui.widgets.basics import Banner, Card, button, clear, label, scrolled, set_property
from ui.widgets.page import Page
from ui.widgets.plain import list_item
from ui.widgets.wrapping import FoldingColumns, WrappingRow
from ui.wording import sex_words, time_words


class OverviewView(Page):
    """Facts and subjects of a case.

    Signals:
        exhibits_wanted: Show the photographs.
    """

    exhibits_wanted = Signal()

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk = desk
        self._case = case
        self._subjects: list[Subject] = []
        self._exhibits: list[Any] = []
        self._facts = QFormLayout()
        self.subjects = QListWidget()
        self.subjects.setAccessibleName(self.tr("Subjects"))
        self.subjects.setWordWrap(True)
        self.subjects.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.subjects.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.subjects.currentRowChanged.connect(self._show_subject)
        self.subjects.itemActivated.connect(lambda _: self.edit_subject())
        self.add_button = button(
            self.tr("Add subject…"), self.add_subject, icon="add", theme=desk.theme, tip="Ctrl+Shift+S"
        )
        self.edit_button = button(self.tr("Edit…"), self.edit_subject, icon="edit", theme=desk.theme)
        self.withdraw_button = button(self.tr("Withdraw…"), self.withdraw_subject, kind="danger")
        self.consents_button = button(self.tr("Consents…"), self.show_consents)
        self.relatives_button = button(self.tr("Relatives…"), self.show_relatives)
        self.contradictions = Banner()
        self.glance = GlanceCard(desk)
        self._details = QFormLayout()
        self._meters = QVBoxLayout()
        self._lay_out()
        self.show_case(case)

    def show_case(self, case: Case) -> None:
        """Show the facts of the case."""
        self._case = case
        clear(self._facts)
        for name, value in (
            (self.tr("Agency"), case.agency),
            (self.tr("Authorization"), case.authorization),
            (self.tr("Opened"), time_words(case.created_at)),
            (self.tr("Case id"), case.case_id),
        ):
            self._facts.addRow(label(name, "muted"), label(value or "–", wraps=True, selectable=True))
        self._refresh_buttons()

    def first_stops(self) -> tuple[QWidget, ...]:
        """Return the list of subjects, or the button that adds the first."""
        return (self.subjects, self.add_button)

    def reload(self) -> None:
        """Read subjects and exhibits again."""
        case_id = self._case.case_id
        self._desk.session.read(
            lambda store: (store.subjects(case_id), store.exhibits(case_id)), self, self._show_records
        )

    def add_subject(self) -> None:
        """Ask for a person and add it."""
        SubjectDialog(self._desk, self._case, parent=self).open()

    def edit_subject(self) -> None:
        """Edit the selected person."""
        subject = self.current()
        if subject is not None:
            SubjectDialog(self._desk, self._case, subject, parent=self).open()

    def withdraw_subject(self) -> None:
        """Withdraw the selected person."""
        subject = self.current()
        if subject is not None:
            WithdrawDialog(self._desk, subject, self).open()

    def show_consents(self) -> None:
        """Show what the selected person consented to."""
        subject = self.current()
        if subject is not None:
            ConsentsDialog(self._desk, self._case, subject, self).open()

    def show_relatives(self) -> None:
        """Show who is recorded as a relative of the selected person."""
        subject = self.current()
        if subject is not None:
            RelativesDialog(self._desk, self._case, subject, self).open()

    def current(self) -> Subject | None:
        """Return the selected person."""
        row = self.subjects.currentRow()
        return self._subjects[row] if 0 <= row < len(self._subjects) else None

    def _lay_out(self) -> None:
        facts = Card(self.tr("Case"))
        self._facts.setHorizontalSpacing(18)
        facts.body.addLayout(self._facts)
        people = Card(self.tr("Subjects"))
        people.top.addWidget(self.edit_button)
        people.top.addWidget(self.add_button)
        people.body.addWidget(self.subjects, 1)
        self._no_subject = label(
            self.tr(
                "Nobody yet. Add the person concerned: name, date of birth and description feed the captions."
            ),
            "muted",
            wraps=True,
        )
        people.body.addWidget(self._no_subject)
        self._person = Card(self.tr("Description"))
        self._details.setHorizontalSpacing(18)
        self._person.top.addWidget(self.withdraw_button)
        acts = WrappingRow()
        acts.addWidget(self.relatives_button)
        acts.addWidget(self.consents_button)
        acts.addStretch(1)
        self._person.body.addWidget(acts)
        self._person.body.addWidget(self.contradictions)
        self._person.body.addLayout(self._details)
        self._person.body.addStretch(1)
        self._completeness = Card(self.tr("Completeness"))
        self._completeness.body.addWidget(
            label(
                self.tr("A checklist of what the two systems ask for. It files nothing."), "muted", wraps=True
            )
        )
        self._completeness.body.addLayout(self._meters)
        self._completeness.body.addStretch(1)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(facts)
        column.addWidget(people, 1)
        columns = FoldingColumns(14)
        for each in (first, self._person, self._completeness):
            columns.addWidget(each, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(self.glance)
        column.addWidget(columns, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _show_records(self, records: tuple[list[Subject], list[Any]]) -> None:
        row = max(self.subjects.currentRow(), 0)
        self._subjects, self._exhibits = records
        self.subjects.clear()
        for subject in self._subjects:
            count = sum(exhibit.subject_id == subject.subject_id for exhibit in self._exhibits)
            born = self.tr("born {date}").format(date=subject.birth_date) if subject.birth_date else ""
            photos = (
                self.tr("1 photograph") if count == 1 else self.tr("{count} photographs").format(count=count)
            )
            facts = "  ·  ".join(each for each in (sex_words(subject.sex), born) if each)
            item = list_item(self._desk.theme.icon("person"), subject.name, facts, photos)
            self.subjects.addItem(item)
        self._no_subject.setVisible(not self._subjects)
        self.subjects.setVisible(bool(self._subjects))
        self.subjects.setCurrentRow(min(row, len(self._subjects) - 1))
        self._show_subject()

    def _show_subject(self) -> None:
        subject = self.current()
        self._look(subject)
        clear(self._details)
        clear(self._meters)
        self._person.setVisible(subject is not None)
        self._completeness.setVisible(subject is not None)
        self._refresh_buttons()
        if subject is None:
            return
        for name, value in subject_rows(subject):
            self._details.addRow(
                label(name, "muted"),
                label(value or "–", "" if value else "muted", wraps=True, selectable=True),
            )
        exhibits = [each for each in self._exhibits if each.subject_id == subject.subject_id]
        self.contradictions.say(words_about(subject, exhibits), "warning")
        for meter in (yellow_notice(self._case, subject, exhibits), namus(self._case, subject, exhibits)):
            self._meters.addWidget(self._meter(meter))

    def _look(self, subject: Subject | None) -> None:
        """Read what is seen of a person at first sight, and show it while the person is still chosen."""
        from forensic_app.workflows.timeline import glance

        case = self._case

        def show(seen: Any) -> None:
            if self.current() == subject:
                self.glance.show_glance(case, subject, seen)

        self._desk.session.read(lambda store: glance(store, case, subject), self, show)

    def _meter(self, meter: Completeness) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 6, 0, 10)
        done, of = len(meter.present), len(meter.present) + len(meter.missing)
        row = QHBoxLayout()
        row.addWidget(label(meter.notice, "subheading"))
        row.addStretch(1)
        row.addWidget(label(self.tr("{done} of {of}").format(done=done, of=of), "muted"))
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setRange(0, of)
        bar.setValue(done)
        bar.setAccessibleName(
            self.tr("{notice}: {done} of {of}").format(notice=meter.notice, done=done, of=of)
        )
        set_property(bar, "meter", "warning" if meter.missing else "good")
        missing = (
            self.tr("Missing: {fields}").format(fields=", ".join(meter.missing))
            if meter.missing
            else self.tr("Nothing is missing.")
        )
        column.addLayout(row)
        column.addWidget(bar)
        column.addWidget(label(missing, "muted", wraps=True))
        return made

    def _refresh_buttons(self) -> None:
        can_write = not self._desk.session.is_read_only and self._case.status is CaseStatus.OPEN
        self.add_button.setEnabled(can_write)
        self.edit_button.setEnabled(not self._desk.session.is_read_only and self.current() is not None)
        self.withdraw_button.setEnabled(self.edit_button.isEnabled())
