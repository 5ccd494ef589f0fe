"""What a training step is made of: rows, captions, noise levels; every draw from one seeded generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forensic_app.engines.aging.noise_schedule import TIMESTEPS
from forensic_app.engines.aging.prompts import DEFAULT_TEMPLATE, PERSONAL_TEMPLATE, caption
from forensic_app.engines.personalisation.conditions import general_caption, personal_caption
from forensic_app.engines.personalisation.regularization import RegularizationSet
from forensic_app.engines.personalisation.schema import TrainingSettings
from forensic_app.faces.analyser import Embedding, FloatArray, RgbImage

IDENTITY_ROWS: Final = 2
LEAST_IDENTITY_NOISE: Final = 0.05
EXTRAPOLATED_AGES: Final = (3, 85)
EXTRAPOLATION_DISTANCE_YEARS: Final = 5.0


@dataclass(frozen=True, slots=True)
class PersonalPhoto:
    """One of the subject's photographs, ready for training.

    Attributes:
        photo_id: Exhibit id or file name.
        sha256: Digest of the original.
        crop: Canonical crop, ``(side, side, 3)`` uint8 RGB.
        landmarks: ``dlib5`` landmarks in the crop's pixels, ``(5, 2)``.
        embedding: Face embedding for the pack's identity tokens, ``(128,)`` float32.
        age: Age at the photograph, years.
        age_origin: ``record`` or ``estimate``.
    """

    photo_id: str
    sha256: str
    crop: RgbImage
    landmarks: FloatArray
    embedding: Embedding
    age: float
    age_origin: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one step: the subject's photographs, regularization images, then extrapolation rows.

    Attributes:
        latents: Clean latents ``(n, c, h, w)`` float32, on the CPU.
        noise: Standard normal, same shape.
        timesteps: ``(n,)`` int64.
        captions: One for each row.
        embeddings: Face embeddings for the identity tokens ``(n, d)`` float32.
        dropped: Rows without identity tokens ``(n,)`` bool.
        photos: Index of the photograph in each of the first rows.
        others: Index of the regularization image in each of the next rows.
        teacher_captions: Captions under which the un-personalised model sees the last rows.
        identity_rows: Number of first rows that identity terms look at in this step.
    """

    latents: Tensor
    noise: Tensor
    timesteps: Tensor
    captions: tuple[str, ...]
    embeddings: NDArray[np.float32]
    dropped: Tensor
    photos: tuple[int, ...]
    others: tuple[int, ...]
    teacher_captions: tuple[str, ...]
    identity_rows: int


class Draws:
    """Draws batches; a resumed training goes on alike when the generator's state is put back.

    Args:
        photos: The subject's photographs, at least one.
        latents: Their latents ``(p, c, h, w)`` float32.
        regularization: Other people.
        settings: Sizes and styles.
        tokenizer: The pack's.
        timestep_limit: Largest timestep drawn, as a share of 1,000.
        sex: The subject's, for the un-personalised model's captions.
        template: Caption template of the pack.
    """

    def __init__(
        self,
        photos: Sequence[PersonalPhoto],
        latents: Tensor,
        regularization: RegularizationSet,
        settings: TrainingSettings,
        *,
        tokenizer: Any,
        timestep_limit: float = 1.0,
        sex: str = "",
        template: str = DEFAULT_TEMPLATE,
    ) -> None:
        self.generator = torch.Generator().manual_seed(settings.seed)
        self._photos = list(photos)
        self._latents = latents
        self._others = regularization
        self._settings = settings
        self._tokenizer = tokenizer
        self._limit = timestep_limit
        self._sex = sex
        self._template = template
        self._outside = outside_ages([photo.age for photo in photos]) if settings.uses_extrapolation else []
        self._embeddings = np.stack([photo.embedding for photo in photos]).astype(np.float32)
        self._other_embeddings = regularization.embeddings.numpy()

    def draw(self, step: int) -> Batch:
        """Return the rows of a step, counted from 0."""
        settings = self._settings
        photos = self._indices(len(self._photos), settings.batch_size)
        others = (
            self._indices(len(self._others), settings.prior_batch_size)
            if settings.weights.prior or settings.weights.contrastive
            else []
        )
        ages = [self._outside[each] for each in self._indices(len(self._outside), 1)] if self._outside else []
        subject = self._indices(len(self._photos), len(ages))
        count = len(photos) + len(others) + len(ages)
        latents = torch.cat(
            [self._latents[photos], self._others.latents[others].float(), self._latents[subject]]
        )
        is_identity_step = settings.weights.uses_identity and step % settings.identity_every == 0
        identity_rows = min(IDENTITY_ROWS, len(photos)) if is_identity_step else 0
        known = [*self._partners(photos), *others, *subject]
        return Batch(
            latents=latents,
            noise=torch.randn(latents.shape, generator=self.generator),
            timesteps=self._timesteps(count, identity_rows),
            captions=(
                *(personal_caption(self._photos[each].age, settings.caption_style) for each in photos),
                *self._other_captions(others),
                *(caption(age, template=PERSONAL_TEMPLATE) for age in ages),
            ),
            embeddings=np.concatenate(
                [
                    self._embeddings[known[: len(photos)]],
                    self._other_embeddings[others],
                    self._embeddings[subject],
                ]
            ),
            dropped=torch.rand(count, generator=self.generator) < settings.identity_drop,
            photos=tuple(photos),
            others=tuple(others),
            teacher_captions=tuple(
                general_caption(age, "years", sex=self._sex, template=self._template) for age in ages
            ),
            identity_rows=identity_rows,
        )

    def _indices(self, size: int, count: int) -> list[int]:
        if not count or not size:
            return []
        return [int(each) for each in torch.randint(size, (count,), generator=self.generator)]

    def _partners(self, photos: Sequence[int]) -> list[int]:
        """Return another photograph for each, whose embedding stands for the person, where there is one."""
        count = len(self._photos)
        if count == 1:
            return list(photos)
        steps = torch.randint(1, count, (len(photos),), generator=self.generator)
        return [(photo + int(step)) % count for photo, step in zip(photos, steps, strict=True)]

    def _timesteps(self, count: int, identity_rows: int) -> Tensor:
        shares = torch.rand(count, generator=self.generator) * self._limit
        span = self._settings.identity_noise_limit - LEAST_IDENTITY_NOISE
        low = LEAST_IDENTITY_NOISE + torch.rand(count, generator=self.generator) * span
        is_low = torch.arange(count) < identity_rows
        return (torch.where(is_low, low, shares) * TIMESTEPS).long().clamp(0, TIMESTEPS - 1)

    def _other_captions(self, others: Sequence[int]) -> list[str]:
        """Return the regularization captions; half of the generated ones say ``person`` for woman or man."""
        style = self._settings.caption_style
        is_plain = torch.rand(len(others), generator=self.generator) < 0.5
        return [
            self._others.captions[each]
            if style == "years" and (self._others.origin == "folder" or not plain)
            else general_caption(
                self._others.ages[each], style, tokenizer=self._tokenizer, template=self._template
            )
            for each, plain in zip(others, is_plain.tolist(), strict=True)
        ]


def outside_ages(photographed: Sequence[float]) -> list[int]:
    """Return the ages from 3 to 85 that lie more than five years from every photographed one."""
    first, last = EXTRAPOLATED_AGES
    return [
        age
        for age in range(first, last + 1)
        if min(abs(age - each) for each in photographed) > EXTRAPOLATION_DISTANCE_YEARS
    ]
