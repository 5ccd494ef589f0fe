from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from forensic_app.digests import sha256_of_file
from forensic_app.faces import convert
from forensic_app.faces.dlib import BUNDLED_FOLDER
from forensic_app.faces.networks import (
    AGE_BLOCKS,
    RECOGNITION_BLOCKS,
    SEX_CHANNELS,
    load_age,
    load_recognition,
    load_sex,
)


def _packed(value: int) -> bytes:
    data = value.to_bytes(8, "little").rstrip(b"\0")
    return bytes([len(data)]) + data


def _tensor(values: np.ndarray) -> bytes:
    sizes = (values.size, 1, 1, 1)
    return _packed(2) + b"".join(map(_packed, sizes)) + values.astype("<f4").tobytes()


def _layer(name: bytes, values: np.ndarray, *integers: int) -> bytes:
    return (
        b"\x01" + bytes([len(name)]) + name + b"".join(map(_packed, integers)) + _tensor(values) + b"\0" * 7
    )


def _convolution_shapes(blocks: tuple[tuple[int, int], ...]) -> list[tuple[int, int, int]]:
    channels = blocks[0][0]
    shapes = [(channels, 3, 7)]
    for width, _ in blocks:
        shapes += [(width, channels, 3), (width, width, 3)]
        channels = width
    return shapes


def _write_dat(path: Path, generator: np.random.Generator) -> list[tuple[np.ndarray, ...]]:
    layers = []
    content = b"\x01\x01header"
    for filters, channels, side in _convolution_shapes(RECOGNITION_BLOCKS):
        weights = generator.normal(0, 0.03, (filters, channels, side, side)).astype(np.float32)
        bias, scale, offset = generator.normal(0.5, 0.2, (3, filters)).astype(np.float32)
        content += _layer(b"con_4", np.concatenate([weights.ravel(), bias]))
        content += _layer(b"affine_", np.concatenate([scale, offset]))
        layers.append((weights, bias, scale, offset))
    head = generator.normal(0, 0.1, (256, 128)).astype(np.float32)
    path.write_bytes(content + _layer(b"fc_2", head, 128, 256))
    layers.append((head,))
    return layers


def _write_age(path: Path, generator: np.random.Generator) -> None:
    constants = {}
    for number, (filters, channels, side) in zip(
        convert.AGE_CONVOLUTION_LAYERS, _convolution_shapes(AGE_BLOCKS), strict=True
    ):
        constants[f"layer_{number}_weights"] = generator.normal(0, 0.03, (filters, channels, side, side))
        constants[f"layer_{number}_bias"] = generator.normal(0, 1, filters)
        constants[f"layer_{number - 1}_scale"] = generator.normal(1, 0.1, (1, filters, 1, 1))
        constants[f"layer_{number - 1}_offset"] = generator.normal(0, 1, (1, filters, 1, 1))
    constants["layer_1_weights"] = generator.normal(0, 1, (256, 81))
    constants["layer_1_bias"] = generator.normal(0, 1, 81)
    _write_onnx(path, constants)


def _write_sex(path: Path, generator: np.random.Generator) -> dict[str, np.ndarray]:
    constants = {}
    for number, (channels, filters) in zip(convert.SEX_CONVOLUTION_LAYERS, SEX_CHANNELS, strict=True):
        constants[f"layer_{number}_weights"] = generator.normal(0, 0.1, (filters, channels, 3, 3))
        constants[f"layer_{number}_bias"] = generator.normal(0, 1, filters)
        constants[f"layer_{number - 1}_scale"] = generator.normal(1, 0.1, (1, filters, 1, 1))
        constants[f"layer_{number - 1}_offset"] = generator.normal(0, 1, (1, filters, 1, 1))
    for number, (inputs, outputs) in zip(convert.SEX_LINEAR_LAYERS, ((4096, 16), (16, 2)), strict=True):
        constants[f"layer_{number}_weights"] = generator.normal(0, 0.1, (inputs, outputs))
        constants[f"layer_{number}_bias"] = generator.normal(0, 1, outputs)
        constants[f"layer_{number + 1}_scalar"] = np.array([0.5])
    _write_onnx(path, constants)
    return constants


def _write_onnx(path: Path, constants: dict[str, np.ndarray]) -> None:
    tensors = [onnx.numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()]
    graph = onnx.helper.make_graph([], "age", [], [], initializer=tensors)
    onnx.save(onnx.helper.make_model(graph), path)


