from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import sqrtm

from forensic_app.evaluation.measures.image_metrics import frechet_distance, kid, luminance, psnr_db, ssim


@pytest.fixture(scope="module")
def photo() -> NDArray[np.uint8]:
    from skimage.data import astronaut

    return np.ascontiguousarray(astronaut()[:128, 160:288])


def test_psnr_of_a_constant_difference() -> None:
    first = np.full((8, 8, 3), 100, np.uint8)
    second = np.full((8, 8, 3), 110, np.uint8)
    assert psnr_db(first, second) == pytest.approx(20 * math.log10(255 / 10))
    assert psnr_db(first, first) == math.inf


def test_psnr_does_not_wrap_around() -> None:
    black, white = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)
    assert psnr_db(black, white) == pytest.approx(0.0)
    assert psnr_db(white, black) == pytest.approx(0.0)


def test_images_that_cannot_be_compared_are_refused(photo: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="compared"):
        psnr_db(photo, photo[:64])
    with pytest.raises(ValueError, match="uint8"):
        psnr_db(photo.astype(np.float32), photo.astype(np.float32))
    with pytest.raises(ValueError, match="uint8"):
        luminance(photo[..., :2])
    with pytest.raises(ValueError, match="11x11"):
        ssim(photo[:10], photo[:10])


def _ssim_by_the_book(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    steps = np.arange(-5, 6)
    bell = np.exp(-(steps**2) / (2 * 1.5**2))
    window = np.outer(bell, bell) / bell.sum() ** 2
    height, width = first.shape
    values = []
    for top in range(height - 10):
        for left in range(width - 10):
            one, two = first[top : top + 11, left : left + 11], second[top : top + 11, left : left + 11]
            mean_one, mean_two = (window * one).sum(), (window * two).sum()
            var_one = (window * one**2).sum() - mean_one**2
            var_two = (window * two**2).sum() - mean_two**2
            cov = (window * one * two).sum() - mean_one * mean_two
            c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
            values.append(
                (2 * mean_one * mean_two + c1)
                * (2 * cov + c2)
                / ((mean_one**2 + mean_two**2 + c1) * (var_one + var_two + c2))
            )
    return float(np.mean(values))


def test_ssim_agrees_with_the_paper_formula(photo: NDArray[np.uint8]) -> None:
    small = photo[40:72, 40:72]
    noise = np.random.default_rng(0).normal(0, 20, small.shape)
    noisy = np.clip(small + noise, 0, 255).astype(np.uint8)
    expected = _ssim_by_the_book(luminance(small), luminance(noisy))
    assert ssim(small, noisy) == pytest.approx(expected, abs=1e-9)
    planes = [_ssim_by_the_book(small[..., c].astype(float), noisy[..., c].astype(float)) for c in range(3)]
    assert ssim(small, noisy, channels="rgb_mean") == pytest.approx(np.mean(planes), abs=1e-9)


def test_ssim_of_equal_images_is_one(photo: NDArray[np.uint8]) -> None:
    assert ssim(photo, photo) == pytest.approx(1.0)
    assert ssim(photo[..., 0], photo[..., 0], channels="rgb_mean") == pytest.approx(1.0)


def _mmd_by_the_book(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    def kernel(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        return float((x @ y / x.size + 1) ** 3)

    m, n = len(first), len(second)
    own = sum(kernel(first[i], first[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    other = sum(kernel(second[i], second[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    across = sum(kernel(x, y) for x in first for y in second) / (m * n)
    return own + other - 2 * across


def test_kid_agrees_with_the_definition() -> None:
    generator = np.random.default_rng(0)
    first, second = generator.normal(size=(7, 5)), generator.normal(1.0, 1.0, size=(9, 5))
    distance = kid(first, second, seed=0)
    assert distance.value == pytest.approx(_mmd_by_the_book(first, second))
    assert distance.interval.low <= distance.value <= distance.interval.high


def test_kid_is_near_zero_for_one_distribution_and_large_for_two() -> None:
    generator = np.random.default_rng(1)
    values = [
        kid(generator.normal(size=(60, 8)), generator.normal(size=(60, 8)), seed=0, resamples=2).value
        for _ in range(60)
    ]
    assert abs(np.mean(values)) < 0.05
    assert min(values) < 0
    apart = kid(generator.normal(size=(60, 8)), generator.normal(2.0, 1.0, size=(60, 8)), seed=0)
    assert apart.interval.low > 1.0


def test_kid_bootstrap_is_deterministic_and_unbiased() -> None:
    generator = np.random.default_rng(2)
    first, second = generator.normal(size=(80, 8)), generator.normal(0.7, 1.0, size=(80, 8))
    once, again = kid(first, second, seed=5), kid(first, second, seed=5)
    assert once.interval == again.interval
    assert np.mean(once.replicates) == pytest.approx(once.value, abs=0.1 * once.value)


def test_kid_survives_a_draw_of_one_image_only() -> None:
    distance = kid([[0.0], [1.0]], [[5.0], [6.0]], seed=0, resamples=40)
    assert math.isfinite(distance.interval.low)


def test_frechet_distance_of_known_gaussians() -> None:
    generator = np.random.default_rng(0)
    base = generator.normal(size=(500, 4))
    assert frechet_distance(base, base) == pytest.approx(0.0, abs=1e-6)
    assert frechet_distance(base, base + 3.0) == pytest.approx(36.0)
    centred = base - base.mean(axis=0)
    expected = float(np.trace(np.cov(base, rowvar=False)))
    assert frechet_distance(centred, 2 * centred) == pytest.approx(expected)


def test_frechet_distance_agrees_with_the_matrix_root() -> None:
    generator = np.random.default_rng(3)
    first = generator.normal(size=(50, 5)) @ generator.normal(size=(5, 5))
    second = generator.normal(size=(60, 5)) @ generator.normal(size=(5, 5)) + 0.5
    one, two = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    shift = first.mean(axis=0) - second.mean(axis=0)
    expected = shift @ shift + np.trace(one + two - 2 * np.real(sqrtm(one @ two)))
    assert frechet_distance(first, second) == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1.0, 2.0], [1.0, 2.0]),
        ([[1.0], [2.0]], [[1.0, 2.0], [1.0, 2.0]]),
        ([[1.0]], [[1.0], [2.0]]),
        ([[1.0], [math.nan]], [[1.0], [2.0]]),
    ],
)
def test_features_that_are_no_sets_are_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match=r"features|two images"):
        kid(first, second, seed=0)
    with pytest.raises(ValueError, match=r"features|two images"):
        frechet_distance(first, second)
