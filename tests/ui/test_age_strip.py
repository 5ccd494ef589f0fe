"""The strip of ages in a new run's form: drawn beside the window, switched off by a box, recorded nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt

from forensic_app.engines import registry
from forensic_app.errors import FaceNotFound
from forensic_app.workflows.age_preview import AgeJob, DrawnAge
from forensic_app.workflows.packs import accept_licence, find_pack
from tests.ui.conftest import WAIT_MS
from tests.ui.heartbeat import ALLOWED_S, Heartbeat
from ui.cases.workspace import Workspace
from ui.runs.age_strip import PAUSE_MS, AgeStrip
from ui.runs.licence_dialog import LicenceDialog
from ui.runs.new_run_dialog import NewRunDialog

REAL = registry._DESCRIPTORS
SETTLED_MS = 2 * PAUSE_MS
MOST_S = ALLOWED_S


class Drawers:
    """Stands where the other process is; answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[AgeJob, Callable[[Any], None], Callable[[BaseException], None]]] = []

    def in_process(
        self, work: Any, argument: Any, _owner: Any, on_done: Any = None, on_error: Any = None
    ) -> None:
        if isinstance(argument, AgeJob):
            self.asked.append((argument, on_done, on_error))

    @property
    def ages(self) -> list[float]:
        return [job.age for job, _, _ in self.asked]

    def answer(self) -> None:
        job, on_done, _ = self.asked[-1]
        on_done(DrawnAge(job.age, 64, bytes([0, 200, 0]) * 64 * 64))

    def answer_all(self) -> None:
        answered = 0
        while answered != len(self.asked):
            answered = len(self.asked)
            self.answer()


