"""The HTML twin of a report says what the PDF says, in a form for screen readers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from pypdf import PdfReader
from report_samples import completed_run, unfinished_run
from reportlab.platypus import Flowable

from forensic_app.reports.chapters import SECTIONS, Section
from forensic_app.reports.content import LaboratoryDetails, ReportContent
from forensic_app.reports.html import render_html
from forensic_app.reports.pdf import render_pdf

_VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """What stands in a page: elements with their attributes, in order, and the words."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.tables: list[list[str]] = []
        self.feed(data.decode())
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        if self.tables and tag in {"th", "td", "thead"}:
            self.tables[-1].append(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(content: ReportContent) -> Page:
    return Page(render_html(content))


def _tokens(words: str) -> list[str]:
    return re.findall(r"[0-9A-Za-z][0-9A-Za-z.,:%-]{3,}[0-9A-Za-z]", words)


def test_same_content_same_bytes(content: ReportContent) -> None:
    assert render_html(content) == render_html(content)
    assert render_html(replace(content, purpose="Another purpose")) != render_html(content)


def test_every_word_and_number_of_the_pdf_stands_in_it(content: ReportContent, page: Page) -> None:
    printed = "".join(each.extract_text() for each in PdfReader(io.BytesIO(render_pdf(content))).pages)
    said = re.sub(r"\s+", "", "".join(page.words))
    running = {"Page"}
    missing = [
        each for each in _tokens(printed) if re.sub(r"\s+", "", each) not in said and each not in running
    ]
    # Words that a line break of the paper cuts are found in parts.
    assert not [each for each in missing if each.isdigit() or re.fullmatch(r"[0-9]+[.,][0-9]+", each)]
    assert len(missing) <= 0.01 * len(_tokens(printed)), missing


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= before + 1 for before, later in pairwise(levels))
    assert len([level for level in levels if level == 2]) == len(SECTIONS) + 1


def test_pictures_have_descriptions_and_nothing_is_loaded_or_run(content: ReportContent, page: Page) -> None:
    pictures = page.named("img")
    assert len(pictures) > 4
    assert all(each["alt"] and str(each["src"]).startswith("data:image/") for each in pictures)
    assert {"script", "link", "iframe", "object", "form", "a"}.isdisjoint(tag for tag, _ in page.elements)
    assert b"http" not in re.sub(rb"https?://[^\s\"<]*", b"", b"".join(w.encode() for w in page.words))
    assert not re.search(rb"(src|href)=\"(?!data:)", render_html(content))
    drawn = [each for each in page.named("div") if each.get("role") == "img"]
    assert drawn
    assert all(each["aria-label"] for each in drawn)


def test_every_table_has_headers_and_the_page_its_language(content: ReportContent, page: Page) -> None:
    assert page.tables
    assert all("th" in table for table in page.tables)
    assert page.named("html")[0]["lang"] == content.language
    assert "".join(page.words).count(content.report_number) > 1


def test_texts_from_outside_are_words(make_content: Callable[..., ReportContent]) -> None:
    hostile = "<script>alert('x')</script>\x1b[2J\u202egnp.exe & \"quoted\""
    content = replace(make_content(), purpose=hostile, laboratory=LaboratoryDetails(name=hostile))
    data = render_html(content)
    assert b"<script" not in data
    assert b"&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;[U+001B][2J[U+202E]gnp.exe &amp;" in data
    assert "\u202e".encode() not in data
    assert b"\x1b" not in data


def test_runs_without_a_result_and_empty_sections_have_a_form(
    make_content: Callable[..., ReportContent],
) -> None:
    content = make_content()
    runs = (unfinished_run("R-0002", "failed", "No face was found."),)
    assert b"No face was found." in render_html(replace(content, runs=runs))
    assert render_html(replace(content, runs=(), exhibits=(), packs=()))
    assert render_html(replace(content, runs=(completed_run(variants=3),)))


def test_a_block_without_a_form_stops_the_report(content: ReportContent) -> None:
    class Unknown(Flowable):  # type: ignore[misc]
        pass

    section = Section("limits", "limits.heading", lambda *_: [Unknown()])
    others = tuple(section if each.name == "limits" else each for each in SECTIONS)
    with pytest.raises(TypeError, match="no HTML form of Unknown"):
        render_html(content, sections=others)
