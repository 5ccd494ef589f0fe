"""The buttons above the pictures of a run: side by side or wiped, the face, zoom."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

from ui.comparison.pictures import SIDE_BY_SIDE, WIPE
from ui.theme import Theme
from ui.widgets.basics import button, keep_icon
from ui.widgets.image_view import ZOOM_STEP
from ui.widgets.plain import set_tip


class ViewTools(QWidget):
    """How the pictures are looked at.

    Attributes:
        modes: The button of each way to look at them.

    Signals:
        mode_wanted: Side by side or wiped.
        face_wanted: Zoom to the face.
        zoom_wanted: Zoom by a factor, 0 to fit.
    """

    mode_wanted = Signal(int)
    face_wanted = Signal()
    zoom_wanted = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.modes: dict[int, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        group = QButtonGroup(self)
        for mode, text in (
            (SIDE_BY_SIDE, QCoreApplication.translate("ComparisonView", "Side by side")),
            (WIPE, QCoreApplication.translate("ComparisonView", "Wipe")),
        ):
            made = self.modes[mode] = button(text)
            made.setCheckable(True)
            made.setChecked(mode == SIDE_BY_SIDE)
            made.clicked.connect(lambda _=False, chosen=mode: self.mode_wanted.emit(chosen))
            group.addButton(made)
            row.addWidget(made)
        row.addSpacing(10)
        face = self._tool("person", QCoreApplication.translate("ComparisonView", "Show the face"))
        face.clicked.connect(self.face_wanted)
        row.addWidget(face)
        for icon, text, factor in (
            ("zoom-out", QCoreApplication.translate("ComparisonView", "Zoom out"), 1 / ZOOM_STEP),
            ("zoom-in", QCoreApplication.translate("ComparisonView", "Zoom in"), ZOOM_STEP),
            ("fit", QCoreApplication.translate("ComparisonView", "Fit"), 0.0),
        ):
            tool = self._tool(icon, text)
            tool.clicked.connect(lambda _=False, by=factor: self.zoom_wanted.emit(by))
            row.addWidget(tool)

    def show_mode(self, mode: int) -> None:
        """Show which of the two it is."""
        self.modes[mode].setChecked(True)

    def _tool(self, icon: str, text: str) -> QToolButton:
        made = QToolButton()
        made.setAccessibleName(text)
        set_tip(made, text)
        keep_icon(made, self._theme, icon)
        return made
