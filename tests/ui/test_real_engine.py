from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from forensic_app.engines.packs.pack import bundled_packs_dir
from forensic_app.records import CaseKind, RunStatus
from forensic_app.workflows.casebook import create_casebook
from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import close, open_case
from ui.app import create_window
from ui.cases.workspace import EXHIBITS, IMAGES
from ui.preferences import Preferences
from ui.runs.licence_dialog import LicenceDialog
from ui.runs.new_run_dialog import NewRunDialog

LONG_MS = 300_000


@pytest.mark.slow
@pytest.mark.skipif(
    not (bundled_packs_dir() / "base").is_dir(), reason="the bundled pack is not in this checkout"
)
def test_a_photograph_is_aged_with_the_bundled_pack(
    qapp: QApplication, qtbot: Any, preferences: Preferences, folder: Path, photo: Path, dialog_of: Any
) -> None:
    with create_casebook(folder, examiner="Ada") as store:
        store.create_case(number="1", title="Real", kind=CaseKind.MISSING_PERSON)
        receive_exhibit(store, photo, case="1", age_at_photo=42)
    window = create_window(qapp, preferences)
    window.show()
    try:
        workspace = open_case(window, folder, qtbot)
        workspace.show_tab(EXHIBITS)
        qtbot.waitUntil(lambda: workspace.exhibits.current() is not None, timeout=LONG_MS)
        workspace.new_run()
        dialog = dialog_of(workspace.exhibits, NewRunDialog)
        qtbot.waitUntil(lambda: dialog.pack.findData("base") >= 0, timeout=LONG_MS)
        dialog.engine.setCurrentIndex(dialog.engine.findData("aging"))
        dialog.pack.setCurrentIndex(dialog.pack.findData("base"))
        dialog.packs.show_licence()
        licence = dialog_of(dialog, LicenceDialog)
        licence.agreement.setChecked(True)
        licence.accept_button.click()
        qtbot.waitUntil(lambda: dialog.start_button.isEnabled(), timeout=LONG_MS)  # noqa: PLW0108
        dialog.form.set_values({"target_ages": [62.0], "num_inference_steps": 2})
        dialog.queue_run()
        session = window.session
        assert session is not None
        qtbot.waitUntil(
            lambda: [each.status.is_terminal for each in session.store.runs()] == [True], timeout=LONG_MS
        )
        assert session.store.runs()[0].status is RunStatus.COMPLETED, session.store.runs()[0].failure
        workspace.show_tab(IMAGES)
        qtbot.waitUntil(workspace.comparison.derived.has_image, timeout=LONG_MS)
        assert "on the untouched photograph" in workspace.comparison.figures.text()
    finally:
        close(qtbot, window)
