"""An analyser that uses the operator's own InsightFace models, from a local folder, never from the network.

Rules:
    * The program ships no InsightFace model. The published ones are for non-commercial research only; whoever
      names a folder answers for the licence of what is in it.
    * The folder and its ONNX files are checked before insightface is called, which would otherwise download.
    * insightface and OpenCV are imported when the first photograph is analysed; the Qt variables that OpenCV
      sets on import are put back.

References:
    J. Deng et al., "ArcFace", CVPR 2019; J. Guo et al., "Sample and Computation Redistribution for Efficient
    Face Detection" (SCRFD), ICLR 2022.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.digests import sha256_of_file
from forensic_app.errors import EngineError, PackMissing, PackRefused
from forensic_app.faces.analyser import AgeEstimate, DetectedFace, Embedding, FloatArray, RgbImage
from forensic_app.faces.turning import find_in_any_turn

MATCH_THRESHOLD = 0.28
"""Cosine at which InsightFace's recognition demonstration says "same person"."""

_DETECTION_SIZE_PX = (640, 640)
_DETECTION_SCORE = 0.5
_SCHEME = "arcface5"


class InsightFaceAnalyser:
    """Finds and embeds faces with a folder of ONNX files that InsightFace understands."""

    def __init__(self, model_folder: Path, *, threads: int = 0) -> None:
        """Check that the folder holds ONNX files; load nothing.

        Args:
            model_folder: Folder with a detector, a recogniser and, for ages, a gender-age model.
            threads: CPU threads of each model, 0 = ONNX Runtime's choice.

        Raises:
            PackMissing: The folder does not exist or holds no ONNX file.
        """
        self._folder = model_folder
        self._threads = threads
        self._files = sorted(model_folder.glob("*.onnx")) if model_folder.is_dir() else []
        if not self._files:
            raise PackMissing(
                f"There are no InsightFace models in {model_folder}.",
                "Put the ONNX files of a licensed model pack there, or use the dlib analyser; "
                "nothing is downloaded.",
            )

    @property
    def name(self) -> str:
        """Registry name."""
        return "insightface"

    @cached_property
    def version(self) -> str:
        """Versions of insightface and ONNX Runtime; the models are known by their digests."""
        return f"insightface {metadata.version('insightface')}, onnxruntime {metadata.version('onnxruntime')}"

    @cached_property
    def weights_sha256(self) -> Mapping[str, str]:
        """SHA-256 of each ONNX file in the folder by file name."""
        return {path.name: sha256_of_file(path) for path in self._files}

    @property
    def match_threshold(self) -> float:
        """Cosine that the authors' demonstration uses; never a probability."""
        return MATCH_THRESHOLD

    @property
    def estimates_age(self) -> bool:
        """Whether the folder holds a gender-age model."""
        return "genderage" in self._models

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """Return the faces of ``image``, largest box first; it may lie on its side or stand on its head."""
        return sorted(find_in_any_turn(image, self._find), key=_area, reverse=True)

    def _find(self, image: RgbImage) -> list[DetectedFace]:
        boxes, points = self._models["detection"].detect(_bgr(image))
        if len(boxes) and points is None:
            raise _refused(self._folder, "its detector gives no landmarks")
        faces = []
        for box, landmarks in zip(boxes, points if len(boxes) else [], strict=True):
            left, top, right, bottom, score = (float(value) for value in box)
            faces.append(
                DetectedFace(
                    box=(left, top, right, bottom),
                    landmarks=np.asarray(landmarks, dtype=np.float64),
                    scheme=_SCHEME,
                    score=score,
                )
            )
        return faces

    def embed(self, image: RgbImage, face: DetectedFace) -> Embedding:
        """Return the embedding of ``face`` with length one, shape ``(d,)`` float32."""
        embedding: Embedding = self.embed_many([image], [face])[0]
        return embedding

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        """Return embeddings of length one of one face in each image, shape ``(n, d)`` float32."""
        if len(images) != len(faces):
            raise ValueError("one face for each image is needed")
        recogniser = self._models["recognition"]
        if not images:
            return np.zeros((0, int(recogniser.output_shape[1])), dtype=np.float32)
        from insightface.utils import face_align

        crops = []
        for image, face in zip(images, faces, strict=True):
            if face.scheme != _SCHEME:
                raise ValueError(f"InsightFace models need {_SCHEME} landmarks, not {face.scheme}")
            with _quiet():
                points = face.landmarks.astype(np.float32)
                crops.append(face_align.norm_crop(_bgr(image), points, recogniser.input_size[0]))
        takes_batches = not isinstance(recogniser.input_shape[0], int)
        batches = [crops] if takes_batches else [[crop] for crop in crops]
        features = np.concatenate([recogniser.get_feat(batch) for batch in batches]).astype(np.float32)
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        return np.asarray(features / np.maximum(lengths, 1e-12), dtype=np.float32)

    def estimate_age(self, image: RgbImage, face: DetectedFace) -> AgeEstimate:
        """Return the age that the gender-age model reads, in whole years and without a spread.

        Raises:
            EngineError: The folder holds no gender-age model; ask :attr:`estimates_age` first.
        """
        if not self.estimates_age:
            raise EngineError(
                f"The InsightFace folder {self._folder} holds no gender-age model to estimate an age.",
                "Add the pack's genderage file, or use the dlib analyser.",
            )
        from insightface.app.common import Face

        with _quiet():
            box = np.array(face.box, dtype=np.float32)
            _, years = self._models["genderage"].get(_bgr(image), Face(bbox=box))
        return AgeEstimate(years=float(years))

    def comparison_score(self, first: Embedding, second: Embedding) -> float:
        """Return the cosine of two embeddings, from -1 to 1."""
        a, b = first.astype(np.float64), second.astype(np.float64)
        return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        """Return :meth:`comparison_score` of each of ``first`` with each of ``second``, ``(n, m)``."""
        one, other = (
            each / np.maximum(np.linalg.norm(each, axis=1, keepdims=True), 1e-12)
            for each in (first.astype(np.float64), second.astype(np.float64))
        )
        scores: FloatArray = one @ other.T
        return scores

    @cached_property
    def _models(self) -> dict[str, Any]:
        """Return insightface's models by task, on the CPU."""
        with _qt_variables_kept(), _quiet():
            import onnxruntime
            from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
            from insightface.app import FaceAnalysis
            from onnxruntime.capi import onnxruntime_pybind11_state as states

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self._threads
            try:
                application = FaceAnalysis(
                    name=str(self._folder),
                    allowed_modules=["detection", "recognition", "genderage"],
                    providers=["CPUExecutionProvider"],
                    sess_options=options,
                )
            except AssertionError as error:
                raise self._without("detector") from error
            except (
                DecodeError,
                RuntimeError,
                ValueError,
                OSError,
                states.Fail,
                states.InvalidArgument,
                states.InvalidGraph,
                states.InvalidProtobuf,
                states.NoSuchFile,
                states.NotImplemented,
            ) as error:
                raise _refused(self._folder, "one of its ONNX files cannot be loaded") from error
            if "recognition" not in application.models:
                raise self._without("recogniser")
            application.prepare(ctx_id=-1, det_thresh=_DETECTION_SCORE, det_size=_DETECTION_SIZE_PX)
        models: dict[str, Any] = application.models
        return models

    def _without(self, part: str) -> PackMissing:
        return PackMissing(
            f"The InsightFace folder {self._folder} holds no {part}.",
            "Put a complete model pack there (detector, recogniser, gender-age), or use the dlib analyser.",
        )


def _refused(folder: Path, reason: str) -> PackRefused:
    return PackRefused(
        f"The InsightFace folder {folder} cannot be used: {reason}.",
        "Copy the model pack again from its source, or use the dlib analyser.",
    )


def _area(face: DetectedFace) -> float:
    left, top, right, bottom = face.box
    return (right - left) * (bottom - top)


def _bgr(image: RgbImage) -> RgbImage:
    return np.ascontiguousarray(image[..., ::-1])


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the deprecation warnings of insightface's dependencies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _qt_variables_kept() -> Iterator[None]:
    """Undo what OpenCV's import does to the variables that Qt and the loader read."""

    def watched() -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k.startswith("QT_") or k == "LD_LIBRARY_PATH"}

    before = watched()
    try:
        yield
    finally:
        for name in watched():
            if name not in before:
                del os.environ[name]
        os.environ.update(before)
