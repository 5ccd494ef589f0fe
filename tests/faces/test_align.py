from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

from forensic_app.faces.align import (
    align,
    align_matrix,
    estimate_similarity,
    invert,
    paste_back,
    soft_mask,
    template,
    transform_points,
)
from forensic_app.faces.analyser import DetectedFace, RgbImage


def _psnr(first: np.ndarray, second: np.ndarray) -> float:
    error = np.mean((first.astype(float) - second.astype(float)) ** 2)
    return float(10 * np.log10(255**2 / error))


def test_a_known_similarity_is_found_again() -> None:
    generator = np.random.default_rng(3)
    source = generator.normal(0, 50, (5, 2))
    angle, scale = 0.4, 1.7
    matrix = np.array(
        [
            [scale * np.cos(angle), -scale * np.sin(angle), 12.0],
            [scale * np.sin(angle), scale * np.cos(angle), -7.0],
        ]
    )
    assert np.allclose(estimate_similarity(source, transform_points(matrix, source)), matrix)
    assert np.allclose(transform_points(invert(matrix), transform_points(matrix, source)), source)


def test_the_similarity_is_the_least_squares_one_without_reflection() -> None:
    generator = np.random.default_rng(4)
    source, target = generator.normal(0, 9, (2, 5, 2))
    matrix = estimate_similarity(source, target)

    def error(candidate: np.ndarray) -> float:
        return float(((transform_points(candidate, source) - target) ** 2).sum())

    assert np.linalg.det(matrix[:, :2]) > 0
    for step in generator.normal(0, 1e-3, (20, 4)):
        a, b, x, y = step
        nudged = matrix + np.array([[a, -b, x], [b, a, y]])
        assert error(nudged) > error(matrix)


