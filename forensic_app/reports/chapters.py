"""The sections of a report in print order.

Rules:
    * A section's number follows from its place in the list: 1, 2, 3 for sections, A, B, C for appendices.
      Headings, outline and cross references take it from there; no number is written anywhere else.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.platypus import Flowable, NextPageTemplate, PageBreak

from forensic_app.errors import InvalidInput
from forensic_app.reports.appendices import chain_section, custody_section, glossary_section
from forensic_app.reports.content import ReportContent
from forensic_app.reports.exhibits import exhibits_section
from forensic_app.reports.front import front_page
from forensic_app.reports.gallery_searches import searches_section
from forensic_app.reports.layout import Heading, text
from forensic_app.reports.results import has_results, results_section
from forensic_app.reports.sections import (
    administrative_section,
    limits_section,
    methods_section,
    other_runs_section,
)
from forensic_app.reports.short_form import (
    every_run_section,
    files_section,
    key_figures_section,
    short_administrative_section,
)
from forensic_app.reports.texts import Texts


def _never(content: ReportContent) -> bool:  # noqa: ARG001 - asked of every section
    return False


@dataclass(frozen=True, slots=True)
class Section:
    """A section or appendix.

    Attributes:
        name: What cross references call it.
        heading: Key of its heading among the texts.
        body: Returns what stands under the heading.
        is_appendix: Whether it is lettered instead of numbered.
        is_on_new_page: Whether it begins a page; where the paper is turned, it does anyway.
        is_landscape: Whether it is printed on landscape pages.
    """

    name: str
    heading: str
    body: Callable[[ReportContent, Texts], list[Flowable]]
    is_appendix: bool = False
    is_on_new_page: bool = False
    is_landscape: Callable[[ReportContent], bool] = _never


SECTIONS = (
    Section("admin", "admin.heading", administrative_section, is_on_new_page=True),
    Section("exhibits", "exhibits.heading", exhibits_section, is_on_new_page=True),
    Section("results", "runs.heading", results_section, is_landscape=has_results),
    Section("searches", "searches.heading", searches_section),
    Section("other_runs", "other_runs.heading", other_runs_section),
    Section("methods", "methods.heading", methods_section),
    Section("limits", "limits.heading", limits_section),
    Section("custody", "custody.heading", custody_section, is_appendix=True, is_on_new_page=True),
    Section("chain", "chain.heading", chain_section, is_appendix=True, is_on_new_page=True),
    Section("glossary", "glossary.heading", glossary_section, is_appendix=True),
)
"""Every section in print order."""

SHORT_SECTIONS = (
    Section("results", "short.key_heading", key_figures_section),
    Section("other_runs", "short.runs_heading", every_run_section),
    Section("exhibits", "short.files_heading", files_section),
    Section("limits", "limits.heading", limits_section),
    Section("admin", "admin.heading", short_administrative_section),
    Section("chain", "chain.heading", chain_section, is_appendix=True, is_on_new_page=True),
)
"""The sections of the short form, which prints the same records and leaves their full lists out."""

FORMS: Final = {"full": SECTIONS, "short": SHORT_SECTIONS}
"""Sections by the form of a report."""


def sections_of(form: str) -> tuple[Section, ...]:
    """Return the sections of a form of a report.

    Raises:
        InvalidInput: There is no such form.
    """
    if form not in FORMS:
        raise InvalidInput(f"A report has no form {form!r}.", f"Use one of: {', '.join(FORMS)}.")
    return FORMS[form]


def numbers_of(sections: Sequence[Section]) -> dict[str, str]:
    """Return the number or letter of each section by its name."""
    numbered = [each.name for each in sections if not each.is_appendix]
    lettered = [each.name for each in sections if each.is_appendix]
    return {
        **{name: str(place) for place, name in enumerate(numbered, start=1)},
        **dict(zip(lettered, string.ascii_uppercase, strict=False)),
    }


def printed(sections: Sequence[Section], content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the sections under their numbered headings; pages are portrait before them.

    Args:
        sections: In print order.
        content: What the report says.
        texts: Texts that know the sections' numbers.
    """
    blocks: list[Flowable] = []
    was_landscape = False
    for section in sections:
        is_landscape = section.is_landscape(content)
        if is_landscape != was_landscape:
            blocks.append(NextPageTemplate("landscape" if is_landscape else "portrait"))
        if is_landscape != was_landscape or section.is_on_new_page:
            blocks.append(PageBreak())
        blocks.append(Heading(f"{texts.section(section.name)}  {texts(section.heading)}", 0))
        blocks += section.body(content, texts)
        was_landscape = is_landscape
    return blocks


def whole_report(sections: Sequence[Section], content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return all blocks of a report, from the first page to the mark of its end; every form of it is made of these."""
    return [
        *front_page(content, texts),
        *printed(sections, content, texts),
        text(texts("common.end_mark", number=content.report_number), "end"),
    ]
