"""Count Ctrl-C instead of raising it, so that a run can be cancelled in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """Counts Ctrl-C."""

    def __init__(self) -> None:
        self.count = 0

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """Handle the signal: only count, for the loop to act on."""
        self.count += 1


@contextmanager
def counted_interrupts() -> Iterator[Interrupts]:
    """Count Ctrl-C instead of raising; outside the main thread there is none to count."""
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    previous = signal.signal(signal.SIGINT, interrupts.note)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, previous)
