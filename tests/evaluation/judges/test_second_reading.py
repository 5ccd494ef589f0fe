from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation_fakes import FakeAnalyser, FakeMaker, FakeSecondEstimator, write_faces

from forensic_app.evaluation.judges.second_reading import second_sentences
from forensic_app.evaluation.pack.evaluation import evaluate_series_maker
from forensic_app.evaluation.pack.inputs import Plan
from forensic_app.faces.labelled_faces import read_labelled_faces

TARGETS = (8.0, 27.0, 45.0)
COST = ("seconds_per_series", "seconds_first_series", "peak_memory_mb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faces")
    write_faces(path, ages=(8, 16, 27, 45, 62, 80), per_age=16, error_years=3.0)
    return path


def _evaluate(folder: Path, **rest: Any) -> dict[str, Any]:
    faces = read_labelled_faces(folder)
    plan = Plan(faces=faces, limit=rest.pop("limit", 20), seed=7, target_ages=TARGETS, **rest.pop("plan", {}))
    return evaluate_series_maker(FakeMaker(bias_years=2.0), FakeAnalyser(), plan, calibration=None, **rest)


@pytest.fixture(scope="module")
def both(folder: Path) -> dict[str, Any]:
    return _evaluate(folder, second=FakeSecondEstimator())


def test_both_estimators_are_told_apart(both: dict[str, Any]) -> None:
    result = both
    json.dumps(result, allow_nan=False)
    second = result["second_estimator"]
    assert (second["name"], second["sources_sha256"]) == ("fake-second", {"fake.bin": "2" * 64})
    assert second["estimator_mae_raw"] == pytest.approx(8.0, abs=0.3)
    assert second["estimator_mae"] < 0.5
    assert second["age_mae_raw"] == pytest.approx(7.0, abs=0.05)
    assert second["age_bias_raw"] == pytest.approx(7.0, abs=0.05)
    assert second["age_bias"] == pytest.approx(-1.0, abs=0.5)
    assert second["age_spearman"] == 1.0
    assert second["by_target"]["27"]["age_bias_raw"] == pytest.approx(7.0, abs=0.05)
    low, high = second["by_target"]["27"]["intervals"]["age_mae"]
    assert low <= second["by_target"]["27"]["age_mae"] <= high
    assert second["first_minus_second_real"] == pytest.approx(3.0, abs=0.5)
    assert second["first_minus_second_derived"] == pytest.approx(3.0, abs=0.5)
    assert result["age_mae"] == pytest.approx(2.0, abs=0.05)


def test_without_it_nothing_changes(folder: Path, both: dict[str, Any]) -> None:
    plain, more = _evaluate(folder), both
    assert "second_estimator" not in plain
    assert plain.keys() | {"second_estimator"} == more.keys()
    assert {k: v for k, v in plain.items() if k not in COST} == {
        k: v for k, v in more.items() if k not in (*COST, "second_estimator")
    }


def test_what_is_measured_does_not_calibrate(folder: Path, both: dict[str, Any]) -> None:
    held_out = frozenset(path.name for path in folder.glob("27_*"))
    everything = _evaluate(folder, second=FakeSecondEstimator(), plan={"held_out": held_out}, limit=200)
    assert everything["second_estimator"]["calibration"]["n"] == 5 * 16
    assert all(abs(age - 27) > 1 for age in everything["second_estimator"]["calibration"]["calibrated"])
    assert both["second_estimator"]["calibration"]["n"] == 6 * 16 - 20


def test_too_few_other_faces_leave_it_raw(tmp_path: Path) -> None:
    write_faces(tmp_path, ages=(16, 27), per_age=12)
    second = _evaluate(tmp_path, second=FakeSecondEstimator(), limit=None)["second_estimator"]
    assert second["calibration"] is None
    assert second["age_mae"] == second["age_mae_raw"]
    assert any("Too few faces were left" in note for note in second["notes"])


def test_print_out_and_plots_say_both(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    rest: dict[str, Any] = {
        "on_progress": lambda fraction, words: said.append(words),
        "out_dir": tmp_path / "out",
    }
    lines = second_sentences(_evaluate(folder, second=FakeSecondEstimator(), **rest)["second_estimator"])
    first, second = ((tmp_path / "out" / f"age_by_target{kind}.png").read_bytes() for kind in ("", "_second"))
    assert first[:4] == second[:4] == b"\x89PNG"
    assert first != second
    assert any(line.startswith("Second age estimator (fake-second): own error on 20 real") for line in lines)
    assert any("target 45: age error" in line and "raw 7.0 and +7.0 years" in line for line in lines)
    assert any("UTKFace" in line and line.startswith("Note") for line in lines)
    assert "Second estimator: reading the real photographs" in said
