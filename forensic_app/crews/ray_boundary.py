"""The one place that imports Ray: what it gives back without types is given types here.

Rules:
    * Ray is imported when a cluster is joined, and never before; without it there is a sentence, and everything else
      works.
    * What is sent to every worker is put into the object store once. A worker process takes it once.
    * Ray retries nothing: who gave the task knows whether it is still wanted.

References:
    Ray 2.60: ``ray.init``, ``ray.put``, ``ray.wait``, ``ray.exceptions``; "Task fault tolerance".
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from forensic_app.crews.serving import served
from forensic_app.crews.work import Job, Work, message_of
from forensic_app.digests import canonical_json
from forensic_app.errors import InvalidInput

LOCAL: Final = "local"
_LOCAL_STORE_BYTES: Final = 1 << 30
_ENVIRONMENT: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
}
_WORKER_VARIABLES: Final = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
_WAIT_VARIABLE: Final = "RAY_gcs_server_port_wait_time_s"
_WORK: dict[str, Work] = {}
"""In a worker process of the cluster: the work that was set up, by its recipe's digest."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Something in the object store, or a result to come.

    Attributes:
        of_ray: Ray's own reference.
    """

    of_ray: Any


class TaskLost(Exception):
    """A task came to no answer; the words say why."""


def require_ray() -> None:
    """Refuse to go on without Ray.

    Raises:
        InvalidInput: Ray is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise InvalidInput(
            "Ray is not installed, which --cluster needs.",
            "Install it (pip install 'forensic-app[cluster]') on every machine of the cluster, or use --workers.",
        )


class RaySession:
    """A connection to a cluster, or to one that was started on this machine."""

    def __init__(self, address: str) -> None:
        """Join the cluster.

        Args:
            address: ``HOST:PORT`` of its head, or ``local``.

        Raises:
            InvalidInput: Ray is not installed, is used already, or no cluster answers.
        """
        require_ray()
        os.environ.update(_ENVIRONMENT)
        import ray

        self._ray: Any = ray
        if ray.is_initialized():
            raise InvalidInput("This process works in a cluster already.", "Wait until that work is done.")
        own: dict[str, Any] = {"object_store_memory": _LOCAL_STORE_BYTES, "include_dashboard": False}
        options = own if address == LOCAL else {}
        try:
            with _patient_once(address), _signals_kept():
                ray.init(address=address, log_to_driver=False, configure_logging=False, **options)
        except (ConnectionError, RuntimeError, ValueError, OSError, TimeoutError, AssertionError) as error:
            raise InvalidInput(
                f"The cluster at {address} cannot be joined: {_first_line(error)}.",
                "This machine must be one of its nodes: ray start --address=HOST:PORT; Python and Ray must have the "
                "same versions on all of them.",
            ) from error
        self._task = ray.remote(num_cpus=1, max_retries=0)(_serve)

    def processors(self) -> int:
        """Return how many tasks the cluster does at once now."""
        return int(self._ray.cluster_resources().get("CPU", 0))

    def put(self, data: bytes) -> Reference:
        """Put bytes into the object store."""
        return Reference(self._ray.put(data))

    def submit(self, recipe: Reference, key: str, header: bytes, data: bytes) -> Reference:
        """Begin a task on some node and return the reference of its message.

        Args:
            recipe: The pickled recipe in the object store.
            key: Its digest.
            header: Ticket, digest and what is asked, as JSON.
            data: The photograph.
        """
        return Reference(self._task.remote([recipe.of_ray], key, header, data))

    def ready(self, references: Sequence[Reference], *, timeout_s: float) -> list[Reference]:
        """Return the references whose tasks ended, at once when one did, none after the time is over."""
        by_ray = {each.of_ray: each for each in references}
        if not by_ray:
            return []
        found, _ = self._ray.wait(list(by_ray), num_returns=1, timeout=timeout_s)
        if found:
            found, _ = self._ray.wait(list(by_ray), num_returns=len(by_ray), timeout=0)
        return [by_ray[each] for each in found]

    def message(self, reference: Reference) -> bytes:
        """Return the message of a task that ended.

        Raises:
            TaskLost: Its worker or node ended, or could not begin.
        """
        try:
            found = self._ray.get(reference.of_ray)
        except self._ray.exceptions.RayError as error:
            raise TaskLost(_why(error)) from error
        if not isinstance(found, bytes):
            raise TaskLost("it sent what is no answer")
        return found

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        self._ray.shutdown()


def _serve(recipe: list[Any], key: str, header: bytes, data: bytes) -> bytes:
    """Do a task in a worker process of the cluster."""
    os.environ.update(_WORKER_VARIABLES)

    def work() -> Work:
        if key not in _WORK:
            import ray

            _WORK[key] = pickle.loads(ray.get(recipe[0])).build()
        return _WORK[key]

    told = message_of(header)
    job = Job(str(told["digest"]), data, told["asked"])
    return canonical_json(served(int(told["ticket"]), job, work, where=socket.gethostname()))


@contextmanager
def _patient_once(address: str) -> Iterator[None]:
    """Have Ray try once to reach a cluster's head: by default it tries for many minutes what is no cluster."""
    before = os.environ.get(_WAIT_VARIABLE)
    if address != LOCAL and before is None:
        os.environ[_WAIT_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_WAIT_VARIABLE, None)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Leave the handling of SIGTERM as it was, which Ray makes its own."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread() and before is not None:
            signal.signal(signal.SIGTERM, before)


def _why(error: BaseException) -> str:
    names = {
        "OutOfMemoryError": "its node ran out of memory",
        "WorkerCrashedError": "its worker ended",
        "NodeDiedError": "its node is gone",
        "ObjectLostError": "its node is gone",
        "OwnerDiedError": "its node is gone",
        "OutOfDiskError": "its node has no room on its disk",
        "TaskUnschedulableError": "no node takes it",
    }
    for each in type(error).__mro__:
        if each.__name__ in names:
            return names[each.__name__]
    cause = getattr(error, "cause", None)
    return f"it met {_first_line(cause if isinstance(cause, BaseException) else error)}"


def _first_line(error: BaseException) -> str:
    lines = [each.strip() for each in str(error).splitlines() if each.strip()]
    return f"{type(error).__name__}: {lines[0][:300].rstrip('.')}" if lines else type(error).__name__
