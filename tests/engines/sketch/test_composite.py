from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sketch_samples import MakeSketchRequest, no_progress
from skimage.data import astronaut

from forensic_app.engines.pictures.hair import Hair
from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.sketch import composite
from forensic_app.engines.sketch.beard import with_beard, without_beard
from forensic_app.engines.sketch.composite import Choices, Composer, hair_left_out
from forensic_app.engines.sketch.engine import SketchEngine
from forensic_app.engines.sketch.glasses import with_glasses
from forensic_app.engines.sketch.portrait_sheet import SheetView, cut_view
from forensic_app.engines.sketch.schema import SCHEMA
from forensic_app.errors import InvalidInput
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.mesh import FaceMesh
from forensic_app.faces.mesh_masks import eye_masks, mouth_mask, polygon_mask, skin_share
from forensic_app.faces.mesh_regions import CHIN
from forensic_app.faces.mesh_warnings import kept_networks
from forensic_app.parameters import resolve, resolve_recorded
from forensic_app.recorded_texts import in_language


class Sitter:
    """A face, its view on the sheet and its mesh there."""

    def __init__(self) -> None:
        self.photo: RgbImage = np.ascontiguousarray(astronaut()[:400, 60:420])
        self.face: DetectedFace = kept_analyser("dlib").detect(self.photo)[0]
        self.view: SheetView = cut_view(self.photo, self.face, 384)
        self.mesh: FaceMesh = kept_networks().read(
            self.view.picture, composite._in_view(self.face, self.view)
        )
        self.person: NDArray[np.float32] = kept_networks().person(self.view.picture)

    def composed(self, **chosen: str) -> tuple[Any, list[str]]:
        composer = Composer(self.photo, self.face, Choices(**chosen), kept_networks())
        return composer(self.view, self.person), composer.warnings


@pytest.fixture(scope="module")
def sitter() -> Sitter:
    return Sitter()


def changed(first: RgbImage, second: RgbImage) -> NDArray[np.bool_]:
    return np.asarray(np.abs(first.astype(int) - second).max(axis=2) > 6)


def unlike_skin(picture: RgbImage, mesh: FaceMesh) -> float:
    """Return which share of the face below the lower lip does not look like the cheeks."""
    below = polygon_mask(mesh.points[[57, 17, 287, 365, 378, 152, 149, 136], :2], picture.shape[:2])
    return float(((1.0 - skin_share(picture, mesh.points[:, :2])) * below).sum() / below.sum())


def test_a_recorded_run_keeps_everything_and_another_layout_takes_no_choice() -> None:
    assert not Choices.of(resolve_recorded(SCHEMA, {})).is_any
    assert Choices.of(resolve(SCHEMA, {"glasses": "draw"})).is_any
    for name, value in (("head_hair", "leave-out"), ("beard", "draw"), ("glasses", "draw")):
        with pytest.raises(InvalidInput, match="sheet of its own"):
            Choices.of(resolve(SCHEMA, {name: value, "layout": "photograph"}))


def test_glasses_stand_around_the_eyes_and_nowhere_else(sitter: Sitter) -> None:
    picture = sitter.view.picture
    worn = with_glasses(picture, sitter.mesh)
    new = changed(picture, worn)
    eyes = np.maximum(*eye_masks(sitter.mesh, picture.shape[:2])) > 0.9
    assert new[eyes].mean() < 0.1
    assert not new[mouth_mask(sitter.mesh, picture.shape[:2]) > 0.5].any()
    rows, columns = np.nonzero(new)
    centres = sitter.mesh.lids.mean(axis=1)
    apart = float(np.hypot(*(centres[1] - centres[0])))
    assert np.abs(rows - centres[:, 1].mean()).max() < 0.6 * apart
    assert np.abs(columns - centres[:, 0].mean()).max() < 1.4 * apart
    assert worn[new].mean() < picture[new].mean() - 30
    assert (
        0.5
        < new[:, : int(centres[:, 0].mean())].sum() / max(new[:, int(centres[:, 0].mean()) :].sum(), 1)
        < 2.0
    )


