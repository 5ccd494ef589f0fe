"""Settings and helpers of the sketch engine's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from forensic_app.engines.sketch.config import SketchTrainingConfig
from forensic_app.messages import RunRequest

TINY = SketchTrainingConfig(
    resolution=64,
    width=4,
    levels=3,
    most_channels=8,
    deepest_channels=6,
    head_channels=6,
    discriminator_width=4,
    coarse_images=4,
    images=4,
    batch=2,
    validation_pairs=1,
    held_out_pairs=1,
)
STYLES = ("cuhk", "ar")

MakeSketchRequest = Callable[..., RunRequest]


def no_progress(_fraction: float, _stage: str) -> None:
    """Ignore progress."""


def read(path: Path) -> np.ndarray[Any, Any]:
    """Return the pixels of a file."""
    return np.asarray(Image.open(path))
