from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from forensic_app.errors import EvidenceAltered
from forensic_app.messages import Progress
from forensic_app.records import RunStatus
from forensic_app.workflows import execution
from forensic_app.workflows.execution import execute_queued
from forensic_app.workflows.replay import ImageComparison, ReplayOutcome, ReplayResult
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import Workspace
from ui.runs.replay_panel import ReplayPanel
from ui.theme import Theme

DialogOf = Callable[..., Any]


def actions(workspace: Workspace) -> list[str]:
    return [event.action for event in workspace._desk.session.store.events()]


@pytest.mark.usefixtures("without_faces")
def test_a_run_is_repeated_and_compared_from_the_window(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = workspace.runs
    assert not view.replay_button.isEnabled()
    complete_a_run(workspace, qtbot, dialog_of)
    qtbot.waitUntil(view.replay_button.isEnabled, timeout=WAIT_MS)
    view.replay_button.click()
    assert view.replay_panel.isVisible()
    assert not view.replay_button.isEnabled()
    qtbot.waitUntil(lambda: "identical" in view.replay_panel.sentence.text(), timeout=WAIT_MS)
    assert view.replay_panel.sentence.text() == (
        "R-0001 was repeated: identical. Every file (2) has the recorded SHA-256 again."
    )
    assert view.replay_panel.property("banner") == "good"
    qtbot.waitUntil(view.replay_button.isEnabled, timeout=WAIT_MS)

    monkeypatch.setenv(fake_engine.DARKER_VARIABLE, "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    view.replay_button.click()
    qtbot.waitUntil(lambda: "different" in view.replay_panel.sentence.text(), timeout=WAIT_MS)
    told = view.replay_panel.details.text()
    assert "D-000001: samples differ by up to" in told
    assert "variables.CUDA_VISIBLE_DEVICES: not recorded when recorded, 7 now." in told
    assert "Within tolerance means: No sample" in told
    qtbot.waitUntil(view.replay_button.isEnabled, timeout=WAIT_MS)

    monkeypatch.setenv(fake_engine.SLOW_VARIABLE, "60")
    view.replay_button.click()
    qtbot.waitUntil(lambda: "Changing the age" in view.replay_panel.sentence.text(), timeout=WAIT_MS)
    view.replay_panel.stop_button.click()
    qtbot.waitUntil(lambda: "was stopped" in view.replay_panel.sentence.text(), timeout=WAIT_MS)
    assert actions(workspace)[-4:].count("run_replay_failed") == 1
    assert actions(workspace).count("run_replayed") == 2
    qtbot.waitUntil(lambda: len(view._replays) == 3, timeout=WAIT_MS)
    view.replay_panel.close_button.click()
    assert not view.replay_panel.isVisible()


@pytest.mark.usefixtures("without_faces")
def test_a_run_can_be_repeated_even_if_its_record_was_read_before_its_worker_was_free(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def execute_and_linger(*arguments: Any, **options: Any) -> Any:
        ended = execute_queued(*arguments, **options)
        released.wait(WAIT_MS / 1000)
        return ended

    monkeypatch.setattr(execution, "execute_queued", execute_and_linger)
    view = workspace.runs
    try:
        complete_a_run(workspace, qtbot, dialog_of)
        qtbot.waitUntil(
            lambda: [run.status for run in view.model.runs] == [RunStatus.COMPLETED], timeout=WAIT_MS
        )
        qtbot.waitUntil(lambda: not workspace._desk.session.background.is_busy, timeout=WAIT_MS)
        assert not view.replay_button.isEnabled()
    finally:
        released.set()
    qtbot.waitUntil(view.replay_button.isEnabled, timeout=WAIT_MS)


@pytest.fixture
def panel(qapp: Any, qtbot: Any) -> ReplayPanel:
    made = ReplayPanel(Theme(qapp, "light"))
    qtbot.addWidget(made)
    made.resize(700, 200)
    return made


def outcome(result: ReplayResult, images: tuple[ImageComparison, ...], *, surplus: int = 0) -> ReplayOutcome:
    return ReplayOutcome("R-0007", result, images, surplus, ())


def test_the_three_outcomes_are_three_sentences(panel: ReplayPanel) -> None:
    close = ImageComparison("D-000001", "a" * 64, "b" * 64, max_difference=1, mean_difference=0.02)
    panel.show_end("R-0007", outcome(ReplayResult.WITHIN_TOLERANCE, (close,)))
    assert panel.sentence.text().startswith("R-0007 was repeated: within tolerance.")
    assert "D-000001: samples differ by up to 1 of 255, by 0.020 on average." in panel.details.text()
    assert "Programs, libraries and hardware are the same" in panel.details.text()
    missing = ImageComparison("D-000002", "a" * 64, None)
    resized = ImageComparison("D-000003", "a" * 64, "c" * 64)
    panel.show_end("R-0007", outcome(ReplayResult.DIFFERENT, (missing, resized), surplus=2))
    assert panel.property("banner") == "bad"
    for words in ("D-000002: was not made again.", "D-000003: another file", "2 more image(s)"):
        assert words in panel.details.text()
    same = ImageComparison("D-000001", "a" * 64, "a" * 64)
    panel.show_end("R-0007", outcome(ReplayResult.IDENTICAL, (same,)))
    assert "tolerance" not in panel.details.text()


def test_an_error_and_progress_are_told(panel: ReplayPanel) -> None:
    panel.show_progress(Progress("R-0007", 0.25, "Changing the age", 75.0))
    assert panel.sentence.text() == "Repeating R-0007: Changing the age · about 1 min 15 s left"
    assert panel.progress.value() == 250
    panel.show_stopping()
    panel.show_progress(Progress("R-0007", 0.3, "Changing the age", None))
    assert panel.sentence.text() == "Stopping the repetition of R-0007…"
    panel.show_end("R-0007", EvidenceAltered("The photograph was altered.", "Verify the casebook."))
    assert panel.sentence.text() == "R-0007 could not be repeated: The photograph was altered."
    assert panel.details.text() == "Verify the casebook."
    assert panel.progress.isHidden()
