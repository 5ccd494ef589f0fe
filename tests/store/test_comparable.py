"""What of a case can be compared, and where the eyes are in each picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensic_app.messages import OutputImage
from forensic_app.workflows.comparable import (
    MOST_AT_ONCE,
    chosen_of_runs,
    comparables,
    eyes_of,
    interocular_px,
)

POINTS = [[100.0, 100.0], [120.0, 104.0], [160.0, 104.0], [180.0, 100.0], [140.0, 150.0]]
FACE = {
    "box": [90, 80, 190, 190], "landmarks": POINTS, "scheme": "dlib5",
    "matrix": [[2.0, 0.0, -10.0], [0.0, 2.0, -20.0]], "crop_size_px": 256,
}  # fmt: skip


@pytest.fixture
def exhibit(case, receive):
    return receive(case.case_id)


@pytest.fixture
def complete(store, case, exhibit, spec, result_in, tmp_path):
    """Return a function that completes a run whose images have these sizes, ages and bands."""

    def run(*images, face=FACE, source="", **parameters):
        wanted = spec(exhibit)
        wanted = replace(
            wanted,
            parameters={**wanted.parameters, **parameters},
            source_derived_image_id=source,
            source_sha256=store.derived_image(source).sha256 if source else "",
        )
        queued = store.queue_run(case_id=case.case_id, spec=wanted)
        store.start_run(queued.run_id, environment={"pack": {"version": "2.2"}})
        made = []
        for place, (age, width, height, metrics) in enumerate(images):
            path = tmp_path / f"{queued.run_id}-{place}.png"
            path.write_bytes(f"{queued.run_id} {place}".encode())
            made.append(OutputImage(path, "derived", age, 1, width, height, metrics))
        result = replace(result_in(b"x"), images=tuple(made), face=face)
        return store.complete_run(queued.run_id, result=result)

    return run


def test_eyes_are_read_of_both_schemes_and_of_nothing_else():
    assert eyes_of(FACE) == ((110.0, 102.0), (170.0, 102.0))
    arcface = {"landmarks": POINTS, "scheme": "arcface5"}
    assert eyes_of(arcface) == ((100.0, 100.0), (120.0, 104.0))
    assert eyes_of({}) is None
    assert eyes_of({"landmarks": POINTS, "scheme": "another"}) is None
    assert eyes_of({"landmarks": [[1.0, 1.0]] * 5, "scheme": "dlib5"}) is None
    assert interocular_px(((0.0, 0.0), (3.0, 4.0))) == 5.0


def test_photographs_stand_before_images_with_what_is_on_record(store, case, exhibit, complete):
    run = complete((62.0, 640, 520, {"band_height_px": 40, "margins_px": [0, 0]}), adapter="A-0001")
    photograph, image = comparables(store, case.case_id)
    assert (photograph.name, photograph.band_px, photograph.pack) == (exhibit.exhibit_id, 0, "")
    assert photograph.eyes == image.eyes == ((110.0, 102.0), (170.0, 102.0))
    assert (image.name, image.band_px, image.adapter) == ("D-000001", 40, "A-0001")
    assert image.pack == f"{run.spec.pack_name} 2.2"
    assert image.decision is None
    store.decide("D-000001", is_accepted=False, reason="The mouth is broken.")
    assert comparables(store, case.case_id)[1].decision.is_accepted is False


def test_eyes_follow_margins_crops_and_what_was_drawn(store, case, complete):
    complete(
        (16.0, 660, 520, {"band_height_px": 40, "margins_px": [8, 12]}),
        (62.0, 512, 552, {"band_height_px": 40, "margins_px": [0, 0]}),
        (75.0, 300, 200, {"band_height_px": 0, "margins_px": [0, 0]}),
    )
    complete((None, 660, 520, {"band_height_px": 40, "margins_px": [10, 10]}), source="D-000001")
    found = {each.name: each.eyes for each in comparables(store, case.case_id)}
    assert found["D-000001"] == ((118.0, 102.0), (178.0, 102.0))
    assert found["D-000002"] == ((420.0, 368.0), (660.0, 368.0))
    assert found["D-000003"] is None
    assert found["D-000004"] == ((120.0, 102.0), (180.0, 102.0))


def test_eyes_on_a_sheet_of_its_own_are_where_its_matrix_puts_them(store, case, complete):
    placed = {"placed": {"matrix": [[0.0, -2.0, 500.0], [2.0, 0.0, 30.0]], "of_px": [640, 480]}}
    complete((None, 788, 1100, {"band_height_px": 76, "margins_px": [10, 10], **placed}))
    assert comparables(store, case.case_id)[1].eyes == ((306.0, 250.0), (306.0, 370.0))


def test_without_a_recorded_face_no_eyes_are_stated(store, case, complete):
    complete((62.0, 640, 480, {}), face={})
    assert [each.eyes for each in comparables(store, case.case_id)] == [None, None]


def test_a_withdrawn_photograph_is_left_out_and_its_images_stay(store, case, exhibit, complete):
    complete((62.0, 640, 480, {}))
    store.remove("exhibit", exhibit.exhibit_id, reason="Received by mistake.")
    assert [each.name for each in comparables(store, case.case_id)] == ["D-000001"]


def test_one_run_is_shown_with_its_photograph_and_many_by_the_oldest_age_in_common(store, case, complete):
    size = (640, 480, {})
    first = complete(*((age, *size) for age in (8.0, 16.0, 62.0, 75.0)))
    second = complete(*((age, *size) for age in (16.0, 62.0, 70.0)))
    third = complete((30.0, *size))
    found = comparables(store, case.case_id)
    assert chosen_of_runs(found, [first.run_id]) == ["E-0001", "D-000001", "D-000002", "D-000003", "D-000004"]
    assert chosen_of_runs(found, [first.run_id, second.run_id]) == ["D-000003", "D-000006"]
    assert chosen_of_runs(found, [second.run_id, third.run_id]) == [
        "D-000005",
        "D-000006",
        "D-000007",
        "D-000008",
    ]
    every = [first.run_id, second.run_id, third.run_id]
    assert chosen_of_runs(found, every) == ["D-000004", "D-000007", "D-000008"]
    assert chosen_of_runs(found, []) == []
    assert len(chosen_of_runs(found, [first.run_id])) <= MOST_AT_ONCE
