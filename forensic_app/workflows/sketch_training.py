"""Train a sketch pack from pairs of photographs and sketches, and write it with its card and licence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from forensic_app.workflows.sketch_card import sketch_card
from forensic_app.workflows.trained_packs import PACK_TEXTS, PackFacts, export_network, read_evaluation

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.sketch.config import SketchTrainingConfig
    from forensic_app.engines.training.schedule import ReportStage

SKETCH_LICENCE = PACK_TEXTS / "sketch_licence.txt"


def train_sketch_pack(
    *,
    data: Path,
    out: Path,
    work: Path,
    config: SketchTrainingConfig,
    facts: PackFacts,
    command: str,
    device: str = "auto",
    precision: str = "auto",
    threads: int = 1,
    resume: bool = False,
    report: ReportStage,
) -> Pack:
    """Train to the configured number of images, going on from the last checkpoint, and export the pack.

    A training that has reached its number of images only exports: so a card gets its evaluation.

    Args:
        data: Folder that holds ``photos`` and ``sketches``.
        out: Folder of the pack.
        work: Folder of checkpoints, metrics and sample grids; it holds pictures of the data.
        config: Sizes and schedule.
        facts: What the card states.
        command: The command line, for the card.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32`` or ``bf16``.
        threads: CPU threads.
        resume: Whether to go on with a training that ``work`` holds.
        report: Receives progress.

    Raises:
        InvalidInput: The data, the configuration or the folders do not fit.
        StoreUnavailable: The checkpoint is damaged, or the pack cannot be written.
    """
    from forensic_app.engines.sketch import schema
    from forensic_app.engines.sketch.pairs import load_training_pairs, split
    from forensic_app.engines.sketch.training import sizes_changed, train_sketch
    from forensic_app.engines.training.hardware import pick_device
    from forensic_app.engines.training.schedule import counted
    from forensic_app.engines.training.work import log_metrics, logged, prepare_work, training_hours
    from forensic_app.faces.registry import load_analyser

    evaluation = read_evaluation(facts.evaluation, of="sketch", known_by="rank1_artist")
    chosen = pick_device(device, precision=precision, threads=threads)
    prepare_work(work, config, sizes_changed, resume=resume)
    pairs = load_training_pairs(
        data, load_analyser("dlib"), side_px=config.resolution, on_progress=counted("pairs", report)
    )
    network = train_sketch(
        pairs,
        config,
        work,
        device=chosen,
        report=logged(work, report),
        log=lambda values: log_metrics(work, values),
    )
    kept = split(pairs.names, config.validation_pairs, seed=config.seed)
    names = [name for name, is_kept in zip(pairs.names, kept, strict=True) if is_kept]
    stated = {
        **facts.stated(command=command, hours=training_hours(work, ["sketch"]), device=chosen),
        "training_pairs": len(pairs.names) - len(names),
        "validation_pairs": names,
        "images_shown": config.total_images,
    }
    training = config.to_json()
    return export_network(
        out,
        network,
        kind=schema.ENGINE_NAME,
        component=schema.COMPONENT,
        resolution=config.resolution,
        training=training,
        stated=stated,
        licence_file=facts.licence_file,
        card=sketch_card(name=out.name, facts=stated, training=training, evaluation=evaluation),
        evaluation=evaluation,
    )
