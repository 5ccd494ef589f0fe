"""Words in the glyphs, places and order in which they are seen, as ReportLab prints them.

Rules:
    * HarfBuzz shapes what needs it: letters of the scripts' own fonts, letters with marks, and whatever is read from
      right to left. Everything else stays a plain string, printed as ever.
    * A piece is measured as it is printed, in thousandths of the font size.

References:
    ReportLab's ``ShapedStr``: glyphs with advances and offsets, which its text objects print.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import Any, NamedTuple

import uharfbuzz
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

from forensic_app.reports.bidi import levels
from forensic_app.reports.fonts import SCRIPTS, fitted, is_mark, report_font


class Piece(NamedTuple):
    """Text of one font and one level: a blank, or a part of a word.

    Attributes:
        text: In the order in which it is read.
        font: Name of its font.
        level: Embedding level; odd from right to left.
    """

    text: str
    font: str
    level: int

    @property
    def printed(self) -> Any:
        """The string that ReportLab prints, a ``ShapedStr`` where the text was shaped."""
        if self.font not in SCRIPTS and (
            self.text == " " or not (self.level % 2 or any(map(is_mark, self.text)))
        ):
            return self.text
        return _shaped(self.text, self.font, bool(self.level % 2))

    @property
    def reach(self) -> tuple[float, float]:
        """How far the ink goes below and above the line, in thousandths of the font size; zeros for plain text."""
        printed = self.printed
        if not isinstance(printed, ShapedStr):
            return 0.0, 0.0
        ink = [report_font(self.font).reach(code) for code in map(ord, printed)]
        places = [
            (low + data.y_offset, high + data.y_offset)
            for (low, high), data in zip(ink, printed.__shapeData__, strict=True)
        ]
        return min(low for low, _ in places), max(high for _, high in places)

    def width(self, size: float) -> float:
        """Return the width in points at a font size in points."""
        printed = self.printed
        if isinstance(printed, ShapedStr):
            return float(sum(each.x_advance for each in printed.__shapeData__) * size / 1000)
        return float(stringWidth(printed, self.font, size))


def needs_shaping(text: str, font: str) -> bool:
    """Return whether ``text`` cannot be printed one character after the other, as ReportLab does by itself."""
    return any(font in SCRIPTS or any(map(is_mark, words)) for words, font in fitted(text, font))


def pieces(line: str, font: str) -> list[Piece]:
    """Return the pieces of a line in the order in which they are read.

    Args:
        line: Text of a record without line feeds.
        font: Name of the font that prints whatever it can.
    """
    fonts = [name for words, name in fitted(line, font) for _ in words]
    text = "".join(words for words, _ in fitted(line, font))
    for place in range(1, len(text) - 1):
        # Names of several words can be searched for where their blanks are of the same font.
        if text[place] == " " and fonts[place - 1] == fonts[place + 1]:
            fonts[place] = fonts[place - 1]
    found = []
    for (name, level, _), group in itertools.groupby(
        zip(fonts, levels(text), text, strict=True), key=lambda each: (each[0], each[1], each[2] == " ")
    ):
        words = "".join(character for _, _, character in group)
        found += [Piece(each, name, level) for each in re.findall(" |[^ ]+", words)]
    return found


@lru_cache(maxsize=4096)
def _shaped(text: str, font_name: str, is_right_to_left: bool) -> Any:
    """Return the glyphs of a text from left to right, each with the characters that it prints."""
    font = report_font(font_name)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    buffer.direction = "rtl" if is_right_to_left else "ltr"
    buffer.language = "und"
    buffer.guess_segment_properties()
    uharfbuzz.shape(font.shaper, buffer)
    clusters = [info.cluster for info in buffer.glyph_infos]
    texts = (
        _texts_of_glyphs(text, clusters[::-1])[::-1] if is_right_to_left else _texts_of_glyphs(text, clusters)
    )
    codes = []
    data = []
    for info, position, copied in zip(buffer.glyph_infos, buffer.glyph_positions, texts, strict=True):
        code = font.glyph_code(info.codepoint, copied)
        codes.append(chr(code))
        places = (position.x_advance, position.y_advance, position.x_offset, position.y_offset)
        data.append(ShapeData(info.cluster, *map(font.pdfScale, places), font.face.charWidths[code]))
    return ShapedStr("".join(codes), data)


def _texts_of_glyphs(text: str, clusters: list[int]) -> list[str]:
    """Return the characters that are copied from each glyph, a cluster's dealt out one by one in reading order.

    Args:
        text: What the glyphs print.
        clusters: Where in ``text`` the cluster of each glyph begins, in reading order.
    """
    ends = dict(itertools.pairwise([*sorted(set(clusters)), len(text)]))
    found = []
    for start, group in itertools.groupby(clusters):
        count = len(list(group))
        cluster = text[start : ends[start]]
        found += [*(cluster[place : place + 1] for place in range(count - 1)), cluster[count - 1 :]]
    return found
