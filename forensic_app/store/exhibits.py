"""Exhibits: photographs as they were received."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from forensic_app.errors import DuplicateRecord, InvalidInput, RecordNotFound
from forensic_app.records import Exhibit, JsonObject
from forensic_app.store import fields
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.cases import case_id_of, open_case
from forensic_app.store.known_log import (
    known_keys,
    refuse_missing,
    refuse_missing_keys,
    refuse_other_answers,
)
from forensic_app.store.mapping import record_of
from forensic_app.store.refusals import refuse_removed, refuse_unknown
from forensic_app.store.tables import ExhibitRow, SubjectRow
from forensic_app.store.vault import StoredFile

_STATED = (
    "subject_id", "source", "received_how", "photo_date", "age_at_photo", "exhibit_number", "notes",
)  # fmt: skip
"""What an examiner states about a photograph; all else is a fact of its receipt."""


class ExhibitRecords(StoreBase):
    """The part of the case store that keeps exhibits."""

    def check_exhibit(
        self,
        *,
        case: str,
        subject_id: str | None,
        source: str,
        received_how: str,
        photo_date: str,
        age_at_photo: float | None,
        exhibit_number: str | None,
    ) -> str:
        """Refuse what :meth:`add_exhibit` would refuse of what is stated about a photograph; return the case's id.

        Nothing is recorded: this is for asking before the bytes are copied.

        Raises:
            InvalidInput: A value is malformed, the number is in use, the subject belongs to another case, or the
                case is closed or removed.
            RecordNotFound: There is no such case or subject.
        """
        values = _stated(
            {
                "source": source,
                "received_how": received_how,
                "photo_date": photo_date,
                "age_at_photo": age_at_photo,
                "exhibit_number": exhibit_number or "",
            }
        )
        with self._reading() as session:
            case_id = open_case(session, case).case_id
            _subject_of(session, subject_id, case_id)
            _free_number(session, case_id, values["exhibit_number"], "")
            return case_id

    def add_exhibit(
        self,
        *,
        case: str,
        subject_id: str | None,
        sha256: str,
        size_bytes: int,
        media_type: str,
        width_px: int,
        height_px: int,
        original_name: str,
        source: str,
        received_how: str,
        received_at: datetime,
        photo_date: str,
        age_at_photo: float | None,
        exif: JsonObject,
        notes: Iterable[str],
        exhibit_number: str | None = None,
        page: int | None = None,
        page_file: StoredFile | None = None,
    ) -> Exhibit:
        """Record a photograph whose bytes are in the vault already; event ``exhibit_received``.

        Args:
            case: Number or identifier of an open case.
            subject_id: Whom it shows, if known.
            sha256: Digest of the vault file.
            size_bytes: Its length.
            media_type: Such as ``image/jpeg``.
            width_px: Width as stored, in pixels.
            height_px: Height as stored, in pixels.
            original_name: Name of the file as received.
            source: From whom or where it came.
            received_how: Such as ``e-mail`` or ``USB stick``.
            received_at: Aware time of receipt.
            photo_date: When it was taken, possibly partial; empty when unknown.
            age_at_photo: The subject's age in it, in years.
            exif: Metadata read from the file, JSON values.
            notes: Remarks of the intake.
            exhibit_number: Unique in its case; the identifier by default.
            page: Which page of the file, from 1, where it holds several.
            page_file: That page as a picture in the vault, where the file shows another first.

        Raises:
            DuplicateRecord: An exhibit holds the same bytes; the refusal is logged as ``exhibit_refused``.
            InvalidInput: A value is malformed, the number is in use, the vault lacks the file, the subject
                belongs to another case, or the case is closed or removed.
            RecordNotFound: There is no such case or subject.
        """
        for each in (sha256, page_file.sha256 if page_file else sha256):
            if not self.vault.has(each):
                raise InvalidInput(f"The vault holds no file {each}.", "Import the file first.")
        values = _stated(
            {
                "source": source,
                "received_how": received_how,
                "photo_date": photo_date,
                "age_at_photo": age_at_photo,
                "exhibit_number": exhibit_number or "",
                "notes": notes,
            }
        )
        row = ExhibitRow(
            sha256=sha256,
            size_bytes=size_bytes,
            media_type=media_type,
            width_px=width_px,
            height_px=height_px,
            original_name=fields.file_name(original_name),
            received_at=received_at,
            exif=dict(exif),
            tombstone_reason=None,
            page=page,
            page_sha256=page_file.sha256 if page_file else None,
            page_size_bytes=page_file.size_bytes if page_file else None,
            **values,
        )
        holder = self._received(row, case=case, subject_id=subject_id)
        if holder is not None:
            raise DuplicateRecord(
                f"The same photograph is exhibit {holder.exhibit_number} ({holder.exhibit_id}) already.",
                "Use that exhibit; the bytes are identical.",
            )
        return record_of(Exhibit, row)

    def _received(self, row: ExhibitRow, *, case: str, subject_id: str | None) -> ExhibitRow | None:
        """Write the row with its event, or the refusal; return the exhibit with the same bytes, if any."""
        with self._writing() as session:
            row.case_id = open_case(session, case).case_id
            row.subject_id = _subject_of(session, subject_id, row.case_id)
            holder = _live_exhibit(session, row.page_sha256 or row.sha256)
            if holder is not None:
                refused = {"sha256": holder.sha256, "original_name": row.original_name}
                self._append(
                    session,
                    "exhibit_refused",
                    object_type="exhibit",
                    object_id=holder.exhibit_id,
                    case_id=row.case_id,
                    details=refused
                    if row.page is None
                    else {**refused, "page": row.page, "file_sha256": row.sha256},
                )
                return holder
            row.exhibit_id = next_id(session, ExhibitRow, "E-")
            row.exhibit_number = _free_number(session, row.case_id, row.exhibit_number, row.exhibit_id)
            session.add(row)
            details = {
                "sha256": row.sha256,
                "size_bytes": row.size_bytes,
                "media_type": row.media_type,
                "original_name": row.original_name,
                "source": row.source,
            }
            if row.page is not None:
                details |= {"page": row.page, "page_sha256": row.page_sha256}
            self._append_change(session, "exhibit_received", row, case_id=row.case_id, details=details)
            return None

    def exhibit(self, id_or_number: str) -> Exhibit:
        """Return an exhibit by identifier or number, also one that was removed.

        Raises:
            RecordNotFound: There is none.
            InvalidInput: Several exhibits answer to it.
        """
        with self._reading() as session:
            return record_of(Exhibit, _exhibit_row(session, id_or_number))

    def change_exhibit(self, id_or_number: str, *, reason: str, **changes: Any) -> Exhibit:
        """Amend what is stated about a photograph; event ``exhibit_changed`` keeps both states.

        Args:
            id_or_number: The exhibit.
            reason: Why, for the record.
            changes: New values by name: ``subject_id``, ``source``, ``received_how``, ``photo_date``,
                ``age_at_photo``, ``exhibit_number``, and ``notes``, which take the place of the former ones.

        Raises:
            InvalidInput: No reason is given, the field cannot be changed, a value is malformed, the number is in use,
                the subject belongs to another case, the exhibit was removed, or several answer to the number.
            RecordNotFound: There is no such exhibit or subject.
        """
        refuse_unknown(changes, _STATED)
        values = _stated(changes)
        why = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            row = _exhibit_row(session, id_or_number)
            refuse_removed(row.exhibit_id, row.tombstone_reason)
            if "subject_id" in values:
                _subject_of(session, values["subject_id"], row.case_id)
            if "exhibit_number" in values:
                number = values["exhibit_number"]
                values["exhibit_number"] = _free_number(session, row.case_id, number, row.exhibit_id)
            self._amend(session, "exhibit_changed", row, values, case_id=row.case_id, reason=why)
            return record_of(Exhibit, row)

    def exhibits(self, case_id: str, *, include_removed: bool = False) -> list[Exhibit]:
        """Return the exhibits of a case (number or identifier) in order of receipt.

        Raises:
            RecordNotFound: There is no such case.
        """
        with self._reading() as session:
            case = case_id_of(session, case_id)
            query = select(ExhibitRow).where(ExhibitRow.case_id == case).order_by(ExhibitRow.exhibit_id)
            rows = session.scalars(query).all()
            refuse_missing(session, ExhibitRow, rows, column="case_id", value=case)
            return [
                record_of(Exhibit, row) for row in rows if include_removed or row.tombstone_reason is None
            ]

    def exhibit_by_sha256(self, sha256: str) -> Exhibit | None:
        """Return the exhibit whose picture has these bytes and that was not removed, if there is one.

        The picture is the original, or the page that was received of it.
        """
        with self._reading() as session:
            row = _live_exhibit(session, sha256)
            return None if row is None else record_of(Exhibit, row)


def _exhibit_row(session: Session, id_or_number: str) -> ExhibitRow:
    named = id_or_number.strip()
    query = select(ExhibitRow).where(or_(ExhibitRow.exhibit_id == named, ExhibitRow.exhibit_number == named))
    rows = session.scalars(query).all()
    refuse_other_answers(session, ExhibitRow, rows, named, "exhibit_id", "exhibit_number")
    if not rows:
        raise RecordNotFound(f"There is no exhibit {named} in this casebook.", "Check the number.")
    if len(rows) > 1:
        raise InvalidInput(
            f"Several exhibits answer to {named}.",
            f"Use an identifier: {', '.join(row.exhibit_id for row in rows)}.",
        )
    return rows[0]


def _stated(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stated about a photograph as it is stored."""
    labels = {"source": "source", "received_how": "way of receipt", "exhibit_number": "exhibit number"}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name == "photo_date":
            values[name] = fields.partial_date("date of the photograph", value)
        elif name == "age_at_photo":
            values[name] = fields.age("age in the photograph", value)
        elif name == "notes":
            values[name] = list(value)
        elif name in labels:
            values[name] = fields.line(labels[name], value)
        else:
            values[name] = value
    return values


