"""From a photograph to leads in the window: by keys alone, stopped and gone on with, refused with advice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from forensic_app.engines import registry
from forensic_app.galleries.entries import read_entries
from forensic_app.records import CaseKind, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import analyser_process
from forensic_app.workflows.casebook import create_casebook
from forensic_app.workflows.gallery_enrolment import enrol
from forensic_app.workflows.gallery_matcher import made_with
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.packs import accept_licence, find_pack
from tests.ui import leads_engines
from tests.ui.conftest import WAIT_MS, open_case
from tests.ui.test_search import WindowMatcher
from tests.ui.test_small_screens import SCREEN, is_inside
from tests.workflows.gallery_fakes import write_face
from ui.cases.workspace import EXHIBITS, Workspace
from ui.main_window import MainWindow
from ui.search.leads_dialog import LeadsDialog
from ui.widgets.fitting import fit


@pytest.fixture(autouse=True)
def engines_and_matcher(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put engines that copy, and the matcher that reads their copies, in the place of the real ones."""
    WindowMatcher.gate.set()
    monkeypatch.setattr(analyser_process, "AnalyserProcess", WindowMatcher)
    found = {each.name: each for each in (leads_engines.AGEING, leads_engines.DRAWING)}
    monkeypatch.setattr(registry, "_DESCRIPTORS", found)
    monkeypatch.setattr(registry, "load_engine", leads_engines.load_engine)
    yield
    WindowMatcher.gate.set()


@pytest.fixture
def casebook(folder: Path, tmp_path: Path) -> Path:
    """A case with photographs of person 33 and of two people, and a gallery that person 33 is in."""
    with create_casebook(folder, examiner="Ada") as store:
        store.create_case(number="1", title="A case", kind=CaseKind.COLD_CASE)
        subject = store.add_subject(case="1", name="Ana", birth_date="1990-05-01")
        probe = write_face(tmp_path / "probe.png", 33, shade=7)
        receive_exhibit(store, probe, case="1", subject_id=subject.subject_id)
        receive_exhibit(store, write_face(tmp_path / "two.png", 33, faces=2), case="1")
        for number in range(60):
            write_face(tmp_path / "people" / f"person {number:02d}" / "a.png", number)
        gallery = store.create_gallery(
            "Missing", made_with=made_with(WindowMatcher()), pack_name="", embedding_size=128
        )
        enrol(store, gallery, read_entries(tmp_path / "people"), WindowMatcher())
        for name in ("base", "sketch"):
            accept_licence(store, find_pack(name, store.packs_dir))
    return folder


@pytest.fixture
def workspace(window: MainWindow, casebook: Path, qtbot: Any, without_faces: None) -> Workspace:
    """The case on the screen, its first photograph chosen."""
    found = open_case(window, casebook, qtbot)
    found.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: found.exhibits.list.exhibits.rowCount() == 2, timeout=WAIT_MS)
    return found


def opened(workspace: Workspace, dialog_of: Any, qtbot: Any, exhibit: str = "E-0001") -> LeadsDialog:
    """Open the dialog for a photograph and wait until everything can be chosen."""
    workspace.exhibits.pane.choose(exhibit)
    qtbot.waitUntil(lambda: workspace.exhibits.current() is not None, timeout=WAIT_MS)
    workspace.find_leads()
    dialog: LeadsDialog = dialog_of(workspace, LeadsDialog)
    qtbot.waitUntil(
        lambda: (
            dialog.gallery.count() > 0
            and dialog.sketch_pack.chosen() is not None
            and dialog.ageing_pack.chosen() is not None
        ),
        timeout=WAIT_MS,
    )
    return dialog


def tab_to(widget: QWidget) -> None:
    """Press Tab until a widget has the focus."""
    for _ in range(80):
        found = QApplication.focusWidget()
        if found is widget:
            return
        assert found is not None
        QTest.keyClick(found, Qt.Key.Key_Tab)
    pytest.fail(f"{widget.accessibleName() or type(widget).__name__} is not reached with Tab")


