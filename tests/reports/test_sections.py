"""Numbers of sections follow from the one list; whatever refers to a section follows too."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader
from report_samples import completed_run, unfinished_run
from reportlab.platypus import Flowable

from forensic_app.records import Decision
from forensic_app.reports.chapters import SECTIONS, Section, numbers_of
from forensic_app.reports.content import ReportContent
from forensic_app.reports.layout import text
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.run_content import ImageDecision
from forensic_app.reports.texts import Texts, load_texts

HEADINGS = [
    "Administrative information",
    "Exhibits",
    "Results",
    "Comparison with a gallery",
    "Runs without a result",
    "Methods and model packs",
    "Limitations",
    "Custody log of the case",
    "Checkpoint and verification",
    "Glossary of measures and words",
]


def extra(content: ReportContent, texts: Texts) -> list[Flowable]:
    return [text(f"What stands between, before section {texts.section('results')}.")]


def inserted(after: str, *, is_appendix: bool = False) -> tuple[Section, ...]:
    place = [each.name for each in SECTIONS].index(after) + 1
    new = Section("extra", "arms.mean", extra, is_appendix=is_appendix, is_on_new_page=True)
    return (*SECTIONS[:place], new, *SECTIONS[place:])


def decided(content: ReportContent) -> ReportContent:
    """Return the content with a decision, a failed run and completed ones, which all refer to sections."""
    run = completed_run()
    made = Decision(run.images[0].record.derived_image_id, True, "Good", "Ada", content.issued_at, 7)
    run = replace(run, decisions=(ImageDecision(run.images[0].record, True, made),))
    return replace(content, runs=(run, unfinished_run("R-0002", "failed", "No.")))


def rendered(content: ReportContent, sections: tuple[Section, ...]) -> tuple[list[str], str]:
    """Return the outline's titles of sections and all words of a report."""
    reader = PdfReader(io.BytesIO(render_pdf(content, sections=sections)))
    titles = [str(each["/Title"]) for each in reader.outline if not isinstance(each, list)]
    return titles, re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def referred(words: str) -> dict[str, str]:
    """Return the section that each cross reference of the first pages names."""
    patterns = {
        "other_runs": r"without a result: see section (\w+)\.",
        "exhibits": r"listed in section (\w+) with digest",
        "methods": r"their origin are listed in section (\w+)\.",
        "results": r"listed with its run in section (\w+);",
    }
    return {name: re.search(pattern, words).group(1) for name, pattern in patterns.items()}  # type: ignore[union-attr]


def test_sections_are_numbered_and_appendices_lettered(content: ReportContent) -> None:
    titles, words = rendered(decided(content), SECTIONS)
    assert titles == [f"{sign}  {heading}" for sign, heading in zip("1234567ABC", HEADINGS, strict=True)]
    assert referred(words) == {"other_runs": "5", "exhibits": "2", "methods": "6", "results": "3"}


@pytest.mark.parametrize("after", ["admin", "results"])
def test_the_numbers_follow_an_inserted_section(content: ReportContent, after: str) -> None:
    sections = inserted(after)
    titles, words = rendered(decided(content), sections)
    headings = list(HEADINGS)
    headings.insert([each.name for each in sections].index("extra"), "Mean")
    assert titles == [f"{sign}  {heading}" for sign, heading in zip("12345678ABC", headings, strict=True)]
    numbers = numbers_of(sections)
    assert referred(words) == {
        name: numbers[name] for name in ("other_runs", "exhibits", "methods", "results")
    }
    assert numbers["methods"] == "7"
    assert f"before section {numbers['results']}." in words


def test_the_letters_follow_an_inserted_appendix(content: ReportContent) -> None:
    titles, _ = rendered(decided(content), inserted("custody", is_appendix=True))
    assert titles[7:] == [
        "A  Custody log of the case",
        "B  Mean",
        "C  Checkpoint and verification",
        "D  Glossary of measures and words",
    ]


def test_landscape_pages_end_where_their_section_ends(content: ReportContent) -> None:
    sizes = [
        page.mediabox.width > page.mediabox.height
        for page in PdfReader(io.BytesIO(render_pdf(decided(content), sections=inserted("results")))).pages
    ]
    first, last = sizes.index(True), len(sizes) - sizes[::-1].index(True)
    assert all(sizes[first:last])
    assert not any(sizes[:first] + sizes[last:])


def test_a_section_that_is_not_there_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        load_texts().numbered(numbers_of(SECTIONS)).section("appendix")
