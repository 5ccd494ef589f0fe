"""Train the sketch generator: first L1 alone at half resolution, then L1 and the patch discriminator at full.

Rules:
    * A training goes on from its last checkpoint; step by step it sees the views that it would have seen.
    * The exported weights are the moving average over the full-resolution part.
    * Where a pair has no pixel, the loss is not taken and the discriminator is shown the artist's side.
    * Metrics go to ``metrics.jsonl``, sample grids (which hold pictures of the data) to ``samples/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.sketch.augmentation import Views, draw_views, halved, plain_views, step_generator
from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.engines.sketch.discriminator import PatchJudge
from forensic_app.engines.sketch.generator import SketchGenerator
from forensic_app.engines.sketch.pairs import PairSet, split
from forensic_app.engines.training.checkpoints import MovingAverage, load_checkpoint, save_checkpoint
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import Pace, ReportStage

CHECKPOINT_NAME: Final = "sketch.ckpt"
CHECKPOINT_EVERY_IMAGES: Final = 800
WARMUP_STEPS: Final = 50
_COARSE_RATE = 5.0
"""Factor of the learning rate in the L1 part, which is stable at 1e-3."""

LogMetrics = Callable[[dict[str, object]], None]


@dataclass(slots=True)
class _Session:
    generator: SketchGenerator
    judge: PatchJudge
    average: MovingAverage
    optimiser: torch.optim.Adam
    critic: torch.optim.Adam
    step: int = 0

    def state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "generator": self.generator.state_dict(),
            "judge": self.judge.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "critic": self.critic.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
        self.generator.load_state_dict(state["generator"])
        self.judge.load_state_dict(state["judge"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.critic.load_state_dict(state["critic"])


def build_generator(config: SketchTrainingConfig) -> SketchGenerator:
    """Return a generator of the configured size with weights from its seed."""
    torch.manual_seed(config.seed)
    return SketchGenerator(config.width, config.levels, config.most_channels, uses_edges=config.uses_edges)


def train_sketch(
    pairs: PairSet,
    config: SketchTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    log: LogMetrics,
) -> SketchGenerator:
    """Train to ``config.total_images``, going on from the checkpoint in ``work``.

    Args:
        pairs: From :func:`forensic_app.engines.sketch.pairs.load_training_pairs`.
        config: Sizes, weights and schedule.
        work: Folder of checkpoints and samples.
        device: Where and in which precision.
        report: Receives progress.
        log: Receives a line of metrics at each checkpoint.

    Returns:
        The generator with averaged weights, float32 on the CPU, in eval mode.
    """
    session = _new_session(config, device)
    saved = load_checkpoint(work / CHECKPOINT_NAME)
    if saved is not None:
        session.load(saved)
    kept = split(pairs.names, config.validation_pairs, seed=config.seed)
    _train(session, pairs, kept, config, work, device=device, report=report, log=log)
    session.average.copy_to(session.generator)
    return session.generator.float().cpu().eval()


def sizes_changed(before: SketchTrainingConfig, now: SketchTrainingConfig) -> list[str]:
    """Return the names of settings that may not change between stops and have."""
    names = ("resolution", "width", "levels", "most_channels", "uses_edges", "discriminator_width",
             "coarse_images", "batch", "validation_pairs", "seed")  # fmt: skip
    return [name for name in names if getattr(before, name) != getattr(now, name)]


def learning_rate(step: int, config: SketchTrainingConfig) -> float:
    """Return the rate at ``step``: five times the peak while coarse, then constant, then linear to zero."""
    coarse_steps, total = _steps(config)
    if step < coarse_steps:
        return config.learning_rate * _COARSE_RATE * min(1.0, (step + 1) / WARMUP_STEPS)
    decay_steps = max(int((total - coarse_steps) * config.decay_fraction), 1)
    return config.learning_rate * min(1.0, (total - step) / decay_steps)


def _steps(config: SketchTrainingConfig) -> tuple[int, int]:
    return config.coarse_images // config.batch, config.total_images // config.batch


def _new_session(config: SketchTrainingConfig, device: TrainingDevice) -> _Session:
    generator = build_generator(config).to(device.device)
    judge = PatchJudge(config.discriminator_width).to(device.device)
    betas = (config.beta1, 0.999)
    return _Session(
        generator,
        judge,
        MovingAverage(generator, config.ema_decay),
        torch.optim.Adam(generator.parameters(), lr=config.learning_rate, betas=betas),
        torch.optim.Adam(judge.parameters(), lr=config.learning_rate, betas=betas),
    )


def _train(
    session: _Session,
    pairs: PairSet,
    kept: np.ndarray[Any, np.dtype[np.bool_]],
    config: SketchTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    log: LogMetrics,
) -> None:
    coarse_steps, total = _steps(config)
    faces = torch.from_numpy(np.flatnonzero(~kept))
    pace = Pace("sketch", done=session.step * config.batch, total=total * config.batch, report=report)
    every = max(CHECKPOINT_EVERY_IMAGES // config.batch, 1)
    while session.step < total:
        draws = step_generator(config.seed, session.step)
        picks = faces[torch.randint(len(faces), (config.batch,), generator=draws)]
        views = draw_views(
            pairs, picks, side_px=config.resolution, background_share=config.background_share, generator=draws
        )
        is_coarse = session.step < coarse_steps
        loss = _step(session, halved(views) if is_coarse else views, config, device, is_coarse=is_coarse)
        session.step += 1
        if session.step % every == 0 or session.step == total:
            save_checkpoint(work / CHECKPOINT_NAME, session.state())
            log(_watched(session, pairs, kept, config, work, device))
        pace.advance(session.step * config.batch, loss)


def _step(
    session: _Session, views: Views, config: SketchTrainingConfig, device: TrainingDevice, *, is_coarse: bool
) -> float:
    rate = learning_rate(session.step, config)
    for optimiser in (session.optimiser, session.critic):
        for group in optimiser.param_groups:
            group["lr"] = rate
    photos, sketches, known = (part.to(device.device) for part in (views.photos, views.sketches, views.known))
    with device.autocast():
        drawn = session.generator(photos)
    drawn = drawn.float()
    difference = ((drawn - sketches).abs() * known).sum() / known.sum().clamp_min(1.0)
    loss = config.l1_weight * difference
    shown = drawn * known + sketches * (1 - known)
    if not is_coarse:
        session.judge.requires_grad_(False)
        with device.autocast():
            scores = session.judge(photos, shown).float()
        loss = loss + F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))
    loss.backward()
    nn.utils.clip_grad_norm_(session.generator.parameters(), 100.0)
    session.optimiser.step()
    session.optimiser.zero_grad(set_to_none=True)
    session.average.update(session.generator)
    if not is_coarse:
        _judge(session, photos, sketches, shown.detach(), device)
    return float(difference.detach())


def _judge(
    session: _Session, photos: Tensor, sketches: Tensor, shown: Tensor, device: TrainingDevice
) -> None:
    """Train the discriminator; its loss is halved against the generator's."""
    session.judge.requires_grad_(True)
    with device.autocast():
        real, made = session.judge(photos, sketches).float(), session.judge(photos, shown).float()
    loss = F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
    loss = 0.5 * (loss + F.binary_cross_entropy_with_logits(made, torch.zeros_like(made)))
    loss.backward()  # type: ignore[no-untyped-call]
    session.critic.step()
    session.critic.zero_grad(set_to_none=True)


@torch.no_grad()
def _watched(
    session: _Session,
    pairs: PairSet,
    kept: np.ndarray[Any, np.dtype[np.bool_]],
    config: SketchTrainingConfig,
    work: Path,
    device: TrainingDevice,
) -> dict[str, object]:
    """Return the averaged generator's L1 on the pairs kept from training, and save what it draws of them."""
    done = session.step * config.batch
    if not kept.any():
        return {"stage": "sketch", "done": done}
    views = plain_views(pairs, torch.from_numpy(np.flatnonzero(kept)), side_px=config.resolution)
    if done <= config.coarse_images:
        views = halved(views)
    with session.average.in_place_of(session.generator):
        drawn = session.generator(views.photos.to(device.device)).float().cpu()
    difference = float(((drawn - views.sketches).abs() * views.known).sum() / views.known.sum())
    rows = [views.photos, views.sketches.expand(-1, 3, -1, -1), drawn.expand(-1, 3, -1, -1)]
    grid = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    pixels = ((grid.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    path = work / "samples" / f"sketch_{done:06d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return {"stage": "sketch", "done": done, "validation_l1": round(difference, 5)}
