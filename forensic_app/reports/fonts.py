"""The embedded fonts, and which of them prints which characters of a record.

Rules:
    * Only the TrueType files under ``resources/fonts`` are used; a report embeds the glyphs it needs.
    * Characters that the wanted font lacks are taken from the first other font that has them; a letter and its
      marks come from one font.
    * A character that no font holds, and any control or direction-changing character, is printed as ``[U+XXXX]``
      so that a name cannot be disguised. Joiners inside a script that needs them stay, invisible.
"""

from __future__ import annotations

import itertools
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics

from forensic_app.reports.report_font import ReportFont
from forensic_app.visible import UNSEEN_LETTERS

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "fonts"

TEXT = "DejaVuSansCondensed"
TEXT_BOLD = "DejaVuSansCondensed-Bold"
TITLE = "DejaVuSans-Bold"
MONO = "DejaVuSansMono"
FALLBACK = "DroidSansFallback"
SCRIPTS = tuple(sorted(path.stem for path in _FOLDER.glob("Noto*.ttf")))
"""Fonts of one script each, whose letters have to be shaped."""

ALL = (TEXT, TEXT_BOLD, TITLE, MONO, FALLBACK, *SCRIPTS)

_JOINERS = "\u200c\u200d\u180e"
_SPELT_OUT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_lock = threading.Lock()


class Fitted(NamedTuple):
    """Text that one font prints."""

    text: str
    font: str


def register_fonts() -> None:
    """Make the report's fonts known to ReportLab, once per process."""
    with _lock:
        _register_fonts()


@cache
def _register_fonts() -> None:
    for name in ALL:
        pdfmetrics.registerFont(ReportFont(name, _FOLDER / f"{name}.ttf"))
    for name in (TITLE, TEXT_BOLD, MONO, FALLBACK):
        pdfmetrics.registerFontFamily(name, normal=name, bold=name, italic=name, boldItalic=name)
    pdfmetrics.registerFontFamily(TEXT, normal=TEXT, bold=TEXT_BOLD, italic=TEXT, boldItalic=TEXT_BOLD)


def report_font(name: str) -> ReportFont:
    """Return one of the report's fonts.

    Raises:
        KeyError: There is no font of this name.
    """
    register_fonts()
    font: ReportFont = pdfmetrics.getFont(name)
    return font


@lru_cache(maxsize=1024)
def fitted(text: str, font: str = TEXT) -> tuple[Fitted, ...]:
    """Return ``text`` in composed form, in pieces that one font prints each.

    Line feeds stay, in pieces of ``font``; tabs become blanks; what cannot be printed is spelt out.

    Args:
        text: Any text from a record.
        font: Name of the font that prints whatever it can.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return (Fitted(text, font),) if text else ()
    pieces = (
        (cluster, name) if name else (_spelling(cluster), font) for cluster, name in _placed(text, font)
    )
    groups = itertools.groupby(pieces, key=lambda each: each[1])
    return tuple(Fitted("".join(words for words, _ in group), name) for name, group in groups)


def printable(text: str) -> str:
    """Return ``text`` in composed form, with every character that cannot be printed spelt out.

    Line feeds are kept; tabs become blanks.
    """
    return "".join(piece.text for piece in fitted(text))


def spelt_out(text: str) -> list[str]:
    """Return the characters of ``text`` that are printed by their code points, each once, in order."""
    return list(dict.fromkeys(each for each, name in _placed(text, TEXT) if not name))


def markup(text: str, font: str = TEXT) -> str:
    """Return text that needs no shaping as ReportLab paragraph markup, in ``font`` and others where needed.

    Args:
        text: Any text from a record; ``&<>`` are escaped, line feeds become line breaks.
        font: Name of the paragraph's own font.
    """
    pieces = []
    for words, name in fitted(text, font):
        escaped = escape(words).replace("\n", "<br/>")
        pieces.append(escaped if name == font else f'<font name="{name}">{escaped}</font>')
    return "".join(pieces)


def _placed(text: str, font: str) -> Iterator[tuple[str, str]]:
    """Yield letters with their marks and the font that prints them; a single character and "" where none does."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    name = font
    for cluster in _clusters(composed):
        if cluster in _JOINERS:
            name = name if name in SCRIPTS and _has(name, cluster) else ""
            yield cluster, name
        elif whole := font if cluster == "\n" else _font_for(cluster, font):
            name = whole
            yield cluster, name
        else:
            for character in cluster:
                name = _font_for(character, font)
                yield character, name


def _clusters(text: str) -> Iterator[str]:
    """Yield each character with the combining marks that follow it."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not is_mark(text[end]) or text[end - 1] in _JOINERS:
            yield text[start:end]
            start = end


def is_mark(character: str) -> bool:
    """Return whether a character is printed onto the one before it."""
    return unicodedata.category(character).startswith("M")


@lru_cache(maxsize=4096)
def _font_for(cluster: str, font: str) -> str:
    """Return the font that prints a cluster whole, "" when none does."""
    if any(unicodedata.category(each) in _SPELT_OUT or each in UNSEEN_LETTERS for each in cluster):
        return ""
    return next((name for name in (font, FALLBACK, TEXT, *SCRIPTS) if _has(name, cluster)), "")


def _has(name: str, characters: str) -> bool:
    return report_font(name).characters.issuperset(map(ord, characters))


def _spelling(character: str) -> str:
    return f"[U+{ord(character):04X}]"
