"""Convert MediaPipe's published face mesh, iris and selfie segmentation into the files that the program ships.

Run once by a maintainer, with the original files at hand::

    python -m forensic_app.faces.convert_mediapipe --mesh face_landmark.tflite --iris iris_landmark.tflite \
        --segmentation selfie_segmentation.tflite --out resources/analysers/mediapipe

Rules:
    * The originals are recognised by their SHA-256; other files are refused.
    * Every operator becomes one step of a :class:`~forensic_app.faces.graph_network.GraphNetwork`; weights are
      rounded to float16, biases and slopes stay float32.
    * The same inputs give the same bytes. What else lies in the folder is left alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from forensic_app.digests import sha256_of_file
from forensic_app.faces.coverage import COVERAGE_FILE
from forensic_app.faces.graph_network import HEADER_KEY
from forensic_app.faces.mesh import MEAN_FACE
from forensic_app.faces.tflite_file import Array, Operator, TfliteGraph, read_tflite

MESH_FILE: Final = "face_mesh.safetensors"
IRIS_FILE: Final = "iris.safetensors"
SEGMENTATION_FILE: Final = "selfie_segmentation.safetensors"

_MEDIAPIPE: Final[Mapping[str, str]] = {
    "source_package": "mediapipe 0.10.21 (PyPI)",
    "author": "The MediaPipe Authors",
    "origin": "https://github.com/google-ai-edge/mediapipe",
    "licence": "Apache-2.0",
}
SOURCES: Final[Mapping[str, Mapping[str, str]]] = {
    MESH_FILE: {
        "source_file": "face_landmark.tflite",
        "source_sha256": "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        **_MEDIAPIPE,
    },
    IRIS_FILE: {
        "source_file": "iris_landmark.tflite",
        "source_sha256": "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
        **_MEDIAPIPE,
    },
    SEGMENTATION_FILE: {
        "source_file": "selfie_segmentation.tflite",
        "source_sha256": "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        **_MEDIAPIPE,
    },
}


LEARNED: Final[Mapping[str, Mapping[str, str]]] = {
    MEAN_FACE: {
        "source_file": "60 neutral photographs, of which only the mean of the points is here",
        "author": "Lisa DeBruine and Benedict Jones (photographs)",
        "origin": "https://doi.org/10.6084/m9.figshare.5047666",
        "licence": "CC-BY-4.0",
    },
    COVERAGE_FILE: {
        "source_file": "600 face crops of UTKFace with drawn covers, of which only coefficients are here",
        "author": "the program's authors (coefficients); Z. Zhang, Y. Song and H. Qi (UTKFace)",
        "origin": "https://susanqq.github.io/UTKFace/",
        "licence": "MIT; the photographs are for non-commercial research",
    },
}
"""What later commands add to the folder."""


class _Store(Protocol):
    def __call__(self, key: str, values: Array, *, half: bool = False) -> str:
        """Keep a tensor and return its name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert the files named on the command line and write the manifest; return 0."""
    parser = argparse.ArgumentParser(description="Convert MediaPipe's published face networks.")
    parser.add_argument("--mesh", type=Path, required=True)
    parser.add_argument("--iris", type=Path, required=True)
    parser.add_argument("--segmentation", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    inputs = {MESH_FILE: options.mesh, IRIS_FILE: options.iris, SEGMENTATION_FILE: options.segmentation}
    for name, path in inputs.items():
        if sha256_of_file(path) != SOURCES[name]["source_sha256"]:
            parser.error(f"{path} is not the published {SOURCES[name]['source_file']}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name, path in inputs.items():
        graph, tensors = converted(read_tflite(path))
        header = {HEADER_KEY: json.dumps(graph, separators=(",", ":"))}
        (options.out / name).write_bytes(save(tensors, metadata=header))
    write_manifest(options.out)
    return 0


def write_manifest(folder: Path) -> None:
    """Write ``manifest.json`` with digest, source and licence of each network, and of what was learned from it."""
    files: list[dict[str, str]] = [
        {"file": name, "sha256": sha256_of_file(folder / name), **source} for name, source in SOURCES.items()
    ]
    for name, source in LEARNED.items():
        if (folder / name).is_file():
            files.append({"file": name, "sha256": sha256_of_file(folder / name), **source})
    manifest = {"format": 1, "name": "mediapipe", "licence": "Apache-2.0", "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def converted(graph: TfliteGraph, *, rounded: bool = True) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the steps of a network and its tensors by name.

    Args:
        graph: The original.
        rounded: Whether weights become float16; else they stay as exact as they are.

    Raises:
        ValueError: An operator is used in a way that has no step.
    """
    constants: dict[int, NDArray[np.float32] | Array] = dict(graph.constants)
    same_value: dict[int, int] = {}
    steps: list[dict[str, Any]] = []
    tensors: dict[str, Array] = {}

    def stored(key: str, values: Array, *, half: bool = False) -> str:
        name = f"{key}{len(steps)}"
        tensors[name] = np.ascontiguousarray(values, dtype=np.float16 if half and rounded else np.float32)
        return name

    for operator in graph.operators:
        first = same_value.get(operator.inputs[0], operator.inputs[0])
        if operator.name == "dequantize":
            constants[operator.output] = constants[first]
        elif operator.name == "reshape":
            if graph.shapes[first][1:3] != (1, 1):
                raise ValueError("only single pixels can be flattened")
            same_value[operator.output] = first
        else:
            values = [same_value.get(each, each) for each in operator.inputs if each not in constants]
            fixed = [constants[each] for each in operator.inputs if each in constants]
            step = {"inputs": [f"v{each}" for each in values], "output": f"v{operator.output}"}
            steps.append({**step, **_step(operator, graph, fixed, stored)})
    outputs = [f"v{same_value.get(each, each)}" for each in graph.outputs]
    return {"input": f"v{graph.inputs[0]}", "outputs": outputs, "steps": steps}, tensors


