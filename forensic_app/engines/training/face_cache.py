"""Aligned crops, embeddings and labels of a folder of labelled faces, made once and kept in the work folder.

Rules:
    * A photograph enters with the face that the analyser finds, aligned as in use; one whose face is not found is
      left out and named in ``refused.txt``.
    * Validation faces are drawn by seed, spread over age group, sex and group, and named in ``validation.txt``; a
      training may keep others, and then leaves out copies of them too, judged by the embedding.
    * The cache holds pictures of the data set: it belongs in a folder that is never shipped or committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.pictures.traits import colour_spread, sharpness
from forensic_app.engines.training.coded_crops import CROPS_NAME, decode_crops
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.faces.align import align
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser, RgbImage
from forensic_app.faces.labelled_faces import LabelledFace, read_labelled_faces, stratified_sample
from forensic_app.images import load_working_copy

FEWEST_FACES = 100
COPY_DISTANCE = 0.3
"""Faces closer than this to a validation face are taken for the same photograph, cut or saved differently."""
EMBED_BATCH = 32


class WantedFaces(Protocol):
    """What a training asks of its faces."""

    @property
    def resolution(self) -> int:
        """Side of a crop, in pixels."""

    @property
    def seed(self) -> int:
        """Seed of the draw of validation faces."""

    @property
    def validation_faces(self) -> int:
        """Most faces to keep from training."""


@dataclass(frozen=True, slots=True)
class FaceCache:
    """Aligned faces in order of their files' paths.

    Attributes:
        crops: Shape ``(n, s, s, 3)`` uint8 RGB, a read-only memory map.
        embeddings: Shape ``(n, d)`` float32.
        landmarks: Points found, in crop pixels, shape ``(n, 5, 2)`` float32.
        ages: Shape ``(n,)`` float32, years.
        sexes: ``female``, ``male`` or ``unknown``, one for each face.
        groups: Lower-case ancestry word or empty, one for each face.
        raw_ages: The analyser's estimate, shape ``(n,)`` float32, years.
        sharpness: Variance of the Laplacian of each crop, shape ``(n,)`` float32.
        colour_spread: How far each crop's colours stray from grey or one tone, shape ``(n,)`` float32.
        is_validation: Shape ``(n,)`` bool.
        names: File names.
        is_copy: Faces that look like another copy of a validation face, shape ``(n,)`` bool, if anybody looked.
    """

    crops: NDArray[np.uint8]
    embeddings: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    ages: NDArray[np.float32]
    sexes: tuple[str, ...]
    groups: tuple[str, ...]
    raw_ages: NDArray[np.float32]
    sharpness: NDArray[np.float32]
    colour_spread: NDArray[np.float32]
    is_validation: NDArray[np.bool_]
    names: tuple[str, ...]
    is_copy: NDArray[np.bool_] | None = None

    @property
    def may_train(self) -> NDArray[np.bool_]:
        """Faces that training may see, shape ``(n,)`` bool."""
        return ~self.is_validation if self.is_copy is None else ~self.is_validation & ~self.is_copy

    @property
    def training_indices(self) -> NDArray[np.int64]:
        """Indices of faces that training may see."""
        return np.flatnonzero(self.may_train).astype(np.int64)

    @property
    def validation_indices(self) -> NDArray[np.int64]:
        """Indices of faces that training never sees."""
        return np.flatnonzero(self.is_validation).astype(np.int64)


def keeping(cache: FaceCache, names: Container[str]) -> FaceCache:
    """Return ``cache`` with the faces called ``names``, and no others, as its validation faces.

    Other faces whose embedding is nearly that of one of them are marked as copies, which training does not see.

    Raises:
        InvalidInput: None of them is there, or nothing else.
    """
    kept = np.array([name in names for name in cache.names], dtype=np.bool_)
    if not kept.any():
        raise InvalidInput(
            "None of the faces that are to be kept from training is in the data.",
            "Name the data that the list, or the pack, was made with.",
        )
    made = replace(cache, is_validation=kept, is_copy=_copies(cache.embeddings, kept))
    if not made.may_train.any():
        raise InvalidInput(
            "Without the faces that are to be kept, and copies of them, nothing is left to train on.",
            "Name fewer faces, or more data.",
        )
    return made


def _copies(embeddings: NDArray[np.float32], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which faces lie nearer than :data:`COPY_DISTANCE` to one of those ``kept``, which are not copies."""
    nearest = np.full(len(embeddings), np.inf, dtype=np.float32)
    for face in np.flatnonzero(kept):
        np.minimum(nearest, np.linalg.norm(embeddings - embeddings[face], axis=1), out=nearest)
    return np.asarray((nearest < COPY_DISTANCE) & ~kept)


def load_or_build_cache(
    data: Sequence[Path],
    work: Path,
    wanted: WantedFaces,
    analyser: FaceAnalyser,
    on_progress: Callable[[int, int], None],
) -> FaceCache:
    """Return the cache in ``work``, building it from ``data`` first where it is not there or is of another size.

    Args:
        data: Folders or CSV files of labelled faces.
        work: Where the cache lies.
        wanted: Resolution, and seed and number of the validation faces that are drawn.
        analyser: Finds, embeds and estimates.
        on_progress: Told photographs done and in all.

    Raises:
        InvalidInput: ``data`` holds too few usable faces.
    """
    folder = work / "faces"
    stamp = {"data": [str(each.resolve()) for each in data], "resolution": wanted.resolution, "seed": wanted.seed,
             "validation_faces": wanted.validation_faces}  # fmt: skip
    marker = folder / "cache.json"
    if not marker.is_file() or json.loads(marker.read_text(encoding="utf-8"))["stamp"] != stamp:
        _build(data, folder, wanted, analyser, on_progress, stamp)
    return load_cache(work)


