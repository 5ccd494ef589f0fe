"""Write a picture file somewhere outside the casebook, as PNG or JPEG, never over another file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import InvalidInput
from forensic_app.shortages import NO_ROOM, disk_full

JPEG_QUALITY = 95
XMP = "XML:com.adobe.xmp"
"""Keyword of the XMP packet in a PNG file."""
_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


def file_format(path: Path) -> str:
    """Return the format that a file's ending names: ``PNG`` or ``JPEG``.

    Raises:
        InvalidInput: It is another ending.
    """
    found = _FORMATS.get(path.suffix.lower())
    if found is None:
        raise InvalidInput(
            f"Pictures are not written as {path.name}.", "Give a name that ends in .png or .jpg."
        )
    return found


def encoded(picture: Image.Image, kind: str, *, texts: Mapping[str, str] | None = None) -> bytes:
    """Return a picture as a file's bytes.

    Args:
        picture: The picture, RGB.
        kind: ``PNG`` or ``JPEG``.
        texts: What the file says of itself: PNG texts by keyword, in a JPEG one comment with a line for each; XMP
            stands where either format has it.
    """
    stream = io.BytesIO()
    if kind == "PNG":
        info = PngInfo()
        for name, value in (texts or {}).items():
            info.add_itxt(name, value)
        picture.save(stream, "PNG", pnginfo=info, compress_level=6)
    else:
        given = dict(texts or {})
        xmp = given.pop(XMP, "")
        comment = "\n".join(f"{name}: {value}" for name, value in given.items())
        more = {"xmp": xmp.encode()} if xmp else {}
        picture.save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0, comment=comment.encode(), **more)
    return stream.getvalue()


@contextmanager
def write_new(path: Path, data: bytes) -> Iterator[str]:
    """Write a file that does not exist yet, and yield its SHA-256; taken away again where what follows fails.

    Raises:
        InvalidInput: It exists already, or cannot be written.
        DiskFull: There is no room.
    """
    try:
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError as error:
        raise InvalidInput(f"The file {path} exists already.", "Choose another name.") from error
    except OSError as error:
        if error.errno in NO_ROOM:
            path.unlink(missing_ok=True)
            raise disk_full(path.parent) from error
        raise InvalidInput(
            f"The file {path} could not be written: {error.strerror or error}.",
            "Check the folder's permissions, or choose another one.",
        ) from error
    try:
        yield sha256_of_bytes(data)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
