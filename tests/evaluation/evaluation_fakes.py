"""Fakes at the doors that the evaluation owns: a face analyser and a maker of series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forensic_app.evaluation.series.protocols import RawAge
from forensic_app.faces.align import template
from forensic_app.faces.analyser import AgeEstimate, DetectedFace, Embedding, RgbImage

SIZE_PX = 24
PHOTO_PX = 48


class FakeAnalyser:
    """Reads the age from red, the person from green and blue of the middle of a face."""

    name = "fake"
    version = "1"
    weights_sha256: Mapping[str, str] = {"fake.safetensors": "0" * 64}
    match_threshold = 0.9

    def __init__(self, *, finds_in_crops: bool = True) -> None:
        self.finds_in_crops = finds_in_crops

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        size = image.shape[0]
        if image[..., 0].max() == 0 or (size == SIZE_PX and not self.finds_in_crops):
            return []
        box = (0.0, 0.0, size - 1.0, size - 1.0)
        return [DetectedFace(box=box, landmarks=template("dlib5", size), scheme="dlib5", score=1.0)]

    def embed(self, image: RgbImage, face: DetectedFace) -> Embedding:
        return np.array([*_middle(image)[1:] / 64.0, 1.0], dtype=np.float32)

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        return np.stack([self.embed(image, face) for image, face in zip(images, faces, strict=True)])

    def estimate_age(self, image: RgbImage, face: DetectedFace) -> AgeEstimate:
        return AgeEstimate(years=float(_middle(image)[0]) / 2.0)

    def comparison_score(self, first: Embedding, second: Embedding) -> float:
        return 1.0 - float(np.linalg.norm(first - second))

    def comparison_scores(
        self, first: NDArray[np.float32], second: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        one, other = first.astype(np.float64), second.astype(np.float64)
        return np.asarray(1.0 - np.linalg.norm(one[:, None] - other[None], axis=2))


def _middle(image: RgbImage) -> NDArray[np.float64]:
    third = image.shape[0] // 3
    pixels = image[third : 2 * third, third : 2 * third].reshape(-1, 3).astype(np.float64)
    return np.asarray(np.median(pixels, axis=0))


class FakeMaker:
    """Sets the age to the target plus a bias, and moves the person a little with the age gap."""

    crop_size_px = SIZE_PX

    def __init__(self, *, bias_years: float = 0.0, drift: float = 0.0, follows: bool = True) -> None:
        self.bias_years, self.drift, self.follows = bias_years, drift, follows
        self.calls: list[dict[str, Any]] = []

    @property
    def description(self) -> Mapping[str, Any]:
        return {"engine": "fake", "pack_sha256": "1" * 64}

    def make_series(
        self,
        crop: RgbImage,
        *,
        source_age: float,
        sex: str,
        embedding: Embedding,
        target_ages: Sequence[float],
        raw_age: RawAge | None = None,
    ) -> NDArray[np.uint8]:
        self.calls.append({"source_age": source_age, "sex": sex, "embedding": embedding, "raw_age": raw_age})
        series = np.repeat(crop[None], len(target_ages), axis=0)
        for place, age in enumerate(target_ages):
            if self.follows:
                series[place, ..., 0] = round(2 * (age + self.bias_years))
            shift = self.drift * abs(age - source_age)
            series[place, ..., 1] = np.clip(series[place, ..., 1] + shift, 0, 255)
        return series

    def reconstruct(self, crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.where(crops < 200, crops + 5, crops - 5).astype(np.uint8)


def write_faces(folder: Path, *, ages: Sequence[int], per_age: int, error_years: float = 0.0) -> None:
    """Write flat-coloured "faces" with UTKFace-style names; green and blue are the person."""
    generator = np.random.default_rng(0)
    folder.mkdir(exist_ok=True)
    for age in ages:
        for number in range(per_age):
            photo = np.zeros((PHOTO_PX, PHOTO_PX, 3), np.uint8)
            photo[..., 0] = round(2 * (age + error_years))
            photo[..., 1:] = generator.integers(20, 235, size=2)
            name = f"{age}_{number % 2}_{number % 3}_{age:03}{number:05}.jpg.chip.jpg"
            Image.fromarray(photo).save(folder / name, format="PNG")


class FakeSecondEstimator:
    """Reads the age from red, ``shift_years`` too old."""

    name = "fake-second"
    sources_sha256: Mapping[str, str] = {"fake.bin": "2" * 64}

    def __init__(self, *, shift_years: float = 5.0) -> None:
        self.shift_years = shift_years
        self.read_photos = 0

    def estimate(self, image: RgbImage, face: DetectedFace) -> float:
        self.read_photos += 1
        return float(_middle(image)[0]) / 2.0 + self.shift_years

    def estimate_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float64]:
        return np.array([self.estimate(image, face) for image, face in zip(images, faces, strict=True)])


class FakeSecondRecogniser:
    """Tells people apart by the direction of green and blue, which the age does not touch."""

    name = "fake-recogniser"
    version = "1"
    sha256: Mapping[str, str] = {"fake.bin": "3" * 64}

    def embed(
        self, crops: Sequence[RgbImage], landmarks: Sequence[NDArray[np.float64]]
    ) -> NDArray[np.float32]:
        found = []
        for crop, points in zip(crops, landmarks, strict=True):
            assert points.shape == (5, 2)
            green, blue = _middle(crop)[1:] - 127.5
            found.append(np.array([green, blue, 20.0]))
        rows = np.stack(found)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
