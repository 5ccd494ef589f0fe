"""Measure the quality of a face photograph with formulas of OFIQ.

Rules:
    * "OFIQ formula" means that a value's formula and its mapping to 0-100 are OFIQ's. The inputs are not:
      five landmarks stand in for OFIQ's 98, an ellipse for the hull of those, and nothing removes occlusions.
      The numbers therefore describe a photograph; they are not a conformant ISO/IEC 29794-5 assessment.
    * A measure whose 0-100 mapping needs one of OFIQ's own models has no score here.
    * Faces are brought to OFIQ's 616 px frame first: eye centres at (251, 272) and (364, 272).

References:
    OFIQ 1.0.3, BSI, 2024 (reference implementation of ISO/IEC 29794-5): measures and aligned frame.
    IEC 61966-2-1 (sRGB) for the luminance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from forensic_app.faces.align import align_matrix, transform_points, warp
from forensic_app.faces.analyser import DetectedFace, FloatArray, RgbImage

_WINDOW_ORIGIN = (180, 220)
_WINDOW_SIZE = (256, 270)
_EYES = ((251.0, 272.0), (364.0, 272.0))
_EYE_DISTANCE_PX = 113.0
_ELLIPSE_CENTRE = (308.0, 354.0)
_ELLIPSE_AXES = (113.0, 122.0)
_ZONE_SIDE_PX = 33
_ZONE_TOP_PX = 337

_NOSE_DEPTH = {"dlib5": 0.30, "arcface5": 0.45}
"""How far the nose point lies before the eye centres, in eye distances; generic head, rough."""
_NOSE_DROP = {"dlib5": 0.720, "arcface5": 0.5715}
"""How far the nose point lies below the eye centres of a frontal face, in eye distances (templates)."""
_CHIN_DROP = 1.78
"""Eye centres to chin in eye distances; mean of adults (112 mm to 63 mm), rough."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured value.

    Attributes:
        value: Raw value in the unit that its name says.
        score: OFIQ's mapping to 0 (poor) to 100 (good), ``None`` when that needs OFIQ's own models.
    """

    value: float
    score: int | None = None


@dataclass(frozen=True, slots=True)
class QualityMeasures:
    """Quality of one face in one photograph; OFIQ formulas on rough inputs, see the module's rules.

    Attributes:
        inter_eye_distance_px: Between the eye centres, divided by the cosine of the yaw.
        head_size: Eye centres to chin (from the eye distance, rough) as a share of the photograph's height.
        luminance_mean: Mean relative luminance of the face, 0 to 1.
        luminance_variance: Variance of the same.
        under_exposure: Share of face pixels with a luminance of at most 25 of 255.
        over_exposure: Share of face pixels with a luminance of at least 247 of 255.
        dynamic_range_bits: Entropy of the face's luminance histogram.
        illumination_uniformity: Overlap of the luminance histograms of both cheeks, 0 to 1.
        sharpness: Mean absolute Laplacian of the blurred grey face in the photograph's own pixels; no score.
        yaw_degrees: Positive when the nose points to the image's right; rough, see :func:`estimate_pose`.
        pitch_degrees: Positive when the nose points up; rough.
        roll_degrees: Positive when the head leans clockwise in the image.
    """

    inter_eye_distance_px: Measure
    head_size: Measure
    luminance_mean: Measure
    luminance_variance: Measure
    under_exposure: Measure
    over_exposure: Measure
    dynamic_range_bits: Measure
    illumination_uniformity: Measure
    sharpness: Measure
    yaw_degrees: Measure
    pitch_degrees: Measure
    roll_degrees: Measure

    def to_json(self) -> dict[str, dict[str, float | int | None]]:
        """Return each measure as ``{"value": ..., "score": ...}``, values to six decimals."""
        measures = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: {"value": round(measure.value, 6), "score": measure.score}
            for name, measure in measures.items()
        }


def measure_quality(image: RgbImage, face: DetectedFace) -> QualityMeasures:
    """Return the quality measures of ``face`` in ``image``."""
    yaw, pitch, roll = estimate_pose(face)
    distance = inter_eye_distance(face) / math.cos(math.radians(yaw))
    head = _CHIN_DROP * distance / image.shape[0]
    luminance, inside = _face_luminance(image, face)
    histogram = np.bincount(luminance[inside], minlength=256) / np.count_nonzero(inside)
    levels = np.arange(256) / 255.0
    mean = float(histogram @ levels)
    variance = float(histogram @ (levels - mean) ** 2)
    under, over = float(histogram[:26].sum()), float(histogram[247:].sum())
    occupied = histogram[histogram > 0]
    entropy = -float(occupied @ np.log2(occupied))
    overlap = _cheek_overlap(luminance)
    brightness = _sigmoid(mean, 0.2, 0.05) * (1.0 - _sigmoid(mean, 0.8, 0.05))
    return QualityMeasures(
        inter_eye_distance_px=Measure(distance, _score(100 * _sigmoid(distance, 70.0, 20.0))),
        head_size=Measure(head, _score(200 * (1.0 - _sigmoid(abs(head - 0.45), 0.0, 0.05)))),
        luminance_mean=Measure(mean, _score(100 * brightness)),
        luminance_variance=Measure(
            variance, _score(100 * math.sin(60 * variance / (60 * variance + 1) * math.pi))
        ),
        under_exposure=Measure(under, _score(120 * (0.832 - _sigmoid(under, 0.92, 0.05)))),
        over_exposure=Measure(over, _score(1.0 / (over + 0.01))),
        dynamic_range_bits=Measure(entropy, _score(12.5 * entropy)),
        illumination_uniformity=Measure(overlap, _score(100 * overlap**0.3)),
        sharpness=Measure(_sharpness(image, face)),
        yaw_degrees=Measure(yaw, _pose_score(yaw)),
        pitch_degrees=Measure(pitch, _pose_score(pitch)),
        roll_degrees=Measure(roll, _pose_score(roll)),
    )


def eye_centres(face: DetectedFace) -> FloatArray:
    """Return the eye centres as seen in the image from left to right, shape ``(2, 2)``, in pixels."""
    if face.scheme == "arcface5":
        return face.landmarks[:2].copy()
    return np.stack([face.landmarks[:2].mean(axis=0), face.landmarks[2:4].mean(axis=0)])


def inter_eye_distance(face: DetectedFace) -> float:
    """Return the distance between the eye centres in pixels, as it is in the image."""
    left, right = eye_centres(face)
    return float(np.hypot(*(right - left)))


def estimate_pose(face: DetectedFace) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees, estimated from five points and a generic head.

    Roll is as good as the eye points. Yaw and pitch are rough: noses differ, and how far they stand out is
    assumed. Over 773 mostly frontal faces of the ``dlib5`` scheme the readings spread by 13.5 degrees
    (yaw) and 15.2 degrees (pitch, both standard deviations): a reading below 20 degrees says little.
    """
    left, right = eye_centres(face)
    across = right - left
    distance = float(np.hypot(*across))
    direction = across / distance
    nose_index = 4 if face.scheme == "dlib5" else 2
    offset = face.landmarks[nose_index] - (left + right) / 2.0
    sideways = float(offset @ direction) / distance
    down = float(offset @ np.array([-direction[1], direction[0]])) / distance
    depth, drop = _NOSE_DEPTH[face.scheme], _NOSE_DROP[face.scheme]
    yaw = math.atan2(sideways, depth)
    reach = math.hypot(drop, depth)
    pitch = math.acos(min(1.0, max(-1.0, down * math.cos(yaw) / reach))) - math.atan2(depth, drop)
    roll = math.atan2(direction[1], direction[0])
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def _sigmoid(value: float, middle: float, width: float) -> float:
    return 1.0 / (1.0 + math.exp(min(700.0, (middle - value) / width)))


