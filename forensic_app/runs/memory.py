"""The most main memory that this process held since it was last asked to forget, where Linux tells.

References:
    proc(5): ``/proc/pid/status`` (``VmHWM``) and ``/proc/pid/clear_refs`` (5 resets the peak).
"""

from __future__ import annotations

from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def forget_peak_memory() -> None:
    """Begin to measure anew; without effect where the system has no such measure."""
    try:
        _CLEAR.write_text("5", encoding="ascii")
    except OSError:
        return


def peak_memory_bytes() -> int | None:
    """Return the largest resident size since :func:`forget_peak_memory`; ``None`` where it is unknown."""
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    sizes = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(sizes[0]) * 1024 if sizes else None
