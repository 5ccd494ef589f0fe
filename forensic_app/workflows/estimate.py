"""What a run will take, from what earlier runs on this workstation took.

Rules:
    * A time is only named when a completed run of the same engine with the same pack was measured;
      it is split into a fixed part and one that grows with the work only when several runs allow that.
    * Runs of the casebook come first; without any, what this computer needed in other casebooks counts.
    * Memory is the most that a measured run took; without one, what the pack's weights take on disk: working
      memory comes on top and is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensic_app.folders import below
from forensic_app.measured import peak_memory_bytes
from forensic_app.records import Run, RunStatus


@dataclass(frozen=True, slots=True)
class RunEstimate:
    """What a run will take.

    Attributes:
        seconds: Expected duration, ``None`` when no earlier run tells.
        measured_runs: Number of earlier runs that it rests on.
        is_of_casebook: Whether these are runs of the casebook.
        peak_memory_bytes: Most main memory that a run of them took, ``None`` when none was measured.
        weights_bytes: Size of the weights on disk.
        free_memory_bytes: Memory that is free now.
    """

    seconds: float | None
    measured_runs: int
    is_of_casebook: bool
    peak_memory_bytes: int | None
    weights_bytes: int
    free_memory_bytes: int


def estimate_run(
    parameters: Mapping[str, Any],
    *,
    engine: str,
    pack_sha256: str,
    pack_path: Path,
    past: Sequence[Run],
    elsewhere: Sequence[tuple[int, float]] = (),
) -> RunEstimate:
    """Return what a run with ``parameters`` will take.

    Args:
        parameters: Resolved parameters.
        engine: Registry name.
        pack_sha256: Digest of the pack.
        pack_path: Its folder.
        past: Runs of this casebook.
        elsewhere: Work units and seconds of runs that this computer executed in any casebook.
    """
    import psutil

    runs = completed_runs(past, engine=engine, pack_sha256=pack_sha256)
    points = measured_points(runs) or list(elsewhere)
    peaks = [peak for run in runs if (peak := peak_memory_bytes(run.environment)) is not None]
    return RunEstimate(
        seconds=fitted_seconds(points, work_units(parameters)),
        measured_runs=len(points),
        is_of_casebook=bool(runs),
        peak_memory_bytes=max(peaks, default=None),
        weights_bytes=sum(each.stat().st_size for each in below(pack_path) if each.suffix == ".safetensors"),
        free_memory_bytes=int(psutil.virtual_memory().available),
    )


def completed_runs(past: Iterable[Run], *, engine: str, pack_sha256: str) -> list[Run]:
    """Return those of ``past`` that an engine completed with one pack."""
    return [
        run
        for run in past
        if run.status is RunStatus.COMPLETED
        and run.spec.engine == engine
        and run.spec.pack_sha256 == pack_sha256
    ]


def measured_points(runs: Iterable[Run]) -> list[tuple[int, float]]:
    """Return work units and seconds of each completed run."""
    return [(work_units(run.spec.parameters), seconds_of(run)) for run in runs]


def work_units(parameters: Mapping[str, Any]) -> int:
    """Return how much network work parameters ask for: steps times images, or rows in a step; at least 1."""
    ages = parameters.get("target_ages") or [None]
    steps = int(parameters.get("num_inference_steps") or parameters.get("steps") or 1)
    rows = int(parameters.get("batch_size") or 0) + int(parameters.get("prior_batch_size") or 0)
    return max(steps * len(ages) * int(parameters.get("variants") or 1) * (rows or 1), 1)


def seconds_of(run: Run) -> float:
    """Return how long a run took, in seconds; 0 where it did not begin or end."""
    if run.started_at is None or run.ended_at is None:
        return 0.0
    return (run.ended_at - run.started_at).total_seconds()


def fitted_seconds(points: Sequence[tuple[int, float]], units: int) -> float | None:
    """Return the time at ``units``: a least squares line, or proportion when all units are equal."""
    if not points:
        return None
    mean_units = sum(each for each, _ in points) / len(points)
    mean_seconds = sum(seconds for _, seconds in points) / len(points)
    spread = sum((each - mean_units) ** 2 for each, _ in points)
    if spread == 0:
        return mean_seconds * units / mean_units
    slope = sum((each - mean_units) * (seconds - mean_seconds) for each, seconds in points) / spread
    estimate = mean_seconds + slope * (units - mean_units)
    return estimate if slope >= 0 and estimate > 0 else mean_seconds
