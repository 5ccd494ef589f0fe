"""The bundled face mesh: 468 points of a face, its irises, the pose of the head, and who is in the picture.

Rules:
    * Nothing is loaded before it is needed; every weights file is checked against the manifest when it is.
    * A face is cut out as MediaPipe does: turned upright by the eyes, half as large again as the mesh, the picture's
      edge repeated outside. The first cut follows the detector, the later ones the mesh itself.
    * Points lie where the network thinks that they are: beyond the picture's edge and behind a mask too.

References:
    Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", CVPR
    Workshop on Computer Vision for AR/VR, 2019.
    A. Ablavatski et al., "Real-time Pupil Tracking from Monocular Video for Digital Puppetry", the same, 2020.
    MediaPipe 0.10.21, ``face_landmark`` and ``iris_landmark`` graphs (scales 1.5 and 2.3, turning, mirroring).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.faces.align import invert, transform_points
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage
from forensic_app.faces.bundled_files import BundledFiles
from forensic_app.faces.mesh_regions import (
    EYE_CORNERS,
    OUTLINE,
    POINTS,
    HeadPose,
    eye_openings,
    head_pose,
    mouth_opening,
)
from forensic_app.faces.quality import eye_centres

if TYPE_CHECKING:
    from forensic_app.faces.graph_network import GraphNetwork

MESH_FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "analysers" / "mediapipe"
MESH_PX: Final = 192
IRIS_PX: Final = 64
PERSON_PX: Final = 256
MESH_FEATURES: Final = "v141"
"""The value of the mesh network that its later parts share: 128 channels of 6 by 6 places."""
IRIS_FEATURES: Final = "v149"
"""The same of the iris network: 128 channels of 8 by 8 places."""

_MESH = "face_mesh.safetensors"
_IRIS = "iris.safetensors"
_SEGMENTATION = "selfie_segmentation.safetensors"
MEAN_FACE = "mean_face.safetensors"

_FIRST_SIDE = 4.15
_FIRST_DROP = 0.5
"""Side and middle of the first cut in eye distances, the middle below the eyes: those of the mean face."""
_LARGER = 1.5
_EYE_LARGER = 2.3
_PASSES = 3
_LID_ORDER = (0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 14, 13, 12, 11, 10, 9)
"""The iris network's first 16 points of the eye, in the order of the mesh's lids."""


@dataclass(frozen=True, slots=True)
class FaceMesh:
    """The mesh of one face in one picture, in the picture's pixels.

    Attributes:
        points: ``(468, 3)`` float64: x, y, and depth on the same scale, smaller is nearer.
        presence: How sure the network is that there is a face, a logit: above 0 is more likely than not.
        lids: ``(2, 16, 2)``: the lids of the eye at the image's left, then right, as the iris network sees them; in
            the order of :data:`~forensic_app.faces.mesh_regions.LEFT_EYE`.
        irises: ``(2, 5, 2)``: middle and four points on the edge of each iris.
        pose: Which way the head is turned.
        matrix: ``(2, 3)``, pixels of the picture to pixels of the 192 px cut that the mesh was read from.
    """

    points: FloatArray
    presence: float
    lids: FloatArray
    irises: FloatArray
    pose: HeadPose
    matrix: FloatArray

    @property
    def outline(self) -> FloatArray:
        """The face oval, ``(36, 2)``, closed, from the forehead towards the image's right."""
        return self.points[list(OUTLINE), :2]

    @property
    def eye_openings(self) -> tuple[float, float]:
        """How far the left and the right eye are open, as a share of the distance from eyes to chin."""
        return eye_openings(self.lids, self.points)

    @property
    def mouth_opening(self) -> float:
        """How far the lips are apart, as a share of the distance from eyes to chin."""
        return mouth_opening(self.points)


