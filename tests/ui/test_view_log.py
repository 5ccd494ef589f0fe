"""Who looked at a photograph stands in the log: once while a casebook is open, and not for leafing past it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from forensic_app.workflows.disclosures import VIEWED, disclosures
from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import EXHIBITS, OVERVIEW, Workspace

pytestmark = pytest.mark.usefixtures("without_faces")


def views(workspace: Workspace) -> list[str]:
    store = workspace._desk.session.store
    return [each.object_id for each in store.events() if each.action == VIEWED]


def test_a_look_is_recorded_once(
    workspace: Workspace, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = workspace._desk.session.store
    path = tmp_path / "second.png"
    Image.new("RGB", (200, 160), (80, 90, 100)).save(path)
    receive_exhibit(store, path, case="2026-001")
    view = workspace.exhibits
    workspace.show_tab(EXHIBITS)
    workspace._desk.session.changed.emit()
    qtbot.waitUntil(lambda: view.list.count() == 2, timeout=WAIT_MS)
    qtbot.waitUntil(view.details.picture.has_image, timeout=WAIT_MS)
    assert views(workspace) == []
    monkeypatch.setattr("ui.evidence.view_log.DWELL_MS", 50)
    view.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: views(workspace) == ["E-0002"], timeout=WAIT_MS)
    view.list.setCurrentRow(0)
    qtbot.waitUntil(lambda: views(workspace) == ["E-0002", "E-0001"], timeout=WAIT_MS)
    view.list.setCurrentRow(1)
    qtbot.wait(300)
    assert views(workspace) == ["E-0002", "E-0001"]
    workspace.show_tab(OVERVIEW)
    told = disclosures(store, subject="S-0001", with_views=True)
    assert [each.action for each in told] == [VIEWED]
    assert disclosures(store, subject="S-0001") == []


def test_leafing_past_is_no_look(workspace: Workspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.evidence.view_log.DWELL_MS", 400)
    details = workspace.exhibits.details
    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(details.picture.has_image, timeout=WAIT_MS)
    details.views.look(details._exhibit)
    details.views.look(None)
    qtbot.wait(600)
    assert views(workspace) == []


def test_photographs_that_are_compared_are_looked_at_too(
    workspace: Workspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.evidence.view_log.DWELL_MS", 50)
    workspace.comparing.compare(["E-0001"])
    qtbot.waitUntil(lambda: views(workspace) == ["E-0001"], timeout=WAIT_MS)
    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(workspace.exhibits.details.picture.has_image, timeout=WAIT_MS)
    qtbot.wait(300)
    assert views(workspace) == ["E-0001"]
