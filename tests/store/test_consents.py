"""Consents and relatives: recorded once, withdrawn once, and no run of a production without one."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from PIL import Image

from forensic_app.errors import (
    ConsentMissing,
    DuplicateRecord,
    InvalidInput,
    RecordNotFound,
)
from forensic_app.records import CaseKind, ConsentPurpose, Kinship, RunSpec
from forensic_app.verify import verify_casebook
from forensic_app.workflows.intake import receive_exhibit

MEDIA = {
    "purpose": ConsentPurpose.MEDIA, "given_by": "The actress herself", "scope": "Aged to 60 for one film",
    "medium": "A film in cinemas", "valid_until": "2027-12-31",
}  # fmt: skip


@pytest.fixture
def production(store):
    return store.create_case(number="F-1", title="A film", kind=CaseKind.MEDIA_PRODUCTION)


@pytest.fixture
def actress(store, production):
    return store.add_subject(case="F-1", name="Ana")


@pytest.fixture
def exhibit(store, actress, tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (64, 64), (90, 80, 70)).save(path)
    return receive_exhibit(store, path, case="F-1", subject_id=actress.subject_id)


def queue(store, exhibit):
    spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "a" * 64, "dlib")
    return store.queue_run(case_id=exhibit.case_id, spec=spec)


def test_a_production_starts_no_run_without_a_consent_that_holds(store, actress, exhibit, clock, folder):
    with pytest.raises(ConsentMissing, match="No consent of S-0001 is recorded"):
        queue(store, exhibit)
    relatives = {**MEDIA, "purpose": ConsentPurpose.RELATIVES, "medium": ""}
    store.record_consent(actress.subject_id, **relatives)
    with pytest.raises(ConsentMissing, match="No consent"):
        queue(store, exhibit)
    consent = store.record_consent(actress.subject_id, **MEDIA)
    assert (consent.consent_id, consent.withdrawn_at) == ("CN-0002", None)
    run = queue(store, exhibit)
    store.check_consent(exhibit.exhibit_id)
    clock.now += timedelta(days=500)
    with pytest.raises(ConsentMissing, match="CN-0002 of S-0001 ended on 2027-12-31"):
        store.check_consent(exhibit.exhibit_id)
    clock.now -= timedelta(days=400)
    withdrawn = store.withdraw_consent("CN-0002", reason="By letter")
    assert withdrawn.withdrawal_reason == "By letter"
    with pytest.raises(ConsentMissing, match="CN-0002 of S-0001 was withdrawn"):
        queue(store, exhibit)
    with pytest.raises(InvalidInput, match="withdrawn already"):
        store.withdraw_consent("CN-0002", reason="Again")
    assert [each.consent_id for each in store.consents("F-1")] == ["CN-0001", "CN-0002"]
    assert store.runs("F-1") == [run]
    assert verify_casebook(folder).is_intact, verify_casebook(folder).findings


def test_a_photograph_of_nobody_named_has_no_consent(store, production, tmp_path):
    path = tmp_path / "b.png"
    Image.new("RGB", (64, 64)).save(path)
    exhibit = receive_exhibit(store, path, case="F-1")
    with pytest.raises(ConsentMissing, match="Nobody is named"):
        queue(store, exhibit)


def test_an_investigation_needs_none_and_becomes_no_production(store, tmp_path):
    store.create_case(number="MP-1", title="", kind=CaseKind.MISSING_PERSON)
    path = tmp_path / "c.png"
    Image.new("RGB", (64, 64)).save(path)
    queue(store, receive_exhibit(store, path, case="MP-1"))
    with pytest.raises(InvalidInput, match="cannot become another use"):
        store.change_case("MP-1", kind=CaseKind.MEDIA_PRODUCTION)
    store.create_case(number="F-1", title="", kind=CaseKind.MEDIA_PRODUCTION)
    with pytest.raises(InvalidInput, match="cannot become another use"):
        store.change_case("F-1", kind=CaseKind.COLD_CASE)
    assert store.change_case("MP-1", kind=CaseKind.COLD_CASE).kind is CaseKind.COLD_CASE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"valid_until": "2027"}, "needs the last day"),
        ({"valid_until": ""}, "needs the last day"),
        ({"valid_until": "2026-01-01"}, "ended on 2026-01-01 already"),
        ({"valid_until": "soon"}, "is not a date"),
        ({"medium": " "}, "medium is empty"),
        ({"given_by": ""}, "who consents is empty"),
        ({"scope": "a\nb"}, "control characters"),
        ({"purpose": "fun"}, "purpose"),
    ],
)
def test_what_is_no_consent_is_refused(store, actress, change, said):
    before = len(store.events())
    with pytest.raises(InvalidInput, match=said):
        store.record_consent(actress.subject_id, **{**MEDIA, **change})
    with pytest.raises(RecordNotFound):
        store.record_consent("S-0009", **MEDIA)
    with pytest.raises(RecordNotFound):
        store.withdraw_consent("CN-0009", reason="x")
    assert len(store.events()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent SET valid_until = '2099-01-01'",
        "UPDATE consent SET medium = 'Everywhere'",
        "UPDATE consent SET withdrawn_at = NULL, withdrawal_reason = ''",
        "DELETE FROM consent",
        "UPDATE relationship SET kinship = 'father'",
        "UPDATE relationship SET tombstone_reason = 'x'",
        "DELETE FROM relationship",
    ],
)
def test_every_alteration_is_refused_by_the_database_or_found(store, actress, folder, statement):
    mother = store.add_subject(case="F-1", name="Her mother")
    store.record_relationship(
        actress.subject_id, relative_id=mother.subject_id, kinship=Kinship.MOTHER, source="Register"
    )
    store.record_consent(actress.subject_id, **MEDIA)
    store.withdraw_consent("CN-0001", reason="By letter")
    connection = sqlite3.connect(folder / "casebook.db", isolation_level=None)
    if "tombstone" not in statement:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.close()
    kind = "consent" if "consent" in statement else "relationship"
    assert any(kind in each for each in verify_casebook(folder).findings)


def test_relatives_are_recorded_once_and_taken_back(store, actress, folder):
    mother = store.add_subject(case="F-1", name="Her mother")
    store.create_case(number="MP-1", title="", kind=CaseKind.MISSING_PERSON)
    other = store.add_subject(case="MP-1", name="Somebody else")
    known = {"kinship": Kinship.MOTHER, "source": "Register"}
    made = store.record_relationship(actress.subject_id, relative_id=mother.subject_id, **known)
    assert store.relationships(actress.subject_id) == [made]
    with pytest.raises(DuplicateRecord, match="is recorded as the mother"):
        store.record_relationship(actress.subject_id, relative_id=mother.subject_id, **known)
    with pytest.raises(InvalidInput, match="two cases"):
        store.record_relationship(actress.subject_id, relative_id=other.subject_id, **known)
    with pytest.raises(InvalidInput, match="relative of themselves"):
        store.record_relationship(actress.subject_id, relative_id=actress.subject_id, **known)
    with pytest.raises(InvalidInput, match="source is empty"):
        store.record_relationship(
            actress.subject_id, relative_id=mother.subject_id, kinship="mother", source=""
        )
    with pytest.raises(RecordNotFound):
        store.relationships("S-0009")
    store.remove_relationship(made.relationship_id, reason="Wrong person")
    assert store.relationships(actress.subject_id) == []
    assert store.relationships(actress.subject_id, include_removed=True)[0].tombstone_reason == "Wrong person"
    with pytest.raises(InvalidInput, match="was withdrawn"):
        store.remove_relationship(made.relationship_id, reason="Again")
    again = store.record_relationship(actress.subject_id, relative_id=mother.subject_id, **known)
    assert again.relationship_id == "RL-0002"
    assert verify_casebook(folder).is_intact