def load_cache(work: Path) -> FaceCache:
    """Return the cache that :func:`load_or_build_cache` left in ``work``.

    Raises:
        InvalidInput: An earlier version of the program made it.
    """
    folder = work / "faces"
    labels = json.loads((folder / "cache.json").read_text(encoding="utf-8"))
    if "sharpness" not in labels:
        raise InvalidInput(
            f"The face cache in {work} was made by an earlier version of the program.",
            "Have the stage faces of its training make it anew, or leave the cache out.",
        )
    if not (folder / CROPS_NAME).is_file():
        decode_crops(folder)
    return FaceCache(
        crops=np.load(folder / CROPS_NAME, mmap_mode="r"),
        embeddings=np.load(folder / "embeddings.npy").astype(np.float32),
        landmarks=np.load(folder / "landmarks.npy"),
        ages=np.array(labels["ages"], dtype=np.float32),
        sexes=tuple(labels["sexes"]),
        groups=tuple(labels["groups"]),
        raw_ages=np.array(labels["raw_ages"], dtype=np.float32),
        sharpness=np.array(labels["sharpness"], dtype=np.float32),
        colour_spread=np.array(labels["colour_spread"], dtype=np.float32),
        is_validation=np.array(labels["is_validation"], dtype=np.bool_),
        names=tuple(labels["names"]),
        is_copy=np.array(labels["is_copy"], dtype=np.bool_) if "is_copy" in labels else None,
    )


def _build(
    data: Sequence[Path],
    folder: Path,
    wanted: WantedFaces,
    analyser: FaceAnalyser,
    on_progress: Callable[[int, int], None],
    stamp: dict[str, object],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    labelled = read_labelled_faces(*data)
    size = wanted.resolution
    shape = (len(labelled.faces), size, size, 3)
    crops = np.lib.format.open_memmap(folder / "crops.part.npy", mode="w+", dtype=np.uint8, shape=shape)
    kept: list[LabelledFace] = []
    refused = list(labelled.refused)
    embeddings: list[NDArray[np.float32]] = []
    landmarks: list[NDArray[np.float32]] = []
    raw_ages: list[float] = []
    waiting: list[tuple[RgbImage, DetectedFace]] = []
    for done, labelled_face in enumerate(labelled.faces, start=1):
        found = _find(labelled_face, analyser)
        on_progress(done, len(labelled.faces))
        if found is None:
            refused.append(labelled_face.path.name)
            continue
        image, face = found
        aligned = align(image, face, size)
        crops[len(kept)] = aligned.crop
        landmarks.append((face.landmarks @ aligned.matrix[:, :2].T + aligned.matrix[:, 2]).astype(np.float32))
        raw_ages.append(round(analyser.estimate_age(image, face).years, 3))
        kept.append(labelled_face)
        waiting.append((image, face))
        if len(waiting) == EMBED_BATCH:
            embeddings.append(analyser.embed_many(*zip(*waiting, strict=True)))
            waiting.clear()
    if waiting:
        embeddings.append(analyser.embed_many(*zip(*waiting, strict=True)))
    if len(kept) < FEWEST_FACES:
        raise InvalidInput(
            f"{' and '.join(map(str, data))} hold only {len(kept)} usable faces.",
            f"Training needs {FEWEST_FACES} or more.",
        )
    _save(folder, crops[: len(kept)], np.concatenate(embeddings), np.stack(landmarks))
    _save_labels(folder, kept, raw_ages, refused, wanted, stamp)


def _find(labelled: LabelledFace, analyser: FaceAnalyser) -> tuple[RgbImage, DetectedFace] | None:
    try:
        image = load_working_copy(labelled.path)
    except UnreadableImage:
        return None
    faces = analyser.detect(image)
    return (image, faces[0]) if faces else None


def _save(
    folder: Path, crops: NDArray[np.uint8], embeddings: NDArray[np.float32], landmarks: NDArray[np.float32]
) -> None:
    np.save(folder / "crops.npy", crops)
    (folder / "crops.part.npy").unlink()
    np.save(folder / "embeddings.npy", embeddings)
    np.save(folder / "landmarks.npy", landmarks)


def _save_labels(
    folder: Path,
    kept: Sequence[LabelledFace],
    raw_ages: Sequence[float],
    refused: Sequence[str],
    wanted: WantedFaces,
    stamp: dict[str, object],
) -> None:
    count = min(wanted.validation_faces, len(kept) // 5)
    chosen = {face.path for face in stratified_sample(kept, count, seed=wanted.seed)}
    crops = np.load(folder / "crops.npy", mmap_mode="r")
    labels = {
        "stamp": stamp,
        "ages": [face.age_years for face in kept],
        "sexes": [face.sex.value for face in kept],
        "groups": [face.group.lower() for face in kept],
        "raw_ages": list(raw_ages),
        "sharpness": [round(sharpness(crop), 2) for crop in crops],
        "colour_spread": [round(colour_spread(crop), 3) for crop in crops],
        "is_validation": [face.path in chosen for face in kept],
        "names": [face.path.name for face in kept],
    }
    names = [face.path.name for face in kept if face.path in chosen]
    (folder / "validation.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    (folder / "refused.txt").write_text("\n".join(refused) + "\n", encoding="utf-8")
    (folder / "cache.json").write_text(json.dumps(labels), encoding="utf-8")
