from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.engines.packs.hostile import DEEP
from tests.fake_packs import write_pack


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packs: one that is good, and four that are not."""
    folder = tmp_path / "shelf"
    write_pack(folder / "good")
    for name, text in (("deep", DEEP), ("words", '{"resolution": "abc", "files": {"a": "b"}}')):
        write_pack(folder / name)
        (folder / name / "pack.json").write_text(text)
    (folder / "pipe").mkdir()
    os.mkfifo(folder / "pipe" / "pack.json")
    no_text = folder / os.fsdecode(b"\xff\x1b[2J")
    no_text.mkdir()
    (no_text / "pack.json").write_text("{")
    monkeypatch.setenv("FORENSIC_APP_PACKS", str(folder))
    return folder


@pytest.mark.usefixtures("shelf")
def test_a_bad_pack_is_one_line(plain_cli: Cli) -> None:
    answer = plain_cli("pack", "list")
    assert answer.code == 0
    lines = answer.out.splitlines()
    refused = [line for line in lines if line.startswith("Refused: ")]
    assert [line.split(".")[0].removeprefix("Refused: ") for line in refused] == [
        "deep",
        "pipe",
        "words",
        r"\udcff\x1b[2J",
    ]
    assert any(line.strip().startswith("good") for line in lines)
    assert "\x1b" not in answer.out
    told = plain_cli("pack", "list", "--json").json
    assert {"good", "base"} <= {each["name"] for each in told["packs"]}
    assert all(each["fault"] and each["advice"] for each in told["refused"])
    assert len(told["refused"]) == 4


@pytest.mark.usefixtures("shelf")
def test_the_others_are_shown_and_checked_all_the_same(plain_cli: Cli) -> None:
    assert plain_cli("pack", "show", "good", "--json").json["fault"] == ""
    answer = plain_cli("pack", "show", "words")
    assert answer.code == 1
    assert "resolution" in answer.err
    checks = {each["name"]: each for each in json.loads(plain_cli("doctor", "--json").out)["checks"]}
    assert checks["Pack good"]["status"] == checks["Pack base"]["status"] == "ok"
    assert checks["Pack deep"]["status"] == "failed"
    assert "nested" in checks["Pack deep"]["value"]


@pytest.mark.usefixtures("shelf")
def test_a_pack_that_was_put_into_the_casebook_is_named(plain_cli: Cli, casebook: Path) -> None:
    made = ("--casebook", casebook, "case", "new", "--number", "1", "--title", "A", "--kind", "cold-case")
    assert plain_cli(*made).code == 0
    write_pack(casebook / "packs" / "good", {"calibration.json": "{}"})
    write_pack(casebook / "packs" / "mine")
    listed = plain_cli("--casebook", casebook, "pack", "list")
    assert "Warning: The pack good lies in the casebook's own folder" in listed.err
    assert "takes the place of another pack of this name" in plain_cli(
        "--casebook", casebook, "pack", "show", "good"
    ).out.replace("\n", " ")
    refused = plain_cli("--casebook", casebook, "pack", "accept", "good", "--accept-licence")
    assert refused.code != 0
    assert "import it under another name" in refused.err
    accepted = plain_cli("--casebook", casebook, "pack", "accept", "mine", "--accept-licence")
    assert accepted.code == 0
    assert "no event says that it was imported" in accepted.err
