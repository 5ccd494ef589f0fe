"""Train an autoencoder pack from labelled faces, and write it with its card, calibration and licence.

Rules:
    * The faces are aligned, measured and split as for the base model; its cache of the same data can serve.
    * The pack's ``validation.txt`` leaves out the faces on which a base model's edit weights are fitted
      (``fitting.txt``): a teacher has seen their ages, and a gain may be chosen on them.
    * The card states the data, their licence and the command as the operator gave them, and holds only
      numbers from ``forensic-app evaluate pack``.
"""

from __future__ import annotations

import dataclasses
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.pack_inputs import read_held_out
from forensic_app.workflows.base_training import (
    FITTING_NAME,
    PackFacts,
    calibrate,
    read_evaluation,
    split_validation,
)
from forensic_app.workflows.deage_card import deage_card

if TYPE_CHECKING:
    from forensic_app.engines.base_training.face_cache import FaceCache
    from forensic_app.engines.base_training.schedule import ReportStage
    from forensic_app.engines.deage.config import DeageTrainingConfig
    from forensic_app.engines.packs import Pack


def train_deage_pack(
    *,
    data: Path,
    out: Path,
    work: Path,
    config: DeageTrainingConfig,
    facts: PackFacts,
    command: str,
    faces: Path | None = None,
    teacher: Pack | None = None,
    validation: Path | None = None,
    device: str = "auto",
    precision: str = "auto",
    threads: int = 1,
    resume: bool = False,
    report: ReportStage,
) -> Pack:
    """Train to the configured number of images, going on from the last checkpoint, and export the pack.

    Args:
        data: Folder or CSV of labelled faces.
        out: Folder of the pack.
        work: Folder of checkpoints and metrics, and of the face cache; it holds pictures of the data.
        config: Variant, sizes and schedule.
        facts: What the card states.
        command: The command line, for the card.
        faces: Work folder of a base training of the same data, whose face cache is to serve; its faces are scaled
            where the sizes differ, and its validation faces are kept from this training too.
        teacher: Pack of the ageing engine that the variant ``film`` learns from. The faces that it names as kept from
            its own training are kept from this one, and no others.
        validation: Text file with the names of the faces to keep from training; drawn by seed without one.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32`` or ``bf16``.
        threads: CPU threads.
        resume: Whether to go on with a training that ``work`` holds.
        report: Receives progress.

    Raises:
        InvalidInput: The data, the configuration, the teacher or the folders do not fit.
        PackAltered: A file of the teacher does not have its digest.
        PackRefused: The teacher serves another engine, or cannot be loaded.
        StoreUnavailable: The checkpoint is damaged, or the pack cannot be written.
    """
    import torch

    from forensic_app.engines.base_training.hardware import pick_device
    from forensic_app.engines.deage.training import sizes_changed, train_autoencoder
    from forensic_app.engines.training_work import log_metrics, logged, prepare_work, training_hours

    evaluation = read_evaluation(facts.evaluation)
    chosen = pick_device(device, precision=precision)
    names = _kept_names(validation, teacher)
    torch.set_num_threads(threads)
    prepare_work(work, config, sizes_changed, resume=resume)
    cache = _cache(data, work, config, report, faces)
    if names:
        cache = keeping(cache, names)
    network = train_autoencoder(
        cache,
        config,
        work,
        device=chosen,
        report=logged(work, report),
        log=lambda values: log_metrics(work, values),
        teacher=teacher,
    )
    stated = {
        "version": facts.version,
        "licence": facts.licence,
        "data": facts.data,
        "data_licence": facts.data_licence,
        "training_command": command,
        "training_faces": len(cache.training_indices),
        "validation_faces": len(cache.validation_indices),
        "images_shown": 0 if config.variant == "prototypes" else config.images,
        "hours": training_hours(work, ["teacher", "autoencoder"]),
        "machine": f"{platform.machine()}, {chosen.device.type}",
        "note": facts.note,
        **({} if teacher is None else {"teacher": _taught_by(teacher, config)}),
    }
    return _export(out, network, config, stated, cache, facts.licence_file, evaluation)


