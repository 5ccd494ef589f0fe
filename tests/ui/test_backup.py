from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMessageBox

from forensic_app.verify import verify_casebook
from forensic_app.workflows import casebook_copies
from forensic_app.workflows.casebook import open_casebook
from forensic_app.workflows.casebook_copies import BackupReminder
from tests.ui.conftest import WAIT_MS, open_case
from ui.casebook_backup import BackupDialog
from ui.main_window import MainWindow

DialogOf = Callable[..., Any]


def action(window: MainWindow) -> QAction:
    return next(each for each in window.findChildren(QAction) if each.text() == "&Back up casebook…")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A copy that begins and goes on once this is set; set when it waits for that: ``waiting.reached``."""
    goes_on = threading.Event()
    goes_on.reached = threading.Event()  # type: ignore[attr-defined]
    copied = casebook_copies.copy_casebook

    def wait(source: Path, target: Path, *, tell: Any) -> Any:
        goes_on.reached.set()  # type: ignore[attr-defined]
        assert goes_on.wait(WAIT_MS / 1000)
        return copied(source, target, tell=tell)

    monkeypatch.setattr(casebook_copies, "copy_casebook", wait)
    return goes_on


def test_the_menu_makes_a_copy_that_verifies(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf, tmp_path: Path, monkeypatch: Any
) -> None:
    assert not action(window).isEnabled()
    open_case(window, casebook, qtbot)
    target = tmp_path / "copy"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    assert action(window).isEnabled()
    action(window).trigger()
    dialog = dialog_of(window, BackupDialog)
    qtbot.waitUntil(lambda: "verifies" in dialog.words.text(), timeout=WAIT_MS)
    assert str(target) in dialog.words.text()
    assert verify_casebook(target).findings == ()
    assert dialog.button.text() == "Close"
    dialog.button.click()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    action(window).trigger()


def test_a_folder_that_is_taken_is_refused(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf, tmp_path: Path
) -> None:
    open_case(window, casebook, qtbot)
    window.backup.start(tmp_path)
    box = dialog_of(window, QMessageBox)
    assert "one of the folders is in the other" in box.text() or "nothing was replaced" in box.text()


def test_a_copy_is_stopped(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf, tmp_path: Path, waiting: Any
) -> None:
    open_case(window, casebook, qtbot)
    target = tmp_path / "copy"
    window.backup.start(target)
    dialog = dialog_of(window, BackupDialog)
    assert waiting.reached.wait(WAIT_MS / 1000)
    dialog.reject()
    assert dialog.isVisible(), "it stays until the copy has ended"
    assert not dialog.button.isEnabled()
    ended = []
    dialog.finished.connect(ended.append)
    waiting.set()
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT_MS)
    assert not target.exists()


def test_closing_the_window_stops_the_copy_and_waits_for_it(
    window: MainWindow, casebook: Path, qtbot: Any, tmp_path: Path, waiting: Any
) -> None:
    open_case(window, casebook, qtbot)
    target = tmp_path / "copy"
    window.backup.start(target)
    assert waiting.reached.wait(WAIT_MS / 1000)
    window._shut_down()
    qtbot.wait(100)
    assert not window._is_closed
    waiting.set()
    qtbot.waitUntil(lambda: window._is_closed, timeout=WAIT_MS)
    assert not target.exists()
    with open_casebook(casebook, examiner="Ada") as store:
        actions = [event.action for event in store.events()]
        assert actions[-1] == "casebook_backup_given_up"
        assert verify_casebook(casebook).is_intact


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (
            BackupReminder(9, 12, "/media/stick"),
            "in /media/stick, is 9 days old; 12 events are newer.",
        ),
        (BackupReminder(30, 5, ""), "never backed up from this computer; it is 30 days old"),
    ],
)
def test_a_backup_that_is_due_is_said_above_the_page(
    window: MainWindow, casebook: Path, qtbot: Any, monkeypatch: Any, due: BackupReminder, words: str
) -> None:
    monkeypatch.setattr(casebook_copies, "reminder", lambda store: due)
    open_case(window, casebook, qtbot)
    qtbot.waitUntil(window.backup.reminder.isVisible, timeout=WAIT_MS)
    assert words in window.backup.banner.text()
    window.backup.reminder.hide()
    window.close_casebook()
    qtbot.waitUntil(lambda: window.session is None, timeout=WAIT_MS)
    assert not window.backup.reminder.isVisible()


def test_a_new_casebook_is_not_nagged_about_and_a_copy_ends_the_reminder(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf, tmp_path: Path, monkeypatch: Any
) -> None:
    due = casebook_copies.reminder
    later = datetime.now(UTC) + timedelta(days=9)
    monkeypatch.setattr(casebook_copies, "reminder", lambda store: due(store, now=later))
    open_case(window, casebook, qtbot)
    qtbot.waitUntil(window.backup.reminder.isVisible, timeout=WAIT_MS)
    window.backup.start(tmp_path / "copy")
    dialog = dialog_of(window, BackupDialog)
    qtbot.waitUntil(lambda: "verifies" in dialog.words.text(), timeout=WAIT_MS)
    qtbot.wait(100)
    assert not window.backup.reminder.isVisible()
    dialog.reject()
    monkeypatch.undo()
    window.backup.look()
    qtbot.wait(100)
    assert not window.backup.reminder.isVisible()
