"""The one door for texts on the window: labels, tool tips, message boxes and rows of lists show plain text.

Rules:
    * Qt guesses from a text whether it is rich text; what came from outside never is, so nothing is guessed.
    * Characters that hide or that turn the direction are spelt out (:mod:`forensic_app.visible`); line breaks stay in
      labels and boxes, where the program puts them, and are spelt out in values (:func:`plain`).
    * Nothing else makes a ``QLabel``, a ``QMessageBox`` or an item of a list or table, or sets a tool tip.
"""

from __future__ import annotations

import html
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QLabel, QListWidgetItem, QMessageBox, QTableWidgetItem, QTreeWidgetItem, QWidget

from forensic_app.visible import visible, visible_lines
from ui.theme import draw_icon


class _HasToolTip(Protocol):
    def setToolTip(self, text: str, /) -> None: ...


_SIGN_PX = 40
_SIGNS = {
    QMessageBox.Icon.Question: "question",
    QMessageBox.Icon.Information: "question",
    QMessageBox.Icon.Warning: "warning",
    QMessageBox.Icon.Critical: "warning",
}


class PlainLabel(QLabel):
    """A label that shows what it is given, character for character."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text of one or more lines."""
        super().setText(plain_lines(text))


class PlainBox(QMessageBox):
    """A message box whose texts are plain."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def setIcon(self, icon: QMessageBox.Icon, /) -> None:
        """Show the program's own sign in place of the desktop's."""
        super().setIcon(icon)
        name = _SIGNS.get(icon)
        if name is not None:
            colours = self.palette()
            ink = colours.color(QPalette.ColorRole.WindowText).name()
            self.setIconPixmap(draw_icon(name, ink, ink).pixmap(_SIGN_PX, _SIGN_PX))

    def setText(self, text: str) -> None:
        """Say what it is about."""
        super().setText(plain_lines(text))

    def setInformativeText(self, text: str) -> None:
        """Say what follows from it."""
        super().setInformativeText(plain_lines(text))
        for each in self.findChildren(QLabel):
            each.setTextFormat(Qt.TextFormat.PlainText)

    def setDetailedText(self, text: str) -> None:
        """Say what is shown on request."""
        super().setDetailedText(plain_lines(text))


def plain(text: str) -> str:
    """Return a value from outside as one line that hides nothing."""
    return visible(text)


def plain_lines(text: str) -> str:
    """Return a text of several lines that hides nothing else."""
    return "\n".join(visible_lines(text))


def plain_tip(text: str) -> str:
    """Return a tool tip that Qt shows character for character.

    Qt takes a tool tip with a tag or with ``&lt;`` for rich text, and cannot be told otherwise.
    """
    shown = plain_lines(text)
    if "<" not in shown and "&lt;" not in shown:
        return shown
    return f'<p style="white-space:pre-wrap">{html.escape(shown, quote=False)}</p>'


def set_tip(target: _HasToolTip, text: str) -> None:
    """Give a widget, an item or an action a plain tool tip."""
    target.setToolTip(plain_tip(text))


def list_item(icon: QIcon, *lines: str, tip: str = "") -> QListWidgetItem:
    """Return an item of a list with a line for each of ``lines``."""
    made = QListWidgetItem(icon, "\n".join(map(plain, lines)))
    set_tip(made, tip)
    return made


def table_item(text: str = "", *, tip: str = "") -> QTableWidgetItem:
    """Return an item of a table."""
    made = QTableWidgetItem(plain(text))
    set_tip(made, tip)
    return made


def tree_item(*columns: str) -> QTreeWidgetItem:
    """Return an item of a tree with a text in each of its columns."""
    return QTreeWidgetItem([plain(each) for each in columns])
