"""Train a sketch pack from pairs of photographs and sketches, and write it with its card and licence.

Rules:
    * The card states the data, their licence and the command as the operator gave them, and holds only
      numbers from ``forensic-app evaluate sketch``.
    * The pack goes where it is told; a stopped training leaves its checkpoint, and no pack.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.errors import InvalidInput
from forensic_app.workflows.base_training import PackFacts
from forensic_app.workflows.sketch_card import sketch_card

if TYPE_CHECKING:
    from forensic_app.engines.base_training.schedule import ReportStage
    from forensic_app.engines.packs import Pack
    from forensic_app.engines.sketch.config import SketchTrainingConfig

SKETCH_LICENCE = Path(__file__).resolve().parents[2] / "resources" / "pack_texts" / "sketch_licence.txt"


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
    import torch

    from forensic_app.engines.base_training.hardware import pick_device
    from forensic_app.engines.base_training.schedule import Pace
    from forensic_app.engines.sketch.pairs import load_training_pairs, split
    from forensic_app.engines.sketch.training import sizes_changed, train_sketch
    from forensic_app.engines.training_work import log_metrics, logged, prepare_work
    from forensic_app.faces.registry import load_analyser

    evaluation = read_evaluation(facts.evaluation)
    chosen = pick_device(device, precision=precision)
    torch.set_num_threads(threads)
    prepare_work(work, config, sizes_changed, resume=resume)
    pace: list[Pace] = []

    def progress(done: int, total: int) -> None:
        if not pace:
            pace.append(Pace("pairs", done=0, total=total, report=report))
        pace[0].advance(done)

    pairs = load_training_pairs(data, load_analyser("dlib"), side_px=config.resolution, on_progress=progress)
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
        **_stated(facts, command, work, machine=f"{platform.machine()}, {chosen.device.type}"),
        "training_pairs": len(pairs.names) - len(names),
        "validation_pairs": names,
        "images_shown": config.total_images,
    }
    return _export(out, network, config, stated, facts.licence_file, evaluation)


def read_evaluation(path: Path | None) -> Mapping[str, Any] | None:
    """Return the result of ``evaluate sketch --json`` in ``path``, ``None`` without a path.

    Raises:
        InvalidInput: The file is not such a result.
    """
    if path is None:
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"The evaluation {path} cannot be read: {error}.",
            "Name a file with the output of evaluate sketch --json.",
        ) from error
    if not isinstance(values, dict) or "rank1_artist" not in values:
        raise InvalidInput(
            f"{path} is not an evaluation of sketches.",
            "Name a file with the output of evaluate sketch --json.",
        )
    return values


def _stated(facts: PackFacts, command: str, work: Path, *, machine: str) -> dict[str, Any]:
    from forensic_app.engines.training_work import training_hours

    return {
        "version": facts.version,
        "licence": facts.licence,
        "data": facts.data,
        "data_licence": facts.data_licence,
        "training_command": command,
        "hours": training_hours(work, ["sketch"]),
        "machine": machine,
        "note": facts.note,
    }


def _export(
    out: Path,
    network: Any,
    config: SketchTrainingConfig,
    stated: Mapping[str, Any],
    licence_file: Path,
    evaluation: Mapping[str, Any] | None,
) -> Pack:
    from forensic_app.engines.network_pack import write_network_pack
    from forensic_app.engines.sketch import schema

    training = config.to_json()
    texts = {
        "LICENCE.txt": licence_file.read_text(encoding="utf-8"),
        "MODEL_CARD.md": sketch_card(name=out.name, facts=stated, training=training, evaluation=evaluation),
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
