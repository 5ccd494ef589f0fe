"""What the analyser reads from the photograph and from each finished picture.

Rules:
    * Photograph and pictures are measured in the same window around the face, so that the numbers compare.
    * A face that is not found any more is an answer: ``face_found`` is false and the numbers are ``None``.
    * A calibrated age is given only when the pack's calibration was made for this very estimator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from forensic_app.checked_json import parse_json_object
from forensic_app.engines.matcher.schema import ANALYSER_NAME as MATCHER_NAME
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.packs.verification import read_listed
from forensic_app.engines.pictures.second_opinion import SecondOpinion
from forensic_app.errors import PackRefused
from forensic_app.faces.analyser import AgeEstimate, DetectedFace, Embedding, FaceAnalyser, RgbImage
from forensic_app.faces.quality import measure_quality

CALIBRATION_NAME: Final = "calibration.json"
_WINDOW_MARGIN = 0.6
_LEAST_OVERLAP = 0.2


@dataclass(frozen=True, slots=True)
class Calibration:
    """Isotonic map from an estimator's raw age to the age it should have said.

    Attributes:
        estimator: Name of the analyser it was made for.
        raw: Rising raw ages in years.
        calibrated: Ages in years for them, not falling.
    """

    estimator: str
    raw: tuple[float, ...]
    calibrated: tuple[float, ...]

    def __call__(self, years: float) -> float:
        """Return the calibrated age for a raw one; flat beyond both ends."""
        return float(np.interp(years, self.raw, self.calibrated))


def read_calibration(pack: Pack) -> Calibration | None:
    """Return the pack's age calibration, ``None`` where it has none.

    Raises:
        PackAltered: The file does not have its digest.
        PackRefused: The file is there but unusable.
    """
    data = read_listed(pack, CALIBRATION_NAME)
    return (
        None if data is None else parse_calibration(data, where=f"{CALIBRATION_NAME} of the pack {pack.name}")
    )


def parse_calibration(data: bytes, *, where: str) -> Calibration:
    """Return the calibration that the JSON in ``data`` holds.

    Args:
        data: Bytes of a ``calibration.json``.
        where: Of what, in words.

    Raises:
        PackRefused: It is unusable.
    """
    try:
        content = parse_json_object(data)
        raw, calibrated = (tuple(float(value) for value in content[name]) for name in ("raw", "calibrated"))
        estimator = str(content["estimator"])
    except (ValueError, KeyError, TypeError) as error:
        raise PackRefused(f"{where} is not a usable calibration.", "Restore the pack.") from error
    if not raw or len(raw) != len(calibrated) or any(np.diff(raw) <= 0) or any(np.diff(calibrated) < 0):
        raise PackRefused(f"{where} is not a rising calibration.", "Restore the pack.")
    return Calibration(estimator, raw, calibrated)


@dataclass(frozen=True, slots=True)
class Measurer:
    """Measures pictures of one exhibit.

    Attributes:
        analyser: The run's analyser.
        window: ``(left, top, right, bottom)`` in pixels around the face, inside the photograph.
        box: The face's box in the window's own pixels.
        calibration: The pack's age calibration.
    """

    analyser: FaceAnalyser
    window: tuple[int, int, int, int]
    box: tuple[float, float, float, float]
    calibration: Calibration | None

    def find(self, picture: RgbImage) -> tuple[RgbImage, DetectedFace | None]:
        """Return the window of ``picture`` and the face in it that stands where the exhibit's does."""
        left, top, right, bottom = self.window
        view = np.ascontiguousarray(picture[top:bottom, left:right])
        faces = self.analyser.detect(view)
        best = max(faces, key=lambda face: overlap(face.box, self.box), default=None)
        return view, best if best is not None and overlap(best.box, self.box) >= _LEAST_OVERLAP else None

    def age_record(self, estimate: AgeEstimate) -> dict[str, Any]:
        """Return ``raw``, ``calibrated`` and ``spread`` in years, and the estimator's name."""
        return {
            "raw": _rounded(estimate.years),
            "calibrated": apparent_age(estimate.years, self.calibration, analyser=self.analyser.name),
            "spread": _rounded(estimate.spread_years),
            "estimator": self.analyser.name,
        }

    def measure(
        self,
        pictures: Sequence[RgbImage],
        *,
        exhibit: Embedding | None,
        references: Mapping[str, Embedding],
        second: SecondOpinion | None = None,
    ) -> list[dict[str, Any]]:
        """Return the metrics of each picture, JSON types only.

        Args:
            pictures: Finished pictures without a band, each the photograph's size.
            exhibit: Embedding of the exhibit's face; ``None`` to leave ``comparison_score`` out.
            references: Embeddings of the subject's other photographs by exhibit id.
            second: A second matcher, whose scores stand beside as ``second``; ``None`` for none.
        """
        found = [self.find(picture) for picture in pictures]
        views = [view for view, face in found if face is not None]
        faces = [face for _, face in found if face is not None]
        embeddings = iter(self.analyser.embed_many(views, faces) if faces else ())
        seconds = iter(() if second is None else second.records(views, faces))
        return [
            nothing_measured(references)
            if face is None
            else {
                **self._record(view, face, next(embeddings), exhibit=exhibit, references=references),
                **({} if second is None else {"second": next(seconds)}),
                "quality": measure_quality(picture, self._in_picture(face)).to_json(),
            }
            for picture, (view, face) in zip(pictures, found, strict=True)
        ]

    def _record(
        self,
        view: RgbImage,
        face: DetectedFace,
        embedding: Embedding,
        *,
        exhibit: Embedding | None,
        references: Mapping[str, Embedding],
    ) -> dict[str, Any]:
        score = self.analyser.comparison_score
        return {
            "face_found": True,
            "estimated_age": self.age_record(self.analyser.estimate_age(view, face)),
            "comparison_score": None if exhibit is None else _rounded(score(exhibit, embedding), 4),
            "reference_scores": {
                name: _rounded(score(reference, embedding), 4) for name, reference in references.items()
            },
        }

    def _in_picture(self, face: DetectedFace) -> DetectedFace:
        """Return ``face`` with coordinates of the whole picture."""
        left, top = self.window[:2]
        box = (face.box[0] + left, face.box[1] + top, face.box[2] + left, face.box[3] + top)
        return replace(face, box=box, landmarks=face.landmarks + np.array([left, top]))


