"""One form for several photographs: what stands in the way of each is said before anything is queued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from skimage import data

from forensic_app.errors import EvidenceAltered
from forensic_app.records import RunStatus, Sex
from forensic_app.workflows.face_inspection import FoundFace
from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import EXHIBITS, RUNS, Workspace
from ui.runs.batch_dialog import BatchDialog
from ui.runs.batch_table import AGE, FACE, PHOTOGRAPH, STATE

pytestmark = pytest.mark.usefixtures("without_faces")
CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked
LARGE = FoundFace((0.0, 0.0, 100.0, 100.0), 1.0, {})
ALIKE = FoundFace((110.0, 0.0, 205.0, 95.0), 1.0, {})


@pytest.fixture
def photographs(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Five photographs: in order, two faces alike, none, no age, and one of another subject."""
    desk = workspace._desk
    store = desk.session.store
    other = store.add_subject(case="2026-001", name="Somebody else", sex=Sex.MALE)
    subjects = ("S-0001", "S-0001", "S-0001", other.subject_id)
    ages = (30.0, 20.0, None, 50.0)
    faces = ([LARGE, ALIKE], [], [LARGE], [LARGE])
    monkeypatch.setitem(desk.faces._found, store.exhibit("E-0001").picture_sha256, [LARGE])
    for number, (subject, age, found) in enumerate(zip(subjects, ages, faces, strict=True)):
        path = tmp_path / f"more-{number}.png"
        picture = Image.fromarray(data.astronaut()[:200, 120:320])
        ImageEnhance.Brightness(picture).enhance(0.8 + 0.1 * number).save(path)
        made = receive_exhibit(store, path, case="2026-001", subject_id=subject, age_at_photo=age)
        monkeypatch.setitem(desk.faces._found, made.picture_sha256, found)
    desk.session.changed.emit()
    return workspace


def opened(workspace: Workspace, qtbot: Any, dialog_of: Any, *, rows: int) -> BatchDialog:
    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: workspace.exhibits.list.count() == 5, timeout=WAIT_MS)
    workspace.new_batch()
    dialog: BatchDialog = dialog_of(workspace.exhibits, BatchDialog)
    qtbot.waitUntil(lambda: len(dialog.table.rows) == rows, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: dialog.packs.chosen() is not None, timeout=WAIT_MS)
    return dialog


def ticks(dialog: BatchDialog) -> list[bool]:
    return [
        dialog.table.item(row, PHOTOGRAPH).checkState() is CHECKED for row in range(dialog.table.rowCount())
    ]


def states(dialog: BatchDialog) -> list[str]:
    return [dialog.table.item(row, STATE).text() for row in range(dialog.table.rowCount())]


def test_every_photograph_of_a_subject_is_set_up_and_what_stands_in_the_way_is_said(
    photographs: Workspace, qtbot: Any, dialog_of: Any
) -> None:
    dialog = opened(photographs, qtbot, dialog_of, rows=4)
    assert ticks(dialog) == [True, False, False, False]
    told = states(dialog)
    assert told[0] == "is taken."
    assert "2 faces, and it is unclear which is meant" in told[1]
    assert [dialog.table.item(row, FACE).text() for row in range(4)] == ["1", "?", "–", "1"]
    assert told[2] == "Left out: no face was found in it."
    assert "the age is not stated" in told[3]
    faceless = dialog.table.item(2, PHOTOGRAPH)
    assert not faceless.flags() & Qt.ItemFlag.ItemIsUserCheckable
    dialog.table.choose_face(0)
    dialog.table.setCurrentCell(1, FACE)
    dialog.picture.box_clicked.emit(1)
    assert dialog.table.item(1, FACE).text() == "2"
    dialog.table.item(3, AGE).setText("24,5")
    assert ticks(dialog) == [True, True, False, True]
    assert not dialog.start_button.isEnabled()
    assert "Say where the ages" in dialog.start_button.toolTip()
    dialog.reason.setText("Letter of the mother")
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=WAIT_MS)
    assert dialog.start_button.text() == "Start 3 run(s)"
    dialog.settings.form.set_values({"target_ages": [8.0, 62.0]})
    dialog.queue_runs()
    store = photographs._desk.session.store
    qtbot.waitUntil(
        lambda: [run.status for run in store.runs()] == [RunStatus.COMPLETED] * 3, timeout=4 * WAIT_MS
    )
    runs = store.runs()
    assert [(run.spec.exhibit_id, run.spec.face_index) for run in runs] == [
        ("E-0001", 0),
        ("E-0002", 1),
        ("E-0004", 0),
    ]
    assert all(run.spec.parameters["target_ages"] == [8.0, 62.0] for run in runs)
    assert store.exhibit("E-0004").age_at_photo == 24.5
    assert store.amendments("exhibit", "E-0004")[-1].reason == "Letter of the mother"
    assert photographs.tabs.currentIndex() == RUNS


