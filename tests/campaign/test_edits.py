"""Every column of every row of every table, edited: each edit is found, or the next writer undoes it and says so."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest
from attacks import shell

from forensic_app.errors import ForensicAppError
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import check_opening, verify_casebook

IS_WHOLE = os.environ.get("CAMPAIGN") == "whole"
"""Whether every cell is tried; else every seventh of the two tables that hold the log."""

DERIVED = "search_index"
"""Tables of the search index hold nothing that the records do not: a writer makes them anew."""


def cells(folder):
    """Yield every cell: table, row number, column, value."""
    connection = sqlite3.connect(folder / "casebook.db")
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        try:
            cursor = connection.execute(f'SELECT rowid, * FROM "{table}"')
        except sqlite3.OperationalError:
            continue
        names = [each[0] for each in cursor.description]
        for row in cursor.fetchall():
            for name, value in zip(names[1:], row[1:], strict=True):
                yield table, row[0], name, value
    connection.close()


def other(value):
    """Return a value of the same kind that is another one."""
    if value is None:
        return "x"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return value + b"x"
    return value.replace("a", "b") if "a" in value else value + "x"


def edits_found(casebook, scratch, table, *, step=1):
    """Edit cells of a table, each in a copy, and see that each is found; return how many were tried.

    Args:
        casebook: What is copied.
        scratch: Folder for the copies.
        table: The table.
        step: One cell in so many is tried, counted over all tables.
    """
    found = 0
    for number, (name, row_id, column, value) in enumerate(cells(casebook)):
        if name != table or number % step:
            continue
        folder = shutil.copytree(casebook, scratch / str(number))
        try:
            with shell(folder) as connection:
                connection.execute("PRAGMA foreign_keys = OFF")
                connection.execute("PRAGMA ignore_check_constraints = ON")
                connection.execute(
                    f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (other(value), row_id)
                )
        except sqlite3.IntegrityError:
            continue
        assert verify_casebook(folder).findings, (table, row_id, column)
        assert check_opening(folder).findings, (table, row_id, column)
        found += 1
        shutil.rmtree(folder)
    return found


@pytest.mark.parametrize("table", [
    "alembic_version", "meta", "examiner", "signing_key", "case", "subject", "exhibit", "run", "derived_image",
    "adapter", "licence_acceptance", "report", "gallery", "gallery_batch", "gallery_removal", "consent",
    "relationship", "image_note", "custody_event",
    "checkpoint",
])  # fmt: skip
def test_every_edit_of_a_table_is_found(sample, tmp_path, record_property, table):
    step = 1 if IS_WHOLE or table not in ("custody_event", "checkpoint") else 7
    found = edits_found(sample / "casebook", tmp_path, table, step=step)
    record_property("trials", found)
    assert (
        found or table in ("adapter", "consent", "relationship", "image_note") or table.startswith("gallery")
    )


def test_every_edit_of_the_search_index_is_found_or_mended(sample, key, tmp_path, record_property):
    mended = tried = 0
    for number, (name, row_id, column, value) in enumerate(cells(sample / "casebook")):
        if not name.startswith(DERIVED):
            continue
        folder = shutil.copytree(sample / "casebook", tmp_path / str(number))
        connection = sqlite3.connect(folder / "casebook.db")
        try:
            connection.execute(f'UPDATE "{name}" SET "{column}" = ? WHERE rowid = ?', (other(value), row_id))
            connection.commit()
        except sqlite3.Error:
            continue
        finally:
            connection.close()
        tried += 1
        try:
            with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
                mended += store.events()[-1].action == "search_index_rebuilt"
                assert [hit.case.case_id for hit in store.search("missing")] == ["C-0001"], (name, column)
                assert [hit.subject.name for hit in store.search("nunez")] == ["Ana Núñez"], (name, column)
        except ForensicAppError:
            assert verify_casebook(folder).findings, (name, row_id, column)
    record_property("trials", tried)
    assert mended
