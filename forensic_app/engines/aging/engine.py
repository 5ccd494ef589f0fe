"""The ageing engine: one photograph in, one picture for each target age and variant out.

Rules:
    * The original is read once, checked against its digest, and never opened for writing.
    * The face is edited by :mod:`forensic_app.engines.aging.face_edit` alone; what is done here is around it.
    * Every picture carries the band; what is measured is measured before it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from forensic_app.engines.aging import schema
from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.aging.edit_network import EditNetwork, OpenAdapter, PackNetwork
from forensic_app.engines.aging.face_edit import EditedFace, Face, Stages, edit_face
from forensic_app.engines.aging.identity_embedding import identity_embedding
from forensic_app.engines.aging.inversion import OnStep
from forensic_app.engines.aging.output import OutputWriter
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.aging.source_age import source_age_of
from forensic_app.engines.device import choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures import compositing, measurement
from forensic_app.engines.pictures.photo import FoundFace, find_face, kept_analyser, read_photo
from forensic_app.engines.pictures.run_session import (
    RunSession,
    environment_record,
    face_record,
    steps_between,
)
from forensic_app.errors import AdapterRefused
from forensic_app.faces.align import AlignedFace, align
from forensic_app.faces.analyser import FaceAnalyser, RgbImage
from forensic_app.messages import EngineResult, OutputImage, RunRequest
from forensic_app.parameters import resolve

LIBRARIES = ("torch", "diffusers", "transformers", "safetensors", "numpy", "pillow", "scikit-image", "scipy")

STAGES = {
    "encode": ("Encoding the photograph", 0.14, 0.16),
    "prompt": ("Encoding the captions", 0.16, 0.18),
    "invert": ("Inverting the photograph", 0.18, 0.36),
    "denoise": ("Changing the age", 0.36, 0.8),
    "decode": ("Decoding the pictures", 0.8, 0.84),
}
"""Words of each stage of an edit, and the fractions of the run between which it lies."""


class AgingEngine:
    """Shows a face at other ages with a latent diffusion model.

    Args:
        open_adapter: Puts a subject's adapter on a pack's networks, where a run names one.
    """

    def __init__(self, open_adapter: OpenAdapter) -> None:
        self._open_adapter = open_adapter

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        """Execute ``request``, writing PNG files only in ``request.output_dir``.

        Raises:
            InvalidInput: A parameter is out of bounds, or the person is under 2 years old in the photograph.
            FaceNotFound: No face, a face that is too small, or ``face_index`` out of range.
            EvidenceAltered: The original or the adapter does not have its digest.
            AdapterRefused: The adapter belongs to another base pack.
            PackAltered: A weights file does not have its digest.
            PackRefused: The pack cannot be loaded.
            RunCancelled: From ``report_progress``.
        """
        began = time.perf_counter()
        session = RunSession(request, resolve(schema.SCHEMA, request.parameters), report_progress)
        with session.stage("load", "Loading the model pack", 0.0):
            device = choose_device(request.device, threads=request.threads)
            components = load_components(
                read_pack(request.pack_path),
                device,
                expected_sha256=request.pack_sha256,
                on_chunk=lambda: report_progress(0.0, "Checking the model pack"),
            )
            analyser = kept_analyser(request.analyser, request.analyser_path)
        with session.stage("detect", "Looking for the face", 0.1):
            photo = read_photo(request.exhibit_path, expected_sha256=request.exhibit_sha256)
            found = find_face(photo, analyser, face_index=request.face_index)
            session.warnings.extend(found.warnings)
            measurer = measurement.measurer_for(
                analyser, photo, found.face, measurement.read_calibration(request.pack_path)
            )
        references = session.references(analyser)
        source_age = source_age_of(session, measurer, photo, found)
        crop, face = _face_of(session, components, photo, found, source_age)
        with self._network(session, components) as network:
            edited = edit_face(network, face, session.parameters, _stages(session))
        session.warnings.extend(edited.warnings)
        with session.stage("decode", "Decoding the pictures", 0.84):
            pictures = _pasted(session, photo, crop, edited)
        with session.stage("measure", "Measuring the pictures", 0.88):
            control, metrics = session.measured(measurer, photo, pictures, references=references)
        with session.stage("write", "Writing the pictures", 0.96):
            images = _written(session, components, edited, pictures, metrics)
        session.seconds["total"] = round(time.perf_counter() - began, 4)
        return EngineResult(
            images=tuple(images),
            control=control,
            face=face_record(found, crop.matrix, crop.crop.shape[0]),
            environment=_environment(session, components, analyser, source_age, edited),
            warnings=tuple(session.warnings),
        )

    @contextmanager
    def _network(self, session: RunSession, components: Components) -> Iterator[EditNetwork]:
        """Return the networks of a run, with the subject's adapter on them where the run names one.

        Raises:
            AdapterRefused: It is no adapter, or belongs to another base pack.
            EvidenceAltered: Its file is missing or does not have its digest.
        """
        sha256, path = session.parameters["adapter"], session.request.adapter_path
        if not sha256:
            yield PackNetwork(components)
            return
        if path is None:
            raise AdapterRefused(
                f"The adapter {sha256[:16]} was not handed to the run.", "Name it by its identifier."
            )
        with self._open_adapter(components, path, sha256) as network:
            yield network


def _face_of(
    session: RunSession, components: Components, photo: RgbImage, found: FoundFace, source_age: SourceAge
) -> tuple[AlignedFace, Face]:
    """Return the canonical crop, and the face to edit."""
    with session.stage("encode", "Encoding the photograph", 0.14):
        crop = align(photo, found.face, components.pack.resolution)
        embedding, warning = identity_embedding(components, photo, found)
    session.warnings.extend([warning] if warning else [])
    return crop, Face(
        crop=crop.crop,
        source_age=source_age,
        target_ages=session.parameters["target_ages"],
        sex=str(session.request.subject.get("sex") or ""),
        embedding=embedding,
    )


def _stages(session: RunSession) -> Stages:
    """Return what times the stages of an edit and announces their steps."""

    @contextmanager
    def stage(name: str) -> Iterator[OnStep]:
        words, start, end = STAGES[name]
        with session.stage(name, words, start):
            yield steps_between(session, words, start, end)

    return stage


def _pasted(session: RunSession, photo: RgbImage, crop: AlignedFace, edited: EditedFace) -> list[RgbImage]:
    """Return the photograph with each picture in the place of its face."""
    canvas = compositing.prepare_canvas(photo, crop, edited.reconstruction)
    pictures = []
    for place, (plan, picture) in enumerate(zip(edited.plans, edited.decoded, strict=True)):
        session.report_progress(0.84 + 0.04 * place / len(edited.plans), "Decoding the pictures")
        pictures.append(
            canvas.finished(
                picture,
                detail=plan.detail,
                surround_detail=schema.surround_detail(session.parameters["detail_keep"]),
                color_match=session.parameters["color_match"],
            )
        )
    return pictures


def _written(
    session: RunSession,
    components: Components,
    edited: EditedFace,
    pictures: Sequence[RgbImage],
    metrics: Sequence[dict[str, Any]],
) -> list[OutputImage]:
    writer = OutputWriter(
        session.request.output_dir,
        session.request.run_id,
        components.pack,
        schema.ENGINE_NAME,
        schema.ENGINE_VERSION,
    )
    images = []
    for plan, picture, measured in zip(edited.plans, pictures, metrics, strict=True):
        if not measured["face_found"]:
            session.warnings.append(
                f"The analyser finds no face in the picture of age {plan.target_age:g}, "
                f"variant {plan.variant}."
            )
        session.report_progress(0.96, "Writing the pictures")
        images.append(writer.write_variant(plan, picture, measured))
    if session.parameters["variants"] > 1:
        for age in session.parameters["target_ages"]:
            shown = zip(edited.plans, pictures, strict=True)
            group = [picture for plan, picture in shown if plan.target_age == age]
            images += writer.write_summaries(age, group)
    return images


def _environment(
    session: RunSession,
    components: Components,
    analyser: FaceAnalyser,
    source_age: SourceAge,
    edited: EditedFace,
) -> dict[str, Any]:
    scheduler = components.scheduler.config
    return {
        **environment_record(
            device=components.device,
            engine=(schema.ENGINE_NAME, schema.ENGINE_VERSION),
            pack=components.pack,
            analyser=analyser,
            libraries=LIBRARIES,
        ),
        "scheduler": {name: value for name, value in scheduler.items() if not name.startswith("_")},
        **source_age.as_record(),
        **edited.record,
        "seconds": session.seconds,
    }
