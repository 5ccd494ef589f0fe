"""Tells the desktop that a run has ended, where the desktop can be told."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from ui.preferences import Preferences

SHOWN_MS = 10_000


class Notifier(QObject):
    """An icon in the desktop's tray while there is something to tell; nothing where there is no tray.

    It names runs by their numbers alone: a notification may be seen by others.
    """

    def __init__(self, window: QWidget, preferences: Preferences) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._icon: QSystemTrayIcon | None = None
        self.told: list[str] = []

    @property
    def has_tray(self) -> bool:
        """Whether the desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def tell_end(self, run_id: str, how: str) -> None:
        """Say that a run has ended, unless the window is being looked at or nobody wants to be told."""
        if not self._preferences.notifies:
            return
        if self._window.isActiveWindow() and not self._window.isMinimized():
            return
        words = {
            "completed": self.tr("{run} is completed."),
            "failed": self.tr("{run} failed."),
            "cancelled": self.tr("{run} was cancelled."),
            "repeated": self.tr("{run} was repeated."),
        }[how].format(run=run_id)
        self.told.append(words)
        QApplication.alert(self._window)
        if self.has_tray and QSystemTrayIcon.supportsMessages():
            icon = self._shown()
            icon.showMessage(
                QApplication.applicationDisplayName(), words, QSystemTrayIcon.MessageIcon.NoIcon, SHOWN_MS
            )

    def keep_icon(self, on_activated: Callable[[], None]) -> None:
        """Keep the icon in the tray; a click on it calls ``on_activated``."""
        self._shown().activated.connect(lambda _: on_activated())

    def close(self) -> None:
        """Take the icon away."""
        if self._icon is not None:
            self._icon.hide()

    def _shown(self) -> QSystemTrayIcon:
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._window.windowIcon(), self)
        self._icon.show()
        return self._icon
