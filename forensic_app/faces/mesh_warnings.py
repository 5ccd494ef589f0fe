"""What is to be known of a face before a picture is made from it, in plain sentences.

Rules:
    * A sentence says what seems to be so and what follows for a derived image; it stops nothing.
    * A mask makes the mesh network unsure: where the detector is sure, the cover is named and the face is not doubted.
      Where both are unsure, nothing is said of covers.
    * Thresholds stand here, what they find and what they get wrong in ``resources/analysers/mediapipe/README.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage
from forensic_app.faces.coverage import Coverage, read_coverage
from forensic_app.faces.mesh import FaceMesh, MeshNetworks
from forensic_app.faces.mesh_masks import polygon_mask
from forensic_app.faces.mesh_regions import LEFT_SOCKET, MOUTH_REGION, RIGHT_SOCKET

LEAST_INSIDE: Final = 0.97
"""Share of the face's outline that lies in the picture, below which the face is said to be cut."""
LEAST_PRESENCE: Final = 5.0
"""Presence logit below which it is doubtful that the mesh lies on a face."""
LEAST_DETECTOR_SCORE: Final = 0.3
"""Score of the bundled detector below which it is doubtful; other detectors have other scales."""
_LEAST_SEEN = 0.9
DOUBT: Final = (
    "It is doubtful that what was found is a face, upright and seen from the front; look at where it lies."
)
"""The sentence that says that there may be no face."""


@dataclass(frozen=True, slots=True)
class FaceCondition:
    """What the mesh says of a face in its picture.

    Attributes:
        detector_score: The detector's; ``None`` where its scale is not known.
        presence: The mesh network's logit that there is a face.
        inside: Share of the face's outline that lies in the picture.
        coverage: Logits that eyes and mouth are covered; minus infinity where the part lies beyond the picture.
    """

    detector_score: float | None
    presence: float
    inside: float
    coverage: Coverage

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the record, none for a face that is whole and uncovered."""
        sentences = []
        unsure = self.detector_score is not None and self.detector_score < LEAST_DETECTOR_SCORE
        faint = self.presence < LEAST_PRESENCE
        covered = max(self.coverage.eyes, self.coverage.mouth) > 0
        if unsure or (faint and not covered):
            sentences.append(DOUBT)
        if self.inside < LEAST_INSIDE:
            sentences.append(
                f"The picture's edge cuts the face: about {100 * (1 - self.inside):.0f} % of it is missing. Ages and "
                "comparison scores of it mean less."
            )
        if unsure and faint:
            return tuple(sentences)
        if self.coverage.eyes > 0:
            sentences.append(
                "The eyes seem to be covered, wholly or in part; what a derived image shows there is invented."
            )
        if self.coverage.mouth > 0:
            sentences.append(
                "The mouth seems to be covered, wholly or in part; what a derived image shows there is invented."
            )
        return tuple(sentences)


def face_condition(
    image: RgbImage, face: DetectedFace, mesh: FaceMesh, networks: MeshNetworks
) -> FaceCondition:
    """Return what the mesh of ``face`` says of it."""
    score = face.score if face.scheme == "dlib5" else None
    read = read_coverage(image, mesh, networks)
    left, right, mouth = (
        value if share_inside(mesh.points[list(region), :2], image.shape) > _LEAST_SEEN else -math.inf
        for value, region in (
            (read.left_eye, LEFT_SOCKET),
            (read.right_eye, RIGHT_SOCKET),
            (read.mouth, MOUTH_REGION),
        )
    )
    inside = share_inside(mesh.outline, image.shape)
    return FaceCondition(score, mesh.presence, inside, Coverage(left, right, mouth))


def share_inside(polygon: FloatArray, shape: tuple[int, ...]) -> float:
    """Return the share of a polygon, ``(n, 2)``, that lies in a picture of ``(height, width)``."""
    low = np.floor(polygon.min(axis=0)).astype(int)
    high = np.ceil(polygon.max(axis=0)).astype(int) + 1
    whole = polygon_mask(polygon - low, (int(high[1] - low[1]), int(high[0] - low[0])))
    left, top = np.maximum(low, 0) - low
    right, bottom = np.minimum(high, [shape[1], shape[0]]) - low
    inside = whole[top : max(top, bottom), left : max(left, right)]
    return float(inside.sum() / max(float(whole.sum()), 1.0))


@cache
def kept_networks() -> MeshNetworks:
    """Return the bundled networks; they stay in memory for later faces."""
    return MeshNetworks()


def mesh_warnings(image: RgbImage, face: DetectedFace) -> tuple[str, ...]:
    """Return what is to be known of ``face``: cut by the edge, covered, or doubtful.

    Raises:
        PackMissing: A file of the networks is not there.
        PackAltered: A file of the networks has another digest.
    """
    networks = kept_networks()
    return face_condition(image, face, networks.read(image, face), networks).warnings
