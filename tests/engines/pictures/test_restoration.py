from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.engines.pictures import compositing
from forensic_app.engines.pictures.compositing import skin_place
from forensic_app.engines.pictures.grain import grain_of, grain_strength
from forensic_app.engines.pictures.photo import find_face, kept_analyser
from forensic_app.engines.pictures.restoration import MOST_GAIN, USUAL_CONTRAST, Restoration
from forensic_app.engines.pictures.traits import LUMA
from forensic_app.faces.align import AlignedFace, align
from forensic_app.faces.analyser import RgbImage

SIDE = 192
SKIN = skin_place(SIDE)


@pytest.fixture(scope="module")
def photo() -> RgbImage:
    return np.asarray(astronaut())


@pytest.fixture(scope="module")
def aligned(photo: RgbImage) -> AlignedFace:
    return align(photo, find_face(photo, kept_analyser("dlib")).face, SIDE)


def _contrast(crop: RgbImage) -> float:
    return float((crop.astype(np.float32) @ LUMA)[SKIN].std())


def _flat(picture: RgbImage, share: float) -> RgbImage:
    return np.rint(150.0 + (picture.astype(float) - 150.0) * share).astype(np.uint8)


def _grey(picture: RgbImage) -> RgbImage:
    return np.repeat(np.rint(picture.astype(np.float32) @ LUMA).astype(np.uint8)[..., None], 3, axis=2)


def _grainy(picture: RgbImage, deviation: float) -> RgbImage:
    noise = np.random.default_rng(3).normal(0.0, deviation, picture.shape[:2])[..., None]
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


def _restored(crop: RgbImage) -> Restoration:
    found = Restoration.of(crop)
    assert found is not None
    return found


def test_an_ordinary_photograph_is_left_alone(aligned: AlignedFace) -> None:
    assert Restoration.of(aligned.crop) is None
    assert Restoration.of(_grey(aligned.crop)) is None
    assert Restoration.of(_flat(aligned.crop, 0.8)) is None
    assert Restoration.of(np.full((SIDE, SIDE, 3), 90, np.uint8)) is None


def test_a_flat_face_gets_the_usual_contrast_and_gives_it_back(aligned: AlignedFace) -> None:
    flat = _flat(aligned.crop, 0.4)
    found = _restored(flat)
    assert found.gain == pytest.approx(USUAL_CONTRAST / _contrast(flat))
    assert not found.is_grainy
    ready = found.applied(flat)
    assert _contrast(ready) == pytest.approx(USUAL_CONTRAST, rel=0.05)
    ends = ((ready == 0) | (ready == 255)).any(axis=-1)
    back = found.undone(ready)
    assert np.abs(back.astype(int) - flat)[~ends].max() <= 1
    assert found.warnings() == [
        f"The face is flat: its contrast was raised {found.gain:.1f} times before the change of age and lowered again "
        "after it."
    ]


def test_dark_skin_is_not_flat(aligned: AlignedFace) -> None:
    """Dark skin has few levels of contrast because it has few levels; a haze has few and is bright."""
    dark = np.rint(aligned.crop * 0.45).astype(np.uint8)
    hazy = np.rint(aligned.crop * 0.45 + 110.0).astype(np.uint8)
    assert _contrast(dark) == pytest.approx(_contrast(hazy), rel=0.02)
    assert _contrast(dark) < 20.0
    assert Restoration.of(dark) is None
    assert _restored(hazy).gain > 1.0


def test_colours_are_not_stretched(aligned: AlignedFace) -> None:
    flat = _flat(aligned.crop, 0.4)
    ready = _restored(flat).applied(flat)
    inside = ((ready > 0) & (ready < 255)).all(axis=-1)
    chroma = [each - (each.astype(np.float32) @ LUMA)[..., None] for each in (flat, ready)]
    assert np.abs(chroma[1] - chroma[0])[inside].max() <= 1.5


def test_a_grey_photograph_stays_grey(aligned: AlignedFace) -> None:
    crop = _grainy(_grey(_flat(aligned.crop, 0.5)), 4.0)
    found = _restored(crop)
    assert found.gain > 1.0
    assert found.is_grainy
    for each in (found.applied(crop), found.undone(found.applied(crop))):
        assert (each == each[..., :1]).all()
    assert [warning.split(":")[0] for warning in found.warnings()] == [
        "The face is flat",
        "The photograph is grainy",
    ]