def test_points_that_cannot_be_fitted_are_refused() -> None:
    with pytest.raises(ValueError, match="coincide"):
        estimate_similarity(np.ones((5, 2)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="shape"):
        estimate_similarity(np.ones((5, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="scheme"):
        template("68", 192)


def test_templates_are_symmetric_and_share_their_eyes() -> None:
    five = template("dlib5", 192)
    other = template("arcface5", 192)
    centre = (192 - 1) / 2
    assert np.allclose(five[[0, 1]], [2 * centre, 0] + five[[3, 2]] * [-1, 1], atol=1e-9)
    assert five[4, 0] == pytest.approx(centre)
    assert other[2, 0] == pytest.approx(centre)
    assert np.allclose(five[:2].mean(axis=0), other[0], atol=0.02)
    assert np.allclose(five[2:4].mean(axis=0), other[1], atol=0.02)


@pytest.mark.parametrize("size", [64, 192, 256])
def test_landmarks_reach_the_template(astronaut: RgbImage, face: DetectedFace, size: int) -> None:
    aligned = align(astronaut, face, size)
    assert aligned.crop.shape == (size, size, 3)
    assert aligned.crop.dtype == np.uint8
    assert aligned.matrix.shape == (2, 3)
    reached = transform_points(aligned.matrix, face.landmarks)
    assert np.abs(reached - template("dlib5", size)).max() < 0.035 * size


def test_both_schemes_lead_to_the_same_crop(
    astronaut: RgbImage, face: DetectedFace, arcface_face: DetectedFace
) -> None:
    assert np.allclose(align_matrix(arcface_face, 192), align_matrix(face, 192), atol=0.05)
    difference = align(astronaut, arcface_face, 192).crop.astype(int) - align(astronaut, face, 192).crop
    assert np.abs(difference).max() <= 3


def test_pixels_are_where_the_matrix_says() -> None:
    y, x = np.mgrid[:300, :300]
    ramp = np.stack([x * 0.8, y * 0.8, np.full_like(x, 7)], axis=-1)
    image = np.rint(ramp).astype(np.uint8)
    for scale in (0.3, 1.0, 2.5):
        landmarks = transform_points(
            np.array([[1 / scale, 0.1 / scale, 60.0], [-0.1 / scale, 1 / scale, 70.0]]), template("dlib5", 64)
        )
        aligned = align(image, DetectedFace((0, 0, 1, 1), landmarks, "dlib5", 1.0), 64)
        points = np.array([[10.0, 20.0], [40.0, 31.0], [33.0, 50.0]])
        expected = transform_points(invert(aligned.matrix), points) * 0.8
        values = aligned.crop[points[:, 1].astype(int), points[:, 0].astype(int)]
        assert np.abs(values[:, :2] - expected).max() < 1.0
        assert (values[:, 2] == 7).all()


def test_a_big_face_is_reduced_without_aliasing(astronaut: RgbImage, face: DetectedFace) -> None:
    stripes = np.zeros((2000, 2000, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    points = template("dlib5", 1900) + 50
    crop = align(stripes, DetectedFace((0, 0, 1, 1), points, "dlib5", 1.0), 64).crop
    assert crop.std() < 3
    assert crop.mean() == pytest.approx(127.5, abs=2)


def test_beyond_the_border_the_photograph_is_mirrored(astronaut: RgbImage) -> None:
    points = template("dlib5", 192) - [0, 40]
    crop = align(astronaut[:400, :400], DetectedFace((0, 0, 1, 1), points, "dlib5", 1.0), 192).crop
    assert np.abs(crop[39:10:-1].astype(int) - crop[41:70]).mean() < 2


def test_the_mask_covers_the_head_and_ends_before_the_border() -> None:
    mask = soft_mask(192)
    assert mask.dtype == np.float32
    assert mask.shape == (192, 192)
    assert mask.min() == 0.0
    assert mask.max() == 1.0
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    assert not edge.any()
    assert np.array_equal(mask, mask[:, ::-1])
    assert mask[96, 96] == 1.0
    assert mask[int(0.85 * 192), 96] == 1.0
    assert mask[int(0.12 * 192), 96] == 1.0
    assert np.abs(np.diff(mask, axis=0)).max() < 0.1


@pytest.mark.parametrize("size", [192, 256])
def test_pasting_back_an_unchanged_crop_changes_little_and_nothing_outside(
    astronaut: RgbImage, face: DetectedFace, size: int
) -> None:
    aligned = align(astronaut, face, size)
    mask = soft_mask(size)
    before = astronaut.copy()
    pasted = paste_back(astronaut, aligned.crop, aligned.matrix, mask)
    y, x = np.mgrid[:512, :512]
    where = transform_points(aligned.matrix, np.stack([x.ravel(), y.ravel()], axis=1).astype(float))
    unit = np.abs((where + 0.5) / size * 2 - 1).reshape(512, 512, 2)
    inside = (unit**4).sum(axis=-1) ** 0.25 < 0.8
    outside = (unit**4).sum(axis=-1) ** 0.25 > 1.0
    assert np.array_equal(astronaut, before)
    assert inside.sum() > 5000
    assert np.array_equal(pasted[outside], astronaut[outside])
    assert _psnr(pasted[inside], astronaut[inside]) > 40


def test_a_changed_crop_appears_in_place(astronaut: RgbImage, face: DetectedFace) -> None:
    aligned = align(astronaut, face, 192)
    green = np.zeros_like(aligned.crop)
    green[..., 1] = 255
    pasted = paste_back(astronaut, green, aligned.matrix, soft_mask(192))
    x, y = np.rint(face.landmarks[4]).astype(int)
    assert pasted[y, x].tolist() == [0, 255, 0]
    assert np.array_equal(pasted[400:], astronaut[400:])


def test_pasting_into_a_bigger_and_a_smaller_photograph(astronaut: RgbImage, face: DetectedFace) -> None:
    for factor in (0.5, 4):
        size = int(512 * factor)
        photo = np.asarray(Image.fromarray(astronaut).resize((size, size), Image.Resampling.LANCZOS))
        scaled = DetectedFace(face.box, (face.landmarks + 0.5) * factor - 0.5, "dlib5", 1.0)
        aligned = align(photo, scaled, 192)
        pasted = paste_back(photo, aligned.crop, aligned.matrix, soft_mask(192))
        changed = np.any(pasted != photo, axis=-1)
        assert changed.any()
        assert _psnr(pasted[changed], photo[changed]) > 30


def test_a_face_outside_the_photograph_changes_nothing(astronaut: RgbImage) -> None:
    matrix = np.array([[1.0, 0.0, 3000.0], [0.0, 1.0, 3000.0]])
    pasted = paste_back(astronaut, np.zeros((64, 64, 3), dtype=np.uint8), matrix, soft_mask(64))
    assert np.array_equal(pasted, astronaut)
    with pytest.raises(ValueError, match="differ in size"):
        paste_back(astronaut, np.zeros((64, 64, 3), dtype=np.uint8), matrix, soft_mask(32))


def test_aligning_is_fast(astronaut: RgbImage, face: DetectedFace) -> None:
    align(astronaut, face, 192)
    seconds = []
    for _ in range(5):
        start = time.process_time()
        align(astronaut, face, 192)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.06
