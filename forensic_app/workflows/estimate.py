"""What a run will take, from what earlier runs on this workstation took.

Rules:
    * A time is only named when a completed run of the same engine with the same pack was measured;
      it is split into a fixed part and one that grows with the work only when several runs allow that.
    * Memory is what the pack's weights take on disk; working memory comes on top and is not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensic_app.records import Run, RunStatus


@dataclass(frozen=True, slots=True)
class RunEstimate:
    """What a run will take.

    Attributes:
        seconds: Expected duration, ``None`` when no earlier run tells.
        measured_runs: Number of earlier runs that it rests on.
        weights_bytes: Size of the weights on disk.
        free_memory_bytes: Memory that is free now.
    """

    seconds: float | None
    measured_runs: int
    weights_bytes: int
    free_memory_bytes: int


def estimate_run(
    parameters: Mapping[str, Any], *, engine: str, pack_sha256: str, pack_path: Path, past: Sequence[Run]
) -> RunEstimate:
    """Return what a run with ``parameters`` will take.

    Args:
        parameters: Resolved parameters.
        engine: Registry name.
        pack_sha256: Digest of the pack.
        pack_path: Its folder.
        past: Runs of this casebook.
    """
    import psutil

    points = [
        (work_units(run.spec.parameters), _seconds(run))
        for run in past
        if run.status is RunStatus.COMPLETED
        and run.spec.engine == engine
        and run.spec.pack_sha256 == pack_sha256
    ]
    weights = sum(each.stat().st_size for each in pack_path.rglob("*.safetensors"))
    return RunEstimate(
        _fitted(points, work_units(parameters)), len(points), weights, int(psutil.virtual_memory().available)
    )


def work_units(parameters: Mapping[str, Any]) -> int:
    """Return how much network work parameters ask for: steps times images, at least 1."""
    ages = parameters.get("target_ages") or [None]
    return max(
        int(parameters.get("num_inference_steps") or 1) * len(ages) * int(parameters.get("variants") or 1), 1
    )


def _seconds(run: Run) -> float:
    if run.started_at is None or run.ended_at is None:
        return 0.0
    return (run.ended_at - run.started_at).total_seconds()


def _fitted(points: Sequence[tuple[int, float]], units: int) -> float | None:
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
