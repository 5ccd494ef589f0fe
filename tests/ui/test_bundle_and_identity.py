"""The window makes a laboratory's identity and hands out a whole case, encrypted, redacted, stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from forensic_app.bundles import verify_bundle
from forensic_app.identity.files import load_identity
from forensic_app.settings import load_settings
from tests.ui.conftest import WAIT_MS
from ui.cases.bundle_dialog import OPEN, PASSPHRASE, RECIPIENT_KEY, BundleDialog
from ui.cases.workspace import Workspace
from ui.identity_dialog import IdentityDialog
from ui.main_window import MainWindow


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)


@pytest.mark.usefixtures("quick")
def test_an_identity_is_made_shown_and_replaced(
    window: MainWindow, dialog_of: Callable[..., Any], qtbot: Any, tmp_path: Path
) -> None:
    window.menus._show_identity()
    dialog = dialog_of(window, IdentityDialog)
    qtbot.waitUntil(lambda: dialog.facts.rowCount() == 1, timeout=WAIT_MS)
    dialog.organisation.setText("Labor Eins")
    dialog.make_button.click()
    assert "needs a passphrase" in dialog.banner.text()
    dialog.passphrase.setText("four words are enough")
    dialog.again.setText("four words")
    dialog.make_button.click()
    assert "differ" in dialog.banner.text()
    dialog.again.setText("four words are enough")
    dialog.make_button.click()
    qtbot.waitUntil(lambda: dialog.facts.rowCount() == 5, timeout=WAIT_MS)
    first = load_identity(load_settings().home)
    assert first.organisation == "Labor Eins"
    assert not dialog.passphrase.text()
    (tmp_path / "none.p12").write_bytes(b"nothing")
    dialog.passphrase.setText("x")
    dialog.again.setText("x")
    dialog.take(tmp_path / "none.p12")
    qtbot.waitUntil(lambda: "PKCS#12" in dialog.banner.text(), timeout=WAIT_MS)
    assert load_identity(load_settings().home).sha256 == first.sha256
    dialog.organisation.setText("Labor Zwei")
    dialog.make_button.click()
    qtbot.waitUntil(lambda: load_identity(load_settings().home).organisation == "Labor Zwei", timeout=WAIT_MS)
    qtbot.waitUntil(dialog.make_button.isEnabled, timeout=WAIT_MS)
    dialog.reject()


def test_a_case_is_handed_out_and_checks_by_itself(
    workspace: Workspace, dialog_of: Callable[..., Any], qtbot: Any, tmp_path: Path
) -> None:
    store = workspace._desk.session.store
    workspace.hand_out_case()
    dialog = dialog_of(workspace, BundleDialog)
    assert dialog.sealing.currentData() == OPEN
    assert not dialog.secret.isVisible()
    qtbot.waitUntil(lambda: dialog.subjects.count() == 1, timeout=WAIT_MS)
    dialog.recipient.setText("Court")
    dialog.purpose.setText("Hearing")
    dialog.others.setChecked(True)
    dialog.start(tmp_path / "bundle")
    qtbot.waitUntil(dialog.banner.isVisible, timeout=WAIT_MS)
    assert "No subject is named" in dialog.banner.text()
    dialog.subjects.item(0).setCheckState(Qt.CheckState.Checked)
    dialog.start(tmp_path / "bundle")
    qtbot.waitUntil(dialog.outcome.isVisible, timeout=WAIT_MS)
    assert "Tell the recipient this key" in dialog.outcome.text()
    assert verify_bundle.main([str(tmp_path / "bundle")]) == 0
    event = next(each for each in store.events() if each.action == "bundle_exported")
    assert (event.details["recipient"], event.details["purpose"]) == ("Court", "Hearing")
    assert event.details["redactions"] == ["third-persons"]
    dialog.reject()


def test_a_bundle_is_encrypted_or_refused_with_advice(
    workspace: Workspace, dialog_of: Callable[..., Any], qtbot: Any, tmp_path: Path
) -> None:
    workspace.hand_out_case()
    dialog = dialog_of(workspace, BundleDialog)
    dialog.sealing.setCurrentIndex(dialog.sealing.findData(PASSPHRASE))
    assert dialog.secret.isVisible()
    assert dialog.again.isVisible()
    dialog.start(tmp_path / "bundle")
    assert "Nothing is given" in dialog.banner.text()
    dialog.secret.setText("four words are enough")
    dialog.start(tmp_path / "bundle")
    assert "differ" in dialog.banner.text()
    dialog.again.setText("four words are enough")
    dialog.start(tmp_path / "bundle")
    qtbot.waitUntil(dialog.outcome.isVisible, timeout=WAIT_MS)
    assert (tmp_path / "bundle.tar.age").exists()
    assert not (tmp_path / "bundle").exists()
    assert not dialog.secret.text()
    dialog.sealing.setCurrentIndex(dialog.sealing.findData(RECIPIENT_KEY))
    assert not dialog.again.isVisible()
    dialog.secret.setText("age1nothing")
    dialog.start(tmp_path / "second")
    qtbot.waitUntil(dialog.banner.isVisible, timeout=WAIT_MS)
    assert "is not a public key of age" in dialog.banner.text()
    assert not (tmp_path / "second").exists()
    dialog.reject()


def test_what_is_stopped_says_so(
    workspace: Workspace, dialog_of: Callable[..., Any], qtbot: Any, tmp_path: Path
) -> None:
    workspace.hand_out_case()
    dialog = dialog_of(workspace, BundleDialog)
    dialog.start(tmp_path / "bundle")
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.job.is_running, timeout=WAIT_MS)
    assert dialog.isVisible()
    assert "Stopped" in dialog.banner.text()
    assert not any(each.action == "bundle_exported" for each in workspace._desk.session.store.events())
    dialog.reject()
    assert not dialog.isVisible()
