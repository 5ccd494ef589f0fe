"""How many bits a picture's samples have, and eight of them."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from forensic_app.errors import UnreadableImage
from forensic_app.exif import DECODER_ERRORS

_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_PLANES, _COUNT = 284, 277
_WHITE_IS_ZERO = 0
_SEPARATE = 2
_SIGNED, _FLOAT = 2, 3
_KINDS = {1: "whole", _SIGNED: "signed", _FLOAT: "floating-point", 5: "complex", 6: "complex"}
_ADVICE = "Export it anew with 8 or 16 bits a channel, and keep the original elsewhere."
_PNG_DEPTH_OFFSET = 24


def bits_per_channel(image: Image.Image, stream: BinaryIO) -> int:
    """Return the depth that the file's header declares; Pillow itself reduces some files silently."""
    if image.mode.startswith("I;16"):
        return sample_bits(image)
    if image.format == "PNG":
        place = stream.tell()
        stream.seek(_PNG_DEPTH_OFFSET)
        (bits,) = stream.read(1)
        stream.seek(place)
        return int(bits)
    if image.format == "TIFF":
        return _declared_bits(image) or 8
    return int(image.info.get("bit_depth", 8))


def sample_bits(image: Image.Image) -> int:
    """Return the bits that samples hold which come in words of sixteen: scans may have twelve."""
    return _declared_bits(image) or 16


def is_negative(image: Image.Image) -> bool:
    """Whether a picture of sixteen bits has white as zero, which Pillow turns only in pictures of eight bits."""
    return image.mode.startswith("I;16") and _tags(image).get(_PHOTOMETRIC) == _WHITE_IS_ZERO


def refuse_undefined_range(image: Image.Image, name: str) -> None:
    """Refuse samples of 32 bits, floating point or with a sign: no rule says which number is white.

    Raises:
        UnreadableImage: The picture holds such samples, or planes of 16 bits as the decoder reads them wrongly.
    """
    tags = _tags(image)
    kind = _kind(tags)
    if image.mode == "F":
        kind = "floating-point"
    if image.mode in {"I", "F"} or kind != "whole":
        raise _undefined(name, _declared_bits(image) or 32, kind)
    is_raw = any(each[0] == "raw" for each in getattr(image, "tile", ()))
    if is_raw and tags.get(_PLANES) == _SEPARATE and (_declared_bits(image) or 8) > 8:
        raise UnreadableImage(
            f"The file {name} holds its colours in separate planes of more than 8 bits, which are not decoded rightly.",
            _ADVICE,
        )


def refuse_other_samples(stream: BinaryIO, name: str) -> None:
    """Refuse a TIFF that the decoder does not know for the samples that it holds, where these are the reason.

    Args:
        stream: The file; its place is kept.
        name: What the picture is called.

    Raises:
        UnreadableImage: Its samples are of a kind or a size that is not read.
    """
    place = stream.tell()
    stream.seek(0)
    try:
        head = stream.read(8)
        if head[:4] not in {b"II*\0", b"MM\0*"}:
            return
        found = ImageFileDirectory_v2(head)
        stream.seek(found.next)
        found.load(stream)
        tags = dict(found)
    except DECODER_ERRORS:
        return
    finally:
        stream.seek(place)
    bits, kind = _most_bits(tags.get(_BITS_PER_SAMPLE)), _kind(tags)
    if bits is None:
        return
    if kind != "whole" or bits > 16:
        raise _undefined(name, bits, kind)
    if bits not in {1, 2, 4, 8, 16} and (bits, tags.get(_COUNT, 1)) != (12, 1):
        raise UnreadableImage(f"The file {name} holds {bits}-bit samples, which are not read.", _ADVICE)


def _kind(tags: dict[int, Any]) -> str:
    """Return of what kind the samples of a TIFF are."""
    stated = tags.get(_SAMPLE_FORMAT, 1)
    return _KINDS.get(max(stated) if isinstance(stated, tuple) else stated, "whole")


def _undefined(name: str, bits: int, kind: str) -> UnreadableImage:
    words = {
        "floating-point": f"The file {name} holds {bits}-bit floating-point samples, whose range is not defined.",
        "signed": f"The file {name} holds {bits}-bit signed samples, whose range is not defined.",
        "complex": f"The file {name} holds {bits}-bit complex samples, whose range is not defined.",
    }
    whole = f"The file {name} holds {bits}-bit whole samples, whose range is not defined."
    return UnreadableImage(words.get(kind, whole), _ADVICE)


def eight_bit(image: Image.Image, *, bits: int, is_negative: bool = False) -> Image.Image:
    """Return ``image`` with eight bits a channel.

    Args:
        image: The picture.
        bits: Bits that its samples hold, where it holds more than eight: scans of 12 bits come in words of 16.
        is_negative: Whether zero is white in samples of more than eight bits.
    """
    if not image.mode.startswith("I;16"):
        return image
    samples = np.asarray(image)
    values = np.clip(np.rint(samples.astype(np.float64) * (255.0 / (2**bits - 1))), 0, 255).astype(np.uint8)
    grey = Image.fromarray(255 - values if is_negative else values)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey.putalpha(Image.fromarray(np.where(samples == clear, 0, 255).astype(np.uint8)))
    return grey


def _declared_bits(image: Image.Image) -> int | None:
    """Return the bits of a channel that a TIFF's header declares, ``None`` for other files."""
    return _most_bits(_tags(image).get(_BITS_PER_SAMPLE))


def _most_bits(bits: Any) -> int | None:
    if bits is None:
        return None
    return int(max(bits)) if isinstance(bits, tuple) else int(bits)


def _tags(image: Image.Image) -> dict[int, Any]:
    return dict(getattr(image, "tag_v2", {}))
