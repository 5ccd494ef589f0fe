"""Look of the printed report: measures, palette, styles, tables and the small drawing blocks.

Rules:
    * Every style and table names an embedded font; ReportLab's own Helvetica never gets a chance.
    * Pictures are embedded at their own pixels and only scaled on paper.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import segno
from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Table

from forensic_app.measured import Rows
from forensic_app.reports.fonts import MONO, TEXT, TEXT_BOLD, TITLE, markup, printable, register_fonts
from forensic_app.reports.paragraphs import paragraph
from forensic_app.reports.run_content import Picture
from forensic_app.reports.wording import one_line

rl_config.useA85 = 0

PORTRAIT = A4
LANDSCAPE = landscape(A4)
MARGIN = 19 * mm
TOP = 27 * mm
BOTTOM = 22 * mm
PORTRAIT_WIDTH = PORTRAIT[0] - 2 * MARGIN
PORTRAIT_HEIGHT = PORTRAIT[1] - TOP - BOTTOM
LANDSCAPE_WIDTH = LANDSCAPE[0] - 2 * MARGIN

INK = HexColor("#1c2530")
MUTED = HexColor("#5b6673")
ACCENT = HexColor("#1f3f66")
RULE = HexColor("#c8d0d9")
SHADE = HexColor("#f2f5f8")
WARNING = HexColor("#a4560a")
WARNING_SHADE = HexColor("#fdf5ea")

DIGEST_WIDTH = 93 * mm
"""Of a column that holds a digest on one line."""

_DIGEST_LENGTH = 64
_LEAST_TABLE = 32 * mm
_PAIR_NAME = 0.17
_CELL_PADDING = 7
_LONGEST_PAIR = 100


@cache
def style(name: str) -> ParagraphStyle:
    """Return one of the report's paragraph styles.

    Raises:
        KeyError: There is no style of this name.
    """
    register_fonts()
    font, size, leading, colour, extra = _STYLES[name]
    return ParagraphStyle(
        name,
        fontName=font,
        bulletFontName=font,
        fontSize=size,
        leading=leading,
        textColor=colour,
        splitLongWords=1,
        **extra,
    )


_STYLES: dict[str, tuple[str, float, float, Color, dict[str, Any]]] = {
    "title": (TITLE, 19, 24, ACCENT, {"spaceAfter": 1}),
    "subtitle": (TEXT, 10.5, 14, MUTED, {"spaceAfter": 8}),
    "h1": (TITLE, 13, 17, ACCENT, {"spaceBefore": 12, "spaceAfter": 5, "keepWithNext": 1}),
    "h2": (TEXT_BOLD, 10.5, 14, INK, {"spaceBefore": 9, "spaceAfter": 3, "keepWithNext": 1}),
    "h3": (TEXT_BOLD, 8.6, 11.5, ACCENT, {"spaceBefore": 6, "spaceAfter": 2, "keepWithNext": 1}),
    "table_head": (TEXT_BOLD, 10.5, 14, INK, {"spaceBefore": 9, "spaceAfter": 3}),
    "table_subhead": (TEXT_BOLD, 8.6, 11.5, ACCENT, {"spaceBefore": 6, "spaceAfter": 2}),
    "body": (TEXT, 8.8, 12.4, INK, {"spaceAfter": 4}),
    "small": (TEXT, 7.4, 10, MUTED, {"spaceAfter": 3}),
    "cell": (TEXT, 8, 10.6, INK, {}),
    "label": (TEXT, 8, 10.6, MUTED, {}),
    "strong": (TEXT_BOLD, 8, 10.6, INK, {}),
    "lead": (TEXT, 9.2, 12.6, INK, {}),
    "lead_strong": (TEXT_BOLD, 9.2, 12.6, INK, {}),
    "column": (TEXT_BOLD, 7.2, 9.2, INK, {}),
    "mono": (MONO, 6.6, 9, INK, {}),
    "command": (MONO, 7.6, 11, INK, {"leftIndent": 10, "spaceAfter": 5}),
    "note": (MONO, 6.9, 9.6, INK, {}),
    "caption": (TEXT, 6.7, 8.6, INK, {}),
    "caption_strong": (TEXT_BOLD, 7.4, 9.6, INK, {}),
    "caption_mono": (MONO, 5.6, 7.6, MUTED, {}),
    "warning": (TEXT, 8.8, 12, INK, {"spaceAfter": 2}),
    "warning_head": (TEXT_BOLD, 9.4, 13, WARNING, {"spaceAfter": 2}),
    "running": (TEXT, 7.4, 9.4, MUTED, {}),
    "running_right": (TEXT, 7.4, 9.4, MUTED, {"alignment": TA_RIGHT}),
    "end": (TEXT_BOLD, 9, 12, ACCENT, {"alignment": TA_CENTER, "spaceBefore": 14}),
}


def text(value: str, name: str = "body") -> Paragraph:
    """Return a paragraph of plain text in a style; no markup in ``value`` is understood."""
    return paragraph(value, style(name))


def value_cell(value: str) -> Paragraph:
    """Return a table cell; a bare digest is set in the monospaced font."""
    is_digest = len(value) == _DIGEST_LENGTH and all(each in "0123456789abcdef" for each in value)
    return text(value, "mono" if is_digest else "cell")


class Heading(Paragraph):  # type: ignore[misc]
    """A heading that also enters the PDF's outline."""

    def __init__(self, title: str, level: int) -> None:
        chosen = style(("h1", "h2")[level])
        super().__init__(markup(title, chosen.fontName), chosen)
        self.plain_text = title
        self.outline_title = printable(title)
        self.outline_level = level

    def draw(self) -> None:
        """Draw the heading and remember where it is."""
        _, top = self.canv.absolutePosition(0, self.height)
        self.canv.note_heading(self.outline_title, self.outline_level, top)
        super().draw()


