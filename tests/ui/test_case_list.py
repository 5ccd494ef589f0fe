from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from forensic_app.records import CaseKind, CaseStatus
from forensic_app.workflows.casebook import create_casebook
from tests.ui.conftest import WAIT_MS
from ui.main_window import MainWindow

COUNT = 10_000


@pytest.fixture(scope="module")
def many_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A casebook with ten thousand cases; their custody events are left out, only the list is looked at."""
    import sqlite3

    folder = tmp_path_factory.mktemp("many") / "casebook"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORENSIC_APP_HOME", str(folder.parent / "home"))
        with create_casebook(folder, examiner="Ada") as store:
            store.create_case(number="00000", title="First", kind=CaseKind.MISSING_PERSON)
            store.create_case(number="00001", title="Second", kind=CaseKind.COLD_CASE)
            store.close_case("00001", "solved")
    with sqlite3.connect(folder / "casebook.db") as connection:
        row = connection.execute('SELECT * FROM "case" WHERE case_id = ?', ("C-0001",)).fetchone()
        marks = ", ".join("?" * len(row))
        rows = [(f"C-{n:04d}", f"{n:05d}", *row[2:]) for n in range(3, COUNT + 1)]
        connection.executemany(f'INSERT INTO "case" VALUES ({marks})', rows)
    return folder


def test_ten_thousand_cases_are_read_in_pages(window: MainWindow, many_cases: Path, qtbot: Any) -> None:
    window.open_casebook(many_cases)
    qtbot.waitUntil(lambda: "cases" in window.pages, timeout=WAIT_MS)
    view = window.pages["cases"]
    qtbot.waitUntil(lambda: view.model.rowCount() == COUNT, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.model.summary(0) is not None, timeout=WAIT_MS)
    assert len(view.model._lines) <= 300
    view.table.scrollToBottom()
    qtbot.waitUntil(lambda: view.model.summary(COUNT - 1) is not None, timeout=WAIT_MS)
    assert len(view.model._lines) <= 600
    assert "10,000" in view.count.text()


def test_scrolling_never_blocks_for_long(window: MainWindow, many_cases: Path, qtbot: Any) -> None:
    window.open_casebook(many_cases)
    qtbot.waitUntil(
        lambda: "cases" in window.pages and window.pages["cases"].model.rowCount() == COUNT, timeout=WAIT_MS
    )
    table = window.pages["cases"].table
    bar = table.verticalScrollBar()
    spent = []
    for step in range(60):
        began = time.process_time()
        bar.setValue(round(bar.maximum() * step / 59))
        QApplication.processEvents()
        spent.append(time.process_time() - began)
    assert sorted(spent)[len(spent) // 2] < 0.05
    qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)


def test_search_and_filters_narrow_the_list(window: MainWindow, casebook: Path, qtbot: Any) -> None:
    window.open_casebook(casebook)
    qtbot.waitUntil(
        lambda: "cases" in window.pages and window.pages["cases"].model.rowCount() == 1, timeout=WAIT_MS
    )
    view = window.pages["cases"]
    assert window.session is not None
    store = window.session.store
    store.create_case(number="B-7", title="Forest road", kind=CaseKind.COLD_CASE)
    store.close_case("B-7", "solved")
    view.reload()
    qtbot.waitUntil(lambda: view.model.rowCount() == 2, timeout=WAIT_MS)
    qtbot.keyClicks(view.search, "collins")
    qtbot.waitUntil(lambda: view.model.rowCount() == 1, timeout=WAIT_MS)
    qtbot.keyClicks(view.search, "xyz")
    qtbot.waitUntil(lambda: view._pages.currentIndex() == 2, timeout=WAIT_MS)
    view.search.clear()
    view.status.setCurrentIndex(view.status.findData(CaseStatus.CLOSED))
    qtbot.waitUntil(lambda: view.model.rowCount() == 1, timeout=WAIT_MS)
    view.status.setCurrentIndex(0)
    view.only_due.setChecked(True)
    qtbot.waitUntil(lambda: view.model.rowCount() == 0, timeout=WAIT_MS)
    view.only_due.setChecked(False)
    qtbot.waitUntil(lambda: view.model.rowCount() == 2, timeout=WAIT_MS)
    view.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(
        lambda: (found := view.model.summary(0)) is not None and found.case.title == "Forest road"
    )
