from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.data import astronaut

from forensic_app.engines.pictures.traits import (
    GREY_SPREAD,
    colour_spread,
    sharpness,
    sharpness_limits,
)

FACE = astronaut()[0:210, 120:330]


def test_a_blurred_picture_is_less_sharp() -> None:
    blurred = np.stack([ndimage.gaussian_filter(FACE[..., band], 2.0) for band in range(3)], axis=2)
    assert sharpness(blurred) < 0.2 * sharpness(FACE)


def test_grey_and_sepia_have_no_colours_of_their_own() -> None:
    grey = np.repeat(FACE.mean(axis=2, keepdims=True), 3, axis=2)
    sepia = np.clip(grey * [1.05, 0.9, 0.7], 0, 255)
    assert colour_spread(grey.astype(np.uint8)) < 1.0
    assert colour_spread(sepia.astype(np.uint8)) < GREY_SPREAD
    assert colour_spread(FACE) > GREY_SPREAD


def test_the_limits_part_into_thirds() -> None:
    values = np.arange(300, dtype=np.float32)
    lower, upper = sharpness_limits(values)
    assert [int((values < lower).sum()), int((values >= upper).sum())] == [100, 100]
