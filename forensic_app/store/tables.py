"""Mapped classes of the casebook: how records lie in SQLite.

Rules:
    * Columns hold text, integers or NULL, never floating point numbers: anyone can recompute the canonical
      JSON of a row, and with it the ``record_sha256`` in its newest custody event, with a standard library.
    * Rows are never deleted, foreign keys are RESTRICT, constraints have names; triggers are made by the migrations.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from forensic_app.custody import time_text
from forensic_app.digests import canonical_json
from forensic_app.store.faults import decoded

STRICT = {"sqlite_strict": True}
_FILE_IS_PICTURE = text("tombstone_reason IS NULL AND page_sha256 IS NULL")
_PAGE_IS_PICTURE = text("tombstone_reason IS NULL AND page_sha256 IS NOT NULL")


class TimeText(TypeDecorator[datetime]):
    """An aware time, stored as ISO 8601 UTC text with microseconds."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the stored text of ``value``."""
        return None if value is None else time_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time that ``value`` stands for."""
        with decoded():
            return None if value is None else datetime.fromisoformat(value)


class JsonText(TypeDecorator[Any]):
    """A JSON value, stored as its canonical text; ``None`` is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the canonical JSON of ``value``."""
        return None if value is None else canonical_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the value that ``value`` stands for."""
        with decoded():
            return None if value is None else json.loads(value, parse_int=_number)


_MOST_WHOLE = 2**53 - 1


def _number(digits: str) -> int | float:
    """Return a number written without a point; beyond 2**53 - 1 it was a float, which canonical JSON writes so.

    References:
        RFC 8785, section 3.2.2.3; ECMA-262, Number::toString (no exponent below 1e21).
    """
    number = int(digits)
    return number if abs(number) <= _MOST_WHOLE else float(digits)


class Table(DeclarativeBase):
    """Base of the mapped classes."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text, int: Integer, datetime: TimeText}  # noqa: RUF012


def _refers_to(column: str) -> ForeignKey:
    return ForeignKey(column, ondelete="RESTRICT", onupdate="RESTRICT")


class MetaRow(Table):
    """What the casebook is; one row. ``schema_digests`` shows whether a table or trigger was altered."""

    __tablename__ = "meta"
    __table_args__ = STRICT
    casebook_id: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str]
    created_at: Mapped[datetime]
    created_by_version: Mapped[str]
    schema_digests: Mapped[Any] = mapped_column(JsonText, nullable=False)


class ExaminerRow(Table):
    """A person who has worked in the casebook."""

    __tablename__ = "examiner"
    __table_args__ = (UniqueConstraint("name"), STRICT)
    examiner_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    organisation: Mapped[str]


class SigningKeyRow(Table):
    """A public key whose signatures on checkpoints count."""

    __tablename__ = "signing_key"
    __table_args__ = STRICT
    key_id: Mapped[str] = mapped_column(primary_key=True)
    public_key_hex: Mapped[str]
    registered_at: Mapped[datetime]
    examiner: Mapped[str]


class CaseRow(Table):
    """A case."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("case_number"),
        CheckConstraint("kind IN ('missing-person', 'cold-case', 'media-production')", name="kind"),
        CheckConstraint("status IN ('open', 'closed')", name="status"),
        STRICT,
    )
    case_id: Mapped[str] = mapped_column(primary_key=True)
    case_number: Mapped[str] = mapped_column(Text(collation="NOCASE"))
    title: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    agency: Mapped[str]
    authorization: Mapped[str]
    created_at: Mapped[datetime]
    tombstone_reason: Mapped[str | None]


class SubjectRow(Table):
    """A person concerned by a case."""

    __tablename__ = "subject"
    __table_args__ = (
        CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name="sex"),
        STRICT,
    )
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(_refers_to("case.case_id"), index=True)
    name: Mapped[str]
    aliases: Mapped[Any] = mapped_column(JsonText, nullable=False)
    sex: Mapped[str]
    birth_date: Mapped[str]
    last_seen: Mapped[str]
    last_seen_place: Mapped[str]
    description: Mapped[Any] = mapped_column(JsonText, nullable=False)
    tombstone_reason: Mapped[str | None]


class ConsentRow(Table):
    """What a person allowed to be made of their photographs."""

    __tablename__ = "consent"
    __table_args__ = (CheckConstraint("purpose IN ('media', 'relatives')", name="purpose"), STRICT)
    consent_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(_refers_to("case.case_id"), index=True)
    subject_id: Mapped[str] = mapped_column(_refers_to("subject.subject_id"), index=True)
    purpose: Mapped[str]
    given_by: Mapped[str]
    scope: Mapped[str]
    medium: Mapped[str]
    valid_until: Mapped[str]
    document: Mapped[str]
    examiner: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str]


