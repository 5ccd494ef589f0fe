"""The face analyser protocol: detection, landmarks, embedding, age estimate, comparison score.

Rules:
    * Images are ``uint8`` RGB arrays of shape ``(height, width, 3)``; coordinates are pixels, x to the right,
      y downwards, the centre of the top left pixel at ``(0, 0)``.
    * A comparison score is higher for faces that are more alike; its scale belongs to the analyser.
    * ``detect`` returns an empty list when there is no face: that is an answer. Callers that need one raise
      ``FaceNotFound``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RgbImage = NDArray[np.uint8]
FloatArray = NDArray[np.float64]
Embedding = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """One face in a photograph.

    Attributes:
        box: ``(left, top, right, bottom)`` in pixels, may reach beyond the image.
        landmarks: Five points, shape ``(5, 2)`` float64, in the order of the analyser's scheme.
        scheme: ``dlib5`` (outer and inner corner of the eye at the image's left, inner and outer corner of
            the eye at its right, base of the nose) or ``arcface5`` (left eye, right eye, nose tip, left and
            right mouth corner, as seen in the image).
        score: Detector confidence, higher is surer.
        turned_degrees: How far the photograph has to be turned against the clock for the face to stand upright: 0, 90,
            180 or 270.
    """

    box: tuple[float, float, float, float]
    landmarks: FloatArray
    scheme: str
    score: float
    turned_degrees: int = 0


@dataclass(frozen=True, slots=True)
class AgeEstimate:
    """Age in years as an estimator reads it; never a fact about a person.

    Attributes:
        years: Raw expectation of the estimator.
        spread_years: Standard deviation of the estimator's own distribution over ages, if it has one.
    """

    years: float
    spread_years: float | None = None


class FaceAnalyser(Protocol):
    """What every analyser can do."""

    @property
    def name(self) -> str:
        """Registry name, ``dlib`` or ``insightface``."""
        ...

    @property
    def version(self) -> str:
        """Version of the libraries and models."""
        ...

    @property
    def weights_sha256(self) -> Mapping[str, str]:
        """SHA-256 of each weights file by file name."""
        ...

    @property
    def match_threshold(self) -> float:
        """Score that the analyser's authors name for "same person"; never printed as a probability."""
        ...

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """Return the faces of ``image``, largest box first."""
        ...

    def embed(self, image: RgbImage, face: DetectedFace) -> Embedding:
        """Return the embedding of ``face``, shape ``(d,)`` float32."""
        ...

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return embeddings of one face in each image, shape ``(n, d)`` float32, in one batch."""
        ...

    def estimate_age(self, image: RgbImage, face: DetectedFace) -> AgeEstimate:
        """Return the estimated age of ``face``."""
        ...

    def comparison_score(self, first: Embedding, second: Embedding) -> float:
        """Return the similarity of two embeddings, higher = more alike."""
        ...

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return the score of each embedding of ``first`` with each of ``second``, ``(n, m)`` float64."""
        ...
