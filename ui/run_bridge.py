"""Executes runs beside the event loop and turns their messages into Qt signals.

Rules:
    * A message is emitted after it was recorded (the queue sees to that), in the window's thread.
    * The bridge outlives its thread: :meth:`RunBridge.close` waits for the thread before anything is deleted.
    * Only runs that were started here are executed; what lies queued from before waits to be started.
    * What another process asks to cancel is cancelled, whether a run is executed or not.
    * Where it is asked for, the worker loads what a run will need after a second without work; nothing waits for it.
    * While the queue is paused, what is executed goes on to its end and nothing else begins.
    * A replay waits its turn like a run; the warm worker is ended first, so that no two hold a model pack.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from forensic_app.errors import EngineError, ForensicAppError, RunCancelled
from forensic_app.messages import Cancelled, Progress
from forensic_app.shortages import known_shortage
from forensic_app.traces import kind_of

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

IDLE_POLL_S = 1.0
"""How often requests of other processes are looked for while no run is executed, in seconds."""

_log = logging.getLogger("ui.runs")


@dataclass(frozen=True, slots=True)
class _Job:
    run_id: str
    device: str = "auto"
    threads: int = 0
    is_replay: bool = False


class RunBridge(QObject):
    """One thread that executes runs, and repeats them, one after the other.

    Signals:
        began: Identifier of the run that is executed or repeated from now on, and whether it is repeated.
        message_arrived: A message of the worker (``forensic_app.messages``).
        failed: An error that stopped the execution.
        replay_progressed: ``Progress`` of a replay.
        replay_ended: The run's identifier with the ``ReplayOutcome``, or the error that ended the replay.
        became_idle: :attr:`active_run_ids` no longer names a run that has ended. This comes after the run's
            last message, whose record is read again meanwhile: who asks for the active runs asks once more.
        queue_changed: Something was added to what waits, taken away or moved, or the queue was paused or goes on.
    """

    began = Signal(str, bool)
    message_arrived = Signal(object)
    failed = Signal(object)
    replay_progressed = Signal(object)
    replay_ended = Signal(str, object)
    became_idle = Signal()
    queue_changed = Signal()

    def __init__(self, store: CaseStore, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._changed = threading.Condition()
        self._wanted: list[_Job] = []
        self._active: _Job | None = None
        self._replay_stops = threading.Event()
        self._wanted_preparation: tuple[str, int] | None = None
        self._is_closing = False
        self._is_paused = False
        self._looked_at = float("-inf")
        self._queue: Any = None
        self._thread = threading.Thread(target=self._serve, name="run-bridge")
        self._thread.start()

    @property
    def active_run_ids(self) -> tuple[str, ...]:
        """Runs that are executed or repeated, or wait to be, in order."""
        return tuple(job.run_id for job in self._jobs())

    @property
    def executed_run_id(self) -> str:
        """The run that is executed or repeated now; empty while none is."""
        with self._changed:
            return self._active.run_id if self._active is not None else ""

    @property
    def is_paused(self) -> bool:
        """Whether nothing begins after what is executed now."""
        return self._is_paused

    @property
    def can_go_on(self) -> bool:
        """Whether a run is executed, or will be without anybody doing anything."""
        return bool(self.active_run_ids) and (bool(self.executed_run_id) or not self._is_paused)

    def pause(self) -> None:
        """Begin nothing after what is executed now."""
        self._set_paused(True)

    def resume(self) -> None:
        """Go on with what waits."""
        self._set_paused(False)

    def move(self, run_id: str, *, by: int) -> None:
        """Have a run that waits begin earlier (negative) or later than others that wait."""
        with self._changed:
            place = next((place for place, job in enumerate(self._wanted) if job.run_id == run_id), None)
            if place is None:
                return
            job = self._wanted.pop(place)
            self._wanted.insert(max(place + by, 0), job)
        self.queue_changed.emit()

    def start(self, run_id: str, *, device: str = "auto", threads: int = 0) -> None:
        """Execute a queued run after those that were started before it."""
        self._append(_Job(run_id, device, threads))

    def prepare(self, *, device: str = "auto", threads: int = 0) -> None:
        """Have the worker load what a run will probably need, unless a worker is there already; returns at once."""
        with self._changed:
            self._wanted_preparation = (device, threads)

    def replay(self, run_id: str) -> None:
        """Repeat a completed run and compare, after what was started before."""
        self._append(_Job(run_id, is_replay=True))

    def cancel(self, run_id: str, *, reason: str) -> bool:
        """Ask for the end of the run that is executed; ``False`` when it is not (cancel it in the store)."""
        with self._changed:
            kept = [each for each in self._wanted if each.run_id != run_id]
            was_waiting = len(kept) < len(self._wanted)
            self._wanted = kept
            queue = self._queue
            is_executed = self._active is not None and self._active.run_id == run_id
        if was_waiting:
            self.queue_changed.emit()
        if not is_executed or queue is None:
            return False
        queue.cancel(run_id, reason=reason)
        return True

    def stop_replay(self, run_id: str) -> None:
        """Ask for the end of a replay; :attr:`replay_ended` tells when it has stopped."""
        job = _Job(run_id, is_replay=True)
        with self._changed:
            if self._active == job:
                self._replay_stops.set()
                return
            if job not in self._wanted:
                return
            self._wanted.remove(job)
        self.queue_changed.emit()
        self.replay_ended.emit(run_id, RunCancelled("The replay was cancelled.", "Nothing had begun."))

    def close(self, *, reason: str = "") -> None:
        """Cancel the run that is executed, end worker and thread, and wait for both.

        Args:
            reason: For the record of the cancelled run.
        """
        with self._changed:
            self._is_closing = True
            self._wanted.clear()
            active, queue = self._active, self._queue
            self._changed.notify()
        self._replay_stops.set()
        if active is not None and queue is not None:
            queue.cancel(active.run_id, reason=reason)
        self._thread.join()

    def _jobs(self) -> list[_Job]:
        with self._changed:
            return [*((self._active,) if self._active else ()), *self._wanted]

    def _append(self, job: _Job) -> None:
        with self._changed:
            if self._is_closing or job.run_id in self.active_run_ids:
                return
            self._wanted.append(job)
            self._changed.notify()
        self.queue_changed.emit()

    def _set_paused(self, is_paused: bool) -> None:
        with self._changed:
            self._is_paused = is_paused
            self._changed.notify()
        self.queue_changed.emit()

    def _serve(self) -> None:
        try:
            while (job := self._next()) is not None:
                self.began.emit(job.run_id, job.is_replay)
                if job.is_replay:
                    self._replay(job.run_id)
                else:
                    self._execute([job.run_id], device=job.device, threads=job.threads)
        finally:
            self._end_worker()

    def _next(self) -> _Job | None:
        with self._changed:
            was_active = self._active is not None
            self._active = None
        if was_active:
            self.became_idle.emit()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._has_next or self._is_closing, IDLE_POLL_S)
                if self._is_closing:
                    return None
                if self._has_next:
                    self._replay_stops.clear()
                    self._active = self._wanted.pop(0)
                    return self._active
            self._carry_out_requests()
            self._prepare_worker()

    @property
    def _has_next(self) -> bool:
        return bool(self._wanted) and not self._is_paused

    def _prepare_worker(self) -> None:
        with self._changed:
            wanted, self._wanted_preparation = self._wanted_preparation, None
            if wanted is None or self._queue is not None or self._wanted or self._is_closing:
                return
        from forensic_app.workflows.execution import open_run_queue, preparation_for

        device, threads = wanted
        try:
            self._queue = open_run_queue(self._store)
            self._queue.prepare(preparation_for(self._store, device=device, threads=threads or None))
        except (ForensicAppError, OSError) as error:
            _log.info("The worker was not warmed: %s", kind_of(error))

    def _carry_out_requests(self) -> None:
        """Cancel what other processes ask to cancel while no run is executed here."""
        from forensic_app.workflows.cancelling import carry_out_requests

        try:
            cancelled = carry_out_requests(self._store)
        except ForensicAppError as error:
            _log.warning("A request to cancel could not be carried out: %s", kind_of(error))
            return
        for run_id in cancelled:
            self.message_arrived.emit(Cancelled(run_id))

    def _end_worker(self) -> None:
        if self._queue is not None:
            self._queue.close()
            self._queue = None

    def _replay(self, run_id: str) -> None:
        from forensic_app.workflows.replay import replay_run

        self._end_worker()
        try:
            outcome = replay_run(
                self._store,
                run_id,
                on_message=self._tell_replay,
                is_stop_wanted=self._is_replay_stop_wanted,
            )
        except ForensicAppError as error:
            _log.warning("The replay of %s stopped: %s", run_id, kind_of(error))
            self._end_replay(run_id, error)
        except Exception as error:
            _log.exception("The replay of %s stopped", run_id)
            self._end_replay(run_id, known_shortage(error) or _unexpected(error))
        else:
            self._end_replay(run_id, outcome)

    def _end_replay(self, run_id: str, result: object) -> None:
        with self._changed:
            self._active = None
        self.replay_ended.emit(run_id, result)

    def _is_replay_stop_wanted(self) -> bool:
        if time.monotonic() - self._looked_at >= IDLE_POLL_S:
            self._looked_at = time.monotonic()
            self._carry_out_requests()
        return self._replay_stops.is_set()

    def _tell_replay(self, message: object) -> None:
        if isinstance(message, Progress):
            self.replay_progressed.emit(message)

    def _execute(self, run_ids: Sequence[str], *, device: str, threads: int) -> None:
        from forensic_app.workflows.execution import execute_queued, open_run_queue

        try:
            if self._queue is None:
                self._queue = open_run_queue(self._store)
            execute_queued(
                self._store,
                queue=self._queue,
                on_message=self.message_arrived.emit,
                run_ids=run_ids,
                device=device,
                threads=threads or None,
            )
        except Exception as error:
            _log.exception("The execution of %s stopped", ", ".join(run_ids))
            self.failed.emit(error)


def _unexpected(error: Exception) -> EngineError:
    return EngineError(
        f"The replay stopped on an error that the program does not know ({type(error).__name__}).",
        "Nothing that was recorded is lost; send the window's log to who looks after the program.",
    )
