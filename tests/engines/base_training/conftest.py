"""A folder of labelled faces made from one public-domain photograph, and a configuration small enough for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image, ImageEnhance

from forensic_app.engines.base_training.config import BaseTrainingConfig

FACES = 110


@pytest.fixture(scope="session")
def face_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with UTKFace-style names: one face at many brightnesses, turns and pretended ages."""
    folder = tmp_path_factory.mktemp("faces")
    photo = Image.fromarray(skimage.data.astronaut()).crop((120, 0, 330, 210))
    generator = np.random.default_rng(5)
    for index in range(FACES):
        image = ImageEnhance.Brightness(photo).enhance(float(generator.uniform(0.7, 1.2)))
        image = image.rotate(float(generator.uniform(-8, 8)), Image.Resampling.BILINEAR)
        age, sex, race = 5 + index % 80, index % 2, index % 4
        image.save(folder / f"{age}_{sex}_{race}_2017{index:04d}.jpg.chip.jpg")
    return folder


@pytest.fixture(scope="session")
def tiny_config() -> BaseTrainingConfig:
    """Return a configuration that trains in a second."""
    return BaseTrainingConfig(
        resolution=48,
        patch_size=12,
        latent_channels=4,
        coarse_width=16,
        coarse_blocks=1,
        fine_width=8,
        fine_blocks=1,
        decoder_images=32,
        decoder_batch=4,
        unet_widths=(32, 32),
        unet_attention=(False, True),
        unet_heads=2,
        text_width=64,
        text_layers=1,
        diffusion_images=48,
        diffusion_batch=8,
        warmup_steps=2,
        validation_faces=12,
    )


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
