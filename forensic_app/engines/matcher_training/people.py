"""What a matcher learns from: chips of people with several photographs, of people with one, and of derived faces.

Rules:
    * Chips are cut once, a little larger than the network's, so that every draw may move and turn them, and kept in
      the work folder. They are pictures of the data: the folder is never shipped or committed.
    * People are kept from the training by the digest of set and name, so that the same people stay kept on every
      machine and whatever else is added.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.matcher.schema import CHIP_PADDING, CHIP_PX
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.faces.dlib import DlibAnalyser, face_chip
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.faces.people import OLD, YOUNG, Photo
from forensic_app.images import load_working_copy

ADULT_YEARS: Final = 18.0
CHILD_YEARS: Final = 14.0
_CHIPS, _LIST = "chips.npy", "chips.json"

OnCount = Callable[[int, int], None]
"""Called with what is done and what there is in all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One chip.

    Attributes:
        source: Name of the set.
        subject: Name of the person within it; empty for a person with one photograph.
        name: File name.
        age_years: Age, ``None`` where the set does not say.
        part: :data:`YOUNG`, :data:`OLD` or empty.
        is_kept: Whether the person is kept from the training.
    """

    source: str
    subject: str
    name: str
    age_years: float | None
    part: str
    is_kept: bool

    @property
    def person(self) -> str:
        """Set and name."""
        return f"{self.source}/{self.subject}"

    @property
    def is_adult(self) -> bool:
        """Whether the photograph shows an adult, as far as the set says; sets without ages are of adults."""
        if self.age_years is not None:
            return self.age_years >= ADULT_YEARS
        return self.part != YOUNG

    def to_json(self) -> list[Any]:
        """Return the row as JSON types."""
        return [self.source, self.subject, self.name, self.age_years, self.part, self.is_kept]


@dataclass(frozen=True, slots=True)
class Chips:
    """Chips and what they are of.

    Attributes:
        pixels: ``(n, 170, 170, 3)`` uint8 RGB, on the disk.
        rows: One for each chip.
    """

    pixels: NDArray[np.uint8]
    rows: tuple[Row, ...]

    def people(self, *, kept: bool) -> dict[str, list[int]]:
        """Return the places of each person's chips, of people with two photographs or more."""
        found: dict[str, list[int]] = {}
        for place, row in enumerate(self.rows):
            if row.subject and row.is_kept == kept:
                found.setdefault(row.person, []).append(place)
        return {person: places for person, places in found.items() if len(places) > 1}

    def singles(self) -> tuple[list[int], list[int]]:
        """Return the places of children and of adults among people with one photograph, who are not kept."""
        places = [place for place, row in enumerate(self.rows) if not row.subject and not row.is_kept]
        is_child = {place: (self.rows[place].age_years or 0.0) <= CHILD_YEARS for place in places}
        return [place for place in places if is_child[place]], [
            place for place in places if not is_child[place]
        ]


def is_kept_person(source: str, subject: str, share: int) -> bool:
    """Return whether a person is kept from the training: one in ``share`` by the digest of set and name."""
    digest = hashlib.sha256(f"{source}/{subject}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % share == 0


def load_or_cut_chips(
    people: Mapping[str, Sequence[Photo]],
    singles: Sequence[LabelledFace],
    work: Path,
    *,
    kept_share: int,
    kept_names: frozenset[str],
    report: OnCount,
) -> Chips:
    """Return the chips of all photographs in which a face is found, cutting them where ``work`` does not hold them.

    Args:
        people: Photographs of known people by the name of their set.
        singles: Labelled faces of people with one photograph.
        work: The training's folder.
        kept_share: One person in so many is kept.
        kept_names: File names among ``singles`` that are kept.
        report: Receives progress.

    Raises:
        InvalidInput: The folder holds chips of other photographs.
    """
    wanted: list[tuple[Path, Row]] = [
        (
            photo.path,
            Row(
                source,
                photo.subject,
                photo.path.name,
                photo.age_years,
                photo.part,
                is_kept_person(source, photo.subject, kept_share),
            ),
        )
        for source, photos in people.items()
        for photo in photos
    ]
    wanted += [
        (face.path, Row("singles", "", face.path.name, face.age_years, "", face.path.name in kept_names))
        for face in singles
    ]
    stamp = hashlib.sha256(json.dumps([row.to_json() for _, row in wanted]).encode()).hexdigest()
    if (work / _LIST).is_file():
        listed = json.loads((work / _LIST).read_text(encoding="utf-8"))
        if listed["stamp"] != stamp:
            raise InvalidInput(
                f"{work} holds the faces of other photographs.", "Name another work folder, or the same data."
            )
        rows = tuple(Row(*values) for values in listed["rows"])
        return Chips(np.load(work / _CHIPS, mmap_mode="r")[: len(rows)], rows)
    pixels = np.lib.format.open_memmap(
        work / _CHIPS, mode="w+", dtype=np.uint8, shape=(len(wanted), CHIP_PX, CHIP_PX, 3)
    )
    analyser = DlibAnalyser()
    found: list[Row] = []
    for place, (path, row) in enumerate(wanted):
        report(place, len(wanted))
        chip = cut_chip(path, analyser)
        if chip is not None:
            pixels[len(found)] = chip
            found.append(row)
    pixels.flush()
    text = json.dumps({"stamp": stamp, "rows": [row.to_json() for row in found]})
    temporary = work / f"{_LIST}.part"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(work / _LIST)
    report(len(wanted), len(wanted))
    return Chips(pixels[: len(found)], tuple(found))


def cut_chip(path: Path, analyser: DlibAnalyser) -> NDArray[np.uint8] | None:
    """Return the chip of the largest face, ``(170, 170, 3)``, or ``None`` where there is none or no image."""
    try:
        pixels = load_working_copy(path)
    except UnreadableImage:
        return None
    faces = analyser.detect(pixels)
    return face_chip(pixels, faces[0], size_px=CHIP_PX, padding=CHIP_PADDING) if faces else None


def drawn_pair(rows: Sequence[Row], places: Sequence[int], generator: np.random.Generator) -> tuple[int, int]:
    """Return two photographs of a person: of young and old, or far apart in age, where the set says so.

    Args:
        rows: Of all chips.
        places: The person's.
        generator: Of the draw.
    """
    young = [place for place in places if rows[place].part == YOUNG or _is_child(rows[place])]
    old = [place for place in places if rows[place].part == OLD or _is_grown(rows[place])]
    knows_ages = any(rows[place].age_years is not None for place in places)
    if young and old and not (knows_ages and generator.random() < _NEAR_SHARE):
        pair = [int(generator.choice(young)), int(generator.choice(old))]
    else:
        pair = [int(place) for place in generator.choice(list(places), 2, replace=False)]
    return (pair[0], pair[1]) if generator.random() < 0.5 else (pair[1], pair[0])


_NEAR_SHARE = 0.2
"""Share of the pairs of people with known ages that are drawn whatever the ages are."""


def _is_child(row: Row) -> bool:
    return row.age_years is not None and row.age_years <= CHILD_YEARS


def _is_grown(row: Row) -> bool:
    return row.age_years is not None and row.age_years >= ADULT_YEARS
