"""The page of searches, driven by keys: a gallery is made, filled and searched, and candidates are decided."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.records import CaseKind
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import analyser_process
from forensic_app.workflows.casebook import create_casebook
from forensic_app.workflows.gallery_matcher import made_with
from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import WAIT_MS
from tests.workflows.gallery_fakes import FakeMatcher, write_face
from ui.main_window import MainWindow
from ui.search.enrol_dialog import EnrolDialog
from ui.search.gallery_dialog import GalleryDialog
from ui.search.search_view import SearchView

DialogOf = Callable[[QWidget, type], Any]


class WindowMatcher(FakeMatcher):
    """A matcher that the window takes for one in a process of its own."""

    weights_sha256 = DlibAnalyser().weights_sha256
    is_alive = True
    gate = threading.Event()

    def __init__(self, *_: Any) -> None:
        pass

    def detect(self, image: Any) -> Any:
        self.gate.wait()
        return super().detect(image)

    def close(self) -> None:
        self.gate.set()


@pytest.fixture(autouse=True)
def matcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Return what the fake matcher waits for before it looks at a picture; it need not wait by default."""
    WindowMatcher.gate.set()
    monkeypatch.setattr(analyser_process, "AnalyserProcess", WindowMatcher)
    yield WindowMatcher.gate
    WindowMatcher.gate.set()


@pytest.fixture
def people(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    for number in range(60):
        write_face(folder / f"person {number:02d}" / "a.png", number)
    write_face(folder / "nobody" / "none.png", 5, faces=0)
    return folder


@pytest.fixture
def casebook(folder: Path, tmp_path: Path) -> Path:
    """Two cases: the probe shows person 33, another subject's photograph shows somebody much alike."""
    with create_casebook(folder, examiner="Ada") as store:
        for number in ("1", "2"):
            store.create_case(number=number, title="A case", kind=CaseKind.COLD_CASE)
            store.add_subject(case=number, name=f"Subject {number}")
        receive_exhibit(store, write_face(tmp_path / "probe.png", 33, shade=7), case="1", subject_id="S-0001")
        receive_exhibit(
            store, write_face(tmp_path / "other.png", 33, shade=90), case="2", subject_id="S-0002"
        )
        receive_exhibit(store, write_face(tmp_path / "none.png", 34, faces=2), case="2", subject_id="S-0002")
    return folder


@pytest.fixture
def with_gallery(casebook: Path, people: Path) -> Path:
    with CaseStore.open(casebook, examiner="Ada") as store:
        gallery = store.create_gallery(
            "Missing", made_with=made_with(WindowMatcher()), pack_name="", embedding_size=128
        )
        enrolled_by(store, gallery, people)
    return casebook


def enrolled_by(store: CaseStore, gallery: Any, people: Path) -> None:
    from forensic_app.galleries.entries import read_entries
    from forensic_app.workflows.gallery_enrolment import enrol

    enrol(store, gallery, read_entries(people), WindowMatcher())


def opened(window: MainWindow, casebook: Path, qtbot: Any, *, read_only: bool = False) -> SearchView:
    window.open_casebook(casebook, read_only=read_only)
    qtbot.waitUntil(lambda: "cases" in window.pages, timeout=WAIT_MS)
    window.show_page("search")
    view = window.pages["search"]
    assert isinstance(view, SearchView)
    qtbot.waitUntil(lambda: view.picture.chosen() is not None, timeout=WAIT_MS)
    return view


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    found = QApplication.focusWidget()
    assert found is not None
    QTest.keyClick(found, key, modifiers)


def tab_to(widget: QWidget, qtbot: Any) -> None:
    for _ in range(60):
        if QApplication.focusWidget() is widget:
            return
        press(Qt.Key.Key_Tab)
    pytest.fail(f"{widget.accessibleName() or type(widget).__name__} is not reached with Tab")


def back_to(window: MainWindow, qtbot: Any) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=WAIT_MS)
    if QApplication.focusWidget() is None:
        window.pages["search"].setFocus()


def type_text(text: str) -> None:
    found = QApplication.focusWidget()
    assert found is not None
    QTest.keyClicks(found, text)


def active(kind: type[QDialog], qtbot: Any) -> Any:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), kind), timeout=WAIT_MS)
    return QApplication.activeWindow()


