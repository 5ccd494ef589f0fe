"""A public appeal on one sheet: the photograph, one possible appearance beside it, who it is, and whom to call.

Rules:
    * Nothing is cut: text is set smaller until all of it stands on the sheet beside pictures of a fair size; what does
      not fit even then is refused.
    * Both pictures have the same width, and the derived image stands there with its band.
    * A sheet that nobody approved has the word for a draft across it.
    * The same content gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A3, A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from forensic_app.errors import InvalidInput
from forensic_app.reports.fonts import TEXT, TEXT_BOLD, TITLE, printable, register_fonts
from forensic_app.reports.layout import INK, MUTED, QrCode
from forensic_app.reports.paragraphs import paragraph

SIZES: Final = {"a4": A4, "a3": A3, "square": (810, 810), "portrait": (810, 1012.5), "story": (810, 1440)}
"""Sheets in points; the last three are 1080 px wide when they are drawn as a picture."""
SHEETS: Final = ("a4", "a3")
_ALARM = HexColor("#8a1020")
_SHADE = HexColor("#f3f4f6")
_LEAST_PICTURES: Final = 0.30
_SCALES: Final = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.53, 0.47, 0.41, 0.36)
_LIMITATION: Final = 9.5
_LEAST_POINTS, _LEAST_POINTS_SHOWN = 5.5, 7.0
"""Smallest letters of the sentence on what a derived image is: in print, and in a picture for a screen."""
_NAMES: Final = (27.0, 23.0, 19.0, 16.0, 13.5, 11.5)
_NAME_HIGH: Final = 70


@dataclass(frozen=True, slots=True)
class PosterPicture:
    """A picture and what stands below it.

    Attributes:
        data: A PNG or JPEG file.
        captions: Lines, the first one bold.
    """

    data: bytes
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PosterContent:
    """What a sheet says; texts of two languages stand one below the other.

    Attributes:
        title: For the file.
        language: Of the file.
        headlines: The largest words, one for each language.
        calls: The question to the public, one for each language.
        name: Who it is; empty where nobody knows.
        facts: Names and values.
        then: The photograph.
        now: The derived image with its band.
        limitations: What a derived image is, one for each language.
        contact: Whom to call, lines.
        contact_title: Words over it.
        case: The case's number in words.
        qr: What the QR code holds.
        approval: Who approved it, and when; empty for a draft.
        draft: The word across a draft; empty for an approved sheet.
    """

    title: str
    language: str
    headlines: tuple[str, ...]
    calls: tuple[str, ...]
    name: str
    facts: tuple[tuple[str, str], ...]
    then: PosterPicture
    now: PosterPicture
    limitations: tuple[str, ...]
    contact: tuple[str, ...]
    contact_title: str
    case: str
    qr: str
    approval: str
    draft: str


def render_poster(content: PosterContent, size: str) -> bytes:
    """Return the sheet as a PDF file of one page.

    Args:
        content: What it says.
        size: One of :data:`SIZES`.

    Raises:
        InvalidInput: There is so much text that no size of letters that can be read holds it.
    """
    register_fonts()
    width, height = SIZES[size]
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(width, height), invariant=1, lang=content.language)
    canvas.setTitle(printable(content.title))
    canvas.setSubject(printable(content.case))
    sheet = next((made for scale in _SCALES if (made := _Sheet(content, width, height, scale)).fits), None)
    if sheet is None:
        raise InvalidInput(
            "There is more text than one sheet holds beside its pictures.",
            "Shorten the person's description or the contact, or take a larger sheet (--size a3).",
        )
    sheet.draw(canvas)
    canvas.save()
    return stream.getvalue()


class _Sheet:
    """One sheet with letters of one scale."""

    def __init__(self, content: PosterContent, width: float, height: float, scale: float) -> None:
        self.content, self.width, self.height = content, width, height
        self.unit = (width * height) ** 0.5 / 708 * scale
        self.margin = 0.045 * width
        self.inner = width - 2 * self.margin
        self.gap = 0.02 * width
        self.qr_side = min(0.17 * width, 0.13 * height)
        self.head = self._set(content.headlines[:1], TITLE, 40, centre=True, colour=white)
        self.head += self._set(content.headlines[1:], TITLE, 22, centre=True, colour=white)
        self.calls = self._set(content.calls, TEXT_BOLD, 13, centre=True)
        self.name = self._name(content.name)
        self.column = (self.inner - self.gap) / 2
        self.captions = [
            self._set(each.captions[:1], TEXT_BOLD, 12, self.column, centre=True)
            + self._set(each.captions[1:], TEXT, 9.5, self.column, centre=True, colour=MUTED)
            for each in (content.then, content.now)
        ]
        self.facts = [
            self._measured(
                self._paragraph(f"{name}: {value}", TEXT, 12, centre=False, colour=INK), self.column
            )
            for name, value in content.facts
        ]
        beside_code = self.inner - self.qr_side - self.gap
        self.contact = self._set((content.contact_title,), TEXT_BOLD, 12, beside_code, colour=MUTED)
        self.contact += self._set(content.contact, TITLE, 15, beside_code)
        self.contact += self._set((content.case,), TEXT_BOLD, 11, beside_code)
        self.limits = self._set(content.limitations, TEXT, _LIMITATION, self.inner - 2 * self.gap)
        self.approval = self._set((content.approval,), TEXT, 8, colour=MUTED) if content.approval else []
        self.pictures = [ImageReader(io.BytesIO(each.data)) for each in (content.then, content.now)]
        ratios = [each.getSize()[1] / each.getSize()[0] for each in self.pictures]
        self.ratios, self.tallest = ratios, max(ratios)
        used = (
            _tall(self.head) + _tall(self.calls) + _tall(self.name) + max(map(_tall, self.captions))
            + self._fact_rows() + max(_tall(self.contact), self.qr_side) + _tall(self.limits)
            + _tall(self.approval) + 9 * self.gap + 2 * self.margin
        )  # fmt: skip
        self.room = height - used
        self.picture_width = min(self.column, self.room / self.tallest)
        wanted = min(_LEAST_PICTURES * height, 0.75 * self.column * self.tallest)
        least = _LEAST_POINTS if (width, height) in {A4, A3} else _LEAST_POINTS_SHOWN
        self.fits = self.picture_width * self.tallest >= wanted and _LIMITATION * self.unit >= least

    def _name(self, name: str) -> list[tuple[Paragraph, float]]:
        """Return the name, in smaller letters where it takes more than two lines."""
        sizes = (self._set((name,), TITLE, points, centre=True) for points in _NAMES)
        made: list[tuple[Paragraph, float]] = []
        for made in sizes:
            if _tall(made) <= _NAME_HIGH * self.unit:
                break
        return made

    def draw(self, canvas: Canvas) -> None:
        """Draw the sheet from its top to its foot."""
        top = self.height
        bar = _tall(self.head) + 2 * self.gap
        canvas.setFillColor(_ALARM)
        canvas.rect(0, top - bar, self.width, bar, stroke=0, fill=1)
        top = self._column(canvas, self.head, self.margin, top - self.gap) - 2 * self.gap
        top = self._column(canvas, self.calls, self.margin, top) - self.gap
        top = self._column(canvas, self.name, self.margin, top) - (self.gap if self.name else 0)
        spare = max(self.room - self.picture_width * self.tallest, 0.0)
        top -= spare / 3
        below = top
        for place, (picture, ratio, captions) in enumerate(
            zip(self.pictures, self.ratios, self.captions, strict=True)
        ):
            left = self.margin + place * (self.column + self.gap)
            high = self.picture_width * ratio
            centred = left + (self.column - self.picture_width) / 2
            canvas.drawImage(picture, centred, top - high, self.picture_width, high)
            below = min(
                below, self._column(canvas, captions, left, top - self.picture_width * self.tallest - 4)
            )
        top = below - self.gap - spare / 3
        top = self._draw_facts(canvas, top)
        self._foot(canvas)
        if self.content.draft:
            self._across(canvas)

    def _draw_facts(self, canvas: Canvas, top: float) -> float:
        for start in range(0, len(self.facts), 2):
            row = self.facts[start : start + 2]
            for place, (words, high) in enumerate(row):
                words.drawOn(canvas, self.margin + place * (self.column + self.gap), top - high)
            top -= max(high for _, high in row) + 2 * self.unit
        return top

    def _fact_rows(self) -> float:
        rows = (self.facts[start : start + 2] for start in range(0, len(self.facts), 2))
        return float(sum(max(high for _, high in row) + 2 * self.unit for row in rows))

    def _foot(self, canvas: Canvas) -> None:
        bottom = self.margin * 0.7
        self._column(canvas, self.approval, self.margin, bottom + _tall(self.approval))
        bottom += _tall(self.approval) + (self.gap / 2 if self.approval else 0)
        box = _tall(self.limits) + self.gap
        canvas.setFillColor(_SHADE)
        canvas.rect(self.margin, bottom, self.inner, box, stroke=0, fill=1)
        self._column(canvas, self.limits, self.margin + self.gap, bottom + box - self.gap / 2)
        bottom += box + self.gap
        high = max(_tall(self.contact), self.qr_side)
        self._column(canvas, self.contact, self.margin, bottom + high)
        canvas.setFillColor(white)
        QrCode(self.content.qr, side=self.qr_side).drawOn(
            canvas, self.width - self.margin - self.qr_side, bottom + high - self.qr_side
        )
        canvas.setStrokeColor(_ALARM)
        canvas.setLineWidth(1.2)
        canvas.line(
            self.margin, bottom + high + self.gap / 2, self.width - self.margin, bottom + high + self.gap / 2
        )

    def _across(self, canvas: Canvas) -> None:
        """Draw the word for a draft from corner to corner, see-through."""
        canvas.saveState()
        size = min(self.width, self.height) / max(len(self.content.draft), 5) * 1.35
        canvas.translate(self.width / 2, self.height / 2)
        canvas.rotate(50 if self.height > self.width * 1.1 else 45)
        canvas.setFillColor(_ALARM)
        canvas.setFillAlpha(0.33)
        canvas.setFont(TITLE, size)
        canvas.drawCentredString(0, -size / 3, self.content.draft)
        canvas.restoreState()

    def _set(
        self, lines: Sequence[str], font: str, points: float, width: float | None = None, *,
        centre: bool = False, colour: Any = INK,
    ) -> list[tuple[Paragraph, float]]:  # fmt: skip
        """Return paragraphs with their heights in points."""
        return [
            self._measured(self._paragraph(line, font, points, centre=centre, colour=colour), width or self.inner)
            for line in lines if line
        ]  # fmt: skip

    def _paragraph(self, words: str, font: str, points: float, *, centre: bool, colour: Any) -> Paragraph:
        size = points * self.unit
        style = ParagraphStyle(
            "poster", fontName=font, fontSize=size, leading=size * 1.2, textColor=colour,
            alignment=TA_CENTER if centre else 0, splitLongWords=1,
        )  # fmt: skip
        return paragraph(words, style)

    def _measured(self, words: Paragraph, width: float) -> tuple[Paragraph, float]:
        return words, float(words.wrap(width, 1e6)[1])

    def _column(
        self, canvas: Canvas, lines: Sequence[tuple[Paragraph, float]], left: float, top: float
    ) -> float:
        for words, high in lines:
            top -= high
            words.drawOn(canvas, left, top)
        return top


def _tall(lines: Sequence[tuple[Paragraph, float]]) -> float:
    return sum(high for _, high in lines)
