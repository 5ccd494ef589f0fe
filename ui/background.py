"""Work beside the event loop: one lane for the database, a pool for files, one process for faces, one for pictures.

Rules:
    * The event loop never waits: work is submitted, its answer comes back as a call in the window's thread.
    * Work on the database runs in the order in which it was submitted.
    * What holds Python's global lock for long (the face detector) runs in another process.
    * A process that died is replaced by a new one: nothing stays broken.
    * An answer whose owner is gone is dropped; after :meth:`Background.close` none is delivered and no thread
      or process is left.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from forensic_app.errors import WorkerDied
from forensic_app.private import make_process_private

T = TypeVar("T")
OnDone = Callable[[Any], None]
OnError = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True)
class _Answer:
    future: Future[Any]
    owner: QObject
    on_done: OnDone | None
    on_error: OnError | None


class Background(QObject):
    """Runs work beside the event loop.

    Signals:
        failed: An error that nobody asked to be told of.
        busy_changed: Whether any work is under way.
    """

    failed = Signal(object)
    busy_changed = Signal(bool)
    _answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="database-lane")
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="file-pool")
        self._processes: dict[str, ProcessPoolExecutor] = {}
        self._is_closed = False
        self._open = 0
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether any work is under way."""
        return self._open > 0

    def in_lane(
        self,
        work: Callable[[], T],
        owner: QObject,
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
    ) -> Future[T]:
        """Run database work; see :meth:`in_pool`."""
        return self._submit(self._lane, work, _Answer(Future(), owner, on_done, on_error))

    def in_pool(
        self,
        work: Callable[[], T],
        owner: QObject,
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
    ) -> Future[T]:
        """Run work on files.

        Args:
            work: Called in another thread; must not touch widgets.
            owner: Whose answer it is; when it is deleted first the answer is dropped.
            on_done: Called in the window's thread with the result.
            on_error: Called in the window's thread with the error; without it :attr:`failed` is emitted.
        """
        return self._submit(self._pool, work, _Answer(Future(), owner, on_done, on_error))

    def in_process(
        self, work: Callable[..., T], argument: Any, owner: QObject,
        on_done: OnDone | None = None, on_error: OnError | None = None,
    ) -> Future[T]:  # fmt: skip
        """Run ``work(argument)``, a module-level function, in another process; see :meth:`in_pool`.

        Where that process dies the work is given once to a new one; what ends that one too is a ``WorkerDied``.
        """
        return self._again_where_it_died("faces", work, argument, owner, on_done, on_error)

    def in_picture_process(
        self, work: Callable[..., T], argument: Any, owner: QObject,
        on_done: OnDone | None = None, on_error: OnError | None = None,
    ) -> Future[T]:  # fmt: skip
        """Decode a large picture in a process of its own, beside that for faces; see :meth:`in_process`."""
        return self._again_where_it_died("pictures", work, argument, owner, on_done, on_error)

    def _again_where_it_died(
        self, name: str, work: Callable[..., T], argument: Any, owner: QObject,
        on_done: OnDone | None, on_error: OnError | None,
    ) -> Future[T]:  # fmt: skip
        def again(error: BaseException) -> None:
            if isinstance(error, BrokenProcessPool):
                self._in_process(name, work, argument, owner, on_done, lambda broken: tell(_told(broken)))
            else:
                tell(error)

        tell = on_error or self.failed.emit
        return self._in_process(name, work, argument, owner, on_done, again)

    def _in_process(
        self,
        name: str,
        work: Callable[..., T],
        argument: Any,
        owner: QObject,
        on_done: OnDone | None,
        on_error: OnError,
    ) -> Future[T]:
        answer = _Answer(Future(), owner, on_done, on_error)
        try:
            return self._submit(self._usable_process(name), work, answer, argument)
        except BrokenProcessPool:
            self._drop_process(name)
            return self._submit(self._usable_process(name), work, answer, argument)

    def _usable_process(self, name: str) -> ProcessPoolExecutor:
        if name not in self._processes:
            self._processes[name] = ProcessPoolExecutor(
                1, mp_context=multiprocessing.get_context("spawn"), initializer=make_process_private
            )
        return self._processes[name]

    def _drop_process(self, name: str) -> None:
        """Let go of a process that died: it serves nothing any more."""
        self._processes.pop(name).shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End every thread and process; work that has not begun is dropped, work that has is waited for."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._lane.shutdown(wait=True, cancel_futures=True)
        for pool in self._processes.values():
            for process in list((pool._processes or {}).values()):
                process.terminate()
        for pool in self._processes.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _submit(
        self, executor: Executor, work: Callable[..., T], answer: _Answer, *arguments: Any
    ) -> Future[T]:
        if self._is_closed:
            raise RuntimeError("the background is closed")
        future = executor.submit(work, *arguments)
        self._open += 1
        if self._open == 1:
            self.busy_changed.emit(True)
        told = _Answer(future, answer.owner, answer.on_done, answer.on_error)
        future.add_done_callback(lambda _: self._announce(told))
        return future

    def _announce(self, answer: _Answer) -> None:
        if not self._is_closed:
            self._answered.emit(answer)

    @Slot(object)
    def _deliver(self, answer: _Answer) -> None:
        self._open -= 1
        if self._open == 0:
            self.busy_changed.emit(False)
        if self._is_closed or answer.future.cancelled() or not shiboken6.isValid(answer.owner):
            return
        error = answer.future.exception()
        if error is None:
            if answer.on_done is not None:
                answer.on_done(answer.future.result())
        elif not isinstance(error, CancelledError):
            (answer.on_error or self.failed.emit)(error)


def _told(error: BaseException) -> BaseException:
    """Return what to say of work whose process died twice; any other error as it is."""
    if not isinstance(error, BrokenProcessPool):
        return error
    return WorkerDied(
        "The helper process ended before it had an answer, twice.",
        "The computer may be short of memory: close other programs and try again.",
    )
