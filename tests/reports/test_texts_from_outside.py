"""File names, EXIF texts and notes in a report: no line, mark or direction of their own."""

from __future__ import annotations

import io
from dataclasses import replace

from pypdf import PdfReader

from forensic_app.reports.content import ReportContent
from forensic_app.reports.fonts import printable
from forensic_app.reports.layout import Heading
from forensic_app.reports.model_card import in_words
from forensic_app.reports.pdf import render_pdf

_VERDICT = "This person was identified."


def words(data: bytes) -> list[str]:
    return [
        line.strip()
        for page in PdfReader(io.BytesIO(data)).pages
        for line in page.extract_text().splitlines()
    ]


def test_no_text_from_outside_makes_a_line_of_its_own(content: ReportContent) -> None:
    first, *rest = content.exhibits
    tricky = f"Canon\n{_VERDICT}"
    record = replace(
        first.record,
        original_name=f"a\n{_VERDICT}\x1b.jpg",
        exif={"Make": tricky, f"Odd\n{_VERDICT}": {"in": tricky}},
        notes=(f"colour profile x\n{_VERDICT}\nconverted to sRGB",),
    )
    data = render_pdf(replace(content, exhibits=(replace(first, record=record), *rest)))
    lines = words(data)
    assert _VERDICT not in lines
    assert "[U+000A]" in "".join(lines)
    assert "[U+001B]" in "".join(lines)


def test_values_are_in_one_line_and_outlines_hide_nothing() -> None:
    assert in_words({"a\nb": ["c\r\nd"]}) == "a[U+000A]b c[U+000A]d"
    assert Heading("Exhibit A\u202eB", 1).outline_title == "Exhibit A[U+202E]B"
    assert printable("a\u2028b\u3164") == "a[U+2028]b[U+3164]"
