"""Streamed non-mated scores give what all scores at hand would give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.error_rates import (
    Threshold,
    det_curve,
    false_match_rate,
    threshold_at_fmr,
)
from forensic_app.evaluation.measures.streamed_scores import NonMatedScores, closed_set_rates

RANGE = (-1.0, 1.0)


def _streamed(
    scores: list[float], mated: list[float], *, largest_fmr: float = 0.5, block: int = 7
) -> NonMatedScores:
    taken = NonMatedScores(len(scores), largest_fmr=largest_fmr, mated_scores=mated, score_range=RANGE)
    for start in range(0, len(scores), block):
        taken.add(scores[start : start + block])
    taken.add([])
    return taken


def _outcome(ask: Callable[[], Threshold]) -> tuple[Threshold | None, str]:
    try:
        return ask(), ""
    except InvalidInput as error:
        return None, str(error)


coarse = st.integers(-10, 10).map(lambda value: value / 10)
scores_with_misses = st.lists(st.one_of(coarse, st.just(-np.inf)), min_size=4, max_size=80)


@settings(max_examples=200, deadline=None)
@given(
    scores=scores_with_misses, mated=st.lists(coarse, min_size=1, max_size=20), target=st.floats(0.05, 0.5)
)
def test_streamed_answers_are_those_of_all_scores(
    scores: list[float], mated: list[float], target: float
) -> None:
    streamed = _streamed(scores, mated)
    expected, refusal = _outcome(lambda: threshold_at_fmr(scores, target_fmr=target))
    assert _outcome(lambda: streamed.threshold(target)) == (expected, refusal)
    if expected is not None:
        assert streamed.false_match_rate(expected.value) == pytest.approx(
            false_match_rate(scores, threshold=expected.value)
        )
    against = np.asarray(scores)
    for value, share in zip(sorted(mated), streamed.shares_below(), strict=True):
        assert share == pytest.approx(np.mean(against < value) + 0.5 * np.mean(against == value))


def test_the_curve_is_the_det_curve_at_even_thresholds() -> None:
    generator = np.random.default_rng(0)
    mated, others = generator.normal(0.4, 0.1, 200), generator.normal(0.0, 0.1, 5000)
    thresholds, fmr, fnmr = _streamed(others.tolist(), mated.tolist(), block=999).curve()
    whole = det_curve(mated, others)
    for at in (0.1, 0.2, 0.3):
        here = int(np.argmin(np.abs(thresholds - at)))
        there = int(np.searchsorted(whole.thresholds, thresholds[here]))
        assert fmr[here] == whole.fmr[there]
        assert fnmr[here] == whole.fnmr[there]


def test_memory_does_not_grow_with_the_scores() -> None:
    many = NonMatedScores(3_000_000, largest_fmr=0.001, mated_scores=[0.5], score_range=RANGE)
    generator = np.random.default_rng(1)
    for _ in range(30):
        many.add(generator.normal(0.0, 0.2, 100_000))
    assert many._top.size <= 3001
    assert many._waiting_count <= 4 * 3001
    assert many.threshold(0.001).realised_fmr == pytest.approx(0.001)


def test_a_rate_below_what_was_kept_is_known_where_it_was_to_be_counted() -> None:
    scores = [value / 100 for value in range(100)]
    taken = NonMatedScores(100, largest_fmr=0.1, mated_scores=[0.5], score_range=RANGE, counted_at=[0.5])
    taken.add(scores[:60])
    taken.add(scores[60:])
    assert taken.false_match_rate(0.95) == pytest.approx(0.05)
    assert taken.false_match_rate(0.5) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="not counted"):
        taken.false_match_rate(0.4)


@pytest.mark.parametrize("scores", [[0.1, np.nan, 0.2, 0.3], [0.1, np.inf, 0.2, 0.3], [0.1] * 5])
def test_what_is_no_score_or_too_much_is_a_mistake(scores: list[float]) -> None:
    taken = NonMatedScores(4, largest_fmr=0.5, mated_scores=[0.5], score_range=RANGE)
    with pytest.raises(ValueError, match=r"NaN or infinity|more than"):
        taken.add(scores)


def test_answers_before_all_scores_came_are_a_mistake() -> None:
    taken = NonMatedScores(4, largest_fmr=0.5, mated_scores=[0.5], score_range=RANGE)
    taken.add([0.1])
    for ask in (lambda: taken.threshold(0.5), taken.curve, taken.shares_below):
        with pytest.raises(ValueError, match="1 of 4"):
            ask()


def test_a_target_above_the_largest_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no threshold is kept"):
        _streamed([0.1 * value for value in range(10)], [0.5], largest_fmr=0.2).threshold(0.5)


@pytest.mark.parametrize(
    ("count", "span"), [(0, RANGE), (5, (1.0, 1.0))], ids=["no comparison", "an empty range"]
)
def test_a_stream_of_nothing_is_a_mistake(count: int, span: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"at least one|is empty"):
        NonMatedScores(count, largest_fmr=0.1, mated_scores=[0.5], score_range=span)


def test_a_search_that_could_not_be_made_found_nobody() -> None:
    assert closed_set_rates([1, 3, 0, 6], at=5).tolist() == [True, True, False, False]
