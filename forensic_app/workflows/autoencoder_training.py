"""Train an autoencoder pack from labelled faces, and write it with its card, calibration and licence.

Rules:
    * The faces are aligned, measured and split as for the base model; its cache of the same data can serve.
    * What the teacher keeps from its own training is kept from this one, and no other faces are; where it names none,
      the seed draws them.
    * The pack's ``validation.txt`` leaves out the faces on which the teacher's edit weights are fitted
      (``fitting.txt``): it has seen their ages, and a gain may be chosen on them.
    * The card states the data, their licence and the command as the operator gave them, and holds only
      numbers from ``forensic-app evaluate pack``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.evaluation.pack.inputs import read_held_out
from forensic_app.workflows.autoencoder_card import autoencoder_card
from forensic_app.workflows.trained_packs import PackFacts, export_network, read_evaluation
from forensic_app.workflows.training_faces import FITTING_NAME, face_texts, kept_by

if TYPE_CHECKING:
    from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.training.face_cache import FaceCache
    from forensic_app.engines.training.schedule import ReportStage


def train_autoencoder_pack(
    *,
    data: Path,
    out: Path,
    work: Path,
    config: AutoencoderTrainingConfig,
    facts: PackFacts,
    command: str,
    teacher: Pack,
    faces: Path | None = None,
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
        config: Sizes and schedule.
        facts: What the card states.
        command: The command line, for the card.
        teacher: Pack of the ageing engine to learn from.
        faces: Work folder of a base training of the same data, whose face cache is to serve; its faces are scaled
            where the sizes differ, and its validation faces are kept from this training too.
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
    from forensic_app.engines.autoencoder import schema
    from forensic_app.engines.autoencoder.training import sizes_changed, train_autoencoder
    from forensic_app.engines.training.face_cache import keeping
    from forensic_app.engines.training.hardware import pick_device
    from forensic_app.engines.training.work import log_metrics, logged, prepare_work, training_hours

    evaluation = read_evaluation(facts.evaluation, of="pack", known_by="by_target")
    names, fitting = kept_by(teacher.path), read_held_out(teacher.path, name=FITTING_NAME)
    chosen = pick_device(device, precision=precision, threads=threads)
    prepare_work(work, config, sizes_changed, resume=resume)
    cache = _cache(data, work, config, report, faces)
    if names:
        cache = keeping(cache, names)
    network = train_autoencoder(
        cache,
        teacher,
        config,
        work,
        device=chosen,
        report=logged(work, report),
        log=lambda values: log_metrics(work, values),
    )
    training = config.to_json()
    stated = {
        **facts.stated(
            command=command, hours=training_hours(work, ["teacher", "autoencoder"]), device=chosen
        ),
        "training_faces": len(cache.training_indices),
        "validation_faces": len(cache.validation_indices),
        "images_shown": config.images,
        "teacher": _taught_by(teacher, config),
    }
    return export_network(
        out,
        network,
        kind=schema.ENGINE_NAME,
        component=schema.COMPONENT,
        resolution=config.resolution,
        training=training,
        stated=stated,
        licence_file=facts.licence_file,
        card=autoencoder_card(name=out.name, facts=stated, training=training, evaluation=evaluation),
        evaluation=evaluation,
        texts=face_texts(cache, fitting=fitting),
    )


def _taught_by(teacher: Pack, config: AutoencoderTrainingConfig) -> dict[str, Any]:
    return {
        "pack": teacher.name,
        "version": teacher.version,
        "pack_sha256": teacher.sha256,
        "weights_sha256": teacher.weights_sha256,
        "faces": config.teacher_faces,
        "ages": config.teacher_ages,
    }


def _cache(
    data: Path, work: Path, config: AutoencoderTrainingConfig, report: ReportStage, faces: Path | None
) -> FaceCache:
    """Return the faces at the configured size: from the work folder, or scaled from a base training's cache."""
    from forensic_app.engines.autoencoder.faces import borrowed_cache
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.engines.training.face_cache import load_or_build_cache
    from forensic_app.engines.training.schedule import counted
    from forensic_app.faces.dlib import DlibAnalyser

    if faces is not None:
        return borrowed_cache(faces, data, resolution=config.resolution)
    sizes = BaseTrainingConfig(
        resolution=config.resolution, validation_faces=config.validation_faces, seed=config.seed
    )
    return load_or_build_cache((data,), work, sizes, DlibAnalyser(), counted("faces", report))