class MeshNetworks:
    """Reads meshes, and separates people from what is behind them, with the files that come with the program."""

    def __init__(self, folder: Path = MESH_FOLDER) -> None:
        """Remember where the weights are; load nothing."""
        self._files = BundledFiles(folder)

    @property
    def weights_sha256(self) -> Mapping[str, str]:
        """SHA-256 of each weights file by file name, as the manifest records it."""
        return self._files.sha256

    def file(self, name: str) -> bytearray:
        """Return the bytes of one of the files, checked against the manifest.

        Raises:
            PackMissing: It is not there.
            PackAltered: It has another digest.
        """
        return self._files.read(name)

    @cached_property
    def mean_face(self) -> FloatArray:
        """The mean of 60 people who look into a camera, ``(468, 3)``, symmetric, eyes level."""
        from safetensors.numpy import load

        points: FloatArray = load(bytes(self.file(MEAN_FACE)))["points"].astype(np.float64)
        return points

    @cached_property
    def mesh_network(self) -> GraphNetwork:
        """The mesh network: RGB in ``[0, 1]``, ``(n, 3, 192, 192)``, to 1404 coordinates and a logit."""
        from forensic_app.faces.graph_network import load_graph_network

        return load_graph_network(self.file(_MESH))

    @cached_property
    def iris_network(self) -> GraphNetwork:
        """The iris network: an eye, ``(n, 3, 64, 64)``, to 71 points around it and 5 of its iris."""
        from forensic_app.faces.graph_network import load_graph_network

        return load_graph_network(self.file(_IRIS))

    @cached_property
    def segmentation_network(self) -> GraphNetwork:
        """The segmentation network: a picture, ``(n, 3, 256, 256)``, to how likely each pixel is a person."""
        from forensic_app.faces.graph_network import load_graph_network

        return load_graph_network(self.file(_SEGMENTATION))

    def read(self, image: RgbImage, face: DetectedFace) -> FaceMesh:
        """Return the mesh of ``face`` in ``image``, whatever is in the face's place: see ``presence``."""
        points, presence, matrix = self.points(image, face)
        lids, irises = self._eyes(image, points, matrix)
        pose = head_pose(points, self.mean_face)
        return FaceMesh(points, presence, lids, irises, pose, matrix)

    def points(self, image: RgbImage, face: DetectedFace) -> tuple[FloatArray, float, FloatArray]:
        """Return the points of ``face``, ``(468, 3)``, the presence logit, and the matrix to the last cut."""
        matrix = first_cut(face)
        points, presence = self.points_in(image, matrix)
        for _ in range(_PASSES - 1):
            matrix = next_cut(points)
            points, presence = self.points_in(image, matrix)
        return points, presence, matrix

    def points_in(self, image: RgbImage, matrix: FloatArray) -> tuple[FloatArray, float]:
        """Return the mesh in the picture's pixels, ``(468, 3)``, and the presence logit, from one cut."""
        points, presence = _computed(self.mesh_network, cut(image, matrix, MESH_PX))
        return _in_picture(points.reshape(POINTS, 3), matrix), float(presence.ravel()[0])

    def features(self, image: RgbImage, matrix: FloatArray) -> NDArray[np.float32]:
        """Return what the mesh network sees in a cut before it places points, shape ``(128, 6, 6)`` float32."""
        (values,) = _computed(self.mesh_network, cut(image, matrix, MESH_PX), (MESH_FEATURES,))
        seen: NDArray[np.float32] = values[0]
        return seen

    def eye_features(self, image: RgbImage, points: FloatArray, matrix: FloatArray) -> NDArray[np.float32]:
        """Return what the iris network sees of both eyes before it places points, ``(2, 128, 8, 8)`` float32."""
        found = [
            _computed(self.iris_network, cut(image, each, IRIS_PX), (IRIS_FEATURES,))[0][0]
            for each in eye_cuts(points, matrix)
        ]
        return np.stack(found)

    def person(self, image: RgbImage) -> NDArray[np.float32]:
        """Return how likely each pixel shows a person, shape ``(height, width)`` float32 in ``[0, 1]``.

        The network is made for a head with shoulders: hand it a window around a face, not a crowd.
        """
        from PIL import Image

        size = (image.shape[1], image.shape[0])
        small = Image.fromarray(image).resize((PERSON_PX, PERSON_PX), Image.Resampling.BILINEAR)
        (values,) = _computed(
            self.segmentation_network, np.asarray(small, dtype=np.float32).transpose(2, 0, 1)
        )
        mask = Image.fromarray(values[0, 0]).resize(size, Image.Resampling.BILINEAR)
        return np.clip(np.asarray(mask, dtype=np.float32), 0.0, 1.0)

    def _eyes(self, image: RgbImage, points: FloatArray, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return lids and irises of both eyes in the picture's pixels."""
        lids, irises = [], []
        for to_eye in eye_cuts(points, matrix):
            contours, iris = _computed(self.iris_network, cut(image, to_eye, IRIS_PX))
            lids.append(_in_picture(contours.reshape(-1, 3)[list(_LID_ORDER)], to_eye)[:, :2])
            irises.append(_in_picture(iris.reshape(5, 3), to_eye)[:, :2])
        return np.stack(lids), np.stack(irises)


def first_cut(face: DetectedFace) -> FloatArray:
    """Return the ``(2, 3)`` matrix from the picture to the 192 px cut that a detected face suggests."""
    left, right = eye_centres(face)
    across = right - left
    distance = float(np.hypot(*across))
    down = np.array([-across[1], across[0]])
    side = max(_FIRST_SIDE * distance, _LARGER * (face.box[3] - face.box[1]))
    return _cut_matrix((left + right) / 2.0 + _FIRST_DROP * down, side, across, MESH_PX)


def next_cut(points: FloatArray) -> FloatArray:
    """Return the matrix of the cut around a mesh, ``(468, 3)``, half as large again."""
    outer = points[[EYE_CORNERS[0][0], EYE_CORNERS[1][1]], :2]
    across = outer[1] - outer[0]
    upright = _cut_matrix(points[:, :2].mean(axis=0), MESH_PX, across, MESH_PX)
    turned = transform_points(upright, points[:, :2])
    low, high = turned.min(axis=0), turned.max(axis=0)
    centre = transform_points(invert(upright), (low + high)[None] / 2.0)[0]
    return _cut_matrix(centre, _LARGER * float((high - low).max()), across, MESH_PX)


def cut(image: RgbImage, matrix: FloatArray, side_px: int) -> NDArray[np.float32]:
    """Return the square of ``image`` that ``matrix`` maps to ``side_px`` pixels, ``(3, side, side)``, 0 to 255.

    Bilinear, averaged first where it shrinks; beyond the picture its edge is repeated.
    """
    import torch

    from forensic_app.faces.networks import resample

    corners = np.array([[-1, -1], [side_px, -1], [-1, side_px], [side_px, side_px]], dtype=np.float64)
    seen = transform_points(invert(matrix), corners)
    margin = 2.0 + 2.0 / float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    limit = np.array([image.shape[1], image.shape[0]])
    left, top = np.clip(np.floor(seen.min(axis=0) - margin).astype(int), 0, limit - 1)
    right, bottom = np.clip(np.ceil(seen.max(axis=0) + margin).astype(int), [left + 1, top + 1], limit)
    shifted = np.column_stack([matrix[:, :2], matrix[:, 2] + matrix[:, :2] @ np.array([left, top])])
    window = image[top:bottom, left:right].copy()
    with torch.inference_mode():
        pixels = torch.from_numpy(window).permute(2, 0, 1)[None].float()
        result: NDArray[np.float32] = resample(pixels, shifted, side_px)[0].numpy()
    return result


def _cut_matrix(
    centre: FloatArray, side: float, across: FloatArray, side_px: int, *, mirrored: bool = False
) -> FloatArray:
    """Return the matrix to a square around ``centre`` whose upper edge runs along ``across``."""
    direction = across / float(np.hypot(*across))
    turned = np.array([direction, [-direction[1], direction[0]]]) * (side_px / side)
    if mirrored:
        turned[0] *= -1.0
    return np.column_stack([turned, (side_px - 1) / 2.0 - turned @ centre])


def eye_cuts(points: FloatArray, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the matrices to the 64 px cuts of the left and the right eye of a mesh read from the cut of ``matrix``.

    The right eye is mirrored: the network knows one side.
    """
    across = np.linalg.inv(matrix[:, :2]) @ np.array([1.0, 0.0])
    found = []
    for (first, last), mirrored in zip(EYE_CORNERS, (False, True), strict=True):
        corners = points[[first, last], :2]
        side = _EYE_LARGER * float(np.hypot(*(corners[1] - corners[0])))
        found.append(_cut_matrix(corners.mean(axis=0), side, across, IRIS_PX, mirrored=mirrored))
    return found[0], found[1]


def _in_picture(points: NDArray[np.float32], matrix: FloatArray) -> FloatArray:
    """Return points of a cut, which networks count from its corner, in the picture's pixels; depth to scale."""
    flat = transform_points(invert(matrix), points[:, :2].astype(np.float64) - 0.5)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    return np.column_stack([flat, points[:, 2].astype(np.float64) / scale])


def _computed(
    network: GraphNetwork, pixels: NDArray[np.float32], names: tuple[str, ...] | None = None
) -> tuple[NDArray[np.float32], ...]:
    """Return a network's outputs, or the values called ``names``, for one RGB picture in ``[0, 255]``."""
    import torch

    with torch.inference_mode():
        images: Any = torch.from_numpy(pixels)[None] / 255.0
        return tuple(each.numpy() for each in network.compute(images, names))
