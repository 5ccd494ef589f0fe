"""Weights of TensorFlow.js: a list of names, shapes and types, and their values in files beside it.

References:
    TensorFlow.js, "weights manifest": name, shape, dtype; a quantised value ``q`` stands for ``q * scale + min``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import PackMissing, PackRefused

_STORED = {"float32": "<f4", "int32": "<i4", "uint8": "u1", "uint16": "<u2"}


def read_manifest(manifest: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the tensors that a manifest lists, by name, and the SHA-256 of each file that was read.

    Args:
        manifest: The manifest; its shards lie beside it and are joined in the order it names them.

    Raises:
        PackMissing: The manifest or a shard is not there.
        PackRefused: The manifest is no such list, names a shard in another folder, or its sizes do not fit.
    """
    read: dict[str, bytes] = {}
    tensors: dict[str, NDArray[Any]] = {}
    try:
        read[manifest.name] = manifest.read_bytes()
        for group in json.loads(read[manifest.name]):
            names = [str(name) for name in group["paths"]]
            read |= {name: _shard(manifest.parent, name) for name in names}
            tensors |= unpacked(group["weights"], b"".join(read[name] for name in names))
    except OSError as error:
        raise PackMissing(
            f"{error.filename} cannot be read ({error.strerror}).",
            f"Give the folder that holds {manifest.name} and the files it names.",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise PackRefused(
            f"{manifest.name} and its files are not readable TensorFlow.js weights ({error}).",
            "Unpack the folder again from the package it came in.",
        ) from error
    return tensors, {name: sha256_of_bytes(data) for name, data in read.items()}


def _shard(folder: Path, name: str) -> bytes:
    if Path(name).name != name:
        raise ValueError(f"the file {name} lies in another folder")
    return (folder / name).read_bytes()


def unpacked(listed: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, NDArray[Any]]:
    """Return the tensors in ``data`` by name, in their own type, or float32 where they are quantised.

    Args:
        listed: What the values are, in order.
        data: The values, little-endian, one tensor after another.

    Raises:
        KeyError: A name, shape or type is missing or not known.
        ValueError: ``data`` is longer or shorter than the list says.
    """
    tensors: dict[str, NDArray[Any]] = {}
    offset = 0
    for weight in listed:
        shape = tuple(int(side) for side in weight["shape"])
        packed = weight.get("quantization")
        stored = np.dtype(_STORED[str(packed["dtype"] if packed else weight["dtype"])])
        end = offset + math.prod(shape) * stored.itemsize
        values: NDArray[Any] = np.frombuffer(data[offset:end], dtype=stored).reshape(shape).copy()
        if packed:
            restored = values.astype(np.float64) * float(packed["scale"]) + float(packed["min"])
            values = restored.astype(np.float32)
        tensors[str(weight["name"])] = values
        offset = end
    if offset != len(data):
        raise ValueError(f"{len(data)} bytes, {offset} expected")
    return tensors
