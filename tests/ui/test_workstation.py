from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QWidget,
)

from forensic_app.workflows import doctor
from tests.ui.conftest import WAIT_MS, open_case
from ui.main_window import MainWindow
from ui.settings_dialog import SettingsDialog
from ui.workstation import workstation_view
from ui.workstation.packs_view import ImportDialog

DialogOf = Callable[..., Any]


def test_packs_are_listed_checked_and_refused_with_a_sentence(
    window: MainWindow, casebook: Path, qtbot: Any, dialog_of: DialogOf, tmp_path: Path
) -> None:
    open_case(window, casebook, qtbot)
    window.show_page("packs")
    view = window.pages["packs"]
    qtbot.waitUntil(lambda: view.list.count() >= 1 and view.title.text() == "fake-pack", timeout=WAIT_MS)
    assert view.licence_pill.text() == "Licence accepted"
    view.check()
    qtbot.waitUntil(lambda: view.files_pill.text() == "Every digest is right", timeout=WAIT_MS)
    (view.current().path / "vae" / "config.json").write_text("{ }")
    view.check()
    qtbot.waitUntil(lambda: view.files_pill.text() == "Altered", timeout=WAIT_MS)
    view.import_pack()
    dialog = dialog_of(view, ImportDialog)
    dialog.save()
    assert "Give a source" in dialog.banner.text()
    dialog.source.setText(str(tmp_path / "nothing"))
    dialog.pack_name.setText("new")
    dialog.save()
    qtbot.waitUntil(lambda: "nothing" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.reject()


def test_settings_are_kept_and_the_machine_is_examined(
    window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch, dialog_of: DialogOf
) -> None:
    window.show_page("workstation")
    view = window.pages["workstation"]
    view.settings_button.click()
    settings = dialog_of(window, SettingsDialog)
    settings.device.setCurrentIndex(settings.device.findData("cpu"))
    settings.threads.setValue(1)
    settings.language.setCurrentIndex(settings.language.findData("de"))
    assert "opened again" in settings.banner.text()
    settings.reject()
    kept = window.preferences
    assert (kept.device, kept.threads, kept.language) == ("cpu", 1, "de")
    monkeypatch.setattr(window.background, "in_process", window_thread(window))
    monkeypatch.setattr(workstation_view, "_examine", _found)
    view.examine()
    qtbot.waitUntil(lambda: view.table.rowCount() == 2, timeout=WAIT_MS)
    assert view.banner.text() == "To be put right before the main work can be done: Pack."
    assert view.table.item(1, 3).text() == "Restore it."


def test_a_folder_that_is_no_pack_is_named_with_its_reason(
    window: MainWindow, casebook: Path, qtbot: Any
) -> None:
    broken = casebook / "packs" / "broken\x1b[2J"
    broken.mkdir(parents=True)
    (broken / "pack.json").write_text("[]", encoding="utf-8")
    open_case(window, casebook, qtbot)
    window.show_page("packs")
    view = window.pages["packs"]
    qtbot.waitUntil(lambda: view.list.count() > 1, timeout=WAIT_MS)
    last = view.list.count() - 1
    assert "cannot be used" in view.list.item(last).text()
    assert "\x1b" not in view.list.item(last).text()
    view.list.setCurrentRow(last)
    assert "broken" in view.title.text()
    assert view.banner.isVisibleTo(view)
    assert "\x1b" not in view.banner.text()
    assert not view.licence_button.isVisibleTo(view)
    assert view.current() is None
    view.list.setCurrentRow(0)
    assert view.licence_button.isVisibleTo(view)


def test_more_threads_than_processors_are_not_kept(window: MainWindow) -> None:
    window.preferences.threads = 4096
    assert window.preferences.threads == (os.cpu_count() or 1)


def test_the_casebook_can_be_changed_from_the_settings(
    window: MainWindow, casebook: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(casebook))
    window.show_page("workstation")
    window.pages["workstation"].open_button.click()
    qtbot.waitUntil(lambda: window.session is not None, timeout=WAIT_MS)
    window.show_page("workstation")
    assert window.pages["workstation"].casebook.text() == str(casebook)


def window_thread(window: MainWindow) -> Callable[..., Any]:
    """Run what would go to another process in a thread: spawning takes seconds."""
    return lambda work, argument, *rest: window.background.in_pool(lambda: work(argument), *rest)


def _found(_: Path | None) -> list[doctor.Check]:
    return [
        doctor.Check("Python", doctor.Status.OK, "3.11"),
        doctor.Check("Pack", doctor.Status.FAILED, "missing", "Restore it."),
    ]


def test_every_control_has_a_name_for_screen_readers(
    window: MainWindow, casebook: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.background, "in_process", lambda *_: None)
    workspace = open_case(window, casebook, qtbot)
    for place in range(workspace.tabs.count()):
        workspace.show_tab(place)
        qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)
    window.show_page("packs")
    window.show_page("workstation")
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView)
    nameless = [each for kind in kinds for each in window.findChildren(kind) if needs_name(each)]
    assert nameless == []


def needs_name(widget: QWidget) -> bool:
    if widget.objectName().startswith("qt_") or isinstance(
        widget.parent(), QComboBox | QAbstractSpinBox | QLineEdit
    ):
        return False
    parent = widget.parent()
    if isinstance(parent, QAbstractItemView) or "QComboBoxPrivate" in type(parent).__name__:
        return False
    if parent is not None and parent.metaObject().className() == "QComboBoxPrivateContainer":
        return False
    if widget.metaObject().className() in ("QTabBar", "CloseButton", "QTableCornerButton", "QHeaderView"):
        return False
    if parent is not None and parent.metaObject().className() == "QTabBar":
        return False
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return not (widget.accessibleName() or text)


def test_the_demonstration_is_opened_at_once_when_it_is_there(
    window: MainWindow, tmp_path: Path, casebook: Path, qtbot: Any
) -> None:
    folder = tmp_path / "demonstration"
    folder.mkdir()
    casebook.rename(folder / "casebook")
    (folder / "report.pdf").write_bytes(b"%PDF")
    window.demonstration.start(folder)
    qtbot.waitUntil(lambda: window.session is not None, timeout=WAIT_MS)


def test_the_demonstration_tells_its_stages_and_its_failure(
    window: MainWindow, tmp_path: Path, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QMessageBox

    from forensic_app.errors import PackMissing
    from forensic_app.workflows import demo

    seen: list[str] = []
    page = window.start_page
    monkeypatch.setattr(page, "show_progress", lambda fraction, words="": seen.append(words))

    def broken(folder: Path, *, on_stage: Callable[[str], None], **_: Any) -> None:
        on_stage("Receiving it as an exhibit")
        raise PackMissing("There is no model pack named 'base'.", "Import it.")

    monkeypatch.setattr(demo, "run_demo", broken)
    window.demonstration.start(tmp_path / "demonstration")
    box = dialog_of(window, QMessageBox)
    assert box.text() == "There is no model pack named 'base'."
    assert "Receiving it as an exhibit" in seen
    assert not window.demonstration.is_active
    box.done(0)
