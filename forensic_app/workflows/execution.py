"""Plan, queue and execute runs; cancel them from this process or from another one.

Rules:
    * A run is planned with every default filled in, and only with a pack whose licence was accepted here.
    * Before the worker sees a photograph its digest is checked; the worker checks it again.
    * A run that cannot be handed to the worker is recorded as failed, with the reason.
    * Whoever interrupts the execution (Ctrl-C, another process) cancels; what was queued behind stays queued.
    * Files of a run lie in ``work/`` of the casebook until the vault takes them, and never longer than the
      run.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from forensic_app.engines import packs, registry
from forensic_app.engines.packs import Pack
from forensic_app.errors import (
    ForensicAppError,
    InvalidInput,
    LicenceNotAccepted,
    PackAltered,
    RecordNotFound,
)
from forensic_app.faces.registry import ANALYSER_NAMES
from forensic_app.messages import Completed, Failed, RunRequest, Started, WorkerMessage
from forensic_app.parameters import resolve
from forensic_app.records import Exhibit, Run, RunSpec, RunStatus
from forensic_app.runs.queue import RunQueue
from forensic_app.settings import Settings, load_settings
from forensic_app.store.case_store import CaseStore
from forensic_app.store.faults import translated
from forensic_app.workflows.adapters import CACHE_FOLDER, adapter_path, adapter_sha256, personal_facts
from forensic_app.workflows.cancelling import POLL_INTERVAL_S, CancelRequests
from forensic_app.workflows.run_input import DerivedSource, input_of

WORK_FOLDER = "work"
ANALYSER_PATH_VARIABLE = "FORENSIC_APP_INSIGHTFACE"
"""Folder of the operator's InsightFace models."""

Listener = Callable[[WorkerMessage], None]


class StoreLedger:
    """Persists the states of runs in a casebook.

    Attributes:
        inputs: What the present run was given beside its specification; kept in its environment as
            ``inputs``.
    """

    def __init__(self, store: CaseStore) -> None:
        self.inputs: Mapping[str, Any] = {}
        self._store = store

    def started(self, message: Started) -> None:
        """Record that the run began."""
        self._store.start_run(
            message.run_id, environment={**message.environment, "inputs": dict(self.inputs)}
        )

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
        self._store.sign_checkpoint()

    def cancelled(self, run_id: str, *, reason: str) -> bool:
        """Record the cancel of a run that has not ended; return whether there was one."""
        try:
            if self._store.run(run_id).status.is_terminal:
                return False
        except RecordNotFound:
            return False
        self._store.cancel_run(run_id, reason=reason)
        self._store.sign_checkpoint()
        return True


def open_run_queue(
    store: CaseStore, *, settings: Settings | None = None, allows_test_engines: bool = False
) -> RunQueue:
    """Return a run queue that keeps its records in ``store``; close it before the store."""
    limits = settings or load_settings()
    return RunQueue(
        StoreLedger(store),
        log_dir=store.logs_dir,
        grace_s=limits.worker_stop_timeout_s,
        start_timeout_s=limits.worker_start_timeout_s,
        allows_test_engines=allows_test_engines,
    )


def plan_run(
    store: CaseStore,
    *,
    engine: str,
    exhibit: str,
    parameters: Mapping[str, Any],
    pack: str,
    analyser: str = "dlib",
    face_index: int = 0,
    source: DerivedSource | None = None,
) -> RunSpec:
    """Return the whole specification of a run; nothing is recorded yet.

    Args:
        store: The casebook.
        engine: Registry name.
        exhibit: Identifier or number of the exhibit.
        parameters: Values by name; defaults are filled in.
        pack: Name of the model pack.
        analyser: Name of the face analyser.
        face_index: Which face, 0 = largest.
        source: The derived image to work on in place of the exhibit it goes back to.

    Raises:
        InvalidInput: The engine, the analyser or a parameter is unknown or out of bounds; the exhibit was
            removed.
        RecordNotFound: There is no such exhibit.
        PackMissing: There is no such pack.
        PackRefused: The pack is of a kind that is not loaded, or serves another engine.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        AdapterRefused: The adapter named belongs to another subject or another pack.
    """
    resolved = resolve(registry.engine_schema(engine), parameters)
    version = registry.engine_version(engine)
    record = store.exhibit(exhibit)
    if record.tombstone_reason is not None:
        raise InvalidInput(f"The exhibit {record.exhibit_number} was removed.", "Choose another exhibit.")
    if analyser not in ANALYSER_NAMES:
        raise InvalidInput(
            f"There is no face analyser called {analyser}.", f"Choose one of {', '.join(ANALYSER_NAMES)}."
        )
    if face_index < 0:
        raise InvalidInput(f"The face number cannot be {face_index}.", "Count from 0, the largest face.")
    found = packs.resolve(pack, packs.search_paths(store.packs_dir))
    packs.require_kind(found, engine)
    if not store.is_licence_accepted(found.sha256):
        raise LicenceNotAccepted(
            f"The licence of the model pack {found.name} was not accepted in this casebook.",
            f"Read it and accept it: forensic-app pack accept {found.name}.",
        )
    if resolved.get("adapter"):
        resolved["adapter"] = adapter_sha256(
            store, resolved["adapter"], exhibit=record, pack_sha256=found.sha256
        )
    return RunSpec(
        engine=engine,
        engine_version=version,
        exhibit_id=record.exhibit_id,
        exhibit_sha256=record.sha256,
        parameters=resolved,
        pack_name=found.name,
        pack_sha256=found.sha256,
        analyser=analyser,
        face_index=face_index,
        reference_sha256=tuple(other.sha256 for other in _other_exhibits(store, record)),
        source_derived_image_id=source.image.derived_image_id if source else "",
        source_sha256=source.image.sha256 if source else "",
    )


