from __future__ import annotations

import io
from collections.abc import Iterator
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


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CaseStore]:
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "home"))
    photo = tmp_path / "photo.png"
    Image.fromarray(data.astronaut()[:128, 160:288]).save(photo)
    with CaseStore.create(tmp_path / "casebook", examiner="Ada", key=SigningKey.generate()) as store:
        store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        exhibit = receive_exhibit(store, photo, case="1")
        spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "0" * 64, "dlib")
        store.queue_run(case_id="1", spec=spec)
        store.start_run("R-0001", environment={})
        images = []
        for number, age in enumerate((8.0, 45.0, 75.0)):
            path = tmp_path / f"{age}.png"
            Image.new("RGB", (128, 128), (number * 40, 90, 90)).save(path)
            images.append(OutputImage(path, "derived", age, 1, 128, 128, {}))
        store.complete_run("R-0001", result=EngineResult(tuple(images), {}, {}, {}))
        yield store


def printed(store: CaseStore, *, only_accepted: bool) -> tuple[list[float | None], str]:
    content = gather_content(
        store,
        store.case("1"),
        report_number="1-REP-01",
        issued_at=datetime(2026, 1, 1, tzinfo=UTC),
        laboratory=LaboratoryDetails(),
        only_accepted=only_accepted,
    )
    pages = PdfReader(io.BytesIO(render_pdf(content))).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    return [image.record.target_age for image in content.runs[0].images], words


def test_without_decisions_every_image_is_shown_and_nothing_is_said_of_them(store: CaseStore) -> None:
    ages, words = printed(store, only_accepted=False)
    assert ages == [8.0, 45.0, 75.0]
    assert "Decisions of the examiner" not in words


def test_rejected_images_are_listed_with_the_reason_but_not_shown(store: CaseStore) -> None:
    store.decide("D-000002", is_accepted=False, reason="The ears changed")
    ages, words = printed(store, only_accepted=False)
    assert ages == [8.0, 75.0]
    assert "Decisions of the examiner on the images of run R-0001" in words
    assert "The ears changed" in words
    assert "Rejected, not shown" in words


def test_only_accepted_images_are_results_when_that_is_asked_for(store: CaseStore) -> None:
    store.decide("D-000003", is_accepted=True, reason="Plausible")
    ages, words = printed(store, only_accepted=True)
    assert ages == [75.0]
    assert "Not decided, not shown" in words
    assert "Accepted as a result" in words


def test_a_report_says_when_nothing_was_accepted(store: CaseStore) -> None:
    ages, words = printed(store, only_accepted=True)
    assert ages == []
    assert "the examiner accepted none of them as a result" in words


def test_a_withdrawn_decision_is_told_and_the_image_counts_as_undecided(store: CaseStore) -> None:
    store.decide("D-000001", is_accepted=False, reason="Eyes are wrong")
    store.withdraw_decision("D-000001", reason="Another image was meant")
    ages, words = printed(store, only_accepted=False)
    assert ages == [8.0, 45.0, 75.0]
    assert "Not decided: an earlier decision was withdrawn" in words.replace("- ", "-")
    assert "Another image was meant" in words
    assert "No acceptance or rejection by an examiner is recorded" not in words
    ages, _ = printed(store, only_accepted=True)
    assert ages == []
