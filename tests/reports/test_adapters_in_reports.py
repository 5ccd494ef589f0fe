from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader
from report_samples import AGES, NOW, completed_run, derived, digest, face_picture, with_image, with_run

from forensic_app.learned import training_photos
from forensic_app.records import Run, RunSpec, RunStatus, SubjectAdapter
from forensic_app.reports.adapter_assembly import adapter_use, control_of, with_control_arms
from forensic_app.reports.content import ReportContent
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.plots import smoothed
from forensic_app.reports.run_content import AdapterUse, ControlArm, LearnedAdapter, RunSection

FACTS: dict[str, Any] = {
    "photos": [
        {"photo_id": "E-0001", "sha256": digest("exhibit-0"), "use": "trained", "age": 34.0,
         "age_origin": "record", "agreement": 0.612, "face_index": 0, "face_count": 1,
         "caption": "photo of sks person as 34-year-old"},
        {"photo_id": "E-0002", "sha256": digest("exhibit-1"), "use": "trained", "age": 29.4,
         "age_origin": "estimate", "agreement": 0.377, "face_index": 1, "face_count": 3,
         "caption": "photo of sks person as 29-year-old"},
        {"photo_id": "E-0003", "sha256": digest("exhibit-2"), "use": "no face"},
    ],
    "settings": {"steps": 60, "rank": 8, "seed": 3, "learning_rate": 0.001,
                 "weights": {"reconstruction": 1.0, "prior": 1.0, "biometric": 0.1, "cosine": 0.0}},
    "gating": {"strength": 1.0, "floor": 0.5},
    "regularization": {"images": 360, "origin": "generated", "sha256": digest("regularization")},
    "curves": {"reconstruction": [[10.0 * n, 0.5 / n] for n in range(1, 7)], "prior": [[60.0, 0.2]],
               "loss": [[60.0, 0.9]]},
    "precision": "bfloat16", "rows_per_step": 5, "seconds_per_step": 0.21, "resumed_from": 0,
    "memory": {"needed_bytes": 1_234_567},
}  # fmt: skip
ADAPTER = SubjectAdapter(
    "A-0001", "R-0002", "S-0001", "base", digest("pack"), digest("adapter"), 1_050_000, FACTS
)


