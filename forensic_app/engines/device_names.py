"""The words for a device and a precision, checked before anything is recorded or begun; needs no torch."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import Any, Final

from forensic_app.errors import InvalidInput

DEVICES: Final = ("auto", "cpu", "cuda")
PRECISIONS: Final = ("auto", "fp32", "bf16")
_ASK_TORCH = "import sys, torch; sys.exit(0 if torch.cuda.is_available() else 3)"


def checked_device(name: str) -> str:
    """Return ``name``, if it is a device that this machine has.

    Raises:
        InvalidInput: The word is unknown, or there is no usable CUDA card.
    """
    _known("device", name, DEVICES)
    if name == "cuda" and not is_cuda_usable():
        raise InvalidInput("There is no usable CUDA card on this machine.", "Use the device cpu or auto.")
    return name


def checked_precision(name: str) -> str:
    """Return ``name``, if it is the word for a precision.

    Raises:
        InvalidInput: The word is unknown.
    """
    return _known("precision", name, PRECISIONS)


@cache
def is_cuda_usable() -> bool:
    """Return whether torch can compute on a CUDA card; where it is not loaded, a process of its own asks it."""
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        return bool(torch.cuda.is_available())
    return (
        subprocess.run([sys.executable, "-c", _ASK_TORCH], capture_output=True, check=False).returncode == 0
    )


def _known(what: str, name: str, words: tuple[str, ...]) -> str:
    if name not in words:
        raise InvalidInput(f"There is no {what} {name!r}.", f"Use {', '.join(words[:-1])} or {words[-1]}.")
    return name
