"""The embedded fonts, and text runs that never print an empty box.

Rules:
    * Only the TrueType files under ``resources/fonts`` are used; a report embeds the glyphs it needs.
    * A character that the wanted font lacks is taken from the fallback font; one that no font holds, and any
      control or direction-changing character, is printed as ``[U+XXXX]`` so that a name cannot be disguised.
    * ReportLab prints characters in memory order: right-to-left runs are put in visual order first, Arabic
      letters take their joined forms.

References:
    Unicode Standard Annex 9 (only the reordering of runs inside a left-to-right paragraph is done here).
"""

from __future__ import annotations

import itertools
import unicodedata
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from forensic_app.reports.bidi import visual_order

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "fonts"

TEXT = "DejaVuSansCondensed"
TEXT_BOLD = "DejaVuSansCondensed-Bold"
TITLE = "DejaVuSans-Bold"
MONO = "DejaVuSansMono"
FALLBACK = "DroidSansFallback"
ALL = (TEXT, TEXT_BOLD, TITLE, MONO, FALLBACK)


@cache
def register_fonts() -> None:
    """Make the report's fonts known to ReportLab, once per process."""
    for name in ALL:
        pdfmetrics.registerFont(TTFont(name, str(_FOLDER / f"{name}.ttf")))
    for name in (TITLE, TEXT_BOLD, MONO, FALLBACK):
        pdfmetrics.registerFontFamily(name, normal=name, bold=name, italic=name, boldItalic=name)
    pdfmetrics.registerFontFamily(TEXT, normal=TEXT, bold=TEXT_BOLD, italic=TEXT, boldItalic=TEXT_BOLD)


@cache
def _glyphs(font: str) -> frozenset[int]:
    register_fonts()
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def _font_for(character: str, font: str) -> str | None:
    """Return the font that prints a character, ``None`` when it has to be spelt out."""
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return None
    return next((name for name in (font, FALLBACK, TEXT) if ord(character) in _glyphs(name)), None)


def _spelt_out(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def printable(text: str) -> str:
    """Return ``text`` in composed form, with every character that cannot be printed spelt out.

    Line feeds are kept; tabs become blanks.
    """
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    return "".join(each if each == "\n" or _font_for(each, TEXT) else _spelt_out(each) for each in composed)


def markup(text: str, font: str = TEXT) -> str:
    """Return ``text`` as ReportLab paragraph markup that uses ``font`` and the fallback where needed.

    Args:
        text: Any text from a record; ``&<>`` are escaped, line feeds become line breaks.
        font: Name of the paragraph's own font.
    """
    lines = []
    for line in printable(text).split("\n"):
        runs = itertools.groupby(visual_order(line), key=lambda each: _font_for(each, font))
        lines.append("".join(_run("".join(characters), name, font) for name, characters in runs))
    return "<br/>".join(lines)


def _run(characters: str, name: str | None, font: str) -> str:
    if name is None:
        return escape("".join(map(_spelt_out, characters)))
    return escape(characters) if name == font else f'<font name="{name}">{escape(characters)}</font>'
