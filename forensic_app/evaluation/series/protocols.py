"""How one person's series is made and measured, apart from which engine makes it.

Rules:
    * A series is made and measured on canonical crops, without pasting back: what is measured is what the
      engine drew, not the photograph around it.
    * The face in a crop is detected first, because its landmarks may have moved with age. When nothing is
      detected, or what is detected lies away from where the face was put, the template's landmarks are used,
      and the crop is counted. So no crop is lost, and a crop that is no longer a face shows as a low score.
    * The same protocol measures real crops, so that both sides of a comparison went the same way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.faces.align import align, template_face
from forensic_app.faces.analyser import DetectedFace, Embedding, FaceAnalyser, RgbImage
from forensic_app.faces.labelled_faces import LabelledFace

OnProgress = Callable[[float, str], None]
"""Called with the fraction done and the stage's words; may raise ``RunCancelled``."""

MOST_SHIFT_SHARE = 0.15
"""Mean distance of detected landmarks from the template beyond which a detection is not this face, as a share
of the crop's side; the template's own landmarks spread by 0.012 to 0.024."""


def say_nothing(fraction: float, stage: str) -> None:
    """Take progress and tell nobody."""
    del fraction, stage


class RawAge(NamedTuple):
    """An estimate before calibration.

    Attributes:
        analyser: Name of the analyser whose estimator it came from.
        years: The estimate.
    """

    analyser: str
    years: float


