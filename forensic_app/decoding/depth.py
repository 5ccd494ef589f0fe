"""How many bits a picture's samples have, and eight of them."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from forensic_app.errors import UnreadableImage

_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_WHITE_IS_ZERO = 0
_FLOAT = 3
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
    """Refuse samples of 32 bits, whole or floating point: no rule says which number is white.

    Raises:
        UnreadableImage: The picture holds such samples.
    """
    if image.mode not in {"I", "F"}:
        return
    kind = "floating-point" if image.mode == "F" or _tags(image).get(_SAMPLE_FORMAT) == (_FLOAT,) else "whole"
    raise UnreadableImage(
        f"The file {name} holds 32-bit {kind} samples, whose range is not defined.",
        "Export it anew with 8 or 16 bits a channel, and keep the original elsewhere.",
    )


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
    bits = _tags(image).get(_BITS_PER_SAMPLE)
    if bits is None:
        return None
    return int(max(bits)) if isinstance(bits, tuple) else int(bits)


def _tags(image: Image.Image) -> dict[int, Any]:
    return dict(getattr(image, "tag_v2", {}))
