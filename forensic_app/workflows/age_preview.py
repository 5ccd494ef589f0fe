"""A face at an age by the quick autoencoder, to choose ages by; for a window, in another process.

Rules:
    * A preview is no result: it is drawn without the identity guard and not pasted back, kept by nobody here, and
      recorded nowhere.
    * What a run would refuse (a withdrawn photograph, a missing consent, an altered file or pack, no face, a person
      under 2 years) has no preview, for the same reason.
    * One call draws one age, so that whoever asks can stop between two; what the encoder made of the last face is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.engines.pictures import ages
from forensic_app.workflows.style_preview import PreviewSource, face_in, preview_source

if TYPE_CHECKING:
    from forensic_app.engines.autoencoder.face_edit import Code, FaceEditor
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.faces.analyser import RgbImage
    from forensic_app.store.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class AgeJob:
    """One age to show a face at.

    Attributes:
        source: The photograph.
        face_index: Which face, 0 = largest.
        pack_path: Folder of a pack of the autoencoder.
        pack_sha256: Digest of its manifest.
        source_age: Age in the photograph as stated, years; ``None`` has it estimated.
        age: Age to show, years.
    """

    source: PreviewSource
    face_index: int
    pack_path: Path
    pack_sha256: str
    source_age: float | None
    age: float


@dataclass(frozen=True, slots=True)
class DrawnAge:
    """A preview: ``side_px`` rows of as many pixels, RGB, 8 bits each; :attr:`age` in years."""

    age: float
    side_px: int
    pixels: bytes


def age_jobs(
    store: CaseStore,
    *,
    exhibit: str,
    face_index: int,
    pack: Pack,
    source_age: float | None,
    target_ages: tuple[float, ...],
) -> list[AgeJob]:
    """Return what is to be drawn of an exhibit, an age each; reads records.

    Args:
        store: The casebook.
        exhibit: The exhibit.
        face_index: Which face, 0 = largest.
        pack: A pack of the autoencoder.
        source_age: Age in the photograph that the run's parameters name, years; ``None`` takes the exhibit's.
        target_ages: Years.

    Raises:
        ConsentMissing: The case is a media production, and the person shown has no consent that holds today.
        EvidenceAltered: A file no longer has its digest.
        InvalidInput: The photograph was withdrawn.
        RecordNotFound: There is no such exhibit.
    """
    source = preview_source(store, exhibit=exhibit)
    stated = store.exhibit(exhibit).age_at_photo if source_age is None else source_age
    return [AgeJob(source, face_index, pack.path, pack.sha256, stated, each) for each in target_ages]


def draw_age(job: AgeJob) -> DrawnAge:
    """Return the canonical crop of a face at one age, with colours and detail; call it in another process.

    Raises:
        EvidenceAltered: The picture does not have its digest.
        FaceNotFound: No face, one that is too small, or not so many.
        InvalidInput: The person is under 2 years old in the photograph.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack cannot be loaded.
        UnreadableImage: The picture cannot be decoded.
    """
    from forensic_app.engines.autoencoder.face_edit import FaceEditor
    from forensic_app.engines.autoencoder.schema import DESCRIPTOR
    from forensic_app.engines.device import choose_device
    from forensic_app.engines.packs.network_pack import read_pack_of_kind
    from forensic_app.parameters import resolve

    pack = read_pack_of_kind(job.pack_path, DESCRIPTOR.pack_kind)
    editor = FaceEditor(pack, choose_device("cpu"), expected_sha256=job.pack_sha256)
    face = _encoded(job, editor)
    own_age = face.estimate if job.source_age is None else job.source_age
    ages.check_source_age(own_age)
    parameters: dict[str, Any] = resolve(DESCRIPTOR.schema, {"identity_guard": False})
    edit = editor.edit(
        face.crop, own_age=own_age, target_ages=[job.age], parameters=parameters, code=face.code
    )
    drawn = edit.finished_crops()[0]
    return DrawnAge(job.age, drawn.shape[0], drawn.tobytes())


@dataclass(frozen=True, slots=True)
class _EncodedFace:
    crop: RgbImage
    code: Code
    estimate: float


_kept: dict[tuple[str, int, str], _EncodedFace] = {}
"""What the encoder made of the face that was drawn last, in the process that draws."""


def _encoded(job: AgeJob, editor: FaceEditor) -> _EncodedFace:
    key = (job.source.sha256, job.face_index, job.pack_sha256)
    if key not in _kept:
        made = _encode(job, editor)
        _kept.clear()
        _kept[key] = made
    return _kept[key]


def _encode(job: AgeJob, editor: FaceEditor) -> _EncodedFace:
    from forensic_app.engines.pictures.measurement import apparent_age, read_calibration
    from forensic_app.engines.pictures.photo import kept_analyser
    from forensic_app.faces.align import align

    photo, found = face_in(job.source, job.face_index)
    analyser = kept_analyser("dlib")
    years = analyser.estimate_age(photo, found.face).years
    read = apparent_age(years, read_calibration(editor.pack), analyser=analyser.name)
    crop = align(photo, found.face, editor.pack.resolution).crop
    estimate = max(years if read is None else read, ages.MINIMUM_SOURCE_AGE)
    return _EncodedFace(crop, editor.encoded(crop), estimate)
