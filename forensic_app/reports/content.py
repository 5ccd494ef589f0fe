"""What a report says: frozen records and what they lack; nothing here knows the casebook or the PDF.

Rules:
    * Records are held as they are; wording and layout live elsewhere.
    * The same content renders to the same bytes: no clock, no random number, no path is read while rendering.
    * A fact that was not recorded is ``None`` or an empty string, and is printed as not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forensic_app.measured import Rows
from forensic_app.records import Case, Checkpoint, CustodyEvent, Exhibit, ImageNote, Subject
from forensic_app.reports.run_content import Picture, RunSection
from forensic_app.reports.search_content import SearchSection


@dataclass(frozen=True, slots=True)
class LaboratoryDetails:
    """The laboratory that issues the report; empty fields are printed as not stated."""

    name: str = ""
    address: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class ExhibitSection:
    """A received photograph; ``picture`` is a reduced copy for recognition only."""

    record: Exhibit
    subject_name: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class PackSection:
    """A model pack that a run used.

    Attributes:
        card: Paragraphs of its model card by heading.
        is_card_altered: Whether the card that its manifest lists is missing or another one.
    """

    name: str
    sha256: str
    facts: Rows = ()
    card: Rows = ()
    card_sha256: str = ""
    is_card_altered: bool = False
    is_available: bool = False
    licence_accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class ChainSection:
    """State of the custody log at issue.

    Attributes:
        head: Last event of the log.
        events: Events of the case, and those of the packs that it used, oldest first.
        checkpoint: The signed checkpoint over the log up to ``head``; ``None`` in a preview of a log that
            none covers, for only an issue signs one.
        public_key_hex: Ed25519 public key that verifies it, 64 hexadecimal characters.
    """

    head: CustodyEvent
    events: tuple[CustodyEvent, ...]
    checkpoint: Checkpoint | None
    public_key_hex: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many records of the case were withdrawn and are left out.

    Attributes:
        subjects: Persons.
        exhibits: Photographs.
        runs: Runs on these photographs.
    """

    subjects: int = 0
    exhibits: int = 0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything that one report prints.

    ``signed_by`` says whose certificate signs the PDF, and its SHA-256; ``None`` where none does. ``form`` is one of
    :data:`forensic_app.reports.chapters.FORMS`.
    """

    report_number: str
    issued_at: datetime
    issued_by: str
    program_version: str
    laboratory: LaboratoryDetails
    case: Case
    chain: ChainSection
    purpose: str = ""
    authorised_by: str = ""
    signed_by: tuple[str, str] | None = None
    supersedes: str = ""
    reason: str = ""
    deviations: str = ""
    external_providers: str = ""
    subjects: tuple[Subject, ...] = ()
    exhibits: tuple[ExhibitSection, ...] = ()
    runs: tuple[RunSection, ...] = ()
    packs: tuple[PackSection, ...] = ()
    searches: tuple[SearchSection, ...] = ()
    withdrawn: Withdrawn = Withdrawn()
    image_notes: tuple[ImageNote, ...] = ()
    language: str = "en"
    form: str = "full"
