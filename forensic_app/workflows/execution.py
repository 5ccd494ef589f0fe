"""Execute queued runs; cancel them from this process or from another one.

Rules:
    * A run that cannot be handed to the worker is recorded as failed, with the reason.
    * Whoever interrupts the execution (Ctrl-C, another process) cancels; what was queued behind stays queued.
    * Files of a run lie in ``work/`` of the casebook until the vault takes them, and never longer than the
      run.

Planning is in :mod:`forensic_app.workflows.run_planning`; its functions can be imported from here too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.engines.device_names import checked_device
from forensic_app.errors import ForensicAppError, InvalidInput, RecordNotFound, StoreUnavailable
from forensic_app.folders import remove
from forensic_app.messages import Completed, Failed, Preparation, Started, WorkerMessage
from forensic_app.private import make_private_folder
from forensic_app.records import Run, RunStatus
from forensic_app.runs.queue import RunLedger, RunQueue
from forensic_app.runs.worker_process import WorkerProcess
from forensic_app.settings import Settings, load_settings
from forensic_app.store.case_store import CaseStore
from forensic_app.store.faults import translated
from forensic_app.store.leftovers import WORK_FOLDER
from forensic_app.workflows.cancelling import POLL_INTERVAL_S, CancelRequests, record_broken
from forensic_app.workflows.interrupts import Interrupts, counted_interrupts
from forensic_app.workflows.packs import find_pack as named_pack
from forensic_app.workflows.run_planning import find_pack, plan_run, queue_run, request_for, subject_facts

__all__ = [
    "ANALYSER_PATH_VARIABLE",
    "WORK_FOLDER",
    "Interrupts",
    "Listener",
    "StoreLedger",
    "counted_interrupts",
    "execute_queued",
    "find_pack",
    "listening",
    "open_run_queue",
    "plan_run",
    "preparation_for",
    "queue_run",
    "request_for",
    "subject_facts",
    "work_folder",
]

ANALYSER_PATH_VARIABLE = "FORENSIC_APP_INSIGHTFACE"
"""Folder of the operator's InsightFace models."""

Listener = Callable[[WorkerMessage], None]


class StoreLedger:
    """Persists the states of runs in a casebook."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store

    def started(self, message: Started) -> None:
        """Record that the run began."""
        self._store.start_run(message.run_id, environment=message.environment)

    def completed(self, message: Completed) -> None:
        """Record the result and take the images into the vault."""
        self._store.complete_run(message.run_id, result=message.result)

    def failed(self, message: Failed) -> None:
        """Record the failure."""
        self._store.fail_run(
            message.run_id,
            error=message.error,
            message=message.message,
            advice=message.advice,
            detail=message.detail,
        )

    def cancelled(self, run_id: str, *, reason: str) -> bool:
        """Record the cancel of a run that has not ended; return whether there was one."""
        try:
            if self._store.run(run_id).status.is_terminal:
                return False
        except RecordNotFound:
            return False
        self._store.cancel_run(run_id, reason=reason)
        return True


def open_run_queue(
    store: CaseStore,
    *,
    ledger: RunLedger | None = None,
    settings: Settings | None = None,
    worker: WorkerProcess | None = None,
) -> RunQueue:
    """Return a run queue for a casebook; close it before the store.

    Args:
        store: The casebook, whose folder takes the worker's logs.
        ledger: Where the states of runs are kept; in ``store`` by default.
        settings: Time limits; the workstation's by default.
        worker: A worker that was spawned ahead, see :mod:`forensic_app.runs.ahead`.
    """
    limits = settings or load_settings()
    return RunQueue(
        ledger or StoreLedger(store),
        log_dir=store.logs_dir,
        load_engine=registry.load_engine,
        grace_s=limits.worker_stop_timeout_s,
        start_timeout_s=limits.worker_start_timeout_s,
        worker=worker,
    )


def preparation_for(store: CaseStore, *, device: str = "auto", threads: int | None = None) -> Preparation:
    """Return what the next run will probably need: the default ageing engine, with its pack if it may be used.

    Args:
        store: The casebook; a pack whose licence was not accepted in it is not loaded.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads; the settings' by default.
    """
    engine = registry.default(Output.AGES)
    count = load_settings().cpu_threads if threads is None else threads
    try:
        pack = named_pack(engine.default_pack, store.packs_dir)
        path = pack.path if store.is_licence_accepted(pack.sha256) else None
    except ForensicAppError:
        path = None
    return Preparation(engine.name, path, device=device, threads=count)


def execute_queued(
    store: CaseStore,
    *,
    queue: RunQueue,
    on_message: Listener | None = None,
    run_ids: Sequence[str] | None = None,
    device: str = "auto",
    threads: int | None = None,
    analyser_path: Path | None = None,
) -> list[Run]:
    """Execute queued runs, oldest first, until none is left or the execution is interrupted.

    Ctrl-C cancels the running run and leaves the others queued; a second Ctrl-C does not wait for the worker.
    Requests of other processes (see :mod:`forensic_app.workflows.cancelling`) are looked for all the while.

    Args:
        store: The casebook, open for writing.
        queue: From :func:`open_run_queue`; its worker stays warm.
        on_message: Told each message after it was recorded.
        run_ids: Only these; all by default.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads; the settings' by default.
        analyser_path: Folder of the operator's InsightFace models; from ``FORENSIC_APP_INSIGHTFACE`` by
            default.

    Returns:
        The runs that ended, in order.

    Raises:
        InvalidInput: There is no such device, or the models' folder cannot be recorded; the runs stay queued.
        StoreUnavailable: A state could not be recorded.
    """
    checked_device(device)
    inputs = {
        "device": device,
        "threads": load_settings().cpu_threads if threads is None else threads,
        "analyser_path": _recordable_path(analyser_path or os.environ.get(ANALYSER_PATH_VARIABLE, "")),
    }
    requests = CancelRequests(store.folder)
    ended: list[Run] = []
    with listening(queue, on_message), counted_interrupts() as interrupts:
        while not interrupts.count:
            _carry_out(store, requests, queue)
            run = _next_run(store, run_ids)
            if run is None:
                break
            watch = _Watch(store, queue, requests, interrupts, run.run_id)
            ended.append(_execute(store, queue, run, inputs, watch))
    return ended


def _recordable_path(path: Path | str) -> str:
    """Return a path as text, if a record can hold it: a replay opens what the record names."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"The name of the folder {text} is not UTF-8, and cannot be recorded.", "Rename the folder."
        ) from None
    return text


