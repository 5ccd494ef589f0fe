"""The identity guard of the autoencoder: a weaker change is a blend with the face at its own age."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.engines.aging.schema import GUARD_ANALYSER
from forensic_app.engines.pictures.identity_guard import BlendRow, CropJudge, GuardedEdit, guarded_edit
from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.analyser import RgbImage


def guarded_pictures(
    own: RgbImage,
    changed: Sequence[RgbImage],
    crop: RgbImage,
    *,
    details: Sequence[float],
    color_match: bool,
    floor: float,
    tone: Tone | None = None,
) -> GuardedEdit:
    """Return the changed pictures as far as the bundled analyser still takes them for the person.

    Args:
        own: The crop drawn at its own age, ``(side, side, 3)`` uint8 RGB.
        changed: The crop drawn at each target age, same shape each.
        crop: The photograph's canonical crop, same shape.
        details: Share of the photograph's fine detail that each picture gets back.
        color_match: Whether colours are brought to the photograph's.
        floor: Score that is asked for.
        tone: The one tone that the photograph has and that is to be kept.

    Returns:
        ``latents`` are the pictures here, ``(n, side, side, 3)`` uint8.
    """
    start = own.astype(np.float32)

    def blended(rows: Sequence[BlendRow]) -> Tensor:
        made = [start + row.push * (changed[row.place].astype(np.float32) - start) for row in rows]
        return torch.from_numpy(np.clip(np.rint(np.stack(made)), 0, 255).astype(np.uint8))

    def as_picture(pictures: Tensor) -> NDArray[np.uint8]:
        return np.asarray(pictures.numpy())

    analyser = kept_analyser(GUARD_ANALYSER)
    judge = CropJudge(
        crop, own, analyser, decode=as_picture, details=details, color_match=color_match, tone=tone
    )
    return guarded_edit([BlendRow(place) for place in range(len(changed))], blended, judge, floor=floor)
