"""Who is a relative of a person: recorded with its source, and taken back with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from forensic_app.records import Case, CaseStatus, ConsentPurpose, Kinship, Relationship, Subject
from ui.desk import Desk
from ui.widgets.basics import Banner, button, label
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.form_dialog import FormDialog
from ui.widgets.plain import list_item, plain
from ui.wording import kinship_words, time_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore


class RelativesDialog(QDialog):
    """The recorded relatives of one person, those that were taken back too."""

    def __init__(self, desk: Desk, case: Case, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._case, self._subject = desk, case, subject
        self._relatives: list[Relationship] = []
        self._people: dict[str, Subject] = {}
        self._in_case: list[Subject] = []
        title = self.tr("Relatives of {name}").format(name=subject.name)
        self.setWindowTitle(title)
        self.banner = Banner()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Relatives"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._refresh)
        self.record_button = button(self.tr("Record a relative…"), self.record, icon="add", theme=desk.theme)
        self.withdraw_button = button(self.tr("Take back…"), self.withdraw, kind="danger")
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.record_button)
        row.addWidget(self.withdraw_button)
        row.addStretch(1)
        meaning = self.tr(
            "A run may be drawn towards photographs of recorded relatives, each only under that person's own consent. "
            "Both are subjects of this case."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(title, "heading", wraps=True))
        column.addWidget(label(meaning, "muted", wraps=True))
        column.addWidget(self.banner)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        column.addWidget(closing)
        fit(self, 620, 440)
        desk.session.changed.connect(self.reload)
        self._refresh()
        self.reload()

    def reload(self) -> None:
        """Read the relatives again."""
        subject_id, case_id = self._subject.subject_id, self._case.case_id

        def work(store: CaseStore) -> tuple[list[Relationship], list[Subject], dict[str, Subject], set[str]]:
            known = store.relationships(subject_id, include_removed=True)
            people = {each.relative_id: store.subject(each.relative_id) for each in known}
            purpose = ConsentPurpose.RELATIVES
            holding = {name for name in people if store.consent_that_holds(name, purpose) is not None}
            return known, store.subjects(case_id), people, holding

        self._desk.session.read(work, self, lambda found: self._show(*found))

    def record(self) -> None:
        """Ask who is a relative and record it."""
        held = {each.relative_id for each in self._relatives if each.tombstone_reason is None}
        taken = held | {self._subject.subject_id}
        others = [each for each in self._in_case if each.subject_id not in taken]
        if not others:
            self.banner.say(
                self.tr("There is nobody else in this case. Add the relative as a subject first."), "warning"
            )
            return
        self.banner.say("")
        RecordRelativeDialog(self._desk, self._subject, others, self).open()

    def withdraw(self) -> None:
        """Take the selected relationship back."""
        relationship = self.current()
        if relationship is not None:
            name = self._people[relationship.relative_id].name
            TakeBackRelativeDialog(self._desk, relationship, name, self).open()

    def current(self) -> Relationship | None:
        """Return the selected relationship."""
        row = self.list.currentRow()
        return self._relatives[row] if 0 <= row < len(self._relatives) else None

    def _show(
        self,
        known: list[Relationship],
        in_case: list[Subject],
        people: dict[str, Subject],
        holding: set[str],
    ) -> None:
        row = max(self.list.currentRow(), 0)
        self._in_case = in_case
        self._relatives, self._people = list(reversed(known)), people
        self.list.clear()
        for each in self._relatives:
            head = (
                f"{each.relationship_id}  ·  {kinship_words(each.kinship)}: {people[each.relative_id].name}"
            )
            if each.tombstone_reason is not None:
                state = self.tr("taken back: {reason}").format(reason=each.tombstone_reason)
            elif each.relative_id in holding:
                state = self.tr("consent holds")
            else:
                state = self.tr("no consent that holds: photographs cannot be chosen")
            said = self.tr("{source}  ·  recorded by {examiner}, {time}").format(
                source=each.source, examiner=each.examiner, time=time_words(each.recorded_at)
            )
            self.list.addItem(list_item(self._desk.theme.icon("person"), head, said, state))
        self.list.setCurrentRow(min(row, len(self._relatives) - 1))
        self._refresh()

    def _refresh(self) -> None:
        relationship = self.current()
        can_write = not self._desk.session.is_read_only
        self.record_button.setEnabled(can_write and self._case.status is CaseStatus.OPEN)
        self.withdraw_button.setEnabled(
            can_write and relationship is not None and relationship.tombstone_reason is None
        )


class RecordRelativeDialog(FormDialog):
    """Asks who, what that person is, and where that is known from."""

    def __init__(
        self, desk: Desk, subject: Subject, others: list[Subject], parent: QWidget | None = None
    ) -> None:
        super().__init__(desk.session, parent)
        self._subject_id = subject.subject_id
        self.name(self.tr("Relative of {name}").format(name=subject.name), self.tr("Record the relative"))
        self.person, self.kinship, self.source = Combo(), Combo(), QLineEdit()
        for each in others:
            self.person.addItem(plain(f"{each.name} ({each.subject_id})"), each.subject_id)
        for kinship in Kinship:
            self.kinship.addItem(kinship_words(kinship), kinship)
        self.source.setPlaceholderText(self.tr("Where that is known from, such as a register"))
        for text, widget in (
            (self.tr("&Person"), self.person),
            (self.tr("&Is the"), self.kinship),
            (self.tr("&Source"), self.source),
        ):
            self.form.addRow(text, widget)
            widget.setAccessibleName(text.replace("&", ""))
        self.unprintable.watch(self.source)
        fit(self, 520, 280)
        self.person.setFocus()

    def save(self) -> None:
        """Record the relative."""
        subject_id, relative_id = self._subject_id, str(self.person.currentData())
        kinship, source = Kinship(self.kinship.currentData()), self.source.text()
        self.write(
            lambda store: store.record_relationship(
                subject_id, relative_id=relative_id, kinship=kinship, source=source
            )
        )


class TakeBackRelativeDialog(FormDialog):
    """Asks why what was recorded of a relative is taken back."""

    def __init__(
        self, desk: Desk, relationship: Relationship, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(desk.session, parent)
        self._relationship_id = relationship.relationship_id
        title = self.tr("Take back: {kinship} {name}")
        self.name(title.format(kinship=kinship_words(relationship.kinship), name=name), self.tr("Take back"))
        self.be_permanent()
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("Kept in the record and in the custody log"))
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.textChanged.connect(self._refresh)
        self.unprintable.watch(self.reason)
        meaning = self.tr(
            "The record stays, with your name, the time and the reason. No run is drawn towards this person's "
            "photographs any more; runs that were stay as they are."
        )
        self.form.addRow(label(meaning, "muted", wraps=True))
        self.form.addRow(self.tr("&Reason"), self.reason)
        fit(self, 520, 280)
        self.reason.setFocus()
        self._refresh()

    def save(self) -> None:
        """Record that it was taken back."""
        name, reason = self._relationship_id, self.reason.text()
        self.write(lambda store: store.remove_relationship(name, reason=reason))

    def _refresh(self) -> None:
        self.save_button.setEnabled(bool(self.reason.text().strip()))
