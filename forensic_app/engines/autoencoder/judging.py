"""A judge that tells a student's pictures from its teacher's, place by place, beside the photograph and the ages.

Rules:
    * A mean of what a teacher might have drawn is smooth and timid; a judge that was shown the teacher's pictures sees
      it, so a student that must pass draws detail, and draws as much of an age as the teacher does.
    * The teacher's picture of one age, held out as another, must be refused like a student's: what an age looks like
      counts, not sharpness alone.
    * It looks at the face only, where a student draws, in two sizes: skin and lines in one, the face in the other.
    * The judge is used in training alone and is not in a pack. It adds no knowledge of the person.

References:
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (patches beside the source);
    Lim and Ye 2017, Geometric GAN (hinge loss); Miyato and Koyama 2018, cGANs with projection discriminator;
    Reed et al. 2016, Generative Adversarial Text to Image Synthesis (matching-aware judge).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.autoencoder.network import AGE_CENTRES, OLDEST, age_shares, face_share

JUDGE_RATE: Final = 2e-4
MIDDLE_AGE: Final = 40.0
OTHER_YEARS: Final = 20.0
"""How far an age is, at least, that a picture is wrongly held out as, years."""

_WIDTH = 64
_SMALL = 4


class AgeJudge(nn.Module):
    """Scores patches of about 34 px of a picture, and of the same at a quarter of its size; higher = the teacher's.

    Args:
        width: Channels of the first layer.
    """

    def __init__(self, width: int = _WIDTH) -> None:
        super().__init__()
        self.scales = nn.ModuleList(_PatchJudge(width) for _ in range(2))

    def forward(self, photographs: Tensor, images: Tensor, ages: Tensor, own_ages: Tensor) -> Tensor:
        """Return the mean score of each of two sizes, ``(n, 2)``; see :meth:`patches`."""
        each = self.patches(photographs, images, ages, own_ages)
        return torch.stack([scores.mean((1, 2, 3)) for scores in each], 1)

    def patches(
        self, photographs: Tensor, images: Tensor, ages: Tensor, own_ages: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the scores of every patch, in full and in small, ``(n, 1, h, w)`` each.

        Args:
            photographs: What was edited, ``(n, 3, s, s)``.
            images: What was made of it, same shape; compared on the face alone.
            ages: Years that the images should show, ``(n,)``.
            own_ages: Years in the photographs, ``(n,)``.
        """
        share = face_share(images.shape[-1]).to(images)
        pairs = torch.cat([photographs, photographs + share * (images - photographs)], 1)
        large, small = self.scales
        return large(pairs, ages, own_ages), small(F.avg_pool2d(pairs, _SMALL), ages, own_ages)


class _PatchJudge(nn.Module):
    centres: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        norm = nn.utils.parametrizations.spectral_norm
        self.register_buffer("centres", torch.linspace(0, OLDEST, AGE_CENTRES), persistent=False)
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(2),
            norm(nn.Conv2d(24, width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
        )
        self.score = norm(nn.Conv2d(2 * width, 1, 3, padding=1))
        self.ages = norm(nn.Linear(2 * AGE_CENTRES, 2 * width, bias=False))

    def forward(self, pairs: Tensor, ages: Tensor, own_ages: Tensor) -> Tensor:
        hidden = self.layers(pairs)
        told = torch.cat([age_shares(each, self.centres) for each in (ages, own_ages)], 1)
        wanted = self.ages(told)[:, :, None, None]
        scores: Tensor = self.score(hidden) + (hidden * wanted).sum(1, keepdim=True)
        return scores


def judge_loss(
    judge: AgeJudge, photographs: Tensor, taught: Tensor, made: Tensor, ages: Tensor, own_ages: Tensor
) -> Tensor:
    """Return the hinge loss of a judge that should score the teacher's pictures above 1 and all others below -1.

    The others are a student's pictures and, counted alike, the teacher's held out as of another age.

    Args:
        judge: The judge.
        photographs: What was edited, ``(n, 3, s, s)``.
        taught: The teacher's pictures, same shape.
        made: The student's, same shape, without gradient.
        ages: Years that both should show, ``(n,)``.
        own_ages: Years in the photographs, ``(n,)``.
    """
    right = judge.patches(photographs, taught, ages, own_ages)
    drawn = judge.patches(photographs, made, ages, own_ages)
    wrong = judge.patches(photographs, taught, other_ages(ages), own_ages)
    terms = [
        F.relu(1 - one).mean() + 0.5 * F.relu(1 + two).mean() + 0.5 * F.relu(1 + three).mean()
        for one, two, three in zip(right, drawn, wrong, strict=True)
    ]
    return torch.stack(terms).mean()


def other_ages(ages: Tensor) -> Tensor:
    """Return an age at least 20 years from each of ``ages``, ``(n,)``: its neighbour's, or one 30 years away."""
    neighbours = ages.roll(1)
    away = torch.where(ages < MIDDLE_AGE, ages + 30.0, ages - 30.0)
    return torch.where((neighbours - ages).abs() < OTHER_YEARS, away, neighbours)
