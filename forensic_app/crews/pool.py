"""A crew of processes on this machine, spawned and ended here.

Rules:
    * Each process has at most two tasks: the one that it does, and the next, so that it never waits for this process.
    * A process that ended takes its tasks with it: they are lost on record, the one that it did charged, the one that
      waited not. Another process takes its place with the next task.
    * No process outlives :meth:`PoolCrew.close`, or this process: each ends when its connection does.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import secrets
import signal
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.connection import wait
from multiprocessing.reduction import send_handle
from pathlib import Path
from typing import Final

from forensic_app.crews.pool_worker import worker_main
from forensic_app.crews.work import (
    MOST_MESSAGE_BYTES,
    Answered,
    Ended,
    Lost,
    Recipe,
    Task,
    answer_of,
    error_of,
    message_of,
)
from forensic_app.digests import canonical_json
from forensic_app.errors import InvalidInput
from forensic_app.private import make_private_folder
from forensic_app.runs.worker_process import main_module_left_alone
from forensic_app.shortages import known_shortage

MOST_WORKERS: Final = 256
_TASKS_EACH: Final = 2
_END_TIMEOUT_S: Final = 5.0


class PoolCrew:
    """Processes of this machine that do the same work."""

    def __init__(self, recipe: Recipe, workers: int, *, log_dir: Path) -> None:
        """Take the work; a process is spawned with the first task that it is given.

        Args:
            recipe: How each process sets the work up.
            workers: Processes at once.
            log_dir: Folder for what they print; empty logs are removed.

        Raises:
            InvalidInput: That many cannot be kept.
        """
        if not 1 <= workers <= MOST_WORKERS:
            raise InvalidInput(
                f"{workers} workers cannot be kept.",
                f"Give 1 to {MOST_WORKERS}: one for each processor core.",
            )
        make_private_folder(log_dir)
        self._recipe, self._log_dir = recipe, log_dir
        self._workers: list[_Process | None] = [None] * workers
        self._ended: list[Ended] = []

    @property
    def room(self) -> int:
        """Tasks that may be with the crew at once."""
        return _TASKS_EACH * len(self._workers)

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that were spawned and not found ended."""
        return [each.pid for each in self._workers if each is not None]

    def begin(self, task: Task) -> None:
        """Give a task to the process with the fewest; spawn one where there is none."""
        place = min(range(len(self._workers)), key=self._load)
        worker = self._workers[place]
        if worker is None:
            worker = self._workers[place] = _Process(self._recipe, self._log_dir)
        worker.send(task)

    def ended(self, *, timeout_s: float) -> list[Ended]:
        """Return what ended since the last call, as soon as anything did."""
        busy = {each: place for place, each in enumerate(self._workers) if each is not None}
        handles = [handle for each in busy for handle in each.handles]
        if handles and wait(handles, 0.0 if self._ended else timeout_s):
            for worker, place in busy.items():
                self._ended += worker.received()
                if worker.is_over:
                    self._ended += worker.buried()
                    self._workers[place] = None
        done, self._ended = self._ended, []
        return done

    def close(self) -> None:
        """Kill the processes and release everything."""
        for place, worker in enumerate(self._workers):
            if worker is not None:
                worker.buried()
                self._workers[place] = None

    def _load(self, place: int) -> int:
        worker = self._workers[place]
        return 0 if worker is None else len(worker.tickets)


def checked_number(workers: int) -> None:
    """Refuse a number of processes that cannot be kept.

    Raises:
        InvalidInput: It is less than 1 or more than :data:`MOST_WORKERS`.
    """
    if not 1 <= workers <= MOST_WORKERS:
        raise InvalidInput(
            f"{workers} workers cannot be kept.", f"Give 1 to {MOST_WORKERS}: one for each processor core."
        )


class _Process:
    """One process and what it was given, oldest first."""

    def __init__(self, recipe: Recipe, log_dir: Path) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self._log_path = log_dir / f"crew-{stamp}-{os.getpid()}-{secrets.token_hex(4)}.log"
        context = multiprocessing.get_context("spawn")
        self._connection, far_end = context.Pipe(duplex=True)
        self._process = context.Process(
            target=worker_main,
            args=(far_end, recipe, self._log_path),
            name="forensic-app crew",
            daemon=True,
        )
        with main_module_left_alone():
            self._process.start()
        far_end.close()
        self.tickets: deque[int] = deque()
        self.is_over = False
        self._words = ""

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def handles(self) -> Iterator[int]:
        yield self._connection.fileno()
        yield self._process.sentinel

    def send(self, task: Task) -> None:
        """Send a task; one that the process cannot take any more is lost with the others."""
        self.tickets.append(task.ticket)
        header = {"ticket": task.ticket, "digest": task.job.digest, "asked": dict(task.job.asked)}
        try:
            with _in_memory(task.job.data) as descriptor:
                self._connection.send_bytes(canonical_json(header))
                send_handle(self._connection, descriptor, self.pid)
        except (BrokenPipeError, ConnectionResetError):
            self.is_over = True

    def received(self) -> list[Ended]:
        """Return what the process sent; afterwards :attr:`is_over` says whether it ended."""
        found: list[Ended] = []
        has_ended = not self._process.is_alive()
        try:
            while self._connection.poll():
                found += self._read(self._connection.recv_bytes(MOST_MESSAGE_BYTES))
        except (EOFError, OSError):
            has_ended = True
        self.is_over = self.is_over or has_ended
        return found

    def _read(self, data: bytes) -> list[Ended]:
        try:
            message = message_of(data)
            ticket = message["ticket"]
            if ticket not in self.tickets:
                raise ValueError("it answers what it was not given")  # noqa: TRY301 - the one kind that is caught
            if "failed" in message:
                raise error_of(message["failed"])
            ended = (
                Lost(ticket, str(message["lost"]))
                if "lost" in message
                else Answered(ticket, answer_of(message["answer"]))
            )
        except (ValueError, KeyError, TypeError):
            self._words, self.is_over = "it sent what is no answer", True
            return []
        self.tickets.remove(ticket)
        self.is_over = self.is_over or isinstance(ended, Lost)
        return [ended]

    def buried(self) -> list[Ended]:
        """End the process, release everything, and return the tasks that are lost with it."""
        if self.is_over and not self._words:
            self._process.join(_END_TIMEOUT_S)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        why = self._words or _how_it_ended(self._process.exitcode)
        self._connection.close()
        self._process.close()
        with contextlib.suppress(OSError):
            if self._log_path.lstat().st_size == 0:
                self._log_path.unlink()
        lost: list[Ended] = [
            Lost(ticket, why, is_charged=not place) for place, ticket in enumerate(self.tickets)
        ]
        self.tickets.clear()
        return lost


def _how_it_ended(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return "its process was killed, as a system does that runs out of memory"
    if code is not None and code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process left with exit code {code}"


@contextlib.contextmanager
def _in_memory(data: bytes) -> Iterator[int]:
    """Yield the descriptor of a nameless file in memory that holds ``data``."""
    try:
        descriptor = os.memfd_create("photograph", os.MFD_CLOEXEC)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        shortage = known_shortage(error)
        if shortage is None:
            raise
        raise shortage from error
