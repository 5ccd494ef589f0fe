"""Pictures for paper: reduced copies of photographs, and excerpts around the face at one scale.

Rules:
    * Nothing here is evidence: the files in the vault are. Pictures are made from the bytes that were verified.
    * An excerpt of a derived image is marked again, visibly and invisibly, since cutting it out leaves the marks of the
      file behind; its JPEG says in XMP what it is, which a picture keeps that is saved from the page.
    * Excerpts of one run share window and reduction, so that they compare; nothing is ever enlarged.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from forensic_app.engines.pictures.face_marks import FaceMark, with_marks
from forensic_app.engines.pictures.marking import BAND_TEXT, mark, slim_band
from forensic_app.errors import UnreadableImage
from forensic_app.faces.align import warp
from forensic_app.images import load_working_copy_from
from forensic_app.reports.run_content import Picture

THUMBNAIL_PX = 560
EXCERPT_PX = 640
JPEG_QUALITY = 95
KEY_BAND_SHARE = 0.1
"""Largest height of the band in a key result, as a share of the picture above it."""
_BAND_LETTERS_PX = 480
_MARGIN = 0.7
_BAND_LAYOUT_PX = 300


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What part of a photograph is shown.

    Attributes:
        window: ``(left, top, right, bottom)`` in pixels of the upright photograph.
        reduction: Factor from those pixels to the picture's, at most 1.
    """

    window: tuple[int, int, int, int]
    reduction: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        left, top, right, bottom = self.window
        return max(1, round((right - left) * self.reduction)), max(1, round((bottom - top) * self.reduction))


def working_copy(data: bytes, *, name: str) -> Image.Image | None:
    """Return the pixels of an image file's bytes, upright, sRGB; ``None`` when they cannot be decoded here."""
    try:
        return Image.fromarray(load_working_copy_from(data, name))
    except UnreadableImage:
        return None


def thumbnail(image: Image.Image, *, side_px: int = THUMBNAIL_PX) -> Picture:
    """Return a reduced copy for recognition, its longer side at most ``side_px``."""
    small = image.copy()
    small.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    return _encoded(small)


def excerpt_around(box: Sequence[float], size: tuple[int, int]) -> Excerpt:
    """Return the excerpt round a face's box with 70 % of its side on each side, inside the photograph.

    Args:
        box: ``(left, top, right, bottom)`` in pixels.
        size: Width and height of the photograph.
    """
    left, top, right, bottom = box
    margin = _MARGIN * max(right - left, bottom - top)
    window = (
        max(0, int(left - margin)),
        max(0, int(top - margin)),
        min(size[0], int(right + margin) + 1),
        min(size[1], int(bottom + margin) + 1),
    )
    return _limited(window if window[0] < window[2] and window[1] < window[3] else (0, 0, *size))


def with_marked_face(
    image: Image.Image, box: tuple[float, float, float, float], number: int
) -> tuple[Picture, ...]:
    """Return a photograph with a face marked and numbered: the whole of it, and what is around the face.

    Args:
        image: The upright photograph.
        box: The face in its pixels.
        number: Number of the face, 1 = largest.
    """
    made = []
    for excerpt in (whole(image.size), excerpt_around(box, image.size)):
        left, top, *_ = excerpt.window
        part = image.crop(excerpt.window).resize(excerpt.size, Image.Resampling.LANCZOS)
        at = [(value - start) * excerpt.reduction for value, start in zip(box, (left, top) * 2, strict=True)]
        made.append(
            _encoded(with_marks(part, [FaceMark((at[0], at[1], at[2], at[3]), number, is_chosen=True)]))
        )
    return tuple(made)


def whole(size: tuple[int, int]) -> Excerpt:
    """Return the excerpt that is the whole picture."""
    return _limited((0, 0, *size))


def cut_out(image: Image.Image, excerpt: Excerpt) -> Image.Image:
    """Return an excerpt of an upright photograph, or of a derived image without its band."""
    part = image.crop(excerpt.window)
    return part if part.size == excerpt.size else part.resize(excerpt.size, Image.Resampling.LANCZOS)


def shown(image: Image.Image, excerpt: Excerpt) -> Picture:
    """Return an excerpt of an untouched, upright photograph."""
    return _encoded(cut_out(image, excerpt))


def banded(part: Image.Image, caption: str, band: str = BAND_TEXT, *, xmp: str = "") -> Picture:
    """Return an excerpt of a derived image with its band.

    Args:
        part: The excerpt, with its invisible mark.
        caption: Second line of the band.
        band: First line of the band.
        xmp: Packet that the picture's file says of itself.
    """
    return _encoded(_marked(part, caption, band), xmp)


def key_picture(part: Image.Image, *, band: str, xmp: str = "") -> Picture:
    """Return an excerpt of a derived image for the key results, its band a tenth of its height or less.

    Where the excerpt has few pixels, each is repeated, so that the band's letters can be read; nothing is smoothed.

    Args:
        part: The excerpt, with its invisible mark.
        band: What the band says.
        xmp: Packet that the picture's file says of itself.
    """
    times = max(1, -(-_BAND_LETTERS_PX // part.width))
    if times > 1:
        part = part.resize((part.width * times, part.height * times), Image.Resampling.NEAREST)
    below = slim_band(part.width, max(1, int(part.height * KEY_BAND_SHARE)), band)
    result = Image.new("RGB", (part.width, part.height + below.height))
    result.paste(part, (0, 0))
    result.paste(below, (0, part.height))
    return dataclasses.replace(_encoded(result, xmp), enlargement=times)


def _marked(part: Image.Image, caption: str, text: str) -> Image.Image:
    """Return ``part`` with its mark, laid out for a narrow picture so that it can be read in print."""
    width = min(part.width, _BAND_LAYOUT_PX)
    band = mark(np.zeros((1, width, 3), dtype=np.uint8), caption=caption, text=text)
    band = band.crop((0, 1, band.width, band.height))
    factor = part.width / band.width
    if factor > 1:
        band = band.resize((part.width, round(band.height * factor)), Image.Resampling.LANCZOS)
    result = Image.new("RGB", (max(part.width, band.width), part.height + band.height))
    result.paste(part, ((result.width - part.width) // 2, 0))
    result.paste(band, (0, part.height))
    return result


def aligned(image: Image.Image, matrix: Sequence[Sequence[float]], side_px: int) -> Image.Image:
    """Return the canonical crop of a photograph, as the engine saw it.

    Args:
        image: The upright photograph.
        matrix: ``(2, 3)``, photograph pixels to crop pixels.
        side_px: Side of the crop.
    """
    values = warp(
        np.asarray(image), np.asarray(matrix, dtype=np.float64), origin=(0, 0), size=(side_px, side_px)
    )
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _limited(window: tuple[int, int, int, int]) -> Excerpt:
    side = max(window[2] - window[0], window[3] - window[1])
    return Excerpt(window, min(1.0, EXCERPT_PX / side))


def _encoded(image: Image.Image, xmp: str = "") -> Picture:
    stream = io.BytesIO()
    said = {"xmp": xmp.encode()} if xmp else {}
    image.save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0, **said)
    return Picture(stream.getvalue(), image.width, image.height)
