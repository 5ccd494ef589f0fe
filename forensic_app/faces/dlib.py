"""The bundled analyser: dlib's HOG detector and five landmarks, its recognition and age networks.

Rules:
    * Nothing is loaded before it is needed; every weights file is checked against the manifest when it is.
    * The same pixels give the same answers; torch's thread count is the caller's and is left alone.
    * Chips are cut with dlib's own geometry, from landmarks with a fraction of a pixel.

References:
    N. Dalal and B. Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005.
    V. Kazemi and J. Sullivan, "One Millisecond Face Alignment with an Ensemble of Regression Trees",
    CVPR 2014.
    D. King, "Max-Margin Object Detection", 2015; dlib's ``get_face_chip_details`` for the chip geometry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forensic_app.faces.align import estimate_similarity
from forensic_app.faces.analyser import AgeEstimate, DetectedFace, Embedding, FloatArray, RgbImage
from forensic_app.faces.bundled_files import BundledFiles
from forensic_app.faces.turning import find_in_any_turn

if TYPE_CHECKING:
    from forensic_app.faces.networks import AgeNetwork, RecognitionNetwork

BUNDLED_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "analysers" / "dlib"
MATCH_THRESHOLD = 0.4
"""Score of dlib's published distance threshold of 0.6."""

_RECOGNITION = "recognition.safetensors"
_AGE = "age.safetensors"
_LANDMARKS = "shape_predictor_5_face_landmarks.dat"
_SCHEME = "dlib5"

_SEARCH_LONG_SIDE_PX = 1600
_MOST_ENLARGEMENT = 2.0
_FULL_LONG_SIDE_PX = 4000
_BORDER_SHARE = 0.2
_FIRST_SEARCH_SCORE = 0.2
_DOUBTFUL_SCORE = 0.3
_DOUBTFUL_SHARE = 0.25
_LANDMARK_BOX_PX = 320
_LARGEST_ZOOM = 4.0
_TILE_PX = 1600
_TILE_OVERLAP_PX = 200
_TILE_SCALE = 1.4
"""Enlargement of a tile: the detector's smallest face is 80 px across, so faces from 58 px are seen."""

_TILE_SCORE = 0.6
_SAME_FACE_OVERLAP = 0.3

_DLIB_PIXEL_CENTRE = 0.5
"""dlib cuts a chip half a pixel off its own points, as if pixel centres lay on halves (measured)."""
_TO_DLIB_ORDER = (3, 2, 0, 1, 4)
_FROM_DLIB_ORDER = (2, 3, 1, 0, 4)
_CHIP_POINTS = (
    (0.8595674595992, 0.2134981538014),
    (0.6460604764104, 0.2289674387677),
    (0.1205750620789, 0.2137274526848),
    (0.3340850613712, 0.2290642403242),
    (0.4901123135679, 0.6277975316475),
)
"""Mean face of dlib's five-point chips in a chip without padding, in dlib's order."""


