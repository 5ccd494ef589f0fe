"""What `evaluate` prints; the measuring itself is tested where it is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forensic_app.evaluation.measures.words import PACK, SKETCH
from forensic_app.evaluation.pack import evaluation as pack_evaluation
from forensic_app.evaluation.sketch import evaluation as sketch_evaluation
from forensic_app.settings import resources_dir
from tests.cli.conftest import Cli


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


def test_a_sketch_pack_is_printed_in_the_words_of_its_card(
    plain_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = measured("sketch")
    monkeypatch.setattr(sketch_evaluation, "evaluate_sketch", lambda **_: result)
    lines = plain_cli("evaluate", "sketch", "--data", tmp_path).out.splitlines()
    for each in SKETCH.values():
        assert any(line.startswith(each.title) and line.endswith(f"  {each.of(result)}") for line in lines)
