"""The band and the metadata that mark every derived image; there is no way to leave them out.

Rules:
    * The band stands below the picture on a canvas that is made larger: it covers nothing.
    * The text is at least :data:`SMALLEST_TEXT_PX` high and is wrapped; a picture too narrow for the longest
      word is given margins.
    * The bytes depend on the pixels and the text alone: no time, no name of a machine.

References:
    IPTC Photo Metadata Standard 2025.1 (DigitalSourceType, AISystemUsed, AISystemVersionUsed);
    PNG specification, third edition, 11.3.3 (iTXt); XMP specification part 3 (``XML:com.adobe.xmp``).
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from forensic_app.measured import band_height_px
from forensic_app.records import DerivedImage

BAND_TEXT: Final = "DERIVED IMAGE - POSSIBLE APPEARANCE - INVESTIGATIVE LEAD ONLY"
SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
SMALLEST_TEXT_PX: Final = 12
LARGEST_TEXT_PX: Final = 56
FONT_NAMES: Final = ("DejaVuSans.ttf", "DejaVuSansCondensed.ttf")
_MARGINS_BELOW_PX = 200
"""Only a narrower picture is given margins by its band."""
_BACKGROUND = (20, 20, 20)
_FOREGROUND = (255, 255, 255)

RgbImage = NDArray[np.uint8]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def mark(picture: RgbImage, *, caption: str, text: str = BAND_TEXT) -> Image.Image:
    """Return ``picture`` on a larger canvas with the band below it.

    Args:
        picture: Shape ``(height, width, 3)``, uint8 RGB.
        caption: Second line, such as ``target age 45 · variant 1 · run R-0001``.
        text: First line; a report in another language says the same in that language.

    Returns:
        An RGB image whose top ``height`` rows hold ``picture`` unchanged (centred if margins were needed).
    """
    height_px, width_px = picture.shape[:2]
    text_px = min(max(round(width_px / 30), SMALLEST_TEXT_PX), LARGEST_TEXT_PX)
    font = font_of(text_px)
    pad_px = max(text_px // 2, 4)
    longest_px = max(_width(font, word) for word in (*text.split(), *caption.split()))
    canvas_px = max(width_px, longest_px + 2 * pad_px)
    lines = [line for words in (text, caption) for line in _wrapped(font, words, canvas_px - 2 * pad_px)]
    line_px = round(text_px * 1.3)
    canvas = Image.new("RGB", (canvas_px, height_px + 2 * pad_px + line_px * len(lines)), _BACKGROUND)
    canvas.paste(Image.fromarray(picture), (margins_px(width_px, canvas_px)[0], 0))
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(lines):
        left_px = (canvas_px - _width(font, line)) // 2
        draw.text((left_px, height_px + pad_px + number * line_px), line, font=font, fill=_FOREGROUND)
    return canvas


def with_lines(picture: Image.Image, lines: Iterable[str]) -> Image.Image:
    """Return a marked picture on a larger canvas with further lines below its band, at least as large as it needs."""
    text_px = min(max(round(picture.width / 36), SMALLEST_TEXT_PX), LARGEST_TEXT_PX)
    font, pad_px, line_px = font_of(text_px), max(text_px // 2, 4), round(text_px * 1.3)
    told = [each for line in lines for each in _wrapped(font, line, picture.width - 2 * pad_px)]
    canvas = Image.new("RGB", (picture.width, picture.height + pad_px + line_px * len(told)), _BACKGROUND)
    canvas.paste(picture, (0, 0))
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(told):
        left_px = (canvas.width - _width(font, line)) // 2
        draw.text((left_px, picture.height + number * line_px), line, font=font, fill=_FOREGROUND)
    return canvas


def slim_band(width_px: int, height_px: int, text: str) -> Image.Image:
    """Return a band of exactly this size with ``text`` in the largest letters that fit, in one line or several.

    Args:
        width_px: Width.
        height_px: Height.
        text: What stands in it.
    """
    for text_px in range(min(LARGEST_TEXT_PX, height_px), 0, -1):
        font, pad_px, line_px = font_of(text_px), max(text_px // 3, 1), round(text_px * 1.15)
        lines = _wrapped(font, text, width_px - 2 * pad_px)
        is_wide_enough = max(_width(font, line) for line in lines) <= width_px - 2 * pad_px
        if is_wide_enough and line_px * len(lines) + pad_px <= height_px:
            break
    canvas = Image.new("RGB", (width_px, height_px), _BACKGROUND)
    draw = ImageDraw.Draw(canvas)
    top_px = (height_px - line_px * len(lines)) // 2
    for number, line in enumerate(lines):
        left_px = (width_px - _width(font, line)) // 2
        draw.text((left_px, top_px + number * line_px), line, font=font, fill=_FOREGROUND)
    return canvas


def margins_px(width_px: int, canvas_px: int) -> tuple[int, int]:
    """Return the margins left and right of a picture of ``width_px`` on a canvas of ``canvas_px``."""
    left = (canvas_px - width_px) // 2
    return left, canvas_px - width_px - left


def picture_window(image: DerivedImage, *, sizes: Iterable[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Return where the picture stands in a derived image's file: ``(left, top, right, bottom)`` in pixels.

    Outside it are the band and the margins. Records of earlier versions do not hold the margins: there a picture as
    high as one of ``sizes`` is as wide too, where that is narrow enough for margins.

    Args:
        image: The record.
        sizes: Width and height that the picture may have: the photograph's, the crop's.
    """
    bottom = image.height_px - band_height_px(image.metrics)
    recorded = image.metrics.get("margins_px")
    if recorded is not None:
        left, right = recorded
        return int(left), 0, image.width_px - int(right), bottom
    narrow = (
        width
        for width, height in sizes
        if height == bottom and 0 < width < min(image.width_px, _MARGINS_BELOW_PX)
    )
    left, right = margins_px(next(narrow, image.width_px), image.width_px)
    return left, 0, image.width_px - right, bottom