class DlibAnalyser:
    """Finds faces, embeds them and estimates ages with the files that come with the program."""

    def __init__(self, folder: Path = BUNDLED_FOLDER) -> None:
        """Remember where the weights are; load nothing."""
        self._files = BundledFiles(folder)

    @property
    def name(self) -> str:
        """Registry name."""
        return "dlib"

    @cached_property
    def version(self) -> str:
        """Versions of dlib and of the bundled networks."""
        return f"dlib-bin {metadata.version('dlib-bin')}, networks {self._files.name}-1"

    @cached_property
    def weights_sha256(self) -> Mapping[str, str]:
        """SHA-256 of each weights file that answers here, by file name, as the manifest records it."""
        return {name: self._files.sha256[name] for name in (_AGE, _RECOGNITION, _LANDMARKS)}

    @property
    def match_threshold(self) -> float:
        """Score of dlib's published threshold; never a probability."""
        return MATCH_THRESHOLD

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """Return the faces of ``image``, largest box first.

        Small photographs are enlarged up to twice and photographs above 1600 px are reduced. Without a sure face the
        photograph is also searched lying on its side and standing on its head. Only when all that finds nothing: in
        the original size (at most 4000 px), then in tiles of a little more than the original size, for small faces
        in large photographs, then with a mirrored border, for heads that fill the picture. A detection needs a score of
        0.2 where many windows are searched, since that brings false ones, 0.6 in tiles, and dlib's own threshold of 0
        in a small photograph's original size and with the border. Beside a sure face, detections with less than a
        quarter of its score (at most 0.3) are dropped.
        """
        found = find_in_any_turn(image, self._first_search)
        scale = self._first_scale(image)
        if not found and scale != 1.0:
            full = min(1.0, _FULL_LONG_SIDE_PX / max(image.shape[:2]))
            score = _FIRST_SEARCH_SCORE if scale < full else 0.0
            found = self._kept(image, self._search(image, full, least_score=score))
        if not found and scale < 1.0:
            found = self._kept(image, self._search_tiles(image))
        if not found:
            found = self._kept(image, self._search(image, scale, border_share=_BORDER_SHARE))
        return sorted(found, key=_area, reverse=True)

    def _first_scale(self, image: RgbImage) -> float:
        return float(min(_MOST_ENLARGEMENT, _SEARCH_LONG_SIDE_PX / max(image.shape[:2])))

    def _first_search(self, image: RgbImage) -> list[DetectedFace]:
        return self._kept(
            image, self._search(image, self._first_scale(image), least_score=_FIRST_SEARCH_SCORE)
        )

    def _kept(
        self, image: RgbImage, found: Sequence[tuple[tuple[float, float, float, float], float]]
    ) -> list[DetectedFace]:
        doubtful = min(_DOUBTFUL_SCORE, _DOUBTFUL_SHARE * max((score for _, score in found), default=0.0))
        return [self._with_landmarks(image, box, score) for box, score in found if score >= doubtful]

    def _search_tiles(self, image: RgbImage) -> list[tuple[tuple[float, float, float, float], float]]:
        """Return boxes in ``image`` and their scores, found in overlapping parts of it, slightly enlarged."""
        found: list[tuple[tuple[float, float, float, float], float]] = []
        for top in _tile_starts(image.shape[0]):
            for left in _tile_starts(image.shape[1]):
                tile = image[top : top + _TILE_PX, left : left + _TILE_PX]
                for box, score in self._search(tile, _TILE_SCALE, least_score=_TILE_SCORE):
                    moved = (box[0] + left, box[1] + top, box[2] + left, box[3] + top)
                    found.append((moved, score))
        found.sort(key=lambda each: -each[1])
        kept: list[tuple[tuple[float, float, float, float], float]] = []
        for each in found:
            if all(_overlap(each[0], other[0]) < _SAME_FACE_OVERLAP for other in kept):
                kept.append(each)
        return kept

    @property
    def recognition_network(self) -> RecognitionNetwork:
        """The recognition network itself, frozen, for training losses that look at a generated face."""
        return self._recognition

    def embed(self, image: RgbImage, face: DetectedFace) -> Embedding:
        """Return dlib's 128-d embedding of ``face``, shape ``(128,)`` float32."""
        embedding: Embedding = self.embed_many([image], [face])[0]
        return embedding

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return embeddings of one face in each image, shape ``(n, 128)`` float32, in one batch."""
        if len(images) != len(faces):
            raise ValueError("one face for each image is needed")
        if not images:
            return np.zeros((0, 128), dtype=np.float32)
        import torch

        from forensic_app.faces.networks import RECOGNITION_CHIP_PADDING, RECOGNITION_CHIP_PX

        chips = [
            face_chip(image, face, size_px=RECOGNITION_CHIP_PX, padding=RECOGNITION_CHIP_PADDING)
            for image, face in zip(images, faces, strict=True)
        ]
        with torch.inference_mode():
            embeddings: NDArray[np.float32] = self._recognition(chip_batch(chips)).numpy()
        return embeddings

    def estimate_age(self, image: RgbImage, face: DetectedFace) -> AgeEstimate:
        """Return the mean and the spread of the age network's distribution, in years."""
        import torch

        from forensic_app.faces.networks import AGE_CHIP_PADDING, AGE_CHIP_PX

        chip = face_chip(image, face, size_px=AGE_CHIP_PX, padding=AGE_CHIP_PADDING)
        with torch.inference_mode():
            mean, spread = self._age.expectation(chip_batch([chip]))
        return AgeEstimate(years=float(mean[0]), spread_years=float(spread[0]))

    def comparison_score(self, first: Embedding, second: Embedding) -> float:
        """Return one minus the Euclidean distance of two embeddings: 1 for equal ones, negative when far."""
        return 1.0 - float(np.linalg.norm(first.astype(np.float64) - second.astype(np.float64)))

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return :meth:`comparison_score` of each of ``first`` with each of ``second``, ``(n, m)``."""
        one, other = first.astype(np.float64), second.astype(np.float64)
        squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2.0 * one @ other.T
        scores: FloatArray = 1.0 - np.sqrt(np.maximum(squares, 0.0))
        return scores

    @cached_property
    def _detector(self) -> Any:
        import dlib

        return dlib.get_frontal_face_detector()

    @cached_property
    def _predictor(self) -> Any:
        import dlib

        with self._files.opened(_LANDMARKS) as path:
            return dlib.shape_predictor(path)

    @cached_property
    def _recognition(self) -> RecognitionNetwork:
        from forensic_app.faces.networks import load_recognition

        return load_recognition(self._files.read(_RECOGNITION))

    @cached_property
    def _age(self) -> AgeNetwork:
        from forensic_app.faces.networks import load_age

        return load_age(self._files.read(_AGE))

    def _search(
        self, image: RgbImage, scale: float, *, border_share: float = 0.0, least_score: float = 0.0
    ) -> list[tuple[tuple[float, float, float, float], float]]:
        """Return boxes in ``image`` and their scores, found in a copy scaled and bordered as asked."""
        pixels = _resized(image, scale)
        border = round(border_share * max(pixels.shape[:2]))
        if border:
            pixels = np.pad(pixels, ((border, border), (border, border), (0, 0)), mode="reflect")
        boxes, scores, _ = self._detector.run(pixels, 0, least_score)
        factors = np.array([image.shape[1], image.shape[0]] * 2) / np.array([*_scaled_size(image, scale)] * 2)
        found = []
        for box, score in zip(boxes, scores, strict=True):
            edges = np.array([box.left(), box.top(), box.right(), box.bottom()], dtype=np.float64)
            left, top, right, bottom = ((edges - border + 0.5) * factors - 0.5).tolist()
            found.append(((left, top, right, bottom), float(score)))
        return found

    def _with_landmarks(
        self, image: RgbImage, box: tuple[float, float, float, float], score: float
    ) -> DetectedFace:
        """Return the face in ``box``; small ones are enlarged, as the predictor answers in whole pixels."""
        import dlib

        side = max(box[2] - box[0], box[3] - box[1], 1.0)
        zoom = float(np.clip(_LANDMARK_BOX_PX / side, 1.0, _LARGEST_ZOOM))
        window, left, top = _window(image, box, margin_px=0.5 * side)
        pixels = _resized(window, zoom)
        edges = (np.array(box) - np.array([left, top, left, top]) + 0.5) * zoom - 0.5
        shape = self._predictor(pixels, dlib.rectangle(*(round(edge) for edge in edges.tolist())))
        parts = np.array([[shape.part(i).x, shape.part(i).y] for i in _FROM_DLIB_ORDER], dtype=np.float64)
        landmarks = (parts + 0.5) / zoom - 0.5 + np.array([left, top], dtype=np.float64)
        return DetectedFace(box=box, landmarks=landmarks, scheme=_SCHEME, score=score)


def face_chip(image: RgbImage, face: DetectedFace, *, size_px: int, padding: float) -> RgbImage:
    """Return the chip that dlib's networks expect, shape ``(size_px, size_px, 3)``, uint8 RGB.

    Equal to dlib's ``get_face_chip`` for landmarks on whole pixels.

    Raises:
        ValueError: The face's landmarks are not of the ``dlib5`` scheme.
    """
    import dlib

    if face.scheme != _SCHEME:
        raise ValueError(f"the bundled networks need {_SCHEME} landmarks, not {face.scheme}")
    source = [dlib.dpoint(*map(float, face.landmarks[i])) for i in _TO_DLIB_ORDER]
    target = [dlib.dpoint(*map(float, point)) for point in chip_points(size_px, padding)]
    details = dlib.chip_details(dlib.dpoints(target), dlib.dpoints(source), dlib.chip_dims(size_px, size_px))
    chip: RgbImage = dlib.extract_image_chip(np.ascontiguousarray(image), details)
    return chip


def chip_points(size_px: int, padding: float) -> FloatArray:
    """Return the five points in a chip of ``size_px`` with ``padding``, shape ``(5, 2)``, in dlib's order."""
    points = np.array(_CHIP_POINTS, dtype=np.float64)
    return (padding + points) / (2.0 * padding + 1.0) * size_px


