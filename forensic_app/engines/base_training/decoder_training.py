"""Train the decoder's residual network: L1, features of a frozen face network, and at the end a discriminator.

References:
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (PatchGAN);
    Johnson et al. 2016, Perceptual Losses; Lim and Ye 2017, Geometric GAN (hinge loss).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the name that every torch programmer reads)

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.crop_source import Pictures
from forensic_app.engines.base_training.diffusion_training import checkpoint_interval, crossed
from forensic_app.engines.base_training.projection import fit_projection, load_projection
from forensic_app.engines.training.checkpoints import (
    MovingAverage,
    copy_averages,
    load_checkpoint,
    require_checkpoint,
    save_checkpoint,
)
from forensic_app.engines.training.face_cache import FaceCache
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import Due, Pace, ReportStage, TimeLeft, warmup_stable_decay
from forensic_app.faces.networks import RecognitionNetwork

PROJECTION_NAME = "projection.safetensors"
CHECKPOINT_NAME = "decoder.ckpt"
CHECKPOINT_EVERY_IMAGES = 8_000
FEATURE_BLOCKS = 4
LATENT_NOISE = 0.02
DISCRIMINATOR_RATE = 2e-4


class FaceFeatures(nn.Module):
    """Early feature maps of the frozen recognition network: edges and skin texture, not identity.

    Args:
        network: The recognition network; its weights stay as they are.
    """

    def __init__(self, network: RecognitionNetwork) -> None:
        super().__init__()
        self.network = network.requires_grad_(False)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return feature maps for images ``(n, 3, s, s)`` in ``[-1, 1]``, finest first."""
        hidden = F.relu(self.network.stem(((images + 1) * 127.5 - self.network.mean) / 256.0))
        maps = [hidden]
        hidden = F.max_pool2d(hidden, 3, stride=2)
        for block in list(self.network.blocks)[:FEATURE_BLOCKS]:
            hidden = block(hidden)
        return [*maps, hidden]


class PatchDiscriminator(nn.Module):
    """Judges overlapping patches of about 34 px; works on pixel-unshuffled images to stay off full resolution.

    Args:
        width: Channels of the first layer.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        norm = nn.utils.parametrizations.spectral_norm
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(2),
            norm(nn.Conv2d(12, width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            norm(nn.Conv2d(2 * width, 1, 3, padding=1)),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return scores ``(n, 1, s / 8, s / 8)``, higher = more real."""
        scores: Tensor = self.layers(images)
        return scores