def test_from_the_photograph_to_the_page_of_searches_without_a_mouse(
    window: MainWindow, workspace: Workspace, dialog_of: Any, qtbot: Any
) -> None:
    dialog = opened(workspace, dialog_of, qtbot)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=WAIT_MS)
    qtbot.waitUntil(dialog.ages.today.isVisible, timeout=WAIT_MS)
    tab_to(dialog.ages.others)
    QTest.keyClicks(dialog.ages.others, "12")
    tab_to(dialog.fmr)
    QTest.keyClick(dialog.fmr, Qt.Key.Key_Home)
    tab_to(dialog.start_button)
    QTest.keyClick(dialog.start_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.done_leads is not None, timeout=WAIT_MS)
    assert dialog.done_leads is not None
    assert dialog.done_leads.is_complete
    assert "on record" in dialog.banner.text()
    assert "no evidence of identity" in dialog.warning.text()
    assert "FMR" in dialog.sentences.text()
    heads = [dialog.table.horizontalHeaderItem(place).text() for place in range(4)]
    assert heads == [
        "Name",
        "Photograph\nE-0001",
        "Shown at 12 years\nD-000001",
        "Sketch at 12 years\nD-000002",
    ]
    first = [dialog.table.item(0, place).text() for place in range(4)]
    assert first[0] == "person 33"
    assert all(text.startswith("1.  ") and text.endswith("above") for text in first[1:])
    last = dialog.table.rowCount() - 1
    assert last >= 19
    assert not dialog.start_button.isVisible()
    assert dialog.table.hasFocus()
    QTest.keyClick(dialog.table, Qt.Key.Key_Right)
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "search" in window.pages and not dialog.isVisible(), timeout=WAIT_MS)
    view = window.pages["search"]
    qtbot.waitUntil(lambda: view.shown is not None, timeout=WAIT_MS)
    assert view.shown.probe_name == "D-000001"
    qtbot.waitUntil(lambda: view.gallery.currentText().startswith("Missing"), timeout=WAIT_MS)
    assert window.session is not None
    store = window.session.store
    assert [run.status for run in store.runs()] == [RunStatus.COMPLETED] * 2
    assert len(store.gallery_searches("G-0001")) == 3


def test_what_was_stopped_is_gone_on_with(
    window: MainWindow, workspace: Workspace, dialog_of: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(leads_engines.SLOW_VARIABLE, "2.0")
    dialog = opened(workspace, dialog_of, qtbot)
    dialog.ages.set_ages([8.0])
    dialog.fmr.setCurrentIndex(0)
    dialog.start()
    assert window.session is not None
    monitor, store = window.session.monitor, window.session.store
    assert monitor is not None
    qtbot.waitUntil(lambda: monitor.now is not None and monitor.now.progress is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "ecoding the pictures" in dialog.job.words.text(), timeout=WAIT_MS)
    dialog.reject()
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: "Stopped" in dialog.banner.text(), timeout=WAIT_MS)
    assert [run.status for run in store.runs()] == [RunStatus.CANCELLED]
    assert len(store.gallery_searches("G-0001")) == 1
    qtbot.waitUntil(lambda: not dialog.job.is_running, timeout=WAIT_MS)
    assert dialog.start_button.isVisible()
    dialog.start()
    qtbot.waitUntil(lambda: dialog.done_leads is not None and dialog.done_leads.is_complete, timeout=WAIT_MS)
    assert [run.status for run in store.runs()] == [RunStatus.CANCELLED, *[RunStatus.COMPLETED] * 2]
    dialog.reject()
    assert not dialog.isVisible()


