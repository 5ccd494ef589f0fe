from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_fakes import SIZE_PX, FakeAnalyser, FakeMaker

from forensic_app.evaluation.series.protocols import (
    Input,
    locate,
    measure_crops,
    measure_series,
    non_mated_scores,
    prepare_input,
)
from forensic_app.faces.align import template
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.records import Sex


def _photo(red: int = 60, green: int = 100, blue: int = 100) -> RgbImage:
    photo = np.zeros((48, 48, 3), np.uint8)
    photo[...] = (red, green, blue)
    return photo


def _input(name: str = "a.jpg", **colours: int) -> Input:
    face = LabelledFace(Path(name), 30.0, Sex.FEMALE, "x")
    item = prepare_input(face, _photo(**colours), FakeAnalyser(), SIZE_PX)
    assert item is not None
    return item


def test_an_input_is_aligned_and_measured() -> None:
    item = _input(red=64)
    assert item.crop.shape == (SIZE_PX, SIZE_PX, 3)
    assert item.age_years == 32.0
    assert prepare_input(item.face, np.zeros((48, 48, 3), np.uint8), FakeAnalyser(), SIZE_PX) is None


class _Shifted(FakeAnalyser):
    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        found = super().detect(image)[0]
        moved = found.landmarks + np.array([self.share * image.shape[0], 0.0])
        return [DetectedFace(found.box, moved, found.scheme, 1.0)]


@pytest.mark.parametrize(("share", "stands_in"), [(0.1, False), (0.3, True)])
def test_a_detection_far_from_the_face_is_not_used(share: float, stands_in: bool) -> None:
    face, is_template = locate(_photo()[:SIZE_PX, :SIZE_PX], _Shifted(share), "dlib5")
    assert is_template is stands_in
    expected = template("dlib5", SIZE_PX) + (0.0 if stands_in else [share * SIZE_PX, 0.0])
    assert face.landmarks == pytest.approx(expected)


def test_crops_without_a_detection_are_measured_on_the_template_and_counted() -> None:
    crops = [_photo(red=40)[:SIZE_PX, :SIZE_PX], np.zeros((SIZE_PX, SIZE_PX, 3), np.uint8)]
    measured = measure_crops(crops, FakeAnalyser(), "dlib5")
    assert measured.is_template.tolist() == [False, True]
    assert measured.ages_years.tolist() == [20.0, 0.0]
    assert measured.embeddings.shape == (2, 3)


def test_a_series_is_made_with_the_label_and_measured_against_the_photograph() -> None:
    maker = FakeMaker(drift=1.0)
    series = measure_series(_input(), maker, FakeAnalyser(), (20.0, 30.0))
    assert maker.calls[0]["source_age"] == 30.0
    assert maker.calls[0]["sex"] == "female"
    assert series.measured.ages_years.tolist() == [20.0, 30.0]
    assert series.scores.tolist() == pytest.approx([1 - 10 / 64, 1.0], abs=0.02)
    assert series.seconds >= 0


def test_a_series_of_another_shape_is_our_own_mistake() -> None:
    class Wrong(FakeMaker):
        def make_series(self, crop: RgbImage, **rest: Any) -> Any:
            return crop[None].astype(np.float32)

    with pytest.raises(ValueError, match="a series of float32"):
        measure_series(_input(), Wrong(), FakeAnalyser(), (20.0,))


def test_every_pair_of_different_files_is_compared_once() -> None:
    inputs = [_input("a"), _input("b", green=164), _input("c")]
    scores, pairs = non_mated_scores(inputs, FakeAnalyser())
    assert pairs == [("a", "b"), ("a", "c"), ("b", "c")]
    assert scores.tolist() == pytest.approx([0.0, 1.0, 0.0], abs=0.02)
