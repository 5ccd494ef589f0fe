"""Consents in the window: recorded from the person's card, withdrawn with what has to be recalled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from forensic_app.records import CaseKind, ConsentPurpose
from tests.ui.conftest import WAIT_MS
from ui.cases.consents_dialog import ConsentsDialog, RecordConsentDialog, WithdrawConsentDialog, recall_words
from ui.cases.workspace import Workspace


def test_a_consent_is_recorded_and_withdrawn(
    workspace: Workspace, dialog_of: Callable[..., Any], qtbot: Any
) -> None:
    view, store = workspace.overview, workspace._desk.session.store
    qtbot.waitUntil(lambda: view.current() is not None, timeout=WAIT_MS)
    view.consents_button.click()
    consents = dialog_of(workspace, ConsentsDialog)
    assert not consents.withdraw_button.isEnabled()
    consents.record_button.click()
    form = dialog_of(consents, RecordConsentDialog)
    assert form.purpose.currentData() == ConsentPurpose.RELATIVES
    form.purpose.setCurrentIndex(form.purpose.findData(ConsentPurpose.MEDIA))
    form.given_by.setText("Eileen Collins")
    form.scope.setText("Aged to 60")
    form.until.setText("31.12.2099")
    form.save()
    qtbot.waitUntil(form.banner.isVisible, timeout=WAIT_MS)
    assert "medium is empty" in form.banner.text()
    form.medium.setText("A film")
    form.save()
    qtbot.waitUntil(lambda: consents.list.count() == 1, timeout=WAIT_MS)
    assert store.consents("2026-001")[0].valid_until == "2099-12-31"
    assert "CN-0001" in consents.list.item(0).text()
    consents.recalls_button.click()
    qtbot.waitUntil(consents.banner.isVisible, timeout=WAIT_MS)
    assert "Nothing of this person left" in consents.banner.text()
    consents.withdraw_button.click()
    asked = dialog_of(consents, WithdrawConsentDialog)
    assert not asked.save_button.isEnabled()
    qtbot.waitUntil(lambda: bool(asked.recall.text()), timeout=WAIT_MS)
    asked.reason.setText("By letter")
    qtbot.keyClick(asked.reason, Qt.Key.Key_Return)
    qtbot.wait(50)
    assert asked.isVisible()
    assert store.consent("CN-0001").withdrawn_at is None
    asked.save()
    qtbot.waitUntil(lambda: "By letter" in consents.list.item(0).text(), timeout=WAIT_MS)
    assert not consents.withdraw_button.isEnabled()
    assert store.consent("CN-0001").withdrawal_reason == "By letter"
    consents.reject()


def test_what_left_is_listed_newest_first(workspace: Workspace) -> None:
    from forensic_app.workflows.disclosures import disclosures

    store = workspace._desk.session.store
    for number in range(14):
        store.record_event(
            "exhibit_exported",
            object_type="exhibit",
            object_id="E-0001",
            case_id="C-0001",
            details={"exported_sha256": "a" * 64, "recipient": f"R{number}"},
        )
    lines = recall_words(disclosures(store, subject="S-0001")).splitlines()
    assert lines[0] == "To be recalled:"
    assert "R13" in lines[1]
    assert lines[-1].startswith("and 2 before")


def test_a_production_says_that_it_needs_consents(workspace: Workspace, qtbot: Any) -> None:
    session = workspace._desk.session
    case = session.store.create_case(number="F-1", title="", kind=CaseKind.MEDIA_PRODUCTION)
    subject = session.store.add_subject(case="F-1", name="Ana")
    dialog = ConsentsDialog(workspace._desk, case, subject, workspace)
    assert "no run starts" in dialog._meaning()
    form = RecordConsentDialog(workspace._desk, case, subject, dialog)
    assert form.purpose.currentData() == ConsentPurpose.MEDIA
    form.reject()
    dialog.reject()
    qtbot.wait(50)
