"""Runs through real spawned workers with fake engines."""

from __future__ import annotations

import dataclasses
import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from forensic_app.engines import registry
from forensic_app.errors import StoreUnavailable
from forensic_app.messages import (
    Cancelled,
    Completed,
    Failed,
    Preparation,
    Progress,
    RunRequest,
    Started,
    WorkerMessage,
)
from forensic_app.runs import worker
from forensic_app.runs.queue import RunQueue
from forensic_app.runs.worker_process import WorkerProcess

from . import fake_engines


class RecordingLedger:
    """Keeps what was persisted, in order, with the listeners' calls."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str]] = []
        self.ended: set[str] = set()
        self.refuses_completion = False

    def started(self, message: Started) -> None:
        self.entries.append(("persisted", "Started", message.run_id))

    def completed(self, message: Completed) -> None:
        if self.refuses_completion:
            raise StoreUnavailable("The disk is full.", "Free some space.")
        self._end("Completed", message.run_id)

    def failed(self, message: Failed) -> None:
        self._end("Failed", message.run_id)

    def cancelled(self, run_id: str, *, reason: str) -> bool:
        if run_id in self.ended:
            return False
        self._end(f"Cancelled {reason}".strip(), run_id)
        return True

    def listen(self, message: WorkerMessage) -> None:
        if not isinstance(message, Progress):
            self.entries.append(("announced", type(message).__name__, message.run_id))

    def _end(self, what: str, run_id: str) -> None:
        assert run_id not in self.ended, "a run ended twice"
        self.ended.add(run_id)
        self.entries.append(("persisted", what, run_id))


@pytest.fixture
def ledger() -> RecordingLedger:
    return RecordingLedger()


@pytest.fixture
def queue(ledger: RecordingLedger, tmp_path: Path) -> Iterator[RunQueue]:
    queue = RunQueue(
        ledger,
        log_dir=tmp_path / "logs",
        listeners=[ledger.listen],
        load_engine=fake_engines.load_engine,
        grace_s=0.5,
    )
    descriptors_before = psutil.Process().num_fds()
    threads_before = threading.active_count()
    queue.start()
    worker = psutil.Process(worker_pid())
    yield queue
    queue.close()
    assert not worker.is_running()
    assert multiprocessing.active_children() == []
    assert threading.active_count() == threads_before
    assert psutil.Process().num_fds() <= descriptors_before + 1, "one stays: the resource tracker's"


def worker_pid() -> int:
    """Process id of the warm worker, the only child."""
    [worker] = multiprocessing.active_children()
    assert worker.pid is not None
    return worker.pid


def request_for(engine: str, folder: Path, *, run_id: str = "R-0001", **parameters: object) -> RunRequest:
    output_dir = folder / run_id
    output_dir.mkdir(exist_ok=True)
    return RunRequest(
        run_id=run_id,
        engine=engine,
        parameters=parameters,
        exhibit_path=folder / "exhibit",
        exhibit_sha256="0" * 64,
        pack_path=folder,
        pack_sha256="1" * 64,
        analyser="dlib",
        output_dir=output_dir,
    )


def cancel_once_working(queue: RunQueue, run_id: str = "R-0001") -> list[float]:
    """Cancel from a listener at the first progress of real work; return when that was."""
    asked_at: list[float] = []

    def listen(message: WorkerMessage) -> None:
        if isinstance(message, Progress) and message.stage != "Loading the engine" and not asked_at:
            asked_at.append(time.monotonic())
            queue.cancel(run_id, reason="asked by Ada")

    queue.listeners.append(listen)
    return asked_at


def test_a_run_completes_and_every_message_is_persisted_before_it_is_announced(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    terminal = queue.execute(request_for("Completing", tmp_path, seed=9))
    assert isinstance(terminal, Completed)
    assert terminal.result.images[0].path.is_file()
    assert terminal.result.warnings == ("A warning.",)
    assert ledger.entries == [
        ("persisted", "Started", "R-0001"),
        ("announced", "Started", "R-0001"),
        ("persisted", "Completed", "R-0001"),
        ("announced", "Completed", "R-0001"),
    ]


def test_the_worker_stays_warm_between_runs(queue: RunQueue, tmp_path: Path) -> None:
    pids = []
    for number in (1, 2):
        terminal = queue.execute(request_for("Completing", tmp_path, run_id=f"R-000{number}"))
        assert isinstance(terminal, Completed)
        pids.append(terminal.result.environment["pid"])
    assert pids == [worker_pid()] * 2
    assert pids[0] != os.getpid()


def test_a_run_follows_the_preparation_in_the_same_worker_and_nothing_is_announced_of_it(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    pid = worker_pid()
    queue.prepare(Preparation("Prepared", tmp_path, device="cpu"))
    time.sleep(0.2)
    assert ledger.entries == []
    terminal = queue.execute(request_for("Prepared", tmp_path))
    assert isinstance(terminal, Completed)
    assert terminal.result.environment["prepared"] == f"{tmp_path} on cpu;"
    assert terminal.result.environment["pid"] == pid
    assert [entry[1] for entry in ledger.entries if entry[0] == "persisted"] == ["Started", "Completed"]


@pytest.mark.parametrize("engine", ["Unprepared", "Completing", "Missing"])
def test_a_preparation_that_fails_or_that_the_engine_does_not_know_harms_no_run(
    queue: RunQueue, tmp_path: Path, engine: str
) -> None:
    pid = worker_pid()
    queue.prepare(Preparation(engine, tmp_path))
    assert isinstance(queue.execute(request_for("Completing", tmp_path)), Completed)
    assert worker_pid() == pid


def test_a_run_can_be_cancelled_while_the_worker_prepares(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    queue.prepare(Preparation("Prepared", threads=60))
    began = time.monotonic()
    cancels = iter([True])

    def ask() -> None:
        if next(cancels, False):
            queue.cancel("R-0001", reason="asked by Ada")

    terminal = queue.execute(request_for("Completing", tmp_path), while_waiting=ask)
    assert isinstance(terminal, Cancelled)
    assert time.monotonic() - began < 5
    assert ("persisted", "Cancelled asked by Ada", "R-0001") in ledger.entries


def test_a_worker_that_prepares_is_not_waited_for_at_the_end(queue: RunQueue) -> None:
    queue.prepare(Preparation("Prepared", threads=60))
    time.sleep(0.2)
    began = time.monotonic()
    queue.close()
    assert time.monotonic() - began < 2
    assert multiprocessing.active_children() == []


def test_nothing_is_prepared_while_a_run_is_executed(queue: RunQueue, tmp_path: Path) -> None:
    asked: list[bool] = []

    def ask() -> None:
        queue.prepare(Preparation("Prepared", threads=60))
        asked.append(True)

    assert isinstance(queue.execute(request_for("Completing", tmp_path), while_waiting=ask), Completed)
    began = time.monotonic()
    assert asked
    assert isinstance(queue.execute(request_for("Completing", tmp_path, run_id="R-0002")), Completed)
    assert time.monotonic() - began < 10


def test_a_worker_that_was_spawned_ahead_serves_the_queue(ledger: RecordingLedger, tmp_path: Path) -> None:
    worker = WorkerProcess(log_dir=tmp_path / "logs", load_engine=fake_engines.load_engine)
    worker.send(Preparation("Prepared", device="cpu"))
    with RunQueue(
        ledger, log_dir=tmp_path / "logs", load_engine=fake_engines.load_engine, worker=worker
    ) as queue:
        terminal = queue.execute(request_for("Prepared", tmp_path))
        assert isinstance(terminal, Completed)
        assert terminal.result.environment["pid"] == worker.pid
        assert terminal.result.environment["prepared"] == "None on cpu;"
    assert multiprocessing.active_children() == []


def test_the_worker_has_no_database_no_window_no_torch_and_stays_offline(
    queue: RunQueue, tmp_path: Path
) -> None:
    terminal = queue.execute(request_for("Modules", tmp_path))
    assert isinstance(terminal, Completed)
    environment = terminal.result.environment
    loaded = {name.split(".")[0] for name in environment["modules"]}
    assert "forensic_app" in loaded
    assert not loaded & {"sqlalchemy", "alembic", "PySide6", "torch", "diffusers", "transformers", "pytest"}
    assert not {name for name in environment["modules"] if name.startswith("forensic_app.store")}
    assert environment["variables"]["HF_HUB_OFFLINE"] == "1"
    assert environment["variables"]["TRANSFORMERS_OFFLINE"] == "1"
    assert environment["variables"]["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["variables"]["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert environment["ignores_interrupt"] is True
    assert environment["core_limit"] == [0, 0]
    assert environment["umask"] == 0o077
    assert environment["collects_garbage"] is True, "it is put off while an engine is imported only"


def test_started_carries_the_worker_processs_environment(queue: RunQueue, tmp_path: Path) -> None:
    seen: list[WorkerMessage] = []
    queue.listeners.append(seen.append)
    queue.execute(request_for("Completing", tmp_path))
    started = seen[0]
    assert isinstance(started, Started)
    assert started.environment["packages"]["torch"]
    assert started.environment["variables"]["HF_HUB_OFFLINE"] == "1"


def test_started_carries_what_the_run_was_given_beside_its_specification(
    queue: RunQueue, tmp_path: Path
) -> None:
    seen: list[WorkerMessage] = []
    queue.listeners.append(seen.append)
    for number, models in enumerate((None, tmp_path)):
        request = request_for("Completing", tmp_path, run_id=f"R-000{number}")
        given = {"device": "cpu", "threads": 1, "subject": {"age_at_photo": 30.0}}
        queue.execute(dataclasses.replace(request, analyser_path=models, **given))
        started = [each for each in seen if isinstance(each, Started)][-1]
        assert started.environment["inputs"] == {**given, "analyser_path": str(models or "")}


def test_progress_is_limited_in_rate_ends_at_one_and_estimates_what_is_left(
    queue: RunQueue, tmp_path: Path
) -> None:
    seen: list[Progress] = []
    queue.listeners.append(lambda message: seen.append(message) if isinstance(message, Progress) else None)
    began = time.monotonic()
    queue.execute(request_for("Flooding", tmp_path, steps=3000))
    seconds = time.monotonic() - began
    assert len(seen) <= 10 * seconds + 4
    assert seen[-1].fraction == 1.0
    assert [one.fraction for one in seen] == sorted(one.fraction for one in seen)
    assert seen[0].seconds_left is None
    estimates = [one.seconds_left for one in seen if one.seconds_left is not None]
    assert estimates
    assert all(0 <= estimate <= 3 * seconds for estimate in estimates)


@pytest.mark.parametrize("engine", ["Slow", "Swallowing", "Wrapping"])
def test_a_running_run_is_cancelled_within_two_seconds_and_the_worker_lives(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path, engine: str
) -> None:
    asked_at = cancel_once_working(queue)
    pid = worker_pid()
    terminal = queue.execute(request_for(engine, tmp_path, steps=60_000))
    assert terminal == Cancelled("R-0001")
    assert time.monotonic() - asked_at[0] < 2.0
    assert ledger.entries[-2:] == [
        ("persisted", "Cancelled asked by Ada", "R-0001"),
        ("announced", "Cancelled", "R-0001"),
    ]
    assert worker_pid() == pid
    assert isinstance(queue.execute(request_for("Completing", tmp_path, run_id="R-0002")), Completed)


def test_an_engine_that_ignores_a_cancel_is_killed_and_the_run_is_cancelled_not_failed(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    asked_at = cancel_once_working(queue)
    terminal = queue.execute(request_for("Deaf", tmp_path))
    assert terminal == Cancelled("R-0001")
    assert 0.5 <= time.monotonic() - asked_at[0] < 2.0
    assert ("persisted", "Cancelled asked by Ada", "R-0001") in ledger.entries
    assert isinstance(queue.execute(request_for("Completing", tmp_path, run_id="R-0002")), Completed)


def test_a_second_cancel_without_grace_kills_at_once(queue: RunQueue, tmp_path: Path) -> None:
    queue.listeners.append(
        lambda message: queue.cancel("R-0001", grace_s=0.0) if isinstance(message, Progress) else None
    )
    began = time.monotonic()
    assert queue.execute(request_for("Deaf", tmp_path)) == Cancelled("R-0001")
    assert time.monotonic() - began < 2.0


def test_cancelling_a_queued_run_leaves_the_running_one_alone(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    cancel_once_working(queue, run_id="R-0002")
    terminal = queue.execute(request_for("Slow", tmp_path, steps=40))
    assert isinstance(terminal, Completed)
    assert ("persisted", "Cancelled asked by Ada", "R-0002") in ledger.entries
    assert ledger.entries.index(("announced", "Cancelled", "R-0002")) < ledger.entries.index(
        ("persisted", "Completed", "R-0001")
    )


def test_a_cancel_from_another_thread_is_persisted_by_the_executing_one(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    persisting_threads: list[int] = []
    persist = ledger.cancelled

    def cancelled(run_id: str, *, reason: str) -> bool:
        persisting_threads.append(threading.get_ident())
        return persist(run_id, reason=reason)

    ledger.cancelled = cancelled  # type: ignore[method-assign]
    timer = threading.Timer(0.4, queue.cancel, args=["R-0001"])
    timer.start()
    assert queue.execute(request_for("Slow", tmp_path, steps=60_000)) == Cancelled("R-0001")
    timer.join()
    assert persisting_threads == [threading.get_ident()]


def test_a_run_cancelled_before_it_is_executed_is_recorded_at_once(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    queue.cancel("R-0005", reason="asked by Ada")
    assert ledger.entries == [
        ("persisted", "Cancelled asked by Ada", "R-0005"),
        ("announced", "Cancelled", "R-0005"),
    ]
    queue.cancel("R-0005")
    assert len(ledger.entries) == 2, "a run ends once"


def test_a_cancel_that_comes_while_waiting_for_the_worker_means_no_start(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    request = request_for("Completing", tmp_path)
    terminal = queue.execute(request, while_waiting=lambda: queue.cancel("R-0001"))
    assert terminal == Cancelled("R-0001")
    assert [entry[1] for entry in ledger.entries] == ["Cancelled", "Cancelled"]


def test_a_cancel_between_start_and_work_means_that_the_engine_never_runs(
    queue: RunQueue, tmp_path: Path
) -> None:
    queue.listeners.append(lambda message: queue.cancel("R-0001") if isinstance(message, Started) else None)
    assert queue.execute(request_for("Exiting", tmp_path)) == Cancelled("R-0001")


@pytest.mark.parametrize(
    ("engine", "how", "words"),
    [
        ("Exiting", "exit code 3", "last words: out of luck"),
        ("Killed", "SIGKILL", "last words: out of memory"),
        ("Segfaulting", "SIGSEGV", "Fatal Python error: Segmentation fault"),
    ],
)
def test_a_dead_worker_is_a_failed_run_with_last_words_and_the_next_run_works(
    *, queue: RunQueue, ledger: RecordingLedger, tmp_path: Path, engine: str, how: str, words: str
) -> None:
    dead_pid = worker_pid()
    terminal = queue.execute(request_for(engine, tmp_path))
    assert isinstance(terminal, Failed)
    assert terminal.error == "WorkerDied"
    assert how in terminal.message
    assert words in terminal.detail
    assert ("persisted", "Failed", "R-0001") in ledger.entries
    assert isinstance(queue.execute(request_for("Completing", tmp_path, run_id="R-0002")), Completed)
    assert worker_pid() != dead_pid


def test_a_worker_that_does_not_begin_is_ended_by_force(ledger: RecordingLedger, tmp_path: Path) -> None:
    with RunQueue(
        ledger, log_dir=tmp_path, load_engine=fake_engines.load_engine, start_timeout_s=0.3
    ) as queue:
        queue.start()
        os.kill(worker_pid(), signal.SIGSTOP)
        terminal = queue.execute(request_for("Completing", tmp_path))
        assert isinstance(terminal, Failed)
        assert terminal.error == "WorkerDied"
        assert ledger.entries == [("persisted", "Failed", "R-0001")]


def test_a_worker_that_died_while_idle_is_replaced(queue: RunQueue, tmp_path: Path) -> None:
    queue.execute(request_for("Completing", tmp_path))
    pid = worker_pid()
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 2.0
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.01)
    assert isinstance(queue.execute(request_for("Completing", tmp_path, run_id="R-0002")), Completed)


def test_an_expected_error_keeps_its_name_message_and_advice_and_the_worker(
    queue: RunQueue, tmp_path: Path
) -> None:
    pid = worker_pid()
    terminal = queue.execute(request_for("Faceless", tmp_path))
    assert terminal == Failed(
        "R-0001", "FaceNotFound", "There is no face in the photograph.", "Use another photograph."
    )
    assert worker_pid() == pid


@pytest.mark.parametrize(
    ("engine", "message", "detail"),
    [
        ("Broken", "ZeroDivisionError", "ZeroDivisionError: a bug"),
        ("Hungry", "memory", "MemoryError"),
    ],
)
def test_an_unknown_error_fails_the_run_with_a_traceback_for_the_log_only(
    queue: RunQueue, tmp_path: Path, engine: str, message: str, detail: str
) -> None:
    terminal = queue.execute(request_for(engine, tmp_path))
    assert isinstance(terminal, Failed)
    assert terminal.error == "EngineError"
    assert message in terminal.message
    assert "Traceback" not in terminal.message + terminal.advice
    assert detail in terminal.detail
    logs = "".join(path.read_text() for path in tmp_path.rglob("worker-*.log"))
    assert type_of(detail) in logs
    assert "ZeroDivisionError: a bug" not in logs
    assert isinstance(queue.execute(request_for("Completing", tmp_path, run_id="R-0002")), Completed)


def type_of(detail: str) -> str:
    return detail.partition(":")[0]


@pytest.mark.parametrize(
    ("error", "name", "words"),
    [
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "EngineError", "more memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "DiskFull", "is full"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "DiskFull", "is full"),
    ],
)
def test_a_machine_that_runs_out_of_something_fails_the_run_in_a_sentence(
    error: Exception, name: str, words: str
) -> None:
    message = worker._unexpected("R-0001", error)
    assert message.error == name
    assert words in message.message
    assert message.advice


@pytest.mark.parametrize(("engine", "words"), [("Unrecordable", "cannot hold"), ("Lying", "did not write")])
def test_a_result_that_cannot_be_kept_fails_the_run(
    queue: RunQueue, tmp_path: Path, engine: str, words: str
) -> None:
    (tmp_path / "exhibit").write_bytes(b"original")
    terminal = queue.execute(request_for(engine, tmp_path))
    assert isinstance(terminal, Failed)
    assert terminal.error == "EngineError"
    assert words in terminal.message
    assert (tmp_path / "exhibit").read_bytes() == b"original"


def test_a_result_reaches_the_casebooks_process_as_plain_values(queue: RunQueue, tmp_path: Path) -> None:
    terminal = queue.execute(request_for("Exotic", tmp_path))
    assert isinstance(terminal, Completed)
    assert type(terminal.result.control) is dict
    assert type(terminal.result.control["score"]) is float


def test_a_completed_run_that_cannot_be_stored_is_recorded_as_failed(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    ledger.refuses_completion = True
    terminal = queue.execute(request_for("Completing", tmp_path))
    assert terminal == Failed("R-0001", "StoreUnavailable", "The disk is full.", "Free some space.")
    assert ledger.entries[-2:] == [("persisted", "Failed", "R-0001"), ("announced", "Failed", "R-0001")]


def test_a_start_that_cannot_be_recorded_ends_the_worker_before_any_work(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    def refuse(message: Started) -> None:
        raise StoreUnavailable("The disk is full.", "Free some space.")

    ledger.started = refuse  # type: ignore[method-assign]
    request = request_for("Completing", tmp_path)
    with pytest.raises(StoreUnavailable):
        queue.execute(request)
    assert multiprocessing.active_children() == []
    assert list(request.output_dir.iterdir()) == []


def test_no_work_is_done_before_the_start_is_on_record(
    queue: RunQueue, ledger: RecordingLedger, tmp_path: Path
) -> None:
    request = request_for("Completing", tmp_path)
    files_at_start: list[list[Path]] = []

    def record_slowly(message: Started) -> None:
        time.sleep(0.3)
        files_at_start.append(list(request.output_dir.iterdir()))

    ledger.started = record_slowly  # type: ignore[method-assign]
    assert isinstance(queue.execute(request), Completed)
    assert files_at_start == [[]]
    assert len(list(request.output_dir.iterdir())) == 1


def test_a_run_inside_a_run_is_refused(queue: RunQueue, tmp_path: Path) -> None:
    request = request_for("Completing", tmp_path)
    errors: list[RuntimeError] = []

    def nest(message: WorkerMessage) -> None:
        if isinstance(message, Started):
            with pytest.raises(RuntimeError, match="R-0001") as caught:
                queue.execute(request)
            errors.append(caught.value)

    queue.listeners.append(nest)
    queue.execute(request)
    assert len(errors) == 1


@pytest.mark.parametrize("limit", [47, 48])
def test_the_workers_images_have_the_limit_of_the_workstations_settings(
    ledger: RecordingLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path))
    (tmp_path / "settings.toml").write_text(f"max_image_pixels = {limit}\n")
    fake_engines.write_png(tmp_path / "exhibit", width=8, height=6, value=9)
    with RunQueue(ledger, log_dir=tmp_path / "logs", load_engine=fake_engines.load_engine) as queue:
        terminal = queue.execute(request_for("Opening", tmp_path))
    assert isinstance(terminal, Completed if limit == 48 else Failed)
    assert limit == 48 or "47 pixels" in terminal.message


def test_an_engine_that_the_loader_does_not_know_fails_the_run(
    ledger: RecordingLedger, tmp_path: Path
) -> None:
    with RunQueue(ledger, log_dir=tmp_path / "logs", load_engine=registry.load_engine) as queue:
        terminal = queue.execute(request_for(f"{fake_engines.__name__}:Exiting", tmp_path))
    assert isinstance(terminal, Failed)
    assert (terminal.error, terminal.detail) == ("InvalidInput", "")


def test_the_worker_does_not_import_its_parents_script_and_does_not_outlive_it(tmp_path: Path) -> None:
    """The script has no main guard: a worker that imported it would spawn another worker and fail."""
    script = tmp_path / "parent.py"
    script.write_text(
        f"""
import sys
from pathlib import Path
{_PARENT_SOURCE}
"""
    )
    command = [sys.executable, str(script), str(tmp_path), fake_engines.__name__]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    deadline = time.monotonic() + 3.0
    while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


_PARENT_SOURCE = """
import importlib
import multiprocessing
from forensic_app.messages import Progress, RunRequest
from forensic_app.runs.queue import RunQueue

class Ledger:
    def started(self, message): pass
    def completed(self, message): pass
    def failed(self, message): pass
    def cancelled(self, run_id, *, reason): return True

folder = Path(sys.argv[1])
load_engine = importlib.import_module(sys.argv[2]).load_engine
queue = RunQueue(Ledger(), log_dir=folder, load_engine=load_engine)
def listen(message):
    if isinstance(message, Progress) and message.fraction > 0:
        print(multiprocessing.active_children()[0].pid, flush=True)
queue.listeners.append(listen)
queue.execute(RunRequest("R-0001", "Slow", {"steps": 60000}, folder, "", folder, "", "dlib", folder))
"""
