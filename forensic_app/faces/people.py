"""Photographs of known people, as data sets hold them in folders: who, and how old where the names say so.

Rules:
    * FG-NET: one folder of files whose names give person and age (``012A08b.jpg``: person 012, eight years).
    * Folders: one folder for each person. Files may be called ``young_*`` and ``old_*``.
    * A file that is not called so is named and left out; it is never guessed. Whether it is an image is seen later.

References:
    Lanitis, A. (2008). Evaluating the performance of face-aging algorithms. FG (the FG-NET names);
    Bianco, S. (2017). Large age-gap face verification by feature injection in deep networks. PRL (young and old).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

IMAGE_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
YOUNG, OLD = "young_", "old_"
"""Beginnings of the names of a person's young and old photographs."""

_FGNET_NAME: Final = re.compile(r"(?P<person>\d{3})[Aa](?P<age>\d{2})[A-Za-z]?")


@dataclass(frozen=True, slots=True)
class Photo:
    """One photograph of a known person.

    Attributes:
        subject: Name of the person in the data set.
        path: The file.
        age_years: Age in the photograph, ``None`` where the data set does not say.
        part: :data:`YOUNG`, :data:`OLD` or empty.
    """

    subject: str
    path: Path
    age_years: float | None = None
    part: str = ""


def images_in(folder: Path) -> list[Path]:
    """Return the files of a folder that are called like images, by name."""
    return sorted(
        path for path in folder.iterdir() if path.suffix.lower() in IMAGE_ENDINGS and path.is_file()
    )


def read_fgnet(folder: Path) -> tuple[list[Photo], list[str]]:
    """Return the photographs of a folder with FG-NET's names, by name, and what was left out."""
    photos, refused = [], []
    for path in images_in(folder):
        found = _FGNET_NAME.fullmatch(path.stem)
        if found is None:
            refused.append(f"{path.name}: the name gives no person and age")
        else:
            photos.append(Photo(found["person"], path, float(found["age"])))
    return photos, refused


def read_folders(folder: Path) -> tuple[list[Photo], list[str]]:
    """Return the photographs of a folder with one folder for each person, by name, and what was left out.

    Where any file is called young or old, those that are called neither are left out.
    """
    photos, refused = [], [f"{path.name}: it stands in no folder of a person" for path in images_in(folder)]
    for own in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path in images_in(own):
            part = next((part for part in (YOUNG, OLD) if path.name.startswith(part)), "")
            photos.append(Photo(own.name, path, part=part))
    if any(photo.part for photo in photos):
        refused += [
            f"{photo.subject}/{photo.path.name}: neither young nor old" for photo in photos if not photo.part
        ]
        photos = [photo for photo in photos if photo.part]
    return photos, refused


def is_fgnet(folder: Path) -> bool:
    """Return whether a folder holds a file with a name as FG-NET gives them."""
    return any(_FGNET_NAME.fullmatch(path.stem) for path in images_in(folder))
