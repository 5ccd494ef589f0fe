"""One dialog for everything the window remembers; text size counts for the whole window at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from tests.ui.conftest import WAIT_MS, close, open_case
from tests.ui.test_casebooks import action
from ui import text_size
from ui.app import create_window
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.reports.report_dialog import ReportDialog
from ui.settings_dialog import SettingsDialog
from ui.widgets.fitting import fit

DialogOf = Callable[..., Any]


@pytest.fixture
def settings(window: MainWindow, dialog_of: DialogOf, qtbot: Any) -> SettingsDialog:
    """The dialog, opened with its keys."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    assert action(window, "&Settings…").shortcut().toString() == "Ctrl+,"
    QTest.keyClick(window.start_page.examiner, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    found: SettingsDialog = dialog_of(window, SettingsDialog)
    return found


def kept(tmp_path: Path) -> Preferences:
    return Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))


def test_what_was_set_is_there_in_the_next_window(
    window: MainWindow, settings: SettingsDialog, qtbot: Any, tmp_path: Path
) -> None:
    for box, data in (
        (settings.theme, "dark"), (settings.language, "de"), (settings.device, "cpu"), (settings.text_size, 125),
    ):  # fmt: skip
        box.setCurrentIndex(box.findData(data))
    settings.threads.setValue(1)
    settings.notifies.setChecked(False)
    settings.examiner.setText("Grace Example")
    settings.laboratory["name"].setText("The laboratory")
    settings.reject()
    assert window.theme.is_dark
    assert window.start_page.examiner_name() == "Grace Example"
    window.menuBar().actions()[2].menu().aboutToShow.emit()
    assert action(window, "Dark theme").isChecked()
    action(window, "Light theme").trigger()
    window.preferences._settings.sync()
    again = kept(tmp_path)
    assert (again.theme, again.language, again.device, again.threads) == ("light", "de", "cpu", 1)
    assert (again.text_percent, again.notifies, again.examiner) == (125, False, "Grace Example")
    assert again.laboratory()["name"] == "The laboratory"
    reopened = SettingsDialog(window)
    shown = [box.currentData() for box in (reopened.theme, reopened.language, reopened.device)]
    assert (shown, reopened.text_size.currentData()) == (["light", "de", "cpu"], 125)
    assert not reopened.notifies.isChecked()
    reopened.deleteLater()


def test_text_of_every_size_counts_at_once_for_the_whole_window(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf
) -> None:
    open_case(window, casebook, qtbot)
    window.show_page("cases")
    cases = window.pages["cases"]
    title = next(each for each in cases.findChildren(QLabel) if each.objectName() == "title")
    before = (title.font().pointSizeF(), cases.table.verticalHeader().defaultSectionSize())
    usual = QApplication.font().pointSizeF()
    window.menus.show_settings()
    settings = dialog_of(window, SettingsDialog)
    settings.text_size.setCurrentIndex(settings.text_size.findData(200))
    qtbot.waitUntil(lambda: abs(title.font().pointSizeF() - 2 * before[0]) < 0.1, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: cases.table.verticalHeader().defaultSectionSize() == 2 * before[1], timeout=WAIT_MS
    )
    for widget in (settings.examiner, cases.table, window.menuBar()):
        assert widget.font().pointSizeF() == pytest.approx(2 * usual), widget
    settings.text_size.setCurrentIndex(settings.text_size.findData(100))
    qtbot.waitUntil(lambda: title.font().pointSizeF() == before[0], timeout=WAIT_MS)
    settings.reject()
    assert text_size.percent() == 100


def test_the_next_window_begins_with_the_chosen_size(
    qapp: QApplication, qtbot: Any, preferences: Preferences, fake_engines: None
) -> None:
    preferences.text_percent = 150
    larger = create_window(qapp, preferences)
    try:
        assert larger.start_page.examiner.font().pointSizeF() == pytest.approx(
            1.5 * float(qapp.property("usualPointSize"))
        )
    finally:
        close(qtbot, larger)
    preferences.text_percent = 999
    usual = create_window(qapp, preferences)
    assert text_size.percent() == 100
    close(qtbot, usual)


def test_the_laboratory_is_what_a_report_begins_with(
    window: MainWindow, casebook: Path, qtbot: Any, settings: SettingsDialog
) -> None:
    settings.laboratory["name"].setText("The laboratory")
    settings.laboratory["contact"].setText("lab@example.org")
    settings.reject()
    workspace = open_case(window, casebook, qtbot)
    report = ReportDialog(workspace._desk, workspace.case, [], workspace)
    assert report.laboratory["name"].text() == "The laboratory"
    assert report.laboratory["contact"].text() == "lab@example.org"
    report.deleteLater()
    qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)


def test_nobody_is_told_who_does_not_want_to_be(window: MainWindow) -> None:
    window.showMinimized()
    window.preferences.notifies = False
    window.notifier.tell_ends([("R-0001", "completed")])
    assert window.notifier.told == []
    window.preferences.notifies = True
    window.notifier.tell_ends([("R-0001", "completed")])
    assert window.notifier.told == ["R-0001 is completed."]
    window.showNormal()


def test_every_field_is_reached_with_keys_and_nothing_is_pressed_by_enter(
    window: MainWindow, settings: SettingsDialog
) -> None:
    fit(settings, 2000, 2000, room=QSize(640, 360))
    assert settings.height() <= 360
    assert settings.minimumSizeHint().height() < 360
    wanted = [
        settings.theme, settings.language, settings.text_size, settings.examiner, *settings.laboratory.values(),
        settings.device, settings.threads, settings.notifies,
    ]  # fmt: skip
    settings.theme.setFocus()
    seen = []
    for _ in range(20):
        seen.append(settings.focusWidget())
        QTest.keyClick(settings.focusWidget(), Qt.Key.Key_Tab)
    places = [seen.index(each) for each in wanted]
    assert places == sorted(places)
    assert not any(each.isDefault() for each in settings.findChildren(QPushButton) if each.text() != "Close")
    settings.reject()
