"""The command that opens the window, as a process of its own: nothing of Qt is imported here."""

from __future__ import annotations

import importlib.util
import os
import sys

import typer

from forensic_app.cli.context import invocation
from forensic_app.errors import InvalidInput


def command(ctx: typer.Context) -> None:
    """Open the window."""
    if importlib.util.find_spec("PySide6") is None:
        raise InvalidInput("The window needs PySide6, which is not installed.", "Run: make install")
    given = invocation(ctx)
    arguments = [sys.executable, "-m", "ui"]
    if given.casebook is not None:
        arguments += ["--casebook", str(given.casebook)]
    if given.examiner:
        arguments += ["--examiner", given.examiner]
    os.execv(sys.executable, arguments)