def write_png(picture: RgbImage, path: Path, *, caption: str, system: str, version: str) -> tuple[int, int]:
    """Write the file that :func:`png_of` gives; return its width and height in pixels, band included.

    Raises:
        FileExistsError: ``path`` is there already.
    """
    data, width_px, height_px = png_of(picture, caption=caption, system=system, version=version)
    with path.open("xb") as stream:
        stream.write(data)
    return width_px, height_px


def png_of(picture: RgbImage, *, caption: str, system: str, version: str) -> tuple[bytes, int, int]:
    """Return ``picture`` as a PNG file with its band and metadata; the same arguments give the same bytes.

    Args:
        picture: Shape ``(height, width, 3)``, uint8 RGB, without a band.
        caption: Second line of the band.
        system: Program and engine, for AISystemUsed.
        version: Program's, engine's and pack's version, for AISystemVersionUsed.

    Returns:
        The file's bytes, its width and its height in pixels, band included.
    """
    image = mark(picture, caption=caption)
    info = PngInfo()
    info.add_text("Title", BAND_TEXT)
    info.add_itxt("Description", caption)
    info.add_text("Source", SOURCE_TYPE)
    info.add_itxt("XML:com.adobe.xmp", _xmp(caption=caption, system=system, version=version))
    encoded = io.BytesIO()
    image.save(encoded, format="PNG", pnginfo=info, compress_level=6)
    return encoded.getvalue(), image.width, image.height


def font_of(size_px: int) -> _Font:
    """Return the bundled font at a size."""
    folder = Path(__file__).resolve().parents[3] / "resources" / "fonts"
    for name in FONT_NAMES:
        if (folder / name).is_file():
            return ImageFont.truetype(str(folder / name), size_px)
    return ImageFont.load_default(size_px)


def _width(font: _Font, text: str) -> int:
    return int(np.ceil(font.getlength(text)))


def _wrapped(font: _Font, text: str, width_px: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and _width(font, f"{lines[-1]} {word}") <= width_px:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def _xmp(*, caption: str, system: str, version: str) -> str:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>"
        f"<Iptc4xmpExt:AISystemUsed>{escape(system)}</Iptc4xmpExt:AISystemUsed>"
        f"<Iptc4xmpExt:AISystemVersionUsed>{escape(version)}</Iptc4xmpExt:AISystemVersionUsed>"
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(f"{BAND_TEXT} - {caption}")}'
        "</rdf:li></rdf:Alt></dc:description>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
