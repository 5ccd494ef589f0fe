from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from forensic_app.engines.device import choose_device
from forensic_app.engines.packs.pack import Pack, read_pack, write_manifest
from forensic_app.engines.sketch.engine import load_generator
from forensic_app.errors import PackAltered, PackMissing, PackRefused


@pytest.fixture
def copied(sketch_pack: Pack, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sketch_pack.path, tmp_path / "copy"))


def test_weights_come_back_in_half_precision(sketch_pack: Pack) -> None:
    generator = load_generator(sketch_pack, choose_device("cpu", threads=1))
    stored = load_file(sketch_pack.path / "generator" / "model.safetensors")
    assert {str(value.dtype) for value in stored.values()} == {"torch.float16"}
    assert all((value.float() == generator.state_dict()[name]).all() for name, value in stored.items())
    assert load_generator(sketch_pack, choose_device("cpu", threads=1)) is generator


def test_changed_weights_are_refused(copied: Path) -> None:
    path = copied / "generator" / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(PackAltered, match=r"model\.safetensors"):
        load_generator(read_pack(copied), choose_device("cpu", threads=1))


def test_weights_of_another_network_are_refused(copied: Path) -> None:
    path = copied / "generator" / "model.safetensors"
    tensors = load_file(path)
    tensors.pop("head.2.bias")
    save_file(tensors, path)
    card = json.loads((copied / "pack.json").read_text())
    pack = write_manifest(copied, {**card, "name": "other"})
    with pytest.raises(PackRefused, match="lacks the weights"):
        load_generator(pack, choose_device("cpu", threads=1))


def test_a_kind_that_no_engine_uses_and_a_missing_network_are_refused(copied: Path) -> None:
    card = json.loads((copied / "pack.json").read_text())
    with pytest.raises(PackRefused, match="kind 'morph'"):
        write_manifest(copied, {**card, "kind": "morph"})
    with pytest.raises(PackMissing, match="no vae"):
        write_manifest(copied, {**card, "kind": "aging"})
