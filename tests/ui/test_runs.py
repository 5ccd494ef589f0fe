from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QMessageBox

from forensic_app.engines import device_names
from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.errors import InvalidInput
from forensic_app.parameters import Parameter, resolve
from forensic_app.records import ImageRole, RunStatus
from tests.fake_packs import write_pack
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import EXHIBITS, IMAGES, RUNS, Workspace
from ui.main_window import MainWindow
from ui.runs.licence_dialog import LicenceDialog
from ui.runs.new_run_dialog import NewRunDialog
from ui.runs.parameter_form import ParameterForm

DialogOf = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("without_faces")


def set_up(workspace: Workspace, qtbot: Any, dialog_of: DialogOf) -> NewRunDialog:
    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: workspace.exhibits.current() is not None, timeout=WAIT_MS)
    workspace.new_run()
    dialog: NewRunDialog = dialog_of(workspace.exhibits, NewRunDialog)
    qtbot.waitUntil(lambda: dialog.start_button.isEnabled(), timeout=WAIT_MS)  # noqa: PLW0108
    return dialog


def statuses(workspace: Workspace) -> list[RunStatus]:
    return [run.status for run in workspace._desk.session.store.runs()]


def complete_a_run(workspace: Workspace, qtbot: Any, dialog_of: DialogOf, *, variants: int = 1) -> str:
    dialog = set_up(workspace, qtbot, dialog_of)
    form = dialog.form
    assert form is not None
    form.set_values({"target_ages": [8.0, 62.0], "variants": variants})
    dialog.queue_run()
    qtbot.waitUntil(lambda: statuses(workspace) == [RunStatus.COMPLETED], timeout=WAIT_MS)
    return "R-0001"


def test_a_schema_becomes_a_form_whose_values_resolve(qtbot: Any) -> None:
    extra = (
        Parameter("strength_name", "text", "soft", "Words."),
        Parameter("optional", "number", None, "May stay empty.", 1, 9),
    )
    form = ParameterForm((*SCHEMA, *extra))
    qtbot.addWidget(form)
    assert form.values() == resolve((*SCHEMA, *extra), {})
    given = {
        "target_ages": [35.5, 8.0],
        "variants": 3,
        "optional": 4.5,
        "color_match": False,
        "scheduler": "ddpm",
    }
    form.set_values(given)
    assert form.values()["target_ages"] == [8.0, 35.5]
    assert {name: form.values()[name] for name in given if name != "target_ages"} == {
        name: value for name, value in given.items() if name != "target_ages"
    }
    form.field("target_ages").others.setText("200")
    with pytest.raises(InvalidInput):
        form.values()
    form.set_values(resolve((*SCHEMA, *extra), {}))
    assert form.values() == resolve((*SCHEMA, *extra), {})
    assert all(
        form.field(parameter.name).accessibleName() for parameter in SCHEMA if parameter.kind != "ages"
    )


def test_a_device_that_is_not_there_is_told_in_the_form_and_no_run_is_queued(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_names, "is_cuda_usable", lambda: False)
    workspace._desk.preferences.device = "cuda"
    dialog = set_up(workspace, qtbot, dialog_of)
    dialog.queue_run()
    qtbot.waitUntil(lambda: "no usable CUDA card" in dialog.banner.text(), timeout=WAIT_MS)
    assert statuses(workspace) == []
    dialog.reject()


def test_a_run_goes_from_the_form_to_images_that_are_decided(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of, variants=2)
    assert workspace.tabs.currentIndex() == RUNS
    qtbot.waitUntil(lambda: "R-0001 is completed" in workspace.runs.banner.text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: workspace.runs.images_button.isEnabled(), timeout=WAIT_MS)  # noqa: PLW0108
    workspace.runs.images_button.click()
    assert workspace.tabs.currentIndex() == IMAGES
    view = workspace.comparison
    qtbot.waitUntil(lambda: view.strip.count() == 8 and view.derived.has_image(), timeout=WAIT_MS)
    assert view.derived.image_size().width() == view.original.image_size().width()
    assert view.derived.picture_rect().width() == pytest.approx(
        view.original.picture_rect().width(), rel=0.02
    )
    assert (
        "reads 6 years here and 41 on the untouched photograph: \N{MINUS SIGN}35 years" in view.figures.text()
    )
    assert "0.4 for the same person. It is no probability." in view.figures.text()
    qtbot.keyClick(view.strip, Qt.Key.Key_A)
    assert "Give the reason first" in view.decision.banner.text()
    view.decision.reason.setCurrentText("Plausible")
    qtbot.keyClick(view.strip, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: view.decision.state.text() == "Accepted", timeout=WAIT_MS)
    view.strip.setCurrentRow(1)
    assert view.decision.state.text() == "Not decided"
    view.decision.reason.setCurrentText("Artefacts")
    view.decision.reject_button.click()
    qtbot.waitUntil(lambda: view.decision.state.text() == "Rejected", timeout=WAIT_MS)
    decisions = workspace._desk.session.store.decisions("R-0001")
    assert sorted(each.is_accepted for each in decisions.values()) == [False, True]
    rows = [place for place, image in enumerate(view._images) if image.role is ImageRole.SPREAD]
    view.strip.setCurrentRow(rows[0])
    assert "brighter" in view.figures.text()


def test_an_image_unlike_a_photograph_is_not_shown_first_and_says_so(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engine.UNLIKE_VARIABLE, "1")
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(IMAGES)
    view = workspace.comparison
    qtbot.waitUntil(view.derived.has_image, timeout=WAIT_MS)
    assert view.strip.currentRow() == 1
    assert "Less like a photograph" not in view.figures.text()
    view.strip.setCurrentRow(0)
    assert "Less like a photograph than 99 of 100" in view.figures.text()


