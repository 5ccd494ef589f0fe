"""The face cache of a base training, lent to an autoencoder's training.

Rules:
    * The lender's files are read, never written; faces of another size are scaled in memory.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from forensic_app.engines.training.face_cache import FaceCache, load_cache
from forensic_app.errors import InvalidInput


def borrowed_cache(work: Path, data: Path, *, resolution: int) -> FaceCache:
    """Return the cache in the base training's ``work`` folder, at ``resolution`` pixels a side.

    Args:
        work: Work folder of the base training.
        data: Folder or CSV of the same labelled faces.
        resolution: Side of the crops in pixels; larger ones are averaged down, smaller ones are refused.

    Raises:
        InvalidInput: There is no cache, an earlier version made it, it is not of that data, or its faces are smaller.
    """
    marker = work / "faces" / "cache.json"
    if not marker.is_file():
        raise InvalidInput(f"There is no face cache in {work}.", "Name the work folder of a base training.")
    cache = load_cache(work)
    source = json.loads(marker.read_text(encoding="utf-8"))["stamp"]["data"]
    if str(data.resolve()) not in source:
        raise InvalidInput(
            f"The face cache in {work} was made from {' and '.join(source)}.",
            "Name the same data, or leave the cache out.",
        )
    side_px = cache.crops.shape[1]
    if side_px == resolution:
        return cache
    if side_px < resolution:
        raise InvalidInput(
            f"The faces in {work} are {side_px} px wide, not {resolution} px.",
            "Lower the resolution, or leave the cache out.",
        )
    crops = np.stack([_scaled(crop, resolution) for crop in cache.crops])
    scale = resolution / side_px
    landmarks = ((cache.landmarks + 0.5) * scale - 0.5).astype(np.float32)
    return replace(cache, crops=crops, landmarks=landmarks)


def _scaled(
    crop: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], side_px: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.fromarray(crop).resize((side_px, side_px), Image.Resampling.LANCZOS))
