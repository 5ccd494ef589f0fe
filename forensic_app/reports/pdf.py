"""Render a report's content to PDF, the same content to the same bytes.

Rules:
    * Nothing is read but the content, the fonts and the fixed texts; there is no clock and no randomness.
    * Only embedded TrueType fonts are used.

References:
    ISO/IEC 17025:2017, 7.8.2.1, for the fields that a report holds.
"""

from __future__ import annotations

import io
from functools import partial

from reportlab.platypus import Flowable, NextPageTemplate, PageBreak

from forensic_app.reports.appendices import chain_section, custody_section, glossary_section
from forensic_app.reports.content import ReportContent
from forensic_app.reports.document import ReportCanvas, ReportDocument, RunningTexts
from forensic_app.reports.fonts import printable
from forensic_app.reports.front import front_page
from forensic_app.reports.results import results_section
from forensic_app.reports.sections import (
    administrative_section,
    exhibits_section,
    limits_section,
    methods_section,
    other_runs_section,
)
from forensic_app.reports.texts import Texts, load_texts
from forensic_app.reports.wording import short


def render_pdf(content: ReportContent) -> bytes:
    """Return the report as a PDF file.

    Args:
        content: What the report says.

    Returns:
        The file's bytes; equal for equal content and equal versions of the program and its libraries.

    Raises:
        InvalidInput: There are no texts in the content's language.
    """
    texts = load_texts(content.language)
    stream = io.BytesIO()
    document = ReportDocument(
        stream,
        title=printable(f"{content.report_number}: {texts('front.title')}"),
        author=printable(content.laboratory.name or content.issued_by),
        subject=printable(content.case.case_number),
        language=content.language,
    )
    running = RunningTexts(
        laboratory=content.laboratory.name or texts("common.not_stated"),
        report=content.report_number,
        page=texts("common.page"),
        footer=texts(
            "common.footer", sequence=content.chain.head.sequence, digest=short(content.chain.head.sha256)
        ),
    )
    document.build(_story(content, texts), canvasmaker=partial(ReportCanvas, running=running))
    return stream.getvalue()


def _story(content: ReportContent, texts: Texts) -> list[Flowable]:
    has_results = any(run.is_completed for run in content.runs)
    to_landscape = [NextPageTemplate("landscape"), PageBreak()] if has_results else []
    to_portrait = [NextPageTemplate("portrait"), PageBreak()] if has_results else []
    return [
        *front_page(content, texts),
        PageBreak(),
        *administrative_section(content, texts),
        PageBreak(),
        *exhibits_section(content, texts),
        *to_landscape,
        *results_section(content, texts),
        *to_portrait,
        *other_runs_section(content, texts),
        *methods_section(content, texts),
        *limits_section(texts),
        PageBreak(),
        *custody_section(content, texts),
        PageBreak(),
        *chain_section(content, texts),
        *glossary_section(content, texts),
    ]
