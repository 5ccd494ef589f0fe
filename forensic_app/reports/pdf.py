"""Render a report's content to PDF, the same content to the same bytes.

Rules:
    * Nothing is read but the content, the fonts and the fixed texts; there is no clock and no randomness.
    * Only embedded TrueType fonts are used.

References:
    ISO/IEC 17025:2017, 7.8.2.1, for the fields that a report holds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial

from forensic_app.reports.chapters import Section, numbers_of, sections_of, whole_report
from forensic_app.reports.content import ReportContent
from forensic_app.reports.document import ReportCanvas, ReportDocument, report_title, running_texts
from forensic_app.reports.fonts import printable
from forensic_app.reports.texts import load_texts


def render_pdf(content: ReportContent, *, sections: Sequence[Section] | None = None) -> bytes:
    """Return the report as a PDF file.

    Args:
        content: What the report says.
        sections: Its sections in print order; those of its form if not said otherwise.

    Returns:
        The file's bytes; equal for equal content and equal versions of the program and its libraries.

    Raises:
        InvalidInput: There are no texts in the content's language, or no such form.
    """
    sections = sections_of(content.form) if sections is None else sections
    texts = load_texts(content.language).numbered(numbers_of(sections))
    stream = io.BytesIO()
    document = ReportDocument(
        stream,
        title=printable(report_title(content, texts)),
        author=printable(content.laboratory.name or content.issued_by),
        subject=printable(content.case.case_number),
        language=content.language,
    )
    story = whole_report(sections, content, texts)
    running = running_texts(content, texts)
    document.build(story, canvasmaker=partial(ReportCanvas, running=running))
    return stream.getvalue()
