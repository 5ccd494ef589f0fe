from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forensic_app.records import (
    Case,
    CaseKind,
    CaseStatus,
    Run,
    RunSpec,
    RunStatus,
    Sex,
    Subject,
    SubjectDescription,
)
from forensic_app.workflows.completeness import namus, yellow_notice
from forensic_app.workflows.estimate import estimate_run, work_units

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CASE = Case("C-0001", "1", "", CaseKind.MISSING_PERSON, CaseStatus.OPEN, "", "", NOW)
EMPTY = Subject("S-0001", "C-0001", "Somebody")
FULL = replace(
    EMPTY, sex=Sex.FEMALE, birth_date="1990", last_seen="2001", last_seen_place="Here",
    description=SubjectDescription(*("x",) * 13),
)  # fmt: skip


def test_an_empty_record_says_everything_that_is_missing() -> None:
    meter = yellow_notice(CASE, EMPTY, [])
    assert meter.fraction == 0.0
    assert "photograph, fingerprints or DNA" in meter.missing
    assert namus(CASE, EMPTY, []).present == ("agency case number",)


def test_fingerprints_serve_instead_of_a_photograph() -> None:
    case = replace(CASE, agency="Police")
    assert yellow_notice(case, FULL, []).fraction == 1.0
    assert namus(case, FULL, []).missing == ("photograph",)


def run(seconds: float, parameters: dict[str, Any], **changes: Any) -> Run:
    spec = RunSpec("aging", "1", "E-0001", "0" * 64, parameters, "base", "p", "dlib")
    made = Run(
        "R-0001", "C-0001", spec, RunStatus.COMPLETED, "Ada", NOW, NOW, NOW + timedelta(seconds=seconds)
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        ([], None),
        ([run(10, {"num_inference_steps": 10})], 20.0),
        ([run(10, {"num_inference_steps": 10}), run(14, {"num_inference_steps": 30})], 12.0),
        ([run(10, {"num_inference_steps": 10}, status=RunStatus.FAILED)], None),
        ([run(14, {"num_inference_steps": 10}), run(10, {"num_inference_steps": 30})], 12.0),
    ],
)
def test_only_measured_runs_give_a_time(past: list[Run], expected: float | None, tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "weights.safetensors").write_bytes(b"x" * 1000)
    estimate = estimate_run(
        {"num_inference_steps": 20}, engine="aging", pack_sha256="p", pack_path=tmp_path, past=past
    )
    assert estimate.seconds == pytest.approx(expected) if expected else estimate.seconds is None
    assert estimate.weights_bytes == 1000
    assert estimate.free_memory_bytes > 0


def test_work_grows_with_steps_ages_and_variants() -> None:
    assert work_units({"num_inference_steps": 20, "target_ages": [8.0, 16.0], "variants": 3}) == 120
    assert work_units({}) == 1
