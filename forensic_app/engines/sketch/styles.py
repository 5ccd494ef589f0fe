"""Styles of sketches: which folders hold which, what is kept from training, and how often each is shown.

Rules:
    * A folder of data holds ``photos`` and ``sketches``, or a part ``train`` that does (``test`` is never read), or
      several folders that do, such as ``style1``: then each is a style of its own.
    * A single folder of one style without a known name makes a network of one style without a name.
    * What is kept from training is drawn by seed alone from the names in order, style by style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.engines.sketch.schema import STYLES
from forensic_app.errors import InvalidInput

PHOTOS: Final = "photos"
_TRAIN, _TEST = "train", "test"


@dataclass(frozen=True, slots=True)
class StyleFolder:
    """Where the pairs of a style are.

    Attributes:
        style: Its name, such as ``cuhk``; empty for a style without a name.
        folder: Holds ``photos`` and ``sketches``.
        has_test: Whether a test folder beside holds pairs of the same style.
    """

    style: str
    folder: Path
    has_test: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Which pairs serve for what; each of shape ``(n,)`` bool, and each pair is in one of them.

    Attributes:
        trained: Shown in training.
        watched: Never shown; drawn at each checkpoint.
        held_out: Never shown and never looked at in training.
    """

    trained: NDArray[np.bool_]
    watched: NDArray[np.bool_]
    held_out: NDArray[np.bool_]


def find_styles(folders: Sequence[Path]) -> list[StyleFolder]:
    """Return the styles in ``folders``, in the order in which they were named.

    Raises:
        InvalidInput: A folder holds no pairs, a style is not known, or one is there twice.
    """
    found = [each for folder in folders for each in _styles_of(folder)]
    if len(found) == 1 and found[0].style not in STYLES:
        return [StyleFolder("", found[0].folder, found[0].has_test)]
    names = [each.style for each in found]
    unknown = [name for name in names if name not in STYLES]
    if unknown:
        raise InvalidInput(
            f"{unknown[0]!r} is no style that the program can name.",
            f"Call the folders after the styles: {', '.join(STYLES)} (fs2k holds style1 to style3).",
        )
    if len(set(names)) < len(names):
        raise InvalidInput("A style is there twice.", "Give one folder for each style.")
    return found


def measured_folder(style: StyleFolder) -> Path:
    """Return where the pairs are that a pack of this style is measured on: the test folder, else its only one."""
    return _test_of(style.folder) if style.has_test else style.folder


def _styles_of(folder: Path) -> list[StyleFolder]:
    name = folder.parent.name if folder.name in (_TRAIN, _TEST) else folder.name
    if (folder / PHOTOS).is_dir() or not folder.is_dir():
        return [_style(name, folder)]
    if (folder / _TRAIN).is_dir():
        return _styles_of(folder / _TRAIN)
    inner = [each for each in sorted(folder.iterdir()) if (each / PHOTOS).is_dir()]
    if not inner:
        raise InvalidInput(
            f"{folder} holds no pairs of photographs and sketches.",
            "Put files of equal names into its folders photos and sketches.",
        )
    return [_style(f"{name}-{each.name.removeprefix('style')}", each) for each in inner]


def _style(name: str, folder: Path) -> StyleFolder:
    return StyleFolder(name, folder, (_test_of(folder) / PHOTOS).is_dir())


def _test_of(folder: Path) -> Path:
    """Return where the test pairs of a training folder would be."""
    if folder.parent.name == _TRAIN:
        return folder.parent.parent / _TEST / folder.name
    return folder.parent / _TEST if folder.name == _TRAIN else folder / _TEST


def split_pairs(styles: NDArray[np.int64], has_test: Sequence[bool], config: SketchTrainingConfig) -> Split:
    """Return which pairs serve for what.

    Args:
        styles: Place of each pair's style, ``(n,)``; the pairs of a style in the order of their names.
        has_test: Whether each style has a test folder, so that none need be held out.
        config: Numbers and seed.
    """
    watched, held_out = np.zeros(len(styles), dtype=bool), np.zeros(len(styles), dtype=bool)
    for place, is_tested in enumerate(has_test):
        own = np.flatnonzero(styles == place)
        order = own[np.random.default_rng(config.seed).permutation(len(own))]
        most = len(own) // 4
        first = min(config.validation_pairs, most)
        watched[order[:first]] = True
        if not is_tested and len(has_test) > 1:
            held_out[order[first : first + min(config.held_out_pairs, most)]] = True
    return Split(~watched & ~held_out, watched, held_out)


def shares(styles: NDArray[np.int64], trained: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how often each pair is drawn, ``(n,)`` float64 that sum to 1; 0 for those that are kept.

    A style is drawn in proportion to the square root of its pairs, so that small ones are not forgotten.
    """
    weights = np.zeros(len(styles), dtype=np.float64)
    for place in np.unique(styles[trained]):
        own = trained & (styles == place)
        weights[own] = 1.0 / np.sqrt(own.sum())
    return np.asarray(weights / weights.sum(), dtype=np.float64)