def _score(value: float) -> int:
    return int(min(100, max(0, math.floor(value + 0.5))))


def _pose_score(degrees: float) -> int:
    return _score(100 * math.cos(math.radians(degrees)) ** 2)


def _face_luminance(image: RgbImage, face: DetectedFace) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the luminance of a window of OFIQ's frame, and which of its pixels are face."""
    side = _EYE_DISTANCE_PX / 0.391
    matrix = align_matrix(face, side)
    middle = transform_points(matrix, eye_centres(face)).mean(axis=0)
    matrix[:, 2] += np.mean(_EYES, axis=0) - middle
    pixels = np.clip(warp(image, matrix, origin=_WINDOW_ORIGIN, size=_WINDOW_SIZE), 0, 255) / 255.0
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    luminance = np.floor(linear @ np.array([0.2126, 0.7152, 0.0722]) * 255 + 0.5).astype(np.uint8)
    x = (np.arange(_WINDOW_SIZE[0]) + _WINDOW_ORIGIN[0] - _ELLIPSE_CENTRE[0]) / _ELLIPSE_AXES[0]
    y = (np.arange(_WINDOW_SIZE[1]) + _WINDOW_ORIGIN[1] - _ELLIPSE_CENTRE[1]) / _ELLIPSE_AXES[1]
    return luminance, x[None, :] ** 2 + y[:, None] ** 2 <= 1.0


def _cheek_overlap(luminance: NDArray[np.uint8]) -> float:
    """Return the sum of the smaller bins of both cheeks' luminance histograms."""
    rows = slice(_ZONE_TOP_PX - _WINDOW_ORIGIN[1], _ZONE_TOP_PX - _WINDOW_ORIGIN[1] + _ZONE_SIDE_PX)
    first = int(_EYES[0][0]) - _WINDOW_ORIGIN[0]
    second = int(_EYES[1][0]) - _ZONE_SIDE_PX - _WINDOW_ORIGIN[0]
    histograms = [
        np.bincount(luminance[rows, start : start + _ZONE_SIDE_PX].ravel(), minlength=256) / _ZONE_SIDE_PX**2
        for start in (first, second)
    ]
    return float(np.minimum(*histograms).sum())


def _sharpness(image: RgbImage, face: DetectedFace) -> float:
    """Return the mean absolute Laplacian of the face after a 3x3 Gaussian, in grey levels."""
    reach = 0.9 * inter_eye_distance(face)
    x, y = face.landmarks.mean(axis=0)
    height, width = image.shape[:2]
    left, right = np.clip([round(x - reach), round(x + reach) + 1], 0, width)
    top, bottom = np.clip([round(y - reach), round(y + reach) + 1], 0, height)
    window = image[top:bottom, left:right].astype(np.float64)
    if window.size == 0:
        return 0.0
    grey = window @ np.array([0.299, 0.587, 0.114])
    kernel = np.array([0.25, 0.5, 0.25])
    blurred = ndimage.convolve1d(ndimage.convolve1d(grey, kernel, axis=0), kernel, axis=1)
    return float(np.abs(ndimage.laplace(blurred)).mean())