def _live_exhibit(session: Session, sha256: str) -> ExhibitRow | None:
    picture = func.coalesce(ExhibitRow.page_sha256, ExhibitRow.sha256)
    query = select(ExhibitRow).where(picture == sha256, ExhibitRow.tombstone_reason.is_(None))
    rows = [*session.scalars(query)]
    known = {
        *known_keys(session, ExhibitRow, "sha256", sha256),
        *known_keys(session, ExhibitRow, "page_sha256", sha256),
    }
    removed = known - {row.exhibit_id for row in rows}
    rows += [row for key in sorted(removed) if (row := session.get(ExhibitRow, key)) is not None]
    refuse_other_answers(session, ExhibitRow, rows, sha256, "sha256", "page_sha256")
    is_wanted = (
        row for row in rows if row.tombstone_reason is None and (row.page_sha256 or row.sha256) == sha256
    )
    return next(is_wanted, None)


def _subject_of(session: Session, subject_id: str | None, case_id: str) -> str | None:
    if subject_id is None:
        return None
    subject = session.get(SubjectRow, subject_id)
    if subject is None or subject.tombstone_reason is not None:
        raise RecordNotFound(f"There is no subject {subject_id} in this casebook.", "Add the subject first.")
    if subject.case_id != case_id:
        raise InvalidInput(
            f"The subject {subject_id} belongs to the case {subject.case_id}, not {case_id}.",
            "Choose a subject of the same case.",
        )
    return subject_id


def _free_number(session: Session, case_id: str, number: str, exhibit_id: str) -> str:
    """Return the number asked for, or else the identifier, with a suffix if it is taken."""
    query = select(ExhibitRow.exhibit_id, ExhibitRow.exhibit_number).where(ExhibitRow.case_id == case_id)
    numbers = {row.exhibit_id: row.exhibit_number for row in session.execute(query)}
    refuse_missing_keys(session, ExhibitRow, numbers, column="case_id", value=case_id)
    numbers.pop(exhibit_id, None)
    taken = set(numbers.values())
    if number in taken:
        raise InvalidInput(
            f"The exhibit number {number} is in use in this case.",
            "Choose another number, or leave it empty.",
        )
    if number:
        return number
    suffix = 2
    candidate = exhibit_id
    while candidate in taken:
        candidate, suffix = f"{exhibit_id}-{suffix}", suffix + 1
    return candidate
