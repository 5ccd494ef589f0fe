"""Train the sketch generator: first L1 alone at half resolution, then every term of the loss at full.

Rules:
    * A training goes on from its last checkpoint; step by step it sees the views that it would have seen.
    * The exported weights are the moving average over the full-resolution part.
    * Where a pair has no pixel, the loss is not taken and the discriminators are shown the artist's side.
    * Metrics go to ``metrics.jsonl``, sample grids (which hold pictures of the data) to ``samples/``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.engines.sketch.augmentation import Views, draw_views, halved, step_generator
from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.engines.sketch.discriminator import TwoJudges, adversarial
from forensic_app.engines.sketch.generator import SketchGenerator, StyleNorm
from forensic_app.engines.sketch.losses import (
    LineDifference,
    SketchFeatures,
    feature_difference,
    likeness_lack,
    registered,
)
from forensic_app.engines.sketch.pairs import PairSet
from forensic_app.engines.sketch.samples import watched
from forensic_app.engines.sketch.styles import Split, shares, split_pairs
from forensic_app.engines.sketch.warm_start import begin_from
from forensic_app.engines.training.checkpoints import MovingAverage, load_checkpoint, save_checkpoint
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import LONGEST_S, Pace, ReportStage
from forensic_app.errors import InvalidInput
from forensic_app.faces.networks import RecognitionNetwork

CHECKPOINT_NAME: Final = "sketch.ckpt"
CHECKPOINT_EVERY_IMAGES: Final = 800
WARMUP_STEPS: Final = 50
_COARSE_RATE = 5.0
"""Factor of the learning rate in the L1 part, which is stable at 1e-3."""
_STYLE_RATE = 5.0
"""Factor of the learning rate of what is a style's own, which none but its pictures move, at full size."""

LogMetrics = Callable[[dict[str, object]], None]


