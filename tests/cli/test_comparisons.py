"""Comparisons within a casebook on the command line: who else looks alike, and a photograph that does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensic_app.faces import registry
from forensic_app.faces.dlib import DlibAnalyser
from tests.cli.conftest import Cli
from tests.workflows.gallery_fakes import FakeMatcher, write_face


class KnownMatcher(FakeMatcher):
    """Has the weights that the table of real ageing was measured with."""

    weights_sha256 = DlibAnalyser().weights_sha256


@pytest.fixture(autouse=True)
def matcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load_analyser", lambda *_: KnownMatcher())


@pytest.fixture
def given(cli: Cli, tmp_path: Path) -> Any:
    """Two cases; returns a function that receives a photograph of a person."""
    for number in ("1", "2"):
        assert cli("case", "new", "--number", number, "--title", "T").code == 0
        assert cli("subject", "add", "--case", number, "--name", f"Subject {number}").code == 0

    def receive(case: str, person: int, *more: str, shade: int = 0, faces: int = 1) -> Any:
        path = write_face(tmp_path / f"{case}-{person}-{shade}.png", person, shade=shade, faces=faces)
        return cli("exhibit", "add", path, "--case", case, "--subject", f"S-000{case}", *more)

    return receive


def test_a_photograph_that_does_not_fit_is_told_at_its_receipt(cli: Cli, given: Any) -> None:
    first = given("1", 5, "--age-at-photo", "30", "--json")
    assert first.json["own_comparison"] is None
    fits = given("1", 5, "--age-at-photo", "33", "--json", shade=9)
    assert fits.json["own_comparison"]["disagrees"] is False
    assert fits.err == ""
    other = given("1", 9, "--age-at-photo", "31", "--json")
    assert other.code == 0
    assert other.json["own_comparison"]["disagrees"] is True
    assert [each["is_unusual"] for each in other.json["own_comparison"]["scores"]] == [True, True]
    assert "does not say that it is somebody else" in other.err
    assert "E-0001" in other.err
    assert given("1", 10, "--no-compare", "--json").json["own_comparison"] is None
    assert cli("verify").code == 0


def test_who_else_looks_like_this(cli: Cli, given: Any) -> None:
    given("1", 5)
    given("2", 5, shade=4)
    given("2", 6, faces=0)
    found = cli("exhibit", "lookalikes", "E-0001", "--json")
    assert found.code == 0, found.err
    best = found.json["candidates"][0]
    assert (best["exhibit_id"], best["subject"], best["is_above_threshold"]) == ("E-0002", "Subject 2", True)
    assert found.json["threshold"]["data"] == "LFW"
    assert found.json["expected_false_candidates"] == pytest.approx(0.001)
    assert found.json["is_recorded"] is True
    words = cli("exhibit", "lookalikes", "E-0001")
    assert "identifies nobody" in words.out
    assert "not of this casebook" in words.out
    assert "Not compared: E-0003: no face was found." in words.err
    assert "no exhibit" in cli("exhibit", "lookalikes", "E-0009").err
