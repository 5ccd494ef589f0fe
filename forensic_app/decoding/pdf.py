"""A page of a PDF as a picture, as scanned photographs are often sent.

Rules:
    * A page is drawn at the resolution of the largest picture on it, so that a scan loses nothing.
    * Nothing that a PDF could do is done: no script, no form, no link, no file beside it.
    * One page is drawn at a time: PDFium knows no threads.

References:
    ISO 32000-2 (7.5.2: the header may stand within the first 1024 bytes); PDFium's public headers.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

from PIL import Image

from forensic_app.decoding.pages import refuse_beyond
from forensic_app.errors import InvalidInput, UnreadableImage

MEDIA_TYPE = "application/pdf"
DEFAULT_DPI = 300
"""Resolution of a page without a scan, in pixels an inch."""
MOST_DPI = 1200
_POINTS_AN_INCH = 72.0
_LEAST_SHARE = 0.25
"""Share of the page from which a picture on it counts as its scan."""
_SHY_OF_ONE = 1 - 1e-6
"""Keeps a size that is whole but for rounding from the next pixel."""
_MOST_TEXT = 500
_MOST_PAGES = 500
_MOST_PICTURES = 500
_MOST_PIXELS_OF_ALL = 250_000_000
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page as a picture.

    Attributes:
        image: RGB, on white.
        page: Its number, from 1.
        page_count: How many the file has.
        dpi: Resolution, in pixels an inch.
        metadata: What the file says of itself, texts by name.
    """

    image: Image.Image
    page: int
    page_count: int
    dpi: int
    metadata: dict[str, str]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was made of the file, in words."""
        return (f"page {self.page} of {self.page_count} of a PDF, drawn at {self.dpi} pixels an inch",)


@dataclass(frozen=True, slots=True)
class PicturePlaced:
    """A picture on a page.

    Attributes:
        page: Number of the page, from 1.
        data: Its file as it was put in, where that is a JPEG; else empty.
        image: Its pixels, RGB.
    """

    page: int
    data: bytes
    image: Image.Image


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a PDF."""
    return b"%PDF-" in head[:1024]


def draw_page(data: bytes, name: str, *, page: int | None, max_pixels: int, max_side_px: int) -> DrawnPage:
    """Return a page of a PDF as a picture.

    Args:
        data: The file.
        name: Its name, for what is said of it.
        page: Number from 1; may be left out where there is one page only.
        max_pixels: Largest picture; the resolution is lowered to it.
        max_side_px: Its longest side.

    Raises:
        InvalidInput: There are several pages and none was chosen, or there is no such page.
        UnreadableImage: It is damaged, or protected by a password.
    """
    with _ONE_AT_A_TIME, _document(data, name) as document:
        count = len(document)
        if page is None and count > 1:
            raise InvalidInput(
                f"The file {name} has {count} pages.", f"Choose one with a number from 1 to {count}."
            )
        number = page or 1
        refuse_beyond(number, count, name)
        drawn = document[number - 1]
        width, height = drawn.get_size()
        dpi = _resolution(drawn, width * height)
        limit = min(math.sqrt(max_pixels / (width * height)), max_side_px / max(width, height))
        scale = min(dpi / _POINTS_AN_INCH, limit) * _SHY_OF_ONE
        bitmap = drawn.render(scale=scale, may_draw_forms=False, draw_annots=True)
        image = bitmap.to_pil().convert("RGB")
        metadata = {key: value[:_MOST_TEXT] for key, value in document.get_metadata_dict().items() if value}
        return DrawnPage(image, number, count, round(scale * _POINTS_AN_INCH), metadata)


def pictures_in(data: bytes, name: str, *, max_pixels: int, least_px: int = 100) -> list[PicturePlaced]:
    """Return the pictures on the pages of a PDF, each once, in order.

    Args:
        data: The file.
        name: Its name, for what is said of it.
        max_pixels: Larger ones are left out.
        least_px: Those with a shorter side are left out.

    Raises:
        UnreadableImage: It is damaged, or protected by a password.
    """
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    found: dict[bytes, PicturePlaced] = {}
    left_pixels = _MOST_PIXELS_OF_ALL
    with _ONE_AT_A_TIME, _document(data, name) as document:
        for number in range(min(len(document), _MOST_PAGES)):
            for each in document[number].get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=4):
                width, height = each.get_px_size()
                if min(width, height) < least_px or width * height > min(max_pixels, left_pixels):
                    continue
                raw = bytes(each.get_data(decode_simple=True))
                digest = sha256(raw).digest()
                if digest in found or len(found) >= _MOST_PICTURES:
                    continue
                left_pixels -= width * height
                is_jpeg = raw.startswith(b"\xff\xd8\xff")
                image = each.get_bitmap().to_pil().convert("RGB")
                found[digest] = PicturePlaced(number + 1, raw if is_jpeg else b"", image)
    return list(found.values())


@contextmanager
def _document(data: bytes, name: str) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(io.BytesIO(data))
        try:
            yield document
        finally:
            document.close()
    except (pypdfium2.PdfiumError, ZeroDivisionError, OSError) as error:
        if "password" in str(error).lower():
            raise UnreadableImage(
                f"The file {name} is protected by a password.",
                "Ask its sender for the photograph itself, or for a PDF without a password.",
            ) from error
        raise UnreadableImage(
            f"The file {name} is a PDF that is damaged and cannot be read.",
            "Obtain the file again from its source.",
        ) from error


def _resolution(page: Any, area: float) -> float:
    """Return the resolution of the largest picture on a page, in pixels an inch."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    best, largest = float(DEFAULT_DPI), _LEAST_SHARE * area
    for each in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = each.get_bounds()
        covered = (right - left) * (top - bottom)
        if covered < largest:
            continue
        width_px, height_px = each.get_px_size()
        dpi = _POINTS_AN_INCH * math.sqrt(width_px * height_px / covered)
        largest, best = covered, min(max(dpi, _POINTS_AN_INCH), MOST_DPI)
    return best
