"""Runs that work beside the event loop has queued: started in the window's queue, watched, cancelled with that work.

Rules:
    * Runs are started and cancelled in the window's thread, as from any page; the work only waits.
    * Where the work is to stop, its runs are cancelled first and it goes on once they have ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from forensic_app.records import Run
from ui.desk import Desk
from ui.search.job import Progress, Stopped

WAITING, PAUSED = "Waiting in the queue", "The queue is paused"
"""What is told of runs that are not executed yet."""
LOOK_EVERY_S = 0.1
"""How often the waiting work looks at its runs, in seconds."""


class RunWaiting(QObject):
    """Has the runs of a piece of work executed."""

    _wanted = Signal(object, object)
    _unwanted = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted.connect(self._start)
        self._unwanted.connect(self._cancel)

    def execute(self, progress: Progress, runs: Sequence[Run], report: Callable[[float, str], None]) -> None:
        """Have queued runs executed and wait until none of them is executed or waits; called in another thread.

        Args:
            progress: Of the work, which may be asked to stop.
            runs: The runs.
            report: Told how far they are, from 0 to 1.
        """
        run_ids = [run.run_id for run in runs]
        is_started, asked_to_stop = threading.Event(), False
        self._wanted.emit(run_ids, is_started)
        while not is_started.wait(LOOK_EVERY_S):
            if progress.is_stop_wanted():
                return
        pause = threading.Event()
        while left := self._left(run_ids):
            if progress.is_stop_wanted() and not asked_to_stop:
                asked_to_stop = True
                self._unwanted.emit(run_ids)
            self._tell(run_ids, len(run_ids) - len(left), report)
            pause.wait(LOOK_EVERY_S)

    def _left(self, run_ids: Sequence[str]) -> list[str]:
        bridge = self._desk.session.runs
        active = () if bridge is None else bridge.active_run_ids
        return [each for each in run_ids if each in active]

    def _tell(self, run_ids: Sequence[str], ended: int, report: Callable[[float, str], None]) -> None:
        monitor = self._desk.session.monitor
        now = monitor.now if monitor is not None else None
        fraction, words = 0.0, PAUSED if self._desk.queue.is_paused else WAITING
        if now is not None and now.run_id in run_ids:
            fraction = now.progress.fraction if now.progress is not None else 0.0
            words = now.progress.stage if now.progress is not None else WAITING
        try:
            report((ended + fraction) / len(run_ids), words)
        except Stopped:
            return

    def _start(self, run_ids: list[str], is_started: threading.Event) -> None:
        for run_id in run_ids:
            self._desk.queue.start(run_id)
        is_started.set()
        self._desk.session.changed.emit()

    def _cancel(self, run_ids: list[str]) -> None:
        for run_id in self._left(run_ids):
            self._desk.queue.cancel(run_id, reason="")
