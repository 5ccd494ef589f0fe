"""Cases and subjects in the store: every change takes its event, nothing is lost."""

from __future__ import annotations

import sqlite3
from datetime import UTC

import pytest
from sqlalchemy.exc import IntegrityError

from forensic_app.errors import (
    DuplicateRecord,
    InvalidInput,
    RecordNotFound,
)
from forensic_app.records import CaseKind, CaseStatus, Sex, SubjectDescription


def actions(store, case_id=None):
    return [event.action for event in store.events(case_id)]


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
            with pytest.raises(InvalidInput, match="was withdrawn: Typed twice"):
                change()

    def test_only_cases_subjects_and_exhibits_are_removed_and_with_a_reason(self, store, case):
        with pytest.raises(InvalidInput, match="derived image cannot be withdrawn"):
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
            "UPDATE exhibit SET original_name = 'x'",
            "UPDATE exhibit SET sha256 = sha256",
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
            {"birth_date": "14/07/1998"},
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
            subject.subject_id,
            reason="Her passport",
            name="Maria",
            description=SubjectDescription(eyes="green"),
        )
        assert (changed.name, changed.description.eyes) == ("Maria", "green")
        assert [hit.subject for hit in store.search("green")] == [changed]
        assert store.search("Ana") == []
        before = actions(store)
        store.change_subject(subject.subject_id, reason="Again", name="Maria")
        assert actions(store) == before

    def test_an_amendment_keeps_both_states_and_the_reason(self, store, case):
        subject = store.add_subject(case=case.case_id, name="Ana", aliases=("A",), birth_date="1998")
        store.change_subject(subject.subject_id, reason="Birth certificate", birth_date="1998-07")
        store.change_subject(subject.subject_id, reason="Her sister", aliases=(), sex=Sex.FEMALE)
        first, second = store.amendments("subject", subject.subject_id)
        assert (first.reason, first.examiner) == ("Birth certificate", store.examiner)
        assert (first.before, first.after) == ({"birth_date": "1998"}, {"birth_date": "1998-07"})
        assert (second.before, second.after) == (
            {"aliases": ["A"], "sex": "unknown"},
            {"aliases": [], "sex": "female"},
        )
        events = {event.sequence: event for event in store.events()}
        assert events[first.sequence].action == "subject_changed"
        assert events[first.sequence].occurred_at == first.amended_at

    def test_an_amendment_says_why(self, store, case):
        subject = store.add_subject(case=case.case_id, name="Ana")
        with pytest.raises(InvalidInput, match="reason is empty"):
            store.change_subject(subject.subject_id, reason=" ", name="Maria")
        assert store.subject(subject.subject_id) == subject
        assert store.amendments("subject", subject.subject_id) == []

    def test_unknown_subjects_and_fields_are_refused(self, store, case):
        with pytest.raises(RecordNotFound):
            store.subject("S-0009")
        with pytest.raises(InvalidInput, match="case_id"):
            store.change_subject("S-0001", reason="A slip", case_id="C-0002")
