from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from forensic_app.faces.align import align, invert, paste_back, soft_mask, transform_points
from forensic_app.faces.analyser import DetectedFace, RgbImage
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.faces.turning import find_in_any_turn, turned_back


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_photograph_gives_the_upright_crop(
    analyser: DlibAnalyser, astronaut: RgbImage, face: DetectedFace, quarters: int
) -> None:
    received = np.ascontiguousarray(np.rot90(astronaut, -quarters))
    (found,) = analyser.detect(received)
    assert found.turned_degrees == 90 * quarters
    left, top, right, bottom = found.box
    assert left < right
    assert top < bottom
    upright, turned = align(astronaut, face, 96).crop, align(received, found, 96).crop
    assert float(np.abs(upright.astype(int) - turned.astype(int)).mean()) < 3.0
    score = analyser.comparison_score(analyser.embed(astronaut, face), analyser.embed(received, found))
    assert score > 0.9


def test_an_upright_photograph_is_not_turned(astronaut: RgbImage, analyser: DlibAnalyser) -> None:
    assert [face.turned_degrees for face in analyser.detect(astronaut)] == [0]


def test_what_is_put_back_lies_as_it_was_received(analyser: DlibAnalyser, astronaut: RgbImage) -> None:
    received = np.ascontiguousarray(np.rot90(astronaut, 2))
    (found,) = analyser.detect(received)
    crop = align(received, found, 128)
    marked = crop.crop.copy()
    marked[60:68, 60:68] = [255, 0, 0]
    back = paste_back(received, marked, crop.matrix, soft_mask(128))
    centre = transform_points(invert(crop.matrix), np.array([[63.5, 63.5]]))[0]
    x, y = (round(value) for value in centre.tolist())
    assert back[y, x, 0] > 200
    assert back[y, x, 1] < 60
    assert np.array_equal(back[0], received[0])


def test_corners_come_back_to_their_pixels() -> None:
    image = np.arange(4 * 7, dtype=np.uint8).reshape(4, 7, 1).repeat(3, axis=2)
    for quarters in (1, 2, 3):
        copy = np.rot90(image, quarters)
        points = np.array([[1.0, 2.0], [0.0, 0.0], [2.0, 3.0], [3.0, 1.0], [2.0, 2.0]])
        face = DetectedFace((0.0, 0.0, 2.0, 2.0), points, "dlib5", 1.0)
        back = turned_back(face, image.shape, quarters).landmarks
        for (x, y), (u, v) in zip(points.astype(int), back.astype(int), strict=True):
            assert copy[y, x, 0] == image[v, u, 0]


def test_a_doubtful_turn_does_not_win_over_what_was_received() -> None:
    received = np.zeros((4, 6, 3), dtype=np.uint8)
    received[0, 0] = 255

    def find(image: RgbImage) -> list[DetectedFace]:
        score = 0.5 if image[0, 0, 0] else 0.8
        return [DetectedFace((0.0, 0.0, 1.0, 1.0), np.zeros((5, 2)), "dlib5", score)]

    assert find_in_any_turn(received, find)[0].turned_degrees == 0


def test_a_small_face_in_a_large_photograph_is_found(analyser: DlibAnalyser, astronaut: RgbImage) -> None:
    small = np.asarray(Image.fromarray(astronaut).resize((330, 330), Image.Resampling.LANCZOS))
    photo = np.full((700, 6000, 3), 90, dtype=np.uint8)
    photo[300:630, 4500:4830] = small
    (found,) = analyser.detect(photo)
    left, top, right, bottom = found.box
    assert right - left < 90
    assert 4500 < left < right < 4830
    assert 300 < top < bottom < 630
