from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.error_rates import (
    det_curve,
    false_match_interval,
    false_match_rate,
    false_non_match_rate,
    fnmr_by_group,
    least_non_mated_count,
    max_over_geometric_mean,
    rate_interval,
    rule_of_three,
    threshold_at_fmr,
)

scores = st.lists(st.floats(-1, 1).map(lambda value: round(value, 2)), min_size=1, max_size=60)


def test_a_score_equal_to_the_threshold_matches() -> None:
    assert false_match_rate([0.1, 0.5, 0.9], threshold=0.5) == pytest.approx(2 / 3)
    assert false_non_match_rate([0.1, 0.5, 0.9], threshold=0.5) == pytest.approx(1 / 3)


def test_a_face_that_was_not_found_never_matches() -> None:
    assert false_non_match_rate([-math.inf, 0.9], threshold=-1e9) == 0.5
    assert false_match_rate([-math.inf, 0.9], threshold=-1e9) == 0.5


@pytest.mark.parametrize("bad", [[], [math.nan], [math.inf], [[0.1]]])
def test_rates_of_nothing_or_of_nan_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="scores"):
        false_match_rate(bad, threshold=0.0)
    with pytest.raises(ValueError, match="scores"):
        false_non_match_rate(bad, threshold=0.0)


def test_the_threshold_is_the_lowest_observed_score_within_the_target() -> None:
    non_mated = np.arange(100) / 100.0
    threshold = threshold_at_fmr(non_mated, target_fmr=0.05)
    assert threshold.value == 0.95
    assert threshold.realised_fmr == 0.05
    assert threshold.non_mated_count == 100
    assert "5.0000% realised for a target of 0.05 on 100 non-mated" in str(threshold)


def test_ties_lower_the_realised_rate_instead_of_interpolating() -> None:
    non_mated = [0.1] * 96 + [0.5] * 3 + [0.9]
    threshold = threshold_at_fmr(non_mated, target_fmr=0.03)
    assert threshold.value == 0.9
    assert threshold.realised_fmr == 0.01


def test_too_few_negatives_or_only_ties_are_refused() -> None:
    assert least_non_mated_count(0.0001) == 10_000
    assert least_non_mated_count(1.0) == 1
    with pytest.raises(InvalidInput, match="cannot be set on 99") as refused:
        threshold_at_fmr(np.arange(99.0), target_fmr=0.01)
    assert "at least 100" in refused.value.advice
    with pytest.raises(InvalidInput, match="highest scores are equal"):
        threshold_at_fmr([0.3] * 200, target_fmr=0.01)


@pytest.mark.parametrize("target", [0.0, -0.1, 1.1, math.nan])
def test_a_target_out_of_bounds_is_our_own_mistake(target: float) -> None:
    with pytest.raises(ValueError, match="target_fmr"):
        threshold_at_fmr([0.1], target_fmr=target)


@settings(deadline=None)
@given(scores, st.floats(0.02, 1.0))
def test_threshold_property(non_mated: list[float], target: float) -> None:
    try:
        threshold = threshold_at_fmr(non_mated, target_fmr=target)
    except InvalidInput:
        values, counts = np.unique(non_mated, return_counts=True)
        assert len(non_mated) < 1 / target or counts[-1] / len(non_mated) > target
        assert values.size
        return
    assert threshold.value in non_mated
    assert false_match_rate(non_mated, threshold=threshold.value) == pytest.approx(threshold.realised_fmr)
    assert threshold.realised_fmr <= target + 1e-9
    lower = [score for score in non_mated if score < threshold.value]
    if lower:
        assert false_match_rate(non_mated, threshold=max(lower)) > target


def test_rule_of_three() -> None:
    assert rule_of_three(300) == 0.01
    assert rule_of_three(2) == 1.0
    with pytest.raises(ValueError, match="at least one"):
        rule_of_three(0)


