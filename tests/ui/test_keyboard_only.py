"""From the first start to an issued report without a mouse; every stop of the focus can be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton, QWidget

from forensic_app.records import RunStatus
from tests.fake_packs import write_pack
from tests.ui.conftest import WAIT_MS
from ui.cases.case_dialog import CaseDialog
from ui.cases.workspace import EXHIBITS, IMAGES, REPORTS, RUNS, Workspace
from ui.evidence.intake_dialog import IntakeDialog
from ui.evidence.subject_dialog import SubjectDialog
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.reports.report_dialog import ReportDialog
from ui.runs.licence_dialog import LicenceDialog
from ui.runs.new_run_dialog import NewRunDialog
from ui.widgets.plain import PlainBox

MOST_STOPS = 60
LEAST_CHANGED_PX = 60
"""More than a text cursor of a line has."""


class Keyboard:
    """An examiner who has no mouse."""

    def __init__(self, qtbot: Any) -> None:
        self._qtbot = qtbot
        self._seen: set[int] = set()

    def focus(self) -> QWidget:
        """Return what has the focus; it is on the screen, in the active window."""
        self._qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=WAIT_MS)
        found = QApplication.focusWidget()
        assert found is not None
        assert found.isVisible()
        return found

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus(), key, modifiers)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus(), text)

    def tab_to(self, widget: QWidget) -> None:
        """Press Tab until ``widget`` has the focus; each stop on the way must be seen."""
        stops, name = [], _name(widget)
        for _ in range(MOST_STOPS):
            found = self.focus()
            self.look_at(found)
            if found is widget:
                return
            stops.append(_name(found))
            self.press(Qt.Key.Key_Tab)
        pytest.fail(f"{name} is not reached with Tab: {stops}")

    def look_at(self, widget: QWidget) -> None:
        """Fail when the widget looks the same without the focus."""
        if id(widget) in self._seen:
            return
        self._seen.add(id(widget))
        window = QApplication.activeWindow()
        assert window is not None
        corner = widget.mapTo(window, QPoint(0, 0))
        rect = QRect(corner, widget.size()).adjusted(-4, -4, 4, 4).intersected(window.rect())
        with_focus = window.grab(rect).toImage()
        widget.clearFocus()
        without = window.grab(rect).toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        changed = sum(
            with_focus.pixel(x, y) != without.pixel(x, y)
            for x in range(with_focus.width())
            for y in range(with_focus.height())
        )
        assert changed >= LEAST_CHANGED_PX, f"the focus on {_name(widget)} is not seen ({changed} px)"

    def back_to(self, window: QWidget) -> None:
        """Wait until no dialog is open; a window system then makes the window active again."""
        self._qtbot.waitUntil(
            lambda: not any(each.isVisible() for each in window.findChildren(QDialog)), timeout=WAIT_MS
        )
        window.activateWindow()
        self._qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=WAIT_MS)

    def dialog(self, kind: type[QDialog]) -> Any:
        """Return the dialog of a class once it is the active window."""
        self._qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), kind), timeout=WAIT_MS)
        return QApplication.activeWindow()


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QPushButton) else widget.accessibleName()
    return f"{type(widget).__name__} {text!r}"


@pytest.fixture
def preferences(preferences: Preferences) -> Preferences:
    preferences.examiner = ""
    return preferences


@pytest.fixture
def keyboard(
    window: MainWindow, qtbot: Any, folder: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> Keyboard:
    """The file dialogs are the system's own; their answers are given."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(folder), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(photo)], ""))
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=WAIT_MS)
    return Keyboard(qtbot)


def make_case(window: MainWindow, keyboard: Keyboard, qtbot: Any) -> Workspace:
    """Examiner, casebook, case and subject."""
    assert keyboard.focus() is window.start_page.examiner
    keyboard.type("Ada Example")
    keyboard.tab_to(window.start_page.create_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session is not None and "cases" in window.pages, timeout=WAIT_MS)
    cases = window.pages["cases"]
    qtbot.waitUntil(lambda: cases._pages.currentIndex() == 1, timeout=WAIT_MS)
    keyboard.tab_to(cases.new_button)
    keyboard.press(Qt.Key.Key_Space)
    dialog = keyboard.dialog(CaseDialog)
    keyboard.tab_to(dialog.number)
    keyboard.type("2026-001")
    keyboard.tab_to(dialog.title)
    keyboard.type("The portrait")
    keyboard.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=WAIT_MS)
    workspace: Workspace = window.workspace
    keyboard.back_to(window)
    assert keyboard.focus() is workspace.tabs.tabBar()
    keyboard.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = keyboard.dialog(SubjectDialog)
    keyboard.tab_to(dialog.subject_name)
    keyboard.type("Eileen Collins")
    keyboard.tab_to(dialog.save_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: workspace.overview.subjects.count() == 1, timeout=WAIT_MS)
    keyboard.back_to(window)
    return workspace


