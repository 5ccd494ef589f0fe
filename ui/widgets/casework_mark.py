"""The mark "Not for casework": the same words, colour and sign wherever a model with such a licence is offered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from ui.theme import Theme
from ui.translation import translate
from ui.widgets.basics import follow, label
from ui.widgets.plain import set_tip

ICON = "warning"
TONE = "warning"
_SIGN_PX = 18


def mark_words() -> str:
    """Return the words of the mark."""
    return translate("CaseworkMark", "Not for casework")


def mark_reason() -> str:
    """Return why a model bears the mark."""
    return translate(
        "CaseworkMark",
        "Its licence allows evaluation and training only: use no picture made with it in a case.",
    )


class CaseworkMark(QFrame):
    """A sign and its words; the reason stands below them, or in the tool tip where there is little room."""

    def __init__(self, theme: Theme, reason: str = "", *, is_short: bool = False) -> None:
        """Make a mark; ``reason`` is told in place of the usual one."""
        super().__init__()
        self.setProperty("banner", TONE)
        why = reason or mark_reason()
        self.setAccessibleName(mark_words())
        self.setAccessibleDescription(why)
        set_tip(self, why)
        self._sign = label()
        self._sign.setFixedSize(_SIGN_PX, _SIGN_PX)
        self.words = label(mark_words(), "caseworkMark", wraps=not is_short)
        self.reason = label(why, wraps=True)
        self.reason.setVisible(not is_short)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addWidget(self.words)
        lines.addWidget(self.reason)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 10, 5)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        follow(self, theme, lambda: self._paint(theme))

    def _paint(self, theme: Theme) -> None:
        sign = theme.icon(ICON, colour=theme.tokens.warning)
        self._sign.setPixmap(sign.pixmap(_SIGN_PX, _SIGN_PX))
