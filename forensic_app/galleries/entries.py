"""Who is to be enrolled from which file: a list (CSV) or a folder, read line by line.

Rules:
    * A line that cannot be used is one refusal with its place and reason; the others go on.
    * A list names files below its own folder alone: a list that came from elsewhere reaches no other file.
    * A record of a list is one line with no more cells than there are columns. What goes on in the next line, or has a
      comma too many, could give one person another's photograph or name: it is refused, and so is a column named twice.
    * A folder holds one folder for each person, or loose files whose stem is the name; deeper folders, and links to
      folders, are refused.
    * Names are compared by their letters: case, blanks around and Unicode form make no other person.

References:
    RFC 4180 (CSV); Unicode Standard Annex 15 (NFC).
"""

from __future__ import annotations

import csv
import io
import itertools
import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from forensic_app.errors import InvalidInput, NotRegularFile
from forensic_app.regular_files import open_regular

COLUMNS: Final = ("name", "birth_date", "photo_date", "source", "file")
_REQUIRED: Final = ("name", "file")
_LINE_ENDS: Final = ("\n", "\r")
_MOST_LINE: Final = 1 << 16
"""Longest line of a list, in characters: a longer one is refused, and never held in memory as a whole."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One photograph to enrol, as it was stated and not checked yet.

    Attributes:
        place: Where it stands: ``line 3``, or the path below the folder.
        name: Of the person.
        birth_date: As written, empty when unknown.
        photo_date: As written, empty when unknown.
        source: From whom or where it came.
        path: The file.
        stated_by: What names the person: a folder, a loose file, or the list.
    """

    place: str
    name: str
    birth_date: str
    photo_date: str
    source: str
    path: Path
    stated_by: str = ""


@dataclass(frozen=True, slots=True)
class BadEntry:
    """A line that names no photograph to enrol.

    Attributes:
        place: Where it stands.
        reason: Why, one sentence.
    """

    place: str
    reason: str


def read_entries(given: Path, *, source: str = "") -> Iterator[Entry | BadEntry]:
    """Yield what a list or a folder names, in its order.

    Args:
        given: A CSV file, or a folder.
        source: From whom or where the photographs came, where the list does not say.

    Raises:
        InvalidInput: There is no such file or folder, or the list lacks a column, before the first entry; or the
            list cannot be read to its end.
    """
    if given.is_dir():
        try:
            return _of_folder(_sorted(given), source)
        except OSError as error:
            raise InvalidInput(
                f"The folder {given} cannot be read: {error.strerror}.", "Check its permissions."
            ) from error
    return _of_list(given, source)


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def subject_id(name: str, birth_date: str) -> str:
    """Return the identifier of a person in galleries: the same for the same name and birth date everywhere."""
    text = f"{name_key(name)}\n{birth_date}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def age_between(birth_date: str, photo_date: str) -> float | None:
    """Return the age in a photograph, years; ``None`` where a date is not known.

    Args:
        birth_date: Such as ``1971``, ``1971-03`` or ``1971-03-12``; of a partial date its middle counts.
        photo_date: The same.
    """
    if not birth_date or not photo_date:
        return None
    return _year(photo_date) - _year(birth_date)


def _year(text: str) -> float:
    year, month, day = (*(int(part) for part in text.split("-")), 0, 0)[:3]
    if not month:
        return year + 0.5
    return year + (month - 1 + ((day - 1) / 31 if day else 0.5)) / 12


