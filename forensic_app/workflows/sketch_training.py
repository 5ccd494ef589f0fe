"""Train a sketch pack from pairs of photographs and sketches, and write it with its card and licence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from forensic_app.workflows.sketch_card import sketch_card
from forensic_app.workflows.trained_packs import PACK_TEXTS, PackFacts, export_network, read_evaluation

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.sketch.config import SketchTrainingConfig
    from forensic_app.engines.training.schedule import ReportStage

PAIRS_NAME = "pairs.json"
SKETCH_LICENCE = PACK_TEXTS / "sketch_licence.txt"


def train_sketch_pack(
    *,
    data: Sequence[Path],
    out: Path,
    work: Path,
    config: SketchTrainingConfig,
    facts: PackFacts,
    command: str,
    device: str = "auto",
    precision: str = "auto",
    threads: int = 1,
    resume: bool = False,
    start: Pack | None = None,
    report: ReportStage,
) -> Pack:
    """Train to the configured number of images, going on from the last checkpoint, and export the pack.

    A training that has reached its number of images only exports: so a card gets its evaluation.

    Args:
        data: Folders that hold ``photos`` and ``sketches``, or several styles of them.
        out: Folder of the pack.
        work: Folder of checkpoints, metrics and sample grids; it holds pictures of the data.
        config: Sizes and schedule.
        facts: What the card states.
        command: The command line, for the card.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32`` or ``bf16``.
        threads: CPU threads.
        resume: Whether to go on with a training that ``work`` holds.
        start: Sketch pack to begin from, where ``work`` holds no training.
        report: Receives progress.

    Raises:
        InvalidInput: The data, the configuration or the folders do not fit.
        StoreUnavailable: The checkpoint is damaged, or the pack cannot be written.
    """
    from forensic_app.engines.sketch import schema
    from forensic_app.engines.sketch.pair_cache import kept_training_pairs
    from forensic_app.engines.sketch.pairs import pairs_record
    from forensic_app.engines.sketch.styles import find_styles, split_pairs
    from forensic_app.engines.sketch.training import sizes_changed, train_sketch
    from forensic_app.engines.sketch.warm_start import weights_of
    from forensic_app.engines.training.hardware import pick_device
    from forensic_app.engines.training.schedule import counted
    from forensic_app.engines.training.work import (
        log_metrics,
        logged,
        prepare_work,
        training_hours,
        write_whole,
    )
    from forensic_app.faces.dlib import DlibAnalyser

    evaluation = read_evaluation(facts.evaluation, of="sketch", known_by="rank1_artist")
    chosen = pick_device(device, precision=precision, threads=threads)
    folders = find_styles(data)
    weights = None if start is None else weights_of(start)
    prepare_work(work, config, sizes_changed, resume=resume)
    analyser = DlibAnalyser()
    pairs = kept_training_pairs(
        work, folders, analyser, side_px=config.resolution, on_progress=counted("pairs", report)
    )
    split = split_pairs(pairs.styles, pairs.has_test, config)
    record = json.dumps(pairs_record(pairs, split)) + "\n"
    write_whole(work / PAIRS_NAME, record)
    network, shown = train_sketch(
        pairs,
        config,
        work,
        recognition=analyser.recognition_network,
        device=chosen,
        report=logged(work, report),
        log=lambda values: log_metrics(work, values),
        start=weights,
    )
    stated = {
        **facts.stated(command=command, hours=training_hours(work, ["sketch"]), device=chosen),
        "training_pairs": int(split.trained.sum()),
        "validation_pairs": [pairs.names[place] for place in split.watched.nonzero()[0]],
        "held_out_pairs": [pairs.names[place] for place in split.held_out.nonzero()[0]],
        "images_shown": shown,
        "styles": list(pairs.style_names),
        "started_from": ""
        if start is None
        else f"{start.name} {start.version}, weights {start.weights_sha256}",
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
        texts={PAIRS_NAME: record},
    )
