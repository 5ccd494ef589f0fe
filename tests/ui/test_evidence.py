from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QWidget

from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import EXHIBITS, OVERVIEW, Workspace
from ui.evidence import intake_dialog
from ui.evidence.exhibit_dialog import ExhibitDialog
from ui.evidence.intake_dialog import FileProgress, IntakeDialog
from ui.evidence.intake_table import AGE, PAGE, RESULT, SOURCE, TAKEN
from ui.evidence.quality_words import QUALITY_ROWS
from ui.evidence.subject_dialog import SubjectDialog
from ui.evidence.withdraw_dialog import WithdrawDialog

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
    qtbot.waitUntil(lambda: "reason is empty" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.reason.setText("Her passport")
    dialog.save()
    qtbot.waitUntil(lambda: "Missing: forename, physical" in texts(view), timeout=WAIT_MS)

    def shown() -> list[int]:
        return [each.value() for each in view.findChildren(QProgressBar) if not each.isHidden()]

    qtbot.waitUntil(lambda: before + 1 in shown()[:1], timeout=WAIT_MS)


def test_a_name_without_glyphs_is_told_while_it_is_entered_and_can_be_saved(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    view = workspace.overview
    qtbot.waitUntil(lambda: view.subjects.count() == 1, timeout=WAIT_MS)
    view.edit_subject()
    dialog = dialog_of(view, SubjectDialog)
    dialog.subject_name.setText("Łukasz \u202etxt")
    qtbot.waitUntil(lambda: "code points: U+202E." in dialog.unprintable.text(), timeout=WAIT_MS)
    assert dialog.unprintable.property("banner") == "warning"
    dialog.subject_name.setText("Łukasz")
    dialog.aliases.setText("\U000e0041")
    qtbot.waitUntil(lambda: "code points: U+E0041." in dialog.unprintable.text(), timeout=WAIT_MS)
    dialog.aliases.setText("Luke")
    qtbot.waitUntil(lambda: not dialog.unprintable.text(), timeout=WAIT_MS)
    dialog.subject_name.setText("Łukasz \u202etxt")
    dialog.reason.setText("As the passport has it")
    dialog.save()
    store = workspace._desk.session.store
    qtbot.waitUntil(lambda: store.subject("S-0001").name == "Łukasz \u202etxt", timeout=WAIT_MS)


def test_what_is_stated_about_a_photograph_is_amended_with_a_reason(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    workspace.show_tab(EXHIBITS)
    view = workspace.exhibits
    qtbot.waitUntil(lambda: view.current() is not None, timeout=WAIT_MS)
    view.details.amend_button.click()
    dialog = dialog_of(view, ExhibitDialog)
    qtbot.waitUntil(dialog.save_button.isEnabled, timeout=WAIT_MS)
    assert dialog.subject.currentText() == "Eileen Collins (S-0001)"
    assert dialog.age.value() == 42
    dialog.age.setValue(37.5)
    dialog.source.setText("NASA")
    dialog.remark.setText("Official portrait")
    dialog.save()
    qtbot.waitUntil(lambda: "reason is empty" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.reason.setText("The agency's own date")
    dialog.save()
    qtbot.waitUntil(lambda: "37.5 years" in texts(view), timeout=WAIT_MS)
    found = view.current()
    assert found is not None
    assert (found.age_at_photo, found.source, found.notes[-1]) == (37.5, "NASA", "Official portrait")
    store = workspace._desk.session.store
    assert found == store.exhibit("E-0001")
    (amendment,) = store.amendments("exhibit", "E-0001")
    assert amendment.reason == "The agency's own date"
    assert set(amendment.before) == {"age_at_photo", "source", "notes"}


def test_an_exhibit_and_then_its_subject_are_withdrawn_with_a_reason(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    store = workspace._desk.session.store
    overview = workspace.overview
    qtbot.waitUntil(lambda: overview.current() is not None, timeout=WAIT_MS)
    overview.withdraw_button.click()
    dialog = dialog_of(overview, WithdrawDialog)
    assert not dialog.save_button.isEnabled()
    dialog.reason.setText("Taken up twice")
    dialog.save()
    qtbot.waitUntil(lambda: "Exhibits show the subject S-0001" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.reject()
    workspace.show_tab(EXHIBITS)
    view = workspace.exhibits
    qtbot.waitUntil(lambda: view.current() is not None, timeout=WAIT_MS)
    view.details.withdraw_button.click()
    dialog = dialog_of(view, WithdrawDialog)
    dialog.reason.setText("Another person")
    dialog.save()
    qtbot.waitUntil(lambda: view.list.count() == 0, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "1 withdrawn" in view.hint.text(), timeout=WAIT_MS)
    assert not view.details.withdraw_button.isEnabled()
    assert store.withdrawal("exhibit", "E-0001").reason == "Another person"
    workspace.show_tab(OVERVIEW)
    overview.withdraw_subject()
    dialog = dialog_of(overview, WithdrawDialog)
    dialog.reason.setText("Taken up twice")
    dialog.save()
    qtbot.waitUntil(lambda: overview.subjects.count() == 0, timeout=WAIT_MS)


def test_each_file_has_its_own_age_date_source_and_page_and_contradictions_are_said(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, tmp_path: Path
) -> None:
    workspace.show_tab(EXHIBITS)
    view = workspace.exhibits
    qtbot.waitUntil(lambda: view.list.count() == 1, timeout=WAIT_MS)
    folder = tmp_path / "album"
    (folder / "inside").mkdir(parents=True)
    first, second = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    first.save(folder / "a.tif", save_all=True, append_images=[second])
    Image.new("RGB", (40, 30), "lime").save(folder / "b.png")
    Image.new("RGB", (40, 30), "black").save(folder / "c.png")
    dialog = view.receive([folder])
    qtbot.waitUntil(lambda: dialog.subject.currentData() == "S-0001", timeout=WAIT_MS)
    assert [dialog.table.item(row, 0).text() for row in range(3)] == ["a.tif", "b.png", "c.png"]
    dialog.source.setText("The family")
    dialog.table.item(0, PAGE).setText("٢")
    dialog.table.item(0, TAKEN).setText("19.11.1966")
    dialog.table.item(1, AGE).setText("60")
    dialog.table.item(1, TAKEN).setText("1966")
    dialog.table.item(1, SOURCE).setText("The aunt")
    dialog.table.item(2, AGE).setText("old")
    dialog.start()
    qtbot.waitUntil(lambda: "2 received, 1 refused" in dialog.banner.text(), timeout=WAIT_MS)
    assert "60 years old by what is stated, 9.1–10.1 by the dates" in dialog.result_of(1)
    assert "\\x0a" not in dialog.result_of(1)
    assert "'old' is no number" in dialog.result_of(2)
    one, two = workspace._desk.session.store.exhibits("2026-001")[1:]
    assert (one.page, one.age_at_photo, one.photo_date, one.source) == (2, 10.0, "1966-11-19", "The family")
    assert (two.page, two.age_at_photo, two.source) == (None, 60, "The aunt")
    dialog.reject()
    workspace.show_tab(OVERVIEW)
    overview = workspace.overview
    qtbot.waitUntil(lambda: "E-0003: 60 years old" in overview.contradictions.text(), timeout=WAIT_MS)


def test_contradictions_are_said_while_they_are_entered(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    view = workspace.overview
    qtbot.waitUntil(lambda: view.subjects.count() == 1, timeout=WAIT_MS)
    view.edit_subject()
    dialog = dialog_of(view, SubjectDialog)
    dialog.last_seen.setText("1.1.1950")
    assert dialog.contradictions.text() == "Last seen 1950-01-01, before the birth 1956-11-19."
    dialog.last_seen.setText("1.1.19")
    assert not dialog.contradictions.text()
    dialog.birth_date.setText("2090")
    assert "in the future" in dialog.contradictions.text()
    dialog.reject()
    workspace.show_tab(EXHIBITS)
    exhibits = workspace.exhibits
    qtbot.waitUntil(lambda: exhibits.current() is not None, timeout=WAIT_MS)
    exhibits.amend()
    amending = dialog_of(exhibits, ExhibitDialog)
    qtbot.waitUntil(amending.save_button.isEnabled, timeout=WAIT_MS)
    assert not amending.contradictions.text()
    amending.photo_date.setText("1966")
    assert "42 years old by what is stated" in amending.contradictions.text()
    amending.age.setValue(10)
    assert not amending.contradictions.text()
    amending.reject()


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


def test_a_large_file_shows_its_bytes_and_can_be_stopped(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, tmp_path: Path, monkeypatch: Any
) -> None:
    from forensic_app.store.vault import Vault

    workspace.show_tab(EXHIBITS)
    view = workspace.exhibits
    qtbot.waitUntil(lambda: view.list.count() == 1, timeout=WAIT_MS)
    files = [tmp_path / f"large-{number}.bmp" for number in range(3)]
    for number, path in enumerate(files):
        Image.new("RGB", (1200, 1000), (number, 0, 0)).save(path)
    is_held, goes_on = threading.Event(), threading.Event()
    write = Vault._write

    def slow(self: Vault, target: Any, data: bytes) -> None:
        write(self, target, data)
        if not is_held.is_set() and target.tell() > 2_000_000 and len(self_store.exhibits("2026-001")) == 2:
            is_held.set()
            goes_on.wait(20)

    self_store = workspace._desk.session.store
    monkeypatch.setattr(Vault, "_write", slow)
    monkeypatch.setattr(intake_dialog, "TELL_EVERY_S", 0.0)
    dialog = IntakeDialog(workspace._desk, workspace.case, files, view)
    dialog.open()
    dialog.start()
    qtbot.waitUntil(is_held.is_set, timeout=WAIT_MS)
    line = dialog.table.cellWidget(1, RESULT)
    assert isinstance(line, FileProgress)
    qtbot.waitUntil(lambda: line.bar.value() > 0, timeout=WAIT_MS)
    assert (line.words.text(), line.bar.maximum()) == ("1.0 MiB of 3.4 MiB", 1000)
    dialog.reject()
    assert dialog.isVisible()
    goes_on.set()
    qtbot.waitUntil(lambda: "1 received, 1 stopped, 1 not begun" in dialog.banner.text(), timeout=WAIT_MS)
    assert dialog.result_of(1) == "stopped; nothing of it was kept"
    assert dialog.result_of(2) == "waits"
    assert not list(self_store.vault.folder.glob(".incoming-*"))
    assert len(list(self_store.vault.digests())) == len(self_store.exhibits("2026-001")) == 2
    dialog.reject()
    assert not dialog.isVisible()


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


def test_a_quality_that_was_not_measured_is_no_number(qapp: QApplication) -> None:
    for _, _, words in QUALITY_ROWS:
        assert words({"value": None, "score": None}) == ("–", "–")
    (sharpness,) = [words for name, _, words in QUALITY_ROWS if name == "sharpness"]
    assert sharpness({"value": 0.0, "score": 0}) == ("0.00", "0")
