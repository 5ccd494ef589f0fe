"""Every field of a record is read from its own column, and every column of its table has its field."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Integer, inspect

from forensic_app.records import CustodyEvent, Exhibit
from forensic_app.store import tables
from forensic_app.store.mapping import HELD_ELSEWHERE, ROWS, SOURCES, record_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OF_JSON = {
    "aliases": ["A", "B"],
    "notes": ["noted"],
    "points": [[1, 2]],
    "eyes": [[1, 2], [3, 4]],
    "warnings": ["warned"],
    "description": {"hair": "brown"},
    "age_at_photo": 34,
    "target_age": 45,
    "spec": {
        "engine": "aging", "engine_version": "1", "exhibit_id": "E", "exhibit_sha256": "e", "parameters": {},
        "pack_name": "base", "pack_sha256": "p", "analyser": "dlib", "reference_sha256": ["r"],
    },
}  # fmt: skip
OF_TEXT = {
    "kind": "cold-case",
    "status": "closed",
    "sex": "female",
    "role": "mean",
    "state": "withdrawn",
    "purpose": "relatives",
    "kinship": "sister",
    "canonical": json.dumps({"details": {"reason": "told"}}),
}


def columns_of(row: type[tables.Table]) -> set[str]:
    return {each.key for each in inspect(row).columns}


def unmatched(kind: type, row: type[tables.Table]) -> set[str]:
    """Return the fields of ``kind`` without a column in ``row``, and the columns without a field."""
    read = {column for _, column, _ in SOURCES[kind]} if kind in SOURCES else {f.name for f in fields(kind)}
    return read ^ (columns_of(row) - HELD_ELSEWHERE.get(kind, frozenset()))


def row_of(kind: type) -> tables.Table:
    """Return a row of a record's table with another value in every column."""
    row = ROWS[kind]
    values: dict[str, Any] = {}
    for place, column in enumerate(inspect(row).columns):
        name = column.key
        if name in OF_JSON or name in OF_TEXT:
            values[name] = {**OF_JSON, **OF_TEXT}[name]
        elif isinstance(column.type, tables.TimeText):
            values[name] = NOON + timedelta(hours=place)
        elif isinstance(column.type, tables.JsonText):
            values[name] = {"in": name}
        else:
            values[name] = 1000 + place if isinstance(column.type, Integer) else f"in {name}"
    if row is tables.RunRow:
        values["status"] = "failed"
    if row is tables.ImageNoteRow:
        values["kind"] = "line"
    return row(**values)


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_fields_and_columns_match(kind: type) -> None:
    assert not unmatched(kind, ROWS[kind])


def test_a_field_without_a_column_and_a_column_without_a_field_are_noticed() -> None:
    @dataclass
    class Note:
        size: int
        note: str
        author: str

    assert unmatched(Note, tables.CheckpointRow) == {"author", "root_sha256", "key_id", "created_at"}


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_each_value_lands_in_its_own_field(kind: type) -> None:
    row = row_of(kind)
    record = record_of(kind, row)
    stored_as_is = [(name, column) for name, column, convert in SOURCES[kind] if convert is None]
    assert len(stored_as_is) > 3
    for name, column in stored_as_is:
        assert name == column
        assert getattr(record, name) == getattr(row, column)


def test_what_is_not_stored_as_it_is_is_converted() -> None:
    exhibit = record_of(Exhibit, row_of(Exhibit))
    assert exhibit.notes == ("noted",)
    assert isinstance(exhibit.age_at_photo, float)
    assert record_of(CustodyEvent, row_of(CustodyEvent)).details == {"reason": "told"}
