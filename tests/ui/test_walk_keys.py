"""The whole job with keys alone, in German, at 1280 x 720, with letters of the usual and of twice the size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.fake_packs import write_pack
from tests.ui.conftest import WAIT_MS, german_window
from tests.ui.test_keyboard_only import Keyboard, make_case, receive, run
from ui.cases.workspace import CUSTODY, REPORTS, Workspace
from ui.main_window import MainWindow
from ui.manual.manual_window import ManualWindow
from ui.preferences import Preferences
from ui.reports.report_dialog import ReportDialog
from ui.settings_dialog import SettingsDialog
from ui.widgets.plain import PlainBox

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
SCREEN = QSize(1280, 720)


@pytest.fixture
def window(
    qapp: QApplication, qtbot: Any, preferences: Preferences, fake_engines: None
) -> Iterator[MainWindow]:
    """A German window that was never used."""
    preferences.examiner = ""
    with german_window(qapp, qtbot, preferences, SCREEN) as made:
        yield made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return tmp_path / "exported.png"


@pytest.fixture
def keyboard(
    window: MainWindow, qtbot: Any, folder: Path, photo: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> Keyboard:
    """The file dialogs are the system's own; their answers are given."""

    def saved(_parent: object, _title: str, name: str, *_: object, **__: object) -> tuple[str, str]:
        return str(picture if name.endswith(".png") else folder), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", saved)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(photo)], ""))
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=WAIT_MS)
    return Keyboard(qtbot)


def set_text_size(window: MainWindow, keyboard: Keyboard, qtbot: Any, presses: int) -> None:
    """Choose another size of texts in the settings."""
    keyboard.press(Qt.Key.Key_Comma, CONTROL)
    settings: SettingsDialog = keyboard.dialog(SettingsDialog)
    keyboard.tab_to(settings.text_size)
    for _ in range(presses):
        keyboard.press(Qt.Key.Key_Down)
    qtbot.waitUntil(window.updatesEnabled, timeout=WAIT_MS)
    keyboard.press(Qt.Key.Key_Escape)
    keyboard.back_to(window)


def read_the_manual(window: MainWindow, keyboard: Keyboard) -> None:
    keyboard.press(Qt.Key.Key_F1)
    manual: ManualWindow = keyboard.dialog(ManualWindow)
    assert manual.shown() == "first-steps"
    assert "Geben Sie Ihren Namen ein" in manual.page.toPlainText()
    keyboard.press(Qt.Key.Key_PageDown)
    keyboard.press(Qt.Key.Key_Escape)
    keyboard.back_to(window)


def export(workspace: Workspace, keyboard: Keyboard, qtbot: Any, picture: Path) -> None:
    """Accept the second image and export it."""
    view = workspace.comparison
    qtbot.waitUntil(lambda: view.strip.count() == 5 and view.derived.has_image(), timeout=WAIT_MS)
    keyboard.tab_to(view.strip)
    keyboard.press(Qt.Key.Key_Right)
    keyboard.tab_to(view.decision.reason)
    keyboard.type("Plausibel")
    keyboard.tab_to(view.decision.accept_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.decision.state.text() == "Angenommen", timeout=WAIT_MS)
    keyboard.press(Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(picture.is_file, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not workspace._desk.session.background.is_busy, timeout=WAIT_MS)


def issue(workspace: Workspace, keyboard: Keyboard, qtbot: Any) -> None:
    keyboard.press(Qt.Key.Key_P, CONTROL | SHIFT)
    assert workspace.tabs.currentIndex() == REPORTS
    dialog = keyboard.dialog(ReportDialog)
    keyboard.tab_to(dialog.form)
    keyboard.press(Qt.Key.Key_Down)
    assert "Kurz" in dialog.form.currentText()
    qtbot.waitUntil(dialog.issue_button.isEnabled, timeout=WAIT_MS)
    keyboard.tab_to(dialog.issue_button)
    keyboard.press(Qt.Key.Key_Space)
    box = keyboard.dialog(PlainBox)
    keyboard.tab_to(box.buttons()[0])
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: workspace.reports.list.count() == 1, timeout=WAIT_MS)
    keyboard.back_to(workspace.window())


def verify(workspace: Workspace, keyboard: Keyboard, qtbot: Any) -> None:
    keyboard.press(Qt.Key.Key_6, ALT)
    assert workspace.tabs.currentIndex() == CUSTODY
    view = workspace.custody
    keyboard.tab_to(view.verify_button)
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(view.verification.result.text()), timeout=WAIT_MS)
    assert view.verification.result.property("banner") == "good"


@pytest.mark.slow
@pytest.mark.usefixtures("without_faces")
@pytest.mark.parametrize(
    ("presses", "size"),
    [(0, SCREEN), (5, SCREEN), (0, SCREEN / 2)],
    ids=["usual", "letters of twice the size", "everything of twice the size"],
)
def test_from_first_start_to_picture_report_and_verified_casebook(
    presses: int, size: QSize, window: MainWindow, keyboard: Keyboard, qtbot: Any, picture: Path
) -> None:
    window.resize(size)
    assert window.size() == size
    if presses:
        set_text_size(window, keyboard, qtbot, presses)
        assert window.preferences.text_percent == 200
    read_the_manual(window, keyboard)
    workspace = make_case(window, keyboard, qtbot)
    store = workspace._desk.session.store
    write_pack(store.packs_dir / "fake-pack")
    receive(workspace, keyboard, qtbot)
    run(workspace, keyboard, qtbot)
    export(workspace, keyboard, qtbot, picture)
    issue(workspace, keyboard, qtbot)
    verify(workspace, keyboard, qtbot)
    assert [each.is_accepted for each in store.decisions("R-0001").values()] == [True]
    assert picture.stat().st_size > 1000
