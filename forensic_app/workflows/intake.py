"""Receive a photograph: look at it, stream it into the vault, record it.

Rules:
    * The original is only ever opened for reading, and hashed once, while it is copied, in constant memory.
    * What the record says about the image is read from the same bytes: a file that changes meanwhile is
      refused.
    * Everything that can be refused is refused before the copy, so that no stray file enters the vault.
    * A receipt that is stopped during the copy leaves no file and no record.
    * A photograph that is refused leaves an ``exhibit_refused`` event with its name, digest and the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from forensic_app.digests import sha256_of_file
from forensic_app.errors import ForensicAppError, InvalidInput, UnreadableImage
from forensic_app.images import ImageFacts, inspect
from forensic_app.records import Case, CaseStatus, Exhibit
from forensic_app.settings import Settings, load_settings
from forensic_app.store import fields
from forensic_app.store.case_store import CaseStore
from forensic_app.store.vault import CopyProgress


def receive_exhibit(
    store: CaseStore,
    path: Path,
    *,
    case: str,
    subject_id: str | None = None,
    source: str = "",
    received_how: str = "",
    received_at: datetime | None = None,
    photo_date: str = "",
    age_at_photo: float | None = None,
    exhibit_number: str | None = None,
    notes: Iterable[str] = (),
    settings: Settings | None = None,
    progress: CopyProgress | None = None,
) -> Exhibit:
    """Copy a photograph into the casebook and record it as an exhibit; event ``exhibit_received``.

    Args:
        store: The casebook, open for writing.
        path: The file as received; it stays where and as it is.
        case: Number or identifier of an open case.
        subject_id: Whom it shows, if known.
        source: From whom or where it came.
        received_how: Such as ``e-mail``.
        received_at: Aware time of receipt; the present by default.
        photo_date: When it was taken, possibly partial; empty when unknown.
        age_at_photo: The subject's age in it, in years.
        exhibit_number: Unique in its case; the identifier by default.
        notes: Remarks for the record, beside those on how the image is decoded.
        settings: Limits; the workstation's by default.
        progress: Told before the first and after every chunk of the copy. When it raises (see
            :class:`~forensic_app.errors.IntakeStopped`) nothing is received and nothing is left behind.

    Raises:
        UnreadableImage: Not an image that can be decoded within the limits; recorded as ``exhibit_refused``.
        DuplicateRecord: The bytes are an exhibit already; the message names it; recorded as well.
        InvalidInput: A value is malformed, the case is closed, or the file changed while it was received.
        RecordNotFound: There is no such case or subject.
        StoreUnavailable: The casebook cannot be written.
    """
    record = _checked_case(store, case, subject_id)
    fields.line("source", source)
    fields.line("way of receipt", received_how)
    fields.line("exhibit number", exhibit_number or "")
    fields.partial_date("date of the photograph", photo_date)
    fields.age("age in the photograph", age_at_photo)
    _refuse_taken_number(store, record, (exhibit_number or "").strip())
    limits = settings or load_settings()
    before = _identity(path)
    try:
        facts = _inspected(path, limits)
    except UnreadableImage as error:
        _record_refusal(store, record, path, error)
        raise
    stored = store.vault.import_file(path, max_bytes=limits.max_image_bytes, progress=progress)
    if _identity(path) != before:
        raise InvalidInput(
            f"{path.name} changed while it was being received.",
            "Wait until the other program has finished with the file, then receive it again.",
        )
    return store.add_exhibit(
        case=record.case_id,
        subject_id=subject_id,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        media_type=facts.media_type,
        width_px=facts.width_px,
        height_px=facts.height_px,
        original_name=path.name,
        source=source,
        received_how=received_how,
        received_at=received_at or datetime.now(UTC),
        photo_date=photo_date,
        age_at_photo=age_at_photo,
        exif=facts.exif,
        notes=(*facts.notes, *notes),
        exhibit_number=exhibit_number,
    )


def _checked_case(store: CaseStore, case: str, subject_id: str | None) -> Case:
    record = store.case(case)
    if record.status is not CaseStatus.OPEN or record.tombstone_reason is not None:
        raise InvalidInput(
            f"The case {record.case_number} is closed or removed.",
            "Reopen it, or receive the photograph in another case.",
        )
    if subject_id is not None and store.subject(subject_id).case_id != record.case_id:
        raise InvalidInput(
            f"The subject {subject_id} does not belong to the case {record.case_number}.",
            "Choose a subject of the same case.",
        )
    return record


def _refuse_taken_number(store: CaseStore, case: Case, number: str) -> None:
    if not number:
        return
    holders = store.exhibits(case.case_id, include_removed=True)
    if any(exhibit.exhibit_number == number for exhibit in holders):
        raise InvalidInput(
            f"The exhibit number {number} is in use in this case.",
            "Choose another number, or leave it empty.",
        )


def _identity(path: Path) -> tuple[int, int, int, int]:
    """Return device, inode, size in bytes and time of change of a file."""
    try:
        status = path.stat()
    except OSError as error:
        raise UnreadableImage(
            f"The file {path.name} cannot be opened ({os.strerror(error.errno or 0)}).",
            "Check that it exists, is a file and may be read by you.",
        ) from error
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _inspected(path: Path, limits: Settings) -> ImageFacts:
    size_bytes = path.stat().st_size
    if size_bytes > limits.max_image_bytes:
        raise UnreadableImage(
            f"{path.name} has {size_bytes:,} bytes, more than the {limits.max_image_bytes:,} allowed.",
            "Export a smaller copy, or raise max_image_bytes in the settings file.",
        )
    facts = inspect(path)
    if facts.width_px * facts.height_px > limits.max_image_pixels:
        raise UnreadableImage(
            f"{path.name} has {facts.width_px} x {facts.height_px} px, more than the "
            f"{limits.max_image_pixels:,} pixels allowed.",
            "Export a smaller copy, or raise max_image_pixels in the settings file.",
        )
    return facts


def _record_refusal(store: CaseStore, case: Case, path: Path, error: ForensicAppError) -> None:
    try:
        digest: str | None = sha256_of_file(path)
    except OSError:
        digest = None
    store.record_event(
        "exhibit_refused",
        object_type="case",
        object_id=case.case_id,
        case_id=case.case_id,
        details={
            "original_name": fields.file_name(path.name),
            "sha256": digest,
            "size_bytes": path.stat().st_size,
            "reason": fields.file_name(error.message),
        },
    )
