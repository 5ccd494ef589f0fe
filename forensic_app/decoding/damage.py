"""Damage that decoders do not tell of: they fill in what is missing and go on.

Rules:
    * A PNG says of every part of itself whether it is whole: where a checksum is wrong or the end is missing, it is
      damaged, whatever a decoder makes of it.
    * So do the deflated parts of a TIFF, which its decoder does not read to the checksum.
    * A JPEG has no checksums. What libjpeg calls corrupt is said in a note: the picture may be wrong from there on.
      WebP, HEIC, AVIF, JPEG 2000 and TIFF with JPEG inside have none either, and their decoders say nothing.
    * What lies behind the end of a PNG, a JPEG or a WebP is counted: cameras put films there, others what is hidden.

References:
    ISO/IEC 15948:2003 (PNG), 5.3, 5.6 and 8.2; RFC 1950 (zlib), 2.3; ITU-T T.81, B.1.1; RFC 9649 (WebP), 2.4; TIFF 6.0;
    libjpeg, jerror.h (warnings).
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any, BinaryIO

from PIL import Image

_PNG_SIGNATURE = 8
_PIECE_BYTES = 1 << 20
_REDUCTION = 8
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_COMPRESSION, _STRIPS, _TILES = 259, (273, 279), (324, 325)
_DEFLATE = frozenset({8, 32946})
_SCAN, _END, _ALONE = 0xDA, 0xD9, frozenset({0x01, *range(0xD0, 0xD9)})
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends the coded pixels of a scan of a JPEG: a marker that is neither a stuffed byte nor a restart."""
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
    first, kind = stream.read(29), b""
    stream.seek(_PNG_SIGNATURE)
    while kind != b"IEND":
        head = stream.read(8)
        if len(head) < 8:
            raise ValueError("the file ends too early")
        length, kind = struct.unpack(">I4s", head)
        if length > end - stream.tell():
            raise ValueError("a part is longer than the file")
        _check_part(stream, kind, length, pixels)
    pixels.end()
    if pixels.size < _png_bytes(first[8:]):
        raise ValueError("rows are missing")
    behind = end - stream.tell()
    stream.seek(place)
    return _behind(behind)


def _png_bytes(header: bytes) -> int:
    """Return how many bytes the rows of a PNG have, with the byte of the filter before each.

    Args:
        header: What IHDR holds.
    """
    width, height, depth, colours, *_, interlace = struct.unpack(">IIBBBBB", header[:13])
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colours, 1)
    passes = _ADAM7 if interlace else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return total


def _behind(size: int) -> tuple[str, ...]:
    return (f"{size:,} bytes behind the end of the picture are not shown",) if size > 0 else ()


def webp_notes(stream: BinaryIO) -> tuple[str, ...]:
    """Return what follows the end that a WebP states for itself, in words; the stream's place is kept."""
    place = stream.tell()
    stream.seek(4)
    (size,) = struct.unpack("<I", stream.read(4))
    end = stream.seek(0, 2)
    stream.seek(place)
    return _behind(end - (8 + size + size % 2))


def refuse_damaged_strips(image: Image.Image, stream: BinaryIO) -> None:
    """Check the deflated parts of a TIFF against their checksums: its decoder stops reading before them.

    Args:
        image: The picture; those of other formats and other compressions have no checksum.
        stream: Its file; its place is kept.

    Raises:
        ValueError, zlib.error: A part is damaged.
    """
    tags: dict[int, Any] = dict(getattr(image, "tag_v2", {}))
    if image.format != "TIFF" or tags.get(_COMPRESSION) not in _DEFLATE:
        return
    kind = _STRIPS if _STRIPS[0] in tags else _TILES
    offsets, lengths = (_numbers(tags.get(each)) for each in kind)
    place = stream.tell()
    for offset, length in zip(offsets, lengths, strict=False):
        stream.seek(offset)
        part = _Stream()
        left = length
        while left > 0 and (piece := stream.read(min(left, _PIECE_BYTES))):
            left -= len(piece)
            part.take(piece)
        part.end()
    stream.seek(place)


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple | list) else () if value is None else (int(value),)


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
    """Deflated pixels, unpacked piece by piece, counted and thrown away."""

    def __init__(self) -> None:
        self._unpacking = zlib.decompressobj()
        self.size = 0

    def take(self, piece: bytes) -> None:
        """Unpack a piece; ``zlib.error`` where it is damaged."""
        while piece:
            self.size += len(self._unpacking.decompress(piece, _PIECE_BYTES))
            piece = self._unpacking.unconsumed_tail

    def end(self) -> None:
        """Refuse pixels whose stream has no end, as its checksum stands there."""
        self.size += len(self._unpacking.decompress(b"", _PIECE_BYTES))
        if not self._unpacking.eof:
            raise ValueError("the pixels have no end")


def jpeg_notes(data: bytes, *, is_alone: bool = True) -> tuple[str, ...]:
    """Return what libjpeg warns of in a JPEG that it decodes all the same, and what follows its end, in words.

    Args:
        data: The whole file; of several pictures in it the first is looked at.
        is_alone: Whether the file says of no other picture: those that it says of are counted elsewhere.
    """
    return (*_jpeg_warnings(data), *(_behind(len(data) - _jpeg_end(data)) if is_alone else ()))


def _jpeg_end(data: bytes) -> int:
    """Return where the first picture of a JPEG ends; the length of the file where that cannot be told."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        kind = data[place + 1]
        if kind == _END:
            return place + 2
        if kind == 0xFF or kind in _ALONE:
            place += 1 if kind == 0xFF else 2
            continue
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
        if kind == _SCAN:
            found = _MARKER.search(data, place)
            if found is None:
                return len(data)
            place = found.start()
    return place + 2 if data[place : place + 2] == bytes((0xFF, _END)) else len(data)


def _jpeg_warnings(data: bytes) -> tuple[str, ...]:
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