@dataclass(slots=True)
class DecoderSession:
    """State of a decoder's training between two steps."""

    autoencoder: PatchAutoencoder
    discriminator: PatchDiscriminator
    average: MovingAverage
    optimiser: torch.optim.AdamW
    critic: torch.optim.AdamW
    generator: torch.Generator
    step: int = 0

    def state(self) -> dict[str, Any]:
        """Return what :meth:`load` reads: tensors, numbers and dictionaries of them."""
        return {
            "step": self.step,
            "autoencoder": self.autoencoder.state_dict(),
            "posterior_variance": self.autoencoder.config.posterior_variance,
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "critic": self.critic.state_dict(),
            "generator": self.generator.get_state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.step = int(state["step"])
        self.autoencoder.load_state_dict(state["autoencoder"])
        self.autoencoder.register_to_config(posterior_variance=state["posterior_variance"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.critic.load_state_dict(state["critic"])
        self.generator.set_state(state["generator"])


def build_autoencoder(config: BaseTrainingConfig) -> PatchAutoencoder:
    """Return an autoencoder of the configured size; its projection is not fitted yet."""
    autoencoder: PatchAutoencoder = PatchAutoencoder(
        sample_size=config.resolution,
        patch_size=config.patch_size,
        latent_channels=config.latent_channels,
        coarse_width=config.coarse_width,
        coarse_blocks=config.coarse_blocks,
        fine_width=config.fine_width,
        fine_blocks=config.fine_blocks,
    )
    return autoencoder


def fit_encoder(cache: FaceCache, config: BaseTrainingConfig) -> PatchAutoencoder:
    """Return an autoencoder whose projection is fitted to the training faces and whose residual is zero."""
    torch.manual_seed(config.seed)
    autoencoder = build_autoencoder(config)
    faces = cache.training_indices
    load_projection(
        autoencoder,
        fit_projection(cache.crops[faces], patch_size=config.patch_size, channels=config.latent_channels),
    )
    return autoencoder


def save_fitted(autoencoder: PatchAutoencoder, work: Path) -> None:
    """Write the result of the projection stage to ``work``, whole or not at all."""
    path = work / PROJECTION_NAME
    temporary = path.with_suffix(".part")
    metadata = {"posterior_variance": repr(autoencoder.config.posterior_variance)}
    save_file(autoencoder.state_dict(), temporary, metadata=metadata)
    os.replace(temporary, path)  # noqa: PTH105  (safetensors wrote it by name)


def load_fitted(config: BaseTrainingConfig, work: Path) -> PatchAutoencoder:
    """Return the autoencoder that :func:`save_fitted` wrote: its encoder fitted, and fixed from now on."""
    path = work / PROJECTION_NAME
    autoencoder = build_autoencoder(config)
    autoencoder.load_state_dict(load_file(path))
    with safe_open(path, framework="pt") as stream:
        autoencoder.register_to_config(posterior_variance=float(stream.metadata()["posterior_variance"]))
    autoencoder.analysis.requires_grad_(False)
    return autoencoder


def new_session(autoencoder: PatchAutoencoder, config: BaseTrainingConfig) -> DecoderSession:
    """Return the state of a decoder's training at its first step, on the device of ``autoencoder``."""
    torch.manual_seed(config.seed)
    discriminator = PatchDiscriminator().to(next(autoencoder.parameters()).device)
    trained = [value for value in autoencoder.parameters() if value.requires_grad]
    return DecoderSession(
        autoencoder,
        discriminator,
        MovingAverage(autoencoder, config.ema_decay),
        torch.optim.AdamW(trained, lr=config.decoder_learning_rate, weight_decay=0.0),
        torch.optim.AdamW(discriminator.parameters(), lr=DISCRIMINATOR_RATE, betas=(0.5, 0.9)),
        torch.Generator().manual_seed(config.seed),
    )


def train_decoder(
    cache: FaceCache,
    autoencoder: PatchAutoencoder,
    recognition: RecognitionNetwork,
    config: BaseTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    seconds: float | None = None,
) -> PatchAutoencoder:
    """Train the residual network to ``config.decoder_images``, going on from the checkpoint in ``work``.

    Args:
        cache: Faces; validation faces are left out.
        autoencoder: From :func:`fit_encoder`.
        recognition: Network whose early features the loss compares.
        config: Sizes, weights and schedule.
        work: Folder of checkpoints.
        device: Where and in which precision.
        report: Receives progress.
        seconds: Time from now after which it is to be done, with fewer images if need be.

    Returns:
        The autoencoder with averaged weights, in eval mode.
    """
    time_left = TimeLeft(seconds)
    autoencoder.to(device.device)
    session = new_session(autoencoder, config)
    path = work / CHECKPOINT_NAME
    saved = load_checkpoint(path)
    if saved is not None:
        session.load(saved)
    _train(
        session, FaceFeatures(recognition).to(device.device), cache, config, path, device, report, time_left
    )
    session.average.copy_to(autoencoder)
    return autoencoder.eval()  # type: ignore[no-any-return]


def load_decoder(autoencoder: PatchAutoencoder, work: Path) -> PatchAutoencoder:
    """Return ``autoencoder`` with the averaged weights that :func:`train_decoder` last left in ``work``, in eval mode.

    Raises:
        InvalidInput: Nothing has been trained there.
    """
    state = require_checkpoint(work / CHECKPOINT_NAME)
    autoencoder.load_state_dict(state["autoencoder"])
    copy_averages(state, autoencoder)
    return autoencoder.eval()  # type: ignore[no-any-return]


def _train(
    session: DecoderSession,
    features: FaceFeatures,
    cache: FaceCache,
    config: BaseTrainingConfig,
    path: Path,
    device: TrainingDevice,
    report: ReportStage,
    time_left: TimeLeft,
) -> None:
    total_steps = -(-config.decoder_images // config.decoder_batch)
    pace = Pace(
        "decoder",
        done=session.step * config.decoder_batch,
        total=total_steps * config.decoder_batch,
        report=report,
    )
    faces, pictures = torch.from_numpy(cache.training_indices), Pictures(cache.crops, device.device)
    every = checkpoint_interval(total_steps * config.decoder_batch, CHECKPOINT_EVERY_IMAGES)
    due = Due()
    while session.step < (last := time_left.last_step(session.step, total_steps)):
        rate = warmup_stable_decay(
            session.step, last, warmup=config.warmup_steps, decay_fraction=config.decay_fraction
        )
        for group in session.optimiser.param_groups:
            group["lr"] = config.decoder_learning_rate * rate
        images = _draw(pictures, faces, config.decoder_batch, session.generator)
        is_adversarial = session.step >= config.adversarial_from * last
        loss = _step(session, features, images, config, device, is_adversarial=is_adversarial)
        session.step += 1
        done = session.step * config.decoder_batch
        if due.at(is_due=crossed(done, config.decoder_batch, every)):
            save_checkpoint(path, session.state())
        pace.advance(done, loss)
    save_checkpoint(path, session.state())


def _draw(pictures: Pictures, faces: Tensor, count: int, generator: torch.Generator) -> Tensor:
    images = pictures.of(faces[torch.randint(len(faces), (count,), generator=generator)])
    mirrored = (torch.rand(count, generator=generator) < 0.5).to(images.device)
    return torch.where(mirrored[:, None, None, None], images.flip(3), images)


def _step(
    session: DecoderSession,
    features: FaceFeatures,
    images: Tensor,
    config: BaseTrainingConfig,
    device: TrainingDevice,
    *,
    is_adversarial: bool,
) -> float:
    session.autoencoder.train()
    latents = session.autoencoder.encode(images).latent_dist.mode()
    latents = latents + LATENT_NOISE * torch.randn(latents.shape, generator=session.generator).to(
        latents.device
    )
    with device.autocast():
        decoded = session.autoencoder.decode(latents).sample
    decoded = decoded.float()
    loss = (decoded - images).abs().mean()
    with device.autocast():
        pairs = zip(features(decoded), features(images), strict=True)
        loss = loss + config.feature_weight * torch.stack([(a - b).abs().mean() for a, b in pairs]).sum()
        if is_adversarial:
            session.discriminator.requires_grad_(False)
            loss = loss - config.adversarial_weight * session.discriminator(decoded).mean()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(session.autoencoder.parameters(), 1.0)
    session.optimiser.step()
    session.optimiser.zero_grad(set_to_none=True)
    session.average.update(session.autoencoder)
    if is_adversarial:
        _criticise(session, images, decoded.detach(), device)
    return float(loss.detach())


def _criticise(session: DecoderSession, images: Tensor, decoded: Tensor, device: TrainingDevice) -> None:
    session.discriminator.requires_grad_(True)
    with device.autocast():
        real, fake = session.discriminator(images), session.discriminator(decoded)
        loss = F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    torch.autograd.backward(loss)
    session.critic.step()
    session.critic.zero_grad(set_to_none=True)
