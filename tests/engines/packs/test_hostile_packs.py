"""Packs that an attacker made: each is refused with words, and none is an error for the others."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from forensic_app.engines.aging.components import load_components, release_components
from forensic_app.engines.device import ComputeDevice, choose_device
from forensic_app.engines.packs import networks, verification
from forensic_app.engines.packs.door import refusing, words_of
from forensic_app.engines.packs.network_pack import load_network, write_network_pack
from forensic_app.engines.packs.pack import Pack, RefusedPack, list_packs, read_pack, survey, write_manifest
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.engines.sketch.generator import SketchGenerator
from forensic_app.errors import PackAltered, PackMissing, PackRefused, RunCancelled
from tests.engines.packs.hostile import LOADING, READING, UNET, card, config, number_in, reseal

SOON_S = 20.0


@pytest.fixture
def device() -> ComputeDevice:
    return choose_device("cpu", threads=1)


@pytest.mark.parametrize("name", READING)
def test_a_hostile_pack_is_one_line_and_the_others_stay(tiny_pack: Path, name: str) -> None:
    good = tiny_pack.with_name("zz-good")
    shutil.copytree(tiny_pack, good)
    card(name="good")(good)
    READING[name](tiny_pack)
    began = time.monotonic()
    with pytest.raises((PackRefused, PackMissing, PackAltered)) as caught:
        read_pack(tiny_pack)
    assert caught.value.advice
    assert caught.value.message.isprintable()
    refused, found = survey([tiny_pack.parent])
    assert isinstance(refused, RefusedPack)
    assert (refused.name, refused.path, refused.reason) == ("tiny", tiny_pack, caught.value.message)
    assert isinstance(found, Pack)
    assert [pack.name for pack in list_packs([tiny_pack.parent])] == ["good"]
    assert time.monotonic() - began < SOON_S


@pytest.mark.parametrize("name", LOADING)
def test_a_hostile_part_is_refused_when_it_is_loaded(
    tiny_pack: Path, device: ComputeDevice, name: str
) -> None:
    LOADING[name](tiny_pack)
    pack = read_pack(tiny_pack)
    verify_pack(pack)
    began = time.monotonic()
    with pytest.raises(PackRefused) as caught:
        load_components(pack, device)
    assert caught.value.advice
    assert caught.value.message.isprintable()
    assert time.monotonic() - began < SOON_S
    release_components()


@pytest.mark.parametrize("name", [".hidden", "unet/extra.safetensors", "tokenizer/special_tokens_map.json"])
def test_a_file_that_no_manifest_lists_stops_every_load(
    tiny_pack: Path, device: ComputeDevice, name: str
) -> None:
    pack = read_pack(tiny_pack)
    (tiny_pack / name).write_text("{}")
    for check in (verify_pack, lambda each: load_components(each, device)):
        with pytest.raises(PackAltered, match="not listed"):
            check(pack)


def test_what_is_loaded_is_what_was_hashed(
    tiny_pack: Path, device: ComputeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, wanted = verification.read_file, load_file(tiny_pack / UNET)

    def read_then_swap(path: Path, **named: Any) -> Any:
        result = real(path, **named)
        if path == tiny_pack / UNET:
            save_file({name: value + 1 for name, value in wanted.items()}, path)
        return result

    release_components()
    monkeypatch.setattr(verification, "read_file", read_then_swap)
    loaded = load_components(read_pack(tiny_pack), device)
    assert all(torch.equal(value, wanted[name]) for name, value in loaded.unet.state_dict().items())
    with pytest.raises(PackAltered, match=UNET):
        load_components(read_pack(tiny_pack), device)
    release_components()


def test_a_change_with_the_old_time_is_found_while_the_networks_are_kept(
    tiny_pack: Path, device: ComputeDevice
) -> None:
    pack = read_pack(tiny_pack)
    load_components(pack, device)
    path = tiny_pack / UNET
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(PackAltered, match=UNET):
        load_components(pack, device)
    release_components()


def test_the_network_of_a_pack_of_one_network_is_checked_alike(tmp_path: Path, device: ComputeDevice) -> None:
    torch.manual_seed(3)
    network = SketchGenerator(width=4, levels=2, most_channels=8)
    stated = {"kind": "sketch", "version": "1", "licence": "test", "resolution": 64}
    made = write_network_pack(
        tmp_path / "pencil",
        network,
        component="generator",
        config=network.config,
        card=stated,
        texts={"LICENCE.txt": "For tests."},
    )

    def load() -> SketchGenerator:
        return load_network(read_pack(made.path), SketchGenerator, component="generator", device=device)

    assert all(
        torch.equal(value, network.state_dict()[name].half().float())
        for name, value in load().state_dict().items()
    )
    edges = load().edges
    assert edges is not None
    assert torch.equal(edges.fine, network.edges.fine)  # type: ignore[union-attr]
    for change in (
        config("generator", width=10**9),
        config("generator", levels="6"),
        config("generator", width=8),
        config("generator", auto_map={}),
        number_in("generator/model.safetensors", float("nan")),
    ):
        kept = tmp_path / "kept"
        shutil.copytree(made.path, kept)
        change(made.path)
        with pytest.raises(PackRefused):
            load()
        shutil.rmtree(made.path)
        kept.rename(made.path)


def test_a_pack_cannot_be_sealed_with_what_no_pack_holds(tiny_pack: Path) -> None:
    stated = json.loads((tiny_pack / "pack.json").read_text())
    for name in (".hidden", "a b\n", "model.bin"):
        (tiny_pack / name).write_text("x")
        with pytest.raises(PackRefused):
            write_manifest(tiny_pack, stated)
        (tiny_pack / name).unlink()


def test_a_network_that_its_weights_do_not_fill_takes_no_memory() -> None:
    touched = []

    class Wide(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide = torch.nn.Linear(1 << 17, 1 << 15)  # 16 GiB
            touched.append(self.wide.weight)

    with pytest.raises(ValueError, match="lacks the weights"):
        networks.filled(Wide, {}, dtype=torch.float32)
    assert len(touched) == 1


def test_the_door_lets_our_own_errors_and_interruptions_pass() -> None:
    for error in (RunCancelled("Stopped.", ""), KeyboardInterrupt(), SystemExit(1)):
        with pytest.raises(type(error)), refusing("It cannot be loaded"):
            raise error
    for error in (
        MemoryError(),
        RecursionError("deep"),
        KeyError("x"),
        AttributeError("\x1b[2Jx\n"),
        OverflowError(),
    ):
        with pytest.raises(PackRefused, match="cannot be loaded") as caught, refusing("It cannot be loaded"):
            raise error
        assert caught.value.message.isprintable()
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(PackRefused, match="index out of bounds"), refusing("It cannot be loaded"):
        raise panic("index out of bounds")
    assert len(words_of(ValueError("x" * 5000))) < 250


def test_a_pack_that_is_resealed_loads_under_another_digest(tiny_pack: Path, device: ComputeDevice) -> None:
    before = read_pack(tiny_pack)
    reseal(tiny_pack)
    load_components(read_pack(tiny_pack), device)  # what the other tests reseal is refused for its own sake
    config("unet", norm_eps=1e-6)(tiny_pack)
    after = read_pack(tiny_pack)
    load_components(after, device)
    assert before.weights_sha256 == after.weights_sha256
    with pytest.raises(PackAltered, match="not the one that was named"):
        verify_pack(after, expected_sha256=before.sha256)