class RelationshipRow(Table):
    """Who is a relative of whom."""

    __tablename__ = "relationship"
    __table_args__ = (
        CheckConstraint(
            "kinship IN ('mother', 'father', 'sister', 'brother', 'daughter', 'son')", name="kinship"
        ),
        CheckConstraint("subject_id <> relative_id", name="two_people"),
        STRICT,
    )
    relationship_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(_refers_to("case.case_id"), index=True)
    subject_id: Mapped[str] = mapped_column(_refers_to("subject.subject_id"), index=True)
    relative_id: Mapped[str] = mapped_column(_refers_to("subject.subject_id"))
    kinship: Mapped[str]
    source: Mapped[str]
    examiner: Mapped[str]
    recorded_at: Mapped[datetime]
    tombstone_reason: Mapped[str | None]


class ExhibitRow(Table):
    """A received photograph; its bytes lie in the vault."""

    __tablename__ = "exhibit"
    __table_args__ = (
        UniqueConstraint("case_id", "exhibit_number"),
        Index("uq_exhibit_sha256", "sha256", unique=True, sqlite_where=_FILE_IS_PICTURE),
        Index("uq_exhibit_page_sha256", "page_sha256", unique=True, sqlite_where=_PAGE_IS_PICTURE),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        STRICT,
    )
    exhibit_id: Mapped[str] = mapped_column(primary_key=True)
    exhibit_number: Mapped[str]
    case_id: Mapped[str] = mapped_column(_refers_to("case.case_id"))
    subject_id: Mapped[str | None] = mapped_column(_refers_to("subject.subject_id"), index=True)
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    media_type: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    original_name: Mapped[str]
    source: Mapped[str]
    received_how: Mapped[str]
    received_at: Mapped[datetime]
    photo_date: Mapped[str]
    age_at_photo: Mapped[Any | None] = mapped_column(JsonText)
    exif: Mapped[Any] = mapped_column(JsonText, nullable=False)
    notes: Mapped[Any] = mapped_column(JsonText, nullable=False)
    tombstone_reason: Mapped[str | None]
    page: Mapped[int | None]
    page_sha256: Mapped[str | None]
    page_size_bytes: Mapped[int | None]


class RunRow(Table):
    """One execution of an engine; ``spec`` holds everything that decides its output."""

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted')",
            name="status",
        ),
        STRICT,
    )
    run_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(_refers_to("case.case_id"), index=True)
    exhibit_id: Mapped[str] = mapped_column(_refers_to("exhibit.exhibit_id"), index=True)
    spec: Mapped[Any] = mapped_column(JsonText, nullable=False)
    status: Mapped[str] = mapped_column(index=True)
    examiner: Mapped[str]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    environment: Mapped[Any] = mapped_column(JsonText, nullable=False)
    control: Mapped[Any] = mapped_column(JsonText, nullable=False)
    face: Mapped[Any] = mapped_column(JsonText, nullable=False)
    warnings: Mapped[Any] = mapped_column(JsonText, nullable=False)
    failure: Mapped[str]


class DerivedImageRow(Table):
    """A file made by a run; its bytes lie in the vault."""

    __tablename__ = "derived_image"
    __table_args__ = (
        CheckConstraint("role IN ('derived', 'mean', 'spread')", name="role"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        STRICT,
    )
    derived_image_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(_refers_to("run.run_id"), index=True)
    role: Mapped[str]
    target_age: Mapped[Any | None] = mapped_column(JsonText)
    variant: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(index=True)
    size_bytes: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    metrics: Mapped[Any] = mapped_column(JsonText, nullable=False)


class AdapterRow(Table):
    """Weights that a run learned about a subject; the file lies in the vault."""

    __tablename__ = "adapter"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="sha256"), STRICT)
    adapter_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(_refers_to("run.run_id"), index=True)
    subject_id: Mapped[str] = mapped_column(_refers_to("subject.subject_id"), index=True)
    pack_name: Mapped[str]
    pack_sha256: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size_bytes: Mapped[int]
    facts: Mapped[Any] = mapped_column(JsonText, nullable=False)


class LicenceAcceptanceRow(Table):
    """An examiner's acceptance of a model pack's licence."""

    __tablename__ = "licence_acceptance"
    __table_args__ = (UniqueConstraint("pack_sha256"), STRICT)
    licence_acceptance_id: Mapped[str] = mapped_column(primary_key=True)
    pack_name: Mapped[str]
    pack_sha256: Mapped[str]
    licence_sha256: Mapped[str]
    examiner: Mapped[str]
    accepted_at: Mapped[datetime]


