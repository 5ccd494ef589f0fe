"""Faces go back along their outline, and what cannot be trusted leaves the oval."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.data import astronaut

from forensic_app.engines.pictures import compositing
from forensic_app.engines.pictures.head_view import HeadView, head_view
from forensic_app.engines.pictures.paste_masks import outline_masks, oval_masks, paste_masks
from forensic_app.engines.pictures.pasting import EditedCrop, Pasting, Place
from forensic_app.engines.pictures.photo import find_face, kept_analyser
from forensic_app.faces.align import AlignedFace, align, soft_mask
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage

SIDE_PX = 96
Person = tuple[RgbImage, DetectedFace, AlignedFace]


@pytest.fixture(scope="module")
def person() -> Person:
    photo = astronaut()
    face = find_face(photo, kept_analyser("dlib")).face
    return photo, face, align(photo, face, SIDE_PX)


@pytest.fixture(scope="module")
def view(person: Person) -> HeadView:
    return head_view(*person)


def _box(left: float, top: float, right: float, bottom: float) -> FloatArray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _pasted(
    person: Person, edited: RgbImage, *, paste_back: str = "outline", hair: str = "keep"
) -> tuple[RgbImage, dict[str, object]]:
    photo, face, crop = person
    asked = Pasting(paste_back=paste_back, hair=hair, surround_detail=1.0, color_match=False, tone=None)
    place = Place(photo, face, crop, crop.crop, 40.0)
    (picture,), record = asked.pasted(place, [EditedCrop(edited, 0.2, 75.0, 2)])
    return picture, record["paste_back"]["pictures"][0]


def test_the_mask_covers_the_jaw_before_and_after() -> None:
    before, after = _box(30, 20, 66, 60), _box(34, 20, 62, 76)
    both = outline_masks([before, after], SIDE_PX, length_px=50.0)
    assert both.kind == "outline"
    assert both.weights[58, 31] == both.weights[74, 48] == 1.0
    alone = outline_masks([before], SIDE_PX, length_px=50.0)
    assert alone.weights[74, 48] == 0.0
    assert both.face[40, 48] == 1.0
    assert both.face[40, 10] == 0.0
    assert 0.3 < both.face[40, 30] < 0.8
    assert (both.weights <= soft_mask(SIDE_PX)).all()


def test_the_edge_is_soft_at_the_neck_and_narrow_at_the_background() -> None:
    outline = _box(30, 20, 66, 60)
    person = np.zeros((SIDE_PX, SIDE_PX), dtype=np.float32)
    person[60:] = 1.0
    masks = outline_masks([outline], SIDE_PX, length_px=50.0, person=person)
    assert np.abs(np.diff(masks.weights[58:72, 48])).max() < 0.4
    assert masks.weights[63, 48] > 0.5
    assert masks.weights[40, 69] == 0.0
    assert outline_masks([outline], SIDE_PX, length_px=50.0).weights[40, 69] > 0.1


def test_a_view_knows_where_the_face_is(view: HeadView, person: Person) -> None:
    assert view.is_certain
    assert np.abs(view.pixels[view.place].astype(int) - person[2].crop).mean() < 1.5
    assert np.abs(view.outline.mean(axis=0) - SIDE_PX / 2).max() < 0.08 * SIDE_PX
    same = view.with_crop(person[2].crop)
    assert np.abs(same.outline - view.outline).max() < 0.03 * SIDE_PX


def test_a_view_beside_the_photographs_edge_ends_with_it(person: Person) -> None:
    photo, face, _ = person
    left, top = (int(each) for each in face.box[:2])
    cut = np.ascontiguousarray(photo[top - 20 :, left - 10 :])
    found = find_face(cut, kept_analyser("dlib")).face
    view = head_view(cut, found, align(cut, found, SIDE_PX))
    assert view.corner[0] < 0.3 * SIDE_PX
    assert view.pixels.shape[0] < 2.75 * SIDE_PX
    assert view.is_certain


def test_a_doubtful_mesh_leaves_the_oval(view: HeadView, person: Person) -> None:
    noise = np.random.default_rng(0).integers(0, 256, person[2].crop.shape).astype(np.uint8)
    masks = paste_masks(view, view.with_crop(noise))
    assert masks.kind == "oval"
    np.testing.assert_array_equal(masks.weights, oval_masks(SIDE_PX).weights)
    nothing = head_view(np.full_like(person[0], 120), person[1], person[2])
    assert paste_masks(nothing, nothing.with_crop(person[2].crop)).kind == "oval"
    picture, record = _pasted(person, noise)
    assert record == {"target_age": 75.0, "variant": 2, "mask": "oval"}
    np.testing.assert_array_equal(picture, _pasted(person, noise, paste_back="oval")[0])


def test_what_is_beside_the_face_stays_the_photographs(person: Person, view: HeadView) -> None:
    photo, _, crop = person
    edited = np.clip(crop.crop.astype(int) + 40, 0, 255).astype(np.uint8)
    along, record = _pasted(person, edited)
    oval, _ = _pasted(person, edited, paste_back="oval")
    assert record["mask"] == "outline"
    canvas = compositing.prepare_canvas(photo, crop, crop.crop)
    found = canvas.masked(paste_masks(view, view.with_crop(edited)))
    left, top, right, bottom = found.window
    beside = np.ones(photo.shape[:2], dtype=bool)
    beside[top:bottom, left:right] = found.weights[..., 0] == 0.0
    np.testing.assert_array_equal(along[beside], photo[beside])
    assert (oval[beside] != photo[beside]).any(axis=1).sum() > 200
    middle = np.clip(np.rint(np.mean(person[1].landmarks, axis=0)), 0, None).astype(int)
    assert np.abs(along[middle[1], middle[0]].astype(int) - photo[middle[1], middle[0]]).min() > 20


def test_the_oval_is_what_it_was_before_there_was_a_choice(person: Person) -> None:
    photo, _, crop = person
    edited = np.ascontiguousarray(crop.crop[:, ::-1])
    made, record = _pasted(person, edited, paste_back="oval")
    canvas = compositing.prepare_canvas(photo, crop, crop.crop)
    before = canvas.finished(edited, detail=0.2, surround_detail=1.0, color_match=False)
    np.testing.assert_array_equal(made, before)
    assert record == {"target_age": 75.0, "variant": 2, "mask": "oval"}


def test_fine_detail_follows_the_outline(person: Person) -> None:
    photo, face, crop = person
    blurred = (crop.crop // 32 * 32).astype(np.uint8)
    view = head_view(photo, face, crop)
    canvas = compositing.prepare_canvas(photo, crop, blurred).masked(
        paste_masks(view, view.with_crop(blurred))
    )
    left, top, right, bottom = canvas.window
    mixed = canvas.finished(blurred, detail=0.0, surround_detail=1.0, color_match=False)
    changed = np.abs(mixed.astype(int) - photo)[top:bottom, left:right].max(axis=-1)
    assert changed[canvas.face[..., 0] == 0].max() <= 1
    assert changed[canvas.face[..., 0] == 1].mean() > 5
