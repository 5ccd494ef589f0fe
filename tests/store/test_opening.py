"""Opening and closing a casebook: one writer, leftovers, upgrades, signatures."""

from __future__ import annotations

import os
import sqlite3

import pytest

from forensic_app.custody import SigningKey, verify_chain
from forensic_app.errors import (
    DuplicateRecord,
    InvalidInput,
    SchemaTooNew,
    StoreLocked,
    StoreUnavailable,
)
from forensic_app.records import CaseKind, CaseStatus, RunStatus
from forensic_app.store import database
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook


def actions(store, case_id=None):
    return [event.action for event in store.events(case_id)]


class TestOpening:
    def test_a_new_casebook_has_its_folders_and_first_events(self, store, folder):
        assert actions(store) == ["casebook_created", "examiner_registered", "key_registered"]
        for name in ("casebook.db", "casebook.lock", "vault", "packs", "reports", "backups", "logs"):
            assert (folder / name).exists()
        assert store.checkpoints()[-1].size == 3
        assert not store.is_read_only
        assert (store.key_id, store.public_key_hex) == next(iter(store.public_keys().items()))

    def test_opening_a_folder_that_does_not_exist_makes_a_casebook(self, tmp_path, key):
        with CaseStore.open(tmp_path / "a" / "b", examiner="A. Doe", key=key) as store:
            assert store.cases() == []

    def test_opening_an_empty_folder_makes_a_casebook(self, tmp_path, key):
        with CaseStore.open(tmp_path, examiner="A. Doe", key=key) as store:
            assert store.casebook_id

    def test_creation_that_was_cut_off_is_finished_at_the_next_opening(self, folder, key):
        (folder / "vault").mkdir(parents=True)
        (folder / "casebook.db").touch()
        with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
            assert actions(store)[0] == "casebook_created"

    def test_a_database_without_a_table_is_finished_at_the_next_opening(self, folder, key):
        folder.mkdir()
        connection = sqlite3.connect(folder / "casebook.db")
        connection.execute("VACUUM")
        connection.close()
        assert (folder / "casebook.db").stat().st_size > 0
        with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
            assert actions(store)[0] == "casebook_created"

    def test_a_schema_without_a_casebook_in_it_is_finished_at_the_next_opening(self, folder, key, clock):
        folder.mkdir()
        database.upgrade(folder, moment=clock())
        with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
            assert actions(store)[0] == "casebook_created"

    def test_creating_over_a_casebook_is_refused(self, store, folder, key):
        with pytest.raises(InvalidInput, match="holds a casebook already"):
            CaseStore.create(folder, examiner="A. Doe", key=key)

    def test_a_folder_with_other_files_is_not_a_casebook(self, tmp_path, key):
        (tmp_path / "holiday.jpg").touch()
        with pytest.raises(StoreUnavailable, match=r"holiday\.jpg"):
            CaseStore.open(tmp_path, examiner="A. Doe", key=key)

    def test_a_file_is_not_a_casebook(self, tmp_path, key):
        (tmp_path / "file").touch()
        with pytest.raises(StoreUnavailable, match="is a file"):
            CaseStore.open(tmp_path / "file", examiner="A. Doe", key=key)

    def test_reading_what_does_not_exist_makes_nothing(self, folder):
        with pytest.raises(StoreUnavailable, match="is not a casebook"):
            CaseStore.open(folder, examiner="", read_only=True)
        assert not folder.exists()

    def test_a_second_writer_is_told_who_holds_the_casebook(self, store, folder, key):
        with pytest.raises(StoreLocked, match=f"PID {os.getpid()}"):
            CaseStore.open(folder, examiner="B. Doe", key=key)

    def test_the_lock_is_given_back(self, folder, key):
        for _ in range(2):
            with CaseStore.open(folder, examiner="A. Doe", key=key):
                pass

    def test_the_lock_is_given_back_when_opening_fails(self, folder, key, monkeypatch):
        def fail(*arguments, **options):
            raise StoreUnavailable("The disk is full.", "Free some space.")

        for name in ("upgrade", "schema_digests"):
            with monkeypatch.context() as patch:
                patch.setattr(f"forensic_app.store.case_store.{name}", fail)
                with pytest.raises(StoreUnavailable):
                    CaseStore.open(folder, examiner="A. Doe", key=key)
        CaseStore.open(folder, examiner="A. Doe", key=key).close()

    def test_a_reader_works_beside_a_writer_and_sees_what_was_written(self, store, case, folder):
        with CaseStore.open(folder, examiner="", read_only=True) as reader:
            assert reader.cases() == [case]
            store.close_case(case.case_id, "Found")
            assert reader.case(case.case_id).status == CaseStatus.CLOSED

    def test_a_reader_leaves_no_trace_and_cannot_write(self, folder, key):
        with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
            store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        with CaseStore.open(folder, examiner="", read_only=True) as reader:
            assert reader.is_read_only
            assert reader.key_id == key.key_id
            assert reader.public_key_hex == key.public_key_hex
            with pytest.raises(StoreUnavailable, match="for reading only"):
                reader.create_case(number="2", title="", kind=CaseKind.COLD_CASE)
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before

    def test_a_writer_names_its_examiner(self, folder, key):
        with pytest.raises(InvalidInput, match="examiner"):
            CaseStore.open(folder, examiner="  ", key=key)

    def test_another_examiner_and_an_introduced_key_are_registered_once(self, folder, key):
        other = SigningKey.generate()
        with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
            assert store.introduce_key(other.public_key_hex.upper()) == other.key_id
            with pytest.raises(DuplicateRecord, match="already"):
                store.introduce_key(other.public_key_hex)
            with pytest.raises(InvalidInput, match="is not a public key"):
                store.introduce_key("ab")
        for examiner, used in (("A. Doe", key), ("B. Roe", other), ("B. Roe", other), ("A. Doe", key)):
            CaseStore.open(folder, examiner=examiner, key=used).close()
        with CaseStore.open(folder, examiner="A. Doe", key=key) as store:
            assert actions(store).count("examiner_registered") == 2
            assert actions(store).count("key_registered") == 2
            assert store.public_keys() == {each.key_id: each.public_key_hex for each in (key, other)}
        assert verify_casebook(folder).is_intact

    def test_the_workstations_key_is_the_default(self, folder, tmp_path, monkeypatch):
        monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "home"))
        with CaseStore.open(folder, examiner="A. Doe") as store:
            first = store.key_id
        with CaseStore.open(folder, examiner="A. Doe") as store:
            assert (store.key_id, len(store.public_keys())) == (first, 1)

    def test_closing_twice_is_harmless_and_covers_the_tail(self, folder, key):
        store = CaseStore.open(folder, examiner="A. Doe", key=key)
        store.record_event("casebook_exported", object_type="casebook", object_id=store.casebook_id)
        store.close()
        store.close()
        with CaseStore.open(folder, examiner="", read_only=True) as reader:
            assert reader.checkpoints()[-1].size == reader.events()[-1].sequence

    def test_a_newer_schema_is_refused_and_left_alone(self, folder, key):
        CaseStore.open(folder, examiner="A. Doe", key=key).close()
        with sqlite3.connect(folder / "casebook.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = '2099_01_01'")
        connection.close()
        before = (folder / "casebook.db").read_bytes()
        for read_only in (True, False):
            with pytest.raises(SchemaTooNew, match="2099_01_01"):
                CaseStore.open(folder, examiner="A. Doe", key=key, read_only=read_only)
        assert (folder / "casebook.db").read_bytes() == before

    def test_a_damaged_database_is_refused_with_advice(self, folder, key):
        folder.mkdir()
        (folder / "casebook.db").write_bytes(b"no database" * 1000)
        with pytest.raises(StoreUnavailable, match="not a database") as caught:
            CaseStore.open(folder, examiner="A. Doe", key=key)
        assert "copy that verifies" in caught.value.advice

    def test_a_database_of_another_program_is_refused(self, folder, key):
        folder.mkdir()
        with sqlite3.connect(folder / "casebook.db") as connection:
            connection.execute("CREATE TABLE bookmark (url TEXT)")
        connection.close()
        with pytest.raises(StoreUnavailable, match="another program"):
            CaseStore.open(folder, examiner="A. Doe", key=key)

    def test_a_database_locked_by_another_program_is_named(self, store, folder, monkeypatch):
        monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 10)
        store._engine.dispose()
        other = sqlite3.connect(folder / "casebook.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(StoreLocked, match="in use"):
                store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        finally:
            other.close()

    def test_a_full_disk_changes_nothing_and_says_so(self, store, case):
        with store._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 8}")
        before = store.events()
        fill = {"text": "x" * 40_000}
        with pytest.raises(StoreUnavailable, match="is full"):
            store.record_event("case_exported", object_type="case", object_id=case.case_id, details=fill)
        assert store.events() == before
        store.record_event("case_exported", object_type="case", object_id=case.case_id)
        verify_chain(store.events(), checkpoints=store.checkpoints(), public_keys=store.public_keys())

    def test_runs_left_running_are_interrupted_when_a_writer_opens(self, store, case, receive, spec):
        folder, key = store.folder, store._key
        exhibit = receive(case.case_id)
        runs = [store.queue_run(case_id=case.case_id, spec=spec(exhibit)) for _ in range(2)]
        store.start_run(runs[0].run_id, environment={})
        store._release()
        with CaseStore.open(folder, examiner="A. Doe", key=key) as reopened:
            states = [reopened.run(run.run_id).status for run in runs]
            assert states == [RunStatus.INTERRUPTED, RunStatus.QUEUED]
            assert "run_interrupted" in actions(reopened)
