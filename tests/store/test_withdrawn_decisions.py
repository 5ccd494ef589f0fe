"""Several images decided at once, and decisions that were withdrawn: both stay in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forensic_app.custody import SigningKey
from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.undecided import image_states, next_undecided


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CaseStore]:
    with CaseStore.create(tmp_path / "casebook", examiner="Ada", key=SigningKey.generate()) as store:
        store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        yield store


def completed_run(store: CaseStore, tmp_path: Path, name: str, ages: tuple[float, ...]) -> str:
    photo = tmp_path / f"photo-{name}.png"
    photo.write_bytes(b"photo " + name.encode())
    file = store.vault.import_file(photo)
    exhibit = store.add_exhibit(
        case="1", subject_id=None, sha256=file.sha256, size_bytes=file.size_bytes, media_type="image/png",
        width_px=4, height_px=4, original_name="photo.png", source="", received_how="",
        received_at=datetime.now(UTC), photo_date="", age_at_photo=None, exif={}, notes=(),
    )  # fmt: skip
    spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "0" * 64, "dlib")
    run = store.queue_run(case_id="1", spec=spec)
    store.start_run(run.run_id, environment={})
    made = []
    for role, age, number in [*(("derived", age, 1) for age in ages), ("mean", ages[0], None)]:
        path = tmp_path / f"{name}-{role}-{age}.png"
        path.write_bytes(f"{name} {role} {age}".encode())
        made.append(OutputImage(path, role, age, number, 4, 4, {}))
    store.complete_run(run.run_id, result=EngineResult(tuple(made), {}, {}, {}))
    return run.run_id


def test_a_withdrawal_leaves_the_image_undecided_and_keeps_both_in_the_log(
    store: CaseStore, tmp_path: Path
) -> None:
    run_id = completed_run(store, tmp_path, "a", (8.0,))
    image = store.derived_images(run_id)[0].derived_image_id
    first = store.decide(image, is_accepted=False, reason="Ears changed")
    gone = store.withdraw_decision(image, reason="Wrong image was rejected")
    assert store.decisions(run_id) == {}
    assert (gone.withdraws, gone.examiner) == (first.sequence, "Ada")
    entries = store.decision_entries(run_id)[image]
    assert [(each.action, each.reason) for each in entries] == [
        ("image_rejected", "Ears changed"),
        ("decision_withdrawn", "Wrong image was rejected"),
    ]
    event = store.events()[-1]
    assert event.details["withdraws"] == first.sequence
    assert event.details["sha256"] == store.derived_image(image).sha256
    again = store.decide(image, is_accepted=True, reason="Plausible")
    assert store.decisions(run_id) == {image: again}
    store.close()
    assert verify_casebook(store.folder).is_intact


def test_nothing_is_withdrawn_twice_nor_without_a_reason(store: CaseStore, tmp_path: Path) -> None:
    image = store.derived_images(completed_run(store, tmp_path, "a", (8.0,)))[0].derived_image_id
    with pytest.raises(InvalidInput, match="Nothing is decided"):
        store.withdraw_decision(image, reason="x")
    store.decide(image, is_accepted=True, reason="Plausible")
    with pytest.raises(InvalidInput):
        store.withdraw_decision(image, reason=" ")
    store.withdraw_decision(image, reason="A mistake")
    with pytest.raises(InvalidInput, match="Nothing is decided"):
        store.withdraw_decision(image, reason="Again")
    with pytest.raises(RecordNotFound):
        store.withdraw_decision("D-999999", reason="x")
    with pytest.raises(InvalidInput, match="No image"):
        store.withdraw_decisions([], reason="x")


def test_several_images_are_decided_each_with_its_event_or_none(store: CaseStore, tmp_path: Path) -> None:
    run_id = completed_run(store, tmp_path, "a", (8.0, 16.0, 27.0))
    images = [each.derived_image_id for each in store.derived_images(run_id)][:3]
    count = len(store.events())
    with pytest.raises(RecordNotFound):
        store.decide_all([*images, "D-999999"], is_accepted=True, reason="Plausible")
    with pytest.raises(InvalidInput):
        store.decide_all([], is_accepted=True, reason="Plausible")
    assert len(store.events()) == count
    made = store.decide_all([*images, images[0]], is_accepted=True, reason="Plausible")
    assert [each.derived_image_id for each in made] == images
    assert [(each.action, each.object_id) for each in store.events()[count:]] == [
        ("image_accepted", each) for each in images
    ]
    assert set(store.decisions(run_id)) == set(images)
    store.withdraw_decisions(images[:2], reason="Looked at too fast")
    assert set(store.decisions(run_id)) == {images[2]}
    store.close()
    assert verify_casebook(store.folder).is_intact


def test_undecided_images_of_the_case_are_found_run_by_run(store: CaseStore, tmp_path: Path) -> None:
    older = completed_run(store, tmp_path, "a", (27.0, 8.0))
    newer = completed_run(store, tmp_path, "b", (45.0,))
    states = image_states(store, "1")
    ids = [each.derived_image_id for each in states]
    assert [each.run_id for each in states] == [newer, older, older]
    ages = [store.derived_image(each).target_age for each in ids]
    assert ages == [45.0, 8.0, 27.0], "the mean is no image of its own"
    store.decide(ids[1], is_accepted=True, reason="Plausible")
    states = image_states(store, "1")
    assert [each.is_decided for each in states] == [False, True, False]
    found = [next_undecided(states, each) for each in ids]
    assert [each.derived_image_id for each in found if each is not None] == [ids[2], ids[2], ids[0]]
    store.decide_all(ids, is_accepted=True, reason="Plausible")
    assert next_undecided(image_states(store, "1"), ids[0]) is None
    exhibit = store.run(newer).spec.exhibit_id
    store.remove("exhibit", exhibit, "Wrong person")
    assert {each.run_id for each in image_states(store, "1")} == {older}


def test_a_withdrawal_of_another_decision_than_the_one_that_counted_is_found(
    store: CaseStore, tmp_path: Path
) -> None:
    images = [
        each.derived_image_id
        for each in store.derived_images(completed_run(store, tmp_path, "a", (8.0, 16.0)))
    ]

    def withdraw(number: object) -> None:
        digest = store.derived_image(images[0]).sha256
        details = {"reason": "x", "sha256": digest, "withdraws": number}
        store.record_event(
            "decision_withdrawn",
            object_type="derived_image",
            object_id=images[0],
            case_id="1",
            details=details,
        )

    first = store.decide(images[0], is_accepted=True, reason="Plausible")
    other = store.decide(images[1], is_accepted=True, reason="Plausible")
    second = store.decide(images[0], is_accepted=False, reason="Ears changed")
    withdraw(second.sequence)
    assert verify_casebook(store.folder).is_intact
    for number, wrong in enumerate((second.sequence, first.sequence, other.sequence, None, [1], 10**6), 1):
        withdraw(wrong)
        findings = verify_casebook(store.folder).findings
        assert len(findings) == number
        assert findings[-1] == (
            f"Event {store.events()[-1].sequence} does not withdraw the decision on the derived image {images[0]} "
            f"that counted."
        )
    store.decide(images[0], is_accepted=True, reason="Plausible")
    withdraw(first.sequence)
    assert len(verify_casebook(store.folder).findings) == 7
