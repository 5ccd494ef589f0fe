"""Folders of photographs with known age, sex and group.

Rules:
    * A folder holds files named ``age_gender_race_date.jpg.chip.jpg`` (gender 0 male, 1 female; race 0 White,
      1 Black, 2 Asian, 3 Indian, 4 Others; also ``.jpeg``, ``.png`` and ``.webp``), or a ``faces.csv`` with the
      columns path, age, sex, group; a CSV file may also be named directly.
    * A name or row that cannot be read is counted and named, never guessed.
    * A sample is the same for the same seed and files, whatever the order in which the disk lists them.

References:
    Zhang, Song, Qi, Age progression/regression by conditional adversarial autoencoder, CVPR 2017 (UTKFace).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forensic_app.errors import InvalidInput
from forensic_app.records import Sex
from forensic_app.regular_files import open_regular

UTKFACE_SEXES: Mapping[str, Sex] = {"0": Sex.MALE, "1": Sex.FEMALE}
UTKFACE_GROUPS: Mapping[str, str] = {"0": "White", "1": "Black", "2": "Asian", "3": "Indian", "4": "Others"}
OLDEST_YEARS = 120.0
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
CSV_NAME = "faces.csv"
CSV_COLUMNS = ("path", "age", "sex", "group")
AGE_BANDS: Mapping[str, tuple[float, float]] = {
    "child": (3, 12),
    "teenager": (13, 19),
    "young adult": (20, 34),
    "middle-aged": (35, 54),
    "elderly": (55, 69),
    "old": (70, OLDEST_YEARS),
}
"""Age groups that this project declares: first and last whole year."""
INFANT = "infant"

_UTKFACE_NAME = re.compile(
    r"(\d{1,3})_([01])_([0-4])_\d+\.(?:jpg|jpeg|png|webp)(?:\.chip\.jpg)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class LabelledFace:
    """One photograph with its labels.

    Attributes:
        path: The image file.
        age_years: Age at the photograph.
        sex: As labelled.
        group: As labelled; empty when the source names none.
    """

    path: Path
    age_years: float
    sex: Sex
    group: str

    @property
    def band(self) -> str:
        """Declared age group of the face."""
        return age_band(self.age_years)


@dataclass(frozen=True, slots=True)
class LabelledFaces:
    """What a folder or CSV holds.

    Attributes:
        faces: Readable faces in order of their paths.
        refused: File names or CSV rows that are not labelled faces, in order.
    """

    faces: tuple[LabelledFace, ...]
    refused: tuple[str, ...]


def age_band(age_years: float) -> str:
    """Return the declared age group of an age: ``infant`` below 3, else a key of :data:`AGE_BANDS`.

    Raises:
        ValueError: The age is negative or not a number.
    """
    if not age_years >= 0:
        raise ValueError(f"{age_years} is not an age")
    name = INFANT
    for band, (first, _) in AGE_BANDS.items():
        if age_years >= first:
            name = band
    return name


def parse_utkface_name(path: Path) -> LabelledFace | None:
    """Return the labels in a file's name, or ``None`` when the name does not follow the pattern.

    Args:
        path: File whose name is ``age_gender_race_date.jpg.chip.jpg`` or ``age_gender_race_date.jpg``.
    """
    match = _UTKFACE_NAME.fullmatch(path.name)
    if match is None or float(match[1]) > OLDEST_YEARS:
        return None
    return LabelledFace(path, float(match[1]), UTKFACE_SEXES[match[2]], UTKFACE_GROUPS[match[3]])


def read_labelled_faces(*sources: Path) -> LabelledFaces:
    """Return the labelled faces of folders or CSV files, one source after the other.

    Args:
        sources: Folders with ``faces.csv`` or with files named as UTKFace names them, or CSV files.

    Raises:
        InvalidInput: A source does not exist or holds no labelled face, or two sources hold files of one name.
    """
    found = [_read_source(source) for source in sources]
    faces = tuple(face for each in found for face in each.faces)
    repeated = [name for name, count in Counter(face.path.name for face in faces).items() if count > 1]
    if len(sources) > 1 and repeated:
        raise InvalidInput(
            f"{len(repeated)} file names stand in more than one place, {repeated[0]} among them.",
            "Faces are told apart by their file names: rename the files, or name a folder once.",
        )
    return LabelledFaces(faces, tuple(name for each in found for name in each.refused))


def _read_source(source: Path) -> LabelledFaces:
    if source.is_file():
        found = _read_csv(source)
    elif source.is_dir():
        table = source / CSV_NAME
        found = _read_csv(table) if table.is_file() else _read_folder(source)
    else:
        raise InvalidInput(f"There is no folder or CSV file {source}.", "Check the path.")
    if not found.faces:
        raise InvalidInput(
            f"{source} holds no labelled face ({len(found.refused)} names refused).",
            f"Name files age_gender_race_date.jpg, or add {CSV_NAME} with {', '.join(CSV_COLUMNS)}.",
        )
    return found


def within_ages(faces: Iterable[LabelledFace], *, youngest: float, oldest: float) -> tuple[LabelledFace, ...]:
    """Return the faces whose age lies within both bounds, which count."""
    return tuple(face for face in faces if youngest <= face.age_years <= oldest)


def stratified_sample(
    faces: Sequence[LabelledFace], count: int | None, *, seed: int
) -> tuple[LabelledFace, ...]:
    """Return ``count`` faces spread as evenly as the files allow over age group, sex and group.

    Every stratum gives one face in turn until there are enough, so that small strata are over-represented: a
    mean over the sample is a mean over strata, not over the folder.

    Args:
        faces: Candidates.
        count: Number of faces, or ``None`` for all.
        seed: Seed of the order of strata and of the draw within each.

    Returns:
        At most ``count`` faces in order of their paths.

    Raises:
        ValueError: ``count`` is less than 1.
    """
    ordered = sorted(faces, key=lambda face: face.path.as_posix())
    if count is None or count >= len(ordered):
        return tuple(ordered)
    if count < 1:
        raise ValueError(f"a sample needs at least one face, not {count}")
    generator = np.random.default_rng(seed)
    strata: dict[tuple[str, str, str], list[LabelledFace]] = {}
    for face in ordered:
        strata.setdefault((face.band, face.sex.value, face.group), []).append(face)
    queues = [
        [members[place] for place in generator.permutation(len(members))] for members in strata.values()
    ]
    queues = [queues[place] for place in generator.permutation(len(queues))]
    rounds = max(len(queue) for queue in queues)
    drawn = [queue[turn] for turn in range(rounds) for queue in queues if turn < len(queue)]
    return tuple(sorted(drawn[:count], key=lambda face: face.path.as_posix()))


def _read_folder(folder: Path) -> LabelledFaces:
    faces: list[LabelledFace] = []
    refused: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            continue
        face = parse_utkface_name(path)
        if face is None:
            refused.append(path.name)
        else:
            faces.append(face)
    return LabelledFaces(tuple(faces), tuple(refused))


def _read_csv(table: Path) -> LabelledFaces:
    faces: list[LabelledFace] = []
    refused: list[str] = []
    try:
        with io.TextIOWrapper(open_regular(table), encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            missing = set(CSV_COLUMNS) - set(rows.fieldnames or ())
            if missing:
                raise InvalidInput(
                    f"{table.name} lacks the column {', '.join(sorted(missing))}.",
                    f"Give it the columns {', '.join(CSV_COLUMNS)}.",
                )
            for row in rows:
                face = _face_of_row(row, table.parent)
                if face is None:
                    refused.append(f"{table.name} line {rows.line_num}: {row['path']}")
                else:
                    faces.append(face)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{table.name} is not a CSV file ({error}).", "Save it as UTF-8 CSV.") from error
    return LabelledFaces(tuple(sorted(faces, key=lambda face: face.path.as_posix())), tuple(refused))


def _face_of_row(row: Mapping[str, str | None], folder: Path) -> LabelledFace | None:
    try:
        age = float(row["age"] or "")
        sex = Sex((row["sex"] or "").strip().lower())
    except ValueError:
        return None
    path = folder / (row["path"] or "")
    if not 0 <= age <= OLDEST_YEARS or not path.is_file():
        return None
    return LabelledFace(path, age, sex, (row["group"] or "").strip())