class ReportRow(Table):
    """An issued report; its bytes lie in the vault."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("report_number"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        STRICT,
    )
    report_id: Mapped[str] = mapped_column(primary_key=True)
    report_number: Mapped[str]
    case_id: Mapped[str] = mapped_column(_refers_to("case.case_id"), index=True)
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    issued_at: Mapped[datetime]
    examiner: Mapped[str]
    supersedes: Mapped[str | None] = mapped_column(_refers_to("report.report_id"))
    reason: Mapped[str]


class GalleryRow(Table):
    """A set of faces of known people."""

    __tablename__ = "gallery"
    __table_args__ = (UniqueConstraint("name"), STRICT)
    gallery_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text(collation="NOCASE"))
    analyser: Mapped[str]
    analyser_version: Mapped[str]
    weights_sha256: Mapped[Any] = mapped_column(JsonText, nullable=False)
    pack_name: Mapped[str]
    embedding_size: Mapped[int]
    examiner: Mapped[str]
    created_at: Mapped[datetime]


class GalleryBatchRow(Table):
    """Faces that were added to a gallery at once; header and templates lie in one file of the vault."""

    __tablename__ = "gallery_batch"
    __table_args__ = (
        UniqueConstraint("gallery_id", "sha256"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        STRICT,
    )
    gallery_batch_id: Mapped[str] = mapped_column(primary_key=True)
    gallery_id: Mapped[str] = mapped_column(_refers_to("gallery.gallery_id"))
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    face_count: Mapped[int]
    derived_count: Mapped[int]
    examiner: Mapped[str]
    added_at: Mapped[datetime]


class GalleryRemovalRow(Table):
    """Faces of a gallery that are no longer searched."""

    __tablename__ = "gallery_removal"
    __table_args__ = STRICT
    gallery_removal_id: Mapped[str] = mapped_column(primary_key=True)
    gallery_id: Mapped[str] = mapped_column(_refers_to("gallery.gallery_id"), index=True)
    subject: Mapped[str]
    faces: Mapped[Any] = mapped_column(JsonText, nullable=False)
    reason: Mapped[str]
    examiner: Mapped[str]
    removed_at: Mapped[datetime]


class ImageNoteRow(Table):
    """One version of what an examiner placed on a picture."""

    __tablename__ = "image_note"
    __table_args__ = (
        UniqueConstraint("revises"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        STRICT,
    )
    image_note_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(_refers_to("case.case_id"), index=True)
    exhibit_id: Mapped[str] = mapped_column(_refers_to("exhibit.exhibit_id"))
    derived_image_id: Mapped[str | None] = mapped_column(_refers_to("derived_image.derived_image_id"))
    sha256: Mapped[str]
    kind: Mapped[str]
    points: Mapped[Any] = mapped_column(JsonText, nullable=False)
    text: Mapped[str]
    eyes: Mapped[Any] = mapped_column(JsonText, nullable=True)
    eyes_origin: Mapped[str]
    revises: Mapped[str | None] = mapped_column(_refers_to("image_note.image_note_id"))
    state: Mapped[str]
    reason: Mapped[str]
    examiner: Mapped[str]
    made_at: Mapped[datetime]


class CustodyEventRow(Table):
    """One entry of the custody log; ``sha256`` is taken over ``canonical``, which holds the details."""

    __tablename__ = "custody_event"
    __table_args__ = (Index("ix_custody_event_object", "object_type", "object_id"), STRICT)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str]
    occurred_at: Mapped[datetime]
    examiner: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(index=True)
    object_type: Mapped[str]
    object_id: Mapped[str]
    previous_sha256: Mapped[str]
    sha256: Mapped[str]
    canonical: Mapped[str]


class CheckpointRow(Table):
    """A signed statement of the log's size and root."""

    __tablename__ = "checkpoint"
    __table_args__ = STRICT
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root_sha256: Mapped[str]
    note: Mapped[str]
    key_id: Mapped[str] = mapped_column(_refers_to("signing_key.key_id"))
    created_at: Mapped[datetime]


RECORD_TABLES: dict[str, type[Table]] = {
    "casebook": MetaRow,
    "examiner": ExaminerRow,
    "signing_key": SigningKeyRow,
    "case": CaseRow,
    "subject": SubjectRow,
    "exhibit": ExhibitRow,
    "run": RunRow,
    "derived_image": DerivedImageRow,
    "adapter": AdapterRow,
    "licence_acceptance": LicenceAcceptanceRow,
    "report": ReportRow,
    "gallery": GalleryRow,
    "gallery_batch": GalleryBatchRow,
    "gallery_removal": GalleryRemovalRow,
    "image_note": ImageNoteRow,
    "consent": ConsentRow,
    "relationship": RelationshipRow,
}
"""Mapped class by the ``object_type`` of its custody events; each has a one-column text primary key."""
