"""Train a base model from labelled faces and leave it as a pack; or say what that would take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.pack.inputs import read_held_out
from forensic_app.regular_files import read_regular_text
from forensic_app.workflows.base_card import base_card
from forensic_app.workflows.trained_packs import PackFacts, evaluation_text, read_evaluation, read_names
from forensic_app.workflows.training_faces import FITTING_NAME, face_texts, kept_by

if TYPE_CHECKING:
    from forensic_app.engines.base_training.config import BaseTrainingConfig
    from forensic_app.engines.base_training.stages import TrainingPlan
    from forensic_app.engines.base_training.warm_start import Start
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.training.face_cache import FaceCache
    from forensic_app.engines.training.schedule import ReportStage

EDITING_NAME = "editing.json"
TIMED_STAGES = ("decoder", "diffusion")


def train_base(
    *,
    data: Sequence[Path],
    out: Path,
    work: Path,
    config: BaseTrainingConfig,
    stages: Sequence[str],
    facts: PackFacts,
    command: str,
    start: Pack | None = None,
    kept: Path | None = None,
    device: str = "auto",
    precision: str = "auto",
    threads: int = 1,
    resume: bool = False,
    report: ReportStage,
) -> Pack | None:
    """Run ``stages`` of a training; every one goes on from its last checkpoint.

    Args:
        data: Folders or CSV files of labelled faces.
        out: Folder of the pack.
        work: Folder of caches, checkpoints, metrics and sample grids; it holds pictures of the data.
        config: Sizes and schedules.
        stages: Some of :data:`forensic_app.engines.base_training.stages.STAGES`.
        facts: What the card states.
        command: The command line, for the card.
        start: Pack whose weights the training begins with; ``config`` is then :func:`starting_config`'s.
        kept: Text file with names of faces to keep from training, one a line; with ``start`` besides its own.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32`` or ``bf16``.
        threads: CPU threads.
        resume: Whether to go on with a training that ``work`` holds.
        report: Receives progress.

    Returns:
        The pack, or ``None`` when neither ``export`` nor ``fit`` is among the stages.

    Raises:
        InvalidInput: The data, stages or folders do not fit.
    """
    from forensic_app.engines.base_training import stages as training
    from forensic_app.engines.base_training.warm_start import read_start
    from forensic_app.engines.training.hardware import pick_device
    from forensic_app.engines.training.work import prepare_work

    unknown = sorted(set(stages) - set(training.STAGES))
    if unknown:
        raise InvalidInput(
            f"There is no training stage {', '.join(unknown)}.", f"Use: {', '.join(training.STAGES)}."
        )
    names = _kept_names(start, kept)
    chosen = pick_device(device, precision=precision, threads=threads)
    plan = training.TrainingPlan(tuple(data), work, config, chosen, names)
    prepare_work(work, config, training.sizes_changed, resume=resume)
    if start is not None:
        training.run_stages(plan, ["faces"], report)
        if read_start(work) is None:
            _begin(plan, start)
    training.run_stages(plan, stages, report)
    if "fit" not in stages and "export" not in stages:
        return None
    return _export(plan, out, facts, command, report, threads=threads, is_fitted="fit" in stages)


def _kept_names(start: Pack | None, kept: Path | None) -> frozenset[str]:
    """Return the names of the faces to keep from training; none leaves the draw by seed."""
    names = frozenset[str]() if kept is None else read_names(kept)
    if start is None:
        return names
    return names | kept_by(start.path)


def _begin(plan: TrainingPlan, pack: Pack) -> None:
    """Write the first checkpoints of a training that begins from ``pack``."""
    from forensic_app.engines.base_training.conditions import group_words
    from forensic_app.engines.base_training.stages import training_cache
    from forensic_app.engines.base_training.warm_start import Start, begin_from_pack

    start = Start(
        pack=f"{pack.name} {pack.version}",
        weights_sha256=pack.weights_sha256,
        images_shown={name: int(count) for name, count in pack.card["images_shown"].items()},
        hours=float(pack.card.get("hours", 0.0)),
        fitting=tuple(sorted(read_held_out(pack.path, name=FITTING_NAME))),
    )
    groups = group_words(training_cache(plan))
    begin_from_pack(pack, plan.work, plan.config, groups=groups, start=start)


def _export(
    plan: TrainingPlan,
    out: Path,
    facts: PackFacts,
    command: str,
    report: ReportStage,
    *,
    threads: int,
    is_fitted: bool,
) -> Pack:
    """Build the pack beside ``out``, fit its edit weights there if asked, and then put it in its place.

    Until the last step a former pack stays as it was; a former ``editing.json`` stays until the new one is whole.
    """
    from forensic_app.engines.base_training.export import describe_pack, publish_pack, write_weights
    from forensic_app.engines.base_training.stages import images_trained, load_trained, training_cache
    from forensic_app.engines.base_training.warm_start import read_start
    from forensic_app.engines.training.work import write_whole

    evaluation = read_evaluation(facts.evaluation, of="pack", known_by="by_target")
    licence = read_regular_text(facts.licence_file)
    cache, start, trained = training_cache(plan), read_start(plan.work), images_trained(plan.work)
    config = plan.config.with_images(**trained)
    stated = _stated(plan, facts, command, cache, start, trained)
    stated["weights_sha256"] = write_weights(out, load_trained(plan, cache))
    texts = {
        "LICENCE.txt": licence,
        **face_texts(cache, fitting=() if start is None else start.fitting),
        **evaluation_text(evaluation),
    }

    def described(editing: Mapping[str, Any] | None) -> Pack:
        told = stated if editing is None else {**stated, "editing": editing}
        card = base_card(name=out.name, facts=told, training=config.to_json(), evaluation=evaluation)
        return describe_pack(out, config=config, facts=told, texts={**texts, "MODEL_CARD.md": card})

    path = plan.work / EDITING_NAME
    if is_fitted:
        write_whole(path, json.dumps(_fitted(plan, described(None), threads, report), indent=1) + "\n")
    described(json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None)
    return publish_pack(out)


def _stated(
    plan: TrainingPlan,
    facts: PackFacts,
    command: str,
    cache: FaceCache,
    start: Start | None,
    trained: dict[str, int],
) -> dict[str, Any]:
    from forensic_app.engines.base_training.carried import trained_elsewhere
    from forensic_app.engines.base_training.stages import images_shown
    from forensic_app.engines.training.work import training_hours

    hours = training_hours(plan.work, TIMED_STAGES, shown=trained)
    before = 0.0 if start is None else start.hours
    elsewhere = trained_elsewhere(plan.work)
    carried = (
        {}
        if elsewhere is None
        else {
            "trained_elsewhere": {
                "images": elsewhere.step * plan.config.diffusion_batch * plan.config.gradient_accumulation,
                "device": elsewhere.device,
                "minutes": elsewhere.minutes,
            }
        }
    )
    return {
        **facts.stated(command=command, hours=round(hours + before, 1), device=plan.device),
        **carried,
        "training_faces": len(cache.training_indices),
        "validation_faces": len(cache.validation_indices),
        "images_shown": images_shown(trained, start),
        **({} if start is None else {"began_from": f"{start.pack}, weights {start.weights_sha256}"}),
    }


def _fitted(plan: TrainingPlan, pack: Pack, threads: int, report: ReportStage) -> dict[str, Any]:
    """Return the edit weights found on the fitting faces with a pack that has none."""
    from forensic_app.engines.training.schedule import StageProgress
    from forensic_app.faces.labelled_faces import read_labelled_faces
    from forensic_app.workflows.edit_fitting import fit_on_kept_faces

    def progress(fraction: float, _words: str) -> None:
        report(StageProgress("fit", round(1000 * fraction), 1000, None, 0.0, 0.0))

    faces = read_labelled_faces(*plan.data).faces
    return fit_on_kept_faces(pack, faces, threads=threads, on_progress=progress)


def plan_sizes(config: BaseTrainingConfig) -> dict[str, Any]:
    """Return parameters, file sizes and memory that a configuration needs, without allocating weights.

    Returns:
        ``parameters`` and ``pack_mb`` by part, ``training_memory_mb`` for the decoder and the diffusion stage
        (weights, gradients, two optimiser moments, average, activations as measured on one image), JSON types.
    """
    from forensic_app.engines.base_training.sizes import sizes

    return sizes(config)
