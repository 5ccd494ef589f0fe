"""What a crew is given and what it gives back: photographs' bytes in, checked answers out.

Rules:
    * A task is about bytes with a digest, and so is its answer: an answer is used for no other digest.
    * What a worker sends is JSON within limits and float32 numbers, never an object that could act; what breaks the
      form is no answer.
    * A recipe says how the work is set up. It goes to a worker once, and its networks are loaded there once.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from forensic_app.checked_json import parse_json_object
from forensic_app.digests import canonical_json, is_sha256
from forensic_app.errors import ForensicAppError

Templates = NDArray[np.float32]
MOST_MESSAGE_BYTES: Final = 4 << 20
MOST_ROWS: Final = 64
MOST_LENGTH: Final = 4096


@dataclass(frozen=True, slots=True)
class Job:
    """Work on one photograph.

    Attributes:
        digest: SHA-256 of the bytes.
        data: The photograph's file.
        asked: What is wanted of it; JSON values.
    """

    digest: str
    data: bytes = field(repr=False)
    asked: Mapping[str, Any]

    @property
    def key(self) -> bytes:
        """The same for the same work on the same bytes."""
        return self.digest.encode() + canonical_json(dict(self.asked))


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt at a job.

    Attributes:
        ticket: Number of the attempt, never used again.
        job: The job.
    """

    ticket: int
    job: Job


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a job.

    Attributes:
        digest: SHA-256 of the bytes that were worked on.
        facts: JSON values.
        templates: ``(n, d)`` float32, finite; ``(0, 0)`` where there are none.
    """

    digest: str
    facts: Mapping[str, Any]
    templates: Templates = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def as_json(self) -> dict[str, Any]:
        """Return the answer as JSON values; the numbers of the templates keep every bit."""
        values = np.ascontiguousarray(self.templates, dtype="<f4")
        return {
            "digest": self.digest,
            "facts": dict(self.facts),
            "shape": list(values.shape),
            "templates": base64.b64encode(values.tobytes()).decode(),
        }


@dataclass(frozen=True, slots=True)
class Answered:
    """A task that came to its end.

    Attributes:
        ticket: The task's.
        answer: What came of it.
    """

    ticket: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Lost:
    """A task whose worker ended, or sent no answer.

    Attributes:
        ticket: The task's.
        why: Words for people.
        is_charged: Whether the task may be the reason; one that was only waiting is not.
    """

    ticket: int
    why: str
    is_charged: bool = True


Ended = Answered | Lost
Work = Callable[[Job], Answer]


class Recipe(Protocol):
    """How the work is set up; can be pickled."""

    def build(self) -> Work:
        """Load what the work needs and return it; called once in each worker.

        Raises:
            ForensicAppError: Something that it needs is missing or altered.
        """
        ...

    def travelling(self) -> Recipe:
        """Return the same recipe with everything in it that another machine does not have.

        Raises:
            ForensicAppError: Something cannot be read.
        """
        ...


class Crew(Protocol):
    """Workers that take tasks and lose none silently."""

    @property
    def room(self) -> int:
        """How many tasks may be with the crew at once: enough that no worker waits, 1 at least."""
        ...

    def begin(self, task: Task) -> None:
        """Take a task."""
        ...

    def ended(self, *, timeout_s: float) -> list[Ended]:
        """Return what ended since the last call, as soon as anything did; nothing after the time is over.

        Raises:
            ForensicAppError: A worker cannot do the work at all: a pack is missing there, say.
        """
        ...

    def close(self) -> None:
        """End the workers; what they did not bring to an end is nobody's."""
        ...


Hire = Callable[[Recipe], Crew]


def answer_of(given: Any) -> Answer:
    """Return the answer in JSON values that a worker sent.

    Raises:
        ValueError: They are none; the message says why.
    """
    if not isinstance(given, dict) or not is_sha256(str(given.get("digest"))):
        raise ValueError("it names no photograph")
    facts, shape, text = given.get("facts"), given.get("shape"), given.get("templates")
    if not isinstance(facts, dict) or not isinstance(text, str):
        raise ValueError("it states nothing")  # noqa: TRY004 - the one kind that callers expect
    if not isinstance(shape, list) or len(shape) != 2 or not all(type(each) is int for each in shape):
        raise ValueError("its templates have no shape")
    rows, length = shape
    if not 0 <= rows <= MOST_ROWS or not 0 <= length <= MOST_LENGTH:
        raise ValueError("it has too many templates")
    try:
        values = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4")
    except binascii.Error as error:
        raise ValueError("its templates cannot be read") from error
    if values.size != rows * length or not np.isfinite(values).all():
        raise ValueError("its templates are not as many finite numbers as it says")
    return Answer(given["digest"], facts, values.reshape(rows, length).astype(np.float32))


def message_of(data: bytes) -> dict[str, Any]:
    """Return the JSON object that a worker sent.

    Raises:
        ValueError: It is none, or too large.
    """
    return parse_json_object(data, most_bytes=MOST_MESSAGE_BYTES)


def error_of(given: Mapping[str, Any]) -> ForensicAppError:
    """Return the error that a worker told of, as the same kind of error here."""
    from forensic_app import errors

    kind = getattr(errors, str(given.get("kind")), None)
    message, advice = str(given.get("message")), str(given.get("advice"))
    if isinstance(kind, type) and issubclass(kind, ForensicAppError):
        return kind(message, advice)
    return errors.EngineError(message, advice)
