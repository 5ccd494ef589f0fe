"""Write small TensorFlow Lite files: FlatBuffers tables whose children follow them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Table:
    """A table: fields by number; numbers as (form, value), the rest as nested tables, bytes, texts or lists."""

    fields: dict[int, Any] = field(default_factory=dict)


def _append(data: bytearray, value: Any) -> int:
    """Write a value at the end and return where it begins."""
    while len(data) % 4:
        data.append(0)
    if isinstance(value, Table):
        return _append_table(data, value)
    at = len(data)
    if isinstance(value, str):
        value = value.encode("ascii")
    data += struct.pack("<I", len(value))
    if isinstance(value, bytes):
        data += value
    elif value and isinstance(value[0], Table):
        places = len(data)
        data += bytes(4 * len(value))
        for number, table in enumerate(value):
            where = _append(data, table)
            struct.pack_into("<I", data, places + 4 * number, where - (places + 4 * number))
    else:
        data += struct.pack(f"<{len(value)}i", *value)
    return at


def _append_table(data: bytearray, table: Table) -> int:
    count = max(table.fields, default=-1) + 1
    vtable = len(data)
    data += struct.pack("<HH", 4 + 2 * count, 4 + 4 * count) + bytes(2 * count)
    while len(data) % 4:
        data.append(0)
    at = len(data)
    data += struct.pack("<i", at - vtable) + bytes(4 * count)
    for number, value in table.fields.items():
        struct.pack_into("<H", data, vtable + 4 + 2 * number, 4 + 4 * number)
        place = at + 4 + 4 * number
        if isinstance(value, tuple):
            struct.pack_into(value[0], data, place, value[1])
        else:
            where = _append(data, value)
            struct.pack_into("<I", data, place, where - place)
    return at


class Writer:
    """Collects tensors and operators of one graph."""

    def __init__(self) -> None:
        self._codes: list[tuple[int, str]] = []
        self._buffers: list[Table] = [Table()]
        self._tensors: list[Table] = []
        self._operators: list[Table] = []

    def tensor(self, shape: tuple[int, ...], values: np.ndarray | None = None) -> int:
        kind = {None: 0, "float32": 0, "float16": 1, "int32": 2}[
            None if values is None else str(values.dtype)
        ]
        buffer = 0
        if values is not None:
            buffer = len(self._buffers)
            self._buffers.append(Table({0: np.ascontiguousarray(values).tobytes()}))
        self._tensors.append(Table({0: list(shape), 1: ("<b", kind), 2: ("<I", buffer)}))
        return len(self._tensors) - 1

    def operator(
        self,
        code: int,
        inputs: list[int],
        shape: tuple[int, ...],
        options: Table | None = None,
        custom: str = "",
    ) -> int:
        if (code, custom) not in self._codes:
            self._codes.append((code, custom))
        output = self.tensor(shape)
        fields = {0: ("<I", self._codes.index((code, custom))), 1: inputs, 2: [output]}
        self._operators.append(Table(fields | ({4: options} if options else {})))
        return output

    def file(self, inputs: list[int], outputs: list[int]) -> bytes:
        codes = [Table({0: ("<b", code)} | ({1: custom} if custom else {})) for code, custom in self._codes]
        graph = Table({0: self._tensors, 1: inputs, 2: outputs, 3: self._operators})
        data = bytearray(b"\0\0\0\0TFL3")
        root = _append(data, Table({0: ("<I", 3), 1: codes, 2: [graph], 4: self._buffers}))
        struct.pack_into("<I", data, 0, root)
        return bytes(data)
