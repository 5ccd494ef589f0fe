from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from forensic_app.digests import sha256_of_file
from forensic_app.errors import EngineError, InvalidInput, PackMissing, PackRefused
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser, RgbImage
from forensic_app.faces.insight import InsightFaceAnalyser
from forensic_app.faces.registry import load_analyser

SIDE = 640
STRIDES = (8, 16, 32)
BOX = (220.0, 95.0, 332.0, 208.0)
POINTS = np.array([[254.0, 128.0], [308.0, 130.0], [280.0, 160.0], [262.0, 186.0], [300.0, 187.0]])
SMALL_BOX = (400.0, 400.0, 440.0, 440.0)
PHOTO_SCALE = SIDE / 512


def _detector(path: Path) -> None:
    """Write a detector with the nine outputs of SCRFD that sees two faces wherever it looks."""
    outputs: dict[str, list[np.ndarray]] = {"score": [], "box": [], "points": []}
    for stride in STRIDES:
        count = (SIDE // stride) ** 2 * 2
        scores = np.zeros((count, 1), dtype=np.float32)
        boxes = np.zeros((count, 4), dtype=np.float32)
        points = np.zeros((count, 10), dtype=np.float32)
        if stride == 16:
            for box, score in ((SMALL_BOX, 0.9), (BOX, 0.8)):
                column, row = int(box[0] // 16) + 1, int(box[1] // 16) + 1
                index = (row * (SIDE // 16) + column) * 2
                x, y = column * 16, row * 16
                scores[index] = score
                boxes[index] = np.array([x - box[0], y - box[1], box[2] - x, box[3] - y]) / stride
                points[index] = ((POINTS - [x, y]) / stride).ravel()
        for kind, values in (("score", scores), ("box", boxes), ("points", points)):
            outputs[kind].append(values)
    constants, nodes, infos = [], [], []
    for kind, arrays in outputs.items():
        for stride, values in zip(STRIDES, arrays, strict=True):
            name = f"{kind}_{stride}"
            constants.append(numpy_helper.from_array(values, f"{name}_values"))
            nodes.append(helper.make_node("Identity", [f"{name}_values"], [name]))
            infos.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(values.shape)))
    _save(path, nodes, [1, 3, SIDE, SIDE], infos, constants)


def _recogniser(path: Path, *, batch: int | str = "batch") -> None:
    """Write a recogniser whose embedding is the mean colour of each quarter of the 112 px crop."""
    nodes = [
        helper.make_node("AveragePool", ["data"], ["pooled"], kernel_shape=[56, 56], strides=[56, 56]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
    ]
    infos = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [batch, 12])]
    _save(path, nodes, [batch, 3, 112, 112], infos, [])


def _gender_age(path: Path) -> None:
    """Write a gender-age model whose age is a hundred times the mean green of the 96 px crop."""
    half = numpy_helper.from_array(np.array([[0.1, 0.9]], dtype=np.float32), "gender_values")
    pick = numpy_helper.from_array(np.array([1], dtype=np.int64), "green")
    nodes = [
        helper.make_node("GlobalAveragePool", ["data"], ["mean"]),
        helper.make_node("Gather", ["mean", "green"], ["green_mean"], axis=1),
        helper.make_node("Flatten", ["green_mean"], ["age"]),
        helper.make_node("Concat", ["gender_values", "age"], ["fc1"], axis=1),
    ]
    infos = [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, 3])]
    _save(path, nodes, [1, 3, 96, 96], infos, [half, pick])


