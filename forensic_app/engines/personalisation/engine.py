"""The personalisation engine: photographs of one subject in, one adapter out.

Rules:
    * The originals are read once, checked against their digests, and never opened for writing.
    * A training that was interrupted goes on from its checkpoint in the cache, if nothing that decides its
      result has changed; the record says where it went on.
    * The adapter's bytes hold no time and no run: a replay makes the same file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.aging.components import Components, load_components
from forensic_app.engines.aging.prompts import PERSONAL_TEMPLATE
from forensic_app.engines.engine import ReportProgress
from forensic_app.engines.personalisation import regularization, schema
from forensic_app.engines.personalisation.adapters import Adapter, adapter_bytes
from forensic_app.engines.personalisation.conditions import personal_caption
from forensic_app.engines.personalisation.memory import MemoryPlan
from forensic_app.engines.personalisation.photographs import Review, Source, review_photographs
from forensic_app.engines.personalisation.precision import dtype_name
from forensic_app.engines.personalisation.regularization import RegularizationSet
from forensic_app.engines.personalisation.training import TrainingResult, train, training_key
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.engines.pictures.measurement import read_calibration
from forensic_app.engines.pictures.run_frame import RunFrame, open_frame
from forensic_app.errors import InvalidInput
from forensic_app.messages import EngineResult, OutputAdapter, RunRequest

ADAPTER_NAME = "adapter.safetensors"
_REGULARIZATION_SHARE = (0.05, 0.4)
_TRAINING_SHARE = (0.4, 0.98)


class PersonalisationEngine:
    """Learns one subject's face from 3 to 20 photographs."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        """Execute ``request``, writing one adapter in ``request.output_dir``.

        ``request.subject`` holds ``subject_id``, ``sex`` and ``photos``: ``exhibit_id``, ``sha256`` and
        ``age`` (``None`` where it is not recorded) of each photograph, the request's own exhibit first.

        Raises:
            InvalidInput: A parameter is out of bounds, or fewer than 3 photographs can be used.
            EvidenceAltered: An original does not have its digest.
            EngineError: The training does not fit in memory.
            PackAltered: A weights file does not have its digest.
            PackRefused: The pack cannot be loaded.
            RunCancelled: From ``report_progress``.
        """
        frame, components = open_frame(schema.DESCRIPTOR, request, report_progress, load_components)
        embedder = FaceEmbedder(frame.device.device)
        with frame.stage("photographs", "Reading the photographs", 0.01):
            review = _reviewed(frame)
            frame.warnings.extend(review.warnings)
        with frame.stage("regularization", "Looking for the regularization set", 0.05):
            others = _regularization_set(frame, components, embedder)
        with frame.stage("train", "Learning the face", _TRAINING_SHARE[0]):
            result = _trained(frame, components, embedder, review, others)
        adapter = Adapter(result.tensors, _adapter_record(frame, components, review, others))
        path = request.output_dir / ADAPTER_NAME
        data = adapter_bytes(adapter)
        path.write_bytes(data)
        frame.seconds["step"] = round(result.seconds_per_step, 4)
        return EngineResult(
            images=(),
            control={},
            face={},
            environment=frame.environment({"regularization_sha256": others.sha256}),
            warnings=tuple(frame.warnings),
            adapter=OutputAdapter(path, _facts(frame, review, others, result), sha256_of_bytes(data)),
        )


def _reviewed(frame: RunFrame) -> Review:
    request = frame.request
    paths = request.reference_paths
    sources = []
    for number, photo in enumerate(request.subject.get("photos", ())):
        name = str(photo["exhibit_id"])
        path = request.exhibit_path if number == 0 else paths.get(name)
        if path is None:
            raise InvalidInput(f"The photograph {name} was not handed to the run.", "Queue the run again.")
        sources.append(Source(name, path, str(photo["sha256"]), photo.get("age")))
    if sources and sources[0].sha256 != request.exhibit_sha256:
        raise InvalidInput("The first photograph is not the run's exhibit.", "Queue the run again.")

    def on_photo(done: int, total: int) -> None:
        frame.report_progress(0.01 + 0.04 * done / max(total, 1), "Reading the photographs")

    return review_photographs(
        sources,
        frame.analyser,
        crop_px=frame.pack.resolution,
        calibration=read_calibration(frame.pack),
        leaves_out_disagreeing=frame.parameters["leave_out_disagreeing"],
        on_photo=on_photo,
    )


def regularization_path(cache_dir: Path, pack_sha256: str, images: int) -> Path:
    """Return where the generated set of a base pack is kept."""
    return cache_dir / f"regularization-{pack_sha256[:16]}-{images}.safetensors"


def _regularization_set(frame: RunFrame, components: Components, embedder: FaceEmbedder) -> RegularizationSet:
    first, last = _REGULARIZATION_SHARE
    folder = frame.parameters["regularization_folder"]

    def on_step(done: int, total: int) -> None:
        words = "Reading the regularization images" if folder else "Making the regularization set"
        frame.report_progress(first + (last - first) * done / max(total, 1), words)

    if folder:
        return regularization.from_folder(Path(folder), components, embedder, on_step=on_step)
    images = int(frame.parameters["regularization_images"])
    cache_dir = frame.request.cache_dir
    path = None if cache_dir is None else regularization_path(cache_dir, components.pack.sha256, images)
    return regularization.kept_set(path, components, embedder, images=images, on_step=on_step)


def _trained(
    frame: RunFrame,
    components: Components,
    embedder: FaceEmbedder,
    review: Review,
    others: RegularizationSet,
) -> TrainingResult:
    settings = schema.settings_from(frame.parameters)
    sex = str(frame.request.subject.get("sex") or "")
    key = training_key(components, review.photos, others, settings, sex=sex)
    cache_dir = frame.request.cache_dir
    checkpoint = None if cache_dir is None else cache_dir / f"training-{key[:16]}.ckpt"
    first, last = _TRAINING_SHARE

    def on_step(done: int, total: int) -> None:
        frame.report_progress(first + (last - first) * done / total, "Learning the face")

    def on_plan(plan: MemoryPlan) -> None:
        frame.report_progress(first, plan.sentence())

    result = train(
        components,
        review.photos,
        others,
        settings,
        embedder=embedder,
        sex=sex,
        checkpoint=checkpoint,
        on_plan=on_plan,
        on_step=on_step,
    )
    if checkpoint is not None:
        checkpoint.unlink(missing_ok=True)
    if result.resumed_from:
        frame.warnings.append(
            f"The training went on from step {result.resumed_from} of an interrupted run with the same input."
        )
    return result


def _adapter_record(
    frame: RunFrame, components: Components, review: Review, others: RegularizationSet
) -> dict[str, Any]:
    """Return what the adapter's file says of itself: what decides it, and what it is bound to."""
    settings = schema.settings_from(frame.parameters)
    return {
        "subject_id": str(frame.request.subject.get("subject_id", "")),
        "pack_name": components.pack.name,
        "pack_sha256": components.pack.sha256,
        "engine_version": schema.ENGINE_VERSION,
        "rank": settings.rank,
        "caption": PERSONAL_TEMPLATE,
        "photographed_ages": [round(photo.age, 2) for photo in review.photos],
        "photos_sha256": [photo.sha256 for photo in review.photos],
        "regularization_sha256": others.sha256,
        "settings": settings.as_record(),
        "precision": dtype_name(components.device),
        "gating": schema.gating_from(frame.parameters).as_record(),
    }


def _facts(
    frame: RunFrame, review: Review, others: RegularizationSet, result: TrainingResult
) -> dict[str, Any]:
    """Return what the casebook's record says of the adapter."""
    settings = schema.settings_from(frame.parameters)
    return {
        "photos": _photo_records(review),
        "captions": sorted({personal_caption(photo.age, "years") for photo in review.photos}),
        "precision": result.precision,
        "settings": settings.as_record(),
        "gating": schema.gating_from(frame.parameters).as_record(),
        "regularization": {"images": len(others), "origin": others.origin, "sha256": others.sha256},
        "curves": {name: [list(pair) for pair in pairs] for name, pairs in result.curves.items()},
        "memory": result.memory.as_record(),
        "rows_per_step": result.rows_per_step,
        "seconds_per_step": round(result.seconds_per_step, 4),
        "resumed_from": result.resumed_from,
    }


def _photo_records(review: Review) -> list[dict[str, Any]]:
    """Return the record of each photograph, with its caption where it was trained on."""
    captions = {photo.photo_id: personal_caption(photo.age, "years") for photo in review.photos}
    return [
        {**record, "caption": captions[record["photo_id"]]}
        if record["photo_id"] in captions
        else dict(record)
        for record in review.records
    ]
