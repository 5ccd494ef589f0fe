"""A report says where the change of age was held back, and what that means for its scores."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from skimage import data

from forensic_app.custody import SigningKey
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.reports.content import LaboratoryDetails
from forensic_app.reports.pdf import render_pdf
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.reporting import gather_content

GUARD = {
    "analyser": "dlib",
    "floor": 0.4315,
    "pictures": [
        {"target_age": 8.0, "variant": 1, "share": 0.65, "score": 0.44},
        {"target_age": 45.0, "variant": 1, "share": 1.0, "score": 0.8},
    ],
}


def _text(tmp_path: Path, *, analyser: str, environment: dict[str, object]) -> str:
    tmp_path.mkdir(exist_ok=True)
    photo = tmp_path / "photo.png"
    Image.fromarray(data.astronaut()[:128, 160:288]).save(photo)
    with CaseStore.create(tmp_path / "casebook", examiner="Ada", key=SigningKey.generate()) as store:
        store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        exhibit = receive_exhibit(store, photo, case="1")
        spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "0" * 64, analyser)
        store.queue_run(case_id="1", spec=spec)
        store.start_run("R-0001", environment={})
        images = []
        for number, age in enumerate((8.0, 45.0)):
            path = tmp_path / f"{age}.png"
            Image.new("RGB", (128, 128), (number * 40, 90, 90)).save(path)
            images.append(OutputImage(path, "derived", age, 1, 128, 128, {"unlikeness": age / 10.0}))
        store.complete_run("R-0001", result=EngineResult(tuple(images), {}, {}, environment))
        content = gather_content(
            store,
            store.case("1"),
            report_number="1-REP-01",
            issued_at=datetime(2026, 1, 1, tzinfo=UTC),
            laboratory=LaboratoryDetails(),
        )
    pages = PdfReader(io.BytesIO(render_pdf(content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize(
    ("analyser", "words"),
    [("dlib", "partly the program's own doing"), ("insightface", "come from another analyser")],
)
def test_what_was_held_back_is_said_with_the_scores(tmp_path: Path, analyser: str, words: str) -> None:
    text = _text(tmp_path, analyser=analyser, environment={"identity_guard": GUARD})
    assert "asked the analyser dlib for a score of at least 0.43" in text
    assert "in 1 of 2 pictures" in text
    assert words in text


@pytest.mark.parametrize(
    ("analyser", "photographs", "words"),
    [
        ("dlib", 10, "towards the 10 photographs that the adapter was trained on"),
        ("dlib", 0, "they are raised by this, more than the likeness is"),
        ("insightface", 0, "towards the photograph, as the analyser dlib sees faces"),
    ],
)
def test_a_pull_towards_photographs_is_said_with_the_scores(
    tmp_path: Path, analyser: str, photographs: int, words: str
) -> None:
    pull = {"analyser": "dlib", "strength": 0.075, "photographs": photographs}
    text = _text(tmp_path, analyser=analyser, environment={"likeness_pull": pull})
    assert words in text
    assert ("come from another analyser" in text) == (analyser == "insightface")


def test_what_a_guard_did_not_record_is_said_to_be_unknown(tmp_path: Path) -> None:
    guard = {"pictures": [{"target_age": 8.0}, {"target_age": 45.0}]}
    text = _text(tmp_path, analyser="dlib", environment={"identity_guard": guard})
    assert "The program asked an analyser that is not recorded for a least score that is not recorded" in text
    assert "where it was lower: in how many pictures, is not recorded." in text
    assert "Whether the scores of this run come from the same analyser is not recorded" in text
    for invented in ("0.000", "analyser –", "in 0 of 2 pictures", "come from another analyser"):
        assert invented not in text


def test_what_a_pull_did_not_record_is_said_to_be_unknown(tmp_path: Path) -> None:
    text = _text(tmp_path, analyser="dlib", environment={"likeness_pull": {"strength": 0.075}})
    assert "towards photographs that are not recorded, as an analyser that is not recorded sees faces" in text
    assert "Whether the scores of this run come from the same analyser is not recorded" in text
    for invented in ("towards the photograph,", "analyser –", "come from another analyser"):
        assert invented not in text


def test_nothing_is_said_without_a_guard(tmp_path: Path) -> None:
    assert "asked the analyser" not in _text(tmp_path, analyser="dlib", environment={})


def test_a_report_names_the_picture_that_is_unlike_a_photograph(tmp_path: Path) -> None:
    words = "Unlike a photograph"
    told = _text(tmp_path / "a", analyser="dlib", environment={"critic": {"limit": 2.5, "photograph": 0.1}})
    assert told.count(words) == 1
    assert words not in _text(tmp_path / "b", analyser="dlib", environment={})