@dataclass(slots=True)
class _Session:
    generator: SketchGenerator
    judges: TwoJudges
    average: MovingAverage
    optimiser: torch.optim.Adam
    critic: torch.optim.Adam
    features: SketchFeatures
    lines: LineDifference
    embedder: FaceEmbedder
    step: int = 0

    def state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "generator": self.generator.state_dict(),
            "judges": self.judges.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "critic": self.critic.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
        self.generator.load_state_dict(state["generator"])
        self.judges.load_state_dict(state["judges"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.critic.load_state_dict(state["critic"])


def build_generator(config: SketchTrainingConfig, styles: tuple[str, ...] = ()) -> SketchGenerator:
    """Return a generator of the configured size with weights from its seed."""
    torch.manual_seed(config.seed)
    return SketchGenerator(
        config.width,
        config.levels,
        config.most_channels,
        uses_edges=config.uses_edges,
        styles=styles,
        head_channels=config.head_channels,
        deepest_channels=config.deepest_channels,
    )


def train_sketch(
    pairs: PairSet,
    config: SketchTrainingConfig,
    work: Path,
    *,
    recognition: RecognitionNetwork,
    device: TrainingDevice,
    report: ReportStage,
    log: LogMetrics,
    start: Mapping[str, Tensor] | None = None,
) -> tuple[SketchGenerator, int]:
    """Train to ``config.total_images``, going on from the checkpoint in ``work``.

    Args:
        pairs: From :func:`forensic_app.engines.sketch.pairs.load_training_pairs`.
        config: Sizes, weights and schedule.
        work: Folder of checkpoints and samples.
        recognition: The frozen network whose features are compared.
        device: Where and in which precision.
        report: Receives progress.
        log: Receives a line of metrics at each checkpoint.
        start: Weights of another sketch generator to begin from where there is no checkpoint.

    Returns:
        The generator with averaged weights, float32 on the CPU, in eval mode, and the images that it was shown.

    Raises:
        InvalidInput: The checkpoint is of other styles, or of a version without them.
        StoreUnavailable: The checkpoint is damaged.
    """
    session = _new_session(config, pairs.style_names, recognition, device, start)
    saved = load_checkpoint(work / CHECKPOINT_NAME)
    if saved is not None:
        _refuse_other(saved, pairs.style_names)
        session.load(saved)
    split = split_pairs(pairs.styles, pairs.has_test, config)
    _train(session, pairs, split, config, work, device=device, report=report, log=log)
    session.average.copy_to(session.generator)
    return session.generator.float().cpu().eval(), session.step * config.batch


def _refuse_other(saved: Mapping[str, Any], styles: tuple[str, ...]) -> None:
    """Refuse a checkpoint that this training cannot go on from."""
    if "judges" not in saved:
        raise InvalidInput(
            "The training was begun with a version of the program that knew one discriminator.",
            "Name another work folder, or begin from the pack that it made: --from-pack.",
        )
    before = tuple(saved.get("styles", styles))
    if before != styles:
        raise InvalidInput(
            f"The training was begun with other styles: {', '.join(before) or 'one without a name'}.",
            "Name the same data in the same order, or another work folder.",
        )


def sizes_changed(before: SketchTrainingConfig, now: SketchTrainingConfig) -> list[str]:
    """Return the names of settings that may not change between stops and have."""
    names = ("resolution", "width", "levels", "most_channels", "deepest_channels", "head_channels", "uses_edges",
             "discriminator_width", "coarse_images", "batch", "validation_pairs", "held_out_pairs", "seed")  # fmt: skip
    return [name for name in names if getattr(before, name) != getattr(now, name)]


def learning_rate(step: int, config: SketchTrainingConfig) -> float:
    """Return the rate at ``step``: five times the peak while coarse, then constant, then linear to zero."""
    coarse_steps, total = _steps(config)
    rise = min(1.0, (step + 1) / WARMUP_STEPS)
    if step < coarse_steps:
        return config.learning_rate * _COARSE_RATE * rise
    decay_steps = max(int((total - coarse_steps) * config.decay_fraction), 1)
    return config.learning_rate * min(rise, (total - step) / decay_steps)


def _steps(config: SketchTrainingConfig) -> tuple[int, int]:
    return config.coarse_images // config.batch, config.total_images // config.batch


def _new_session(
    config: SketchTrainingConfig,
    styles: tuple[str, ...],
    recognition: RecognitionNetwork,
    device: TrainingDevice,
    start: Mapping[str, Tensor] | None = None,
) -> _Session:
    generator = build_generator(config, styles)
    judges = TwoJudges(config.discriminator_width, len(styles)).to(device.device)
    if start is not None:
        begin_from(generator, start)
    generator = generator.to(device.device)
    betas = (config.beta1, 0.999)
    return _Session(
        generator,
        judges,
        MovingAverage(generator, config.ema_decay),
        torch.optim.Adam(_groups(generator), lr=config.learning_rate, betas=betas),
        torch.optim.Adam(judges.parameters(), lr=config.learning_rate, betas=betas),
        SketchFeatures(recognition).to(device.device),
        LineDifference().to(device.device),
        FaceEmbedder(device.device, recognition),
    )


def _groups(generator: SketchGenerator) -> list[dict[str, Any]]:
    """Return the generator's weights with the factor of their rate: those of all styles, and those of each."""
    norms = [each for each in generator.modules() if isinstance(each, StyleNorm) and each.weight.dim() == 2]
    own = [value for each in norms for value in each.parameters()]
    shared = [value for value in generator.parameters() if not any(value is each for each in own)]
    return [{"params": shared, "factor": 1.0}, *([{"params": own, "factor": _STYLE_RATE}] if own else [])]


def _train(
    session: _Session,
    pairs: PairSet,
    split: Split,
    config: SketchTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    log: LogMetrics,
) -> None:
    coarse_steps, total = _steps(config)
    chances = torch.from_numpy(shares(pairs.styles, split.trained))
    pace = Pace("sketch", done=session.step * config.batch, total=total * config.batch, report=report)
    every = max(CHECKPOINT_EVERY_IMAGES // config.batch, 1)
    saved_at = time.monotonic()
    seen: dict[str, list[float]] = {}
    while session.step < total:
        draws = step_generator(config.seed, session.step)
        picks = torch.multinomial(chances, config.batch, replacement=True, generator=draws)
        views = draw_views(
            pairs, picks, side_px=config.resolution, background_share=config.background_share, generator=draws
        )
        is_coarse = session.step < coarse_steps
        terms = _step(session, halved(views) if is_coarse else views, config, device, is_coarse=is_coarse)
        session.step += 1
        for name, value in terms.items():
            seen.setdefault(name, []).append(value)
        is_late = time.monotonic() - saved_at >= LONGEST_S
        if session.step % every == 0 or is_late or session.step == total:
            save_checkpoint(work / CHECKPOINT_NAME, {**session.state(), "styles": list(pairs.style_names)})
            means = {name: round(sum(values) / len(values), 4) for name, values in seen.items()}
            kept = _watched(session, pairs, split, config, work, device)
            log({"stage": "sketch", "done": session.step * config.batch, **means, **kept})
            seen, saved_at = {}, time.monotonic()
        pace.advance(session.step * config.batch, terms["l1"])


def _step(
    session: _Session, views: Views, config: SketchTrainingConfig, device: TrainingDevice, *, is_coarse: bool
) -> dict[str, float]:
    """Take one step and return the terms of its loss, unweighted."""
    rate = learning_rate(session.step, config)
    for optimiser in (session.optimiser, session.critic):
        for group in optimiser.param_groups:
            group["lr"] = rate * (1.0 if is_coarse else group.get("factor", 1.0))
    views = Views(
        views.photos.to(device.device),
        views.sketches.to(device.device),
        views.known.to(device.device),
        views.styles.to(device.device),
        views.points,
    )
    with device.autocast():
        drawn = session.generator(views.photos, views.styles)
    drawn = drawn.float()
    shown = drawn * views.known + views.sketches * (1 - views.known)
    terms = _terms(session, views, drawn, shown, config, device, is_coarse=is_coarse)
    weights = {
        "l1": config.l1_weight,
        "features": config.feature_weight,
        "lines": config.line_weight,
        "fooling": config.adversarial_weight,
        "likeness": config.likeness_weight,
    }
    loss = torch.stack([weights[name] * value for name, value in terms.items()]).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(session.generator.parameters(), 100.0)
    session.optimiser.step()
    session.optimiser.zero_grad(set_to_none=True)
    session.average.update(session.generator)
    values = {name: float(value.detach()) for name, value in terms.items()}
    if not is_coarse:
        values["judging"] = _judge(session, views, shown.detach(), device)
    return values


def _terms(
    session: _Session,
    views: Views,
    drawn: Tensor,
    shown: Tensor,
    config: SketchTrainingConfig,
    device: TrainingDevice,
    *,
    is_coarse: bool,
) -> dict[str, Tensor]:
    artist, known = registered(drawn.detach(), views.sketches, views.known, reach_px=config.reach_px)
    difference = ((drawn - artist).abs() * known).sum() / known.sum().clamp_min(1.0)
    if is_coarse:
        return {"l1": difference}
    here = drawn * known + artist * (1 - known)
    with device.autocast():
        with torch.no_grad():
            wanted = session.features(artist)
        seen = session.features(here)
        session.judges.requires_grad_(False)
        scores = session.judges(views.photos, shown, views.styles)
    terms = {
        "l1": difference,
        "features": feature_difference(seen, wanted),
        "lines": session.lines(drawn, artist, known),
        "fooling": adversarial(scores, is_real=True),
    }
    if config.likeness_weight:
        with device.autocast():
            terms["likeness"] = likeness_lack(
                session.embedder, drawn, views.photos, views.points, floor=config.likeness_floor
            )
    return terms


def _judge(session: _Session, views: Views, shown: Tensor, device: TrainingDevice) -> float:
    """Train the discriminators; their loss is halved against the generator's."""
    session.judges.requires_grad_(True)
    with device.autocast():
        real = session.judges(views.photos, views.sketches, views.styles)
        made = session.judges(views.photos, shown, views.styles)
    loss = 0.5 * (adversarial(real, is_real=True) + adversarial(made, is_real=False))
    loss.backward()  # type: ignore[no-untyped-call]
    session.critic.step()
    session.critic.zero_grad(set_to_none=True)
    return float(loss.detach())


def _watched(
    session: _Session,
    pairs: PairSet,
    split: Split,
    config: SketchTrainingConfig,
    work: Path,
    device: TrainingDevice,
) -> dict[str, object]:
    done = session.step * config.batch
    with session.average.in_place_of(session.generator):
        return watched(
            session.generator,
            pairs,
            split,
            side_px=config.resolution,
            is_halved=done <= config.coarse_images,
            device=device,
            grid=work / "samples" / f"sketch_{done:06d}.png",
        )
