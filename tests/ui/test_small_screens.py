"""Everything that is needed is in view on a screen of 1280 x 720, and dialogs fit it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import EXHIBITS, IMAGES, Workspace
from ui.comparison.scores_table import ScoresTable
from ui.evidence.exhibits_model import BY_AGE, BY_NUMBER_DOWN
from ui.main_window import MainWindow
from ui.reports.report_dialog import ReportDialog
from ui.runs.batch_dialog import BatchDialog
from ui.runs.new_run_dialog import NewRunDialog
from ui.shortcuts_dialog import ShortcutsDialog
from ui.widgets.combo import Combo
from ui.widgets.fitting import fit
from ui.widgets.page_stack import PageStack, Stage

pytestmark = pytest.mark.usefixtures("without_faces")
SCREEN = QSize(1280, 720)


def is_inside(widget: QWidget, window: QWidget) -> bool:
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    return window.rect().contains(place)


def test_the_decision_and_six_ages_are_in_view(
    window: MainWindow, workspace: Workspace, qtbot: Any, dialog_of: Any
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    window.resize(SCREEN)
    assert window.size() == SCREEN
    workspace.show_tab(IMAGES)
    view = workspace.comparison
    qtbot.waitUntil(view.derived.has_image, timeout=WAIT_MS)
    for widget in (view.decision.accept_button, view.decision.reject_button, view.decision.reason):
        qtbot.waitUntil(partial(is_inside, widget, window), timeout=WAIT_MS)
    strip = view.strip
    assert strip.gridSize().width() * 6 <= strip.viewport().width()


def test_a_page_is_given_the_least_that_it_needs_not_what_its_words_would_like(qtbot: Any) -> None:
    page, stack = QWidget(), PageStack()
    column = QVBoxLayout(page)
    words = QLabel("many words " * 200)
    words.setWordWrap(True)
    words.setMinimumSize(10, 10)
    column.addWidget(words)
    stack.addWidget(page)
    stage = Stage(stack)
    qtbot.addWidget(stage)
    stage.resize(300, 120)
    stage.show()
    assert stack.heightForWidth(300) > 300
    qtbot.waitUntil(lambda: stack.size() == stage.viewport().size(), timeout=WAIT_MS)
    words.setMinimumSize(10, 400)
    qtbot.waitUntil(lambda: stack.height() >= 400, timeout=WAIT_MS)
    assert stage.verticalScrollBar().maximum() > 0
    words.setMinimumSize(10, 10)
    qtbot.waitUntil(lambda: stack.size() == stage.viewport().size(), timeout=WAIT_MS)


def test_dialogs_fit_and_keep_their_buttons(workspace: Workspace, qtbot: Any) -> None:
    desk = workspace._desk
    exhibit = desk.session.store.exhibit("E-0001")
    dialogs: list[QDialog] = [
        NewRunDialog(desk, exhibit, parent=workspace),
        BatchDialog(desk, workspace.case, [exhibit], workspace),
        ReportDialog(desk, workspace.case, [], workspace),
        ShortcutsDialog(workspace, []),
    ]
    for dialog in dialogs:
        fit(dialog, 2000, 2000, room=SCREEN)
        dialog.open()
        assert dialog.width() <= SCREEN.width(), type(dialog)
        assert dialog.height() <= SCREEN.height(), type(dialog)
        assert dialog.minimumSizeHint().height() < SCREEN.height() / 2, type(dialog)
        for button in dialog.findChildren(QPushButton):
            if button.isVisible() and button.parentWidget().metaObject().className() == "QDialogButtonBox":
                assert is_inside(button, dialog), button.text()
        dialog.reject()
    qtbot.waitUntil(lambda: not desk.session.background.is_busy, timeout=WAIT_MS)


def test_exhibits_stand_in_columns_and_are_sorted_and_filtered(
    window: MainWindow, workspace: Workspace, qtbot: Any, tmp_path: Path
) -> None:
    store = workspace._desk.session.store
    for number, age in ((1, 30.0), (2, 8.0), (3, None)):
        path = tmp_path / f"photo-{number}.png"
        Image.new("RGB", (60, 40), (number, 9, 9)).save(path)
        receive_exhibit(store, path, case="2026-001", age_at_photo=age, source="attic" if number == 2 else "")
    window.resize(SCREEN)
    workspace.show_tab(EXHIBITS)
    view = workspace.exhibits
    qtbot.waitUntil(lambda: view.list.count() == 4, timeout=WAIT_MS)
    assert view.list.viewport().width() // view.list.gridSize().width() >= 2
    first, second = (view.list.visualRect(view.list.exhibits.index(row)) for row in range(2))
    assert first.top() == second.top()
    numbers = lambda: [view.list.exhibits.exhibit(row).exhibit_number for row in range(view.list.count())]  # noqa: E731
    view.pane.order.setCurrentIndex(view.pane.order.findData(BY_AGE))
    assert numbers() == ["E-0003", "E-0002", "E-0001", "E-0004"]
    view.pane.order.setCurrentIndex(view.pane.order.findData(BY_NUMBER_DOWN))
    assert numbers()[0] == "E-0004"
    view.pane.filter.setText("attic")
    assert numbers() == ["E-0003"]
    assert view.current().exhibit_number == "E-0003"
    assert view.pane.hidden.text() == "3 more do not match the filter."
    view.pane.filter.clear()
    small = view.list.gridSize().height()
    view.pane.size_slider.setValue(200)
    assert view.list.gridSize().height() > small
    assert view.list.iconSize().width() == 200


def test_scores_are_a_table_with_the_best_first(qapp: Any, qtbot: Any) -> None:
    table = ScoresTable()
    qtbot.addWidget(table)
    table.show_rows([("X-2", 0.71, 0.6), ("X-1", 0.4, None)], {"X-2": "E-0002"})
    texts = [[table.item(row, column).text() for column in range(3)] for row in range(2)]
    assert texts == [["E-0002", "0.710", "0.600"], ["X-1", "0.400", "–"]]
    table.show_rows([], {})
    assert table.isHidden()


@pytest.mark.qt_log_ignore(r"propagateSizeHints", r"raise\(\)", "grabbing the keyboard")
def test_a_list_of_choices_is_as_wide_as_its_longest_entry(qapp: Any, qtbot: Any) -> None:
    combo = Combo()
    qtbot.addWidget(combo)
    combo.addItem("A very long entry that no narrow field has room for, with more words")
    combo.setFixedWidth(80)
    combo.show()
    combo.showPopup()
    assert combo.view().width() >= combo.view().sizeHintForColumn(0)
    combo.hidePopup()
