"""A crew of one: this process, which does each task as soon as it is given."""

from __future__ import annotations

from forensic_app.crews.work import Answered, Ended, Task, Work


class Alone:
    """Does the work here; what it raises is raised where the task was given."""

    def __init__(self, work: Work) -> None:
        """Take the work, set up."""
        self._work = work
        self._ended: list[Ended] = []

    @property
    def room(self) -> int:
        """One task at a time."""
        return 1

    def begin(self, task: Task) -> None:
        """Do a task."""
        self._ended.append(Answered(task.ticket, self._work(task.job)))

    def ended(self, *, timeout_s: float) -> list[Ended]:
        """Return what was done since the last call."""
        del timeout_s
        done, self._ended = self._ended, []
        return done

    def close(self) -> None:
        """Do nothing: there is no worker to end."""
