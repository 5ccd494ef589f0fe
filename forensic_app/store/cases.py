"""Cases, search and tombstones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from forensic_app.errors import DuplicateRecord, InvalidInput
from forensic_app.records import Case, CaseKind, CaseStatus, RunStatus, Subject
from forensic_app.store import fields, search
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.known_log import refuse_missing, refuse_missing_keys, refuse_other_answers
from forensic_app.store.mapping import record_of
from forensic_app.store.refusals import not_found, refuse_removed, refuse_unknown
from forensic_app.store.search import SearchHit
from forensic_app.store.tables import CaseRow, ExhibitRow, RunRow, SubjectRow

_CASE_FIELDS = ("title", "kind", "agency", "authorization")
_Removable = CaseRow | SubjectRow | ExhibitRow
_REMOVABLE: dict[str, type[_Removable]] = {
    "case": CaseRow,
    "subject": SubjectRow,
    "exhibit": ExhibitRow,
}


class CaseRecords(StoreBase):
    """The part of the case store that keeps cases, finds records and removes them."""

    def create_case(
        self, *, number: str, title: str, kind: CaseKind, agency: str = "", authorization: str = ""
    ) -> Case:
        """Open a case; event ``case_created``.

        Args:
            number: The agency's case number, unique in the casebook whatever its case.
            title: What it is about.
            kind: Missing person, cold case, or media production.
            agency: Who investigates.
            authorization: Legal basis or consent.

        Raises:
            InvalidInput: A value is empty or malformed.
            DuplicateRecord: The number is in use.
        """
        case_number = fields.line("case number", number, is_required=True)
        values = _case_values(
            {"title": title, "kind": kind, "agency": agency, "authorization": authorization}
        )
        with self._writing() as session:
            found = session.scalars(select(CaseRow).where(CaseRow.case_number == case_number)).all()
            refuse_other_answers(session, CaseRow, found, case_number, "case_number")
            for taken in found:
                raise DuplicateRecord(
                    f"The case number {case_number} is in use: {taken.title or taken.case_id}.",
                    "Open that case, or choose another number.",
                )
            row = CaseRow(
                case_id=next_id(session, CaseRow, "C-"),
                case_number=case_number,
                status=CaseStatus.OPEN.value,
                created_at=self._clock(),
                tombstone_reason=None,
                **values,
            )
            session.add(row)
            self._append_change(
                session, "case_created", row, case_id=row.case_id, details={"number": case_number}
            )
            _index_case(session, row)
            return record_of(Case, row)

    def case(self, number_or_id: str) -> Case:
        """Return a case by its number or identifier, also one that was removed.

        Raises:
            RecordNotFound: There is none.
            InvalidInput: One case has this number and another this identifier.
        """
        with self._reading() as session:
            return record_of(Case, _case_row(session, number_or_id))

    def cases(
        self,
        *,
        kind: CaseKind | None = None,
        status: CaseStatus | None = None,
        limit: int = 100,
        offset: int = 0,
        include_removed: bool = False,
    ) -> list[Case]:
        """Return cases, newest first."""
        query = select(CaseRow).order_by(CaseRow.created_at.desc(), CaseRow.case_id.desc())
        if kind is not None:
            query = query.where(CaseRow.kind == kind)
        if status is not None:
            query = query.where(CaseRow.status == status)
        if not include_removed:
            query = query.where(CaseRow.tombstone_reason.is_(None))
        with self._reading() as session:
            return [record_of(Case, row) for row in session.scalars(query.limit(limit).offset(offset))]

    def count_cases(self) -> int:
        """Return the number of cases that were not removed."""
        with self._reading() as session:
            query = select(func.count()).select_from(CaseRow).where(CaseRow.tombstone_reason.is_(None))
            return session.scalars(query).one()

    def change_case(self, case_id: str, **changes: Any) -> Case:
        """Amend ``title``, ``kind``, ``agency`` or ``authorization`` of a case.

        The event ``case_changed`` keeps the state before and after.

        Raises:
            InvalidInput: A field does not exist or a value is malformed, or the case was removed.
            RecordNotFound: There is no such case.
        """
        refuse_unknown(changes, _CASE_FIELDS)
        values = _case_values(changes)
        with self._writing() as session:
            row = _case_row(session, case_id)
            refuse_removed(row.case_id, row.tombstone_reason)
            _refuse_other_use(row, values.get("kind", row.kind))
            if self._amend(session, "case_changed", row, values, case_id=row.case_id):
                _index_case(session, row)
            return record_of(Case, row)

    def close_case(self, case_id: str, reason: str) -> Case:
        """Close a case; event ``case_closed`` with the reason.

        Raises:
            InvalidInput: No reason is given, or the case is closed or removed.
            RecordNotFound: There is no such case.
        """
        return self._set_status(case_id, CaseStatus.CLOSED, "case_closed", reason)

    def reopen_case(self, case_id: str, reason: str) -> Case:
        """Open a closed case again; event ``case_reopened`` with the reason.

        Raises:
            InvalidInput: No reason is given, or the case is open or removed.
            RecordNotFound: There is no such case.
        """
        return self._set_status(case_id, CaseStatus.OPEN, "case_reopened", reason)

    def search(self, text: str, *, limit: int = 50) -> list[SearchHit]:
        """Return cases and subjects that match every word of ``text``, best first.

        Looks at case number, title, agency and authorization, and at names, aliases, places and descriptions.
        Each word may be the beginning of a longer one. Removed records are not found, nor is what the index alone has.
        """
        with self._reading() as session:
            found = search.find(session.connection(), text, limit=limit)
            wanted_cases = {case_id for case_id, _ in found}
            wanted = {subject_id for _, subject_id in found if subject_id}
            cases = {
                row.case_id: record_of(Case, row)
                for row in session.scalars(select(CaseRow).where(CaseRow.case_id.in_(wanted_cases)))
            }
            subjects = {
                row.subject_id: record_of(Subject, row)
                for row in session.scalars(select(SubjectRow).where(SubjectRow.subject_id.in_(wanted)))
            }
        return [
            SearchHit(cases[case_id], subjects[subject_id] if subject_id else None)
            for case_id, subject_id in found
            if case_id in cases and (not subject_id or subject_id in subjects)
        ]

    def remove(self, object_type: str, object_id: str, reason: str) -> None:
        """Withdraw a ``case``, ``subject`` or ``exhibit``: a tombstone is put on it, nothing is deleted.

        Raises:
            InvalidInput: Such records cannot be withdrawn, no reason is given, it was withdrawn before, a run on the
                exhibit has not ended, or exhibits show the subject.
            RecordNotFound: There is no such record.
        """
        if object_type not in _REMOVABLE:
            raise InvalidInput(
                f"A {object_type.replace('_', ' ')} cannot be withdrawn.",
                "Runs, derived images and reports stay; explain in a new report what is wrong with them.",
            )
        given = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            row = cast("_Removable | None", session.get(_REMOVABLE[object_type], object_id))
            if row is None:
                raise not_found(object_type, object_id)
            refuse_removed(object_id, row.tombstone_reason)
            _refuse_in_use(session, row)
            row.tombstone_reason = given
            self._append_change(
                session, f"{object_type}_removed", row, case_id=row.case_id, details={"reason": given}
            )
            _forget(session, row)

    def _set_status(self, case_id: str, status: CaseStatus, action: str, reason: str) -> Case:
        given = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            row = _case_row(session, case_id)
            refuse_removed(row.case_id, row.tombstone_reason)
            if row.status == status:
                raise InvalidInput(
                    f"The case {row.case_number} is {status} already.", "Nothing needs to be done."
                )
            row.status = status.value
            self._append_change(session, action, row, case_id=row.case_id, details={"reason": given})
            return record_of(Case, row)


def _refuse_other_use(row: CaseRow, kind: str) -> None:
    """Refuse to make a production of an investigation or the other way round: other rules hold in each.

    Raises:
        InvalidInput: That is asked for.
    """
    production = CaseKind.MEDIA_PRODUCTION.value
    if row.kind != kind and production in (row.kind, kind):
        raise InvalidInput(
            f"The case {row.case_number} cannot become another use: a media production needs consents, an "
            "investigation an authorisation.",
            "Open a new case of the other kind.",
        )


def open_case(session: Session, number_or_id: str) -> CaseRow:
    """Return a case that new work may be added to.

    Raises:
        RecordNotFound: There is no such case.
        InvalidInput: It is closed or removed.
    """
    row = _case_row(session, number_or_id)
    refuse_removed(row.case_id, row.tombstone_reason)
    if row.status != CaseStatus.OPEN:
        raise InvalidInput(f"The case {row.case_number} is closed.", "Reopen it with a reason first.")
    return row


def case_id_of(session: Session, number_or_id: str) -> str:
    """Return the identifier of a case given by number or identifier.

    Raises:
        RecordNotFound: There is no such case.
    """
    return _case_row(session, number_or_id).case_id


def _case_row(session: Session, number_or_id: str) -> CaseRow:
    named = number_or_id.strip()
    query = select(CaseRow).where(or_(CaseRow.case_id == named, CaseRow.case_number == named))
    rows = session.scalars(query).all()
    refuse_other_answers(session, CaseRow, rows, named, "case_id", "case_number")
    if not rows:
        raise not_found("case", named)
    if len(rows) > 1:
        names = [row.case_number if row.case_id == named else row.case_id for row in rows]
        raise InvalidInput(
            f"{named} is the number of one case and the identifier of another.",
            f"Use one of: {', '.join(names)}.",
        )
    return rows[0]


def _case_values(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: fields.member("kind", CaseKind, value).value if name == "kind" else fields.line(name, value)
        for name, value in given.items()
    }


def texts_of_case(row: CaseRow) -> tuple[str, ...]:
    """Return the texts by which a case is found."""
    return (row.case_number, row.title, row.agency, row.authorization)


def _index_case(session: Session, row: CaseRow) -> None:
    search.put(session.connection(), case_id=row.case_id, subject_id=None, texts=texts_of_case(row))


def _refuse_in_use(session: Session, row: _Removable) -> None:
    """Refuse to withdraw what others go on with."""
    if isinstance(row, ExhibitRow):
        runs = []
        for status in (RunStatus.QUEUED.value, RunStatus.RUNNING.value):
            found = session.scalars(select(RunRow).where(RunRow.status == status)).all()
            refuse_missing(session, RunRow, found, column="status", value=status)
            runs += [run.run_id for run in found if run.exhibit_id == row.exhibit_id]
        if runs:
            raise InvalidInput(
                f"{', '.join(sorted(runs))} on the exhibit {row.exhibit_number} has not ended.",
                "Cancel it, or wait for its end.",
            )
    if isinstance(row, SubjectRow):
        exhibits = session.scalars(select(ExhibitRow).where(ExhibitRow.case_id == row.case_id)).all()
        refuse_missing(session, ExhibitRow, exhibits, column="case_id", value=row.case_id)
        shown = (each for each in exhibits if each.subject_id == row.subject_id)
        numbers = sorted(each.exhibit_number for each in shown if each.tombstone_reason is None)
        if numbers:
            raise InvalidInput(
                f"Exhibits show the subject {row.subject_id}: {', '.join(numbers)}.",
                "Move them to another subject (exhibit edit --subject), or withdraw them first.",
            )


def _forget(session: Session, row: _Removable) -> None:
    connection = session.connection()
    if isinstance(row, SubjectRow):
        search.remove(connection, case_id=row.case_id, subject_id=row.subject_id)
    if isinstance(row, CaseRow):
        search.remove(connection, case_id=row.case_id, subject_id=None)
        query = select(SubjectRow.subject_id).where(SubjectRow.case_id == row.case_id)
        subjects = session.scalars(query).all()
        refuse_missing_keys(session, SubjectRow, subjects, column="case_id", value=row.case_id)
        for subject_id in subjects:
            search.remove(connection, case_id=row.case_id, subject_id=subject_id)
