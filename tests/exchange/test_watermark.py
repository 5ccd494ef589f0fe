"""The invisible mark is read after what happens to pictures, and never where there is none."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut

from forensic_app.exchange import error_correction, watermark

Picture = NDArray[np.uint8]


def jpeg(picture: Picture, quality: int) -> Picture:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


def resized(picture: Picture, factor: float) -> Picture:
    size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))


def screenshot(picture: Picture) -> Picture:
    shown = jpeg(resized(picture, 0.83), 85)
    return np.pad(shown, ((40, 60), (90, 30), (0, 0)), constant_values=240)


@pytest.fixture(scope="module")
def portrait() -> Picture:
    return np.asarray(astronaut())


@pytest.fixture(scope="module")
def marked(portrait: Picture) -> Picture:
    return watermark.embed(portrait, image_number=4711, tag=0xBEEF)


@pytest.mark.parametrize(
    "treat",
    [
        lambda each: each,
        lambda each: jpeg(each, 50),
        lambda each: jpeg(resized(each, 0.5), 80),
        screenshot,
        lambda each: each[60:-70, 75:-65],
        lambda each: resized(each, 1.37),
    ],
    ids=["untouched", "jpeg 50", "half", "screenshot", "crop", "larger"],
)
def test_the_mark_is_read(marked: Picture, treat: object) -> None:
    reading = watermark.read(treat(marked))  # type: ignore[operator]
    assert reading is not None
    assert (reading.image_number, reading.casebook_tag) == (4711, 0xBEEF)
    assert reading.distinctness > watermark.THRESHOLD


def test_the_mark_is_faint(portrait: Picture, marked: Picture) -> None:
    difference = marked.astype(float) - portrait
    assert np.abs(difference).max() <= 12
    assert 10 * np.log10(255**2 / np.mean(difference**2)) > 42


def test_no_mark_is_read_where_there_is_none(portrait: Picture) -> None:
    assert watermark.read(portrait) is None
    assert watermark.distinctness_of(portrait) < watermark.THRESHOLD
    noise = np.random.default_rng(1).integers(0, 256, (240, 200, 3)).astype(np.uint8)
    assert watermark.read(noise) is None
    assert watermark.read(np.full((200, 300, 3), 128, np.uint8)) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (90, 70)])
def test_tiny_and_narrow_pictures_are_no_fault(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 200, np.uint8)
    assert watermark.embed(picture, image_number=1, tag=1).shape == picture.shape
    watermark.read(picture)


def test_a_code_survives_noise_and_a_wrong_checksum_is_no_message() -> None:
    random = np.random.default_rng(5)
    for value in (0, 1, 0xFFFFFFFFF, 0x123456789):
        soft = error_correction.encode(value, 36).astype(float)
        assert error_correction.decode(soft + random.normal(0, 0.9, soft.shape), 36) == value
    wrong = [error_correction.decode(random.normal(0, 1, soft.shape), 36) for _ in range(100)]
    assert wrong == [None] * 100
    with pytest.raises(ValueError, match="16"):
        error_correction.encode(16, 4)
    with pytest.raises(ValueError, match="3"):
        error_correction.decode(np.zeros(3), 36)
