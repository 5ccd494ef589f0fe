"""The work folder of a training: its configuration, its metrics, and whether it may go on.

Rules:
    * A folder belongs to one training; going on with it is asked for, and never with other sizes.
    * Metrics go to ``metrics.jsonl``, one JSON object a line.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from forensic_app.engines.base_training.schedule import ReportStage, StageProgress
from forensic_app.engines.training_config import JsonConfig
from forensic_app.errors import InvalidInput

CONFIG_NAME: Final = "config.json"
METRICS_NAME: Final = "metrics.jsonl"
LONGEST_STEP_S: Final = 300.0
"""Metrics lines further apart than this stand for a stop, not for work."""

Config = TypeVar("Config", bound=JsonConfig)


def prepare_work(
    work: Path, config: Config, changed: Callable[[Config, Config], Sequence[str]], *, resume: bool
) -> None:
    """Make the work folder, or check that it belongs to the same training.

    Args:
        work: The folder.
        config: What is asked for now.
        changed: Returns the names of settings that may not change between stops and have.
        resume: Whether to go on with a training that the folder holds.

    Raises:
        InvalidInput: The folder holds another configuration, or a training that ``resume`` does not ask to
            go on.
    """
    path = work / CONFIG_NAME
    if path.is_file():
        if not resume:
            raise InvalidInput(
                f"{work} already holds a training.", "Add --resume to go on with it, or name another folder."
            )
        before = type(config).from_json(json.loads(path.read_text(encoding="utf-8")))
        names = changed(before, config)
        if names:
            raise InvalidInput(
                f"The training was started with other values of {', '.join(names)}.",
                "Use the configuration that it was started with, or name another work folder.",
            )
    work.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config.to_json(), indent=2) + "\n", encoding="utf-8")


def log_metrics(work: Path, values: dict[str, Any]) -> None:
    """Append one line to the work folder's metrics."""
    with (work / METRICS_NAME).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"time": round(time.time(), 1), **values}) + "\n")


def logged(work: Path, report: ReportStage, *, every_s: float = 60.0) -> ReportStage:
    """Return a listener that also writes a metrics line at most every ``every_s`` seconds."""
    last = [0.0]

    def both(progress: StageProgress) -> None:
        report(progress)
        now = time.monotonic()
        if now - last[0] >= every_s or progress.done >= progress.total:
            last[0] = now
            log_metrics(
                work,
                {
                    "stage": progress.stage,
                    "done": progress.done,
                    "total": progress.total,
                    "loss": progress.loss,
                    "images_per_second": round(progress.images_per_second, 2),
                },
            )

    return both


def training_hours(work: Path, stages: Sequence[str]) -> float:
    """Return the hours between the metrics lines of ``stages``, gaps of over five minutes left out."""
    path = work / METRICS_NAME
    lines = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    )
    seconds = 0.0
    for stage in stages:
        times = [line["time"] for line in lines if line.get("stage") == stage]
        steps = np.diff(times) if len(times) > 1 else np.zeros(0)
        seconds += float(steps[steps < LONGEST_STEP_S].sum())
    return round(seconds / 3600, 1)
