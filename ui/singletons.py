"""Keeps ``None`` and ``True`` alive under PySide6 6.12 on Python 3.11.

PySide6 6.12.0 takes part of its speed from objects that are immortal since Python 3.12: measured on Python
3.11.7, each ``Signal.emit`` loses one reference to ``True`` and each call without a result one to ``None``, and
the interpreter aborts when none is left. Here both get as many references as they can never lose.

References:
    PEP 683, immortal objects. The measurement is repeated by ``tests/ui/test_singletons.py``.
"""

from __future__ import annotations

import ctypes
import sys

_REFERENCES = 1 << 40


def keep_singletons() -> None:
    """Add references to ``None``, ``True`` and ``False`` once; nothing where they are immortal."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for each in (None, True, False):
        count = ctypes.c_ssize_t.from_address(id(each))
        if count.value < _REFERENCES:
            count.value += _REFERENCES
