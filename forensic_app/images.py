"""Decode a received photograph into pixels, and say what it is; nothing here writes.

Rules:
    * The media type comes from the content, never from the file's name.
    * Sizes are checked before any pixel is decoded; how many pixels are too many, the workstation's settings say.
    * Whatever decoding changes (depth, colour space, transparency, further frames) is said in a note.
    * A working copy is upright and sRGB: EXIF orientation and an embedded colour profile are applied.

References:
    EXIF 2.32 (orientation tag 0x0112); IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from forensic_app.errors import NotRegularFile, UnreadableImage
from forensic_app.exif import DECODER_ERRORS, read_exif
from forensic_app.regular_files import open_regular
from forensic_app.settings import load_settings

MAX_SIDE_PX = 20_000

_MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "HEIF": "image/heic",
}
_OPENED_AS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "HEIF")
_ACCEPTED = "JPEG, PNG, TIFF, WebP, HEIC or BMP"
_ORIENTATION = 0x0112
_MOST_TEXT = 500
_BITS_PER_SAMPLE = 258
_PNG_DEPTH_OFFSET = 24

RgbImage = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What a file is.

    Attributes:
        media_type: By content, such as ``image/jpeg``.
        width_px: After the orientation tag is honoured.
        height_px: After the orientation tag is honoured.
        exif: Tags by name, JSON values only, within the limits of :mod:`forensic_app.exif`.
        notes: What decoding will change, in words.
    """

    media_type: str
    width_px: int
    height_px: int
    exif: dict[str, Any]
    notes: tuple[str, ...]


