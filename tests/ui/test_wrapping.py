"""Letters of twice the size at 1280 x 720, in German: rows fold, nothing scrolls sideways, every button is seen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tests.ui.conftest import WAIT_MS, german_window
from tests.ui.test_runs import complete_a_run
from ui import text_size
from ui.cases.workspace import Workspace
from ui.compare.compare_dialog import CompareDialog
from ui.identity_dialog import IdentityDialog
from ui.main_window import MainWindow
from ui.pages import CASES, PACKS, QUEUE, SEARCH, WORKSTATION
from ui.preferences import Preferences
from ui.rail import COMPACT_PX
from ui.reports.report_dialog import ReportDialog
from ui.runs.batch_dialog import BatchDialog
from ui.runs.new_run_dialog import NewRunDialog
from ui.widgets.basics import PageArea
from ui.widgets.fitting import fit
from ui.widgets.wrapping import FoldingColumns, FoldingGrid, FoldingSplitter, WrappingRow

SCREEN = QSize(1280, 720)


@pytest.fixture
def window(
    qapp: QApplication, qtbot: Any, preferences: Preferences, fake_engines: None
) -> Iterator[MainWindow]:
    """A German window with letters of twice the size."""
    preferences.text_percent = 200
    with german_window(qapp, qtbot, preferences, SCREEN) as made:
        yield made
    text_size.choose(100)
    text_size.apply_font()


@pytest.mark.usefixtures("without_faces")
def test_no_page_scrolls_sideways(
    window: MainWindow, workspace: Workspace, qtbot: Any, dialog_of: Any
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    room = SCREEN.width() - COMPACT_PX
    for tab in range(workspace.tabs.count()):
        workspace.show_tab(tab)
        qtbot.waitUntil(lambda: not window.background.is_busy, timeout=3 * WAIT_MS)
        assert workspace.minimumSizeHint().width() <= room, tab
    for name in (CASES, SEARCH, QUEUE, PACKS, WORKSTATION):
        window.show_page(name)
        qtbot.waitUntil(lambda: not window.background.is_busy, timeout=3 * WAIT_MS)
        assert window.pages[name].minimumSizeHint().width() <= room, name


@pytest.mark.usefixtures("without_faces")
def test_dialogs_are_no_wider_than_the_screen(workspace: Workspace, qtbot: Any) -> None:
    desk = workspace._desk
    exhibit = desk.session.store.exhibit("E-0001")
    dialogs: list[QDialog] = [
        NewRunDialog(desk, exhibit, parent=workspace),
        BatchDialog(desk, workspace.case, [exhibit], workspace),
        ReportDialog(desk, workspace.case, [], workspace),
        CompareDialog(desk, workspace.case, workspace),
        IdentityDialog(desk.session.background, desk.session.folder, workspace),
    ]
    for dialog in dialogs:
        dialog.open()
        fit(dialog, 2000, 2000, room=SCREEN)
        qtbot.waitUntil(partial(_is_no_wider, dialog, SCREEN.width()), timeout=WAIT_MS)
        dialog.reject()
    qtbot.waitUntil(lambda: not desk.session.background.is_busy, timeout=3 * WAIT_MS)


def _is_no_wider(dialog: QDialog, width: int) -> bool:
    """Whether a dialog fits, with every button whole in it and every field as high as its letters."""
    buttons = [
        each
        for each in dialog.findChildren(QPushButton)
        if each.isVisible() and not _is_scrolled(each, dialog)
    ]
    fields = [each for each in dialog.findChildren(QLineEdit) if each.isVisible()]
    is_readable = all(each.height() >= each.minimumSizeHint().height() for each in fields)
    return (
        is_readable
        and dialog.width() <= width
        and all(
            each.mapTo(dialog, each.rect().bottomRight()).x() < width
            and each.width() >= each.minimumSizeHint().width()
            for each in buttons
        )
    )


def _is_scrolled(widget: QWidget, window: QWidget) -> bool:
    areas = window.findChildren(PageArea)
    return any(area.isAncestorOf(widget) for area in areas)


def test_a_row_breaks_and_is_as_high_as_its_lines(qtbot: Any) -> None:
    page = QWidget()
    row, field, push = WrappingRow(), QLineEdit(), QPushButton("a long text on a button")
    name = QLabel("name")
    row.addWidget(name)
    row.addWidget(field, 1)
    row.addStretch()
    row.addWidget(push)
    column = QVBoxLayout(page)
    column.addWidget(row)
    column.addStretch(1)
    qtbot.addWidget(page)
    page.resize(600, 300)
    page.show()
    assert push.geometry().right() == row.width() - 1
    assert field.y() < push.geometry().bottom()
    assert field.width() > field.minimumSizeHint().width()
    page.resize(push.sizeHint().width() + 40, 300)
    qtbot.waitUntil(lambda: push.y() > field.geometry().bottom(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: row.height() > push.geometry().bottom(), timeout=WAIT_MS)
    field.hide()
    push.setText("b")
    qtbot.waitUntil(lambda: row.height() < name.height() + push.height(), timeout=WAIT_MS)


def test_a_row_is_mirrored_for_languages_from_the_right(qtbot: Any) -> None:
    row, first, last = WrappingRow(), QPushButton("1"), QPushButton("2")
    for each in (first, last):
        row.addWidget(each)
    qtbot.addWidget(row)
    row.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    row.resize(500, 40)
    row.show()
    assert first.x() > last.x()


def test_a_grid_has_fewer_columns_where_there_is_less_room(qtbot: Any) -> None:
    grid = FoldingGrid(3)
    buttons = [QPushButton(f"number {number}") for number in range(6)]
    for each in buttons:
        grid.addWidget(each)
    qtbot.addWidget(grid)
    grid.resize(900, 200)
    grid.show()
    assert len({each.y() for each in buttons}) == 2
    assert len({each.width() for each in buttons}) == 1
    grid.resize(grid.minimumSizeHint().width() * 2 + 10, 200)
    assert len({each.y() for each in buttons}) == 3
    grid.resize(grid.minimumSizeHint().width(), 400)
    assert len({each.x() for each in buttons}) == 1
    buttons[0].hide()
    qtbot.waitUntil(lambda: buttons[1].y() == 0, timeout=WAIT_MS)


@pytest.mark.parametrize("kind", [FoldingSplitter, lambda: FoldingColumns(10)], ids=["splitter", "columns"])
def test_parts_lie_below_each_other_where_they_do_not_fit_beside(qtbot: Any, kind: Any) -> None:
    parts, folding = [QWidget(), QWidget()], kind()
    for each in parts:
        each.setMinimumSize(300, 50)
        folding.addWidget(each)
    holder = QWidget()  # a window takes its least size from its layout
    folding.setParent(holder)
    qtbot.addWidget(holder)
    folding.resize(800, 300)
    holder.show()
    qtbot.waitUntil(lambda: parts[1].x() > 0 and parts[1].y() == 0, timeout=WAIT_MS)
    assert folding.minimumSizeHint().width() == 300
    folding.resize(400, 300)
    qtbot.waitUntil(lambda: parts[1].y() > 0, timeout=WAIT_MS)
    assert folding.minimumSizeHint().height() >= 100
    folding.resize(800, 300)
    qtbot.waitUntil(lambda: parts[1].y() == 0, timeout=WAIT_MS)