def test_from_a_new_gallery_to_a_decision_without_a_mouse(
    window: MainWindow, casebook: Path, people: Path, qtbot: Any
) -> None:
    window.activateWindow()
    view = opened(window, casebook, qtbot)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=WAIT_MS)
    view.setFocus()
    assert view.gallery.hasFocus()
    assert not view.add_button.isEnabled()
    tab_to(view.new_button, qtbot)
    press(Qt.Key.Key_Space)
    dialog = active(GalleryDialog, qtbot)
    type_text("Missing")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.gallery.currentText().startswith("Missing (dlib, 0"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=WAIT_MS)
    back_to(window, qtbot)
    qtbot.waitUntil(view.add_button.isEnabled, timeout=WAIT_MS)

    tab_to(view.add_button, qtbot)
    press(Qt.Key.Key_Space)
    enrol = active(EnrolDialog, qtbot)
    type_text(str(people))
    tab_to(enrol.enrol_button, qtbot)
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "60 enrolled, 1 refused" in enrol.banner.text(), timeout=WAIT_MS)
    assert enrol.table.item(0, 1).text() == "No face"
    assert "none.png" in enrol.table.item(0, 0).text()
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not enrol.isVisible(), timeout=WAIT_MS)
    back_to(window, qtbot)
    qtbot.waitUntil(lambda: "60 faces" in view.gallery.currentText(), timeout=WAIT_MS)

    view.setFocus()
    tab_to(view.fmr, qtbot)
    press(Qt.Key.Key_Home)
    assert view.fmr.currentText() == "1 %"
    tab_to(view.search_button, qtbot)
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.shown is not None, timeout=WAIT_MS)
    assert view.candidates.hasFocus()
    assert view.candidates.count() == 20
    assert "identifies nobody" in view._lead.text()
    assert "false candidates are to be expected" in view.sentences.text()
    first = view.candidates.item(0).text()
    assert first.startswith("1.  person 33")
    assert "at or above the threshold" in first
    assert "Photograph · 33 years (estimated)" in first
    press(Qt.Key.Key_Down)
    assert view.details.name.text() == view.candidates.current().name
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Return)
    assert view.details.verdict.hasFocus()
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Return)
    assert "Give the reason first" in view.details.banner.text()
    type_text("Scar fits")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "person 33  ·  Lead" in view.candidates.item(0).text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.details.state.text() == "Lead", timeout=WAIT_MS)
    assert "Scar fits · Ada" in view.details.told.text()
    assert window.session is not None
    event = window.session.store.events()[-1]
    assert (event.action, event.details["verdict"]) == ("candidate_decided", "lead")
    qtbot.waitUntil(lambda: "1 of 20 decided" in view.earlier.itemText(1), timeout=WAIT_MS)


def test_a_long_reason_is_read_without_a_mouse(
    window: MainWindow, with_gallery: Path, people: Path, qtbot: Any
) -> None:
    view = opened(window, with_gallery, qtbot)
    qtbot.waitUntil(lambda: view.gallery.count() == 2, timeout=WAIT_MS)
    view.gallery.setCurrentIndex(1)
    view.add_photographs()
    dialog = active(EnrolDialog, qtbot)
    (people / "list.csv").write_text('name,file\nAna,"a.png\nBo,nobody/none.png\n', encoding="utf-8")
    dialog.path.setText(str(people / "list.csv"))
    dialog.start()
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 2, timeout=WAIT_MS)
    assert dialog.table.item(0, 2).text().endswith("cannot go on in the next line")
    assert (
        dialog.table.rowHeight(0) >= dialog.table.sizeHintForRow(0) > 2 * dialog.table.fontMetrics().height()
    )
    dialog.close()


def test_an_earlier_search_is_shown_again_and_the_form_is_remembered(
    window: MainWindow, with_gallery: Path, qtbot: Any
) -> None:
    view = opened(window, with_gallery, qtbot)
    qtbot.waitUntil(lambda: view.gallery.count() == 2, timeout=WAIT_MS)
    view.gallery.setCurrentIndex(1)
    view.top.setValue(3)
    view.fmr.setCurrentIndex(0)
    view.search()
    qtbot.waitUntil(lambda: view.shown is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.earlier.count() == 2, timeout=WAIT_MS)
    window.close_casebook()
    qtbot.waitUntil(lambda: window.windowTitle() == "Forensic App", timeout=WAIT_MS)
    again = opened(window, with_gallery, qtbot)
    qtbot.waitUntil(lambda: again.earlier.count() == 2, timeout=WAIT_MS)
    assert again.gallery.currentText().startswith("Missing")
    assert (again.top.value(), again.fmr.currentText()) == (3, "1 %")
    assert again.shown is None
    again.earlier.setCurrentIndex(1)
    again.earlier.activated.emit(1)
    qtbot.waitUntil(lambda: again.shown is not None, timeout=WAIT_MS)
    assert again.candidates.count() == 3


