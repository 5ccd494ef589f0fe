"""Several photographs with one set of parameters: what stands in the way, and a record for each."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PIL import Image

from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import InvalidInput
from forensic_app.records import Exhibit
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.batches import BatchItem, Concern, concerns, queue_batch
from forensic_app.workflows.estimate import work_units
from forensic_app.workflows.face_inspection import FoundFace
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.run_line import TotalTime, in_order, runs_in_line, total_time

LARGE = FoundFace((0.0, 0.0, 100.0, 100.0), 1.0, {})
ALIKE = FoundFace((200.0, 0.0, 290.0, 90.0), 1.0, {})
TINY = FoundFace((200.0, 0.0, 220.0, 20.0), 1.0, {}, is_too_small=True)
DOUBTFUL = FoundFace((0.0, 0.0, 100.0, 100.0), 0.1, {}, is_doubtful=True)


@pytest.mark.parametrize(
    ("faces", "face_index", "age", "expected"),
    [
        ([LARGE], None, 30.0, ()),
        ([], None, 30.0, (Concern.NO_FACE,)),
        ([LARGE, TINY], 1, 30.0, (Concern.SMALL_FACE,)),
        ([LARGE, TINY], 2, 30.0, (Concern.NO_SUCH_FACE,)),
        ([LARGE, TINY], None, 30.0, ()),
        ([LARGE, ALIKE], None, 30.0, (Concern.UNCLEAR_FACE,)),
        ([LARGE, ALIKE], 1, 30.0, ()),
        ([DOUBTFUL], None, 30.0, (Concern.DOUBTFUL_FACE,)),
        ([LARGE], None, None, (Concern.AGE_UNKNOWN,)),
        ([], None, None, (Concern.NO_FACE, Concern.AGE_UNKNOWN)),
        ([DOUBTFUL], None, 1.0, (Concern.UNDER_AGE, Concern.DOUBTFUL_FACE)),
    ],
)
def test_what_stands_in_the_way_is_named_and_refusals_come_first(
    faces: list[FoundFace], face_index: int | None, age: float | None, expected: tuple[Concern, ...]
) -> None:
    assert concerns(faces, face_index=face_index, age=age, needs_age=True) == expected


def test_a_sketch_needs_no_age() -> None:
    assert concerns([LARGE], face_index=None, age=None, needs_age=False) == ()
    assert concerns([LARGE], face_index=None, age=1.0, needs_age=False) == ()


def test_runs_are_queued_together_or_none(
    store: CaseStore, exhibit: Exhibit, accepted_pack: Pack, photo: Path
) -> None:
    other_photo = photo.with_name("other.png")
    Image.open(photo).rotate(180).save(other_photo)
    other = receive_exhibit(store, other_photo, case="2026-001", age_at_photo=20)
    items = [BatchItem(exhibit.exhibit_id), BatchItem(other.exhibit_id, 1, 21.0)]
    given = {"engine": "aging", "pack": accepted_pack.name, "parameters": {"target_ages": [8.0]}}
    with pytest.raises(InvalidInput, match="no reason"):
        queue_batch(store, items, **given)
    with pytest.raises(InvalidInput, match="No photograph"):
        queue_batch(store, [], **given)
    unknown = queue_batch(store, [*items, BatchItem("E-0009")], reason="A letter", **given)
    assert [name for name, _ in unknown.refusals] == ["E-0009"]
    assert store.runs() == []
    assert store.exhibit(other.exhibit_id).age_at_photo == 20
    outcome = queue_batch(store, items, reason="A letter", **given)
    assert [(run.spec.exhibit_id, run.spec.face_index) for run in outcome.runs] == [
        (exhibit.exhibit_id, 0),
        (other.exhibit_id, 1),
    ]
    assert store.exhibit(other.exhibit_id).age_at_photo == 21.0
    assert [event.action for event in store.events()][-3:] == ["exhibit_changed", "run_queued", "run_queued"]
    specs = [run.spec for run in outcome.runs]
    wrong = dataclasses.replace(specs[1], exhibit_sha256="0" * 64)
    with pytest.raises(InvalidInput):
        store.queue_runs([("2026-001", specs[0]), ("2026-001", wrong)])
    assert len(store.runs()) == 2
    store.close()
    assert verify_casebook(store.folder).is_intact


def test_the_line_names_the_case_of_each_run_and_what_its_time_rests_on(
    store: CaseStore, exhibit: Exhibit, accepted_pack: Pack
) -> None:
    given = {"engine": "aging", "pack": accepted_pack.name, "parameters": {"target_ages": [8.0]}}
    run = queue_batch(store, [BatchItem(exhibit.exhibit_id)], **given).runs[0]
    (found,) = runs_in_line(store)
    assert (found.case.case_number, found.exhibit_number, found.seconds) == ("2026-001", "E-0001", None)
    kind = (run.spec.engine, run.spec.pack_sha256)
    units = work_units(run.spec.parameters)
    (found,) = runs_in_line(store, timings={kind: [(units, 30.0)]})
    assert (found.seconds, found.is_of_this_computer) == (30.0, True)
    assert total_time([30.0, None, 12.0]) == TotalTime(42.0, 2, 1)
    assert in_order(["R-1", "R-2", "R-3", "R-4"], ["R-3", "R-9", "R-1"]) == ["R-3", "R-1", "R-2", "R-4"]
