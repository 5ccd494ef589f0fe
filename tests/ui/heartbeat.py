"""Measures how long the window's event loop stands still."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer

BEAT_MS = 5
ALLOWED_S = 0.075
"""A quiet computer stands still for 50 ms at most (docs/assurance.md); where other processes share its caches and cores
the same work of the thread was seen to take a third more, and half as much again is allowed."""


class Heartbeat:
    """A timer that notes how much of the window's own thread's work lies between two of its beats.

    Time of the thread's own, not of the clock: a machine that others use too makes no stall of it.
    """

    def __init__(self) -> None:
        self.worst_s = 0.0
        self.worst_wall_s = 0.0
        self._last = (time.thread_time(), time.perf_counter())
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)

    def _beat(self) -> None:
        now = (time.thread_time(), time.perf_counter())
        self.worst_s = max(self.worst_s, now[0] - self._last[0])
        self.worst_wall_s = max(self.worst_wall_s, now[1] - self._last[1])
        self._last = now

    def during(
        self, qtbot: Any, do: Callable[[], object], is_done: Callable[[], bool], timeout: int
    ) -> float:
        """Return the longest standstill in seconds between ``do`` and ``is_done``, and a little after it."""
        gc.collect()
        gc.freeze()  # what the tests before left behind is no part of this window, and looking through it no stall
        self.worst_s = self.worst_wall_s = 0.0
        self._last = (time.thread_time(), time.perf_counter())
        self._timer.start(BEAT_MS)
        do()
        self._beat()
        qtbot.waitUntil(is_done, timeout=timeout)
        qtbot.wait(300)
        self._timer.stop()
        if os.environ.get("TELL_STALLS"):
            print(
                f"longest standstill: {self.worst_s * 1000:.0f} ms of its own work, {self.worst_wall_s * 1000:.0f} ms"
            )
        gc.unfreeze()
        return self.worst_s
