from __future__ import annotations

import math

import numpy as np
import pytest

from forensic_app.evaluation.measures.intervals import (
    mean_interval,
    median_interval,
    percentile_interval,
    resampled_means,
    subject_codes,
)


def test_the_mean_interval_agrees_with_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(5.0, 2.0, size=400)
    interval = mean_interval(values, seed=1, resamples=2000)
    half = 1.96 * values.std() / 20
    assert interval.low == pytest.approx(values.mean() - half, abs=0.03)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.03)


def test_coverage_is_near_its_level() -> None:
    generator = np.random.default_rng(3)
    hits = 0
    for turn in range(200):
        interval = mean_interval(generator.normal(size=60), seed=turn, level=0.8, resamples=200)
        hits += interval.low <= 0.0 <= interval.high
    assert 140 <= hits <= 178


def test_subjects_are_drawn_whole() -> None:
    means = resampled_means([0.0, 0.0, 1.0, 1.0], ["a", "a", "b", "b"], seed=0, resamples=100)
    assert set(means.tolist()) == {0.0, 0.5, 1.0}


def test_the_median_interval_holds_the_median() -> None:
    values = np.random.default_rng(0).normal(size=51)
    interval = median_interval(values, seed=0)
    assert interval.low < np.median(values) < interval.high


def test_an_interval_is_widened_to_hold_its_point() -> None:
    assert percentile_interval(5.0, [1.0, 2.0, math.nan]).high == 5.0
    assert percentile_interval(-5.0, [1.0, 2.0]).low == -5.0


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_levels_out_of_bounds_are_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        percentile_interval(0.0, [1.0], level=level)


def test_intervals_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="finite replicate"):
        percentile_interval(0.0, [math.nan])
    with pytest.raises(ValueError, match="at least one"):
        mean_interval([], seed=0)
    with pytest.raises(ValueError, match="infinity"):
        mean_interval([-math.inf], seed=0)
    with pytest.raises(ValueError, match="2 subjects"):
        subject_codes(["a"], 2)
