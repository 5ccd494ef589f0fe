"""Answers on standard output, as one JSON object or as words and tables; notes on standard error.

Rules:
    * With ``--json`` standard output holds exactly one JSON object, also when the command fails.
    * Times are ISO 8601 in UTC; a fact that was not recorded is ``null`` or empty, never left out.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from forensic_app.errors import ForensicAppError

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
    """Print one JSON object on standard output."""
    json.dump(json_value(value), sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write("\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print a line of an answer on standard output."""
    typer.echo(text)


def note(text: str) -> None:
    """Print a line that is no answer on standard error."""
    typer.echo(text, err=True)


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

    cells = [[cell(each) for each in row] for row in rows]
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
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
