"""What a photograph's file says of itself, as JSON values within limits.

Rules:
    * A text is cut, a long binary value is replaced by its length, a number that is none is left empty.
    * All tags together take at most :data:`MOST_BYTES` as JSON. Where there is no room for one it is left out, and how
      many these were is said among the others.

References:
    EXIF 2.32.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterable
from typing import Any

from PIL import ExifTags, Image

MOST_BYTES = 256 << 10
LEFT_OUT = "LeftOut"
"""Name under which is said how many tags were left out."""

DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    RuntimeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise for damaged files."""

_FOLDERS = {0x8769: "Exif", 0x8825: "GPS"}
_MOST_TEXT = 500
_MOST_ITEMS = 64
_MOST_WHOLE = 2**53 - 1
"""Largest whole number that JSON keeps exactly (RFC 8785)."""


def read_exif(image: Image.Image) -> dict[str, Any]:
    """Return the EXIF tags by name, with JSON values only; ``{"unreadable": True}`` where they cannot be read."""
    limit = _Limit()
    try:
        exif = image.getexif()
        tags = ((tag, value) for tag, value in exif.items() if tag not in _FOLDERS)
        result = limit.kept(tags, ExifTags.TAGS)
        for folder, name in _FOLDERS.items():
            names = ExifTags.GPSTAGS if name == "GPS" else ExifTags.TAGS
            kept = limit.kept(exif.get_ifd(folder).items(), names)
            if kept:
                result[name] = kept
    except DECODER_ERRORS:
        return {"unreadable": True}
    if limit.left_out:
        result[LEFT_OUT] = f"{limit.left_out} tags, beyond {MOST_BYTES} bytes of metadata"
    return dict(sorted(result.items()))


class _Limit:
    """Room that is left for tags.

    Attributes:
        left_out: How many found none.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._room = MOST_BYTES

    def kept(self, tags: Iterable[tuple[int, Any]], names: dict[int, str]) -> dict[str, Any]:
        """Return the tags by name for which there is room."""
        result = {}
        for tag, value in tags:
            name = names.get(tag, f"0x{tag:04x}")
            told = _json_value(value)
            needed = len(json.dumps({name: told}))
            if needed > self._room:
                self.left_out += 1
            else:
                self._room -= needed
                result[name] = told
        return result


def _json_value(value: Any) -> Any:
    """Return an EXIF value as JSON: text cut at 500 characters, bytes as hexadecimal or as their length."""
    if isinstance(value, tuple | list):
        return [_json_value(item) for item in value[:_MOST_ITEMS]]
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return value.hex() if len(value) <= _MOST_ITEMS else f"{len(value)} bytes"
    if isinstance(value, str):
        return value.replace("\x00", "").strip().encode("utf-8", "replace").decode("utf-8")[:_MOST_TEXT]
    if isinstance(value, bool | int):
        return value if abs(value) <= _MOST_WHOLE else str(value)
    return _json_number(value)


def _json_number(value: Any) -> float | str | None:
    """Return a fraction as a number, ``None`` when it is not finite, and anything else as text."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return str(value)[:_MOST_TEXT]
    return number if math.isfinite(number) else None
