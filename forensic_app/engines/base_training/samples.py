"""Sample grids: faces generated from noise, never pictures of the data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler
from PIL import Image
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from forensic_app.engines.aging.patch_autoencoder import PatchAutoencoder
from forensic_app.engines.base_training.conditioning import MAX_TOKENS, training_caption
from forensic_app.engines.base_training.conditions import TrainingBatch
from forensic_app.engines.base_training.diffusion_training import DiffusionModel, build_scheduler
from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES

PERSONS = (("female", "white"), ("male", "black"), ("female", "asian"), ("male", "indian"))
STEPS = 25
GUIDANCE = 2.0


@torch.no_grad()
def sample_grid(
    model: DiffusionModel,
    autoencoder: PatchAutoencoder,
    tokenizer: PreTrainedTokenizerFast,
    *,
    seed: int,
    device: torch.device,
) -> Image.Image:
    """Return a grid of faces from noise: one row for each of four kinds of caption, one column for each age group.

    Each row starts from one noise, so that it shows what the age word alone changes. Identity tokens are absent.
    """
    ages = list(DEFAULT_TARGET_AGES)
    captions = [
        training_caption(age, sex, group, "sharp", "colour") for sex, group in PERSONS for age in ages
    ]
    plain = ["photo of person"] * len(captions)
    ids = tokenizer(captions + plain, padding="max_length", max_length=MAX_TOKENS, return_tensors="pt")[
        "input_ids"
    ]
    generator = torch.Generator().manual_seed(seed)
    side, channels = model.unet.config.sample_size, model.unet.config.in_channels
    rows = torch.randn(len(PERSONS), channels, side, side, generator=generator)
    latents = rows.repeat_interleave(len(ages), dim=0).to(device)
    count = len(captions)
    batch = TrainingBatch(
        latents=latents,
        token_ids=ids.to(device),
        embeddings=torch.zeros(2 * count, model.identity.config.embedding_dimension, device=device),
        embedding_dropped=torch.ones(2 * count, dtype=torch.bool, device=device),
        timesteps=torch.zeros(2 * count, dtype=torch.long, device=device),
    )
    scheduler = DDIMScheduler.from_config(build_scheduler().config)
    scheduler.set_timesteps(STEPS)
    for step in scheduler.timesteps:
        velocity = model(torch.cat([latents, latents]), step.to(device), batch)
        wanted, free = velocity.chunk(2)
        latents = scheduler.step(free + GUIDANCE * (wanted - free), step, latents).prev_sample
    return tiled(autoencoder.decode(latents).sample, columns=len(ages))


def tiled(images: Tensor, *, columns: int) -> Image.Image:
    """Return images ``(n, 3, s, s)`` in ``[-1, 1]`` as one picture, row by row."""
    pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    rows = [
        np.concatenate(list(pixels[start : start + columns]), axis=1)
        for start in range(0, len(pixels), columns)
    ]
    return Image.fromarray(np.concatenate(rows, axis=0))


def save_grid(image: Image.Image, path: Path) -> None:
    """Write a grid as PNG, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
