"""What every engine does around its method: load, look at the photograph, measure, write, keep the record.

Rules:
    * The input is read once, checked against its digest, and never opened for writing.
    * A derived image as input loses its band before anything looks at it; the control and the comparison are the
      untouched photograph's all the same.
    * Every picture carries the band; what is measured is measured before it, at the photograph's geometry.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np

from forensic_app.engines.descriptor import EngineDescriptor
from forensic_app.engines.device import ComputeDevice, choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.network_pack import read_pack_of_kind
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures.measurement import Measurer, measurer_for, read_calibration
from forensic_app.engines.pictures.photo import FoundFace, find_face, kept_analyser, read_input
from forensic_app.engines.pictures.picture_writer import PictureWriter
from forensic_app.engines.pictures.run_session import RunSession, environment_record, face_record
from forensic_app.faces.analyser import Embedding, FaceAnalyser, FloatArray, RgbImage
from forensic_app.messages import EngineResult, OutputImage, RunRequest
from forensic_app.parameters import resolve
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
    """

    photo: RgbImage
    untouched: RgbImage
    found: FoundFace
    measurer: Measurer
    control_measurer: Measurer
    references: Mapping[str, Embedding]


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


@dataclass(slots=True)
class RunFrame(RunSession):
    """One run of an engine: the session, and what was opened for it.

    Attributes:
        descriptor: The engine.
        device: Where it computes.
        pack: The model pack, verified.
        analyser: The run's analyser.
        began: Reading of the performance counter when the run began.
    """

    descriptor: EngineDescriptor = field(kw_only=True)
    device: ComputeDevice = field(kw_only=True)
    pack: Pack = field(kw_only=True)
    analyser: FaceAnalyser = field(kw_only=True)
    began: float = field(kw_only=True)

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
        return InputFace(photo, untouched, found, measurer, control_measurer, self.references(self.analyser))

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
            control, metrics = self.measured(
                face.control_measurer,
                face.untouched,
                [each.pixels for each in pictures],
                references=face.references,
                picture_measurer=face.measurer,
            )
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
            device=self.device,
            engine=(self.descriptor.name, self.descriptor.version),
            pack=self.pack,
            analyser=self.analyser,
            libraries=self.descriptor.libraries,
        )
        return {**record, **facts, "seconds": self.seconds}

    def _found(self, photo: RgbImage) -> FoundFace:
        return find_face(photo, self.analyser, face_index=self.request.face_index)

    def _measurer(self, photo: RgbImage, found: FoundFace) -> Measurer:
        return measurer_for(self.analyser, photo, found.face, read_calibration(self.pack.path))

    def _written(self, picture: FinishedPicture, measured: Mapping[str, Any]) -> OutputImage:
        if measured and not measured["face_found"]:
            self.warnings.append(picture.without_face)
        self.report_progress(0.96, "Writing the pictures")
        pixels = picture.pixels
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
    session = RunSession(request, resolve(descriptor.schema, request.parameters), report_progress)
    with session.stage("load", "Loading the model pack", 0.0):
        device = choose_device(request.device, threads=request.threads)
        pack = read_pack_of_kind(request.pack_path, descriptor.pack_kind)
        networks = load(
            pack,
            device,
            expected_sha256=request.pack_sha256,
            on_chunk=lambda: report_progress(0.0, "Checking the model pack"),
        )
        analyser = kept_analyser(request.analyser, request.analyser_path)
    frame = RunFrame(
        request,
        session.parameters,
        report_progress,
        session.seconds,
        descriptor=descriptor,
        device=device,
        pack=pack,
        analyser=analyser,
        began=began,
    )
    return frame, networks
