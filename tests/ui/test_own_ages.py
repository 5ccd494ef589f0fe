"""The person's own ages come first in a new run, and what is due is set up from the list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize

from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.due_bar import DueBar
from ui.cases.workspace import Workspace
from ui.main_window import MainWindow
from ui.pages import CASES
from ui.runs.new_run_dialog import NewRunDialog

pytestmark = pytest.mark.usefixtures("without_faces")


def age_today(born: date) -> int:
    today = datetime.now().astimezone().date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def test_the_age_today_is_the_first_choice(workspace: Workspace, qtbot: Any) -> None:
    store = workspace._desk.session.store
    store.change_subject("S-0001", reason="Known now", last_seen="2004-12-01")
    dialog = NewRunDialog(workspace._desk, store.exhibit("E-0001"), parent=workspace)
    dialog.open()
    ages = dialog.form.age_field()
    assert ages is not None
    assert ages.today.isHidden()
    qtbot.waitUntil(lambda: not ages.today.isHidden(), timeout=WAIT_MS)
    today = age_today(date(1956, 11, 19))
    assert ages.today.text() == f"Age today\n{today}"
    assert ages.last_seen.text() == "Age when last seen\n48"
    assert (
        ages.today.mapTo(dialog, ages.today.rect().topLeft()).y()
        < ages.buttons[0].mapTo(dialog, ages.buttons[0].rect().topLeft()).y()
    )
    before = len(ages.ages())
    ages.today.click()
    assert float(today) in ages.ages()
    assert len(ages.ages()) == before + 1
    ages.every_five.click()
    assert ages.ages() == [float(each) for each in (*range(45, today, 5), today)]
    assert ages.today.isChecked()
    dialog.reject()


def test_nothing_is_offered_without_a_date_of_birth(workspace: Workspace, qtbot: Any) -> None:
    store = workspace._desk.session.store
    store.change_subject("S-0001", reason="Not sure", birth_date="")
    dialog = NewRunDialog(workspace._desk, store.exhibit("E-0001"), parent=workspace)
    dialog.open()
    qtbot.waitUntil(lambda: not workspace._desk.session.background.is_busy, timeout=WAIT_MS)
    ages = dialog.form.age_field()
    assert ages is not None
    assert all(each.isHidden() for each in (ages.today, ages.last_seen, ages.every_five))
    dialog.reject()


def test_what_is_due_is_explained_and_set_up_from_the_list(
    window: MainWindow, workspace: Workspace, qtbot: Any, dialog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    window.show_page(CASES)
    view = window.pages[CASES]
    view.reload()
    qtbot.waitUntil(
        lambda: view.model.summary(0) is not None and view.model.summary(0).refresh_due_on is not None,
        timeout=WAIT_MS,
    )
    assert not view.due_bar.isVisible()
    line = view.model.summary(0)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(days=6 * 366)

    monkeypatch.setattr("ui.cases.due_bar.datetime", Later)
    view._show_due()
    assert view.due_bar.isVisible()
    assert f"due since {line.refresh_due_on.isoformat()}" in view.due_bar.words.text()
    assert "five years after it for adults" in view.due_bar.words.text()
    view.due_bar.button.click()
    dialog = dialog_of(window.workspace, NewRunDialog)
    ages = dialog.form.age_field()
    qtbot.waitUntil(lambda: ages.ages() == [float(age_today(date(1956, 11, 19)))], timeout=WAIT_MS)
    assert dialog._exhibit.exhibit_number == "E-0001"
    dialog.reject()


def test_the_bar_says_nothing_where_nothing_is_due(qapp: Any, qtbot: Any, tmp_path: Path) -> None:
    bar = DueBar()
    qtbot.addWidget(bar)
    bar.show_case(None, can_write=True)
    assert bar.isHidden()
    assert bar.sizeHint() != QSize()
