"""The manual's chapters: the same files that stand in ``docs/manual``, in the language of the window.

Rules:
    * The order and the titles are those of the links in ``index.md``.
    * A language without a manual of its own gets the English one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from forensic_app.settings import resources_dir

INDEX = "index"
USUAL_LANGUAGE = "en"
_LINK = re.compile(r"\[([^\]]+)\]\(([a-z-]+)\.md\)")
_LISTED = re.compile(rf"^- {_LINK.pattern}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of the manual.

    Attributes:
        name: Name of its file without the suffix; the same in every language.
        title: What the contents call it.
        text: Markdown.
        folder: Where it lies.
    """

    name: str
    title: str
    text: str
    folder: Path


def manual_dir() -> Path:
    """Return the folder of the manual, beside the program's resources."""
    return resources_dir().parent / "docs" / "manual"


def pictures_dir() -> Path:
    """Return the folder of the pictures that the manual shows."""
    return resources_dir().parent / "docs" / "images"


@lru_cache(maxsize=4)
def chapters(language: str) -> tuple[Chapter, ...]:
    """Return the contents and every chapter, in their order; none where the manual is not installed.

    Args:
        language: Code such as ``de``.
    """
    folder = manual_dir() / language
    if not (folder / f"{INDEX}.md").is_file():
        folder = manual_dir() / USUAL_LANGUAGE
    if not (folder / f"{INDEX}.md").is_file():
        return ()
    index = (folder / f"{INDEX}.md").read_text(encoding="utf-8")
    heading = index.splitlines()[0].lstrip("# ")
    listed = [(INDEX, heading), *((name, title) for title, name in _LISTED.findall(index))]
    return tuple(
        Chapter(name, title, (folder / f"{name}.md").read_text(encoding="utf-8"), folder)
        for name, title in listed
    )


def found_in(every: Sequence[Chapter], words: str) -> list[tuple[Chapter, int]]:
    """Return the chapters that hold every word, each with the number of places of the first; all without words."""
    wanted = words.casefold().split()
    found = []
    for chapter in every:
        text = _LINK.sub(r"\1", chapter.text).casefold()
        if all(each in text for each in wanted):
            found.append((chapter, text.count(wanted[0]) if wanted else 0))
    return found
