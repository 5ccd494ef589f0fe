from __future__ import annotations

import numpy as np
import pytest
from skimage.data import astronaut

from forensic_app.engines.pictures import compositing
from forensic_app.engines.pictures.photo import find_face, kept_analyser
from forensic_app.engines.pictures.tone import Tone
from forensic_app.engines.pictures.traits import colour_spread
from forensic_app.faces.align import align
from forensic_app.faces.analyser import RgbImage


def _grey(photo: RgbImage) -> RgbImage:
    luma = np.rint(photo.astype(float) @ [0.299, 0.587, 0.114]).astype(np.uint8)
    return np.repeat(luma[..., None], 3, axis=2)


def _sepia(photo: RgbImage) -> RgbImage:
    luma = photo.astype(float) @ [0.299, 0.587, 0.114]
    toned = np.stack([luma * 1.07 + 12, luma * 0.98 + 4, luma * 0.8 - 3], axis=2)
    return np.clip(np.rint(toned + np.random.default_rng(1).normal(0, 1.5, toned.shape)), 0, 255).astype(
        np.uint8
    )


def _finished(photo: RgbImage, *, is_kept: bool) -> tuple[RgbImage, RgbImage]:
    """Return the photograph with a face that came back in colour, and the crop."""
    crop = align(photo, find_face(photo, kept_analyser("dlib")).face, 96)
    canvas = compositing.prepare_canvas(photo, crop, crop.crop)
    coloured = crop.crop.astype(float) * [1.15, 0.95, 0.8] + np.random.default_rng(0).normal(
        0, 6, (96, 96, 3)
    )
    tone = Tone.of(crop.crop) if is_kept else None
    picture = np.clip(coloured, 0, 255).astype(np.uint8)
    made = canvas.finished(picture, detail=0.3, surround_detail=0.6, color_match=False, tone=tone)
    return made, crop.crop


def test_a_black_and_white_photograph_has_no_chroma_afterwards() -> None:
    photo = _grey(astronaut())
    made, _ = _finished(photo, is_kept=True)
    assert (made.max(axis=2) == made.min(axis=2)).all()
    assert not np.array_equal(made, photo)
    coloured, _ = _finished(photo, is_kept=False)
    assert int((coloured.max(axis=2).astype(int) - coloured.min(axis=2)).max()) > 20


def test_a_toned_photograph_keeps_its_tint() -> None:
    photo = _sepia(astronaut())
    made, crop = _finished(photo, is_kept=True)
    assert colour_spread(made) < 1.2 * colour_spread(photo)
    tone = Tone.of(crop)
    assert tone is not None
    middle = tone.colours[60:200] - np.arange(60, 200)[:, None]
    assert (middle[:, 0] > 10).all()
    assert (middle[:, 2] < -10).all()


def test_a_photograph_in_colour_has_no_one_tone() -> None:
    photo = astronaut()
    assert Tone.of(align(photo, find_face(photo, kept_analyser("dlib")).face, 96).crop) is None


def test_outside_the_face_every_pixel_stays() -> None:
    photo = _sepia(astronaut())
    made, _ = _finished(photo, is_kept=True)
    changed = (made != photo).any(axis=2)
    assert changed.any()
    assert not changed[:20].any()
    assert not changed[-20:].any()


@pytest.mark.parametrize("is_kept", [True, False])
def test_finished_crops_follow_the_same_tone(is_kept: bool) -> None:
    photo = _grey(astronaut())
    crop = align(photo, find_face(photo, kept_analyser("dlib")).face, 96).crop
    pictures = [np.clip(crop.astype(float) * [1.2, 1.0, 0.8], 0, 255).astype(np.uint8)]
    tone = Tone.of(crop) if is_kept else None
    (made,) = compositing.finished_crops(pictures, crop, crop, details=[0.5], color_match=False, tone=tone)
    assert bool((made.max(axis=2) == made.min(axis=2)).all()) is is_kept
