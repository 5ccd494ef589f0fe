"""The ageing engine: one photograph in, one picture for each target age and variant out.

Rules:
    * The original is read once, checked against its digest, and never opened for writing.
    * One inversion serves every target age; all ages and variants are one batch.
    * The first variant with DDIM inversion holds no random number; the others come from the seed.
    * With an adapter the pictures are drawn towards the photographs that it was trained on.
    * A change of age is held back where the bundled analyser would no longer see the person, if the guard is on.
    * Every picture carries the band; what is measured is measured before it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from forensic_app.engines.aging import compositing, editing, measurement, schema
from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.aging.guarding import EDIT_FROM, EDIT_TO, guarded
from forensic_app.engines.aging.inversion import OnStep
from forensic_app.engines.aging.noise_schedule import NoiseSchedule, schedule_from
from forensic_app.engines.aging.output import OutputWriter, Plan
from forensic_app.engines.aging.photo import identity_embedding
from forensic_app.engines.aging.planning import plans_of, rows_of
from forensic_app.engines.aging.prompts import DEFAULT_TEMPLATE, caption
from forensic_app.engines.aging.source_age import SourceAge, source_age_of
from forensic_app.engines.device import choose_device
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.packs import read_pack
from forensic_app.engines.photo import FoundFace, find_face, kept_analyser, read_photo
from forensic_app.engines.run_session import RunSession, environment_record, face_record
from forensic_app.errors import AdapterRefused
from forensic_app.faces.align import align
from forensic_app.faces.analyser import FaceAnalyser, RgbImage
from forensic_app.messages import EngineResult, OutputImage, RunRequest
from forensic_app.parameters import Schema, resolve

if TYPE_CHECKING:
    from forensic_app.engines.personalisation.network import PersonalisedNetwork

LIBRARIES = ("torch", "diffusers", "transformers", "safetensors", "numpy", "pillow", "scikit-image", "scipy")

CELLS_PER_CALL = 16_384
"""Most latent cells that one evaluation of the network edits: 64 rows of 16 x 16, 4 of 64 x 64."""


class AgingEngine:
    """Shows a face at other ages with a latent diffusion model."""

    @property
    def name(self) -> str:
        """Registry name."""
        return schema.ENGINE_NAME

    @property
    def version(self) -> str:
        """Version of the algorithm."""
        return schema.ENGINE_VERSION

    @property
    def schema(self) -> Schema:
        """Parameters with bounds."""
        return schema.SCHEMA

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
        plans = plans_of(session.parameters, source_age, components)
        with _personalised(session, components) as network:
            edited = self._edited(
                session,
                components,
                network,
                photo=photo,
                found=found,
                start_age=source_age.edited_from,
                plans=plans,
            )
            plans, adapter = edited.plans, _adapter_record(request, network, plans)
        with session.stage("decode", "Decoding the pictures", EDIT_TO):
            pictures = _finished(session, components, edited.canvas, edited.latents, plans)
        with session.stage("measure", "Measuring the pictures", 0.88):
            control, metrics = session.measured(measurer, photo, pictures, references=references)
        with session.stage("write", "Writing the pictures", 0.96):
            images = _written(session, components, plans, pictures, metrics)
        session.seconds["total"] = round(time.perf_counter() - began, 4)
        return EngineResult(
            images=tuple(images),
            control=control,
            face=face_record(found, edited.canvas.crop.matrix, edited.canvas.crop.crop.shape[0]),
            environment=_environment(
                session,
                components,
                analyser,
                source_age=source_age,
                edited=edited,
                plans=plans,
                adapter=adapter,
            ),
            warnings=tuple(session.warnings),
        )

    def _edited(
        self,
        session: RunSession,
        components: Components,
        network: PersonalisedNetwork | None,
        *,
        photo: RgbImage,
        found: FoundFace,
        start_age: float,
        plans: list[Plan],
    ) -> _Edited:
        """Return the edited latents in the order of ``plans``, with what they are put back on."""
        parameters = session.parameters
        with session.stage("encode", "Encoding the photograph", 0.14):
            crop = align(photo, found.face, components.pack.resolution)
            clean = components.encode(crop.crop)
            reconstruction = components.decode(clean)[0]
            canvas = compositing.prepare_canvas(photo, crop, reconstruction)
        with session.stage("prompt", "Encoding the captions", 0.16):
            embedding, warning = identity_embedding(components, photo, found)
            session.warnings.extend([warning] if warning else [])
            targets = sorted({(plan.target_age, plan.caption_age) for plan in plans})
            of_ages = [start_age, *(named for _, named in targets)]
            if network is None:
                captions = _captions(session, components, of_ages)
                conditions = components.encode_conditions(
                    captions, embedding, identity_weight=parameters["identity_weight"]
                )
            else:
                captions = network.captions(of_ages)
                sex = str(session.request.subject.get("sex") or "")
                conditions = network.encode_conditions(
                    of_ages, sex=sex, embedding=embedding, identity_weight=parameters["identity_weight"]
                )
            predict = components.predict if network is None else network.predict
            source = conditions[:1]
            by_age = {age: conditions[1 + place : 2 + place] for place, (age, _) in enumerate(targets)}
        schedule = schedule_from(components.scheduler, parameters["num_inference_steps"])
        steer, pull = _pull(parameters, components, network, schedule, crop.crop)
        with session.stage("invert", "Inverting the photograph", 0.18):
            rows = rows_of(session, predict, schedule, clean=clean, source=source, by_age=by_age, plans=plans)
        with session.stage("denoise", "Changing the age", EDIT_FROM):

            def make(rows: Sequence[editing.EditRow], on_step: OnStep) -> Tensor:
                return editing.edit(
                    predict,
                    schedule,
                    rows,
                    source,
                    scale=parameters["guidance_scale"],
                    rescale=parameters["guidance_rescale"],
                    on_step=on_step,
                    rows_per_call=max(1, CELLS_PER_CALL // (clean.shape[-1] * clean.shape[-2])),
                    steer=steer,
                )

            latents, plans, guard = guarded(session, components, rows, make, canvas, reconstruction, plans)
        return _Edited(canvas, latents, captions, plans, guard, pull)


@dataclass(frozen=True, slots=True)
class _Edited:
    """Edited latents, what they are put back on, and what was decided on the way."""

    canvas: compositing.Canvas
    latents: Tensor
    captions: list[str]
    plans: list[Plan]
    guard: dict[str, Any] | None
    pull: dict[str, Any] | None


def _pull(
    parameters: Mapping[str, Any],
    components: Components,
    network: PersonalisedNetwork | None,
    schedule: NoiseSchedule,
    crop: RgbImage,
) -> tuple[editing.Steer | None, dict[str, Any] | None]:
    """Return what draws the pictures towards photographs, with its record; nothing where nothing is asked."""
    references = None if network is None else network.photographs
    strength = schema.likeness_pull(parameters, has_adapter=references is not None)
    if strength <= 0.0:
        return None, None
    from forensic_app.engines.personalisation.likeness import likeness_pull

    pull = likeness_pull(components, schedule, strength=strength, references=references, crop=crop)
    return pull, {
        "analyser": schema.GUARD_ANALYSER,
        "strength": strength,
        "photographs": 0 if references is None else len(references),
    }


@contextmanager
def _personalised(session: RunSession, components: Components) -> Iterator[PersonalisedNetwork | None]:
    """Put the subject's adapter on the networks while they are used, where the run names one.

    Raises:
        AdapterRefused: It is no adapter, or belongs to another base pack.
        EvidenceAltered: Its file is missing or does not have its digest.
    """
    sha256, path = session.parameters["adapter"], session.request.adapter_path
    if not sha256:
        yield None
        return
    from forensic_app.engines.personalisation.adapters import read_adapter
    from forensic_app.engines.personalisation.network import personalised

    if path is None:
        raise AdapterRefused(
            f"The adapter {sha256[:16]} was not handed to the run.", "Name it by its identifier."
        )
    adapter = read_adapter(path, expected_sha256=sha256, pack_sha256=components.pack.sha256)
    with personalised(components, adapter) as network:
        yield network


def _adapter_record(
    request: RunRequest, network: PersonalisedNetwork | None, plans: list[Plan]
) -> dict[str, Any] | None:
    if network is None:
        return None
    ages = {plan.target_age: plan.caption_age for plan in plans}
    strengths = zip(ages, network.strengths(list(ages.values())), strict=True)
    return {
        "sha256": request.parameters["adapter"],
        "gating": network.gating.as_record(),
        "strength_by_age": {f"{age:g}": round(strength, 4) for age, strength in strengths},
    }


def _captions(session: RunSession, components: Components, of_ages: list[float]) -> list[str]:
    template = components.pack.prompt_style or DEFAULT_TEMPLATE
    sex = str(session.request.subject.get("sex") or "")
    return [caption(age, sex=sex, template=template) for age in of_ages]


def _finished(
    session: RunSession,
    components: Components,
    canvas: compositing.Canvas,
    latents: Tensor,
    plans: list[Plan],
) -> list[RgbImage]:
    pictures = []
    for place, plan in enumerate(plans):
        session.report_progress(0.8 + 0.08 * place / len(plans), "Decoding the pictures")
        edited = components.decode(latents[place : place + 1])[0]
        pictures.append(
            canvas.finished(
                edited,
                detail=plan.detail,
                surround_detail=schema.surround_detail(session.parameters["detail_keep"]),
                color_match=session.parameters["color_match"],
            )
        )
    return pictures


def _written(
    session: RunSession,
    components: Components,
    plans: list[Plan],
    pictures: list[RgbImage],
    metrics: list[dict[str, Any]],
) -> list[OutputImage]:
    writer = OutputWriter(
        session.request.output_dir,
        session.request.run_id,
        components.pack,
        schema.ENGINE_NAME,
        schema.ENGINE_VERSION,
    )
    images = []
    for plan, picture, measured in zip(plans, pictures, metrics, strict=True):
        if not measured["face_found"]:
            session.warnings.append(
                f"The analyser finds no face in the picture of age {plan.target_age:g}, "
                f"variant {plan.variant}."
            )
        session.report_progress(0.96, "Writing the pictures")
        images.append(writer.write_variant(plan, picture, measured))
    if session.parameters["variants"] > 1:
        for age in session.parameters["target_ages"]:
            group = [picture for plan, picture in zip(plans, pictures, strict=True) if plan.target_age == age]
            images += writer.write_summaries(age, group)
    return images


def _environment(
    session: RunSession,
    components: Components,
    analyser: FaceAnalyser,
    *,
    source_age: SourceAge,
    edited: _Edited,
    plans: list[Plan],
    adapter: dict[str, Any] | None,
) -> dict[str, Any]:
    steps = {plan.target_age: plan.start for plan in plans}
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
        "captions": edited.captions,
        **({} if adapter is None else {"adapter": adapter}),
        **({} if edited.guard is None else {"identity_guard": edited.guard}),
        **({} if edited.pull is None else {"likeness_pull": edited.pull}),
        "steps_by_age": {f"{age:g}": start for age, start in steps.items()},
        "guidance_share_by_age": {f"{plan.target_age:g}": round(plan.push, 4) for plan in plans},
        "seconds": session.seconds,
    }
