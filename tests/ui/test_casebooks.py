from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QMessageBox

from forensic_app.errors import EvidenceAltered
from forensic_app.workflows.casebook import create_casebook, open_casebook
from tests.ui.conftest import WAIT_MS, open_case
from ui.cases.case_dialog import CaseDialog, StatusDialog
from ui.error_dialog import show_error
from ui.main_window import MainWindow
from ui.run_bridge import RunBridge
from ui.shortcuts_dialog import ShortcutsDialog

DialogOf = Callable[..., Any]


def test_nothing_opens_before_the_examiner_is_named(window: MainWindow) -> None:
    page = window.start_page
    page.examiner.setText("  ")
    assert not page.create_button.isEnabled()
    assert not page.demo_button.isEnabled()
    page.examiner.setText("Ada")
    assert page.create_button.isEnabled()


def test_a_new_casebook_is_made_and_remembered(window: MainWindow, folder: Path, qtbot: Any) -> None:
    window.start_page.examiner.setText("Grace")
    window.start_page.casebook_wanted.emit(folder)
    qtbot.waitUntil(lambda: window.session is not None, timeout=WAIT_MS)
    assert window.session is not None
    assert window.session.store.examiner == "Grace"
    assert window.preferences.last_casebook == folder
    view = window.pages["cases"]
    qtbot.waitUntil(lambda: view._pages.currentIndex() == 1, timeout=WAIT_MS)
    window.close_casebook()
    qtbot.waitUntil(lambda: window.start_page.recent.count() == 1, timeout=WAIT_MS)
    assert window.preferences.last_casebook is None


def test_a_second_window_is_told_and_may_read(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf
) -> None:
    with open_casebook(casebook, examiner="Somebody else"):
        window.open_casebook(casebook)
        box = dialog_of(window, QMessageBox)
        assert "in use by another process" in box.text()
        next(each for each in box.buttons() if each.text() == "Open for reading only").click()
        qtbot.waitUntil(lambda: window.session is not None, timeout=WAIT_MS)
        assert window.session is not None
        assert window.session.is_read_only
        view = window.pages["cases"]
        assert not view.new_button.isEnabled()
        qtbot.waitUntil(lambda: view.model.rowCount() == 1, timeout=WAIT_MS)


def test_another_casebook_takes_the_place_of_the_open_one_and_both_are_remembered(
    window: MainWindow, casebook: Path, qtbot: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    open_case(window, casebook, qtbot)
    other = tmp_path / "other"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(other), ""))
    window.menus.recent.aboutToShow.emit()
    action(window, "&New casebook…").trigger()
    qtbot.waitUntil(lambda: is_shown(window, other), timeout=WAIT_MS)
    assert window.rail.casebook.text() == "other"
    assert window.workspace is None
    with open_casebook(casebook, examiner="Ada") as store:
        assert store.checkpoints()[-1].size == store.events()[-1].sequence, "it was closed"
    window.menus.recent.aboutToShow.emit()
    shown = [each for each in window.menus.recent.actions() if each.isCheckable()]
    assert [each.text() for each in shown] == [f"&1  {other}"]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(casebook))
    action(window, "&Open casebook…").trigger()
    qtbot.waitUntil(lambda: is_shown(window, casebook), timeout=WAIT_MS)
    assert window.preferences.recent_casebooks == [casebook, other]
    (other / "casebook.db").rename(other / "elsewhere.db")
    window.menus.recent.aboutToShow.emit()
    first, second, *_, forget = window.menus.recent.actions()
    assert (first.isEnabled(), first.isChecked()) == (True, True)
    assert (second.isEnabled(), second.text()) == (False, f"&2  {other} (not there)")
    forget.trigger()
    assert window.preferences.recent_casebooks == []


def test_a_casebook_that_cannot_be_opened_leaves_the_open_one_as_it_is(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf, tmp_path: Path
) -> None:
    workspace = open_case(window, casebook, qtbot)
    session = window.session
    other = tmp_path / "other"
    with create_casebook(other, examiner="Somebody else"):
        window.open_casebook(other)
        box = dialog_of(window, QMessageBox)
        assert "in use by another process" in box.text()
        box.done(0)
    window.open_casebook(tmp_path / "nothing")
    box = dialog_of(window, QMessageBox)
    box.done(0)
    window.open_casebook(casebook)
    assert window.session is session
    assert window.workspace is workspace


def test_a_run_is_not_cancelled_by_another_casebook_before_that_is_wanted(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf, tmp_path: Path, monkeypatch: Any
) -> None:
    open_case(window, casebook, qtbot)
    session = window.session
    assert session is not None
    monkeypatch.setattr(RunBridge, "active_run_ids", property(lambda _: ("R-0001",)))
    other = tmp_path / "other"
    create_casebook(other, examiner="Ada").close()
    for begin, words in (
        (lambda: window.open_casebook(other), "Cancel the run and open"),
        (window.close_casebook, "Cancel the run and close"),
    ):
        begin()
        box = dialog_of(window, QMessageBox)
        assert box.text() == "A run is active."
        assert words in [each.text() for each in box.buttons()]
        box.escapeButton().click()
        assert window.session is session
    window.open_casebook(other)
    box = dialog_of(window, QMessageBox)
    next(each for each in box.buttons() if each.text() == "Cancel the run and open").click()
    qtbot.waitUntil(lambda: is_shown(window, other), timeout=WAIT_MS)
    monkeypatch.undo()


