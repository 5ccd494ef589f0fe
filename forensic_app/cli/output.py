"""Answers on standard output, as one JSON object or as words and tables; notes on standard error.

Rules:
    * With ``--json`` standard output holds exactly one JSON object, also when the command fails.
    * Nothing that is printed can act on the terminal: every line passes :func:`~forensic_app.visible.visible` here,
      whoever composed it, and a text of several lines goes through :func:`say_lines` or :func:`note_lines`.
    * Times are ISO 8601 in UTC; a fact that was not recorded is ``null`` or empty, never left out.
"""

from __future__ import annotations

import dataclasses
import logging
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from forensic_app.errors import ForensicAppError
from forensic_app.measured import with_face_numbers
from forensic_app.traces import trace
from forensic_app.visible import visible, visible_json, visible_lines

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


def json_value(value: Any) -> Any:  # noqa: PLR0911 - one return for each type reads best
    """Return ``value`` in JSON types: records become objects, times ISO 8601 text, paths text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: json_value(getattr(value, each.name)) for each in dataclasses.fields(value)}
    match value:
        case Mapping():
            return {str(key): json_value(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [json_value(each) for each in value]
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case Enum():
            return value.value
        case Path():
            return str(value)
    return value


def print_json(value: Any) -> None:
    """Print one JSON object on standard output; beside each ``face_index`` stands ``face_number``, counted from 1."""
    sys.stdout.write(visible_json(with_face_numbers(json_value(value))) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print one line of an answer on standard output, hidden characters and line breaks made visible."""
    typer.echo(visible(text))


def say_lines(text: str) -> None:
    """Print a text of several lines on standard output, each as :func:`say`."""
    for line in visible_lines(text):
        typer.echo(line)


def note(text: str) -> None:
    """Print one line that is no answer on standard error, hidden characters and line breaks made visible."""
    typer.echo(visible(text), err=True)


def note_lines(text: str) -> None:
    """Print a text of several lines on standard error, each as :func:`note`."""
    for line in visible_lines(text):
        typer.echo(line, err=True)


def asked_secret(words: str, *, confirms: bool = False) -> str:
    """Ask for something on the terminal that is not shown while it is typed; return it.

    Args:
        words: What is asked for.
        confirms: Whether it has to be typed twice.
    """
    typed: str = typer.prompt(visible(words), hide_input=True, confirmation_prompt=confirms, err=True)
    return typed


def is_confirmed(question: str) -> bool:
    """Ask on standard error and return whether the answer is yes.

    Raises:
        typer.Abort: There was no answer.
    """
    return typer.confirm(visible(question), err=True)


@contextmanager
def libraries_heard() -> Iterator[None]:
    """Have what libraries warn of and what ends a thread told by :func:`note`, without what an error says."""
    before = warnings.showwarning, threading.excepthook, logging.lastResort
    warnings.showwarning = _note_warning
    threading.excepthook = _note_thread
    logging.lastResort = _Notes(logging.WARNING)
    try:
        yield
    finally:
        warnings.showwarning, threading.excepthook, logging.lastResort = before


class _Notes(logging.Handler):
    """Tells log records as notes."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message of a record, without a traceback."""
        note(record.getMessage())


def _note_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,  # noqa: ARG001 - Python's own signature
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    note(f"{category.__name__}: {message}")


def _note_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        note_lines(trace(arguments.exc_value).rstrip())


def note_unprintable(record: Any) -> None:
    """Say on standard error which characters of a record a report prints as code points, if any."""
    from forensic_app.reports.unprintable import code_points, texts_of

    found = code_points(*texts_of(record))
    if found:
        note(
            f"Note: a report prints these characters as code points: {found}. "
            "The program has no glyph for them, or they are invisible."
        )


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> None:
    """Print a table on standard output; numbers to the right, no cell is cut when it is no terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[visible(cell(each)) for each in row] for row in rows]
    table = Table(
        title=Text(visible(title)) if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for index, column in enumerate(columns):
        is_number = bool(cells) and all(_is_number(row[index]) for row in cells)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(each) for each in row))
    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console = Console(file=sys.stdout, width=max(160, _width(columns, cells)))
    console.print(table)


def print_facts(facts: Iterable[tuple[str, Any]]) -> None:
    """Print names and values, one a line, leaving out what is empty."""
    shown = [(name, cell(value)) for name, value in facts if cell(value)]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        say(f"{name:<{width}}  {value}")


def print_error(error: str, message: str, advice: str, *, as_json: bool) -> None:
    """Say what is wrong on standard error, and with ``as_json`` as one object on standard output too."""
    note(f"{message} {advice}".strip())
    if as_json:
        print_json({"error": error, "message": message, "advice": advice})


def print_known_error(error: ForensicAppError, *, as_json: bool) -> None:
    """Say what an expected failure is and what to do about it."""
    print_error(type(error).__name__, error.message, error.advice, as_json=as_json)


def cell(value: Any) -> str:
    """Return ``value`` in words for a table."""
    match value:
        case None:
            words = ""
        case bool():
            words = "yes" if value else "no"
        case float():
            words = f"{value:g}"
        case datetime():
            words = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        case list() | tuple():
            words = ", ".join(cell(each) for each in value)
        case _:
            words = str(value)
    return words


def _is_number(text: str) -> bool:
    return not text or text.lstrip("+-").replace(".", "", 1).isdigit()


def _width(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    return sum(
        max([len(column), *(len(row[index]) for row in cells)]) + 3 for index, column in enumerate(columns)
    )