def apparent_age(raw_years: float, calibration: Calibration | None, *, analyser: str) -> float | None:
    """Return the calibrated age as records hold it, to 0.01 years; ``None`` without a calibration for ``analyser``."""
    if calibration is None or calibration.estimator not in estimator_names(analyser):
        return None
    return _rounded(calibration(raw_years))


def estimator_names(analyser_name: str) -> tuple[str, str]:
    """Return the names under which a calibration may know the age estimator of an analyser; the matcher's is dlib's."""
    name = "dlib" if analyser_name == MATCHER_NAME else analyser_name
    return (name, f"{name}-age")


def nothing_measured(references: Mapping[str, Embedding]) -> dict[str, Any]:
    """Return the metrics of a picture in which the analyser finds no face."""
    return {
        "face_found": False,
        "estimated_age": None,
        "comparison_score": None,
        "reference_scores": dict.fromkeys(references),
        "quality": None,
    }


def measurer_for(
    analyser: FaceAnalyser, photo: RgbImage, face: DetectedFace, calibration: Calibration | None
) -> Measurer:
    """Return the measurer whose window is the face's box with a margin of 60 % of its side."""
    left, top, right, bottom = face.box
    margin = _WINDOW_MARGIN * max(right - left, bottom - top)
    height, width = photo.shape[:2]
    window = (
        max(int(left - margin), 0),
        max(int(top - margin), 0),
        min(int(right + margin) + 1, width),
        min(int(bottom + margin) + 1, height),
    )
    box = (left - window[0], top - window[1], right - window[0], bottom - window[1])
    return Measurer(analyser, window, box, calibration)


def overlap(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the intersection over union of two boxes ``(left, top, right, bottom)``, from 0 to 1."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
    return shared / (areas - shared)


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(float(value), digits)
