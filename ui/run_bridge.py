"""Executes runs beside the event loop and turns their messages into Qt signals.

Rules:
    * A message is emitted after it was recorded (the queue sees to that), in the window's thread.
    * The bridge outlives its thread: :meth:`RunBridge.close` waits for the thread before anything is deleted.
    * Only runs that were started here are executed; what lies queued from before waits to be started.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from forensic_app.errors import ForensicAppError

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

_log = logging.getLogger("ui.runs")


class RunBridge(QObject):
    """One thread that executes runs one after the other.

    Signals:
        message_arrived: A message of the worker (``forensic_app.messages``).
        failed: An error that stopped the execution.
    """

    message_arrived = Signal(object)
    failed = Signal(object)
    _all_done = Signal()

    def __init__(
        self, store: CaseStore, *, allows_test_engines: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._allows_test_engines = allows_test_engines
        self._changed = threading.Condition()
        self._wanted: list[tuple[str, str, int]] = []
        self._active: str | None = None
        self._is_closing = False
        self._queue: Any = None
        self._thread = threading.Thread(target=self._serve, name="run-bridge")
        self._thread.start()

    @property
    def active_run_ids(self) -> tuple[str, ...]:
        """Runs that are executed or wait to be, in order."""
        with self._changed:
            active = (self._active,) if self._active else ()
            return (*active, *(run_id for run_id, _, _ in self._wanted))

    def start(self, run_id: str, *, device: str = "auto", threads: int = 0) -> None:
        """Execute a queued run after those that were started before it."""
        with self._changed:
            if not self._is_closing and run_id not in (self._active, *(each for each, _, _ in self._wanted)):
                self._wanted.append((run_id, device, threads))
                self._changed.notify()

    def cancel(self, run_id: str, *, reason: str) -> bool:
        """Ask for the end of the run that is executed; ``False`` when it is not (cancel it in the store)."""
        with self._changed:
            self._wanted = [each for each in self._wanted if each[0] != run_id]
            if self._active != run_id or self._queue is None:
                return False
        self._queue.cancel(run_id, reason=reason)
        return True

    def close(self, *, reason: str = "") -> None:
        """Cancel the run that is executed, end worker and thread, and wait for both.

        Args:
            reason: For the record of the cancelled run.
        """
        with self._changed:
            self._is_closing = True
            self._wanted.clear()
            active = self._active
            self._changed.notify()
        if active is not None and self._queue is not None:
            self._queue.cancel(active, reason=reason)
        self._thread.join()

    def _serve(self) -> None:
        try:
            while (wanted := self._next()) is not None:
                self._execute([wanted[0]], device=wanted[1], threads=wanted[2])
        finally:
            if self._queue is not None:
                self._queue.close()

    def _next(self) -> tuple[str, str, int] | None:
        with self._changed:
            self._active = None
            while not self._wanted and not self._is_closing:
                self._changed.wait()
            if self._is_closing:
                return None
            wanted = self._wanted.pop(0)
            self._active = wanted[0]
            return wanted

    def _execute(self, run_ids: Sequence[str], *, device: str, threads: int) -> None:
        from forensic_app.workflows.execution import execute_queued, open_run_queue

        try:
            if self._queue is None:
                self._queue = open_run_queue(self._store, allows_test_engines=self._allows_test_engines)
            execute_queued(
                self._store,
                queue=self._queue,
                on_message=self.message_arrived.emit,
                run_ids=run_ids,
                device=device,
                threads=threads or None,
            )
        except ForensicAppError as error:
            _log.exception("The execution of %s stopped", ", ".join(run_ids))
            self.failed.emit(error)
