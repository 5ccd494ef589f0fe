"""Work that is quick and leaves traces, and crews that do what a test says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forensic_app.crews.in_order import Request
from forensic_app.crews.work import Answer, Answered, Ended, Job, Lost, Task, Work
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import PackMissing


def job(text: str, **asked: Any) -> Job:
    """Return work on some bytes."""
    data = text.encode()
    return Job(sha256_of_bytes(data), data, asked)


def requests(*texts: str) -> list[Request[str]]:
    """Return one request for each text."""
    return [Request(text, job(text)) for text in texts]


def answered(task: Task) -> Answered:
    """Return what a sound worker makes of a task: the text, and its length as a template."""
    return Answered(task.ticket, spelt(task.job))


def spelt(given: Job) -> Answer:
    """Return the text of a job, and its length as a template."""
    facts = {"text": given.data.decode(), "pid": os.getpid(), "parent": os.getppid()}
    return Answer(given.digest, facts, np.full((1, 4), len(given.data), np.float32))


class ScriptedCrew:
    """Ends tasks as a script says: by default each one at the next look, the newest first."""

    def __init__(self, room: int = 4, script: Callable[[Task, int], Ended | None] | None = None) -> None:
        self.room = room
        self.begun: list[Task] = []
        self.most_at_once = 0
        self.late: list[Ended] = []
        self._script = script or (lambda task, _attempt: answered(task))
        self._running: list[Task] = []

    def begin(self, task: Task) -> None:
        self.begun.append(task)
        self._running.append(task)
        self.most_at_once = max(self.most_at_once, len(self._running))

    def ended(self, *, timeout_s: float) -> list[Ended]:
        if not timeout_s:
            return []
        found, self.late = self.late, []
        for task in reversed(self._running):
            outcome = self._script(task, sum(each.job.key == task.job.key for each in self.begun))
            if outcome is not None:
                found.append(outcome)
                self._running.remove(task)
        return found

    def close(self) -> None:
        pass


def losing(texts: Mapping[str, int]) -> Callable[[Task, int], Ended]:
    """Return a script that loses the first attempts at some texts."""

    def script(task: Task, attempt: int) -> Ended:
        is_lost = attempt <= texts.get(task.job.data.decode(), 0)
        return Lost(task.ticket, "it was switched off") if is_lost else answered(task)

    return script


@dataclass(frozen=True)
class SpellingRecipe:
    """Work for real processes.

    Attributes:
        folder: Takes a file for each text whose worker was killed.
        kills: Texts at which the worker kills itself, and how often.
        sleep_s: How long each task takes.
        fails: Whether the work cannot be set up.
    """

    folder: Path
    kills: Sequence[tuple[str, int]] = ()
    sleep_s: float = 0.0
    fails: bool = False

    def build(self) -> Work:
        if self.fails:
            raise PackMissing("There is no pack here.", "Bring it.")
        return self._work

    def travelling(self) -> SpellingRecipe:
        return self

    def _work(self, given: Job) -> Answer:
        text = given.data.decode()
        if text == "memory":
            raise MemoryError
        if text == "defect":
            raise ZeroDivisionError
        for number in range(dict(self.kills).get(text, 0)):
            if claimed(self.folder / f"{text}-{number}"):
                os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.sleep_s)
        return spelt(given)


def claimed(path: Path) -> bool:
    """Return whether this is the first to make a file."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
