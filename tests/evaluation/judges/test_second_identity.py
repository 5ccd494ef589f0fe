from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation_fakes import FakeAnalyser, FakeMaker, FakeSecondRecogniser, write_faces

from forensic_app.evaluation.judges.second_identity import judge_sentence
from forensic_app.evaluation.pack.evaluation import evaluate_series_maker
from forensic_app.evaluation.pack.inputs import Plan
from forensic_app.faces.labelled_faces import read_labelled_faces

TARGETS = (8.0, 27.0, 62.0)


def _judged(folder: Path, maker: FakeMaker) -> dict[str, Any]:
    plan = Plan(faces=read_labelled_faces(folder), limit=30, seed=7, target_ages=TARGETS)
    recogniser: Any = FakeSecondRecogniser()
    result = evaluate_series_maker(maker, FakeAnalyser(), plan, calibration=None, recogniser=recogniser)
    found: dict[str, Any] = result["second_recogniser"]
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faces")
    write_faces(path, ages=(8, 27, 45, 62), per_age=20)
    return path


def test_pictures_of_the_same_person_are_kept_whatever_the_age(folder: Path) -> None:
    found = _judged(folder, FakeMaker())
    assert found["identity_kept_all"] == found["identity_kept_gap20"] == 1.0
    assert found["by_target"] == {"8": 1.0, "27": 1.0, "62": 1.0}
    assert found["score_mean"] == pytest.approx(1.0, abs=1e-5)
    assert found["n_non_mated"] == 30 * 29 // 2
    assert found["intervals"]["identity_kept_all"] == [pytest.approx(1 - 3 / 30), 1.0]
    assert 0.0 < found["fmr_realised"] <= 0.01
    assert found["score_mean_non_mated"] < 0.9 < found["threshold"]
    assert (found["name"], found["sha256"]) == ("fake-recogniser", {"fake.bin": "3" * 64})


def test_a_person_who_drifts_with_the_gap_is_lost_at_large_gaps_first(folder: Path) -> None:
    found = _judged(folder, FakeMaker(drift=1.5))
    assert found["identity_kept_all"] < found["identity_kept_gap20"]
    assert np.mean(list(found["by_target"].values())) == pytest.approx(found["identity_kept_all"])
    low, high = found["intervals"]["identity_kept_all"]
    assert low <= found["identity_kept_all"] <= high < 1.0
    sentence = judge_sentence(found)
    assert f"identity kept {found['identity_kept_all']:.1%}" in sentence
    assert "within 20 years" in sentence


def test_nothing_is_said_without_a_second_recogniser(folder: Path) -> None:
    plan = Plan(faces=read_labelled_faces(folder), limit=15, seed=7, target_ages=TARGETS)
    result = evaluate_series_maker(FakeMaker(), FakeAnalyser(), plan, calibration=None)
    assert "second_recogniser" not in result