def words_of(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def printed(content: ReportContent, *runs: RunSection) -> str:
    return words_of(render_pdf(replace(content, runs=runs)))


def learning_run() -> RunSection:
    pictures = {photo.photo_id: face_picture(48, 0) for photo in training_photos(FACTS)}
    section = replace(completed_run("R-0002"), images=(), control_picture=None)
    section = with_run(section, engine="personalisation", control={})
    return replace(section, adapter=LearnedAdapter(ADAPTER, pictures))


def personal_run(single: ControlArm | None, trained: Sequence[str] = ("E-0001", "E-0002")) -> RunSection:
    photos = [{**each, "use": "trained" if each["photo_id"] in trained else "no"} for each in FACTS["photos"]]
    adapter = replace(ADAPTER, facts={**FACTS, "photos": photos})
    in_use = {"strength_by_age": {"8": 0.6}, "gating": {"floor": 0.5}}
    section = completed_run("R-0004")
    section = with_run(section, environment={**section.record.environment, "adapter": in_use})
    return replace(section, adapter_use=AdapterUse(digest("adapter"), adapter, single))


def test_what_was_learned_from_what_and_how_is_printed(content: ReportContent) -> None:
    words = printed(content, learning_run())
    assert "Run R-0002: personalisation of subject S-0001 from 2 photographs" in words
    for expected in (
        digest("adapter"), digest("pack"), digest("regularization"), "1,050,000 bytes",
        "Age 34 years (given)", "Age 29.4 years (ESTIMATED)", "Agreement 0.377", "Face 2 of 3",
        "Caption: photo of sks person as 29-year-old", "NOT trained on: no face", "No age",
        "threshold (0.400)", "bfloat16", "Loss curves", "0 (left out)",
    ):  # fmt: skip
        assert expected in words.replace("\u00a0", " "), expected
    assert "Measures of run R-0002" not in words


def test_the_control_arm_stands_beside_what_the_adapter_made(content: ReportContent) -> None:
    arm = ControlArm(
        "R-0003", tuple(derived("R-0003", age, variant=1, role="derived", side=48) for age in AGES)
    )
    words = printed(content, personal_run(arm))
    assert "Run R-0004: ageing of exhibit E-0001, with adapter A-0001" in words
    assert "Control arm: single-image mode, run R-0003" in words
    assert "The adapter A-0001 was made in run R-0002 from the exhibits E-0001, E-0002." in words
    assert "was made in run R-0003" in words
    assert "nothing here measures whether identity is kept" in words
    assert all(image.record.derived_image_id in words for image in arm.images)
    unseen = printed(content, personal_run(arm, trained=("E-0001",)))
    assert "nothing here measures whether identity is kept" not in unseen
    alone = with_run(completed_run("R-0003"), queued_at=NOW)
    assert "Run R-0004, of exhibit E-0001" in printed(content, personal_run(arm), alone)
    withheld = printed(content, personal_run(ControlArm("R-0003")))
    assert "accepted none of its images" in withheld


def test_an_adapter_that_is_not_on_record_is_said_to_be_unknown(content: ReportContent) -> None:
    section = personal_run(None)
    assert section.adapter_use is not None
    words = printed(content, replace(section, adapter_use=AdapterUse(digest("adapter"))))
    assert f"The adapter {digest('adapter')[:16]} is not on record in this casebook" in words
    assert "trained on or not: adapter" in words
    assert "Whether the adapter was trained on the photographs compared with is not recorded" in words
    for invented in ("made in run –", "exhibits –", "photographs not trained on"):
        assert invented not in words
    untold = replace(ADAPTER, facts={**FACTS, "photos": []})
    words = printed(content, replace(section, adapter_use=AdapterUse(digest("adapter"), untold)))
    assert "was made in run R-0002; the exhibits that it was trained on are not recorded." in words
    assert "photographs not trained on" not in words


def test_a_missing_control_arm_is_said_to_be_missing(content: ReportContent) -> None:
    words = printed(content, personal_run(None))
    assert "The single-image control arm was not made" in words
    assert "Control arms of run" not in printed(content, completed_run())


def test_runs_on_derived_images_and_sketches_are_titled_as_such(content: ReportContent) -> None:
    base = completed_run("R-0005")
    drawn = replace(base.images[4].record, derived_image_id="D-0007", target_age=62.0)
    sketch = replace(
        base, images=tuple(with_image(image, target_age=None) for image in base.images[:1]), source=drawn
    )
    sketch = with_run(sketch, engine="sketch", source_derived_image_id="D-0007")
    words = printed(content, sketch)
    assert "Run R-0005: sketch of derived image D-0007 (age 62) of exhibit E-0001" in words
    assert "Target" not in words.split("Key results")[1].split("Administrative information")[0]
    ageless = replace(sketch, source=replace(drawn, target_age=None))
    assert "sketch of derived image D-0007 of exhibit E-0001" in printed(content, ageless)
    failed = with_run(
        replace(sketch, images=(), control_picture=None), status=RunStatus.FAILED, failure="No."
    )
    assert "of derived image D-0007 (age 62) of exhibit E-0001, pack" in printed(content, failed)


def spec(**parameters: Any) -> RunSpec:
    return RunSpec(
        engine="aging", engine_version="1", exhibit_id="E-0001", exhibit_sha256="a" * 64,
        parameters={"seed": 1, "adapter": None, **parameters}, pack_name="base", pack_sha256="b" * 64,
        analyser="dlib",
    )  # fmt: skip


def run(name: str, of: RunSpec, status: RunStatus = RunStatus.COMPLETED) -> Run:
    return Run(
        run_id=name, case_id="C-0001", spec=of, status=status, examiner="Ada", queued_at=NOW,
        started_at=NOW, ended_at=NOW, environment={}, face={}, control={}, warnings=(), failure="",
    )  # fmt: skip


@pytest.mark.parametrize("change", [{"seed": 2}, {"target_ages": [8]}])
def test_only_the_same_run_without_the_adapter_is_its_control_arm(change: dict[str, Any]) -> None:
    mine = spec(adapter=ADAPTER.sha256)
    other = run("R-0001", spec(**change))
    assert control_of(mine, [other]) is None
    assert control_of(mine, [run("R-0001", replace(spec(), exhibit_sha256="c" * 64))]) is None
    assert control_of(mine, [run("R-0001", spec(), RunStatus.FAILED)]) is None
    beside = replace(spec(), second_pack_name="matcher", second_pack_sha256="d" * 64)
    assert control_of(mine, [run("R-0001", beside)]) is not None, "what is compared by decides no picture"
    assert control_of(mine, [run("R-0001", replace(mine))]) is None
    alone = run("R-0003", replace(spec(), reference_sha256=("d" * 64,)))
    assert control_of(mine, [other, run("R-0002", spec()), alone]) == alone


def test_sections_are_joined_with_the_arms_of_their_case() -> None:
    mine, alone = run("R-0002", spec(adapter=ADAPTER.sha256)), run("R-0001", spec())
    use = adapter_use(mine, [ADAPTER])
    assert use is not None
    assert use.record is ADAPTER
    assert (use.name, use.record.run_id) == ("A-0001", "R-0002")
    assert adapter_use(alone, [ADAPTER]) is None
    sections = (
        replace(completed_run("R-0001"), record=alone),
        replace(completed_run("R-0002"), record=mine, adapter_use=use),
    )
    joined = with_control_arms(sections)
    assert joined[0] == sections[0]
    assert joined[1].adapter_use is not None
    assert joined[1].adapter_use.single_image == ControlArm("R-0001", sections[0].images)
    (left,) = with_control_arms(sections[1:])
    assert left.adapter_use is not None
    assert left.adapter_use.single_image is None


def test_a_curve_is_smoothed_at_its_own_places() -> None:
    points = [(float(step), float(step % 2)) for step in range(40)]
    smooth = smoothed(points)
    assert [x for x, _ in smooth] == [x for x, _ in points]
    assert max(abs(y - 0.5) for _, y in smooth[5:-5]) < 0.2
    assert smoothed([(1.0, 3.0)]) == [(1.0, 3.0)]
