"""What somebody does who can write to a casebook's folder and has no signing key: each a function of the folder.

Rules:
    * An attack makes everything fit that can be made to fit without a key: digests, links, numbers, triggers.
    * What it changes is a record, a file, an event or a head; an exact older copy is no change.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from forensic_app.custody import MerkleTree, SigningKey, note_sha256, sign_checkpoint
from forensic_app.records import CustodyEvent
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import CustodyEventRow

Attack = Callable[[Path], None]
ATTACKS: dict[str, Attack] = {}
"""Attacks that are found by the verification alone, with nothing from elsewhere."""

OF_THE_WHOLE: dict[str, Attack] = {}
"""Attacks that leave another consistent casebook: found with a key, a checkpoint or the workstation's memory."""


def attack(function: Attack) -> Attack:
    ATTACKS[function.__name__] = function
    return function


def whole(function: Attack) -> Attack:
    OF_THE_WHOLE[function.__name__] = function
    return function


@contextmanager
def shell(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database as an SQLite shell does, with the triggers taken away meanwhile."""
    connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def put(folder: Path, data: bytes) -> str:
    """Put a file into the vault under its own digest."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = folder / "vault" / sha256[:2] / sha256
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o400)
    return sha256


def append(connection: sqlite3.Connection, **told: Any) -> None:
    """Append an event that follows the newest one."""
    last = connection.execute("SELECT * FROM custody_event ORDER BY sequence DESC LIMIT 1").fetchone()
    event = {
        "sequence": last["sequence"] + 1, "occurred_at": last["occurred_at"], "examiner": last["examiner"],
        "case_id": "C-0001", "previous_sha256": last["sha256"], **told,
    }  # fmt: skip
    insert(connection, event)


def insert(connection: sqlite3.Connection, event: dict[str, Any]) -> None:
    text = canonical(event)
    connection.execute(
        "INSERT INTO custody_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event["sequence"], event["action"], event["occurred_at"], event["examiner"], event["case_id"],
            event["object_type"], event["object_id"], event["previous_sha256"], digest(text), text,
        ),
    )  # fmt: skip


def rewrite(connection: sqlite3.Connection, change: Callable[[dict[str, Any]], bool]) -> None:
    """Write the log anew so that every link and digest fits; events for which ``change`` is false go."""
    events = [
        json.loads(row[0]) for row in connection.execute("SELECT canonical FROM custody_event ORDER BY 1")
    ]
    events.sort(key=lambda event: event["sequence"])
    connection.execute("DELETE FROM custody_event")
    previous, number = "0" * 64, 0
    for event in events:
        if not change(event):
            continue
        number += 1
        event.update(sequence=number, previous_sha256=previous)
        insert(connection, event)
        previous = digest(canonical(event))


def row_digest(connection: sqlite3.Connection, table: str, where: str) -> str:
    return digest(canonical(dict(connection.execute(f'SELECT * FROM "{table}" WHERE {where}').fetchone())))


def register_key(connection: sqlite3.Connection, key: SigningKey) -> str:
    """Register an own key by an own event; return the time of both."""
    moment: str = connection.execute("SELECT max(occurred_at) FROM custody_event").fetchone()[0]
    connection.execute(
        "INSERT INTO signing_key VALUES (?, ?, ?, 'A. Doe')", (key.key_id, key.public_key_hex, moment)
    )
    append(
        connection, action="key_registered", object_type="signing_key", object_id=key.key_id, case_id=None,
        details={
            "public_key_hex": key.public_key_hex,
            "record_sha256": row_digest(connection, "signing_key", f"key_id = '{key.key_id}'"),
        },
    )  # fmt: skip
    return moment


def sign_all(connection: sqlite3.Connection, key: SigningKey) -> None:
    """Sign the log after every event with another key, each head naming the one before."""
    connection.execute("DELETE FROM checkpoint")
    origin = connection.execute("SELECT origin FROM meta").fetchone()[0]
    first = next(
        row[0]
        for row in connection.execute("SELECT sequence FROM custody_event WHERE action = 'key_registered'")
    )
    tree, previous = MerkleTree(), "0" * 64
    for row in connection.execute("SELECT * FROM custody_event ORDER BY sequence").fetchall():
        tree.append(bytes.fromhex(row["sha256"]))
        if row["sequence"] < first:
            continue
        event = record_of(
            CustodyEvent, CustodyEventRow(**{**dict(row), "occurred_at": _time(row["occurred_at"])})
        )
        head = sign_checkpoint(
            origin=origin, size=row["sequence"], root=tree.root(), key=key, created_at=event.occurred_at,
            previous_sha256=previous,
        )  # fmt: skip
        connection.execute(
            "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)",
            (head.size, head.root_sha256, head.note, head.key_id, row["occurred_at"]),
        )
        previous = note_sha256(head.note)


