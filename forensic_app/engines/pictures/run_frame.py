"""What every engine does around its method: load, look at the photograph, measure, write, keep the record.

Rules:
    * The input is read once, checked against its digest, and never opened for writing.
    * A derived image as input loses its band before anything looks at it; the control and the comparison are the
      untouched photograph's all the same.
    * Every picture carries the band; what is measured is measured before it, at the photograph's geometry.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np

from forensic_app.engines.descriptor import EngineDescriptor
from forensic_app.engines.device import ComputeDevice, choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.network_pack import read_pack_of_kind
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures.measurement import Measurer, measurer_for, read_calibration
from forensic_app.engines.pictures.photo import FoundFace, find_face, kept_analyser, read_input, read_photo
from forensic_app.engines.pictures.picture_writer import PictureWriter
from forensic_app.engines.pictures.run_record import environment_record, face_record
from forensic_app.engines.pictures.second_opinion import SecondOpinion, second_matcher, second_record
from forensic_app.faces.analyser import Embedding, FaceAnalyser, FloatArray, RgbImage
from forensic_app.messages import EngineResult, OutputImage, RunRequest
from forensic_app.parameters import resolve_recorded
from forensic_app.records import ImageRole

Networks = TypeVar("Networks")
Loaded_co = TypeVar("Loaded_co", covariant=True)


class LoadNetworks(Protocol[Loaded_co]):
    """Verifies a pack and returns its networks on a device."""

    def __call__(
        self,
        pack: Pack,
        device: ComputeDevice,
        *,
        expected_sha256: str | None = None,
        on_chunk: Callable[[], None] | None = None,
    ) -> Loaded_co:
        """Return the networks; ``on_chunk`` is called while files are hashed, and may raise to stop."""
        ...


@dataclass(frozen=True, slots=True)
class InputFace:
    """The face that a run works on, in its picture.

    Attributes:
        photo: The pixels that are worked on, ``(height, width, 3)`` uint8 RGB.
        untouched: The photograph that they go back to; the same pixels unless the input is a derived image.
        found: The face in ``photo``.
        measurer: For pictures with the geometry of ``photo``.
        control_measurer: For ``untouched``.
        references: Embeddings of the subject's other photographs by exhibit id.
        second_references: The same by the run's second matcher; empty without one.
    """

    photo: RgbImage
    untouched: RgbImage
    found: FoundFace
    measurer: Measurer
    control_measurer: Measurer
    references: Mapping[str, Embedding]
    second_references: Mapping[str, Embedding] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedPicture:
    """A picture that a method made.

    Attributes:
        pixels: With the geometry of the input, ``(height, width, 3)`` uint8 RGB, without a band.
        words: What the band says before the run's identifier.
        stem: File name without its ending.
        without_face: Sentence for the record where the analyser finds no face in it.
        age: Age shown, in years.
        variant: From 1.
        role: What it shows.
        facts: Metrics that the method knows, JSON types only.
        window: The part that is written, ``(left, top, right, bottom)``; all of it where ``None``.
        written: What is written instead, of a geometry of its own, ``(height, width, 3)`` uint8 RGB; ``pixels`` are
            then what it shows, brought to the input's geometry, and measured.
    """

    pixels: RgbImage
    words: str
    stem: str
    without_face: str = ""
    age: float | None = None
    variant: int | None = None
    role: ImageRole = ImageRole.DERIVED
    facts: Mapping[str, Any] = field(default_factory=dict)
    window: tuple[int, int, int, int] | None = None
    written: RgbImage | None = None


@dataclass(slots=True, kw_only=True)
class RunFrame:
    """One run of an engine: what is asked for, what was opened for it, and what it gathers on its way.

    Attributes:
        descriptor: The engine.
        request: What was asked for.
        parameters: Resolved parameters.
        report_progress: The worker's callback.
        device: Where it computes.
        pack: The model pack, verified.
        analyser: The run's analyser.
        second: A matcher that scores beside it; ``None`` for none.
        began: Reading of the performance counter when the run began.
        seconds: Duration of each stage.
        warnings: Sentences for the record.
    """

    descriptor: EngineDescriptor
    request: RunRequest
    parameters: Mapping[str, Any]
    report_progress: ReportProgress
    device: ComputeDevice
    pack: Pack
    analyser: FaceAnalyser
    began: float
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    second: FaceAnalyser | None = None

    @contextmanager
    def stage(self, name: str, words: str, start: float) -> Iterator[None]:
        """Time a stage, which may come in parts, and announce it at the fraction ``start``."""
        self.report_progress(start, words)
        began = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - began, 4)

    def steps(self, words: str, start: float, end: float) -> Callable[[int, int], None]:
        """Return a callback that announces the steps of a loop between two fractions of the run."""

        def on_step(done: int, total: int) -> None:
            self.report_progress(start + (end - start) * done / total, words)

        return on_step

    def input_face(self, *, if_derived: str = "") -> InputFace:
        """Return the face to work on; what is to be known of it is in the warnings.

        Args:
            if_derived: Warning for the record where the input is a derived image.

        Raises:
            FaceNotFound: No face, a face that is too small, or ``face_index`` out of range.
            EvidenceAltered: The input or a photograph does not have its digest.
            UnreadableImage: A file cannot be decoded.
            PackRefused: The pack's calibration is unusable.
        """
        with self.stage("detect", "Looking for the face", 0.1):
            photo, untouched = read_input(self.request)
            found = self._found(photo)
            self.warnings.extend(found.warnings)
            if if_derived and photo is not untouched:
                self.warnings.append(if_derived)
            measurer = self._measurer(photo, found)
            control_measurer = measurer
            if photo.shape != untouched.shape:
                control_measurer = self._measurer(untouched, self._found(untouched))
        references, second_references = self._references()
        return InputFace(photo, untouched, found, measurer, control_measurer, references, second_references)

    def result(
        self,
        face: InputFace,
        pictures: Sequence[FinishedPicture],
        *,
        matrix: FloatArray,
        summaries: Sequence[FinishedPicture] = (),
        facts: Mapping[str, Any] | None = None,
    ) -> EngineResult:
        """Measure and write what the method made, and return the run's result.

        Args:
            face: What was worked on.
            pictures: Measured, then written, in output order.
            matrix: ``(2, 3)``, photograph pixels to the pixels of the crop, which is as wide as the pack's pictures.
            summaries: Pictures of several pictures: written after them, not measured.
            facts: What the method adds to the environment record, JSON types only.
        """
        with self.stage("measure", "Measuring the pictures", 0.88):
            control, metrics = self._measured(face, [each.pixels for each in pictures])
        with self.stage("write", "Writing the pictures", 0.96):
            images = [
                self._written(picture, measured) for picture, measured in zip(pictures, metrics, strict=True)
            ]
            images += [self._written(picture, {}) for picture in summaries]
        return EngineResult(
            images=tuple(images),
            control=control,
            face=face_record(face.found, matrix, self.pack.resolution),
            environment=self.environment(facts or {}),
            warnings=tuple(self.warnings),
        )

    def environment(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the environment record, JSON types only: where it computed, what the method adds, seconds."""
        self.seconds["total"] = round(time.perf_counter() - self.began, 4)
        record = environment_record(
            self.descriptor, device=self.device, pack=self.pack, analyser=self.analyser
        )
        second = {} if self.second is None else {"second_analyser": second_record(self.second)}
        return {**record, **second, **facts, "seconds": self.seconds}

    def _found(self, photo: RgbImage) -> FoundFace:
        return find_face(photo, self.analyser, face_index=self.request.face_index)

    def _measurer(self, photo: RgbImage, found: FoundFace) -> Measurer:
        return measurer_for(self.analyser, photo, found.face, read_calibration(self.pack))

    def _references(self) -> tuple[dict[str, Embedding], dict[str, Embedding]]:
        """Return the embedding of the largest face of each reference photograph, and the second matcher's."""
        embeddings: dict[str, Embedding] = {}
        seconds: dict[str, Embedding] = {}
        for name, path in self.request.reference_paths.items():
            self.report_progress(0.12, "Reading the subject's other photographs")
            picture = read_photo(
                path, expected_sha256=self.request.reference_sha256.get(name), name=f"exhibit {name}"
            )
            faces = self.analyser.detect(picture)
            if faces:
                embeddings[name] = self.analyser.embed(picture, faces[0])
                if self.second is not None:
                    seconds[name] = self.second.embed(picture, faces[0])
            else:
                self.warnings.append(f"No face was found in the reference photograph {name}.")
        return embeddings, seconds

    def _measured(
        self, face: InputFace, pictures: Sequence[RgbImage]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the control of the untouched photograph and the metrics of each picture."""
        measurer, references = face.control_measurer, face.references
        view, seen = measurer.find(face.untouched)
        exhibit = None if seen is None else self.analyser.embed(view, seen)
        second = None
        if self.second is not None:
            template = None if seen is None else self.second.embed(view, seen)
            second = SecondOpinion(self.second, template, face.second_references)
        control = measurer.measure([face.untouched], exhibit=exhibit, references=references, second=second)[0]
        metrics: list[dict[str, Any]] = []
        for number, picture in enumerate(pictures):
            self.report_progress(0.88 + 0.08 * number / len(pictures), "Measuring the pictures")
            metrics += face.measurer.measure([picture], exhibit=exhibit, references=references, second=second)
        return control, metrics

    def _written(self, picture: FinishedPicture, measured: Mapping[str, Any]) -> OutputImage:
        if measured and not measured["face_found"]:
            self.warnings.append(picture.without_face)
        self.report_progress(0.96, "Writing the pictures")
        pixels = picture.pixels if picture.written is None else picture.written
        if picture.window is not None:
            left, top, right, bottom = picture.window
            pixels = np.ascontiguousarray(pixels[top:bottom, left:right])
        writer = PictureWriter(
            self.request.output_dir,
            self.request.run_id,
            self.pack,
            self.descriptor.name,
            self.descriptor.version,
        )
        return writer.write(
            pixels,
            words=picture.words,
            stem=picture.stem,
            role=picture.role,
            age=picture.age,
            variant=picture.variant,
            facts={**measured, **picture.facts},
        )


def open_frame(
    descriptor: EngineDescriptor,
    request: RunRequest,
    report_progress: ReportProgress,
    load: LoadNetworks[Networks],
) -> tuple[RunFrame, Networks]:
    """Return the frame of a run and the networks of its pack, loaded.

    Args:
        descriptor: The engine.
        request: What is asked for.
        report_progress: The worker's callback.
        load: Verifies the pack and loads its networks.

    Raises:
        InvalidInput: A parameter is out of bounds, or there is no such device.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack cannot be loaded, or is of another kind.
        RunCancelled: From ``report_progress``.
    """
    began = time.perf_counter()
    parameters = resolve_recorded(descriptor.schema, request.parameters)
    report_progress(0.0, "Loading the model pack")
    device = choose_device(request.device, threads=request.threads)
    pack = read_pack_of_kind(request.pack_path, descriptor.pack_kind)
    networks = load(
        pack,
        device,
        expected_sha256=request.pack_sha256,
        on_chunk=lambda: report_progress(0.0, "Checking the model pack"),
    )
    frame = RunFrame(
        descriptor=descriptor,
        request=request,
        parameters=parameters,
        report_progress=report_progress,
        device=device,
        pack=pack,
        analyser=kept_analyser(request.analyser, request.analyser_path),
        began=began,
        second=second_matcher(request),
    )
    if request.second_pack_sha256 and frame.second is None:
        frame.warnings.append(
            "The matcher that was to score beside the analyser is not here: its scores are missing."
        )
    frame.seconds["load"] = round(time.perf_counter() - began, 4)
    return frame, networks
