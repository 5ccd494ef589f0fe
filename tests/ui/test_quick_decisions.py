"""Decisions by key: numbered reasons, several images at once, the next undecided one, and withdrawals."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QListWidget

from forensic_app.records import RunStatus
from forensic_app.workflows.execution import plan_run, queue_run
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import IMAGES, Workspace
from ui.comparison.age_strip import marked
from ui.comparison.decision_reasons import ReasonsDialog, own_reasons, stock_reasons

pytestmark = pytest.mark.usefixtures("without_faces")


@pytest.fixture
def images(workspace: Workspace, qtbot: Any) -> Workspace:
    """Two completed runs, of three ages and of one, on the page of images; the newer one, of one age, is shown."""
    store = workspace._desk.session.store
    for ages in ([8.0, 27.0, 62.0], [45.0]):
        spec = plan_run(
            store,
            engine=fake_engine.NAME,
            exhibit="E-0001",
            parameters={"target_ages": ages},
            pack="fake-pack",
        )
        workspace._desk.queue.start(queue_run(store, spec).run_id)
    qtbot.waitUntil(
        lambda: [run.status for run in store.runs()] == [RunStatus.COMPLETED] * 2, timeout=3 * WAIT_MS
    )
    workspace.show_tab(IMAGES)
    view = workspace.comparison
    qtbot.waitUntil(lambda: view.strip.count() == 1 and view.derived.has_image(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.decision.counter.text() == "4 of 4 undecided", timeout=WAIT_MS)
    return workspace


def decided(workspace: Workspace) -> dict[str, tuple[bool, str]]:
    store = workspace._desk.session.store
    return {
        name: (each.is_accepted, each.reason)
        for run in store.runs()
        for name, each in store.decisions(run.run_id).items()
    }


def test_a_digit_chooses_a_reason_and_n_goes_on_to_the_next_undecided_image(
    images: Workspace, qtbot: Any
) -> None:
    view = images.comparison
    view.strip.setFocus()
    qtbot.keyClick(view.strip, Qt.Key.Key_3)
    assert view.decision.reason.currentText() == "Visible artefacts"
    qtbot.keyClick(view.strip, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: view.decision.counter.text() == "3 of 4 undecided", timeout=WAIT_MS)
    assert decided(images) == {"D-000004": (False, "Visible artefacts")}
    qtbot.keyClick(view.strip, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: view.strip.count() == 3, timeout=WAIT_MS)
    assert view.run_box.currentData() == "R-0001"
    assert view.current().target_age == 8.0
    qtbot.keyClick(view.strip, Qt.Key.Key_1)
    qtbot.keyClick(view.strip, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: view.decision.counter.text() == "2 of 4 undecided", timeout=WAIT_MS)
    view.decision.next_button.click()
    assert view.current().target_age == 27.0
    qtbot.keyClick(view.strip, Qt.Key.Key_9)
    assert view.decision.reason.currentText() == "", "there is no ninth reason"


def test_a_digit_in_the_field_of_the_reason_is_text(images: Workspace, qtbot: Any) -> None:
    field = images.comparison.decision.reason
    field.lineEdit().setFocus()
    qtbot.keyClicks(field.lineEdit(), "n 3 ages")
    assert field.currentText() == "n 3 ages"
    field.lineEdit().clear()
    field.setCurrentIndex(2)
    assert field.currentText() == "Proportions differ from the photograph", "the number is not recorded"


def test_several_images_are_decided_for_one_reason_each_with_its_event(images: Workspace, qtbot: Any) -> None:
    view = images.comparison
    view.show_image("R-0001", "D-000001")
    qtbot.waitUntil(lambda: view.strip.count() == 3, timeout=WAIT_MS)
    assert view.decision.accept_button.text() == "Accept"
    view.strip.setFocus()
    qtbot.keyClick(view.strip, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert view.decision.accept_button.text() == "Accept 3"
    qtbot.keyClick(view.strip, Qt.Key.Key_1)
    view.decision.accept_button.click()
    qtbot.waitUntil(lambda: len(decided(images)) == 3, timeout=WAIT_MS)
    store = images._desk.session.store
    events = [each for each in store.events() if each.action == "image_accepted"]
    assert [each.object_id for each in events] == ["D-000001", "D-000002", "D-000003"]
    assert {each.details["reason"] for each in events} == {own_reasons()[0]}
    assert isinstance(view.strip, QListWidget)
    assert len(view.strip.selectedItems()) == 3
    view.strip.setCurrentRow(1)
    assert view.decision.accept_button.text() == "Accept"


def test_a_withdrawal_needs_a_reason_and_shows_what_was_decided_before(images: Workspace, qtbot: Any) -> None:
    view = images.comparison
    panel = view.decision
    assert not panel.withdraw_button.isVisible()
    panel.reason.setCurrentText("Plausible")
    panel.accept_button.click()
    qtbot.waitUntil(panel.withdraw_button.isVisible, timeout=WAIT_MS)
    panel.withdraw_button.click()
    assert "reason for the withdrawal" in panel.banner.text()
    panel.reason.setCurrentText("The wrong one")
    view.strip.setFocus()
    qtbot.keyClick(view.strip, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: panel.state.text() == "Not decided", timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: "decision withdrawn: The wrong one · Ada" in panel.earlier.text(), timeout=WAIT_MS
    )
    assert "accepted: Plausible · Ada" in panel.earlier.text()
    assert decided(images) == {}
    qtbot.waitUntil(lambda: panel.counter.text() == "4 of 4 undecided", timeout=WAIT_MS)
    assert images._desk.session.store.events()[-1].action == "decision_withdrawn"


def test_the_mark_of_a_picture_is_that_of_its_newest_decision(workspace: Workspace) -> None:
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    picture.fill(0)
    theme = workspace._desk.theme
    keys = {marked(picture, is_accepted, theme).cacheKey() for is_accepted in (None, True, False)}
    assert len(keys) == 3, "Qt keeps scaled pictures by this key"


def test_the_reasons_are_edited_and_kept_on_this_computer(
    images: Workspace, qtbot: Any, dialog_of: Any
) -> None:
    preferences = images._desk.preferences
    panel = images.comparison.decision
    panel.edit_button.click()
    dialog = dialog_of(images.window(), ReasonsDialog)
    dialog.text.setPlainText("\n".join(f"Reason {number}" for number in range(10)))
    dialog.save()
    assert "nine are the most" in dialog.fault.text()
    dialog.text.setPlainText("Looks right\n\nLooks right\nHair is wrong")
    dialog.save()
    assert not dialog.isVisible()
    assert stock_reasons(preferences) == ["Looks right", "Hair is wrong"]
    assert [panel.reason.itemText(place) for place in range(3)] == ["", "1  Looks right", "2  Hair is wrong"]
    images.comparison.strip.setFocus()
    qtbot.keyClick(images.comparison.strip, Qt.Key.Key_2)
    assert panel.reason.currentText() == "Hair is wrong"
    panel.edit_button.click()
    dialog = dialog_of(images.window(), ReasonsDialog)
    dialog.own_button.click()
    dialog.save()
    assert preferences.reasons() is None
    assert stock_reasons(preferences) == own_reasons()
