"""Device and precision of a training."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch

from forensic_app.engines.device_names import checked_device, checked_precision

CPU_FACTS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class TrainingDevice:
    """Where a training runs.

    Attributes:
        device: ``cpu`` or ``cuda``.
        uses_bfloat16: Whether matrix products run in bfloat16 (weights and sums stay in float32).
    """

    device: torch.device
    uses_bfloat16: bool

    def autocast(self) -> AbstractContextManager[None]:
        """Return the precision context of a forward pass."""
        context: AbstractContextManager[None] = torch.autocast(
            self.device.type, torch.bfloat16, enabled=self.uses_bfloat16
        )
        return context


def pick_device(name: str = "auto", *, precision: str = "auto", threads: int | None = None) -> TrainingDevice:
    """Return the device to train on, and give this process its CPU threads.

    Args:
        name: ``auto`` (CUDA when present), ``cpu`` or ``cuda``.
        precision: ``auto`` (bfloat16 where the hardware multiplies it), ``fp32`` or ``bf16``.
        threads: CPU threads; ``None`` leaves them as they are.

    Raises:
        InvalidInput: A word is unknown, or there is no usable CUDA card.
    """
    checked_device(name)
    checked_precision(precision)
    if threads is not None:
        torch.set_num_threads(threads)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(name)
    if precision == "auto":
        has_bfloat16 = torch.cuda.is_bf16_supported() if name == "cuda" else cpu_multiplies_bfloat16()
        return TrainingDevice(device, has_bfloat16)
    return TrainingDevice(device, precision == "bf16")


def cpu_multiplies_bfloat16() -> bool:
    """Return whether the processor has bfloat16 instructions; without them bfloat16 is slower than float32."""
    try:
        flags = CPU_FACTS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
