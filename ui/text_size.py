"""The size of the window's letters, in per cent of the usual one, for every widget at once."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QApplication, QTableView

SIZES = (100, 110, 125, 150, 175, 200)
"""What can be chosen, in per cent."""
USUAL_PT = 10.0
ROW_PX = "usualRowPx"
"""Property of tables whose rows grow with the letters: their height at 100 per cent."""
_PERCENT, _USUAL = "textSizePercent", "usualPointSize"


def percent() -> int:
    """Return the present size."""
    return int(_application().property(_PERCENT) or SIZES[0])


def scaled(px: int) -> int:
    """Return a length that grows with the letters, in pixels."""
    return round(px * percent() / 100)


def choose(size: int) -> None:
    """Have what is drawn from now on use ``size`` per cent; the theme draws it."""
    app = _application()
    if app.property(_USUAL) is None:
        app.setProperty(_USUAL, app.font().pointSizeF() if app.font().pointSizeF() > 0 else USUAL_PT)
    app.setProperty(_PERCENT, size if size in SIZES else SIZES[0])


def apply_font() -> None:
    """Give the application its font in the present size."""
    app = _application()
    font = app.font()
    wanted = float(app.property(_USUAL) or USUAL_PT) * percent() / 100
    if abs(font.pointSizeF() - wanted) > 0.01:
        font.setPointSizeF(wanted)
        app.setFont(font)


def scaled_sheet(text: str) -> str:
    """Return a style sheet with its sizes of letters (``pt``) in the present size."""
    return re.sub(r"(\d+)pt\b", lambda found: f"{int(found[1]) * percent() / 100:g}pt", text)


def fit_rows(table: QTableView, row_px: int) -> None:
    """Give a table rows of a height that grows with the letters, also later."""
    table.setProperty(ROW_PX, row_px)
    table.verticalHeader().setDefaultSectionSize(scaled(row_px))


def fit_all_rows() -> None:
    """Give every table its height of rows in the present size."""
    for each in QApplication.allWidgets():
        usual = each.property(ROW_PX)
        if usual is not None and isinstance(each, QTableView):
            each.verticalHeader().setDefaultSectionSize(scaled(int(usual)))


def _application() -> QApplication:
    found = QApplication.instance()
    if not isinstance(found, QApplication):
        raise RuntimeError("there is no application yet")  # noqa: TRY004
    return found
