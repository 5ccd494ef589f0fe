from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest
from PIL import Image

from forensic_app.custody import SigningKey
from forensic_app.engines import device_names
from forensic_app.engines.packs.pack import Pack
from forensic_app.errors import (
    InvalidInput,
    LicenceNotAccepted,
    PackMissing,
    RecordNotFound,
    StoreUnavailable,
)
from forensic_app.messages import Completed, Failed, Progress, WorkerMessage
from forensic_app.records import Exhibit, RunStatus
from forensic_app.runs.queue import RunQueue
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.cancelling import (
    CancelRequest,
    CancelRequests,
    carry_out_requests,
    request_cancel,
)
from forensic_app.workflows.control_arms import queue_with_control
from forensic_app.workflows.execution import (
    StoreLedger,
    execute_queued,
    open_run_queue,
    plan_run,
    queue_run,
    work_folder,
)
from forensic_app.workflows.intake import receive_exhibit

from . import executing_process
from .conftest import QueueFake


@pytest.fixture
def queue(store: CaseStore, fake_loader: None) -> Iterator[RunQueue]:
    with open_run_queue(store) as queue:
        yield queue


@contextmanager
def executing(folder: Path, key: SigningKey) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """Execute the casebook's runs in another process."""
    search = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", executing_process.__name__, str(folder), key.to_bytes().hex()]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": search}
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def actions(store: CaseStore) -> list[str]:
    return [event.action for event in store.events() if event.action.startswith(("run_", "image_"))]


def test_a_plan_is_complete_and_names_the_subjects_other_photographs(
    store: CaseStore, exhibit: Exhibit, accepted_pack: Pack, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (30, 30), "blue").save(other)
    reference = receive_exhibit(store, other, case="2026-001", subject_id="S-0001")
    spec = plan_run(
        store, engine="aging", exhibit=exhibit.exhibit_number, parameters={"seed": 3}, pack="fake-pack"
    )
    assert spec.exhibit_sha256 == exhibit.sha256
    assert spec.reference_sha256 == (reference.sha256,)
    assert spec.pack_sha256 == accepted_pack.sha256
    assert spec.parameters["seed"] == 3
    assert {"strength", "guidance_scale", "num_inference_steps"} <= set(spec.parameters)
    assert spec.engine_version


