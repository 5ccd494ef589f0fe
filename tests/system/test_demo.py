"""The demonstration, from nothing to a verified casebook."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from forensic_app.cli.__main__ import main
from forensic_app.engines.packs.pack import SEARCH_PATH_VARIABLE
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.demo import DECISION


def demo(*arguments: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["demo", *(str(each) for each in arguments)])
    return code, out.getvalue(), err.getvalue()


def test_the_demonstration_leaves_pictures_a_report_and_a_casebook(tmp_path: Path) -> None:
    code, out, err = demo("--out", tmp_path / "demo", "--to", "8,62", "--steps", 3, "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert answer["is_intact"] is True
    assert len([path for path in answer["images"] if "-age-" in Path(path).name]) == 2
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in answer["images"])
    assert Path(answer["report"]).read_bytes().startswith(b"%PDF-")
    assert verify_casebook(Path(answer["casebook"])).is_intact
    with CaseStore.open(Path(answer["casebook"]), examiner="Ada", read_only=True) as store:
        decisions = store.decisions(answer["run_id"])
    assert {each.reason for each in decisions.values()} == {DECISION}
    assert "nobody looked at it" in DECISION


def test_its_report_shows_each_age_with_its_sketch_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SEARCH_PATH_VARIABLE)  # the bundled packs: a tiny one makes no face to draw
    code, out, err = demo("--out", tmp_path / "demo", "--to", "27,62", "--steps", 3, "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert answer["is_intact"] is True
    assert [Path(path).name for path in answer["images"]] == [
        "R-0001-age-027-variant-1.png",
        "R-0001-age-062-variant-1.png",
        "R-0002-sketch-of-E-0001.png",
        "R-0003-sketch-of-D-000001.png",
        "R-0004-sketch-of-D-000002.png",
    ]
    (page,) = [each for each in _pages(answer["report"]) if "Sketches of these images" in each]
    for words in ("Untouched photograph", "Target 27 years", "Target 62 years"):
        assert words in page
    for number in (2, 3, 4):
        assert f"Sketch, run R-000{number}" in page


def _pages(report: str) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(report).pages]


def test_the_demonstration_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    code, out, _ = demo("--out", tmp_path, "--json")
    assert code == 1
    assert json.loads(out)["error"] == "InvalidInput"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
