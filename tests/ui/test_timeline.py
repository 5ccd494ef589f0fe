"""A person at a glance, and the row of pictures by age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import Qt

from forensic_app.records import Case
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.timeline import Glance, Moment, NextStep, glance
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import EXHIBITS, IMAGES, OVERVIEW, Workspace


def test_the_row_is_in_the_order_of_ages_and_a_wrong_one_shows(
    workspace: Workspace, qtbot: Any, tmp_path: Path
) -> None:
    store = workspace._desk.session.store
    for name, colour, stated in (
        ("a.png", "red", {"photo_date": "1966-11-19"}),
        ("b.png", "lime", {"photo_date": "1966", "age_at_photo": 60}),
        ("c.png", "blue", {}),
    ):
        Image.new("RGB", (40, 30), colour).save(tmp_path / name)
        receive_exhibit(store, tmp_path / name, case="2026-001", subject_id="S-0001", **stated)
    workspace._desk.session.changed.emit()
    row = workspace.overview.glance.row
    qtbot.waitUntil(lambda: row.count() == 4, timeout=WAIT_MS)
    words = [row.item(place).text().splitlines() for place in range(4)]
    assert [each[:2] for each in words] == [
        ["10 years", "E-0002"], ["42 years", "E-0001"], ["60 years", "E-0003"], ["age not known", "E-0004"],
    ]  # fmt: skip
    assert words[2][2] == "age in doubt"
    assert "9.1–10.1 by the dates" in row.item(2).toolTip()
    card = workspace.overview.glance
    qtbot.waitUntil(lambda: "contradiction" in card.texts(), timeout=WAIT_MS)
    assert "Eileen Collins" in card.texts()
    qtbot.waitUntil(lambda: not card.portrait.pixmap().isNull(), timeout=WAIT_MS)


def test_enter_shows_a_picture_of_the_row_where_it_belongs(
    workspace: Workspace, qtbot: Any, tmp_path: Path, dialog_of: Any
) -> None:
    store = workspace._desk.session.store
    complete_a_run(workspace, qtbot, dialog_of)
    images = [each for each in store.derived_images("R-0001") if each.target_age is not None]
    wanted = images[-1]
    store.decide(wanted.derived_image_id, is_accepted=True, reason="x")
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.png")
    receive_exhibit(store, tmp_path / "a.png", case="2026-001", subject_id="S-0001", age_at_photo=7)
    workspace.show_tab(OVERVIEW)
    workspace._desk.session.changed.emit()
    row = workspace.overview.glance.row
    qtbot.waitUntil(lambda: row.count() == 3, timeout=WAIT_MS)
    names = [row.item(place).text().splitlines()[1] for place in range(3)]
    view = workspace.comparison
    for name in (wanted.derived_image_id, "E-0002"):
        workspace.show_tab(OVERVIEW)
        row.setCurrentRow(names.index(name))
        row.setFocus()
        qtbot.keyClick(row, Qt.Key.Key_Return)
        if name == "E-0002":
            assert workspace.tabs.currentIndex() == EXHIBITS
            qtbot.waitUntil(lambda: workspace.exhibits.current() is not None, timeout=WAIT_MS)
            qtbot.waitUntil(lambda: workspace.exhibits.current().exhibit_number == "E-0002", timeout=WAIT_MS)
        else:
            assert workspace.tabs.currentIndex() == IMAGES
            qtbot.waitUntil(lambda: view.current_run() is not None, timeout=WAIT_MS)
            qtbot.waitUntil(lambda: view._image_name() == wanted.derived_image_id, timeout=WAIT_MS)


def test_the_next_step_follows_the_case(workspace: Workspace, photo: Path) -> None:
    store = workspace._desk.session.store
    case: Case = store.case("2026-001")

    def seen() -> Glance:
        return glance(store, case, store.subjects(case.case_id)[0])

    assert glance(store, case, None).next_step is NextStep.ADD_SUBJECT
    assert seen().next_step is NextStep.RUN
    store.change_exhibit("E-0001", reason="x", age_at_photo=None)
    assert seen().next_step is NextStep.STATE_AGE
    store.change_exhibit("E-0001", reason="x", photo_date="1998-11-19")
    assert seen().moments[0] == Moment(
        "E-0001", store.exhibit("E-0001").sha256, 42.0, is_derived=False, is_computed=True, taken="1998-11-19"
    )
    store.change_subject("S-0001", reason="x", last_seen="1950")
    assert seen().next_step is NextStep.RESOLVE
    store.change_subject("S-0001", reason="x", last_seen="", birth_date="")
    assert seen().next_step is NextStep.STATE_BIRTH
    store.change_subject("S-0001", reason="x", birth_date="1956")
    store.remove("exhibit", "E-0001", "x")
    assert (seen().next_step, seen().portrait, seen().moments) == (NextStep.RECEIVE, None, ())
