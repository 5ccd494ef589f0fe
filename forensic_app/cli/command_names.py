"""Which command was given with which options, without any value: what a log may keep of a command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer


def command_names(arguments: Sequence[str]) -> str:
    """Return the words of ``arguments`` that are the program's own: commands and options, in order.

    A value that happens to be the name of a command is a word of the program, and tells nothing.
    """
    from forensic_app.cli.app import app

    command: Any = typer.main.get_command(app)
    known = _options(command)
    kept = []
    for word in arguments:
        name = word.partition("=")[0]
        below = getattr(command, "commands", {})
        if name in known:
            kept.append(name)
        elif word in below:
            command = below[word]
            known |= _options(command)
            kept.append(word)
    return " ".join(kept)


def _options(command: Any) -> set[str]:
    return {
        name for each in command.params for name in (*each.opts, *each.secondary_opts) if name.startswith("-")
    }
