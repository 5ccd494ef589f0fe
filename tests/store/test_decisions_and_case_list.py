from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forensic_app.custody import SigningKey
from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, CaseStatus, RunSpec
from forensic_app.store.case_list import CaseFilter
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook


class Clock:
    now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CaseStore]:
    with CaseStore.create(
        tmp_path / "casebook", examiner="Ada", key=SigningKey.generate(), clock=Clock()
    ) as store:
        yield store


def completed_run(store: CaseStore, tmp_path: Path, case: str) -> str:
    photo = tmp_path / f"photo-{case}.png"
    photo.write_bytes(b"photo of " + case.encode())
    file = store.vault.import_file(photo)
    exhibit = store.add_exhibit(
        case=case, subject_id=None, sha256=file.sha256, size_bytes=file.size_bytes, media_type="image/png",
        width_px=4, height_px=4, original_name="photo.png", source="", received_how="",
        received_at=datetime.now(UTC), photo_date="", age_at_photo=None, exif={}, notes=(),
    )  # fmt: skip
    spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "0" * 64, "dlib")
    run = store.queue_run(case_id=case, spec=spec)
    store.start_run(run.run_id, environment={})
    picture = tmp_path / f"picture-{case}.png"
    picture.write_bytes(b"picture of " + case.encode())
    image = OutputImage(picture, "derived", 30.0, 1, 4, 4, {})
    store.complete_run(run.run_id, result=EngineResult((image,), {}, {}, {}))
    return run.run_id


def test_newest_decision_counts_and_the_log_still_verifies(store: CaseStore, tmp_path: Path) -> None:
    store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
    run_id = completed_run(store, tmp_path, "1")
    image = store.derived_images(run_id)[0].derived_image_id
    assert store.decisions(run_id) == {}
    store.decide(image, is_accepted=True, reason="Plausible")
    second = store.decide(image, is_accepted=False, reason="The ears changed")
    assert store.decisions(run_id) == {image: second}
    assert not second.is_accepted
    assert [event.action for event in store.events()][-2:] == ["image_accepted", "image_rejected"]
    store.close()
    assert verify_casebook(store.folder).is_intact


def test_a_decision_needs_a_reason_and_an_image(store: CaseStore, tmp_path: Path) -> None:
    store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
    image = store.derived_images(completed_run(store, tmp_path, "1"))[0].derived_image_id
    with pytest.raises(InvalidInput):
        store.decide(image, is_accepted=False, reason="  ")
    with pytest.raises(RecordNotFound):
        store.decide("D-999999", is_accepted=True, reason="x")


@pytest.mark.parametrize(
    ("birth_date", "due"),
    [
        ("2010-05-01", date(2028, 3, 1)),
        ("2008-03-01", date(2031, 3, 1)),
        ("2008-03", date(2028, 3, 1)),
        ("2008", date(2028, 3, 1)),
        ("1970", date(2031, 3, 1)),
        ("", date(2028, 3, 1)),
    ],
)
def test_images_of_minors_are_due_sooner(
    store: CaseStore, tmp_path: Path, birth_date: str, due: date
) -> None:
    store.create_case(number="1", title="", kind=CaseKind.MISSING_PERSON)
    store.add_subject(case="1", name="Somebody", birth_date=birth_date)
    completed_run(store, tmp_path, "1")
    (case_id,) = store.case_ids(CaseFilter())
    assert store.case_summaries([case_id])[0].refresh_due_on == due
    assert store.case_ids(CaseFilter(due_on=due)) == [case_id]
    assert store.case_ids(CaseFilter(due_on=date(2028, 2, 28))) == []
    store.close_case("1", "solved")
    assert store.case_ids(CaseFilter(due_on=due)) == []


def test_cases_are_filtered_and_sorted(store: CaseStore) -> None:
    for number, title, kind in (
        ("B-2", "river", CaseKind.COLD_CASE),
        ("a-1", "Forest", CaseKind.MISSING_PERSON),
    ):
        store.create_case(number=number, title=title, kind=kind)
    store.add_subject(case="a-1", name="Jürgen Núñez")
    store.add_subject(case="a-1", name="Ida")
    store.close_case("B-2", "solved")
    numbers = lambda **wanted: [  # noqa: E731
        each.case.case_number for each in store.case_summaries(store.case_ids(CaseFilter(**wanted)))
    ]
    assert numbers(sort_key="number", is_descending=False) == ["a-1", "B-2"]
    assert numbers(sort_key="title", is_descending=True) == ["B-2", "a-1"]
    assert numbers(kind=CaseKind.COLD_CASE) == ["B-2"]
    assert numbers(status=CaseStatus.OPEN) == ["a-1"]
    assert numbers(text="nunez") == ["a-1"]
    assert numbers(text="?") == []
    assert (
        store.case_summaries(store.case_ids(CaseFilter(text="forest")))[0].subject_names
        == "Jürgen Núñez, Ida"
    )
    with pytest.raises(ValueError, match="sort key"):
        store.case_ids(CaseFilter(sort_key="; DROP"))
