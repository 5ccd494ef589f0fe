"""A second recogniser as a matching evaluation sees it: the face on its canonical crop, then its own chip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.faces.analyser import DetectedFace, RgbImage


class CanonicalRecogniser:
    """Embeds faces by their own landmarks; two templates are compared by the cosine."""

    def __init__(self, recogniser: SecondRecogniser) -> None:
        """Take the recogniser."""
        self._recogniser = recogniser

    @property
    def name(self) -> str:
        """Its name."""
        return self._recogniser.name

    @property
    def version(self) -> str:
        """The package that its files are of."""
        return self._recogniser.version

    @property
    def weights_sha256(self) -> Mapping[str, str]:
        """SHA-256 of its files, by file name."""
        return self._recogniser.sha256

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return embeddings of length one, ``(n, 256)`` float32."""
        return self._recogniser.embed(list(images), [face.landmarks for face in faces])

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return the cosine of each of ``first`` with each of ``second``."""
        scores: FloatArray = first.astype(np.float64) @ second.astype(np.float64).T
        return scores
