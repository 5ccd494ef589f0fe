from __future__ import annotations

import numpy as np
import pytest

from forensic_app.engines.training.face_cache import FaceCache
from forensic_app.workflows.edit_fitting import GAP_KNOTS_YEARS, FittedCosts, best_edits
from forensic_app.workflows.training_faces import split_validation


def test_each_gap_gets_its_cheapest_weight_and_second_pass() -> None:
    gaps = np.array(GAP_KNOTS_YEARS)
    weights = (2.0, 3.0, 4.0)
    wanted = np.array([4.0, 3.0, 2.0, 2.0, 3.0, 4.0, 3.0])
    strengths = (0.0, 0.3)
    settled = np.array([True, False, False, True, False, True, True])
    by_weight = np.abs(np.array(weights)[:, None] - wanted[None])
    costs = np.stack([by_weight + 0.5 * settled, by_weight + 0.5 * ~settled])
    best = best_edits(FittedCosts(gaps, costs, weights, strengths))
    assert [weight for weight, _ in best] == pytest.approx(wanted)
    assert [strength for _, strength in best] == [0.3, 0.0, 0.0, 0.3, 0.0, 0.3, 0.3]


def test_a_gap_without_faces_takes_its_neighbours_edit() -> None:
    gaps = np.array([-50.0, -50.0])
    costs = np.array([[[5.0, 5.0], [1.0, 1.0]], [[5.0, 5.0], [0.5, 0.5]]])
    found = best_edits(FittedCosts(gaps, costs, (2.0, 3.0), (0.0, 0.3)))
    assert found == [(3.0, 0.3)] * len(GAP_KNOTS_YEARS)


def _cache(count: int) -> FaceCache:
    empty = np.zeros(0, dtype=np.float32)
    return FaceCache(
        crops=np.zeros((0, 1, 1, 3), dtype=np.uint8),
        embeddings=empty,
        landmarks=empty,
        ages=np.linspace(5, 90, count).astype(np.float32),
        sexes=("female",) * count,
        groups=("",) * count,
        raw_ages=empty,
        sharpness=empty,
        colour_spread=empty,
        is_validation=np.arange(count) % 2 == 0,
        names=tuple(f"{place}.jpg" for place in range(count)),
    )


def test_faces_for_fitting_are_not_those_for_measuring() -> None:
    cache = _cache(200)
    fitting, kept = split_validation(cache)
    assert len(fitting) == 32
    assert not set(fitting) & set(kept)
    assert len(fitting) + len(kept) == 100
    places = [int(name.split(".")[0]) for name in fitting]
    assert all(14 <= cache.ages[place] <= 70 and cache.is_validation[place] for place in places)
    assert split_validation(cache) == (fitting, kept)
