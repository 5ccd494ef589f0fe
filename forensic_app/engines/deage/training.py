"""Train the autoencoder: reconstruct un-warped faces from warped ones, at their own age.

Rules:
    * ``two-decoders``: each decoder sees the faces of its own side of the split alone; the encoder sees all.
    * ``film``: the decoder is told the age, the encoder is kept from telling it (an age reader on the latents
      is fooled), and a face decoded at another age keeps its identity (cosine of the frozen network's
      embeddings, never the age estimator that will measure the result).
    * A training goes on from its last checkpoint; every step's draws come from the seed and its number.
    * The exported weights are the moving average.

References:
    Lample et al. 2017, Fader Networks: manipulating images by sliding attributes (adversary on the latents).
    Martis et al. 2024, Frontiers in Signal Processing 4:1355573 (random warp, shared encoder).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.aging.ages import AGE_GROUPS
from forensic_app.engines.base_training.checkpoints import MovingAverage, load_checkpoint, save_checkpoint
from forensic_app.engines.base_training.conditions import sampling_weights
from forensic_app.engines.base_training.face_cache import FaceCache
from forensic_app.engines.base_training.hardware import TrainingDevice
from forensic_app.engines.base_training.schedule import Pace, ReportStage, warmup_stable_decay
from forensic_app.engines.deage.config import DeageTrainingConfig
from forensic_app.engines.deage.network import AgeReader, DeageAutoencoder
from forensic_app.engines.personalisation.face_embedding import FaceEmbedder

CHECKPOINT_NAME: Final = "autoencoder.ckpt"
CHECKPOINT_EVERY_IMAGES: Final = 4_000
WATCHED_FACES: Final = 64
WARP_CELLS: Final = 5
TARGET_AGES: Final = (4.0, 85.0)

LogMetrics = Callable[[dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Faces of one step.

    Attributes:
        images: ``(n, 3, s, s)`` float32 in ``[-1, 1]``, un-warped.
        warped: The same, warped at random.
        ages: ``(n,)`` float32, years.
        targets: ``(n,)`` float32, other ages, drawn evenly.
        landmarks: ``(n, 5, 2)`` float64, in crop pixels.
    """

    images: Tensor
    warped: Tensor
    ages: Tensor
    targets: Tensor
    landmarks: NDArray[np.float64]


