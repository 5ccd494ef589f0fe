"""Who is a relative of whom, as recorded in a case.

Rules:
    * Both are subjects of one case; a relationship is never changed, it is taken back with a reason.
    * A relative's photographs are drawn upon for somebody else's face only under the relative's own consent
      (:mod:`forensic_app.store.consents`).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.errors import DuplicateRecord, InvalidInput
from forensic_app.records import Kinship, Relationship
from forensic_app.store import fields
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.cases import open_case
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.mapping import record_of
from forensic_app.store.refusals import not_found, refuse_removed
from forensic_app.store.tables import RelationshipRow, SubjectRow


class RelationshipRecords(StoreBase):
    """The part of the case store that keeps who is a relative of whom."""

    def record_relationship(
        self, subject_id: str, *, relative_id: str, kinship: Kinship, source: str
    ) -> Relationship:
        """Record that somebody is a relative of a person; event ``relationship_recorded``.

        Args:
            subject_id: The person.
            relative_id: The relative, a subject of the same case.
            kinship: What the relative is to the person.
            source: Where that is known from.

        Raises:
            DuplicateRecord: It is recorded already.
            InvalidInput: A value is empty or malformed, both are one person or of two cases, one was withdrawn, or the
                case is closed.
            RecordNotFound: There is no such person.
        """
        values = {
            "subject_id": subject_id,
            "relative_id": relative_id,
            "kinship": fields.member("kinship", Kinship, kinship).value,
            "source": fields.line("source", source, is_required=True),
        }
        if subject_id == relative_id:
            raise InvalidInput("Nobody is a relative of themselves.", "Name two people.")
        with self._writing() as session:
            person, relative = (_person(session, each) for each in (subject_id, relative_id))
            if person.case_id != relative.case_id:
                raise InvalidInput(
                    f"{subject_id} and {relative_id} belong to two cases.",
                    "Add the relative to the same case.",
                )
            case_id = open_case(session, person.case_id).case_id
            for known in _relationships_of(session, subject_id):
                if known.relative_id == relative_id and known.tombstone_reason is None:
                    raise DuplicateRecord(
                        f"{relative_id} is recorded as the {known.kinship} of {subject_id}.",
                        f"Take {known.relationship_id} back first if that is wrong.",
                    )
            row = RelationshipRow(
                relationship_id=next_id(session, RelationshipRow, "RL-"),
                case_id=case_id,
                examiner=self.examiner,
                recorded_at=self._clock(),
                tombstone_reason=None,
                **values,
            )
            session.add(row)
            self._append_change(session, "relationship_recorded", row, case_id=case_id, details=values)
            return record_of(Relationship, row)

    def remove_relationship(self, relationship_id: str, *, reason: str) -> Relationship:
        """Take a relationship back; event ``relationship_removed``.

        Raises:
            InvalidInput: No reason is given, or it was taken back already.
            RecordNotFound: There is no such relationship.
        """
        why = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            row = session.get(RelationshipRow, relationship_id)
            if row is None:
                raise not_found("relationship", relationship_id)
            refuse_removed(relationship_id, row.tombstone_reason)
            row.tombstone_reason = why
            self._append_change(
                session, "relationship_removed", row, case_id=row.case_id, details={"reason": why}
            )
            return record_of(Relationship, row)

    def relationships(self, subject_id: str, *, include_removed: bool = False) -> list[Relationship]:
        """Return the relatives of a person, oldest record first.

        Raises:
            RecordNotFound: There is no such person.
        """
        with self._reading() as session:
            if session.get(SubjectRow, subject_id) is None:
                raise not_found("subject", subject_id)
            found = _relationships_of(session, subject_id)
            return [each for each in found if include_removed or each.tombstone_reason is None]


def _relationships_of(session: Session, subject_id: str) -> list[Relationship]:
    query = (
        select(RelationshipRow)
        .where(RelationshipRow.subject_id == subject_id)
        .order_by(RelationshipRow.relationship_id)
    )
    rows = session.scalars(query).all()
    refuse_missing(session, RelationshipRow, rows, column="subject_id", value=subject_id)
    return [record_of(Relationship, row) for row in rows]


def _person(session: Session, subject_id: str) -> SubjectRow:
    row = session.get(SubjectRow, subject_id)
    if row is None:
        raise not_found("subject", subject_id)
    refuse_removed(subject_id, row.tombstone_reason)
    return row
