"""Crops of a face cache as coded pictures in two arrays, small enough to be carried to another machine.

Rules:
    * Coded crops differ a little from the crops (WebP); a training that goes on elsewhere sees them instead.
    * ``crops_coded.npy`` holds the pictures' bytes one after the other, ``crops_ends.npy`` where each ends.
"""

from __future__ import annotations

import io
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CODED_NAME: Final = "crops_coded.npy"
ENDS_NAME: Final = "crops_ends.npy"
CROPS_NAME: Final = "crops.npy"
ROWS_PER_TASK: Final = 256


def write_coded_crops(crops: Iterable[NDArray[np.uint8]], folder: Path, *, quality: int) -> int:
    """Write ``crops``, each ``(side, side, 3)`` uint8 RGB, to ``folder``; return the bytes that they take.

    Args:
        crops: The crops.
        folder: Must exist.
        quality: WebP quality, 1 to 100.
    """
    coded = [_coded(crop, quality) for crop in crops]
    ends = np.cumsum([len(each) for each in coded])
    np.save(folder / CODED_NAME, np.frombuffer(b"".join(coded), dtype=np.uint8))
    np.save(folder / ENDS_NAME, ends)
    return int(ends[-1])


def decode_crops(folder: Path) -> None:
    """Write ``crops.npy`` to ``folder`` from the coded crops there, on all processors; whole or not at all."""
    ends = np.load(folder / ENDS_NAME)
    starts = [*range(0, len(ends), ROWS_PER_TASK), len(ends)]
    with ProcessPoolExecutor(
        min(os.cpu_count() or 1, len(starts) - 1), mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        parts = pool.map(_decoded, *zip(*((folder, *each) for each in pairwise(starts)), strict=True))
        crops = np.concatenate(list(parts))
    temporary = folder / "crops.part.npy"
    np.save(temporary, crops)
    temporary.replace(folder / CROPS_NAME)


def _coded(crop: NDArray[np.uint8], quality: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(crop).save(stream, "WEBP", quality=quality, method=6)
    return stream.getvalue()


def _decoded(folder: Path, first: int, last: int) -> NDArray[np.uint8]:
    return np.stack(list(_pictures(folder, first, last)))


def _pictures(folder: Path, first: int, last: int) -> Iterator[NDArray[np.uint8]]:
    coded = np.load(folder / CODED_NAME, mmap_mode="r")
    ends = [0, *np.load(folder / ENDS_NAME).tolist()]
    for place in range(first, last):
        with Image.open(io.BytesIO(coded[ends[place] : ends[place + 1]].tobytes())) as picture:
            yield np.asarray(picture.convert("RGB"))
