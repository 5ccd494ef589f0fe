"""Every migration, from an empty file and from a kept casebook of each release."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from forensic_app.custody import SigningKey
from forensic_app.records import CaseKind
from forensic_app.store import database
from forensic_app.store.case_store import CaseStore
from forensic_app.store.tables import RECORD_TABLES, CheckpointRow, CustodyEventRow, Table
from forensic_app.verify import RECORDS, verify_casebook

NOW = datetime(2026, 11, 24, tzinfo=UTC)
KEPT = sorted((Path(__file__).parent / "data").glob("*.db.gz"))
KEPT_COUNTS = {
    "meta": 1, "examiner": 1, "signing_key": 1, "case": 2, "subject": 1, "exhibit": 1, "run": 1,
    "derived_image": 1, "licence_acceptance": 1, "report": 1,
}  # fmt: skip
TRIGGERS = {
    "custody_event_no_update", "custody_event_no_delete", "custody_event_in_order", "checkpoint_no_update",
    "checkpoint_no_delete", "checkpoint_in_order", "meta_facts", "exhibit_facts", "run_facts", "run_finished",
    *(f"{table}_no_delete" for table in KEPT_COUNTS), *(f"{table}_no_replace" for table in KEPT_COUNTS),
    "examiner_no_update", "signing_key_no_update", "derived_image_no_update", "licence_acceptance_no_update",
    "report_no_update",
}  # fmt: skip
GALLERY_TABLES = ("gallery", "gallery_batch", "gallery_removal")
CONSENT_TRIGGERS = {
    f"{table}_{what}"
    for table in ("consent", "relationship")
    for what in ("no_delete", "facts", "once", "no_replace")
}
GALLERY_TRIGGERS = {
    f"{table}_no_{change}" for table in GALLERY_TABLES for change in ("delete", "replace", "update")
}
NOTE_TRIGGERS = {f"image_note_no_{change}" for change in ("delete", "replace", "update")}
ADAPTER_TRIGGERS = {"adapter_no_delete", "adapter_no_replace", "adapter_no_update"}


@pytest.fixture
def upgraded(tmp_path):
    database.upgrade(tmp_path, moment=NOW)
    return tmp_path / "casebook.db"


def query(path, text):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(text).fetchall()
    finally:
        connection.close()


def test_an_empty_file_gets_every_trigger(upgraded):
    names = {row[0] for row in query(upgraded, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert names == TRIGGERS | ADAPTER_TRIGGERS | GALLERY_TRIGGERS | CONSENT_TRIGGERS | NOTE_TRIGGERS


def test_the_migrations_make_what_the_mapped_classes_say(upgraded):
    engine = database.create_store_engine(upgraded, read_only=True)
    with engine.connect() as connection:
        options = {
            "include_name": lambda name, kind, _: not (kind == "table" and name.startswith("search_index"))
        }
        context = MigrationContext.configure(connection, opts={"compare_type": True, **options})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_every_table_is_strict_and_every_foreign_key_restricts(upgraded):
    for table in Table.metadata.tables:
        sql = query(upgraded, f"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0][0]
        assert sql.rstrip().endswith("STRICT")
        for key in query(upgraded, f'PRAGMA foreign_key_list("{table}")'):
            assert (key[5], key[6]) == ("RESTRICT", "RESTRICT")


def test_no_column_holds_floating_point_numbers(upgraded):
    for table in Table.metadata.tables:
        types = {row[2] for row in query(upgraded, f'PRAGMA table_info("{table}")')}
        assert types <= {"TEXT", "INTEGER"}


def test_the_verifier_knows_every_table_of_the_store():
    assert {kind: RECORDS[kind][0] for kind in RECORDS} == {
        kind: table.__tablename__ for kind, table in RECORD_TABLES.items()
    }
    logs = {CustodyEventRow.__tablename__, CheckpointRow.__tablename__}
    assert set(Table.metadata.tables) == {table for table, _ in RECORDS.values()} | logs


def test_a_casebook_was_kept_of_each_schema():
    revisions = {path.name[:10] for path in (database.MIGRATIONS_DIR / "versions").glob("2*.py")}
    assert {path.name.removeprefix("casebook_")[:10] for path in KEPT} == revisions


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name)
def test_a_kept_casebook_still_opens_with_all_its_rows(kept, tmp_path):
    folder = tmp_path / "casebook"
    folder.mkdir()
    with gzip.open(kept) as source, (folder / "casebook.db").open("wb") as target:
        shutil.copyfileobj(source, target)
    before = {
        table: query(folder / "casebook.db", f'SELECT COUNT(*) FROM "{table}"')[0][0] for table in KEPT_COUNTS
    }
    assert before == KEPT_COUNTS
    with CaseStore.open(folder, examiner="A. Doe", key=SigningKey.from_bytes(bytes(range(32)))) as store:
        case = store.case("MP-2026-001")
        assert store.search("nunez")[0].case == case
        assert store.derived_images("R-0001")[0].target_age == 30.5
        assert (
            store.change_exhibit("E-0001", reason="The back of the print", age_at_photo=9).age_at_photo == 9
        )
        assert store.create_case(number="CC-9", title="", kind=CaseKind.COLD_CASE).case_id == "C-0003"
    path = folder / "casebook.db"
    names = {row[0] for row in query(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert names >= TRIGGERS | ADAPTER_TRIGGERS | GALLERY_TRIGGERS | CONSENT_TRIGGERS | NOTE_TRIGGERS
    assert query(path, "PRAGMA foreign_key_check") == []
    findings = verify_casebook(folder).findings
    assert len(findings) == 3 + query(path, "SELECT COUNT(*) FROM gallery_batch")[0][0]
    assert all("is missing from the vault" in finding for finding in findings)


def test_migrations_are_part_of_the_installation():
    assert (database.MIGRATIONS_DIR / "env.py").is_file()
    assert (database.MIGRATIONS_DIR / "script.py.mako").is_file()
