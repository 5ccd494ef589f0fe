"""Collects Python's garbage in the window's thread alone.

Rules:
    * A cycle that holds a Qt object must not be collected in a worker thread: Qt objects are destroyed in the
      thread they live in, anything else corrupts memory.
    * Automatic collection is off while a window lives; what it would have done is done by a timer, generation
      by generation, at the same thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 2_000


class GarbageCollector(QObject):
    """Collects while its owner lives; :meth:`close` gives the work back to Python."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def close(self) -> None:
        """Stop, and let Python collect as before."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def _collect(self) -> None:
        counts, limits = gc.get_count(), gc.get_threshold()
        generation = max((place for place in range(3) if counts[place] > limits[place] > 0), default=-1)
        if generation >= 0:
            gc.collect(generation)
