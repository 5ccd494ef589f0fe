"""Settings and a face cache of the autoencoder's tests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage.data import astronaut

from forensic_app.engines.autoencoder.config import AutoencoderTrainingConfig
from forensic_app.engines.training.face_cache import FaceCache
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.faces.align import template

SIDE_PX = 64
CPU = TrainingDevice(torch.device("cpu"), uses_bfloat16=False)
TINY = AutoencoderTrainingConfig(
    resolution=SIDE_PX,
    widths=(8, 8, 16),
    images=8,
    batch=2,
    warmup_steps=1,
    identity_every=2,
    validation_faces=4,
)


class KilledError(Exception):
    pass


def ignore(_progress: object) -> None:
    pass


def small_cache(count: int = 12) -> FaceCache:
    """Return one face at several brightnesses, with pretended ages from 5 to 80 years."""
    face = Image.fromarray(astronaut()[0:210, 120:330]).resize((SIDE_PX, SIDE_PX))
    pixels = np.asarray(face, dtype=np.float32)
    levels = np.linspace(0.6, 1.1, count)
    crops = np.stack([np.clip(pixels * level, 0, 255).astype(np.uint8) for level in levels])
    ages = np.linspace(5, 80, count).astype(np.float32)
    return FaceCache(
        crops=crops,
        embeddings=np.random.default_rng(1).normal(0, 0.05, (count, 128)).astype(np.float32),
        landmarks=np.repeat(template("dlib5", SIDE_PX)[None], count, axis=0).astype(np.float32),
        ages=ages,
        sexes=("female",) * count,
        groups=("",) * count,
        raw_ages=ages,
        sharpness=ages,
        colour_spread=ages,
        is_validation=np.arange(count) >= count - 2,
        names=tuple(f"{place}.jpg" for place in range(count)),
    )


def save_base_cache(cache: FaceCache, work: Path, *, data: Path) -> Path:
    """Write ``cache`` as a base training of ``data`` would leave it in ``work``, and return its folder."""
    folder = work / "faces"
    folder.mkdir(parents=True)
    np.save(folder / "crops.npy", cache.crops)
    np.save(folder / "embeddings.npy", cache.embeddings)
    np.save(folder / "landmarks.npy", cache.landmarks)
    labels = {
        "stamp": {"data": [str(data.resolve())], "resolution": SIDE_PX},
        "ages": cache.ages.tolist(),
        "sexes": cache.sexes,
        "groups": cache.groups,
        "raw_ages": cache.raw_ages.tolist(),
        "sharpness": cache.sharpness.tolist(),
        "colour_spread": cache.colour_spread.tolist(),
        "is_validation": cache.is_validation.tolist(),
        "names": cache.names,
    }
    (folder / "cache.json").write_text(json.dumps(labels), encoding="utf-8")
    return folder
