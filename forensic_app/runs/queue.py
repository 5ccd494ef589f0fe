"""The run queue: drives one run after the other through one warm worker and keeps the ledger true.

Rules:
    * Every message is persisted first (the ledger) and announced second (the listeners).
    * A run's status follows from what was requested and which message came, never from an exit code.
    * A cancel ends the run that it names, never another one.
    * While a run is executed, only the executing thread calls the ledger, whoever asked for a cancel.
    * No thread is started here; :meth:`RunQueue.close` leaves no process and no descriptor behind.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from forensic_app.engines.engine import LoadEngine
from forensic_app.errors import ForensicAppError, WorkerDied
from forensic_app.messages import (
    Cancelled,
    Completed,
    Failed,
    Preparation,
    RunRequest,
    Started,
    WorkerMessage,
)
from forensic_app.runs.worker import CancelRequest, Proceed
from forensic_app.runs.worker_process import WorkerProcess

GRACE_S = 5.0
START_TIMEOUT_S = 120.0
POLL_INTERVAL_S = 0.1

Listener = Callable[[WorkerMessage], None]
TerminalMessage = Completed | Failed | Cancelled


class RunLedger(Protocol):
    """Where the states of runs are persisted; raises ``ForensicAppError`` when it cannot."""

    def started(self, message: Started) -> None:
        """Record that the run began, before it does anything."""
        ...

    def completed(self, message: Completed) -> None:
        """Record the run's result and take over its files."""
        ...

    def failed(self, message: Failed) -> None:
        """Record that the run failed."""
        ...

    def cancelled(self, run_id: str, *, reason: str) -> bool:
        """Record that a queued or running run was cancelled; return ``False`` if it had ended already."""
        ...


@dataclass(frozen=True, slots=True)
class _Cancel:
    run_id: str
    reason: str
    grace_s: float


