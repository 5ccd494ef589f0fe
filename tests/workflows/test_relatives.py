"""Relatives of a run: only recorded ones, only under their consent, with a run without them beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.errors import ConsentMissing, InvalidInput, RecordNotFound
from forensic_app.parameters import resolve
from forensic_app.records import ConsentPurpose, Exhibit, Kinship, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.control_arms import control_spec
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.relatives import check_relatives, offered_relatives, resolved_relatives
from forensic_app.workflows.report_runs import run_sections


@pytest.fixture
def mothers(store: CaseStore, exhibit: Exhibit, tmp_path: Path) -> Exhibit:
    """A photograph of another subject of the case."""
    store.add_subject(case="2026-001", name="Her mother")
    path = tmp_path / "mother.png"
    Image.new("RGB", (80, 80), (120, 100, 90)).save(path)
    return receive_exhibit(store, path, case="2026-001", subject_id="S-0002", age_at_photo=50)


def consent(store: CaseStore) -> None:
    store.record_consent(
        "S-0002",
        purpose=ConsentPurpose.RELATIVES,
        given_by="Herself",
        scope="One search",
        valid_until="2099-12-31",
    )


def test_a_relative_is_named_by_digest_under_a_consent(
    store: CaseStore, exhibit: Exhibit, mothers: Exhibit
) -> None:
    with pytest.raises(InvalidInput, match="nobody who is recorded as a relative"):
        resolved_relatives(store, "E-0002:0.3", exhibit=exhibit)
    made = store.record_relationship(
        "S-0001", relative_id="S-0002", kinship=Kinship.MOTHER, source="Register"
    )
    with pytest.raises(ConsentMissing, match="No consent of S-0002"):
        resolved_relatives(store, "E-0002:0.3", exhibit=exhibit)
    consent(store)
    text = resolved_relatives(store, "E-0002:0.3", exhibit=exhibit)
    assert text == f"{mothers.picture_sha256}:0.3"
    assert resolved_relatives(store, text, exhibit=exhibit) == text
    paths = check_relatives(store, {"relatives": text}, exhibit=exhibit)
    assert paths == {mothers.picture_sha256: store.vault.path(mothers.picture_sha256)}
    assert check_relatives(store, {}, exhibit=exhibit) == {}
    with pytest.raises(RecordNotFound):
        resolved_relatives(store, "E-0009:0.3", exhibit=exhibit)
    store.withdraw_consent("CN-0001", reason="By letter")
    with pytest.raises(ConsentMissing):
        check_relatives(store, {"relatives": text}, exhibit=exhibit)
    consent(store)
    store.remove_relationship(made.relationship_id, reason="Wrong person")
    with pytest.raises(InvalidInput, match="nobody who is recorded"):
        check_relatives(store, {"relatives": text}, exhibit=exhibit)


def test_a_photograph_of_nobody_has_no_relatives(
    store: CaseStore, exhibit: Exhibit, mothers: Exhibit, tmp_path: Path
) -> None:
    path = tmp_path / "nobody.png"
    Image.new("RGB", (80, 80), (1, 2, 3)).save(path)
    nobody = receive_exhibit(store, path, case="2026-001")
    with pytest.raises(InvalidInput, match="nobody is known as a relative"):
        resolved_relatives(store, "E-0002:0.3", exhibit=nobody)
    with pytest.raises(InvalidInput, match="nobody who is recorded"):
        resolved_relatives(store, f"{nobody.exhibit_id}:0.3", exhibit=exhibit)


def test_a_run_with_relatives_gets_one_without_beside_it(store: CaseStore, exhibit: Exhibit) -> None:
    parameters = resolve(SCHEMA, {"relatives": "a:0.3"})
    spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, parameters, "base", "0" * 64, "dlib")
    control = control_spec(store, spec)
    assert control is not None
    assert control.parameters["relatives"] is None
    assert control_spec(store, control) is None
    store.queue_run(case_id=exhibit.case_id, spec=control)
    assert control_spec(store, spec) is None


def test_photographs_of_relatives_are_offered_with_why_they_cannot_be_used(
    store: CaseStore, exhibit: Exhibit, mothers: Exhibit
) -> None:
    assert offered_relatives(store, exhibit) == []
    store.add_subject(case="2026-001", name="Her brother")
    store.record_relationship("S-0001", relative_id="S-0002", kinship=Kinship.MOTHER, source="Register")
    store.record_relationship("S-0001", relative_id="S-0003", kinship=Kinship.BROTHER, source="Her mother")
    mother, brother = offered_relatives(store, exhibit)
    assert (mother.exhibit, mother.person.name) == (mothers, "Her mother")
    assert (mother.consent, mother.last_consent, mother.can_be_chosen) == (None, None, False)
    assert (brother.exhibit, brother.can_be_chosen) == (None, False)
    consent(store)
    mother = offered_relatives(store, exhibit)[0]
    assert mother.can_be_chosen
    assert mother.consent == store.consent("CN-0001")
    store.withdraw_consent("CN-0001", reason="By letter")
    mother = offered_relatives(store, exhibit)[0]
    assert not mother.can_be_chosen
    assert mother.last_consent == store.consent("CN-0001")


def test_a_report_is_told_whom_a_run_was_drawn_towards(
    store: CaseStore, exhibit: Exhibit, mothers: Exhibit
) -> None:
    text = f"{mothers.picture_sha256}:0.3"
    parameters = resolve(SCHEMA, {"relatives": text})
    spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, parameters, "base", "0" * 64, "dlib")
    runs = [store.queue_run(case_id=exhibit.case_id, spec=spec)]
    section = run_sections(store, runs, store.exhibits("2026-001"), {}, only_accepted=False)[0]
    assert section.relatives_use is not None
    assert section.relatives_use.shares == ((mothers.picture_sha256, 0.3),)
    assert section.number_of(mothers.picture_sha256) == "E-0002"
