"""Hair takes the colour that the edit gave it, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab
from skimage.data import astronaut

from forensic_app.engines.pictures.hair import HIGHEST_CHANGE, Hair, HairChange, is_greying
from forensic_app.engines.pictures.head_view import HeadView, head_view
from forensic_app.engines.pictures.pasting import EditedCrop, Pasting, Place
from forensic_app.engines.pictures.photo import find_face, kept_analyser
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.align import AlignedFace, align, invert, transform_points
from forensic_app.faces.analyser import DetectedFace, RgbImage

SIDE_PX = 96
Person = tuple[RgbImage, DetectedFace, AlignedFace]
GREY = HairChange((12.0, -2.0, -8.0), 500)


@pytest.fixture(scope="module")
def person() -> Person:
    photo = astronaut()
    face = find_face(photo, kept_analyser("dlib")).face
    return photo, face, align(photo, face, SIDE_PX)


@pytest.fixture(scope="module")
def hair(person: Person) -> Hair:
    return Hair.of(head_view(*person))


def _moved(hair: Hair, crop: RgbImage, *change: float) -> RgbImage:
    """Return the crop with another colour of its hair."""
    lab = rgb2lab(crop) + hair.mask[hair.view.place][..., None] * np.array(change)
    return np.rint(np.clip(lab2rgb(lab), 0.0, 1.0) * 255.0).astype(np.uint8)


def _share(view: HeadView, photo: RgbImage, mask: np.ndarray) -> np.ndarray:
    """Return, for each pixel of the photograph, the largest share of the view's pixels around it."""
    rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]].astype(float)
    places = transform_points(view.matrix, np.column_stack([columns.ravel(), rows.ravel()]))
    low = np.floor(places).astype(int)
    found = np.zeros(len(places))
    for right in (-1, 0, 1, 2):
        for down in (-1, 0, 1, 2):
            x, y = low[:, 0] + right, low[:, 1] + down
            inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
            found[inside] = np.maximum(found[inside], mask[y[inside], x[inside]])
    return found.reshape(photo.shape[:2])


def test_the_change_of_colour_is_measured_where_both_show_hair(person: Person, hair: Hair) -> None:
    crop = person[2].crop
    assert hair.reason == ""
    edited = _moved(hair, crop, 12.0, 0.0, -6.0)
    found = hair.change(hair.view.with_crop(edited), edited, crop, greys=True)
    assert found.reason == ""
    assert found.pixels > 200
    np.testing.assert_allclose(found.lab, (12.0, 0.0, -6.0), atol=1.5)


def test_a_change_is_bounded(person: Person, hair: Hair) -> None:
    crop = person[2].crop
    bright = _moved(hair, crop, 35.0, 0.0, 0.0)
    found = hair.change(hair.view.with_crop(bright), bright, crop, greys=True)
    assert found.lab[0] in (HIGHEST_CHANGE[0], 0.0)
    dark = _moved(hair, crop, -8.0, 0.0, 0.0)
    aged, young = (hair.change(hair.view.with_crop(dark), dark, crop, greys=each) for each in (True, False))
    assert aged.lab[0] == 0.0
    assert young.lab[0] < -4.0


@pytest.mark.parametrize(
    ("source", "target", "greys"), [(30, 75, True), (8, 27, False), (60, 27, False), (40, 40, False)]
)
def test_hair_greys_from_middle_age_on(source: float, target: float, greys: bool) -> None:
    assert is_greying(source, target) is greys


def test_outside_the_mask_every_pixel_stays(person: Person, hair: Hair) -> None:
    photo = person[0]
    made = hair.changed(photo, GREY)
    share = _share(hair.view, photo, hair.mask)
    np.testing.assert_array_equal(made[share == 0.0], photo[share == 0.0])
    core = rgb2lab(made)[share > 0.9] - rgb2lab(photo)[share > 0.9]
    assert np.median(core[:, 0]) > 8.0
    assert np.median(core[:, 2]) < -4.0
    assert (made != photo).any(axis=2).sum() > 2000


