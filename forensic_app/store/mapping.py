"""Rows to records: nothing mapped ever leaves the store."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from forensic_app.records import (
    Case,
    CaseKind,
    CaseStatus,
    Checkpoint,
    CustodyEvent,
    DerivedImage,
    Exhibit,
    ImageRole,
    Report,
    Run,
    RunSpec,
    RunStatus,
    Sex,
    Subject,
    SubjectAdapter,
    SubjectDescription,
)
from forensic_app.store import tables

_DESCRIPTION_FIELDS = {each.name for each in fields(SubjectDescription)}


def case_record(row: tables.CaseRow) -> Case:
    """Return the case that ``row`` holds."""
    return Case(
        row.case_id,
        row.case_number,
        row.title,
        CaseKind(row.kind),
        CaseStatus(row.status),
        row.agency,
        row.authorization,
        row.created_at,
        row.tombstone_reason,
    )


def subject_record(row: tables.SubjectRow) -> Subject:
    """Return the subject that ``row`` holds."""
    description = {name: text for name, text in row.description.items() if name in _DESCRIPTION_FIELDS}
    return Subject(
        row.subject_id,
        row.case_id,
        row.name,
        tuple(row.aliases),
        Sex(row.sex),
        row.birth_date,
        row.last_seen,
        row.last_seen_place,
        SubjectDescription(**description),
        row.tombstone_reason,
    )


def exhibit_record(row: tables.ExhibitRow) -> Exhibit:
    """Return the exhibit that ``row`` holds."""
    return Exhibit(
        row.exhibit_id,
        row.exhibit_number,
        row.case_id,
        row.subject_id,
        row.sha256,
        row.size_bytes,
        row.media_type,
        row.width_px,
        row.height_px,
        row.original_name,
        row.source,
        row.received_how,
        row.received_at,
        row.photo_date,
        _number(row.age_at_photo),
        row.exif,
        tuple(row.notes),
        row.tombstone_reason,
    )


def run_record(row: tables.RunRow) -> Run:
    """Return the run that ``row`` holds."""
    spec = {**row.spec, "reference_sha256": tuple(row.spec["reference_sha256"])}
    return Run(
        row.run_id,
        row.case_id,
        RunSpec(**spec),
        RunStatus(row.status),
        row.examiner,
        row.queued_at,
        row.started_at,
        row.ended_at,
        row.environment,
        row.control,
        row.face,
        tuple(row.warnings),
        row.failure,
    )


def derived_image_record(row: tables.DerivedImageRow) -> DerivedImage:
    """Return the derived image that ``row`` holds."""
    return DerivedImage(
        row.derived_image_id,
        row.run_id,
        ImageRole(row.role),
        _number(row.target_age),
        row.variant,
        row.sha256,
        row.size_bytes,
        row.width_px,
        row.height_px,
        row.metrics,
    )


def adapter_record(row: tables.AdapterRow) -> SubjectAdapter:
    """Return the adapter that ``row`` holds."""
    return SubjectAdapter(
        row.adapter_id,
        row.run_id,
        row.subject_id,
        row.pack_name,
        row.pack_sha256,
        row.sha256,
        row.size_bytes,
        row.facts,
    )


def report_record(row: tables.ReportRow) -> Report:
    """Return the report that ``row`` holds."""
    return Report(
        row.report_id,
        row.report_number,
        row.case_id,
        row.sha256,
        row.size_bytes,
        row.issued_at,
        row.examiner,
        row.supersedes,
        row.reason,
    )


def event_record(row: tables.CustodyEventRow) -> CustodyEvent:
    """Return the custody event that ``row`` holds."""
    return CustodyEvent(
        row.sequence,
        row.action,
        row.occurred_at,
        row.examiner,
        row.case_id,
        row.object_type,
        row.object_id,
        json.loads(row.canonical)["details"],
        row.previous_sha256,
        row.sha256,
    )


def checkpoint_record(row: tables.CheckpointRow) -> Checkpoint:
    """Return the checkpoint that ``row`` holds."""
    return Checkpoint(row.size, row.root_sha256, row.note, row.key_id, row.created_at)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
