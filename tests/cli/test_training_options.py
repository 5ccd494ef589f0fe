"""The three training commands take the same options, and hand them on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from forensic_app.workflows import autoencoder_training, base_training, sketch_training
from forensic_app.workflows.sketch_training import SKETCH_LICENCE
from forensic_app.workflows.trained_packs import EVALUATION_LICENCE, PackFacts
from tests.cli.conftest import Cli

COMMANDS = ("base", "sketch", "autoencoder")
NEEDED = {"base": (), "sketch": (), "autoencoder": ("--teacher", "base")}
LICENCES = {"base": EVALUATION_LICENCE, "sketch": SKETCH_LICENCE, "autoencoder": EVALUATION_LICENCE}


class FakePack:
    """Stands for the pack that a training made."""

    name, sha256, weights_sha256, path = "mine", "1" * 64, "2" * 64, Path("mine")


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the workflows were called with; nothing is trained."""
    calls: list[dict[str, Any]] = []

    def train(**given: Any) -> FakePack:
        calls.append(given)
        return FakePack()

    monkeypatch.setattr(base_training, "train_base", train)
    monkeypatch.setattr(sketch_training, "train_sketch_pack", train)
    monkeypatch.setattr(autoencoder_training, "train_autoencoder_pack", train)
    return calls


@pytest.mark.parametrize("kind", COMMANDS)
def test_every_shared_option_arrives(
    kind: str, plain_cli: Cli, trained: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/forensic-app", "train", kind, "--data", "faces"])
    answer = plain_cli(
        "train", kind, "--data", "faces", "--out", "packs/mine", "--work", "w", "--device", "cpu",
        "--precision", "fp32", "--threads", 2, "--resume", "--data-name", "Faces", "--data-licence", "consent",
        "--licence", "LicenseRef-lab", "--licence-file", "L.txt", "--evaluation", "e.json", "--version", "2.1",
        "--note", "A remark.", "--json", *NEEDED[kind],
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert answer.json == {"pack": "mine", "pack_sha256": "1" * 64, "weights_sha256": "2" * 64}
    (given,) = trained
    assert given["facts"] == PackFacts(
        data="Faces",
        data_licence="consent",
        licence="LicenseRef-lab",
        licence_file=Path("L.txt"),
        version="2.1",
        evaluation=Path("e.json"),
        note="A remark.",
    )
    assert given["data"] == (Path("faces") if kind == "autoencoder" else [Path("faces")])
    assert (given["out"], given["work"]) == (Path("packs/mine"), Path("w"))
    assert (given["device"], given["precision"], given["threads"], given["resume"]) == (
        "cpu",
        "fp32",
        2,
        True,
    )
    assert given["command"] == f"forensic-app train {kind} --data faces"


@pytest.mark.parametrize("kind", COMMANDS)
def test_what_is_not_given_has_defaults(kind: str, plain_cli: Cli, trained: list[dict[str, Any]]) -> None:
    answer = plain_cli("train", kind, "--data", "faces", "--out", "packs/mine", *NEEDED[kind])
    assert "The pack mine is in mine" in answer.out
    (given,) = trained
    assert given["work"] == Path("packs/mine.work")
    assert given["facts"] == PackFacts(licence_file=LICENCES[kind])
    assert given["resume"] is False


@pytest.mark.parametrize("kind", COMMANDS)
def test_data_and_out_are_needed(kind: str, plain_cli: Cli, trained: list[dict[str, Any]]) -> None:
    assert plain_cli("train", kind, "--data", "faces", *NEEDED[kind]).code == 2
    assert plain_cli("train", kind, "--out", "packs/mine", *NEEDED[kind]).code == 2
    assert trained == []


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize(
    ("option", "word", "advice"),
    [
        ("--device", "gpu", "Use auto, cpu or cuda."),
        ("--precision", "fp16", "Use auto, fp32 or bf16."),
        ("--precision", "bf61", "Use auto, fp32 or bf16."),
    ],
)
def test_a_word_that_is_not_known_is_refused_before_anything_is_made(
    kind: str, option: str, word: str, advice: str, plain_cli: Cli, tmp_path: Path
) -> None:
    data, out = tmp_path / "faces", tmp_path / "mine"
    data.mkdir()
    answer = plain_cli("train", kind, "--data", data, "--out", out, option, word, "--json", *NEEDED[kind])
    assert answer.code == 1
    assert (answer.json["error"], answer.json["advice"]) == ("InvalidInput", advice)
    assert repr(word) in answer.json["message"]
    assert sorted(tmp_path.iterdir()) == [data]


def test_a_dry_run_trains_nothing(plain_cli: Cli, trained: list[dict[str, Any]]) -> None:
    answer = plain_cli("train", "base", "--data", "faces", "--out", "packs/mine", "--dry-run", "--json")
    assert answer.json["resolution"] == 192
    assert trained == []


def test_a_teacher_is_needed_and_found_by_its_name(plain_cli: Cli, trained: list[dict[str, Any]]) -> None:
    assert plain_cli("train", "autoencoder", "--data", "faces", "--out", "p", "--teacher", "base").code == 0
    assert trained[0]["teacher"].name == "base"
    answer = plain_cli("train", "autoencoder", "--data", "faces", "--out", "p")
    assert answer.code == 2
    assert "--teacher" in answer.err
    answer = plain_cli("train", "autoencoder", "--data", "faces", "--out", "p", "--teacher", "nobody")
    assert answer.code != 0
    assert "nobody" in answer.err
    assert len(trained) == 1
