"""Notes, arrows and measured lines: placed by keys, amended, withdrawn, shown, and handed out with their picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from forensic_app.records import NoteKind, NoteState
from tests.ui.conftest import WAIT_MS
from tests.ui.test_compare import faces_at, shown
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import Workspace
from ui.compare.compare_dialog import CompareDialog
from ui.compare.note_dialogs import AmendNoteDialog, NoteDialog, NotesDialog
from ui.compare.pane import Pane

Key = Qt.Key


@pytest.fixture
def dialog(workspace: Workspace, qtbot: Any, without_faces: None, dialog_of: Any) -> CompareDialog:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.comparing.compare(["E-0001", "D-000001"])
    made = workspace.comparing.dialog
    assert made is not None
    shown(made, qtbot, 2)
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made, timeout=WAIT_MS)
    return made


def notes_of(workspace: Workspace, *, include_former: bool = False) -> list[Any]:
    store = workspace._desk.session.store
    return store.image_notes(workspace.case.case_id, include_former=include_former)


def place(pane: Pane, key: Qt.Key, *moves: tuple[Qt.Key, int]) -> None:
    """Begin with a key of the pane; after each move of the cross Enter sets a point."""
    pane.view.setFocus()
    QTest.keyClick(pane.view, key)
    assert pane.view.placing is not None
    for arrow, count in moves:
        for _ in range(count):
            QTest.keyClick(pane.view, arrow, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(pane.view, Key.Key_Return)


def test_a_line_is_placed_by_keys_and_measured_in_eyes(
    workspace: Workspace, dialog: CompareDialog, qtbot: Any, dialog_of: Any
) -> None:
    photograph = dialog.panes[0]
    dialog._desk.faces._found[photograph.compared.sha256] = faces_at(((100.0, 90.0), (140.0, 90.0)))
    place(photograph, Key.Key_M, (Key.Key_Left, 3), (Key.Key_Right, 6))
    asked = dialog_of(dialog, NoteDialog)
    asked.text.setText("From ear to ear")
    asked.save()
    qtbot.waitUntil(lambda: len(photograph.compared.notes) == 1, timeout=WAIT_MS)
    (note,) = notes_of(workspace)
    assert (note.kind, note.text, note.eyes_origin) == (NoteKind.LINE, "From ear to ear", "bundled detector")
    scale = photograph.view.layer.transform().m11()
    assert note.length_px == pytest.approx(120 / scale, abs=0.1)
    assert note.length_in_eyes == pytest.approx(note.length_px / 40, abs=0.01)
    assert not dialog.stage.is_aligned


def test_a_note_and_an_arrow_need_words_and_stand_on_their_picture(
    workspace: Workspace, dialog: CompareDialog, qtbot: Any, dialog_of: Any
) -> None:
    image = dialog.panes[1]
    place(image, Key.Key_T, (Key.Key_Up, 2))
    asked = dialog_of(dialog, NoteDialog)
    asked.save()
    qtbot.waitUntil(lambda: "The text is empty" in asked.banner.text(), timeout=WAIT_MS)
    asked.text.setText("A shadow")
    before = image.view.grab().toImage()
    asked.save()
    qtbot.waitUntil(lambda: len(image.compared.notes) == 1, timeout=WAIT_MS)
    (note,) = notes_of(workspace)
    assert (note.kind, note.picture) == (NoteKind.NOTE, "D-000001")
    where = image.view.layer.transform().map(QPointF(*note.points[0]))
    assert (where - QPointF(image.view.width() / 2, image.view.height() / 2 - 40)).manhattanLength() < 1.5
    assert image.view.grab().toImage() != before
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=WAIT_MS)
    QTest.keyClick(dialog, Key.Key_H)
    assert not dialog.notes_box.isChecked()
    assert not image.view._shows_notes


def test_the_mouse_places_and_escape_stops_without_closing(
    workspace: Workspace, dialog: CompareDialog, qtbot: Any, dialog_of: Any
) -> None:
    view = dialog.panes[0].view
    dialog.panes[0].place(NoteKind.ARROW)
    assert "tail and head" in dialog.panes[0].record.text()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() // 2, view.height() // 2))
    QTest.keyClick(view, Key.Key_Escape)
    assert view.placing is None
    assert dialog.isVisible()
    assert dialog.panes[0].record.text() == "portrait.jpg"
    dialog.panes[0].place(NoteKind.ARROW)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() // 2, view.height() // 2))
    asked = dialog_of(dialog, NoteDialog)
    asked.text.setText("Here")
    asked.save()
    qtbot.waitUntil(lambda: len(notes_of(workspace)) == 1, timeout=WAIT_MS)
    (note,) = notes_of(workspace)
    assert note.kind is NoteKind.ARROW
    assert min(note.points[0]) >= 0.0


def test_amendments_and_withdrawals_keep_every_version_in_the_list(
    workspace: Workspace, dialog: CompareDialog, qtbot: Any, dialog_of: Any
) -> None:
    workspace._desk.session.write(
        lambda store: store.add_image_note("E-0001", kind=NoteKind.NOTE, points=[[9, 9]], text="A scar"),
        dialog,
    )
    qtbot.waitUntil(lambda: len(dialog.panes[0].compared.notes) == 1, timeout=WAIT_MS)
    dialog.panes[0].view.setFocus()
    QTest.keyClick(dialog.panes[0].view, Key.Key_L)
    listed = dialog_of(dialog, NotesDialog)
    qtbot.waitUntil(lambda: listed.list.count() == 1, timeout=WAIT_MS)
    listed.amend_button.click()
    amended = dialog_of(listed, AmendNoteDialog)
    amended.text.setText("A crease of the print")
    amended.save()
    qtbot.waitUntil(lambda: "The reason is empty" in amended.banner.text(), timeout=WAIT_MS)
    amended.reason.setText("Seen on the print")
    amended.save()
    qtbot.waitUntil(lambda: listed.list.count() == 2, timeout=WAIT_MS)
    assert "stands" in listed.list.item(0).text()
    assert "Reason: Seen on the print" in listed.list.item(0).text()
    assert "former version" in listed.list.item(1).text()
    listed.list.setCurrentRow(1)
    assert not listed.amend_button.isEnabled()
    listed.list.setCurrentRow(0)
    listed.withdraw_button.click()
    withdrawn = dialog_of(listed, AmendNoteDialog)
    withdrawn.reason.setText("It is none")
    QTest.keyClick(withdrawn.reason, Key.Key_Return)
    assert withdrawn.isVisible()
    withdrawn.save()
    qtbot.waitUntil(lambda: listed.list.count() == 3, timeout=WAIT_MS)
    assert not listed.amend_button.isEnabled()
    qtbot.waitUntil(lambda: dialog.panes[0].compared.notes == (), timeout=WAIT_MS)
    former = notes_of(workspace, include_former=True)
    assert [each.state for each in former] == [NoteState.STANDS, NoteState.STANDS, NoteState.WITHDRAWN]


def test_pictures_leave_with_their_notes_band_and_record(
    workspace: Workspace, dialog: CompareDialog, qtbot: Any, tmp_path: Path
) -> None:
    store = workspace._desk.session.store
    store.add_image_note("D-000001", kind=NoteKind.NOTE, points=[[60, 60]], text="A shadow")
    store.add_image_note(
        "E-0001",
        kind=NoteKind.LINE,
        points=[[10, 10], [40, 50]],
        eyes=[[20, 20], [45, 20]],
        eyes_origin="R-0001",
    )
    from forensic_app.engines.pictures.note_marks import note_lines
    from forensic_app.workflows.image_export import image_to_hand_out, noted_to_hand_out

    assert note_lines(store.image_notes("C-0001")) == (
        "1: A shadow (N-0001, Ada)",
        "2: 50 px, 2.00 of the distance between the eyes (N-0002, Ada)",
    )
    plain, noted = image_to_hand_out(store, "D-000001"), noted_to_hand_out(store, "D-000001")
    assert noted.marks == plain.marks
    assert noted.facts["image_notes"] == "N-0001"
    assert "image_notes" not in plain.facts
    record = store.derived_image("D-000001")
    path = tmp_path / "image.png"
    dialog.export.write("D-000001", path)
    qtbot.waitUntil(lambda: "was written to image.png" in dialog.banner.text(), timeout=WAIT_MS)
    with Image.open(path) as written:
        assert written.size[1] > record.height_px
        red, green, blue = written.convert("RGB").getpixel((54, 54))
        assert red > 120 > green
        assert abs(green - blue) < 60
    assert store.events()[-1].action == "derived_image_exported"
    assert store.events()[-1].details["image_notes"] == "N-0001"
    dialog.export.write("E-0001", tmp_path / "photograph.jpg")
    qtbot.waitUntil(lambda: "photograph.jpg" in dialog.banner.text(), timeout=WAIT_MS)
    event = store.events()[-1]
    assert (event.action, event.object_id) == ("exhibit_exported", "E-0001")
    assert event.details["what"] == "notes drawn"
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    dialog.export.print_on("D-000001", printer)
    qtbot.waitUntil(lambda: "went to the printer" in dialog.banner.text(), timeout=WAIT_MS)
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF")
    assert store.events()[-1].details["way"] == "printed"


def test_where_nothing_can_be_written_nothing_is_placed(
    workspace: Workspace, dialog: CompareDialog, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(workspace._desk.session), "is_read_only", True)
    dialog.add(["D-000002"])
    shown(dialog, qtbot, 3)
    assert not any(each.isEnabled() for each in dialog.panes[2]._note_actions)
