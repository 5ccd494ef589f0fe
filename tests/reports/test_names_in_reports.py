from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from names_of_people import NAMES
from pypdf import PdfReader
from reportlab.pdfbase.ttfonts import ShapedStr
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph
from test_pdf import squeezed, words_of

from forensic_app.reports.content import ReportContent
from forensic_app.reports.fonts import SCRIPTS, TEXT, TEXT_BOLD, fitted, printable, report_font, spelt_out
from forensic_app.reports.layout import style
from forensic_app.reports.paragraphs import ShapedParagraph, paragraph
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.shaping import Piece, needs_shaping, pieces

FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"

LAM_ALEF, REH, YEH, JEEM = "\u0644\u0627", "\u0631", "\u06cc", "\u062c"


def glyphs(text: str, *, is_right_to_left: bool = False) -> list[int]:
    """Return the glyphs of one shaped word from left to right."""
    (_, font), *rest = fitted(text)
    assert not rest
    printed = Piece(text, font, int(is_right_to_left)).printed
    assert isinstance(printed, ShapedStr)
    return [report_font(font).face.charToGlyph[ord(code)] for code in printed]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("font", [TEXT, TEXT_BOLD])
def test_every_letter_has_a_glyph(name: str, font: str) -> None:
    assert "[U+" not in printable(name)
    assert spelt_out(name) == []
    for piece in pieces(name, font):
        face = report_font(piece.font).face
        assert all(face.charToGlyph.get(ord(code), 0) != 0 for code in piece.printed), piece


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_no_letter_is_copied_twice_or_lost(name: str) -> None:
    copied = "".join(
        "".join(sorted(report_font(piece.font).text_of(piece.printed))) for piece in pieces(name, TEXT)
    )
    assert sorted(copied) == sorted(printable(name))


