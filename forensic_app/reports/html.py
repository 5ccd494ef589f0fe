"""Render a report's content to one HTML file that screen readers read: the same blocks as the PDF, as a document.

Rules:
    * The blocks that :mod:`forensic_app.reports.chapters` lists are walked, not written again: every number and
      sentence stands in both files by construction. A block that is not known here stops the report.
    * One file: pictures are inside, and nothing is loaded from anywhere. There is no script.
    * Headings go down one level at a time, data tables have headers, pictures have descriptions.

References:
    W3C (2023). Web Content Accessibility Guidelines (WCAG) 2.2.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

import segno
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepInFrame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    Paragraph,
    Spacer,
    Table,
)

from forensic_app.reports.ageing import AgeingPlot
from forensic_app.reports.chapters import Section, numbers_of, sections_of, whole_report
from forensic_app.reports.content import ReportContent
from forensic_app.reports.document import report_title, running_texts
from forensic_app.reports.html_plots import ageing_figure, curve_figure, words_of
from forensic_app.reports.layout import PictureBox, QrCode
from forensic_app.reports.plots import CurvePlot
from forensic_app.reports.run_content import Picture
from forensic_app.reports.texts import Texts, load_texts
from forensic_app.reports.wording import one_line

_LEVELS: Final = {"title": 1, "h1": 2, "h2": 3, "table_head": 3, "h3": 4, "table_subhead": 4}
"""Headings by the style that prints them."""
_HEADER_STYLES: Final = frozenset({"label", "lead_strong"})
_SHOWN_ON_PAPER_ONLY: Final = (Spacer, PageBreak, CondPageBreak, NextPageTemplate)

_LOOK: Final = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1c2530; background: #fff; margin: 0 auto; max-width: 76rem;
  padding: 1rem 1.5rem; overflow-wrap: anywhere; }
header, footer { color: #4d5763; font-size: .9rem; }
header { border-bottom: 1px solid #c8d0d9; } footer { border-top: 1px solid #c8d0d9; margin-top: 2rem; }
h1, h2, h4, h5, h6 { color: #1f3f66; } h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.4em 0 .4em; }
table { border-collapse: collapse; margin: .5rem 0 1rem; } th, td { text-align: start; vertical-align: top;
  padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #c8d0d9; } th { font-weight: 600; }
tbody th { font-weight: 400; color: #4d5763; } table p { margin: 0; }
.scroll { overflow-x: auto; }
.beside, .pictures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.beside > div { flex: 1 1 18rem; min-width: 0; } figure { margin: .5rem 0; max-width: 20rem; }
figure p { margin: .1rem 0; font-size: .85rem; } img, svg { max-width: 100%; height: auto; }
.box { background: #f2f5f8; border-left: .3rem solid #1f3f66; padding: .5rem 1rem; margin: .75rem 0; }
.mono, .note, .command, .caption_mono { font-family: ui-monospace, monospace; font-size: .82rem; }
.small, .subtitle { color: #4d5763; } .strong, .caption_strong, .warning_head { font-weight: 600; }
.end { text-align: center; color: #1f3f66; font-weight: 600; }
@media print { body { max-width: none; } figure, tr { break-inside: avoid; } }
"""


def render_html(content: ReportContent, *, sections: Sequence[Section] | None = None) -> bytes:
    """Return the report as one HTML file, UTF-8.

    Args:
        content: What the report says; the same that :func:`forensic_app.reports.pdf.render_pdf` prints.
        sections: Its sections in print order; those of its form if not said otherwise.

    Returns:
        The file's bytes; equal for equal content.

    Raises:
        InvalidInput: There are no texts in the content's language, or no such form.
    """
    sections = sections_of(content.form) if sections is None else sections
    texts = load_texts(content.language).numbered(numbers_of(sections))
    running = running_texts(content, texts)
    body = "\n".join(_Walk(texts).blocks(whole_report(sections, content, texts)))
    page = (
        f'<!DOCTYPE html>\n<html lang="{words_of(content.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{words_of(one_line(report_title(content, texts)))}</title>\n<style>{_LOOK}</style>\n</head>\n<body>\n"
        f'<header><p dir="auto">{words_of(running.laboratory)} · {words_of(running.report)}</p></header>\n'
        f"<main>\n{body}\n</main>\n"
        f"<footer><p>{words_of(running.footer)}</p></footer>\n</body>\n</html>\n"
    )
    return page.encode()


