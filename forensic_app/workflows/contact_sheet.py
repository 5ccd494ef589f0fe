"""A contact sheet: rows of pictures with lines below each, on one white sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from forensic_app.engines.pictures.marking import font_of
from forensic_app.exchange import watermark

CELL_PX = 320
MOST_IN_A_ROW = 7
_GAP_PX, _LINE_PX, _TEXT_PX, _TITLE_PX = 18, 22, 16, 26
_INK, _MUTED, _PAPER = (20, 24, 30), (90, 98, 110), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A picture and its lines.

    Attributes:
        data: The picture's file.
        lines: What stands below it, the first one in ink, the others muted.
        mark: Number of the derived image and tag of the casebook, for its invisible mark; ``None`` for a photograph.
    """

    data: bytes
    lines: tuple[str, ...]
    mark: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Pictures that belong together under a heading; broken after seven."""

    heading: str
    cells: tuple[SheetCell, ...]


def laid_out(title: str, rows: Sequence[SheetRow], *, footer: Sequence[str]) -> Image.Image:
    """Return the sheet, RGB.

    Args:
        title: Its first line.
        rows: The pictures.
        footer: Its last lines, on a dark band.
    """
    broken = [
        (row.heading if start == 0 else "", row.cells[start : start + MOST_IN_A_ROW])
        for row in rows
        for start in range(0, len(row.cells), MOST_IN_A_ROW)
    ]
    columns = max(2, *(len(cells) for _, cells in broken))
    width = _GAP_PX + columns * (CELL_PX + _GAP_PX)
    pictures = [[_small(cell) for cell in cells] for _, cells in broken]
    heights = [
        (_LINE_PX + 8 if heading else 0)
        + max(each.height for each in row)
        + 6
        + _LINE_PX * max(len(cell.lines) for cell in cells)
        + _GAP_PX
        for (heading, cells), row in zip(broken, pictures, strict=True)
    ]
    top, band = _TITLE_PX + 2 * _GAP_PX, _LINE_PX * len(footer) + 2 * 10
    sheet = Image.new("RGB", (width, top + sum(heights) + band), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP_PX, _GAP_PX), _fitting(title, _TITLE_PX, width), font=font_of(_TITLE_PX), fill=_INK)
    for (heading, cells), row, height in zip(broken, pictures, heights, strict=True):
        at = top
        if heading:
            draw.text((_GAP_PX, at), heading, font=font_of(_TEXT_PX), fill=_INK)
            at += _LINE_PX + 8
        tallest = max(each.height for each in row)
        for place, (cell, picture) in enumerate(zip(cells, row, strict=True)):
            left = _GAP_PX + place * (CELL_PX + _GAP_PX)
            sheet.paste(picture, (left, at))
            for number, line in enumerate(cell.lines):
                where = (left, at + tallest + 6 + number * _LINE_PX)
                words = _fitting(line, _TEXT_PX, CELL_PX)
                draw.text(where, words, font=font_of(_TEXT_PX), fill=_MUTED if number else _INK)
        top += height
    draw.rectangle((0, top, width, top + band), fill=_INK)
    for number, line in enumerate(footer):
        words = _fitting(line, _TEXT_PX, width - 2 * _GAP_PX)
        draw.text((_GAP_PX, top + 10 + number * _LINE_PX), words, font=font_of(_TEXT_PX), fill=_PAPER)
    return sheet


def _small(cell: SheetCell) -> Image.Image:
    picture = Image.open(io.BytesIO(cell.data)).convert("RGB")
    factor = CELL_PX / picture.width
    size = (CELL_PX, max(round(picture.height * factor), 1))
    small = picture.resize(size, Image.Resampling.LANCZOS)
    if cell.mark is None:
        return small
    number, tag = cell.mark
    return Image.fromarray(watermark.embed(np.asarray(small), image_number=number, tag=tag))


def _fitting(words: str, size_px: int, width_px: int) -> str:
    """Return ``words``, cut with an ellipsis where they are wider than there is room."""
    font = font_of(size_px)
    if font.getlength(words) <= width_px:
        return words
    while words and font.getlength(words + "…") > width_px:
        words = words[:-1]
    return words + "…"