@contextmanager
def work_folder(store: CaseStore, name: str) -> Iterator[Path]:
    """Yield an empty folder on the casebook's file system, for its owner alone; removed at the end.

    Raises:
        StoreUnavailable: The folder ``work`` is a link to another place, or the folder cannot be made.
    """
    folder = store.folder / WORK_FOLDER / name
    if folder.parent.is_symlink():
        raise StoreUnavailable(
            f"The folder {folder.parent} is a link to another place: another program put it there.",
            "Remove the link, then try again.",
        )
    remove(folder, within=store.folder)
    with translated(store.folder):
        make_private_folder(folder)
    try:
        yield folder
    finally:
        remove(folder, within=store.folder)


class _Watch:
    """What is looked at while a run is executed: Ctrl-C and the requests of other processes."""

    def __init__(
        self,
        store: CaseStore,
        queue: RunQueue,
        requests: CancelRequests,
        interrupts: Interrupts,
        run_id: str,
    ) -> None:
        self._store = store
        self._queue = queue
        self._requests = requests
        self._interrupts = interrupts
        self._run_id = run_id
        self._acted_on = 0
        self._looked_at = float("-inf")

    def __call__(self) -> None:
        """Turn what was asked for into cancels."""
        if self._interrupts.count > self._acted_on:
            self._acted_on = self._interrupts.count
            self._queue.cancel(
                self._run_id,
                reason=f"Interrupted by {self._store.examiner} (Ctrl-C).",
                grace_s=0.0 if self._acted_on > 1 else None,
            )
        if time.monotonic() - self._looked_at >= POLL_INTERVAL_S:
            self._looked_at = time.monotonic()
            _carry_out(self._store, self._requests, self._queue)


def _carry_out(store: CaseStore, requests: CancelRequests, queue: RunQueue) -> None:
    for request in requests.take(lambda broken: record_broken(store, broken)):
        queue.cancel(request.run_id, reason=request.reason)


def _next_run(store: CaseStore, run_ids: Sequence[str] | None) -> Run | None:
    if run_ids is None:
        return store.next_queued_run()
    queued = store.runs(status=RunStatus.QUEUED)
    return next((run for run in queued if run.run_id in run_ids), None)


def _execute(
    store: CaseStore, queue: RunQueue, run: Run, inputs: Mapping[str, Any], watch: Callable[[], None]
) -> Run:
    with work_folder(store, run.run_id) as folder:
        given = {**inputs, "subject": subject_facts(store, run.spec)}
        try:
            request = request_for(store, run, output_dir=folder, inputs=given)
        except ForensicAppError as error:
            message = Failed(run.run_id, type(error).__name__, error.message, error.advice)
            queue.ledger.failed(message)
            queue.announce(message)
            return store.run(run.run_id)
        try:
            queue.execute(request, while_waiting=watch)
        except BaseException:
            if store.run(run.run_id).status is RunStatus.RUNNING:
                store.interrupt_run(run.run_id)
            raise
        return store.run(run.run_id)


@contextmanager
def listening(queue: RunQueue, listener: Listener | None) -> Iterator[None]:
    """Have ``listener`` told the queue's messages for a while."""
    if listener is None:
        yield
        return
    queue.listeners.append(listener)
    try:
        yield
    finally:
        queue.listeners.remove(listener)
