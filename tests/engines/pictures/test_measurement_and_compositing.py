from __future__ import annotations

import json

import numpy as np
import pytest
from skimage.color import rgb2lab
from skimage.data import astronaut

from forensic_app.engines.pictures import compositing, measurement
from forensic_app.engines.pictures.photo import find_face, kept_analyser
from forensic_app.errors import FaceNotFound, PackAltered, PackRefused
from forensic_app.faces.align import align
from tests.fake_packs import write_pack


@pytest.fixture(scope="module")
def photo():
    return astronaut()


@pytest.fixture(scope="module")
def analyser():
    return kept_analyser("dlib")


@pytest.fixture(scope="module")
def found(photo, analyser):
    return find_face(photo, analyser)


def test_a_face_that_is_gone_is_an_answer(photo, analyser, found):
    measurer = measurement.measurer_for(analyser, photo, found.face, None)
    blank = np.full_like(photo, 128)
    exhibit = analyser.embed(photo, found.face)
    kept, gone = measurer.measure([photo, blank], exhibit=exhibit, references={"E-0002": exhibit})
    assert gone == {
        "face_found": False,
        "estimated_age": None,
        "comparison_score": None,
        "reference_scores": {"E-0002": None},
        "quality": None,
    }
    assert kept["face_found"]
    assert kept["comparison_score"] > 0.8
    assert kept["estimated_age"]["calibrated"] is None
    assert kept["quality"]["inter_eye_distance_px"]["value"] > 20
    json.dumps(kept, allow_nan=False)


def test_measuring_in_the_window_agrees_with_the_whole_photograph(photo, analyser, found):
    measurer = measurement.measurer_for(analyser, photo, found.face, None)
    view, face = measurer.find(photo)
    assert view.shape[0] < photo.shape[0]
    inside = analyser.embed(view, face)
    assert analyser.comparison_score(inside, analyser.embed(photo, found.face)) > 0.8


def test_a_face_somewhere_else_is_not_taken_for_the_exhibits(photo, analyser, found):
    height, width = photo.shape[:2]
    wide = np.full((height, 2 * width, 3), 128, dtype=np.uint8)
    wide[:, width:] = photo
    measurer = measurement.Measurer(analyser, (0, 0, 2 * width, height), found.face.box, None)
    assert measurer.find(wide)[1] is None


def test_calibration_is_for_its_own_estimator(tmp_path, analyser, photo, found):
    assert measurement.read_calibration(write_pack(tmp_path / "without")) is None
    content = json.dumps({"estimator": "dlib", "raw": [10, 50], "calibrated": [12, 40]})
    pack = write_pack(tmp_path / "with", {"calibration.json": content})
    calibration = measurement.read_calibration(pack)
    assert calibration(30) == pytest.approx(26)
    assert (calibration(0), calibration(90)) == (12, 40)
    estimate = analyser.estimate_age(photo, found.face)
    fits = measurement.measurer_for(analyser, photo, found.face, calibration).age_record(estimate)
    assert fits["calibrated"] == pytest.approx(calibration(fits["raw"]), abs=0.01)
    other = measurement.Calibration("insightface", (10.0, 50.0), (12.0, 40.0))
    record = measurement.measurer_for(analyser, photo, found.face, other).age_record(estimate)
    assert record["calibrated"] is None


@pytest.mark.parametrize(
    "data",
    [
        {"raw": [1], "calibrated": [1]},
        {"estimator": "dlib", "raw": [], "calibrated": []},
        {"estimator": "dlib", "raw": [1, 1], "calibrated": [1, 2]},
        {"estimator": "dlib", "raw": [1, 2], "calibrated": [3, 2]},
        {"estimator": "dlib", "raw": [1, 2], "calibrated": [3]},
    ],
)
def test_unusable_calibrations_are_refused(tmp_path, data):
    pack = write_pack(tmp_path / "pack", {"calibration.json": json.dumps(data)})
    with pytest.raises(PackRefused):
        measurement.read_calibration(pack)


