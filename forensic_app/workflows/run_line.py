"""The runs of a casebook that wait or are executed, across its cases, and how long they will take.

Rules:
    * A time is only named where a completed run of the same engine with the same pack was measured: what this computer
      took comes first, then what runs of the casebook took, which another computer may have executed.
    * A total names how many of the runs it covers: what is not known is counted, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forensic_app.records import Case, Run, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.estimate import completed_runs, fitted_seconds, measured_points, work_units

Timings = Mapping[tuple[str, str], Sequence[tuple[int, float]]]
"""Work units and seconds of runs that this computer executed, by engine and digest of the pack."""


@dataclass(frozen=True, slots=True)
class RunInLine:
    """A run that waits or is executed.

    Attributes:
        run: Its record.
        case: The case that it belongs to.
        exhibit_number: Number of its photograph.
        seconds: How long it will take, ``None`` where no measured run tells.
        is_of_this_computer: Whether that rests on what this computer took.
    """

    run: Run
    case: Case
    exhibit_number: str
    seconds: float | None = None
    is_of_this_computer: bool = False


@dataclass(frozen=True, slots=True)
class TotalTime:
    """How long several runs will take.

    Attributes:
        seconds: Sum over the runs whose time is known.
        known: How many these are.
        unknown: How many others there are.
    """

    seconds: float
    known: int
    unknown: int


def runs_in_line(store: CaseStore, *, timings: Timings | None = None) -> list[RunInLine]:
    """Return the runs of all cases that wait or are executed, the oldest first.

    Args:
        store: The casebook.
        timings: What this computer took in any casebook.
    """
    waiting = [run for status in (RunStatus.RUNNING, RunStatus.QUEUED) for run in store.runs(status=status)]
    past = store.runs(status=RunStatus.COMPLETED) if waiting else []
    cases: dict[str, Case] = {}
    kinds: dict[tuple[str, str], tuple[Sequence[tuple[int, float]], bool]] = {}
    found = []
    for run in waiting:
        kind = (run.spec.engine, run.spec.pack_sha256)
        if kind not in kinds:
            own = (timings or {}).get(kind, ())
            kinds[kind] = (own or _points(past, kind), bool(own))
        if run.case_id not in cases:
            cases[run.case_id] = store.case(run.case_id)
        points, is_own = kinds[kind]
        seconds = fitted_seconds(points, work_units(run.spec.parameters))
        number = store.exhibit(run.spec.exhibit_id).exhibit_number
        found.append(RunInLine(run, cases[run.case_id], number, seconds, is_own))
    return found


def total_time(seconds: Iterable[float | None]) -> TotalTime:
    """Return the sum of the times that are known, and how many are not."""
    every = list(seconds)
    known = [each for each in every if each is not None]
    return TotalTime(sum(known), len(known), len(every) - len(known))


def in_order(waiting: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return the runs of ``waiting`` in the order that ``wanted`` names; others follow as they were."""
    places = {run_id: place for place, run_id in reversed(list(enumerate(wanted)))}
    return sorted(waiting, key=lambda run_id: places.get(run_id, len(places)))


def _points(past: Sequence[Run], kind: tuple[str, str]) -> list[tuple[int, float]]:
    engine, pack_sha256 = kind
    return measured_points(completed_runs(past, engine=engine, pack_sha256=pack_sha256))
