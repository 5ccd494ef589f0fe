"""The image-to-image loop that a script with diffusers would be, on the networks of a pack.

Encode, add noise, denoise with classifier-free guidance and deterministic DDIM, decode. No inversion, no identity
tokens, no mask. It is what the ageing engine is compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.evaluation.series.protocols import RawAge


@dataclass(frozen=True)
class LoopSettings:
    """What a user of the loop can turn.

    Attributes:
        strength: Share of the steps that is run, from noise of that level.
        guidance: Scale of classifier-free guidance; 1 leaves the run without caption out.
        steps: DDIM steps of the whole schedule.
        is_batched: Whether all ages go through the network together. The pictures are the same but for rounding.
    """

    strength: float = 0.8
    guidance: float = 7.5
    steps: int = 50
    is_batched: bool = False


class PlainLoop:
    """Makes series as the evaluation wants them."""

    def __init__(
        self,
        pack_path: Path,
        *,
        seed: int,
        threads: int,
        settings: LoopSettings | None = None,
        device: str = "auto",
    ) -> None:
        """Load the pack."""
        from diffusers import DDIMScheduler

        from forensic_app.engines.aging.components import load_components
        from forensic_app.engines.device import choose_device
        from forensic_app.engines.packs.pack import read_pack

        self._components = load_components(read_pack(pack_path), choose_device(device, threads=threads))
        self._scheduler = DDIMScheduler.from_config(self._components.scheduler.config)
        self._seed = seed
        self.settings = settings or LoopSettings()
        self.crop_size_px = self._components.pack.resolution
        self.description: dict[str, Any] = {"engine": "plain image-to-image loop"}

    def make_series(
        self,
        crop: NDArray[np.uint8],
        *,
        source_age: float,
        sex: str,
        embedding: NDArray[np.float32],
        target_ages: Sequence[float],
        raw_age: RawAge | None = None,
    ) -> NDArray[np.uint8]:
        """Return one picture for each age, ``(n, side, side, 3)`` uint8."""
        if self.settings.is_batched:
            return self._pictures(crop, target_ages, sex)
        return np.concatenate([self._pictures(crop, [age], sex) for age in target_ages])

    def reconstruct(self, crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``crops`` after the autoencoder."""
        return np.concatenate([self._components.decode(self._components.encode(crop)) for crop in crops])

    def _pictures(self, crop: NDArray[np.uint8], ages: Sequence[float], sex: str) -> NDArray[np.uint8]:
        import torch

        from forensic_app.engines.aging.prompts import caption
        from forensic_app.engines.device import seeded_noise

        parts, scheduler, settings = self._components, self._scheduler, self.settings
        captions = [caption(age, sex=sex, template=parts.template) for age in ages]
        conditions = parts.encode_conditions(["", *captions])
        conditions = torch.cat([conditions[:1].expand(len(ages), -1, -1), conditions[1:]])
        scheduler.set_timesteps(settings.steps)
        timesteps = scheduler.timesteps[settings.steps - round(settings.steps * settings.strength) :]
        clean = parts.encode(crop)
        noise = seeded_noise(tuple(clean.shape), seed=self._seed).to(clean.device)
        latents = scheduler.add_noise(clean, noise, timesteps[:1]).repeat(len(ages), 1, 1, 1)
        for timestep in timesteps:
            latents = scheduler.step(
                self._guided(latents, timestep, conditions), timestep, latents
            ).prev_sample
        return parts.decode(latents)

    def _guided(self, latents: Any, timestep: Any, conditions: Any) -> Any:
        import torch

        guidance, half = self.settings.guidance, len(latents)
        if guidance == 1.0:
            return self._components.predict(latents, int(timestep), conditions[half:])
        both = self._components.predict(torch.cat([latents, latents]), int(timestep), conditions)
        return both[:half] + guidance * (both[half:] - both[:half])
