"""Frames and numbers of faces on a copy of a photograph, so that a person sees which face a number means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from forensic_app.engines.pictures.marking import font_of

_CHOSEN = (28, 95, 176)
_OTHER = (20, 24, 30)
_LIGHT = (255, 255, 255)
_SMALLEST_TEXT_PX = 13


@dataclass(frozen=True, slots=True)
class FaceMark:
    """A face to be framed.

    Attributes:
        box: ``(left, top, right, bottom)`` in pixels of the picture.
        number: Its number, 1 = largest.
        is_chosen: Whether it is the one that is meant.
    """

    box: tuple[float, float, float, float]
    number: int
    is_chosen: bool = False


def with_marks(picture: Image.Image, marks: Sequence[FaceMark]) -> Image.Image:
    """Return a copy of a picture with a frame and a number for each face, the chosen one last and so on top.

    The number stands above the frame, or inside it where there is no room above.
    """
    copy = picture.convert("RGB")
    draw = ImageDraw.Draw(copy)
    text_px = max(_SMALLEST_TEXT_PX, round(max(copy.size) / 55))
    line_px = max(2, round(max(copy.size) / 500))
    font = font_of(text_px)
    for each in sorted(marks, key=lambda mark: mark.is_chosen):
        left, top, right, bottom = (round(value) for value in each.box)
        colour = _CHOSEN if each.is_chosen else _OTHER
        draw.rectangle((left, top, right, bottom), outline=_OTHER, width=line_px + 2)
        draw.rectangle(
            (left + 1, top + 1, right - 1, bottom - 1),
            outline=_CHOSEN if each.is_chosen else _LIGHT,
            width=line_px,
        )
        words = str(each.number)
        width_px = round(font.getlength(words)) + text_px // 2
        height_px = round(text_px * 1.25)
        at = max(top - height_px, 0)
        draw.rectangle((left, at, left + width_px, at + height_px), fill=colour)
        draw.text((left + text_px // 4, at + text_px // 10), words, font=font, fill=_LIGHT)
    return copy
