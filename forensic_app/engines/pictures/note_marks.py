"""Notes, arrows and measured lines drawn on a copy of a picture: each by a number, with its words below the picture.

Rules:
    * A length is told in pixels and in distances between the eyes, never in millimetres: a photograph has no scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from forensic_app.engines.pictures.marking import font_of
from forensic_app.records import ImageNote, NoteKind
from forensic_app.visible import visible

_LIGHT, _DARK, _BADGE = (255, 255, 255), (20, 24, 30), (176, 60, 20)
_SMALLEST_TEXT_PX = 11
HEAD_DEGREES = 26.0
"""Half the angle of an arrow's head."""


def with_notes(picture: Image.Image, notes: Sequence[ImageNote]) -> Image.Image:
    """Return a copy of a picture with every note on it, numbered from 1 in their order."""
    copy = picture.convert("RGB")
    draw = ImageDraw.Draw(copy)
    text_px = max(_SMALLEST_TEXT_PX, round(max(copy.size) / 60))
    line_px = max(1, round(max(copy.size) / 700))
    font = font_of(text_px)
    for number, note in enumerate(notes, start=1):
        for stroke in strokes(note, text_px):
            draw.line(stroke, fill=_DARK, width=line_px + 2)
            draw.line(stroke, fill=_LIGHT, width=line_px)
        (x, y), words, radius = badge_place(note), str(number), text_px * 0.8
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_BADGE, outline=_LIGHT)
        draw.text((x, y), words, font=font, fill=_LIGHT, anchor="mm")
    return copy


def note_lines(notes: Sequence[ImageNote]) -> tuple[str, ...]:
    """Return what each note says, by its number, with who placed it."""
    made = []
    for number, note in enumerate(notes, start=1):
        told = [each for each in (visible(note.text), length_words(note)) if each]
        made.append(f"{number}: {'; '.join(told)} ({note.image_note_id}, {visible(note.examiner)})")
    return tuple(made)


def length_words(note: ImageNote) -> str:
    """Return the length of a line, empty for anything else."""
    length, share = note.length_px, note.length_in_eyes
    if length is None:
        return ""
    if share is None:
        return f"{length:.0f} px; the distance between the eyes is not known"
    return f"{length:.0f} px, {share:.2f} of the distance between the eyes"


def strokes(note: ImageNote, size_px: float) -> list[list[tuple[float, float]]]:
    """Return the lines to draw, in pixels of the picture.

    Args:
        note: What is drawn.
        size_px: Length of an arrow's head, and of the ticks at the ends of a line.
    """
    if note.kind is NoteKind.NOTE:
        return []
    start, end = note.points
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    made = [[start, end]]
    if note.kind is NoteKind.ARROW:
        for turn in (math.radians(180 - HEAD_DEGREES), math.radians(180 + HEAD_DEGREES)):
            made.append([end, _from(end, angle + turn, size_px)])
    else:
        for point in (start, end):
            made.append(
                [
                    _from(point, angle + math.pi / 2, size_px / 2),
                    _from(point, angle - math.pi / 2, size_px / 2),
                ]
            )
    return made


def badge_place(note: ImageNote) -> tuple[float, float]:
    """Return where a note's number stands: on it, at an arrow's tail, in the middle of a line."""
    if note.kind is NoteKind.LINE:
        (left, top), (right, bottom) = note.points
        return (left + right) / 2, (top + bottom) / 2
    return note.points[0]


def _from(point: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
    return point[0] + math.cos(angle) * length, point[1] + math.sin(angle) * length
