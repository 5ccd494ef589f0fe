"""Where and how torch computes: device, number type, threads, repeatability.

Rules:
    * Random numbers are always drawn on the CPU, so that one seed means one noise on every machine.
    * On the CPU everything is float32. On CUDA the U-Net and the text encoder use bfloat16 (float16 where the
      card has none); the autoencoder stays in float32, because it overflows in half precision.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import Any, Final

import torch

from forensic_app.engines.device_names import checked_device

RNG_DEVICE: Final = "cpu"
_MOST_THREADS = 8


@dataclass(frozen=True, slots=True)
class ComputeDevice:
    """A device that was chosen and set up.

    Attributes:
        device: Torch device.
        dtype: Number type of the U-Net and the text encoder.
        name: Words for the record, such as the card's name.
        threads: CPU threads.
    """

    device: torch.device
    dtype: torch.dtype
    name: str
    threads: int

    def as_record(self) -> dict[str, Any]:
        """Return the facts for a run's environment record, JSON types only."""
        is_cuda = self.device.type == "cuda"
        return {
            "device": str(self.device),
            "device_name": self.name,
            "dtype": str(self.dtype).removeprefix("torch."),
            "threads": self.threads,
            "rng_device": RNG_DEVICE,
            "torch": torch.__version__,
            "cuda": torch.version.cuda if is_cuda else None,
            "cudnn": torch.backends.cudnn.version() if is_cuda else None,  # type: ignore[no-untyped-call]
        }


def choose_device(wanted: str = "auto", *, threads: int = 0) -> ComputeDevice:
    """Set up torch for repeatable results and return the device to use.

    Args:
        wanted: ``auto`` (CUDA where there is a card), ``cpu`` or ``cuda``.
        threads: CPU threads; 0 for the number of cores, at most 8.

    Raises:
        InvalidInput: The word is unknown, or there is no usable CUDA card.
    """
    checked_device(wanted)
    count = threads if threads > 0 else min(os.cpu_count() or 1, _MOST_THREADS)
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
    if wanted == "cpu" or not torch.cuda.is_available():
        return ComputeDevice(torch.device("cpu"), torch.float32, platform.processor() or "CPU", count)
    torch.backends.cudnn.benchmark = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.use_deterministic_algorithms(True)
    dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return ComputeDevice(torch.device("cuda"), dtype, torch.cuda.get_device_name(), count)


def seeded_noise(shape: tuple[int, ...], *, seed: int) -> torch.Tensor:
    """Return standard normal numbers of ``shape``, float32, drawn on the CPU from ``seed``."""
    generator = torch.Generator(device=RNG_DEVICE).manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float32, device=RNG_DEVICE)