def _step(operator: Operator, graph: TfliteGraph, fixed: Sequence[Array], stored: _Store) -> dict[str, Any]:
    """Return what a step says of its operation; constants are handed to ``stored``, channels first."""
    if operator.name in _CONVERTERS:
        return _CONVERTERS[operator.name](operator, graph, fixed, stored)
    if operator.name not in _PLAIN or fixed:
        raise ValueError(f"{operator.name} is not converted, or not with a constant")
    return {"op": operator.name}


def _convolution(
    operator: Operator, graph: TfliteGraph, fixed: Sequence[Array], stored: _Store
) -> dict[str, Any]:
    depthwise = operator.name == "depthwise"
    weight = fixed[0].transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
    return {
        "op": "convolution",
        "weight": stored("weight", weight, half=True),
        "bias": stored("bias", fixed[1]),
        "stride": operator.options["stride"],
        "same": bool(operator.options["same"]),
        "groups": graph.shapes[operator.inputs[0]][3] if depthwise else 1,
    }


def _transposed(
    operator: Operator, graph: TfliteGraph, fixed: Sequence[Array], stored: _Store
) -> dict[str, Any]:
    side = fixed[0].shape[1]
    if graph.shapes[operator.output][1] != side * graph.shapes[operator.inputs[0]][1]:
        raise ValueError("only transposed convolutions without overlap are converted")
    weight = stored("weight", fixed[0].transpose(3, 0, 1, 2), half=True)
    return {"op": "transposed", "weight": weight, "bias": stored("bias", fixed[1]), "stride": side}


def _prelu(_: Operator, __: TfliteGraph, fixed: Sequence[Array], stored: _Store) -> dict[str, Any]:
    return {"op": "prelu", "weight": stored("slope", fixed[0].ravel())}


def _max_pool(operator: Operator, graph: TfliteGraph, _: Sequence[Array], __: _Store) -> dict[str, Any]:
    stride, side = operator.options["stride"], operator.options["filter"]
    if operator.options["same"] or graph.shapes[operator.inputs[0]][1] % stride:
        raise ValueError("only pooling without a border is converted")
    return {"op": "max_pool", "filter": side, "stride": stride}


def _mean(operator: Operator, graph: TfliteGraph, _: Sequence[Array], __: _Store) -> dict[str, Any]:
    if graph.shapes[operator.inputs[0]][1:3] != (operator.options["filter"],) * 2:
        raise ValueError("only the mean of a whole map is converted")
    return {"op": "mean"}


def _pad(_: Operator, __: TfliteGraph, fixed: Sequence[Array], ___: _Store) -> dict[str, Any]:
    widths = fixed[0].tolist()
    if widths[:3] != [[0, 0]] * 3 or widths[3][0]:
        raise ValueError("only channels can be added")
    return {"op": "pad_channels", "channels": widths[3][1]}


def _resize(_: Operator, __: TfliteGraph, fixed: Sequence[Array], ___: _Store) -> dict[str, Any]:
    return {"op": "resize", "size": fixed[0].tolist()}


_PLAIN: Final = frozenset({"add", "mul", "relu", "hard_swish", "logistic"})
_CONVERTERS: Final[
    Mapping[str, Callable[[Operator, TfliteGraph, Sequence[Array], _Store], dict[str, Any]]]
] = {
    "convolution": _convolution,
    "depthwise": _convolution,
    "Convolution2DTransposeBias": _transposed,
    "prelu": _prelu,
    "max_pool": _max_pool,
    "average_pool": _mean,
    "pad": _pad,
    "resize": _resize,
}


if __name__ == "__main__":
    raise SystemExit(main())
