"""A crew in a Ray cluster: the same tasks and answers as in a pool of this machine.

Rules:
    * The recipe travels with the packs' files in it and lies in the object store once; each worker process sets it up
      once.
    * A photograph travels with its task, its answer comes back in JSON that is checked like any other.
    * Machines may come and go: what is lost with one is said, and given to another by whoever gave the task.
    * Nodes are trusted as this machine is: they see the photographs, and Ray itself checks nobody. See docs/scale.md.
"""

from __future__ import annotations

import pickle
import re
import socket
import time
from typing import Final

from forensic_app.crews.ray_boundary import LOCAL, RaySession, Reference, TaskLost, require_ray
from forensic_app.crews.work import Answered, Ended, Lost, Recipe, Task, answer_of, error_of, message_of
from forensic_app.digests import canonical_json, sha256_of_bytes
from forensic_app.errors import InvalidInput

_ADDRESS: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):(\d{1,5})")
_CONNECT_TIMEOUT_S: Final = 5.0
_TASKS_EACH: Final = 2
_LOOK_AGAIN_S: Final = 10.0


class ClusterCrew:
    """Workers of a Ray cluster that do the same work."""

    def __init__(self, recipe: Recipe, address: str) -> None:
        """Join the cluster and put the recipe into its object store.

        Args:
            recipe: How each worker process sets the work up.
            address: ``HOST:PORT`` of the cluster's head, or ``local`` for Ray on this machine alone.

        Raises:
            ForensicAppError: A pack of the recipe cannot be read.
            InvalidInput: Ray is not installed, the address is none, no cluster answers there, or it has no processor.
        """
        require_ray()
        checked_address(address)
        packed = pickle.dumps(recipe.travelling())
        self._address = address
        self._session = RaySession(address)
        self._running: dict[int, Reference] = {}
        self._processors, self._counted_at = 0, 0.0
        try:
            self._count()
            _refuse_without_processors(self._processors, address)
            self._key = sha256_of_bytes(packed)
            self._recipe = self._session.put(packed)
        except BaseException:
            self._session.close()
            raise

    @property
    def room(self) -> int:
        """Tasks that may be with the cluster at once; counted again from time to time, as machines come and go."""
        if time.monotonic() - self._counted_at > _LOOK_AGAIN_S:
            self._count()
        return _TASKS_EACH * max(1, self._processors)

    def begin(self, task: Task) -> None:
        """Give a task to the cluster."""
        header = {"ticket": task.ticket, "digest": task.job.digest, "asked": dict(task.job.asked)}
        self._running[task.ticket] = self._session.submit(
            self._recipe, self._key, canonical_json(header), task.job.data
        )

    def ended(self, *, timeout_s: float) -> list[Ended]:
        """Return what ended since the last call, as soon as anything did."""
        tickets = {reference: ticket for ticket, reference in self._running.items()}
        ready = self._session.ready(list(tickets), timeout_s=timeout_s)
        return [self._outcome(tickets[each], self._running.pop(tickets[each])) for each in ready]

    def close(self) -> None:
        """Leave the cluster; tasks that it still does are nobody's."""
        self._running.clear()
        self._session.close()

    def _count(self) -> None:
        self._processors, self._counted_at = self._session.processors(), time.monotonic()

    def _outcome(self, ticket: int, reference: Reference) -> Ended:
        try:
            message = message_of(self._session.message(reference))
            if message["ticket"] != ticket:
                return Lost(ticket, "it answered another task")
            if "failed" in message:
                raise error_of(message["failed"])
            if "lost" in message:
                return Lost(ticket, str(message["lost"]))
            return Answered(ticket, answer_of(message["answer"]))
        except TaskLost as loss:
            return Lost(ticket, str(loss))
        except (ValueError, KeyError, TypeError):
            return Lost(ticket, "it sent what is no answer")


def _refuse_without_processors(count: int, address: str) -> None:
    if count < 1:
        raise InvalidInput(
            f"The cluster at {address} has no processor for tasks.",
            "Start a node that has: ray start --address=HOST:PORT --num-cpus=N.",
        )


def checked_address(address: str) -> None:
    """Refuse what is no address of a cluster, or where nothing listens.

    Raises:
        InvalidInput: It is malformed, or nothing answers within five seconds.
    """
    if address == LOCAL:
        return
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) < 1 << 16:
        raise InvalidInput(
            f"{address} is no address of a cluster.",
            "Write HOST:PORT of its head, such as 10.0.0.1:6379, or local for this machine alone.",
        )
    try:
        socket.create_connection((found[1].strip("[]"), int(found[2])), timeout=_CONNECT_TIMEOUT_S).close()
    except OSError as error:
        raise InvalidInput(
            f"No cluster answers at {address}: {error.strerror or error}.",
            "See on its head whether it runs (ray status), and on this machine whether the network reaches it.",
        ) from error
