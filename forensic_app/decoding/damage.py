"""Damage that decoders do not tell of: they fill in what is missing and go on.

Rules:
    * A PNG says of every part of itself whether it is whole: where a checksum is wrong or the end is missing, it is
      damaged, whatever a decoder makes of it.
    * A JPEG has no checksums. What libjpeg calls corrupt is said in a note: the picture may be wrong from there on.

References:
    ISO/IEC 15948:2003 (PNG), 5.3 and 5.6; RFC 1950 (zlib), 2.3; libjpeg, jerror.h (warnings).
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

_PNG_SIGNATURE = 8
_PIECE_BYTES = 1 << 20
_REDUCTION = 8
_WARNINGS = (
    "Corrupt JPEG data",
    "Premature end of JPEG",
    "Inconsistent progression",
    "Invalid SOS parameters",
)


def png_notes(stream: BinaryIO) -> tuple[str, ...]:
    """Check every part of a PNG against its checksum; return what follows its end, in words.

    Args:
        stream: The file; its place is kept.

    Raises:
        ValueError: A checksum is wrong, the pixels' stream has no end, or the file has none.
    """
    place = stream.tell()
    stream.seek(0, 2)
    end = stream.tell()
    stream.seek(_PNG_SIGNATURE)
    pixels = _Stream()
    kind = b""
    while kind != b"IEND":
        head = stream.read(8)
        if len(head) < 8:
            raise ValueError("the file ends too early")
        length, kind = struct.unpack(">I4s", head)
        if length > end - stream.tell():
            raise ValueError("a part is longer than the file")
        _check_part(stream, kind, length, pixels)
    pixels.end()
    behind = end - stream.tell()
    stream.seek(place)
    return (f"{behind:,} bytes behind the end of the picture are not shown",) if behind else ()


def _check_part(stream: BinaryIO, kind: bytes, length: int, pixels: _Stream) -> None:
    checksum = zlib.crc32(kind)
    while length:
        piece = stream.read(min(length, _PIECE_BYTES))
        checksum = zlib.crc32(piece, checksum)
        length -= len(piece)
        if kind == b"IDAT":
            pixels.take(piece)
    if stream.read(4) != struct.pack(">I", checksum):
        raise ValueError(f"a checksum of {kind!r} is wrong")


class _Stream:
    """The compressed pixels of a PNG, unpacked piece by piece and thrown away."""

    def __init__(self) -> None:
        self._unpacking = zlib.decompressobj()

    def take(self, piece: bytes) -> None:
        """Unpack a piece; ``zlib.error`` where it is damaged."""
        while piece:
            self._unpacking.decompress(piece, _PIECE_BYTES)
            piece = self._unpacking.unconsumed_tail

    def end(self) -> None:
        """Refuse pixels whose stream has no end, as its checksum stands there."""
        self._unpacking.decompress(b"", _PIECE_BYTES)
        if not self._unpacking.eof:
            raise ValueError("the pixels have no end")


def jpeg_notes(data: bytes) -> tuple[str, ...]:
    """Return what libjpeg warns of in a JPEG that it decodes all the same, in words.

    Args:
        data: The whole file; of several pictures in it the first is looked at.
    """
    import simplejpeg

    try:
        _, _, colours, _ = simplejpeg.decode_jpeg_header(data, strict=False)
        simplejpeg.decode_jpeg(
            data,
            colorspace="CMYK" if colours in {"CMYK", "YCCK"} else "GRAY",
            min_height=1,
            min_width=1,
            min_factor=_REDUCTION,
            strict=True,
        )
    except ValueError as error:
        told = " ".join(str(error).split())
        if told.startswith(_WARNINGS):
            return (f"damaged, and bridged by the decoder ({told}): parts of the picture may be wrong",)
    return ()