def test_the_menu_asks_for_the_examiner_first(window: MainWindow) -> None:
    window.start_page.examiner.setText("")
    action(window, "&Open casebook…").trigger()
    assert window.start_page.banner.text() == "Enter the examiner's name first."
    window.start_page.examiner.setText("Ada")
    assert window.start_page.banner.text() == ""


def action(window: MainWindow, text: str) -> QAction:
    return next(each for each in window.findChildren(QAction) if each.text() == text)


def is_shown(window: MainWindow, folder: Path) -> bool:
    return window.session is not None and window.session.folder == folder and "cases" in window.pages


def test_a_folder_that_is_no_casebook_is_explained(
    window: MainWindow, tmp_path: Path, dialog_of: DialogOf
) -> None:
    window.open_casebook(tmp_path / "nothing")
    box = dialog_of(window, QMessageBox)
    assert "There is no casebook in" in box.text()
    assert box.informativeText()
    box.done(0)


def test_unexpected_errors_say_where_the_log_is(window: MainWindow, caplog: Any) -> None:
    box = show_error(window, RuntimeError("secret detail"), log_path=Path("/somewhere/window.log"))
    assert "/somewhere/window.log" in box.informativeText()
    assert "RuntimeError: secret detail" in box.detailedText()
    assert "Unexpected error" in caplog.text
    box.done(0)
    box = show_error(window, MemoryError())
    assert (box.text(), box.detailedText()) == ("There is not enough memory.", "")
    box.done(0)
    box = show_error(window, EvidenceAltered("It was altered.", "Stop."))
    assert (box.text(), box.informativeText()) == ("It was altered.", "Stop.")
    box.done(0)


def test_a_case_is_created_with_the_keyboard(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf
) -> None:
    open_case(window, casebook, qtbot)
    window.show_page("cases")
    window.pages["cases"].new_case()
    dialog = dialog_of(window, CaseDialog)
    qtbot.keyClicks(dialog.number, "2026-001")
    qtbot.keyClick(dialog.number, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "is in use" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.number.selectAll()
    qtbot.keyClicks(dialog.number, "2026-002")
    qtbot.keyClicks(dialog.title, "River bank")
    qtbot.keyClick(dialog.title, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace.case.case_number == "2026-002", timeout=WAIT_MS)
    assert window.preferences.recent_cases(casebook)[0] == window.workspace.case.case_id


def test_a_case_is_edited_closed_and_reopened(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf
) -> None:
    workspace = open_case(window, casebook, qtbot)
    workspace.edit_case()
    dialog = dialog_of(workspace, CaseDialog)
    dialog.authorization.setPlainText("Order \u202e7")
    qtbot.waitUntil(lambda: "U+202E" in dialog.unprintable.text(), timeout=WAIT_MS)
    dialog.title.setText("Another title")
    dialog.save()
    qtbot.waitUntil(lambda: workspace.case.title == "Another title", timeout=WAIT_MS)
    for reason, status in (("Found", "closed"), ("New traces", "open")):
        workspace.toggle_status()
        dialog = dialog_of(workspace, StatusDialog)
        dialog.save()
        qtbot.waitUntil(lambda shown=dialog: bool(shown.banner.text()), timeout=WAIT_MS)
        dialog.reason.setText(reason)
        dialog.save()
        qtbot.waitUntil(lambda wanted=status: workspace.case.status == wanted, timeout=WAIT_MS)
        assert workspace.exhibits.receive_button.isEnabled() == (status == "open")


def test_shortcuts_are_listed_from_the_menus(window: MainWindow, dialog_of: DialogOf) -> None:
    window.menus.show_shortcuts()
    dialog = dialog_of(window, ShortcutsDialog)
    words = " ".join(each.text() for each in dialog.findChildren(QLabel))
    assert "Ctrl+N" in words
    assert "New case" in words
    dialog.done(QDialog.DialogCode.Rejected)


def test_both_themes_have_readable_colours(window: MainWindow) -> None:
    from ui.theme import DARK, LIGHT

    for tokens in (LIGHT, DARK):
        pairs = [
            (tokens.text, tokens.window), (tokens.text, tokens.surface), (tokens.muted, tokens.window),
            (tokens.muted, tokens.surface), (tokens.accent, tokens.accent_soft), (tokens.accent_text, tokens.accent),
            (tokens.good, tokens.good_soft), (tokens.warning, tokens.warning_soft), (tokens.bad, tokens.bad_soft),
            (tokens.rail_text, tokens.rail), (tokens.bad, tokens.surface), (tokens.good, tokens.surface),
        ]  # fmt: skip
        for ink, ground in pairs:
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    window.theme.set_mode("dark")
    assert window.theme.is_dark
    window.theme.set_mode("light")


def contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_casebook_that_does_not_verify_opens_for_reading_under_a_banner(
    window: MainWindow, casebook: Path, qtbot: Any
) -> None:
    with closing(sqlite3.connect(casebook / "casebook.db")) as connection, connection:
        connection.execute("UPDATE \"case\" SET title = '<b>Solved</b>'")
    window.open_casebook(casebook)
    qtbot.waitUntil(lambda: window.session is not None, timeout=WAIT_MS)
    assert window.session is not None
    assert window.session.is_read_only
    assert "can only be read: The record of case C-0001 was changed" in window.dispute.text()
    assert "casebook accept" in window.dispute.text()
    assert window.dispute.isVisibleTo(window)
    window.close_casebook()
    qtbot.waitUntil(lambda: not window.dispute.isVisibleTo(window), timeout=WAIT_MS)
