"""Frozen dataclasses and enums that cross every boundary.

Rules:
    * Records are values: no behaviour beyond derived properties, no database session, no file handle.
    * Times are aware UTC ``datetime``; dates of birth and photographs are ISO 8601 strings that may be
      partial (``1971`` or ``1971-03`` or ``1971-03-12``), because that is what case files hold.
    * Digests are 64 lower-case hexadecimal characters of SHA-256.
    * Identifiers are short strings (``S-0001``, ``E-0001``, ``R-0001``, ``D-000001``), unique in a casebook.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

JsonObject = Mapping[str, Any]


class CaseKind(StrEnum):
    """Kind of matter under investigation; or, for media, the production that shows a person."""

    MISSING_PERSON = "missing-person"
    COLD_CASE = "cold-case"
    MEDIA_PRODUCTION = "media-production"


class CaseStatus(StrEnum):
    """Whether work on a case goes on."""

    OPEN = "open"
    CLOSED = "closed"


class Sex(StrEnum):
    """Sex as recorded in the case file."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class ConsentPurpose(StrEnum):
    """What a person consented to."""

    MEDIA = "media"
    RELATIVES = "relatives"


class Kinship(StrEnum):
    """What a relative is to a person."""

    MOTHER = "mother"
    FATHER = "father"
    SISTER = "sister"
    BROTHER = "brother"
    DAUGHTER = "daughter"
    SON = "son"


