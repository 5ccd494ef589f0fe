from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import EXHIBITS, Workspace
from ui.evidence.intake_dialog import IntakeDialog
from ui.evidence.subject_dialog import SubjectDialog

DialogOf = Callable[..., Any]


def texts(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel))


def test_meters_say_what_is_missing_and_fill(workspace: Workspace, qtbot: Any, dialog_of: DialogOf) -> None:
    view = workspace.overview
    qtbot.waitUntil(lambda: view.subjects.count() == 1, timeout=WAIT_MS)
    assert "Missing: family name, forename, physical description, police report" in texts(view)
    before = view.findChildren(QProgressBar)[0].value()
    view.edit_subject()
    dialog = dialog_of(view, SubjectDialog)
    dialog.description["family_name"].setText("Collins")
    dialog.birth_date.setText("19 November")
    dialog.save()
    qtbot.waitUntil(lambda: "date" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.birth_date.setText("1956-11-19")
    dialog.save()
    qtbot.waitUntil(lambda: "Missing: forename, physical" in texts(view), timeout=WAIT_MS)

    def shown() -> list[int]:
        return [each.value() for each in view.findChildren(QProgressBar) if not each.isHidden()]

    qtbot.waitUntil(lambda: before + 1 in shown()[:1], timeout=WAIT_MS)


def test_files_are_dropped_and_each_has_its_result(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, photo: Path, tmp_path: Path
) -> None:
    workspace.show_tab(EXHIBITS)
    view = workspace.exhibits
    qtbot.waitUntil(lambda: view.list.count() == 1, timeout=WAIT_MS)
    second, broken = tmp_path / "second.png", tmp_path / "broken.jpg"
    Image.new("RGB", (40, 30), "blue").save(second)
    broken.write_bytes(b"this is no picture")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(each)) for each in (photo, broken, second, tmp_path / "gone.png")])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    assert view.zone.acceptDrops()
    view.zone.dropEvent(event)
    dialog = dialog_of(view, IntakeDialog)
    dialog.source.setText("The family")
    dialog.start()
    qtbot.waitUntil(lambda: "1 received, 3 refused" in dialog.banner.text(), timeout=WAIT_MS)
    assert "exhibit E-0001" in dialog.result_of(0)
    assert "broken.jpg" in dialog.result_of(1)
    assert dialog.result_of(2) == "received as E-0002"
    assert "gone.png" in dialog.result_of(3)
    dialog.reject()
    qtbot.waitUntil(
        lambda: view.list.count() == 2 and view.current().exhibit_number == "E-0002", timeout=WAIT_MS
    )
    assert view.current().source == "The family"
    assert second.exists()


def test_faces_are_marked_measured_and_the_digest_checked(workspace: Workspace, qtbot: Any) -> None:
    workspace.show_tab(EXHIBITS)
    details = workspace.exhibits.details
    qtbot.waitUntil(lambda: details.verified.text() == "Verified now", timeout=WAIT_MS)
    longest = longest_gap_until(qtbot, lambda: len(details.picture._boxes) == 1)
    assert longest < 0.5, "the detector must not hold the window up"
    assert details.picture._boxes[0].is_chosen
    assert details.faces_line.text() == "One face was found."
    assert details.quality.rowCount() == 12
    assert details.quality.item(0, 1).text().endswith("px")
    details.choose_face(3)
    assert details.face_index == 0


def test_an_altered_photograph_is_shown_as_such(workspace: Workspace, qtbot: Any) -> None:
    session = workspace._desk.session
    path = session.store.vault.path(session.store.exhibit("E-0001").sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    workspace.show_tab(EXHIBITS)
    details = workspace.exhibits.details
    qtbot.waitUntil(lambda: details.verified.text() == "Altered or missing", timeout=WAIT_MS)
    assert details.banner.text()
    assert not details.picture.has_image()


def longest_gap_until(qtbot: Any, is_reached: Callable[[], bool]) -> float:
    """Return the longest time between two turns of the event loop, in seconds of this process's own work."""
    gaps: list[float] = []
    last = [time.process_time()]

    def note() -> None:
        gaps.append(time.process_time() - last[0])
        last[0] = time.process_time()

    timer = QTimer()
    timer.timeout.connect(note)
    timer.start(5)
    qtbot.waitUntil(is_reached, timeout=WAIT_MS)
    timer.stop()
    return max(gaps, default=0.0)
