"""Connections, backups, upgrades and failures of the database."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from types import SimpleNamespace

import psutil
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from forensic_app.errors import SchemaTooNew, StoreLocked, StoreUnavailable
from forensic_app.records import CaseKind
from forensic_app.store import database, faults
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook

VERSION = """
import sqlalchemy as sa
from alembic import op
revision = "2099_01_01"
down_revision = "2026_12_05"
branch_labels = depends_on = None
def upgrade():
{body}
"""


@pytest.fixture
def scripts(tmp_path):
    """Return a function that makes a copy of the migrations with one more step."""

    def make(*statements):
        folder = tmp_path / "migrations"
        shutil.copytree(database.MIGRATIONS_DIR, folder, ignore=shutil.ignore_patterns("__pycache__"))
        body = "\n".join(f"    {statement}" for statement in statements)
        (folder / "versions" / "2099_01_01_next.py").write_text(VERSION.format(body=body))
        return folder

    return make


@pytest.fixture
def kept(store, case, folder):
    """A casebook with a case, closed."""
    store.close()
    return folder


def dump(folder):
    connection = sqlite3.connect(folder / "casebook.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


class TestConnections:
    def test_every_pragma_is_set_for_writers(self, store):
        expected = {
            "journal_mode": "wal", "synchronous": 2,
            "foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1,
            "secure_delete": 1, "recursive_triggers": 1, "busy_timeout": 5000,
            "application_id": database.APPLICATION_ID,
        }  # fmt: skip
        with store._reading() as session:
            connection = session.connection()
            actual = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
        assert actual == expected

    def test_schema_changes_roll_back_with_their_transaction(self, store):
        def change_and_fail():
            with store._writing() as session:
                session.connection().exec_driver_sql("CREATE TABLE extra (x TEXT)")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            change_and_fail()
        with store._reading() as session:
            assert "table extra" not in database.schema_digests(session.connection())

    def test_foreign_keys_hold(self, store):
        with pytest.raises(IntegrityError, match="FOREIGN KEY"), store._writing() as session:
            session.connection().exec_driver_sql(
                "INSERT INTO subject VALUES ('S-1', 'C-9', 'x', '[]', 'male', '', '', '', '{}', NULL)"
            )

    def test_a_pragma_that_fails_closes_the_connection(self, tmp_path):
        (tmp_path / "x.db").write_bytes(b"no database" * 1000)
        with pytest.raises(sqlite3.DatabaseError):
            database._connect_writer(tmp_path / "x.db", foreign_keys=True)

    @pytest.mark.parametrize("file_system", ["nfs4", "cifs", "fuse.sshfs"])
    def test_a_network_drive_is_refused(self, tmp_path, monkeypatch, file_system):
        parts = [
            SimpleNamespace(mountpoint="/", fstype="ext4"),
            SimpleNamespace(mountpoint=str(tmp_path), fstype=file_system),
            SimpleNamespace(mountpoint="/elsewhere", fstype="ext4"),
        ]
        monkeypatch.setattr(psutil, "disk_partitions", lambda all: parts)  # noqa: A006
        with pytest.raises(StoreUnavailable, match=file_system):
            CaseStore.open(tmp_path / "casebook", examiner="A. Doe")
        assert list(tmp_path.iterdir()) == []
        database.refuse_network_drive(tmp_path.parent)

    def test_a_disk_that_is_not_listed_is_taken_as_local(self, tmp_path, monkeypatch):
        monkeypatch.setattr(psutil, "disk_partitions", lambda all: [])  # noqa: A006
        database.refuse_network_drive(tmp_path)


class TestUpgrades:
    def test_an_upgrade_is_backed_up_recorded_and_verifies(self, kept, key, scripts, monkeypatch):
        before = dump(kept)
        folder = scripts('op.add_column("case", sa.Column("priority", sa.Text()))')
        monkeypatch.setattr(database, "MIGRATIONS_DIR", folder)
        monkeypatch.setattr(database.upgrade, "__kwdefaults__", {"scripts": folder})
        monkeypatch.setattr(database.check_revision, "__kwdefaults__", {"scripts": folder})
        monkeypatch.setattr(database.refuse_newer, "__kwdefaults__", {"scripts": folder})
        with pytest.raises(StoreUnavailable, match="older version"):
            CaseStore.open(kept, examiner="", read_only=True)
        with CaseStore.open(kept, examiner="A. Doe", key=key) as store:
            event = store.events()[-1]
            assert event.action == "casebook_upgraded"
            assert (event.details["from_revision"], event.details["revision"]) == (
                "2026_12_05",
                "2099_01_01",
            )
        (backup,) = (kept / "backups").iterdir()
        shutil.copy(backup, kept / "copy.db")
        connection = sqlite3.connect(kept / "copy.db")
        assert list(connection.iterdump()) == before
        connection.close()

    @pytest.mark.parametrize(
        ("statement", "reason"),
        [
            ('op.execute("SELECT * FROM nothing")', "nothing"),
            ("raise RuntimeError('half way')", "half way"),
            ('op.execute("DROP TRIGGER case_no_delete")', "lost trigger case_no_delete"),
            (
                "op.execute(\"INSERT INTO report VALUES ('P', 'N', 'C-9', '"
                + "0" * 64
                + "', 1, '', '', NULL, '')\")",
                "without what they refer to",
            ),
        ],
    )
    def test_an_upgrade_that_fails_changes_nothing(self, kept, clock, scripts, statement, reason):
        before = dump(kept)
        folder = scripts('op.execute("CREATE TABLE extra (x TEXT)")', statement)
        with pytest.raises(StoreUnavailable, match=reason) as caught:
            database.upgrade(kept, moment=clock(), scripts=folder)
        assert "backup" in str(caught.value)
        assert dump(kept) == before
        assert verify_casebook(kept).is_intact

    def test_a_batch_change_that_drops_triggers_is_refused(self, kept, clock, scripts):
        folder = scripts(
            'with op.batch_alter_table("case", recreate="always") as batch:',
            '    batch.add_column(sa.Column("priority", sa.Text()))',
        )
        before = dump(kept)
        with pytest.raises(StoreUnavailable, match="case_no_delete"):
            database.upgrade(kept, moment=clock(), scripts=folder)
        assert dump(kept) == before

    def test_a_newest_database_is_left_alone(self, kept, clock):
        change = database.upgrade(kept, moment=clock())
        assert not change.is_change
        assert list((kept / "backups").iterdir()) == []

    def test_a_revision_that_is_not_known_is_never_upgraded(self, kept, clock):
        with sqlite3.connect(kept / "casebook.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = '2050_01_01'")
        connection.close()
        with pytest.raises(SchemaTooNew, match="2050_01_01"):
            database.upgrade(kept, moment=clock())
        assert list((kept / "backups").iterdir()) == []

    @pytest.mark.parametrize("page_of", ["unreadable", "empty"])
    def test_a_backup_that_is_not_sound_is_refused(self, kept, clock, page_of):
        data = bytearray((kept / "casebook.db").read_bytes())
        connection = sqlite3.connect(kept / "casebook.db")
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_case_2'"
        start = (connection.execute(query).fetchone()[0] - 1) * 4096
        connection.close()
        data[start : start + 8] = bytes(8) if page_of == "unreadable" else bytes((10, 0, 0, 0, 0, 16, 0, 0))
        (kept / "casebook.db").write_bytes(data)
        with pytest.raises(StoreUnavailable, match="damaged"):
            database.back_up(kept, label="x", moment=clock())


class TestFaults:
    @pytest.mark.parametrize(
        ("number", "words"),
        [(errno.ENOSPC, "full"), (errno.EROFS, "cannot be opened"), (errno.EIO, "Input/output error")],
    )
    def test_failures_of_the_disk_become_advice(self, tmp_path, number, words):
        error = faults.os_fault(OSError(number, "Input/output error"), tmp_path)
        assert isinstance(error, StoreUnavailable)
        assert words in error.message
        assert error.advice

    @pytest.mark.parametrize(
        ("name", "kind", "words"),
        [
            ("SQLITE_FULL", StoreUnavailable, "full"),
            ("SQLITE_READONLY_DBMOVED", StoreUnavailable, "cannot be opened"),
            ("SQLITE_CANTOPEN", StoreUnavailable, "cannot be opened"),
            ("SQLITE_BUSY_SNAPSHOT", StoreLocked, "in use"),
            ("SQLITE_NOTADB", StoreUnavailable, "not a database"),
            ("SQLITE_CORRUPT", StoreUnavailable, "damaged"),
            (None, StoreUnavailable, "damaged"),
        ],
    )
    def test_failures_of_the_database_become_advice(self, tmp_path, name, kind, words):
        fault = sqlite3.OperationalError("text")
        fault.sqlite_errorname = name
        error = faults.database_fault(fault, tmp_path)
        assert isinstance(error, kind)
        assert words in error.message

    def test_our_own_misuse_passes(self, tmp_path):
        for misuse in (
            sqlite3.IntegrityError("x"),
            DBAPIError("x", None, sqlite3.IntegrityError("x")),
            DBAPIError("x", None, ValueError("x")),
            KeyError("x"),
        ):
            with pytest.raises(type(misuse)), faults.translated(tmp_path):
                raise misuse

    def test_a_folder_without_write_permission_is_named(self, tmp_path, key, monkeypatch):
        opened = os.open

        def refuse(path, *arguments, **options):
            if str(path).endswith("casebook.lock"):
                raise PermissionError(errno.EACCES, "Permission denied")
            return opened(path, *arguments, **options)

        monkeypatch.setattr(os, "open", refuse)
        with pytest.raises(StoreUnavailable, match="cannot be opened or written") as caught:
            CaseStore.open(tmp_path / "casebook", examiner="A. Doe", key=key)
        assert "permissions" in caught.value.advice

    def test_a_case_survives_a_reader_on_a_read_only_medium(self, kept):
        with CaseStore.open(kept, examiner="", read_only=True) as reader:
            assert reader.cases(kind=CaseKind.MISSING_PERSON)[0].case_number == "MP-2026-001"
