"""A list of photographs to receive, with what is known of each: a CSV file with a heading line.

Rules:
    * Columns are ``file`` and any of :data:`COLUMNS`; another one is refused, and so is a line without a file.
    * A file is looked for beside the list. What stands in its line counts before what is stated for all.

References:
    RFC 4180 (CSV).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forensic_app.errors import InvalidInput
from forensic_app.life_dates import parse_years, with_plain_digits
from forensic_app.regular_files import read_regular_text

COLUMNS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "subject": ("subject_id", str),
    "age": ("age_at_photo", parse_years),
    "date": ("photo_date", str),
    "source": ("source", str),
    "how": ("received_how", str),
    "number": ("exhibit_number", str),
    "page": ("page", lambda text: int(with_plain_digits(text))),
    "remark": ("notes", lambda text: (text,)),
}
"""Name in the store, and how a value is read, by the heading."""
_FILE = "file"


def read_list(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Return the files of a list, each with what its line states by the names of the store.

    Raises:
        InvalidInput: The list cannot be read, its headings are others, or a value is malformed; the line is named.
    """
    try:
        text = read_regular_text(path).removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The list {path} cannot be read.", "Check its path, and that it is a CSV file in UTF-8."
        ) from error
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(text.splitlines(), delimiter=separator, strict=True)
    headings = [each.strip().lower() for each in reader.fieldnames or ()]
    wrong = [each for each in headings if each != _FILE and each not in COLUMNS]
    if _FILE not in headings or wrong or len(set(headings)) != len(headings):
        raise InvalidInput(
            f"The first line of the list {path} is {', '.join(headings) or 'empty'}.",
            f"Name the column {_FILE} and any of {', '.join(COLUMNS)}, each once.",
        )
    reader.fieldnames = headings
    try:
        return [_line(path, number, row) for number, row in enumerate(reader, start=2) if any(row.values())]
    except csv.Error as error:
        raise InvalidInput(f"The list {path} is no CSV: {error}.", "Save it anew as CSV.") from error


def _line(path: Path, number: int, row: Mapping[str | None, Any]) -> tuple[Path, dict[str, Any]]:
    named = (row.get(_FILE) or "").strip()
    if not named or None in row:
        raise InvalidInput(
            f"Line {number} of the list {path} {'has more columns than the first' if named else 'names no file'}.",
            "Complete it, or take it out.",
        )
    stated: dict[str, Any] = {}
    for heading, (name, read) in COLUMNS.items():
        value = (row.get(heading) or "").strip()
        if not value:
            continue
        try:
            stated[name] = read(value)
        except ValueError:
            raise InvalidInput(
                f"Line {number} of the list {path}: {value!r} is no {heading}.",
                "Give years such as 34 or 8,5, and a page such as 2.",
            ) from None
    return path.parent / named, stated
