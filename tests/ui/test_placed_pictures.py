"""A photograph beside a sheet of its own is laid out as the sheet shows it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage

from forensic_app.records import DerivedImage, ImageRole
from ui.comparison.placed import is_placed, placed_beside

SHEET = {"placed": {"matrix": [[2.0, 0.0, -99.5], [0.0, 2.0, -39.5]], "of_px": [200, 150]}}
"""The photograph twice as large, from 50, 20 on."""


def image(metrics: dict[str, Any], *, width: int = 120, height: int = 190) -> DerivedImage:
    return DerivedImage(
        derived_image_id="D-000001",
        run_id="R-0001",
        sha256="0" * 64,
        size_bytes=1,
        role=ImageRole.DERIVED,
        target_age=None,
        variant=1,
        width_px=width,
        height_px=height,
        metrics={"band_height_px": 30, "margins_px": [0, 0], **metrics},
    )


def photograph(scale: int = 1, margin: int = 0) -> QImage:
    """Return a white photograph with a black square from 60, 30 to 80, 50."""
    made = QImage((200 + 2 * margin) * scale, 150 * scale, QImage.Format.Format_RGB32)
    made.fill(QColor("white"))
    for x in range((60 + margin) * scale, (80 + margin) * scale):
        for y in range(30 * scale, 50 * scale):
            made.setPixelColor(x, y, QColor("black"))
    return made


def dark(picture: QImage) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the black pixels."""
    found = [
        (x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).lightness() < 60
    ]
    return (
        min(x for x, _ in found),
        min(y for _, y in found),
        max(x for x, _ in found) + 1,
        max(y for _, y in found) + 1,
    )


@pytest.mark.parametrize("scale", [1, 2])
def test_a_photograph_is_turned_and_scaled_as_on_the_sheet(scale: int, qapp: object) -> None:
    shown = photograph(scale)
    if scale > 1:  # a picture of fewer pixels than its file knows the file's size
        shown = shown.scaled(200, 150)
    beside = placed_beside(shown, [image(SHEET)], None)
    assert (beside.width(), beside.height()) == (120, 160)
    assert dark(beside) == pytest.approx((20, 20, 60, 60), abs=1)


def test_the_margin_of_a_derived_image_is_no_part_of_what_was_worked_on(qapp: object) -> None:
    source = image({"margins_px": [7, 7]}, width=214, height=180)
    beside = placed_beside(photograph(margin=7), [image(SHEET)], source)
    assert dark(beside) == pytest.approx((20, 20, 60, 60), abs=1)


def test_what_lies_beyond_the_photograph_is_grey(qapp: object) -> None:
    far = {"placed": {"matrix": [[1.0, 0.0, 80.0], [0.0, 1.0, 0.0]], "of_px": [200, 150]}}
    beside = placed_beside(photograph(), [image(far)], None)
    assert beside.pixelColor(10, 10) == QColor(224, 224, 224)
    assert beside.pixelColor(110, 10) == QColor("white")


def test_an_image_with_the_photographs_geometry_stays_beside_the_photograph(qapp: object) -> None:
    picture = photograph()
    assert not is_placed([image({})])
    assert not is_placed([])
    assert placed_beside(picture, [image({})], None) is picture
    assert placed_beside(picture, [], None) is picture
    assert is_placed([image(SHEET)])
