"""Tensors from the bytes of a safetensors file, without its path.

Rules:
    * The header is checked by our own rules (:mod:`forensic_app.tensor_files`); no library reads the file.
    * Every floating number is finite: a network with one that is not would make pictures of nothing.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from forensic_app.tensor_files import read_header

_TYPES: Final = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def read_tensors(data: bytearray) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name; they share its memory.

    Args:
        data: The file, which must not be changed while a tensor of it is used.

    Raises:
        ValueError: It is no such file, or a number in it is not finite.
    """
    header = read_header(data)
    everything = torch.frombuffer(data, dtype=torch.uint8)
    tensors: dict[str, Tensor] = {}
    for each in header.tensors:
        piece = everything[each.start : each.end]
        dtype = _TYPES[each.dtype]
        if each.start % dtype.itemsize:
            piece = piece.clone()
        tensor = piece.view(dtype).reshape(each.shape)
        if not is_finite(tensor):
            raise ValueError(f"{each.name} holds numbers that are not finite")
        tensors[each.name] = tensor
    return tensors


def is_finite(values: Tensor) -> bool:
    """Return whether no number in ``values`` is infinite or none at all; in a single pass, unlike ``isfinite``."""
    if not values.is_floating_point() or values.numel() == 0:
        return True
    lowest, highest = torch.aminmax(values)
    return bool(torch.isfinite(lowest) & torch.isfinite(highest))
