"""Processes of a pool: none is waited for in vain, none outlives the pool, and what one takes with it is done again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forensic_app.crews import pool
from forensic_app.crews.in_order import Attempts, GivenUp, in_order
from forensic_app.crews.pool import PoolCrew
from forensic_app.crews.work import Answer, Lost, Task
from forensic_app.errors import EngineError, InvalidInput, PackMissing, WorkerDied

from .crew_fakes import SpellingRecipe, job, requests

NAMES = [f"photograph {number}" for number in range(12)]


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Any]:
    """Return a pool of two of a recipe with these options; ended at the end."""
    made: list[PoolCrew] = []

    def hired(workers: int = 2, **options: Any) -> PoolCrew:
        made.append(PoolCrew(SpellingRecipe(tmp_path, **options), workers, log_dir=tmp_path / "logs"))
        return made[-1]

    yield hired
    for each in made:
        pids = each.pids
        each.close()
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
    assert not [path for path in (tmp_path / "logs").glob("*") if path.stat().st_size == 0]


def answers(found: Any) -> list[str]:
    """Return the texts of answers."""
    return [outcome.facts["text"] for _, outcome in found if isinstance(outcome, Answer)]


def test_two_processes_share_the_work(crew: Any) -> None:
    found = list(in_order(crew(sleep_s=0.05), requests(*NAMES)))
    assert answers(found) == NAMES
    pids = {outcome.facts["pid"] for _, outcome in found if isinstance(outcome, Answer)}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_a_killed_process_is_replaced_and_its_tasks_done_again(crew: Any) -> None:
    attempts = Attempts()
    hired = crew(kills=[(NAMES[3], 1), (NAMES[7], 2)])
    assert answers(in_order(hired, requests(*NAMES), attempts=attempts)) == NAMES
    assert attempts.lost >= 3
    assert "runs out of memory" in attempts.why


def test_a_process_that_is_killed_from_outside_is_replaced(crew: Any) -> None:
    hired = crew(sleep_s=0.2)
    found = in_order(hired, requests(*NAMES))
    first = next(found)
    for pid in hired.pids:
        os.kill(pid, signal.SIGKILL)
    assert answers([first, *found]) == NAMES


def test_short_memory_and_poison_are_given_up_and_the_rest_goes_on(crew: Any) -> None:
    found = dict(in_order(crew(kills=[("poison", 99)]), requests("a", "memory", "b", "poison", "c")))
    assert found["memory"] == GivenUp("its memory did not suffice")
    assert isinstance(found["poison"], GivenUp)
    assert all(isinstance(found[each], Answer) for each in "abc")


def test_what_no_worker_can_do_is_an_error_with_advice(crew: Any) -> None:
    with pytest.raises(PackMissing, match="no pack here"):
        list(in_order(crew(fails=True), requests(*NAMES)))
    with pytest.raises(EngineError, match=r"defect of the program: .*crew_fakes.py"):
        list(in_order(crew(), requests("defect")))
    with pytest.raises(WorkerDied):
        list(in_order(crew(1, kills=[(each, 9) for each in NAMES]), requests(*NAMES)))
    for number in (0, 257):
        with pytest.raises(InvalidInput, match="cannot be kept"):
            crew(number)


def test_large_photographs_wait_for_nobody(crew: Any) -> None:
    hired = crew(1, sleep_s=0.3)
    began = time.monotonic()
    for ticket in range(2):
        hired.begin(Task(ticket, job(str(ticket) * (32 << 20))))
    assert time.monotonic() - began < 5
    assert sum(len(hired.ended(timeout_s=60)) for _ in range(2)) == 2


def test_what_is_no_answer_ends_its_process(crew: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hired = crew(1)
    monkeypatch.setattr(pool, "message_of", lambda _data: {"ticket": 0, "answer": {"digest": "x"}})
    hired.begin(Task(0, job("a")))
    assert hired.ended(timeout_s=60) == [Lost(0, "it sent what is no answer")]
    assert hired.pids == []
