from __future__ import annotations

import json
import os

import pytest

from forensic_app.digests import canonical_json, sha256_of_bytes, sha256_of_file
from forensic_app.engines.packs import files
from forensic_app.engines.packs.layout import check_safetensors
from forensic_app.engines.packs.pack import list_packs, read_pack, resolve, write_manifest
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.errors import PackAltered, PackMissing, PackRefused, RunCancelled

WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


def test_digest_covers_every_file(tiny_pack):
    pack = read_pack(tiny_pack)
    files = {
        path.relative_to(tiny_pack).as_posix(): sha256_of_file(path)
        for path in tiny_pack.rglob("*")
        if path.is_file()
    }
    assert pack.sha256 == sha256_of_bytes(canonical_json(files))
    assert (pack.name, pack.version, pack.resolution, pack.licence) == ("tiny", "1", 64, "LicenseRef-test")
    assert pack.licence_text == "For tests.\n"
    verify_pack(pack, expected_sha256=pack.sha256)
    with pytest.raises(PackAltered, match="not the one that was named"):
        verify_pack(pack, expected_sha256="0" * 64)


@pytest.mark.parametrize("path", [WEIGHTS, "scheduler/scheduler_config.json", "LICENCE.txt"])
def test_one_changed_byte_is_named(tiny_pack, path):
    pack = read_pack(tiny_pack)
    data = bytearray((tiny_pack / path).read_bytes())
    data[len(data) // 2] ^= 1
    (tiny_pack / path).write_bytes(bytes(data))
    with pytest.raises(PackAltered, match=path):
        verify_pack(pack)


def test_changed_manifest_changes_the_digest(tiny_pack):
    before = read_pack(tiny_pack).sha256
    card = json.loads((tiny_pack / "pack.json").read_text())
    (tiny_pack / "pack.json").write_text(json.dumps({**card, "licence": "MIT"}))
    assert read_pack(tiny_pack).sha256 != before


def test_weights_with_their_old_time_are_hashed_again(tiny_pack):
    pack = read_pack(tiny_pack)
    verify_pack(pack)
    path = tiny_pack / WEIGHTS
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(PackAltered, match=WEIGHTS):
        verify_pack(pack)


def test_hashing_a_large_file_can_be_stopped(tiny_pack, monkeypatch):
    monkeypatch.setattr(files, "CHUNK_BYTES", 1024)

    def stop():
        raise RunCancelled("Cancelled.", "")

    with pytest.raises(RunCancelled):
        verify_pack(read_pack(tiny_pack), on_chunk=stop)


def test_missing_and_unlisted_files_stop_the_load(tiny_pack):
    pack = read_pack(tiny_pack)
    (tiny_pack / "unet" / "extra.safetensors").write_bytes(b"x")
    with pytest.raises(PackAltered, match="not listed"):
        verify_pack(pack)
    (tiny_pack / "unet" / "extra.safetensors").unlink()
    (tiny_pack / WEIGHTS).unlink()
    with pytest.raises(PackAltered, match="missing"):
        verify_pack(pack)


@pytest.mark.parametrize("name", ["unet/diffusion_pytorch_model.bin", "model.ckpt", "x.pt", "vae/y.PKL"])
def test_pickles_are_refused(tiny_pack, name):
    (tiny_pack / name).write_bytes(b"x")
    with pytest.raises(PackRefused, match="pickle") as caught:
        read_pack(tiny_pack)
    assert "safetensors" in caught.value.advice


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unet", ["os", "system"]),
        ("unet", ["diffusers", "AutoencoderKL"]),
        ("unet", ["forensic_app.engines", "UNet2DConditionModel"]),
        ("text_encoder_2", ["transformers", "CLIPTextModel"]),
        ("unet", []),
    ],
)
def test_unknown_classes_are_refused(tiny_pack, name, value):
    index = json.loads((tiny_pack / "model_index.json").read_text())
    (tiny_pack / "model_index.json").write_text(json.dumps({**index, name: value}))
    with pytest.raises(PackRefused, match=name):
        read_pack(tiny_pack)


@pytest.mark.parametrize("name", ["pack.json", "model_index.json", "LICENCE.txt"])
def test_missing_parts_are_named(tiny_pack, name):
    (tiny_pack / name).unlink()
    with pytest.raises(PackMissing, match=name):
        read_pack(tiny_pack)


def test_unreadable_manifest_is_refused(tiny_pack):
    for text in ("{", "[]", "{}"):
        (tiny_pack / "pack.json").write_text(text)
        with pytest.raises(PackRefused):
            read_pack(tiny_pack)


def test_manifest_may_not_point_outside(tiny_pack):
    card = json.loads((tiny_pack / "pack.json").read_text())
    card["files"]["../elsewhere"] = "0" * 64
    (tiny_pack / "pack.json").write_text(json.dumps(card))
    with pytest.raises(PackRefused, match="elsewhere"):
        read_pack(tiny_pack)


def test_packs_are_found_by_name_in_order(tiny_pack, tmp_path, monkeypatch):
    found = resolve("tiny", [tmp_path / "nowhere", tiny_pack.parent])
    assert found.path == tiny_pack
    assert not found.is_bundled
    assert [pack.name for pack in list_packs([tiny_pack.parent])] == ["tiny"]
    monkeypatch.setenv("FORENSIC_APP_PACKS", str(tiny_pack.parent))
    assert resolve("tiny").path == tiny_pack
    with pytest.raises(PackMissing, match="'other'"):
        resolve("other")
    (tiny_pack / "x.pt").write_bytes(b"")
    assert list_packs([tiny_pack.parent]) == []


def test_truncated_safetensors_are_refused(tiny_pack, tmp_path):
    whole = (tiny_pack / WEIGHTS).read_bytes()
    check_safetensors(tiny_pack / WEIGHTS)
    for number, data in enumerate((whole[:-1], whole[:100], whole[:4], b"", b"\xff" * 64, whole + b"\x00")):
        path = tmp_path / f"{number}.safetensors"
        path.write_bytes(data)
        with pytest.raises(PackRefused, match="truncated"):
            check_safetensors(path)


def test_the_weights_digest_stays_when_a_text_changes(tiny_pack):
    before = read_pack(tiny_pack)
    card = {key: value for key, value in before.card.items() if key != "files"}
    (tiny_pack / "LICENCE.txt").write_text("Another licence.", encoding="utf-8")
    told = write_manifest(tiny_pack, card)
    assert told.sha256 != before.sha256
    assert told.weights_sha256 == before.weights_sha256 == told.card["weights_sha256"]
    (tiny_pack / WEIGHTS).write_bytes((tiny_pack / WEIGHTS).read_bytes()[:-1] + b"\x00")
    assert write_manifest(tiny_pack, card).weights_sha256 != before.weights_sha256