def queue_run(store: CaseStore, spec: RunSpec) -> Run:
    """Record that a run is asked for, in the case of its exhibit; event ``run_queued``.

    Raises:
        InvalidInput: The case is closed, or the exhibit was removed.
    """
    return store.queue_run(case_id=store.exhibit(spec.exhibit_id).case_id, spec=spec)


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
        StoreUnavailable: A state could not be recorded.
    """
    remove_leftovers(store)
    inputs = {
        "device": device,
        "threads": load_settings().cpu_threads if threads is None else threads,
        "analyser_path": str(analyser_path or os.environ.get(ANALYSER_PATH_VARIABLE, "")),
    }
    requests = CancelRequests(store.folder)
    ended: list[Run] = []
    with listening(queue, on_message), counted_interrupts() as interrupts:
        while not interrupts.count:
            _carry_out(requests, queue)
            run = _next_run(store, run_ids)
            if run is None:
                break
            watch = _Watch(store, queue, requests, interrupts, run.run_id)
            ended.append(_execute(store, queue, run, inputs, watch))
    return ended


def request_for(store: CaseStore, run: Run, *, output_dir: Path, inputs: Mapping[str, Any]) -> RunRequest:
    """Return what the worker needs for ``run``, having checked what it refers to.

    Args:
        store: The casebook.
        run: The run.
        output_dir: Empty folder.
        inputs: ``device``, ``threads``, ``analyser_path`` and ``subject``.

    Raises:
        EvidenceAltered: A photograph no longer has its digest.
        PackMissing: The pack is not on this machine.
        PackAltered: The pack of that name has another digest.
    """
    spec = run.spec
    given = input_of(store, spec)
    for sha256 in spec.reference_sha256:
        store.vault.open_verified(sha256).close()
    pack = find_pack(store, spec)
    references = {}
    for sha256 in spec.reference_sha256:
        holder = store.exhibit_by_sha256(sha256)
        references[holder.exhibit_id if holder else sha256] = store.vault.path(sha256)
    return RunRequest(
        run_id=run.run_id,
        engine=spec.engine,
        parameters=dict(spec.parameters),
        exhibit_path=given.path,
        exhibit_sha256=given.sha256,
        pack_path=pack.path,
        pack_sha256=spec.pack_sha256,
        analyser=spec.analyser,
        output_dir=output_dir,
        analyser_path=Path(inputs["analyser_path"]) if inputs["analyser_path"] else None,
        face_index=spec.face_index,
        reference_paths=references,
        subject=dict(inputs["subject"]),
        device=str(inputs["device"]),
        threads=int(inputs["threads"]),
        band_height_px=given.band_height_px,
        original_path=given.original_path,
        original_sha256=spec.exhibit_sha256 if given.original_path else "",
        adapter_path=adapter_path(store, spec.parameters),
        cache_dir=store.folder / CACHE_FOLDER,
    )


def find_pack(store: CaseStore, spec: RunSpec) -> Pack:
    """Return the pack that a specification names, by its digest.

    Raises:
        PackMissing: No pack has that name.
        PackAltered: The packs of that name have other digests.
    """
    folders = packs.search_paths(store.packs_dir)
    named = packs.resolve(spec.pack_name, folders)
    if named.sha256 == spec.pack_sha256:
        return named
    for folder in folders:
        for pack in packs.list_packs((folder,)):
            if pack.sha256 == spec.pack_sha256:
                return pack
    raise PackAltered(
        f"The model pack {spec.pack_name} has the digest {named.sha256[:16]}..., the run names "
        f"{spec.pack_sha256[:16]}...",
        "Restore the pack of the run from its source, or queue a new run with the present pack.",
    )


def subject_facts(store: CaseStore, spec: RunSpec) -> dict[str, Any]:
    """Return what an engine may know about the person: ``sex`` and ``age_at_photo``, where recorded.

    A personalisation is told its photographs too, see :func:`forensic_app.workflows.adapters.personal_facts`.
    """
    exhibit = store.exhibit(spec.exhibit_id)
    facts: dict[str, Any] = {"age_at_photo": exhibit.age_at_photo, **personal_facts(store, spec)}
    if exhibit.subject_id is not None:
        facts["sex"] = store.subject(exhibit.subject_id).sex.value
    return facts


@contextmanager
def work_folder(store: CaseStore, name: str) -> Iterator[Path]:
    """Yield an empty folder on the casebook's file system, for its owner alone; removed at the end."""
    folder = store.folder / WORK_FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    with translated(store.folder):
        folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(store: CaseStore) -> None:
    """Remove what a process that was killed left in ``work/``; for the holder of the lock."""
    shutil.rmtree(store.folder / WORK_FOLDER, ignore_errors=True)


class Interrupts:
    """Counts Ctrl-C."""

    def __init__(self) -> None:
        self.count = 0

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """Handle the signal: only count, for the loop to act on."""
        self.count += 1


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
            _carry_out(self._requests, self._queue)


def _carry_out(requests: CancelRequests, queue: RunQueue) -> None:
    for request in requests.take():
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
        if isinstance(queue.ledger, StoreLedger):
            queue.ledger.inputs = given
        try:
            queue.execute(request, while_waiting=watch)
        except BaseException:
            if store.run(run.run_id).status is RunStatus.RUNNING:
                store.interrupt_run(run.run_id)
            raise
        return store.run(run.run_id)


def _other_exhibits(store: CaseStore, exhibit: Exhibit) -> list[Exhibit]:
    if exhibit.subject_id is None:
        return []
    return [
        other
        for other in store.exhibits(exhibit.case_id)
        if other.subject_id == exhibit.subject_id and other.exhibit_id != exhibit.exhibit_id
    ]


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
