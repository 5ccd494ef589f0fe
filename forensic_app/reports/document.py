"""The pages: portrait and landscape, head and foot, page count, outline.

Rules:
    * Each page carries the laboratory, the report number, ``Page x of y`` and the head of the custody log.
    * Only embedded fonts are named, from the first operator of a page on.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from forensic_app.reports.content import ReportContent
from forensic_app.reports.fonts import TEXT, printable, register_fonts
from forensic_app.reports.layout import BOTTOM, LANDSCAPE, MARGIN, PORTRAIT, RULE, TOP, style
from forensic_app.reports.paragraphs import paragraph
from forensic_app.reports.texts import Texts
from forensic_app.reports.wording import short


@dataclass(frozen=True, slots=True)
class RunningTexts:
    """What stands at the head and foot of each page; ``page`` holds ``{number}`` and ``{total}``."""

    laboratory: str
    report: str
    page: str
    footer: str


def running_texts(content: ReportContent, texts: Texts) -> RunningTexts:
    """Return what stands at the head and foot of every form of a report."""
    head = content.chain.head
    return RunningTexts(
        laboratory=content.laboratory.name or texts("common.not_stated"),
        report=content.report_number,
        page=texts("common.page"),
        footer=texts("common.footer", sequence=head.sequence, digest=short(head.sha256)),
    )


def report_title(content: ReportContent, texts: Texts) -> str:
    """Return the title of a report's file."""
    return f"{content.report_number}: {texts('front.title')}"


class ReportCanvas(Canvas):  # type: ignore[misc]
    """A canvas that knows the number of pages before it draws head and foot."""

    def __init__(self, *arguments: Any, running: RunningTexts, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._running = running
        self._pages: list[dict[str, Any]] = []
        self._headings: list[tuple[str, int, float]] = []

    def note_heading(self, title: str, level: int, top: float) -> None:
        """Remember a heading of the present page for the outline."""
        self._headings.append((title, level, top))

    def showPage(self) -> None:  # noqa: N802
        """Keep the page until the number of pages is known."""
        self._pages.append(dict(self.__dict__))
        self._headings = []
        self._startPage()

    def save(self) -> None:
        """Draw head, foot and outline of each page and write the file."""
        pages = self._pages
        entries = 0
        for number, page in enumerate(pages, start=1):
            self.__dict__.update(page)
            self._draw_running(number, len(pages))
            for title, level, top in page["_headings"]:
                entries += 1
                self.bookmarkPage(f"h{entries}", fit="XYZ", left=0, top=top, zoom=0)
                self.addOutlineEntry(title, f"h{entries}", level=level, closed=level > 0)
            super().showPage()
        super().save()

    def _draw_running(self, number: int, total: int) -> None:
        width, height = self._pagesize
        left, right = MARGIN, width - MARGIN
        top, bottom = height - 16 * mm, 14 * mm
        inside = right - left
        self.setStrokeColor(RULE)
        self.setLineWidth(0.5)
        self.line(left, top - 3.2 * mm, right, top - 3.2 * mm)
        self.line(left, bottom + 3.6 * mm, right, bottom + 3.6 * mm)
        self._draw_line(self._running.laboratory, left, top, 0.64 * inside, is_right=False)
        self._draw_line(self._running.report, left + 0.64 * inside, top, 0.36 * inside, is_right=True)
        page = self._running.page.format(number=number, total=total)
        self._draw_line(self._running.footer, left, bottom, 0.7 * inside, is_right=False)
        self._draw_line(page, left + 0.7 * inside, bottom, 0.3 * inside, is_right=True)

    def _draw_line(self, words: str, left: float, baseline: float, width: float, *, is_right: bool) -> None:
        chosen = style("running_right" if is_right else "running")
        shown = words
        line = paragraph(shown, chosen)
        while len(shown) > 1 and len(line.breakLines(width).lines) > 1:
            shown = shown[: len(shown) * 9 // 10]
            line = paragraph(f"{shown.rstrip()}…", chosen)
        line.wrap(width, chosen.leading)
        line.drawOn(self, left, baseline - 2.2)


class ReportDocument(BaseDocTemplate):  # type: ignore[misc]
    """A document with a portrait and a landscape page."""

    def __init__(self, stream: io.BytesIO, *, title: str, author: str, subject: str, language: str) -> None:
        register_fonts()
        super().__init__(
            stream,
            pagesize=PORTRAIT,
            title=printable(title),
            author=printable(author),
            subject=printable(subject),
            creator="Forensic App",
            producer="Forensic App with ReportLab",
            lang=language,
            invariant=1,
            initialFontName=TEXT,
            displayDocTitle=1,
        )
        self.addPageTemplates([_template("portrait", PORTRAIT), _template("landscape", LANDSCAPE)])


def _template(name: str, size: tuple[float, float]) -> PageTemplate:
    width, height = size
    frame = Frame(
        MARGIN,
        BOTTOM,
        width - 2 * MARGIN,
        height - TOP - BOTTOM,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
        id=name,
    )
    return PageTemplate(id=name, frames=[frame], pagesize=size)
