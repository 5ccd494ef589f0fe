"""A progress bar with the time left, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[float, str], None]


@contextmanager
def progress_bar() -> Iterator[Advance]:
    """Show a bar on standard error; on no terminal only each new stage's words, one a line.

    Yields:
        A function to call with the fraction done, from 0 to 1, and the stage's words.
    """
    if not sys.stderr.isatty():
        yield _stage_printer()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def advance(fraction: float, stage: str) -> None:
            bar.update(task, completed=fraction, description=stage)

        yield advance


def _stage_printer() -> Advance:
    shown: set[str] = set()

    def advance(fraction: float, stage: str) -> None:
        if stage and stage not in shown:
            shown.add(stage)
            print(f"{fraction:4.0%} {stage}", file=sys.stderr, flush=True)

    return advance
