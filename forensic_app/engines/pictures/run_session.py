"""What every engine does around its method: stages, references, control, and the facts of the record."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from forensic_app import __version__
from forensic_app.engines.device import ComputeDevice
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures.measurement import Measurer
from forensic_app.engines.pictures.photo import FoundFace, read_photo
from forensic_app.faces.analyser import Embedding, FaceAnalyser, FloatArray, RgbImage
from forensic_app.messages import RunRequest


@dataclass(slots=True)
class RunSession:
    """What one run gathers on its way.

    Attributes:
        request: What was asked for.
        parameters: Resolved parameters.
        report_progress: The worker's callback.
        seconds: Duration of each stage.
        warnings: Sentences for the record.
    """

    request: RunRequest
    parameters: Mapping[str, Any]
    report_progress: ReportProgress
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, words: str, start: float) -> Iterator[None]:
        """Time a stage, which may come in parts, and announce it at the fraction ``start``."""
        self.report_progress(start, words)
        began = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - began, 4)

    def references(self, analyser: FaceAnalyser) -> dict[str, Embedding]:
        """Return the embedding of the largest face of each reference photograph that has one."""
        embeddings = {}
        for name, path in self.request.reference_paths.items():
            self.report_progress(0.12, "Reading the subject's other photographs")
            picture = read_photo(path)
            faces = analyser.detect(picture)
            if faces:
                embeddings[name] = analyser.embed(picture, faces[0])
            else:
                self.warnings.append(f"No face was found in the reference photograph {name}.")
        return embeddings

    def measured(
        self,
        measurer: Measurer,
        photo: RgbImage,
        pictures: Sequence[RgbImage],
        *,
        references: Mapping[str, Embedding],
        picture_measurer: Measurer | None = None,
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the control of the untouched photograph and the metrics of each picture.

        Args:
            measurer: For the photograph.
            photo: The untouched photograph.
            pictures: Finished pictures without a band.
            references: Embeddings of the subject's other photographs by exhibit id.
            picture_measurer: For the pictures, where the face stands elsewhere in them.
        """
        view, face = measurer.find(photo)
        exhibit = None if face is None else measurer.analyser.embed(view, face)
        control = measurer.measure([photo], exhibit=exhibit, references=references)[0]
        metrics: list[dict[str, Any]] = []
        for number, picture in enumerate(pictures):
            self.report_progress(0.88 + 0.08 * number / len(pictures), "Measuring the pictures")
            chosen = picture_measurer or measurer
            metrics += chosen.measure([picture], exhibit=exhibit, references=references)
        return control, metrics


def steps_between(session: RunSession, words: str, start: float, end: float) -> Callable[[int, int], None]:
    """Return a callback that announces the steps of a loop between two fractions of the run."""

    def on_step(done: int, total: int) -> None:
        session.report_progress(start + (end - start) * done / total, words)

    return on_step


def face_record(found: FoundFace, matrix: FloatArray, crop_size_px: int) -> dict[str, Any]:
    """Return the facts about the face for a run's record, JSON types only.

    Args:
        found: The face.
        matrix: ``(2, 3)``, photograph pixels to crop pixels.
        crop_size_px: Side of the crop.
    """
    return {
        "box": [round(float(value), 2) for value in found.face.box],
        "landmarks": [[round(float(value), 2) for value in point] for point in found.face.landmarks],
        "scheme": found.face.scheme,
        "score": round(float(found.face.score), 4),
        "matrix": [[float(value) for value in row] for row in matrix],
        "crop_size_px": int(crop_size_px),
        "face_count": found.face_count,
    }


def environment_record(
    *,
    device: ComputeDevice,
    engine: tuple[str, str],
    pack: Pack,
    analyser: FaceAnalyser,
    libraries: Sequence[str],
) -> dict[str, Any]:
    """Return what an engine knows about its surroundings, JSON types only.

    Args:
        device: Where it computed.
        engine: Name and version of the engine.
        pack: The model pack.
        analyser: The run's analyser.
        libraries: Packages whose versions can change the result.
    """
    return {
        **device.as_record(),
        "program": __version__,
        "engine": engine[0],
        "engine_version": engine[1],
        "pack": {
            "name": pack.name,
            "version": pack.version,
            "licence": pack.licence,
            "sha256": pack.sha256,
            "files": dict(pack.files),
        },
        "analyser": {
            "name": analyser.name,
            "version": analyser.version,
            "weights_sha256": dict(analyser.weights_sha256),
            "match_threshold": analyser.match_threshold,
        },
        "libraries": {name: importlib.metadata.version(name) for name in libraries},
    }
