"""Reports, the custody log and its checkpoints."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from forensic_app.errors import DuplicateRecord, EvidenceAltered, RecordNotFound
from forensic_app.records import Checkpoint, CustodyEvent, Report
from forensic_app.store import fields
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.cases import case_id_of
from forensic_app.store.known_log import (
    refuse_missing,
    refuse_missing_events,
    refuse_missing_heads,
    refuse_other_answers,
)
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import CaseRow, CheckpointRow, CustodyEventRow, ReportRow

SHA256_LENGTH = 64
_PART_OF_DIGEST = re.compile(r"[0-9a-f]{6,64}")


class LogRecords(StoreBase):
    """The part of the case store that keeps reports, events and checkpoints."""

    def next_report_number(self, case_id: str) -> str:
        """Return the number for the next report of a case: case number and a running number.

        Raises:
            RecordNotFound: There is no such case.
        """
        with self._reading() as session:
            case = session.get_one(CaseRow, case_id_of(session, case_id))
            return f"{case.case_number}-REP-{len(_reports_of(session, case.case_id)) + 1:02d}"

    def add_report(
        self,
        *,
        case_id: str,
        report_number: str,
        path: Path,
        supersedes: str | None = None,
        reason: str = "",
        sha256: str | None = None,
        stated: Mapping[str, str | int] | None = None,
    ) -> Report:
        """Keep an issued report; event ``report_issued`` with its digest.

        Args:
            case_id: Number or identifier of the case.
            report_number: Unique in the casebook.
            path: The finished file; it is copied into the vault and stays where it is.
            supersedes: Identifier or number of the report that this one replaces; that one is kept.
            reason: What changed and why; required with ``supersedes``.
            sha256: Digest that the file must have, where it was made by the caller.
            stated: What the event says besides, such as the digest of the file before it was signed.

        Raises:
            EvidenceAltered: Another program changed the file meanwhile.
            InvalidInput: The file is missing, or a superseding report gives no reason.
            DuplicateRecord: The number is in use.
            RecordNotFound: There is no such case or superseded report.
            StoreUnavailable: The vault or the database cannot be written.
        """
        number = fields.line("report number", report_number, is_required=True)
        why = fields.line("reason", reason, is_required=supersedes is not None)
        file = self.vault.import_file(path)
        if sha256 is not None and file.sha256 != sha256:
            raise EvidenceAltered(
                f"The report {path} was changed by another program before it was registered.",
                "Issue it into a folder that only you can write to.",
            )
        with self._writing() as session:
            case = case_id_of(session, case_id)
            if _report_row(session, number) is not None:
                raise DuplicateRecord(f"The report number {number} is in use.", "Take the next number.")
            row = ReportRow(
                report_id=next_id(session, ReportRow, "P-"),
                report_number=number,
                case_id=case,
                sha256=file.sha256,
                size_bytes=file.size_bytes,
                issued_at=self._clock(),
                examiner=self.examiner,
                supersedes=_superseded(session, supersedes),
                reason=why,
            )
            session.add(row)
            details = {
                "report_number": number,
                "sha256": file.sha256,
                "size_bytes": file.size_bytes,
                "supersedes": row.supersedes,
                "reason": why,
                **(stated or {}),
            }
            self._append_change(session, "report_issued", row, case_id=case, details=details)
            return record_of(Report, row)

    def reports(self, case_id: str) -> list[Report]:
        """Return the reports of a case (number or identifier), oldest first, superseded ones too.

        Raises:
            RecordNotFound: There is no such case.
        """
        with self._reading() as session:
            return [record_of(Report, row) for row in _reports_of(session, case_id_of(session, case_id))]

    def record_event(
        self,
        action: str,
        *,
        object_type: str,
        object_id: str,
        case_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> CustodyEvent:
        """Log an access, export or refusal that changes no record.

        Raises:
            ValueError: ``details`` is not JSON or names a reserved field.
        """
        with self._writing() as session:
            return self._append(
                session,
                action,
                object_type=object_type,
                object_id=object_id,
                case_id=None if case_id is None else case_id_of(session, case_id),
                details=details,
            )

    def events(self, case_id: str | None = None, *, limit: int | None = None) -> list[CustodyEvent]:
        """Return custody events, oldest first; with ``limit`` the newest ones.

        Raises:
            RecordNotFound: There is no such case.
        """
        query = select(CustodyEventRow).order_by(CustodyEventRow.sequence.desc())
        with self._reading() as session:
            case = None if case_id is None else case_id_of(session, case_id)
            if case is not None:
                query = query.where(CustodyEventRow.case_id == case)
            if limit is not None:
                query = query.limit(limit)
            rows = session.scalars(query).all()
            refuse_missing_events(session, rows, case_id=case, limit=limit)
            return [record_of(CustodyEvent, row) for row in rows][::-1]

    def event_page(
        self,
        case_id: str | None = None,
        *,
        text: str = "",
        before: int | None = None,
        after: int | None = None,
        limit: int = 200,
        actions: Collection[str] = (),
    ) -> list[CustodyEvent]:
        """Return custody events newest first, one page at a time; with ``text`` a missing one is not noticed.

        Args:
            case_id: Number or identifier of a case; of the whole casebook by default.
            text: Words that an event must all hold, divided by blanks or ``_``: as its number, or within its
                time, action, object, examiner or the values of its details; six or more hexadecimal
                characters also within digests. Letters A to Z match in either case.
            before: Only events with a lower sequence number: the last one of the page before.
            after: Only events with a higher sequence number.
            limit: Largest number of events.
            actions: Events of these actions are given although they do not hold ``text``: those that a window in
                another language calls by these words.

        Raises:
            RecordNotFound: There is no such case.
        """
        query = select(CustodyEventRow).order_by(CustodyEventRow.sequence.desc()).limit(limit)
        if before is not None:
            query = query.where(CustodyEventRow.sequence < before)
        if after is not None:
            query = query.where(CustodyEventRow.sequence > after)
        with self._reading() as session:
            rows = session.scalars(query.where(*_wanted(session, case_id, text, actions))).all()
            if not text.strip():
                case = None if case_id is None else case_id_of(session, case_id)
                refuse_missing_events(session, rows, case_id=case, before=before, after=after, limit=limit)
            return [record_of(CustodyEvent, row) for row in rows]

    def count_events(
        self, case_id: str | None = None, *, text: str = "", actions: Collection[str] = ()
    ) -> int:
        """Return how many events :meth:`event_page` would give page by page.

        Raises:
            RecordNotFound: There is no such case.
        """
        with self._reading() as session:
            query = select(func.count()).select_from(CustodyEventRow)
            return session.scalars(query.where(*_wanted(session, case_id, text, actions))).one()

    def checkpoints(self) -> list[Checkpoint]:
        """Return every signed checkpoint, oldest first."""
        with self._reading() as session:
            rows = session.scalars(select(CheckpointRow).order_by(CheckpointRow.size)).all()
            refuse_missing_heads(session, rows)
            return [record_of(Checkpoint, row) for row in rows]

    def checkpoint(self) -> Checkpoint | None:
        """Return the newest signed checkpoint, which covers every event; ``None`` in an empty log."""
        with self._reading() as session:
            query = select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1)
            rows = session.scalars(query).all()
            refuse_missing_heads(session, rows, newest=True)
            return record_of(Checkpoint, rows[0]) if rows else None


def _wanted(
    session: Session, case_id: str | None, text: str, actions: Collection[str]
) -> list[ColumnElement[bool]]:
    """Return what events of a case, or of all, must fulfil to hold every word of ``text``, or be of ``actions``."""
    conditions = [_holds(word) for word in text.replace("_", " ").split()]
    if conditions and actions:
        conditions = [or_(and_(*conditions), CustodyEventRow.action.in_(sorted(actions)))]
    if case_id is not None:
        conditions.append(CustodyEventRow.case_id == case_id_of(session, case_id))
    return conditions


def _holds(word: str) -> ColumnElement[bool]:
    """Return whether an event holds ``word``; digests are looked through for parts of digests only."""
    row = CustodyEventRow
    pattern = "%" + word.translate({ord(sign): f"\\{sign}" for sign in "\\%"}) + "%"
    columns = [row.action, row.object_type, row.object_id, row.examiner, cast(row.occurred_at, Text)]
    details = func.json_tree(row.canonical, "$.details").table_valued("key", "atom")
    told = [details.c.atom.like(pattern, escape="\\"), details.c.key != "utc_offset"]
    if _PART_OF_DIGEST.fullmatch(word):
        columns.append(row.sha256)
    else:
        told.append(func.length(details.c.atom) != SHA256_LENGTH)
    return or_(
        cast(row.sequence, Text) == word,
        *(column.like(pattern, escape="\\") for column in columns),
        select(literal(1)).select_from(details).where(*told).exists(),
    )


def _reports_of(session: Session, case_id: str) -> Sequence[ReportRow]:
    query = select(ReportRow).where(ReportRow.case_id == case_id).order_by(ReportRow.report_id)
    rows = session.scalars(query).all()
    refuse_missing(session, ReportRow, rows, column="case_id", value=case_id)
    return rows


def _report_row(session: Session, number_or_id: str) -> ReportRow | None:
    query = select(ReportRow).where(
        (ReportRow.report_number == number_or_id) | (ReportRow.report_id == number_or_id)
    )
    rows = session.scalars(query).all()
    refuse_other_answers(session, ReportRow, rows, number_or_id, "report_number", "report_id")
    return rows[0] if rows else None


def _superseded(session: Session, number_or_id: str | None) -> str | None:
    if number_or_id is None:
        return None
    row = _report_row(session, number_or_id)
    if row is None:
        raise RecordNotFound(f"There is no report {number_or_id} in this casebook.", "Check the number.")
    return row.report_id
