"""A failed verification is a state of the casebook: told everywhere, writing off, ended by a decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog

from tests.ui.conftest import WAIT_MS, open_case
from ui.cases.workspace import CUSTODY, EXHIBITS, Workspace
from ui.main_window import CASES, WORKSTATION, MainWindow
from ui.widgets.plain import PlainBox

pytestmark = pytest.mark.usefixtures("without_faces")


def damage(workspace: Workspace) -> tuple[Path, bytes]:
    store = workspace._desk.session.store
    path = store.vault.path(store.exhibit("E-0001").sha256)
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"x")
    return path, data


def is_disputed(window: MainWindow) -> bool:
    return (
        window.session is not None and window.session.is_read_only and window.disputes.bar.isVisibleTo(window)
    )


def verify_and_fail(window: MainWindow, workspace: Workspace, qtbot: Any) -> None:
    workspace.show_tab(CUSTODY)
    workspace.custody.verify()
    qtbot.waitUntil(lambda: is_disputed(window) and window.workspace is not None, timeout=WAIT_MS)


def test_writing_is_off_everywhere_and_stays_off_until_nothing_is_found(
    window: MainWindow, workspace: Workspace, qtbot: Any
) -> None:
    path, data = damage(workspace)
    verify_and_fail(window, workspace, qtbot)
    assert window.workspace is not workspace
    assert window.workspace.tabs.currentIndex() == CUSTODY
    bar = window.disputes.bar
    assert "E-0001" in bar.text()
    assert "Nothing can be written" in bar.title.text()
    for page in (CASES, WORKSTATION):
        window.show_page(page)
        assert bar.isVisible()
    assert not window.pages[CASES].new_button.isEnabled()
    bar.help_button.click()
    box = bar.findChild(PlainBox, "disputeBox")
    assert box is not None
    assert "Restore what is missing" in box.informativeText()
    assert "E-0001" in box.detailedText()
    box.done(0)
    folder = window.session.folder
    window.close_casebook()
    qtbot.waitUntil(lambda: window.session is None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=WAIT_MS)
    window.open_casebook(folder)
    qtbot.waitUntil(lambda: is_disputed(window), timeout=WAIT_MS)
    assert "Check again to see them" in bar.text()
    bar.check_button.click()
    qtbot.waitUntil(lambda: is_disputed(window) and "E-0001" in bar.text(), timeout=WAIT_MS)
    path.write_bytes(data)
    path.chmod(0o444)
    bar.check_button.click()
    qtbot.waitUntil(lambda: window.session is not None and not window.session.is_read_only, timeout=WAIT_MS)
    assert not bar.isVisible()
    assert window.preferences.failed_findings(folder) == 0


def test_who_goes_on_gives_a_reason_that_is_recorded_with_the_findings(
    window: MainWindow, workspace: Workspace, qtbot: Any
) -> None:
    damage(workspace)
    verify_and_fail(window, workspace, qtbot)
    bar = window.disputes.bar
    bar.go_on_button.click()
    dialog = bar.findChild(QInputDialog, "goOnDialog")
    dialog.setTextValue("The original is lost; the case has to go on")
    dialog.accept()
    qtbot.waitUntil(lambda: window.session is not None and not window.session.is_read_only, timeout=WAIT_MS)
    assert not bar.isVisible()
    event = window.session.store.events()[-1]
    assert event.action == "work_continued"
    assert event.details["reason"] == "The original is lost; the case has to go on"
    assert "E-0001" in event.details["findings"][0]
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=WAIT_MS)
    told: list[Any] = []
    window.session.verified.connect(told.append)
    window.workspace.custody.verify()
    qtbot.waitUntil(lambda: bool(told) and not window.background.is_busy, timeout=WAIT_MS)
    assert not told[0].is_intact
    assert not window.session.is_read_only


def test_a_run_that_is_executed_is_cancelled_and_recorded(
    window: MainWindow, casebook: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from forensic_app.records import RunStatus
    from tests.ui import fake_engine
    from tests.ui.test_run_bridge import queue_one

    monkeypatch.setenv(fake_engine.SLOW_VARIABLE, "60")
    workspace = open_case(window, casebook, qtbot)
    session = workspace._desk.session
    run = queue_one(session.store)
    session.runs.start(run.run_id)
    qtbot.waitUntil(lambda: session.store.run(run.run_id).status is RunStatus.RUNNING, timeout=2 * WAIT_MS)
    damage(workspace)
    workspace.show_tab(EXHIBITS)
    verify_and_fail(window, workspace, qtbot)
    ended = window.session.store.run(run.run_id)
    assert ended.status is RunStatus.CANCELLED
    assert "verification of the casebook failed" in (ended.failure or "")
