"""What a run worked on, laid out as an image of its own geometry shows it, so that the two can be wiped."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QImage, QPainter, QTransform

from forensic_app.measured import band_height_px
from forensic_app.placement import Placement, placement
from forensic_app.records import DerivedImage
from ui.widgets.thumbnails import full_size

_BEYOND = 0xE0
"""Grey level of what lies beyond the picture."""


def is_placed(images: Sequence[DerivedImage]) -> bool:
    """Return whether a run's images have a geometry of their own."""
    return bool(images) and placement(images[0].metrics) is not None


def placed_beside(picture: QImage, images: Sequence[DerivedImage], source: DerivedImage | None) -> QImage:
    """Return what a run worked on as its images show it; ``picture`` itself where they have its geometry.

    Args:
        picture: The file that the run worked on, at any scale.
        images: The run's images.
        source: The derived image that was worked on; ``None`` for a photograph.
    """
    placed = placement(images[0].metrics) if images else None
    if placed is None or picture.isNull():
        return picture
    left, right = images[0].metrics.get("margins_px") or (0, 0)
    width = images[0].width_px - int(left) - int(right)
    height = images[0].height_px - band_height_px(images[0].metrics)
    made = QImage(images[0].width_px, height, QImage.Format.Format_RGB32)
    made.fill(_BEYOND * 0x010101)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipRect(int(left), 0, width, height)
    painter.setTransform(_transform(picture, placed, int(left), source))
    # a derived image as input: its band and margins are no part of what was worked on
    rect = (*_corner(picture, source), *_part(picture, placed))
    painter.drawImage(*rect[:2], picture, *rect)
    painter.end()
    return made


def _scale(picture: QImage) -> float:
    """Return pixels of the file for one of the picture that is shown of it."""
    return full_size(picture).width() / max(picture.width(), 1)


def _corner(picture: QImage, source: DerivedImage | None) -> tuple[int, int]:
    """Return where in the picture the pixels begin that were worked on."""
    margins = (source.metrics.get("margins_px") if source is not None else None) or (0, 0)
    return round(int(margins[0]) / _scale(picture)), 0


def _part(picture: QImage, placed: Placement) -> tuple[int, int]:
    """Return width and height of what was worked on, in the picture's pixels."""
    scale = _scale(picture)
    return round(placed.of_size[0] / scale), round(placed.of_size[1] / scale)


def _transform(picture: QImage, placed: Placement, left: int, source: DerivedImage | None) -> QTransform:
    """Return the transform from the picture's pixels to the image's; corners of pixels, not their centres."""
    (a, b, c), (d, e, f) = placed.matrix
    half = QTransform.fromTranslate(-0.5, -0.5)
    moved = QTransform(a, d, b, e, c, f) * QTransform.fromTranslate(0.5 + left, 0.5)
    scale = _scale(picture)
    margin = -_corner(picture, source)[0]
    return QTransform.fromTranslate(margin, 0) * QTransform.fromScale(scale, scale) * half * moved
