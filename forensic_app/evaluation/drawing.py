"""Plots and contact sheets of all evaluations, as PNG files.

Rules:
    * A contact sheet shows people: it carries the band and the metadata of a derived image.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from forensic_app.engines.pictures import marking
from forensic_app.faces.analyser import RgbImage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL_PX = 128
TITLE_PX = 18
_DOTS_PER_INCH = 110

Cell = tuple[RgbImage, str]
"""A square crop and the words below it."""


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, which no window shows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=_DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG file."""
    figure.savefig(path, format="png", metadata={"Software": None})


def write_sheet(
    path: Path,
    titles: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    caption: str,
    system: str,
    version: str,
) -> None:
    """Write a contact sheet: a title for each column, then rows of crops with words below them.

    Args:
        path: PNG file to write, which must not exist.
        titles: Of the columns.
        rows: As many cells each as there are titles.
        caption: For the band and the metadata.
        system: Program and engine, for the metadata.
        version: Versions, for the metadata.

    Raises:
        FileExistsError: ``path`` is there already.
    """
    size = (CELL_PX * len(titles), TITLE_PX + len(rows) * (CELL_PX + TITLE_PX))
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for column, title in enumerate(titles):
        draw.text((column * CELL_PX + 3, 3), title, fill="black")
    for row, cells in enumerate(rows):
        top = TITLE_PX + row * (CELL_PX + TITLE_PX)
        for column, (crop, words) in enumerate(cells):
            cell = Image.fromarray(crop).resize((CELL_PX, CELL_PX), Image.Resampling.BICUBIC)
            sheet.paste(cell, (column * CELL_PX, top))
            draw.text((column * CELL_PX + 3, top + CELL_PX + 3), words, fill="black")
    marking.write_png(np.asarray(sheet), path, caption=caption, system=system, version=version)
