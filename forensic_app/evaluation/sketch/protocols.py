"""One set of sketches under several published ways of computing SSIM and PSNR.

Rules:
    * The sketches are the same in every row; only how they are compared differs, so that the differences
      between the rows are protocol and nothing else.
    * The first row is the program's own protocol; a pack's card quotes that one.

References:
    Wang et al., IEEE TIP 2004 (SSIM; window and constants); scikit-image's ``structural_similarity`` (uniform window of
    7 px by default, the one that much published code calls); Isola et al. 2017 (256 px squares).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.metrics import structural_similarity

from forensic_app.evaluation.measures.image_metrics import psnr_db, ssim
from forensic_app.faces.align import align_matrix, invert, transform_points
from forensic_app.faces.analyser import DetectedFace

GreyImage = NDArray[np.uint8]
Prepare = Callable[[GreyImage], GreyImage]

SQUARE_PX: Final = 256
SMALL_PX: Final = 128
_CROP_PX = 100.0


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """A made sketch and an artist's, ``uint8`` grey of one shape, and the photograph's face in their pixels."""

    made: GreyImage
    artist: GreyImage
    face: DetectedFace


@dataclass(frozen=True, slots=True)
class Protocol:
    """A way of comparing.

    Attributes:
        words: What it does.
        made: What is done to the made sketch before.
        artist: What is done to the artist's.
        measure: SSIM of the two.
        face_alone: Whether only the face's crop is compared.
    """

    words: str
    made: Prepare
    artist: Prepare
    measure: Callable[[GreyImage, GreyImage], float] = ssim
    face_alone: bool = False


def compare_protocols(pairs: Sequence[ComparedPair]) -> list[dict[str, object]]:
    """Return a row for each protocol: ``protocol``, mean ``ssim``, mean ``psnr_db``, ``n_pairs``."""
    rows: list[dict[str, object]] = []
    for each in protocols():
        alike, ratios = [], []
        for pair in pairs:
            made, artist = pair.made, pair.artist
            if each.face_alone:
                down, across = face_window(pair.face, made.shape)
                made, artist = made[down, across], artist[down, across]
            made, artist = each.made(made), each.artist(artist)
            alike.append(each.measure(made, artist))
            ratios.append(psnr_db(made, artist))
        rows.append(
            {
                "protocol": each.words,
                "ssim": float(np.mean(alike)),
                "psnr_db": float(np.mean(ratios)),
                "n_pairs": len(pairs),
            }
        )
    return rows


def protocols() -> list[Protocol]:
    """Return every way of comparing, the program's own first."""
    one, two = smoothed(1.0), smoothed(2.0)
    wide, small = square(SQUARE_PX), square(SMALL_PX)
    return [
        Protocol("as they are", unchanged, unchanged),
        Protocol("as they are, uniform window of 7 px", unchanged, unchanged, uniform_ssim),
        Protocol("the face's crop alone", unchanged, unchanged, face_alone=True),
        Protocol(f"both resized to {SQUARE_PX} x {SQUARE_PX} px", wide, wide),
        Protocol(f"both resized to {SMALL_PX} x {SMALL_PX} px", small, small),
        Protocol("the made one smoothed by 1 px", one, unchanged),
        Protocol("both smoothed by 1 px", one, one),
        Protocol("both smoothed by 2 px", two, two),
    ]


def face_window(face: DetectedFace, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return rows and columns of the upright box around ``face``'s canonical crop in a picture of ``shape``."""
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=np.float64) * _CROP_PX
    places = transform_points(invert(align_matrix(face, _CROP_PX)), corners)
    limit = np.array([shape[1], shape[0]])
    left, top = (int(value) for value in np.clip(np.rint(places.min(axis=0)), 0, limit))
    right, bottom = (int(value) for value in np.clip(np.rint(places.max(axis=0)), 0, limit))
    return slice(top, bottom), slice(left, right)


def unchanged(sketch: GreyImage) -> GreyImage:
    """Return ``sketch``."""
    return sketch


def square(side_px: int) -> Callable[[GreyImage], GreyImage]:
    """Return a resizing to ``side_px`` squared that does not keep the aspect, as pix2pix code does (bicubic)."""

    def resized(sketch: GreyImage) -> GreyImage:
        size = (side_px, side_px)
        return np.asarray(Image.fromarray(sketch).resize(size, Image.Resampling.BICUBIC), dtype=np.uint8)

    return resized


def smoothed(sigma_px: float) -> Callable[[GreyImage], GreyImage]:
    """Return a Gaussian smoothing, which takes the pencil's strokes away and leaves the shading."""

    def smooth(sketch: GreyImage) -> GreyImage:
        values = ndimage.gaussian_filter(sketch.astype(np.float64), sigma_px)
        return np.asarray(np.rint(values), dtype=np.uint8)

    return smooth


def uniform_ssim(first: GreyImage, second: GreyImage) -> float:
    """Return scikit-image's SSIM with its defaults: uniform window of 7 px, sample covariance."""
    return float(structural_similarity(first, second, data_range=255))