def test_a_beard_is_drawn_over_the_chin_and_can_be_taken_off_again(sitter: Sitter) -> None:
    picture, mesh = sitter.view.picture, sitter.mesh
    bearded = with_beard(picture, mesh, np.zeros(picture.shape[:2], dtype=np.float32))
    new = changed(picture, bearded)
    chin = mesh.points[CHIN, :2] * 0.8 + mesh.points[17, :2] * 0.2
    column, row = (round(float(each)) for each in chin)
    assert new[row - 3 : row + 4, column - 3 : column + 4].mean() > 0.9
    assert bearded[row - 5 : row + 6, column - 5 : column + 6].mean() < 90
    assert not new[: int(mesh.lids[..., 1].max())].any()
    assert new[mouth_mask(mesh, picture.shape[:2]) > 0.99].mean() < 0.3
    assert unlike_skin(picture, mesh) < 0.15
    assert unlike_skin(bearded, mesh) > 0.5
    shaved = without_beard(bearded, mesh, sitter.person)
    assert unlike_skin(shaved, mesh) < 0.15
    assert not changed(bearded, shaved)[: int(mesh.lids[..., 1].max())].any()


def test_each_choice_is_warned_of_in_both_languages(sitter: Sitter) -> None:
    made, warnings = sitter.composed(beard="draw", glasses="draw")
    assert made.shown is None
    assert changed(sitter.view.picture, made.picture).any()
    assert warnings == [composite.BEARD_DRAWN, composite.GLASSES_DRAWN]
    made, warnings = sitter.composed(beard="leave-out")
    assert warnings == [composite.BEARD_LEFT_OUT]
    assert changed(sitter.view.picture, made.picture).any()
    for each in (
        composite.HAIR_LEFT_OUT,
        composite.BEARD_LEFT_OUT,
        composite.BEARD_DRAWN,
        composite.GLASSES_DRAWN,
    ):
        assert in_language(each, "de") != each


def test_hair_that_is_left_out_has_no_ink_and_the_face_keeps_its_own(sitter: Sitter) -> None:
    hair = np.zeros(sitter.person.shape, dtype=np.float32)
    hair[150:300, 60:100] = 1.0
    shown = hair_left_out(sitter.view, sitter.mesh, hair)
    assert shown[150:300, 60:100].max() == 0.0
    assert shown[:20].max() < 0.05
    eyes = np.maximum(*eye_masks(sitter.mesh, shown.shape)) > 0.5
    assert shown[eyes].min() > 0.95
    assert shown[int(sitter.mesh.points[CHIN, 1]) + 40, shown.shape[1] // 2] > 0.95


def test_what_the_face_does_not_allow_is_refused(sitter: Sitter, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Hair.of

    def unclear(view: Any) -> Hair:
        return replace(real(view), reason="hair cannot be told from the neck")

    monkeypatch.setattr(Hair, "of", unclear)
    with pytest.raises(InvalidInput, match="cannot be told from the neck"):
        sitter.composed(head_hair="leave-out")
    turned = replace(sitter.mesh, pose=replace(sitter.mesh.pose, yaw=-44.0))
    for mesh, words in (
        (turned, "turned by 44 degrees"),
        (replace(sitter.mesh, presence=-1.0), "doubtful"),
    ):
        monkeypatch.setattr(type(kept_networks()), "read", lambda *_, mesh=mesh: mesh)
        with pytest.raises(InvalidInput, match=words):
            sitter.composed(glasses="draw")


def test_a_fringe_is_refused(sitter: Sitter) -> None:
    picture = sitter.view.picture.copy()
    top, bottom = int(sitter.mesh.outline[:, 1].min()), int(sitter.mesh.lids[..., 1].min()) - 20
    picture[top:bottom] = (60, 40, 30)
    middle = np.array([18.0, 8.0, 9.0])
    with pytest.raises(InvalidInput, match="fringe"):
        composite._further_hair(picture, sitter.mesh, np.ones_like(sitter.person), middle)
    further = composite._further_hair(
        sitter.view.picture, sitter.mesh, sitter.person, np.array([90.0, 60, -60])
    )
    assert further.max() == 0.0


def test_a_run_records_what_was_chosen(make_sketch_request: MakeSketchRequest) -> None:
    engine = SketchEngine()
    plain, chosen = (
        engine.run(make_sketch_request(parameters={"layout": "sheet", **more}), no_progress)
        for more in ({}, {"glasses": "draw"})
    )
    assert composite.GLASSES_DRAWN in chosen.warnings
    assert composite.GLASSES_DRAWN not in plain.warnings
    assert plain.images[0].metrics["pixels_sha256"] != chosen.images[0].metrics["pixels_sha256"]
    with pytest.raises(InvalidInput, match="sheet of its own"):
        engine.run(make_sketch_request(parameters={"glasses": "draw"}), no_progress)
