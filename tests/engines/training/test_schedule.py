from __future__ import annotations

import pytest

from forensic_app.engines.training import schedule
from forensic_app.engines.training.schedule import Due, TimeLeft


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(schedule.time, "monotonic", lambda: self.now)


def test_a_training_with_a_time_ends_then_whatever_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    left = TimeLeft(600.0)
    step, shown = 0, []
    clock.now += 60.0  # compiling
    while step < (last := left.last_step(step, 10_000)):
        shown.append(last)
        step += 1
        clock.now += 1.0
    assert clock.now == pytest.approx(700.0, abs=1.5)
    assert step == pytest.approx(540, abs=2)
    assert shown[0] == 10_000
    assert all(abs(last - 540) <= 2 for last in shown[2 * schedule.SETTLING_STEPS :])


def test_a_training_without_a_time_makes_all_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    left = TimeLeft(None)
    clock.now += 1e9
    assert left.last_step(3, 10_000) == 10_000


def test_checkpoints_come_neither_every_second_nor_every_half_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    due = Due()
    clock.now += 1.0
    assert not due.at(is_due=True)
    clock.now += 30.0
    assert due.at(is_due=True)
    clock.now += 599.0
    assert not due.at(is_due=False)
    clock.now += 2.0
    assert due.at(is_due=False)
