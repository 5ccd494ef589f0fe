"""A judge that tells a student's pictures from its teacher's, place by place, and is told the age they should show.

Rules:
    * A mean of what a teacher might have drawn is smooth; a judge that was shown the teacher's pictures of that age
      sees it, so a student that must pass draws detail. It sharpens; it adds no knowledge of the person.
    * The judge is used in training alone and is not in a pack.

References:
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks (patches);
    Lim and Ye 2017, Geometric GAN (hinge loss); Miyato and Koyama 2018, cGANs with projection discriminator.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from forensic_app.engines.autoencoder.network import AGE_CENTRES, OLDEST, age_shares

JUDGE_RATE = 2e-4
_WIDTH = 64


class AgeJudge(nn.Module):
    """Scores patches of about 34 px, higher = more like the teacher's of that age.

    Args:
        width: Channels of the first layer.
    """

    centres: Tensor

    def __init__(self, width: int = _WIDTH) -> None:
        super().__init__()
        norm = nn.utils.parametrizations.spectral_norm
        self.register_buffer("centres", torch.linspace(0, OLDEST, AGE_CENTRES), persistent=False)
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(2),
            norm(nn.Conv2d(12, width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
            norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            nn.LeakyReLU(0.2),
        )
        self.score = norm(nn.Conv2d(2 * width, 1, 3, padding=1))
        self.ages = norm(nn.Linear(AGE_CENTRES, 2 * width, bias=False))

    def forward(self, images: Tensor, ages: Tensor) -> Tensor:
        """Return scores of images ``(n, 3, s, s)`` that should show ``ages``, ``(n,)``, years."""
        hidden = self.layers(images)
        wanted = self.ages(age_shares(ages, self.centres))[:, :, None, None]
        scores: Tensor = self.score(hidden) + (hidden * wanted).mean(1, keepdim=True)
        return scores


def judge_loss(judge: AgeJudge, taught: Tensor, made: Tensor, ages: Tensor) -> Tensor:
    """Return the hinge loss of a judge that should score the teacher's pictures above 1 and a student's below -1.

    Args:
        judge: The judge.
        taught: The teacher's pictures, ``(n, 3, s, s)``.
        made: The student's, same shape, without gradient.
        ages: Years, ``(n,)``.
    """
    return F.relu(1 - judge(taught, ages)).mean() + F.relu(1 + judge(made, ages)).mean()
