"""What the window says of a second matcher's score, and that it stays silent where there was none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from forensic_app.cli.run_output import print_run
from forensic_app.records import DerivedImage, ImageRole, Run, RunSpec, RunStatus
from ui.comparison.figures import image_sentences

SPEC = RunSpec("aging", "1", "E-0001", "a" * 64, {}, "base", "b" * 64, "dlib")
SECOND = {"analyser": "matcher", "comparison_score": 1.3, "reference_scores": {"E-0002": 1.1}}
RUN = Run(
    "R-0001", "C-0001", SPEC, RunStatus.COMPLETED, "Ada", datetime(2026, 11, 28, tzinfo=UTC),
    environment={"second_analyser": {"name": "matcher", "version": "pack matcher 1.0", "threshold": 1.276}},
    control={"second": {**SECOND, "reference_scores": {"E-0002": 1.2}}},
)  # fmt: skip
IMAGE = DerivedImage(
    "D-000001", "R-0001", ImageRole.DERIVED, 40.0, 1, "c" * 64, 9, 9, 9,
    {"face_found": True, "comparison_score": 0.6, "second": SECOND},
)  # fmt: skip


def test_the_second_score_stands_beside_the_main_one(qapp: Any) -> None:
    told = image_sentences(RUN, IMAGE)
    assert told[0].startswith("Comparison score with the photograph (dlib, higher is more alike): 0.600.")
    assert told[1] == (
        "A second matcher (matcher), which had no part in making the picture: 1.300. Its threshold is 1.276. "
        "With the other photograph E-0002: 1.100 (untouched photograph: 1.200)."
    )
    old = replace(IMAGE, metrics={"face_found": True, "comparison_score": 0.6})
    assert not [each for each in image_sentences(RUN, old) if "matcher" in each]


@pytest.mark.parametrize("has_second", [True, False])
def test_the_command_line_has_a_column_for_it(capsys: Any, has_second: bool) -> None:
    measured = {"estimated_age": 40.0, "comparison_score": 0.6, "second_score": 1.3 if has_second else None}
    print_run(
        {
            "run_id": "R-0001", "status": "completed", "exhibit_id": "E-0001", "examiner": "Ada", "adapters": [],
            "spec": {"pack_name": "base", "pack_sha256": "b" * 64, "analyser": "dlib", "parameters": {}},
            "failure": "", "control": {**measured, "second_score": None}, "summary_images": [],
                "face": {}, "face_number": 1,
            "environment": dict(RUN.environment) if has_second else {},
            "derived_images": [
                {**measured, "target_age": 40.0, "variant": 1, "role": "derived", "decision": None,
                 "derived_image_id": "D-000001", "path": "/x"}
            ],
        }
    )  # fmt: skip
    words = capsys.readouterr().out
    assert ("Score by matcher" in words) is has_second
    assert ("no part in making" in words) is has_second
