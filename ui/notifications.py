"""Tells the desktop that runs have ended, where the desktop can be told: once for all that were executed together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

SHOWN_MS = 10_000


class Notifier(QObject):
    """An icon in the desktop's tray while there is something to tell; nothing where there is no tray.

    It names runs by their numbers alone: a notification may be seen by others.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        self.told: list[str] = []

    @property
    def has_tray(self) -> bool:
        """Whether the desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def tell_ends(self, ends: Sequence[tuple[str, str]]) -> None:
        """Say that runs have ended, each with how it did, unless the window is being looked at."""
        if self._window.isActiveWindow() and not self._window.isMinimized():
            return
        words = ends_words(ends)
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


def ends_words(ends: Sequence[tuple[str, str]]) -> str:
    """Return one sentence on runs that have ended, each with how it did, as a run monitor tells it."""
    if len(ends) == 1:
        run_id, how = ends[0]
        return {
            "completed": QCoreApplication.translate("Notifier", "{run} is completed."),
            "failed": QCoreApplication.translate("Notifier", "{run} failed."),
            "cancelled": QCoreApplication.translate("Notifier", "{run} was cancelled."),
            "repeated": QCoreApplication.translate("Notifier", "{run} was repeated."),
        }[how].format(run=run_id)
    counts = Counter(how for _, how in ends)
    words = {
        "completed": QCoreApplication.translate("Notifier", "{count} completed"),
        "failed": QCoreApplication.translate("Notifier", "{count} failed"),
        "cancelled": QCoreApplication.translate("Notifier", "{count} cancelled"),
        "repeated": QCoreApplication.translate("Notifier", "{count} repeated"),
    }
    parts = ", ".join(text.format(count=counts[how]) for how, text in words.items() if counts[how])
    told = QCoreApplication.translate("Notifier", "{count} runs have ended: {parts}.")
    return told.format(count=len(ends), parts=parts)