class PictureBox(Flowable):  # type: ignore[misc]
    """A picture at a given size on paper, its pixels embedded unchanged."""

    def __init__(self, picture: Picture, *, points_per_px: float) -> None:
        super().__init__()
        self.picture = picture
        self.width = picture.width_px * points_per_px
        self.height = picture.height_px * points_per_px

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        """Return the size on paper in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the picture with a hairline round it."""
        reader = ImageReader(io.BytesIO(self.picture.data))
        self.canv.drawImage(reader, 0, 0, width=self.width, height=self.height)
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.4)
        self.canv.rect(0, 0, self.width, self.height)


class QrCode(Flowable):  # type: ignore[misc]
    """A text as a QR code, drawn as vector squares with its quiet zone."""

    def __init__(self, content: str, *, side: float) -> None:
        super().__init__()
        self.content = content
        self.matrix = [bytes(line) for line in segno.make_qr(content, error="m").matrix_iter(border=4)]
        self.width = self.height = side

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        """Return the side in points, twice."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw each row's dark runs as one rectangle."""
        module = self.width / len(self.matrix)
        self.canv.setFillColor(INK)
        for row, line in enumerate(self.matrix):
            column = 0
            while column < len(line):
                end = column
                while end < len(line) and line[end]:
                    end += 1
                if end > column:
                    bottom = self.height - (row + 1) * module
                    self.canv.rect(column * module, bottom, (end - column) * module, module, stroke=0, fill=1)
                column = max(end, column + 1)


def _meaning(table: Table, kind: str) -> Table:
    """Say what a table stands for: facts, pairs of facts, data, pictures, blocks beside each other, a box."""
    table.kind = kind
    return table


def facts_table(rows: Rows, *, width: float, label_width: float = 44 * mm, lead: bool = False) -> Table:
    """Return names and values, one pair a line, with hairlines between."""
    label, value = ("lead_strong", "lead") if lead else ("label", "cell")
    cells = [[text(name, label), text(entry, value) if lead else value_cell(entry)] for name, entry in rows]
    table = Table(cells, colWidths=[label_width, width - label_width], splitInRow=1, hAlign="LEFT")
    table.setStyle([*_base_style(), ("LEFTPADDING", (0, 0), (0, -1), 0)])
    return _meaning(table, "facts")


def pairs_table(rows: Rows, *, width: float) -> list[Flowable]:
    """Return names and values, two pairs a line read down the left half first, long values below them."""
    short = tuple(row for row in rows if len(row[1]) <= _LONGEST_PAIR)
    long = tuple(row for row in rows if len(row[1]) > _LONGEST_PAIR)
    tables: list[Flowable] = [_two_pairs(short, width)] if short else []
    return [*tables, facts_table(long, width=width, label_width=_PAIR_NAME * width)] if long else tables


def _two_pairs(rows: Rows, width: float) -> Table:
    half = (len(rows) + 1) // 2
    cells = []
    for index in range(half):
        line = [text(rows[index][0], "label"), value_cell(rows[index][1])]
        other = rows[index + half] if index + half < len(rows) else ("", "")
        cells.append([*line, text(other[0], "label"), value_cell(other[1])])
    names, values = _PAIR_NAME * width, (0.5 - _PAIR_NAME) * width
    table = Table(cells, colWidths=[names, values, names, values], splitInRow=1)
    table.setStyle([*_base_style(), ("LEFTPADDING", (0, 0), (0, -1), 0)])
    return _meaning(table, "pairs")