def keeping(cache: FaceCache, names: frozenset[str]) -> FaceCache:
    """Return ``cache`` with the faces called ``names`` as its validation faces.

    Raises:
        InvalidInput: None of them is there.
    """
    kept = np.array([name in names for name in cache.names], dtype=np.bool_)
    if not kept.any():
        raise InvalidInput(
            "None of the faces that are to be kept from training is in the data.",
            "Name the data that the list, or the teacher, was made with.",
        )
    return dataclasses.replace(cache, is_validation=kept)


def _kept_names(validation: Path | None, teacher: Pack | None) -> frozenset[str]:
    """Return the names of the faces to keep from training; empty leaves the cache's own draw.

    Raises:
        InvalidInput: The file cannot be read, or leaves out a face that the teacher has not seen.
    """
    unseen = frozenset[str]()
    if teacher is not None:
        unseen = read_held_out(teacher.path) | read_held_out(teacher.path, name=FITTING_NAME)
    if validation is None:
        return unseen
    try:
        listed = frozenset(validation.read_text(encoding="utf-8").split())
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"The list {validation} cannot be read: {error}.",
            "Name a text file with a file name on each line.",
        ) from error
    if listed - unseen and unseen:
        raise InvalidInput(
            f"The teacher learned from {len(listed - unseen)} of the {len(listed)} faces in {validation}.",
            "Leave the list out: what the teacher keeps is kept.",
        )
    return listed


def _taught_by(teacher: Pack, config: DeageTrainingConfig) -> dict[str, Any]:
    return {
        "pack": teacher.name,
        "version": teacher.version,
        "pack_sha256": teacher.sha256,
        "weights_sha256": teacher.weights_sha256,
        "faces": config.teacher_faces,
        "ages": config.teacher_ages,
    }


def _cache(
    data: Path, work: Path, config: DeageTrainingConfig, report: ReportStage, faces: Path | None
) -> FaceCache:
    """Return the faces at the configured size: from the work folder, or scaled from a base training's cache."""
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.engines.base_training.face_cache import load_or_build_cache
    from forensic_app.engines.base_training.schedule import Pace
    from forensic_app.engines.deage.faces import borrowed_cache
    from forensic_app.faces.dlib import DlibAnalyser

    if faces is not None:
        return borrowed_cache(faces, data, resolution=config.resolution)
    pace: list[Pace] = []

    def progress(done: int, total: int) -> None:
        if not pace:
            pace.append(Pace("faces", done=0, total=total, report=report))
        pace[0].advance(done)

    sizes = BaseTrainingConfig(
        resolution=config.resolution, validation_faces=config.validation_faces, seed=config.seed
    )
    return load_or_build_cache(data, work, sizes, DlibAnalyser(), progress)


def _export(
    out: Path,
    network: Any,
    config: DeageTrainingConfig,
    stated: Mapping[str, Any],
    cache: FaceCache,
    licence_file: Path,
    evaluation: Mapping[str, Any] | None,
) -> Pack:
    from forensic_app.engines.deage import schema
    from forensic_app.engines.network_pack import write_network_pack

    training = {**config.to_json(), "gain": config.factor}
    fitting, kept = split_validation(cache)
    texts = {
        "LICENCE.txt": licence_file.read_text(encoding="utf-8"),
        "MODEL_CARD.md": deage_card(name=out.name, facts=stated, training=training, evaluation=evaluation),
        "calibration.json": json.dumps(calibrate(cache).to_json(), indent=1) + "\n",
        FITTING_NAME: "".join(f"{name}\n" for name in fitting),
        "validation.txt": "".join(f"{name}\n" for name in kept),
    }
    if evaluation is not None:
        texts["evaluation.json"] = json.dumps(evaluation, indent=1, sort_keys=True) + "\n"
    return write_network_pack(
        out,
        network,
        component=schema.COMPONENT,
        config=network.config,
        card={
            "kind": schema.ENGINE_NAME,
            "resolution": config.resolution,
            "training": training,
            **stated,
        },
        texts=texts,
    )