def test_what_is_added_follows_a_soft_mask_wherever_the_face_lies() -> None:
    photo = np.random.default_rng(3).integers(20, 60, (260, 300, 3)).astype(np.uint8)
    turned = np.array([[0.5, 0.3, 10.0], [-0.3, 0.5, 60.0]])
    view = head_view(photo, _anywhere(), AlignedFace(np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8), turned))
    rows, columns = np.mgrid[: view.pixels.shape[0], : view.pixels.shape[1]]
    far = np.hypot(rows - 90.0, columns - 120.0)
    mask = np.clip((34.0 - far) / 8.0, 0.0, 1.0).astype(np.float32)
    hair = Hair(view, mask, rgb2lab(view.pixels), np.array([15.0, 2.0, 5.0]))
    made = hair.changed(photo, HairChange((15.0, 0.0, 0.0), 500))
    share = _share(view, photo, mask)
    np.testing.assert_array_equal(made[share == 0.0], photo[share == 0.0])
    added = made.astype(float).mean(axis=2) - photo.astype(float).mean(axis=2)
    middle = transform_points(invert(view.matrix), np.array([[120.0, 90.0]]))[0]
    there = np.hypot(*(np.mgrid[:260, :300][::-1] - middle[:, None, None]))
    scale = float(np.sqrt(np.linalg.det(turned[:, :2])))
    rings = [added[np.abs(there * scale - radius) < 1.0].mean() for radius in (5, 27, 30, 33, 37)]
    assert rings[0] > 20.0
    assert rings[-1] == 0.0
    assert all(before > after - 2.0 for before, after in pairwise(rings))
    assert 0.2 * rings[0] < rings[2] < 0.8 * rings[0]


def _anywhere() -> DetectedFace:
    points = np.array([[110.0, 90.0], [125.0, 92.0], [150.0, 94.0], [165.0, 96.0], [135.0, 130.0]])
    return DetectedFace(box=(90.0, 60.0, 190.0, 190.0), landmarks=points, scheme="dlib5", score=1.0)


def test_a_grey_photograph_stays_grey(person: Person) -> None:
    luma = np.rint(person[0].astype(float) @ [0.299, 0.587, 0.114]).astype(np.uint8)
    photo = np.repeat(luma[..., None], 3, axis=2)
    crop = align(photo, person[1], SIDE_PX)
    found = Hair.of(head_view(photo, person[1], crop))
    made = replace(found, reason="").changed(photo, GREY, Tone.of(crop.crop))
    assert (made.max(axis=2) == made.min(axis=2)).all()


def test_hair_that_is_not_there_is_not_changed(person: Person) -> None:
    photo, face, _ = person
    left, top, right, bottom = (int(each) for each in face.box)
    bald = np.ascontiguousarray(photo[top + 5 : bottom + 5, left:right])
    moved = replace(
        face,
        landmarks=face.landmarks - [left, top + 5],
        box=(0.0, -5.0, float(right - left), float(bottom - top - 5)),
    )
    crop = align(bald, moved, SIDE_PX)
    found = Hair.of(head_view(bald, moved, crop))
    assert found.reason == "too little hair is seen on the head"
    change = found.change(found.view.with_crop(crop.crop), crop.crop, crop.crop, greys=True)
    assert (change.lab, change.reason) == ((0.0, 0.0, 0.0), found.reason)
    assert found.changed(bald, change) is bald


def test_a_blue_hat_is_no_hair(person: Person, hair: Hair) -> None:
    photo, face, _ = person
    lab = rgb2lab(photo)
    share = _share(hair.view, photo, (hair.mask > 0.0).astype(np.float32))[..., None]
    blue = np.rint(np.clip(lab2rgb(lab * (1 - share) + share * np.array([40.0, 5.0, -40.0])), 0, 1) * 255)
    covered = blue.astype(np.uint8)
    assert Hair.of(head_view(covered, face, align(covered, face, SIDE_PX))).reason == (
        "what is seen has no colour of hair"
    )


def test_a_picture_and_its_record_follow(person: Person, hair: Hair) -> None:
    photo, face, crop = person
    place = Place(photo, face, crop, crop.crop, 40.0)
    edited = EditedCrop(_moved(hair, crop.crop, 12.0, 0.0, -6.0), 0.2, 75.0)
    made, said = {}, {}
    for asked in ("keep", "follow"):
        pasting = Pasting(paste_back="outline", hair=asked, surround_detail=1.0, color_match=False, tone=None)
        (made[asked],), record = pasting.pasted(place, [edited])
        said[asked] = record["paste_back"]
    assert said["keep"] == {
        "asked": "outline",
        "hair": "keep",
        "pictures": [{"target_age": 75.0, "variant": 1, "mask": "outline"}],
    }
    (picture,) = said["follow"]["pictures"]
    assert (picture["hair"], set(picture["change"])) == ("changed", {"L", "a", "b"})
    assert picture["change"]["L"] == pytest.approx(12.0, abs=1.5)
    above = (slice(0, int(face.box[1]) - 15), slice(int(face.box[0]), int(face.box[2])))
    assert np.array_equal(made["keep"][above], photo[above])
    assert (made["follow"][above] != photo[above]).any(axis=2).sum() > 300