class RunStatus(StrEnum):
    """State of one execution."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_terminal(self) -> bool:
        """Whether no further change of state can follow."""
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


class ImageRole(StrEnum):
    """What a derived image shows."""

    DERIVED = "derived"
    MEAN = "mean"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class Case:
    """Matter under investigation."""

    case_id: str
    case_number: str
    title: str
    kind: CaseKind
    status: CaseStatus
    agency: str
    authorization: str
    created_at: datetime
    tombstone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SubjectDescription:
    """Free-text description fields that the Interpol and NamUs meters look at; empty means unknown."""

    family_name: str = ""
    forename: str = ""
    ethnicity: str = ""
    height: str = ""
    weight: str = ""
    hair: str = ""
    eyes: str = ""
    marks: str = ""
    clothing: str = ""
    circumstances: str = ""
    dna_available: str = ""
    fingerprints_available: str = ""
    police_report: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Person concerned by a case."""

    subject_id: str
    case_id: str
    name: str
    aliases: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    birth_date: str = ""
    last_seen: str = ""
    last_seen_place: str = ""
    description: SubjectDescription = field(default_factory=SubjectDescription)
    tombstone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person, or who may speak for them, allowed to be made of their photographs.

    Attributes:
        consent_id: Such as ``CN-0001``.
        case_id: The case that it was given for.
        subject_id: The person shown.
        purpose: To be shown in a medium, or to be drawn upon for the face of a relative.
        given_by: Who gave it: the person, a guardian, the heirs.
        scope: What may be made.
        medium: Where it may be shown.
        valid_until: Last day, ``YYYY-MM-DD``.
        document: Where the signed paper lies, or its SHA-256.
        examiner: Who recorded it.
        recorded_at: When, aware UTC.
        withdrawn_at: When it was withdrawn, ``None`` while it holds.
        withdrawal_reason: Why, and how the withdrawal was received.
    """

    consent_id: str
    case_id: str
    subject_id: str
    purpose: ConsentPurpose
    given_by: str
    scope: str
    medium: str
    valid_until: str
    document: str
    examiner: str
    recorded_at: datetime
    withdrawn_at: datetime | None = None
    withdrawal_reason: str = ""


@dataclass(frozen=True, slots=True)
class Relationship:
    """Who is a relative of whom, in one case.

    Attributes:
        relationship_id: Such as ``RL-0001``.
        case_id: The case of both.
        subject_id: The person.
        relative_id: The relative, also a subject of the case.
        kinship: What the relative is to the person.
        source: Where that is known from.
        examiner: Who recorded it.
        recorded_at: When, aware UTC.
        tombstone_reason: Why it was withdrawn, ``None`` while it holds.
    """

    relationship_id: str
    case_id: str
    subject_id: str
    relative_id: str
    kinship: Kinship
    source: str
    examiner: str
    recorded_at: datetime
    tombstone_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Received item: one photograph, kept byte for byte in the vault under ``sha256``.

    Attributes:
        page: Which page, frame or size of a file that holds several, from 1; ``None`` for a file that holds one.
        page_sha256: That page as a picture of its own, where the file shows another first or is a PDF.
        page_size_bytes: Its length.
    """

    exhibit_id: str
    exhibit_number: str
    case_id: str
    subject_id: str | None
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
    exif: JsonObject
    notes: tuple[str, ...]
    tombstone_reason: str | None = None
    page: int | None = None
    page_sha256: str | None = None
    page_size_bytes: int | None = None

    @property
    def picture_sha256(self) -> str:
        """SHA-256 of the file that is looked at and worked on: the page's where there is one, else the original's."""
        return self.page_sha256 or self.sha256


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything that decides a run's output; what is replayed.

    Attributes:
        engine: Registry name, such as ``aging``.
        engine_version: Version of the engine's algorithm.
        exhibit_id: The exhibit worked on.
        exhibit_sha256: Digest of its original; of its page where it is one of several.
        parameters: Every parameter with defaults filled in, JSON types only.
        pack_name: Name of the model pack.
        pack_sha256: Digest over the pack's manifest (which lists every file's digest).
        analyser: Name of the face analyser (``dlib`` or ``insightface``).
        face_index: Which face of the photograph, 0 = largest.
        reference_sha256: Digests of the subject's other photographs used for comparison scores.
        source_derived_image_id: The derived image worked on in place of the exhibit; empty for the exhibit.
        source_sha256: Digest of that derived image's file; empty for the exhibit.
        second_pack_name: Pack of a matcher that scores beside the analyser; empty for none.
        second_pack_sha256: Its digest.
    """

    engine: str
    engine_version: str
    exhibit_id: str
    exhibit_sha256: str
    parameters: JsonObject
    pack_name: str
    pack_sha256: str
    analyser: str
    face_index: int = 0
    reference_sha256: tuple[str, ...] = ()
    source_derived_image_id: str = ""
    source_sha256: str = ""
    second_pack_name: str = ""
    second_pack_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of an engine on an exhibit."""

    run_id: str
    case_id: str
    spec: RunSpec
    status: RunStatus
    examiner: str
    queued_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    environment: JsonObject = field(default_factory=dict)
    control: JsonObject = field(default_factory=dict)
    face: JsonObject = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class DerivedImage:
    """File made by a run; shows one possible appearance.

    ``metrics`` holds ``estimated_age``, ``comparison_score``, ``reference_scores`` and ``quality`` as
    measured by the run's analyser on the finished image before the band is burnt in.
    """

    derived_image_id: str
    run_id: str
    role: ImageRole
    target_age: float | None
    variant: int | None
    sha256: str
    size_bytes: int
    width_px: int
    height_px: int
    metrics: JsonObject


@dataclass(frozen=True, slots=True)
class Decision:
    """An examiner's decision about one derived image.

    Attributes:
        derived_image_id: The image.
        is_accepted: Whether it may be shown as a result.
        reason: Why.
        examiner: Who decided.
        decided_at: When, aware UTC.
        sequence: Number of the custody event.
    """

    derived_image_id: str
    is_accepted: bool
    reason: str
    examiner: str
    decided_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class SubjectAdapter:
    """Weights that a run learned about one subject, for one model pack; the file lies in the vault.

    ``facts`` holds what the run says of it: photographs with their ages, settings and curves.
    """

    adapter_id: str
    run_id: str
    subject_id: str
    pack_name: str
    pack_sha256: str
    sha256: str
    size_bytes: int
    facts: JsonObject