def _time(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


def replace_file(folder: Path, table: str, key: str, object_type: str, action: str) -> None:
    """Put another file in the place of a record's, with an event that says so."""
    sha256 = put(folder, b"another file")
    with shell(folder) as connection:
        old = connection.execute(f"SELECT {key}, sha256, size_bytes FROM {table}").fetchone()
        connection.execute(
            f"UPDATE {table} SET sha256 = ?, size_bytes = 12 WHERE {key} = ?", (sha256, old[0])
        )
        recorded = row_digest(connection, table, f"{key} = '{old[0]}'")
        before = {"sha256": old["sha256"], "size_bytes": old["size_bytes"]}
        append(
            connection, action=action, object_type=object_type, object_id=old[0],
            details={"record_sha256": recorded, "record_before": before, "utc_offset": "+00:00"},
        )  # fmt: skip
    (folder / "vault" / old["sha256"][:2] / old["sha256"]).unlink()


@attack
def original_replaced(folder: Path) -> None:
    replace_file(folder, "exhibit", "exhibit_id", "exhibit", "exhibit_changed")


@attack
def original_received_anew(folder: Path) -> None:
    replace_file(folder, "exhibit", "exhibit_id", "exhibit", "exhibit_received")


@attack
def derived_image_replaced(folder: Path) -> None:
    replace_file(folder, "derived_image", "derived_image_id", "derived_image", "image_derived")


@attack
def report_replaced(folder: Path) -> None:
    replace_file(folder, "report", "report_id", "report", "report_issued")


@attack
def specification_replaced(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("""UPDATE run SET spec = replace(spec, '30', '40')""")
        append(
            connection, action="run_started", object_type="run", object_id="R-0001",
            details={"record_sha256": row_digest(connection, "run", "run_id = 'R-0001'"), "record_before": {}},
        )  # fmt: skip


@attack
def decision_in_anothers_name(folder: Path) -> None:
    with shell(folder) as connection:
        sha256 = connection.execute("SELECT sha256 FROM derived_image").fetchone()[0]
        append(
            connection, action="image_accepted", object_type="derived_image", object_id="D-000001",
            details={"reason": "Likeness", "sha256": sha256},
        )  # fmt: skip


@attack
def acceptance_without_an_administrator(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("UPDATE exhibit SET source = 'Nobody'")
        meta = connection.execute("SELECT casebook_id FROM meta").fetchone()[0]
        number = connection.execute("SELECT max(sequence) FROM custody_event").fetchone()[0] + 1
        findings = [
            "The record of exhibit E-0001 was changed after custody event 6.",
            f"Events {number} to {number} were written without a signature.",
        ]
        append(
            connection, action="mismatch_accepted", object_type="casebook", object_id=meta, case_id=None,
            details={"reason": "Known", "findings": findings},
        )  # fmt: skip


@attack
def row_deleted_with_an_event(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM licence_acceptance")
        append(
            connection, action="licence_accepted", object_type="licence_acceptance", object_id="L-0001",
            case_id=None, details={"record_sha256": None},
        )  # fmt: skip


@attack
def newest_head_deleted(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)")


@attack
def middle_head_deleted(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute(
            "DELETE FROM checkpoint WHERE size = (SELECT size FROM checkpoint ORDER BY size LIMIT 1 OFFSET 3)"
        )


@attack
def oldest_head_deleted(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("DELETE FROM checkpoint WHERE size = (SELECT min(size) FROM checkpoint)")


@attack
def all_heads_but_the_oldest_deleted(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("DELETE FROM checkpoint WHERE size > (SELECT min(size) FROM checkpoint)")


@attack
def all_heads_but_the_newest_deleted(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("DELETE FROM checkpoint WHERE size < (SELECT max(size) FROM checkpoint)")


@attack
def end_rewritten(folder: Path) -> None:
    """Take the newer heads away, tell the newest event otherwise, make all fit."""
    with shell(folder) as connection:
        last = connection.execute("SELECT max(sequence) FROM custody_event").fetchone()[0]
        connection.execute("DELETE FROM checkpoint WHERE size >= ?", (last,))

        def change(event: dict[str, Any]) -> bool:
            if event["sequence"] == last:
                event["details"]["purpose"] = "none"
            return True

        rewrite(connection, change)


@attack
def event_taken_out(folder: Path) -> None:
    with shell(folder) as connection:
        rewrite(connection, lambda event: event["action"] != "report_exported")


@attack
def event_added_alone(folder: Path) -> None:
    with shell(folder) as connection:
        append(connection, action="case_viewed", object_type="case", object_id="C-0001", details={})


@attack
def event_added_under_an_own_key(folder: Path) -> None:
    """Register an own key by an own event, and sign the whole log's end with it."""
    key = SigningKey.generate()
    with shell(folder) as connection:
        moment = register_key(connection, key)
        rows = connection.execute("SELECT * FROM custody_event ORDER BY sequence").fetchall()
        tree = MerkleTree(bytes.fromhex(row["sha256"]) for row in rows)
        note = connection.execute("SELECT note FROM checkpoint ORDER BY size DESC").fetchone()[0]
        head = sign_checkpoint(
            origin=connection.execute("SELECT origin FROM meta").fetchone()[0], size=len(rows), root=tree.root(),
            key=key, created_at=_time(moment), previous_sha256=note_sha256(note),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)",
            (head.size, head.root_sha256, head.note, head.key_id, moment),
        )


@attack
def made_a_log_of_version_1(folder: Path) -> None:
    """Say that the log is of version 1, which may have an unsigned end, and keep the oldest head."""
    with shell(folder) as connection:
        connection.execute("DELETE FROM checkpoint WHERE size > (SELECT min(size) FROM checkpoint)")

        def change(event: dict[str, Any]) -> bool:
            event["details"].pop("log_version", None)
            event["details"].pop("record_before", None)
            return True

        rewrite(connection, change)


@attack
def key_exchanged_in_its_record(folder: Path) -> None:
    key = SigningKey.generate()
    with shell(folder) as connection:
        connection.execute("UPDATE signing_key SET public_key_hex = ?", (key.public_key_hex,))


@attack
def schema_version_edited(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '2026_11_27'")


@attack
def schema_version_doubled(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("INSERT INTO alembic_version VALUES ('2099_01_01')")


@attack
def trigger_removed(folder: Path) -> None:
    with shell(folder) as connection:
        pass
    connection = sqlite3.connect(folder / "casebook.db")
    connection.execute("DROP TRIGGER exhibit_facts")
    connection.close()


@attack
def table_added(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("CREATE TABLE extra (value TEXT)")


@attack
def case_hidden_from_the_search(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("DELETE FROM search_index WHERE subject_id IS NULL")


@attack
def case_removed_silently(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("UPDATE \"case\" SET tombstone_reason = 'Error'")


@attack
def name_of_the_log_changed(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("UPDATE meta SET origin = 'forensic-app/casebook/other'")


@attack
def examiner_renamed_everywhere(folder: Path) -> None:
    with shell(folder) as connection:
        connection.execute("UPDATE examiner SET name = 'B. Roe'")
        connection.execute("UPDATE custody_event SET examiner = 'B. Roe'")

        def change(event: dict[str, Any]) -> bool:
            event["examiner"] = "B. Roe"
            return True

        rewrite(connection, change)


@attack
def files_of_two_records_exchanged(folder: Path) -> None:
    with shell(folder) as connection:
        one = connection.execute("SELECT sha256, size_bytes FROM exhibit").fetchone()
        two = connection.execute("SELECT sha256, size_bytes FROM report").fetchone()
        connection.execute("UPDATE exhibit SET sha256 = ?, size_bytes = ?", tuple(two))
        connection.execute("UPDATE report SET sha256 = ?, size_bytes = ?", tuple(one))


def original(folder: Path) -> Path:
    connection = sqlite3.connect(folder / "casebook.db")
    sha256 = connection.execute("SELECT sha256 FROM exhibit").fetchone()[0]
    connection.close()
    return folder / "vault" / sha256[:2] / sha256


@attack
def original_deleted(folder: Path) -> None:
    original(folder).unlink()


@attack
def original_overwritten(folder: Path) -> None:
    path = original(folder)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[::-1])
    path.chmod(0o400)


@attack
def original_made_a_link(folder: Path) -> None:
    path = original(folder)
    shutil.move(path, folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")


@attack
def original_named_elsewhere_too(folder: Path) -> None:
    os.link(original(folder), folder.parent / "another-name")


@attack
def original_made_writable(folder: Path) -> None:
    original(folder).chmod(0o644)


@attack
def original_made_a_pipe(folder: Path) -> None:
    path = original(folder)
    path.unlink()
    os.mkfifo(path)


@attack
def vault_made_a_link(folder: Path) -> None:
    shutil.move(folder / "vault", folder.parent / "other-vault")
    (folder / "vault").symlink_to(folder.parent / "other-vault")


@attack
def folder_of_the_vault_made_a_link(folder: Path) -> None:
    parent = original(folder).parent
    shutil.move(parent, folder.parent / "other-folder")
    parent.symlink_to(folder.parent / "other-folder")


@whole
def whole_log_signed_with_another_key(folder: Path) -> None:
    """Tell a record otherwise from its first event on, and sign everything with an own key."""
    key = SigningKey.generate()
    with shell(folder) as connection:
        connection.execute(
            "UPDATE signing_key SET key_id = ?, public_key_hex = ?", (key.key_id, key.public_key_hex)
        )
        recorded = row_digest(connection, "signing_key", "1")

        def change(event: dict[str, Any]) -> bool:
            if event["object_type"] == "signing_key":
                event["object_id"] = key.key_id
                event["details"].update(public_key_hex=key.public_key_hex, record_sha256=recorded)
            return True

        rewrite(connection, change)
        sign_all(connection, key)
