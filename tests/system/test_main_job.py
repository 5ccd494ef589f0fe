"""Photograph, exhibit, run, report, verification; then one byte is changed and must be named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from forensic_app.exchange.xmp import origin_in
from tests.system.conftest import Finished, flip_byte, forged, run_cli


def test_the_run_says_what_it_made(finished: Finished, photo_path: Path) -> None:
    aged = finished.aged
    assert aged["status"] == "completed"
    assert [(each["target_age"], each["variant"]) for each in aged["derived_images"]] == [
        (8, 1), (8, 2), (62, 1), (62, 2),
    ]  # fmt: skip
    for image in (*aged["derived_images"], *aged["summary_images"]):
        data = Path(image["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == image["sha256"]
        with Image.open(image["path"]) as picture:
            assert picture.format == "PNG"
            assert picture.size == (image["width_px"], image["height_px"])
        assert {"estimated_age", "comparison_score"} <= set(image)
    assert {image["role"] for image in aged["summary_images"]} == {"mean", "spread"}
    assert 15 < aged["control"]["estimated_age"] < 60
    assert "comparison_score" in aged["control"]
    assert finished.exhibit["sha256"] == hashlib.sha256(photo_path.read_bytes()).hexdigest()


def test_the_report_is_a_pdf_with_its_digest_in_the_casebook(finished: Finished) -> None:
    data = finished.report.read_bytes()
    assert data.startswith(b"%PDF-")
    listed = run_cli(finished.casebook, "report", "list", "--case", "MP-7", "--json").json["reports"]
    assert [each["sha256"] for each in listed] == [hashlib.sha256(data).hexdigest()]


def test_the_casebook_verifies(finished: Finished) -> None:
    answer = run_cli(finished.casebook, "verify")
    assert answer.code == 0, answer.out
    assert "nothing was found wrong" in answer.out


def test_run_show_says_the_same_as_age(finished: Finished) -> None:
    shown = run_cli(finished.casebook, "run", "show", finished.aged["run_id"], "--json").json
    assert shown["derived_images"] == finished.aged["derived_images"]
    words = run_cli(finished.casebook, "run", "show", finished.aged["run_id"]).out
    assert "one possible appearance" in words
    assert "untouched photograph" in words


def test_the_replay_is_identical(copied: Finished) -> None:
    answer = run_cli(copied.casebook, "run", "replay", copied.aged["run_id"], "--json")
    assert answer.code == 0, answer.err
    assert answer.json["outcome"] == "identical"
    assert {image["result"] for image in answer.json["images"]} == {"identical"}
    assert run_cli(copied.casebook, "verify").code == 0


def test_a_changed_photograph_is_named(copied: Finished) -> None:
    sha256 = copied.exhibit["sha256"]
    flip_byte(copied.casebook / "vault" / sha256[:2] / sha256)
    answer = run_cli(copied.casebook, "verify")
    assert answer.code == 1
    assert sha256[:12] in answer.out or copied.exhibit["exhibit_id"] in answer.out
    replay = run_cli(copied.casebook, "run", "replay", copied.aged["run_id"], "--json")
    assert (replay.code, replay.json["error"]) == (1, "EvidenceAltered")
    report = copied.casebook.parent / "again.pdf"
    issued = run_cli(copied.casebook, "report", "new", "--case", "MP-7", "--out", report, "--json")
    assert (issued.code, issued.json["error"]) == (1, "EvidenceAltered")
    assert not report.exists()


def test_a_changed_derived_image_is_named(copied: Finished) -> None:
    image = copied.aged["derived_images"][0]
    flip_byte(copied.casebook / "vault" / image["sha256"][:2] / image["sha256"])
    answer = run_cli(copied.casebook, "verify", "--json")
    assert answer.code == 1
    findings = " ".join(answer.json["findings"])
    assert image["derived_image_id"] in findings or image["sha256"][:12] in findings


def test_a_missing_photograph_is_named(copied: Finished) -> None:
    sha256 = copied.exhibit["sha256"]
    (copied.casebook / "vault" / sha256[:2] / sha256).unlink()
    answer = run_cli(copied.casebook, "verify")
    assert answer.code == 1
    assert sha256[:12] in answer.out or copied.exhibit["exhibit_id"] in answer.out


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE custody_event SET examiner = 'Jo Examines' WHERE sequence = 5", "5"),
        ("UPDATE custody_event SET canonical = replace(canonical, 'a', 'b') WHERE sequence = 6", "6"),
        (
            "UPDATE custody_event SET sha256 = "
            "CASE WHEN sha256 LIKE '0%' THEN '1' ELSE '0' END || substr(sha256, 2) WHERE sequence = 7",
            "7",
        ),
        ("DELETE FROM custody_event WHERE sequence = (SELECT max(sequence) FROM custody_event)", "event"),
        ("UPDATE exhibit SET source = 'NASB'", "E-0001"),
        ("UPDATE subject SET name = 'Eileen Collina'", "S-0001"),
        ("UPDATE run SET status = 'failed'", "R-0001"),
        (
            "UPDATE checkpoint SET note = replace(note, char(10), char(10) || 'x') "
            "WHERE size = (SELECT max(size) FROM checkpoint)",
            "checkpoint",
        ),
        ("DELETE FROM checkpoint WHERE size > 1", "checkpoint"),
    ],
)
def test_a_changed_record_is_named(copied: Finished, statement: str, named: str) -> None:
    with forged(copied.casebook) as connection:
        assert connection.execute(statement).rowcount >= 1
    answer = run_cli(copied.casebook, "verify")
    assert answer.code == 1, answer.out
    findings = [line for line in answer.out.splitlines() if line.startswith("Wrong:")]
    assert any(named in line.lower() or named in line for line in findings), answer.out


def test_copies_have_readable_names_and_an_event(copied: Finished, tmp_path: Path) -> None:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.exporting import export_images

    with CaseStore.open(copied.casebook, examiner="Jo Examiner") as store:
        paths = export_images(store, "R-0001", tmp_path / "copies")
        event = store.events()[-1]
        assert event.action == "images_exported"
    names = sorted(path.name for path in paths.values())
    assert "R-0001-age-008-variant-1.png" in names
    assert "R-0001-age-062-mean.png" in names
    for image in copied.aged["derived_images"]:
        data = paths[image["derived_image_id"]].read_bytes()
        place = event.details["sha256"].index(image["sha256"])
        digest = hashlib.sha256(data).hexdigest()
        assert digest == event.details["exported_sha256"][place] != image["sha256"]
        origin = origin_in(data)
        assert origin is not None
        assert (origin.run_id, origin.image_sha256) == ("R-0001", image["sha256"])
    assert run_cli(copied.casebook, "verify").code == 0