def test_no_error_in_n_subjects_gives_three_over_n() -> None:
    none = rate_interval([False] * 60, [index // 2 for index in range(60)], seed=0)
    assert none.as_list() == [0.0, pytest.approx(0.1)]
    assert rate_interval([True] * 30, seed=0).as_list() == [pytest.approx(0.9), 1.0]


def test_a_rate_interval_holds_the_rate_and_widens_with_dependence() -> None:
    errors = ([True] * 10 + [False] * 10) * 10
    each = rate_interval(errors, seed=1)
    blocks = rate_interval(errors, [index // 10 for index in range(200)], seed=1)
    assert each.low < 0.5 < each.high
    assert blocks.high - blocks.low > 2 * (each.high - each.low)
    assert rate_interval(errors, seed=1) == each
    assert each.low == pytest.approx(0.5 - 1.96 * math.sqrt(0.25 / 200), abs=0.02)


def test_a_false_match_interval_draws_both_subjects() -> None:
    generator = np.random.default_rng(2)
    pairs = [(first, second) for first in range(20) for second in range(first)]
    values = generator.normal(size=len(pairs))
    interval = false_match_interval(values, pairs, threshold=1.0, seed=3)
    rate = false_match_rate(values, threshold=1.0)
    assert interval.low < rate < interval.high
    assert interval == false_match_interval(values, pairs, threshold=1.0, seed=3)


def test_a_false_match_interval_without_errors_counts_disjoint_pairs() -> None:
    pairs = [(first, second) for first in range(60) for second in range(first)]
    quiet = false_match_interval([0.0] * len(pairs), pairs, threshold=1.0, seed=0)
    assert quiet.as_list() == [0.0, pytest.approx(0.1)]
    loud = false_match_interval([2.0] * len(pairs), pairs, threshold=1.0, seed=0)
    assert loud.as_list() == [pytest.approx(0.9), 1.0]


def test_resamples_without_a_pair_are_left_out() -> None:
    interval = false_match_interval([0.0, 2.0], [("a", "b"), ("c", "d")], threshold=1.0, seed=0, resamples=50)
    assert interval.as_list() == [0.0, 1.0]


def test_a_false_match_interval_needs_a_pair_for_each_score() -> None:
    with pytest.raises(ValueError, match="pairs of subjects"):
        false_match_interval([0.1, 0.2], [("a", "b")], threshold=0.0, seed=0)


def test_det_curve_has_both_rates_at_each_score() -> None:
    curve = det_curve([0.4, 0.8, -math.inf, 0.9], [0.1, 0.4, 0.5])
    assert curve.thresholds.tolist() == [0.1, 0.4, 0.5, 0.8, 0.9]
    assert curve.fmr.tolist() == pytest.approx([1.0, 2 / 3, 1 / 3, 0.0, 0.0])
    assert curve.fnmr.tolist() == pytest.approx([0.25, 0.25, 0.5, 0.5, 0.75])
    with pytest.raises(ValueError, match="finite"):
        det_curve([-math.inf], [-math.inf])


@settings(deadline=None)
@given(scores, scores)
def test_det_curve_is_monotone_and_agrees_with_the_rates(mated: list[float], non_mated: list[float]) -> None:
    curve = det_curve(mated, non_mated)
    assert (np.diff(curve.fmr) <= 0).all()
    assert (np.diff(curve.fnmr) >= 0).all()
    middle = curve.thresholds.size // 2
    at = float(curve.thresholds[middle])
    assert curve.fmr[middle] == pytest.approx(false_match_rate(non_mated, threshold=at))
    assert curve.fnmr[middle] == pytest.approx(false_non_match_rate(mated, threshold=at))


def test_groups_share_one_threshold_and_carry_n() -> None:
    rates = fnmr_by_group(
        [0.9, 0.1, 0.9, 0.9], ["b", "b", "a", "a"], ["p", "q", "r", "r"], threshold=0.5, seed=0
    )
    assert list(rates) == ["a", "b"]
    assert rates["b"].fnmr == 0.5
    assert (rates["a"].comparison_count, rates["a"].subject_count) == (2, 1)
    assert rates["a"].interval.as_list() == [0.0, 1.0]
    with pytest.raises(ValueError, match="length"):
        fnmr_by_group([0.9], ["a", "b"], ["p"], threshold=0.5, seed=0)
    with pytest.raises(ValueError, match="length"):
        fnmr_by_group([0.9], ["a"], [], threshold=0.5, seed=0)


def test_max_over_geometric_mean() -> None:
    assert max_over_geometric_mean({"a": 0.01, "b": 0.04}) == pytest.approx(2.0)
    assert max_over_geometric_mean({"a": 0.03}) == pytest.approx(1.0)
    assert max_over_geometric_mean({"a": 0.0, "b": 0.04}) is None
    with pytest.raises(ValueError, match="negative"):
        max_over_geometric_mean({"a": -0.1})
    with pytest.raises(ValueError, match="at least one"):
        max_over_geometric_mean({})
