"""The worker's side: do one task, and say in any case what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from forensic_app.crews.work import Job, Work
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import ForensicAppError, OutOfMemory
from forensic_app.shortages import known_shortage
from forensic_app.traces import kind_of, trace

SHORT_OF_MEMORY = "its memory did not suffice"


def served(ticket: int, job: Job, work: Callable[[], Work], *, where: str) -> dict[str, Any]:
    """Return the message of what became of a task: an answer, that it was lost, or an error with advice.

    Args:
        ticket: The task's.
        job: The job; its bytes are hashed before anything looks at them.
        work: Returns the work, set up.
        where: Name of the machine, for people.
    """
    return {"ticket": ticket, **_outcome(job, work, where)}


def _outcome(job: Job, work: Callable[[], Work], where: str) -> dict[str, Any]:
    if sha256_of_bytes(job.data) != job.digest:
        return {"lost": "what it received was not what was sent"}
    try:
        return {"answer": work()(job).as_json()}
    except ForensicAppError as error:
        if isinstance(error, OutOfMemory):
            return {"lost": SHORT_OF_MEMORY}
        return {
            "failed": {"kind": type(error).__name__, "message": error.message, "advice": error.advice},
        }
    except Exception as error:
        if isinstance(known_shortage(error), OutOfMemory):
            return {"lost": SHORT_OF_MEMORY}
        logging.getLogger(__name__).error("%s", trace(error))  # noqa: TRY400 - a trace without words
        places = [each.strip() for each in trace(error).splitlines() if " in " in each]
        return {
            "failed": {
                "kind": "EngineError",
                "message": f"A worker on {where} met a defect of the program: {kind_of(error)} at {places[-1]}.",
                "advice": "What was written before stays. Its log names the place; send it to whoever looks after "
                "the program.",
            }
        }
