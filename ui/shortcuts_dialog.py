"""Every shortcut of the window, listed from the menus themselves."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from ui.widgets.basics import label, scrolled
from ui.widgets.fitting import fit


class ShortcutsDialog(QDialog):
    """A list of shortcuts; nothing is listed that does not exist."""

    def __init__(self, parent: QWidget, actions: Iterable[QAction]) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        form = QFormLayout()
        form.setHorizontalSpacing(28)
        for action in actions:
            if not action.shortcut().isEmpty():
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                form.addRow(label(keys, "digest"), label(action.text().replace("&", "").rstrip("…")))
        for keys, what in (
            ("Tab", self.tr("Next field or button")),
            ("Enter", self.tr("Open what is selected")),
            ("+ / − / 0", self.tr("Zoom in, zoom out, fit (pictures)")),
            ("Ctrl+F / F3 / Ctrl+G", self.tr("Find, find next, go to a page (pages of a report)")),
            ("← →", self.tr("Previous or next derived image (comparison)")),
            ("1 … 6", self.tr("Choose a picture of several that are compared (Compare)")),
            ("E / O", self.tr("Align on the eyes, show pixel for pixel (Compare)")),
            ("T / W / M / L", self.tr("Place a note, an arrow or a line, list the notes (Compare)")),
            (self.tr("Space"), self.tr("Stop the blink or go on (Compare)")),
            ("A / R", self.tr("Accept or reject the shown image (comparison)")),
        ):
            form.addRow(label(keys, "digest"), label(what))
        content = QWidget()
        content.setLayout(form)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(scrolled(content))
        column.addWidget(buttons)
        fit(self, 520, 560)
