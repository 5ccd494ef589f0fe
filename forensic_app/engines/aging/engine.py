"""The ageing engine: one photograph in, one picture for each target age and variant out.

Rules:
    * The face is edited by :mod:`forensic_app.engines.aging.face_edit` alone; what is done here is around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from forensic_app.engines.aging import relatives, schema
from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.aging.edit_network import EditNetwork, OpenAdapter, PackNetwork
from forensic_app.engines.aging.face_edit import EditedFace, Face, Stages, edit_face
from forensic_app.engines.aging.identity_embedding import identity_embedding
from forensic_app.engines.aging.inversion import OnStep
from forensic_app.engines.aging.output import summary_pictures, variant_picture
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.aging.source_age import source_age_of
from forensic_app.engines.device import choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs.network_pack import read_pack_of_kind
from forensic_app.engines.pictures.pasting import EditedCrop, Pasted, Pasting, Place
from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.pictures.run_frame import FinishedPicture, InputFace, RunFrame, open_frame
from forensic_app.errors import AdapterRefused
from forensic_app.faces.align import AlignedFace, align
from forensic_app.faces.analyser import RgbImage
from forensic_app.messages import EngineResult, Preparation, RunRequest

STAGES = {
    "encode": ("Encoding the photograph", 0.14, 0.16),
    "prompt": ("Encoding the captions", 0.16, 0.18),
    "invert": ("Inverting the photograph", 0.18, 0.36),
    "denoise": ("Changing the age", 0.36, 0.8),
    "hold back": ("Holding the change of age back", 0.6, 0.8),
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
        frame, components = open_frame(schema.DESCRIPTOR, request, report_progress, load_components)
        seen = frame.input_face()
        source_age = source_age_of(frame, seen)
        crop, face = _face_of(frame, components, seen, source_age)
        with self._network(frame, components) as network:
            edited = edit_face(network, face, frame.parameters, _stages(frame))
        frame.warnings.extend(edited.warnings)
        if face.relatives is not None and not any(plan.settling > 0.0 for plan in edited.plans):
            frame.warnings.append(relatives.WITHOUT_EFFECT)
        with frame.stage("decode", "Decoding the pictures", 0.84):
            pictures, pasted = _pasted(frame, seen, crop, edited, source_age.stated)
        scheduler = components.scheduler.config
        return frame.result(
            seen,
            [
                variant_picture(plan, pixels, unlikeness=figure)
                for plan, pixels, figure in zip(
                    edited.plans, pictures, edited.unlikeness or [None] * len(pictures), strict=True
                )
            ],
            matrix=crop.matrix,
            summaries=_summaries(frame, edited, pictures),
            facts={
                "scheduler": {name: value for name, value in scheduler.items() if not name.startswith("_")},
                **source_age.as_record(),
                **edited.record,
                **pasted,
            },
        )

    def prepare(self, preparation: Preparation) -> None:
        """Load the analyser's detector and, where one is named, the pack's networks; the pack is verified before.

        Raises:
            InvalidInput: There is no such device or analyser.
            PackAltered: A weights file does not have its digest.
            PackRefused: The pack cannot be loaded.
        """
        device = choose_device(preparation.device, threads=preparation.threads)
        kept_analyser(preparation.analyser).detect(np.zeros((80, 80, 3), np.uint8))
        if preparation.pack_path is not None:
            load_components(read_pack_of_kind(preparation.pack_path, schema.DESCRIPTOR.pack_kind), device)

    @contextmanager
    def _network(self, frame: RunFrame, components: Components) -> Iterator[EditNetwork]:
        """Return the networks of a run, with the subject's adapter on them where the run names one.

        Raises:
            AdapterRefused: It is no adapter, or belongs to another base pack.
            EvidenceAltered: Its file is missing or does not have its digest.
        """
        sha256, path = frame.parameters["adapter"], frame.request.adapter_path
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
    frame: RunFrame, components: Components, seen: InputFace, source_age: SourceAge
) -> tuple[AlignedFace, Face]:
    """Return the canonical crop, and the face to edit."""
    with frame.stage("encode", "Encoding the photograph", 0.14):
        crop = align(seen.photo, seen.found.face, frame.pack.resolution)
        embedding, warning = identity_embedding(components, seen.photo, seen.found)
        drawn = relatives.relatives_of(frame, components)
    frame.warnings.extend([warning] if warning else [])
    if drawn is not None:
        frame.warnings.append(relatives.warning(drawn[0], frame.request.relative_names))
    return crop, Face(
        crop=crop.crop,
        source_age=source_age,
        target_ages=frame.parameters["target_ages"],
        sex=str(frame.request.subject.get("sex") or ""),
        embedding=embedding,
        relatives=drawn,
    )


def _stages(frame: RunFrame) -> Stages:
    """Return what times the stages of an edit and announces their steps."""

    @contextmanager
    def stage(name: str) -> Iterator[OnStep]:
        words, start, end = STAGES[name]
        if name == "denoise" and frame.parameters["identity_guard"]:
            end = STAGES["hold back"][1]
        with frame.stage(name, words, start):
            yield frame.steps(words, start, end)

    return stage


def _pasted(
    frame: RunFrame, seen: InputFace, crop: AlignedFace, edited: EditedFace, source_age: float
) -> Pasted:
    """Return the photograph with each picture in the place of its face, and what the record says of it."""

    def on_picture(number: int) -> None:
        frame.report_progress(0.84 + 0.04 * number / len(edited.plans), "Decoding the pictures")

    pasting = Pasting(
        paste_back=frame.parameters["paste_back"],
        hair=frame.parameters["hair"],
        surround_detail=schema.surround_detail(frame.parameters["detail_keep"]),
        color_match=frame.parameters["color_match"],
        tone=edited.tone,
        is_grainy=edited.is_grainy,
    )
    place = Place(seen.photo, seen.found.face, crop, edited.reconstruction, source_age)
    edits = [
        EditedCrop(picture, plan.detail, plan.target_age, plan.variant)
        for plan, picture in zip(edited.plans, edited.decoded, strict=True)
    ]
    return pasting.pasted(place, edits, on_picture)


def _summaries(frame: RunFrame, edited: EditedFace, pictures: Sequence[RgbImage]) -> list[FinishedPicture]:
    """Return the mean and the spread of each age's variants, where there are several."""
    if frame.parameters["variants"] < 2:
        return []
    summaries = []
    for age in frame.parameters["target_ages"]:
        shown = zip(edited.plans, pictures, strict=True)
        summaries += summary_pictures(age, [pixels for plan, pixels in shown if plan.target_age == age])
    return summaries
