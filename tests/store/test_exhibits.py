"""Exhibits and licences in the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from forensic_app.errors import (
    DuplicateRecord,
    InvalidInput,
    RecordNotFound,
)
from forensic_app.records import CaseKind
from forensic_app.verify import MOST_BYTES_OF_A_VALUE, verify_casebook


def actions(store, case_id=None):
    return [event.action for event in store.events(case_id)]


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

    @pytest.mark.parametrize("number", [2.0**53, 1e16, -3.2e17, 9.9e20, 1e300, 2**53 - 1])
    def test_large_numbers_of_a_photograph_come_back_and_are_written_again(
        self, store, case, receive, number
    ):
        exhibit = receive(case.case_id, exif={"x": [number]})
        assert store.exhibit("E-0001").exif == {"x": [number]}
        assert store.exhibits(case.case_id) == [exhibit]
        store.remove("exhibit", "E-0001", "Wrong case")
        assert verify_casebook(store.folder).is_intact

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

    def test_what_a_verification_would_not_read_is_not_written(self, store, case, receive):
        events = store.count_events()
        for size in (MOST_BYTES_OF_A_VALUE, MOST_BYTES_OF_A_VALUE - 10):
            with pytest.raises(InvalidInput, match="67,108,864 bytes that a verification reads"):
                receive(case.case_id, exif={"Make": "x" * size})
        with pytest.raises(InvalidInput, match="longer than"):
            store.record_event(
                "case_viewed",
                object_type="case",
                object_id="C-0001",
                details={"a": "x" * MOST_BYTES_OF_A_VALUE},
            )
        assert store.count_events() == events
        receive(case.case_id, exif={"Make": "x" * (1 << 20)})
        assert verify_casebook(store.folder).is_intact

    def test_an_unknown_exhibit_is_not_found(self, store):
        with pytest.raises(RecordNotFound, match="E-0009"):
            store.exhibit("E-0009")


class TestAmendments:
    def test_what_is_stated_is_amended_with_both_states_and_the_reason(self, store, case, receive):
        subject = store.add_subject(case=case.case_id, name="Ana")
        before = receive(case.case_id)
        changed = store.change_exhibit(
            "E-0001",
            reason="The mother remembers",
            subject_id=subject.subject_id,
            age_at_photo=9,
            photo_date="1999",
            source="Mother",
            received_how="",
            exhibit_number="A1",
            notes=(*before.notes, "Back says 1999"),
        )
        assert store.exhibit("A1") == changed
        assert (changed.subject_id, changed.age_at_photo, changed.photo_date) == ("S-0001", 9.0, "1999")
        assert (changed.source, changed.received_how, changed.exhibit_number) == ("Mother", "", "A1")
        assert changed.notes == ("Scanned print", "Back says 1999")
        facts = ("sha256", "size_bytes", "received_at", "original_name", "exif", "width_px", "case_id")
        assert all(getattr(changed, name) == getattr(before, name) for name in facts)
        (amendment,) = store.amendments("exhibit", "E-0001")
        assert amendment.reason == "The mother remembers"
        assert (amendment.before["age_at_photo"], amendment.after["age_at_photo"]) == (8.5, 9.0)
        assert (amendment.before["subject_id"], amendment.after["subject_id"]) == (None, "S-0001")
        assert store.events(case.case_id)[-1].action == "exhibit_changed"
        assert verify_casebook(store.folder).is_intact

    def test_an_unknown_age_and_subject_can_be_stated_and_taken_back(self, store, case, receive):
        store.add_subject(case=case.case_id, name="Ana")
        receive(case.case_id, age_at_photo=None, subject_id="S-0001", exhibit_number="A1")
        changed = store.change_exhibit(
            "A1", reason="Not her", subject_id=None, age_at_photo=4.5, exhibit_number=""
        )
        assert (changed.subject_id, changed.age_at_photo, changed.exhibit_number) == (None, 4.5, "E-0001")
        assert store.change_exhibit("E-0001", reason="A guess", age_at_photo=None).age_at_photo is None

    def test_the_same_statement_again_leaves_no_event(self, store, case, receive):
        exhibit = receive(case.case_id)
        before = actions(store)
        same = store.change_exhibit(
            "E-0001",
            reason="Again",
            age_at_photo=8.5,
            source="Family",
            exhibit_number="E-0001",
            notes=exhibit.notes,
        )
        assert same == exhibit
        assert actions(store) == before

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"reason": "", "source": "Mother"}, "reason is empty"),
            ({"sha256": "0" * 64}, "'sha256' cannot be changed"),
            ({"received_at": None}, "'received_at' cannot be changed"),
            ({"case_id": "C-0001"}, "'case_id' cannot be changed"),
            ({"age_at_photo": 131}, "cannot be 131"),
            ({"photo_date": "May"}, "is not a date"),
            ({"exhibit_number": "A2"}, "A2 is in use"),
            ({"subject_id": "S-0001"}, "belongs to the case"),
        ],
    )
    def test_what_cannot_be_amended_is_refused_and_nothing_is_recorded(
        self, store, case, receive, changes, words
    ):
        other = store.create_case(number="CC-1", title="", kind=CaseKind.COLD_CASE)
        store.add_subject(case=other.case_id, name="Ana")
        exhibit = receive(case.case_id)
        receive(case.case_id, b"other", exhibit_number="A2")
        before = actions(store)
        with pytest.raises(InvalidInput, match=words):
            store.change_exhibit("E-0001", **{"reason": "A slip", **changes})
        assert store.exhibit("E-0001") == exhibit
        assert actions(store) == before

    def test_a_removed_and_an_unknown_exhibit_are_refused(self, store, case, receive):
        receive(case.case_id)
        with pytest.raises(RecordNotFound):
            store.change_exhibit("E-0002", reason="A slip", source="x")
        with pytest.raises(RecordNotFound):
            store.change_exhibit("E-0001", reason="A slip", subject_id="S-0009")
        store.remove("exhibit", "E-0001", "Wrong case")
        with pytest.raises(InvalidInput, match="was withdrawn"):
            store.change_exhibit("E-0001", reason="A slip", source="x")

    def test_a_change_behind_the_log_is_found_after_an_amendment_too(self, store, case, receive):
        receive(case.case_id)
        store.change_exhibit("E-0001", reason="The mother remembers", age_at_photo=9)
        store.close()
        assert verify_casebook(store.folder).is_intact
        with closing(sqlite3.connect(store.folder / "casebook.db")) as connection:
            connection.execute("UPDATE exhibit SET age_at_photo = '8.5'")
            connection.commit()
        (finding,) = verify_casebook(store.folder).findings
        assert "The record of exhibit E-0001 was changed after custody event" in finding

    @pytest.mark.parametrize("column", ["sha256", "size_bytes", "received_at", "original_name", "exif"])
    def test_the_database_itself_refuses_to_change_facts_of_receipt(self, store, case, receive, column):
        receive(case.case_id)
        store.close()
        with (
            closing(sqlite3.connect(store.folder / "casebook.db")) as connection,
            pytest.raises(sqlite3.IntegrityError, match="facts of receipt"),
        ):
            connection.execute(f"UPDATE exhibit SET {column} = {column}")


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


class TestWithdrawal:
    def test_the_record_says_by_whom_when_and_why(self, store, case, receive):
        exhibit = receive(case.case_id)
        assert store.withdrawal("exhibit", exhibit.exhibit_id) is None
        store.remove("exhibit", exhibit.exhibit_id, "Another person")
        made = store.withdrawal("exhibit", exhibit.exhibit_id)
        assert (made.examiner, made.reason) == ("A. Doe", "Another person")
        assert made.withdrawn_at == store.events()[-1].occurred_at
        assert made.sequence == store.events()[-1].sequence
        assert store.vault.read_verified(exhibit.sha256)
        assert store.exhibit(exhibit.exhibit_id).tombstone_reason == "Another person"

    def test_runs_on_it_are_refused_and_a_run_that_goes_on_keeps_it(self, store, case, receive, spec):
        exhibit = receive(case.case_id)
        run = store.queue_run(case_id=case.case_id, spec=spec(exhibit))
        with pytest.raises(InvalidInput, match="R-0001 on the exhibit E-0001 has not ended"):
            store.remove("exhibit", exhibit.exhibit_id, "Another person")
        store.cancel_run(run.run_id, reason="x")
        store.remove("exhibit", exhibit.exhibit_id, "Another person")
        with pytest.raises(RecordNotFound):
            store.queue_run(case_id=case.case_id, spec=spec(exhibit))

    def test_a_subject_that_exhibits_show_stays_until_they_are_moved(self, store, case, receive):
        wrong, right = (store.add_subject(case=case.case_id, name=name) for name in ("Ana", "Ena"))
        exhibit = receive(case.case_id, subject_id=wrong.subject_id)
        with pytest.raises(InvalidInput, match="Exhibits show the subject S-0001: E-0001"):
            store.remove("subject", wrong.subject_id, "Taken up twice")
        store.change_exhibit(exhibit.exhibit_id, reason="It is Ena", subject_id=right.subject_id)
        store.remove("subject", wrong.subject_id, "Taken up twice")
        assert store.subjects(case.case_id) == [right]
        amended = store.amendments("exhibit", exhibit.exhibit_id)[0]
        assert (amended.before["subject_id"], amended.after["subject_id"]) == ("S-0001", "S-0002")
        with pytest.raises(RecordNotFound):
            store.change_exhibit(exhibit.exhibit_id, reason="x", subject_id=wrong.subject_id)
