"""How likely eyes and mouth of a face are covered: logistic regressions on what iris and mesh network see.

Rules:
    * Both values are about the whole region: glasses that one sees through, a beard or shut eyes are no cover.
    * Each eye is read by itself, and the larger logit counts; for the mouth, the whole face and its mirror image
      are read, and the mean counts.
    * The coefficients are made by :mod:`forensic_app.faces.coverage_training`, from drawn covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from forensic_app.faces.analyser import FloatArray, RgbImage
from forensic_app.faces.mesh import MESH_PX, FaceMesh, MeshNetworks

COVERAGE_FILE: Final = "coverage.safetensors"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Logits that something covers a part of a face; above 0 the program says so.

    Attributes:
        left_eye: Of the eye at the image's left.
        right_eye: Of the other.
        mouth: Of the mouth.
    """

    left_eye: float
    right_eye: float
    mouth: float

    @property
    def eyes(self) -> float:
        """Of the eyes: one of them is enough."""
        return max(self.left_eye, self.right_eye)


def mouth_features(image: RgbImage, matrix: FloatArray, networks: MeshNetworks) -> NDArray[np.float32]:
    """Return the features of a face's cut and of its mirror image, shape ``(2, 4608)`` float32."""
    mirror = np.array([[-1.0, 0.0], [0.0, 1.0]])
    flipped = np.column_stack(
        [mirror @ matrix[:, :2], mirror @ matrix[:, 2] + np.array([MESH_PX - 1.0, 0.0])]
    )
    return np.stack([networks.features(image, each).ravel() for each in (matrix, flipped)])


def eye_features(
    image: RgbImage, points: FloatArray, matrix: FloatArray, networks: MeshNetworks
) -> NDArray[np.float32]:
    """Return the features of the left and the right eye, averaged to 4 by 4 places, ``(2, 2048)`` float32."""
    values = networks.eye_features(image, points, matrix)
    averaged: NDArray[np.float32] = values.reshape(2, 128, 4, 2, 4, 2).mean(axis=(3, 5)).reshape(2, -1)
    return averaged


def read_coverage(image: RgbImage, mesh: FaceMesh, networks: MeshNetworks) -> Coverage:
    """Return how likely eyes and mouth of a mesh's face are covered."""
    stored = load(bytes(networks.file(COVERAGE_FILE)))

    def logits(part: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = (
            features @ stored[f"{part}.weight"].astype(np.float32) + stored[f"{part}.bias"]
        )
        return result

    eyes = logits("eyes", eye_features(image, mesh.points, mesh.matrix, networks))
    mouth = logits("mouth", mouth_features(image, mesh.matrix, networks))
    return Coverage(float(eyes[0]), float(eyes[1]), float(mouth.mean()))
