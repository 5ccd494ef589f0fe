from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from forensic_app.evaluation.pack.skin_tone import skin_tone, typology_angle


def _patch(*rgb: int) -> np.ndarray:
    return np.broadcast_to(np.array(rgb, np.uint8), (192, 192, 3)).copy()


@pytest.mark.parametrize(
    ("rgb", "tone"),
    [
        ((245, 215, 195), "light"),
        ((205, 160, 125), "medium"),
        ((90, 60, 45), "dark"),
        ((120, 120, 120), "grey photograph"),
    ],
)
def test_three_tones_and_none_in_a_grey_photograph(rgb: tuple[int, int, int], tone: str) -> None:
    crop = _patch(*rgb)
    if tone != "grey photograph":
        crop[130:160], crop[160:] = (60, 90, 160), (80, 200, 90)  # clothes; the skin lies above
    assert skin_tone(crop) == tone


def test_the_angle_is_that_of_the_formula_and_of_skin_alone() -> None:
    crop = _patch(255, 255, 255)
    for top, bottom, left, right in ((84, 112, 38, 66), (84, 112, 126, 154), (19, 39, 69, 123)):
        crop[top:bottom, left:right] = (198, 134, 66)
    light, _, yellow = rgb2lab(np.array([[[198, 134, 66]]], np.uint8))[0, 0]
    assert typology_angle(crop) == pytest.approx(np.degrees(np.arctan2(light - 50, yellow)), abs=0.1)
