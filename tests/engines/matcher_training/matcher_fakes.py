"""Chips of people for a matcher's tests: noise around a person's own pattern."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.matcher_training.people import CHIP_PX, Chips, Row


def person_chips(*, people: int = 6, photos: int = 3, singles: int = 4, kept: int = 2) -> Chips:
    """Return chips of people with young and old photographs, the first of them kept, and of single faces."""
    generator = np.random.default_rng(0)
    rows: list[Row] = []
    pixels: list[NDArray[np.uint8]] = []
    for person in range(people):
        pattern = generator.integers(0, 256, (17, 17, 3)).repeat(10, axis=0).repeat(10, axis=1)
        for photo in range(photos):
            noise = generator.normal(0, 20, (CHIP_PX, CHIP_PX, 3))
            pixels.append(np.clip(pattern + noise, 0, 255).astype(np.uint8))
            part = "young_" if photo % 2 else "old_"
            rows.append(Row("lag", f"{person}", f"{part}{photo}", None, part, person < kept))
    for single in range(singles):
        pixels.append(generator.integers(0, 256, (CHIP_PX, CHIP_PX, 3)).astype(np.uint8))
        rows.append(Row("singles", "", f"{single}.jpg", 8.0 if single % 2 else 40.0, "", is_kept=False))
    return Chips(np.stack(pixels), tuple(rows))
