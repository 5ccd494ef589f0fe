"""Consents: what a person allowed to be made of their photographs, and its withdrawal.

Rules:
    * In a media production no run is queued and none starts on a photograph whose person has no consent that holds
      today; a photograph of nobody named has none.
    * A consent is never changed. It is withdrawn, once, with a reason; what was handed out before is then to be
      recalled (:mod:`forensic_app.workflows.consents`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.errors import ConsentMissing, InvalidInput
from forensic_app.records import CaseKind, Consent, ConsentPurpose
from forensic_app.store import fields
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.cases import case_id_of, open_case
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.mapping import record_of
from forensic_app.store.refusals import not_found, refuse_removed
from forensic_app.store.tables import CaseRow, ConsentRow, ExhibitRow, SubjectRow

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class ConsentRecords(StoreBase):
    """The part of the case store that keeps consents."""

    def record_consent(
        self,
        subject_id: str,
        *,
        purpose: ConsentPurpose,
        given_by: str,
        scope: str,
        valid_until: str,
        medium: str = "",
        document: str = "",
    ) -> Consent:
        """Record what a person consented to; event ``consent_recorded``.

        Args:
            subject_id: The person shown.
            purpose: To be shown in a medium, or to be drawn upon for the face of a relative.
            given_by: Who gave it.
            scope: What may be made.
            valid_until: Last day, ``YYYY-MM-DD``.
            medium: Where it may be shown; required for that purpose.
            document: Where the signed paper lies, or its SHA-256.

        Raises:
            InvalidInput: A value is empty or malformed, or the day is past; the case is closed, the person withdrawn.
            RecordNotFound: There is no such person.
        """
        wanted = fields.member("purpose", ConsentPurpose, purpose)
        values = {
            "purpose": wanted.value,
            "given_by": fields.line("name of who consents", given_by, is_required=True),
            "scope": fields.line("scope", scope, is_required=True),
            "medium": fields.line("medium", medium, is_required=wanted is ConsentPurpose.MEDIA),
            "valid_until": self._last_day(valid_until),
            "document": fields.line("document", document),
        }
        with self._writing() as session:
            subject = session.get(SubjectRow, subject_id)
            if subject is None:
                raise not_found("subject", subject_id)
            refuse_removed(subject_id, subject.tombstone_reason)
            case_id = open_case(session, subject.case_id).case_id
            row = ConsentRow(
                consent_id=next_id(session, ConsentRow, "CN-"),
                case_id=case_id,
                subject_id=subject_id,
                examiner=self.examiner,
                recorded_at=self._clock(),
                withdrawn_at=None,
                withdrawal_reason="",
                **values,
            )
            session.add(row)
            details = {"subject_id": subject_id, **values}
            self._append_change(session, "consent_recorded", row, case_id=case_id, details=details)
            return record_of(Consent, row)

    def withdraw_consent(self, consent_id: str, *, reason: str) -> Consent:
        """Record that a consent was withdrawn; event ``consent_withdrawn``.

        Raises:
            InvalidInput: No reason is given, or it was withdrawn already.
            RecordNotFound: There is no such consent.
        """
        why = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            row = _consent_row(session, consent_id)
            if row.withdrawn_at is not None:
                raise InvalidInput(
                    f"The consent {consent_id} was withdrawn already.", "Nothing is to be done."
                )
            row.withdrawn_at = self._clock()
            row.withdrawal_reason = why
            details = {"subject_id": row.subject_id, "reason": why}
            self._append_change(session, "consent_withdrawn", row, case_id=row.case_id, details=details)
            return record_of(Consent, row)

    def consent(self, consent_id: str) -> Consent:
        """Return a consent, also one that was withdrawn.

        Raises:
            RecordNotFound: There is none.
        """
        with self._reading() as session:
            return record_of(Consent, _consent_row(session, consent_id))

    def consents(self, case_id: str) -> list[Consent]:
        """Return the consents of a case (number or identifier), oldest first, withdrawn ones too.

        Raises:
            RecordNotFound: There is no such case.
        """
        with self._reading() as session:
            case = case_id_of(session, case_id)
            query = select(ConsentRow).where(ConsentRow.case_id == case).order_by(ConsentRow.consent_id)
            rows = session.scalars(query).all()
            refuse_missing(session, ConsentRow, rows, column="case_id", value=case)
            return [record_of(Consent, row) for row in rows]

    def consent_that_holds(self, subject_id: str, purpose: ConsentPurpose) -> Consent | None:
        """Return the consent of a person for a purpose that holds today and does so longest, if there is one."""
        with self._reading() as session:
            return holding(_consents_of(session, subject_id), purpose, self._clock().astimezone().date())

    def _last_day(self, text: str) -> str:
        day = fields.partial_date("last day of the consent", text)
        if not _DAY.fullmatch(day):
            raise InvalidInput(
                "A consent needs the last day on which it holds.", "Give it as a day, such as 2027-12-31."
            )
        if day < self._clock().astimezone().date().isoformat():
            raise InvalidInput(
                f"The consent ended on {day} already.", "Ask for a new one, or correct the day."
            )
        return day


def holding(consents: Iterable[Consent], purpose: ConsentPurpose, today: date) -> Consent | None:
    """Return the consent for ``purpose`` that holds on ``today`` and does so longest, ``None`` without one."""
    found = [
        each
        for each in consents
        if each.purpose is purpose and each.withdrawn_at is None and each.valid_until >= today.isoformat()
    ]
    return max(found, key=lambda each: (each.valid_until, each.consent_id), default=None)


def refuse_without_consent(session: Session, case: CaseRow, exhibit_id: str, today: date) -> Consent | None:
    """Return the consent under which a photograph is worked on, ``None`` outside of media productions.

    Raises:
        ConsentMissing: There is none; it ended, or was withdrawn.
    """
    if case.kind != CaseKind.MEDIA_PRODUCTION:
        return None
    exhibit = session.get(ExhibitRow, exhibit_id)
    subject_id = None if exhibit is None else exhibit.subject_id
    if exhibit is None or subject_id is None:
        raise ConsentMissing(
            f"Nobody is named as the person in {exhibit_id}, and a media production needs the person's consent.",
            "Say whom the photograph shows, and record that person's consent.",
        )
    consents = _consents_of(session, subject_id)
    found = holding(consents, ConsentPurpose.MEDIA, today)
    if found is None:
        raise ConsentMissing(
            f"{_why_none(consents, subject_id)} {case.case_number} is a media production: no run starts without it.",
            f"Record it once it is signed: forensic-app consent record {subject_id} --medium ... --until DAY.",
        )
    return found


def _why_none(consents: Iterable[Consent], subject_id: str) -> str:
    media = [each for each in consents if each.purpose is ConsentPurpose.MEDIA]
    if not media:
        return f"No consent of {subject_id} is recorded."
    last = media[-1]
    if last.withdrawn_at is not None:
        return f"The consent {last.consent_id} of {subject_id} was withdrawn."
    return f"The consent {last.consent_id} of {subject_id} ended on {last.valid_until}."


def _consents_of(session: Session, subject_id: str) -> list[Consent]:
    query = select(ConsentRow).where(ConsentRow.subject_id == subject_id).order_by(ConsentRow.consent_id)
    rows = session.scalars(query).all()
    refuse_missing(session, ConsentRow, rows, column="subject_id", value=subject_id)
    return [record_of(Consent, row) for row in rows]


def _consent_row(session: Session, consent_id: str) -> ConsentRow:
    row = session.get(ConsentRow, consent_id)
    if row is None:
        raise not_found("consent", consent_id)
    return row
