"""Learning rate and progress of a training stage."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageProgress:
    """One line of a stage's progress.

    Attributes:
        stage: ``faces``, ``projection``, ``decoder``, ``latents``, ``diffusion``, ``export``.
        done: Images shown so far.
        total: Images to show in all.
        loss: Mean loss since the last line, ``None`` for stages without one.
        images_per_second: Since the stage was started or resumed.
        seconds_left: Estimate.
    """

    stage: str
    done: int
    total: int
    loss: float | None
    images_per_second: float
    seconds_left: float


SETTLING_STEPS = 20
"""Steps after a start that are not timed: they compile, or fill caches."""

SHORTEST_S = 30.0
"""Seconds between two checkpoints at least: a card passes an interval of images in a second."""

LONGEST_S = 600.0
"""Seconds between two checkpoints at most."""

ReportStage = Callable[[StageProgress], None]


def warmup_stable_decay(step: int, total: int, *, warmup: int, decay_fraction: float) -> float:
    """Return the factor of the peak learning rate: linear up, constant, linear down to zero at ``total``.

    A training that is extended (a larger ``total``) goes back to the constant part, which a cosine could not.

    References:
        Hägele et al. 2024, Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations.
    """
    if step < warmup:
        return (step + 1) / warmup
    decay_steps = max(int(total * decay_fraction), 1)
    return min(1.0, max(total - step, 0) / decay_steps)


class TimeLeft:
    """How many steps a training still makes where it is to be done at a time.

    Args:
        seconds: That time, from now on; ``None`` for whenever it is done.
    """

    def __init__(self, seconds: float | None) -> None:
        self._finish = None if seconds is None else time.monotonic() + seconds
        self._began: int | None = None
        self._settled: tuple[int, float] | None = None

    def last_step(self, step: int, total: int) -> int:
        """Return the step at which to be done, at most ``total``; the first steps, which compile, are not timed."""
        if self._finish is None:
            return total
        now = time.monotonic()
        if now >= self._finish:
            return step
        if self._began is None:
            self._began = step
        if self._settled is None and step >= self._began + SETTLING_STEPS:
            self._settled = (step, now)
        if self._settled is None or step < self._settled[0] + SETTLING_STEPS:
            return total
        seconds = (now - self._settled[1]) / (step - self._settled[0])
        return min(total, step + max(1, int((self._finish - now) / seconds)))


class Due:
    """When a checkpoint is written: at its interval of images, but neither every few seconds nor every half hour."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def at(self, *, is_due: bool) -> bool:
        """Return whether one is to be written now.

        Args:
            is_due: Whether the interval of images has passed.
        """
        seconds = time.monotonic() - self._last
        if (is_due and seconds >= SHORTEST_S) or seconds >= LONGEST_S:
            self._last = time.monotonic()
            return True
        return False


def counted(stage: str, report: ReportStage) -> Callable[[int, int], None]:
    """Return a listener for what is done and what there is in all, which reports it as progress of ``stage``."""
    pace: list[Pace] = []

    def progress(done: int, total: int) -> None:
        if not pace:
            pace.append(Pace(stage, done=0, total=total, report=report))
        pace[0].advance(done)

    return progress


class Pace:
    """Measures a stage's speed and makes its progress lines.

    Args:
        stage: Name of the stage.
        done: Images shown before this process started.
        total: Images in all.
        report: Receives a line at most every ``every_s`` seconds, and the last one.
    """

    def __init__(
        self, stage: str, *, done: int, total: int, report: ReportStage, every_s: float = 5.0
    ) -> None:
        self._stage, self._first, self._total = stage, done, total
        self._report, self._every_s = report, every_s
        self._began = self._last = time.monotonic()
        self._losses: list[float] = []

    def advance(self, done: int, loss: float | None = None) -> None:
        """Note that ``done`` images have been shown, with the last batch's loss."""
        if loss is not None:
            self._losses.append(loss)
        now = time.monotonic()
        if now - self._last < self._every_s and done < self._total:
            return
        speed = (done - self._first) / max(now - self._began, 1e-6)
        mean = sum(self._losses) / len(self._losses) if self._losses else None
        left = (self._total - done) / max(speed, 1e-6)
        self._report(StageProgress(self._stage, done, self._total, mean, speed, left))
        self._last = now
        self._losses.clear()
