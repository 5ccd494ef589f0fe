from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_file
from forensic_app.errors import PackMissing, PackRefused
from forensic_app.evaluation.judges.second_estimator import (
    INPUT_PX,
    MANIFEST_NAME,
    SecondAgeEstimator,
    expected_shapes,
    face_crop,
)
from forensic_app.evaluation.judges.tfjs_weights import read_manifest
from forensic_app.faces.align import template, transform_points
from forensic_app.faces.analyser import DetectedFace

AGES_OF_THE_PUBLISHED_PROGRAM: tuple[float, ...] = (-23.7863, 16.1742, -0.9539)
"""What @vladmandic/face-api 1.7.15 (TensorFlow.js on the processor, node 20) reads with the same weights."""


def _noise(count: int, salt: int) -> NDArray[np.uint8]:
    """Bytes that are the same with every version of numpy: a multiplicative hash of the position."""
    place = (np.arange(count, dtype=np.uint64) + np.uint64(7919 * salt + 1)) * np.uint64(2654435761)
    return ((place >> np.uint64(13)) & np.uint64(255)).astype(np.uint8)


def write_fake_weights(folder: Path) -> dict[str, NDArray[np.float64]]:
    """Write weights of the network's shapes, kernels quantised, in two shards; return what they stand for."""
    data, weights, truth = b"", [], {}
    shapes = expected_shapes() | {"fc/gender/weights": (512, 2), "fc/gender/bias": (2,)}
    for salt, (name, shape) in enumerate(shapes.items()):
        count = math.prod(shape)
        entry: dict[str, Any] = {"name": name, "shape": list(shape), "dtype": "float32"}
        codes = _noise(count, salt)
        if name.endswith("bias"):
            values = (codes.astype(np.float32) - 100.0) / 1000.0
            data += values.astype("<f4").tobytes()
            truth[name] = values.astype(np.float64).reshape(shape)
        else:
            fan_in = (
                9 if name.endswith("depthwise_filter") else math.prod(shape[:3]) if len(shape) == 4 else 9
            )
            spread = math.sqrt(3.5 / fan_in)
            entry["quantization"] = {"dtype": "uint8", "scale": 2 * spread / 255, "min": -0.98 * spread}
            data += codes.tobytes()
            truth[name] = (codes * (2 * spread / 255) - 0.98 * spread).reshape(shape)
        weights.append(entry)
    cut = len(data) // 3
    folder.mkdir(exist_ok=True)
    (folder / "part1.bin").write_bytes(data[:cut])
    (folder / "part2.bin").write_bytes(data[cut:])
    manifest = [{"paths": ["part1.bin", "part2.bin"], "weights": weights}]
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")
    return truth


def fake_crops() -> NDArray[np.uint8]:
    """Three pictures of the network's size: two parts of a photograph, and noise."""
    photo = astronaut()
    noise = _noise(INPUT_PX * INPUT_PX * 3, 99).reshape(INPUT_PX, INPUT_PX, 3)
    return np.stack([photo[60:172, 170:282], photo[300:412, 20:132], noise])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("second")
    write_fake_weights(path)
    return path


def test_quantised_tensors_are_restored(tmp_path: Path) -> None:
    truth = write_fake_weights(tmp_path)
    found, _ = read_manifest(tmp_path / MANIFEST_NAME)
    assert set(found) == set(truth)
    for name, values in truth.items():
        assert found[name].dtype == np.float32
        assert found[name].shape == values.shape
        np.testing.assert_allclose(found[name], values, atol=1e-6)


def test_sixteen_bit_codes_and_their_own_step(tmp_path: Path) -> None:
    codes = np.array([0, 1, 256, 65535], dtype="<u2")
    quantised = {"dtype": "uint16", "scale": 0.5, "min": -3.0}
    weight = {"name": "a", "shape": [2, 2], "dtype": "float32", "quantization": quantised}
    (tmp_path / "a.bin").write_bytes(codes.tobytes())
    (tmp_path / "m.json").write_text(json.dumps([{"paths": ["a.bin"], "weights": [weight]}]))
    found = read_manifest(tmp_path / "m.json")[0]["a"]
    assert found.tolist() == [[-3.0, -2.5], [125.0, 32764.5]]


