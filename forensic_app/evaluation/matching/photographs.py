"""Photographs of people at several ages, as folders hold them, and which are compared.

Rules:
    * ``fgnet``: one folder of files whose names give person and age (``012A08b.jpg``: person 012, eight years).
    * ``folders``: one folder for each person. Where files are called ``young_*`` and ``old_*``, the young ones are
      references and the old ones probes; otherwise all pairs of a person's photographs are compared.
    * ``people.csv`` beside them may give ``subject``, ``sex`` and ``group``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from forensic_app.errors import InvalidInput
from forensic_app.faces.people import OLD, YOUNG, Photo, read_fgnet, read_folders

PEOPLE_TABLE: Final = "people.csv"
_OLDEST_YEARS: Final = 120.0


class Protocol(StrEnum):
    """How a data set names its people."""

    FGNET = "fgnet"
    FOLDERS = "folders"


class AgedSide(StrEnum):
    """Which photograph of a pair is changed to the other's age."""

    REFERENCE = "reference"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class AgeRange:
    """Ages from ``youngest`` to ``oldest``, years, both included."""

    youngest: float = 0.0
    oldest: float = _OLDEST_YEARS

    def __contains__(self, age_years: float) -> bool:
        """Return whether an age lies in the range."""
        return self.youngest <= age_years <= self.oldest

    def __str__(self) -> str:
        """Return the range as it is written on a command line."""
        first = f"{self.youngest:g}" if self.youngest > 0 else ""
        last = f"{self.oldest:g}" if self.oldest < _OLDEST_YEARS else ""
        return f"{first}-{last}"


def parse_age_range(text: str) -> AgeRange:
    """Return the range that ``-12``, ``20-``, ``13-19`` or ``30`` writes.

    Raises:
        InvalidInput: It is none of these, or its ends are the wrong way round.
    """
    number = r"\d+(?:\.\d+)?"
    found = re.fullmatch(rf"({number})?(?:(-)({number})?)?", text.strip())
    if found is None or not (found[1] or found[3]):
        raise InvalidInput(
            f"{text} is not a range of ages.", "Write 13-19, -12 for up to 12, or 20- for 20 and over."
        )
    first = float(found[1]) if found[1] else 0.0
    last = float(found[3]) if found[3] else _OLDEST_YEARS if found[2] else first
    if first > last:
        raise InvalidInput(f"The range of ages {text} ends before it begins.", "Write the lower age first.")
    return AgeRange(first, last)


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """What is compared with what.

    Attributes:
        protocol: How the data set names its people.
        photos: Every photograph that takes part, ordered by subject and name.
        references: Places in ``photos`` of the references.
        probes: Places of the probes.
        is_all_pairs: Whether references and probes are the same photographs, and each pair is compared once.
        comparison: What is compared with what, in words.
        refused: What was left out, with the reason.
        sexes: Sex of each subject that ``people.csv`` names.
        groups: Group of each subject that ``people.csv`` names.
    """

    protocol: Protocol
    photos: tuple[Photo, ...]
    references: tuple[int, ...]
    probes: tuple[int, ...]
    is_all_pairs: bool
    comparison: str = ""
    refused: tuple[str, ...] = ()
    sexes: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


def read_photo_set(
    folder: Path,
    protocol: Protocol,
    *,
    reference_ages: AgeRange | None = None,
    probe_ages: AgeRange | None = None,
    limit_people: int | None = None,
    only: Collection[str] | None = None,
) -> PhotoSet:
    """Return the photographs of a folder and which of them are references and probes.

    Args:
        folder: The data set.
        protocol: How it names its people.
        reference_ages: Ages of references; up to 12 years by default. For ``fgnet`` alone.
        probe_ages: Ages of probes; 20 years and over by default. For ``fgnet`` alone.
        limit_people: Most people, in the order of their names.
        only: Names of the only people that take part, as folder and name (``lag/0003``) or the name alone; ``None`` for
            all.

    Raises:
        InvalidInput: The folder is missing, ages were given where the names hold none, fewer than two people can be
            compared, or ``people.csv`` cannot be read.
    """
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.", "Name the folder of the data set.")
    if protocol is Protocol.FOLDERS and (reference_ages or probe_ages):
        raise InvalidInput(
            "The names of the protocol folders hold no ages to choose by.",
            "Leave the age ranges out, or use the protocol fgnet.",
        )
    photos, refused = (read_fgnet if protocol is Protocol.FGNET else read_folders)(folder)
    if only is not None:
        photos = [photo for photo in photos if {photo.subject, f"{folder.name}/{photo.subject}"} & set(only)]
    is_all_pairs = protocol is Protocol.FOLDERS and not any(photo.part for photo in photos)
    first, second = reference_ages or AgeRange(oldest=12), probe_ages or AgeRange(youngest=20)

    def is_reference(photo: Photo) -> bool:
        if protocol is Protocol.FGNET:
            return photo.age_years is not None and photo.age_years in first
        return is_all_pairs or photo.part == YOUNG

    def is_probe(photo: Photo) -> bool:
        if protocol is Protocol.FGNET:
            return photo.age_years is not None and photo.age_years in second
        return is_all_pairs or photo.part == OLD

    chosen = _comparable(photos, is_reference, is_probe, limit_people)
    sexes, groups = _people(folder / PEOPLE_TABLE)
    return PhotoSet(
        protocol=protocol,
        photos=chosen,
        references=tuple(place for place, photo in enumerate(chosen) if is_reference(photo)),
        probes=tuple(place for place, photo in enumerate(chosen) if is_probe(photo)),
        is_all_pairs=is_all_pairs,
        comparison=_words(protocol, first, second, is_all_pairs=is_all_pairs),
        refused=tuple(refused),
        sexes=sexes,
        groups=groups,
    )


def _words(protocol: Protocol, first: AgeRange, second: AgeRange, *, is_all_pairs: bool) -> str:
    if protocol is Protocol.FGNET:
        return f"ages {first} against {second}"
    return "all pairs" if is_all_pairs else "young against old"


def _comparable(
    photos: Sequence[Photo],
    is_reference: Callable[[Photo], bool],
    is_probe: Callable[[Photo], bool],
    limit_people: int | None,
) -> tuple[Photo, ...]:
    """Return the references and probes of the first people; who has only one kind makes non-mated comparisons."""
    by_subject: dict[str, list[Photo]] = {}
    for photo in photos:
        if is_reference(photo) or is_probe(photo):
            by_subject.setdefault(photo.subject, []).append(photo)
    people = sorted(by_subject)[:limit_people]
    mated = [
        subject
        for subject in people
        if len(by_subject[subject]) > 1
        and any(map(is_reference, by_subject[subject]))
        and any(map(is_probe, by_subject[subject]))
    ]
    if len(mated) < 2:
        raise InvalidInput(
            "There are not two people with photographs to compare.",
            "Check the names of files and folders against the protocol, and the ranges of ages.",
        )
    return tuple(photo for subject in people for photo in by_subject[subject])


def _people(table: Path) -> tuple[dict[str, str], dict[str, str]]:
    if not table.is_file():
        return {}, {}
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(
            f"{table} cannot be read: {error}.", "Give it the columns subject, sex and group, in UTF-8."
        ) from error
    if rows and "subject" not in rows[0]:
        raise InvalidInput(f"{table} has no column subject.", "Give it the columns subject, sex and group.")
    return (
        {row["subject"]: row["sex"] for row in rows if row.get("sex")},
        {row["subject"]: row["group"] for row in rows if row.get("group")},
    )
