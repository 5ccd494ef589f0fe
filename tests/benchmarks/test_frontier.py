from __future__ import annotations

import numpy as np
import pytest
from frontier import draw, mark_frontier, nearest, table


def _point(strength: float, errors: list[float], kept: list[float]) -> dict[str, object]:
    return {
        "strength": strength,
        "guidance": 4.0,
        "age_mae": float(np.mean(errors)),
        "identity_kept": float(np.mean(kept)),
        "comparison_score": 0.5,
        "cpu_seconds_per_series": 1.0,
        "_age_errors": np.array(errors),
        "_kept": np.array(kept),
    }


ENGINE = _point(0.0, [6.0, 8.0], [0.8, 1.0])
LOOP = [
    _point(0.2, [20.0, 20.0], [0.9, 0.9]),
    _point(0.4, [14.0, 12.0], [0.8, 1.0]),
    _point(0.6, [9.0, 9.0], [0.4, 0.4]),
    _point(0.8, [7.5, 7.5], [0.1, 0.1]),
    _point(0.9, [8.5, 8.5], [0.0, 0.0]),
]


def test_equal_identity_takes_the_loops_best_age_there_and_pairs_by_person() -> None:
    found = nearest(LOOP, ENGINE, "identity_kept", "age_mae")
    assert found["strength"] == 0.4
    assert found["engine_minus_loop_age_mae"] == pytest.approx(-6.0)
    assert found["engine_minus_loop_age_mae_interval"] == [pytest.approx(-8.0), pytest.approx(-4.0)]
    assert found["engine_minus_loop_identity_kept"] == pytest.approx(0.0)
    assert "_kept" not in found


def test_equal_age_error_takes_the_nearest_age() -> None:
    found = nearest(LOOP, ENGINE, "age_mae", "identity_kept")
    assert found["strength"] == 0.8
    assert found["engine_minus_loop_identity_kept"] == pytest.approx(0.8)


def test_the_frontier_is_what_no_other_setting_beats_in_both() -> None:
    points = [dict(point) for point in LOOP]
    mark_frontier(points)
    assert [point["is_on_frontier"] for point in points] == [False, True, True, True, False]


def test_table_and_plot_hold_engine_and_loop(tmp_path) -> None:
    points = [dict(point) for point in LOOP]
    mark_frontier(points)
    engine = {key: value for key, value in ENGINE.items() if key not in ("strength", "guidance")}
    result = {"engine": engine, "loop": points}
    lines = table(result).splitlines()
    assert lines[1].startswith("engine")
    assert lines[2].startswith("loop 0.8/4")
    assert lines[2].endswith("*")
    assert len(lines) == 8
    draw(result, tmp_path / "frontier.png")
    assert (tmp_path / "frontier.png").read_bytes()[:4] == b"\x89PNG"
