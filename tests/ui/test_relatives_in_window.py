"""Relatives in the window: recorded and taken back in the overview, chosen with a share in a new run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from forensic_app.records import ConsentPurpose, Kinship
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import WAIT_MS
from ui.cases.relatives_dialog import RecordRelativeDialog, RelativesDialog, TakeBackRelativeDialog
from ui.cases.workspace import Workspace
from ui.runs.new_run_dialog import NewRunDialog

DialogOf = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("without_faces")


def consent(store: CaseStore, subject_id: str) -> None:
    store.record_consent(
        subject_id,
        purpose=ConsentPurpose.RELATIVES,
        given_by="Herself",
        scope="One search",
        valid_until="2099-12-31",
    )


@pytest.fixture
def family(workspace: Workspace, tmp_path: Path) -> CaseStore:
    """A mother with a photograph and a consent, a brother with a photograph, a sister with neither."""
    store = workspace._desk.session.store
    for number, name in enumerate(("Her mother", "Her brother", "Her sister")):
        subject = store.add_subject(case="2026-001", name=name)
        if number < 2:
            path = tmp_path / f"{number}.png"
            Image.new("RGB", (80, 80), (120, 100 + number, 90)).save(path)
            receive_exhibit(
                store, path, case="2026-001", subject_id=subject.subject_id, age_at_photo=50.0 - 30 * number
            )
    consent(store, "S-0002")
    return store


def related(store: CaseStore) -> None:
    for name, kinship in (
        ("S-0002", Kinship.MOTHER),
        ("S-0003", Kinship.BROTHER),
        ("S-0004", Kinship.SISTER),
    ):
        store.record_relationship("S-0001", relative_id=name, kinship=kinship, source="Register")


@pytest.fixture
def run_form(workspace: Workspace, family: CaseStore, qtbot: Any) -> Iterator[NewRunDialog]:
    related(family)
    made = NewRunDialog(workspace._desk, family.exhibit("E-0001"), parent=workspace)
    made.open()
    qtbot.waitUntil(lambda: bool(made.settings.relatives._rows), timeout=WAIT_MS)
    yield made
    made.reject()


def words(widget: Any) -> str:
    from ui.widgets.plain import PlainLabel

    return "\n".join(each.text() for each in widget.findChildren(PlainLabel) if each.isVisible())


def test_a_relative_is_recorded_with_its_source_and_taken_back(
    workspace: Workspace, family: CaseStore, dialog_of: DialogOf, qtbot: Any
) -> None:
    view = workspace.overview
    workspace._desk.session.changed.emit()
    qtbot.waitUntil(lambda: view.subjects.count() == 4, timeout=WAIT_MS)
    view.subjects.setCurrentRow(0)
    view.relatives_button.click()
    dialog = dialog_of(workspace, RelativesDialog)
    qtbot.waitUntil(lambda: bool(dialog._in_case), timeout=WAIT_MS)
    assert not dialog.withdraw_button.isEnabled()
    dialog.record_button.click()
    form = dialog_of(dialog, RecordRelativeDialog)
    names = [form.person.itemText(place) for place in range(form.person.count())]
    assert names == ["Her mother (S-0002)", "Her brother (S-0003)", "Her sister (S-0004)"]
    form.person.setCurrentIndex(1)
    form.kinship.setCurrentIndex(form.kinship.findData(Kinship.BROTHER))
    form.save()
    qtbot.waitUntil(form.banner.isVisible, timeout=WAIT_MS)
    assert not family.relationships("S-0001")
    form.source.setText("Register of births")
    form.save()
    qtbot.waitUntil(lambda: dialog.list.count() == 1, timeout=WAIT_MS)
    known = family.relationships("S-0001")[0]
    assert (known.relative_id, known.kinship, known.source) == (
        "S-0003",
        Kinship.BROTHER,
        "Register of births",
    )
    assert "Brother: Her brother" in dialog.list.item(0).text()
    assert "no consent that holds" in dialog.list.item(0).text()
    dialog.withdraw_button.click()
    asked = dialog_of(dialog, TakeBackRelativeDialog)
    assert not asked.save_button.isEnabled()
    asked.reason.setText("Another person")
    qtbot.keyClick(asked.reason, Qt.Key.Key_Return)
    qtbot.wait(50)
    assert family.relationships("S-0001") == [known], "Enter in the field took it back"
    asked.save()
    qtbot.waitUntil(lambda: "taken back: Another person" in dialog.list.item(0).text(), timeout=WAIT_MS)
    assert family.relationships("S-0001") == []
    assert not dialog.withdraw_button.isEnabled()
    dialog.reject()


def test_photographs_of_relatives_are_chosen_with_a_share(
    run_form: NewRunDialog, family: CaseStore, qtbot: Any
) -> None:
    field = run_form.settings.relatives
    assert field is not None
    assert run_form.form is not None
    boxes = {each.text(): each for each in field.findChildren(QCheckBox)}
    assert {name: box.isEnabled() for name, box in boxes.items()} == {"E-0002": True, "E-0003": False}
    shown = words(field)
    for expected in (
        "Mother: Her mother, 50 years",
        "Brother: Her brother, 20 years",
        "no consent of this person is recorded",
        "The case has no photograph of this person.",
        "What this does to the likeness is not measured.",
    ):
        assert expected in shown, expected
    assert "no consent" in boxes["E-0003"].accessibleDescription()
    assert run_form.form.values()["relatives"] is None
    boxes["E-0002"].click()
    field._rows[0].share.setValue(35)
    assert run_form.form.values()["relatives"] == "E-0002:0.35"
    qtbot.waitUntil(lambda: "without adapter and relatives" in run_form.estimate.text(), timeout=WAIT_MS)
    run_form.form.set_values({"target_ages": [62.0]})
    qtbot.waitUntil(run_form.start_button.isEnabled, timeout=WAIT_MS)
    queued: list[Any] = []
    run_form.queued.connect(queued.append)
    run_form.queue_run()
    qtbot.waitUntil(lambda: len(queued) == 2, timeout=WAIT_MS)
    picture = family.exhibit("E-0002").picture_sha256
    assert [run.spec.parameters["relatives"] for run in queued] == [f"{picture}:0.35", None]


def test_too_large_shares_and_another_form_choose_nobody(
    run_form: NewRunDialog, family: CaseStore, qtbot: Any
) -> None:
    consent(family, "S-0003")
    run_form._read_subject()
    field = run_form.settings.relatives
    assert field is not None
    qtbot.waitUntil(lambda: len(field._rows) == 2, timeout=WAIT_MS)
    for row in field._rows:
        row.chosen.setChecked(True)
        row.share.setValue(30)
    qtbot.waitUntil(lambda: "out of bounds" in run_form.banner.text(), timeout=WAIT_MS)
    assert not run_form.start_button.isEnabled()
    field.choose("E-0003:0.1")
    assert field.shares() == "E-0003:0.1"
    run_form.settings.remember()
    run_form.settings.keep_preset("Mine")
    run_form.settings.show_engine()
    again = run_form.settings.relatives
    assert again is not None
    assert again is not field
    assert len(again._rows) == 2
    assert again.shares() is None
    run_form.settings.presets.chosen.emit({"relatives": "nonsense"})
    assert again.shares() is None
    kept = run_form._desk.preferences.presets(run_form.engine.currentData())["Mine"]
    assert "relatives" not in kept


def test_why_a_consent_does_not_serve_is_said(run_form: NewRunDialog, family: CaseStore, qtbot: Any) -> None:
    family.withdraw_consent("CN-0001", reason="By letter")
    run_form._read_subject()
    field = run_form.settings.relatives
    assert field is not None
    qtbot.waitUntil(lambda: "CN-0001 was withdrawn" in words(field), timeout=WAIT_MS)
    assert not field._rows


def test_a_person_without_relatives_and_a_photograph_of_nobody_say_so(
    workspace: Workspace, qtbot: Any
) -> None:
    made = NewRunDialog(workspace._desk, workspace._desk.session.store.exhibit("E-0001"), parent=workspace)
    made.open()
    field = made.settings.relatives
    assert field is not None
    qtbot.waitUntil(lambda: "No relative of this person" in field.words.text(), timeout=WAIT_MS)
    assert field.shares() is None
    made.reject()
