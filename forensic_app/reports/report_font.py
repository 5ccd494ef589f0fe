"""An embedded font that can also print glyphs which stand for no single character.

Rules:
    * A glyph is known by a private code, one for each text that it prints; the code itself never enters a PDF.
    * Text that is copied from or searched in the PDF is the record's: each glyph says which characters it prints.
    * Reports may be rendered in several threads at once.
    * A document that asks for no such glyph gets the bytes that ReportLab's own font class gives it.

References:
    ISO 32000-1:2008, 9.10.3, ToUnicode CMaps.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uharfbuzz
from reportlab.pdfbase.ttfonts import TTFont

_FIRST_PRIVATE_CODE = 0xF0000
_LONGEST_BLOCK = 100


class ReportFont(TTFont):  # type: ignore[misc]
    """A TrueType font of the reports.

    Attributes:
        characters: Code points that the font holds.
        shaper: The font as HarfBuzz knows it, in font units.
    """

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, str(path))
        self.characters = frozenset(self.face.charToGlyph)
        self.shaper = uharfbuzz.Font(self.hbFace)
        self._lock = threading.Lock()
        self._codes: dict[tuple[int, str], int] = {}
        self._texts: dict[int, str] = {}

    def glyph_code(self, glyph: int, text: str) -> int:
        """Return the code under which ReportLab prints a glyph, ``text`` being what is copied from it."""
        with self._lock:
            code = self._codes.get((glyph, text))
            if code is None:
                code = _FIRST_PRIVATE_CODE + len(self._codes)
                self.face.charToGlyph[code] = glyph
                self.face.charWidths[code] = self.pdfScale(self.shaper.get_glyph_h_advance(glyph))
                self._texts[code] = text
                self._codes[glyph, text] = code
            return code

    def reach(self, code: int) -> tuple[float, float]:
        """Return how far the glyph of a code goes below and above the line, in thousandths of the font size."""
        ink = self.shaper.get_glyph_extents(self.face.charToGlyph[code])
        return self.pdfScale(ink.y_bearing + ink.height), self.pdfScale(ink.y_bearing)

    def text_of(self, codes: str) -> str:
        """Return what is copied from a string of codes."""
        return "".join(self._texts.get(ord(code), code) for code in codes)

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        """Add the font's objects to a document, with the texts of its glyphs."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        names = [self.getSubsetInternalName(number, doc)[1:] for number in range(len(subsets))]
        super().addObjects(doc)
        for name, subset in zip(names, subsets, strict=True):
            if any(code in self._texts for code in subset):
                font = doc.idToObject["BasicFonts"].dict[name]
                texts = [self._texts.get(code, chr(code)) for code in subset]
                doc.idToObject[font.ToUnicode.name].content = _to_unicode(font.BaseFont, texts)


def _to_unicode(name: str, texts: Sequence[str]) -> str:
    """Return the CMap that says which text each code of a font prints."""
    lines = [f"<{code:02X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in enumerate(texts)]
    blocks = [lines[start : start + _LONGEST_BLOCK] for start in range(0, len(lines), _LONGEST_BLOCK)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )
