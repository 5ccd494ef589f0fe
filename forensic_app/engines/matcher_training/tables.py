"""The tables of a matcher: the mean of all faces, strangers of all ages, and the mean of each age.

Rules:
    * They are of people with one photograph, who are neither trained on as pairs nor measured with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from forensic_app.engines.matcher.network import MatcherNetwork, mean_embedding_of_views
from forensic_app.engines.matcher.schema import AGE_KNOTS, COHORT_SIZE, NEAREST_STRANGERS
from forensic_app.engines.matcher_training.people import Chips
from forensic_app.errors import InvalidInput
from forensic_app.faces.networks import RecognitionNetwork

EMBED_AT_ONCE: Final = 64
CHIPS_OF_A_PERSON: Final = 4
"""Photographs of a person whose mean template says who is near."""
NEAR_PEOPLE: Final = 12
"""People that count as near to one."""
MOST_FACES_OF_AN_AGE: Final = 200
"""Faces nearest to an age that its mean template is of."""


def mean_embedding(network: RecognitionNetwork, chips: Chips, *, views: int = 1) -> Tensor:
    """Return the mean embedding of faces of all ages, ``(128,)``: people with one photograph, else all of them."""
    children, adults = chips.singles()
    places = np.array(children + adults or range(len(chips.rows)))
    sample = places[np.linspace(0, len(places) - 1, min(len(places), 800)).astype(int)]
    return embedded(network, chips.pixels, sample, views=views).mean(dim=0)


def nearest_strangers(
    network: RecognitionNetwork, chips: Chips, people: Mapping[str, Sequence[int]]
) -> dict[str, list[str]]:
    """Return the people nearest to each one by the mean template of a few photographs, nearest first.

    Args:
        network: The bundled network, before it learns anything.
        chips: Chips of all.
        people: Places of each person's chips.
    """
    names = sorted(people)
    shown = [list(people[name])[:CHIPS_OF_A_PERSON] for name in names]
    values = embedded(network, chips.pixels, np.array([place for own in shown for place in own]))
    directions = functional.normalize(values - values.mean(dim=0), dim=1)
    parts = torch.split(directions, [len(own) for own in shown])
    means = torch.stack([each.mean(dim=0) for each in parts])
    means = functional.normalize(means, dim=1)
    scores = means @ means.T
    scores.fill_diagonal_(-2.0)
    found = scores.topk(min(NEAR_PEOPLE, len(names) - 1), dim=1).indices
    return {name: [names[place] for place in row] for name, row in zip(names, found.tolist(), strict=True)}


@torch.inference_mode()
def embedded(
    network: nn.Module,
    pixels: NDArray[np.uint8],
    places: NDArray[np.intp] | NDArray[np.int64],
    *,
    views: int = 1,
) -> Tensor:
    """Return the mean of a network's output on views of chips and on their mirror images, ``(n, d)`` float32.

    Args:
        network: Of chips of 150 px.
        pixels: Larger chips, ``(m, 170, 170, 3)`` uint8.
        places: Which of them.
        views: How many views of each.
    """
    parts = []
    for start in range(0, len(places), EMBED_AT_ONCE):
        chips = np.stack([pixels[place] for place in places[start : start + EMBED_AT_ONCE]])
        values = torch.from_numpy(chips).permute(0, 3, 1, 2).float()
        parts.append(mean_embedding_of_views(network, values, views))
    return torch.cat(parts)


def finish_network(network: MatcherNetwork, chips: Chips) -> MatcherNetwork:
    """Put the tables of faces of all ages into a trained network; returns the network.

    These are the mean of all faces, the cohort of strangers, spread evenly over the ages, and the mean of each age.

    Args:
        network: Trained, in eval mode.
        chips: People with one photograph of known age are what the tables are of.

    Raises:
        InvalidInput: There are too few of them.
    """
    children, adults = chips.singles()
    places = np.array(children + adults, dtype=np.intp)
    ages = np.array([chips.rows[place].age_years or 0.0 for place in places])
    if len(places) < NEAREST_STRANGERS:
        raise InvalidInput(
            f"Only {len(places)} faces of people with one photograph were found.",
            f"Name a folder of labelled faces with {NEAREST_STRANGERS} faces or more, best {COHORT_SIZE}.",
        )
    network.centre.copy_(mean_embedding(network.trunk, chips, views=network.views))
    chosen = _spread_over_ages(places, ages)
    own = embedded(network.trunk, chips.pixels, chosen, views=network.views) - network.centre
    directions = functional.normalize(own, dim=1)
    network.cohort.copy_(directions.repeat(-(-COHORT_SIZE // len(directions)), 1)[:COHORT_SIZE])
    shown = np.array([chips.rows[place].age_years or 0.0 for place in chosen])
    count = min(MOST_FACES_OF_AN_AGE, max(1, len(chosen) // len(AGE_KNOTS)))
    for knot, years in enumerate(AGE_KNOTS):
        nearest = np.argsort(np.abs(shown - years), kind="stable")[:count]
        network.age_means[knot] = directions[torch.from_numpy(nearest)].mean(dim=0)
    return network


def _spread_over_ages(places: NDArray[np.intp], ages: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return at most as many places as a cohort has, the same number nearest to each age of the table, in order."""
    wanted = COHORT_SIZE // len(AGE_KNOTS)
    edges = np.array([(low + high) / 2 for low, high in pairwise(AGE_KNOTS)])
    classes = np.searchsorted(edges, ages)
    chosen = []
    for each in range(len(AGE_KNOTS)):
        own = places[classes == each]
        chosen.append(own[np.linspace(0, len(own) - 1, min(len(own), wanted)).astype(int)])
    return np.concatenate(chosen)
