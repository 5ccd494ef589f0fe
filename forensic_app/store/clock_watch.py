"""Whether the computer's clock was moved: told from the event before, and from a clock that nobody can set.

Rules:
    * An event that would be earlier than its predecessor, and a clock that since the last look went a day more or
      less than the machine was up, are jumps. A jump is a fact to record, not a fault: clocks are corrected.
    * The second comparison holds within one boot only; after another one nothing is known and nothing is said.
    * What was seen last is kept in memory and, for the real clock, in the workstation's folder, so that a jump
      between two openings is seen. That file is a help, not evidence: without it only the first comparison is made.
    * A jump is told once: what was seen at it is what the next look compares with.

References:
    clock_gettime(2): CLOCK_BOOTTIME counts suspended time; proc(5): ``/proc/sys/kernel/random/boot_id``.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from forensic_app.store.private_notes import keep_note, read_note

CLOCK_FILE = "clock.json"
ACTION = "clock_jumped"
LARGEST_DRIFT = timedelta(days=1)
"""More than this is no correction of a clock that runs fast or slow."""

KEEP_EVERY_S = 60.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class ClockMark:
    """What both clocks showed at one moment.

    Attributes:
        wall: The computer's clock, aware.
        machine_s: Seconds since the machine was started, suspended time included.
        boot_id: Which start that was; empty when unknown.
    """

    wall: datetime
    machine_s: float
    boot_id: str


@dataclass(frozen=True, slots=True)
class ClockJump:
    """A clock that was moved.

    Attributes:
        expected: What it should have shown at least, or about.
        found: What it showed.
        against: ``previous event`` or ``machine``.
    """

    expected: datetime
    found: datetime
    against: str

    @property
    def details(self) -> dict[str, str]:
        """Details of the event ``clock_jumped``: ``from``, ``to`` and ``against``; times ISO 8601 in UTC."""
        return {"from": _text(self.expected), "to": _text(self.found), "against": self.against}


def clock_findings(
    previous: datetime | None, present: ClockMark, remembered: ClockMark | None
) -> tuple[ClockJump, ...]:
    """Return how the clock jumped, empty if it did not.

    Args:
        previous: Time of the newest event, if there is one.
        present: What both clocks show now.
        remembered: What they showed at an earlier look, if that is known.
    """
    jumps = []
    if previous is not None and present.wall < previous:
        jumps.append(ClockJump(previous, present.wall, "previous event"))
    if remembered is not None and present.boot_id and present.boot_id == remembered.boot_id:
        expected = _later(remembered.wall, present.machine_s - remembered.machine_s)
        if expected is not None and abs(present.wall - expected) > LARGEST_DRIFT:
            jumps.append(ClockJump(expected, present.wall, "machine"))
    return tuple(jumps)


class ClockWatch:
    """Looks at the clock at every event of one open casebook; safe to use from several threads.

    Args:
        home: The workstation's folder; ``None`` keeps what was seen in memory alone, as for a clock that is not the
            real one.
    """

    def __init__(self, home: Path | None) -> None:
        self._path = None if home is None else home / CLOCK_FILE
        self._lock = threading.Lock()
        self._last = None if self._path is None else read_mark(self._path)
        self._kept_at = float("-inf")

    def look(self, now: datetime, previous: datetime | None) -> tuple[ClockJump, ...]:
        """Return how the clock jumped since the last look, and keep what it shows now.

        Args:
            now: What the clock shows, aware: the time of the event that is about to be written.
            previous: Time of the newest event, if there is one.
        """
        present = ClockMark(now, machine_seconds(), boot_id())
        with self._lock:
            jumps = clock_findings(previous, present, self._last)
            self._last = present
            is_due = present.machine_s - self._kept_at >= KEEP_EVERY_S
            if self._path is not None and (jumps or is_due):
                self._kept_at = present.machine_s
                keep_mark(self._path, present)
        return jumps


def machine_seconds() -> float:
    """Return the seconds since the machine was started; nobody can set this clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def boot_id() -> str:
    """Return which start of the machine this is; empty where the system does not tell."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def read_mark(path: Path) -> ClockMark | None:
    """Return what was kept in a file; ``None`` where there is none or it is not one."""
    value = read_note(path)
    try:
        mark = ClockMark(
            datetime.fromisoformat(value["wall"]), float(value["machine_s"]), str(value["boot_id"])
        )
    except (ValueError, KeyError, TypeError):
        return None
    return mark if mark.wall.tzinfo is not None else None


def keep_mark(path: Path, mark: ClockMark) -> None:
    """Keep what was seen in a file; without effect where it cannot be written."""
    keep_note(path, {"wall": _text(mark.wall), "machine_s": mark.machine_s, "boot_id": mark.boot_id})


def _later(moment: datetime, seconds: float) -> datetime | None:
    try:
        return moment + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
