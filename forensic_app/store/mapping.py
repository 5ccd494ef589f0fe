"""Rows to records by the names of their fields: nothing mapped ever leaves the store.

Rules:
    * A field is read from the column of its own name; what is stored otherwise is named in one table here.
    * Every column of a record's table has its field, but for those that another column holds as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

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

R = TypeVar("R", Case, Subject, Exhibit, Run, DerivedImage, SubjectAdapter, Report, CustodyEvent, Checkpoint)

ROWS: Mapping[type, type[tables.Table]] = {
    Case: tables.CaseRow,
    Subject: tables.SubjectRow,
    Exhibit: tables.ExhibitRow,
    Run: tables.RunRow,
    DerivedImage: tables.DerivedImageRow,
    SubjectAdapter: tables.AdapterRow,
    Report: tables.ReportRow,
    CustodyEvent: tables.CustodyEventRow,
    Checkpoint: tables.CheckpointRow,
}
"""Mapped class of each record."""

HELD_ELSEWHERE: Mapping[type, frozenset[str]] = {Run: frozenset({"exhibit_id"})}
"""Columns without a field of their own: a run's exhibit stands in its specification."""

_DESCRIPTION_FIELDS = frozenset(each.name for each in fields(SubjectDescription))


def _description(stored: Mapping[str, str]) -> SubjectDescription:
    return SubjectDescription(**{name: text for name, text in stored.items() if name in _DESCRIPTION_FIELDS})


def _spec(stored: Mapping[str, Any]) -> RunSpec:
    return RunSpec(**{**stored, "reference_sha256": tuple(stored["reference_sha256"])})


def _number(stored: Any) -> float | None:
    return None if stored is None else float(stored)


def _details(canonical: str) -> Any:
    return json.loads(canonical)["details"]


_CONVERTED: Mapping[tuple[type, str], tuple[str, Callable[[Any], Any]]] = {
    (Case, "kind"): ("kind", CaseKind),
    (Case, "status"): ("status", CaseStatus),
    (Subject, "aliases"): ("aliases", tuple),
    (Subject, "sex"): ("sex", Sex),
    (Subject, "description"): ("description", _description),
    (Exhibit, "age_at_photo"): ("age_at_photo", _number),
    (Exhibit, "notes"): ("notes", tuple),
    (Run, "spec"): ("spec", _spec),
    (Run, "status"): ("status", RunStatus),
    (Run, "warnings"): ("warnings", tuple),
    (DerivedImage, "role"): ("role", ImageRole),
    (DerivedImage, "target_age"): ("target_age", _number),
    (CustodyEvent, "details"): ("canonical", _details),
}
"""Column and conversion of each field that is not stored as it is."""


Source = tuple[str, str, Callable[[Any], Any] | None]
SOURCES: Mapping[type, tuple[Source, ...]] = {
    kind: tuple((each.name, *_CONVERTED.get((kind, each.name), (each.name, None))) for each in fields(kind))
    for kind in ROWS
}
"""Each field of a record with its column and its conversion, ``None`` for a value as it is stored."""


def record_of(kind: type[R], row: tables.Table) -> R:
    """Return the record that ``row``, of the table that :data:`ROWS` names, holds."""
    return kind(
        **{
            name: getattr(row, column) if convert is None else convert(getattr(row, column))
            for name, column, convert in SOURCES[kind]
        }
    )
