"""Templates of photographs and of their aged faces, by several recognisers at once.

Rules:
    * A face is searched once, by the bundled detector, and every recogniser sees the same one: the largest.
    * A derived face is made on the canonical crop, as ``evaluate pack`` does, and read as such crops are read.
    * What an engine gets is what a run would have: the age in the photograph, or the estimate where none is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import UnreadableImage
from forensic_app.evaluation.matching.comparing import ScoreRows
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.series.protocols import OnProgress, RawAge, SeriesMaker, locate
from forensic_app.faces.align import align
from forensic_app.faces.analyser import DetectedFace, Embedding, FaceAnalyser, RgbImage
from forensic_app.faces.people import Photo
from forensic_app.images import load_working_copy

AGE_STEP_YEARS: Final = 10.0
"""Derived faces are made for the middle of steps this wide: one face stands for all probes of a step."""
READ_AT_ONCE: Final = 64


class Recogniser(Protocol):
    """What turns faces into templates and compares them."""

    @property
    def name(self) -> str:
        """Registry name."""
        ...

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return embeddings of one face in each image, ``(n, d)``."""
        ...

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return the score of each of ``first`` with each of ``second``, ``(n, m)``, higher is more alike."""
        ...


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """What was read in one photograph.

    Attributes:
        face: Its largest face, ``None`` where none was found or the file is no image.
        crop: Canonical crop of the face, ``None`` as above or where no derived face is asked for.
        raw_age_years: The estimate on the photograph, before calibration.
        embedding: By the bundled recogniser.
        reason: Why there is no face; empty where there is one.
    """

    face: DetectedFace | None
    crop: RgbImage | None
    raw_age_years: float
    embedding: Embedding
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Templates:
    """Templates of all photographs by one recogniser.

    Attributes:
        recogniser: The recogniser.
        real: One row for each photograph, ``(n, d)`` float32; zeros where no face was found.
    """

    recogniser: Recogniser
    real: NDArray[np.float32]


def read_photos(
    photos: Sequence[Photo],
    analyser: FaceAnalyser,
    recognisers: Sequence[Recogniser],
    *,
    crop_size_px: int | None,
    report: OnProgress,
) -> tuple[list[ReadPhoto], list[Templates]]:
    """Find and embed the largest face of every photograph.

    Args:
        photos: The photographs.
        analyser: Finds faces and estimates ages.
        recognisers: Each gives its own templates.
        crop_size_px: Side of the canonical crops to keep; ``None`` for none.
        report: Receives progress.
    """
    read: list[ReadPhoto] = []
    rows: list[list[NDArray[np.float32]]] = [[] for _ in recognisers]
    waiting: list[tuple[RgbImage, DetectedFace] | None] = []

    def settle() -> None:
        found = [item for item in waiting if item is not None]
        for recogniser, own in zip(recognisers, rows, strict=True):
            images, faces = [image for image, _ in found], [face for _, face in found]
            values = iter(recogniser.embed_many(images, faces) if found else ())
            for item in waiting:
                own.append(np.zeros(0, dtype=np.float32) if item is None else next(values))
        waiting.clear()

    for place, photo in enumerate(photos):
        report(place / len(photos), "Finding and embedding faces")
        item, pixels = _read(photo.path, analyser, crop_size_px)
        read.append(item)
        waiting.append(None if item.face is None or pixels is None else (pixels, item.face))
        if len(waiting) == READ_AT_ONCE:
            settle()
    settle()
    return read, [
        Templates(recogniser, _stacked(own)) for recogniser, own in zip(recognisers, rows, strict=True)
    ]


def _read(path: Path, analyser: FaceAnalyser, crop_size_px: int | None) -> tuple[ReadPhoto, RgbImage | None]:
    empty = np.zeros(0, dtype=np.float32)
    try:
        pixels = load_working_copy(path)
    except UnreadableImage:
        return ReadPhoto(None, None, np.nan, empty, "not an image"), None
    found = analyser.detect(pixels)
    if not found:
        return ReadPhoto(None, None, np.nan, empty, "no face found"), None
    face = found[0]
    crop = None if crop_size_px is None else align(pixels, face, crop_size_px).crop
    item = ReadPhoto(face, crop, analyser.estimate_age(pixels, face).years, analyser.embed(pixels, face))
    return item, pixels


def _stacked(rows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    size = max((row.size for row in rows), default=0)
    return np.stack([row if row.size else np.zeros(size, dtype=np.float32) for row in rows])


def age_steps(ages_years: Sequence[float], step_years: float = AGE_STEP_YEARS) -> NDArray[np.intp]:
    """Return the step that each age lies in, ``(n,)``; -1 for an age that is not known."""
    ages = np.asarray(ages_years, dtype=np.float64)
    return np.where(np.isnan(ages), -1, np.floor(np.nan_to_num(ages) / step_years)).astype(np.intp)


def age_of_step(step: int, step_years: float = AGE_STEP_YEARS) -> float:
    """Return the age that stands for a step: its middle, years."""
    return (step + 0.5) * step_years


def aged_templates(
    read: Sequence[ReadPhoto],
    ages_years: Sequence[float],
    steps: Sequence[int],
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    recognisers: Sequence[Recogniser],
    *,
    sexes: Sequence[str],
    report: OnProgress,
) -> list[NDArray[np.float32]]:
    """Return templates of every photograph's face at the age of each step, ``(n, steps, d)`` for each recogniser.

    Args:
        read: The photographs, with crops.
        ages_years: Age in each photograph.
        steps: Steps to make faces for.
        maker: The engine.
        analyser: Finds the faces in the derived crops.
        recognisers: Each gives its own templates.
        sexes: Sex of each subject, ``unknown`` where it is not known.
        report: Receives progress.
    """
    targets = [age_of_step(step) for step in steps]
    rows: list[list[NDArray[np.float32]]] = [[] for _ in recognisers]
    for place, (item, age, sex) in enumerate(zip(read, ages_years, sexes, strict=True)):
        report(place / max(1, len(read)), "Changing the age")
        if item.face is None or item.crop is None:
            for own in rows:
                own.append(np.zeros(0, dtype=np.float32))
            continue
        crops = maker.make_series(
            item.crop,
            source_age=age,
            sex=sex,
            embedding=item.embedding,
            target_ages=targets,
            raw_age=RawAge(analyser.name, item.raw_age_years),
        )
        faces = [locate(crop, analyser, item.face.scheme)[0] for crop in crops]
        for recogniser, own in zip(recognisers, rows, strict=True):
            own.append(recogniser.embed_many(list(crops), faces))
    result = []
    for own in rows:
        shape = next((part.shape for part in own if part.size), (len(steps), 0))
        result.append(np.stack([part if part.size else np.zeros(shape, dtype=np.float32) for part in own]))
    return result


def untouched_rows(
    templates: Templates, references: Sequence[int], probes: Sequence[int], is_found: NDArray[np.bool_]
) -> ScoreRows:
    """Return the arm that compares photographs as they are.

    Args:
        templates: Of all photographs.
        references: Places of the references.
        probes: Places of the probes.
        is_found: Whether a face was found in each photograph.
    """
    first, second = list(references), list(probes)

    def rows(chosen: slice) -> FloatArray:
        scores = templates.recogniser.comparison_scores(templates.real[first[chosen]], templates.real[second])
        return _of_found(scores, is_found[first[chosen]], is_found[second])

    return rows


def aged_reference_rows(
    templates: Templates,
    aged: NDArray[np.float32],
    references: Sequence[int],
    probes: Sequence[int],
    *,
    step_of_probe: NDArray[np.intp],
    is_found: NDArray[np.bool_],
) -> ScoreRows:
    """Return the arm that compares each reference, aged to the step of the probe's age, with the probe.

    Args:
        templates: Of all photographs.
        aged: Templates of the references at the age of each step, ``(references, steps, d)``.
        references: Places of the references.
        probes: Places of the probes.
        step_of_probe: Place among the steps for each probe, -1 where its age is not known.
        is_found: Whether a face was found in each photograph.
    """
    first, second = list(references), list(probes)

    def rows(chosen: slice) -> FloatArray:
        scores = np.full((len(first[chosen]), len(second)), -np.inf)
        for step in np.unique(step_of_probe[step_of_probe >= 0]):
            here = np.flatnonzero(step_of_probe == step)
            probe_templates = templates.real[np.asarray(second)[here]]
            scores[:, here] = templates.recogniser.comparison_scores(aged[chosen, step], probe_templates)
        return _of_found(scores, is_found[first[chosen]], is_found[second])

    return rows


def aged_probe_rows(
    templates: Templates,
    aged: NDArray[np.float32],
    references: Sequence[int],
    probes: Sequence[int],
    *,
    step_of_reference: NDArray[np.intp],
    is_found: NDArray[np.bool_],
) -> ScoreRows:
    """Return the arm that compares each probe, de-aged to the step of the reference's age, with the reference.

    Args:
        templates: Of all photographs.
        aged: Templates of the probes at the age of each step, ``(probes, steps, d)``.
        references: Places of the references.
        probes: Places of the probes.
        step_of_reference: Place among the steps for each reference, -1 where its age is not known.
        is_found: Whether a face was found in each photograph.
    """
    first, second = list(references), list(probes)

    def rows(chosen: slice) -> FloatArray:
        own = first[chosen]
        steps = step_of_reference[chosen]
        scores = np.full((len(own), len(second)), -np.inf)
        for step in np.unique(steps[steps >= 0]):
            here = np.flatnonzero(steps == step)
            scores[here] = templates.recogniser.comparison_scores(
                templates.real[np.asarray(own)[here]], aged[:, step]
            )
        return _of_found(scores, is_found[own], is_found[second])

    return rows


def _of_found(scores: FloatArray, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> FloatArray:
    """Return scores of faces that were found, ``-inf`` where one was not."""
    return np.where(first[:, None] & second[None], scores, -np.inf)
