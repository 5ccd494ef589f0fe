"""Sketches beside the image that they were drawn from, and their runs below the run that made it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from forensic_app.engines import registry
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.placement import placed_facts
from forensic_app.records import DerivedImage, Run
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.sketches import grouped, makers_of, sketches_of
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from ui.cases.workspace import IMAGES, RUNS, Workspace

DialogOf = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("without_faces")


def sketched(
    store: CaseStore,
    folder: Path,
    source: DerivedImage | None,
    *,
    style: str,
    drawn: Image.Image | None = None,
    facts: dict[str, Any] | None = None,
    face: dict[str, Any] | None = None,
) -> Run:
    """Record a completed sketch of a derived image, or of the exhibit."""
    spec = dataclasses.replace(
        store.run("R-0001").spec,
        engine=fake_engine.DRAWING,
        parameters={"seed": 0, "layout": "photograph", "style": style},
        source_derived_image_id=source.derived_image_id if source else "",
        source_sha256=source.sha256 if source else "",
    )
    run = store.queue_run(case_id=store.cases()[0].case_id, spec=spec)
    path = folder / f"{run.run_id}.png"
    picture = drawn or Image.new("L", (60, 80), 220)
    picture.save(path)
    store.start_run(run.run_id, environment={})
    output = OutputImage(path, "derived", None, 1, *picture.size, {"style": style, **(facts or {})})
    return store.complete_run(run.run_id, result=EngineResult((output,), {}, face or {}, {}))


@pytest.fixture
def images(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[DerivedImage]:
    """Images of 8 and 62 years; the second has two sketches, the exhibit one."""
    complete_a_run(workspace, qtbot, dialog_of)
    monkeypatch.setitem(registry._DESCRIPTORS, fake_engine.DRAWING, fake_engine.DRAWER)
    store = workspace._desk.session.store
    made = store.derived_images("R-0001")
    sketched(store, tmp_path, made[1], style="cuhk")
    sketched(store, tmp_path, None, style="cuhk")
    sketched(store, tmp_path, made[1], style="ar")
    first = store.derived_images("R-0002")[0].derived_image_id
    store.decide(first, is_accepted=True, reason="Like the photograph")
    workspace._desk.session.changed.emit()
    return made


def words_of(view: Any) -> list[str]:
    return [view.sketches.list.item(row).text() for row in range(view.sketches.list.count())]


def test_the_face_on_a_sheet_of_its_own_is_what_is_shown_small(
    workspace: Workspace, images: list[DerivedImage], qtbot: Any, tmp_path: Path
) -> None:
    store = workspace._desk.session.store
    sheet = Image.new("L", (768, 1024), 240)
    sheet.paste(0, (300, 400, 500, 640))
    facts = placed_facts([[2.0, 0, 100], [0, 2.0, 160]], size=(512, 512))
    face = {"box": [100.0, 120.0, 200.0, 240.0]}
    sketched(store, tmp_path, images[0], style="ar", drawn=sheet, facts=facts, face=face)
    workspace._desk.session.changed.emit()
    view = workspace.comparison
    workspace.show_images("R-0001")
    qtbot.waitUntil(lambda: view.strip.count() == 2, timeout=WAIT_MS)
    view.strip.setCurrentRow(0)
    qtbot.waitUntil(lambda: words_of(view) == ["ar\nnot decided"], timeout=WAIT_MS)

    def is_the_face() -> bool:
        icon = view.sketches.list.item(0).icon().pixmap(60, 60).toImage()
        middle, edge = icon.pixelColor(icon.width() // 2, icon.height() // 2), icon.pixelColor(2, 30)
        return middle.alpha() == 255 and middle.lightness() < 40 and edge.lightness() > 200

    qtbot.waitUntil(is_the_face, timeout=WAIT_MS)


def test_an_image_shows_its_sketches_with_what_was_decided(
    workspace: Workspace, images: list[DerivedImage], qtbot: Any
) -> None:
    view = workspace.comparison
    workspace.show_images("R-0001")
    qtbot.waitUntil(lambda: view.strip.count() == 2, timeout=WAIT_MS)
    view.strip.setCurrentRow(0)
    assert not view.sketches.isVisible()
    view.strip.setCurrentRow(1)
    assert view.sketches.isVisible()
    assert words_of(view) == ["cuhk\naccepted", "ar\nnot decided"]
    told = view.strip.item(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "62 years, not decided, 2 sketches"
    assert view.strip.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == "8 years, not decided"
    view.sketches.list.setCurrentRow(1)
    qtbot.keyClick(view.sketches.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.run_box.currentData() == "R-0004", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(words_of(view)) == 3, timeout=WAIT_MS)
    assert words_of(view) == ["the image itself", "cuhk\naccepted", "ar\nnot decided"]
    assert view.sketches.list.currentRow() == 2
    assert "the 62-year image" in view.sketches.title.text()
    view.sketches._open(view.sketches.list.item(0))
    qtbot.waitUntil(lambda: view.run_box.currentData() == "R-0001", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.current() == images[1], timeout=WAIT_MS)


def test_one_sketch_of_the_photograph_has_nothing_beside_it(
    workspace: Workspace, images: list[DerivedImage], qtbot: Any
) -> None:
    view = workspace.comparison
    workspace.show_images("R-0003")
    qtbot.waitUntil(lambda: view.run_box.currentData() == "R-0003", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: view.title.text() == "Drawing of E-0001", timeout=WAIT_MS)
    assert not view.sketches.isVisible()


def test_sketches_are_listed_below_the_run_that_made_their_image(
    workspace: Workspace, images: list[DerivedImage], qtbot: Any
) -> None:
    workspace.show_tab(RUNS)
    model = workspace.runs.model
    qtbot.waitUntil(lambda: model.rowCount() == 4, timeout=WAIT_MS)
    shown = [model.index(row, 0).data() for row in range(4)]
    assert shown == ["R-0003", "R-0001", "↳ R-0004", "↳ R-0002"]
    tip = model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "R-0004 is made of D-000002, an image of R-0001." in tip
    assert model.index(2, 2).data() == "Drawing, ar"
    workspace.show_tab(IMAGES)
    box = workspace.comparison.run_box
    qtbot.waitUntil(lambda: box.count() == 4, timeout=WAIT_MS)
    assert [box.itemText(row).split("  ")[0] for row in range(4)] == shown


def test_runs_without_the_run_above_them_stand_alone(
    workspace: Workspace, images: list[DerivedImage]
) -> None:
    store = workspace._desk.session.store
    runs = store.runs("2026-001")[1:]
    makers = makers_of(store, runs)
    assert makers == {"R-0002": "R-0001", "R-0004": "R-0001"}
    assert grouped(runs, makers) == runs
    found = sketches_of(store, "2026-001", {"E-0001"})
    assert [each.image.run_id for each in found["E-0001"]] == ["R-0003"]
