"""How edited crops go back into their photograph, put together once for every engine that shows ages.

Rules:
    * What a picture's masks and hair became is in the record, picture by picture.
    * Without the outline and with the hair kept, no mesh is read: pictures are as they were before there was one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forensic_app.engines.pictures import compositing
from forensic_app.engines.pictures.finishing_parameters import FOLLOW, KEEP, OUTLINE, OVAL
from forensic_app.engines.pictures.hair import Hair, HairChange, is_greying
from forensic_app.engines.pictures.head_view import HeadView, head_view
from forensic_app.engines.pictures.paste_masks import paste_masks
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.align import AlignedFace
from forensic_app.faces.analyser import DetectedFace, RgbImage

Pasted = tuple[list[RgbImage], dict[str, Any]]
"""Pictures of the photograph's shape, uint8 RGB, and what a run's record says of them, JSON types only."""


@dataclass(frozen=True, slots=True)
class EditedCrop:
    """One picture of a face before it goes back.

    Attributes:
        pixels: Decoded crop, ``(side, side, 3)`` uint8 RGB.
        detail: Share of the photograph's fine detail that is put back over the face, from 0 to 1.
        target_age: Age shown, years.
        variant: From 1.
    """

    pixels: RgbImage
    detail: float
    target_age: float
    variant: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where edited crops go.

    Attributes:
        photo: The photograph, ``(height, width, 3)`` uint8 RGB.
        face: As it was found in it.
        crop: Its canonical crop.
        reconstruction: The crop after encoding and decoding, ``(side, side, 3)`` uint8 RGB.
        source_age: Age in the photograph, years.
    """

    photo: RgbImage
    face: DetectedFace
    crop: AlignedFace
    reconstruction: RgbImage
    source_age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasting:
    """What is asked for.

    Attributes:
        paste_back: ``outline`` or ``oval``.
        hair: ``keep`` or ``follow``.
        surround_detail: Share of the fine detail that is put back around the face, from 0 to 1.
        color_match: Whether the skin's colours are brought to the photograph's.
        tone: The one tone that the photograph has and that is kept, ``None`` where there is none.
        is_grainy: Whether the grain was taken out of the crop before the edit, and comes back.
    """

    paste_back: str
    hair: str = KEEP
    surround_detail: float
    color_match: bool
    tone: Tone | None
    is_grainy: bool = False

    def pasted(
        self, place: Place, edits: Sequence[EditedCrop], on_picture: Callable[[int], None] | None = None
    ) -> Pasted:
        """Return the photograph with each of ``edits`` in the place of its face, and what the record says.

        Args:
            place: Where they go.
            edits: The pictures.
            on_picture: Called with the number of each picture before it is begun; may raise ``RunCancelled``.

        Raises:
            PackMissing: A file of the mesh networks is not there.
            PackAltered: A file of the mesh networks has another digest.
        """
        canvas = compositing.prepare_canvas(
            place.photo, place.crop, place.reconstruction, is_grainy=self.is_grainy
        )
        view = None
        if self.paste_back == OUTLINE or self.hair == FOLLOW:
            view = head_view(place.photo, place.face, place.crop)
        hair = Hair.of(view) if view is not None and self.hair == FOLLOW else None
        pictures, records = [], []
        for number, edit in enumerate(edits):
            if on_picture is not None:
                on_picture(number)
            masks, change, ground = OVAL, None, place.photo
            used, changed = canvas, None if view is None else view.with_crop(edit.pixels)
            if view is not None and changed is not None and self.paste_back == OUTLINE:
                found = paste_masks(view, changed)
                masks, used = found.kind, canvas if found.kind == OVAL else canvas.masked(found)
            if hair is not None and changed is not None:
                change = _hair_change(hair, changed, place, edit)
                ground = hair.changed(place.photo, change, self.tone)
            pictures.append(self._finished(replace(used, ground=ground), edit))
            records.append(_record(edit, masks, change))
        return pictures, {"paste_back": {"asked": self.paste_back, "hair": self.hair, "pictures": records}}

    def _finished(self, canvas: compositing.Canvas, edit: EditedCrop) -> RgbImage:
        return canvas.finished(
            edit.pixels,
            detail=edit.detail,
            surround_detail=self.surround_detail,
            color_match=self.color_match,
            tone=self.tone,
        )


def _hair_change(hair: Hair, changed: HeadView, place: Place, edit: EditedCrop) -> HairChange:
    greys = is_greying(place.source_age, edit.target_age)
    return hair.change(changed, edit.pixels, place.reconstruction, greys=greys)


def _record(edit: EditedCrop, masks: str, change: HairChange | None) -> dict[str, Any]:
    """Return what is recorded of one picture, JSON types only."""
    record: dict[str, Any] = {"target_age": edit.target_age, "variant": edit.variant, "mask": masks}
    if change is None:
        return record
    record["hair_pixels"] = change.pixels
    if change.reason:
        return {**record, "hair": "kept", "reason": change.reason}
    lab = dict(zip(("L", "a", "b"), (round(each, 2) for each in change.lab), strict=True))
    return {**record, "hair": "changed", "change": lab}