class SeriesMaker(Protocol):
    """An engine as the evaluation sees it: crops in, crops out."""

    @property
    def crop_size_px(self) -> int:
        """Side of the square canonical crop."""
        ...

    @property
    def description(self) -> Mapping[str, Any]:
        """What made the series: names, versions, digests, parameters; JSON types only."""
        ...

    def make_series(
        self,
        crop: RgbImage,
        *,
        source_age: float,
        sex: str,
        embedding: Embedding,
        target_ages: Sequence[float],
        raw_age: RawAge | None = None,
    ) -> NDArray[np.uint8]:
        """Return one derived crop for each target age.

        Args:
            crop: Canonical crop, ``(size, size, 3)`` uint8 RGB.
            source_age: Age at the photograph, years.
            sex: ``female``, ``male`` or another word for unknown.
            embedding: Embedding of the untouched photograph's face.
            target_ages: Ages to show, years.
            raw_age: Estimate on the untouched photograph, for an engine that uses it.

        Returns:
            Shape ``(len(target_ages), size, size, 3)``, uint8 RGB.
        """
        ...

    def reconstruct(self, crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``crops``, ``(n, size, size, 3)`` uint8 RGB, after encoding and decoding them."""
        ...


@dataclass(frozen=True, slots=True)
class Input:
    """A real photograph, ready for a series.

    Attributes:
        face: Its labels.
        crop: Canonical crop, ``(size, size, 3)`` uint8 RGB.
        scheme: Landmark scheme of the analyser.
        embedding: Embedding of the face in the photograph as it is.
        age_years: Raw estimate on the photograph as it is.
    """

    face: LabelledFace
    crop: RgbImage
    scheme: str
    embedding: Embedding
    age_years: float


@dataclass(frozen=True, slots=True)
class MeasuredCrops:
    """What the analyser reads in crops.

    Attributes:
        embeddings: Shape ``(n, d)`` float32.
        ages_years: Raw estimates, shape ``(n,)``.
        is_template: Whether the template's landmarks stood in for a detection, shape ``(n,)`` bool.
        faces: What was read, one face for each crop.
    """

    embeddings: NDArray[np.float32]
    ages_years: FloatArray
    is_template: NDArray[np.bool_]
    faces: tuple[DetectedFace, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One person's derived crops and what was measured on them.

    Attributes:
        crops: Shape ``(targets, size, size, 3)``.
        measured: Readings, one for each target.
        scores: Comparison score of each derived crop with the untouched photograph, shape ``(targets,)``.
        seconds: Wall time of making the crops.
        is_held_back: Whether the maker changed the age less than asked, to keep the likeness, shape ``(targets,)``
            bool; ``None`` for a maker without an identity guard.
    """

    crops: NDArray[np.uint8]
    measured: MeasuredCrops
    scores: FloatArray
    seconds: float
    is_held_back: NDArray[np.bool_] | None = None


def prepare_input(face: LabelledFace, photo: RgbImage, analyser: FaceAnalyser, size_px: int) -> Input | None:
    """Return the largest face of ``photo``, aligned and measured, or ``None`` when no face is found."""
    found = analyser.detect(photo)
    if not found:
        return None
    return Input(
        face=face,
        crop=align(photo, found[0], size_px).crop,
        scheme=found[0].scheme,
        embedding=analyser.embed(photo, found[0]),
        age_years=analyser.estimate_age(photo, found[0]).years,
    )


def locate(crop: RgbImage, analyser: FaceAnalyser, scheme: str) -> tuple[DetectedFace, bool]:
    """Return the face in a canonical crop, and whether the template had to stand in for a detection.

    Args:
        crop: Canonical crop, ``(size, size, 3)`` uint8 RGB.
        analyser: The analyser.
        scheme: Landmark scheme of the template.
    """
    size = crop.shape[0]
    expected = template_face(scheme, size)
    for face in analyser.detect(crop):
        shift = float(np.mean(np.linalg.norm(face.landmarks - expected.landmarks, axis=1)))
        if shift <= MOST_SHIFT_SHARE * size:
            return face, False
    return expected, True


def measure_crops(crops: Sequence[RgbImage], analyser: FaceAnalyser, scheme: str) -> MeasuredCrops:
    """Return embedding and raw age of each canonical crop.

    Args:
        crops: At least one, ``(size, size, 3)`` uint8 RGB.
        analyser: The analyser.
        scheme: Landmark scheme of the template that stands in where nothing is detected.
    """
    located = [locate(crop, analyser, scheme) for crop in crops]
    faces = [face for face, _ in located]
    ages = [analyser.estimate_age(crop, face).years for crop, face in zip(crops, faces, strict=True)]
    return MeasuredCrops(
        embeddings=analyser.embed_many(list(crops), faces),
        ages_years=np.array(ages, dtype=np.float64),
        is_template=np.array([stood_in for _, stood_in in located], dtype=np.bool_),
        faces=tuple(faces),
    )


def measure_series(
    item: Input, maker: SeriesMaker, analyser: FaceAnalyser, target_ages: Sequence[float]
) -> Series:
    """Make and measure one person's series; the engine gets the labelled age and the estimate, as in a run.

    Raises:
        ValueError: The maker returned crops of another shape or type.
    """
    started = time.perf_counter()
    crops = maker.make_series(
        item.crop,
        source_age=item.face.age_years,
        sex=item.face.sex.value,
        embedding=item.embedding,
        target_ages=target_ages,
        raw_age=RawAge(analyser.name, item.age_years),
    )
    seconds = time.perf_counter() - started
    if crops.shape != (len(target_ages), *item.crop.shape) or crops.dtype != np.uint8:
        raise ValueError(f"a series of {crops.dtype} {crops.shape} came for crops of {item.crop.shape}")
    measured = measure_crops(list(crops), analyser, item.scheme)
    scores = [analyser.comparison_score(item.embedding, embedding) for embedding in measured.embeddings]
    shares = getattr(maker, "guard_shares", None)
    held_back = None if shares is None else np.asarray(shares) < 1.0
    return Series(crops, measured, np.array(scores, dtype=np.float64), seconds, held_back)


def non_mated_scores(
    inputs: Sequence[Input], analyser: FaceAnalyser
) -> tuple[FloatArray, list[tuple[str, str]]]:
    """Return the score of every pair of different photographs, with their file names.

    Identities are not labelled: a person with two photographs makes a mated pair among these, which can only
    raise the threshold. None is removed.
    """
    names = [item.face.path.name for item in inputs]
    pairs = [(second, first) for second in range(len(inputs)) for first in range(second)]
    scores = [
        analyser.comparison_score(inputs[first].embedding, inputs[second].embedding)
        for second, first in pairs
    ]
    return np.array(scores, dtype=np.float64), [(names[first], names[second]) for second, first in pairs]
