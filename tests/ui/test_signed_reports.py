"""A report is signed from its dialog with the laboratory's key, and a wrong passphrase issues nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forensic_app.identity.files import load_identity
from forensic_app.settings import load_settings
from forensic_app.workflows.laboratory_identity import make_identity
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import Workspace
from ui.reports.report_dialog import ReportDialog

SECRET = "four words are enough"


def opened(workspace: Workspace, dialog_of: Callable[..., Any], qtbot: Any) -> ReportDialog:
    workspace.issue_report()
    dialog: ReportDialog = dialog_of(workspace, ReportDialog)
    qtbot.waitUntil(dialog.preview_button.isEnabled, timeout=WAIT_MS)
    return dialog


def test_a_report_is_signed(
    workspace: Workspace, dialog_of: Callable[..., Any], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)
    make_identity(load_settings().home, "Labor Eins", SECRET)
    store = workspace._desk.session.store
    dialog = opened(workspace, dialog_of, qtbot)
    fields = dialog.signing
    qtbot.waitUntil(fields.signs.isEnabled, timeout=WAIT_MS)
    assert "Labor Eins" in fields.signs.text()
    assert not fields.passphrase.isEnabled()
    fields.signs.setChecked(True)
    fields.passphrase.setText("other words")
    dialog.issue()
    qtbot.waitUntil(lambda: "passphrase" in dialog.banner.text(), timeout=WAIT_MS)
    assert store.reports("2026-001") == []
    fields.passphrase.setText(SECRET)
    fields.for_reviewer.setChecked(True)
    dialog.recipient.setText("Court")
    dialog.issue()
    qtbot.waitUntil(lambda: len(store.reports("2026-001")) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=WAIT_MS)
    (report,) = store.reports("2026-001")
    data = store.vault.read_verified(report.sha256)
    assert b"/ByteRange" in data
    assert b"Reviewer" in data
    event = next(each for each in store.events() if each.action == "report_issued")
    assert event.details["recipient"] == "Court"
    assert load_identity(load_settings().home).sha256 in str(event.details)


def test_without_an_identity_it_cannot_be_chosen(
    workspace: Workspace, dialog_of: Callable[..., Any], qtbot: Any
) -> None:
    dialog = opened(workspace, dialog_of, qtbot)
    qtbot.waitUntil(lambda: "no identity" in dialog.signing.signs.text(), timeout=WAIT_MS)
    assert not dialog.signing.signs.isEnabled()
    assert dialog.signing.values() == {}
    dialog.reject()
