"""Messages between the process that owns the casebook and the worker; all picklable, no database, no Qt.

Rules:
    * The worker receives paths of read-only originals and a folder to write in; it never sees the casebook.
    * The worker states the SHA-256 of every file that it wrote; another file under its name is not taken over.
    * Exactly one terminal message (:class:`Completed`, :class:`Failed`, :class:`Cancelled`) ends a run.
    * Whoever receives a message persists it first and announces it second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the worker may load before a run asks for it; leaves nothing on record.

    Attributes:
        engine: Registry name of the engine.
        pack_path: Folder of the model pack; ``None`` for none.
        analyser: ``dlib`` or ``insightface``.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: Number of CPU threads, 0 = the engine's default.
    """

    engine: str
    pack_path: Path | None = None
    analyser: str = "dlib"
    device: str = "auto"
    threads: int = 0


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What the worker needs for one run.

    Attributes:
        run_id: The run.
        engine: Registry name of the engine.
        parameters: Resolved parameters (see :mod:`forensic_app.parameters`).
        exhibit_path: The original in the vault, opened for reading only.
        exhibit_sha256: Its expected digest; the worker checks it before decoding.
        exhibit_name: What it is called in what is said of it; its file's name where it is empty.
        pack_path: Folder of the model pack.
        pack_sha256: Expected digest of the pack's manifest.
        analyser: ``dlib`` or ``insightface``.
        analyser_path: The operator's InsightFace model folder, if that analyser is chosen.
        face_index: Which face of the photograph, 0 = largest.
        reference_paths: Other photographs of the subject, exhibit id -> path, for comparison scores.
        reference_sha256: Their expected digests, by the same names.
        subject: Facts the prompt may use: ``sex``, ``age_at_photo``.
        output_dir: Empty folder for this run's files.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: Number of CPU threads, 0 = the engine's default.
        picture_window: Where the picture stands in the input's file, ``(left, top, right, bottom)`` in pixels, where
            the input is a derived image with a band; ``None`` for an exhibit.
        original_path: The exhibit that a derived image as input goes back to; ``None`` where the input is it.
        original_sha256: Its expected digest.
        adapter_path: A subject's adapter in the vault, where the parameter ``adapter`` names one.
        cache_dir: Folder for what later runs can use again; may be absent, and nothing in it is evidence.
        second_pack_path: Pack of a matcher that scores beside the analyser; ``None`` for none, or where it is not here.
        second_pack_sha256: Expected digest of its manifest; empty for none.
        relative_paths: Photographs of relatives that the parameter ``relatives`` names, digest -> path.
        relative_names: What they are called, such as their exhibits' numbers.
    """

    run_id: str
    engine: str
    parameters: Mapping[str, Any]
    exhibit_path: Path
    exhibit_sha256: str
    pack_path: Path
    pack_sha256: str
    analyser: str
    output_dir: Path
    analyser_path: Path | None = None
    face_index: int = 0
    reference_paths: Mapping[str, Path] = field(default_factory=dict)
    subject: Mapping[str, Any] = field(default_factory=dict)
    device: str = "auto"
    threads: int = 0
    picture_window: tuple[int, int, int, int] | None = None
    original_path: Path | None = None
    original_sha256: str = ""
    exhibit_name: str = ""
    adapter_path: Path | None = None
    cache_dir: Path | None = None
    reference_sha256: Mapping[str, str] = field(default_factory=dict)
    second_pack_path: Path | None = None
    second_pack_sha256: str = ""
    relative_paths: Mapping[str, Path] = field(default_factory=dict)
    relative_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, Any]:
        """What the run was given beside its specification, JSON types only: on record, for a replay."""
        return {
            "device": self.device,
            "threads": self.threads,
            "analyser_path": "" if self.analyser_path is None else str(self.analyser_path),
            "subject": dict(self.subject),
        }


@dataclass(frozen=True, slots=True)
class OutputImage:
    """One file the engine wrote, with what was measured on it.

    ``sha256`` is the digest of the bytes that were written: the file lies where others may write until the vault has
    it. The worker states it of every file.
    """

    path: Path
    role: str
    target_age: float | None
    variant: int | None
    width_px: int
    height_px: int
    metrics: Mapping[str, Any]
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class OutputAdapter:
    """Weights about one subject that the engine wrote, with what the record says of them; see :class:`OutputImage`."""

    path: Path
    facts: Mapping[str, Any]
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class EngineResult:
    """What an engine returns.

    Attributes:
        images: Files in output order; ``role`` is a :class:`forensic_app.records.ImageRole` value.
        control: The untouched photograph's own ``estimated_age``, ``comparison_score`` (to itself: the
            score of doing nothing), ``reference_scores`` (to the subject's other photographs) and ``quality``.
        face: ``box``, ``landmarks``, ``scheme``, ``matrix`` (2x3, photograph -> crop), ``crop_size_px``,
            ``face_count``.
        environment: What the engine knows: device, dtype, scheduler, RNG device, weights digests, seconds.
        warnings: Sentences for the record.
        adapter: What a personalisation learned.
    """

    images: tuple[OutputImage, ...]
    control: Mapping[str, Any]
    face: Mapping[str, Any]
    environment: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    adapter: OutputAdapter | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The worker began; carries the environment record of its process, with the run's ``inputs`` as received."""

    run_id: str
    environment: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Attributes:
        fraction: Done, from 0 to 1.
        stage: Words for the screen, such as ``Inverting the photograph``.
        seconds_left: Estimate, ``None`` when unknown.
    """

    run_id: str
    fraction: float
    stage: str
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """The engine returned."""

    run_id: str
    result: EngineResult


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine raised, or the worker died.

    Attributes:
        error: Class name of the error, such as ``FaceNotFound``.
        message: One sentence.
        advice: One sentence.
        detail: Traceback or last words, for the log only.
    """

    run_id: str
    error: str
    message: str
    advice: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The engine stopped because it was asked to."""

    run_id: str


WorkerMessage = Started | Progress | Completed | Failed | Cancelled
