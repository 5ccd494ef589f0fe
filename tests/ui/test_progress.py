"""How far a run is shows on every page; who quits is not kept waiting; messages can be closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from forensic_app.messages import Completed, EngineResult, Progress, Started
from forensic_app.records import RunStatus
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS, open_case
from tests.ui.test_run_bridge import queue_one
from ui.cases.workspace import RUNS, Workspace
from ui.main_window import MainWindow
from ui.pages import CASES, WORKSTATION
from ui.runs.run_monitor import RunMonitor
from ui.runs.run_strip import RunStrip
from ui.widgets.basics import Banner

pytestmark = pytest.mark.usefixtures("without_faces")


class Bridge(QObject):
    """Tells what it is told to."""

    began = Signal(str, bool)
    message_arrived = Signal(object)
    replay_progressed = Signal(object)
    replay_ended = Signal(str, object)
    became_idle = Signal()
    queue_changed = Signal()
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.active_run_ids: tuple[str, ...] = ()

    @property
    def can_go_on(self) -> bool:
        return bool(self.active_run_ids)


def test_stage_bar_and_time_left_are_shown_and_loading_is_not_a_number(qapp: Any, qtbot: Any) -> None:
    bridge = Bridge()
    monitor = RunMonitor(bridge, bridge)  # type: ignore[arg-type]
    strip = RunStrip(is_wide=True)
    qtbot.addWidget(strip)
    strip.follow(monitor)
    assert strip.isHidden()
    bridge.active_run_ids = ("R-0001", "R-0002")
    bridge.began.emit("R-0001", False)
    assert not strip.isHidden()
    assert (strip.stage.text(), strip.bar.maximum()) == ("Starting the worker", 0)
    assert strip.waiting.text() == "1 waiting"
    bridge.message_arrived.emit(Started("R-0001", {}))
    bridge.message_arrived.emit(Progress("R-0001", 0.0, "Loading the model pack"))
    assert (strip.run.text(), strip.stage.text()) == ("R-0001", "Loading the model pack")
    assert strip.bar.maximum() == 0
    bridge.message_arrived.emit(Progress("R-0001", 0.42, "Changing the age", 125.0))
    assert (strip.run.text(), strip.bar.value(), strip.bar.maximum()) == ("R-0001 · 42 %", 420, 1000)
    assert (strip.stage.text(), strip.left.text()) == ("Changing the age", "about 2 min 05 s left")
    later = RunStrip(is_wide=False)
    qtbot.addWidget(later)
    later.follow(monitor)
    assert later.bar.value() == 420
    wanted: list[str] = []
    later.run_wanted.connect(wanted.append)
    qtbot.keyClick(later, Qt.Key.Key_Return)
    assert wanted == ["R-0001"]
    ended: list[tuple[str, str]] = []
    monitor.ended.connect(lambda *args: ended.append(args))
    bridge.active_run_ids = ()
    bridge.message_arrived.emit(Completed("R-0001", EngineResult((), {}, {}, {})))
    assert ended == [("R-0001", "completed")]
    assert strip.isHidden()
    bridge.began.emit("R-0001", True)
    assert strip.isHidden()


@pytest.fixture
def slow_run(window: MainWindow, casebook: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that is under way for long."""
    monkeypatch.setenv(fake_engine.SLOW_VARIABLE, "30")
    workspace = open_case(window, casebook, qtbot)
    session = workspace._desk.session
    run = queue_one(session.store)
    assert session.runs is not None
    session.runs.start(run.run_id)
    qtbot.waitUntil(
        lambda: session.monitor.now is not None and session.monitor.now.fraction is not None,
        timeout=3 * WAIT_MS,
    )
    return run.run_id


def test_a_run_is_seen_from_every_page_and_after_the_case_is_opened_again(
    window: MainWindow, slow_run: str, qtbot: Any
) -> None:
    strip = window.rail.progress
    for page in (CASES, WORKSTATION):
        window.show_page(page)
        assert strip.isVisible()
        assert strip.stage.text() == "Changing the age"
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.workspace.tabs.currentIndex() == RUNS and window.workspace.isVisible(), timeout=WAIT_MS
    )
    window.open_case(window.workspace.case)
    window.show_tab(RUNS)
    runs = window.workspace.runs
    assert runs.strip.isVisible()
    assert slow_run in runs.model._progress


def test_who_quits_does_not_see_the_window_again(window: MainWindow, slow_run: str, qtbot: Any) -> None:
    window.close()
    box = window.findChild(QMessageBox, "closeBox")
    assert box is not None
    button = next(each for each in box.buttons() if each.text() == "Cancel the run and close")
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    button.click()
    assert not window.isVisible()
    assert not closed
    qtbot.waitUntil(lambda: closed == [True], timeout=WAIT_MS)


@pytest.mark.qt_log_ignore(r"propagateSizeHints", r"raise\(\)")
def test_the_window_closes_when_the_run_is_done_unless_it_is_called_back(
    window: MainWindow, casebook: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engine.SLOW_VARIABLE, "2")
    workspace = open_case(window, casebook, qtbot)
    session = workspace._desk.session
    store = session.store
    first = queue_one(store)
    session.runs.start(first.run_id)
    window.close()
    box = window.findChild(QMessageBox, "closeBox")
    later = box.findChild(QPushButton, "closeWhenDone")
    later.click()
    assert window.leaving.waits_for_runs
    assert window.rail.closing.isVisibleTo(window)
    window.leaving.stay()
    qtbot.waitUntil(lambda: not session.runs.active_run_ids, timeout=3 * WAIT_MS)
    assert store.run(first.run_id).status is RunStatus.COMPLETED
    assert not window.leaving.is_closing
    second = queue_one(store)
    session.runs.start(second.run_id)
    window.leaving.wait_for_runs()
    qtbot.waitUntil(lambda: window.leaving.is_closed, timeout=3 * WAIT_MS)
    told = {f"{second.run_id} is completed.", "2 runs have ended: 2 completed."}
    assert told & set(window.notifier.told), window.notifier.told


def test_a_message_can_be_closed_and_goes_with_its_page_when_it_is_stale(qapp: Any, qtbot: Any) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    banner = Banner(page)
    page.show()
    banner.say("It cannot be written.", "bad")
    page.hide()
    page.show()
    assert banner.isVisible()
    banner.close_button.click()
    assert not banner.isVisible()
    assert banner.text() == ""
    banner.say("R-0001 is completed.", "good", fades=True)
    assert banner.isVisible()
    page.hide()
    page.show()
    assert not banner.isVisible()
    assert banner.text() == ""


def test_the_news_of_the_last_run_goes_when_the_next_one_begins(workspace: Workspace, qtbot: Any) -> None:
    workspace.show_tab(RUNS)
    session = workspace._desk.session
    workspace.runs.banner.say("R-0001 is completed.", "good", fades=True)
    run = queue_one(session.store)
    session.runs.start(run.run_id)
    qtbot.waitUntil(
        lambda: (
            "R-0001 is completed" not in workspace.runs.banner.text()
            or session.store.run(run.run_id).status is RunStatus.COMPLETED
        ),
        timeout=3 * WAIT_MS,
    )
    qtbot.waitUntil(lambda: not session.runs.active_run_ids, timeout=3 * WAIT_MS)
