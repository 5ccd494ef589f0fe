"""Which points of the face mesh are what, and what follows from where they lie: regions, openness, pose.

Rules:
    * Points are numbered as in MediaPipe's face mesh; "left" and "right" are as seen in the image.
    * Degrees have the signs of :mod:`forensic_app.faces.quality`.

References:
    Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", CVPR
    Workshop on Computer Vision for AR/VR, 2019 (the mesh).
    S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    IEEE TPAMI 13(4), 1991.
    ISO/IEC 29794-5 and OFIQ 1.0.3, "Eyes open" and "Mouth closed" (formulas and their mapping to 0-100).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from forensic_app.faces.analyser import FloatArray

POINTS: Final = 468
OUTLINE: Final = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The face oval, from the middle of the forehead towards the image's right."""
LEFT_EYE: Final = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
RIGHT_EYE: Final = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
"""The lids of the eye at the image's left and right: outer corner, lower lid, inner corner, upper lid."""
LEFT_SOCKET: Final = (70, 63, 105, 66, 107, 55, 193, 245, 128, 121, 120, 119, 118, 117, 111, 35, 124)
RIGHT_SOCKET: Final = (
    300,
    293,
    334,
    296,
    336,
    285,
    417,
    465,
    357,
    350,
    349,
    348,
    347,
    346,
    340,
    265,
    353,
    276,
)
"""Around each eye, from the brow's upper edge to the upper cheek."""
LIPS: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
"""The outer edge of the lips."""
MOUTH_REGION: Final = (
    2,
    97,
    98,
    203,
    206,
    216,
    212,
    202,
    204,
    194,
    201,
    200,
    421,
    418,
    424,
    422,
    432,
    436,
    426,
    423,
    327,
    326,
)
"""Around the mouth, from the base of the nose to the hollow above the chin."""
EYE_CORNERS: Final = ((33, 133), (362, 263))
"""Outer and inner corner of the left eye, inner and outer corner of the right one."""
CHIN: Final = 152

_INNER_LIPS = ((81, 178), (82, 87), (13, 14), (312, 317), (311, 402))
_LID_PAIRS = tuple((1 + each, 15 - each) for each in range(7))
"""Places in :data:`LEFT_EYE` and :data:`RIGHT_EYE` that lie above each other."""
_RIGID = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 234, 127, 162, 21, 54, 103, 67, 109, 151, 9, 8, 168, 6),
    *(197, 195, 5, 4, 1, 33, 133, 362, 263, 129, 358, 98, 327, 116, 345, 117, 346, 123, 352, 143, 372),
)
"""Points that lips, jaw and lids hardly move."""


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Which way a head is turned, in degrees; zero is the mean of 60 people who look into a camera.

    Attributes:
        yaw: Positive when the nose points to the image's right.
        pitch: Positive when the nose points up.
        roll: Positive when the head leans clockwise in the image.
    """

    yaw: float
    pitch: float
    roll: float


def fit_rigid(source: FloatArray, target: FloatArray) -> tuple[FloatArray, float, FloatArray]:
    """Return rotation, scale and shift that bring ``source`` nearest to ``target``, both ``(n, 3)``.

    Least squares, never a reflection: ``target`` is about ``scale * source @ rotation.T + shift``.
    """
    centre_in, centre_out = source.mean(axis=0), target.mean(axis=0)
    points, wanted = source - centre_in, target - centre_out
    left, strengths, right = np.linalg.svd(wanted.T @ points)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = (left * signs) @ right
    scale = float((strengths * signs).sum() / (points**2).sum())
    return rotation, scale, centre_out - scale * rotation @ centre_in


def head_pose(points: FloatArray, mean_face: FloatArray) -> HeadPose:
    """Return the pose of a mesh, ``(468, 3)``, against a mean face that looks straight ahead, ``(468, 3)``."""
    rigid = list(_RIGID)
    rotation, _, _ = fit_rigid(mean_face[rigid], points[rigid])
    nose = -rotation[:, 2]
    yaw = math.atan2(nose[0], -nose[2])
    pitch = math.asin(float(np.clip(-nose[1], -1.0, 1.0)))
    upright = _turned(yaw, pitch).T @ rotation
    roll = math.atan2(upright[1, 0], upright[0, 0])
    return HeadPose(math.degrees(yaw), math.degrees(pitch), math.degrees(roll))


def _turned(yaw: float, pitch: float) -> FloatArray:
    """Return the rotation of an upright head by ``yaw`` after ``pitch``, both in radians."""
    sine, cosine = math.sin(yaw), math.cos(yaw)
    sideways = np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]])
    sine, cosine = math.sin(pitch), math.cos(pitch)
    upwards = np.array([[1.0, 0.0, 0.0], [0.0, cosine, sine], [0.0, -sine, cosine]])
    turned: FloatArray = sideways @ upwards
    return turned


def face_length(points: FloatArray) -> float:
    """Return the distance from the middle between the eyes to the chin, in the points' own unit."""
    corners = [index for eye in EYE_CORNERS for index in eye]
    return float(np.linalg.norm(points[corners, :2].mean(axis=0) - points[CHIN, :2]))


def eye_openings(lids: FloatArray, points: FloatArray) -> tuple[float, float]:
    """Return how far each eye is open: the largest distance of its lids over the face's length.

    Args:
        lids: Points of both eyes in the order of :data:`LEFT_EYE`, shape ``(2, 16, 2)``.
        points: The mesh, for the length.
    """
    lower, upper = np.array(_LID_PAIRS).T
    gaps = np.linalg.norm(lids[:, lower] - lids[:, upper], axis=2).max(axis=1) / face_length(points)
    return float(gaps[0]), float(gaps[1])


def mouth_opening(points: FloatArray) -> float:
    """Return the largest distance of the lips' inner edges over the face's length."""
    upper, lower = np.array(_INNER_LIPS).T
    gap = np.linalg.norm(points[upper, :2] - points[lower, :2], axis=1).max()
    return float(gap) / face_length(points)


def eyes_open_score(opening: float) -> int:
    """Return OFIQ's 0 (shut) to 100 (open) for the smaller of both openings."""
    return round(100.0 / (1.0 + math.exp((0.02 - opening) / 0.01)))


def mouth_closed_score(opening: float) -> int:
    """Return OFIQ's 0 (open) to 100 (closed) for a mouth's opening."""
    return round(100.0 / (1.0 + math.exp((opening - 0.2) / 0.06)))
