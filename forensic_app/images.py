"""Decode a received photograph into pixels, and say what it is; nothing here writes.

Rules:
    * The media type comes from the content, never from the file's name.
    * Sizes are checked before any pixel is decoded; how many pixels are too many, the workstation's settings say.
    * Whatever decoding changes or passes over (depth, colour space, transparency, damage, further pages) is said in a
      note, and a note says what is done: :func:`inspect` has tried each conversion that it names.
    * What :func:`inspect` takes, :func:`load_working_copy_from` decodes.
    * A working copy is upright and sRGB: EXIF orientation and an embedded colour profile are applied.
    * Another page than the first, and any page of a PDF, becomes a picture of its own, once, when it is received.

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
from PIL import Image, ImageOps, UnidentifiedImageError

from forensic_app.decoding import pdf
from forensic_app.decoding.colour import as_srgb, colour_space, has_alpha
from forensic_app.decoding.damage import jpeg_notes, png_notes, refuse_damaged_strips, webp_notes
from forensic_app.decoding.depth import (
    bits_per_channel,
    eight_bit,
    is_negative,
    refuse_other_samples,
    refuse_undefined_range,
    sample_bits,
)
from forensic_app.decoding.pages import choose_page, first_page, page_count, page_notes
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
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "JPEG2000": "image/jp2",
}
_OPENED_AS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "HEIF", "GIF", "AVIF", "JPEG2000")
_ACCEPTED = "JPEG, PNG, TIFF, WebP, HEIC, AVIF, JPEG 2000, GIF, BMP or PDF"
_ORIENTATION = 0x0112
_TURNED = range(2, 9)
_PROBE_PX = 64

RgbImage = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What a file is.

    Attributes:
        media_type: By content, such as ``image/jpeg``.
        width_px: Of the picture that is used, after the orientation tag is honoured.
        height_px: The same.
        exif: Tags by name, JSON values only, within the limits of :mod:`forensic_app.exif`.
        notes: What decoding will change, in words.
        page_count: How many pictures or pages the file holds.
        page: The number of the one that is used, from 1; ``None`` where there is one only and none was asked for.
        page_png: That page as a picture, where it is not what the file shows first.
    """

    media_type: str
    width_px: int
    height_px: int
    exif: dict[str, Any]
    notes: tuple[str, ...]
    page_count: int = 1
    page: int | None = None
    page_png: bytes | None = None


