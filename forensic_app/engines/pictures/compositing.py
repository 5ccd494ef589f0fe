"""From a decoded crop to a finished picture: fine detail, colours, paste-back, mean and spread.

Rules:
    * Outside the soft mask the photograph's pixels are untouched, or its hair has the colour of
      :mod:`forensic_app.engines.pictures.hair`.
    * Fine detail that the latent cannot hold (photograph minus reconstruction) is put back, at the
      resolution of the photograph: over the face in the share that the age gap allows, around it (hair,
      ears, background) in a share of its own, so that no seam shows. Grain, where it was taken out, comes back whole.
    * Colours are brought to the photograph's by the skin's statistics alone: hair may turn grey.

References:
    Reinhard, E. et al. (2001). Color transfer between images. IEEE CG&A 21(5) (mean and spread in an opponent
    colour space; here CIELAB).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from skimage.color import rgb2lab

from forensic_app.engines.pictures.grain import grain_of, put_back
from forensic_app.engines.pictures.lab import rgb_of_lab
from forensic_app.engines.pictures.paste_masks import PasteMasks, oval_masks
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.align import AlignedFace, invert, paste_back, scale_of, transform_points, warp_mask
from forensic_app.faces.analyser import FloatArray, RgbImage

SPREAD_FULL_SCALE: Final = 48.0
"""Standard deviation in grey levels that the spread's heat map shows at full brightness."""