def digest_table(rows: Rows, *, width: float) -> Table:
    """Return names of files and their digests, two files a line read down the left half first."""
    half = (len(rows) + 1) // 2
    names = width / 2 - DIGEST_WIDTH
    cells: list[list[Flowable]] = []
    for index in range(half):
        cells.append([])
        for name, value in (rows[index], rows[index + half] if index + half < len(rows) else ("", "")):
            cells[-1] += [text(_broken(name, names - _CELL_PADDING, "label"), "label"), value_cell(value)]
    table = Table(cells, colWidths=[names, DIGEST_WIDTH] * 2, splitInRow=1)
    table.setStyle([*_base_style(), ("LEFTPADDING", (0, 0), (0, -1), 0)])
    return _meaning(table, "pairs")


def width_of(words: str, style_name: str) -> float:
    """Return how wide words of one line are in a style, in points."""
    chosen = style(style_name)
    return float(stringWidth(words, chosen.fontName, chosen.fontSize))


def _broken(name: str, width: float, style_name: str) -> str:
    """Return the name of a file in lines of at most ``width`` points, broken behind ``/ . _ -`` where it can be."""
    chosen = style(style_name)
    lines = [""]
    for part in re.findall(r"[^/._-]*[/._-]?", one_line(name)):
        if lines[-1] and stringWidth(lines[-1] + part, chosen.fontName, chosen.fontSize) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def data_table(
    header: Sequence[str],
    rows: Sequence[Sequence[Flowable]],
    widths: Sequence[float],
    *,
    shaded_rows: Sequence[int] = (),
) -> Table:
    """Return a table whose header is repeated on every page that it reaches."""
    cells = [[text(name, "column") for name in header], *[list(row) for row in rows]]
    table = Table(cells, colWidths=list(widths), repeatRows=1, splitInRow=1)
    shades = [("BACKGROUND", (0, row + 1), (-1, row + 1), SHADE) for row in shaded_rows]
    table.setStyle(
        [
            *_base_style(),
            ("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
            *shades,
        ]
    )
    return _meaning(table, "data")


def headed(title: str, *blocks: Flowable, is_sub: bool = False) -> list[Flowable]:
    """Return blocks under a heading: they may start low on a page, the heading never stands alone."""
    return [CondPageBreak(_LEAST_TABLE), text(title, "table_subhead" if is_sub else "table_head"), *blocks]


def plain_table(cells: Sequence[Sequence[Any]], widths: Sequence[float], *, padding: float = 0) -> Table:
    """Return a table without rules, for placing blocks beside each other."""
    table = Table([list(row) for row in cells], colWidths=list(widths))
    table.setStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), TEXT),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), padding),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
        ]
    )
    return _meaning(table, "beside")


def picture_table(cells: Sequence[tuple[Any, Sequence[Flowable]]], *, width: float) -> Table:
    """Return pictures beside each other, tops aligned, with their lines below, tops aligned as well.

    Args:
        cells: A picture (or an empty string) and its lines.
        width: Width of each column in points.
    """
    rows = [[picture for picture, _ in cells], [list(lines) or "" for _, lines in cells]]
    table = Table(rows, colWidths=[width] * len(cells), hAlign="LEFT")
    table.setStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), TEXT),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return _meaning(table, "pictures")


def boxed(blocks: Sequence[Flowable], *, width: float, is_warning: bool = False) -> Table:
    """Return blocks in a shaded box with a bar at its left; it splits between blocks."""
    table = Table([[block] for block in blocks], colWidths=[width], hAlign="LEFT")
    bar, shade = (WARNING, WARNING_SHADE) if is_warning else (ACCENT, SHADE)
    table.setStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), TEXT),
            ("BACKGROUND", (0, 0), (-1, -1), shade),
            ("LINEBEFORE", (0, 0), (0, -1), 2.4, bar),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("RIGHTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ("TOPPADDING", (0, 0), (-1, 0), 7),
            ("BOTTOMPADDING", (0, -1), (-1, -1), 7),
        ]
    )
    return _meaning(table, "box")


def _base_style() -> list[tuple[Any, ...]]:
    return [
        ("FONTNAME", (0, 0), (-1, -1), TEXT),
        ("FONTSIZE", (0, 0), (-1, -1), 8),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.35, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
    ]
