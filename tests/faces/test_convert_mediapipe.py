from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from forensic_app.digests import sha256_of_file
from forensic_app.errors import PackAltered
from forensic_app.faces import convert_mediapipe as conversion
from forensic_app.faces.graph_network import HEADER_KEY, GraphNetwork, load_graph_network
from forensic_app.faces.mesh import MESH_FOLDER
from forensic_app.faces.tflite_file import read_tflite
from tests.faces.tflite_writer import Table, Writer

SAME, VALID = 0, 1


def _convolution(stride: int, padding: int) -> Table:
    return Table({0: ("<b", padding), 1: ("<i", stride), 2: ("<i", stride)})


def _depthwise(stride: int, padding: int) -> Table:
    return Table({0: ("<b", padding), 1: ("<i", stride), 2: ("<i", stride), 3: ("<i", 1)})


def _pool(side: int) -> Table:
    fields = {1: side, 2: side, 3: side, 4: side}
    return Table({0: ("<b", VALID)} | {key: ("<i", value) for key, value in fields.items()})


def _small_file(path: Path) -> dict[str, np.ndarray]:
    """Write a file with every kind of operator that the three networks have; return its constants."""
    generator = np.random.default_rng(2)

    def values(*shape: int) -> np.ndarray:
        return generator.normal(0, 0.4, shape).astype(np.float16)

    constants = {
        "first": values(4, 3, 3, 3), "first_bias": values(4), "slope": values(1, 1, 4),
        "depth": values(1, 3, 3, 4), "depth_bias": values(4), "gate": values(6, 1, 1, 6),
        "gate_bias": values(6), "last": values(1, 2, 2, 6), "last_bias": values(1),
    }  # fmt: skip
    w = Writer()
    image = w.tensor((1, 8, 8, 3))
    half = {name: w.tensor(each.shape, each) for name, each in constants.items()}
    full = {name: w.operator(6, [half[name]], each.shape) for name, each in constants.items()}
    value = w.operator(3, [image, full["first"], full["first_bias"]], (1, 4, 4, 4), _convolution(2, SAME))
    value = w.operator(54, [value, full["slope"]], (1, 4, 4, 4))
    deep = w.operator(4, [value, full["depth"], full["depth_bias"]], (1, 2, 2, 4), _depthwise(2, SAME))
    pooled = w.operator(17, [value], (1, 2, 2, 4), _pool(2))
    value = w.operator(0, [deep, pooled], (1, 2, 2, 4), Table())
    pads = w.tensor((4, 2), np.array([[0, 0], [0, 0], [0, 0], [0, 2]], dtype=np.int32))
    value = w.operator(34, [value, pads], (1, 2, 2, 6))
    mean = w.operator(1, [value], (1, 1, 1, 6), _pool(2))
    gate = w.operator(3, [mean, full["gate"], full["gate_bias"]], (1, 1, 1, 6), _convolution(1, VALID))
    gate = w.operator(117, [w.operator(19, [gate], (1, 1, 1, 6))], (1, 1, 1, 6))
    value = w.operator(18, [value, gate], (1, 2, 2, 6), Table())
    size = w.tensor((2,), np.array([4, 4], dtype=np.int32))
    value = w.operator(23, [value, size], (1, 4, 4, 6), Table({3: ("<b", 1)}))
    inputs = [value, full["last"], full["last_bias"]]
    value = w.operator(32, inputs, (1, 8, 8, 1), custom="Convolution2DTransposeBias")
    mask = w.operator(14, [value], (1, 8, 8, 1))
    flat = w.operator(22, [gate], (1, 6))
    path.write_bytes(w.file([image], [mask, flat]))
    return constants


def _expected(constants: dict[str, np.ndarray], image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute the small file's graph by hand, padding as TensorFlow pads."""
    c = {name: torch.from_numpy(each.astype(np.float32)) for name, each in constants.items()}
    first = c["first"].permute(0, 3, 1, 2)
    value = functional.conv2d(functional.pad(image, (0, 1, 0, 1)), first, c["first_bias"], stride=2)
    value = functional.prelu(value, c["slope"].ravel())
    depth = c["depth"].permute(3, 0, 1, 2)
    deep = functional.conv2d(functional.pad(value, (0, 1, 0, 1)), depth, c["depth_bias"], stride=2, groups=4)
    value = deep + functional.max_pool2d(value, 2)
    value = torch.cat([value, torch.zeros(1, 2, 2, 2)], dim=1)
    gate = functional.conv2d(
        value.mean(dim=(2, 3), keepdim=True), c["gate"].permute(0, 3, 1, 2), c["gate_bias"]
    )
    gate = functional.hardswish(gate.relu())
    value = functional.interpolate(value * gate, size=(4, 4), mode="bilinear", align_corners=False)
    last = torch.zeros(1, 1, 8, 8)
    for row in range(2):
        for column in range(2):
            weight = c["last"][0, row, column]
            last[0, 0, row::2, column::2] = torch.einsum("c,chw->hw", weight, value[0]) + c["last_bias"]
    return last.sigmoid(), gate


def test_a_converted_network_computes_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    constants = _small_file(path)
    graph, tensors = conversion.converted(read_tflite(path))
    network = GraphNetwork(graph, {name: torch.tensor(each) for name, each in tensors.items()})
    image = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))

    mask, flat = network(image)

    wanted_mask, wanted_flat = _expected(constants, image)
    assert torch.allclose(mask, wanted_mask, atol=1e-6)
    assert torch.allclose(flat, wanted_flat, atol=1e-6)
    assert wanted_flat.abs().max() > 0.01
    assert {tensors[name].dtype.name for name in tensors if name.startswith("weight")} == {"float16"}
    assert {tensors[name].dtype.name for name in tensors if not name.startswith("weight")} == {"float32"}


