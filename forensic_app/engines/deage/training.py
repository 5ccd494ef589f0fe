"""Train the autoencoder: reconstruct faces at their own age, and bring them to other ages.

Rules:
    * ``two-decoders``: un-warped faces are asked for from warped ones; each decoder sees the faces of its own
      side of the split alone, the encoder sees all.
    * ``film``: from a face, its age and a target age the network must tell what changes, as the face's
      companions in the training show it (:mod:`forensic_app.engines.deage.companions`), and the frozen
      recognition network's embedding must stay near the photograph's. No age estimator has a part in it.
    * ``prototypes``: fitted at once, no step is taken.
    * A training goes on from its last checkpoint; every step's draws come from the seed and its number.
    * The exported weights are the moving average.
    * Metrics go to ``metrics.jsonl``, sample grids (which hold pictures of the data) to ``samples/``.

References:
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
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.base_training.checkpoints import MovingAverage, load_checkpoint, save_checkpoint
from forensic_app.engines.base_training.conditions import sampling_weights
from forensic_app.engines.base_training.face_cache import FaceCache
from forensic_app.engines.base_training.hardware import TrainingDevice
from forensic_app.engines.base_training.schedule import Pace, ReportStage, warmup_stable_decay
from forensic_app.engines.deage.companions import Companions
from forensic_app.engines.deage.config import DeageTrainingConfig
from forensic_app.engines.deage.face_share import face_share
from forensic_app.engines.deage.network import DeageAutoencoder
from forensic_app.engines.deage.prototypes import AgeTable, fit_table
from forensic_app.engines.personalisation.face_embedding import FaceEmbedder

CHECKPOINT_NAME: Final = "autoencoder.ckpt"
CHECKPOINT_EVERY_IMAGES: Final = 1_000
WATCHED_FACES: Final = 64
SAMPLE_FACES: Final = 6
SAMPLE_AGES: Final = (8.0, 25.0, 45.0, 75.0)
WARP_CELLS: Final = 5
TARGET_AGES: Final = (4.0, 85.0)
_PICTURE_AXES: Final = 4

LogMetrics = Callable[[dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Faces of one step.

    Attributes:
        images: ``(n, 3, s, s)`` float32 in ``[-1, 1]``, what the network is shown.
        ages: ``(n,)`` float32, years, what it is asked for.
        own_ages: ``(n,)`` float32, years, what it is told of the images.
        wanted: ``(n, 3, s, s)`` float32, what it should draw.
        landmarks: ``(n, 5, 2)`` float64, in crop pixels.
    """

    images: Tensor
    ages: Tensor
    own_ages: Tensor
    wanted: Tensor
    landmarks: NDArray[np.float64]


@dataclass(slots=True)
class Session:
    """Everything that a step changes."""

    network: DeageAutoencoder
    average: MovingAverage
    optimiser: torch.optim.AdamW
    step: int = 0

    def state(self) -> dict[str, Any]:
        """Return what :meth:`load` reads."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over a saved state."""
        self.step = int(state["step"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])