def test_reads_what_the_published_program_reads(folder: Path) -> None:
    read = SecondAgeEstimator.load(folder).estimate_crops(fake_crops())
    np.testing.assert_allclose(read, AGES_OF_THE_PUBLISHED_PROGRAM, atol=1e-3)
    assert read.max() - read.min() > 0.1


def test_a_batch_reads_as_each_alone_and_twice_alike(folder: Path) -> None:
    estimator = SecondAgeEstimator.load(folder)
    crops = np.concatenate([fake_crops()] * 12)
    many = estimator.estimate_crops(crops)
    assert many.tolist() == estimator.estimate_crops(crops).tolist()
    alone = [float(estimator.estimate_crops(crop[None])[0]) for crop in crops[:3]]
    np.testing.assert_allclose(many[33:], alone, atol=1e-4)
    assert estimator.estimate_many([], []).shape == (0,)


def test_names_the_digest_of_every_file(folder: Path) -> None:
    digests = SecondAgeEstimator.load(folder).sources_sha256
    names = (MANIFEST_NAME, "part1.bin", "part2.bin")
    assert digests == {name: sha256_of_file(folder / name) for name in names}


def test_the_same_square_whatever_the_pose_and_scale(folder: Path) -> None:
    photo = np.asarray(
        Image.fromarray(astronaut()[:256, 100:356]).resize((512, 512), Image.Resampling.LANCZOS)
    )
    upright = DetectedFace((0, 0, 511, 511), template("dlib5", 512), "dlib5", 1.0)
    quarter = np.ascontiguousarray(np.rot90(photo))
    turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 511.0]])
    turned = DetectedFace((0, 0, 511, 511), transform_points(turn, upright.landmarks), "dlib5", 1.0)
    first, second = face_crop(photo, upright), face_crop(quarter, turned)
    assert first.shape == (INPUT_PX, INPUT_PX, 3)
    assert np.abs(first.astype(int) - second.astype(int)).mean() < 0.6
    half = np.asarray(Image.fromarray(photo).resize((256, 256), Image.Resampling.LANCZOS))
    small = DetectedFace((0, 0, 255, 255), template("dlib5", 256), "dlib5", 1.0)
    assert np.abs(first.astype(int) - face_crop(half, small).astype(int)).mean() < 3
    estimator = SecondAgeEstimator.load(folder)
    assert estimator.estimate(photo, upright) == estimator.estimate_crops(first[None])[0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackMissing, match=MANIFEST_NAME):
        SecondAgeEstimator.load(tmp_path)
    write_fake_weights(tmp_path)
    (tmp_path / "part2.bin").unlink()
    with pytest.raises(PackMissing, match=r"part2\.bin"):
        SecondAgeEstimator.load(tmp_path)


def _cut(folder: Path) -> None:
    data = (folder / "part2.bin").read_bytes()
    (folder / "part2.bin").write_bytes(data[:-4])


def _lengthen(folder: Path) -> None:
    (folder / "part2.bin").write_bytes((folder / "part2.bin").read_bytes() + b"\0")


def _rewrite(folder: Path, change: Any) -> None:
    manifest = json.loads((folder / MANIFEST_NAME).read_text())
    (folder / MANIFEST_NAME).write_text(json.dumps(change(manifest)))


def _leave(folder: Path) -> None:
    _rewrite(folder, lambda value: [value[0] | {"paths": ["../part1.bin", "part2.bin"]}])


def _rename(folder: Path) -> None:
    def change(value: Any) -> Any:
        value[0]["weights"][0]["name"] = "other"
        return value

    _rewrite(folder, change)


def _reshape(folder: Path) -> None:
    def change(value: Any) -> Any:
        value[0]["weights"][0]["shape"] = [3, 3, 32, 3]
        return value

    _rewrite(folder, change)


def _poison(folder: Path) -> None:
    data = bytearray((folder / "part1.bin").read_bytes())
    data[864:868] = np.float32("nan").tobytes()
    (folder / "part1.bin").write_bytes(bytes(data))


def _no_list(folder: Path) -> None:
    (folder / MANIFEST_NAME).write_text('{"weights": 1}')


@pytest.mark.parametrize("damage", [_cut, _lengthen, _leave, _rename, _reshape, _poison, _no_list])
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, damage: Any) -> None:
    write_fake_weights(tmp_path)
    damage(tmp_path)
    with pytest.raises(PackRefused):
        SecondAgeEstimator.load(tmp_path)