def test_conversion_folds_the_affine_layers_and_its_files_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(5)
    originals = {name: tmp_path / f"original-{name}" for name in convert.SOURCES}
    layers = _write_dat(originals[convert.RECOGNITION_FILE], generator)
    _write_age(originals[convert.AGE_FILE], generator)
    sex = _write_sex(originals[convert.SEX_FILE], generator)
    originals[convert.LANDMARKS_FILE].write_bytes(b"landmarks")
    sources = {
        name: {**source, "source_sha256": sha256_of_file(originals[name])}
        for name, source in convert.SOURCES.items()
    }
    monkeypatch.setattr(convert, "SOURCES", sources)
    arguments = [
        f"--recognition={originals[convert.RECOGNITION_FILE]}",
        f"--age={originals[convert.AGE_FILE]}",
        f"--sex={originals[convert.SEX_FILE]}",
        f"--landmarks={originals[convert.LANDMARKS_FILE]}",
    ]

    first, second = tmp_path / "first", tmp_path / "second"
    assert convert.main([*arguments, f"--out={first}"]) == 0
    convert.main([*arguments, f"--out={second}"])

    network = load_recognition(first / convert.RECOGNITION_FILE)
    weights, bias, scale, offset = map(torch.from_numpy, layers[0])
    chip = torch.rand(1, 3, 40, 40)
    plain = torch.nn.functional.conv2d(chip, weights, bias, stride=2)
    expected = plain * scale[:, None, None] + offset[:, None, None]
    assert torch.allclose(network.stem(chip), expected, atol=3e-3)
    assert np.allclose(network.head.weight.numpy(), layers[-1][0].T, atol=3e-4)
    assert load_age(first / convert.AGE_FILE).ages.tolist() == [0.25, *range(1, 81)]
    read_sex = load_sex(first / convert.SEX_FILE)
    assert np.allclose(read_sex.head.weight.numpy(), 0.5 * sex["layer_1_weights"].T, atol=3e-4)
    assert (first / convert.LANDMARKS_FILE).read_bytes() == b"landmarks"
    for name in (*convert.SOURCES, "manifest.json"):
        assert sha256_of_file(first / name) == sha256_of_file(second / name)


def test_files_that_are_not_the_published_ones_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.dat"
    other.write_bytes(b"other")
    with pytest.raises(SystemExit):
        convert.main(
            [f"--{n}={other}" for n in ("recognition", "age", "sex", "landmarks")] + [f"--out={tmp_path}/o"]
        )
    assert "is not the published" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_one_file_is_converted_beside_the_others_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = tmp_path / "gender-v1.onnx"
    _write_sex(original, np.random.default_rng(5))
    source = {**convert.SOURCES[convert.SEX_FILE], "source_sha256": sha256_of_file(original)}
    monkeypatch.setattr(convert, "SOURCES", {**convert.SOURCES, convert.SEX_FILE: source})
    out = tmp_path / "out"
    with pytest.raises(SystemExit):
        convert.main([f"--sex={original}", f"--out={out}"])
    assert "recognition.safetensors is not in" in capsys.readouterr().err
    out.mkdir()
    for name in (convert.RECOGNITION_FILE, convert.AGE_FILE, convert.LANDMARKS_FILE):
        (out / name).write_bytes(name.encode())
    convert.main([f"--sex={original}", f"--out={out}"])
    assert (out / convert.AGE_FILE).read_bytes() == convert.AGE_FILE.encode()
    entries = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert [entry["file"] for entry in entries] == list(convert.SOURCES)


def test_a_dat_file_without_the_layers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes(struct.pack("<16f", *range(16)))
    with pytest.raises(ValueError, match="no further layer con_4"):
        convert.read_recognition(path)


def test_the_shipped_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((BUNDLED_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    recorded = {entry["file"]: entry for entry in manifest["files"]}
    weights = {p.name for p in BUNDLED_FOLDER.iterdir() if p.suffix in {".dat", ".safetensors"}}
    assert weights == set(recorded) == set(convert.SOURCES)
    for name, entry in recorded.items():
        assert sha256_of_file(BUNDLED_FOLDER / name) == entry["sha256"]
        assert entry["source_sha256"] == convert.SOURCES[name]["source_sha256"]
        assert entry["licence"] == "CC0-1.0"
    landmarks = recorded[convert.LANDMARKS_FILE]
    assert landmarks["sha256"] == landmarks["source_sha256"]
