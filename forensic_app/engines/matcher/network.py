"""The matcher's network: templates, how two are compared, and where a template lies at another age.

Rules:
    * The trunk is the bundled recognition network's; what was learned is in its weights and in three small tables.
    * A template is the mean embedding of a face at one or several magnifications and of their mirror images, less the
      mean of all faces, of length one; and one number beside it, one less a share of how near the face lies to the
      strangers nearest to it.
    * A score is the inner product of two templates: the cosine of the directions, and less the nearer both lie to
      strangers. A face that is near to everybody, as a child's often is, has to be nearer to be called alike.
    * ``at_age`` moves a template by the difference of the mean templates of two ages. It says where the average face
      of that age lies from here, nothing about the person.

References:
    D. King, "High Quality Face Recognition with Deep Metric Learning", dlib.net, 2017 (the trunk);
    Matejka et al. (2017). Analysis of score normalization in multilingual speaker recognition. Interspeech (scores held
    against the nearest of a cohort); Radovanovic et al. (2010). Hubs in space. JMLR (templates near to everybody);
    Deb, Aggarwal, Jain (2020). Child face age-progression via deep feature aging. arXiv 1911.07538 (templates moved in
    age rather than pictures).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from forensic_app.engines.matcher.schema import (
    AGE_KNOTS,
    CHIP_PADDING,
    CHIP_PX,
    COHORT_SIZE,
    DIRECTION_SIZE,
    NEAREST_STRANGERS,
    VIEW_ZOOMS,
)
from forensic_app.faces.networks import RECOGNITION_CHIP_PADDING, RECOGNITION_CHIP_PX, RecognitionNetwork

MARGIN_PX = (CHIP_PX - RECOGNITION_CHIP_PX) // 2
_MIRROR_AXIS = 3

assert round(CHIP_PX / (1 + 2 * CHIP_PADDING), 6) == round(
    RECOGNITION_CHIP_PX / (1 + 2 * RECOGNITION_CHIP_PADDING), 6
)


def mean_embedding_of_views(trunk: nn.Module, chips: Tensor, views: int) -> Tensor:
    """Return the mean embedding of the first views of each chip and of their mirror images, ``(n, 128)``.

    Args:
        trunk: Of chips of 150 px.
        chips: ``(n, 3, 170, 170)`` float, values in ``[0, 255]``. The first view is their middle as it is, the others
            are magnified about it.
        views: How many of :data:`VIEW_ZOOMS`.
    """
    found = []
    for zoom in VIEW_ZOOMS[:views]:
        view = _magnified(chips, zoom)
        found.append((trunk(view) + trunk(view.flip(_MIRROR_AXIS))) / 2)
    return torch.stack(found).mean(dim=0)


def _magnified(chips: Tensor, zoom: float) -> Tensor:
    """Return the middle of chips at a magnification, ``(n, 3, 150, 150)``."""
    if zoom == 1.0:
        return chips[:, :, MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
    reach = RECOGNITION_CHIP_PX / CHIP_PX / zoom
    theta = torch.tensor([[[reach, 0.0, 0.0], [0.0, reach, 0.0]]]).repeat(len(chips), 1, 1)
    shape = [len(chips), chips.shape[1], RECOGNITION_CHIP_PX, RECOGNITION_CHIP_PX]
    grid = functional.affine_grid(theta, shape, align_corners=False)
    return functional.grid_sample(chips, grid, padding_mode="border", align_corners=False)


class MatcherNetwork(nn.Module):
    """Maps RGB chips to templates of 128 + 1 numbers.

    Args:
        threshold: Score at which the pack's card says that two templates are of one person.
        hub_weight: Share of the nearness to strangers that is taken off.
        age_share: Share of the difference of mean templates by which :meth:`at_age` moves.
        views: How many of :data:`VIEW_ZOOMS` a template is the mean of.
    """

    centre: Tensor
    cohort: Tensor
    age_means: Tensor

    def __init__(
        self, threshold: float = 0.5, hub_weight: float = 0.5, age_share: float = 0.0, views: int = 1
    ) -> None:
        super().__init__()
        self.threshold, self.hub_weight, self.age_share, self.views = threshold, hub_weight, age_share, views
        self.trunk = RecognitionNetwork()
        self.register_buffer("centre", torch.zeros(DIRECTION_SIZE))
        self.register_buffer("cohort", torch.zeros(COHORT_SIZE, DIRECTION_SIZE))
        self.register_buffer("age_means", torch.zeros(len(AGE_KNOTS), DIRECTION_SIZE))

    @property
    def config(self) -> dict[str, float | int]:
        """What the network is built with."""
        return {
            "threshold": self.threshold,
            "hub_weight": self.hub_weight,
            "age_share": self.age_share,
            "views": self.views,
        }

    def forward(self, chips: Tensor) -> Tensor:
        """Return the trunk's embedding of each chip, ``(n, 128)``.

        Args:
            chips: ``(n, 3, 150, 150)`` float, values in ``[0, 255]``.
        """
        return cast(Tensor, self.trunk(chips))

    def templates(self, chips: Tensor) -> Tensor:
        """Return the template of each chip, ``(n, 129)``: a direction of length one, and how far from strangers.

        Args:
            chips: ``(n, 3, 170, 170)`` float, values in ``[0, 255]``.
        """
        return self.of_embeddings(mean_embedding_of_views(self.trunk, chips, self.views))

    def of_embeddings(self, embeddings: Tensor) -> Tensor:
        """Return the templates of the trunk's embeddings, ``(n, 129)``.

        Args:
            embeddings: ``(n, 128)``, as :func:`mean_embedding_of_views` gives them.
        """
        return self._whole(functional.normalize(embeddings - self.centre, dim=1))

    def at_age(self, templates: Tensor, from_years: Tensor, to_years: Tensor) -> Tensor:
        """Return templates moved from one age to another, ``(n, 129)``.

        Args:
            templates: As :meth:`templates` gives them.
            from_years: Age in each photograph, ``(n,)``.
            to_years: Age wanted, ``(n,)``.
        """
        change = self._mean_at(to_years) - self._mean_at(from_years)
        moved = templates[:, :DIRECTION_SIZE] + self.age_share * change
        return self._whole(functional.normalize(moved, dim=1))

    def _whole(self, directions: Tensor) -> Tensor:
        nearest = (directions @ self.cohort.T).topk(NEAREST_STRANGERS, dim=1).values
        apart = 1.0 - self.hub_weight * nearest.mean(dim=1, keepdim=True)
        return torch.cat([directions, apart], dim=1)

    def _mean_at(self, years: Tensor) -> Tensor:
        """Return the mean direction at each age, interpolated between the knots and kept beyond them."""
        knots = torch.tensor(AGE_KNOTS, dtype=years.dtype)
        inside = years.clamp(float(knots[0]), float(knots[-1]))
        upper = torch.searchsorted(knots, inside).clamp(1, len(knots) - 1)
        share = (inside - knots[upper - 1]) / (knots[upper] - knots[upper - 1])
        return torch.lerp(self.age_means[upper - 1], self.age_means[upper], share[:, None].to(self.age_means))
