"""The files that are received, a line for each: what is known of this one alone, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableWidget

from forensic_app.errors import InvalidInput
from forensic_app.life_dates import parse_years, with_plain_digits
from ui.widgets.plain import plain, set_tip, table_item
from ui.wording import size_words

FILE, SIZE, AGE, TAKEN, SOURCE, PAGE, RESULT = range(7)
STATED = (AGE, TAKEN, SOURCE, PAGE)
"""Columns that can be filled in for one file; where one is empty, what is entered for all counts."""


class IntakeTable(QTableWidget):
    """A table of files; the cells of :data:`STATED` are for entering."""

    def __init__(self, files: Sequence[Path]) -> None:
        super().__init__(0, RESULT + 1)
        self.setHorizontalHeaderLabels(
            [
                self.tr("File"), self.tr("Size"), self.tr("Age"), self.tr("Taken on"), self.tr("Source"),
                self.tr("Page"), self.tr("Result"),
            ]
        )  # fmt: skip
        self.setAccessibleName(self.tr("Files"))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(
            QTableWidget.EditTrigger.DoubleClicked
            | QTableWidget.EditTrigger.EditKeyPressed
            | QTableWidget.EditTrigger.AnyKeyPressed
        )
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(RESULT, QHeaderView.ResizeMode.Stretch)
        for column, width in ((FILE, 170), (SIZE, 75), (AGE, 55), (TAKEN, 95), (SOURCE, 110), (PAGE, 50)):
            self.setColumnWidth(column, width)
        self.add_files(files)

    def add_files(self, files: Sequence[Path]) -> None:
        """Add a line for each file."""
        for path in files:
            row = self.rowCount()
            self.insertRow(row)
            try:
                size = size_words(path.stat().st_size)
            except OSError:
                size = "–"
            texts = {FILE: path.name, SIZE: size, RESULT: self.tr("waits")}
            for column in range(RESULT + 1):
                text = texts.get(column, "")
                item = table_item(text, tip=plain(str(path)) if column == FILE else text)
                if column in STATED:
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                    set_tip(
                        item, self.tr("For this file alone; where it is empty, what is entered above counts")
                    )
                else:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.setItem(row, column, item)

    def close_for_entry(self) -> None:
        """Take no more entries."""
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)

    def stated(self, row: int) -> dict[str, Any]:
        """Return what is entered for one file, by the names of the store.

        Raises:
            InvalidInput: An age or a page is no number.
        """
        texts = {column: self._text(row, column) for column in STATED}
        given: dict[str, Any] = {}
        if texts[AGE]:
            given["age_at_photo"] = _number(texts[AGE], parse_years)
        if texts[TAKEN]:
            given["photo_date"] = texts[TAKEN]
        if texts[SOURCE]:
            given["source"] = texts[SOURCE]
        if texts[PAGE]:
            given["page"] = _number(with_plain_digits(texts[PAGE]), int)
        return given

    def tell(self, row: int, words: str, colour: str) -> None:
        """Say what became of a file."""
        self.removeCellWidget(row, RESULT)
        item = table_item(words, tip=words)
        item.setForeground(QColor(colour))
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        self.setItem(row, RESULT, item)
        self.resizeRowToContents(row)

    def result_of(self, row: int) -> str:
        """Return the words of a file's result."""
        return self._text(row, RESULT)

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text().strip() if item is not None else ""


def _number(text: str, read: Any) -> Any:
    try:
        return read(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is no number.", "Give years, such as 34 or 8.5, or a page, such as 2."
        ) from None
