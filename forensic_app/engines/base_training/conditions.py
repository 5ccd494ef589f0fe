"""Draws of captions, identities, timesteps and faces for diffusion training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from forensic_app.engines.base_training.conditioning import (
    COLOUR_WORDS,
    MAX_TOKENS,
    SHARPNESS_WORDS,
    training_caption,
)
from forensic_app.engines.base_training.config import BaseTrainingConfig
from forensic_app.engines.base_training.crop_source import JITTER_DRAWS, CropSource
from forensic_app.engines.pictures.traits import GREY_SPREAD, sharpness_limits
from forensic_app.engines.training.face_cache import FaceCache

BIN_YEARS = 5
INFANT_WEIGHT = 0.3
YOUNGEST_SUPPORTED = 3
TIMESTEPS = 1000


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """One micro-batch, on the training device.

    Attributes:
        latents: Clean latents ``(n, c, s, s)`` float32.
        token_ids: Caption tokens ``(n, MAX_TOKENS)`` int64.
        embeddings: Face embeddings with noise ``(n, d)`` float32.
        embedding_dropped: Rows whose identity the model must not see ``(n,)`` bool.
        timesteps: ``(n,)`` int64.
    """

    latents: Tensor
    token_ids: Tensor
    embeddings: Tensor
    embedding_dropped: Tensor
    timesteps: Tensor


class ConditionSampler:
    """Draws training batches; every draw comes from one seeded CPU generator, so a resumed run goes on alike.

    Args:
        cache: The faces.
        source: Their latents.
        tokenizer: The word tokenizer.
        config: Shares and exponents of the draws.
    """

    def __init__(
        self,
        cache: FaceCache,
        source: CropSource,
        tokenizer: PreTrainedTokenizerFast,
        config: BaseTrainingConfig,
    ) -> None:
        self._source = source
        self._embeddings = torch.from_numpy(cache.embeddings)
        self._tokens = _caption_tokens(cache, tokenizer)
        self._config = config
        weights = sampling_weights(
            cache.ages, cache.groups, exponent=config.age_balance, group_exponent=config.group_balance
        )
        weights[~cache.may_train] = 0.0
        self._weights = torch.from_numpy(weights)
        self.generator = torch.Generator().manual_seed(config.seed)

    def draw(self, count: int, device: torch.device) -> TrainingBatch:
        """Return ``count`` training faces with their conditions."""
        config, generator = self._config, self.generator
        faces = torch.multinomial(self._weights, count, replacement=True, generator=generator)
        uniforms = torch.rand(6 + JITTER_DRAWS, count, generator=generator)
        caption = (uniforms[0] < config.caption_sex_drop).long()
        caption += 2 * (uniforms[1] < config.caption_ancestry_drop).long()
        caption += 4 * (uniforms[4] < config.caption_traits_drop).long()
        caption += 8 * (uniforms[5] < config.caption_traits_drop).long()
        noise = torch.randn(count, self._embeddings.shape[1], generator=generator)
        share = uniforms[3] ** config.timestep_power * config.timestep_limit
        return TrainingBatch(
            self._source.jittered(faces, uniforms[6:]),
            self._tokens[faces, caption].to(device),
            (self._embeddings[faces] + config.identity_noise * noise).to(device),
            (uniforms[2] < config.identity_drop).to(device),
            (share * TIMESTEPS).long().clamp(0, TIMESTEPS - 1).to(device),
        )

    def fixed_batch(self, faces: NDArray[np.int64], *, seed: int, device: torch.device) -> TrainingBatch:
        """Return the same batch of given faces at every call: full captions, as they are, spread timesteps."""
        generator = torch.Generator().manual_seed(seed)
        index = torch.from_numpy(faces)
        count = len(faces)
        shares = (torch.arange(count) + 0.5) / count * self._config.timestep_limit
        order = torch.randperm(count, generator=generator)
        return TrainingBatch(
            self._source.plain(index),
            self._tokens[index, 0].to(device),
            self._embeddings[index].to(device),
            torch.zeros(count, dtype=torch.bool, device=device),
            (shares[order] * TIMESTEPS).long().to(device),
        )


def group_words(cache: FaceCache) -> list[str]:
    """Return the ancestry words of the labels, sorted, without empty ones."""
    return sorted({group for group in cache.groups if group})


def sampling_weights(
    ages: NDArray[np.float32], groups: Sequence[str], *, exponent: float, group_exponent: float
) -> NDArray[np.float64]:
    """Return how often each face is drawn, summing to 1.

    A five-year bin is drawn in proportion to its size to the power of ``exponent``, and an ancestry label within it in
    proportion to its share to the power of ``group_exponent``; faces below three years, which the product does not work
    on, count for less.
    """
    bins = (ages // BIN_YEARS).astype(int)
    sizes = np.bincount(bins)
    labels = np.unique(np.array(groups), return_inverse=True)[1]
    shares = np.bincount(bins * (labels.max() + 1) + labels)[bins * (labels.max() + 1) + labels] / sizes[bins]
    by_group = shares ** (group_exponent - 1.0)
    within = by_group / np.bincount(bins, by_group)[bins]
    weights = sizes[bins].astype(np.float64) ** exponent * within
    weights[ages < YOUNGEST_SUPPORTED] *= INFANT_WEIGHT
    return np.asarray(weights / weights.sum())


def trait_words(cache: FaceCache) -> list[tuple[str, str]]:
    """Return for each face its word for sharpness, by thirds of the training faces, and its word for colour."""
    limits = sharpness_limits(cache.sharpness[cache.training_indices])
    classes = np.searchsorted(limits, cache.sharpness, side="right")
    is_coloured = cache.colour_spread >= GREY_SPREAD
    return [
        (SHARPNESS_WORDS[place], COLOUR_WORDS[coloured])
        for place, coloured in zip(classes, is_coloured.astype(int), strict=True)
    ]


def _caption_tokens(cache: FaceCache, tokenizer: PreTrainedTokenizerFast) -> Tensor:
    """Return token ids ``(n, 16, MAX_TOKENS)``; the bits of the second index drop sex, ancestry, sharpness, colour."""
    captions: list[str] = []
    for face, traits in enumerate(trait_words(cache)):
        group = cache.groups[face] if cache.groups[face] != "others" else ""
        for bits in range(16):
            sex = None if bits & 1 else cache.sexes[face]
            ancestry = None if bits & 2 else group or None
            words = [word for bit, word in zip((4, 8), traits, strict=True) if not bits & bit]
            captions.append(training_caption(float(cache.ages[face]), sex, ancestry, *words))
    encoded = tokenizer(captions, padding="max_length", max_length=MAX_TOKENS, truncation=True)
    return torch.tensor(encoded["input_ids"]).view(len(cache.ages), 16, MAX_TOKENS)
