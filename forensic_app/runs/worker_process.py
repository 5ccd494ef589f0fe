"""The casebook's side of the worker: spawn, talk, last words, stop, kill.

Rules:
    * Always spawned, never forked, and without importing the launching program's main module, so that neither
      the window nor the database reaches the worker.
    * :meth:`WorkerProcess.stop` and :meth:`WorkerProcess.kill` leave no process, thread or descriptor behind.

References:
    Python library reference, multiprocessing: "Contexts and start methods", "Safe importing of main module".
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import secrets
import signal
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from forensic_app.engines.engine import LoadEngine
from forensic_app.errors import NotRegularFile
from forensic_app.messages import RunRequest
from forensic_app.private import make_private_folder
from forensic_app.regular_files import open_regular
from forensic_app.runs.worker import worker_main

LAST_WORDS_BYTES = 4000
STOP_TIMEOUT_S = 5.0


class WorkerProcess:
    """One running worker.

    Attributes:
        log_path: File with everything the worker prints; under a name that nobody can know before.
    """

    def __init__(self, *, log_dir: Path, load_engine: LoadEngine) -> None:
        """Spawn the worker; it is ready when the first message comes."""
        make_private_folder(log_dir)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        context = multiprocessing.get_context("spawn")
        self.log_path = log_dir / f"worker-{stamp}-{os.getpid()}-{secrets.token_hex(4)}.log"
        self._connection, far_end = context.Pipe(duplex=True)
        self._process = context.Process(
            target=worker_main,
            args=(far_end, self.log_path, load_engine),
            name="forensic-app worker",
            daemon=True,
        )
        with main_module_left_alone():
            self._process.start()
        far_end.close()
        self._log_start = 0
        self._has_served = False
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Process id, ``None`` once stopped."""
        return None if self._is_closed else self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return not self._is_closed and self._process.is_alive()

    def send(self, message: object) -> bool:
        """Send ``message`` and return whether the worker could still take it."""
        self._has_served = self._has_served or isinstance(message, RunRequest)
        try:
            self._connection.send(message)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def receive(self, *, timeout_s: float) -> Any:
        """Return the next message, or ``None`` when none came within ``timeout_s``.

        Raises:
            EOFError: The worker is dead and everything it sent has been received.
        """
        ready = wait([self._connection, self._process.sentinel], timeout_s)
        if not ready:
            return None
        try:
            if self._connection.poll():
                return self._connection.recv()
        except OSError as error:
            raise EOFError from error
        raise EOFError

    def mark_log(self) -> None:
        """Begin the last words here, so that an earlier run's are not taken for this one's."""
        with contextlib.suppress(OSError):
            self._log_start = self.log_path.lstat().st_size

    def last_words(self) -> str:
        """Return the tail of what the worker printed since :meth:`mark_log`; nothing where another file lies there."""
        try:
            with open_regular(self.log_path, follows_links=False) as stream:
                size = stream.seek(0, 2)
                stream.seek(max(self._log_start, size - LAST_WORDS_BYTES))
                return stream.read(LAST_WORDS_BYTES).decode("utf-8", errors="replace").strip()
        except (OSError, NotRegularFile):
            return ""

    def how_it_ended(self) -> str:
        """Return words on how the dead process ended, for people only; nothing is decided by them."""
        self._process.join(STOP_TIMEOUT_S)
        code = self._process.exitcode
        if code is None:
            return "it closed its connection"
        if code < 0:
            return f"it was ended by {signal.Signals(-code).name}"
        return f"it left with exit code {code}"

    def kill_process(self) -> None:
        """End the process at once; what it had sent can still be received."""
        self._process.kill()

    def stop(self) -> None:
        """Let the worker end, kill it if it does not within five seconds, and release everything.

        A worker that was asked for no run has nothing to bring to an end: it is killed at once.
        """
        if self._is_closed:
            return
        if self._has_served:
            self._connection.close()
            self._process.join(STOP_TIMEOUT_S)
        self.kill()

    def kill(self) -> None:
        """End the worker at once and release everything."""
        if self._is_closed:
            return
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._connection.close()
        self._process.close()
        self._is_closed = True
        with contextlib.suppress(OSError):
            if self.log_path.lstat().st_size == 0:
                self.log_path.unlink()


@contextmanager
def main_module_left_alone() -> Iterator[None]:
    """Hide ``__main__`` while a process is spawned: the child would import it and all that it imports."""
    main_module = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main_module
