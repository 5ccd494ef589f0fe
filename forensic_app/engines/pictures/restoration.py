"""A flat or grainy photograph as the networks know photographs, and back.

Networks that learned from ordinary photographs take the grain of an old print for wrinkles, and a change of age is as
strong on a flat face as on one of full contrast: both break the picture.

Rules:
    * A flat face gets the usual contrast before it is edited; what was made of it gets the photograph's contrast back.
    * Grain is taken out before the edit and comes back after it, whole, from
      :mod:`forensic_app.engines.pictures.grain`: a smooth face in a grainy photograph would look pasted in.
    * Colours keep their difference from the brightness, which alone is stretched; brightness is Rec. 601 luma.
    * An ordinary photograph is left as it is, to the last pixel.

References:
    Buades, A., Coll, B., Morel, J.-M. (2005). A non-local algorithm for image denoising. CVPR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.restoration import denoise_nl_means

from forensic_app.engines.pictures.compositing import skin_place
from forensic_app.engines.pictures.grain import grain_strength
from forensic_app.engines.pictures.traits import LUMA
from forensic_app.faces.analyser import RgbImage

FLAT_BELOW: Final = 20.0
"""Standard deviation of the skin's brightness, in levels of 255, below which a face may be flat."""

FLAT_SHARE_BELOW: Final = 0.13
"""The same as a share of the mean brightness: dark skin has fewer levels of contrast in a photograph that is not flat.
Both hold for 1 in 100 faces of UTKFace (1 of 376 that are labelled Black), for none of 120 studio photographs and for
5 in 100 of FG-NET's scanned family photographs. With 0.16, and a contrast of 28 in place of 23, old prints with a
structure of their own got stains."""

USUAL_CONTRAST: Final = 23.0
"""Standard deviation that a flat face is brought to: that of 1 in 20 faces of UTKFace is less."""

MOST_GAIN: Final = 4.0

GRAIN_ABOVE: Final = 2.0
"""Standard deviation of the grain, in levels of 255 at the usual contrast, above which it is taken out: none of 120
studio photographs reached it, and 1 of 1,189 of UTKFace."""

GRAIN_SEEN_AT_PX: Final = 192
"""Side of the crop that grain is measured on, larger ones made so small: in smaller ones the lines of a face change
from pixel to pixel as grain does."""

GRAIN_SHARE: Final = 1.5
"""What is taken out, in measured standard deviations: grain that a scan or JPEG has smoothed measures too little. With
1 enough was left to become wrinkles, with 2.5 mouths grew soft."""

_ROOM: Final = 5.0
"""Levels that are left free at black and at white."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """How a face is made ready for the networks.

    Attributes:
        gain: By how much its contrast is raised, at least 1.
        brightness: Mean brightness of its skin, in levels of 255.
        placed: Mean brightness of the skin with the other contrast.
        grain: Standard deviation of the grain that is taken out, in levels of 255; 0 where none is.
    """

    gain: float
    brightness: float
    placed: float
    grain: float

    @classmethod
    def of(cls, crop: RgbImage) -> Restoration | None:
        """Return how a face is made ready, ``None`` where the photograph is an ordinary one.

        Args:
            crop: Its canonical crop, ``(side, side, 3)`` uint8 RGB.
        """
        luma = crop.astype(np.float32) @ LUMA
        skin = skin_place(crop.shape[0])
        contrast, brightness = float(luma[skin].std()), float(luma[skin].mean())
        gain, placed = 1.0, brightness
        if 0.0 < contrast < min(FLAT_BELOW, FLAT_SHARE_BELOW * brightness):
            gain, placed = _stretch(luma, brightness, USUAL_CONTRAST / contrast)
        grain = _measured_grain(crop)
        if grain * gain <= GRAIN_ABOVE:
            grain = 0.0
        return cls(gain, brightness, placed, grain) if gain > 1.0 or grain > 0.0 else None

    @property
    def is_grainy(self) -> bool:
        """Whether grain is taken out."""
        return self.grain > 0.0

    def applied(self, crop: RgbImage) -> RgbImage:
        """Return ``crop``, ``(side, side, 3)`` uint8 RGB, without grain and with the usual contrast."""
        clean = crop.astype(np.float32)
        if self.is_grainy:
            strength = GRAIN_SHARE * self.grain
            clean = denoise_nl_means(
                clean,
                patch_size=5,
                patch_distance=7,
                h=0.8 * strength,
                sigma=strength,
                fast_mode=True,
                channel_axis=-1,
            )
        return _with_luma(clean, gain=self.gain, brightness=self.brightness, placed=self.placed)

    def undone(self, picture: RgbImage) -> RgbImage:
        """Return ``picture``, ``(side, side, 3)`` uint8 RGB, with the photograph's contrast; grain apart."""
        if self.gain == 1.0:
            return picture
        return _with_luma(
            picture.astype(np.float32), gain=1.0 / self.gain, brightness=self.placed, placed=self.brightness
        )

    def warnings(self) -> list[str]:
        """Return sentences for a run's record."""
        said = []
        if self.gain > 1.0:
            said.append(
                f"The face is flat: its contrast was raised {self.gain:.1f} times before the change of age and lowered "
                "again after it."
            )
        if self.is_grainy:
            said.append(
                "The photograph is grainy: its grain was taken out before the change of age, which would have made "
                "wrinkles of it, and put back after it."
            )
        return said

    def record(self) -> dict[str, Any]:
        """Return what a run's record says of it, JSON types only."""
        return {
            "contrast_gain": round(self.gain, 4),
            "brightness": round(self.brightness, 2),
            "placed_at": round(self.placed, 2),
            "grain": round(self.grain, 3),
        }


def undone(restoration: Restoration | None, picture: RgbImage) -> RgbImage:
    """Return a decoded picture, ``(side, side, 3)`` uint8 RGB, with the contrast of the photograph it is of."""
    return picture if restoration is None else restoration.undone(picture)


def _stretch(luma: NDArray[np.float32], brightness: float, wanted: float) -> tuple[float, float]:
    """Return the gain, and where the mean brightness goes, so that all but 1 in 100 pixels keep a brightness."""
    darkest, brightest = (float(each) for each in np.quantile(luma, [0.01, 0.99]))
    fits = (255.0 - 2.0 * _ROOM) / max(brightest - darkest, 1.0)
    gain = max(min(wanted, fits, MOST_GAIN), 1.0)
    least = _ROOM + gain * (brightness - darkest)
    most = 255.0 - _ROOM - gain * (brightest - brightness)
    return gain, brightness if least > most else min(max(brightness, least), most)


def _measured_grain(crop: RgbImage) -> float:
    """Return the standard deviation of the grain, in levels of 255; 0 of a crop that is too small to tell."""
    if crop.shape[0] < GRAIN_SEEN_AT_PX:
        return 0.0
    size = (GRAIN_SEEN_AT_PX, GRAIN_SEEN_AT_PX)
    seen = np.asarray(Image.fromarray(crop).resize(size, Image.Resampling.BOX))
    return grain_strength(seen, skin_place(GRAIN_SEEN_AT_PX))


def _with_luma(pixels: NDArray[np.float32], *, gain: float, brightness: float, placed: float) -> RgbImage:
    """Return ``pixels`` with a brightness ``l`` at ``(l - brightness) gain + placed`` and colours as they are."""
    luma = (pixels @ LUMA)[..., None]
    moved = pixels + ((luma - brightness) * gain + placed - luma)
    result: RgbImage = np.clip(np.rint(moved), 0, 255).astype(np.uint8)
    return result
