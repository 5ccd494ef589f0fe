"""Hair that follows an edit: the change of colour that the model makes at the hairline, for all hair on the head.

The canonical crop holds little hair, and outside the crop nothing is drawn. The edited crop is compared with the crop
after encoding and decoding, where both show hair; the difference goes to all hair of the photograph.

Rules:
    * Changed are pixels of hair alone: a person's, above and beside the face, hanging together, not like the skin's and
      like the rest of the hair's colour. Where that share is zero a pixel stays, to the last bit.
    * One change for all hair, in CIELAB, bounded to what ageing does. Strands and light stay the photograph's.
    * Where too little hair is seen, or what is seen has no colour of hair, nothing is changed.

References:
    CIE 15:2004, CIELAB. Mahy, M. et al. (1994). Evaluation of uniform color spaces. Color Res. Appl. 19(2)
    (a just noticeable difference: 2.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.color import rgb2lab

from forensic_app.engines.pictures.head_view import HeadView
from forensic_app.engines.pictures.lab import rgb_of_lab
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.align import invert, transform_points
from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.mesh_masks import JAW_CORNERS, Mask, head_masks, polygon_mask, skin_share
from forensic_app.faces.mesh_regions import face_length
from forensic_app.faces.mesh_warnings import kept_networks

LEAST_IN_CROP: Final = 0.004
"""Hair that the crop must show before and after the edit, as a share of its pixels."""
LEAST_ON_HEAD: Final = 0.11
"""Hair that the head must have in the photograph, in areas of the crop."""
LEAST_CHANGE: Final = 2.3
"""CIELAB difference below which a change is not seen and hair stays."""
LOWEST_CHANGE: Final = (-10.0, -6.0, -10.0)
HIGHEST_CHANGE: Final = (20.0, 4.0, 6.0)
"""Bounds of a change of L*, a* and b*."""
GREYING_AGE: Final = 35.0
"""Age in years from which hair that ages is not shown darker."""
_LEAST_GAIN, _MOST_GAIN = 0.8, 1.25
_LEAST_SHARE = 0.5
_LOWEST_COLOUR, _HIGHEST_COLOUR = (-4.0, -8.0), (25.0, 40.0)
"""Bounds of a* and b* of hair; beyond them it is a hat, or what is behind the head."""
_LIKE_HAIR, _UNLIKE_HAIR = 2.5, 5.0
"""Distances from the middle of the hair's colours, in deviations, within which a pixel is hair, beyond which not."""
_MOST_AT_NECK, _MOST_APART, _MOST_BELOW = 0.03, 0.05, 1.0
"""Largest areas of hair at the neck, where it may be skin in the shade, of what hangs apart, as a plait does, and of
hair below the chin, where it may be clothes, as shares of the hair above."""
_APART_DROP = 0.25
"""How far below the chin, in face lengths, begins what is clothes in any case."""
_STRAND_PX = 7
_EDGE_PX = 3
_LEAST_DEVIATION = (8.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class HairChange:
    """How the colour of hair changes from a photograph to an edit of it.

    Attributes:
        lab: Change of L*, a* and b*; zeros where nothing is changed.
        pixels: Number of the crop's pixels that it was measured on.
        reason: Why nothing is changed, empty where something is.
    """

    lab: tuple[float, float, float]
    pixels: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hair:
    """The hair of one photograph.

    Attributes:
        view: The head in its photograph.
        mask: How much each pixel of the view is hair, ``(height, width)`` float32 in ``[0, 1]``.
        colours: CIELAB of the view's pixels, ``(height, width, 3)``.
        middle: Median L*, a* and b* of the hair, zeros where there is none.
        reason: Why it is not to be changed, empty where it is known well enough.
    """

    view: HeadView
    mask: Mask
    colours: FloatArray
    middle: FloatArray
    reason: str = ""

    @classmethod
    def of(cls, view: HeadView) -> Hair:
        """Return the hair around a face."""
        heads = head_masks(view.pixels, view.mesh, kept_networks())
        colours = rgb2lab(view.pixels)
        seen = colours[heads.hair > _LEAST_SHARE]
        if len(seen) < LEAST_ON_HEAD * view.crop_px**2:
            return cls(
                view, np.zeros_like(heads.hair), colours, np.zeros(3), "too little hair is seen on the head"
            )
        middle = np.median(seen, axis=0)
        if (middle[1:] < _LOWEST_COLOUR).any() or (middle[1:] > _HIGHEST_COLOUR).any():
            return cls(view, heads.hair, colours, middle, "what is seen has no colour of hair")
        deviation = np.maximum(1.4826 * np.median(np.abs(seen - middle), axis=0), _LEAST_DEVIATION)
        distance = np.sqrt((((colours - middle) / deviation) ** 2).sum(axis=2))
        alike = np.clip((_UNLIKE_HAIR - distance) / (_UNLIKE_HAIR - _LIKE_HAIR), 0.0, 1.0)
        # strands that shine are hair where what is around them is
        closed = ndimage.grey_closing(heads.hair * alike, size=_STRAND_PX)
        mask = np.asarray(closed * np.minimum(1.0, heads.person * 2.0), dtype=np.float32)
        return _with_long_hair(cls(view, mask, colours, middle), heads.person * alike)

    def change(
        self, changed: HeadView, edited: RgbImage, reconstruction: RgbImage, *, greys: bool
    ) -> HairChange:
        """Return how an edit changes the hair's colour.

        Args:
            changed: The view with the edited crop.
            edited: Decoded crop, ``(side, side, 3)`` uint8 RGB.
            reconstruction: The crop after encoding and decoding, same shape.
            greys: Whether hair may only become lighter and lose colour, see :func:`is_greying`.
        """
        if not (self.view.is_certain and changed.is_certain):
            return _unchanged("the face mesh is doubtful")
        if self.reason:
            return _unchanged(self.reason)
        there = changed.person * (1.0 - polygon_mask(changed.outline, edited.shape[:2]))
        there *= 1.0 - skin_share(edited, changed.mesh.points[:, :2] - changed.corner)
        both = (self.mask[self.view.place] > _LEAST_SHARE) & (there > _LEAST_SHARE)
        pixels = int(both.sum())
        if pixels < LEAST_IN_CROP * self.view.crop_px**2:
            return _unchanged("too little hair is seen in the crop", pixels)
        before, after = (
            np.median(rgb2lab(picture[both][None])[0], axis=0) for picture in (reconstruction, edited)
        )
        lab = np.clip(after - before, LOWEST_CHANGE, HIGHEST_CHANGE)
        if greys:
            lab = np.array([max(lab[0], 0.0), *np.minimum(lab[1:], 0.0)])
        # hair loses its colour, and never gets the opposite one
        lab[1:] = np.maximum(lab[1:], np.minimum(-self.middle[1:], 0.0))
        if np.linalg.norm(lab) < LEAST_CHANGE:
            return _unchanged("the change is too small to be seen", pixels)
        return HairChange((float(lab[0]), float(lab[1]), float(lab[2])), pixels)

    def changed(self, photo: RgbImage, change: HairChange, tone: Tone | None = None) -> RgbImage:
        """Return ``photo`` with its hair in another colour, or ``photo`` itself where nothing changes.

        Args:
            photo: The photograph of the view, ``(height, width, 3)`` uint8 RGB.
            change: The change of colour.
            tone: The one tone that the photograph has and that is to be kept.
        """
        if change.reason:
            return photo
        added = self._added(change)
        rows, columns = np.nonzero(self.mask)
        corners = np.array([[x, y] for x in _ends(columns) for y in _ends(rows)], dtype=np.float64)
        places = transform_points(invert(self.view.matrix), corners)
        limit = np.array([photo.shape[1], photo.shape[0]])
        left, top = (int(each) for each in np.clip(np.floor(places.min(axis=0)), 0, limit - 1))
        right, bottom = (int(each) for each in np.clip(np.ceil(places.max(axis=0)) + 1, 1, limit))
        there = photo[top:bottom, left:right]
        more = np.stack(
            [_in_window(added[..., each], self.view.matrix, (left, top, right, bottom)) for each in range(3)],
            axis=-1,
        )
        pixels = np.clip(np.rint(there + more), 0, 255).astype(np.uint8)
        if tone is not None:
            pixels = np.where((more != 0.0).any(axis=2, keepdims=True), tone.applied(pixels), there)
        result = photo.copy()
        result[top:bottom, left:right] = pixels
        return result

    def _added(self, change: HairChange) -> NDArray[np.float32]:
        """Return what is added to each pixel of the view, ``(height, width, 3)`` float32 RGB levels."""
        hair = self.mask > 0.0
        lab = self.colours[hair]
        moved = np.empty_like(lab)
        lightness = max(float(self.middle[0]), 1.0)
        gain = float(np.clip((lightness + change.lab[0]) / lightness, _LEAST_GAIN, _MOST_GAIN))
        moved[:, 0] = lightness + change.lab[0] + gain * (lab[:, 0] - lightness)
        moved[:, 0] = np.clip(moved[:, 0], 0.0, 100.0)
        for channel in (1, 2):
            middle, more = float(self.middle[channel]), change.lab[channel]
            # colour that is lost is a share of each pixel's, so that none gets the opposite one
            moved[:, channel] = (
                lab[:, channel] * (1.0 + more / middle) if more < 0.0 else lab[:, channel] + more
            )
        wanted = rgb_of_lab(moved[None])[0] * 255.0
        added = np.zeros(self.view.pixels.shape, dtype=np.float32)
        added[hair] = self.mask[hair][:, None] * (wanted - self.view.pixels[hair])
        return added


def _with_long_hair(hair: Hair, alike: Mask) -> Hair:
    """Return the hair with what hangs below the chin, or with the reason why that cannot be told.

    Args:
        hair: As it is above the chin and beside the face.
        alike: How much each pixel of the view is the person's and has the colour of the hair, in ``[0, 1]``.
    """
    points = hair.view.mesh.points[:, :2]
    shape = hair.mask.shape
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    is_neck = rows > points[list(JAW_CORNERS), 1].mean()
    is_neck &= (columns > points[:, 0].min()) & (columns < points[:, 0].max())
    more = (
        alike
        * (1.0 - polygon_mask(hair.view.mesh.outline, shape))
        * (1.0 - skin_share(hair.view.pixels, points))
    )
    more *= is_neck | (rows >= points[:, 1].max())
    known = hair.mask > _LEAST_SHARE
    below = more > _LEAST_SHARE
    parts, _ = ndimage.label(known | below)
    hangs = np.isin(parts, np.setdiff1d(np.unique(parts[known]), [0])) & below
    whole = int(known.sum())
    high = points[:, 1].max() + _APART_DROP * face_length(points)
    plaits, _ = ndimage.label(below & ~hangs & ~is_neck)
    clothes = [0, *np.unique(plaits[-_EDGE_PX:])]
    apart = np.isin(plaits, np.setdiff1d(np.unique(plaits[: int(high)]), clothes))
    if apart.sum() > _MOST_APART * whole:
        return replace(hair, reason="what hangs apart cannot be told from the clothes")
    if (hangs & is_neck).sum() > _MOST_AT_NECK * whole:
        return replace(hair, reason="hair cannot be told from the neck")
    if hangs[-_EDGE_PX:].any() or hangs.sum() > _MOST_BELOW * whole:
        return replace(hair, reason="long hair cannot be told from the clothes")
    soft = ndimage.binary_dilation(hangs, iterations=2) & ~is_neck
    return replace(hair, mask=np.maximum(hair.mask, np.asarray(more * soft, dtype=np.float32)))


def is_greying(source_age: float, target_age: float) -> bool:
    """Return whether hair of ``target_age`` years may only be lighter and greyer than at ``source_age``.

    A child's hair often darkens, and so does grey hair that is shown young again; an adult's that ages does not.
    """
    return target_age > source_age and target_age >= GREYING_AGE


def _unchanged(reason: str, pixels: int = 0) -> HairChange:
    return HairChange((0.0, 0.0, 0.0), pixels, reason)


def _ends(places: NDArray[np.intp]) -> tuple[float, float]:
    return float(places.min()) - 1.0, float(places.max()) + 1.0


def _in_window(
    values: NDArray[np.float32], matrix: FloatArray, window: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    """Return a view's ``values`` at the photograph's pixels in a window, linear between pixels, zero outside."""
    left, top, right, bottom = window
    offset = matrix[:, :2] @ np.array([left, top], dtype=np.float64) + matrix[:, 2]
    # Pillow maps corners of pixels, which lie half a pixel before their centres
    shift = offset + 0.5 - matrix[:, :2] @ np.array([0.5, 0.5])
    data = (*matrix[0, :2], shift[0], *matrix[1, :2], shift[1])
    size = (right - left, bottom - top)
    moved = Image.fromarray(values).transform(size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    return np.asarray(moved, dtype=np.float32)