def test_values_in_between_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    _small_file(path)
    graph, tensors = conversion.converted(read_tflite(path))
    network = GraphNetwork(graph, {name: torch.tensor(each) for name, each in tensors.items()})
    image = torch.rand(1, 3, 8, 8)
    name = graph["steps"][0]["output"]
    (first,) = network.compute(image, [name])
    assert first.shape == (1, 4, 4, 4)
    first_again, mask = network.compute(image, [name, graph["outputs"][0]])
    assert torch.equal(first, first_again)
    assert torch.equal(mask, network(image)[0])


def test_the_command_writes_files_that_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "small.tflite"
    _small_file(path)
    sources = {
        name: {**each, "source_sha256": sha256_of_file(path)} for name, each in conversion.SOURCES.items()
    }
    monkeypatch.setattr(conversion, "SOURCES", sources)
    arguments = [f"--{name}={path}" for name in ("mesh", "iris", "segmentation")]
    for place in ("first", "second"):
        assert conversion.main([*arguments, f"--out={tmp_path / place}"]) == 0
    for name in (*sources, "manifest.json"):
        assert sha256_of_file(tmp_path / "first" / name) == sha256_of_file(tmp_path / "second" / name)
    assert len(load_graph_network(tmp_path / "first" / conversion.IRIS_FILE)(torch.rand(1, 3, 8, 8))) == 2


def test_files_that_are_not_the_published_ones_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.tflite"
    _small_file(path)
    arguments = [f"--{name}={path}" for name in ("mesh", "iris", "segmentation")]
    with pytest.raises(SystemExit):
        conversion.main([*arguments, f"--out={tmp_path}/o"])
    assert "is not the published" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("code", "options", "words"),
    [
        (99, None, "operator 99 is not read"),
        (3, Table({0: ("<b", 0), 1: ("<i", 1), 2: ("<i", 1), 3: ("<b", 1)}), "fused activation"),
        (3, Table({0: ("<b", 0), 1: ("<i", 1), 2: ("<i", 2)}), "differ between the axes"),
        (3, Table({0: ("<b", 0), 1: ("<i", 1), 2: ("<i", 1), 4: ("<i", 2)}), "dilated"),
        (23, Table({2: ("<b", 1)}), "between pixel centres"),
    ],
)
def test_what_is_not_known_is_refused(tmp_path: Path, code: int, options: Table | None, words: str) -> None:
    w = Writer()
    image = w.tensor((1, 4, 4, 3))
    output = w.operator(code, [image], (1, 4, 4, 3), options)
    path = tmp_path / "odd.tflite"
    path.write_bytes(w.file([image], [output]))
    with pytest.raises(ValueError, match=words):
        read_tflite(path)


def test_another_file_is_no_tflite_file(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"something else entirely")
    with pytest.raises(ValueError, match="not a TensorFlow Lite file"):
        read_tflite(path)


def test_a_weights_file_without_its_steps_or_tensors_is_refused(tmp_path: Path) -> None:
    tensors = load_file(MESH_FOLDER / conversion.IRIS_FILE)
    path = tmp_path / "w.safetensors"
    save_file(tensors, path)
    with pytest.raises(PackAltered, match="does not hold the tensors"):
        load_graph_network(path)
    step = {"op": "prelu", "inputs": ["a"], "output": "b", "weight": "missing"}
    for steps in ([step], [{**step, "op": "eval"}]):
        graph = json.dumps({"input": "a", "outputs": ["b"], "steps": steps})
        save_file(tensors, path, metadata={HEADER_KEY: graph})
        with pytest.raises(PackAltered, match="does not hold the tensors"):
            load_graph_network(path)


def test_the_shipped_files_are_those_of_the_manifest_and_small() -> None:
    manifest = json.loads((MESH_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    recorded = {entry["file"]: entry for entry in manifest["files"]}
    weights = {path.name for path in MESH_FOLDER.glob("*.safetensors")}
    assert weights == set(recorded) == set(conversion.SOURCES) | set(conversion.LEARNED)
    for name, entry in recorded.items():
        assert sha256_of_file(MESH_FOLDER / name) == entry["sha256"]
    for name, source in conversion.SOURCES.items():
        assert recorded[name]["source_sha256"] == source["source_sha256"]
        assert recorded[name]["licence"] == "Apache-2.0"
    assert sum(path.stat().st_size for path in MESH_FOLDER.iterdir()) < 5_000_000
    assert "Apache License" in (MESH_FOLDER / "LICENSE").read_text(encoding="utf-8")
