from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from forensic_app.errors import OutOfMemory
from forensic_app.records import Run, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.cancelling import request_cancel
from forensic_app.workflows.casebook import open_casebook
from forensic_app.workflows.execution import plan_run, queue_run
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS, close, open_case
from ui.app import create_window
from ui.cases.workspace import RUNS, Workspace
from ui.main_window import MainWindow
from ui.preferences import Preferences

pytestmark = pytest.mark.usefixtures("without_faces")


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that takes what the worker was prepared with."""
    path = tmp_path / "prepared.txt"
    monkeypatch.setenv(fake_engine.PREPARED_VARIABLE, str(path))
    return path


@pytest.fixture
def warming(
    qapp: QApplication, qtbot: Any, preferences: Preferences, fake_engines: None, monkeypatch: Any
) -> Iterator[MainWindow]:
    """A window that warms its worker, as the program's own does."""
    made = create_window(qapp, preferences, warms_worker=True)
    monkeypatch.setattr(made.background, "in_process", lambda *_: None)
    made.show()
    yield made
    close(qtbot, made)


def queue_one(store: CaseStore) -> Run:
    parameters = {"target_ages": [8.0]}
    spec = plan_run(store, engine=fake_engine.NAME, exhibit="E-0001", parameters=parameters, pack="fake-pack")
    return queue_run(store, spec)


def test_another_process_cancels_a_queued_run_while_the_window_is_idle(
    workspace: Workspace, qtbot: Any
) -> None:
    session = workspace._desk.session
    assert session.runs is not None
    run = queue_one(session.store)
    workspace.show_tab(RUNS)
    qtbot.waitUntil(lambda: workspace.runs.model.rowCount() == 1, timeout=WAIT_MS)
    assert request_cancel(session.folder, run.run_id, examiner="Grace") is RunStatus.QUEUED
    qtbot.waitUntil(lambda: workspace.runs.model.run(0).status is RunStatus.CANCELLED, timeout=WAIT_MS)
    event = next(event for event in session.store.events() if event.action == "run_cancelled")
    assert event.details["reason"] == "A request in the casebook's folder, left in the name of Grace."
    assert session.runs.active_run_ids == ()
    assert session.runs._queue is None, "no worker is started for it"


def test_the_settings_of_the_workstation_reach_the_run(workspace: Workspace, qtbot: Any) -> None:
    workspace._desk.preferences.device = "cpu"
    workspace._desk.preferences.threads = 1
    store = workspace._desk.session.store
    run = queue_one(store)
    workspace.runs.start(run.run_id)
    qtbot.waitUntil(lambda: store.run(run.run_id).status is RunStatus.COMPLETED, timeout=WAIT_MS)
    inputs = store.run(run.run_id).environment["inputs"]
    assert (inputs["device"], inputs["threads"]) == ("cpu", 1)


def test_an_opened_case_warms_the_worker_and_a_run_uses_it(
    warming: MainWindow, casebook: Path, prepared: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.preferences.os.cpu_count", lambda: 4)
    warming.preferences.threads = 3
    workspace = open_case(warming, casebook, qtbot)
    qtbot.waitUntil(lambda: prepared.exists() and prepared.read_text().endswith("\n"), timeout=WAIT_MS)
    assert warming.session is not None
    bridge, store = warming.session.runs, warming.session.store
    assert bridge is not None
    pid, pack, threads = prepared.read_text().split()
    assert (pack, threads) == ("None", "3"), (
        "the default pack is not accepted here: only the engine is loaded"
    )
    run = queue_one(store)
    workspace.runs.start(run.run_id)
    qtbot.waitUntil(lambda: store.run(run.run_id).status is RunStatus.COMPLETED, timeout=WAIT_MS)
    assert str(bridge._queue._worker.pid) == pid
    assert len(prepared.read_text().splitlines()) == 1
    actions = [event.action for event in store.events()]
    assert [each for each in actions if each.startswith("run_")] == [
        "run_queued",
        "run_started",
        "run_completed",
    ], "warming leaves nothing on record"


def test_the_window_closes_at_once_while_the_worker_is_warmed(
    warming: MainWindow, casebook: Path, prepared: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engine.PREPARES_VARIABLE, "60")
    open_case(warming, casebook, qtbot)
    qtbot.waitUntil(prepared.exists, timeout=WAIT_MS)
    began = time.monotonic()
    warming._shut_down()
    qtbot.waitUntil(lambda: warming._is_closed, timeout=WAIT_MS)
    assert time.monotonic() - began < 5
    with open_casebook(casebook, examiner="Grace") as store:
        assert not store.is_read_only, "the writer's lock is free again"


def test_too_little_memory_ends_neither_the_window_nor_its_runs(
    workspace: Workspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = workspace._desk.session
    bridge = session.runs
    assert bridge is not None
    run = queue_one(session.store)

    def fail(*arguments: object, **options: object) -> None:
        raise MemoryError

    told: list[object] = []
    bridge.failed.disconnect()
    bridge.failed.connect(told.append)
    bridge.replay_ended.connect(lambda _, result: told.append(result))
    with monkeypatch.context() as patch:
        patch.setattr("forensic_app.workflows.execution.execute_queued", fail)
        patch.setattr("forensic_app.workflows.replay.replay_run", fail)
        bridge.start(run.run_id)
        qtbot.waitUntil(lambda: len(told) == 1, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: bridge.active_run_ids == (), timeout=WAIT_MS)
        bridge.replay(run.run_id)
        qtbot.waitUntil(lambda: len(told) == 2, timeout=WAIT_MS)
    assert isinstance(told[0], MemoryError)
    assert isinstance(told[1], OutOfMemory)
    bridge.start(run.run_id)
    qtbot.waitUntil(lambda: session.store.run(run.run_id).status is RunStatus.COMPLETED, timeout=WAIT_MS)


def test_a_window_of_a_test_warms_nothing(workspace: Workspace, prepared: Path, qtbot: Any) -> None:
    qtbot.wait(1500)
    session = workspace._desk.session
    assert session.runs is not None
    assert session.runs._queue is None
    assert not prepared.exists()
