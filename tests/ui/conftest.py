"""A real window on a real casebook with a fake engine; nothing may be left behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QEvent, QLocale, QSettings, QSize, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from skimage import data

from forensic_app.engines import registry
from forensic_app.engines.packs.pack import Pack
from forensic_app.records import CaseKind, Sex
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.casebook import create_casebook
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.packs import accept_licence
from tests.fake_packs import write_pack
from tests.ui import fake_engine
from ui.app import create_window
from ui.cases.workspace import Workspace
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.singletons import keep_singletons

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
keep_singletons()
WAIT_MS = 20_000


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "account"))
    (tmp_path / "account").mkdir()
    for name in ("FORENSIC_APP_EXAMINER", "FORENSIC_APP_PACKS", "FORENSIC_APP_CASEBOOK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count no photograph as looked at, however slow a test is; ``tests/ui/test_view_log.py`` counts."""
    monkeypatch.setattr("ui.evidence.view_log.DWELL_MS", 10**8)


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    before = {thread.ident for thread in threading.enumerate()}
    yield
    QApplication.processEvents()
    gc.collect()
    for _ in range(100):
        if not multiprocessing.active_children():
            break
        threading.Event().wait(0.05)
    left = [thread.name for thread in threading.enumerate() if thread.ident not in before]
    assert not left, f"threads are left: {left}"
    assert not multiprocessing.active_children(), "processes are left"
    windows = [
        each for each in QApplication.topLevelWidgets() if shiboken6.isValid(each) and each.isVisible()
    ]
    assert not windows, f"windows are left: {windows}"
    timers = [each for each in qapp.findChildren(QTimer) if each.isActive()]
    assert not timers, f"timers are left: {timers}"
    assert psutil.Process().status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    Image.fromarray(data.astronaut()[:256, 120:376]).save(path, quality=92)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "casebook"


@pytest.fixture
def fake_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_DESCRIPTORS", {fake_engine.NAME: fake_engine.FADING})
    monkeypatch.setattr(registry, "load_engine", fake_engine.load_engine)


@pytest.fixture
def casebook(folder: Path, photo: Path) -> Path:
    """A casebook with a case, a subject, an exhibit and an accepted pack."""
    with create_casebook(folder, examiner="Ada") as store:
        fill(store, photo)
    return folder


def fill(store: CaseStore, photo: Path) -> Pack:
    store.create_case(number="2026-001", title="The portrait", kind=CaseKind.MISSING_PERSON, agency="Police")
    subject = store.add_subject(
        case="2026-001", name="Eileen Collins", sex=Sex.FEMALE, birth_date="1956-11-19"
    )
    receive_exhibit(store, photo, case="2026-001", subject_id=subject.subject_id, age_at_photo=42)
    pack = write_pack(store.packs_dir / "fake-pack")
    accept_licence(store, pack)
    return pack


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    made = Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    made.examiner = "Ada"
    made.theme = "light"
    made.language = "en"
    return made


@pytest.fixture
def window(
    qapp: QApplication, qtbot: Any, preferences: Preferences, fake_engines: None
) -> Iterator[MainWindow]:
    made = create_window(qapp, preferences)
    made.show()
    yield made
    close(qtbot, made)


def close(qtbot: Any, window: MainWindow) -> None:
    for box in window.findChildren(QMessageBox):
        if box.isVisible():
            box.done(0)
    if not window._is_closed:
        window._shut_down()
        qtbot.waitUntil(lambda: window._is_closed, timeout=WAIT_MS)
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


@contextmanager
def kept_language(qapp: QApplication) -> Iterator[None]:
    """Put the language back in the end that was there before."""
    before = QLocale()
    yield
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


@contextmanager
def german_window(
    qapp: QApplication, qtbot: Any, preferences: Preferences, size: QSize
) -> Iterator[MainWindow]:
    """A German window of a size, closed in the end, with the language of before."""
    with kept_language(qapp):
        preferences.language = "de"
        made = create_window(qapp, preferences)
        made.resize(size)
        made.show()
        yield made
        close(qtbot, made)


@pytest.fixture
def without_faces(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no process that looks for faces."""
    monkeypatch.setattr(window.background, "in_process", lambda *_: None)


@pytest.fixture
def workspace(window: MainWindow, casebook: Path, qtbot: Any) -> Workspace:
    """The case of ``casebook`` on the screen."""
    return open_case(window, casebook, qtbot)


def open_case(window: MainWindow, casebook: Path, qtbot: Any) -> Workspace:
    window.open_casebook(casebook)
    qtbot.waitUntil(
        lambda: "cases" in window.pages and window.pages["cases"].model.rowCount() == 1, timeout=WAIT_MS
    )
    view = window.pages["cases"]
    qtbot.waitUntil(lambda: view.model.summary(0) is not None, timeout=WAIT_MS)
    view.table.opened.emit(view.model.index(0, 0))
    assert window.workspace is not None
    found: Workspace = window.workspace
    return found


@pytest.fixture
def dialog_of(qtbot: Any) -> Callable[..., Any]:
    """Return the open dialog of a class below a widget."""

    def find(parent: QWidget, kind: type) -> Any:
        qtbot.waitUntil(lambda: any(each.isVisible() for each in parent.findChildren(kind)), timeout=WAIT_MS)
        return next(each for each in parent.findChildren(kind) if each.isVisible())

    return find
