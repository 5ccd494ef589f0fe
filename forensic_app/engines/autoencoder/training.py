"""Train the autoencoder to bring faces to other ages, as a pack of the ageing engine does.

Rules:
    * From a face, its age and a target age the network must draw what the teacher drew
      (:mod:`forensic_app.engines.autoencoder.teacher`): the same pixels, and the same early features of the frozen
      recognition network, whose embedding of a face must also stay near the photograph's. No age estimator has a
      part in a step; the teacher's own edit weights were fitted with one.
    * A training goes on from its last checkpoint; every step's draws come from the seed and its number.
    * The exported weights are the moving average; a gain is put on them last, no step is taken with it.
    * Metrics go to ``metrics.jsonl``, sample grids (which hold pictures of the data) to ``samples/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from forensic_app.engines.autoencoder.batches import Batch, values_of
from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.autoencoder.judging import JUDGE_RATE, AgeJudge, judge_loss
from forensic_app.engines.autoencoder.lessons import Lessons
from forensic_app.engines.autoencoder.network import DeageAutoencoder
from forensic_app.engines.autoencoder.teacher import check_edits, taught_edits
from forensic_app.engines.base_training.decoder_training import FaceFeatures
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures.face_embedding import FaceEmbedder
from forensic_app.engines.training.checkpoints import MovingAverage, load_checkpoint, save_checkpoint
from forensic_app.engines.training.face_cache import FaceCache
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import Pace, ReportStage, warmup_stable_decay
from forensic_app.faces.dlib import DlibAnalyser

CHECKPOINT_NAME: Final = "autoencoder.ckpt"
CHECKPOINT_EVERY_IMAGES: Final = 1_000
SAMPLE_FACES: Final = 6
SAMPLE_AGES: Final = (8.0, 25.0, 45.0, 75.0)
WATCHED_BATCH: Final = 16
_PICTURE_AXES: Final = 4

_SMALLEST = 1e-8

LogMetrics = Callable[[dict[str, object]], None]


@dataclass(slots=True)
class Session:
    """Everything that a step changes."""

    network: DeageAutoencoder
    average: MovingAverage
    optimiser: torch.optim.AdamW
    judge: AgeJudge
    critic: torch.optim.AdamW
    step: int = 0

    def state(self) -> dict[str, Any]:
        """Return what :meth:`load` reads."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "pair_judge": self.judge.state_dict(),
            "critic": self.critic.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over a saved state."""
        self.step = int(state["step"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        if "pair_judge" in state:
            self.judge.load_state_dict(state["pair_judge"])
            self.critic.load_state_dict(state["critic"])


def new_session(config: AutoencoderTrainingConfig, device: TrainingDevice) -> Session:
    """Return a session at step 0, with weights from the configuration's seed."""
    torch.manual_seed(config.seed)
    network = DeageAutoencoder(config.widths, config.patch_px).to(device.device)
    for parameter in network.parameters():
        if parameter.ndim == _PICTURE_AXES:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=0.0
    )
    judge = AgeJudge().to(device.device)
    critic = torch.optim.AdamW(judge.parameters(), lr=JUDGE_RATE, betas=(0.5, 0.9))
    return Session(network, MovingAverage(network, config.ema_decay), optimiser, judge, critic)