def receive(workspace: Workspace, keyboard: Keyboard, qtbot: Any) -> None:
    """The photograph becomes an exhibit."""
    keyboard.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert workspace.tabs.currentIndex() == EXHIBITS
    keyboard.tab_to(workspace.exhibits.receive_button)
    keyboard.press(Qt.Key.Key_Space)
    dialog = keyboard.dialog(IntakeDialog)
    qtbot.waitUntil(lambda: dialog.subject.count() == 2, timeout=WAIT_MS)
    keyboard.tab_to(dialog.receive_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: workspace.exhibits.current() is not None, timeout=WAIT_MS)
    keyboard.back_to(workspace.window())
    keyboard.tab_to(workspace.exhibits.list)


def run(workspace: Workspace, keyboard: Keyboard, qtbot: Any) -> None:
    """Read and accept the licence, choose an age, start, and go to the images."""
    keyboard.press(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = keyboard.dialog(NewRunDialog)
    qtbot.waitUntil(dialog.licence_button.isEnabled, timeout=WAIT_MS)
    child = dialog.form.field("target_ages").buttons[0]
    keyboard.tab_to(child)
    keyboard.press(Qt.Key.Key_Space)
    keyboard.tab_to(dialog.form.fold)
    keyboard.press(Qt.Key.Key_Space)
    keyboard.tab_to(dialog.form.field("color_match"))
    keyboard.tab_to(dialog.licence_button)
    keyboard.press(Qt.Key.Key_Space)
    licence = keyboard.dialog(LicenceDialog)
    keyboard.tab_to(licence.agreement)
    keyboard.press(Qt.Key.Key_Space)
    keyboard.tab_to(licence.accept_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not licence.isVisible(), timeout=WAIT_MS)
    dialog.activateWindow()
    assert keyboard.dialog(NewRunDialog) is dialog
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=WAIT_MS)
    keyboard.tab_to(dialog.start_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: workspace.tabs.currentIndex() == RUNS, timeout=WAIT_MS)
    qtbot.waitUntil(workspace.runs.images_button.isEnabled, timeout=WAIT_MS)
    assert workspace._desk.session.store.runs()[0].status is RunStatus.COMPLETED
    keyboard.back_to(workspace.window())
    keyboard.tab_to(workspace.runs.table)
    keyboard.tab_to(workspace.runs.images_button)
    keyboard.press(Qt.Key.Key_Space)
    assert workspace.tabs.currentIndex() == IMAGES


def accept(workspace: Workspace, keyboard: Keyboard, qtbot: Any) -> None:
    """Look at the second image, both ways, and accept it."""
    view = workspace.comparison
    qtbot.waitUntil(lambda: view.strip.count() == 5 and view.derived.has_image(), timeout=WAIT_MS)
    keyboard.tab_to(view.tools.modes[0])
    keyboard.press(Qt.Key.Key_Right)
    assert view.wipe.isVisible()
    keyboard.tab_to(view.slider)
    keyboard.press(Qt.Key.Key_Home)
    assert view.wipe.share == 0.0
    keyboard.tab_to(view.strip)
    keyboard.press(Qt.Key.Key_Right)
    assert view.strip.currentRow() == 1
    keyboard.tab_to(view.decision.reason)
    keyboard.type("Plausible")
    keyboard.tab_to(view.decision.accept_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.decision.state.text() == "Accepted", timeout=WAIT_MS)


def issue(workspace: Workspace, keyboard: Keyboard, qtbot: Any) -> None:
    """Issue the report with a purpose."""
    keyboard.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert workspace.tabs.currentIndex() == REPORTS
    dialog = keyboard.dialog(ReportDialog)
    qtbot.waitUntil(dialog.issue_button.isEnabled, timeout=WAIT_MS)
    keyboard.tab_to(dialog.purpose)
    keyboard.type("Appeal for witnesses")
    keyboard.press(Qt.Key.Key_Return)
    assert workspace.reports.list.count() == 0
    keyboard.tab_to(dialog.issue_button)
    keyboard.press(Qt.Key.Key_Return)
    box = keyboard.dialog(PlainBox)
    assert "No laboratory is named" in box.informativeText()
    keyboard.tab_to(box.buttons()[0])
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: workspace.reports.list.count() == 1, timeout=WAIT_MS)
    keyboard.back_to(workspace.window())


@pytest.mark.usefixtures("without_faces")
def test_from_the_first_start_to_an_issued_report_with_keys_alone(
    window: MainWindow, keyboard: Keyboard, qtbot: Any
) -> None:
    workspace = make_case(window, keyboard, qtbot)
    store = workspace._desk.session.store
    write_pack(store.packs_dir / "fake-pack")
    steps: tuple[Callable[[Workspace, Keyboard, Any], None], ...] = (receive, run, accept, issue)
    for step in steps:
        step(workspace, keyboard, qtbot)
    assert keyboard.focus().window() is window
    assert [report.examiner for report in store.reports("2026-001")] == ["Ada Example"]
    assert [each.is_accepted for each in store.decisions("R-0001").values()] == [True]
    assert store.exhibit("E-0001").subject_id == "S-0001"
    assert len(store.run("R-0001").spec.parameters["target_ages"]) == 5
