"""Give a crew its tasks and take the answers in the order of the photographs, each once.

Rules:
    * Few photographs are held at once, by number and by bytes: the list is read as fast as the crew works, not faster.
    * The same work on the same bytes is done once while it is needed, whoever asks; its answer is taken for no other
      bytes.
    * A lost task is tried again by another worker. After :data:`TRIES` losses its photograph is given up and the others
      go on; after :data:`GIVEN_UP_IN_A_ROW` such photographs without an answer between, all is: the machines are at
      fault.
    * An answer that comes late, for an attempt that was counted as lost, is not taken.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from forensic_app.crews.work import Answer, Answered, Crew, Ended, Job, Lost, Task
from forensic_app.errors import WorkerDied

TRIES: Final = 3
GIVEN_UP_IN_A_ROW: Final = 3
MOST_BYTES: Final = 512 << 20
"""Bytes of photographs held at once; one photograph is always held, however large."""
MOST_WAITING: Final = 4096
WAIT_S: Final = 1.0

Context = TypeVar("Context")


@dataclass(frozen=True, slots=True)
class Request(Generic[Context]):
    """A line of the list, and the work that it needs.

    Attributes:
        context: Given back beside the answer.
        job: The work; ``None`` where the line needs none.
    """

    context: Context
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A photograph that every worker that took it ended with.

    Attributes:
        why: Words for people, of the last loss.
    """

    why: str


@dataclass(slots=True)
class _Pending:
    """A job that somebody waits for."""

    job: Job
    waiting: int = 1
    losses: int = 0
    outcome: Answer | GivenUp | None = None


@dataclass(slots=True)
class Attempts:
    """What a dispatch cost, for people.

    Attributes:
        begun: Attempts.
        lost: Attempts that were lost.
        why: Words for the last loss.
    """

    begun: int = 0
    lost: int = 0
    why: str = ""


def in_order(
    crew: Crew,
    requests: Iterable[Request[Context]],
    *,
    most_bytes: int = MOST_BYTES,
    most_waiting: int = MOST_WAITING,
    attempts: Attempts | None = None,
) -> Iterator[tuple[Context, Answer | GivenUp | None]]:
    """Yield each request's context with its outcome, in the order of the requests.

    Args:
        crew: Who does the work.
        requests: Read as the crew has room.
        most_bytes: Bytes of photographs held at once.
        most_waiting: Requests held at once.
        attempts: Filled with what it cost.

    Raises:
        ForensicAppError: A worker cannot do the work at all.
        WorkerDied: Workers ended again and again.
    """
    dispatch = _Dispatch(crew, attempts or Attempts())
    waiting: deque[Request[Context]] = deque()
    held = 0
    source = iter(requests)
    is_at_end = False
    while waiting or not is_at_end:
        while waiting and dispatch.has(waiting[0].job):
            request = waiting.popleft()
            held -= _size(request)
            yield request.context, dispatch.taken(request.job)
        has_room = held < most_bytes and len(waiting) < most_waiting and dispatch.has_room
        if not is_at_end and (has_room or not waiting):
            found = next(source, None)
            if found is None:
                is_at_end = True
                continue
            waiting.append(found)
            held += _size(found)
            dispatch.ask(found.job)
            dispatch.look(timeout_s=0.0)
        elif waiting and not dispatch.has(waiting[0].job):
            dispatch.look(timeout_s=WAIT_S)


def _size(request: Request[Context]) -> int:
    return 0 if request.job is None else len(request.job.data)


@dataclass(slots=True)
class _Dispatch:
    """The tasks that are with the crew, and what came of them."""

    crew: Crew
    attempts: Attempts
    _pending: dict[bytes, _Pending] = field(default_factory=dict)
    _with_crew: dict[int, bytes] = field(default_factory=dict)
    _tickets: Iterator[int] = field(default_factory=itertools.count)
    _given_up_in_a_row: int = 0

    @property
    def has_room(self) -> bool:
        return len(self._with_crew) < self.crew.room

    def ask(self, job: Job | None) -> None:
        if job is None:
            return
        pending = self._pending.get(job.key)
        if pending is not None:
            pending.waiting += 1
            return
        self._pending[job.key] = _Pending(job)
        self._begin(job)

    def has(self, job: Job | None) -> bool:
        return job is None or self._pending[job.key].outcome is not None

    def taken(self, job: Job | None) -> Answer | GivenUp | None:
        if job is None:
            return None
        pending = self._pending[job.key]
        pending.waiting -= 1
        if pending.waiting == 0:
            del self._pending[job.key]
        return pending.outcome

    def look(self, *, timeout_s: float) -> None:
        for each in self.crew.ended(timeout_s=timeout_s):
            self._end(each)

    def _begin(self, job: Job) -> None:
        task = Task(next(self._tickets), job)
        self._with_crew[task.ticket] = job.key
        self.attempts.begun += 1
        self.crew.begin(task)

    def _end(self, ended: Ended) -> None:
        key = self._with_crew.pop(ended.ticket, None)
        if key is None:
            return
        pending = self._pending[key]
        if isinstance(ended, Answered) and ended.answer.digest == pending.job.digest:
            pending.outcome = ended.answer
            self._given_up_in_a_row = 0
            return
        loss = ended if isinstance(ended, Lost) else Lost(ended.ticket, "it answered for another photograph")
        self.attempts.lost += 1
        self.attempts.why = loss.why
        pending.losses += loss.is_charged
        if pending.losses < TRIES:
            self._begin(pending.job)
            return
        pending.outcome = GivenUp(loss.why)
        self._given_up_in_a_row += 1
        if self._given_up_in_a_row >= GIVEN_UP_IN_A_ROW:
            raise WorkerDied(
                f"Workers ended again and again, the last because {loss.why}.",
                "Close other programs or use fewer workers, as each needs memory of its own; then give the same "
                "command again: what was written before stays.",
            )
