from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QComboBox
from skimage import data

from forensic_app.engines import registry
from forensic_app.engines.packs.pack import resolve
from forensic_app.engines.sketch.schema import STYLES
from forensic_app.messages import OutputAdapter
from forensic_app.records import ImageRole, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.intake import receive_exhibit
from tests.ui import fake_engine
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run, set_up, statuses
from ui.cases.workspace import IMAGES, Workspace
from ui.comparison.age_strip import STRIP_PX, face_part
from ui.comparison.figures import Origin, image_title, origin_words
from ui.main_window import MainWindow
from ui.runs.new_run_dialog import NewRunDialog
from ui.runs.planning import review_photographs

DialogOf = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("without_faces")
ENGINES = ("aging", "autoencoder", "personalisation", "sketch")
REAL = registry._DESCRIPTORS


@pytest.fixture
def every_engine(fake_engines: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo the fake registry: the forms of the real engines, nothing is executed."""
    monkeypatch.setattr(registry, "_DESCRIPTORS", REAL)


@pytest.fixture
def dialog(every_engine: None, workspace: Workspace, qtbot: Any) -> Iterator[NewRunDialog]:
    exhibit = workspace._desk.session.store.exhibit("E-0001")
    made = NewRunDialog(workspace._desk, exhibit, parent=workspace)
    made.open()
    qtbot.waitUntil(lambda: made.pack.count() > 0, timeout=WAIT_MS)
    yield made
    made.reject()
    assert not made._timer.isActive()


def more_photographs(store: CaseStore, folder: Path, count: int) -> None:
    subject = store.subjects("2026-001")[0].subject_id
    for number in range(count):
        path = folder / f"more-{number}.png"
        picture = Image.fromarray(data.astronaut()[:200, 120:320])
        ImageEnhance.Brightness(picture).enhance(0.8 + 0.1 * number).save(path)
        receive_exhibit(store, path, case="2026-001", subject_id=subject, age_at_photo=20.0 + number)


def choose(dialog: NewRunDialog, engine: str) -> None:
    dialog.engine.setCurrentIndex(dialog.engine.findData(engine))


def add_adapter(store: CaseStore, folder: Path, *, pack: str = "fake-pack") -> str:
    """Record a completed personalisation with a small file as its adapter."""
    from forensic_app.messages import Completed, EngineResult, Started
    from forensic_app.workflows.execution import StoreLedger
    from forensic_app.workflows.personalisation import plan_personalisation

    subject = store.subjects("2026-001")[0].subject_id
    spec = plan_personalisation(store, subject=subject, pack=pack, parameters={})
    run = store.queue_run(case_id=store.cases()[0].case_id, spec=spec)
    path = folder / "adapter.safetensors"
    path.write_bytes(b"weights")
    photos = [
        {"photo_id": "E-0001", "sha256": "1" * 64, "age": 42.0},
        {"photo_id": "E-0002", "sha256": "2" * 64, "age": 20.0},
    ]
    ledger = StoreLedger(store)
    ledger.started(Started(run.run_id, {}))
    ledger.completed(
        Completed(run.run_id, EngineResult((), {}, {}, {}, (), OutputAdapter(path, {"photos": photos})))
    )
    return store.adapters()[0].adapter_id


def test_each_engine_has_its_form_and_says_what_it_makes(dialog: NewRunDialog, qtbot: Any) -> None:
    told = {}
    for engine in ENGINES:
        choose(dialog, engine)
        assert dialog.form is not None
        expected = [parameter.name for parameter in registry.descriptor(engine).schema]
        assert list(dialog.form.given()) == expected
        qtbot.waitUntil(lambda: not dialog._timer.isActive(), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: not dialog._desk.session.background.is_busy, timeout=WAIT_MS)
        told[engine] = dialog.estimate.text()
        assert dialog.photographs.isVisible() == (engine == "personalisation")
        assert dialog.face.isVisible() != (engine == "personalisation")
    assert told["aging"].startswith("6 derived images; time not known yet")
    assert told["personalisation"].startswith("1 adapter, after 300 training steps; time not known yet")
    assert told["autoencoder"].startswith("6 derived images; time not known yet")
    choose(dialog, "aging")
    qtbot.waitUntil(lambda: "working memory on top" in dialog.memory.text(), timeout=WAIT_MS)


def test_an_engine_has_a_form_as_soon_as_it_is_described(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        registry._DESCRIPTORS, "brushing", dataclasses.replace(REAL["sketch"], name="brushing")
    )
    exhibit = workspace._desk.session.store.exhibit("E-0001")
    made = NewRunDialog(workspace._desk, exhibit, parent=workspace)
    made.open()
    choose(made, "brushing")
    assert made.engine.currentText() == "Sketch"
    assert made.form is not None
    assert list(made.form.given()) == ["seed", "layout", "style", "head_hair", "beard", "glasses"]
    style = made.form.field("style")
    assert isinstance(style, QComboBox)
    assert [style.itemData(place) for place in range(style.count())] == ["pack", *STYLES]
    style.setCurrentIndex(2)
    assert made.form.values()["style"] == "ar"
    qtbot.waitUntil(lambda: made.pack.findData("sketch") >= 0, timeout=WAIT_MS)
    listed = resolve("sketch").card.get("styles", [])
    model = style.model()
    flags = [model.flags(model.index(place, 0)) for place in range(style.count())]
    offered = [style.itemData(place) for place, each in enumerate(flags) if each & Qt.ItemFlag.ItemIsEnabled]
    assert offered == ["pack", *listed]
    assert made.form.values()["style"] in offered
    made.form.offer_only("style", ["pack", "cuhk", "fs2k-1"])
    made.form.set_values({"style": "fs2k-1"})
    made.form.offer_only("style", ["pack", "fs2k-1"])
    assert made.form.values()["style"] == "fs2k-1"
    made.form.offer_only("style", ["pack"])
    assert made.form.values()["style"] == "pack"
    made.reject()


def test_a_pack_of_another_engine_is_not_offered(dialog: NewRunDialog) -> None:
    choose(dialog, "sketch")
    assert dialog.pack.count() == 0 or dialog.pack.findData("fake-pack") < 0
    choose(dialog, "aging")
    assert dialog.pack.findData("fake-pack") >= 0


def test_adapters_of_the_subject_are_offered_and_none_is_chosen_by_itself(
    workspace: Workspace, every_engine: None, qtbot: Any, tmp_path: Path
) -> None:
    store = workspace._desk.session.store
    more_photographs(store, tmp_path, 2)
    name = add_adapter(store, tmp_path)
    workspace._desk.preferences.remember_run_form("aging", {"adapter": name})
    made = NewRunDialog(workspace._desk, store.exhibit("E-0001"), parent=workspace)
    made.open()
    choose(made, "aging")
    assert made.adapter is not None
    qtbot.waitUntil(lambda: made.adapter.count() == 2, timeout=WAIT_MS)
    assert made.adapter.adapter_id() is None
    assert made.adapter.itemText(1) == f"{name}: learned from 2 photographs, ages 20 to 42"
    made.adapter.setCurrentIndex(1)
    assert made.form is not None
    assert made.form.given()["adapter"] == name
    made.pack.setCurrentIndex(made.pack.findData("base"))
    if made.pack.currentData() == "base":
        assert made.adapter.count() == 1
        made.pack.setCurrentIndex(made.pack.findData("fake-pack"))
        made.adapter.setCurrentIndex(1)
    queued: list[Any] = []
    made.queued.connect(queued.append)
    qtbot.waitUntil(made.start_button.isEnabled, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "follows as its control" in made.estimate.text(), timeout=WAIT_MS)
    made.queue_run()
    qtbot.waitUntil(lambda: len(queued) == 2, timeout=WAIT_MS)
    assert queued[0].spec.parameters["adapter"] == store.adapter(name).sha256
    assert queued[1].spec.parameters["adapter"] is None
    assert "adapter" not in workspace._desk.preferences.run_form("aging")


def test_a_personalisation_names_its_photographs_and_warns_before_it_is_queued(
    workspace: Workspace, every_engine: None, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = workspace._desk.session.store
    more_photographs(store, tmp_path, 3)
    asked: list[Any] = []

    def answer(work: Any, review: Any, owner: Any, done: Any, failed: Any) -> None:
        if work is not review_photographs:
            return
        asked.append(review)
        done(["E-0003 disagrees with the others."])

    monkeypatch.setattr(workspace._desk.session.background, "in_process", answer)
    made = NewRunDialog(workspace._desk, store.exhibit("E-0002"), parent=workspace)
    made.open()
    choose(made, "personalisation")
    qtbot.waitUntil(lambda: made.photographs.list.count() == 4, timeout=WAIT_MS)
    assert made.photographs.list.item(0).text() == "E-0002  20 years"
    for row in (2, 3):
        made.photographs.list.item(row).setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: "at least 3 are needed" in made.start_button.toolTip(), timeout=WAIT_MS)
    assert not made.start_button.isEnabled()
    made.photographs.list.item(3).setCheckState(Qt.CheckState.Checked)
    qtbot.waitUntil(made.start_button.isEnabled, timeout=WAIT_MS)
    assert made.form is not None
    made.form.set_values({"steps": 5})
    qtbot.waitUntil(lambda: "5 training steps" in made.estimate.text(), timeout=WAIT_MS)
    queued: list[Any] = []
    made.queued.connect(queued.append)
    made.queue_run()
    qtbot.waitUntil(lambda: made.start_button.text() == "Start all the same", timeout=WAIT_MS)
    assert made.banner.text() == "E-0003 disagrees with the others."
    assert not store.runs()
    made.queue_run()
    qtbot.waitUntil(lambda: bool(queued), timeout=WAIT_MS)
    spec = queued[0].spec
    assert len(asked) == 1
    assert spec.engine == "personalisation"
    assert [spec.exhibit_id, *(store.exhibit_by_sha256(each).exhibit_id for each in spec.reference_sha256)] == [
        "E-0002", "E-0001", "E-0004",
    ]  # fmt: skip
    assert spec.parameters["steps"] == 5


def test_a_derived_image_becomes_a_sketch_from_the_comparison(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = workspace.comparison
    complete_a_run(workspace, qtbot, dialog_of, variants=2)
    workspace.show_tab(IMAGES)
    qtbot.waitUntil(lambda: view.strip.count() == 8 and view.derived.has_image(), timeout=WAIT_MS)
    assert not view.sketch_button.isVisible()
    assert view.strip.item(0).text() == "8 years, variant 1"
    monkeypatch.setitem(registry._DESCRIPTORS, fake_engine.DRAWING, fake_engine.DRAWER)
    rows = [place for place, image in enumerate(view._images) if image.role is ImageRole.SPREAD]
    view.strip.setCurrentRow(rows[0])
    assert not view.sketch_action.isEnabled()
    view.strip.setCurrentRow(4)
    assert view.title.text() == "62 years, variant 1"
    assert view.sketch_action in view.strip.actions()
    view.sketch_button.click()
    made = dialog_of(workspace, NewRunDialog)
    assert [made.engine.itemData(place) for place in range(made.engine.count())] == [fake_engine.DRAWING]
    qtbot.waitUntil(made.start_button.isEnabled, timeout=WAIT_MS)
    made.queue_run()
    qtbot.waitUntil(lambda: statuses(workspace) == [RunStatus.COMPLETED] * 2, timeout=WAIT_MS)
    spec = workspace._desk.session.store.run("R-0002").spec
    assert spec.source_derived_image_id == view._images[4].derived_image_id
    workspace.show_images("R-0002")
    qtbot.waitUntil(lambda: view.title.text() == "Drawing of the 62-year image", timeout=WAIT_MS)
    assert view.source_label.text() == "The 62-year image of E-0001"
    assert not view.sketch_action.isEnabled()


def test_what_a_run_took_is_known_in_the_next_casebook(
    workspace: Workspace, window: MainWindow, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    store = workspace._desk.session.store
    pack = resolve("fake-pack", (store.packs_dir,)).sha256
    preferences = window.preferences
    qtbot.waitUntil(lambda: len(preferences.timings(fake_engine.NAME, pack)) == 1, timeout=WAIT_MS)
    units, seconds = preferences.timings(fake_engine.NAME, pack)[0]
    run = store.run("R-0001")
    assert units == 2 * run.spec.parameters["num_inference_steps"]
    assert seconds > 0
    made = set_up(workspace, qtbot, dialog_of)
    qtbot.waitUntil(lambda: "earlier runs took up to" in made.memory.text(), timeout=WAIT_MS)
    made.reject()


def test_titles_number_variants_only_where_there_are_several(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    store = workspace._desk.session.store
    run, image = store.run("R-0001"), store.derived_images("R-0001")[0]
    assert image_title(image, run, Origin("E-0001")) == "8 years"
    ageless = fake_engine.without_age(image)
    assert image_title(ageless, run, Origin("E-0001")) == "Fading of E-0001"
    assert image_title(ageless, run, Origin("E-0001", image)) == "Fading of the 8-year image"
    assert image_title(ageless, run, Origin("E-0001", ageless)) == "Fading of D-000001"
    assert origin_words(Origin("E-0001", image)) == "the 8-year image of E-0001"
    assert origin_words(Origin("E-0001")) == "E-0001"


def test_the_strip_shows_the_face_not_the_whole_photograph(
    workspace: Workspace, qtbot: Any, dialog_of: DialogOf
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    image = workspace._desk.session.store.derived_images("R-0001")[0]
    picture = QImage(image.width_px // 2, image.height_px // 2, QImage.Format.Format_RGB888)
    picture.fill(QColor("white"))
    box = [100.0, 40.0, 160.0, 100.0]
    painter = QPainter(picture)
    painter.fillRect(50, 20, 30, 30, QColor("black"))
    painter.end()
    part = face_part(picture, image, box)
    assert part.width() == part.height() == 2 * STRIP_PX
    assert part.pixelColor(part.rect().center()) == QColor("black")
    assert part.pixelColor(3, 3) == QColor("white")
    assert face_part(picture, image, None).size() == picture.size()
    assert face_part(picture, image, [9000.0, 0.0, 9100.0, 100.0]).size() == picture.size()
