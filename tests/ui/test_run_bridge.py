from __future__ import annotations

from typing import Any

import pytest

from forensic_app.records import Run, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.cancelling import request_cancel
from forensic_app.workflows.execution import plan_run, queue_run
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import RUNS, Workspace

pytestmark = pytest.mark.usefixtures("without_faces")


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
    assert event.details["reason"] == "Requested by Grace from another process."
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
