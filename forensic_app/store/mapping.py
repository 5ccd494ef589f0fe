"""Rows to records by the names of their fields: nothing mapped ever leaves the store.

Rules:
    * A field is read from the column of its own name; what is stored in another form is named in one table here.
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
    Consent,
    ConsentPurpose,
    CustodyEvent,
    DerivedImage,
    Exhibit,
    Gallery,
    GalleryBatch,
    GalleryRemoval,
    ImageNote,
    ImageRole,
    Kinship,
    NoteKind,
    NoteState,
    Relationship,
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
from forensic_app.store.faults import decoded

R = TypeVar(
    "R",
    Case,
    Subject,
    Exhibit,
    Run,
    DerivedImage,
    SubjectAdapter,
    Report,
    Gallery,
    GalleryBatch,
    GalleryRemoval,
    ImageNote,
    Consent,
    Relationship,
    CustodyEvent,
    Checkpoint,
)

ROWS: Mapping[type, type[tables.Table]] = {
    Case: tables.CaseRow,
    Subject: tables.SubjectRow,
    Exhibit: tables.ExhibitRow,
    Run: tables.RunRow,
    DerivedImage: tables.DerivedImageRow,
    SubjectAdapter: tables.AdapterRow,
    Report: tables.ReportRow,
    Gallery: tables.GalleryRow,
    GalleryBatch: tables.GalleryBatchRow,
    GalleryRemoval: tables.GalleryRemovalRow,
    ImageNote: tables.ImageNoteRow,
    Consent: tables.ConsentRow,
    Relationship: tables.RelationshipRow,
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


def _points(stored: Any) -> tuple[tuple[float, float], ...] | None:
    return None if stored is None else tuple((float(x), float(y)) for x, y in stored)


def _details(canonical: str) -> Any:
    return json.loads(canonical)["details"]


_CONVERTED: Mapping[type, Mapping[str, Callable[[Any], Any]]] = {
    Case: {"kind": CaseKind, "status": CaseStatus},
    Subject: {"aliases": tuple, "sex": Sex, "description": _description},
    Exhibit: {"age_at_photo": _number, "notes": tuple},
    Run: {"spec": _spec, "status": RunStatus, "warnings": tuple},
    DerivedImage: {"role": ImageRole, "target_age": _number},
    GalleryRemoval: {"faces": tuple},
    ImageNote: {"kind": NoteKind, "points": _points, "eyes": _points, "state": NoteState},
    Consent: {"purpose": ConsentPurpose},
    Relationship: {"kinship": Kinship},
    CustodyEvent: {"details": _details},
}
"""How each field is made of its column where it is not stored as it is."""

_COLUMNS: Mapping[tuple[type, str], str] = {(CustodyEvent, "details"): "canonical"}
"""Columns that do not have their field's name."""

Source = tuple[str, str, Callable[[Any], Any] | None]
SOURCES: Mapping[type, tuple[Source, ...]] = {
    kind: tuple(
        (each.name, _COLUMNS.get((kind, each.name), each.name), _CONVERTED.get(kind, {}).get(each.name))
        for each in fields(kind)
    )
    for kind in ROWS
}
"""Each field of a record with its column and its conversion, ``None`` for a value as it is stored."""


def record_of(kind: type[R], row: tables.Table) -> R:
    """Return the record that ``row``, of the table that :data:`ROWS` names, holds.

    Raises:
        StoreUnavailable: It holds a value that the program does not write.
    """
    with decoded():
        return kind(
            **{
                name: getattr(row, column) if convert is None else convert(getattr(row, column))
                for name, column, convert in SOURCES[kind]
            }
        )
