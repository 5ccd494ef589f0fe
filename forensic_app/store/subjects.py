"""Subjects: the persons that cases are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.records import Sex, Subject, SubjectDescription
from forensic_app.store import fields, search
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.cases import case_id_of, open_case
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.mapping import record_of
from forensic_app.store.refusals import not_found, refuse_removed, refuse_unknown
from forensic_app.store.tables import SubjectRow

_SUBJECT_FIELDS = ("name", "aliases", "sex", "birth_date", "last_seen", "last_seen_place", "description")


class SubjectRecords(StoreBase):
    """The part of the case store that keeps subjects."""

    def add_subject(
        self,
        *,
        case: str,
        name: str,
        aliases: Iterable[str] = (),
        sex: Sex = Sex.UNKNOWN,
        birth_date: str = "",
        last_seen: str = "",
        last_seen_place: str = "",
        description: SubjectDescription | None = None,
    ) -> Subject:
        """Add a person to a case; event ``subject_added``.

        Raises:
            InvalidInput: A value is empty or malformed, or the case is closed or removed.
            RecordNotFound: There is no such case.
        """
        values = _subject_values(
            {
                "name": name,
                "aliases": aliases,
                "sex": sex,
                "birth_date": birth_date,
                "last_seen": last_seen,
                "last_seen_place": last_seen_place,
                "description": description or SubjectDescription(),
            }
        )
        with self._writing() as session:
            case_id = open_case(session, case).case_id
            row = SubjectRow(
                subject_id=next_id(session, SubjectRow, "S-"),
                case_id=case_id,
                tombstone_reason=None,
                **values,
            )
            session.add(row)
            self._append_change(session, "subject_added", row, case_id=case_id)
            _index_subject(session, row)
            return record_of(Subject, row)

    def subject(self, subject_id: str) -> Subject:
        """Return a subject, also one that was removed.

        Raises:
            RecordNotFound: There is none.
        """
        with self._reading() as session:
            return record_of(Subject, _subject_row(session, subject_id))

    def subjects(self, case_id: str, *, include_removed: bool = False) -> list[Subject]:
        """Return the subjects of a case (number or identifier) in the order they were added.

        Raises:
            RecordNotFound: There is no such case.
        """
        with self._reading() as session:
            case = case_id_of(session, case_id)
            query = select(SubjectRow).where(SubjectRow.case_id == case).order_by(SubjectRow.subject_id)
            rows = session.scalars(query).all()
            refuse_missing(session, SubjectRow, rows, column="case_id", value=case)
            return [
                record_of(Subject, row) for row in rows if include_removed or row.tombstone_reason is None
            ]

    def change_subject(self, subject_id: str, *, reason: str, **changes: Any) -> Subject:
        """Amend any field given to :meth:`add_subject`; event ``subject_changed`` keeps both states.

        Args:
            subject_id: The subject.
            reason: Why, for the record.
            changes: New values by name; a ``description`` takes the place of the whole former one.

        Raises:
            InvalidInput: No reason is given, a field does not exist or a value is malformed, or the subject was
                removed.
            RecordNotFound: There is no such subject.
        """
        refuse_unknown(changes, _SUBJECT_FIELDS)
        values = _subject_values(changes)
        why = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            row = _subject_row(session, subject_id)
            refuse_removed(row.subject_id, row.tombstone_reason)
            if self._amend(session, "subject_changed", row, values, case_id=row.case_id, reason=why):
                _index_subject(session, row)
            return record_of(Subject, row)


def _subject_row(session: Session, subject_id: str) -> SubjectRow:
    row = session.get(SubjectRow, subject_id)
    if row is None:
        raise not_found("subject", subject_id)
    return row


def _subject_values(given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        label = name.replace("_", " ")
        if name == "aliases":
            values[name] = [alias for each in value if (alias := fields.line("alias", each))]
        elif name == "sex":
            values[name] = fields.member("sex", Sex, value).value
        elif name == "description":
            values[name] = {key: text for key, text in asdict(value).items() if text}
        elif name in ("birth_date", "last_seen"):
            values[name] = fields.partial_date(label, value)
        else:
            values[name] = fields.line(label, value, is_required=name == "name")
    return values


def texts_of_subject(row: SubjectRow) -> tuple[str, ...]:
    """Return the texts by which a subject is found."""
    return (row.name, *row.aliases, row.last_seen_place, *row.description.values())


def _index_subject(session: Session, row: SubjectRow) -> None:
    texts = texts_of_subject(row)
    search.put(session.connection(), case_id=row.case_id, subject_id=row.subject_id, texts=texts)