def new_session(config: DeageTrainingConfig, device: TrainingDevice) -> Session:
    """Return a session at step 0, with weights from the configuration's seed."""
    torch.manual_seed(config.seed)
    network = DeageAutoencoder(
        config.variant,
        config.widths,
        config.latent_channels,
        config.split_age,
        config.patch_px,
        config.gain,
        config.resolution // 2,
    )
    network.to(device.device)
    for parameter in network.parameters():
        if parameter.ndim == _PICTURE_AXES:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=0.0
    )
    return Session(network, MovingAverage(network, config.ema_decay), optimiser)


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
        work: Folder of checkpoints and samples.
        device: Where and in which precision.
        report: Receives progress.
        log: Receives a line of metrics at each checkpoint.

    Returns:
        The autoencoder with averaged weights, float32 on the CPU, in eval mode.
    """
    session = new_session(config, device)
    if config.variant == "prototypes":
        return _fitted(session, cache, config, work, device, log)
    saved = load_checkpoint(work / CHECKPOINT_NAME)
    if saved is not None:
        session.load(saved)
    is_film = config.variant == "film"
    embedder = FaceEmbedder(device.device) if is_film else None
    faces = cache.training_indices
    weights = torch.from_numpy(np.asarray(sampling_weights(cache.ages[faces], exponent=config.age_balance)))
    total = -(-config.images // config.batch)
    companions = Companions(cache) if is_film and session.step < total else None
    every = max(CHECKPOINT_EVERY_IMAGES // config.batch, 1)
    pace = Pace("autoencoder", done=session.step * config.batch, total=total * config.batch, report=report)
    while session.step < total:
        draws = torch.Generator().manual_seed(config.seed * 1_000_003 + session.step)
        picks = faces[torch.multinomial(weights, config.batch, replacement=True, generator=draws).numpy()]
        batch = draw_batch(cache, picks, config, companions, draws)
        loss = take_step(session, batch, config, embedder, device)
        session.step += 1
        if session.step % every == 0 or session.step == total:
            save_checkpoint(work / CHECKPOINT_NAME, session.state())
            log(_watched(session, cache, config, work, device))
        pace.advance(session.step * config.batch, loss)
    session.average.copy_to(session.network)
    made = session.network.float().cpu().eval()
    for parameter in made.parameters():
        parameter.data = parameter.data.contiguous()
    return made


def _fitted(
    session: Session,
    cache: FaceCache,
    config: DeageTrainingConfig,
    work: Path,
    device: TrainingDevice,
    log: LogMetrics,
) -> DeageAutoencoder:
    """Return the network with its table fitted; nothing is kept on the way, it takes less than a minute."""
    body = session.network.body
    if not isinstance(body, AgeTable):
        raise TypeError(f"the variant prototypes has a table, not {type(body).__name__}")
    fit_table(body, cache, age_balance=config.age_balance)
    session.average = MovingAverage(session.network, config.ema_decay)
    log(_watched(session, cache, config, work, device))
    return session.network.float().cpu().eval()


def sizes_changed(before: DeageTrainingConfig, now: DeageTrainingConfig) -> list[str]:
    """Return the names of settings that may not change between stops and have."""
    names = ("variant", "resolution", "widths", "latent_channels", "patch_px", "split_age", "batch",
             "validation_faces", "seed")  # fmt: skip
    return [name for name in names if getattr(before, name) != getattr(now, name)]


def draw_batch(
    cache: FaceCache,
    picks: NDArray[np.int64],
    config: DeageTrainingConfig,
    companions: Companions | None,
    draws: torch.Generator,
) -> Batch:
    """Return the faces at ``picks``, half of them mirrored, and what is wanted of them.

    Without ``companions`` the faces are warped and wanted as they were, at their own age.
    """
    pixels = torch.from_numpy(np.stack([cache.crops[pick] for pick in picks]))
    images = wanted = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0
    ages = own_ages = torch.from_numpy(cache.ages[picks])
    landmarks = cache.landmarks[picks].astype(np.float64)
    mirrored = torch.rand(len(picks), generator=draws) < 0.5
    low, high = TARGET_AGES
    others = low + (high - low) * torch.rand(len(picks), generator=draws)
    if companions is not None:
        side_px = images.shape[-1]
        changes = [
            companions.change(cache.embeddings[pick], float(age), float(target), side_px=side_px)
            for pick, age, target in zip(picks, ages, others, strict=True)
        ]
        wanted, ages = images + config.gain * face_share(side_px) * torch.stack(changes), others
    images, wanted = (
        torch.where(mirrored[:, None, None, None], each.flip(3), each) for each in (images, wanted)
    )
    for row in np.flatnonzero(mirrored.numpy()):
        landmarks[row] = mirrored_landmarks(landmarks[row], images.shape[-1])
    if companions is None:
        images = random_warp(images, spread=config.warp_spread, draws=draws)
    return Batch(images, ages, own_ages, wanted, landmarks)


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


def take_step(
    session: Session,
    batch: Batch,
    config: DeageTrainingConfig,
    embedder: FaceEmbedder | None,
    device: TrainingDevice,
) -> float:
    """Change the weights once and return the mean absolute difference from what was wanted.

    ``two-decoders`` descends on that difference; ``film`` on the squared one, whose best answer is the mean of
    what companions show, and on the identity term.
    """
    total = -(-config.images // config.batch)
    rate = warmup_stable_decay(
        session.step, total, warmup=config.warmup_steps, decay_fraction=config.decay_fraction
    )
    for group in session.optimiser.param_groups:
        group["lr"] = config.learning_rate * rate
    images, wanted = (
        part.to(device.device, memory_format=torch.channels_last) for part in (batch.images, batch.wanted)
    )
    with device.autocast():
        made = session.network(images, batch.ages.to(device.device), batch.own_ages.to(device.device))
    difference = made.float() - wanted
    loss = difference.abs().mean()
    shown = float(loss.detach())
    if embedder is not None:
        loss = difference.square().mean() / config.gain**2
        if session.step % config.identity_every == 0:
            term = identity_loss(embedder, made.float(), images, batch.landmarks, device)
            loss = loss + config.identity_weight * term
    loss.backward()
    nn.utils.clip_grad_norm_(session.network.parameters(), 1.0)
    session.optimiser.step()
    session.optimiser.zero_grad(set_to_none=True)
    session.average.update(session.network)
    return shown


def identity_loss(
    embedder: FaceEmbedder,
    made: Tensor,
    images: Tensor,
    landmarks: NDArray[np.float64],
    device: TrainingDevice,
) -> Tensor:
    """Return the mean squared distance between the embeddings of ``made`` pictures and their photographs."""
    with device.autocast():
        with torch.no_grad():
            own = embedder(images, list(landmarks))
        difference = embedder(made, list(landmarks)).float() - own.float()
    return difference.square().sum(1).mean()


@torch.no_grad()
def _watched(
    session: Session, cache: FaceCache, config: DeageTrainingConfig, work: Path, device: TrainingDevice
) -> dict[str, object]:
    """Return ``validation_l1`` of the averaged weights, and save what validation faces look like at other ages.

    ``validation_l1`` is the mean absolute difference of a face drawn at its own age from the photograph.
    """
    values: dict[str, object] = {"stage": "autoencoder", "done": session.step * config.batch}
    faces = cache.validation_indices[:: max(len(cache.validation_indices) // WATCHED_FACES, 1)][
        :WATCHED_FACES
    ]
    if not len(faces):
        return values
    own = {name: value.detach().clone() for name, value in session.network.named_parameters()}
    session.average.copy_to(session.network)
    pixels = torch.from_numpy(np.stack([cache.crops[face] for face in faces])).to(device.device)
    images = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0
    ages = torch.from_numpy(cache.ages[faces]).to(device.device)
    values["validation_l1"] = round(float((session.network(images, ages, ages) - images).abs().mean()), 5)
    step = max(len(images) // SAMPLE_FACES, 1)
    shown, told = images[::step][:SAMPLE_FACES], ages[::step][:SAMPLE_FACES]
    made = [session.network(shown, torch.full_like(told, age), told) for age in SAMPLE_AGES]
    for name, parameter in session.network.named_parameters():
        parameter.copy_(own[name])
    _save_samples([shown, *made], work / "samples" / f"autoencoder_{values['done']:06d}.png")
    return values


def _save_samples(columns: list[Tensor], path: Path) -> None:
    """Write a grid: one row for each face, the photograph first, then the sample ages."""
    grid = torch.cat([torch.cat(list(column), 1) for column in columns], 2)
    pixels = ((grid.float().cpu().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
