"""Colours and style sheet, light and dark, following the system unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache

import shiboken6
from PySide6.QtCore import QByteArray, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from forensic_app.settings import resources_dir
from ui import text_size

_TURN_MS = 8
"""Between the steps of a change of colours, so that input is served meanwhile, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours by what they are for; text on its ground has a contrast of at least 4.5, the edge of a field of 3."""

    window: str
    surface: str
    raised: str
    border: str
    field_border: str
    text: str
    muted: str
    accent: str
    accent_text: str
    accent_soft: str
    rail: str
    rail_text: str
    rail_active: str
    good: str
    good_soft: str
    warning: str
    warning_soft: str
    bad: str
    bad_soft: str
    canvas: str


LIGHT = Tokens(
    window="#f3f5f8", surface="#ffffff", raised="#fafbfc", border="#d3d9e2",
    field_border="#78859a", text="#17212e", muted="#566376",
    accent="#1c5fb0", accent_text="#ffffff", accent_soft="#e3edf9", rail="#17263a", rail_text="#c3cedd",
    rail_active="#2a4262", good="#1b6b3c", good_soft="#e0f2e7", warning="#855300", warning_soft="#fdf0d9",
    bad="#a8272b", bad_soft="#fbe6e6", canvas="#e6e9ee",
)  # fmt: skip
DARK = Tokens(
    window="#15191f", surface="#1c222a", raised="#232a34", border="#37414f",
    field_border="#76859a", text="#e7ecf3", muted="#9eabbb",
    accent="#5aa0f0", accent_text="#0c1420", accent_soft="#203450", rail="#0f1318", rail_text="#aab6c5",
    rail_active="#243448", good="#6fcf97", good_soft="#193527", warning="#f0b85a", warning_soft="#3a2c12",
    bad="#f28b8b", bad_soft="#411f22", canvas="#0f1216",
)  # fmt: skip


class Theme(QObject):
    """Applies the colours to the application and tells when they change.

    Attributes:
        tokens: The present colours.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: str, *, text_percent: int = 100) -> None:
        """Apply ``mode``: ``system``, ``light`` or ``dark``; letters of ``text_percent`` of the usual size."""
        super().__init__(app)
        text_size.choose(text_percent)
        self._has_new_size = False
        self._app = app
        self._mode = mode
        self.tokens = LIGHT
        self._followers: list[tuple[QObject, Callable[[], None]]] = []
        self._still: list[QWidget] = []
        app.setStyle(QStyleFactory.create("Fusion"))
        app.styleHints().colorSchemeChanged.connect(lambda _: self._apply())
        self._choose_tokens()
        app.setStyleSheet("")
        self._dress()
        self._tell()

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are shown."""
        return self.tokens is DARK

    def set_mode(self, mode: str) -> None:
        """Show another theme: ``system``, ``light`` or ``dark``."""
        self._mode = mode
        self._apply()

    def set_text_size(self, percent: int) -> None:
        """Show every text of the window in another size, in per cent of the usual one."""
        if percent != text_size.percent():
            text_size.choose(percent)
            self._has_new_size = True
            self._apply()

    def follow(self, owner: QObject, paint: Callable[[], None]) -> None:
        """Call ``paint`` now and after each change of the theme, as long as ``owner`` lives."""
        self._followers.append((owner, paint))
        paint()

    def icon(self, name: str, *, colour: str = "") -> QIcon:
        """Return an icon of ``resources/icons`` in the text colour or another."""
        return draw_icon(name, colour or self.tokens.text, self.tokens.muted)

    def _apply(self) -> None:
        """Change the colours in three turns of the event loop, so that none of them takes long.

        A style sheet that is replaced costs many times one that is taken away and then set. Nothing is painted
        between the turns.
        """
        self._choose_tokens()
        self._still += [each for each in self._app.topLevelWidgets() if each.updatesEnabled()]
        for window in self._still:
            window.setUpdatesEnabled(False)
        self._app.setStyleSheet("")
        QTimer.singleShot(_TURN_MS, self, self._dress_then_tell)

    def _choose_tokens(self) -> None:
        dark = self._mode == "dark" or (
            self._mode == "system" and self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self.tokens = DARK if dark else LIGHT

    def _dress_then_tell(self) -> None:
        self._dress()
        QTimer.singleShot(_TURN_MS, self, self._tell)

    def _dress(self) -> None:
        text_size.apply_font()
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(_style_sheet(self.tokens))

    def _tell(self) -> None:
        if self._has_new_size:
            self._has_new_size = False
            text_size.fit_all_rows()
        for each in self._still:
            if shiboken6.isValid(each):
                each.setUpdatesEnabled(True)
        self._still = []
        self._followers = [each for each in self._followers if shiboken6.isValid(each[0])]
        for _, paint in self._followers:
            paint()
        self.changed.emit()


@lru_cache(maxsize=256)
def draw_icon(name: str, colour: str, disabled: str) -> QIcon:
    """Return an icon in a colour; nothing is drawn where there is no such file."""
    source = (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    icon = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", ink).encode()))
        for side in (20, 40):
            pixmap = QPixmap(QSize(side, side))
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter)
            painter.end()
            icon.addPixmap(pixmap, mode)
    return icon


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.raised,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.raised,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.BrightText: tokens.bad,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.accent_text,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.Accent: tokens.accent,
        QPalette.ColorRole.Mid: tokens.border,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return palette


def _style_sheet(tokens: Tokens) -> str:
    text = (resources_dir() / "qss" / "window.qss").read_text(encoding="utf-8")
    for name, colour in sorted(asdict(tokens).items(), key=lambda each: -len(each[0])):
        text = text.replace(f"@{name}", colour)
    return text_size.scaled_sheet(text).replace("@icons", (resources_dir() / "icons").as_posix())
