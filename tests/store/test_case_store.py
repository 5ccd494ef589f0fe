"""The case store: every change takes its event, nothing is lost, bad input is refused with advice."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from forensic_app.custody import SigningKey, verify_chain
from forensic_app.errors import (
    DuplicateRecord,
    EvidenceAltered,
    InvalidInput,
    RecordNotFound,
    SchemaTooNew,
    StoreLocked,
    StoreUnavailable,
)
from forensic_app.records import CaseKind, CaseStatus, ImageRole, RunStatus, Sex, SubjectDescription
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

    def test_another_examiner_and_another_key_are_registered_once(self, folder, key):
        other = SigningKey.generate()
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
        assert "backup" in caught.value.advice

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


class TestCases:
    def test_a_case_comes_back_by_number_in_any_case_and_by_identifier(self, store, case):
        assert case.case_id == "C-0001"
        assert case.created_at.tzinfo is UTC
        for name in ("MP-2026-001", "mp-2026-001", " C-0001 "):
            assert store.case(name) == case

    def test_a_number_is_used_once(self, store, case):
        with pytest.raises(DuplicateRecord, match="Missing since 1998"):
            store.create_case(number="mp-2026-001", title="", kind=CaseKind.COLD_CASE)
        assert actions(store).count("case_created") == 1

    @pytest.mark.parametrize("number", ["", "  ", "a\nb", "x" * 501, "a\ud800"])
    def test_a_number_that_cannot_be_printed_is_refused(self, store, number):
        with pytest.raises(InvalidInput):
            store.create_case(number=number, title="", kind=CaseKind.COLD_CASE)

    def test_a_kind_that_does_not_exist_is_refused(self, store):
        with pytest.raises(InvalidInput, match="missing-person, cold-case"):
            store.create_case(number="1", title="", kind="murder")

    def test_an_unknown_case_is_not_found(self, store):
        with pytest.raises(RecordNotFound, match="C-0009"):
            store.case("C-0009")

    def test_a_number_that_is_another_cases_identifier_is_never_guessed(self, store, case):
        other = store.create_case(number="C-0001", title="", kind=CaseKind.COLD_CASE)
        with pytest.raises(InvalidInput, match=f"MP-2026-001, {other.case_id}"):
            store.case("C-0001")

    def test_cases_are_listed_newest_first_and_filtered(self, store, case):
        cold = store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        store.close_case(case.case_id, "Found")
        assert [each.case_id for each in store.cases()] == [cold.case_id, case.case_id]
        assert [each.case_id for each in store.cases(kind=CaseKind.COLD_CASE)] == [cold.case_id]
        assert [each.case_id for each in store.cases(status=CaseStatus.CLOSED)] == [case.case_id]
        assert [each.case_id for each in store.cases(limit=1, offset=1)] == [case.case_id]
        assert store.count_cases() == 2

    def test_an_amendment_keeps_both_states_in_its_event(self, store, case):
        changed = store.change_case(case.case_id, title="Found", agency="Police")
        assert (changed.title, changed.agency) == ("Found", "Police")
        event = store.events()[-1]
        assert event.action == "case_changed"
        assert event.details["before"] == {"title": "Missing since 1998", "agency": ""}
        assert event.details["after"] == {"title": "Found", "agency": "Police"}

    def test_an_amendment_that_changes_nothing_leaves_no_event(self, store, case):
        before = actions(store)
        store.change_case(case.case_id, title=case.title)
        assert actions(store) == before

    def test_a_field_that_does_not_exist_cannot_be_changed(self, store, case):
        with pytest.raises(InvalidInput, match="status"):
            store.change_case(case.case_id, status="closed")

    def test_closing_and_reopening_take_a_reason(self, store, case):
        store.close_case(case.case_id, "Found alive")
        with pytest.raises(InvalidInput, match="closed already"):
            store.close_case(case.case_id, "Again")
        with pytest.raises(InvalidInput, match="is closed"):
            store.add_subject(case=case.case_id, name="Ana")
        assert store.reopen_case(case.case_id, "New lead").status == CaseStatus.OPEN
        with pytest.raises(InvalidInput, match="reason is empty"):
            store.close_case(case.case_id, " ")
        assert [event.details["reason"] for event in store.events()[-2:]] == ["Found alive", "New lead"]


class TestRemoval:
    def test_a_tombstone_hides_a_record_and_keeps_it(self, store, case, receive):
        subject = store.add_subject(case=case.case_id, name="Ana")
        exhibit = receive(case.case_id)
        store.remove("exhibit", exhibit.exhibit_id, "Wrong person")
        store.remove("subject", subject.subject_id, "Typed twice")
        store.remove("case", case.case_id, "Typed twice")
        assert (store.cases(), store.search("Ana"), store.search("MP-2026")) == ([], [], [])
        assert store.subjects(case.case_id) == []
        assert store.exhibits(case.case_id) == []
        assert store.cases(include_removed=True)[0].tombstone_reason == "Typed twice"
        assert store.subjects(case.case_id, include_removed=True)[0].tombstone_reason == "Typed twice"
        assert store.exhibits(case.case_id, include_removed=True)[0].tombstone_reason == "Wrong person"
        assert actions(store)[-3:] == ["exhibit_removed", "subject_removed", "case_removed"]

    def test_removing_a_case_hides_its_subjects_from_the_search(self, store, case):
        store.add_subject(case=case.case_id, name="Ana")
        store.remove("case", case.case_id, "Typed twice")
        assert store.search("Ana") == []

    def test_what_was_removed_takes_no_further_change(self, store, case):
        store.remove("case", case.case_id, "Typed twice")
        for change in (
            lambda: store.remove("case", case.case_id, "Again"),
            lambda: store.change_case(case.case_id, title="x"),
            lambda: store.close_case(case.case_id, "x"),
            lambda: store.add_subject(case=case.case_id, name="Ana"),
        ):
            with pytest.raises(InvalidInput, match="was removed: Typed twice"):
                change()

    def test_only_cases_subjects_and_exhibits_are_removed_and_with_a_reason(self, store, case):
        with pytest.raises(InvalidInput, match="derived image cannot be removed"):
            store.remove("derived_image", "D-000001", "x")
        with pytest.raises(RecordNotFound):
            store.remove("subject", "S-0009", "x")
        with pytest.raises(InvalidInput, match="reason"):
            store.remove("case", case.case_id, "")

    @pytest.mark.parametrize(
        "statement",
        [
            'DELETE FROM "case"',
            "DELETE FROM custody_event",
            "UPDATE custody_event SET examiner = 'x' WHERE sequence = 1",
            "INSERT OR REPLACE INTO custody_event SELECT * FROM custody_event WHERE sequence = 1",
            "INSERT INTO custody_event SELECT 9, action, occurred_at, examiner, case_id, object_type, "
            "object_id, previous_sha256, sha256, canonical FROM custody_event WHERE sequence = 1",
            "DELETE FROM checkpoint",
            "UPDATE checkpoint SET note = ''",
            "INSERT OR REPLACE INTO checkpoint SELECT * FROM checkpoint",
            'INSERT OR REPLACE INTO "case" SELECT * FROM "case"',
            "UPDATE meta SET casebook_id = 'x'",
            "DELETE FROM meta",
            "UPDATE signing_key SET public_key_hex = ''",
            "UPDATE examiner SET name = 'x'",
        ],
    )
    @pytest.mark.parametrize("is_recursive", ["ON", "OFF"])
    def test_sqlite_itself_refuses_to_rewrite_history(self, store, case, folder, statement, is_recursive):
        connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
        connection.execute(f"PRAGMA recursive_triggers = {is_recursive}")
        before = list(connection.iterdump())
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        assert list(connection.iterdump()) == before
        connection.close()

    def test_facts_of_receipt_and_finished_runs_cannot_be_rewritten(
        self, store, case, receive, spec, result_in
    ):  # fmt: skip
        exhibit = receive(case.case_id)
        run = store.queue_run(case_id=case.case_id, spec=spec(exhibit))
        store.start_run(run.run_id, environment={})
        store.complete_run(run.run_id, result=result_in(b"one"))
        with (
            pytest.raises(IntegrityError, match="a finished run is never changed"),
            store._writing() as session,
        ):
            session.connection().exec_driver_sql("UPDATE run SET failure = 'x'")
        for statement in (
            "UPDATE exhibit SET source = 'x'",
            "UPDATE derived_image SET metrics = '{}'",
            "DELETE FROM exhibit",
            "DELETE FROM run",
        ):
            with pytest.raises(IntegrityError), store._writing() as session:
                session.connection().exec_driver_sql(statement)


class TestSubjects:
    def test_a_subject_comes_back_as_it_was_given(self, store, case):
        subject = store.add_subject(
            case="MP-2026-001",
            name=" Ana Núñez ",
            aliases=["Anita", " "],
            sex=Sex.FEMALE,
            birth_date="1990-03",
            last_seen="1998-07-14",
            last_seen_place="Sevilla",
            description=SubjectDescription(hair="brown", marks="scar"),
        )
        assert subject.name == "Ana Núñez"
        assert subject.aliases == ("Anita",)
        assert store.subject(subject.subject_id) == subject
        assert store.subjects("MP-2026-001") == [subject]

    def test_a_subject_needs_no_more_than_a_name(self, store, case):
        subject = store.add_subject(case=case.case_id, name="Unknown")
        assert (subject.sex, subject.description) == (Sex.UNKNOWN, SubjectDescription())

    @pytest.mark.parametrize(
        "values",
        [
            {"name": ""},
            {"sex": "f"},
            {"birth_date": "14.07.1998"},
            {"birth_date": "1998-13"},
            {"last_seen": "1998-02-30"},
            {"birth_date": "0000"},
            {"aliases": ["a\tb"]},
        ],
    )
    def test_a_malformed_value_is_refused(self, store, case, values):
        with pytest.raises(InvalidInput):
            store.add_subject(**{"case": case.case_id, "name": "Ana", **values})
        assert store.subjects(case.case_id) == []

    def test_an_amendment_is_found_by_the_search(self, store, case):
        subject = store.add_subject(case=case.case_id, name="Ana")
        changed = store.change_subject(
            subject.subject_id, name="Maria", description=SubjectDescription(eyes="green")
        )
        assert (changed.name, changed.description.eyes) == ("Maria", "green")
        assert [hit.subject for hit in store.search("green")] == [changed]
        assert store.search("Ana") == []
        before = actions(store)
        store.change_subject(subject.subject_id, name="Maria")
        assert actions(store) == before

    def test_unknown_subjects_and_fields_are_refused(self, store, case):
        with pytest.raises(RecordNotFound):
            store.subject("S-0009")
        with pytest.raises(InvalidInput, match="case_id"):
            store.change_subject("S-0001", case_id="C-0002")


class TestExhibits:
    def test_an_exhibit_comes_back_as_it_was_given(self, store, case, receive):
        subject = store.add_subject(case=case.case_id, name="Ana")
        exhibit = receive(case.case_id, subject_id=subject.subject_id)
        assert exhibit.exhibit_number == exhibit.exhibit_id == "E-0001"
        assert (exhibit.age_at_photo, exhibit.exif, exhibit.notes) == (
            8.5,
            {"Make": "Acme"},
            ("Scanned print",),
        )
        assert store.exhibit("E-0001") == exhibit
        assert store.exhibits(case.case_id) == [exhibit]
        assert store.exhibit_by_sha256(exhibit.sha256) == exhibit
        assert store.exhibit_by_sha256("f" * 64) is None

    def test_the_same_photograph_is_refused_and_the_refusal_logged(self, store, case, receive):
        exhibit = receive(case.case_id)
        with pytest.raises(DuplicateRecord, match="E-0001"):
            receive(case.case_id)
        event = store.events()[-1]
        assert (event.action, event.object_id) == ("exhibit_refused", exhibit.exhibit_id)
        assert event.details["original_name"] == "photo.jpg"

    def test_a_photograph_may_be_received_again_after_its_exhibit_was_removed(self, store, case, receive):
        store.remove("exhibit", receive(case.case_id).exhibit_id, "Wrong case")
        assert receive(case.case_id).exhibit_id == "E-0002"

    def test_numbers_are_unique_in_their_case_only(self, store, case, receive):
        other = store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        receive(case.case_id, b"1", exhibit_number="A1")
        receive(other.case_id, b"2", exhibit_number="A1")
        with pytest.raises(InvalidInput, match="A1 is in use"):
            receive(case.case_id, b"3", exhibit_number="A1")
        with pytest.raises(InvalidInput, match="E-0001, E-0002"):
            store.exhibit("A1")

    def test_a_given_number_never_blocks_a_default_one(self, store, case, receive):
        receive(case.case_id, b"1", exhibit_number="E-0002")
        assert receive(case.case_id, b"2").exhibit_number == "E-0002-2"

    def test_an_exhibit_needs_its_file_in_the_vault(self, store, case, receive):
        with pytest.raises(InvalidInput, match="vault holds no file"):
            receive(case.case_id, sha256="c" * 64)

    def test_a_subject_of_another_case_is_refused(self, store, case, receive):
        other = store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        subject = store.add_subject(case=other.case_id, name="Ana")
        with pytest.raises(InvalidInput, match="belongs to the case"):
            receive(case.case_id, subject_id=subject.subject_id)
        with pytest.raises(RecordNotFound):
            receive(case.case_id, subject_id="S-0009")

    @pytest.mark.parametrize(
        "values",
        [
            {"age_at_photo": -1.0},
            {"age_at_photo": 131.0},
            {"age_at_photo": float("nan")},
            {"photo_date": "x"},
        ],
    )
    def test_an_impossible_age_or_date_is_refused(self, store, case, receive, values):
        with pytest.raises(InvalidInput):
            receive(case.case_id, **values)

    def test_an_unknown_age_is_kept_as_unknown(self, store, case, receive):
        assert receive(case.case_id, age_at_photo=None).age_at_photo is None

    def test_a_file_name_that_is_not_utf8_is_kept_readable(self, store, case, receive):
        assert receive(case.case_id, original_name="caf\udce9.jpg").original_name == "caf\\xe9.jpg"

    def test_an_unknown_exhibit_is_not_found(self, store):
        with pytest.raises(RecordNotFound, match="E-0009"):
            store.exhibit("E-0009")


class TestLicences:
    def test_a_licence_is_accepted_once(self, store):
        pack, licence = "a" * 64, "b" * 64
        assert not store.is_licence_accepted(pack)
        for _ in range(2):
            store.accept_licence(pack_name="demo", pack_sha256=pack, licence_sha256=licence)
        assert store.is_licence_accepted(pack)
        assert actions(store).count("licence_accepted") == 1

    def test_a_licence_is_named_by_digests(self, store):
        with pytest.raises(ValueError, match="SHA-256"):
            store.accept_licence(pack_name="demo", pack_sha256="x", licence_sha256="b" * 64)


class TestRuns:
    @pytest.fixture
    def exhibit(self, case, receive):
        return receive(case.case_id)

    @pytest.fixture
    def run(self, store, case, exhibit, spec):
        return store.queue_run(case_id=case.case_id, spec=spec(exhibit))

    def test_a_queued_run_comes_back_as_it_was_asked_for(self, store, case, run, exhibit, spec):
        assert run.spec == spec(exhibit)
        assert store.run(run.run_id) == run
        assert store.runs(case.case_number) == [run]
        assert store.next_queued_run() == run
        assert store.events()[-1].details["spec"]["parameters"] == {"ages": [30], "seed": 7}

    def test_runs_wait_in_order(self, store, case, run, exhibit, spec):
        second = store.queue_run(case_id=case.case_id, spec=spec(exhibit))
        assert store.next_queued_run() == run
        store.start_run(run.run_id, environment={})
        assert store.next_queued_run() == second
        store.cancel_run(second.run_id)
        assert store.next_queued_run() is None
        assert [each.run_id for each in store.runs(status=RunStatus.RUNNING)] == [run.run_id]

    def test_a_completed_run_keeps_its_images_in_the_vault(self, store, run, result_in, folder):
        store.start_run(run.run_id, environment={"python": "3.11"})
        result = result_in(b"one", b"two")
        done = store.complete_run(run.run_id, result=result)
        assert done.status == RunStatus.COMPLETED
        assert done.environment == {"python": "3.11", "device": "cpu"}
        assert (done.control, done.face, done.warnings) == (result.control, result.face, result.warnings)
        images = store.derived_images(run.run_id)
        assert [store.vault.read_verified(image.sha256) for image in images] == [b"one", b"two"]
        assert [(image.role, image.target_age, image.variant) for image in images] == [
            (ImageRole.DERIVED, 30.0, 0), (ImageRole.DERIVED, 31.0, 1)
        ]  # fmt: skip
        assert store.derived_image(images[0].derived_image_id) == images[0]
        assert not any(image.path.exists() for image in result.images)
        assert actions(store)[-3:] == ["run_completed", "image_derived", "image_derived"]
        assert store.checkpoints()[-1].size == store.events()[-1].sequence
        assert verify_casebook(folder).is_intact

    def test_two_equal_images_share_one_file(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        store.complete_run(run.run_id, result=result_in(b"same", b"same"))
        first, second = store.derived_images(run.run_id)
        assert first.sha256 == second.sha256

    def test_a_run_without_an_age_or_variant_is_kept(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        result = result_in(b"mean")
        image = result.images[0]
        mean = replace(image, role="mean", target_age=None, variant=None)
        store.complete_run(run.run_id, result=replace(result, images=(mean,)))
        kept = store.derived_images(run.run_id)[0]
        assert (kept.role, kept.target_age, kept.variant) == (ImageRole.MEAN, None, None)

    def test_a_missing_output_file_leaves_the_run_running(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        result = result_in(b"one", b"two")
        result.images[1].path.unlink()
        with pytest.raises(InvalidInput, match="There is no file"):
            store.complete_run(run.run_id, result=result)
        assert store.run(run.run_id).status == RunStatus.RUNNING
        assert store.derived_images(run.run_id) == []

    def test_an_error_while_writing_leaves_the_run_running_and_the_files(
        self, store, run, result_in, monkeypatch
    ):
        store.start_run(run.run_id, environment={})
        result = result_in(b"one")

        def fail(*arguments):
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(store, "_checkpoint", fail)
        with pytest.raises(StoreUnavailable):
            store.complete_run(run.run_id, result=result)
        monkeypatch.undo()
        assert store.run(run.run_id).status == RunStatus.RUNNING
        assert result.images[0].path.exists()
        assert store.complete_run(run.run_id, result=result).status == RunStatus.COMPLETED
        verify_chain(store.events(), checkpoints=store.checkpoints(), public_keys=store.public_keys())

    def test_a_failed_run_keeps_sentence_and_traceback(self, store, run):
        failed = store.fail_run(
            run.run_id,
            error="FaceNotFound",
            message="No face.",
            advice="Use another photo.",
            detail="Traceback",
        )
        assert (failed.status, failed.failure) == (RunStatus.FAILED, "No face. Use another photo.")
        assert store.events()[-1].details["detail"] == "Traceback"
        assert store.events()[-1].details["error"] == "FaceNotFound"

    def test_a_cancelled_run_keeps_its_reason(self, store, run):
        assert store.cancel_run(run.run_id, reason="Wrong photo").failure == "Wrong photo"

    @pytest.mark.parametrize("end", ["fail", "cancel", "interrupt"])
    def test_nothing_leaves_a_final_state(self, store, run, result_in, end):
        ends = {
            "fail": lambda: store.fail_run(run.run_id, error="E", message="m", advice="a"),
            "cancel": lambda: store.cancel_run(run.run_id),
            "interrupt": lambda: store.interrupt_run(run.run_id),
        }
        ended = ends[end]()
        assert ended.status.is_terminal
        assert ended.ended_at is not None
        for other in (
            *ends.values(),
            lambda: store.start_run(run.run_id, environment={}),
            lambda: store.complete_run(run.run_id, result=result_in(b"one")),
        ):
            with pytest.raises(InvalidInput, match=ended.status.value):
                other()
        assert store.run(run.run_id) == ended

    def test_unknown_runs_and_images_are_not_found(self, store):
        with pytest.raises(RecordNotFound):
            store.run("R-0009")
        with pytest.raises(RecordNotFound):
            store.derived_image("D-000009")
        assert store.derived_images("R-0009") == []

    def test_a_run_is_on_an_exhibit_of_its_case_with_its_digest(self, store, case, exhibit, spec):
        other = store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        with pytest.raises(InvalidInput, match="belongs to the case"):
            store.queue_run(case_id=other.case_id, spec=spec(exhibit))
        with pytest.raises(InvalidInput, match="another SHA-256"):
            store.queue_run(case_id=case.case_id, spec=spec(exhibit, exhibit_sha256="f" * 64))
        with pytest.raises(RecordNotFound):
            store.queue_run(case_id=case.case_id, spec=spec(exhibit, exhibit_id="E-0009"))

    def test_an_altered_vault_file_is_named_when_its_bytes_come_again(self, store, run, result_in):
        store.start_run(run.run_id, environment={})
        store.complete_run(run.run_id, result=result_in(b"one"))
        path = store.vault.path(store.derived_images(run.run_id)[0].sha256)
        path.chmod(0o644)
        path.write_bytes(b"forged")
        with pytest.raises(EvidenceAltered):
            store.vault.read_verified(path.name)


class TestReports:
    @pytest.fixture
    def pdf(self, tmp_path):
        path = tmp_path / "report.pdf"
        path.write_bytes(b"%PDF-1.7 report")
        return path

    def test_a_report_is_kept_in_the_vault_and_stays_where_it_was(self, store, case, pdf, folder):
        number = store.next_report_number(case.case_id)
        report = store.add_report(case_id=case.case_id, report_number=number, path=pdf)
        assert number == "MP-2026-001-REP-01"
        assert store.next_report_number(case.case_id) == "MP-2026-001-REP-02"
        assert store.vault.read_verified(report.sha256) == pdf.read_bytes()
        assert store.reports(case.case_id) == [report]
        assert store.events()[-1].details["sha256"] == report.sha256
        assert store.checkpoints()[-1].size == store.events()[-1].sequence
        assert verify_casebook(folder).is_intact

    def test_a_revised_report_says_why_and_keeps_the_old_one(self, store, case, pdf, tmp_path):
        first = store.add_report(case_id=case.case_id, report_number="R1", path=pdf)
        pdf.write_bytes(b"%PDF-1.7 revised")
        with pytest.raises(InvalidInput, match="reason"):
            store.add_report(case_id=case.case_id, report_number="R2", path=pdf, supersedes="R1")
        second = store.add_report(
            case_id=case.case_id, report_number="R2", path=pdf, supersedes="R1", reason="Wrong date"
        )
        assert (second.supersedes, second.reason) == (first.report_id, "Wrong date")
        assert store.reports(case.case_id) == [first, second]

    def test_bad_reports_are_refused(self, store, case, pdf, tmp_path):
        store.add_report(case_id=case.case_id, report_number="R1", path=pdf)
        with pytest.raises(DuplicateRecord, match="R1"):
            store.add_report(case_id=case.case_id, report_number="R1", path=pdf)
        with pytest.raises(RecordNotFound, match="R9"):
            store.add_report(case_id=case.case_id, report_number="R2", path=pdf, supersedes="R9", reason="x")
        with pytest.raises(InvalidInput, match="There is no file"):
            store.add_report(case_id=case.case_id, report_number="R2", path=tmp_path / "no.pdf")


class TestLog:
    def test_every_event_follows_the_one_before(self, store, case, receive):
        receive(case.case_id)
        verify_chain(store.events(), checkpoints=store.checkpoints(), public_keys=store.public_keys())

    def test_an_event_holds_who_when_and_the_local_offset(self, store, case):
        event = store.record_event(
            "exhibit_viewed", object_type="exhibit", object_id="E-0001", case_id="MP-2026-001",
            details={"purpose": "comparison"},
        )  # fmt: skip
        assert (event.examiner, event.case_id) == ("A. Doe", case.case_id)
        assert event.details["purpose"] == "comparison"
        assert datetime.strptime(event.details["utc_offset"], "%z")
        assert store.events()[-1] == event

    def test_a_record_event_names_the_digest_of_the_whole_row(self, store, case, folder):
        connection = sqlite3.connect(folder / "casebook.db")
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute('SELECT * FROM "case"').fetchone())
        connection.close()
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert store.events()[-1].details["record_sha256"] == hashlib.sha256(text.encode()).hexdigest()

    @pytest.mark.parametrize("details", [{"record_sha256": "x"}, {"utc_offset": "x"}, {"value": object()}])
    def test_details_that_would_mislead_are_refused_and_nothing_is_written(self, store, details):
        before = store.events()
        with pytest.raises(ValueError, match=r"."):
            store.record_event("viewed", object_type="case", object_id="C-0001", details=details)
        assert store.events() == before

    def test_events_of_a_case_and_the_newest_ones(self, store, case):
        store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        assert actions(store, "MP-2026-001") == ["case_created"]
        assert [event.sequence for event in store.events(limit=2)] == [4, 5]
        with pytest.raises(RecordNotFound):
            store.events("C-0009")

    def test_signing_again_without_new_events_gives_the_same_checkpoint(self, store, case):
        first = store.sign_checkpoint()
        assert store.sign_checkpoint() == first
        assert first.created_at == store.events()[-1].occurred_at
        assert first.key_id == store.key_id

    def test_a_failure_after_the_event_takes_the_event_back_too(self, store, case):
        def write_and_fail():
            with store._writing() as session:
                store._append(session, "case_viewed", object_type="case", object_id=case.case_id)
                session.connection().exec_driver_sql("DELETE FROM meta")

        before = store.events()
        with pytest.raises(IntegrityError):
            write_and_fail()
        assert store.events() == before

    def test_writing_from_several_threads_keeps_the_chain(self, store, case):
        def write(number):
            for each in range(5):
                store.record_event("case_viewed", object_type="case", object_id=f"{number}-{each}")

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert actions(store).count("case_viewed") == 20
        verify_chain(store.events(), checkpoints=[store.sign_checkpoint()], public_keys=store.public_keys())

    def test_misuse_of_the_helpers_is_an_error_of_ours(self, store):
        key, store._key = store._key, None
        try:
            with pytest.raises(RuntimeError, match="signing key"), store._writing() as session:
                store._checkpoint(session)
            with pytest.raises(RuntimeError, match="signing key"):
                store._register()
        finally:
            store._key = key

    def test_an_empty_log_has_no_checkpoint(self, folder, key, clock):
        folder.mkdir()
        database.upgrade(folder, moment=clock())
        store = CaseStore(folder, examiner="A. Doe", key=key, clock=clock, is_read_only=False)
        with pytest.raises(RuntimeError, match="empty custody log"):
            store.sign_checkpoint()
        store._release()
