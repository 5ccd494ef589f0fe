"""Read a TensorFlow Lite file: its operators in order, its constants as arrays; for conversions only.

Rules:
    * Only what plain convolutional networks need is read: one graph, constants in float32, float16 or int32.
    * An operator, an activation or a type that is not listed here is refused, never skipped.

References:
    TensorFlow Lite schema, ``tensorflow/lite/schema/schema.fbs``, version 3 (numbers of fields and operators).
    FlatBuffers, "Internals": vtables, offsets and vectors.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_IDENTIFIER = b"TFL3"
_TYPES: Final[Mapping[int, str]] = {0: "<f4", 1: "<f2", 2: "<i4"}
_CUSTOM = 32
_OPERATORS: Final[Mapping[int, str]] = {
    0: "add",
    1: "average_pool",
    3: "convolution",
    4: "depthwise",
    6: "dequantize",
    14: "logistic",
    17: "max_pool",
    18: "mul",
    19: "relu",
    22: "reshape",
    23: "resize",
    34: "pad",
    54: "prelu",
    117: "hard_swish",
}


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of the graph.

    Attributes:
        name: What it does, one of the names in this module; a custom operator's own name.
        inputs: Numbers of the tensors that go in; constants among them.
        output: Number of the tensor that comes out.
        options: ``stride``, ``filter``, ``same`` (padding) where the operator has them.
    """

    name: str
    inputs: tuple[int, ...]
    output: int
    options: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TfliteGraph:
    """What a file holds.

    Attributes:
        inputs: Numbers of the input tensors.
        outputs: Numbers of the output tensors, in the file's order.
        operators: In the order of execution.
        shapes: Shape of each tensor by number, channels last.
        constants: Values of the constant tensors by number.
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[Operator, ...]
    shapes: Mapping[int, tuple[int, ...]]
    constants: Mapping[int, Array] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Table:
    """A FlatBuffers table: fields are found through its vtable."""

    data: bytes
    position: int

    def _field(self, index: int) -> int | None:
        vtable = self.position - struct.unpack_from("<i", self.data, self.position)[0]
        size = struct.unpack_from("<H", self.data, vtable)[0]
        if 4 + 2 * index >= size:
            return None
        offset: int = struct.unpack_from("<H", self.data, vtable + 4 + 2 * index)[0]
        return self.position + offset if offset else None

    def number(self, index: int, form: str, default: int = 0) -> int:
        where = self._field(index)
        return default if where is None else int(struct.unpack_from(form, self.data, where)[0])

    def _vector(self, index: int) -> tuple[int, int]:
        where = self._field(index)
        if where is None:
            return 0, 0
        start = where + struct.unpack_from("<I", self.data, where)[0]
        return start + 4, struct.unpack_from("<I", self.data, start)[0]

    def table(self, index: int) -> _Table | None:
        where = self._field(index)
        if where is None:
            return None
        return _Table(self.data, where + struct.unpack_from("<I", self.data, where)[0])

    def tables(self, index: int) -> list[_Table]:
        start, count = self._vector(index)
        places = range(start, start + 4 * count, 4)
        return [_Table(self.data, at + struct.unpack_from("<I", self.data, at)[0]) for at in places]

    def integers(self, index: int) -> tuple[int, ...]:
        start, count = self._vector(index)
        return struct.unpack_from(f"<{count}i", self.data, start)

    def content(self, index: int) -> bytes:
        start, count = self._vector(index)
        return self.data[start : start + count]


def read_tflite(path: Path) -> TfliteGraph:
    """Return the graph in ``path``.

    Raises:
        ValueError: It is no TensorFlow Lite file, or holds what this module does not know.
    """
    data = path.read_bytes()
    if data[4:8] != _IDENTIFIER:
        raise ValueError(f"{path.name} is not a TensorFlow Lite file")
    model = _Table(data, struct.unpack_from("<I", data, 0)[0])
    names = [_operator_name(code) for code in model.tables(1)]
    buffers = model.tables(4)
    (graph,) = model.tables(2)
    shapes: dict[int, tuple[int, ...]] = {}
    constants: dict[int, Array] = {}
    for number, tensor in enumerate(graph.tables(0)):
        shapes[number] = tensor.integers(0)
        content = buffers[tensor.number(2, "<I")].content(0)
        if content:
            kind = tensor.number(1, "<b")
            if kind not in _TYPES:
                raise ValueError(f"a constant of type {kind} is not read here")
            constants[number] = np.frombuffer(content, dtype=_TYPES[kind]).reshape(shapes[number])
    operators = tuple(_operator(each, names) for each in graph.tables(3))
    return TfliteGraph(graph.integers(1), graph.integers(2), operators, shapes, constants)


def _operator_name(code: _Table) -> str:
    number = max(code.number(0, "<b"), code.number(3, "<i"))
    if number == _CUSTOM:
        return code.content(1).decode("ascii")
    if number not in _OPERATORS:
        raise ValueError(f"operator {number} is not read here")
    return _OPERATORS[number]


def _operator(table: _Table, names: list[str]) -> Operator:
    name = names[table.number(0, "<I")]
    options, stated = {}, table.table(4)
    if stated is not None and name in _READERS:
        options = _READERS[name](stated)
        if options.pop("activation", 0):
            raise ValueError(f"{name} with a fused activation is not read here")
    (output,) = table.integers(2)
    return Operator(name, table.integers(1), output, options)


def _stride(table: _Table, *, activation: int) -> dict[str, int]:
    across, down = table.number(1, "<i"), table.number(2, "<i")
    if across != down:
        raise ValueError("strides that differ between the axes are not read here")
    same = int(table.number(0, "<b") == 0)
    return {"stride": across, "same": same, "activation": table.number(activation, "<b")}


def _convolution(table: _Table) -> dict[str, int]:
    if {table.number(4, "<i", 1), table.number(5, "<i", 1)} != {1}:
        raise ValueError("dilated convolutions are not read here")
    return _stride(table, activation=3)


def _depthwise(table: _Table) -> dict[str, int]:
    if table.number(3, "<i") != 1 or {table.number(5, "<i", 1), table.number(6, "<i", 1)} != {1}:
        raise ValueError("dilated or multiplied depthwise convolutions are not read here")
    return _stride(table, activation=4)


def _pool(table: _Table) -> dict[str, int]:
    if table.number(3, "<i") != table.number(4, "<i"):
        raise ValueError("pooling windows that are not square are not read here")
    return {**_stride(table, activation=5), "filter": table.number(3, "<i")}


def _resize(table: _Table) -> dict[str, int]:
    if table.number(2, "<b") or not table.number(3, "<b"):
        raise ValueError("only resizing between pixel centres is read here")
    return {}


def _sum(table: _Table) -> dict[str, int]:
    return {"activation": table.number(0, "<b")}


_READERS: Final[Mapping[str, Callable[[_Table], dict[str, int]]]] = {
    "convolution": _convolution,
    "depthwise": _depthwise,
    "max_pool": _pool,
    "average_pool": _pool,
    "resize": _resize,
    "add": _sum,
    "mul": _sum,
}
