"""Exhibits and licences in the store."""

from __future__ import annotations

import pytest

from forensic_app.errors import (
    DuplicateRecord,
    InvalidInput,
    RecordNotFound,
)
from forensic_app.records import CaseKind


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