@dataclass(slots=True)
class Session:
    """Everything that a step changes."""

    network: DeageAutoencoder
    reader: AgeReader
    average: MovingAverage
    optimiser: torch.optim.AdamW
    critic: torch.optim.AdamW
    step: int = 0

    def state(self) -> dict[str, Any]:
        """Return what :meth:`load` reads."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "reader": self.reader.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "critic": self.critic.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over a saved state."""
        self.step = int(state["step"])
        self.network.load_state_dict(state["network"])
        self.reader.load_state_dict(state["reader"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.critic.load_state_dict(state["critic"])


def new_session(config: DeageTrainingConfig, device: TrainingDevice) -> Session:
    """Return a session at step 0, with weights from the configuration's seed."""
    torch.manual_seed(config.seed)
    network = DeageAutoencoder(config.variant, config.widths, config.latent_channels, config.split_age)
    network.to(device.device)
    reader = AgeReader(config.latent_channels, len(AGE_GROUPS)).to(device.device)
    return Session(
        network,
        reader,
        MovingAverage(network, config.ema_decay),
        torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=0.0),
        torch.optim.AdamW(reader.parameters(), lr=config.learning_rate, weight_decay=0.0),
    )


def train_autoencoder(
    cache: FaceCache,
    config: DeageTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    log: LogMetrics,
) -> DeageAutoencoder:
    """Train to ``config.images``, going on from the checkpoint in ``work``.

    Args:
        cache: Faces at the configured resolution; validation faces are left out.
        config: Variant, sizes, weights and schedule.
        work: Folder of checkpoints.
        device: Where and in which precision.
        report: Receives progress.
        log: Receives a line of metrics at each checkpoint.

    Returns:
        The autoencoder with averaged weights, float32 on the CPU, in eval mode.
    """
    session = new_session(config, device)
    saved = load_checkpoint(work / CHECKPOINT_NAME)
    if saved is not None:
        session.load(saved)
    embedder = FaceEmbedder(device.device) if config.variant == "film" else None
    faces = cache.training_indices
    weights = torch.from_numpy(np.asarray(sampling_weights(cache.ages[faces], exponent=config.age_balance)))
    total = -(-config.images // config.batch)
    every = max(CHECKPOINT_EVERY_IMAGES // config.batch, 1)
    pace = Pace("autoencoder", done=session.step * config.batch, total=total * config.batch, report=report)
    while session.step < total:
        draws = torch.Generator().manual_seed(config.seed * 1_000_003 + session.step)
        picks = faces[torch.multinomial(weights, config.batch, replacement=True, generator=draws).numpy()]
        loss = take_step(session, draw_batch(cache, picks, config, draws), config, embedder, device)
        session.step += 1
        if session.step % every == 0 or session.step == total:
            save_checkpoint(work / CHECKPOINT_NAME, session.state())
            log(_watched(session, cache, config, device))
        pace.advance(session.step * config.batch, loss)
    session.average.copy_to(session.network)
    return session.network.float().cpu().eval()


def sizes_changed(before: DeageTrainingConfig, now: DeageTrainingConfig) -> list[str]:
    """Return the names of settings that may not change between stops and have."""
    names = (
        "variant",
        "resolution",
        "widths",
        "latent_channels",
        "split_age",
        "batch",
        "validation_faces",
        "seed",
    )
    return [name for name in names if getattr(before, name) != getattr(now, name)]


def draw_batch(
    cache: FaceCache, picks: NDArray[np.int64], config: DeageTrainingConfig, draws: torch.Generator
) -> Batch:
    """Return the faces at ``picks``, half of them mirrored, and their warped copies."""
    pixels = torch.from_numpy(np.stack([cache.crops[pick] for pick in picks]))
    images = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0
    landmarks = cache.landmarks[picks].astype(np.float64)
    mirrored = torch.rand(len(picks), generator=draws) < 0.5
    images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    for row in np.flatnonzero(mirrored.numpy()):
        landmarks[row] = mirrored_landmarks(landmarks[row], images.shape[-1])
    low, high = TARGET_AGES
    targets = low + (high - low) * torch.rand(len(picks), generator=draws)
    warped = random_warp(images, spread=config.warp_spread, draws=draws)
    return Batch(images, warped, torch.from_numpy(cache.ages[picks]), targets, landmarks)


def mirrored_landmarks(landmarks: NDArray[np.float64], side_px: int) -> NDArray[np.float64]:
    """Return ``dlib5`` landmarks, ``(5, 2)``, of the mirrored picture, in the scheme's own order."""
    flipped = landmarks[[3, 2, 1, 0, 4]].copy()
    flipped[:, 0] = side_px - 1 - flipped[:, 0]
    return flipped


def random_warp(images: Tensor, *, spread: float, draws: torch.Generator) -> Tensor:
    """Return ``images`` moved by a smooth random field: a 5 x 5 grid of normal shifts, bicubic between.

    Args:
        images: ``(n, 3, s, s)``.
        spread: Standard deviation of a shift, as a share of the side.
        draws: Source of the shifts.
    """
    count, _, height, width = images.shape
    shifts = torch.randn(count, 2, WARP_CELLS, WARP_CELLS, generator=draws) * spread * 2
    field = F.interpolate(shifts, size=(height, width), mode="bicubic", align_corners=True)
    identity = torch.eye(2, 3).expand(count, 2, 3)
    grid = F.affine_grid(identity, [count, 1, height, width], align_corners=False)
    places = grid + field.permute(0, 2, 3, 1)
    return F.grid_sample(images, places, padding_mode="reflection", align_corners=False)


def age_groups(ages: Tensor) -> Tensor:
    """Return the number of each age's group, shape ``(n,)`` int64."""
    starts = torch.tensor([float(group.first_age) for group in AGE_GROUPS[1:]])
    return torch.bucketize(ages, starts, right=True)


def take_step(
    session: Session,
    batch: Batch,
    config: DeageTrainingConfig,
    embedder: FaceEmbedder | None,
    device: TrainingDevice,
) -> float:
    """Change the weights once and return the reconstruction's mean absolute difference."""
    total = -(-config.images // config.batch)
    rate = warmup_stable_decay(
        session.step, total, warmup=config.warmup_steps, decay_fraction=config.decay_fraction
    )
    for optimiser in (session.optimiser, session.critic):
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * rate
    images, warped, ages, targets = (
        part.to(device.device) for part in (batch.images, batch.warped, batch.ages, batch.targets)
    )
    with device.autocast():
        latents = session.network.encode(warped)
        decoded = session.network.decode(latents, ages)
    difference = (decoded.float() - images).abs().mean()
    loss = difference
    if config.variant == "film":
        weight = config.adversary_weight * min(1.0, session.step / max(config.adversary_ramp * total, 1))
        loss = loss + weight * hidden_age_loss(session.reader, latents, device)
        if embedder is not None and session.step % config.identity_every == 0:
            with device.autocast():
                aged = session.network.decode(latents, targets).float()
            loss = loss + config.identity_weight * identity_loss(embedder, aged, images, batch.landmarks)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(session.network.parameters(), 1.0)
    session.optimiser.step()
    session.optimiser.zero_grad(set_to_none=True)
    session.average.update(session.network)
    if config.variant == "film":
        _teach_reader(session, latents.detach(), ages, device)
    return float(difference.detach())


def hidden_age_loss(reader: AgeReader, latents: Tensor, device: TrainingDevice) -> Tensor:
    """Return how far the age reader's answer is from knowing nothing: cross entropy against even shares."""
    reader.requires_grad_(False)
    with device.autocast():
        logits = reader(latents).float()
    loss = -F.log_softmax(logits, dim=1).mean()
    reader.requires_grad_(True)
    return loss


def identity_loss(
    embedder: FaceEmbedder, aged: Tensor, images: Tensor, landmarks: NDArray[np.float64]
) -> Tensor:
    """Return one minus the mean cosine of the embeddings of ``aged`` pictures and their photographs."""
    with torch.no_grad():
        own = embedder(images, list(landmarks))
    return 1 - F.cosine_similarity(embedder(aged, list(landmarks)), own).mean()


def _teach_reader(session: Session, latents: Tensor, ages: Tensor, device: TrainingDevice) -> None:
    with device.autocast():
        logits = session.reader(latents).float()
    loss = F.cross_entropy(logits, age_groups(ages.cpu()).to(logits.device))
    loss.backward()  # type: ignore[no-untyped-call]
    session.critic.step()
    session.critic.zero_grad(set_to_none=True)


@torch.no_grad()
def _watched(
    session: Session, cache: FaceCache, config: DeageTrainingConfig, device: TrainingDevice
) -> dict[str, object]:
    """Return reconstruction L1 of validation faces, and how often the reader still tells their age group."""
    done = session.step * config.batch
    faces = cache.validation_indices[:WATCHED_FACES]
    if not len(faces):
        return {"stage": "autoencoder", "done": done}
    pixels = torch.from_numpy(np.stack([cache.crops[face] for face in faces])).to(device.device)
    images = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0
    ages = torch.from_numpy(cache.ages[faces]).to(device.device)
    latents = session.network.encode(images)
    difference = float((session.network.decode(latents, ages) - images).abs().mean())
    told = session.reader(latents).argmax(1).cpu() == age_groups(ages.cpu())
    return {
        "stage": "autoencoder",
        "done": done,
        "validation_l1": round(difference, 5),
        "reader_accuracy": round(float(told.float().mean()), 4),
    }
