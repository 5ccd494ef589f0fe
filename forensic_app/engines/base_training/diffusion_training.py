"""Train the U-Net, the text encoder and the identity projection together on cached latents.

References:
    Salimans and Ho 2022 (v-prediction); Nichol and Dhariwal 2021 (squared cosine schedule);
    Hang et al. 2023 (min-SNR weighting).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from forensic_app.engines.aging.identity import IdentityProjection
from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.base_training.conditioning import (
    AgeAwareTextEncoder,
    build_text_encoder,
    build_tokenizer,
)
from forensic_app.engines.base_training.conditions import (
    TIMESTEPS,
    ConditionSampler,
    TrainingBatch,
    group_words,
)
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.crop_source import CropSource, Pictures
from forensic_app.engines.light_diffusers import whole_diffusers
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

CHECKPOINT_NAME = "diffusion.ckpt"
CHECKPOINT_EVERY_IMAGES = 6_000
VALIDATION_BATCH = 96
GRADIENT_NORM = 1.0
NOISE_SEED_STEP = 1
Watch = Callable[["DiffusionModel", int, float], None]


class DiffusionModel(nn.Module):
    """The three trained parts with one forward: latents, timesteps and conditions in, velocity out.

    Args:
        config: Sizes.
        tokenizer: The word tokenizer, for the ages' token ids.
        embedding_dimension: Length of the analyser's embedding.
    """

    def __init__(
        self, config: BaseTrainingConfig, tokenizer: PreTrainedTokenizerFast, embedding_dimension: int
    ) -> None:
        super().__init__()
        self.text = AgeAwareTextEncoder(build_text_encoder(config, len(tokenizer)), tokenizer)
        self.identity = IdentityProjection(
            embedding_dimension=embedding_dimension,
            cross_attention_dim=config.text_width,
            tokens=config.identity_tokens,
        )
        self.unet = build_unet(config)

    def forward(self, noisy: Tensor, timesteps: Tensor, batch: TrainingBatch) -> Tensor:
        """Return the predicted velocity, same shape as ``noisy``."""
        states = torch.cat(
            [self.text(batch.token_ids), self.identity(batch.embeddings, batch.embedding_dropped)], dim=1
        )
        velocity: Tensor = self.unet(noisy, timesteps, encoder_hidden_states=states).sample
        return velocity


def build_unet(config: BaseTrainingConfig) -> UNet2DConditionModel:
    """Return the U-Net; the pooled conditions also reach every residual block through the time embedding."""
    attention = config.unet_attention
    return UNet2DConditionModel(
        sample_size=config.latent_side,
        in_channels=config.latent_channels,
        out_channels=config.latent_channels,
        block_out_channels=config.unet_widths,
        layers_per_block=config.unet_layers,
        down_block_types=tuple("CrossAttnDownBlock2D" if used else "DownBlock2D" for used in attention),
        up_block_types=tuple("CrossAttnUpBlock2D" if used else "UpBlock2D" for used in reversed(attention)),
        mid_block_type="UNetMidBlock2DCrossAttn",
        cross_attention_dim=config.text_width,
        attention_head_dim=config.unet_heads,
        resnet_time_scale_shift="scale_shift",
        addition_embed_type="text",
        addition_embed_type_num_heads=config.unet_heads,
        dropout=config.unet_dropout,
    )


def build_scheduler() -> DDPMScheduler:
    """Return the noise schedule of the bundled packs."""
    return DDPMScheduler(
        num_train_timesteps=TIMESTEPS,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction",
        clip_sample=False,
    )


def velocity_loss(
    model: DiffusionModel, scheduler: DDPMScheduler, batch: TrainingBatch, noise: Tensor, gamma: float
) -> Tensor:
    """Return the weighted mean squared error of the velocity, a scalar.

    The weight is ``min(snr + 1, gamma) / (snr + 1)``: little noise counts for less, as in min-SNR, but much noise,
    where the age is decided, keeps its full weight.
    """
    noisy = scheduler.add_noise(batch.latents, noise, batch.timesteps)
    target = scheduler.get_velocity(batch.latents, noise, batch.timesteps)
    errors: Tensor = (model(noisy, batch.timesteps, batch).float() - target).square().mean(dim=(1, 2, 3))
    alpha: Tensor = scheduler.alphas_cumprod.to(errors.device)[batch.timesteps]
    ratio = alpha / (1 - alpha)
    return (errors * (ratio + 1).clamp(max=gamma) / (ratio + 1)).mean()


@dataclass(slots=True)
class _Session:
    model: DiffusionModel
    average: MovingAverage
    optimiser: torch.optim.AdamW
    sampler: ConditionSampler
    noise: torch.Generator
    step: int = 0

    def state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "draws": self.sampler.generator.get_state(),
            "noise": self.noise.get_state(),
            "noise_on": self.noise.device.type,
        }

    def load(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.sampler.generator.set_state(state["draws"])
        if state.get("noise_on", "cpu") == self.noise.device.type:
            self.noise.set_state(state["noise"])
        else:
            self.noise.manual_seed(int(self.noise.initial_seed()) + self.step)


def first_state(model: DiffusionModel, average: MovingAverage, config: BaseTrainingConfig) -> dict[str, Any]:
    """Return the checkpoint of a training that has shown nothing yet and begins with ``model`` and ``average``."""
    return {
        "step": 0,
        "model": model.state_dict(),
        "average": average.state_dict(),
        "optimiser": _optimiser(model, config).state_dict(),
        "draws": torch.Generator().manual_seed(config.seed).get_state(),
        "noise": torch.Generator().manual_seed(config.seed + NOISE_SEED_STEP).get_state(),
    }


def _optimiser(model: DiffusionModel, config: BaseTrainingConfig) -> torch.optim.AdamW:
    parameters = list(model.parameters())
    return torch.optim.AdamW(
        parameters,
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        betas=(0.9, 0.99),
        fused=parameters[0].is_cuda,
    )


def train_diffusion(
    cache: FaceCache,
    autoencoder: PatchAutoencoder,
    config: BaseTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    report: ReportStage,
    watch: Watch | None = None,
    watch_every_images: int = 20_000,
    seconds: float | None = None,
) -> tuple[DiffusionModel, PreTrainedTokenizerFast]:
    """Train to ``config.diffusion_images``, going on from the checkpoint in ``work`` if there is one.

    On a CUDA card the crops lie in its memory and the U-Net is compiled.

    Args:
        cache: Faces and labels.
        autoencoder: With its encoder fitted.
        config: Sizes and schedule.
        work: Folder of checkpoints.
        device: Where and in which precision.
        report: Receives progress.
        watch: Called with the averaged model, the images shown and the validation loss, at intervals.
        watch_every_images: That interval.
        seconds: Time from now after which it is to be done, with fewer images if need be.

    Returns:
        The averaged model in eval mode, and its tokenizer.
    """
    time_left = TimeLeft(seconds)
    model, tokenizer = _new_model(cache, config)
    model.to(device.device)
    if device.device.type == "cuda":
        torch.backends.cudnn.benchmark = True
        model.unet.to(memory_format=torch.channels_last)
        whole_diffusers()
        model.unet.compile(dynamic=False)
    source = CropSource(Pictures(cache.crops, device.device), autoencoder.to(device.device), config)
    session = _Session(
        model=model,
        average=MovingAverage(model, config.ema_decay),
        optimiser=_optimiser(model, config),
        sampler=ConditionSampler(cache, source, tokenizer, config),
        noise=torch.Generator(device.device).manual_seed(config.seed + NOISE_SEED_STEP),
    )
    path = work / CHECKPOINT_NAME
    saved = load_checkpoint(path)
    if saved is not None:
        session.load(saved)
    _train(session, cache, config, path, device, report, watch, watch_every_images, time_left)
    session.average.copy_to(model)
    return model.eval(), tokenizer


def load_diffusion(
    cache: FaceCache, config: BaseTrainingConfig, work: Path
) -> tuple[DiffusionModel, PreTrainedTokenizerFast]:
    """Return what :func:`train_diffusion` last left in ``work``: the averaged model in eval mode, and its tokenizer.

    Raises:
        InvalidInput: Nothing has been trained there.
    """
    model, tokenizer = _new_model(cache, config)
    copy_averages(require_checkpoint(work / CHECKPOINT_NAME), model)
    return model.eval(), tokenizer


def _new_model(
    cache: FaceCache, config: BaseTrainingConfig
) -> tuple[DiffusionModel, PreTrainedTokenizerFast]:
    torch.manual_seed(config.seed)
    tokenizer = build_tokenizer(group_words(cache))
    return DiffusionModel(config, tokenizer, cache.embeddings.shape[1]), tokenizer


def _train(
    session: _Session,
    cache: FaceCache,
    config: BaseTrainingConfig,
    path: Path,
    device: TrainingDevice,
    report: ReportStage,
    watch: Watch | None,
    watch_every_images: int,
    time_left: TimeLeft,
) -> None:
    per_step = config.diffusion_batch * config.gradient_accumulation
    total_steps = -(-config.diffusion_images // per_step)
    scheduler = build_scheduler()
    pace = Pace("diffusion", done=session.step * per_step, total=total_steps * per_step, report=report)
    faces = cache.validation_indices[:VALIDATION_BATCH]
    every = checkpoint_interval(total_steps * per_step, CHECKPOINT_EVERY_IMAGES)
    due = Due()
    shown: Tensor | None = None
    if watch is not None and session.step == 0:
        _watch(session, scheduler, config, faces, device, watch, 0)
    while session.step < (last := time_left.last_step(session.step, total_steps)):
        rate = warmup_stable_decay(
            session.step, last, warmup=config.warmup_steps, decay_fraction=config.decay_fraction
        )
        for group in session.optimiser.param_groups:
            group["lr"] = config.learning_rate * rate
        loss = _step(session, scheduler, config, device)
        session.step += 1
        done = session.step * per_step
        if due.at(is_due=crossed(done, per_step, every)):
            save_checkpoint(path, session.state())
        if watch is not None and crossed(done, per_step, watch_every_images):
            _watch(session, scheduler, config, faces, device, watch, done)
        # reading the step's own loss would have a card wait for the next step
        pace.advance(done, float(loss if shown is None else shown))
        shown = loss
    save_checkpoint(path, session.state())


def checkpoint_interval(total_images: int, largest: int) -> int:
    """Return the images between two checkpoints: ``largest``, or an eighth of a short stage."""
    return max(1, min(largest, total_images // 8))


def crossed(done: int, step: int, interval: int) -> bool:
    """Return whether the last step passed a multiple of ``interval``."""
    return done // interval != (done - step) // interval


def _step(
    session: _Session, scheduler: DDPMScheduler, config: BaseTrainingConfig, device: TrainingDevice
) -> Tensor:
    session.model.train()
    torch.manual_seed(config.seed + session.step)  # dropout draws from the global generator
    total = torch.zeros((), device=device.device)
    for _ in range(config.gradient_accumulation):
        batch = session.sampler.draw(config.diffusion_batch, device.device)
        noise = torch.randn(batch.latents.shape, generator=session.noise, device=device.device)
        with device.autocast():
            loss = velocity_loss(session.model, scheduler, batch, noise, config.min_snr_gamma)
        (loss / config.gradient_accumulation).backward()  # type: ignore[no-untyped-call]
        total += loss.detach() / config.gradient_accumulation
    nn.utils.clip_grad_norm_(session.model.parameters(), GRADIENT_NORM)
    session.optimiser.step()
    session.optimiser.zero_grad(set_to_none=True)
    session.average.update(session.model)
    return total


@torch.no_grad()
def _watch(
    session: _Session,
    scheduler: DDPMScheduler,
    config: BaseTrainingConfig,
    faces: Any,
    device: TrainingDevice,
    watch: Watch,
    done: int,
) -> None:
    """Measure the averaged weights on validation faces and hand them to ``watch``; training weights stay."""
    session.model.eval()
    batch = session.sampler.fixed_batch(faces, seed=config.seed, device=device.device)
    generator = torch.Generator().manual_seed(config.seed)
    noise = torch.randn(batch.latents.shape, generator=generator).to(device.device)
    with session.average.in_place_of(session.model), torch.compiler.set_stance("force_eager"):
        with device.autocast():
            loss = float(velocity_loss(session.model, scheduler, batch, noise, config.min_snr_gamma))
        watch(session.model, done, loss)