def inspect(path: Path, *, max_pixels: int | None = None, page: int | None = None) -> ImageFacts:
    """Return what the image file ``path`` is, having read all of it (JPEG at an eighth of its size).

    Args:
        path: The file.
        max_pixels: Largest number of pixels accepted; the workstation's setting by default.
        page: Which of several pages, frames or sizes is used, from 1; what the file shows first by default.

    Raises:
        InvalidInput: The settings file is wrong, there is no such page, or a PDF has several and none was chosen.
        UnreadableImage: Not an accepted image, damaged, truncated, or too large.
    """
    limit = max_pixels or load_settings().max_image_pixels
    with _stream(path, path.name) as stream:
        if pdf.is_pdf(stream.read(1024)):
            stream.seek(0)
            return _pdf_facts(stream.read(), path.name, limit, page)
    with _opened(path, path.name, limit) as (image, stream):
        first = first_page(image)
        count = page_count(image)
        is_other = page is not None and page != first
        if page is not None:
            choose_page(image, page, path.name)
        _refuse_large(path.name, image.size, limit)
        refuse_undefined_range(image, path.name)
        notes = (*_notes(image, stream), *_damage(image, stream))
        media_type = getattr(image, "custom_mimetype", None) or _MEDIA_TYPES[str(image.format)]
        exif = read_exif(image)
        size = image.size
        is_jpeg = image.format in {"JPEG", "MPO"} and not is_other
        if is_jpeg:
            image.draft(None, (size[0] // 8, size[1] // 8))
        image.load()
        _try_conversion(image)
        if not is_jpeg:
            size = image.size
        if _orientation(image) in {5, 6, 7, 8}:
            size = (size[1], size[0])
        used = page if page is not None else first if count > 1 else None
        return ImageFacts(
            media_type,
            size[0],
            size[1],
            exif,
            notes,
            count,
            used,
            _png(_upright_srgb(image)) if is_other else None,
        )


def _pdf_facts(data: bytes, name: str, max_pixels: int, page: int | None) -> ImageFacts:
    drawn = pdf.draw_page(data, name, page=page, max_pixels=max_pixels, max_side_px=MAX_SIDE_PX)
    return ImageFacts(
        pdf.MEDIA_TYPE,
        drawn.image.width,
        drawn.image.height,
        {"PDF": drawn.metadata} if drawn.metadata else {},
        drawn.notes,
        drawn.page_count,
        drawn.page,
        _png(drawn.image),
    )


def load_working_copy(path: Path) -> RgbImage:
    """Return the pixels of a file that has no recorded digest; see :func:`load_working_copy_from`.

    Raises:
        InvalidInput: The settings file is wrong.
        UnreadableImage: Not an accepted image, damaged, truncated, or larger than the workstation's settings allow.
    """
    return _working_copy(path, path.name)


def load_working_copy_from(data: bytes, name: str, *, max_pixels: int | None = None) -> RgbImage:
    """Return the pixels of an image file's bytes: upright, sRGB, shape ``(height, width, 3)``, uint8.

    The picture that the file shows first, 16 bits reduced to 8, transparency flattened on white.

    Args:
        data: The bytes, checked against their digest where there is one.
        name: What the picture is called, for what is said of it: an exhibit's number, a file's name.
        max_pixels: Largest image, in pixels; as the workstation's settings allow by default.

    Raises:
        InvalidInput: The settings file is wrong.
        UnreadableImage: Not an accepted image, damaged, truncated, or larger than is allowed.
    """
    return _working_copy(data, name, max_pixels)


def _working_copy(source: Path | bytes, name: str, max_pixels: int | None = None) -> RgbImage:
    with _opened(source, name, max_pixels or load_settings().max_image_pixels) as (image, stream):
        refuse_undefined_range(image, name)
        if image.format == "PNG":
            png_notes(stream)
        refuse_damaged_strips(image, stream)
        image.load()
        return np.array(_upright_srgb(image), dtype=np.uint8)


def _upright_srgb(image: Image.Image) -> Image.Image:
    """Return a loaded picture upright, as RGB in sRGB with eight bits a channel."""
    space, bits, negative = colour_space(image), sample_bits(image), is_negative(image)
    upright = ImageOps.exif_transpose(image)
    return as_srgb(eight_bit(upright, bits=bits, is_negative=negative), space)


def _try_conversion(image: Image.Image) -> None:
    """Convert a corner of a loaded picture as the whole will be, so that what cannot be converted is refused now."""
    corner = image.crop((0, 0, min(_PROBE_PX, image.width), min(_PROBE_PX, image.height)))
    as_srgb(eight_bit(corner, bits=sample_bits(image), is_negative=is_negative(image)), colour_space(image))


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@contextmanager
def _opened(source: Path | bytes, name: str, max_pixels: int) -> Iterator[tuple[Image.Image, BinaryIO]]:
    """Yield an image whose header is read and whose size is accepted, with the stream that it is read from.

    Every decoder error is turned into ours.
    """
    _register_heif()
    if isinstance(source, bytes) and pdf.is_pdf(source[:1024]):
        raise UnreadableImage(f"The file {name} is a PDF.", "Add it as an exhibit, and name the page.")
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
        refuse_other_samples(stream, name)
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


def _damage(image: Image.Image, stream: BinaryIO) -> tuple[str, ...]:
    """Return what is wrong with a file that can be decoded all the same, in words; a damaged PNG is refused."""
    if image.format == "PNG":
        return png_notes(stream)
    if image.format in {"JPEG", "MPO"}:
        place = stream.tell()
        stream.seek(0)
        data = stream.read()
        stream.seek(place)
        return jpeg_notes(data, is_alone=page_count(image) == 1)
    if image.format == "WEBP":
        return webp_notes(stream)
    refuse_damaged_strips(image, stream)
    return ()


def _notes(image: Image.Image, stream: BinaryIO) -> tuple[str, ...]:
    notes = [*page_notes(image)]
    bits = bits_per_channel(image, stream)
    if bits > 8:
        notes.append(f"{bits}-bit reduced to 8")
    if is_negative(image):
        notes.append("white is zero: turned")
    if image.mode == "CMYK":
        notes.append("CMYK converted")
    if has_alpha(image):
        notes.append("alpha flattened on white")
    if image.mode == "P":
        notes.append("palette expanded")
    turn = _orientation(image)
    if turn in _TURNED:
        notes.append(f"EXIF orientation {turn} applied")
    elif turn != 1:
        notes.append(f"EXIF orientation {turn} is none of 1 to 8: ignored")
    space = colour_space(image)
    if space.note:
        notes.append(space.note)
    return tuple(notes)
