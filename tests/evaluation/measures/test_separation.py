from __future__ import annotations

import numpy as np
import pytest

from forensic_app.evaluation.measures.separation import separation


def _sets(shift: float, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    derived = generator.normal(size=(100, 50))
    derived[:, :5] += shift
    return derived, generator.normal(size=(150, 50))


def test_sets_of_one_distribution_cannot_be_told_apart() -> None:
    values = [separation(*_sets(0.0, seed=seed), seed=seed, resamples=50).auc for seed in range(10)]
    assert np.mean(values) == pytest.approx(0.5, abs=0.05)


def test_altered_pictures_are_told_apart_and_the_more_the_better() -> None:
    little, much = (separation(*_sets(shift), seed=0).auc for shift in (0.4, 2.0))
    assert 0.6 < little < much
    assert much > 0.99


def test_the_interval_holds_the_figure_and_the_seed_repeats_it() -> None:
    first, again = (separation(*_sets(0.4), seed=3) for _ in range(2))
    assert first.interval.low <= first.auc <= first.interval.high
    assert 0.01 < first.interval.high - first.interval.low < 0.3
    assert (first.auc, first.interval) == (again.auc, again.interval)
    assert first.scores.shape == (100,)
    assert first.scores.mean() > 0


def test_pictures_without_any_difference_are_ties() -> None:
    assert separation(np.ones((10, 4)), np.ones((20, 4)), seed=0).auc == 0.5


def test_what_cannot_be_compared_is_refused() -> None:
    for derived, real in (
        (np.ones((10, 4)), np.ones((10, 3))),
        (np.ones((4, 4)), np.ones((10, 4))),
        (np.full((10, 4), np.nan), np.ones((10, 4))),
    ):
        with pytest.raises(ValueError, match=r"features|pictures"):
            separation(derived, real, seed=0)
