"""Receive a photograph: look at it, stream it into the vault, record it.

Rules:
    * Only regular files are received: anything else (folder, named pipe, device, socket) is refused before it is
      opened, and nothing of it is recorded. What comes by standard input is kept in a private file first.
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
from typing import Any

from forensic_app.digests import sha256_of_file
from forensic_app.errors import ForensicAppError, NotRegularFile, UnreadableImage
from forensic_app.images import ImageFacts, inspect
from forensic_app.life_dates import age_range, known_age, range_words
from forensic_app.records import Exhibit
from forensic_app.regular_files import refuse_special
from forensic_app.settings import Settings, load_settings
from forensic_app.shortages import out_of_memory
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
    original_name: str | None = None,
    page: int | None = None,
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
        age_at_photo: The subject's age in it, in years; by default what follows from the dates of birth and of the
            photograph where they leave two years open at most, with a remark.
        exhibit_number: Unique in its case; the identifier by default.
        notes: Remarks for the record, beside those on how the image is decoded.
        original_name: Name of the file for the record; that of ``path`` by default.
        page: Which page, frame or size of a file that holds several, from 1; what it shows first by default. Of a PDF
            with several pages one has to be chosen. The whole file is received, and the page as a picture beside it.
        settings: Limits; the workstation's by default.
        progress: Told before the first and after every chunk of the copy. When it raises (see
            :class:`~forensic_app.errors.IntakeStopped`) nothing is received and nothing is left behind.

    Raises:
        UnreadableImage: Not an image that can be decoded within the limits; recorded as ``exhibit_refused``.
        DuplicateRecord: The bytes are an exhibit already; the message names it; recorded as well.
        InvalidInput: A value is malformed, the case is closed, ``path`` is no regular file, it changed while it
            was received, it has no such page, or it is a PDF of several pages and none was chosen.
        RecordNotFound: There is no such case or subject.
        StoreUnavailable: The casebook cannot be written.
    """
    stated: dict[str, Any] = {
        "subject_id": subject_id,
        "source": source,
        "received_how": received_how,
        "photo_date": photo_date,
        "age_at_photo": age_at_photo,
        "exhibit_number": exhibit_number,
    }
    case_id = store.check_exhibit(case=case, **stated)
    if age_at_photo is None:
        stated["age_at_photo"], remark = _age_by_dates(store, subject_id, photo_date)
        notes = (*notes, *remark)
    looked_at = _status(path)
    try:
        facts = _inspected(path, settings or load_settings(), page)
    except UnreadableImage as error:
        if isinstance(error.__cause__, MemoryError):
            raise out_of_memory() from error
        _record_refusal(store, case_id, path, original_name or path.name, error)
        raise
    stored = store.vault.import_file(path, looked_at=looked_at, progress=progress)
    page_file = None if facts.page_png is None else store.vault.import_bytes(facts.page_png)
    return store.add_exhibit(
        case=case_id,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        media_type=facts.media_type,
        width_px=facts.width_px,
        height_px=facts.height_px,
        original_name=original_name or path.name,
        received_at=received_at or datetime.now(UTC),
        exif=facts.exif,
        notes=(*facts.notes, *notes),
        page=facts.page,
        page_file=page_file,
        **stated,
    )


def _age_by_dates(
    store: CaseStore, subject_id: str | None, photo_date: str
) -> tuple[float | None, tuple[str, ...]]:
    """Return the age that follows from the dates on record, with the remark that says so; nothing where none does."""
    if subject_id is None:
        return None, ()
    birth, taken = store.subject(subject_id).birth_date, fields.partial_date("date", photo_date)
    age, ages = known_age(birth, taken), age_range(birth, taken)
    if age is None or ages is None:
        return None, ()
    words = f"age in the photograph computed: born {birth}, photographed {taken}, {range_words(ages)} years"
    return age, (words,)


def _status(path: Path) -> os.stat_result:
    refuse_special(path)
    try:
        return path.stat()
    except OSError as error:
        raise UnreadableImage(
            f"The file {path.name} cannot be opened ({os.strerror(error.errno or 0)}).",
            "Check that it exists, is a file and may be read by you.",
        ) from error


def _inspected(path: Path, limits: Settings, page: int | None) -> ImageFacts:
    size_bytes = path.stat().st_size
    if size_bytes > limits.max_image_bytes:
        raise UnreadableImage(
            f"{path.name} has {size_bytes:,} bytes, more than the {limits.max_image_bytes:,} allowed.",
            "Export a smaller copy, or raise max_image_bytes in the settings file.",
        )
    return inspect(path, max_pixels=limits.max_image_pixels, page=page)


def _record_refusal(
    store: CaseStore, case_id: str, path: Path, original_name: str, error: ForensicAppError
) -> None:
    try:
        digest: str | None = sha256_of_file(path)
    except (OSError, NotRegularFile):
        digest = None
    store.record_event(
        "exhibit_refused",
        object_type="case",
        object_id=case_id,
        case_id=case_id,
        details={
            "original_name": fields.file_name(original_name),
            "sha256": digest,
            "size_bytes": path.stat().st_size,
            "reason": fields.file_name(error.message),
        },
    )