def test_a_doubt_is_taken_only_when_it_is_ticked(photographs: Workspace, qtbot: Any, dialog_of: Any) -> None:
    dialog = opened(photographs, qtbot, dialog_of, rows=4)
    dialog.table.item(3, PHOTOGRAPH).setCheckState(CHECKED)
    assert states(dialog)[3].startswith("Taken all the same: the age is not stated")
    dialog.table.item(0, PHOTOGRAPH).setCheckState(UNCHECKED)
    assert states(dialog)[0] == "left out"
    assert [row.exhibit.exhibit_id for row in dialog.table.taken()] == ["E-0004"]
    dialog.table.item(3, AGE).setText("a child")
    assert not dialog.start_button.isEnabled()
    assert "no number of years" in dialog.start_button.toolTip()
    dialog.table.item(3, AGE).setText("1")
    assert states(dialog)[3] == "Left out: photographs under 2 years of age are refused."
    dialog.reject()


def test_several_chosen_exhibits_and_other_subjects_are_added(
    photographs: Workspace, qtbot: Any, dialog_of: Any
) -> None:
    photographs.show_tab(EXHIBITS)
    view = photographs.exhibits
    qtbot.waitUntil(lambda: view.list.count() == 5, timeout=WAIT_MS)
    view.list.setFocus()
    view.list.setCurrentRow(0)
    QTest.keyClick(view.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(view.list.selected()) == 5
    assert view.details.run_button.text() == "New run on 5…"
    photographs._desk.session.changed.emit()
    qtbot.waitUntil(lambda: not photographs._desk.session.background.is_busy, timeout=WAIT_MS)
    assert len(view.list.selected()) == 5, "reading again keeps what is chosen"
    view.list.setCurrentRow(4)
    photographs.exhibits.new_batch()
    dialog = dialog_of(view, BatchDialog)
    qtbot.waitUntil(lambda: len(dialog.table.rows) == 1, timeout=WAIT_MS)
    words = [each.text() for each in dialog.add_button.menu().actions() if each.text()]
    assert words == [
        "All of Eileen Collins (4)",
        "All of Somebody else (1)",
        "All of every subject",
        "All of the case (5)",
    ]
    dialog.add_of_subject(None)
    assert len(dialog.table.rows) == 5
    assert len({id(row) for row in dialog.table.rows}) == 5
    dialog.reject()


def test_nothing_starts_before_every_photograph_was_looked_at_and_what_failed_is_said(
    photographs: Workspace, qtbot: Any, dialog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = photographs._desk
    sha256 = desk.session.store.exhibit("E-0002").picture_sha256
    monkeypatch.delitem(desk.faces._found, sha256)
    dialog = opened(photographs, qtbot, dialog_of, rows=4)
    assert states(dialog)[1] == "is looked at…"
    assert not dialog.start_button.isEnabled()
    assert "still looked at" in dialog.start_button.toolTip()
    desk.faces._failed(sha256, EvidenceAltered("The file is altered.", "Verify the casebook."))
    assert "The file is altered." in states(dialog)[1]
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=WAIT_MS)
    dialog.reject()
    assert not [each for each in desk.faces._wishes if each.owner in dialog.table.rows]


def test_a_photograph_that_was_withdrawn_meanwhile_refuses_all_and_nothing_is_recorded(
    photographs: Workspace, qtbot: Any, dialog_of: Any
) -> None:
    dialog = opened(photographs, qtbot, dialog_of, rows=4)
    dialog.table.item(3, PHOTOGRAPH).setCheckState(CHECKED)
    store = photographs._desk.session.store
    store.remove("exhibit", "E-0004", "Wrong person")
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=WAIT_MS)
    dialog.queue_runs()
    qtbot.waitUntil(lambda: "Nothing was started" in dialog.banner.text(), timeout=WAIT_MS)
    assert store.runs() == []
    assert ticks(dialog) == [True, False, False, False]
    dialog.reject()
