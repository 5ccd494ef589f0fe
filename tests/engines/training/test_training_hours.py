from __future__ import annotations

import json
from pathlib import Path

from forensic_app.engines.training.work import METRICS_NAME, training_hours

HOUR_S = 3600


def _write(work: Path, points: list[tuple[int, int]], stage: str = "decoder", *, end: str = "") -> None:
    lines = [
        json.dumps({"time": time_s, "stage": stage, "done": done, "total": 10_000}) for time_s, done in points
    ]
    with (work / METRICS_NAME).open("a", encoding="utf-8") as stream:
        stream.write("".join(f"{line}\n" for line in lines) + end)


def _minutes(first: int, last: int, per_minute: int = 10, *, at: int = 0) -> list[tuple[int, int]]:
    """Return a line a minute from image ``first`` to image ``last``, beginning at ``at`` seconds."""
    return [(at + 60 * place, done) for place, done in enumerate(range(first, last + 1, per_minute))]


def test_a_whole_stage_counts_whole_and_a_pause_does_not(tmp_path: Path) -> None:
    _write(tmp_path, _minutes(0, 600))
    _write(tmp_path, _minutes(600, 1200, at=9 * HOUR_S))
    assert training_hours(tmp_path, ["decoder"]) == 2.0


def test_an_attempt_that_began_again_is_not_counted(tmp_path: Path) -> None:
    _write(tmp_path, _minutes(0, 1800))
    _write(tmp_path, _minutes(0, 600, at=4 * HOUR_S))
    assert training_hours(tmp_path, ["decoder"]) == 1.0


def test_going_back_to_a_checkpoint_discards_what_followed_it(tmp_path: Path) -> None:
    _write(tmp_path, _minutes(0, 1200))
    _write(tmp_path, _minutes(605, 905, at=3 * HOUR_S))
    assert training_hours(tmp_path, ["decoder"]) == 1.5


def test_what_the_weights_have_not_seen_is_not_counted(tmp_path: Path) -> None:
    _write(tmp_path, _minutes(0, 1200))
    assert training_hours(tmp_path, ["decoder"], shown={"decoder": 905}) == 1.5


def test_stages_are_summed_and_other_lines_left_out(tmp_path: Path) -> None:
    _write(tmp_path, _minutes(0, 600))
    _write(
        tmp_path, _minutes(0, 600), "diffusion", end='{"stage": "decoder", "time": 9000, "psnr_db": 38.2}\n'
    )
    _write(tmp_path, [], end='{"stage": "decoder", "time": 90')
    assert training_hours(tmp_path, ["decoder", "diffusion"]) == 2.0
    assert training_hours(tmp_path, ["sketch"]) == 0.0
    assert training_hours(tmp_path / "absent", ["decoder"]) == 0.0
