"""From a photograph to leads on the command line, with the bundled packs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from tests.cli.conftest import Cli


@pytest.fixture
def gallery(cli: Cli, tmp_path: Path, photograph: Path) -> str:
    """Return a gallery of one face in two tints; the photograph is received as E-0001."""
    face = np.asarray(Image.fromarray(astronaut()).crop((120, 0, 360, 240)), float)
    for name, tint in (("Ana", (1.0, 1.0, 1.0)), ("Bo", (0.6, 0.9, 0.5))):
        folder = tmp_path / "people" / name
        folder.mkdir(parents=True)
        noisy = face * tint + np.random.default_rng(0).normal(0, 6, face.shape)
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(folder / "a.png")
    assert cli("gallery", "new", "Missing").code == 0
    assert cli("gallery", "add", "Missing", tmp_path / "people").code == 0
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0
    assert cli("exhibit", "add", photograph, "--case", "1", "--age-at-photo", "42").code == 0
    return "Missing"


@pytest.mark.slow
def test_one_command_ages_sketches_and_searches_and_goes_on_where_it_was(
    cli: Cli, gallery: str, tmp_path: Path
) -> None:
    given = ("leads", "E-0001", "--to", "62", "--gallery", gallery, "--engine", "autoencoder")
    few = cli(*given, "--accept-licence", "--json")
    assert few.code == 1
    assert "needs 1,000 comparisons" in few.json["message"]
    assert cli("run", "list", "--json").json["runs"] == []
    wrong = cli(*given, "--threshold", "0.4", "--style", "cubist")
    assert wrong.code == 1
    assert "cubist" in wrong.err
    found = cli(*given, "--threshold", "0.4", "--json", "--out", tmp_path / "out")
    assert found.code == 0, found.err
    told = found.json
    assert told["is_complete"] is True
    assert [each["stage"] for each in told["searches"]] == ["photograph", "derived_image", "sketch"]
    assert [each["engine"] for each in told["runs"]] == ["autoencoder", "sketch"]
    assert told["runs"][1]["source"] == told["searches"][1]["name"] == "D-000001"
    assert told["leads"][0]["name"] == "Ana"
    assert told["leads"][0]["scores"]["E-0001"]["rank"] == 1
    assert any("no evidence of identity" in each for each in told["notes"])
    assert len(list((tmp_path / "out").glob("*.png"))) == 2
    words = cli(*given, "--threshold", "0.4")
    assert words.code == 0, words.err
    assert [each["run_id"] for each in cli("run", "list", "--json").json["runs"]] == [
        each["run_id"] for each in told["runs"]
    ]
    head = next(line for line in words.out.splitlines() if "Photograph E-0001" in line and "Name" in line)
    assert head.index("Photograph") < head.index("Derived at 62") < head.index("Sketch at 62")
    assert "no evidence of identity" in words.out
    assert "is a lead" in words.out
    assert "threshold 0.4000" in words.out
    assert len(cli("gallery", "searches", gallery, "--json").json) == 6
    assert cli("verify").code == 0


def test_wrong_ages_and_packs_are_refused_with_advice(cli: Cli, photograph: Path) -> None:
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0
    assert cli("exhibit", "add", photograph, "--case", "1").code == 0
    given = ("leads", "E-0001", "--gallery", "Missing", "--accept-licence")
    assert cli(*given).code == 2
    assert cli(*given, "--to", "twelve").code == 1
    assert cli(*given, "--to", "12", "--engine", "sketch").code == 1
    answer = cli(*given, "--to", "12")
    assert answer.code == 1
    assert "gallery" in answer.err
