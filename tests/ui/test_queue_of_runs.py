"""The queue across cases: order, pause, removal, time left, and what waits from before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QInputDialog

from forensic_app.records import CaseKind, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.casebook import open_casebook
from forensic_app.workflows.execution import plan_run, queue_run
from forensic_app.workflows.intake import receive_exhibit
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS, close
from ui.app import create_window
from ui.main_window import MainWindow
from ui.pages import CASES, QUEUE, WORKSTATION
from ui.preferences import Preferences
from ui.runs.queue_keeper import Stand

pytestmark = pytest.mark.usefixtures("without_faces")


@pytest.fixture
def two_cases(casebook: Path, photo: Path) -> Path:
    """The casebook with a second case that holds the same photograph."""
    with open_casebook(casebook, examiner="Ada") as store:
        store.create_case(number="2026-002", title="Another", kind=CaseKind.COLD_CASE)
        other = photo.with_name("other.jpg")
        Image.open(photo).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(other)
        receive_exhibit(store, other, case="2026-002", age_at_photo=42)
    return casebook


def queue_several(store: CaseStore, *exhibits: str, age: float = 8.0) -> list[str]:
    made = []
    for exhibit in exhibits:
        spec = plan_run(
            store,
            engine=fake_engine.NAME,
            exhibit=exhibit,
            parameters={"target_ages": [age]},
            pack="fake-pack",
        )
        made.append(queue_run(store, spec).run_id)
    return made


def queue_before(folder: Path, *exhibits: str) -> list[str]:
    with open_casebook(folder, examiner="Ada") as store:
        return queue_several(store, *exhibits)


def opened(window: MainWindow, folder: Path, qtbot: Any) -> Any:
    window.open_casebook(folder)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk.queue._is_loaded, timeout=WAIT_MS)
    window.show_page(QUEUE)
    return window.pages[QUEUE]


def shown(view: Any) -> list[tuple[str, str, Stand]]:
    return [(each.run_id, each.found.case.case_number, each.stand) for each in view.model.entries]


def test_what_waits_from_before_is_offered_and_never_started_by_itself(
    window: MainWindow, two_cases: Path, qtbot: Any
) -> None:
    queue_before(two_cases, "E-0001", "E-0002")
    open_case_of(window, two_cases, qtbot)
    assert window.offer.bar.isVisible()
    assert "2 run(s) wait from before" in window.offer.banner.text()
    view = opened(window, two_cases, qtbot)
    assert not window.offer.bar.isVisible()
    assert shown(view) == [
        ("R-0001", "2026-001", Stand.OFFERED),
        ("R-0002", "2026-002", Stand.OFFERED),
    ]
    assert "(2)" in window.rail._buttons[QUEUE].text()
    session = window.session
    assert session is not None
    qtbot.wait(300)
    assert [each.status for each in session.store.runs()] == [RunStatus.QUEUED] * 2
    assert "not known" in view.total.text()
    view.start_button.click()
    qtbot.waitUntil(
        lambda: [each.status for each in session.store.runs()] == [RunStatus.COMPLETED] * 2,
        timeout=3 * WAIT_MS,
    )
    qtbot.waitUntil(lambda: not view.model.entries, timeout=WAIT_MS)
    assert "(" not in window.rail._buttons[QUEUE].text()


def test_the_queue_is_reached_from_every_page_by_key_and_rail(
    window: MainWindow, two_cases: Path, qtbot: Any
) -> None:
    open_case_of(window, two_cases, qtbot)
    for page in (CASES, WORKSTATION):
        window.show_page(page)
        assert window.rail._buttons[QUEUE].isEnabled()
        qtbot.mouseClick(window.rail._buttons[QUEUE], Qt.MouseButton.LeftButton)
        assert window._stack.currentWidget() is window.pages[QUEUE]
    window.show_page(CASES)
    action = next(each for each in window.findChildren(QAction) if each.shortcut().toString() == "Ctrl+5")
    action.trigger()
    assert window._stack.currentWidget() is window.pages[QUEUE]


def open_case_of(window: MainWindow, folder: Path, qtbot: Any) -> None:
    window.open_casebook(folder)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk.queue._is_loaded, timeout=WAIT_MS)


def test_runs_are_moved_by_key_and_executed_in_that_order(
    window: MainWindow, two_cases: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = opened(window, two_cases, qtbot)
    session = window.session
    assert session is not None
    assert session.runs is not None
    view.toggle_pause()
    runs = queue_several(session.store, "E-0001", "E-0002", "E-0001")
    for run_id in runs:
        window.desk.queue.start(run_id)
    qtbot.waitUntil(lambda: len(view.model.entries) == 3, timeout=WAIT_MS)
    qtbot.wait(200)
    assert [each.status for each in session.store.runs()] == [RunStatus.QUEUED] * 3
    assert {each.stand for each in view.model.entries} == {Stand.WAITING}
    assert "Paused" in view.total.text()
    view.choose("R-0003")
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view.table, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert [each.run_id for each in view.model.entries] == ["R-0003", "R-0001", "R-0002"]
    assert view.current().run_id == "R-0003"
    assert not view.up_button.isEnabled()
    qtbot.keyClick(view.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert [each.run_id for each in view.model.entries] == ["R-0001", "R-0003", "R-0002"]
    view.pause_button.click()
    qtbot.waitUntil(
        lambda: [each.status for each in session.store.runs()] == [RunStatus.COMPLETED] * 3,
        timeout=3 * WAIT_MS,
    )
    started = sorted(session.store.runs(), key=lambda run: run.started_at)
    assert [run.run_id for run in started] == ["R-0001", "R-0003", "R-0002"]


def test_a_pause_lets_the_run_end_that_is_executed(
    window: MainWindow, two_cases: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engine.SLOW_VARIABLE, "1")
    view = opened(window, two_cases, qtbot)
    session = window.session
    assert session is not None
    first, second = queue_several(session.store, "E-0001", "E-0002")
    for run_id in (first, second):
        window.desk.queue.start(run_id)
    qtbot.waitUntil(lambda: session.store.run(first).status is RunStatus.RUNNING, timeout=WAIT_MS)
    view.toggle_pause()
    qtbot.waitUntil(lambda: session.store.run(first).status is RunStatus.COMPLETED, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(view.model.entries) == 1, timeout=WAIT_MS)
    qtbot.wait(300)
    assert session.store.run(second).status is RunStatus.QUEUED
    assert not window.leaving.has_active_runs, "nothing would end by itself"
    assert view.model.entries[0].stand is Stand.WAITING


def test_one_of_those_not_started_is_started_alone_and_a_paused_queue_says_so(
    window: MainWindow, two_cases: Path, qtbot: Any
) -> None:
    queue_before(two_cases, "E-0001", "E-0002")
    view = opened(window, two_cases, qtbot)
    session = window.session
    view.toggle_pause()
    view.choose("R-0002")
    view.start_one_button.click()
    assert [each.run_id for each in view.model.entries] == ["R-0002", "R-0001"], (
        "what was started comes first"
    )
    assert not view.start_one_button.isVisible()
    window.open_case(session.store.case("2026-001"))
    window.workspace.runs.start("R-0001")
    assert "The queue is paused" in window.workspace.runs.banner.text()
    view.toggle_pause()
    qtbot.waitUntil(
        lambda: [each.status for each in session.store.runs()] == [RunStatus.COMPLETED] * 2,
        timeout=3 * WAIT_MS,
    )


def test_a_removal_is_recorded_with_its_reason(window: MainWindow, two_cases: Path, qtbot: Any) -> None:
    queue_before(two_cases, "E-0001", "E-0002")
    view = opened(window, two_cases, qtbot)
    view.choose("R-0002")
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Delete)
    dialog = view.findChild(QInputDialog, "removeDialog")
    dialog.setTextValue("Wrong photograph")
    dialog.accept()
    qtbot.waitUntil(lambda: len(view.model.entries) == 1, timeout=WAIT_MS)
    run = window.session.store.run("R-0002")
    assert (run.status, run.failure) == (RunStatus.CANCELLED, "Wrong photograph")
    assert window.session.store.events()[-1].action == "run_cancelled"


def test_the_time_left_comes_from_this_computer_and_says_what_it_does_not_know(
    window: MainWindow, two_cases: Path, qtbot: Any
) -> None:
    queue_before(two_cases, "E-0001", "E-0002")
    with open_casebook(two_cases, examiner="Ada", read_only=True) as store:
        spec = store.run("R-0001").spec
    units = int(spec.parameters["num_inference_steps"])
    window.preferences.remember_timing(spec.engine, spec.pack_sha256, units=units, seconds=90.0)
    assert window.preferences.every_timing() == {(spec.engine, spec.pack_sha256): [(units, 90.0)]}
    view = opened(window, two_cases, qtbot)
    assert view.model.index(0, 6).data() == "about 1 min 30 s"
    assert "this computer" in view.model.index(0, 6).data(Qt.ItemDataRole.ToolTipRole)
    assert "About 3 min 00 s left." in view.total.text()


def test_the_order_is_kept_for_the_next_time(
    qapp: QApplication, qtbot: Any, preferences: Preferences, fake_engines: None, two_cases: Path
) -> None:
    queue_before(two_cases, "E-0001", "E-0002", "E-0001")
    first = create_window(qapp, preferences)
    first.show()
    view = opened(first, two_cases, qtbot)
    view.choose("R-0003")
    view.move_chosen(-1)
    assert [each.run_id for each in view.model.entries] == ["R-0001", "R-0003", "R-0002"]
    close(qtbot, first)
    second = create_window(qapp, preferences)
    second.show()
    view = opened(second, two_cases, qtbot)
    assert [each.run_id for each in view.model.entries] == ["R-0001", "R-0003", "R-0002"]
    close(qtbot, second)


def test_the_end_of_several_runs_is_told_once(window: MainWindow, two_cases: Path, qtbot: Any) -> None:
    queue_before(two_cases, "E-0001", "E-0002")
    view = opened(window, two_cases, qtbot)
    window.showMinimized()
    told = window.notifier.told
    told.clear()
    window.desk.queue.start_offered()
    qtbot.waitUntil(lambda: bool(told), timeout=3 * WAIT_MS)
    qtbot.wait(200)
    assert told == ["2 runs have ended: 2 completed."]
    assert view.banner.text() == told[0]
