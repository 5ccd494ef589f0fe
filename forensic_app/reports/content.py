"""What a report says, as plain frozen data; nothing here knows the casebook or the PDF.

Rules:
    * Values are facts: numbers, aware UTC times, strings, pictures. Wording and layout live elsewhere.
    * The same content renders to the same bytes: no clock, no random number, no path is read while rendering.
    * A fact that was not recorded is ``None`` or an empty string, and is printed as not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forensic_app.reports.run_content import Picture, Rows, RunSection


@dataclass(frozen=True, slots=True)
class LaboratoryDetails:
    """The laboratory that issues the report; empty fields are printed as not stated."""

    name: str = ""
    address: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class CaseSection:
    """The case as recorded."""

    number: str
    title: str
    kind: str
    status: str
    agency: str
    authorization: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SubjectSection:
    """A person concerned."""

    subject_id: str
    name: str
    aliases: tuple[str, ...]
    sex: str
    birth_date: str
    last_seen: str
    last_seen_place: str
    description: Rows = ()


@dataclass(frozen=True, slots=True)
class ExhibitSection:
    """A received photograph; ``picture`` is a reduced copy for recognition only."""

    exhibit_id: str
    number: str
    subject_name: str
    sha256: str
    size_bytes: int
    media_type: str
    width_px: int
    height_px: int
    original_name: str
    source: str
    received_how: str
    received_at: datetime
    photo_date: str
    age_at_photo: float | None
    exif: Rows
    exif_left_out: int
    notes: tuple[str, ...]
    picture: Picture | None
    removed_because: str = ""


@dataclass(frozen=True, slots=True)
class PackSection:
    """A model pack that a run used; ``card`` holds paragraphs of its model card by heading."""

    name: str
    sha256: str
    facts: Rows = ()
    card: Rows = ()
    card_sha256: str = ""
    is_available: bool = False
    licence_accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One custody event."""

    sequence: int
    occurred_at: datetime
    examiner: str
    action: str
    object_type: str
    object_id: str
    object_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ChainSection:
    """State of the custody log at issue.

    Attributes:
        head_sequence: Sequence number of the last event.
        head_sha256: Its digest.
        checkpoint_note: The signed checkpoint, verbatim.
        checkpoint_size: Number of events that it covers.
        checkpoint_root_sha256: Merkle root.
        key_id: Name of the signing key.
        public_key_hex: Ed25519 public key, 64 hexadecimal characters.
    """

    head_sequence: int
    head_sha256: str
    checkpoint_note: str
    checkpoint_size: int
    checkpoint_root_sha256: str
    checkpoint_created_at: datetime
    key_id: str
    public_key_hex: str
    events: tuple[EventRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything that one report prints."""

    report_number: str
    issued_at: datetime
    issued_by: str
    program_version: str
    laboratory: LaboratoryDetails
    case: CaseSection
    chain: ChainSection
    purpose: str = ""
    authorised_by: str = ""
    supersedes: str = ""
    reason: str = ""
    sampling: str = ""
    deviations: str = ""
    external_providers: str = ""
    subjects: tuple[SubjectSection, ...] = ()
    exhibits: tuple[ExhibitSection, ...] = ()
    runs: tuple[RunSection, ...] = ()
    packs: tuple[PackSection, ...] = ()
    language: str = "en"
