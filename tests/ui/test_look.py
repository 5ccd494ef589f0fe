"""How pages look: one primary button each, a next step where nothing is, two lines for titles, one set of icons."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from forensic_app.records import CaseKind
from forensic_app.workflows.casebook import create_casebook
from tests.ui.conftest import WAIT_MS, open_case
from ui.main_window import MainWindow
from ui.widgets.basics import EmptyState
from ui.widgets.page_stack import Stage
from ui.widgets.plain import PlainBox

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("without_faces")
FOREIGN_ICONS = {"standardIcon", "standardPixmap", "fromTheme", "setClearButtonEnabled"}


def primary(window: MainWindow) -> list[str]:
    """Return the primary buttons that are seen."""
    found = window.findChildren(QPushButton)
    return [each.text() for each in found if each.isVisible() and each.property("kind") == "primary"]


def empty_state(window: QWidget) -> EmptyState:
    return next(each for each in window.findChildren(EmptyState) if each.isVisible())


def pages(window: MainWindow, qtbot: Any) -> list[tuple[str, list[str]]]:
    found = [("start", primary(window))] if window.session is None else []
    for name in ("cases", "search", "packs", "workstation"):
        window.show_page(name)
        qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)
        found.append((name, primary(window)))
    return found


def test_a_page_has_at_most_one_primary_button(window: MainWindow, casebook: Path, qtbot: Any) -> None:
    assert primary(window) == ["Create a casebook…"]
    workspace = open_case(window, casebook, qtbot)
    for tab in range(6):
        workspace.show_tab(tab)
        qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)
        assert len(primary(window)) <= 1, tab
    for name, found in pages(window, qtbot):
        assert len(found) <= 1, name


def test_what_is_empty_names_the_next_step_with_a_button(
    window: MainWindow, folder: Path, qtbot: Any
) -> None:
    with create_casebook(folder, examiner="Ada"):
        pass
    window.open_casebook(folder)
    qtbot.waitUntil(lambda: window.session is not None and "cases" in window.pages, timeout=WAIT_MS)
    cases = window.pages["cases"]
    qtbot.waitUntil(lambda: cases._pages.currentIndex() == 1, timeout=WAIT_MS)
    assert [each.text() for each in empty_state(window).findChildren(QPushButton)] == [
        "Create the first case…"
    ]
    for name, found in pages(window, qtbot):
        assert len(found) <= 1, name
    window.show_page("search")
    assert [each.text() for each in empty_state(window).findChildren(QPushButton)] == ["New gallery…"]
    case = window.session.store.create_case(number="1", title="Empty", kind=CaseKind.COLD_CASE)
    window.open_case(case)
    for tab, words in ((1, "Choose photographs…"), (2, "Set up a run…"), (4, "Set up the first report…")):
        window.workspace.show_tab(tab)
        qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)
        assert [each.text() for each in empty_state(window).findChildren(QPushButton)] == [words]
        assert len(primary(window)) <= 1


def test_no_match_leads_back_to_every_case(window: MainWindow, casebook: Path, qtbot: Any) -> None:
    open_case(window, casebook, qtbot)
    window.show_page("cases")
    view = window.pages["cases"]
    view.search.setText("nothing is called so")
    view.kind.setCurrentIndex(2)
    qtbot.waitUntil(lambda: view._pages.currentIndex() == 2, timeout=WAIT_MS)
    empty_state(window).findChild(QPushButton).click()
    qtbot.waitUntil(lambda: view._pages.currentIndex() == 0, timeout=WAIT_MS)
    assert (view.search.text(), view.kind.currentIndex()) == ("", 0)


def test_titles_of_cases_have_two_lines_and_are_whole_in_the_tip(
    window: MainWindow, casebook: Path, qtbot: Any
) -> None:
    open_case(window, casebook, qtbot)
    window.show_page("cases")
    view = window.pages["cases"]
    assert view.table.wordWrap()
    lines = QFontMetrics(view.table.font()).lineSpacing() * 2
    assert view.table.verticalHeader().defaultSectionSize() >= lines + 8
    assert view.model.data(view.model.index(0, 1), Qt.ItemDataRole.ToolTipRole) == "The portrait"


def test_a_field_is_emptied_with_our_own_sign(window: MainWindow, casebook: Path, qtbot: Any) -> None:
    open_case(window, casebook, qtbot)
    window.show_page("cases")
    search = window.pages["cases"].search
    sign = search.findChild(QAction, "clear")
    assert not sign.isVisible()
    search.setText("port")
    assert sign.isVisible()
    sign.trigger()
    assert search.text() == ""


def test_icons_are_the_programs_own(window: MainWindow) -> None:
    for path in (ROOT / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            assert name not in FOREIGN_ICONS, path
    box = PlainBox(window)
    for icon in (QMessageBox.Icon.Warning, QMessageBox.Icon.Critical, QMessageBox.Icon.Question):
        box.setIcon(icon)
        assert not box.iconPixmap().isNull()
        sign = box.findChild(QLabel, "qt_msgboxex_icon_label")
        assert sign is None or sign.pixmap().cacheKey() == box.iconPixmap().cacheKey()
    box.deleteLater()
    for path in (ROOT / "resources" / "icons").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert path.stem in ("forensic-app", "tick", "arrow-up", "arrow-down") or "currentColor" in text, path


def has_room(page: QWidget) -> bool:
    """Return whether ``page`` is as large as it must be."""
    return page.size().expandedTo(page.minimumSizeHint()) == page.size()


def test_a_window_that_is_smaller_than_its_page_scrolls(
    window: MainWindow, casebook: Path, qtbot: Any
) -> None:
    workspace = open_case(window, casebook, qtbot)
    stage = window.findChild(Stage)
    window.resize(640, 360)
    for tab in range(6):
        workspace.show_tab(tab)
        qtbot.waitUntil(lambda: not window.background.is_busy, timeout=WAIT_MS)
        # rooms are given out a few events after a page says what it needs
        qtbot.waitUntil(lambda: has_room(workspace), timeout=WAIT_MS)
        assert stage.horizontalScrollBar().maximum() > 0
    window.show_page("workstation")
    qtbot.waitUntil(lambda: stage.horizontalScrollBar().maximum() == 0, timeout=WAIT_MS)
    window.resize(1280, 720)
    window.show_case(workspace.case)
    qtbot.waitUntil(lambda: stage.horizontalScrollBar().maximum() == 0, timeout=WAIT_MS)
    assert stage.verticalScrollBar().maximum() == 0
