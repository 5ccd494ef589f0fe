"""The matcher of a pack, as a face analyser like the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.matcher.schema import (
    ANALYSER_NAME,
    CHIP_PADDING,
    CHIP_PX,
    COMPONENT,
    EMBEDDING_SIZE,
    PACK_KIND,
)
from forensic_app.engines.packs.pack import Pack, require_kind
from forensic_app.faces.analyser import AgeEstimate, DetectedFace, Embedding, FloatArray, RgbImage
from forensic_app.faces.dlib import DlibAnalyser, chip_batch, face_chip

if TYPE_CHECKING:
    from forensic_app.engines.matcher.network import MatcherNetwork


class MatcherAnalyser:
    """Finds faces and reads ages with the bundled analyser, and compares faces with a matcher pack."""

    def __init__(self, pack: Pack, network: MatcherNetwork) -> None:
        """Take a network that was loaded from ``pack``; see :func:`load_matcher`."""
        self._pack, self._network, self._bundled = pack, network, DlibAnalyser()

    @property
    def name(self) -> str:
        """Registry name."""
        return ANALYSER_NAME

    @property
    def version(self) -> str:
        """Name and version of the pack, and the analyser that finds the faces."""
        return f"pack {self._pack.name} {self._pack.version}, {self._bundled.version}"

    @property
    def weights_sha256(self) -> Mapping[str, str]:
        """SHA-256 of the bundled analyser's weights files by name, and the digest of the pack's weights."""
        return {**self._bundled.weights_sha256, f"pack {self._pack.name}": self._pack.weights_sha256}

    @property
    def match_threshold(self) -> float:
        """Score at an FMR of 0.1 % on the adults that the pack's card names; never a probability."""
        return self._network.threshold

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """Return the faces of ``image`` as the bundled analyser finds them, largest box first."""
        return self._bundled.detect(image)

    def estimate_age(self, image: RgbImage, face: DetectedFace) -> AgeEstimate:
        """Return the age that the bundled analyser reads."""
        return self._bundled.estimate_age(image, face)

    def embed(self, image: RgbImage, face: DetectedFace) -> Embedding:
        """Return the template of ``face``, shape ``(129,)`` float32; see :class:`MatcherNetwork`."""
        template: Embedding = self.embed_many([image], [face])[0]
        return template

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return templates of one face in each image, shape ``(n, 129)`` float32."""
        if len(images) != len(faces):
            raise ValueError("one face for each image is needed")
        if not images:
            return np.zeros((0, EMBEDDING_SIZE), dtype=np.float32)
        import torch

        chips = [
            face_chip(image, face, size_px=CHIP_PX, padding=CHIP_PADDING)
            for image, face in zip(images, faces, strict=True)
        ]
        with torch.inference_mode():
            templates: NDArray[np.float32] = self._network.templates(chip_batch(chips)).numpy()
        return templates

    def at_age(
        self, templates: NDArray[np.float32], from_years: Sequence[float], to_years: Sequence[float]
    ) -> NDArray[np.float32]:
        """Return templates moved from one age to another; see :meth:`MatcherNetwork.at_age`.

        Args:
            templates: ``(n, 129)`` float32.
            from_years: Age in each photograph.
            to_years: Age wanted.
        """
        import torch

        with torch.inference_mode():
            moved: NDArray[np.float32] = self._network.at_age(
                torch.from_numpy(templates),
                torch.tensor(from_years, dtype=torch.float32),
                torch.tensor(to_years, dtype=torch.float32),
            ).numpy()
        return moved

    def comparison_score(self, first: Embedding, second: Embedding) -> float:
        """Return the inner product of two templates, from -1 to 2."""
        return float(first.astype(np.float64) @ second.astype(np.float64))

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return :meth:`comparison_score` of each of ``first`` with each of ``second``, ``(n, m)``."""
        scores: FloatArray = first.astype(np.float64) @ second.astype(np.float64).T
        return scores


def load_matcher(
    pack: Pack,
    *,
    expected_sha256: str | None = None,
    on_chunk: Callable[[], None] | None = None,
    threads: int = 0,
) -> MatcherAnalyser:
    """Verify ``pack`` and return its matcher, on the CPU.

    Args:
        pack: The pack.
        expected_sha256: Digest of the manifest that a record names.
        on_chunk: Called while large files are hashed; may raise to stop.
        threads: CPU threads; 0 for the number of cores, at most 8.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: The pack is of another kind, or a file cannot be read as what it should be.
    """
    require_kind(pack, PACK_KIND)
    from forensic_app.engines.device import choose_device
    from forensic_app.engines.matcher.network import MatcherNetwork
    from forensic_app.engines.packs.network_pack import load_network

    def built(**config: Any) -> MatcherNetwork:
        return MatcherNetwork(**config)

    network = load_network(
        pack,
        built,
        component=COMPONENT,
        device=choose_device("cpu", threads=threads),
        expected_sha256=expected_sha256,
        on_chunk=on_chunk,
    )
    return MatcherAnalyser(pack, network)
