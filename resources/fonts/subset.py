"""Make the fonts of this folder again from the unpacked Debian packages that README.md names.

Usage: python resources/fonts/subset.py FOLDER_OF_PACKAGES [FOLDER_TO_WRITE]

The same packages give the same bytes.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Any

import uharfbuzz
from fontTools import subset
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

NOTO = "usr/share/fonts/truetype/noto"
DEJAVU = "usr/share/fonts/truetype/dejavu"
DROID = "usr/share/fonts-droid-fallback/truetype"

JOINERS = (0x20, 0xA0, 0x200C, 0x200D, 0x25CC)
"""In every Noto subset: blanks, joiners, and the circle that carries a mark without a letter."""

Ranges = tuple[tuple[int, int], ...]

SCRIPTS: dict[str, Ranges] = {
    "NotoSansArabic": ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFBFF), (0xFDF2, 0xFDFD), (0xFE70, 0xFEFC)),
    "NotoSansHebrew": ((0x591, 0x5F4), (0x20AA, 0x20AA), (0xFB1D, 0xFB4F)),
    "NotoSansDevanagari": ((0x900, 0x97F),),
    "NotoSansBengali": ((0x980, 0x9FF),),
    "NotoSansGurmukhi": ((0xA00, 0xA7F),),
    "NotoSansGujarati": ((0xA80, 0xAFF),),
    "NotoSansOriya": ((0xB00, 0xB7F),),
    "NotoSansTamil": ((0xB80, 0xBFF),),
    "NotoSansTelugu": ((0xC00, 0xC7F),),
    "NotoSansKannada": ((0xC80, 0xCFF),),
    "NotoSansMalayalam": ((0xD00, 0xD7F),),
    "NotoSansSinhala": ((0xD80, 0xDFF),),
    "NotoSansThai": ((0xE00, 0xE7F),),
    "NotoSansLao": ((0xE80, 0xEFF),),
    "NotoSerifTibetan": ((0xF00, 0xFFF),),
    "NotoSansMyanmar": ((0x1000, 0x109F),),
    "NotoSansGeorgian": ((0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)),
    "NotoSansEthiopic": ((0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F)),
    "NotoSansCherokee": ((0x13A0, 0x13FF), (0xAB70, 0xABBF)),
    "NotoSansKhmer": ((0x1780, 0x17FF),),
    "NotoSansMongolian": ((0x1800, 0x1842),),
    "NotoSansThaana": ((0x780, 0x7BF),),
    "NotoSansNKo": ((0x7C0, 0x7FF),),
    "NotoSansOlChiki": ((0x1C50, 0x1C7F),),
    "NotoSansTifinagh": ((0x2D30, 0x2D7F),),
    "NotoSansMeeteiMayek": ((0xABC0, 0xABFF), (0xAAE0, 0xAAFF)),
    "NotoSansHanifiRohingya": ((0x10D00, 0x10D3F),),
    "NotoSansChakma": ((0x11100, 0x1114F),),
    "NotoSansAdlam": ((0x1E900, 0x1E95F),),
    "NotoSansOsmanya": ((0x10480, 0x104AF),),
    "NotoSansLisu": ((0xA4D0, 0xA4FF),),
}

TEXT: Ranges = ((0x00, 0x58F), (0x1400, 0x169F), (0x1D00, 0x23FF), (0x2422, 0x2423), (0x2460, 0x2473), (0x2500, 0x27BF), (0x2C60, 0x2C7F), (0x2E00, 0x2E7F), (0xA640, 0xA7FF), (0xFB00, 0xFB17), (0xFE00, 0xFE2F), (0xFFFC, 0xFFFD))
"""Kept of DejaVu for text: every letter but those that a Noto font prints, and the symbols that people type."""

HEADINGS: Ranges = ((0x00, 0x24F), (0x2B0, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2190, 0x2199), (0x2200, 0x2265))
"""Kept of DejaVu for headings and digests; what they lack is printed from the text font."""

TIBETAN_HEADS = {"ར": "ཀགངཇཉཏདནབམཙཛ", "ལ": "ཀགངཅཇཏདཔབཧ", "ས": "ཀགངཉཏདནཔབམཙ"}
TIBETAN_FEET = {"ྱ": "ཀཁགཔཕབམཧ", "ྲ": "ཀཁགཏཐདནཔཕབམཤསཧ", "ླ": "ཀགབརསཟ", "ྭ": "ཀཁགཅཉཏདཙཚཞཟརལཤསཧ"}
TIBETAN_VOWELS = ("", "ི", "ུ", "ེ", "ོ", "ཱ", "ཱི", "ཱུ", "ཻ", "ཽ", "ྃ", "ཾ", "ཿ", "ཱུྃ", "ིཾ", "ུཾ", "ེཾ", "ོཾ", "ྀ")
TIBETAN_SANSKRIT = "གྷ ཌྷ དྷ བྷ ཛྷ ཀྵ ཏྟ དྡ དྡྷ ནྡ ནྟ ནྡྲ མྦ མྨ པྤ ཎྜ ཛྙ ཤྲ སྭ དྭ བྷྲ ཧྨ ཧྲ ཧཱུྃ པྟ སྟྲ རྨ རྦ ནྜ ཏྨ དྨ ལྤ རྟ རྭ གྙ ཙྪ བྡ ལླ"


def main() -> None:
    packages = Path(sys.argv[1])
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).resolve().parent
    for name, ranges in SCRIPTS.items():
        _write_noto(packages / NOTO / f"{name}-Regular.ttf", folder / f"{name}.ttf", ranges)
    for name in ("DejaVuSansCondensed", "DejaVuSansCondensed-Bold", "DejaVuSans-Bold", "DejaVuSansMono"):
        _write_dejavu(packages / DEJAVU / f"{name}.ttf", folder / f"{name}.ttf")
    _write_droid(packages / DROID / "DroidSansFallback.ttf", folder / "DroidSansFallback.ttf")


def _write_noto(source: Path, target: Path, ranges: Ranges) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["DSIG", "meta", "STAT"]
    options.layout_features = [each for each in options.layout_features if each != "kern"]
    glyphs = _tibetan_glyphs(source, font) if target.stem == "NotoSerifTibetan" else []
    options.layout_closure = not glyphs
    kept = [code for code in font.getBestCmap() if _is_within(code, ranges) or code in JOINERS]
    _subset(font, options, kept, glyphs)
    if "GSUB" not in font and "GPOS" in font:
        _name_script(font)
    font.save(target)


def _name_script(font: TTFont) -> None:
    """Add a substitution that changes nothing: Qt uses a font for a script only if its substitutions name it."""
    script = font["GPOS"].table.ScriptList.ScriptRecord[0].ScriptTag
    glyph = font.getGlyphOrder()[1]
    rule = f"languagesystem {script} dflt; feature ccmp {{ sub {glyph} by {glyph}; }} ccmp;"
    addOpenTypeFeaturesFromString(font, rule, tables=["GSUB"])


def _tibetan_glyphs(source: Path, font: TTFont) -> list[str]:
    """Return the glyphs of every stack that Tibetan and Dzongkha words have, and of the commonest Sanskrit ones.

    The font holds a thousand more stacks for Sanskrit texts, half a megabyte that no name needs.
    """
    stacks = {chr(code) for code in range(0xF40, 0xF6D) if code != 0xF48}
    stacks |= {head + _subjoined(each) for head, bases in TIBETAN_HEADS.items() for each in bases}
    for foot, bases in TIBETAN_FEET.items():
        stacks |= {each + foot for each in stacks if _plain(each[-1]) in bases and each[-1] not in TIBETAN_FEET}
    stacks |= set(TIBETAN_SANSKRIT.split()) | {"གྲྭ", "ཕྱྭ", "རྩྭ"}
    shaper = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(source))))
    names = font.getGlyphOrder()
    found = set()
    for text in (stack + vowel for stack in stacks for vowel in TIBETAN_VOWELS):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(shaper, buffer)
        found |= {names[info.codepoint] for info in buffer.glyph_infos}
    return sorted(found)


def _subjoined(letter: str) -> str:
    return chr(ord(letter) + 0x50)


def _plain(letter: str) -> str:
    return chr(ord(letter) - 0x50) if 0xF90 <= ord(letter) <= 0xFBC else letter


def _write_dejavu(source: Path, target: Path) -> None:
    """Write a smaller DejaVu font whose kept glyphs, hints and names are the original's.

    A report that uses it has the same bytes as one with the whole font.
    """
    font = TTFont(source, recalcTimestamp=False, recalcBBoxes=False)
    is_text = source.stem == "DejaVuSansCondensed"
    kept = [
        code
        for code in font.getBestCmap()
        if (_is_within(code, TEXT if is_text else HEADINGS))
    ]
    options = subset.Options()
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.name_legacy = True
    options.notdef_outline = True
    options.legacy_kern = is_text
    options.recommended_glyphs = True
    options.drop_tables += ["FFTM", "MATH"]
    if not is_text:
        options.layout_features = [each for each in options.layout_features if each != "kern"]
    _subset(font, options, kept, [])
    _keep_as_they_were(font, "name", "OS/2")
    if source.stem == "DejaVuSansMono":
        _keep_long_metrics(font, font["hhea"].numberOfHMetrics)
    font.save(target)


def _keep_long_metrics(font: TTFont, count: int) -> None:
    """Write the widths of the first ``count`` glyphs in full, as the original does.

    ReportLab embeds the widths of glyphs behind these in another unit, so that the border is seen in a report.
    """
    metrics = [font["hmtx"][name] for name in font.getGlyphOrder()]
    table = DefaultTable("hmtx")
    table.data = b"".join(struct.pack(">Hh", *each) for each in metrics[:count])
    table.data += b"".join(struct.pack(">h", bearing) for _, bearing in metrics[count:])
    font["hmtx"] = table


def _keep_as_they_were(font: TTFont, *tags: str) -> None:
    """Put tables back byte for byte: a report embeds them whole."""
    for tag in tags:
        table = DefaultTable(tag)
        table.data = font.reader[tag]
        font[tag] = table


def _write_droid(source: Path, target: Path) -> None:
    """Write the Chinese, Japanese and Korean font without its vertical metrics: reports have no vertical lines."""
    font = TTFont(source, recalcTimestamp=False, recalcBBoxes=False)
    options = subset.Options()
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.name_legacy = True
    options.notdef_outline = True
    options.layout_features = []
    options.drop_tables += ["vhea", "vmtx"]
    _subset(font, options, list(font.getBestCmap()), [])
    _keep_as_they_were(font, "name", "OS/2")
    font.save(target)


def _subset(font: TTFont, options: Any, characters: list[int], glyphs: list[str]) -> None:
    options.glyph_names = False
    options.recalc_timestamp = False
    maker = subset.Subsetter(options)
    maker.populate(unicodes=characters, glyphs=glyphs)
    maker.subset(font)


def _is_within(code: int, ranges: Ranges) -> bool:
    return any(first <= code <= last for first, last in ranges)


if __name__ == "__main__":
    main()
