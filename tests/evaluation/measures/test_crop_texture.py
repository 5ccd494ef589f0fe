from __future__ import annotations

import numpy as np
import pytest

from forensic_app.evaluation.measures.crop_texture import REGIONS, crop_texture, crop_textures


def _crop(seed: int = 0, side: int = 192) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def test_each_region_has_its_numbers_whatever_the_crops_size() -> None:
    for side in (24, 64, 192):
        numbers = crop_texture(_crop(side=side))
        assert {name: values.shape for name, values in numbers.items()} == {
            "face": (690,),
            "eyes": (184,),
            "mouth": (276,),
        }
    assert crop_textures([])["eyes"].shape == (0, 1)
    assert crop_textures(np.stack([_crop(), _crop()]))["face"].shape == (2, 690)


def test_neither_lightness_nor_colour_counts_only_their_changes() -> None:
    grey, red = np.full((192, 192, 3), 128, np.uint8), np.full((192, 192, 3), 30, np.uint8)
    red[..., 0] = 220
    for name in REGIONS:
        assert crop_texture(grey)[name] == pytest.approx(crop_texture(red)[name], abs=0.02)


def test_a_stain_counts_in_its_region_alone() -> None:
    plain, stained = np.full((192, 192, 3), 128, np.uint8), np.full((192, 192, 3), 128, np.uint8)
    stained[140:150, 80:110] = (200, 40, 40)
    before, after = crop_texture(plain), crop_texture(stained)
    assert np.abs(after["mouth"] - before["mouth"]).max() > 1.0
    assert np.abs(after["face"] - before["face"]).max() > 1.0
    assert after["eyes"] == pytest.approx(before["eyes"], abs=0.02)


def test_a_direction_is_told_from_another() -> None:
    rows = np.zeros((192, 192, 3), np.uint8)
    rows[::16] = rows[1::16] = rows[2::16] = rows[3::16] = 255
    across = crop_texture(rows)["face"].reshape(30, 23)
    down = crop_texture(rows.transpose(1, 0, 2))["face"].reshape(30, 23)
    assert across[:, 3].mean() > across[:, 0].mean() + 1.0
    assert down[:, 0].mean() > down[:, 3].mean() + 1.0