def test_all_the_names_are_printed_in_a_report(content: ReportContent) -> None:
    person = replace(content.subjects[0], name="; ".join(NAMES.values()), aliases=tuple(NAMES.values()))
    data = render_pdf(replace(content, subjects=(person,)))
    words = words_of(data)
    assert "[U+" not in words
    for script in ("Hebrew with points", "Devanagari", "Tamil", "Thai", "Khmer", "Ethiopic"):
        assert squeezed(printable(NAMES[script])) in words, script
    fonts = {
        font.get_object()["/BaseFont"].partition("+")[2]
        for page in PdfReader(io.BytesIO(data)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.removeprefix("Noto") for name in SCRIPTS} <= {
        name.removeprefix("Noto").removesuffix("-Regular") for name in fonts
    }


def test_arabic_letters_take_their_joined_forms() -> None:
    (alone,) = glyphs(JEEM, is_right_to_left=True)
    last, middle, first = glyphs(JEEM * 3, is_right_to_left=True)
    assert len({alone, first, middle, last}) == 4
    assert len(glyphs(LAM_ALEF, is_right_to_left=True)) == 1


@pytest.mark.parametrize("letter", "پچگکیېەھۆڕڵټډڼښڄٻڳڪٹڈڑےہ")
def test_letters_of_other_languages_in_arabic_script_join_as_well(letter: str) -> None:
    joined = glyphs(JEEM + letter, is_right_to_left=True)
    apart = glyphs(letter, is_right_to_left=True) + glyphs(JEEM, is_right_to_left=True)
    assert joined != apart


def test_a_joiner_is_invisible_and_keeps_letters_apart() -> None:
    apart = glyphs(f"{JEEM}\u200c{JEEM}", is_right_to_left=True)
    assert apart == glyphs(JEEM, is_right_to_left=True) * 2
    assert apart != glyphs(JEEM * 2, is_right_to_left=True)
    assert glyphs("क्\u200dष") != glyphs("क्ष")


def test_a_joiner_is_spelt_out_where_it_could_disguise_a_name() -> None:
    assert printable("pay\u200cpal") == "pay[U+200C]pal"
    assert printable("\u200dजय") == "[U+200D]जय"
    assert printable("שלום\u202eabc") == "שלום[U+202E]abc"


def test_consonants_become_conjuncts_and_vowels_stand_where_they_are_written() -> None:
    assert len(glyphs("क्ष")) == 1
    short_i, ka = glyphs("कि")
    assert ka == glyphs("क")[0]
    assert short_i != ka


@pytest.mark.parametrize(
    "stack", ["རྒྱ", "རྗ", "རྡ", "རྫ", "བླ", "སྟ", "ལྷ", "གླ", "སྒྲ", "སྐྱ", "དྲ", "ཕྱ", "ཁྲ", "སྤྱ", "རྩ", "ཀྵ"]
)
def test_tibetan_letters_are_stacked_in_one_glyph(stack: str) -> None:
    assert len(glyphs(stack)) == 1


def test_brackets_are_mirrored_between_right_to_left_letters() -> None:
    line = pieces("משה (בן דוד)", TEXT)
    face = report_font(TEXT).face
    shown = {piece.text: [face.charToGlyph[ord(code)] for code in piece.printed] for piece in line}
    assert shown["("] == [face.charToGlyph[ord(")")]]
    assert shown[")"] == [face.charToGlyph[ord("(")]]


def test_latin_lines_are_left_to_reportlab() -> None:
    for name in ("Łukasz (1985)", "Nguyễn Thị", "Ирина", "張偉", "Արմեն", "[U+202E]"):
        assert not needs_shaping(name, TEXT), name
    assert not isinstance(paragraph("Łukasz (1985)", style("body")), ShapedParagraph)
    assert isinstance(paragraph("Name שלום", style("body")), ShapedParagraph)


def test_lines_are_broken_before_they_are_turned() -> None:
    words = [f"{'אבגד'[index % 4] * 9}" for index in range(12)]
    block = paragraph(" ".join(words), style("body"))
    block.wrap(200, 1000)
    read = [piece.text for line in block._broken for piece in line if piece.text != " "]
    assert read == words
    assert len(block._broken) > 2
    first = block.blPara.lines[0].words
    assert "".join(report_font(TEXT).text_of(each.text) or each.text for each in first)
    lengths = [sum(piece.width(8.8) for piece in line) for line in block._broken]
    assert max(lengths) <= 200


@pytest.mark.parametrize("name", ["ก" * 400, "م" * 400, "कि" * 200, "בָּ" * 200, "א1" * 200], ids=range(5))
def test_a_word_wider_than_a_line_is_broken_between_letters(name: str) -> None:
    block = paragraph(name, style("cell"))
    block.wrap(100, 1000)
    assert "".join(piece.text for line in block._broken for piece in line) == name
    assert all(sum(piece.width(8) for piece in line) <= 100 for line in block._broken)
    assert not any(line[0].text[0] in "ิि\u05b8\u05bc" for line in block._broken)


def test_a_letter_wider_than_a_column_stands_alone() -> None:
    block = paragraph("กม", style("cell"))
    block.wrap(1, 1000)
    assert [piece.text for line in block._broken for piece in line] == ["ก", "ม"]


def test_blanks_in_a_row_and_empty_lines() -> None:
    block = paragraph("  שלום   עולם \n\n x", style("cell"))
    block.wrap(300, 1000)
    assert ["".join(piece.text for piece in line) for line in block._broken] == ["שלום עולם", "", "x"]


def test_a_long_paragraph_goes_on_on_the_next_page() -> None:
    block = paragraph("שלום 12 " * 200, style("body"))
    _, height = block.wrap(200, 1000)
    assert block.split(200, 10) == []
    assert block.split(200, height + 1) == [block]
    first, rest = block.split(200, height / 2)
    assert first.wrap(200, 1000)[1] + rest.wrap(200, 1000)[1] == pytest.approx(height)
    assert [*first._broken, *rest._broken] == list(block._broken)


def test_deep_stacks_and_high_marks_get_the_room_that_they_need() -> None:
    usual = paragraph("שלום", style("cell")).wrap(200, 100)[1]
    assert usual == style("cell").leading
    assert paragraph(NAMES["Tibetan"], style("cell")).wrap(400, 100)[1] > usual + 2


def test_a_mark_is_raised_for_its_letter_alone() -> None:
    block = paragraph("ក្ញុ ក", style("cell"))
    raised = [float(each) for each in re.findall(r"(\S+) Ts", operators(block))]
    assert len({each for each in raised if each}) > 1, "marks at two heights follow each other"
    assert raised[-1] == 0


def test_a_line_may_begin_with_a_raised_mark() -> None:
    block = paragraph("مُحَمَّدٌ " * 12, style("cell"))
    assert " Ts" in operators(block)
    assert len(block.blPara.lines) > 2


def operators(block: Paragraph) -> str:
    """Return what a paragraph 100 points wide prints, as the operators of a page."""
    canvas = Canvas(io.BytesIO(), pageCompression=0)
    block.wrapOn(canvas, 100, 1000)
    block.drawOn(canvas, 0, 0)
    return "\n".join(canvas._code)


def test_names_can_be_searched_for(content: ReportContent) -> None:
    names = ("שלום כהן", "שָׁלוֹם עֲלֵיכֶם", "عائشہ نواز", "नरेन्द्र त्रिपाठी", "พิมพ์ใจ", "Adébọ̀wálé")
    people = tuple(replace(content.subjects[0], name=name) for name in names)
    words = words_of(render_pdf(replace(content, subjects=people)))
    for name in names:
        assert squeezed(printable(name)) in words, name


def test_same_bytes_whatever_was_printed_before(content: ReportContent) -> None:
    person = replace(
        content.subjects[0], name="क्षत्रिय शर्मा मुहम्मद", aliases=(NAMES["Arabic"], NAMES["Tibetan"])
    )
    code = (
        "import hashlib, report_samples as s; from dataclasses import replace; "
        "from forensic_app.reports.pdf import render_pdf; c = s.sample_content(); "
        f"p = replace(c.subjects[0], name={person.name!r}, aliases={person.aliases!r}); "
        "print(hashlib.sha256(render_pdf(replace(c, subjects=(p,)))).hexdigest())"
    )
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{here.parents[1]}", "LC_ALL": "C"}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    for name in NAMES.values():
        pieces(name, TEXT)
    data = render_pdf(replace(content, subjects=(person,)))
    assert answer.stdout.decode().strip() == hashlib.sha256(data).hexdigest()


def test_a_report_names_the_characters_that_it_cannot_print(content: ReportContent) -> None:
    assert squeezed("Characters printed as code points") not in words_of(render_pdf(content))
    person = replace(content.subjects[0], name="ܐܫܘܪ \U0001f9ff", aliases=("a\u202eb",))
    words = words_of(render_pdf(replace(content, subjects=(person,))))
    assert "[U+0710][U+072B][U+0718][U+072A][U+1F9FF]" in words
    assert squeezed("Characters printed as code points") in words
    assert (
        squeezed("U+0710, U+072B, U+0718, U+072A, U+1F9FF, U+202E. The program has no glyph for them")
        in words
    )


def test_the_fonts_are_small_and_their_origin_is_told() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) <= 6_000_000
    readme = (FONTS / "README.md").read_text(encoding="utf-8")
    for path in FONTS.glob("*.ttf"):
        assert f"`{path.name}`" in readme
    assert "SIL OPEN FONT LICENSE" in (FONTS / "LICENSE-Noto.txt").read_text(encoding="utf-8")
