"""Real faces of about each target age, put through the pack's autoencoder: what derived pictures are held against.

Rules:
    * Kept apart from training first, others where those do not suffice; how many of each is said.
    * No reference is an input. Fewer than 20 of an age are none.
    * They go the same way as derived pictures: canonical crop, encoded, decoded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.measures.crop_texture import crop_textures
from forensic_app.evaluation.measures.real_faces import LEAST_FACES
from forensic_app.evaluation.pack.inputs import read_photo
from forensic_app.evaluation.series.protocols import OnProgress, SeriesMaker
from forensic_app.faces.align import align
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.labelled_faces import LabelledFace, stratified_sample, within_ages

MOST_REFERENCES = 150
FEWEST_ASKED = 40
LEAST_WINDOW_YEARS = 2.0
WINDOW_SHARE = 0.1
BATCH = 8


@dataclass(frozen=True, slots=True)
class References:
    """Real faces of about one age.

    Attributes:
        faces: Their labels.
        crops: After the autoencoder, ``(n, side, side, 3)`` uint8 RGB; empty where they are not kept.
        numbers: Of each region, ``(n, numbers)``, see :mod:`forensic_app.evaluation.measures.crop_texture`.
        n_unseen: How many of them were kept apart from training.
    """

    faces: tuple[LabelledFace, ...]
    crops: NDArray[np.uint8]
    numbers: Mapping[str, NDArray[np.float32]]
    n_unseen: int


def window_years(target_age: float) -> float:
    """Return how far from a target age a face's labelled age may be: a tenth of it, at least two years."""
    return max(LEAST_WINDOW_YEARS, WINDOW_SHARE * target_age)


def choose_references(
    faces: Sequence[LabelledFace],
    target_age: float,
    *,
    count: int,
    unseen: frozenset[str],
    excluded: frozenset[Path] = frozenset(),
    seed: int,
) -> tuple[LabelledFace, ...]:
    """Return up to ``count`` faces of about an age, those kept apart from training before others.

    Args:
        faces: Labelled faces.
        target_age: Years.
        count: Most faces.
        unseen: File names that training has not seen.
        excluded: Files that must not be among them.
        seed: Seed of the draw.
    """
    years = window_years(target_age)
    near = within_ages(faces, youngest=target_age - years, oldest=target_age + years)
    free = [face for face in near if face.path not in excluded]
    apart = [face for face in free if face.path.name in unseen]
    others = [face for face in free if face.path.name not in unseen]
    first = stratified_sample(apart, count, seed=seed) if apart else ()
    wanted = count - len(first)
    rest = stratified_sample(others, wanted, seed=seed) if others and wanted > 0 else ()
    return (*first, *rest)


def prepare_references(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    chosen: Sequence[LabelledFace],
    *,
    unseen: frozenset[str],
    keep_crops: bool = False,
    on_face: OnProgress | None = None,
) -> References:
    """Return references of ``chosen`` faces; those in which no face is found are left out.

    Raises:
        RunCancelled: From ``on_face``.
    """
    used: list[LabelledFace] = []
    decoded: list[NDArray[np.uint8]] = []
    numbers: list[dict[str, NDArray[np.float32]]] = []
    waiting: list[NDArray[np.uint8]] = []

    def flush() -> None:
        if waiting:
            after = maker.reconstruct(np.stack(waiting))
            numbers.append(crop_textures(after))
            if keep_crops:
                decoded.extend(after)
            waiting.clear()

    for place, face in enumerate(chosen):
        if on_face is not None:
            on_face(place / len(chosen), "Measuring real faces to hold pictures against")
        photo = read_photo(face)
        found = [] if photo is None else analyser.detect(photo)
        if photo is None or not found:
            continue
        used.append(face)
        waiting.append(align(photo, found[0], maker.crop_size_px).crop)
        if len(waiting) == BATCH:
            flush()
    flush()
    names = crop_textures([]) if not numbers else numbers[0]
    return References(
        faces=tuple(used),
        crops=np.stack(decoded) if decoded else np.zeros((0, 0, 0, 3), np.uint8),
        numbers={name: np.concatenate([part[name] for part in numbers]) for name in names}
        if numbers
        else names,
        n_unseen=sum(face.path.name in unseen for face in used),
    )


def wanted_references(people: int) -> int:
    """Return how many references of each age are asked for: twice the people, from 40 to 150."""
    return int(np.clip(2 * people, FEWEST_ASKED, MOST_REFERENCES))


def has_enough(references: References) -> bool:
    """Return whether there are as many as a figure needs."""
    return len(references.faces) >= LEAST_FACES
