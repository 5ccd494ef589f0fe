"""Two to six pictures beside each other: how they lie, what is said of them, and what two of them show together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from forensic_app.workflows.face_inspection import FoundFace
from forensic_app.workflows.intake import receive_exhibit
from tests.ui.conftest import WAIT_MS
from tests.ui.test_runs import complete_a_run
from tests.ui.test_small_screens import is_inside
from ui.cases.workspace import CUSTODY, EXHIBITS, IMAGES, RUNS, Workspace
from ui.compare.compare_dialog import CompareDialog
from ui.compare.difference import luminance_difference
from ui.compare.pair_view import SHORTEST_MS, Way
from ui.compare.picker import Picker
from ui.compare.stage import EYE_SHARE, Placement, Stage, scale_of
from ui.widgets.tiles import Tiles

VIEW = QSizeF(400, 300)
UPRIGHT = Placement(1000, 800, eyes=((400.0, 300.0), (500.0, 300.0)))
TURNED = Placement(3000, 2000, eyes=((1000.0, 1000.0), (1000.0, 1400.0)))


@pytest.fixture
def dialog(workspace: Workspace, qtbot: Any, without_faces: None, tmp_path: Path) -> CompareDialog:
    """A comparison of two of five photographs."""
    store = workspace._desk.session.store
    for number in range(1, 8):
        path = tmp_path / f"photo-{number}.png"
        Image.new("RGB", (60 + number, 40), (30 * number, 9, 9)).save(path)
        receive_exhibit(store, path, case="2026-001", age_at_photo=number)
    workspace.comparing.compare(["E-0001", "E-0002"])
    made = workspace.comparing.dialog
    assert made is not None
    shown(made, qtbot, 2)
    return made


def shown(dialog: CompareDialog, qtbot: Any, count: int) -> None:
    qtbot.waitUntil(
        lambda: len(dialog.panes) == count and all(each.view.layer.was_shown for each in dialog.panes),
        timeout=WAIT_MS,
    )


def faces_at(*eyes: tuple[tuple[float, float], tuple[float, float]]) -> list[FoundFace]:
    return [FoundFace((0.0, 0.0, 10.0, 10.0), 1.0, {}, eyes=each) for each in eyes]


class TestStage:
    def test_eyes_lie_on_each_other_whatever_size_and_turn_the_pictures_have(self) -> None:
        stage = Stage()
        stage.set_aligned(True)
        stage.zoom_by(1.7, QPointF(0.2, -0.1))
        stage.move(0.3, 0.1)
        for place in range(2):
            one, other = (
                stage.transform(each, VIEW, 1.0).map(QPointF(*(each.eyes or ())[place]))
                for each in (UPRIGHT, TURNED)
            )
            assert (one - other).manhattanLength() < 1e-6
        left, right = (stage.transform(TURNED, VIEW, 1.0).map(QPointF(*each)) for each in TURNED.eyes or ())
        assert abs(left.y() - right.y()) < 1e-6
        assert right.x() - left.x() == pytest.approx(EYE_SHARE * 300 * 1.7)

    def test_what_is_under_the_pointer_stays_there(self) -> None:
        stage = Stage()
        point = QPointF(390, 20)
        before = stage.transform(UPRIGHT, VIEW, 1.0).inverted()[0].map(point)
        stage.zoom_by(3.0, (point - QPointF(200, 150)) / 300)
        assert (stage.transform(UPRIGHT, VIEW, 1.0).map(before) - point).manhattanLength() < 1e-6

    def test_a_photograph_and_its_image_with_a_band_lie_alike(self) -> None:
        stage = Stage()
        photograph, image = Placement(600, 400), Placement(600, 460, 60)
        stage.set_band_share(image.band_share)
        ways = [stage.transform(each, VIEW, 1.0) for each in (photograph, image)]
        assert ways[0] == ways[1]
        assert ways[1].map(QPointF(600, 460)).y() <= 300 + 1e-6

    def test_pixel_for_pixel_keeps_what_is_in_the_middle(self) -> None:
        stage = Stage()
        stage.zoom_by(4.0, QPointF(0.3, 0.2))
        middle = stage.transform(TURNED, VIEW, 2.0).inverted()[0].map(QPointF(200, 150))
        stage.show_pixels(TURNED, VIEW, 2.0)
        way = stage.transform(TURNED, VIEW, 2.0)
        assert scale_of(way) == pytest.approx(0.5)
        assert (way.map(middle) - QPointF(200, 150)).manhattanLength() < 1e-6
        assert scale_of(stage.transform(UPRIGHT, VIEW, 2.0)) == pytest.approx(0.5)
        stage.set_aligned(True)
        stage.show_pixels(TURNED, VIEW, 1.0)
        assert scale_of(stage.transform(TURNED, VIEW, 1.0)) == pytest.approx(1.0)
        assert stage.is_aligned

    def test_zoom_and_place_have_limits_and_whole_pictures_stand_in_the_middle(self) -> None:
        stage = Stage()
        stage.zoom_by(0.01)
        assert (stage.zoom, stage.centre) == (1.0, QPointF())
        stage.move(0.5, 0.0)
        assert stage.centre == QPointF()
        stage.zoom_by(1e6)
        assert stage.zoom == 32.0
        for _ in range(2000):
            stage.move(1.0, 1.0)
        assert stage.centre.x() == 1.5


class TestDifference:
    def test_it_is_of_luminance_and_only_where_both_are(self) -> None:
        one, other = (QImage(4, 2, QImage.Format.Format_ARGB32_Premultiplied) for _ in range(2))
        one.fill(QColor(255, 0, 0))
        other.fill(QColor(0, 0, 255))
        other.setPixelColor(3, 1, QColor(0, 0, 0, 0))
        made = luminance_difference(one, other)
        assert made.pixelColor(0, 0).getRgb() == (47, 47, 47, 255)
        assert made.pixelColor(3, 1).alpha() == 0
        assert luminance_difference(one, other, gain=8).pixelColor(0, 0).red() == 255
        assert luminance_difference(one, one).pixelColor(0, 0).red() == 0
        with pytest.raises(ValueError, match="sizes"):
            luminance_difference(one, QImage(1, 1, QImage.Format.Format_RGB32))


def test_panes_say_what_they_show_and_bear_the_mark(
    workspace: Workspace, qtbot: Any, without_faces: None, dialog_of: Any
) -> None:
    complete_a_run(workspace, qtbot, dialog_of, variants=2)
    workspace._desk.session.store.decide("D-000001", is_accepted=True, reason="Plausible.")
    workspace.comparing.compare(["E-0001", "D-000001"])
    dialog = workspace.comparing.dialog
    assert dialog is not None
    shown(dialog, qtbot, 2)
    photograph, image = dialog.panes
    assert photograph.title.text() == "E-0001 · 42 years"
    assert photograph.made.text() == "Photograph as received"
    assert image.title.text() == "D-000001 · 8 years · variant 1"
    assert image.made.text() == "Fading · pack fake-pack · no adapter"
    assert image.record.text() == "R-0001 from E-0001 · accepted"
    assert image.view.mark == "Derived image · one possible appearance"
    assert photograph.view.mark == ""
    workspace._desk.session.write(
        lambda store: store.decide("D-000001", is_accepted=False, reason="The mouth is broken."), dialog
    )
    qtbot.waitUntil(lambda: image.record.text().endswith("rejected"), timeout=WAIT_MS)
    for way in (Way.OVERLAY, Way.DIFFERENCE):
        dialog.set_way(way)
        assert dialog.pair.mark == "Derived image · one possible appearance"
    dialog.set_way(Way.BLINK)
    dialog.pair.stand_still(True)
    assert dialog.pair.mark == ""
    dialog.pair._turn()
    assert dialog.pair.mark == "Derived image · one possible appearance"
    dialog.aligned.setChecked(True)
    assert "No face is on record" in image.face_words


def test_six_fit_a_small_screen_and_a_seventh_is_told(dialog: CompareDialog, qtbot: Any) -> None:
    dialog.add([f"E-{number:04}" for number in range(1, 9)])
    shown(dialog, qtbot, 6)
    assert dialog.names == [f"E-{number:04}" for number in range(1, 7)]
    assert "Not added: E-0007, E-0008" in dialog.banner.text()
    assert not dialog.add_button.isEnabled()
    dialog.resize(1280, 680)
    QApplication.processEvents()
    assert dialog.size() == QSize(1280, 680)
    for pane in dialog.panes:
        assert is_inside(pane, dialog)
        assert pane.view.height() >= 90
    sizes = {(pane.view.width(), pane.view.height()) for pane in dialog.panes}
    assert max(each[0] for each in sizes) - min(each[0] for each in sizes) <= 1


def test_panes_are_moved_replaced_and_taken_out_by_keys(
    dialog: CompareDialog, qtbot: Any, dialog_of: Any
) -> None:
    dialog.add(["E-0003"])
    shown(dialog, qtbot, 3)
    first = dialog.panes[0]
    first.view.setFocus()
    QTest.keyClick(first.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert dialog.names == ["E-0002", "E-0001", "E-0003"]
    assert first.view.hasFocus()
    assert [each.number.text() for each in dialog.panes] == ["1", "2", "3"]
    QTest.keyClick(first.view, Qt.Key.Key_R)
    picker = dialog_of(dialog, Picker)
    assert [each.name for each in picker.model._shown] == [f"E-{number:04}" for number in range(4, 9)]
    picker.filter.setText("e-0005")
    picker.accept()
    shown(dialog, qtbot, 3)
    assert dialog.names == ["E-0002", "E-0005", "E-0003"]
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=WAIT_MS)
    dialog.panes[2].view.setFocus()
    QTest.keyClick(dialog.panes[2].view, Qt.Key.Key_Delete)
    assert dialog.names == ["E-0002", "E-0005"]
    assert dialog.panes[1].view.hasFocus()
    QTest.keyClick(dialog, Qt.Key.Key_A)
    picker = dialog_of(dialog, Picker)
    picker.list.selectAll()
    assert not picker.show_button.isEnabled()
    assert "6 are chosen; there is room for 4." in picker.told.text()
    picker.reject()


def test_one_zoom_for_all_by_keys_and_wheel(dialog: CompareDialog, qtbot: Any) -> None:
    view = dialog.panes[1].view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert dialog.stage.zoom == 1.25
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert dialog.stage.centre.x() > 0
    place = QPointF(view.width() - 5, 5)
    before = [each.view.layer.transform().inverted()[0].map(place) for each in dialog.panes]
    wheel = QWheelEvent(
        place, view.mapToGlobal(place), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    after = [each.view.layer.transform().map(point) for each, point in zip(dialog.panes, before, strict=True)]
    assert all((each - place).manhattanLength() < 2 for each in after)
    QTest.keyClick(dialog, Qt.Key.Key_O)
    assert scale_of(view.layer.transform()) == pytest.approx(1 / view.devicePixelRatioF())
    QTest.keyClick(dialog, Qt.Key.Key_0)
    assert dialog.stage.zoom == 1.0


def test_the_eyes_are_looked_for_once_and_where_none_are_that_is_said(
    dialog: CompareDialog, qtbot: Any
) -> None:
    faces = dialog._desk.faces
    first, second = dialog.panes
    faces._found[first.compared.sha256] = faces_at(((10.0, 10.0), (20.0, 10.0)), ((30.0, 30.0), (30.0, 60.0)))
    faces._found[second.compared.sha256] = []
    QTest.keyClick(dialog, Qt.Key.Key_E)
    assert dialog.aligned.isChecked()
    assert first.placement.eyes == ((10.0, 10.0), (20.0, 10.0))
    assert "face 1 of 2" in first.face_line.text()
    assert second.face_line.text() == "No face was found: shown whole, not aligned"
    assert second.view.accessibleDescription() == second.face_line.text()
    first.view.setFocus()
    QTest.keyClick(first.view, Qt.Key.Key_N)
    assert first.placement.eyes == ((30.0, 30.0), (30.0, 60.0))
    dialog.set_way(Way.DIFFERENCE)
    assert "No eyes are known in 2" in dialog.controls.caution.text()
    assert "proves nothing" in dialog.controls.caution.text()
    QTest.keyClick(dialog, Qt.Key.Key_E)
    assert first.face_line.text() == ""
    assert not dialog.stage.is_aligned


def test_two_are_laid_on_each_other_only_where_it_is_plain_which(dialog: CompareDialog, qtbot: Any) -> None:
    assert dialog.pair_panes() == tuple(dialog.panes)
    dialog.add(["E-0003"])
    shown(dialog, qtbot, 3)
    assert dialog.pair_panes() is None
    assert not dialog._ways[Way.OVERLAY].isEnabled()
    dialog.set_way(Way.OVERLAY)
    assert dialog.way is Way.SIDE_BY_SIDE
    for number in (3, 1):
        QTest.keyClick(dialog, str(number))
    assert dialog.pair_panes() == (dialog.panes[0], dialog.panes[2])
    dialog.set_way(Way.OVERLAY)
    assert dialog.pair.isVisible()
    assert dialog.controls.second.text().startswith("3: E-0003")
    dialog.panes[0].number.setChecked(False)
    assert dialog.way is Way.SIDE_BY_SIDE
    assert dialog.grid.isVisible()


def test_the_slider_mixes_two_pictures(dialog: CompareDialog, qtbot: Any) -> None:
    dialog.show_only(["E-0003", "E-0008"])
    qtbot.waitUntil(lambda: dialog.names == ["E-0003", "E-0008"], timeout=WAIT_MS)
    shown(dialog, qtbot, 2)
    dialog.set_way(Way.OVERLAY)
    reds = []
    for opacity in (0, 50, 100):
        dialog.controls.opacity.setValue(opacity)
        seen = dialog.pair.grab().toImage()
        reds.append(seen.pixelColor(seen.width() // 2, seen.height() // 3).red())
    assert reds[0] == 60
    assert reds[2] == 210
    assert abs(reds[1] - 135) <= 2
    dialog.set_way(Way.DIFFERENCE)
    qtbot.waitUntil(lambda: not dialog.pair._difference.isNull(), timeout=WAIT_MS)
    middle = dialog.pair._difference
    grey = middle.pixelColor(middle.width() // 2, middle.height() // 3)
    assert grey.red() == grey.blue() == round(150 * 0.299)


def test_pictures_change_at_most_three_times_a_second_and_stop(dialog: CompareDialog, qtbot: Any) -> None:
    dialog.set_way(Way.BLINK)
    assert dialog.pair.is_blinking
    dialog.controls.interval.setValue(0.05)
    assert dialog.pair.interval_ms >= SHORTEST_MS
    assert 1000 / dialog.pair._blink.interval() <= 3
    dialog.pair.set_interval(1)
    assert dialog.pair._blink.interval() >= SHORTEST_MS
    before = dialog.pair.shown
    qtbot.waitUntil(lambda: dialog.pair.shown != before, timeout=WAIT_MS)
    assert dialog.controls.now.text().startswith(f"{dialog.pair.shown + 1}: ")
    dialog.pair.setFocus()
    QTest.keyClick(dialog.pair, Qt.Key.Key_Space)
    assert not dialog.pair.is_blinking
    assert dialog.controls.stop_button.text() == "Go on"
    dialog.controls.stop_button.click()
    assert dialog.pair.is_blinking
    dialog.hide()
    assert not dialog.pair.is_blinking


def test_it_is_opened_from_exhibits_runs_images_and_the_menu(
    workspace: Workspace, qtbot: Any, without_faces: None, dialog_of: Any, tmp_path: Path
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    path = tmp_path / "other.png"
    Image.new("RGB", (60, 40)).save(path)
    receive_exhibit(workspace._desk.session.store, path, case="2026-001")
    workspace._desk.session.changed.emit()

    def opened(*names: str) -> None:
        qtbot.waitUntil(
            lambda: workspace.comparing.dialog is not None and workspace.comparing.dialog.names == [*names],
            timeout=WAIT_MS,
        )
        assert workspace.comparing.dialog is not None
        workspace.comparing.dialog.reject()
        assert workspace.comparing.dialog is None

    workspace.show_tab(EXHIBITS)
    qtbot.waitUntil(lambda: workspace.exhibits.list.count() == 2, timeout=WAIT_MS)
    workspace.exhibits.list.selectAll()
    workspace.exhibits.compare_button.click()
    opened("E-0001", "E-0002")
    workspace.show_tab(RUNS)
    qtbot.waitUntil(lambda: workspace.runs.current() is not None, timeout=WAIT_MS)
    workspace.runs.table.selectAll()
    workspace.runs.compare_button.click()
    opened("E-0001", "D-000001", "D-000002")
    workspace.show_tab(IMAGES)
    qtbot.waitUntil(workspace.comparison.derived.has_image, timeout=WAIT_MS)
    workspace.compare()
    opened("E-0001", "D-000001")
    workspace.show_tab(CUSTODY)
    workspace.compare()
    opened()


@pytest.mark.qt_log_ignore(r"raise\(\)", extend=True)
def test_add_to_comparison_opens_it_and_then_adds(
    workspace: Workspace, qtbot: Any, without_faces: None, dialog_of: Any
) -> None:
    complete_a_run(workspace, qtbot, dialog_of)
    workspace.show_tab(IMAGES)
    view = workspace.comparison
    qtbot.waitUntil(view.derived.has_image, timeout=WAIT_MS)
    for widget in (
        view.original,
        view.derived,
        view.strip,
        workspace.exhibits.list,
        workspace.exhibits.details.picture,
    ):
        assert "Add to comparison" in [each.text() for each in widget.actions()]
    add = next(each for each in view.strip.actions() if each.text() == "Add to comparison")
    add.trigger()
    qtbot.waitUntil(
        lambda: workspace.comparing.dialog is not None and len(workspace.comparing.dialog.panes) == 1,
        timeout=WAIT_MS,
    )
    workspace.exhibits.addition_wanted.emit(["E-0001"])
    dialog = workspace.comparing.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.names == ["D-000001", "E-0001"], timeout=WAIT_MS)


def test_a_part_is_asked_for_once_at_a_time(qtbot: Any) -> None:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    view = QWidget()
    qtbot.addWidget(view)
    view.resize(100, 100)
    asked: list[Any] = []
    tiles = Tiles(view)
    tiles.set_source(lambda part, size, owner, take: asked.append((part, take)))
    canvas = QImage(100, 100, QImage.Format.Format_RGB32)

    def look(left: float) -> None:
        painter = QPainter(canvas)
        tiles.paint(painter, QRectF(-left, 0, 4000, 4000), QSize(4000, 4000), QSize(400, 400))
        painter.end()

    look(0)
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=WAIT_MS)
    for left in (100, 200, 300):
        look(left)
    qtbot.wait(250)
    assert len(asked) == 1
    asked[0][1](QImage())
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=WAIT_MS)
    assert asked[1][0].left() == 300


def test_newer_photographs_push_older_ones_out_of_the_helper(tmp_path: Path, monkeypatch: Any) -> None:
    from forensic_app.digests import sha256_of_file
    from ui import picture_helper

    paths = []
    for number in range(3):
        path = tmp_path / f"{number}.png"
        Image.fromarray(np.full((10, 10, 3), number, np.uint8)).save(path)
        paths.append((path, sha256_of_file(path)))
    monkeypatch.setattr(picture_helper, "KEPT_BYTES", 650)
    monkeypatch.setattr(picture_helper, "_kept", {})
    for path, sha256 in paths:
        picture_helper.read_part((path, sha256, (0, 0, 5, 5), (5, 5)))
    assert list(picture_helper._kept) == [paths[1][1], paths[2][1]]
    picture_helper.read_part((*paths[1], (0, 0, 5, 5), (5, 5)))
    assert list(picture_helper._kept) == [paths[2][1], paths[1][1]]
    picture_helper.forget(None)
    assert not picture_helper._kept
