"""Tools > Inspect a file leads a file back to its run, and never calls one genuine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import Workspace
from ui.inspection_dialog import InspectionDialog
from ui.main_window import MainWindow
from ui.widgets.plain import PlainLabel

pytestmark = pytest.mark.usefixtures("without_faces")


def inspected(
    window: MainWindow, path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> InspectionDialog:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    (action,) = (each for each in window.findChildren(QAction) if each.text() == "&Inspect a file…")
    action.trigger()
    dialog = window.findChild(InspectionDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: "Looking for marks" not in dialog.banner.text(), timeout=WAIT_MS)
    return dialog


def words(dialog: InspectionDialog) -> str:
    return " ".join(each.text() for each in dialog.findChildren(PlainLabel))


def test_a_copy_leads_to_its_run(
    window: MainWindow, workspace: Workspace, qtbot: Any, dialog_of: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from forensic_app.workflows.image_export import hand_out_to_file

    complete_a_run(workspace, qtbot, dialog_of)
    store = workspace._desk.session.store
    hand_out_to_file(store, "D-000001", tmp_path / "a.png")
    dialog = inspected(window, tmp_path / "a.png", qtbot, monkeypatch)
    assert "leads to the run R-0001" in dialog.banner.text()
    said = words(dialog)
    assert "XMP: known here" in said
    assert "Does not prove: " in said
    dialog.reject()


def test_without_a_casebook_and_without_a_mark(
    window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (300, 200), (90, 120, 150)).save(tmp_path / "a.png")
    dialog = inspected(window, tmp_path / "a.png", qtbot, monkeypatch)
    assert "not shown to be genuine" in dialog.banner.text()
    assert "No casebook is open" in words(dialog)
    dialog.reject()


def test_a_missing_file_is_said(
    window: MainWindow, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = inspected(window, tmp_path / "none.png", qtbot, monkeypatch)
    assert "cannot be read" in dialog.banner.text()
    dialog.reject()
