"""Where a crop goes back into its photograph, and where its face is: along the real outline, or an oval for every face.

Rules:
    * The outline is that of the face in the photograph and of the face in the edited crop together: a jaw that grew is
      inside, and so is the place of one that shrank.
    * Outside the outline the crop fades out softly; where the crop ends it has faded out in any case.
    * Where either mesh is doubtful, masks are the ovals that every face gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from forensic_app.engines.pictures.finishing_parameters import OUTLINE, OVAL
from forensic_app.engines.pictures.head_view import HeadView
from forensic_app.faces.align import soft_mask
from forensic_app.faces.analyser import FloatArray
from forensic_app.faces.mesh_masks import polygon_mask
from forensic_app.faces.mesh_regions import face_length

GROWN: Final = 0.03
"""How far the outline is moved outwards, in face lengths (eyes to chin)."""
FADES: Final = 0.12
"""Width of the soft edge outside of it, in face lengths."""
_EDGE = 0.03
"""The same where the outline borders on what is not the person, in face lengths."""
_FACE_EDGE = 0.06


@dataclass(frozen=True, slots=True)
class PasteMasks:
    """Masks of one edited crop.

    Attributes:
        kind: ``outline`` or ``oval``.
        weights: With which the crop goes back, ``(side, side)`` float32 in ``[0, 1]``.
        face: Where its face is, the same.
    """

    kind: str
    weights: NDArray[np.float32]
    face: NDArray[np.float32]


def paste_masks(view: HeadView, changed: HeadView) -> PasteMasks:
    """Return the masks of an edited crop.

    Args:
        view: The head in its photograph.
        changed: The same with the edited crop.
    """
    if not (view.is_certain and changed.is_certain):
        return oval_masks(view.crop_px)
    return outline_masks(
        [view.outline, changed.outline],
        view.crop_px,
        length_px=face_length(view.mesh.points),
        person=np.maximum(view.person, changed.person),
    )


def oval_masks(side_px: int) -> PasteMasks:
    """Return the masks that are the same for every face: the crop without its border, forehead to chin."""
    return PasteMasks(OVAL, soft_mask(side_px), face_oval(side_px))


def outline_masks(
    outlines: Sequence[FloatArray],
    side_px: int,
    *,
    length_px: float,
    person: NDArray[np.float32] | None = None,
) -> PasteMasks:
    """Return the masks along the union of ``outlines``, each ``(n, 2)`` in the crop's pixels.

    Args:
        outlines: At least one closed polygon.
        side_px: Side of the crop.
        length_px: Face length, eyes to chin, in the crop's pixels.
        person: How likely each pixel shows the person in either picture, ``(side, side)`` in ``[0, 1]``.
    """
    margin = int(np.ceil((GROWN + FADES) * length_px)) + 2
    shape = (side_px + 2 * margin, side_px + 2 * margin)
    inside = np.maximum.reduce([polygon_mask(each + margin, shape) for each in outlines]) >= 0.5
    place = slice(margin, margin + side_px)
    beyond = ndimage.distance_transform_edt(~inside)[place, place] / length_px
    within = ndimage.distance_transform_edt(inside)[place, place] / length_px
    fade = _smooth(1.0 - (beyond - GROWN) / FADES)
    if person is not None:
        fade *= np.maximum(person, _smooth(1.0 - beyond / _EDGE))
    face = _smooth(0.5 + (within - beyond) / (2.0 * _FACE_EDGE))
    return PasteMasks(OUTLINE, soft_mask(side_px) * fade, face)


def face_oval(side_px: int) -> NDArray[np.float32]:
    """Return one over forehead, cheeks and chin, falling smoothly to zero at hair, ears and jaw line."""
    axis = (np.arange(side_px) + 0.5) / side_px - 0.5
    radius = np.sqrt((axis[None, :] / 0.36) ** 2 + (axis[:, None] / 0.46) ** 2)
    return _smooth((1.15 - radius) / 0.3)


def _smooth(values: FloatArray) -> NDArray[np.float32]:
    """Return the smooth step of ``values``: 0 at 0 and below, 1 at 1 and above."""
    ramp = np.clip(values, 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), dtype=np.float32)