def test_a_search_that_is_stopped_leaves_no_record(
    window: MainWindow, with_gallery: Path, qtbot: Any, matcher: threading.Event
) -> None:
    view = opened(window, with_gallery, qtbot)
    qtbot.waitUntil(lambda: view.gallery.count() == 2, timeout=WAIT_MS)
    view.gallery.setCurrentIndex(1)
    view.fmr.setCurrentIndex(0)
    matcher.clear()
    view.search()
    qtbot.waitUntil(lambda: view.job.isVisible() and not view.search_button.isEnabled(), timeout=WAIT_MS)
    view.job.stop_button.click()
    matcher.set()
    qtbot.waitUntil(lambda: "nothing of it is recorded" in view.banner.text(), timeout=WAIT_MS)
    assert view.search_button.isEnabled()
    assert window.session is not None
    assert not window.session.store.gallery_searches("G-0001")


def test_an_enrolment_that_is_stopped_keeps_what_was_looked_at(
    window: MainWindow, casebook: Path, people: Path, qtbot: Any, matcher: threading.Event
) -> None:
    view = opened(window, casebook, qtbot)
    assert window.session is not None
    window.session.store.create_gallery(
        "Missing", made_with=made_with(WindowMatcher()), pack_name="", embedding_size=128
    )
    dialog = EnrolDialog(view._desk, window.session.store.gallery("Missing"), view)
    dialog.open()
    dialog.start()
    assert "Name a folder" in dialog.banner.text()
    dialog.path.setText(str(people))
    matcher.clear()
    dialog.start()
    qtbot.waitUntil(lambda: "of 61 photographs" in dialog.job.words.text(), timeout=WAIT_MS)
    dialog.reject()
    assert dialog.isVisible()
    matcher.set()
    qtbot.waitUntil(lambda: "Stopped: what was looked at is kept" in dialog.banner.text(), timeout=WAIT_MS)
    kept = sum(each.face_count for each in window.session.store.gallery_batches("G-0001"))
    assert kept <= 1
    dialog.start()
    qtbot.waitUntil(lambda: f"{60 - kept} enrolled" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.path.setText(str(people / "no.csv"))
    dialog.start()
    qtbot.waitUntil(lambda: "no list or folder" in dialog.banner.text(), timeout=WAIT_MS)
    dialog.reject()


def test_closing_the_window_ends_an_enrolment(
    window: MainWindow, casebook: Path, people: Path, qtbot: Any, matcher: threading.Event
) -> None:
    view = opened(window, casebook, qtbot)
    assert window.session is not None
    window.session.store.create_gallery(
        "Missing", made_with=made_with(WindowMatcher()), pack_name="", embedding_size=128
    )
    dialog = EnrolDialog(view._desk, window.session.store.gallery("Missing"), view)
    dialog.open()
    dialog.path.setText(str(people))
    matcher.clear()
    dialog.start()
    qtbot.waitUntil(lambda: "of 61 photographs" in dialog.job.words.text(), timeout=WAIT_MS)
    window.close_casebook()
    matcher.set()
    qtbot.waitUntil(lambda: window.session is None, timeout=WAIT_MS)


def test_who_else_in_the_casebook_looks_like_this(window: MainWindow, casebook: Path, qtbot: Any) -> None:
    view = opened(window, casebook, qtbot)
    assert window.session is not None
    exhibit = window.session.store.exhibit("E-0001")
    view.gallery.setCurrentIndex(0)
    window.navigation.search_exhibit(exhibit, 0)
    qtbot.waitUntil(
        lambda: view.picture.chosen() is not None and view.picture.chosen().name == "E-0001", timeout=WAIT_MS
    )
    view.search()
    qtbot.waitUntil(lambda: view.shown is not None, timeout=WAIT_MS)
    assert view.candidates.count() == 3
    assert view.candidates.item(0).text().startswith("1.  Subject 2\nScore 0.9")
    assert "not of this casebook's" in view.sentences.text()
    assert "3 faces in 2 photographs" in view.sentences.text()
    assert not view.details._decision.isVisible()
    assert window.session.store.events()[-1].action == "exhibit_compared"


def test_an_unclear_face_is_chosen_by_its_number(window: MainWindow, casebook: Path, qtbot: Any) -> None:
    view = opened(window, casebook, qtbot)
    assert window.session is not None
    window.navigation.search_exhibit(window.session.store.exhibit("E-0003"), 0)
    qtbot.waitUntil(
        lambda: view.picture.chosen() is not None and view.picture.chosen().name == "E-0003", timeout=WAIT_MS
    )
    view.search()
    qtbot.waitUntil(lambda: "in the field “Face”" in view.banner.text(), timeout=WAIT_MS)
    view.face.setValue(2)
    view.search()
    qtbot.waitUntil(lambda: view.shown is not None, timeout=WAIT_MS)


def test_a_reader_searches_and_decides_nothing(window: MainWindow, with_gallery: Path, qtbot: Any) -> None:
    with CaseStore.open(with_gallery, examiner="Bo"):
        view = opened(window, with_gallery, qtbot, read_only=True)
        qtbot.waitUntil(lambda: view.gallery.count() == 2, timeout=WAIT_MS)
        assert "not recorded" in view.banner.text()
        assert not view.new_button.isEnabled()
        view.gallery.setCurrentIndex(1)
        view.fmr.setCurrentIndex(0)
        view.search()
        qtbot.waitUntil(lambda: view.shown is not None, timeout=WAIT_MS)
        assert view.candidates.item(0).text().startswith("1.  person 33")
        assert "not recorded" in view.sentences.text()
        assert not view.add_button.isEnabled()
        assert not view.details._decision.isVisible()


def test_the_page_fits_a_small_screen(window: MainWindow, with_gallery: Path, qtbot: Any) -> None:
    window.resize(1280, 720)
    view = opened(window, with_gallery, qtbot)
    qtbot.waitUntil(lambda: view.gallery.count() == 2, timeout=WAIT_MS)
    view.gallery.setCurrentIndex(1)
    view.fmr.setCurrentIndex(0)
    view.search()
    qtbot.waitUntil(lambda: view.shown is not None, timeout=WAIT_MS)
    QApplication.processEvents()
    assert window.width() == 1280
    assert window.height() == 720
    assert view.details.decide_button.isVisible()
    bottom = view.details.decide_button.mapTo(window, view.details.decide_button.rect().bottomRight())
    assert bottom.x() < 1280
    assert bottom.y() < 720


def test_a_received_photograph_that_does_not_fit_is_told(
    window: MainWindow, casebook: Path, tmp_path: Path, qtbot: Any
) -> None:
    with CaseStore.open(casebook, examiner="Ada") as store:
        first, second = (
            receive_exhibit(
                store,
                write_face(tmp_path / f"{person}.png", person),
                case="2",
                subject_id="S-0002",
                age_at_photo=30,
            )
            for person in (40, 41)
        )
        case = store.case("2")
    window.open_casebook(casebook)
    qtbot.waitUntil(lambda: "cases" in window.pages, timeout=WAIT_MS)
    window.background.in_process = lambda *_: None  # type: ignore[method-assign]
    window.open_case(case)
    exhibits = window.workspace.exhibits
    window.workspace.show_tab(1)
    qtbot.waitUntil(lambda: exhibits.list.count() == 4, timeout=WAIT_MS)
    exhibits.own_comparisons.compare(second)
    assert window.session is not None
    store = window.session.store
    qtbot.waitUntil(lambda: store.events()[-1].action == "exhibit_compared_with_own", timeout=WAIT_MS)
    exhibits.list.setCurrentRow(3)
    qtbot.waitUntil(
        lambda: "less like the subject's other photographs" in exhibits.details.banner.text(), timeout=WAIT_MS
    )
    assert "people change over decades" in exhibits.details.banner.text()
    exhibits.list.setCurrentRow(2)
    assert exhibits.current() == first
    assert exhibits.details.banner.text() == ""