def train_autoencoder(
    cache: FaceCache,
    teacher: Pack,
    config: AutoencoderTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    log: LogMetrics,
) -> DeageAutoencoder:
    """Train to ``config.images``, going on from the checkpoint in ``work``.

    Args:
        cache: Faces at the configured resolution; validation faces are left out.
        teacher: Pack of the ageing engine to learn from.
        config: Sizes, weights and schedule.
        work: Folder of checkpoints and samples.
        device: Where and in which precision.
        report: Receives progress.
        log: Receives a line of metrics at each checkpoint.

    Returns:
        The autoencoder with averaged weights, float32 on the CPU, in eval mode.

    Raises:
        InvalidInput: The teacher draws in another size, or the edits in ``work`` are another's.
        PackAltered: A file of the teacher does not have its digest.
        PackRefused: The teacher serves another engine, or cannot be loaded.
    """
    check_edits(cache, teacher, config, work)
    session = new_session(config, device)
    saved = load_checkpoint(work / CHECKPOINT_NAME)
    if saved is not None:
        session.load(saved)
    if session.step < -(-config.images // config.batch):
        edits = taught_edits(cache, teacher, config, work, device=device, report=report)
        _learn(session, cache, Lessons(cache, edits), config, work, device=device, report=report, log=log)
    session.average.copy_to(session.network)
    made = session.network.float().cpu().eval()
    made.gain = config.gain
    for parameter in made.parameters():
        parameter.data = parameter.data.contiguous()
    return made


def _learn(
    session: Session,
    cache: FaceCache,
    lessons: Lessons,
    config: AutoencoderTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    log: LogMetrics,
) -> None:
    """Take the steps that are left, keeping a checkpoint of every so many."""
    judges = Judges(FaceEmbedder(device.device), _features(device))
    total = -(-config.images // config.batch)
    every = max(CHECKPOINT_EVERY_IMAGES // config.batch, 1)
    pace = Pace("autoencoder", done=session.step * config.batch, total=total * config.batch, report=report)
    while session.step < total:
        draws = torch.Generator().manual_seed(config.seed * 1_000_003 + session.step)
        loss = take_step(session, lessons.draw(config.batch, draws), config, judges, device)
        session.step += 1
        if session.step % every == 0 or session.step == total:
            save_checkpoint(work / CHECKPOINT_NAME, session.state())
            log(_watched(session, cache, config, work, device, lessons))
        pace.advance(session.step * config.batch, loss)


def sizes_changed(before: AutoencoderTrainingConfig, now: AutoencoderTrainingConfig) -> list[str]:
    """Return the names of settings that may not change between stops and have."""
    names = ("resolution", "widths", "patch_px", "batch", "validation_faces", "seed")
    return [name for name in names if getattr(before, name) != getattr(now, name)]


@dataclass(frozen=True, slots=True)
class Judges:
    """Frozen networks that a student is held to.

    Attributes:
        embedder: Says whether it is the same person.
        features: Says whether edges and skin look like the teacher's.
    """

    embedder: FaceEmbedder
    features: FaceFeatures


def _features(device: TrainingDevice) -> FaceFeatures:
    return FaceFeatures(DlibAnalyser().recognition_network).to(device.device)


def take_step(
    session: Session,
    batch: Batch,
    config: AutoencoderTrainingConfig,
    judges: Judges,
    device: TrainingDevice,
) -> float:
    """Change the weights once and return the mean absolute difference from what was wanted.

    The step descends on that difference, the features' difference, the identity term and, late, the judge's verdict.
    """
    total = -(-config.images // config.batch)
    is_judged = config.adversarial_weight > 0 and session.step >= config.adversarial_from * total
    rate = warmup_stable_decay(
        session.step, total, warmup=config.warmup_steps, decay_fraction=config.decay_fraction
    )
    for group in session.optimiser.param_groups:
        group["lr"] = config.learning_rate * rate
    images, wanted = (
        part.to(device.device, memory_format=torch.channels_last) for part in (batch.images, batch.wanted)
    )
    ages, own_ages = batch.ages.to(device.device), batch.own_ages.to(device.device)
    with device.autocast():
        made = session.network(images, ages, own_ages)
    made = made.float()
    loss = (made - wanted).abs().mean()
    shown = float(loss.detach())
    loss = loss + config.feature_weight * feature_loss(judges.features, made, wanted, device)
    if session.step % config.identity_every == 0:
        term = identity_loss(
            judges.embedder, made, images, batch.landmarks, device, floor=config.identity_floor
        )
        loss = loss + config.identity_weight * term
    if is_judged:
        session.judge.requires_grad_(False)
        with device.autocast():
            verdict = session.judge(images, made, ages, own_ages)
        loss = loss - config.adversarial_weight * verdict.float().mean()
    loss.backward()
    nn.utils.clip_grad_norm_(session.network.parameters(), 1.0)
    session.optimiser.step()
    session.optimiser.zero_grad(set_to_none=True)
    session.average.update(session.network)
    if is_judged:
        _train_judge(session, (images, wanted, made.detach(), ages, own_ages), device)
    return shown


def _train_judge(
    session: Session, shown: tuple[Tensor, Tensor, Tensor, Tensor, Tensor], device: TrainingDevice
) -> None:
    session.judge.requires_grad_(True)
    with device.autocast():
        loss = judge_loss(session.judge, *shown)
    torch.autograd.backward(loss)
    session.critic.step()
    session.critic.zero_grad(set_to_none=True)


def feature_loss(features: FaceFeatures, made: Tensor, wanted: Tensor, device: TrainingDevice) -> Tensor:
    """Return the mean absolute difference between the feature maps of ``made`` and ``wanted``, summed over maps."""
    with device.autocast():
        with torch.no_grad():
            asked = features(wanted)
        drawn = features(made)
    terms = [(one.float() - other.float()).abs().mean() for one, other in zip(drawn, asked, strict=True)]
    return torch.stack(terms).sum()


def identity_loss(
    embedder: FaceEmbedder,
    made: Tensor,
    images: Tensor,
    landmarks: NDArray[np.float64],
    device: TrainingDevice,
    *,
    floor: float,
) -> Tensor:
    """Return the mean squared lack of the comparison score (one less the embeddings' distance) below ``floor``.

    A face that is still taken for the person costs nothing, so that its age may change freely.

    Args:
        embedder: The recognition network.
        made: Pictures ``(n, 3, s, s)``.
        images: Their photographs, same shape.
        landmarks: ``(n, 5, 2)``, in crop pixels.
        device: Precision.
        floor: Score from which nothing is lacking.
    """
    with device.autocast():
        with torch.no_grad():
            own = embedder(images, list(landmarks))
        difference = embedder(made, list(landmarks)).float() - own.float()
    distances = (difference.square().sum(1) + _SMALLEST).sqrt()
    return (distances - (1.0 - floor)).clamp(min=0.0).square().mean()


@torch.no_grad()
def _watched(
    session: Session,
    cache: FaceCache,
    config: AutoencoderTrainingConfig,
    work: Path,
    device: TrainingDevice,
    lessons: Lessons,
) -> dict[str, object]:
    """Return what the averaged weights are worth, and save what validation faces look like at other ages.

    ``taught_l1`` is the mean absolute difference of the faces kept from the student from the teacher's edits, and
    ``untaught_l1`` that of their photographs: what doing nothing would give.
    """
    values: dict[str, object] = {"stage": "autoencoder", "done": session.step * config.batch}
    faces = cache.validation_indices[:: max(len(cache.validation_indices) // SAMPLE_FACES, 1)][:SAMPLE_FACES]
    if not len(faces):
        return values
    images = values_of(cache.crops[faces]).to(device.device)
    ages = torch.from_numpy(cache.ages[faces]).to(device.device)
    with session.average.in_place_of(session.network):
        made = [session.network(images, torch.full_like(ages, age), ages) for age in SAMPLE_AGES]
        if len((kept := lessons.kept()).images):
            values |= _distances(session.network, kept, device)
    _save_samples([images, *made], work / "samples" / f"autoencoder_{values['done']:06d}.png")
    return values


def _distances(network: nn.Module, kept: Batch, device: TrainingDevice) -> dict[str, float]:
    """Return the mean absolute difference of pictures, and of photographs, from what is wanted."""
    drawn = [
        network(*(part[first : first + WATCHED_BATCH].to(device.device) for part in shown)).cpu()
        for shown in [(kept.images, kept.ages, kept.own_ages)]
        for first in range(0, len(kept.images), WATCHED_BATCH)
    ]
    return {
        "taught_l1": round(float((torch.cat(drawn) - kept.wanted).abs().mean()), 5),
        "untaught_l1": round(float((kept.images - kept.wanted).abs().mean()), 5),
    }


def _save_samples(columns: list[Tensor], path: Path) -> None:
    """Write a grid: one row for each face, the photograph first, then the sample ages."""
    grid = torch.cat([torch.cat(list(column), 1) for column in columns], 2)
    pixels = ((grid.float().cpu().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
