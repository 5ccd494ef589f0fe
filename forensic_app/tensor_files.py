"""The header of a safetensors file, checked by rules of our own before anything else reads the file; pure.

Rules:
    * The header is JSON within limits (:mod:`forensic_app.checked_json`) and names each tensor once.
    * A tensor has a known number type and a shape whose size is that of its bytes.
    * The tensors fill the rest of the file: no overlap, no hole, nothing behind the last.
    * What breaks a rule is a ``ValueError`` that says which.

References:
    Safetensors format: 8 bytes little-endian header length, JSON header, one byte buffer without holes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from forensic_app.checked_json import parse_json_object

LENGTH_BYTES: Final = 8
MOST_HEADER_BYTES: Final = 8 << 20
MOST_TENSORS: Final = 20_000
MOST_DIMENSIONS: Final = 8
_LONGEST_NAME: Final = 300
_LARGEST_SIDE: Final = 1 << 40
_METADATA: Final = "__metadata__"
_FIELDS: Final = {"dtype", "shape", "data_offsets"}
SIZE_OF: Final[Mapping[str, int]] = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}
"""Bytes of one number by the name of its type."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor stands in a file.

    Attributes:
        name: Its name.
        dtype: Name of its number type, a key of :data:`SIZE_OF`.
        shape: Its sides.
        start: First byte, counted from the start of the file.
        end: The byte after its last.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TensorHeader:
    """What the header of a file says, checked.

    Attributes:
        tensors: In the order of their bytes.
        metadata: Texts by name.
    """

    tensors: tuple[StoredTensor, ...]
    metadata: Mapping[str, str]


def header_length(first: bytes | bytearray, size_bytes: int) -> int:
    """Return the length of the JSON header in bytes.

    Args:
        first: At least the first 8 bytes of the file.
        size_bytes: Size of the file.

    Raises:
        ValueError: The file is too short for a header, or for the one that it announces.
    """
    length = int.from_bytes(first[:LENGTH_BYTES], "little")
    if size_bytes < LENGTH_BYTES or length > size_bytes - LENGTH_BYTES:
        raise ValueError("it is truncated or not a safetensors file")
    if length > MOST_HEADER_BYTES:
        raise ValueError(f"its header has {length:,} bytes, more than the {MOST_HEADER_BYTES:,} allowed")
    return length


def read_header(data: bytes | bytearray, *, size_bytes: int | None = None) -> TensorHeader:
    """Return the checked header of a safetensors file.

    Args:
        data: The file, or at least its length and header.
        size_bytes: Size of the file where ``data`` is not all of it.

    Raises:
        ValueError: It breaks one of the rules.
    """
    size = len(data) if size_bytes is None else size_bytes
    first = LENGTH_BYTES + header_length(data, size)
    try:
        header = parse_json_object(data[LENGTH_BYTES:first], most_bytes=MOST_HEADER_BYTES)
    except ValueError as error:
        raise ValueError(f"it is truncated or not a safetensors file: its header: {error}") from error
    metadata = _metadata(header.pop(_METADATA, {}))
    if len(header) > MOST_TENSORS:
        raise ValueError(f"it holds more than {MOST_TENSORS:,} tensors")
    tensors = sorted(
        (_stored(name, entry, first) for name, entry in header.items()),
        key=lambda each: (each.start, each.end),
    )
    place = first
    for each in tensors:
        if each.start != place:
            raise ValueError(f"the bytes of {each.name} do not follow those of the tensor before it")
        place = each.end
    if place != size:
        raise ValueError("it is truncated or not a safetensors file: its tensors do not fill it")
    return TensorHeader(tuple(tensors), metadata)


def _metadata(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError("its metadata are no texts")
    return value


def _stored(name: str, entry: Any, first: int) -> StoredTensor:
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise ValueError("a tensor has no usable name")
    if not isinstance(entry, dict) or entry.keys() != _FIELDS:
        raise ValueError(f"the entry of {name} is none of a tensor")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in SIZE_OF:
        raise ValueError(f"{name} has numbers of an unknown type")
    if not _are_sizes(shape) or len(shape) > MOST_DIMENSIONS:
        raise ValueError(f"{name} has no usable shape")
    if not _are_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise ValueError(f"{name} has no usable place")
    start, end = offsets
    if math.prod(shape) * SIZE_OF[dtype] != end - start:
        raise ValueError(f"the shape of {name} is not the size of its bytes")
    return StoredTensor(name, dtype, tuple(shape), first + start, first + end)


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(
        type(each) is int and 0 <= each <= _LARGEST_SIDE for each in values
    )
