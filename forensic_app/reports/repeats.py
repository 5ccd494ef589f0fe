"""What a run's record repeats of a run printed before it, so that every value is printed once.

Rules:
    * A run is referred to only for rows that it prints itself, in full: no reference leads to another one.
    * "Otherwise as in run X" holds for every row of X: each is here with its value, or is printed here with
      another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forensic_app.measured import Rows
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.run_rows import (
    environment_rows,
    face_rows,
    parameter_rows,
    reference_rows,
    weights_rows,
)
from forensic_app.reports.texts import Texts

INPUT, PACK = "input", "pack_digest"
"""Names of the rows of the group ``digests``."""
_OF_ONE_ENGINE = "parameters"


@dataclass(frozen=True, slots=True)
class Part:
    """A group of rows of a run's record.

    Attributes:
        rows: The rows to print.
        as_in: The run that the others are printed with, empty where all are printed here.
    """

    rows: Rows
    as_in: str = ""


@dataclass(frozen=True, slots=True)
class RecordParts:
    """A run's record, group by group.

    Attributes:
        control_as_in: The run that prints the same measures of the untouched photograph; empty where none does.
    """

    digests: Part
    parameters: Part
    environment: Part
    face: Part
    weights: Part
    references: Part
    control_as_in: str = ""


def parts_by_run(runs: Sequence[RunSection], texts: Texts) -> dict[str, RecordParts]:
    """Return what to print of the record of each run, by its identifier.

    Args:
        runs: Completed runs in printing order.
        texts: Texts of the report's language.
    """
    printed: dict[str, list[tuple[str, Rows]]] = {}
    controls: dict[tuple[object, ...], str] = {}
    found = {}
    for run in runs:
        digests = ((INPUT, run.spec.exhibit_sha256), (PACK, run.spec.pack_sha256))
        control = (
            run.spec.exhibit_sha256,
            run.spec.analyser,
            run.threshold,
            run.exhibit.age_at_photo,
            run.control,
        )
        earlier = run.run_id if run.adapter is not None else controls.setdefault(control, run.run_id)
        found[run.run_id] = RecordParts(
            digests=_part(run.run_id, digests, printed.setdefault("digests", [])),
            parameters=_part(
                run.run_id,
                parameter_rows(run.record, texts),
                printed.setdefault(f"{_OF_ONE_ENGINE} {run.spec.engine}", []),
            ),
            environment=_part(
                run.run_id, environment_rows(run.record, texts), printed.setdefault("environment", [])
            ),
            face=_part(run.run_id, face_rows(run.record, texts), printed.setdefault("face", [])),
            weights=_part(run.run_id, weights_rows(run.record), printed.setdefault("weights", [])),
            references=_part(run.run_id, reference_rows(run), printed.setdefault("references", [])),
            control_as_in="" if earlier == run.run_id else earlier,
        )
    return found


def _part(run_id: str, rows: Rows, printed: list[tuple[str, Rows]]) -> Part:
    """Return what to print of ``rows``; a run that prints all of them is added to ``printed``."""
    best: Part | None = None
    for earlier, theirs in printed:
        differing = _differing(rows, theirs)
        if differing is not None and (best is None or len(differing) < len(best.rows)):
            best = Part(differing, earlier)
    if best is not None:
        return best
    if rows:
        printed.append((run_id, rows))
    return Part(rows)


def _differing(rows: Rows, theirs: Rows) -> Rows | None:
    """Return the rows that an earlier run does not print; ``None`` where it is not to be referred to."""
    if rows == theirs:
        return ()
    names, their_names = {name for name, _ in rows}, {name for name, _ in theirs}
    are_unique = len(names) == len(rows) and len(their_names) == len(theirs)
    if not rows or not are_unique or not their_names <= names:
        return None
    equal = set(rows) & set(theirs)
    return tuple(row for row in rows if row not in equal) if len(equal) > 1 else None
