"""The rail at the left: which casebook is open, who works, and the window's pages."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from ui.runs.run_strip import RunStrip
from ui.theme import Theme
from ui.widgets.basics import button, follow, label
from ui.widgets.plain import PlainLabel, set_tip

WIDTH_PX, COMPACT_PX = 190, 64


class Rail(QFrame):
    """Names the casebook and offers the pages.

    Signals:
        page_wanted: Name of a page.
        stay_wanted: The window is not to be closed when the runs are done.
    """

    page_wanted = Signal(str)
    stay_wanted = Signal()

    def __init__(self, theme: Theme, pages: Sequence[tuple[str, str, str]]) -> None:
        """Offer ``pages``: name, text and icon of each."""
        super().__init__()
        self._theme = theme
        self._is_compact = False
        self.setObjectName("rail")
        self.setFixedWidth(WIDTH_PX)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 16, 12, 14)
        column.setSpacing(4)
        self.casebook = label(name="railTitle", wraps=True)
        self.examiner = label(wraps=True)
        column.addWidget(self.casebook)
        column.addWidget(self.examiner)
        column.addSpacing(14)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        self._texts = {name: text for name, text, _ in pages}
        for name, text, icon in pages:
            column.addWidget(self._make_button(name, text, icon))
        column.addStretch(1)
        self.progress = RunStrip(is_wide=False)
        column.addWidget(self.progress)
        self.closing = QFrame()
        self.closing.setObjectName("runStrip")
        inside = QVBoxLayout(self.closing)
        inside.setContentsMargins(10, 8, 10, 8)
        inside.addWidget(label(self.tr("The window closes when the runs are done."), wraps=True))
        inside.addWidget(button(self.tr("Stay open"), self.stay_wanted.emit))
        self.closing.hide()
        column.addWidget(self.closing)
        column.addSpacing(8)
        self._hint = PlainLabel(self.tr("Derived images show one possible appearance. They identify nobody."))
        self._hint.setWordWrap(True)
        column.addWidget(self._hint)

    def set_compact(self, is_compact: bool) -> None:
        """Show icons alone, for small windows; their names are in tool tips and for screen readers."""
        if is_compact is self._is_compact:
            return
        self._is_compact = is_compact
        self.setFixedWidth(COMPACT_PX if is_compact else WIDTH_PX)
        self._column.setContentsMargins(*((4, 12, 4, 10) if is_compact else (12, 16, 12, 14)))
        for each in (self.casebook, self.examiner, self._hint):
            each.setVisible(not is_compact)
        style = Qt.ToolButtonStyle
        for made in self._buttons.values():
            made.setToolButtonStyle(
                style.ToolButtonIconOnly if is_compact else style.ToolButtonTextBesideIcon
            )
            set_tip(made, made.accessibleName() if is_compact else "")
        self.progress.set_compact(is_compact)

    def show_casebook(self, name: str, place: str, examiner: str) -> None:
        """Name the casebook, its folder and who works; empty where none is open."""
        self.casebook.setText(name)
        set_tip(self.casebook, place)
        self.examiner.setText(examiner)

    def enable(self, name: str, is_enabled: bool) -> None:
        """Say whether a page can be shown."""
        self._buttons[name].setEnabled(is_enabled)

    def tell(self, name: str, count: int) -> None:
        """Say how many of its things a page holds; nothing is said of none."""
        made = self._buttons[name]
        text = self._texts[name]
        made.setText(f"  {text} ({count})" if count else f"  {text}")
        made.setAccessibleName(f"{text}, {count}" if count else text)
        set_tip(made, made.accessibleName() if self._is_compact else "")

    def mark(self, name: str) -> None:
        """Mark the page that is shown; none with an empty name."""
        if name:
            self._buttons[name].setChecked(True)
            return
        checked = self._group.checkedButton()
        if checked is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def _make_button(self, name: str, text: str, icon: str) -> QToolButton:
        made = QToolButton()
        made.setText(f"  {text}")
        made.setAccessibleName(text)
        made.setCheckable(True)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setIconSize(QSize(18, 18))
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(
            made,
            self._theme,
            lambda: made.setIcon(self._theme.icon(icon, colour=self._theme.tokens.rail_text)),
        )
        made.clicked.connect(lambda: self.page_wanted.emit(name))
        self._group.addButton(made)
        self._buttons[name] = made
        return made
