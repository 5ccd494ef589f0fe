from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forensic_app.evaluation.pack.realism import RealismReader, put_realism, realism_sentence
from forensic_app.evaluation.pack.references import References
from forensic_app.evaluation.pack.sex_reading import prepare_sex_judge, put_sex
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.records import Sex

TARGETS = (8.0, 45.0)


def _numbers(count: int, shift: float, generator: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        name: (generator.normal(size=(count, 30)) + shift).astype(np.float32)
        for name in ("face", "eyes", "mouth")
    }


def _read(
    people: int, references: dict[float, int], shift: float = 0.0
) -> tuple[dict[str, Any], dict[str, Any]]:
    generator = np.random.default_rng(0)
    face = LabelledFace(Path("a.jpg"), 8.0, Sex.FEMALE, "")
    real = {
        age: References((face,) * count, np.zeros((0, 0, 0, 3), np.uint8), _numbers(count, 0.0, generator), 3)
        for age, count in references.items()
    }
    rows = []
    for _ in range(people):
        row = _numbers(len(TARGETS), 0.0, generator)
        row["mouth"][0] += shift
        rows.append(row)
    reader = RealismReader(real, _numbers(people, 0.0, generator), rows)
    result: dict[str, Any] = {"intervals": {}}
    targets: dict[str, Any] = {f"{age:g}": {"intervals": {}} for age in TARGETS}
    put_realism(result, targets, reader, seed=0)
    return result, targets


def test_a_broken_mouth_at_one_age_shows_there_and_nowhere_else() -> None:
    result, targets = _read(60, {8.0: 80, 45.0: 80}, shift=1.0)
    assert targets["8"]["realism_auc_mouth"] > 0.95
    for value in (
        targets["8"]["realism_auc"],
        targets["45"]["realism_auc_mouth"],
        result["control_realism_auc"],
    ):
        assert value == pytest.approx(0.5, abs=0.15)
    mean = (targets["8"]["realism_auc_mouth"] + targets["45"]["realism_auc_mouth"]) / 2
    assert result["realism_auc_mouth"] == pytest.approx(mean)
    low, high = result["intervals"]["realism_auc_mouth"]
    assert low <= mean <= high
    assert (targets["8"]["n_references"], targets["8"]["n_references_unseen"]) == (80, 3)


def test_too_few_references_or_people_leave_a_reason_and_no_figure() -> None:
    result, targets = _read(60, {8.0: 19, 45.0: 80})
    assert targets["8"]["realism_auc"] is None
    assert targets["8"]["realism_absent"] == "only 19 real faces of that age, 20 are needed"
    assert result["realism_auc"] == targets["45"]["realism_auc"]
    assert result["realism"]["n_targets"] == 1
    words = realism_sentence({**result, "by_target": targets})
    assert words is not None
    assert "8 only 19 real faces of that age" in words
    few, _ = _read(9, {8.0: 30, 45.0: 30})
    assert few["realism_auc"] is few["intervals"]["realism_auc"] is None
    assert realism_sentence({"by_target": {}}) is None


def test_a_sex_that_changes_is_counted_and_one_that_was_not_read_is_not() -> None:
    part: dict[str, Any] = {"intervals": {}}
    put_sex(part, np.array([[True, True], [True, False]]), np.array([1.0, np.nan]), seed=0)
    assert (part["sex_kept"], part["sex_read_right"], part["n_sex_labelled"]) == (0.75, 1.0, 1)
    put_sex(part, None, None, seed=0)
    assert part["sex_kept"] is part["intervals"]["sex_kept"] is None
    assert prepare_sex_judge(None, []) is None
