from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import ndimage

from forensic_app.errors import FaceNotFound
from forensic_app.faces.align import template
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.quality import QualityMeasures, estimate_pose, inter_eye_distance, measure_quality
from forensic_app.faces.selection import require_face


def _flat(value: int, size: int = 400) -> RgbImage:
    return np.full((size, size, 3), value, dtype=np.uint8)


def _frontal(size: int = 400, scheme: str = "dlib5") -> DetectedFace:
    return DetectedFace((0, 0, size, size), template(scheme, size), scheme, 1.0)


def test_the_astronaut(astronaut: RgbImage, face: DetectedFace) -> None:
    measures = measure_quality(astronaut, face)
    assert measures.inter_eye_distance_px.value == pytest.approx(43, abs=1.5)
    assert measures.luminance_mean.score is not None
    assert measures.luminance_mean.score > 90
    assert measures.over_exposure.value < 0.01
    assert measures.under_exposure.score == 100
    assert measures.roll_degrees.value == pytest.approx(3.0, abs=1.0)
    assert measures.sharpness.score is None


@pytest.mark.parametrize(
    ("value", "luminance", "mean_score", "under", "over"),
    [(0, 0.0, 2, 1.0, 0.0), (255, 1.0, 2, 0.0, 1.0), (188, 128 / 255, 99, 0.0, 0.0)],
)
def test_flat_faces_have_the_values_of_the_formulas(
    value: int, luminance: float, mean_score: int, under: float, over: float
) -> None:
    measures = measure_quality(_flat(value), _frontal())
    assert measures.luminance_mean.value == pytest.approx(luminance, abs=0.005)
    assert measures.luminance_mean.score == pytest.approx(mean_score, abs=1)
    assert measures.luminance_variance.value == pytest.approx(0.0, abs=1e-9)
    assert measures.luminance_variance.score == 0
    assert measures.under_exposure.value == pytest.approx(under)
    assert measures.over_exposure.value == pytest.approx(over)
    assert measures.under_exposure.score == (0 if under else 100)
    assert measures.over_exposure.score == (1 if over else 100)
    assert measures.dynamic_range_bits.value == pytest.approx(0.0, abs=1e-9)
    assert measures.illumination_uniformity.value == pytest.approx(1.0)
    assert measures.illumination_uniformity.score == 100
    assert measures.sharpness.value == pytest.approx(0.0, abs=1e-9)


def test_a_face_lit_from_one_side_is_not_uniform() -> None:
    photo = _flat(200)
    photo[:, :200] = 60
    measures = measure_quality(photo, _frontal())
    assert measures.illumination_uniformity.value < 0.05
    assert measures.dynamic_range_bits.value == pytest.approx(1.0, abs=0.3)


def test_size_scores_follow_their_sigmoids() -> None:
    at_seventy = round(70 / 0.391)
    distances = [(0.391 * side, side) for side in (100, at_seventy, 400)]
    scores = []
    for distance, side in distances:
        measure = measure_quality(_flat(120), _frontal(side)).inter_eye_distance_px
        assert measure.value == pytest.approx(distance, rel=0.01)
        scores.append(measure.score)
    assert scores[1] == pytest.approx(50, abs=1)
    assert scores[0] == pytest.approx(100 / (1 + np.exp((70 - 39.1) / 20)), abs=1)
    assert scores[2] == pytest.approx(100 / (1 + np.exp((70 - 156.4) / 20)), abs=1)
    head = measure_quality(_flat(120, 620), _frontal(400)).head_size
    assert head.value == pytest.approx(1.78 * 156.4 / 620, rel=0.01)
    assert head.score == pytest.approx(100, abs=2)


def test_blur_lowers_sharpness(astronaut: RgbImage, face: DetectedFace) -> None:
    blurred = ndimage.gaussian_filter(astronaut, (1.5, 1.5, 0))
    sharp = measure_quality(astronaut, face).sharpness.value
    assert measure_quality(blurred, face).sharpness.value < 0.5 * sharp


@pytest.mark.parametrize("scheme", ["dlib5", "arcface5"])
def test_pose_is_zero_for_the_template_and_turns_the_right_way(scheme: str) -> None:
    points = template(scheme, 400)
    nose = 4 if scheme == "dlib5" else 2
    assert estimate_pose(_frontal(scheme=scheme)) == pytest.approx((0, 0, 0), abs=1.0)

    def moved(x: float, y: float) -> tuple[float, float, float]:
        other = points.copy()
        other[nose] += [x, y]
        return estimate_pose(DetectedFace((0, 0, 1, 1), other, scheme, 1.0))

    assert moved(20, 0)[0] > 8
    assert moved(-20, 0)[0] < -8
    assert moved(0, -20)[1] > 5
    assert moved(0, 20)[1] < 0
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    yaw, pitch, roll = estimate_pose(DetectedFace((0, 0, 1, 1), points @ turn, scheme, 1.0))
    assert (yaw, pitch) == pytest.approx((0, 0), abs=1.0)
    assert roll == pytest.approx(20)


def test_both_schemes_measure_alike(
    astronaut: RgbImage, face: DetectedFace, arcface_face: DetectedFace
) -> None:
    first, second = measure_quality(astronaut, face), measure_quality(astronaut, arcface_face)
    assert second.luminance_mean.value == pytest.approx(first.luminance_mean.value, abs=0.01)
    assert inter_eye_distance(arcface_face) == pytest.approx(inter_eye_distance(face), rel=0.03)


def test_json_is_json(astronaut: RgbImage, face: DetectedFace) -> None:
    measures = measure_quality(astronaut, face)
    text = json.dumps(measures.to_json(), allow_nan=False)
    assert set(json.loads(text)) == set(QualityMeasures.__slots__)
    assert json.loads(text)["sharpness"]["score"] is None


class TestRequireFace:
    def test_the_face_asked_for(self, face: DetectedFace) -> None:
        other = _frontal()
        assert require_face([face, other], 1, (512, 512, 3), 32) is other

    def test_none_found(self) -> None:
        with pytest.raises(FaceNotFound, match=r"No face .* \(640 x 480 px\)") as caught:
            require_face([], 0, (480, 640, 3), 32)
        assert "from the front" in caught.value.advice

    @pytest.mark.parametrize("index", [1, 5, -1])
    def test_index_out_of_range_says_how_many(self, face: DetectedFace, index: int) -> None:
        with pytest.raises(FaceNotFound, match="1 face found"):
            require_face([face], index, (512, 512), 32)

    def test_too_small_says_found_and_needed(self, face: DetectedFace) -> None:
        with pytest.raises(FaceNotFound, match="43 px between the eyes, 60 px needed"):
            require_face([face], 0, (512, 512), 60)