_LEAST_GAIN, _MOST_GAIN = 0.8, 1.25
_HEAT = np.array([[0, 0, 0], [80, 0, 110], [200, 40, 60], [255, 160, 20], [255, 255, 220]], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Canvas:
    """A photograph that edited crops are put into.

    Attributes:
        photo: Shape ``(height, width, 3)`` uint8 RGB.
        crop: The canonical crop at the pack's resolution.
        window: ``(left, top, right, bottom)`` of the crop's place in the photograph, in pixels.
        weights: Soft mask in the window, float32 in ``[0, 1]``, shape ``(height, width, 1)``.
        face: Where the face's skin is in the window, float32 in ``[0, 1]``, shape ``(height, width, 1)``.
        missing: In the window, the photograph minus the reconstruction of its crop, float32.
        grain: The grain in it that comes back whole, float32; ``None`` where there is none.
        ground: What is seen where the mask is not, shape of the photograph, uint8 RGB: the photograph, perhaps with
            hair of another colour.
    """

    photo: RgbImage
    crop: AlignedFace
    window: tuple[int, int, int, int]
    weights: NDArray[np.float32]
    face: NDArray[np.float32]
    missing: NDArray[np.float32]
    grain: NDArray[np.float32] | None
    ground: RgbImage

    def masked(self, masks: PasteMasks) -> Canvas:
        """Return the canvas with other masks, which are those of a crop."""
        left, top, right, bottom = self.window
        to_photo, size = invert(self.crop.matrix), (right - left, bottom - top)
        weights, face = (
            np.clip(warp_mask(each, to_photo, origin=(left, top), size=size), 0.0, 1.0)[..., None]
            for each in (masks.weights, masks.face)
        )
        return replace(self, weights=weights, face=face)

    def finished(
        self,
        edited: RgbImage,
        *,
        detail: float,
        surround_detail: float,
        color_match: bool,
        tone: Tone | None = None,
    ) -> RgbImage:
        """Return the photograph with ``edited`` in the place of its face.

        Args:
            edited: Decoded crop, shape ``(side, side, 3)`` uint8 RGB.
            detail: Share of the fine detail that is put back over the face, from 0 to 1.
            surround_detail: The same around the face.
            color_match: Whether the skin's colours are brought to the photograph's.
            tone: The one tone that the photograph has and that is to be kept.
        """
        if color_match:
            edited = match_colors(edited, self.crop.crop)
        left, top, right, bottom = self.window
        view = self.photo[top:bottom, left:right]
        share = surround_detail + (detail - surround_detail) * self.face
        placed = _in_window(view, edited, self.crop.matrix, self.window)
        pixels = put_back(placed, self.missing, self.grain, share=share)
        around = self.ground[top:bottom, left:right]
        blended = around * (1.0 - self.weights) + pixels * self.weights
        changed = np.clip(np.rint(blended), 0, 255).astype(np.uint8)
        if tone is not None:
            changed = np.where(self.weights > 0.0, tone.applied(changed), around)
        result = self.ground.copy()
        result[top:bottom, left:right] = changed
        return result


def prepare_canvas(
    photo: RgbImage, crop: AlignedFace, reconstruction: RgbImage, *, is_grainy: bool = False
) -> Canvas:
    """Return the canvas of ``photo``.

    Args:
        photo: Shape ``(height, width, 3)`` uint8 RGB.
        crop: The canonical crop at the pack's resolution.
        reconstruction: The crop after encoding and decoding, same shape.
        is_grainy: Whether the grain was taken out of the crop before it was encoded, and comes back.
    """
    side_px = crop.crop.shape[0]
    corners = np.array([[-1, -1], [side_px, -1], [-1, side_px], [side_px, side_px]], dtype=np.float64)
    places = transform_points(invert(crop.matrix), corners)
    limit = np.array([photo.shape[1], photo.shape[0]])
    left, top = (int(value) for value in np.clip(np.floor(places.min(axis=0)), 0, limit - 1))
    right, bottom = (int(value) for value in np.clip(np.ceil(places.max(axis=0)) + 1, 1, limit))
    window = (left, top, right, bottom)
    view = photo[top:bottom, left:right]
    matrix = _shifted(crop.matrix, window)
    masks = oval_masks(side_px)
    face = _mask_in_window(view, masks.face, matrix)
    missing = view.astype(np.float32) - _in_window(view, reconstruction, crop.matrix, window)
    return Canvas(
        photo=photo,
        crop=crop,
        window=window,
        weights=_mask_in_window(view, masks.weights, matrix),
        face=face,
        missing=missing,
        grain=grain_of(missing, face[..., 0] > 0.5, pixels_per_crop_pixel=1.0 / scale_of(crop.matrix))
        if is_grainy
        else None,
        ground=photo,
    )


def finished_crop(
    edited: RgbImage,
    crop: RgbImage,
    missing: NDArray[np.float32],
    *,
    detail: float,
    color_match: bool,
    tone: Tone | None = None,
    grain: NDArray[np.float32] | None = None,
) -> RgbImage:
    """Return a decoded crop with the photograph's colours and a share of its fine detail, not pasted back.

    Args:
        edited: Decoded crop, ``(side, side, 3)`` uint8 RGB.
        crop: The photograph's crop, same shape.
        missing: What the crop's reconstruction lacks, same shape.
        detail: Share of ``missing`` that is put back, from 0 to 1.
        color_match: Whether the skin's colours are brought to the crop's.
        tone: The one tone that the photograph has and that is to be kept.
        grain: The part of ``missing`` that is put back whole, same shape; ``None`` for none.
    """
    matched = match_colors(edited, crop) if color_match else edited
    pixels = put_back(matched.astype(np.float32), missing, grain, share=detail)
    picture = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return picture if tone is None else tone.applied(picture)


def finished_crops(
    edited: Sequence[RgbImage] | NDArray[np.uint8],
    crop: RgbImage,
    reconstruction: RgbImage,
    *,
    details: Sequence[float],
    color_match: bool,
    tone: Tone | None = None,
    is_grainy: bool = False,
) -> NDArray[np.uint8]:
    """Return decoded crops of one photograph finished as :func:`finished_crop` does, ``(n, side, side, 3)`` uint8 RGB.

    Args:
        edited: Decoded crops, ``(side, side, 3)`` uint8 RGB each.
        crop: The photograph's crop, same shape.
        reconstruction: The crop after encoding and decoding, same shape.
        details: Share of what the reconstruction lacks that each gets back, from 0 to 1.
        color_match: Whether the skin's colours are brought to the crop's.
        tone: The one tone that the photograph has and that is to be kept.
        is_grainy: Whether the grain was taken out of the crop before it was encoded, and comes back.
    """
    missing, grain = missing_of(crop, reconstruction, is_grainy=is_grainy)
    return np.stack(
        [
            finished_crop(
                picture, crop, missing, detail=detail, color_match=color_match, tone=tone, grain=grain
            )
            for picture, detail in zip(edited, details, strict=True)
        ]
    )


def missing_of(
    crop: RgbImage, reconstruction: RgbImage, *, is_grainy: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Return what ``reconstruction`` lacks of ``crop``, and the grain in it that comes back whole, if any.

    Args:
        crop: The photograph's crop, ``(side, side, 3)`` uint8 RGB.
        reconstruction: The crop after encoding and decoding, same shape.
        is_grainy: Whether the grain was taken out of the crop before it was encoded.
    """
    missing = crop.astype(np.float32) - reconstruction.astype(np.float32)
    return missing, grain_of(missing, skin_place(crop.shape[0])) if is_grainy else None


def match_colors(picture: RgbImage, wanted: RgbImage) -> RgbImage:
    """Return ``picture`` with the mean and spread that ``wanted`` has over the skin, in CIELAB.

    The gain of a channel is kept within 0.8 and 1.25, so that shading which belongs to an age is not undone.

    Args:
        picture: Canonical crop, uint8 RGB.
        wanted: Canonical crop of the same size.
    """
    skin = skin_place(picture.shape[0])
    lab, goal = rgb2lab(picture), rgb2lab(wanted)
    mean, goal_mean = lab[skin].mean(axis=0), goal[skin].mean(axis=0)
    gain = np.clip(goal[skin].std(axis=0) / np.maximum(lab[skin].std(axis=0), 1e-3), _LEAST_GAIN, _MOST_GAIN)
    matched = rgb_of_lab((lab - mean) * gain + goal_mean)
    result: RgbImage = np.rint(matched * 255.0).astype(np.uint8)
    return result


def mean_picture(pictures: Sequence[RgbImage]) -> RgbImage:
    """Return the mean of ``pictures``, all of one shape, uint8 RGB."""
    return np.rint(np.mean(np.stack(pictures), axis=0, dtype=np.float64)).astype(np.uint8)


def spread_picture(pictures: Sequence[RgbImage]) -> tuple[RgbImage, float]:
    """Return a heat map of the standard deviation across ``pictures``, and its largest value in grey levels.

    Black is no difference; white is :data:`SPREAD_FULL_SCALE` grey levels or more, the same in every run.
    """
    stack = np.stack(pictures).astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    spread = stack.std(axis=0)
    places = np.clip(spread / SPREAD_FULL_SCALE, 0.0, 1.0) * (len(_HEAT) - 1)
    knots = np.arange(len(_HEAT))
    heat = np.stack([np.interp(places, knots, _HEAT[:, channel]) for channel in range(3)], axis=-1)
    return np.rint(heat).astype(np.uint8), float(spread.max())


def _in_window(
    view: RgbImage, face: RgbImage, matrix: FloatArray, window: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    """Return ``face`` brought to the window's pixels; beyond the crop the photograph stays."""
    full = np.ones(face.shape[:2], dtype=np.float32)
    return paste_back(view, face, _shifted(matrix, window), full).astype(np.float32)


def _mask_in_window(view: RgbImage, mask: NDArray[np.float32], matrix: FloatArray) -> NDArray[np.float32]:
    """Return a crop's ``mask`` in the window's pixels, to 1/255, shape ``(height, width, 1)``."""
    white = np.full((*mask.shape, 3), 255, dtype=np.uint8)
    seen = paste_back(np.zeros_like(view), white, matrix, mask)
    return np.asarray(seen[..., :1], dtype=np.float32) / np.float32(255.0)


def _shifted(matrix: FloatArray, window: tuple[int, int, int, int]) -> FloatArray:
    """Return ``matrix`` for pixels that count from the window's corner."""
    offset = matrix[:, :2] @ np.array(window[:2], dtype=np.float64)
    return np.column_stack([matrix[:, :2], matrix[:, 2] + offset])


def skin_place(side_px: int) -> NDArray[np.bool_]:
    """Return where the skin of a face is in a canonical crop, ``(side, side)``."""
    return np.asarray(_ellipse(side_px, 0.28, 0.33) <= 1.0)


def _ellipse(side_px: int, half_width: float, half_height: float) -> NDArray[np.float64]:
    """Return the squared radius about the crop's centre, 1 on the ellipse."""
    axis = (np.arange(side_px) + 0.5) / side_px - 0.5
    return np.asarray((axis[None, :] / half_width) ** 2 + (axis[:, None] / half_height) ** 2)
