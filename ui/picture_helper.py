"""Decodes large photographs in a process of its own; nothing here imports Qt.

Rules:
    * What is decoded are the bytes that have the recorded digest.
    * Decoded photographs are kept for the parts of them that are asked for next, the newest ones, as many as
      :data:`KEPT_BYTES` hold and one at least; :func:`forget` lets them go.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forensic_app.images import load_working_copy_from
from forensic_app.regular_files import read_verified

Window = tuple[int, int, int, int]
KEPT_BYTES = 512 << 20
"""Three photographs of 54 megapixels, which are compared with each other, fit."""
_kept: dict[str, NDArray[np.uint8]] = {}


@dataclass(frozen=True, slots=True)
class Raw:
    """Pixels on their way to the window.

    Attributes:
        width_px: Width of the pixels.
        height_px: Their height.
        pixels: RGB, row by row.
        full: Width and height of the upright photograph that they come from.
    """

    width_px: int
    height_px: int
    pixels: bytes
    full: tuple[int, int]


def pixel_count(data: bytes) -> int:
    """Return how many pixels a file's header names, 0 where it cannot be read."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            return opened.width * opened.height
    except Exception:  # the decoder proper says what is wrong with the file
        return 0


def reduced(data: bytes, name: str, side_px: int) -> Raw:
    """Return a photograph as it is worked with, at most ``side_px`` wide and high.

    Raises:
        UnreadableImage: The bytes cannot be decoded.
    """
    return _reduced(load_working_copy_from(data, name), side_px)


def read_reduced(job: tuple[Path, str, int]) -> Raw:
    """Return a photograph of the vault, named by path and digest, at most so many pixels wide and high.

    Raises:
        EvidenceAltered: The file does not have its digest.
        UnreadableImage: It cannot be decoded.
    """
    path, sha256, side_px = job
    return reduced(read_verified(path, sha256), sha256, side_px)


def read_part(job: tuple[Path, str, Window, tuple[int, int]]) -> Raw:
    """Return a part of a photograph of the vault, scaled down to a size.

    Args:
        job: Path, digest, the part as ``(left, top, right, bottom)`` in pixels, and the size wanted.

    Raises:
        EvidenceAltered: The file does not have its digest.
        UnreadableImage: It cannot be decoded.
    """
    path, sha256, (left, top, right, bottom), size = job
    whole = _kept.pop(sha256, None)
    if whole is None:
        whole = load_working_copy_from(read_verified(path, sha256), sha256)
    while _kept and whole.nbytes + sum(each.nbytes for each in _kept.values()) > KEPT_BYTES:
        del _kept[next(iter(_kept))]
    _kept[sha256] = whole
    part = Image.fromarray(np.ascontiguousarray(whole[top:bottom, left:right]))
    if size[0] < part.width:
        part = part.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return Raw(part.width, part.height, part.tobytes(), (whole.shape[1], whole.shape[0]))


def forget(_: object) -> None:
    """Let go of the photographs that were kept."""
    _kept.clear()


def _reduced(whole: NDArray[np.uint8], side_px: int) -> Raw:
    full = (whole.shape[1], whole.shape[0])
    picture = Image.fromarray(whole)
    picture.thumbnail((side_px, side_px), reducing_gap=2.0)
    return Raw(picture.width, picture.height, picture.tobytes(), full)
