"""Progress bars on standard error: one with the time left, and one with counts for each step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from forensic_app.cli.output import note
from forensic_app.visible import visible

Advance = Callable[[float, str], None]
Count = Callable[[str, int, int], None]


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
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def advance(fraction: float, stage: str) -> None:
            bar.update(task, completed=fraction, description=visible(stage))

        yield advance


@contextmanager
def counting_bars() -> Iterator[Count]:
    """Show a bar with counts for each step on standard error; on no terminal each step's end, one a line.

    Yields:
        A function to call with the step's words, what is done and what there is to do; 0 when not known.
    """
    if not sys.stderr.isatty():
        yield _end_printer()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    columns = (TextColumn("{task.description:<20}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def count(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(visible(step), total=None)
            bars.update(tasks[step], completed=done, total=total or None)

        yield count


def _end_printer() -> Count:
    shown: set[str] = set()

    def count(step: str, done: int, total: int) -> None:
        if total and done == total and step not in shown:
            shown.add(step)
            note(f"{step}: {done:,} checked")

    return count


def _stage_printer() -> Advance:
    shown: set[str] = set()

    def advance(fraction: float, stage: str) -> None:
        if stage and stage not in shown:
            shown.add(stage)
            note(f"{fraction:4.0%} {stage}")

    return advance