class RunQueue:
    """Executes runs in one warm worker process; owned by the process that holds the casebook."""

    def __init__(
        self,
        ledger: RunLedger,
        *,
        log_dir: Path,
        load_engine: LoadEngine,
        listeners: Sequence[Listener] = (),
        grace_s: float = GRACE_S,
        start_timeout_s: float = START_TIMEOUT_S,
        worker: WorkerProcess | None = None,
    ) -> None:
        """Set up the queue; no process is started yet.

        Args:
            ledger: Where states are persisted.
            log_dir: Folder of the worker's logs.
            load_engine: Called in the worker with a run's engine's name; a function of a module, since the worker
                imports it by its name.
            listeners: Called with each persisted message, in the executing thread; must not raise.
            grace_s: Seconds between a cancel and the forced end of a worker that does not react.
            start_timeout_s: Seconds after which a worker that does not begin a run is ended by force.
            worker: A worker that was spawned ahead; the queue owns it from now on.
        """
        self.ledger = ledger
        self.listeners: list[Listener] = list(listeners)
        self._log_dir = log_dir
        self._grace_s = grace_s
        self._start_timeout_s = start_timeout_s
        self._load_engine = load_engine
        self._worker = worker
        self._lock = threading.Lock()
        self._pending: deque[_Cancel] = deque()
        self._current: str | None = None

    @property
    def log_path(self) -> Path | None:
        """Log of the warm worker."""
        return self._worker.log_path if self._worker else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Spawn the worker ahead of the first run; does nothing when one is alive."""
        self._live_worker()

    def prepare(self, preparation: Preparation) -> None:
        """Have the worker load what runs will need, ahead of them; does not wait for it.

        A run that is asked for meanwhile follows at once: it would load the same itself. Nothing happens while a run
        is executed. Called by the thread that executes.
        """
        if self._current is None:
            self._live_worker().send(preparation)

    def close(self) -> None:
        """End the worker and release everything; a later run would spawn a fresh one."""
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    def cancel(self, run_id: str, *, reason: str = "", grace_s: float | None = None) -> None:
        """Ask for the end of a run; may be called from any thread and from a listener.

        A running run is asked through the worker and killed when it does not react within the grace period.
        Any other run is recorded as cancelled if it had not ended, and the running one is left alone. While
        a run is executed the request is carried out by the executing thread, within about 0.1 s.

        Args:
            run_id: The run.
            reason: Who asked and why, for the record.
            grace_s: Grace period in seconds, 0 = kill now, ``None`` = the queue's.
        """
        cancel = _Cancel(run_id, reason, self._grace_s if grace_s is None else grace_s)
        with self._lock:
            if self._current is not None:
                self._pending.append(cancel)
                return
        self._cancel_idle_run(cancel)

    def execute(
        self, request: RunRequest, *, while_waiting: Callable[[], None] | None = None
    ) -> TerminalMessage:
        """Drive one run to its end and return its terminal message, already persisted and announced.

        Args:
            request: The run.
            while_waiting: Called about every 0.1 s in this thread; may call :meth:`cancel`.

        Raises:
            RuntimeError: A run is being executed already.
            ForensicAppError: The ledger could not record the run's state; the worker has been ended.
        """
        with self._lock:
            if self._current is not None:
                raise RuntimeError(f"{self._current} is being executed already")
            self._current = request.run_id
        try:
            terminal = self._driven(request, while_waiting)
        except BaseException:
            self._discard_worker()
            raise
        finally:
            with self._lock:
                self._current = None
        self.take_cancels(request.run_id)
        return terminal

    def take_cancels(self, run_id: str) -> _Cancel | None:
        """Carry out the cancels of other runs; return the newest one of ``run_id``."""
        newest: _Cancel | None = None
        while self._pending:
            cancel = self._pending.popleft()
            if cancel.run_id == run_id:
                newest = cancel
            else:
                self._cancel_idle_run(cancel)
        return newest

    def announce(self, message: WorkerMessage) -> None:
        """Hand ``message`` to the listeners; it has been persisted."""
        for listener in tuple(self.listeners):
            listener(message)

    def _driven(self, request: RunRequest, while_waiting: Callable[[], None] | None) -> TerminalMessage:
        execution = _Execution(
            self, self._live_worker(), request, while_waiting, start_timeout_s=self._start_timeout_s
        )
        message = execution.drive()
        if execution.worker_is_spent:
            self._discard_worker()
        return self._persisted(message, cancel_reason=execution.cancel_reason)

    def _persisted(self, message: TerminalMessage, *, cancel_reason: str) -> TerminalMessage:
        if isinstance(message, Completed):
            try:
                self.ledger.completed(message)
            except ForensicAppError as error:
                message = Failed(message.run_id, type(error).__name__, error.message, error.advice)
                self.ledger.failed(message)
        elif isinstance(message, Failed):
            self.ledger.failed(message)
        else:
            self.ledger.cancelled(message.run_id, reason=cancel_reason)
        self.announce(message)
        return message

    def _cancel_idle_run(self, cancel: _Cancel) -> None:
        if self.ledger.cancelled(cancel.run_id, reason=cancel.reason):
            self.announce(Cancelled(cancel.run_id))

    def _live_worker(self) -> WorkerProcess:
        if self._worker is not None and not self._worker.is_alive:
            self._discard_worker()
        if self._worker is None:
            self._worker = WorkerProcess(log_dir=self._log_dir, load_engine=self._load_engine)
        return self._worker

    def _discard_worker(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None


class _Execution:
    """One run on its way through the worker.

    Attributes:
        worker_is_spent: Whether the worker died, or may be in disorder after an unknown error.
        cancel_reason: Who asked for a cancel and why.
    """

    def __init__(
        self,
        queue: RunQueue,
        worker: WorkerProcess,
        request: RunRequest,
        while_waiting: Callable[[], None] | None,
        *,
        start_timeout_s: float,
    ) -> None:
        self.worker_is_spent = False
        self.cancel_reason = ""
        self._queue = queue
        self._worker = worker
        self._request = request
        self._while_waiting = while_waiting
        self._is_cancel_requested = False
        self._kill_at = float("inf")
        self._start_by = time.monotonic() + start_timeout_s

    def drive(self) -> TerminalMessage:
        """Return the run's terminal message, not yet persisted."""
        self._look_for_cancels()
        if self._is_cancel_requested:
            return Cancelled(self._request.run_id)
        self._worker.mark_log()
        self._worker.send(self._request)
        try:
            message = self._next_terminal()
        except EOFError:
            self.worker_is_spent = True
            return self._without_last_message()
        self.worker_is_spent = isinstance(message, Failed) and bool(message.detail)
        return message

    def _next_terminal(self) -> TerminalMessage:
        while True:
            message = self._worker.receive(timeout_s=POLL_INTERVAL_S)
            if isinstance(message, Completed | Failed | Cancelled):
                return message
            if isinstance(message, Started):
                self._start_by = float("inf")
                self._queue.ledger.started(message)
            if message is not None:
                self._queue.announce(message)
            self._look_for_cancels()
            if isinstance(message, Started):
                self._worker.send(Proceed(message.run_id))

    def _look_for_cancels(self) -> None:
        if self._while_waiting is not None:
            self._while_waiting()
        cancel = self._queue.take_cancels(self._request.run_id)
        if cancel is not None:
            self.cancel_reason = self.cancel_reason or cancel.reason
            self._is_cancel_requested = True
            self._kill_at = min(self._kill_at, time.monotonic() + cancel.grace_s)
            self._worker.send(CancelRequest(cancel.run_id))
        if time.monotonic() >= min(self._kill_at, self._start_by):
            self._kill_at = self._start_by = float("inf")
            self._worker.kill_process()

    def _without_last_message(self) -> TerminalMessage:
        run_id = self._request.run_id
        if self._is_cancel_requested:
            return Cancelled(run_id)
        how = self._worker.how_it_ended()
        return Failed(
            run_id,
            WorkerDied.__name__,
            f"The worker process ended in the middle of the run ({how}).",
            f"Run it again; if it ends again, free some memory. Its log is {self._worker.log_path.name}.",
            self._worker.last_words() or "The worker printed nothing.",
        )
