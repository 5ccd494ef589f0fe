"""From records to the sections of a report; pure, nothing is read from a casebook here.

Rules:
    * A value that a record lacks stays empty: nothing is guessed.
    * Names and values are sorted, so that the same records give the same report.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from forensic_app.records import Case, Checkpoint, CustodyEvent, Exhibit, Subject
from forensic_app.reports.content import CaseSection, ChainSection, EventRow, ExhibitSection, SubjectSection
from forensic_app.reports.model_card import in_words
from forensic_app.reports.run_content import Picture

_EXIF_FIRST = (
    "Make", "Model", "Software", "DateTimeOriginal", "DateTime", "Orientation", "GPSInfo", "GPSLatitude",
    "GPSLongitude", "Artist", "ImageDescription",
)  # fmt: skip
_EXIF_SHOWN = 8
_EXIF_LONGEST = 200


def case_section(case: Case) -> CaseSection:
    """Return the case as printed."""
    return CaseSection(
        number=case.case_number,
        title=case.title,
        kind=case.kind.value,
        status=case.status.value,
        agency=case.agency,
        authorization=case.authorization,
        created_at=case.created_at,
    )


def subject_section(subject: Subject) -> SubjectSection:
    """Return a person as printed; description fields that are empty are left out."""
    description = {
        name: getattr(subject.description, name) for name in subject.description.__dataclass_fields__
    }
    return SubjectSection(
        subject_id=subject.subject_id,
        name=subject.name,
        aliases=tuple(subject.aliases),
        sex=subject.sex.value,
        birth_date=subject.birth_date,
        last_seen=subject.last_seen,
        last_seen_place=subject.last_seen_place,
        description=tuple((name, str(value)) for name, value in description.items() if value),
    )


def exhibit_section(exhibit: Exhibit, *, subject_name: str, picture: Picture | None) -> ExhibitSection:
    """Return an exhibit as printed."""
    exif = [(name, exhibit.exif[name]) for name in _EXIF_FIRST if name in exhibit.exif]
    exif += [(name, exhibit.exif[name]) for name in sorted(exhibit.exif) if name not in _EXIF_FIRST]
    shown = tuple((str(name), in_words(value)[:_EXIF_LONGEST]) for name, value in exif[:_EXIF_SHOWN])
    return ExhibitSection(
        exhibit_id=exhibit.exhibit_id,
        number=exhibit.exhibit_number,
        subject_name=subject_name,
        sha256=exhibit.sha256,
        size_bytes=exhibit.size_bytes,
        media_type=exhibit.media_type,
        width_px=exhibit.width_px,
        height_px=exhibit.height_px,
        original_name=exhibit.original_name,
        source=exhibit.source,
        received_how=exhibit.received_how,
        received_at=exhibit.received_at,
        photo_date=exhibit.photo_date,
        age_at_photo=exhibit.age_at_photo,
        exif=shown,
        exif_left_out=max(0, len(exif) - _EXIF_SHOWN),
        notes=tuple(exhibit.notes),
        picture=picture,
        removed_because=exhibit.tombstone_reason or "",
    )


def event_row(event: CustodyEvent) -> EventRow:
    """Return a custody event as printed; the file's digest is taken from its details where there is one."""
    named = (event.details.get(name) for name in ("sha256", "exhibit_sha256"))
    digest = next((each for each in named if isinstance(each, str)), "")
    return EventRow(
        sequence=event.sequence,
        occurred_at=event.occurred_at,
        examiner=event.examiner,
        action=event.action,
        object_type=event.object_type,
        object_id=event.object_id,
        object_sha256=digest,
        sha256=event.sha256,
    )


def chain_section(
    events: Sequence[CustodyEvent],
    checkpoint: Checkpoint,
    *,
    case_id: str,
    public_key_hex: str,
    pack_sha256: Collection[str] = (),
) -> ChainSection:
    """Return the state of the custody log under a checkpoint.

    Args:
        events: All events of the casebook, oldest first.
        checkpoint: The checkpoint just signed; events after it are left out.
        case_id: Whose events are listed.
        public_key_hex: Key that verifies the checkpoint.
        pack_sha256: Packs whose licence acceptances, which belong to no case, are listed as well.

    Raises:
        ValueError: No event is covered by the checkpoint.
    """
    covered = [event for event in events if event.sequence <= checkpoint.size]
    if not covered:
        raise ValueError("a checkpoint of an empty log cannot be reported")
    return ChainSection(
        head_sequence=covered[-1].sequence,
        head_sha256=covered[-1].sha256,
        checkpoint_note=checkpoint.note,
        checkpoint_size=checkpoint.size,
        checkpoint_root_sha256=checkpoint.root_sha256,
        checkpoint_created_at=checkpoint.created_at,
        key_id=checkpoint.key_id,
        public_key_hex=public_key_hex,
        events=tuple(
            event_row(event)
            for event in covered
            if event.case_id == case_id or event.details.get("pack_sha256") in pack_sha256
        ),
    )
