"""Decisions about derived images through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import RunSpec
from forensic_app.store.case_store import CaseStore
from tests.cli.conftest import Cli

AGES = (8.0, 45.0, 75.0)


@pytest.fixture
def run_id(cli: Cli, casebook: Path, photograph: Path) -> str:
    """A completed run with three derived images, D-000001 to D-000003."""
    from PIL import Image

    from forensic_app.workflows.casebook import open_casebook

    assert cli("case", "new", "--number", "MP-1", "--title", "Lost at sea").code == 0
    assert cli("exhibit", "add", photograph, "--case", "MP-1").code == 0
    with open_casebook(casebook, examiner="Jo Examiner") as store:
        exhibit = store.exhibit("E-0001")
        spec = RunSpec("aging", "1", exhibit.exhibit_id, exhibit.sha256, {}, "base", "0" * 64, "dlib")
        store.queue_run(case_id=exhibit.case_id, spec=spec)
        store.start_run("R-0001", environment={})
        images = []
        for number, age in enumerate(AGES):
            path = casebook.parent / f"{number}.png"
            Image.new("RGB", (64, 64), (number * 40, 90, 90)).save(path)
            images.append(OutputImage(path, "derived", age, 1, 64, 64, {}))
        store.complete_run("R-0001", result=EngineResult(tuple(images), {}, {}, {}))
    return "R-0001"


def test_a_decision_is_recorded_shown_and_replaced(cli: Cli, casebook: Path, run_id: str) -> None:
    first = cli("run", "decide", "D-000001", "reject", "--reason", "eyes are wrong", "--json").json
    assert first["run_id"] == run_id
    assert first["is_accepted"] is False
    assert first["examiner"] == "Jo Examiner"
    assert cli("run", "decide", "D-000001", "accept", "--reason", "on second thoughts").code == 0

    shown = cli("run", "show", run_id, "--json").json["derived_images"]
    assert shown[0]["decision"]["reason"] == "on second thoughts"
    assert shown[0]["decision"]["is_accepted"] is True
    assert [each["decision"] for each in shown[1:]] == [None, None]
    assert "D-000001, Accepted by Jo Examiner (on second thoughts)" in cli("run", "show", run_id).out
    with CaseStore.open(casebook, examiner="x", read_only=True) as store:
        actions = [event.action for event in store.events() if event.object_id == "D-000001"]
    assert actions[-2:] == ["image_rejected", "image_accepted"]
    assert cli("verify").code == 0


def test_several_images_are_decided_at_once_and_a_decision_is_withdrawn(cli: Cli, run_id: str) -> None:
    both = ("D-000001", "D-000002")
    made = cli("run", "decide", *both, "accept", "--reason", "clear", "--json").json["decisions"]
    assert [(each["derived_image_id"], each["run_id"]) for each in made] == [(each, run_id) for each in both]
    gone = cli("run", "decide", "D-000001", "withdraw", "--reason", "too fast", "--json").json
    assert (gone["action"], gone["withdraws"]) == ("decision_withdrawn", made[0]["sequence"])
    shown = cli("run", "show", run_id, "--json").json["derived_images"]
    assert [each["decision"] is None for each in shown] == [True, False, True]
    answer = cli("run", "decide", *both, "withdraw", "--reason", "all of it", "--json")
    assert (answer.code, answer.json["error"]) == (1, "InvalidInput")
    assert "Nothing is decided about the derived image D-000001" in answer.json["message"]
    assert cli("run", "show", run_id, "--json").json["derived_images"][1]["decision"] is not None, (
        "all or none"
    )
    said = cli("run", "decide", "D-000002", "withdraw", "--reason", "all of it").out
    assert "Withdrawn by Jo Examiner (all of it): D-000002 of the run R-0001." in said
    assert cli("verify").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("D-000009", "accept", "--reason", "good"), 1, "RecordNotFound"),
        (("D-000001", "accept", "--reason", " "), 1, "InvalidInput"),
        (("D-000001", "keep", "--reason", "good"), 2, "UsageError"),
        (("D-000001", "accept"), 2, "UsageError"),
    ],
)
def test_what_is_no_decision_is_refused(
    cli: Cli, run_id: str, arguments: tuple[str, ...], code: int, error: str
) -> None:
    answer = cli("run", "decide", *arguments, "--json")
    assert (answer.code, answer.json["error"]) == (code, error)
    assert cli("run", "show", run_id, "--json").json["derived_images"][0]["decision"] is None


@pytest.mark.parametrize(("options", "held_back"), [((), 1), (("--only-accepted",), 2)])
def test_the_report_obeys_the_decisions(
    cli: Cli, run_id: str, tmp_path: Path, options: tuple[str, ...], held_back: int
) -> None:
    from pypdf import PdfReader

    cli("run", "decide", "D-000001", "accept", "--reason", "clear")
    cli("run", "decide", "D-000002", "reject", "--reason", "eyes are wrong")
    out = tmp_path / "report.pdf"
    assert cli("report", "new", "--case", "MP-1", "--out", out, *options).code == 0
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(out).pages).split())
    assert "eyes are wrong" in words
    assert "images that are marked there as not shown are left out" in words
    assert words.count("not shown") == 1 + held_back


def test_images_in_the_vault_have_a_name_and_a_media_type(cli: Cli, run_id: str) -> None:
    images = cli("run", "show", run_id, "--json").json["derived_images"]
    assert [each["name"] for each in images] == [
        "R-0001-age-008-variant-1.png",
        "R-0001-age-045-variant-1.png",
        "R-0001-age-075-variant-1.png",
    ]
    assert {each["media_type"] for each in images} == {"image/png"}
    assert all(not Path(each["path"]).suffix for each in images)
