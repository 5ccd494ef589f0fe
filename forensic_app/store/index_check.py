"""The search index is made of the records: one that is not what they give is made anew when a writer opens.

Rules:
    * The index is no evidence; that it was altered is, and is recorded as the event ``search_index_rebuilt``.
    * Its configuration belongs to it: that can end every search, or name a function that ranks.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from forensic_app.store import search
from forensic_app.store.cases import texts_of_case
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.subjects import texts_of_subject
from forensic_app.store.tables import CaseRow, SubjectRow

_EMPTY_DATA = ((1, b""), (10, bytes(7)))
"""Averages and structure of an empty FTS5 index (https://sqlite.org/fts5.html, section 7)."""

Entry = tuple[str, str, str | None]


def rebuild_if_altered(session: Session) -> bool:
    """Compare the index with the records, and make it anew where it differs; return whether it did."""
    connection = session.connection()
    expected = _expected(session)
    if _entries(connection) == sorted(expected, key=str) and _is_sound(session):
        return False
    _empty(connection)
    connection.exec_driver_sql("DROP TABLE search_index")
    connection.exec_driver_sql(search.CREATE)
    for words, case_id, subject_id in expected:
        search.put_words(connection, case_id=case_id, subject_id=subject_id, words=words)
    return True


def _empty(connection: Connection) -> None:
    """Make the tables below the index those of an empty one: SQLite drops only an index that it can open."""
    connection.exec_driver_sql("DELETE FROM search_index_config")
    connection.exec_driver_sql("INSERT INTO search_index_config (k, v) VALUES (?, ?)", search.CONFIGURATION)
    connection.exec_driver_sql("DELETE FROM search_index_data")
    for number, block in _EMPTY_DATA:
        connection.exec_driver_sql("INSERT INTO search_index_data (id, block) VALUES (?, ?)", (number, block))


def _entries(connection: Connection) -> list[Entry] | None:
    """Return what the index holds, in a fixed order; ``None`` where it is configured otherwise or cannot be read."""
    configured = connection.exec_driver_sql("SELECT k, v FROM search_index_config").all()
    if [tuple(row) for row in configured] != [search.CONFIGURATION]:
        return None
    try:
        found = connection.exec_driver_sql("SELECT words, case_id, subject_id FROM search_index").all()
    except (DatabaseError, sqlite3.DatabaseError):
        return None
    return sorted(((row[0], row[1], row[2]) for row in found), key=str)


def _expected(session: Session) -> list[Entry]:
    cases = session.scalars(select(CaseRow)).all()
    refuse_missing(session, CaseRow, cases)
    subjects = session.scalars(select(SubjectRow)).all()
    refuse_missing(session, SubjectRow, subjects)
    live = {row.case_id: row for row in cases if row.tombstone_reason is None}
    entries: list[Entry] = [
        (search.indexed_words(texts_of_case(row)), case_id, None) for case_id, row in live.items()
    ]
    entries += [
        (search.indexed_words(texts_of_subject(row)), row.case_id, row.subject_id)
        for row in subjects
        if row.tombstone_reason is None and row.case_id in live
    ]
    return entries


def _is_sound(session: Session) -> bool:
    """Whether the index's own pages are what its content gives."""
    try:
        session.connection().exec_driver_sql(
            "INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"
        )
    except (DatabaseError, sqlite3.DatabaseError):
        return False
    return True