def test_what_stands_in_the_way_is_said(workspace: Workspace, dialog_of: Any, qtbot: Any) -> None:
    dialog = opened(workspace, dialog_of, qtbot)
    dialog.start()
    assert "No target age" in dialog.banner.text()
    dialog.ages.set_ages([8.0])
    dialog.fmr.setCurrentIndex(2)
    dialog.start()
    qtbot.waitUntil(lambda: "too few people for this FMR" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.reject()
    other = opened(workspace, dialog_of, qtbot, "E-0002")
    other.ages.set_ages([8.0])
    other.fmr.setCurrentIndex(0)
    other.start()
    qtbot.waitUntil(lambda: "in the field “Face”" in other.banner.text(), timeout=WAIT_MS)
    store = other._desk.session.store
    assert not store.runs()
    other.face.setValue(1)
    other._desk.queue.pause(True)
    other.start()
    qtbot.waitUntil(lambda: "queue is paused" in other.job.words.text(), timeout=WAIT_MS)
    assert [run.status for run in store.runs()] == [RunStatus.QUEUED]
    other._desk.queue.pause(False)
    qtbot.waitUntil(lambda: other.done_leads is not None, timeout=WAIT_MS)
    assert other.done_leads is not None
    assert other.done_leads.searches[0].result is not None
    assert other.done_leads.searches[0].result.probe.face_index == 0
    other.reject()


def test_a_casebook_without_gallery_or_licence_is_told_what_is_missing(
    window: MainWindow, folder: Path, tmp_path: Path, dialog_of: Any, qtbot: Any, without_faces: None
) -> None:
    with create_casebook(folder, examiner="Ada") as store:
        store.create_case(number="1", title="A case", kind=CaseKind.COLD_CASE)
        receive_exhibit(store, write_face(tmp_path / "probe.png", 33), case="1")
    found = open_case(window, folder, qtbot)
    found.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: found.exhibits.list.exhibits.rowCount() == 1, timeout=WAIT_MS)
    dialog = opened(found, dialog_of, qtbot)
    dialog.ages.set_ages([8.0])
    qtbot.waitUntil(lambda: dialog.gallery.currentText() == "No gallery is here", timeout=WAIT_MS)
    dialog.start()
    assert "no gallery" in dialog.banner.text()
    assert window.session is not None
    window.session.store.create_gallery(
        "Missing", made_with=made_with(WindowMatcher()), pack_name="", embedding_size=128
    )
    dialog.reject()
    again = opened(found, dialog_of, qtbot)
    again.ages.set_ages([8.0])
    qtbot.waitUntil(lambda: again.gallery.currentText().startswith("Missing"), timeout=WAIT_MS)
    again.start()
    assert "licence" in again.banner.text()
    again.reject()


def test_closing_the_casebook_ends_the_work(
    window: MainWindow, workspace: Workspace, dialog_of: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(leads_engines.SLOW_VARIABLE, "30")
    dialog = opened(workspace, dialog_of, qtbot)
    dialog.ages.set_ages([8.0])
    dialog.fmr.setCurrentIndex(0)
    dialog.start()
    assert window.session is not None
    monitor, folder = window.session.monitor, window.session.folder
    assert monitor is not None
    qtbot.waitUntil(lambda: monitor.now is not None and monitor.now.progress is not None, timeout=WAIT_MS)
    window._shut_down()
    qtbot.waitUntil(lambda: window._is_closed, timeout=WAIT_MS)
    threading.Event().wait(0.3)
    with CaseStore.open(folder, examiner="Ada", read_only=True) as store:
        assert [run.status for run in store.runs()] == [RunStatus.CANCELLED]


def test_the_dialog_fits_a_small_screen(workspace: Workspace, dialog_of: Any, qtbot: Any) -> None:
    dialog = opened(workspace, dialog_of, qtbot)
    fit(dialog, 2000, 2000, room=SCREEN)
    assert dialog.width() <= SCREEN.width()
    assert dialog.height() <= SCREEN.height()
    assert dialog.minimumSizeHint().height() < SCREEN.height() / 2
    assert is_inside(dialog.start_button, dialog)
    dialog.reject()
