"""`train matcher` and `evaluate matching`, from photographs to the printed table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.packs.pack import read_pack
from forensic_app.evaluation.matching.photographs import Protocol, read_photo_set
from forensic_app.workflows.matching import _notes_on
from tests.cli.conftest import Cli

PHOTOS = 10


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Return a folder of two "people" with ten photographs each: one face, in other tints."""
    generator = np.random.default_rng(0)
    face = Image.fromarray(astronaut()).crop((120, 0, 360, 240))
    for person, tint in (("a", (1.0, 1.0, 1.0)), ("b", (0.6, 0.9, 0.5))):
        (tmp_path / "people" / person).mkdir(parents=True)
        for number in range(PHOTOS):
            pixels = np.asarray(face, float) * tint + generator.normal(0, 6 + number, (240, 240, 3))
            photo = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
            part = "young" if number % 2 else "old"
            photo.save(tmp_path / "people" / person / f"{part}_{number}.png")
    (tmp_path / "people" / "a" / "young_none.png").write_bytes(b"no image")
    return tmp_path / "people"


def test_photographs_are_compared_and_a_matcher_is_trained(
    plain_cli: Cli, people: Path, tmp_path: Path
) -> None:
    for path in (people / "a").glob("old_*.png"):
        path.rename(people / "a" / path.name.replace("old", "young"))
    for path in (people / "b").glob("*.png"):
        path.rename(people / "b" / path.name.split("_")[-1])
    for path in (people / "a").glob("*.png"):
        path.rename(people / "a" / path.name.split("_")[-1])
    faces = tmp_path / "faces"
    faces.mkdir()
    small = Image.fromarray(astronaut()).crop((120, 0, 360, 240)).resize((120, 120))
    for number in range(50):
        small.save(faces / f"{5 + number}_1_0_2017{number:04}.jpg")
    config, pack = tmp_path / "config.json", tmp_path / "packs" / "tiny"
    pack.parent.mkdir()
    config.write_text(
        json.dumps({"runs": 1, "steps": 2, "known_people": 2, "single_people": 0, "kept_share": 97})
    )
    made = plain_cli(
        "train",
        "matcher",
        "--data",
        people,
        "--data",
        faces,
        "--pack",
        "none",
        "--out",
        pack,
        "--config",
        config,
    )
    assert made.code == 0, made.err
    card = (pack / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "2 people with 20 photographs, and 50 faces" in card
    assert "Not measured yet" in card

    given = ("--data", people, "--protocol", "folders", "--pack", "none", "--matcher", pack)
    found = plain_cli("evaluate", "matching", *given, "--out", tmp_path / "figures", "--json")
    assert found.code == 0, found.err
    assert list(found.json["arms"]) == ["untouched", "matcher"]
    assert found.json["n_mated"] == 2 * PHOTOS * (PHOTOS - 1) // 2 + PHOTOS
    assert found.json["comparison"] == "all pairs"
    assert found.json["recognisers"]["matcher"]["version"].startswith("pack tiny 1.0")
    assert any("1000 are needed" in sentence for sentence in found.json["notes"])
    assert "Of 2 people the pack tiny names 0 as kept from its training" in found.json["notes"][0]

    kept = tmp_path / "packs" / "keeping"
    shutil.copytree(pack, kept)
    (kept / "validation.txt").write_text("people/a\nb\n", encoding="utf-8")
    manifest = json.loads((kept / "pack.json").read_text(encoding="utf-8"))
    manifest["files"]["validation.txt"] = sha256_of_bytes((kept / "validation.txt").read_bytes())
    (kept / "pack.json").write_text(json.dumps(manifest), encoding="utf-8")
    fair = plain_cli("evaluate", "matching", *given[:-1], kept, "--json")
    assert not [sentence for sentence in fair.json["notes"] if "training" in sentence]

    words = plain_cli("evaluate", "matching", *given)
    assert "FNMR at FMR 1 %" in words.out
    assert "no face was found in 1 of 21 photographs" in words.out

    again = plain_cli(
        *(
            "train",
            "matcher",
            "--data",
            people,
            "--data",
            faces,
            "--pack",
            "none",
            "--out",
            pack,
            "--config",
            config,
        ),
        *("--resume", "--evaluation", tmp_path / "figures" / "matching.json"),
    )
    assert again.code == 0, again.err
    assert "| matcher |" in (pack / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_young_and_old_are_told_apart_by_their_names(plain_cli: Cli, people: Path) -> None:
    given = ("--data", people, "--protocol", "folders", "--pack", "none", "--json")
    refused = plain_cli("evaluate", "matching", *given)
    assert refused.code == 1
    assert "An FMR of 0.01 cannot be set on" in refused.err
    assert "100 comparisons" in refused.err


def test_ranges_and_folders_that_do_not_fit_are_refused(plain_cli: Cli, people: Path, tmp_path: Path) -> None:
    given = ("evaluate", "matching", "--data", people, "--pack", "none")
    assert "hold no ages" in plain_cli(*given, "--protocol", "folders", "--probe-ages", "20-").err
    assert "is not a range" in plain_cli(*given, "--protocol", "fgnet", "--reference-ages", "old").err
    assert "two people" in plain_cli(*given, "--protocol", "fgnet", "--reference-ages", "-12").err
    unknown = plain_cli(*given, "--protocol", "folders", "--matcher", "sketch")
    assert "not matcher" in unknown.err
    trained = plain_cli(
        "train", "matcher", "--data", tmp_path / "none", "--pack", "none", "--out", tmp_path / "p"
    )
    assert trained.code == 1
    assert "no folder" in trained.err


def test_a_matcher_that_learned_from_a_packs_faces_says_so(people: Path) -> None:
    packs = Path(__file__).resolve().parents[2] / "resources" / "packs"
    photo_set = read_photo_set(people, Protocol.FOLDERS)
    judge = read_pack(packs / "matcher")
    by_deage = _notes_on(judge, photo_set, "people", packs / "deage")
    assert "learned from faces that deage 2.1 made" in by_deage[1]
    assert len(_notes_on(judge, photo_set, "people", packs / "base")) == 1