class _Walk:
    """Goes through the blocks of a report; knows which heading came last."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._level = 0

    def blocks(self, blocks: Sequence[Any]) -> Iterator[str]:
        """Yield each block as HTML.

        Raises:
            TypeError: A block is of a kind that has no form here, which is an error of the program.
        """
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: Any) -> Iterator[str]:
        if isinstance(block, _SHOWN_ON_PAPER_ONLY) or block in ("", None):
            return
        if isinstance(block, list | tuple):
            yield from self.blocks(block)
        elif isinstance(block, KeepTogether | KeepInFrame):
            yield from self.blocks(block._content)
        elif isinstance(block, Paragraph):
            yield self._paragraph(block)
        elif isinstance(block, Table):
            yield self._table(block)
        elif isinstance(block, PictureBox):
            yield _figure(block.picture, self._texts("html.picture"), ())
        elif isinstance(block, QrCode):
            yield _code(block, self._texts("html.code"))
        elif isinstance(block, CurvePlot):
            yield curve_figure(block, self._texts)
        elif isinstance(block, AgeingPlot):
            yield ageing_figure(block)
        elif not _is_empty_table(block):
            raise TypeError(f"no HTML form of {type(block).__name__}")

    def _paragraph(self, block: Paragraph) -> str:
        name, words = block.style.name, words_of(block.plain_text).replace("\n", "<br>")
        wanted = _LEVELS.get(name)
        if wanted is None:
            return f'<p class="{name}" dir="auto">{words}</p>'
        self._level = min(wanted, self._level + 1)
        return f'<h{self._level} dir="auto">{words}</h{self._level}>'

    def _table(self, block: Table) -> str:
        cells: list[list[Any]] = block._cellvalues
        match block.kind:
            case "facts":
                return self._facts([(name, value) for name, value in cells])
            case "pairs":
                return self._facts([row[:2] for row in cells] + [row[2:] for row in cells if _said(row[2])])
            case "data":
                return self._data(cells)
            case "pictures":
                return self._pictures(cells)
            case "beside":
                inside = "".join(f"<div>{self._inside(cell)}</div>" for row in cells for cell in row)
                return f'<div class="beside">{inside}</div>'
            case "box":
                return f'<div class="box">{self._inside([row[0] for row in cells])}</div>'
        raise TypeError(f"no HTML form of a table of {block.kind}")

    def _facts(self, rows: Sequence[Sequence[Any]]) -> str:
        lines = [
            f'<tr><th scope="row" dir="auto">{_plain(name)}</th><td>{self._inside(value)}</td></tr>'
            for name, value in rows
        ]
        return f'<div class="scroll" tabindex="0"><table><tbody>{"".join(lines)}</tbody></table></div>'

    def _data(self, cells: list[list[Any]]) -> str:
        head = "".join(f'<th scope="col" dir="auto">{_plain(name)}</th>' for name in cells[0])
        lines = []
        for row in cells[1:]:
            parts = []
            for cell in row:
                is_name = isinstance(cell, Paragraph) and cell.style.name in _HEADER_STYLES
                tag, end = ('th scope="row"', "th") if is_name and cell is row[0] else ("td", "td")
                parts.append(f"<{tag}>{self._inside(cell)}</{end}>")
            lines.append(f"<tr>{''.join(parts)}</tr>")
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        return f'<div class="scroll" tabindex="0">{table}</div>'

    def _pictures(self, cells: list[list[Any]]) -> str:
        figures = []
        for picture, lines in zip(*cells, strict=True):
            said = [self._paragraph(line) for line in lines or ()]
            if isinstance(picture, PictureBox):
                first = next((line.plain_text for line in lines or ()), self._texts("html.picture"))
                figures.append(_figure(picture.picture, first, said))
            elif said:
                figures.append(f"<div>{''.join(said)}</div>")
        return f'<div class="pictures">{"".join(figures)}</div>'

    def _inside(self, cell: Any) -> str:
        if isinstance(cell, str):
            return words_of(cell)
        return "".join(self.blocks(cell if isinstance(cell, list | tuple) else [cell]))


def _plain(cell: Any) -> str:
    words = cell if isinstance(cell, str) else cell.plain_text
    return words_of(words.replace("\n", " ") if " " in words else words.replace("\n", ""))


def _said(cell: Any) -> bool:
    return bool(cell if isinstance(cell, str) else cell.plain_text)


def _is_empty_table(block: Flowable) -> bool:
    """Return whether ReportLab made nothing of a table without rows."""
    return getattr(block, "kind", None) is not None and not getattr(block, "_cellvalues", ())


def _figure(picture: Picture, description: str, lines: Sequence[str]) -> str:
    kind = "png" if picture.data.startswith(b"\x89PNG") else "jpeg"
    data = base64.b64encode(picture.data).decode()
    caption = f"<figcaption>{''.join(lines)}</figcaption>" if lines else ""
    return (
        f'<figure><img src="data:image/{kind};base64,{data}" alt="{words_of(one_line(description))}"'
        f' width="{picture.width_px}" height="{picture.height_px}">{caption}</figure>'
    )


def _code(block: QrCode, description: str) -> str:
    stream = io.BytesIO()
    segno.make_qr(block.content, error="m").save(
        stream, kind="svg", border=4, scale=4, xmldecl=False, svgns=False, dark="#1c2530", light="#ffffff"
    )
    drawn = stream.getvalue().decode().strip()
    return f'<div role="img" aria-label="{words_of(description)}">{drawn}</div>'