def test_no_tone_is_lost_to_the_stretch(aligned: AlignedFace) -> None:
    for offset, share in ((-100.0, 0.15), (80.0, 0.3), (0.0, 0.05)):
        shifted = np.clip(_flat(aligned.crop, share) + offset, 0, 255).astype(np.uint8)
        found = _restored(shifted)
        assert 1.0 < found.gain <= MOST_GAIN
        ready = found.applied(shifted).astype(np.float32) @ LUMA
        assert ((ready <= 0.5) | (ready >= 254.5)).mean() < 0.03


def test_a_face_of_little_contrast_is_not_stretched_beyond_its_picture(aligned: AlignedFace) -> None:
    """Where the rest of the crop is black and white, there is no room for the skin's contrast."""
    crop = _flat(aligned.crop, 0.3)
    crop[:20], crop[-20:] = 2, 253
    assert Restoration.of(crop) is None


@pytest.mark.parametrize("deviation", [3.0, 6.0])
def test_grain_is_measured_and_taken_out_and_lines_stay(aligned: AlignedFace, deviation: float) -> None:
    crop = _grainy(aligned.crop, deviation)
    found = _restored(crop)
    assert found.grain == pytest.approx(deviation, rel=0.25)
    assert found.gain == 1.0
    ready = found.applied(crop)
    assert grain_strength(ready, SKIN) < 0.3 * deviation
    before, after = (np.abs(each.astype(float) - aligned.crop)[SKIN].mean() for each in (crop, ready))
    assert after < 0.9 * before
    assert found.undone(ready) is ready


def test_grain_cannot_be_told_in_a_small_crop(photo: RgbImage) -> None:
    face = find_face(photo, kept_analyser("dlib")).face
    small = align(photo, face, 96).crop
    assert grain_strength(small, skin_place(96)) > 2.0
    assert Restoration.of(small) is None
    large = _grainy(align(photo, face, 384).crop, 8.0)
    assert _restored(large).grain == pytest.approx(4.0, rel=0.3)


def test_what_is_put_back_as_grain_is_no_line() -> None:
    missing = np.random.default_rng(0).normal(0.0, 5.0, (64, 64, 3)).astype(np.float32)
    missing[30] += 90.0
    place = np.ones((64, 64), dtype=bool)
    grain = grain_of(missing, place)
    assert grain[:25].std() == pytest.approx(5.0, rel=0.15)
    assert np.abs(grain).max() < 14.0
    assert not grain_of(missing, ~place).any()


def test_the_face_of_a_grainy_photograph_is_grainy_afterwards(photo: RgbImage) -> None:
    large = np.asarray(Image.fromarray(photo).resize((1024, 1024), Image.Resampling.BICUBIC))
    grainy = _grainy(large, 8.0)
    crop = align(grainy, find_face(grainy, kept_analyser("dlib")).face, SIDE)
    ready = _restored(crop.crop).applied(crop.crop)
    left, top, right, bottom = compositing.prepare_canvas(grainy, crop, ready).window

    def strength(*, is_grainy: bool) -> float:
        canvas = compositing.prepare_canvas(grainy, crop, ready, is_grainy=is_grainy)
        made = canvas.finished(ready, detail=0.05, surround_detail=1.0, color_match=False)
        return grain_strength(made[top:bottom, left:right], canvas.face[..., 0] > 0.9)

    wanted = grain_strength(grainy[top:bottom, left:right], np.ones((bottom - top, right - left), bool))
    assert strength(is_grainy=True) == pytest.approx(wanted, rel=0.2)
    assert strength(is_grainy=False) < 0.5 * wanted
    crops = [
        compositing.finished_crops(
            [ready], crop.crop, ready, details=[0.05], color_match=False, is_grainy=is_grainy
        )[0]
        for is_grainy in (True, False)
    ]
    own = grain_strength(crop.crop, SKIN)
    assert grain_strength(crops[0], SKIN) == pytest.approx(own, rel=0.2)
    assert grain_strength(crops[1], SKIN) < 0.5 * own


def test_what_is_recorded_repeats_the_restoration(aligned: AlignedFace) -> None:
    crop = _grainy(_flat(aligned.crop, 0.4), 5.0)
    found = _restored(crop)
    assert found.record() == {
        "contrast_gain": round(found.gain, 4),
        "brightness": round(found.brightness, 2),
        "placed_at": round(found.placed, 2),
        "grain": round(found.grain, 3),
    }
