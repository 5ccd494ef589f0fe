"""Training a sketch pack of several styles, from the command line to the pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_file
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.sketch import pair_cache
from forensic_app.engines.sketch.pairs import DIGEST_DIGITS
from tests.cli.conftest import Cli

TINY = {
    "resolution": 64, "width": 4, "levels": 3, "most_channels": 8, "deepest_channels": 6, "head_channels": 6,
    "discriminator_width": 4, "coarse_images": 0, "batch": 2, "validation_pairs": 1, "held_out_pairs": 1,
}  # fmt: skip


def write_pairs(folder: Path, *, first: int) -> None:
    """Write five pairs: crops of one portrait, and the same in grey."""
    whole = Image.fromarray(astronaut())
    for part in ("photos", "sketches"):
        (folder / part).mkdir(parents=True)
    for number in range(first, first + 5):
        photo = whole.crop((100 + 4 * number, number, 330 + 4 * number, 280 + number))
        photo.save(folder / "photos" / f"p{number}.png")
        photo.convert("L").save(folder / "sketches" / f"p{number}.png")


def test_several_folders_become_one_pack_that_names_its_styles_and_what_it_was_trained_on(
    tmp_path: Path, plain_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in enumerate(("cuhk/train", "cuhk/test", "ar/train")):
        write_pairs(tmp_path / name, first=5 * place)
    (tmp_path / "config.json").write_text(json.dumps({**TINY, "images": 2}))
    command = ["train", "sketch", "--data", tmp_path / "cuhk", "--data", tmp_path / "ar", "--out", tmp_path / "two",
               "--config", tmp_path / "config.json", "--device", "cpu", "--precision", "fp32", "--json"]  # fmt: skip
    assert plain_cli(*command).code == 0
    pack = read_pack(tmp_path / "two")
    assert pack.card["styles"] == ["cuhk", "ar"]
    assert (pack.card["images_shown"], pack.card["training_pairs"]) == (2, 7)
    assert len(pack.card["held_out_pairs"]) == 1
    assert pack.card["held_out_pairs"][0].startswith("ar/")
    record = json.loads((pack.path / "pairs.json").read_text())
    assert {style: len(each) for style, each in record["trained"].items()} == {"cuhk": 4, "ar": 3}
    kept = {*record["watched"]["ar"], *record["held_out"]["ar"]}
    for path in (tmp_path / "ar" / "train" / "photos").iterdir():
        is_trained = sha256_of_file(path)[:DIGEST_DIGITS] in record["trained"]["ar"]
        assert is_trained != (f"ar/{path.stem}" in kept)
    assert "Styles, the first of which" in (pack.path / "MODEL_CARD.md").read_text()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the pairs are kept in the work folder")

    monkeypatch.setattr(pair_cache, "load_training_pairs", never)
    (tmp_path / "config.json").write_text(json.dumps({**TINY, "images": 4}))
    assert plain_cli(*command, "--resume", "--from-pack", str(tmp_path / "two")).code == 0
    assert read_pack(tmp_path / "two").card["images_shown"] == 4
    assert "two 1.0" in read_pack(tmp_path / "two").card["started_from"]
