"""A casebook for the verifier with one record of every kind, and ways to tamper with it."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

from forensic_app import verify
from forensic_app.custody import SigningKey, event_bytes, merkle_root, sign_checkpoint, time_text
from forensic_app.digests import sha256_of_bytes
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec

KEY = SigningKey.from_bytes(bytes(range(32)))
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def fill(store, folder):
    """One record of every kind."""
    case = store.create_case(number="MP-2026-001", title="Missing", kind=CaseKind.MISSING_PERSON)
    subject = store.add_subject(case=case.case_id, name="Ana Núñez")
    photo = folder / "photo.jpg"
    photo.write_bytes(b"photograph" * 100)
    stored = store.vault.import_file(photo)
    exhibit = store.add_exhibit(
        case=case.case_id, subject_id=subject.subject_id, sha256=stored.sha256, size_bytes=stored.size_bytes,
        media_type="image/jpeg", width_px=640, height_px=480, original_name="photo.jpg", source="Family",
        received_how="e-mail", received_at=START, photo_date="1998", age_at_photo=8.5, exif={"Make": "Acme"},
        notes=(),
    )  # fmt: skip
    store.accept_licence(pack_name="demo", pack_sha256="a" * 64, licence_sha256="b" * 64)
    spec = RunSpec(
        "aging", "1", exhibit.exhibit_id, exhibit.sha256, {"ages": [30.0]}, "demo", "a" * 64, "dlib"
    )
    run = store.queue_run(case_id=case.case_id, spec=spec)
    store.start_run(run.run_id, environment={"device": "cpu"})
    image = folder / "image.png"
    image.write_bytes(b"image")
    output = OutputImage(image, "derived", 30.0, 0, 512, 512, {"estimated_age": 31.25})
    store.complete_run(run.run_id, result=EngineResult((output,), {}, {}, {}))
    report = folder / "report.pdf"
    report.write_bytes(b"%PDF report")
    store.add_report(case_id=case.case_id, report_number="R1", path=report)
    store.record_event("report_exported", object_type="report", object_id="P-0001", case_id=case.case_id)


def tamper(folder, *statements):
    """Change the database as somebody with an SQLite shell would, with the triggers taken away meanwhile."""
    connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(*((statement,) if isinstance(statement, str) else statement))
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def rows(folder, query, *arguments):
    connection = sqlite3.connect(folder / "casebook.db")
    try:
        return connection.execute(query, arguments).fetchall()
    finally:
        connection.close()


def contents(folder):
    """Everything that counts as a record, the schema included."""
    connection = sqlite3.connect(folder / "casebook.db")
    try:
        tables = [*(table for table, _ in verify.RECORDS.values()), "custody_event", "checkpoint"]
        data = {table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
        return data, connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    finally:
        connection.close()


def row_of(event):
    return (
        event.sequence, event.action, time_text(event.occurred_at), event.examiner, event.case_id,
        event.object_type, event.object_id, event.previous_sha256, event.sha256, event_bytes(event).decode(),
    )  # fmt: skip


def forge(folder, change):
    """Rewrite the log so that every link and digest fits again; the checkpoints stay."""
    previous = verify.GENESIS_SHA256
    statements = []
    for sequence, text in rows(folder, "SELECT sequence, canonical FROM custody_event ORDER BY sequence"):
        told = json.loads(text)
        change(told)
        told["previous_sha256"] = previous
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        sha256 = sha256_of_bytes(canonical.encode())
        statements.append(
            (
                "UPDATE custody_event SET examiner = ?, previous_sha256 = ?, sha256 = ?, canonical = ? "
                "WHERE sequence = ?",
                (told["examiner"], previous, sha256, canonical, sequence),
            )
        )
        previous = sha256
    tamper(folder, *statements)


def resign(folder, key, *, size=None, origin=None):
    digests = [
        bytes.fromhex(row[0]) for row in rows(folder, "SELECT sha256 FROM custody_event ORDER BY sequence")
    ]
    named = origin or rows(folder, "SELECT origin FROM meta")[0][0]
    size = size or len(digests)
    made = sign_checkpoint(
        origin=named, size=size, root=merkle_root(digests[:size]), key=key, created_at=START
    )
    moment = rows(folder, "SELECT occurred_at FROM custody_event WHERE sequence = ?", size)[0][0]
    values = (made.size, made.root_sha256, made.note, made.key_id, moment)
    tamper(folder, "DELETE FROM checkpoint", ("INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)", values))
    return made
