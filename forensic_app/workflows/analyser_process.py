"""A matcher in a process of its own, for a window: torch stays out of the process that asks.

Rules:
    * It is a :class:`~forensic_app.faces.analyser.FaceAnalyser`: every workflow that takes one can take it.
    * The networks are loaded when the process begins; the detector holds the lock of that process, not the window's.
    * What fails there as an error with advice fails here with the same words; a process that died says so.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.matcher.schema import ANALYSER_NAME
from forensic_app.engines.packs.pack import Pack, read_pack
from forensic_app.errors import WorkerDied
from forensic_app.faces.analyser import (
    AgeEstimate,
    DetectedFace,
    Embedding,
    FaceAnalyser,
    FloatArray,
    RgbImage,
)
from forensic_app.galleries.comparing import comparison_of
from forensic_app.private import make_process_private

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Facts:
    name: str
    version: str
    weights_sha256: Mapping[str, str]
    match_threshold: float


class AnalyserProcess:
    """A face analyser whose work is done in another process.

    Attributes:
        name: Registry name.
        version: Version of libraries and models.
        weights_sha256: SHA-256 of each weights file by name.
        match_threshold: Score that its authors name for the same person.
    """

    def __init__(self, analyser: str, pack: Pack | None = None) -> None:
        """Begin the process and load the analyser there; takes seconds.

        Args:
            analyser: ``dlib`` or ``matcher``.
            pack: Pack of the matcher.

        Raises:
            PackAltered: A file of the pack does not have its digest.
            PackRefused: The pack cannot be read as what it should be.
            WorkerDied: The process ended.
        """
        self._comparison = comparison_of(analyser)
        self._executor = ProcessPoolExecutor(
            1, mp_context=multiprocessing.get_context("spawn"), initializer=make_process_private
        )
        try:
            facts = self._ask(_load, analyser, None if pack is None else pack.path)
        except BaseException:
            self.close()
            raise
        self.name, self.version = facts.name, facts.version
        self.weights_sha256, self.match_threshold = facts.weights_sha256, facts.match_threshold

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """Return the faces of ``image``, largest box first."""
        return self._ask(_detect, image)

    def embed(self, image: RgbImage, face: DetectedFace) -> Embedding:
        """Return the template of ``face``, shape ``(d,)`` float32."""
        return self._ask(_embed, image, face)

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return templates of one face in each image, shape ``(n, d)`` float32."""
        return self._ask(_embed_many, list(images), list(faces))

    def estimate_age(self, image: RgbImage, face: DetectedFace) -> AgeEstimate:
        """Return the estimated age of ``face``."""
        return self._ask(_estimate_age, image, face)

    def comparison_score(self, first: Embedding, second: Embedding) -> float:
        """Return the similarity of two templates, higher = more alike."""
        return float(self._comparison.scores(first[None], second[None])[0])

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return the score of each template of ``first`` with each of ``second``, ``(n, m)`` float64."""
        return np.stack([self._comparison.scores(second, each[None]) for each in first])

    @property
    def is_alive(self) -> bool:
        """Whether the process can be asked."""
        return all(each.is_alive() for each in (self._executor._processes or {}).values())

    def close(self) -> None:
        """End the process; what it is doing is given up."""
        for process in list((self._executor._processes or {}).values()):
            process.terminate()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> AnalyserProcess:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()

    def _ask(self, work: Callable[..., T], *arguments: Any) -> T:
        try:
            return self._executor.submit(work, *arguments).result()
        except (BrokenProcessPool, RuntimeError) as error:
            if isinstance(error, BrokenProcessPool) or "shutdown" in str(error):
                raise WorkerDied(
                    "The process that compares faces ended unexpectedly.",
                    "Try again; where it happens again, this computer may lack memory.",
                ) from error
            raise


_LOADED: dict[str, FaceAnalyser] = {}
"""The analyser of this process, once it was loaded."""


def _load(analyser: str, pack_path: Path | None) -> _Facts:
    made = _LOADED["own"] = _analyser(analyser, pack_path)
    return _Facts(made.name, made.version, dict(made.weights_sha256), made.match_threshold)


def _analyser(analyser: str, pack_path: Path | None) -> FaceAnalyser:
    if analyser == ANALYSER_NAME and pack_path is not None:
        from forensic_app.engines.matcher.loading import load_matcher

        return load_matcher(read_pack(pack_path))
    from forensic_app.faces.registry import load_analyser

    return load_analyser(analyser)


def _own() -> FaceAnalyser:
    return _LOADED["own"]


def _detect(image: RgbImage) -> list[DetectedFace]:
    return _own().detect(image)


def _embed(image: RgbImage, face: DetectedFace) -> Embedding:
    return _own().embed(image, face)


def _embed_many(images: list[RgbImage], faces: list[DetectedFace]) -> NDArray[np.float32]:
    return _own().embed_many(images, faces)


def _estimate_age(image: RgbImage, face: DetectedFace) -> AgeEstimate:
    return _own().estimate_age(image, face)