def test_zoom_and_pan_are_shared_and_the_wipe_follows(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(IMAGES)
    view = workspace.comparison
    qtbot.waitUntil(view.derived.has_image, timeout=WAIT_MS)
    qtbot.keyClick(view.original, Qt.Key.Key_Plus)
    qtbot.keyClick(view.original, Qt.Key.Key_Right)
    assert view.derived.view_transform.zoom == pytest.approx(1.25)
    assert view.wipe.view_transform.centre.x() > 0.5
    qtbot.keyClick(view.derived, Qt.Key.Key_0)
    assert view.original.view_transform.zoom == 1.0
    view.set_mode(1)
    view.slider.setValue(250)
    assert view.wipe.share == 0.25
    assert view.wipe.grab().toImage().pixelColor(3, 3).isValid()


def test_last_values_presets_and_the_estimate_are_kept(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    dialog = set_up(workspace, qtbot, dialog_of)
    form = dialog.form
    assert form is not None
    assert form.values()["target_ages"] == [8.0, 62.0]
    qtbot.waitUntil(lambda: "from 1 measured run" in dialog.estimate.text(), timeout=WAIT_MS)
    assert dialog.estimate.text().startswith("2 derived images")
    dialog.settings.keep_preset("Mine")
    assert workspace._desk.preferences.presets(fake_engine.NAME)["Mine"]["target_ages"] == [8.0, 62.0]
    form.field("target_ages").others.setText("nonsense")
    qtbot.waitUntil(lambda: "not an age" in dialog.banner.text(), timeout=WAIT_MS)
    assert not dialog.start_button.isEnabled()
    dialog.reject()


def test_a_pack_needs_its_licence_first(workspace: Workspace, qtbot: Any, dialog_of: DialogOf) -> None:
    store = workspace._desk.session.store
    other = write_pack(store.packs_dir / "other-pack")
    dialog = set_up(workspace, qtbot, dialog_of)
    dialog.pack.setCurrentIndex(dialog.pack.findData("other-pack"))
    assert not dialog.start_button.isEnabled()
    assert dialog.licence_state.text() == "Licence not accepted yet"
    dialog.packs.show_licence()
    licence = dialog_of(dialog, LicenceDialog)
    qtbot.waitUntil(licence.remark.isVisible, timeout=WAIT_MS)
    assert "no event says that it was imported" in licence.remark.text()
    assert not licence.accept_button.isEnabled()
    licence.agreement.setChecked(True)
    licence.accept_button.click()
    qtbot.waitUntil(lambda: dialog.start_button.isEnabled(), timeout=WAIT_MS)  # noqa: PLW0108
    assert store.is_licence_accepted(other.sha256)
    assert [event.action for event in store.events()][-1] == "licence_accepted"
    dialog.reject()


def test_a_failed_run_says_why(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engine.FACELESS_VARIABLE, "1")
    dialog = set_up(workspace, qtbot, dialog_of)
    dialog.queue_run()
    qtbot.waitUntil(lambda: statuses(workspace) == [RunStatus.FAILED], timeout=WAIT_MS)
    words = "R-0001 failed: There is no face in the photograph. Use another photograph."
    qtbot.waitUntil(lambda: workspace.runs.banner.text() == words, timeout=WAIT_MS)


def test_progress_is_live_and_a_running_run_is_cancelled(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engine.SLOW_VARIABLE, "60")
    dialog = set_up(workspace, qtbot, dialog_of)
    dialog.queue_run()
    view = workspace.runs
    qtbot.waitUntil(lambda: "Changing the age" in str(view.model.index(0, 6).data()), timeout=WAIT_MS)
    view._cancel()
    box = dialog_of(view, QInputDialog)
    box.setTextValue("Wrong photograph")
    box.accept()
    qtbot.waitUntil(lambda: statuses(workspace) == [RunStatus.CANCELLED], timeout=WAIT_MS)
    assert workspace._desk.session.store.run("R-0001").failure == "Wrong photograph"


def test_closing_while_a_run_is_active_asks(
    window: MainWindow, workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fake_engine.SLOW_VARIABLE, "60")
    dialog = set_up(workspace, qtbot, dialog_of)
    dialog.queue_run()
    qtbot.waitUntil(lambda: statuses(workspace) == [RunStatus.RUNNING], timeout=WAIT_MS)
    folder = workspace._desk.session.folder
    window.close()
    box = dialog_of(window, QMessageBox)
    assert box.text() == "A run is active."
    box.escapeButton().click()
    assert window.isVisible()
    assert statuses(workspace) == [RunStatus.RUNNING]
    window.close()
    box = dialog_of(window, QMessageBox)
    next(each for each in box.buttons() if each.text() == "Cancel the run and close").click()
    qtbot.waitUntil(lambda: window._is_closed, timeout=WAIT_MS)
    from forensic_app.workflows.casebook import open_casebook

    with open_casebook(folder, examiner="Ada", read_only=True) as store:
        run = store.run("R-0001")
        assert run.status is RunStatus.CANCELLED
        assert run.failure == "The window was closed by Ada."


def test_the_face_is_shown_first_and_fills_half_the_view() -> None:
    from PySide6.QtCore import QRectF

    from ui.widgets.image_view import ViewTransform

    view = ViewTransform()
    view.show_part(QRectF(0.4, 0.1, 0.1, 0.125))
    assert view.zoom == pytest.approx(4.0)
    assert (view.centre.x(), view.centre.y()) == pytest.approx((0.45, 0.1625))
    view.show_part(QRectF(0.0, 0.0, 0.9, 0.9))
    assert (view.zoom, view.centre.x()) == (1.0, 0.5)
