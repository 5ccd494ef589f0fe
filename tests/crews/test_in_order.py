"""Tasks are given as there is room, tried again when they are lost, and answers are taken in order, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from forensic_app.crews.alone import Alone
from forensic_app.crews.in_order import GIVEN_UP_IN_A_ROW, TRIES, Attempts, GivenUp, Request, in_order
from forensic_app.crews.work import Answer, Answered, Ended, Lost, Task
from forensic_app.errors import WorkerDied

from .crew_fakes import ScriptedCrew, answered, job, losing, requests, spelt


def texts(found: Any) -> list[tuple[str, str]]:
    """Return each context with the text of its answer."""
    return [
        (context, outcome.facts["text"] if isinstance(outcome, Answer) else repr(outcome))
        for context, outcome in found
    ]


def test_answers_come_in_the_order_of_the_requests() -> None:
    names = [f"photograph {number}" for number in range(30)]
    assert texts(in_order(ScriptedCrew(), requests(*names))) == [(each, each) for each in names]
    assert texts(in_order(Alone(spelt), requests(*names))) == [(each, each) for each in names]


def test_requests_without_work_keep_their_place() -> None:
    given: list[Request[str]] = [Request("bad"), *requests("a"), Request("worse"), *requests("b")]
    found = list(in_order(ScriptedCrew(), given))
    assert [context for context, _ in found] == ["bad", "a", "worse", "b"]
    assert [outcome is None for _, outcome in found] == [True, False, True, False]


def test_nothing_is_read_before_there_is_room() -> None:
    crew = ScriptedCrew(room=4)
    read = 0

    def source() -> Iterator[Request[str]]:
        nonlocal read
        for each in requests(*map(str, range(100))):
            read += 1
            yield each

    taken = 0
    for _ in in_order(crew, source()):
        taken += 1
        assert read - taken <= 4
    assert (taken, crew.most_at_once) == (100, 4)


def test_few_bytes_and_few_requests_are_held_behind_a_slow_one() -> None:
    slow: list[Task] = []
    looks = 0

    def script(task: Task, _attempt: int) -> Ended | None:
        nonlocal looks
        if task.job.data[:4] != b"slow":
            return answered(task)
        slow.append(task)
        looks += 1
        return answered(task) if looks > 40 else None

    def read_with(**limits: int) -> int:
        nonlocal looks
        looks = 0
        read = 0

        def source() -> Iterator[Request[str]]:
            nonlocal read
            for text in ["slow" + "x" * 96, *(f"{number:03d}" + "x" * 97 for number in range(60))]:
                read += 1
                yield requests(text)[0]

        found = in_order(ScriptedCrew(script=script), source(), **limits)
        next(found)
        held = read
        assert len(list(found)) == 60
        return held

    assert read_with(most_bytes=1000) == 10
    assert read_with(most_waiting=7) == 7
    assert read_with(most_bytes=1) == 1
    assert read_with() == 61


def test_the_same_work_on_the_same_bytes_is_done_once() -> None:
    crew = ScriptedCrew(room=8)
    given = [Request("a", job("face")), Request("b", job("face")), Request("c", job("face", wants_age=True))]
    assert texts(in_order(crew, given)) == [("a", "face"), ("b", "face"), ("c", "face")]
    assert len(crew.begun) == 2
    assert len({task.ticket for task in crew.begun}) == 2


def test_lost_tasks_are_tried_again_and_told() -> None:
    crew = ScriptedCrew(script=losing({"b": TRIES - 1, "c": 1}))
    attempts = Attempts()
    found = texts(in_order(crew, requests("a", "b", "c", "d"), attempts=attempts))
    assert found == [(each, each) for each in "abcd"]
    assert (attempts.begun, attempts.lost, attempts.why) == (7, 3, "it was switched off")


def test_a_photograph_that_ends_every_worker_is_given_up_and_the_others_go_on() -> None:
    names = ["a", "poison", *map(str, range(12))]
    crew = ScriptedCrew(script=losing({"poison": 99}))
    found = dict(in_order(crew, requests(*names)))
    assert found["poison"] == GivenUp("it was switched off")
    assert sum(isinstance(each, Answer) for each in found.values()) == 13
    assert sum(task.job.data == b"poison" for task in crew.begun) == TRIES


def test_machines_that_end_with_every_photograph_end_the_work() -> None:
    crew = ScriptedCrew(room=1, script=losing({str(number): 99 for number in range(50)}))
    taken = []
    with pytest.raises(WorkerDied, match="again and again, the last because it was switched off") as caught:
        taken += [context for context, _ in in_order(crew, requests(*map(str, range(50))))]
    assert "fewer workers" in caught.value.advice
    assert len(crew.begun) == TRIES * GIVEN_UP_IN_A_ROW


def test_what_only_waited_behind_another_is_not_charged() -> None:
    def script(task: Task, attempt: int) -> Ended:
        if task.job.data == b"behind" and attempt <= 9:
            return Lost(task.ticket, "the one before ended it", is_charged=False)
        return answered(task)

    assert texts(in_order(ScriptedCrew(script=script), requests("behind"))) == [("behind", "behind")]


def test_an_answer_for_other_bytes_or_for_a_lost_attempt_is_not_taken() -> None:
    def script(task: Task, attempt: int) -> Ended:
        if task.job.data != b"b":
            return answered(task)
        if attempt == 1:
            return Answered(task.ticket, spelt(job("forged")))
        if attempt == 2:
            crew.late = [Answered(task.ticket, spelt(job("b")))]
            return Lost(task.ticket, "it was slow")
        facts = {"text": "third"}
        return Answered(task.ticket, Answer(task.job.digest, facts))

    crew = ScriptedCrew(script=script)
    attempts = Attempts()
    found = texts(in_order(crew, requests("a", "b", "c"), attempts=attempts))
    assert found == [("a", "a"), ("b", "third"), ("c", "c")]
    assert attempts.lost == 2
