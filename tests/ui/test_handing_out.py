"""Images leave the window with their band and digest, and each way out is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinter

from forensic_app.settings import load_settings
from forensic_app.workflows.laboratory_identity import PASSPHRASE_FILE, make_identity
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import IMAGES, Workspace
from ui.comparison.comparison_view import ComparisonView
from ui.comparison.poster_dialog import PosterDialog

pytestmark = pytest.mark.usefixtures("without_faces")


@pytest.fixture
def view(workspace: Workspace, qtbot: Any, dialog_of: Any) -> ComparisonView:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(IMAGES)
    made = workspace.comparison
    qtbot.waitUntil(made.derived.has_image, timeout=WAIT_MS)
    return made


def newest(workspace: Workspace) -> Any:
    return workspace._desk.session.store.events()[-1]


def test_an_image_is_exported_copied_and_printed(
    workspace: Workspace, view: ComparisonView, qtbot: Any, tmp_path: Path
) -> None:
    image = view.current()
    assert image is not None
    name = image.derived_image_id
    view.export.write(name, tmp_path / "out.jpg")
    qtbot.waitUntil(lambda: "was written to out.jpg" in view.banner.text(), timeout=WAIT_MS)
    assert "No content credentials were added" in view.banner.text()
    assert newest(workspace).action == "derived_image_exported"
    assert newest(workspace).details["way"] == "file"
    with Image.open(tmp_path / "out.jpg") as written:
        assert written.size[1] > image.height_px
    view.export.write(name, tmp_path / "out.jpg")
    qtbot.waitUntil(lambda: "exists already" in view.banner.text(), timeout=WAIT_MS)
    view.export.copy_action.trigger()
    qtbot.waitUntil(lambda: "was copied" in view.banner.text(), timeout=WAIT_MS)
    assert QGuiApplication.clipboard().image().height() > image.height_px
    assert newest(workspace).details["way"] == "clipboard"
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    view.export.print_on(printer)
    qtbot.waitUntil(lambda: "went to the printer" in view.banner.text(), timeout=WAIT_MS)
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF")
    assert newest(workspace).details["way"] == "printed"


def test_a_standing_passphrase_signs_what_leaves_the_window(
    workspace: Workspace, view: ComparisonView, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("c2pa")
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)
    secret = tmp_path / "secret"
    secret.write_text("four words are enough")
    make_identity(load_settings().home, "Lab", "four words are enough")
    monkeypatch.setenv(PASSPHRASE_FILE, str(secret))
    image = view.current()
    assert image is not None
    view.export.write(image.derived_image_id, tmp_path / "out.png")
    qtbot.waitUntil(lambda: "was written to out.png" in view.banner.text(), timeout=WAIT_MS)
    assert newest(workspace).details["marks"][-1] == "c2pa"
    monkeypatch.setenv(PASSPHRASE_FILE, str(tmp_path / "none"))
    view.export.write(image.derived_image_id, tmp_path / "unsigned.png")
    qtbot.waitUntil(lambda: "cannot be read" in view.banner.text(), timeout=WAIT_MS)
    assert not (tmp_path / "unsigned.png").exists()


def test_contact_sheets_of_run_and_subject(
    workspace: Workspace, view: ComparisonView, qtbot: Any, tmp_path: Path
) -> None:
    image = view.current()
    assert image is not None
    for name in (image.run_id, "S-0001"):
        path = tmp_path / f"{name}.png"
        view.export.write(name, path, is_sheet=True)
        qtbot.waitUntil(lambda each=name: f"{each} was written" in view.banner.text(), timeout=WAIT_MS)
        assert newest(workspace).action == "images_exported"
        assert path.exists()
    assert view.export.subject_action.isEnabled()


def test_a_drag_is_prepared_and_recorded_when_it_is_taken(
    workspace: Workspace, view: ComparisonView, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = view.strip.visualItemRect(view.strip.item(0)).center()
    qtbot.mousePress(view.strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: view.export._prepared is not None, timeout=WAIT_MS)
    qtbot.mouseRelease(view.strip.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(1, 1))
    before = newest(workspace).sequence
    monkeypatch.setattr("ui.comparison.image_export.QDrag.exec", lambda *_: Qt.DropAction.IgnoreAction)
    view.strip.startDrag(Qt.DropAction.CopyAction)
    assert newest(workspace).sequence == before
    dragged: list[list[str]] = []

    def taken(drag: Any, *_: Any) -> Qt.DropAction:
        dragged.append([each.toLocalFile() for each in drag.mimeData().urls()])
        return Qt.DropAction.CopyAction

    monkeypatch.setattr("ui.comparison.image_export.QDrag.exec", taken)
    view.strip.startDrag(Qt.DropAction.CopyAction)
    qtbot.waitUntil(lambda: "was dropped outside" in view.banner.text(), timeout=WAIT_MS)
    assert newest(workspace).details["way"] == "dragged"
    ((path,),) = dragged
    assert Path(path).stat().st_mode & 0o077 == 0 or Path(path).parent.stat().st_mode & 0o077 == 0
    workspace._desk.session.about_to_close.emit()
    assert not Path(path).exists()


def test_every_way_out_is_in_the_context_menu_and_off_where_nothing_can_be_recorded(
    workspace: Workspace, view: ComparisonView, monkeypatch: pytest.MonkeyPatch
) -> None:
    for widget in (view.strip, view.derived, view.wipe):
        assert set(view.export.actions) <= set(widget.actions())
    assert set(view.export_button.menu().actions()) == set(view.export.actions)
    image, exhibit = view.current(), view.export._exhibit
    monkeypatch.setattr(type(workspace._desk.session), "is_read_only", True)
    view.export.show_image(image, exhibit)
    assert not any(each.isEnabled() for each in view.export.actions)


def test_a_public_appeal_is_set_up_and_stays_a_draft(
    workspace: Workspace, view: ComparisonView, qtbot: Any, tmp_path: Path
) -> None:
    view.export.poster_action.trigger()
    dialog = view.findChild(PosterDialog)
    assert dialog is not None
    dialog.write_to(tmp_path / "appeal.pdf")
    qtbot.waitUntil(lambda: "contact is empty" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.contact.setPlainText("Police, 123")
    dialog.recipient.setText("Newspaper")
    dialog.write_to(tmp_path / "appeal.pdf")
    qtbot.waitUntil(lambda: "It is a draft" in view.banner.text(), timeout=WAIT_MS)
    assert newest(workspace).action == "poster_exported"
    assert newest(workspace).details["recipient"] == "Newspaper"
    assert "DRAFT" in (tmp_path / "appeal.txt").read_text()