def _save(path: Path, nodes: list[Any], shape: list[Any], infos: list[Any], constants: list[Any]) -> None:
    data = helper.make_tensor_value_info("data", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, path.stem, [data], infos, initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models")
    _detector(path / "det.onnx")
    _recogniser(path / "rec.onnx")
    _gender_age(path / "genderage.onnx")
    return path


@pytest.fixture(scope="module")
def insight(folder: Path) -> InsightFaceAnalyser:
    return InsightFaceAnalyser(folder, threads=1)


@pytest.fixture(scope="module")
def found(insight: InsightFaceAnalyser, astronaut: RgbImage) -> list[DetectedFace]:
    return insight.detect(astronaut)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("an analyser must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_faces_come_back_in_photograph_pixels_largest_first(found: list[DetectedFace]) -> None:
    assert [round(face.score, 3) for face in found] == [0.8, 0.9]
    assert found[0].box == pytest.approx([edge / PHOTO_SCALE for edge in BOX], abs=0.5)
    assert np.allclose(found[0].landmarks, POINTS / PHOTO_SCALE, atol=0.5)
    assert found[0].scheme == "arcface5"


def test_embeddings_are_of_the_rgb_crop_and_normalised(
    insight: InsightFaceAnalyser, astronaut: RgbImage, found: list[DetectedFace]
) -> None:
    from insightface.utils import face_align

    embedding = insight.embed(astronaut, found[0])
    with pytest.warns(FutureWarning, match="estimate"):
        crop = face_align.norm_crop(astronaut, found[0].landmarks.astype(np.float32), 112)
    quarters = crop.reshape(2, 56, 2, 56, 3).mean(axis=(1, 3)).transpose(2, 0, 1).ravel() / 127.5 - 1
    assert embedding.dtype == np.float32
    assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-5)
    assert np.allclose(embedding, quarters / np.linalg.norm(quarters), atol=2e-3)


def test_scores_are_cosines(
    insight: InsightFaceAnalyser, astronaut: RgbImage, found: list[DetectedFace]
) -> None:
    inverted = 255 - astronaut
    batch = insight.embed_many([astronaut, inverted], [found[0], found[0]])
    assert batch.shape == (2, 12)
    assert insight.comparison_score(batch[0], batch[0]) == pytest.approx(1.0, abs=1e-6)
    assert insight.comparison_score(batch[0], batch[1]) < 0
    assert insight.embed_many([], []).shape == (0, 12)
    with pytest.raises(ValueError, match="arcface5"):
        insight.embed(astronaut, DetectedFace(BOX, POINTS, "dlib5", 1.0))


def test_age_is_that_of_the_gender_age_model(insight: InsightFaceAnalyser, found: list[DetectedFace]) -> None:
    green = np.zeros((512, 512, 3), dtype=np.uint8)
    green[..., 1] = 191
    age = insight.estimate_age(green, found[0])
    assert insight.estimates_age
    assert age.years == pytest.approx(round((191 - 127.5) / 128 * 100), abs=1)
    assert age.spread_years is None


def test_identity_and_protocol(insight: InsightFaceAnalyser, folder: Path) -> None:
    as_protocol: FaceAnalyser = insight
    assert as_protocol.name == "insightface"
    assert "insightface 2" in as_protocol.version
    assert as_protocol.match_threshold == pytest.approx(0.28)
    assert as_protocol.weights_sha256 == {p.name: sha256_of_file(p) for p in folder.glob("*.onnx")}


def test_models_with_a_fixed_batch_of_one_take_several_faces(
    tmp_path: Path, astronaut: RgbImage, found: list[DetectedFace]
) -> None:
    _detector(tmp_path / "det.onnx")
    _recogniser(tmp_path / "rec.onnx", batch=1)
    analyser = InsightFaceAnalyser(tmp_path, threads=1)
    assert analyser.embed_many([astronaut] * 2, [found[0]] * 2).shape == (2, 12)
    assert not analyser.estimates_age
    with pytest.raises(EngineError, match="gender-age") as caught:
        analyser.estimate_age(astronaut, found[0])
    assert "dlib" in caught.value.advice


def test_a_folder_without_models_is_missing_and_nothing_is_downloaded(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(PackMissing, match="no InsightFace models") as caught:
            InsightFaceAnalyser(folder)
        assert "nothing is downloaded" in caught.value.advice
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("writer", "missing"), [(_detector, "recogniser"), (_recogniser, "detector")])
def test_an_incomplete_folder_says_what_is_missing(
    tmp_path: Path, astronaut: RgbImage, writer: Any, missing: str
) -> None:
    writer(tmp_path / "only.onnx")
    with pytest.raises(PackMissing, match=f"no {missing}"):
        InsightFaceAnalyser(tmp_path, threads=1).detect(astronaut)


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\x08\x09\x12\x04test" * 9])
def test_a_damaged_file_is_refused(folder: Path, tmp_path: Path, astronaut: RgbImage, content: bytes) -> None:
    (tmp_path / "det.onnx").write_bytes((folder / "det.onnx").read_bytes())
    (tmp_path / "rec.onnx").write_bytes(content)
    with pytest.raises(PackRefused, match="cannot be loaded"):
        InsightFaceAnalyser(tmp_path, threads=1).detect(astronaut)


def test_qt_variables_survive_opencvs_import(folder: Path) -> None:
    code = (
        "import os, sys, json, pathlib, skimage.data\n"
        "os.environ['QT_QPA_FONTDIR'] = '/kept'\n"
        "os.environ.pop('QT_QPA_PLATFORM_PLUGIN_PATH', None)\n"
        "from forensic_app.faces.registry import load_analyser\n"
        "a = load_analyser('insightface', model_folder=pathlib.Path(sys.argv[1]))\n"
        "before = 'cv2' in sys.modules\n"
        "a.detect(skimage.data.astronaut())\n"
        "qt = {k: v for k, v in os.environ.items() if k.startswith('QT_QPA_F') or 'PLUGIN' in k}\n"
        "print(json.dumps([before, 'cv2' in sys.modules, qt]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [False, True, {"QT_QPA_FONTDIR": "/kept"}]


def test_the_registry_knows_both_and_no_other(folder: Path) -> None:
    assert load_analyser("dlib").name == "dlib"
    assert load_analyser("insightface", model_folder=folder).name == "insightface"
    with pytest.raises(PackMissing, match="No folder"):
        load_analyser("insightface")
    with pytest.raises(InvalidInput, match="openface"):
        load_analyser("openface")
