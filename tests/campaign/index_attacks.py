"""An index that is not that of its table: it gives another row, or none, while every row is as it was recorded."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from attacks import attack, shell

_UNIQUE = {
    "case": ("sqlite_autoindex_case_2", r",\s*CONSTRAINT uq_case_\w+ UNIQUE \([^)]*\)"),
    "exhibit": ("sqlite_autoindex_exhibit_2", r",\s*CONSTRAINT uq_exhibit_\w+ UNIQUE \([^)]*\)"),
    "gallery": ("sqlite_autoindex_gallery_2", r",\s*CONSTRAINT uq_gallery_\w+ UNIQUE \([^)]*\)"),
}
"""Index and constraint of each table that is attacked."""


def behind_its_index(folder: Path, table: str, change: Callable[[sqlite3.Connection], None]) -> None:
    """Change a table while one of its indexes is out of the schema, which therefore stays as it was."""
    index, constraint = _UNIQUE[table]
    with shell(folder) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        kept = tuple(
            connection.execute(
                "SELECT rowid, type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = ?",
                (index,),
            ).fetchone()
        )
        _write_schema(
            connection,
            ("UPDATE sqlite_master SET sql = ? WHERE name = ?", (re.sub(constraint, "", sql), table)),
            ("DELETE FROM sqlite_master WHERE name = ?", (index,)),
        )
    with shell(folder) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        change(connection)
        _write_schema(
            connection,
            ("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, table)),
            (
                "INSERT INTO sqlite_master (rowid, type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?, ?)",
                kept,
            ),
        )


def _write_schema(connection: sqlite3.Connection, *statements: tuple[str, tuple[object, ...]]) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        connection.execute(*statement)
    version = connection.execute("PRAGMA schema_version").fetchone()[0]
    connection.execute(f"PRAGMA schema_version = {version + 1}")
    connection.execute("PRAGMA writable_schema = OFF")


def exchange_numbers(
    connection: sqlite3.Connection, table: str, column: str, numbers: tuple[str, str]
) -> None:
    one, two = numbers
    query = f'SELECT rowid FROM "{table}" WHERE {column} = ?'
    rows = [connection.execute(query, (number,)).fetchone()[0] for number in numbers]
    connection.execute(f"UPDATE \"{table}\" SET {column} = '-' WHERE rowid = ?", (rows[0],))
    connection.execute(f'UPDATE "{table}" SET {column} = ? WHERE rowid = ?', (one, rows[1]))
    connection.execute(f'UPDATE "{table}" SET {column} = ? WHERE rowid = ?', (two, rows[0]))


def point_elsewhere(folder: Path, numbers: tuple[str, str]) -> None:
    """Let the index of case numbers give each of two cases for the number of the other."""
    with shell(folder) as connection:
        exchange_numbers(connection, "case", "case_number", numbers)
    behind_its_index(
        folder,
        "case",
        lambda connection: exchange_numbers(connection, "case", "case_number", numbers),
    )


def galleries_point_elsewhere(folder: Path, names: tuple[str, str]) -> None:
    """Let the index of gallery names give each of two galleries for the name of the other."""
    with shell(folder) as connection:
        exchange_numbers(connection, "gallery", "name", names)
    behind_its_index(
        folder, "gallery", lambda connection: exchange_numbers(connection, "gallery", "name", names)
    )


@attack
def exhibit_hidden_from_an_index(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("UPDATE exhibit SET case_id = 'C-0002'")
    behind_its_index(
        folder, "exhibit", lambda connection: connection.execute("UPDATE exhibit SET case_id = 'C-0001'")
    )


@attack
def index_of_a_key_entered_under_another_table(folder: Path) -> None:
    with shell(folder) as connection:
        _write_schema(
            connection,
            ("UPDATE sqlite_master SET tbl_name = 'case' WHERE name = ?", ("sqlite_autoindex_meta_1",)),
        )


@attack
def index_of_a_key_entered_as_nothing(folder: Path) -> None:
    with shell(folder) as connection:
        _write_schema(
            connection,
            ("UPDATE sqlite_master SET type = NULL WHERE name = ?", ("sqlite_autoindex_meta_1",)),
        )


@attack
def trigger_entered_with_pages_of_its_own(folder: Path) -> None:
    with shell(folder):
        pass
    connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
    _write_schema(connection, ("UPDATE sqlite_master SET rootpage = 9 WHERE name = ?", ("exhibit_facts",)))
    connection.close()