@dataclass(frozen=True, slots=True)
class CustodyEvent:
    """One entry of the custody log."""

    sequence: int
    action: str
    occurred_at: datetime
    examiner: str
    case_id: str | None
    object_type: str
    object_id: str
    details: JsonObject
    previous_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Signed statement of the custody log's size and Merkle root (C2SP tlog-checkpoint note)."""

    size: int
    root_sha256: str
    note: str
    key_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """An issued report; older issues are kept."""

    report_id: str
    report_number: str
    case_id: str
    sha256: str
    size_bytes: int
    issued_at: datetime
    examiner: str
    supersedes: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """A set of faces of known people that probes are searched in.

    Attributes:
        gallery_id: Such as ``G-0001``.
        name: Unique in the casebook.
        analyser: Registry name of the matcher that made every template of it.
        analyser_version: Version of the matcher.
        weights_sha256: SHA-256 of each of its weights files, by name.
        pack_name: Model pack of the matcher; empty for the bundled one.
        embedding_size: Length of a template.
        examiner: Who made it.
        created_at: Aware UTC.
    """

    gallery_id: str
    name: str
    analyser: str
    analyser_version: str
    weights_sha256: Mapping[str, str]
    pack_name: str
    embedding_size: int
    examiner: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GalleryBatch:
    """Up to 256 faces that were added to a gallery at once; header and templates lie in one file of the vault.

    Attributes:
        gallery_batch_id: Such as ``GB-000001``.
        gallery_id: The gallery.
        sha256: Digest of the file.
        size_bytes: Its length.
        face_count: Templates in it.
        derived_count: How many of them are of derived faces and not of photographs.
        examiner: Who added it.
        added_at: Aware UTC.
    """

    gallery_batch_id: str
    gallery_id: str
    sha256: str
    size_bytes: int
    face_count: int
    derived_count: int
    examiner: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class GalleryRemoval:
    """Faces that are no longer searched; their files stay.

    Attributes:
        gallery_removal_id: Such as ``GR-0001``.
        gallery_id: The gallery.
        subject: Whose faces they were, as the gallery names the subject.
        faces: The faces, such as ``GB-000001-017``.
        reason: Why.
        examiner: Who removed them.
        removed_at: Aware UTC.
    """

    gallery_removal_id: str
    gallery_id: str
    subject: str
    faces: tuple[str, ...]
    reason: str
    examiner: str
    removed_at: datetime


class NoteKind(StrEnum):
    """What an examiner places on a picture."""

    NOTE = "note"
    ARROW = "arrow"
    LINE = "line"


class NoteState(StrEnum):
    """Whether a version of a note stands or withdraws it."""

    STANDS = "stands"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ImageNote:
    """One version of a note, an arrow or a measured line on a picture.

    Attributes:
        image_note_id: Such as ``N-0001``; of this version.
        case_id: The case.
        exhibit_id: The photograph, or the one that the derived image goes back to.
        derived_image_id: The derived image; ``None`` for one on the photograph.
        sha256: Digest of the file that it was placed on.
        kind: What it is.
        points: In pixels of the upright file: one of a note, from and to of an arrow, both ends of a line.
        text: What it says; may be empty for a line.
        eyes: Centres of the eyes that lengths are told in; ``None`` where they were not known.
        eyes_origin: Where they are from, such as the identifier of a run.
        revises: The version that this one follows, if any.
        state: Whether it stands.
        reason: Why it was amended or withdrawn; empty for a first version.
        examiner: Who placed, amended or withdrew it.
        made_at: When, aware UTC.
    """

    image_note_id: str
    case_id: str
    exhibit_id: str
    derived_image_id: str | None
    sha256: str
    kind: NoteKind
    points: tuple[tuple[float, float], ...]
    text: str
    eyes: tuple[tuple[float, float], ...] | None
    eyes_origin: str
    revises: str | None
    state: NoteState
    reason: str
    examiner: str
    made_at: datetime

    @property
    def picture(self) -> str:
        """Identifier of the picture that it is on."""
        return self.derived_image_id or self.exhibit_id

    @property
    def length_px(self) -> float | None:
        """Length of a line in pixels of the file; ``None`` for anything else."""
        return math.dist(*self.points) if self.kind is NoteKind.LINE else None

    @property
    def length_in_eyes(self) -> float | None:
        """Length of a line in distances between the eyes; ``None`` where they were not known."""
        length = self.length_px
        return None if length is None or self.eyes is None else length / math.dist(*self.eyes)


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it is stored.

    Attributes:
        object_type: What events call its kind.
        object_id: Its key.
        row: Its columns as SQLite holds them, in the table's order; the digest that events name is of these.
    """

    object_type: str
    object_id: str
    row: dict[str, Any]
