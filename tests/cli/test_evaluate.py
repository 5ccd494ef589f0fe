"""What `evaluate` prints; the measuring itself is tested where it is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from skimage.data import astronaut

from forensic_app.evaluation.measures.words import LOOK, PACK, SKETCH
from forensic_app.evaluation.pack import evaluation as pack_evaluation
from forensic_app.evaluation.sketch import stages as sketch_stages
from forensic_app.evaluation.sketch import styles as sketch_styles
from forensic_app.settings import resources_dir
from tests.cli.conftest import Cli
from tests.engines.conftest import built_pack

__all__ = ["built_pack"]


def measured(pack: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((resources_dir() / "packs" / pack / "evaluation.json").read_text())
    return found


def test_a_pack_is_printed_in_the_words_of_its_card(
    plain_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = measured("base")
    monkeypatch.setattr(pack_evaluation, "evaluate_pack", lambda **_: result)
    answer = plain_cli("evaluate", "pack", "--data", tmp_path)
    card = (resources_dir() / "packs" / "base" / "MODEL_CARD.md").read_text(encoding="utf-8")
    for key in ("estimator_mae", "age_mae", "identity_kept_all", "ssim"):
        title, value = PACK[key].title, PACK[key].of(result)
        assert f"| {title} | {value} |" in card
        assert any(line.startswith(title) and line.endswith(f"  {value}") for line in answer.out.splitlines())


def test_a_folder_is_shown_on_a_sheet(plain_cli: Cli, tmp_path: Path, built_pack: Path) -> None:
    folder, sheet = tmp_path / "photographs", tmp_path / "sheet.png"
    folder.mkdir()
    picture = Image.fromarray(astronaut())
    picture.save(folder / "one.png")
    ImageOps.mirror(picture).save(folder / "two.png")
    given = ("--data", folder, "--pack", built_pack, "--ages", "child,62", "--set", "num_inference_steps=4")
    answer = plain_cli("evaluate", "look", *given, "--out", sheet, "--json")
    assert answer.code == 0
    assert [each["file"] for each in answer.json["photographs"]] == ["one.png", "two.png"]
    assert set(answer.json["by_target"]) == {"8", "62"}
    assert sheet.is_file()
    assert plain_cli("evaluate", "look", *given, "--out", sheet).code == 1
    words = plain_cli("evaluate", "look", *given, "--limit", 1, "--out", tmp_path / "other.png")
    assert LOOK["unlikeness"].title in words.out
    assert "The sheet of 1 of 2 photographs" in words.out


def test_an_empty_folder_is_refused(plain_cli: Cli, tmp_path: Path, built_pack: Path) -> None:
    answer = plain_cli(
        "evaluate", "look", "--data", tmp_path, "--pack", built_pack, "--out", tmp_path / "sheet.png"
    )
    assert answer.code == 1
    assert "holds no photograph" in answer.err


def test_a_sketch_pack_is_printed_in_the_words_of_its_card(
    plain_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = measured("sketch")
    result["sets"] = [result]
    monkeypatch.setattr(sketch_styles, "evaluate_styles", lambda **_: result)
    lines = plain_cli("evaluate", "sketch", "--data", tmp_path).out.splitlines()
    for each in SKETCH.values():
        assert any(line.startswith(each.title) and line.endswith(f"  {each.of(result)}") for line in lines)


def test_sets_of_sketches_stand_side_by_side_with_the_style_that_was_drawn(
    plain_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = measured("sketch")
    sets = [
        {**result, "set": name, "style": name, "n_pairs": 9, "n_gallery": 20} for name in ("cuhk", "fs2k-1")
    ]
    monkeypatch.setattr(sketch_styles, "evaluate_styles", lambda **_: {**result, "sets": sets})
    out = plain_cli("evaluate", "sketch", "--data", tmp_path, "--data", tmp_path).out
    head = next(line for line in out.splitlines() if "measure" in line)
    assert head.index("cuhk") < head.index("fs2k-1")
    assert out.count("9; 20") == 2
    assert out.count(SKETCH["ssim"].of(result)) >= 2


def test_sketches_are_ranked_by_the_matcher_unless_none_is_asked_for(
    plain_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    result = {**measured("sketch"), "sets": [measured("sketch")]}
    monkeypatch.setattr(sketch_styles, "evaluate_styles", lambda **named: given.update(named) or result)
    assert plain_cli("evaluate", "sketch", "--data", tmp_path).code == 0
    assert {ending: each.name for ending, each in given["comparers"].items()} == {"matcher": "matcher"}
    assert plain_cli("evaluate", "sketch", "--data", tmp_path, "--matcher", "none").code == 0
    assert given["comparers"] == {}
    refused = plain_cli("evaluate", "sketch", "--data", tmp_path, "--second-recogniser", tmp_path)
    assert refused.code == 1


def test_stages_are_printed_with_their_intervals_and_need_an_age(
    plain_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = plain_cli("evaluate", "sketch", "--stages", "--data", tmp_path)
    assert refused.code == 1
    assert "--to AGE" in refused.err
    numbers = {"n": 30, "n_faces": 29, "score": 0.5, "rank1": 0.9, "rank5": 1.0, "kept": 0.8}
    numbers["intervals"] = {"rank1": [0.8, 1.0]}  # type: ignore[assignment]
    found = {"version": "v", "threshold": 0.4, "fmr_realised": 0.01, "n_non_mated": 1770}
    result = {
        "n": 30,
        "n_gallery": 60,
        "matchers": {"dlib": {**found, "stages": {"sketch_of_derived": numbers}}},
        "not_made": [{"name": "a.jpg", "stage": "derived", "reason": "No face was found."}],
        "notes": ["A score is no evidence."],
    }
    given: dict[str, Any] = {}
    monkeypatch.setattr(sketch_stages, "evaluate_stages", lambda *_, **named: given.update(named) or result)
    options = ("--stages", "--data", tmp_path, "--to", "12", "--limit", "30", "--matcher", "none")
    answer = plain_cli("evaluate", "sketch", *options)
    assert answer.code == 0, answer.err
    assert (given["limit"], given["gallery_dir"]) == (30, None)
    row = next(line for line in answer.out.splitlines() if "sketch of that" in line)
    assert "29 of 30" in row
    assert "90.0 % [80.0 %, 100.0 %]" in row
    assert "FMR 1.00% on 1,770 comparisons" in answer.out
    assert "a.jpg, photograph at the other age: No face was found." in answer.err
    assert "no evidence" in answer.err