def landmarks_to_chip(landmarks: FloatArray, *, chip_px: int, padding: float) -> FloatArray:
    """Return the ``(2, 3)`` matrix from the picture of ``dlib5`` ``landmarks``, ``(5, 2)``, to a chip."""
    source = landmarks[list(_TO_DLIB_ORDER)]
    return estimate_similarity(source, chip_points(chip_px, padding) - _DLIB_PIXEL_CENTRE)


def _area(face: DetectedFace) -> float:
    left, top, right, bottom = face.box
    return (right - left) * (bottom - top)


def _overlap(first: tuple[float, float, float, float], second: tuple[float, float, float, float]) -> float:
    """Return the intersection of two boxes over their union."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return shared / (sum(areas) - shared)


def _tile_starts(length: int) -> list[int]:
    """Return where tiles begin along a side of ``length`` pixels; the last one ends with it."""
    step = _TILE_PX - _TILE_OVERLAP_PX
    return [*range(0, max(length - _TILE_PX, 0), step), max(length - _TILE_PX, 0)]


def _scaled_size(image: RgbImage, scale: float) -> tuple[int, int]:
    return max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))


def _resized(image: RgbImage, scale: float) -> RgbImage:
    """Return ``image`` scaled; reduced ones are filtered against aliasing."""
    size = _scaled_size(image, scale)
    if size == (image.shape[1], image.shape[0]):
        return np.ascontiguousarray(image)
    picture = Image.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.uint8)


def _window(
    image: RgbImage, box: tuple[float, float, float, float], *, margin_px: float
) -> tuple[RgbImage, int, int]:
    """Return the part of ``image`` around ``box`` and the position of its top left pixel."""
    left = int(np.clip(np.floor(box[0] - margin_px), 0, image.shape[1] - 1))
    top = int(np.clip(np.floor(box[1] - margin_px), 0, image.shape[0] - 1))
    right = int(np.clip(np.ceil(box[2] + margin_px), left + 1, image.shape[1]))
    bottom = int(np.clip(np.ceil(box[3] + margin_px), top + 1, image.shape[0]))
    return image[top:bottom, left:right], left, top


def chip_batch(chips: Sequence[RgbImage]) -> Any:
    """Return chips as one float32 tensor, shape ``(n, 3, size, size)``, values in ``[0, 255]``."""
    import torch

    return torch.from_numpy(np.stack(chips)).permute(0, 3, 1, 2).float()
