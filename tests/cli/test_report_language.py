"""Language and form of a report through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensic_app.verify import verify_casebook
from forensic_app.workflows.casebook import open_casebook
from tests.cli.conftest import Cli


@pytest.fixture
def case(cli: Cli, photograph: Path) -> None:
    assert cli("case", "new", "--number", "MP-1", "--title", "Lost at sea").code == 0
    assert cli("exhibit", "add", photograph, "--case", "MP-1").code == 0


@pytest.mark.usefixtures("case")
def test_a_german_short_report_is_issued_recorded_and_verified(
    cli: Cli, casebook: Path, tmp_path: Path
) -> None:
    out = tmp_path / "bericht.pdf"
    answer = cli(
        "report", "new", "--case", "MP-1", "--out", out, "--language", "de", "--form", "short", "--json"
    )
    assert answer.code == 0, answer.err
    assert (answer.json["language"], answer.json["form"]) == ("de", "short")
    page = out.with_suffix(".html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    assert "Kurzform." in page
    assert "Vergleichen Sie die SHA-256" in page
    with open_casebook(casebook, read_only=True) as store:
        issued = store.events()[-1]
    assert issued.action == "report_issued"
    assert (issued.details["language"], issued.details["form"]) == ("de", "short")
    assert verify_casebook(casebook).is_intact


@pytest.mark.usefixtures("case")
def test_english_and_full_is_what_nobody_has_to_ask_for(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    answer = cli("report", "new", "--case", "MP-1", "--out", out, "--json")
    assert (answer.json["language"], answer.json["form"]) == ("en", "full")
    page = out.with_suffix(".html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "Custody log of the case" in page


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("option", "value", "advice"), [("--language", "fr", "de, en"), ("--form", "tiny", "full, short")]
)
def test_what_there_is_not_is_refused_and_leaves_nothing(
    cli: Cli, tmp_path: Path, option: str, value: str, advice: str
) -> None:
    out = tmp_path / "report.pdf"
    answer = cli("report", "new", "--case", "MP-1", "--out", out, option, value)
    assert answer.code == 1
    assert advice in answer.err
    assert not out.exists()
    assert cli("report", "list", "--case", "MP-1", "--json").json["reports"] == []
