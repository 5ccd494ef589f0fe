"""The work folder of a training: its configuration, its metrics, and whether it may go on.

Rules:
    * A folder belongs to one training; going on with it is asked for, and never with other sizes.
    * Metrics go to ``metrics.jsonl``, one JSON object a line.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from forensic_app.engines.training.config import JsonConfig
from forensic_app.engines.training.schedule import ReportStage, StageProgress
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


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` whole or not at all; a former file stays until the new one is on the disk."""
    temporary = path.with_name(f"{path.name}.part")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


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


def training_hours(work: Path, stages: Sequence[str], *, shown: Mapping[str, int] | None = None) -> float:
    """Return the hours that led to the weights, summed over ``stages``; 0.0 where nothing was recorded.

    Where a stage went back (to a checkpoint, or to its start), the time of the images that were thrown away is not
    counted; nor is what came after the images that the weights have seen, nor gaps of over five minutes.

    Args:
        work: The work folder.
        stages: Names of stages in its metrics.
        shown: Images that the weights have seen by stage; all that the metrics name where it is missing.
    """
    points: dict[str, list[_Point]] = {stage: [] for stage in stages}
    for line in _metrics(work):
        if line.get("stage") in points and {"time", "done", "total"} <= line.keys():
            points[line["stage"]].append(_Point(float(line["time"]), int(line["done"])))
    limits = shown or {}
    seconds = sum(_seconds_kept(found, limits.get(stage)) for stage, found in points.items())
    return round(seconds / 3600, 1)


@dataclass(frozen=True, slots=True)
class _Point:
    time_s: float
    done: int


def _metrics(work: Path) -> list[dict[str, Any]]:
    """Return the lines of the metrics; a line that a kill cut short is left out."""
    path = work / METRICS_NAME
    lines: list[dict[str, Any]] = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines


def _seconds_kept(points: Sequence[_Point], shown: int | None) -> float:
    """Return the seconds of the images that were kept; a span that is kept in part counts in proportion."""
    spans: list[tuple[_Point, _Point]] = []
    for before, after in pairwise(points):
        if after.done < before.done:
            spans = _until(spans, after.done)
        elif after.time_s - before.time_s < LONGEST_STEP_S:
            spans.append((before, after))
    if shown is not None:
        spans = _until(spans, shown)
    return sum(after.time_s - before.time_s for before, after in spans)


def _until(spans: Sequence[tuple[_Point, _Point]], done: int) -> list[tuple[_Point, _Point]]:
    kept: list[tuple[_Point, _Point]] = []
    for before, after in spans:
        if after.done <= done:
            kept.append((before, after))
        elif before.done < done:
            share = (done - before.done) / (after.done - before.done)
            kept.append((before, _Point(before.time_s + share * (after.time_s - before.time_s), done)))
    return kept
