"""A pack's network with a subject's adapter on it, as the editing loop calls it.

Rules:
    * Conditions hold the caption of anybody, the caption of the subject and the strength at that age side by
      side; :meth:`PersonalisedNetwork.predict` mixes them by the strength at the noise level of the call.
    * Rows of one call may have different strengths.
    * At strength 0 a row is predicted as without an adapter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.edit_network import PackNetwork
from forensic_app.engines.aging.noise_schedule import TIMESTEPS
from forensic_app.engines.aging.prompts import PERSONAL_TEMPLATE, caption
from forensic_app.engines.personalisation.adapters import Adapter, AttachedAdapter, attached, read_adapter
from forensic_app.engines.personalisation.conditions import ConditionEncoder, worded_personal_caption
from forensic_app.engines.personalisation.gating import Gating


class PersonalisedNetwork:
    """Conditions and predictions with an adapter; made by :func:`personalised`.

    Args:
        components: The pack's networks with ``adapter`` attached.
        placed: The adapter on them.
        adapter: The same as it was read: the ages of the training's photographs, and their embeddings where it has
            them.
        gating: Its strength by age and noise.
    """

    def __init__(
        self, components: Components, placed: AttachedAdapter, adapter: Adapter, gating: Gating
    ) -> None:
        self.components = components
        self.gating = gating
        self.photographs = adapter.photographs
        self._placed = placed
        self._sha256 = adapter.sha256
        self._ages = tuple(adapter.record["photographed_ages"])
        self._encoder = ConditionEncoder(components, placed)

    def captions(self, ages: Sequence[float], *, sex: str = "", is_grey: bool = False) -> list[str]:
        """Return the subject's captions at ``ages``; they name neither sex nor colour."""
        del sex, is_grey
        return [caption(age, template=PERSONAL_TEMPLATE) for age in ages]

    def strengths(self, ages: Sequence[float]) -> list[float]:
        """Return the adapter's strength at ``ages``, before the noise level."""
        return [self.gating.at_age(age, self._ages) for age in ages]

    @torch.inference_mode()
    def encode_conditions(
        self,
        ages: Sequence[float],
        *,
        sex: str = "",
        is_grey: bool = False,
        embedding: NDArray[np.float32] | None = None,
        identity_weight: float = 1.0,
    ) -> Tensor:
        """Return conditions for pictures of the subject at ``ages``, ``(n, tokens, d)`` float32.

        Args:
            ages: Years, at least one.
            sex: The subject's, for the caption of anybody.
            is_grey: Whether the photograph is black and white, for the same.
            embedding: The face's embedding, for packs with identity tokens.
            identity_weight: Where between no embedding (0) and the embedding's tokens (1) these lie, as without
                an adapter.
        """
        anybody = PackNetwork(self.components).captions(ages, sex=sex, is_grey=is_grey)
        return self.packed(
            anybody, self.captions(ages), self.strengths(ages), embedding, identity_weight=identity_weight
        )

    @torch.inference_mode()
    def packed(
        self,
        anybody: Sequence[str],
        subject: Sequence[str],
        strengths: Sequence[float],
        embedding: NDArray[np.float32] | None = None,
        *,
        identity_weight: float = 1.0,
    ) -> Tensor:
        """Return conditions of captions of anybody and of the subject with a strength for each row."""
        dropped = torch.full((len(subject),), embedding is None)
        rows = None if embedding is None else np.repeat(embedding[None], len(subject), axis=0)
        general = self._encoder.conditions(anybody, rows, dropped, identity_weight=identity_weight)
        personal = self._encoder.conditions(subject, rows, dropped, identity_weight=identity_weight)
        strength = torch.zeros_like(general[:, :1])
        strength[:, 0, 0] = torch.tensor(strengths)
        return torch.cat([general, personal, strength], dim=1)

    @torch.inference_mode()
    def plain_conditions(self, captions: Sequence[str]) -> Tensor:
        """Return conditions of the subject's captions alone and put the adapter at full strength."""
        self._placed.set_strength(1.0)
        return self._encoder.conditions(captions, None, torch.ones(len(captions), dtype=torch.bool))

    @torch.inference_mode()
    def predict(self, latents: Tensor, timestep: int, conditions: Tensor) -> Tensor:
        """Return the prediction, float32, for ``latents`` at one ``timestep``, gated for each row."""
        tokens = (conditions.shape[1] - 1) // 2
        general, personal = conditions[:, :tokens], conditions[:, tokens:-1]
        strength = conditions[:, -1, 0] * self.gating.at_noise(timestep / TIMESTEPS)
        share = strength.clamp(0.0, 1.0)[:, None, None]
        mixed = general + share * (personal - general)
        self._placed.set_strength(strength.to(self.components.device.dtype))
        return self.components.predict(latents, timestep, mixed)

    def adapter_record(self, caption_ages: Mapping[float, float]) -> dict[str, Any]:
        """Return the adapter's digest, its gating and its strength at each target age, JSON types only."""
        strengths = zip(caption_ages, self.strengths(list(caption_ages.values())), strict=True)
        return {
            "sha256": self._sha256,
            "gating": self.gating.as_record(),
            "strength_by_age": {f"{age:g}": round(strength, 4) for age, strength in strengths},
        }


class WordedNetwork(PersonalisedNetwork):
    """The same with the published recipe's captions: a word for the age group."""

    def captions(self, ages: Sequence[float], *, sex: str = "", is_grey: bool = False) -> list[str]:
        """Return the published recipe's captions of the subject at ``ages``; they name neither sex nor colour."""
        del sex, is_grey
        return [worded_personal_caption(age, self.components.tokenizer) for age in ages]


@contextmanager
def personalised(
    components: Components,
    adapter: Adapter,
    gating: Gating | None = None,
    *,
    kind: type[PersonalisedNetwork] = PersonalisedNetwork,
) -> Iterator[PersonalisedNetwork]:
    """Put ``adapter`` on a pack's networks for a while.

    Args:
        components: The pack's networks; used by nobody else meanwhile.
        adapter: Of the same pack.
        gating: In place of the one that the adapter's record holds.
        kind: Class of the network, for other captions.
    """
    record = adapter.record
    chosen = gating if gating is not None else Gating(**record["gating"])
    with attached(components, rank=int(record["rank"]), alpha=float(record["rank"])) as placed:
        placed.load(adapter.trained)
        placed.token.requires_grad_(False)
        components.unet.requires_grad_(False)
        yield kind(components, placed, adapter, chosen)


@contextmanager
def opened(components: Components, path: Path, sha256: str) -> Iterator[PersonalisedNetwork]:
    """Put the adapter in a file on a pack's networks for a while.

    Args:
        components: The pack's networks; used by nobody else meanwhile.
        path: The file.
        sha256: Its recorded digest.

    Raises:
        AdapterRefused: It is no adapter, or belongs to another base pack.
        EvidenceAltered: The file is missing or does not have its digest.
    """
    adapter = read_adapter(path, expected_sha256=sha256, pack_sha256=components.pack.sha256)
    with personalised(components, adapter) as network:
        yield network