def test_a_pack_is_used_only_after_its_licence_was_accepted(
    store: CaseStore, exhibit: Exhibit, pack: Pack
) -> None:
    with pytest.raises(LicenceNotAccepted, match="fake-pack"):
        plan_run(store, engine="aging", exhibit=exhibit.exhibit_id, parameters={}, pack=pack.name)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"engine": "no-such"}, InvalidInput),
        ({"exhibit": "E-0099"}, RecordNotFound),
        ({"parameters": {"seed": -1}}, InvalidInput),
        ({"parameters": {"nonsense": 1}}, InvalidInput),
        ({"pack": "no-such"}, PackMissing),
        ({"analyser": "no-such"}, InvalidInput),
        ({"face_index": -1}, InvalidInput),
    ],
)
def test_a_plan_that_cannot_be_executed_is_refused(
    store: CaseStore,
    exhibit: Exhibit,
    accepted_pack: Pack,
    changes: dict[str, object],
    error: type[Exception],
) -> None:
    plan = {"engine": "aging", "exhibit": exhibit.exhibit_id, "parameters": {}, "pack": accepted_pack.name}
    with pytest.raises(error):
        plan_run(store, **{**plan, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("device", ["gpu", "cuda", "CPU"])
def test_a_device_that_is_not_there_is_refused_before_anything_is_recorded(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setattr(device_names, "is_cuda_usable", lambda: False)
    waiting = queue_fake()
    for ask in (queue_run, queue_with_control):
        with pytest.raises(InvalidInput, match="Use"):
            ask(store, waiting.spec, device=device)
    assert store.runs() == [waiting]
    with pytest.raises(InvalidInput):
        execute_queued(store, queue=queue, device=device)
    assert store.runs() == [waiting]


def test_a_folder_that_no_record_can_name_is_refused_before_the_run(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake, tmp_path: Path
) -> None:
    run = queue_fake()
    with pytest.raises(InvalidInput, match="is not UTF-8"):
        execute_queued(store, queue=queue, analyser_path=tmp_path / "caf\udce9")
    assert store.runs() == [run]


def test_queued_runs_are_executed_oldest_first_and_recorded(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake, folder: Path
) -> None:
    for seed in (10, 20):
        queue_fake(seed=seed)
    seen: list[WorkerMessage] = []
    status_when_announced: list[RunStatus] = []

    def on_message(message: WorkerMessage) -> None:
        seen.append(message)
        if isinstance(message, Completed):
            status_when_announced.append(store.run(message.run_id).status)

    ended = execute_queued(store, queue=queue, on_message=on_message)
    assert [(run.run_id, run.status) for run in ended] == [
        ("R-0001", RunStatus.COMPLETED),
        ("R-0002", RunStatus.COMPLETED),
    ]
    assert status_when_announced == [RunStatus.COMPLETED] * 2
    run = ended[0]
    assert run.environment["packages"]["torch"]
    assert run.environment["inputs"]["subject"] == {"age_at_photo": 30.0, "sex": "female"}
    assert run.environment["seen_subject"] == {"age_at_photo": 30.0, "sex": "female"}
    assert run.environment["device"] == "cpu"
    assert run.warnings == ("A warning.",)
    assert [image.variant for image in store.derived_images("R-0001")] == [0, 1]
    one = ["run_started", "run_completed", "image_derived", "image_derived"]
    assert actions(store) == ["run_queued"] * 2 + one * 2
    assert store.checkpoints()[-1].size == store.events()[-1].sequence
    assert list((folder / "work").iterdir()) == []
    assert on_message not in queue.listeners


def test_a_picture_that_is_exchanged_before_it_is_taken_over_fails_the_run_on_record(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_fake()
    completed = StoreLedger.completed

    def exchange(self: StoreLedger, message: Completed) -> None:
        path = message.result.images[0].path
        Image.new("RGB", (8, 6), "magenta").save(path.with_name("other.png"))
        path.with_name("other.png").replace(path)
        completed(self, message)

    monkeypatch.setattr(StoreLedger, "completed", exchange)
    (run,) = execute_queued(store, queue=queue)
    assert run.status is RunStatus.FAILED
    assert "was changed by another program before it was taken over" in run.failure
    assert store.derived_images(run.run_id) == []
    assert store.events()[-1].details["error"] == "EvidenceAltered"
    assert verify_casebook(store.folder).is_intact


def test_only_the_named_runs_are_executed(store: CaseStore, queue: RunQueue, queue_fake: QueueFake) -> None:
    for _ in range(2):
        queue_fake()
    execute_queued(store, queue=queue, run_ids=["R-0002"])
    assert [run.status for run in store.runs()] == [RunStatus.QUEUED, RunStatus.COMPLETED]


def test_a_failing_engine_is_recorded_and_the_next_run_goes_on(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake
) -> None:
    queue_fake("Faceless")
    queue_fake()
    ended = execute_queued(store, queue=queue)
    assert [run.status for run in ended] == [RunStatus.FAILED, RunStatus.COMPLETED]
    assert ended[0].failure == "There is no face in the photograph. Use another photograph."


def test_altered_evidence_and_an_altered_pack_fail_the_run_without_a_worker(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake, exhibit: Exhibit, accepted_pack: Pack
) -> None:
    seen: list[WorkerMessage] = []
    queue_fake()
    original = store.vault.path(exhibit.sha256)
    content = original.read_bytes()
    original.chmod(0o600)
    original.write_bytes(content[:-1] + b"?")
    execute_queued(store, queue=queue, on_message=seen.append)
    original.write_bytes(content)
    queue_fake()
    manifest = accepted_pack.path / "pack.json"
    manifest.write_text(manifest.read_text() + "\n")
    execute_queued(store, queue=queue, on_message=seen.append)
    assert [message.error for message in seen if isinstance(message, Failed)] == [
        "EvidenceAltered",
        "PackAltered",
    ]
    assert [run.status for run in store.runs()] == [RunStatus.FAILED] * 2
    assert multiprocessing.active_children() == []


def test_a_running_run_is_cancelled_and_the_queued_one_goes_on(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake
) -> None:
    queue_fake("Slow", steps=60_000)
    queue_fake()

    def cancel(message: WorkerMessage) -> None:
        if isinstance(message, Progress) and message.run_id == "R-0001" and message.fraction > 0:
            queue.cancel("R-0001", reason="Not needed any more.")

    ended = execute_queued(store, queue=queue, on_message=cancel)
    assert [run.status for run in ended] == [RunStatus.CANCELLED, RunStatus.COMPLETED]
    event = next(event for event in store.events() if event.action == "run_cancelled")
    assert event.details["reason"] == "Not needed any more."
    assert store.derived_images("R-0001") == []


def test_requests_that_are_none_are_removed_without_effect(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake, folder: Path
) -> None:
    queue_fake()
    requests = CancelRequests(folder)
    requests.put(CancelRequest("R-0077", "Grace"))
    (requests.folder / "cancel-R-0001.json").write_text("[1")
    (requests.folder / "cancel-x.json").write_text('{"run_id": "../R-0001", "examiner": "Grace"}')
    assert [run.status for run in execute_queued(store, queue=queue)] == [RunStatus.COMPLETED]
    assert list(requests.folder.iterdir()) == []


BROKEN = {
    "nested": "[" * 5000,
    "long": json.dumps({"run_id": "R-0001", "examiner": "x" * 20_000}),
    "number": '{"run_id": "R-0001", "examiner": 1}',
    "digits": '{"run_id": ' + "9" * 6000 + "}",
    "bytes": b"\xff\xfe\x00",
    "name\x1b[2J\n\u202e": "{}",
}


def lay_broken(folder: Path) -> int:
    """Lay into the folder of requests what is none, and return how much."""
    folder.mkdir(exist_ok=True)
    for name, content in BROKEN.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"cancel-{name}.json").write_bytes(data)
    os.mkfifo(folder / "cancel-pipe.json")
    (folder / "cancel-link.json").symlink_to("/dev/zero")
    (folder / "cancel-folder.json").mkdir()
    (folder / "cancel-folder.json" / "kept").touch()
    return len(BROKEN) + 3


def test_what_is_no_request_neither_hangs_nor_interrupts_and_is_recorded_once(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake, folder: Path
) -> None:
    queue_fake()
    requests = CancelRequests(folder)
    count = lay_broken(requests.folder)
    began = time.monotonic()
    assert [run.status for run in execute_queued(store, queue=queue)] == [RunStatus.COMPLETED]
    assert time.monotonic() - began < 60
    assert carry_out_requests(store) == []
    events = [event for event in store.events() if event.action == "request_refused"]
    assert len(events) == count
    reasons = {event.object_id: event.details["reason"] for event in events}
    assert reasons["cancel-nested.json"] == "it is nested too deep"
    assert "more than 10,000 bytes" in reasons["cancel-long.json"]
    assert "a named pipe" in reasons["cancel-pipe.json"]
    assert "a symbolic link" in reasons["cancel-link.json"]
    assert "cancel-name\\x1b[2J\\x0a\\u202e.json" in reasons
    assert not any(str(folder) in reason for reason in reasons.values())
    (left,) = requests.folder.iterdir()
    assert left.name.startswith(".refused-")
    assert (left / "kept").exists()


def test_a_request_with_surrogates_is_carried_out_in_words_that_can_be_recorded(
    store: CaseStore, queue_fake: QueueFake
) -> None:
    run = queue_fake()
    folder = store.folder / "requests"
    folder.mkdir()
    (folder / f"cancel-{run.run_id}.json").write_text(
        '{"run_id": "%s", "examiner": "A\\ud800\\u202e\\u001b[2J"}' % run.run_id  # noqa: UP031
    )
    assert carry_out_requests(store) == [run.run_id]
    event = next(event for event in store.events() if event.action == "run_cancelled")
    assert (
        event.details["reason"]
        == "A request in the casebook's folder, left in the name of A\\ud800\\u202e\\x1b[2J."
    )


def test_what_cannot_be_taken_away_is_recorded_once(
    store: CaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store.folder / "requests"
    folder.mkdir()
    (folder / "cancel-x.json").write_text("{}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    for _ in range(3):
        assert carry_out_requests(store) == []
    assert sum(event.action == "request_refused" for event in store.events()) == 1


def test_nothing_is_taken_away_behind_a_folder_of_requests_that_is_a_link(
    store: CaseStore, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "cancel-R-0001.json").write_text("precious")
    (store.folder / "requests").symlink_to(outside)
    assert carry_out_requests(store) == []
    assert (outside / "cancel-R-0001.json").read_text() == "precious"


def test_requests_are_private(store: CaseStore) -> None:
    requests = CancelRequests(store.folder)
    before = os.umask(0)
    try:
        requests.put(CancelRequest("R-0001", "Grace"))
    finally:
        os.umask(before)
    (left,) = requests.folder.iterdir()
    assert (requests.folder.stat().st_mode & 0o777, left.stat().st_mode & 0o777) == (0o700, 0o600)


def test_another_process_cancels_the_running_run_and_is_named(
    store: CaseStore, queue_fake: QueueFake, folder: Path, key: SigningKey
) -> None:
    queue_fake("Slow", steps=60_000)
    queue_fake()
    store.close()
    with executing(folder, key) as (process, output):
        assert output.readline().startswith("R-0001")
        began = time.monotonic()
        status = request_cancel(folder, "R-0001", examiner="Ada", key=key, wait_s=5.0)
        assert status is RunStatus.CANCELLED
        assert time.monotonic() - began < 2.0
        assert process.wait(20) == 0
        assert output.read().splitlines()[-1] == "ended cancelled completed"
    with CaseStore.open(folder, examiner="Ada", read_only=True) as reader:
        event = next(event for event in reader.events() if event.action == "run_cancelled")
    assert event.examiner == "Grace"
    assert event.details["reason"] == "A request in the casebook's folder, left in the name of Ada."


def test_an_idle_holder_carries_out_what_is_asked_for(store: CaseStore, queue_fake: QueueFake) -> None:
    first, second = queue_fake(), queue_fake()
    requests = CancelRequests(store.folder)
    for run_id in (first.run_id, "R-0099"):
        requests.put(CancelRequest(run_id, "Grace"))
    assert carry_out_requests(store) == [first.run_id]
    assert store.run(first.run_id).status is RunStatus.CANCELLED
    assert store.run(second.run_id).status is RunStatus.QUEUED
    event = next(event for event in store.events() if event.action == "run_cancelled")
    assert event.details["reason"] == "A request in the casebook's folder, left in the name of Grace."
    requests.put(CancelRequest(first.run_id, "Grace"))
    assert carry_out_requests(store) == []
    assert not list(requests.folder.iterdir())


def test_a_run_that_nobody_executes_is_cancelled_here(
    store: CaseStore, queue_fake: QueueFake, folder: Path, key: SigningKey
) -> None:
    queue_fake()
    store.close()
    assert request_cancel(folder, "R-0001", examiner="Ada", key=key) is RunStatus.CANCELLED
    with pytest.raises(InvalidInput, match="cancelled"):
        request_cancel(folder, "R-0001", examiner="Ada", key=key)
    with pytest.raises(RecordNotFound):
        request_cancel(folder, "R-0099", examiner="Ada", key=key)
    assert not (folder / "requests").exists()


def test_ctrl_c_cancels_the_running_run_and_leaves_the_queued_one(
    store: CaseStore, queue_fake: QueueFake, folder: Path, key: SigningKey
) -> None:
    queue_fake("Slow", steps=60_000)
    queue_fake()
    store.close()
    with executing(folder, key) as (process, output):
        assert output.readline().startswith("R-0001")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert output.read().splitlines()[-1] == "ended cancelled"
    with CaseStore.open(folder, examiner="Ada", read_only=True) as reader:
        assert [run.status for run in reader.runs()] == [RunStatus.CANCELLED, RunStatus.QUEUED]
        event = next(event for event in reader.events() if event.action == "run_cancelled")
    assert event.details["reason"] == "Interrupted by Grace (Ctrl-C)."


def test_a_killed_program_leaves_an_interrupted_run_no_worker_and_a_casebook_that_verifies(
    store: CaseStore, queue_fake: QueueFake, folder: Path, key: SigningKey
) -> None:
    queue_fake("Slow", steps=60_000)
    queue_fake()
    store.close()
    with executing(folder, key) as (process, output):
        worker = psutil.Process(int(output.readline().split()[1]))
        process.send_signal(signal.SIGKILL)
        process.wait(5)
    deadline = time.monotonic() + 3.0
    while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    with (
        CaseStore.open(folder, examiner="Ada", key=key) as again,
        open_run_queue(again) as queue,
    ):
        assert again.run("R-0001").status is RunStatus.INTERRUPTED
        assert [run.status for run in execute_queued(again, queue=queue)] == [RunStatus.COMPLETED]
        assert list((folder / "work").iterdir()) == []
    result = verify_casebook(folder)
    assert result.is_intact, result.findings


def test_an_exception_in_a_listener_leaves_an_interrupted_run_not_a_running_one(
    store: CaseStore, queue: RunQueue, queue_fake: QueueFake
) -> None:
    queue_fake("Slow", steps=60_000)
    before = signal.getsignal(signal.SIGINT)

    def broken(message: WorkerMessage) -> None:
        if isinstance(message, Progress):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        execute_queued(store, queue=queue, on_message=broken)
    assert store.run("R-0001").status is RunStatus.INTERRUPTED
    assert multiprocessing.active_children() == []
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_is_removed_or_made_behind_a_work_folder_that_is_a_link(
    store: CaseStore, tmp_path: Path
) -> None:
    outside = tmp_path / "outside" / "R-0002"
    outside.mkdir(parents=True)
    (outside / "only copy").touch()
    (store.folder / "work").symlink_to(outside.parent)
    with pytest.raises(StoreUnavailable, match="is a link to another place"), work_folder(store, "R-0002"):
        pass
    assert (outside / "only copy").exists()
    (store.folder / "work").unlink()
    with work_folder(store, "R-0002") as folder:
        (folder / "deeper").mkdir()
        folder.parent.rename(tmp_path / "moved")
        (store.folder / "work").symlink_to(outside.parent)
    assert (outside / "only copy").exists()
