"""The strip of styles in a new run's form: drawn beside the window, chosen by click or key, recorded nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt

from forensic_app.engines import registry
from forensic_app.engines.packs.pack import write_manifest
from forensic_app.errors import FaceNotFound
from forensic_app.workflows.packs import accept_licence
from forensic_app.workflows.style_preview import DrawnStyle, StyleJob
from tests.ui.conftest import WAIT_MS
from ui.cases.workspace import Workspace
from ui.runs.new_run_dialog import NewRunDialog

REAL = registry._DESCRIPTORS
STYLES = ["cuhk", "ar", "fs2k-1"]


class Drawers:
    """Stands where the other process is; answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[StyleJob, Callable[[Any], None], Callable[[BaseException], None]]] = []

    def in_process(
        self, work: Any, argument: Any, _owner: Any, on_done: Any = None, on_error: Any = None
    ) -> None:
        if isinstance(argument, StyleJob):
            self.asked.append((argument, on_done, on_error))

    @property
    def styles(self) -> list[str]:
        return [job.style for job, _, _ in self.asked]

    def answer(self) -> None:
        job, on_done, _ = self.asked[-1]
        on_done(DrawnStyle(job.style, 64, bytes([200]) * 64 * 64))


def sketch_pack(store: Any, name: str, styles: list[str]) -> None:
    folder = store.packs_dir / name
    (folder / "generator").mkdir(parents=True)
    (folder / "generator" / "config.json").write_text("{}")
    (folder / "generator" / "model.safetensors").write_bytes(b"none")
    (folder / "model_index.json").write_text(json.dumps({"generator": ["forensic_app", "SketchGenerator"]}))
    (folder / "LICENCE.txt").write_text("Draw.")
    card = {
        "name": name,
        "version": "1",
        "licence": "test",
        "kind": "sketch",
        "resolution": 64,
        "styles": styles,
    }
    accept_licence(store, write_manifest(folder, card))


@pytest.fixture
def drawers(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Drawers:
    made = Drawers()
    monkeypatch.setattr(workspace._desk.session.background, "in_process", made.in_process)
    return made


@pytest.fixture
def dialog(
    workspace: Workspace, drawers: Drawers, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[NewRunDialog]:
    monkeypatch.setattr(registry, "_DESCRIPTORS", REAL)
    store = workspace._desk.session.store
    sketch_pack(store, "several", STYLES)
    sketch_pack(store, "single", ["cuhk"])
    made = NewRunDialog(workspace._desk, store.exhibit("E-0001"), parent=workspace)
    made.open()
    qtbot.waitUntil(lambda: made.pack.count() > 0, timeout=WAIT_MS)
    made.engine.setCurrentIndex(made.engine.findData("sketch"))
    made.pack.setCurrentIndex(made.pack.findData("several"))
    yield made
    made.reject()


def strip_of(dialog: NewRunDialog) -> Any:
    assert dialog.styles is not None
    return dialog.styles


def test_styles_are_drawn_one_by_one_and_a_key_chooses_one(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    strip = strip_of(dialog)
    events = len(dialog._desk.session.store.events())
    qtbot.waitUntil(lambda: drawers.styles == ["cuhk"], timeout=WAIT_MS)
    assert strip.isVisible()
    assert strip.list.count() == 3
    assert "0 of 3" in strip.words.text()
    assert strip.list.currentRow() == 0
    drawers.answer()
    assert drawers.styles == ["cuhk", "ar"]
    assert "1 of 3" in strip.words.text()
    drawers.answer()
    drawers.answer()
    assert drawers.styles == STYLES
    assert strip.words.text().startswith("A preview, not a result")
    icon = strip.list.item(2).icon().pixmap(100, 100).toImage()
    assert icon.pixelColor(icon.width() // 2, 10).red() == 200
    assert icon.pixelColor(3, icon.height() - 3).red() < 120, "the picture bears no mark"
    strip.list.setFocus()
    qtbot.keyClick(strip.list, Qt.Key.Key_Right)
    assert dialog.form is not None
    assert dialog.form.values()["style"] == "ar"
    dialog.form.set_values({"style": "fs2k-1"})
    assert strip.list.currentRow() == 2
    qtbot.wait(400)
    assert drawers.styles == STYLES, "another choice draws nothing anew"
    assert len(dialog._desk.session.store.events()) == events
    assert dialog._desk.session.store.runs() == []


def test_what_was_drawn_is_kept_and_a_changed_form_stops_the_rest(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    qtbot.waitUntil(lambda: drawers.styles == ["cuhk"], timeout=WAIT_MS)
    dialog.face.setValue(2)
    drawers.answer()
    assert drawers.styles == ["cuhk"], "the rest of the first face was drawn all the same"
    qtbot.waitUntil(lambda: len(drawers.asked) == 2, timeout=WAIT_MS)
    assert (drawers.asked[1][0].face_index, drawers.styles[1]) == (1, "cuhk")
    dialog.face.setValue(1)
    drawers.answer()
    qtbot.waitUntil(lambda: len(drawers.asked) == 3, timeout=WAIT_MS)
    assert (drawers.asked[2][0].face_index, drawers.styles[2]) == (0, "ar"), "what was drawn was not kept"
    dialog.engine.setCurrentIndex(dialog.engine.findData("aging"))
    assert dialog.styles is None
    drawers.answer()
    assert len(drawers.asked) == 3


def test_one_style_shows_no_strip_and_what_stops_a_preview_is_said(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    strip = strip_of(dialog)
    qtbot.waitUntil(lambda: drawers.styles == ["cuhk"], timeout=WAIT_MS)
    drawers.asked[-1][2](FaceNotFound("No face was found in the photograph.", "Use another one."))
    assert strip.words.text().startswith("No preview: No face was found")
    dialog.analyser.setCurrentText("insightface")
    qtbot.waitUntil(lambda: "only with the face analyser dlib" in strip.words.text(), timeout=WAIT_MS)
    dialog.pack.setCurrentIndex(dialog.pack.findData("single"))
    assert not strip.isVisible()
    qtbot.wait(400)
    assert drawers.styles == ["cuhk"]
