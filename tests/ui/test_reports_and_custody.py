from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import CUSTODY, REPORTS, Workspace
from ui.reports.report_dialog import ReportDialog

DialogOf = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("without_faces")


def test_a_report_is_previewed_issued_superseded_and_saved(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, tmp_path: Path
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(REPORTS)
    view = workspace.reports
    store = workspace._desk.session.store
    image = store.derived_images("R-0001")[0]
    store.decide(image.derived_image_id, is_accepted=False, reason="Artefacts")
    view.issue()
    dialog = dialog_of(view, ReportDialog)
    qtbot.waitUntil(lambda: dialog.pdf.page_count() > 1, timeout=WAIT_MS)
    assert store.reports("2026-001") == []
    assert dialog.contents.topLevelItem(0).child(0).text(1) == "rejected: Artefacts"
    dialog.purpose.setText("Appeal for witnesses")
    dialog.laboratory["name"].setText("The laboratory")
    dialog.issue()
    qtbot.waitUntil(lambda: view.list.count() == 1 and view.pdf.page_count() > 1, timeout=WAIT_MS)
    assert "is issued" in view.banner.text()
    assert workspace._desk.preferences.laboratory()["name"] == "The laboratory"
    view.issue()
    dialog = dialog_of(view, ReportDialog)
    qtbot.waitUntil(lambda: dialog.issue_button.isEnabled(), timeout=WAIT_MS)  # noqa: PLW0108
    dialog.supersedes.setCurrentIndex(1)
    dialog.issue()
    qtbot.waitUntil(lambda: "reason" in dialog.banner.text().lower(), timeout=WAIT_MS)
    dialog.reason.setText("A name was corrected")
    dialog.issue()
    qtbot.waitUntil(lambda: view.list.count() == 2, timeout=WAIT_MS)
    assert "replaces 2026-001-REP-01: A name was corrected" in view.list.item(0).text()
    assert "superseded, kept" in view.list.item(1).text()
    view.save_copy(view._reports[0], tmp_path / "copy.pdf")
    qtbot.waitUntil(lambda: "Saved as" in view.banner.text(), timeout=WAIT_MS)
    assert (tmp_path / "copy.pdf").read_bytes().startswith(b"%PDF")
    assert store.events()[-1].action == "report_exported"


def test_the_log_is_filtered_verified_and_damage_is_told(workspace: Workspace, qtbot: Any) -> None:
    workspace.show_tab(CUSTODY)
    view = workspace.custody
    qtbot.waitUntil(lambda: view.model.rowCount() > 2, timeout=WAIT_MS)
    few = view.model.rowCount()
    view.whole.setChecked(True)
    qtbot.waitUntil(lambda: view.model.rowCount() > few, timeout=WAIT_MS)
    view.filter.setText("exhibit received")
    assert view.filtered.rowCount() == 1
    view.table.setCurrentIndex(view.filtered.index(0, 0))
    assert "exhibit_received" in view.details.toPlainText()
    view.head.copy_button.click()
    store = workspace._desk.session.store
    assert QGuiApplication.clipboard().text() == store.events()[-1].sha256
    view.verify()
    qtbot.waitUntil(lambda: view.result.text().startswith("Everything verifies"), timeout=WAIT_MS)
    path = store.vault.path(store.exhibit("E-0001").sha256)
    path.chmod(0o644)
    path.write_bytes(b"x")
    view.verify()
    qtbot.waitUntil(lambda: "does not verify" in view.result.text(), timeout=WAIT_MS)
    assert "E-0001" in view.result.text()
