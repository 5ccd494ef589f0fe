"""Paragraphs of plain text from records, in any script.

Rules:
    * Text that needs no shaping is broken and printed by ReportLab's own paragraph.
    * Lines are broken in the order in which the words are read, and then put into the order in which they are seen.
"""

from __future__ import annotations

import bisect
import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.rl_accel import fp_str
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import getAscentDescent
from reportlab.pdfbase.ttfonts import ShapedStr
from reportlab.pdfgen.textobject import PDFTextObject
from reportlab.platypus import Paragraph
from reportlab.platypus.paragraph import FragLine, ParaLines
from reportlab.platypus.paraparser import ParaFrag

from forensic_app.reports.bidi import visual_order
from forensic_app.reports.fonts import is_mark, markup, report_font
from forensic_app.reports.shaping import Piece, needs_shaping, pieces

Line = Sequence[Piece]


def paragraph(value: str, style: ParagraphStyle) -> Paragraph:
    """Return a paragraph of plain text; no markup in ``value`` is understood, line feeds break lines.

    It keeps the text as ``plain_text``.
    """
    if not needs_shaping(value, style.fontName):
        made = Paragraph(markup(value, style.fontName), style)
    else:
        made = ShapedParagraph([pieces(line, style.fontName) for line in value.split("\n")], style)
    made.plain_text = value
    return made


class ShapedParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph whose words are shaped and whose lines are put into visual order."""

    def __init__(self, lines: Sequence[Line], style: ParagraphStyle) -> None:
        low, high = _reach(lines, style)
        super().__init__("", style.clone(style.name, leading=max(style.leading, high - low)))
        self._lines = lines
        self._ascent = high
        self._broken: list[Line] = []

    def breakLines(self, width: Any) -> ParaLines:  # noqa: N802
        """Return the lines as ReportLab prints them.

        Args:
            width: Widths of the first and of the following lines, or one for all, in points.
        """
        widths = list(width) if isinstance(width, list | tuple) else [width]
        size = self.style.fontSize
        self._broken = [part for line in self._lines for part in _broken(line, size, widths[-1])]
        return ParaLines(kind=1, lines=[self._fragments(line, widths[-1]) for line in self._broken])

    def split(self, availWidth: float, availHeight: float) -> list[Paragraph]:  # noqa: N803
        """Return the part that fits the height and the rest; nothing when less than two lines fit."""
        self.wrap(availWidth, availHeight)
        count = int(availHeight / self.style.leading)
        if count >= len(self._broken):
            return [self]
        if count <= 1:
            return []
        return [ShapedParagraph(part, self.style) for part in (self._broken[:count], self._broken[count:])]

    def beginText(self, x: float, y: float) -> PDFTextObject:  # noqa: N802
        """Return what the lines are printed with, starting at a place in points."""
        return _ShapedText(self.canv, x, y)

    def _fragments(self, line: Line, width: float) -> FragLine:
        style = self.style
        parts = list(_merged(visual_order(line, lambda piece: piece.level))) or [("", style.fontName)]
        return FragLine(
            extraSpace=width - sum(piece.width(style.fontSize) for piece in line),
            wordCount=1 + sum(piece.text == " " for piece in line),
            lineBreak=False,
            words=[self._fragment(text, font) for text, font in parts],
            fontSize=style.fontSize,
            ascent=self._ascent,
            descent=0,
            maxWidth=width,
            sFW=0,
        )

    def _fragment(self, text: str, font: str) -> ParaFrag:
        return ParaFrag(
            text=text,
            fontName=font,
            fontSize=self.style.fontSize,
            textColor=self.style.textColor,
            rise=0,
            us_lines=[],
            link=[],
        )


class _ShapedText(PDFTextObject):  # type: ignore[misc]
    """Text with shaped words, whose characters can be copied and searched."""

    def setRise(self, rise: float) -> None:  # noqa: N802
        """Raise what follows by so many points over the line.

        ReportLab's own forgets the height of the second of two raised marks, and fails where one comes first.
        """
        self._rise = rise
        self._code.append(f"{fp_str(rise)} Ts")

    def _formatText(self, text: str) -> str:  # noqa: N802
        """Return the operators that print a text; one of shaped words from left to right names its characters."""
        printed: str = super()._formatText(text)
        words = report_font(self._fontname).text_of(text) if isinstance(text, ShapedStr) else ""
        if not words or any(unicodedata.bidirectional(each) in {"R", "AL"} for each in words):
            return printed
        return f"/Span <</ActualText <FEFF{words.encode('utf-16-be').hex().upper()}>>> BDC {printed} EMC"


def _reach(lines: Sequence[Line], style: ParagraphStyle) -> tuple[float, float]:
    """Return how far letters go below and above their line in points, at least as far as the style's font goes up."""
    ascent, _ = getAscentDescent(style.fontName, style.fontSize)
    reaches = [piece.reach for line in lines for piece in line]
    low = min((low for low, _ in reaches), default=0.0) * style.fontSize / 1000
    high = max((high for _, high in reaches), default=0.0) * style.fontSize / 1000
    return low, max(ascent, high)


def _merged(line: Line) -> Iterator[tuple[Any, str]]:
    """Yield what is printed, neighbours of one font and kind in one string."""
    for (font, _), group in itertools.groupby(
        line, key=lambda each: (each.font, isinstance(each.printed, ShapedStr))
    ):
        printed = [piece.printed for piece in group]
        whole = printed[0]
        for part in printed[1:]:
            whole = whole + part
        yield whole, font


def _broken(line: Line, size: float, width: float) -> Iterator[Line]:
    """Yield the lines that fit the width, without blanks at their ends; blanks in a row count as one."""
    current: list[Piece] = []
    used = 0.0
    for word in _words(line, size, width):
        is_blank = word[0].text == " "
        if is_blank and (not current or current[-1].text == " "):
            continue
        wide = _width(word, size)
        if current and not is_blank and used + wide > width:
            yield _trimmed(current)
            current, used = [], 0.0
        current += word
        used += wide
    yield _trimmed(current)


def _words(line: Line, size: float, width: float) -> Iterator[Line]:
    """Yield blanks and words, a word that is wider than a line in parts."""
    for is_blank, group in itertools.groupby(line, key=lambda piece: piece.text == " "):
        word = list(group)
        if is_blank:
            yield word[:1]
        elif _width(word, size) <= width:
            yield word
        else:
            yield from _parts(word, size, width)


def _parts(word: Line, size: float, width: float) -> Iterator[Line]:
    """Yield a word in parts that fit the width; a letter that is wider still stands alone."""
    part: list[Piece] = []
    for piece in word:
        rest = piece
        while _width([*part, rest], size) > width:
            count = _fitting(rest, size, width - _width(part, size), least=0 if part else 1)
            if count == len(rest.text):
                break
            yield [*part, rest._replace(text=rest.text[:count])] if count else part
            part, rest = [], rest._replace(text=rest.text[count:])
        part.append(rest)
    yield part


def _fitting(piece: Piece, size: float, width: float, *, least: int) -> int:
    """Return how many characters of a piece fit, at least those of ``least`` letters, marks with their letters."""
    text = piece.text
    ends = [end for end in range(1, len(text) + 1) if end == len(text) or not is_mark(text[end])]
    count = bisect.bisect_right(ends, width, key=lambda end: piece._replace(text=text[:end]).width(size))
    return ends[max(count, least) - 1] if max(count, least) else 0


def _width(line: Line, size: float) -> float:
    return sum(piece.width(size) for piece in line)


def _trimmed(line: list[Piece]) -> Line:
    return line[:-1] if line and line[-1].text == " " else line
