from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.age_error import (
    AgeCalibration,
    age_error,
    fit_calibration,
    mean_absolute_error,
    read_calibration,
    spearman,
    spearman_per_person,
)

ages = st.floats(0, 100).map(lambda value: round(value, 1))


def test_error_and_bias_have_the_sign_of_the_estimate() -> None:
    assert mean_absolute_error([30, 20], [20, 40]) == 15.0
    both = age_error([30, 20], [20, 40], ["a", "b"], seed=0)
    assert (both.mean_absolute_error, both.bias, both.count) == (15.0, -5.0, 2)
    assert both.interval.low <= 15.0 <= both.interval.high
    assert both.bias_interval.as_list() == [-20.0, 10.0]
    with pytest.raises(ValueError, match="compared"):
        mean_absolute_error([1.0], [1.0, 2.0])


@settings(deadline=None)
@given(st.lists(st.tuples(ages, ages), min_size=3, max_size=30))
def test_spearman_agrees_with_scipy(pairs: list[tuple[float, float]]) -> None:
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert spearman(first, second) == 0.0
    else:
        assert spearman(first, second) == pytest.approx(float(spearmanr(first, second).statistic))


def test_spearman_of_each_person() -> None:
    found = spearman_per_person([[10, 20, 30], [30, 20, 10], [5, 5, 5]], [8, 27, 62])
    assert found.tolist() == pytest.approx([1.0, -1.0, 0.0])
    with pytest.raises(ValueError, match="people"):
        spearman_per_person([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="correlated"):
        spearman([1.0], [1.0, 2.0])


def test_a_calibration_undoes_a_rising_distortion() -> None:
    generator = np.random.default_rng(0)
    true = generator.uniform(5, 80, size=2000)
    raw = 20 + 0.5 * true + generator.normal(0, 1.5, size=true.size)
    fitted = fit_calibration(raw, true, estimator="test", seed=1)
    assert fitted.mae_raw > 8
    assert fitted.mae_calibrated < 3
    assert fitted.n == 2000
    assert mean_absolute_error(fitted.apply(raw), true) == pytest.approx(fitted.mae_calibrated, abs=0.3)
    assert float(fitted.apply(42.5)) == pytest.approx(45, abs=1.5)


def test_the_calibrated_error_is_measured_on_unseen_faces() -> None:
    generator = np.random.default_rng(0)
    true, raw = generator.uniform(5, 80, size=60), generator.uniform(5, 80, size=60)
    fitted = fit_calibration(raw, true, estimator="noise")
    assert fitted.mae_calibrated > mean_absolute_error(fitted.apply(raw), true)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(ages, ages), min_size=20, max_size=60),
    st.lists(st.floats(-50, 200), min_size=2, max_size=20),
)
def test_a_calibration_never_falls(pairs: list[tuple[float, float]], probes: list[float]) -> None:
    raw, true = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len(set(raw)) == 1:
        with pytest.raises(InvalidInput, match="cannot calibrate"):
            fit_calibration(raw, true, estimator="test")
        return
    fitted = fit_calibration(raw, true, estimator="test")
    answers = fitted.apply(sorted(probes))
    assert (np.diff(answers) >= -1e-9).all()
    assert (answers >= 0).all()


def test_beyond_its_knots_a_calibration_is_flat() -> None:
    calibration = AgeCalibration("test", (20.0, 40.0), (10.0, 50.0), 0.0, 0.0, 2)
    assert calibration.apply([15, 30, 45, 5]).tolist() == [10.0, 30.0, 50.0, 10.0]
    assert calibration.apply([[30.0]]).shape == (1, 1)


def test_a_calibration_goes_through_json(tmp_path: Path) -> None:
    calibration = AgeCalibration("dlib", (20.0, 40.0), (10.0, 50.0), 5.5, 4.5, 200)
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(calibration.to_json()), encoding="utf-8")
    assert read_calibration(path) == calibration
    assert set(calibration.to_json()) == {"estimator", "raw", "calibrated", "mae_raw", "mae_calibrated", "n"}


def test_a_calibration_needs_its_knots_alone() -> None:
    calibration = AgeCalibration.from_json({"estimator": "dlib", "raw": [1, 2], "calibrated": [3, 4]})
    assert (calibration.mae_raw, calibration.mae_calibrated, calibration.n) == (None, None, None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"estimator": "x", "raw": [2, 1], "calibrated": [1, 2]}'])
def test_a_file_that_is_no_calibration_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="calibration"):
        read_calibration(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_calibration(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("raw", "calibrated"),
    [
        ((), ()),
        ((1.0,), (1.0, 2.0)),
        ((2.0, 2.0), (1.0, 2.0)),
        ((1.0, 2.0), (2.0, 1.0)),
        ((1.0,), (math.nan,)),
    ],
)
def test_knots_must_rise(raw: tuple[float, ...], calibrated: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"calibration|calibrated"):
        AgeCalibration("test", raw, calibrated, 0.0, 0.0, 0)
