"""The worker: one warm, spawned process that runs engines and never sees the casebook.

Rules:
    * Importing this module loads no torch, no database and no Qt; an engine is loaded when it is first used.
    * A run begins with :class:`Started` and waits for :class:`Proceed`: no work before its start is recorded.
    * Exactly one terminal message ends a run. Whoever raised after a cancel was noticed was cancelled.
    * The worker ends when the other end of its connection is gone; it never outlives the casebook's process.
    * What is prepared before a run is not on record, and its failure is nobody's: the run meets it again.
    * Ctrl-C is the other process's to decide upon and is ignored here.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.digests import canonical_json, sha256_of_file
from forensic_app.errors import EngineError, ForensicAppError, OutOfMemory, RunCancelled
from forensic_app.messages import (
    Cancelled,
    Completed,
    EngineResult,
    Failed,
    OutputAdapter,
    OutputImage,
    Preparation,
    Progress,
    RunRequest,
    Started,
    WorkerMessage,
)
from forensic_app.private import make_process_private, private_opener
from forensic_app.runs.environment import record_environment
from forensic_app.runs.memory import forget_peak_memory, peak_memory_bytes
from forensic_app.shortages import known_shortage
from forensic_app.traces import trace

if TYPE_CHECKING:
    from forensic_app.engines.engine import Engine, LoadEngine

PROGRESS_INTERVAL_S = 0.1
STAGE_BURST = 10
ESTIMATE_AFTER_S = 0.5
ESTIMATE_AFTER_FRACTION = 0.1

_WORKER_VARIABLES = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}


@dataclass(frozen=True, slots=True)
class Proceed:
    """Sent to the worker: the run's start is on record, the work may begin."""

    run_id: str


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Sent to the worker: the run is to stop at its next report of progress."""

    run_id: str


def worker_main(connection: Connection[Any, Any], log_path: Path, load_engine: LoadEngine) -> None:
    """Serve run requests until the other end of ``connection`` is closed.

    Args:
        connection: Duplex; :class:`RunRequest`, :class:`Preparation`, :class:`Proceed` and :class:`CancelRequest`
            come in, :data:`WorkerMessage` go out.
        log_path: File that receives everything the process prints; its tail is the worker's last words.
        load_engine: Returns an engine by its name, importing what it needs.
    """
    prepare_process(log_path)
    engines: dict[str, Engine] = {}
    try:
        while True:
            request = connection.recv()
            if isinstance(request, RunRequest):
                _serve(request, _Channel(connection, request.run_id), engines, load_engine)
            elif isinstance(request, Preparation):
                _prepare(request, engines, load_engine)
    except (EOFError, ConnectionResetError):
        _leave_at_once(connection)
    finally:
        connection.close()


def _leave_at_once(connection: Connection[Any, Any]) -> None:
    """End the process between two runs without taking its libraries down one by one, which takes half a second."""
    connection.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def prepare_process(log_path: Path) -> None:
    """Make this process a helper: deaf to Ctrl-C, private, offline, and printing to a log of its own.

    Args:
        log_path: The log; made where there is none.

    Raises:
        OSError: The log cannot be opened.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    make_process_private()
    os.environ.update(_WORKER_VARIABLES)
    importlib.import_module("forensic_app.engines")  # sets the libraries' variables before the first record
    descriptor = private_opener(str(log_path), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    sys.stdout = open(1, "w", buffering=1, closefd=False, encoding="utf-8", errors="replace")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False, encoding="utf-8", errors="replace")  # noqa: SIM115
    faulthandler.enable(file=2, all_threads=True)


def _prepare(preparation: Preparation, engines: dict[str, Engine], load_engine: LoadEngine) -> None:
    """Load an engine and what it wants to have in memory, in the worker's outermost frame."""
    from forensic_app.engines.engine import PreparedEngine

    try:
        with _collection_put_off():
            engine = load_engine(preparation.engine)
        if isinstance(engine, PreparedEngine):
            engine.prepare(preparation)
    except Exception as error:
        sys.stderr.write(trace(error))
    else:
        engines[preparation.engine] = engine


@contextmanager
def _collection_put_off() -> Iterator[None]:
    """Import without looking for garbage: what is imported stays, and looking takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def _serve(
    request: RunRequest, channel: _Channel, engines: dict[str, Engine], load_engine: LoadEngine
) -> None:
    channel.send(Started(request.run_id, {**record_environment(), "inputs": request.inputs}))

    def engine_of_run() -> Engine:
        if request.engine not in engines:
            channel.report_progress(0.0, "Loading the engine")
            with _collection_put_off():
                engines[request.engine] = load_engine(request.engine)
        return engines[request.engine]

    channel.send(_terminal_message(request, channel, engine_of_run))


def _terminal_message(
    request: RunRequest, channel: _Channel, engine_of_run: Callable[[], Engine]
) -> WorkerMessage:
    """Run the engine in the worker's outermost frame and return what became of it."""
    run_id = request.run_id
    message: WorkerMessage
    try:
        channel.wait_for_permission()
        forget_peak_memory()
        result = engine_of_run().run(request, channel.report_progress)
        result = replace(result, environment={**result.environment, "peak_memory_bytes": peak_memory_bytes()})
        message = Completed(run_id, checked_result(result, output_dir=request.output_dir))
    except ForensicAppError as error:
        message = Failed(run_id, type(error).__name__, error.message, error.advice)
    except Exception as error:
        sys.stderr.write(trace(error))
        message = _unexpected(run_id, error)
    return Cancelled(run_id) if channel.is_cancelled else message


