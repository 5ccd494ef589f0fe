"""Photographs with bytes changed, cut, doubled or put in: read or refused in a sentence, never anything else."""

from __future__ import annotations

import contextlib
import io
import os
import random
import time

import numpy as np
import pytest
from PIL import Image

from forensic_app.errors import ForensicAppError
from forensic_app.images import inspect, load_working_copy

IS_WHOLE = os.environ.get("CAMPAIGN") == "whole"
TRIALS = 500 if IS_WHOLE else 25
"""Files of each kind."""

LONGEST_S = 20.0
KINDS = {
    "jpeg": ("JPEG", {"quality": 90, "exif": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00"}),
    "png": ("PNG", {}),
    "tiff": ("TIFF", {"compression": "tiff_lzw"}),
    "webp": ("WEBP", {}),
    "gif": ("GIF", {}),
    "bmp": ("BMP", {}),
    "jp2": ("JPEG2000", {}),
    "avif": ("AVIF", {}),
    "pages.tiff": ("TIFF", {"save_all": True}),
    "pdf": ("PDF", {"save_all": True}),
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return ``data`` with one to eight changes, most of them near its beginning, where the lengths stand."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = min(int(chance.expovariate(8 / len(changed))), len(changed) - 1)
        match chance.randrange(5):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                changed[at] ^= 1 << chance.randrange(8)
            case 2:
                del changed[at : at + chance.randint(1, 64)]
            case 3:
                changed[at:at] = chance.randbytes(chance.randint(1, 16))
            case _:
                changed[at : at + 4] = b"\xff\xff\xff\xff"
        if not changed:
            break
    return bytes(changed)


def second_page(path):
    return inspect(path, page=2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_file_is_read_or_refused(tmp_path, record_property, kind):
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    form, options = KINDS[kind]
    stream = io.BytesIO()
    if "save_all" in options:
        options = {**options, "append_images": [Image.fromarray(pixels[::-1])]}
    Image.fromarray(pixels).save(stream, form, **options)
    chance = random.Random(kind)
    path = tmp_path / f"photo.{kind}"
    for _ in range(TRIALS):
        data = mutated(stream.getvalue(), chance)
        path.write_bytes(data)
        began = time.monotonic()
        for read in (inspect, second_page, load_working_copy):
            with contextlib.suppress(ForensicAppError):
                read(path)
        assert time.monotonic() - began < LONGEST_S
        assert path.read_bytes() == data
    record_property("trials", TRIALS)
