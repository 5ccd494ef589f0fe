"""What a generator in training draws of the pairs that are kept to watch it: a number for each style, and a grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from forensic_app.engines.sketch.augmentation import Views, halved, plain_views
from forensic_app.engines.sketch.generator import SketchGenerator
from forensic_app.engines.sketch.pairs import PairSet
from forensic_app.engines.sketch.styles import Split
from forensic_app.engines.training.hardware import TrainingDevice

COLUMNS_EACH = 2
"""Pairs of each style on the grid, where there are several styles."""


@torch.no_grad()
def watched(
    generator: SketchGenerator,
    pairs: PairSet,
    split: Split,
    *,
    side_px: int,
    is_halved: bool,
    device: TrainingDevice,
    grid: Path,
) -> dict[str, object]:
    """Return the mean absolute difference on the watched pairs, and save what is drawn of some of them.

    Args:
        generator: Holds the weights to look at.
        pairs: Every pair.
        split: Which of them are watched.
        side_px: Side of the frame.
        is_halved: Whether pairs are drawn at half the size.
        device: Where to compute.
        grid: File of the grid: photographs, the artist's sketches, the drawn ones.

    Returns:
        ``validation_l1`` over all of them, and ``validation_l1_STYLE`` of each style; nothing where none is watched.
    """
    places = np.flatnonzero(split.watched)
    if not len(places):
        return {}
    rows: list[Tensor] = []
    differences: dict[int, list[float]] = {}
    for place in places:
        views = plain_views(pairs, torch.tensor([place]), side_px=side_px)
        views = halved(views) if is_halved else views
        with device.autocast():
            drawn = generator(views.photos.to(device.device), views.styles.to(device.device)).float().cpu()
        difference = float(((drawn - views.sketches).abs() * views.known).sum() / views.known.sum())
        own = differences.setdefault(int(views.styles), [])
        own.append(difference)
        if len(own) <= COLUMNS_EACH or len(pairs.style_names) < 2:
            rows.append(_column(views, drawn))
    pixels = ((torch.cat(rows, 2).clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    grid.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(grid)
    every = [value for own in differences.values() for value in own]
    result: dict[str, object] = {"validation_l1": round(float(np.mean(every)), 5)}
    for style, name in enumerate(pairs.style_names):
        if style in differences:
            result[f"validation_l1_{name}"] = round(float(np.mean(differences[style])), 5)
    return result


def _column(views: Views, drawn: Tensor) -> Tensor:
    parts = [views.photos, views.sketches.expand(-1, 3, -1, -1), drawn.expand(-1, 3, -1, -1)]
    return torch.cat([part[0] for part in parts], 1)