def test_a_calibration_without_its_digest_is_not_used(tmp_path):
    content = json.dumps({"estimator": "dlib", "raw": [10, 50], "calibrated": [12, 40]})
    pack = write_pack(tmp_path / "pack", {"calibration.json": content})
    (pack.path / "calibration.json").write_text(content.replace("40", "41"))
    with pytest.raises(PackAltered):
        measurement.read_calibration(pack)


def test_small_faces_are_refused_and_middling_ones_flagged(photo, analyser):
    assert any("small" in warning for warning in find_face(photo, analyser).warnings)
    tiny = photo[:200:4, 100:320:4]
    with pytest.raises(FaceNotFound):
        find_face(np.ascontiguousarray(tiny), analyser)


def test_the_reconstruction_with_its_detail_is_the_photograph(photo, found):
    crop = align(photo, found.face, 64)
    blurred = (crop.crop // 32 * 32).astype(np.uint8)
    canvas = compositing.prepare_canvas(photo, crop, blurred)
    same = canvas.finished(blurred, detail=1.0, surround_detail=1.0, color_match=False)
    assert np.abs(same.astype(int) - photo).max() <= 1
    poor = canvas.finished(blurred, detail=0.0, surround_detail=0.0, color_match=False)
    assert np.abs(poor.astype(int) - photo).max() > 10
    half = canvas.finished(blurred, detail=0.5, surround_detail=0.5, color_match=False)
    assert np.abs(half - (same.astype(float) + poor) / 2).max() <= 1.5


def test_detail_around_the_face_has_its_own_share(photo, found):
    crop = align(photo, found.face, 64)
    blurred = (crop.crop // 32 * 32).astype(np.uint8)
    canvas = compositing.prepare_canvas(photo, crop, blurred)
    left, top, right, bottom = canvas.window
    mixed = canvas.finished(blurred, detail=0.0, surround_detail=1.0, color_match=False)
    changed = np.abs(mixed.astype(int) - photo)[top:bottom, left:right].max(axis=-1)
    assert changed[canvas.face[..., 0] == 0].max() <= 1
    assert changed[canvas.face[..., 0] == 1].mean() > 5


def test_nothing_outside_the_face_changes(photo, found):
    crop = align(photo, found.face, 64)
    canvas = compositing.prepare_canvas(photo, crop, crop.crop)
    changed = canvas.finished(
        np.full_like(crop.crop, 255), detail=0.0, surround_detail=0.0, color_match=False
    )
    left, top, right, bottom = canvas.window
    outside = np.ones(photo.shape[:2], dtype=bool)
    outside[top:bottom, left:right] = canvas.weights[..., 0] > 0
    outside[:top] = outside[bottom:] = outside[:, :left] = outside[:, right:] = False
    assert np.array_equal(changed[~outside], photo[~outside])
    assert (changed[outside] != photo[outside]).mean() > 0.9


def test_a_face_cut_by_the_border_is_put_back(photo, analyser):
    cut = np.ascontiguousarray(photo[60:, 150:])
    face = find_face(cut, analyser).face
    crop = align(cut, face, 64)
    canvas = compositing.prepare_canvas(cut, crop, crop.crop)
    same = canvas.finished(crop.crop, detail=1.0, surround_detail=1.0, color_match=False)
    assert np.abs(same.astype(int) - cut).max() <= 1


def test_colours_of_the_skin_are_matched(photo, found):
    crop = align(photo, found.face, 64).crop
    tinted = np.clip(crop * np.array([0.8, 0.95, 1.0]) + 10, 0, 255).astype(np.uint8)
    matched = compositing.match_colors(tinted, crop)
    skin = slice(24, 44)
    wanted, before, after = (
        rgb2lab(picture)[skin, skin].mean(axis=(0, 1)) for picture in (crop, tinted, matched)
    )
    assert np.abs(after - wanted).max() < 0.25 * np.abs(before - wanted).max()


def test_spread_is_a_fixed_scale():
    flat = np.zeros((4, 4, 3), dtype=np.uint8)
    bright = flat + 96
    heat, largest = compositing.spread_picture([flat, bright])
    assert largest == pytest.approx(48)
    assert (heat > 200).all()
    heat, largest = compositing.spread_picture([flat, flat])
    assert largest == 0
    assert not heat.any()
    assert (compositing.mean_picture([flat, bright]) == 48).all()
