"""Windows and dialogs that fit the screen they are shown on."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

_FRAME_PX = 40
"""What a title bar and the desktop's own frame take, in pixels."""


def fit(window: QWidget, width: int, height: int, *, room: QSize | None = None) -> None:
    """Give a window a comfortable size, at most that of its screen.

    Args:
        window: The window or dialog.
        width: Comfortable width in pixels.
        height: Comfortable height in pixels.
        room: Size of the screen without its panels; the window's own screen by default.
    """
    screen = window.screen()
    if room is None and screen is not None:
        room = screen.availableGeometry().size()
    if room is not None:
        width, height = min(width, room.width()), min(height, room.height() - _FRAME_PX)
    window.resize(width, height)