@pytest.fixture
def drawers(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Drawers:
    made = Drawers()
    monkeypatch.setattr(workspace._desk.session.background, "in_process", made.in_process)
    monkeypatch.setattr(registry, "_DESCRIPTORS", REAL)
    store = workspace._desk.session.store
    accept_licence(store, find_pack("base", store.packs_dir))
    workspace._desk.preferences.shows_age_preview = True
    return made


def opened(workspace: Workspace, qtbot: Any) -> NewRunDialog:
    store = workspace._desk.session.store
    made = NewRunDialog(workspace._desk, store.exhibit("E-0001"), parent=workspace)
    made.open()
    made.engine.setCurrentIndex(made.engine.findData("aging"))
    qtbot.waitUntil(lambda: made.pack.findData("base") >= 0, timeout=WAIT_MS)
    made.pack.setCurrentIndex(made.pack.findData("base"))
    return made


@pytest.fixture
def dialog(workspace: Workspace, drawers: Drawers, qtbot: Any) -> Iterator[NewRunDialog]:
    """A new run of the ageing engine; the licences of its pack and of the autoencoder's are accepted."""
    store = workspace._desk.session.store
    accept_licence(store, find_pack("deage", store.packs_dir))
    made = opened(workspace, qtbot)
    set_ages(made, 8, 75)
    yield made
    made.reject()


def strip_of(dialog: NewRunDialog) -> AgeStrip:
    assert dialog.ages is not None
    return dialog.ages


def set_ages(dialog: NewRunDialog, *ages: float) -> None:
    assert dialog.form is not None
    dialog.form.set_values({"target_ages": ages})


def words_of(strip: AgeStrip) -> list[str]:
    return [strip.list.item(row).text() for row in range(strip.list.count())]


def green(strip: AgeStrip, row: int) -> bool:
    picture = strip.list.item(row).icon().pixmap(84, 84).toImage()
    colour = picture.pixelColor(picture.width() // 2, 10)
    return (colour.red(), colour.green(), colour.blue()) == (0, 200, 0)


def test_the_chosen_ages_are_drawn_one_by_one_and_marked(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    strip = strip_of(dialog)
    events = len(dialog._desk.session.store.events())
    qtbot.waitUntil(lambda: drawers.ages == [8.0], timeout=WAIT_MS)
    assert drawers.asked[0][0].source_age == 42
    assert drawers.asked[0][0].pack_path.name == "deage"
    assert words_of(strip) == ["8 years", "75 years"]
    assert strip.words.text() == "Drawing the preview: 0 of 2 ages."
    assert not green(strip, 0)
    drawers.answer()
    assert "1 of 2" in strip.words.text()
    assert (green(strip, 0), green(strip, 1)) == (True, False)
    drawers.answer()
    assert drawers.ages == [8.0, 75.0]
    assert strip.words.text() == "Preview, not a result: drawn by the quick autoencoder, recorded nowhere."
    mark = strip.list.item(1).icon().pixmap(84, 84).toImage()
    assert mark.pixelColor(3, mark.height() - 3).red() > 60, "the picture bears no mark"
    told = strip.list.item(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "75 years: preview, not a result"
    assert len(dialog._desk.session.store.events()) == events
    assert dialog._desk.session.store.runs() == []


def test_another_age_draws_that_alone_and_the_form_does_not_jump(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    strip = strip_of(dialog)
    qtbot.waitUntil(lambda: drawers.ages == [8.0], timeout=WAIT_MS)
    drawers.answer_all()
    height = strip.height()
    assert strip.list.height() >= strip.list.gridSize().height()
    set_ages(dialog, 8, 33, 75)
    assert (green(strip, 0), green(strip, 1), green(strip, 2)) == (True, False, True)
    qtbot.waitUntil(lambda: drawers.ages == [8.0, 75.0, 33.0], timeout=WAIT_MS)
    assert "2 of 3" in strip.words.text()
    drawers.answer()
    set_ages(dialog, 8, 16, 27, 33, 45, 62, 70, 75)
    qtbot.waitUntil(lambda: len(drawers.asked) == 4, timeout=WAIT_MS)
    drawers.answer_all()
    assert drawers.ages[3:] == [16.0, 27.0, 45.0, 62.0], "more than the first six were drawn"
    assert words_of(strip)[-1] == "62 years"
    assert strip.words.text().endswith("The first 6 of 8 ages.")
    assert strip.height() == height, "the form jumps"
    set_ages(dialog)
    qtbot.waitUntil(lambda: "No target age" in strip.words.text(), timeout=WAIT_MS)
    assert strip.height() == height
    assert strip.list.count() == 0


def test_there_is_room_for_six_ages_however_few_there_are(dialog: NewRunDialog, qtbot: Any) -> None:
    strip = strip_of(dialog)
    narrow = 2 * strip.list.gridSize().width() + 10
    heights = []
    for ages in ((8.0,), (8.0, 16.0, 27.0, 45.0, 62.0, 75.0)):
        set_ages(dialog, *ages)
        strip.list.resize(narrow, strip.list.height())
        heights.append(strip.list.height())
    assert heights[0] == heights[1] > 3 * strip.list.gridSize().height()


def test_the_bundled_pack_draws_in_the_other_process_while_the_window_goes_on(
    workspace: Workspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_DESCRIPTORS", REAL)
    workspace._desk.preferences.shows_age_preview = True
    store = workspace._desk.session.store
    for name in ("base", "deage"):
        accept_licence(store, find_pack(name, store.packs_dir))
    dialog = opened(workspace, qtbot)
    strip = strip_of(dialog)

    def is_drawn() -> bool:
        return strip.words.text().startswith("Preview, not a result")

    assert Heartbeat().during(qtbot, lambda: set_ages(dialog, 8, 75), is_drawn, 6 * WAIT_MS) < MOST_S
    young, old = (strip.list.item(row).icon().pixmap(84, 84).toImage() for row in range(2))
    assert young != old
    dialog.reject()


def test_it_is_on_until_it_is_switched_off_and_stays_so(
    workspace: Workspace, drawers: Drawers, qtbot: Any
) -> None:
    preferences = workspace._desk.preferences
    preferences._settings.remove("shows_age_preview")
    store = workspace._desk.session.store
    accept_licence(store, find_pack("deage", store.packs_dir))
    first = opened(workspace, qtbot)
    set_ages(first, 8, 75)
    assert strip_of(first).box.isChecked()
    qtbot.waitUntil(lambda: bool(drawers.asked), timeout=WAIT_MS)
    strip_of(first).box.setChecked(False)
    first.reject()
    drawers.answer_all()
    drawers.asked.clear()
    second = opened(workspace, qtbot)
    set_ages(second, 8, 75)
    assert not strip_of(second).box.isChecked()
    qtbot.wait(SETTLED_MS)
    assert drawers.asked == []
    second.reject()


def test_ages_that_follow_each_other_quickly_are_drawn_once(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    strip_of(dialog).timer.setInterval(1500)  # a slow machine makes no pause of what is none
    for age in range(20, 30):
        set_ages(dialog, age)
        qtbot.wait(20)
    qtbot.waitUntil(lambda: bool(drawers.asked), timeout=WAIT_MS)
    qtbot.wait(SETTLED_MS)
    assert drawers.ages == [29.0]


def test_another_face_or_source_age_takes_back_the_rest_and_draws_anew(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    strip = strip_of(dialog)
    qtbot.waitUntil(lambda: drawers.ages == [8.0], timeout=WAIT_MS)
    dialog.face.setValue(2)
    assert not green(strip, 0)
    drawers.answer()
    assert drawers.ages == [8.0], "the rest of the first face was drawn all the same"
    qtbot.waitUntil(lambda: len(drawers.asked) == 2, timeout=WAIT_MS)
    assert (drawers.asked[1][0].face_index, drawers.ages[1]) == (1, 8.0)
    drawers.answer_all()
    assert dialog.form is not None
    dialog.form.set_values({"source_age": 30.0})
    assert not green(strip, 0), "the picture of another age in the photograph stays"
    qtbot.waitUntil(lambda: len(drawers.asked) == 4, timeout=WAIT_MS)
    assert drawers.asked[3][0].source_age == 30
    dialog.engine.setCurrentIndex(dialog.engine.findData("personalisation"))
    assert dialog.ages is None
    drawers.answer()
    qtbot.wait(SETTLED_MS)
    assert len(drawers.asked) == 4


def test_the_autoencoder_has_the_same_strip_and_what_was_drawn_is_kept(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any
) -> None:
    qtbot.waitUntil(lambda: drawers.ages == [8.0], timeout=WAIT_MS)
    drawers.answer_all()
    dialog.engine.setCurrentIndex(dialog.engine.findData("autoencoder"))
    set_ages(dialog, 8, 75)
    strip = strip_of(dialog)
    qtbot.waitUntil(lambda: strip.words.text().startswith("Preview, not a result"), timeout=WAIT_MS)
    assert drawers.ages == [8.0, 75.0]
    dialog.engine.setCurrentIndex(dialog.engine.findData("sketch"))
    assert dialog.ages is None


def test_without_the_licence_of_the_autoencoder_there_is_none_and_a_button_leads_to_it(
    workspace: Workspace, drawers: Drawers, qtbot: Any, dialog_of: Callable[..., Any]
) -> None:
    dialog = opened(workspace, qtbot)
    strip = strip_of(dialog)
    qtbot.waitUntil(lambda: "licence of the pack deage" in strip.words.text(), timeout=WAIT_MS)
    qtbot.wait(SETTLED_MS)
    assert drawers.asked == []
    assert strip.licence.isVisible()
    height = strip.height()
    strip.licence.click()
    licence = dialog_of(dialog, LicenceDialog)
    licence.agreement.setChecked(True)
    licence.accept_button.click()
    qtbot.waitUntil(lambda: bool(drawers.asked), timeout=WAIT_MS)
    assert not strip.licence.isVisible()
    assert strip.height() == height, "the form jumps"
    dialog.reject()


def test_what_stops_a_preview_is_said(dialog: NewRunDialog, drawers: Drawers, qtbot: Any) -> None:
    strip = strip_of(dialog)
    qtbot.waitUntil(lambda: drawers.ages == [8.0], timeout=WAIT_MS)
    drawers.asked[-1][2](FaceNotFound("No face was found in the photograph.", "Use another one."))
    assert strip.words.text().startswith("No preview: No face was found")
    dialog.analyser.setCurrentText("insightface")
    qtbot.waitUntil(lambda: "only with the face analyser dlib" in strip.words.text(), timeout=WAIT_MS)
    qtbot.wait(SETTLED_MS)
    assert drawers.ages == [8.0]


def test_the_box_switches_it_off_and_is_remembered(
    dialog: NewRunDialog, drawers: Drawers, qtbot: Any, workspace: Workspace
) -> None:
    strip = strip_of(dialog)
    qtbot.waitUntil(lambda: drawers.ages == [8.0], timeout=WAIT_MS)
    assert strip.box.isChecked()
    strip.box.setFocus()
    qtbot.keyClick(strip.box, Qt.Key.Key_Space)
    assert not strip.list.isVisible()
    drawers.answer()
    set_ages(dialog, 16, 62)
    qtbot.wait(SETTLED_MS)
    assert drawers.ages == [8.0], "it is switched off, and draws"
    dialog.reject()
    again = opened(workspace, qtbot)
    assert not strip_of(again).box.isChecked()
    set_ages(again, 8, 75)
    qtbot.wait(SETTLED_MS)
    assert drawers.ages == [8.0]
    strip_of(again).box.setChecked(True)
    qtbot.waitUntil(lambda: drawers.ages == [8.0, 75.0], timeout=WAIT_MS)
    assert green(strip_of(again), 0)
    again.reject()
