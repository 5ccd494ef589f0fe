"""Photographs and sketches of the same people, brought to one frame for training and measuring.

Rules:
    * ``DIR/photos`` and ``DIR/sketches`` hold files of equal names (endings may differ); a sketch is resized
      to its photograph's size, so that both are mapped by the photograph's matrix.
    * Training pairs are kept on a canvas that is wider than the frame by a fifth, so that a shifted or
      enlarged view never runs out of picture where there is one.
    * A background is replaced only where the photograph has a plain one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.color import rgb2lab

from forensic_app.digests import sha256_of_file
from forensic_app.engines.sketch.frame import known_pixels, portrait_matrix
from forensic_app.engines.sketch.styles import Split, StyleFolder
from forensic_app.errors import InvalidInput
from forensic_app.faces.align import warp
from forensic_app.faces.analyser import FaceAnalyser, FloatArray, RgbImage
from forensic_app.images import load_working_copy

CANVAS_SHARE: Final = 1.2
FEWEST_PAIRS: Final = 4
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
DIGEST_DIGITS: Final = 12
_PLAIN_DISTANCE = 22.0
_PLAIN_SHARE = 0.7

GreyImage = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PairFiles:
    """Paths of one pair.

    Attributes:
        name: File name without its ending.
        photo: The photograph.
        sketch: The sketch.
    """

    name: str
    photo: Path
    sketch: Path


@dataclass(frozen=True, slots=True)
class PairSet:
    """Pairs on the training canvas.

    Attributes:
        photos: Shape ``(n, c, c, 3)`` uint8 RGB.
        sketches: Shape ``(n, c, c)`` uint8.
        known: Shape ``(n, c, c)`` uint8, 255 where the photograph has a pixel.
        people: Shape ``(n, c, c)`` uint8, 255 on the person, 0 on a plain background; all 255 where the
            background is not plain.
        names: One name for each pair.
        refused: Names of pairs whose face was not found.
        photo_sha256: Digest of each photograph's file.
        styles: Place of each pair's style, shape ``(n,)`` int64; all 0 where there is one.
        style_names: The styles by place; empty where there is one without a name.
        has_test: Whether each style has a test folder.
    """

    photos: NDArray[np.uint8]
    sketches: NDArray[np.uint8]
    known: NDArray[np.uint8]
    people: NDArray[np.uint8]
    names: tuple[str, ...]
    refused: tuple[str, ...]
    photo_sha256: tuple[str, ...]
    styles: NDArray[np.int64]
    style_names: tuple[str, ...] = ()
    has_test: tuple[bool, ...] = (False,)


def find_pairs(folder: Path) -> list[PairFiles]:
    """Return the pairs in ``folder/photos`` and ``folder/sketches``, in order of their names.

    Raises:
        InvalidInput: A folder is missing, or no photograph has a sketch of its name.
    """
    photos, sketches = (_pictures(folder / part) for part in ("photos", "sketches"))
    names = sorted(set(photos) & set(sketches))
    if not names:
        raise InvalidInput(
            f"{folder} holds no pair of a photograph and a sketch.",
            "Put files of equal names into its folders photos and sketches.",
        )
    return [PairFiles(name, photos[name], sketches[name]) for name in names]


def load_pair(files: PairFiles) -> tuple[RgbImage, GreyImage]:
    """Return a photograph, ``(h, w, 3)`` uint8 RGB, and its sketch at the same size, ``(h, w)`` uint8 luma."""
    photo = load_working_copy(files.photo)
    sketch = Image.fromarray(load_working_copy(files.sketch)).convert("L")
    size = (photo.shape[1], photo.shape[0])
    if sketch.size != size:
        sketch = sketch.resize(size, Image.Resampling.LANCZOS)
    return photo, np.asarray(sketch, dtype=np.uint8)


def load_training_pairs(
    folders: Sequence[StyleFolder],
    analyser: FaceAnalyser,
    *,
    side_px: int,
    on_progress: Callable[[int, int], None],
) -> PairSet:
    """Return the pairs of ``folders`` on a canvas around the portrait frame of ``side_px``.

    Raises:
        InvalidInput: There are too few pairs with a face.
    """
    files = [(place, each) for place, part in enumerate(folders) for each in find_pairs(part.folder)]
    made: list[tuple[NDArray[np.uint8], ...]] = []
    used: list[tuple[int, PairFiles]] = []
    refused: list[str] = []
    for done, (place, each) in enumerate(files, start=1):
        photo, sketch = load_pair(each)
        faces = analyser.detect(photo)
        if faces:
            made.append(_on_canvas(photo, sketch, portrait_matrix(faces[0], side_px), side_px))
            used.append((place, each))
        else:
            refused.append(_named(folders[place], each))
        on_progress(done, len(files))
    if len(made) < FEWEST_PAIRS:
        raise InvalidInput(
            f"{folders[0].folder} holds only {len(made)} pairs with a face that is found.",
            f"Training needs {FEWEST_PAIRS} or more.",
        )
    photos, sketches, known, people = (np.stack(part) for part in zip(*made, strict=True))
    return PairSet(
        photos,
        sketches,
        known,
        people,
        names=tuple(_named(folders[place], each) for place, each in used),
        refused=tuple(refused),
        photo_sha256=tuple(sha256_of_file(each.photo) for _, each in used),
        styles=np.array([place for place, _ in used], dtype=np.int64),
        style_names=tuple(each.style for each in folders if each.style),
        has_test=tuple(each.has_test for each in folders),
    )


def pairs_record(pairs: PairSet, split: Split) -> dict[str, Any]:
    """Return which photographs were trained on, by the first digits of their digests, and which pairs were kept.

    Args:
        pairs: Every pair.
        split: What they serve for.

    Returns:
        ``trained`` (first digits of the SHA-256 of each photograph's file), ``watched`` and ``held_out`` (names), each
        by style; JSON types.
    """
    record: dict[str, Any] = {"trained": {}, "watched": {}, "held_out": {}}
    for place, style in enumerate(pairs.style_names or ("",)):
        own = pairs.styles == place
        record["trained"][style] = sorted(
            pairs.photo_sha256[each][:DIGEST_DIGITS] for each in np.flatnonzero(own & split.trained)
        )
        for kind, kept in (("watched", split.watched), ("held_out", split.held_out)):
            record[kind][style] = [pairs.names[each] for each in np.flatnonzero(own & kept)]
    return record


def _named(folder: StyleFolder, files: PairFiles) -> str:
    return f"{folder.style}/{files.name}" if folder.style else files.name


def person_mask(photo: RgbImage) -> NDArray[np.float32]:
    """Return where the person is, ``(h, w)`` float32 in ``[0, 1]``; all ones where no background is plain.

    A plain background is one whose colour holds along the upper border: what is near that colour in CIELAB and
    connected to the border is background.
    """
    lab = rgb2lab(photo)
    height = photo.shape[0]
    border = np.zeros(photo.shape[:2], dtype=bool)
    border[:3] = True
    border[: height // 2, :3] = border[: height // 2, -3:] = True
    smooth = np.stack([ndimage.gaussian_filter(lab[..., part], 1.0) for part in range(3)], axis=-1)
    distance = np.linalg.norm((smooth - np.median(lab[border], axis=0)) * (0.5, 1.0, 1.0), axis=-1)
    near = distance < _PLAIN_DISTANCE
    if near[border].mean() < _PLAIN_SHARE:
        return np.ones(photo.shape[:2], dtype=np.float32)
    labels, _ = ndimage.label(near)
    connected = np.isin(labels, np.unique(labels[border & near]))
    person = ndimage.binary_erosion(ndimage.binary_opening(~connected, iterations=1), iterations=1)
    return np.asarray(ndimage.gaussian_filter(person.astype(np.float32), 0.8), dtype=np.float32)


def _pictures(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.", "Name a folder that holds photos and sketches.")
    return {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in ENDINGS}


def _on_canvas(
    photo: RgbImage, sketch: GreyImage, matrix: FloatArray, side_px: int
) -> tuple[NDArray[np.uint8], ...]:
    canvas_px = canvas_side(side_px)
    margin = (canvas_px - side_px) / 2
    moved = np.column_stack([matrix[:, :2], matrix[:, 2] + margin])

    def mapped(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        pixels = warp(values, moved, origin=(0, 0), size=(canvas_px, canvas_px))
        return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)

    def grey(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return mapped(np.repeat(values[..., None], 3, axis=-1))[..., 0]

    known = known_pixels(moved, photo.shape, (canvas_px, canvas_px)).astype(np.uint8) * np.uint8(255)
    person = np.rint(person_mask(photo) * 255).astype(np.uint8)
    return mapped(photo), grey(sketch), known, grey(person)


def canvas_side(side_px: int) -> int:
    """Return the canvas's side for a frame of ``side_px``, even."""
    return 2 * round(side_px * CANVAS_SHARE / 2)