def _of_list(path: Path, source: str) -> Iterator[Entry | BadEntry]:
    try:
        stream = io.TextIOWrapper(
            open_regular(path), encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
    except NotRegularFile:
        raise
    except OSError as error:
        raise InvalidInput(
            f"There is no list or folder {path}, or it cannot be read: {error.strerror}.", "Check the path."
        ) from error
    try:
        head = stream.readline(_MOST_LINE)
        columns = _columns(head, path)
    except BaseException:
        stream.close()
        raise
    return _rows(stream, columns, _delimiter(head), path.parent, source)


def _delimiter(head: str) -> str:
    return ";" if ";" in head and "," not in head else ","


def _columns(head: str, path: Path) -> list[str]:
    delimiter = _delimiter(head)
    names = next(csv.reader([head], delimiter=delimiter), [])
    columns = [each.strip().casefold().replace(" ", "_") for each in names]
    missing = [each for each in _REQUIRED if each not in columns]
    if missing:
        raise InvalidInput(
            f"The list {path.name} has no column {' and '.join(missing)}.",
            f"Its first line names the columns: {', '.join(COLUMNS).replace('_', ' ')}; name and file are needed. Save "
            "it as CSV in UTF-8, with commas or semicolons between the columns.",
        )
    twice = [each for each in COLUMNS if columns.count(each) > 1]
    if twice:
        raise InvalidInput(
            f"The list {path.name} names the column {' and '.join(twice)} twice.",
            "Leave one of each, so that it is clear which is meant.",
        )
    return columns


def _rows(
    stream: io.TextIOWrapper, columns: list[str], delimiter: str, folder: Path, source: str
) -> Iterator[Entry | BadEntry]:
    with stream:
        for number in itertools.count(2):
            place = f"line {number}"
            line, fault = _next_line(stream)
            if not line:
                return
            row = [] if fault else next(csv.reader([line], delimiter=delimiter), [])
            if len(row) > len(columns) and any(each.strip() for each in row[len(columns) :]):
                fault = (
                    f"it has {len(row)} cells for {len(columns)} columns: what holds a {delimiter} needs "
                    "quotation marks around it"
                )
            if fault:
                yield BadEntry(place, fault)
            elif any(each.strip() for each in row):
                values = dict(zip(columns, (each.strip() for each in row), strict=False))
                yield _entry(place, values, folder, source)


def _next_line(stream: io.TextIOWrapper) -> tuple[str, str]:
    """Return the next line of a list, empty at its end, and why it is no record; a long one is never held as a whole.

    Raises:
        InvalidInput: It cannot be read.
    """
    try:
        line = stream.readline(_MOST_LINE)
        if len(line) == _MOST_LINE and not line.endswith(_LINE_ENDS):
            rest = line
            while rest and not rest.endswith(_LINE_ENDS):
                rest = stream.readline(_MOST_LINE)
            return line, f"it has more than {_MOST_LINE:,} characters"
    except OSError as error:
        raise InvalidInput(
            f"The list cannot be read to its end: {error.strerror}.",
            "Copy it from the medium first, then give the same command again.",
        ) from error
    if line.count('"') % 2:
        return line, "a quotation mark in it is not closed, and a record cannot go on in the next line"
    return line, ""


def _entry(place: str, values: Mapping[str, str], folder: Path, source: str) -> Entry | BadEntry:
    file = values.get("file", "")
    if not values.get("name") or not file:
        return BadEntry(place, "it names no person or no file")
    path = folder / file
    try:
        is_below = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        is_below = False
    if not is_below or "\x00" in file:
        return BadEntry(place, f"its file {file} does not lie below the folder of the list")
    return Entry(
        place,
        values["name"],
        values.get("birth_date", ""),
        values.get("photo_date", ""),
        values.get("source", "") or source,
        path,
    )


def _of_folder(found: list[os.DirEntry[str]], source: str) -> Iterator[Entry | BadEntry]:
    for each in found:
        kind, fault = _kind_of(each)
        if fault:
            yield BadEntry(each.name, fault)
        elif kind == "folder":
            yield from _of_person(each, source)
        elif kind == "link":
            yield BadEntry(each.name, "it is a link to a folder")
        else:
            yield Entry(each.name, Path(each.name).stem, "", "", source, Path(each.path), each.name)


def _of_person(folder: os.DirEntry[str], source: str) -> Iterator[Entry | BadEntry]:
    try:
        files = _sorted(Path(folder.path))
    except OSError as error:
        yield BadEntry(folder.name, f"the folder cannot be read: {error.strerror}")
        return
    for file in files:
        place = f"{folder.name}/{file.name}"
        kind, fault = _kind_of(file)
        if fault:
            yield BadEntry(place, fault)
        elif kind:
            yield BadEntry(place, "it is a folder in a person's folder")
        else:
            yield Entry(place, folder.name, "", "", source, Path(file.path), folder.name)


def _kind_of(entry: os.DirEntry[str]) -> tuple[str, str]:
    """Return ``folder``, ``link`` for a link to one, or nothing for all else; and why that cannot be told."""
    try:
        if entry.is_dir(follow_symlinks=False):
            return "folder", ""
        return ("link" if entry.is_dir() else ""), ""
    except OSError as error:
        return "", f"it cannot be looked at: {error.strerror}"


def _sorted(folder: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder and is not hidden, by name."""
    with os.scandir(folder) as found:
        return sorted((each for each in found if not each.name.startswith(".")), key=lambda each: each.name)
