"""The people of a personalisation's evaluation: photographs to train on, and photographs that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forensic_app.digests import sha256_of_file
from forensic_app.engines.pictures.measurement import Calibration
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.series.protocols import OnProgress
from forensic_app.faces.analyser import FaceAnalyser

if TYPE_CHECKING:
    from forensic_app.engines.personalisation.draws import PersonalPhoto

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic"})
LEAST_KEPT = 2


@dataclass(frozen=True, slots=True)
class Person:
    """One person.

    Attributes:
        name: Name of the folder.
        trained: Photographs to train on.
        kept: Photographs that no training sees.
        warnings: What was noticed about the photographs.
    """

    name: str
    trained: tuple[PersonalPhoto, ...]
    kept: tuple[PersonalPhoto, ...]
    warnings: tuple[str, ...]

    @property
    def photos(self) -> tuple[PersonalPhoto, ...]:
        """All photographs."""
        return (*self.trained, *self.kept)


def read_people(
    data_dir: Path,
    analyser: FaceAnalyser,
    *,
    photos: int,
    crop_px: int,
    calibration: Calibration | None,
    seed: int,
    report: OnProgress,
    names: Sequence[str] = (),
) -> list[Person]:
    """Return the people of ``data_dir``, their photographs dealt by the seed.

    Args:
        data_dir: One folder for each person.
        analyser: Finds, compares and ages the faces.
        photos: Photographs to train on.
        crop_px: Side of the canonical crop.
        calibration: Of the analyser's age estimator.
        seed: Of the deal.
        report: Told the progress.
        names: Only these people; all by default.

    Raises:
        InvalidInput: There is no such folder or person, or a person has too few usable photographs.
    """
    from forensic_app.engines.personalisation.photographs import Source, review_photographs

    folders = sorted(path for path in data_dir.iterdir() if path.is_dir()) if data_dir.is_dir() else []
    if not folders:
        raise InvalidInput(
            f"{data_dir} holds no folders.", "Give a folder that holds one folder for each person."
        )
    unknown = sorted(set(names) - {folder.name for folder in folders})
    if unknown:
        raise InvalidInput(
            f"{data_dir} holds no folder {unknown[0]!r}.",
            f"Name some of: {', '.join(folder.name for folder in folders)}.",
        )
    folders = [folder for folder in folders if not names or folder.name in names]
    people = []
    for number, folder in enumerate(folders):
        report(0.05 * number / len(folders), f"Reading the photographs of {folder.name}")
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)
        sources = [Source(path.name, path, sha256_of_file(path)) for path in paths]
        review = review_photographs(sources, analyser, crop_px=crop_px, calibration=calibration)
        if len(review.photos) < photos + LEAST_KEPT:
            raise InvalidInput(
                f"{folder.name} has {len(review.photos)} usable photographs; {photos} to train on and "
                f"at least {LEAST_KEPT} to keep are needed.",
                "Add photographs, or train on fewer with --photos.",
            )
        order = np.random.default_rng(seed).permutation(len(review.photos))
        dealt = [review.photos[place] for place in order]
        people.append(Person(folder.name, tuple(dealt[:photos]), tuple(dealt[photos:]), review.warnings))
    return people


def non_mated_scores(
    people: Sequence[Person], strangers: FloatArray, analyser: FaceAnalyser
) -> tuple[FloatArray, dict[str, int]]:
    """Return scores of different people: photographs across persons, and photographs against generated faces.

    Args:
        people: The people.
        strangers: Embeddings of the regularization faces, ``(n, d)``.
        analyser: The analyser.

    Returns:
        The scores, and how many of them are of which kind.
    """
    across = [
        analyser.comparison_score(first.embedding, second.embedding)
        for place, one in enumerate(people)
        for other in people[:place]
        for first in one.photos
        for second in other.photos
    ]
    generated = [
        analyser.comparison_score(photo.embedding, stranger.astype(np.float32))
        for person in people
        for photo in person.photos
        for stranger in strangers
    ]
    counts = {"across_persons": len(across), "with_regularization_faces": len(generated)}
    return np.array([*across, *generated], dtype=np.float64), counts
