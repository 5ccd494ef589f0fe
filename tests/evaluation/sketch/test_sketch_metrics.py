from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from forensic_app.evaluation.sketch.metrics import fsim, phase_congruency, scoot


@pytest.fixture(scope="module")
def grey() -> NDArray[np.uint8]:
    from skimage.data import astronaut

    return np.asarray(Image.fromarray(astronaut()).convert("L"))


def test_fsim_agrees_with_an_independent_implementation(grey: NDArray[np.uint8]) -> None:
    # Expected values: piq 0.8.0, fsim(chromatic=False), float64.
    face = grey[:200, 150:350]
    coarse = np.asarray(Image.fromarray(face).resize((50, 50), Image.Resampling.BOX))
    blocky = coarse.repeat(4, axis=0).repeat(4, axis=1)
    assert fsim(face, blocky) == pytest.approx(0.761267, abs=2e-4)
    assert fsim(face, face[:, ::-1]) == pytest.approx(0.594799, abs=2e-4)


def test_fsim_reduces_large_images(grey: NDArray[np.uint8]) -> None:
    # Expected value: piq 0.8.0 on 512x512 px.
    assert fsim(grey, grey[:, ::-1]) == pytest.approx(0.496907, abs=2e-4)


def test_fsim_is_one_for_equal_images_and_falls_with_blur(grey: NDArray[np.uint8]) -> None:
    face = grey[:120, 150:271]
    blurred = [ndimage.gaussian_filter(face, sigma) for sigma in (1, 2, 4)]
    values = [fsim(face, image) for image in (face, *blurred)]
    assert values[0] == pytest.approx(1.0)
    assert values == sorted(values, reverse=True)
    assert fsim(face, blurred[1]) == pytest.approx(fsim(blurred[1], face))
    assert fsim(np.stack([face] * 3, axis=-1), np.stack([face] * 3, axis=-1)) == pytest.approx(1.0)


def test_phase_congruency_marks_an_edge_and_ignores_its_contrast() -> None:
    step = np.full((64, 64), 100.0)
    step[:, 32:] = 140.0
    faint = 100.0 + (step - 100.0) / 4
    strong, weak = phase_congruency(step), phase_congruency(faint)
    assert strong.min() >= 0
    assert strong.max() <= 1
    assert set(strong[32, 16:48].argsort()[-2:] + 16) == {31, 32}
    assert weak[32, 31] == pytest.approx(strong[32, 31], abs=0.05)


@pytest.mark.parametrize("metric", [fsim, scoot])
def test_images_of_different_shapes_are_refused(metric: object, grey: NDArray[np.uint8]) -> None:
    assert callable(metric)
    with pytest.raises(ValueError, match="compared"):
        metric(grey, grey[:100])
    with pytest.raises(ValueError, match="uint8"):
        metric(grey.astype(float), grey.astype(float))


def test_featureless_and_tiny_images_are_refused() -> None:
    flat = np.full((32, 32), 9, np.uint8)
    with pytest.raises(ValueError, match="features"):
        fsim(flat, flat)
    with pytest.raises(ValueError, match="8x8"):
        scoot(flat[:7], flat[:7])


def _scoot_by_skimage(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    from skimage.feature import graycomatrix

    vectors = []
    for image in (first, second):
        levels = np.minimum(image.astype(int) * 6 // 255, 5).astype(np.uint8)
        features = []
        rows, columns = (np.array_split(np.arange(n), 4) for n in levels.shape)
        for row in rows:
            for column in columns:
                block = levels[np.ix_(row, column)]
                counts = graycomatrix(block, [1], [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4], levels=6)
                mean = np.floor(counts[:, :, 0].mean(axis=2) + 0.5)
                share = mean / mean.sum()
                gap = np.subtract.outer(np.arange(6), np.arange(6)) ** 2
                features += [(share * gap).sum(), (share**2).sum()]
        vectors.append(np.array(features))
    return float(1 / (1 + np.linalg.norm(vectors[0] - vectors[1])))


def test_scoot_agrees_with_skimage_matrices(grey: NDArray[np.uint8]) -> None:
    # skimage counts pairs to the lower right where the authors count those to the upper right: a flip upside
    # down turns one into the other, and leaves the order of blocks as the only difference.
    first, second = grey[:200, 150:350], grey[200:400, 150:350]
    expected = _scoot_by_skimage(first[::-1], second[::-1])
    assert scoot(first, second) == pytest.approx(expected, abs=1e-9)


def test_scoot_sees_texture_and_not_small_shifts(grey: NDArray[np.uint8]) -> None:
    face = grey[:200, 150:350]
    shifted = grey[1:201, 151:351]
    blurred = ndimage.gaussian_filter(face, 3)
    assert scoot(face, face) == 1.0
    assert scoot(face, shifted) > scoot(face, blurred)
    assert scoot(face, blurred) == pytest.approx(scoot(blurred, face))