def inspect(path: Path, *, max_pixels: int | None = None) -> ImageFacts:
    """Return what the image file ``path`` is, having read all of it once (JPEG at an eighth of its size).

    Args:
        path: The file.
        max_pixels: Largest number of pixels accepted; the workstation's setting by default.

    Raises:
        InvalidInput: The settings file is wrong.
        UnreadableImage: Not an accepted image, damaged, truncated, or too large.
    """
    with _opened(path, path.name, max_pixels or load_settings().max_image_pixels) as (image, stream):
        exif = read_exif(image)
        notes = _notes(image, stream)
        media_type = getattr(image, "custom_mimetype", None) or _MEDIA_TYPES[str(image.format)]
        size = image.size
        if image.format in {"JPEG", "MPO"}:
            image.draft(None, (size[0] // 8, size[1] // 8))
            image.load()
        else:
            image.load()
            size = image.size
        if _orientation(image) in {5, 6, 7, 8}:
            size = (size[1], size[0])
    return ImageFacts(media_type, size[0], size[1], exif, notes)


def load_working_copy(path: Path) -> RgbImage:
    """Return the pixels of a file that has no recorded digest; see :func:`load_working_copy_from`.

    Raises:
        InvalidInput: The settings file is wrong.
        UnreadableImage: Not an accepted image, damaged, truncated, or larger than the workstation's settings allow.
    """
    return _working_copy(path, path.name)


def load_working_copy_from(data: bytes, name: str, *, max_pixels: int | None = None) -> RgbImage:
    """Return the pixels of an image file's bytes: upright, sRGB, shape ``(height, width, 3)``, uint8.

    The first frame of an animation, 16 bits reduced to 8, transparency flattened on white.

    Args:
        data: The bytes, checked against their digest where there is one.
        name: The file's name, for what is said of it.
        max_pixels: Largest image, in pixels; as the workstation's settings allow by default.

    Raises:
        InvalidInput: The settings file is wrong.
        UnreadableImage: Not an accepted image, damaged, truncated, or larger than is allowed.
    """
    return _working_copy(data, name, max_pixels)


def _working_copy(source: Path | bytes, name: str, max_pixels: int | None = None) -> RgbImage:
    with _opened(source, name, max_pixels or load_settings().max_image_pixels) as (image, _):
        image.load()
        profile = image.info.get("icc_profile")
        bits = _declared_bits(image) or 16
        upright = ImageOps.exif_transpose(image)
        rgb = _to_srgb(_flattened(_eight_bit(upright, bits)), profile)
        return np.array(rgb, dtype=np.uint8)


@contextmanager
def _opened(source: Path | bytes, name: str, max_pixels: int) -> Iterator[tuple[Image.Image, BinaryIO]]:
    """Yield an image whose header is read and whose size is accepted, with the stream that it is read from.

    Every decoder error is turned into ours.
    """
    _register_heif()
    # Pillow refuses twice its own limit unasked; whoever raised ours means Pillow's too.
    Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS or 0, max_pixels)
    damaged = UnreadableImage(
        f"The file {name} is damaged or truncated and cannot be decoded.",
        "Obtain the file again from its source, or export it anew as JPEG or PNG.",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _stream(source, name) as stream, _identified(name, stream) as image:
                _refuse_large(name, image.size, max_pixels)
                yield image, stream
        except Image.DecompressionBombError as error:
            raise _too_large(name, "more than its limit of pixels", max_pixels) from error
        except DECODER_ERRORS as error:
            raise damaged from error


def _stream(source: Path | bytes, name: str) -> BinaryIO:
    """Return a file, which is regular and not empty, or the bytes of one, open for reading."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        stream = open_regular(source)
    except (NotRegularFile, FileNotFoundError, PermissionError) as error:
        raise UnreadableImage(
            f"The file {name} cannot be opened.",
            "Check that it exists, is a file and may be read by you.",
        ) from error
    if os.fstat(stream.fileno()).st_size:
        return stream
    stream.close()
    raise UnreadableImage(f"The file {name} is empty (0 bytes).", "Copy it again from its source.")


def _identified(name: str, stream: BinaryIO) -> Image.Image:
    """Return the opened file; only its header has been read."""
    try:
        return Image.open(stream, formats=_OPENED_AS)
    except UnidentifiedImageError as error:
        raise UnreadableImage(
            f"The file {name} is not a {_ACCEPTED} image, or its beginning is damaged.",
            f"Convert it to one of {_ACCEPTED} with a tool that keeps the original, and add both files.",
        ) from error


def _refuse_large(name: str, size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width > MAX_SIDE_PX or height > MAX_SIDE_PX or width * height > max_pixels:
        raise _too_large(name, f"{width} x {height} px", max_pixels)


def _too_large(name: str, what: str, max_pixels: int) -> UnreadableImage:
    return UnreadableImage(
        f"The image {name} is too large: {what}; "
        f"{max_pixels:,} pixels and {MAX_SIDE_PX:,} px a side are allowed.",
        "Raise max_image_pixels in the settings file, or add a reduced or cropped copy and keep the original "
        "elsewhere.",
    )


@cache
def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()


def _orientation(image: Image.Image) -> int:
    value = image.getexif().get(_ORIENTATION, 1)
    return int(value) if isinstance(value, int) else 1


def _bits_per_channel(image: Image.Image, stream: BinaryIO) -> int:
    """Return the depth that the file's header declares; Pillow itself reduces some files silently."""
    if image.mode.startswith("I;16"):
        return _declared_bits(image) or 16
    if image.format == "PNG":
        place = stream.tell()
        stream.seek(_PNG_DEPTH_OFFSET)
        (bits,) = stream.read(1)
        stream.seek(place)
        return int(bits)
    if image.format == "TIFF":
        return _declared_bits(image) or 8
    return int(image.info.get("bit_depth", 8))


def _declared_bits(image: Image.Image) -> int | None:
    """Return the bits of a channel that a TIFF's header declares, ``None`` for other files."""
    bits = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE)
    if bits is None:
        return None
    return int(max(bits)) if isinstance(bits, tuple) else int(bits)


def _notes(image: Image.Image, stream: BinaryIO) -> tuple[str, ...]:
    notes = []
    bits = _bits_per_channel(image, stream)
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1:
        kind = "animated" if getattr(image, "is_animated", False) and image.format in {"PNG", "WEBP"} else ""
        notes.append(f"{kind or f'holds {frames} images'}: first frame used")
    if bits > 8:
        notes.append(f"{bits}-bit reduced to 8")
    if image.mode == "CMYK":
        notes.append("CMYK converted")
    if _has_alpha(image):
        notes.append("alpha flattened on white")
    if image.mode == "P":
        notes.append("palette expanded")
    if _orientation(image) != 1:
        notes.append(f"EXIF orientation {_orientation(image)} applied")
    profile = image.info.get("icc_profile")
    if profile:
        notes.append(_profile_note(profile))
    return tuple(notes)


def _profile_note(profile: bytes) -> str:
    description = _profile_description(profile)
    if description is None:
        return "colour profile unreadable: ignored"
    if _is_srgb(description):
        return "colour profile is sRGB"
    return f"colour profile {description} converted to sRGB"


def _profile_description(profile: bytes) -> str | None:
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.getProfileDescription(opened).strip()[:_MOST_TEXT] or "without a name"
    except (ImageCms.PyCMSError, OSError):
        return None


def _is_srgb(description: str) -> bool:
    return description.lower().startswith("srgb")


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info


def _eight_bit(image: Image.Image, bits: int) -> Image.Image:
    """Return ``image`` with eight bits a channel.

    Args:
        image: The picture.
        bits: Bits that its samples hold, where it holds more than eight: scans of 12 bits come in words of 16.
    """
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.float64) * (255.0 / (2**bits - 1))
        return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
    if image.mode in {"I", "F"}:
        raise UnreadableImage(
            "The image holds 32-bit samples, whose range is not defined.",
            "Export it anew with 8 or 16 bits a channel.",
        )
    return image


def _flattened(image: Image.Image) -> Image.Image:
    """Return ``image`` as L, RGB or CMYK, transparent parts on white."""
    if _has_alpha(image):
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return ``image`` as sRGB; an unreadable or unfitting profile is ignored, as the notes say."""
    description = _profile_description(profile) if profile else None
    if profile and description is not None and not _is_srgb(description):
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
            )
        except ImageCms.PyCMSError:
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