def _unexpected(run_id: str, error: Exception) -> Failed:
    detail = "".join(traceback.format_exception(error))
    shortage = known_shortage(error)
    if isinstance(shortage, OutOfMemory):
        return Failed(
            run_id,
            EngineError.__name__,
            "The run needed more memory than is free.",
            "Close other programs, or ask for fewer ages and variants at once, and run it again.",
            detail,
        )
    if shortage is not None:
        return Failed(
            run_id, type(shortage).__name__, shortage.message, "Free some space, then run it again.", detail
        )
    return Failed(
        run_id,
        EngineError.__name__,
        f"The engine stopped on an error that it does not know ({type(error).__name__}).",
        "The full text is in the worker's log, in the folder 'logs' of the casebook; send it to support.",
        detail,
    )


def checked_result(result: EngineResult, *, output_dir: Path) -> EngineResult:
    """Return ``result`` as plain values with the digest of every file, if the casebook can keep it.

    Raises:
        EngineError: A file is missing or outside ``output_dir``, or a value cannot be written as JSON.
    """
    folder = output_dir.resolve()
    written = [image.path for image in result.images]
    written += [result.adapter.path] if result.adapter is not None else []
    for named in written:
        path = named.resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise EngineError(
                f"The engine names a file that it did not write: {named.name}.",
                "Nothing of this run was kept; send the worker's log to support.",
            )
    try:
        return EngineResult(
            images=tuple(_plain_image(image) for image in result.images),
            control=_plain(dict(result.control)),
            face=_plain(dict(result.face)),
            environment=_plain(dict(result.environment)),
            warnings=tuple(_plain([str(warning) for warning in result.warnings])),
            adapter=_plain_adapter(result.adapter),
        )
    except (ValueError, TypeError) as error:
        raise EngineError(
            f"The engine measured something that the record cannot hold ({error}).",
            "Nothing of this run was kept; send the worker's log to support.",
        ) from error


def _plain_adapter(adapter: OutputAdapter | None) -> OutputAdapter | None:
    if adapter is None:
        return None
    return OutputAdapter(Path(adapter.path), _plain(dict(adapter.facts)), _stated_digest(adapter))


def _plain_image(image: OutputImage) -> OutputImage:
    role, target_age, variant, metrics = _plain(
        [str(image.role), image.target_age, image.variant, dict(image.metrics)]
    )
    return OutputImage(
        path=Path(image.path),
        role=role,
        target_age=target_age,
        variant=variant,
        width_px=int(image.width_px),
        height_px=int(image.height_px),
        metrics=metrics,
        sha256=_stated_digest(image),
    )


def _stated_digest(output: OutputImage | OutputAdapter) -> str:
    """Return the digest of what an engine wrote, from the file where the engine did not state it."""
    return output.sha256 or sha256_of_file(output.path)


def _plain(value: Any) -> Any:
    """Return ``value`` rebuilt from JSON types: the other process need not have the engine's classes."""
    canonical_json(value)
    return json.loads(json.dumps(value, allow_nan=False))


class _Channel:
    """One run's end of the connection; used from the engine's thread only."""

    def __init__(self, connection: Connection[Any, Any], run_id: str) -> None:
        self.is_cancelled = False
        self._connection = connection
        self._run_id = run_id
        self._sent_at = float("-inf")
        self._stage = ""
        self._new_stages_left = float(STAGE_BURST)
        self._first: tuple[float, float] | None = None

    def send(self, message: WorkerMessage) -> None:
        """Send ``message``; the process ends when nobody is left to receive it."""
        try:
            self._connection.send(message)
        except (BrokenPipeError, ConnectionResetError):
            raise SystemExit("The process that holds the casebook is gone.") from None

    def wait_for_permission(self) -> None:
        """Return when the run's start is on record; raise ``RunCancelled`` if it is not to begin."""
        while True:
            if self._take(self._receive()):
                return

    def report_progress(self, fraction: float, stage: str) -> None:
        """Raise ``RunCancelled`` if a cancel was asked for; send progress about ten times a second."""
        while self._connection.poll():
            self._take(self._receive())
        if self.is_cancelled:
            raise _cancelled()
        now = time.monotonic()
        if not self._may_send(now, is_new_stage=stage != self._stage) and fraction < 1.0:
            return
        self._sent_at, self._stage = now, stage
        bounded = min(max(float(fraction), 0.0), 1.0)
        self.send(Progress(self._run_id, bounded, stage, self._seconds_left(now, bounded)))

    def _may_send(self, now: float, *, is_new_stage: bool) -> bool:
        """Return whether a message is due; a new stage need not wait, except when stages themselves flood."""
        waited_s = now - self._sent_at
        self._new_stages_left = min(self._new_stages_left + waited_s / PROGRESS_INTERVAL_S, STAGE_BURST)
        if waited_s >= PROGRESS_INTERVAL_S:
            return True
        if not is_new_stage or self._new_stages_left < 1.0:
            return False
        self._new_stages_left -= 1.0
        return True

    def _receive(self) -> object:
        try:
            return self._connection.recv()
        except (EOFError, ConnectionResetError):
            raise SystemExit("The process that holds the casebook is gone.") from None

    def _take(self, message: object) -> bool:
        if isinstance(message, CancelRequest) and message.run_id == self._run_id:
            self.is_cancelled = True
            raise _cancelled()
        return isinstance(message, Proceed) and message.run_id == self._run_id

    def _seconds_left(self, now: float, fraction: float) -> float | None:
        if self._first is None:
            if fraction > 0.0:
                self._first = (now, fraction)
            return None
        began, done_then = self._first
        if now - began < ESTIMATE_AFTER_S or fraction - done_then < ESTIMATE_AFTER_FRACTION:
            return None
        return round((1.0 - fraction) * (now - began) / (fraction - done_then), 1)


def _cancelled() -> RunCancelled:
    return RunCancelled("The run was cancelled.", "Queue it again to repeat it.")
