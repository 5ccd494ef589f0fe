"""Receive photographs that were named on the command line: one, several, whole folders, or standard input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.cli.contradiction_output import contradiction_words, note_contradictions
from forensic_app.cli.output import json_value, note
from forensic_app.cli.own_comparison import compared_with_own, own_comparison_value, tell_own_comparison
from forensic_app.errors import DuplicateRecord, ForensicAppError, InvalidInput, UnreadableImage

if TYPE_CHECKING:
    from forensic_app.records import Exhibit
    from forensic_app.store.case_store import CaseStore

REFUSALS = (UnreadableImage, DuplicateRecord, InvalidInput)
"""What ends one file and not those after it."""


@dataclass(slots=True)
class Received:
    """What became of several files.

    Attributes:
        objects: The exhibits as JSON objects, with the ``path`` of the file and ``contradictions``.
        exhibits: The exhibits.
        refused: Each file that was refused, with the error.
    """

    objects: list[dict[str, Any]] = field(default_factory=list)
    exhibits: list[Exhibit] = field(default_factory=list)
    refused: list[tuple[str, ForensicAppError]] = field(default_factory=list)


def named_files(named: Sequence[str]) -> list[str]:
    """Return the files that were named, a folder as the files in it by name; hidden files and folders are left out.

    Raises:
        InvalidInput: A folder holds no file.
    """
    from forensic_app.workflows.folders_of_photographs import files_in

    found: list[str] = []
    for each in named:
        if not Path(each).is_dir():
            found.append(each)
            continue
        files, folders = files_in(Path(each))
        if folders:
            note(f"Note: {folders} folders in {each} were not entered.")
        found += [str(path) for path in files]
    return found


def receive(
    store: CaseStore, file: Path, /, *, name: str | None = None, compares: bool = True, **stated: Any
) -> tuple[Exhibit, dict[str, Any]]:
    """Receive one file, say what is noted of it, and return the exhibit, also as a JSON object.

    Args:
        store: The casebook.
        file: The file.
        name: Its name for the record; its own by default.
        compares: Whether its face is compared with the subject's other photographs.
        stated: What is stated of it.
    """
    from forensic_app.workflows.contradictions import contradictions_of_exhibit
    from forensic_app.workflows.intake import receive_exhibit

    made = receive_exhibit(store, file, original_name=name, **stated)
    for each in made.notes:
        note(f"Note: {each}")
    found = contradictions_of_exhibit(store, made)
    note_contradictions(found)
    compared = compared_with_own(store, made) if compares else None
    tell_own_comparison(compared)
    path = str(store.vault.path(made.sha256).absolute())
    told = {"path": path, "contradictions": contradiction_words(found)}
    return made, {**json_value(made), **told, "own_comparison": own_comparison_value(compared)}


def receive_all(store: CaseStore, files: Sequence[tuple[str, Mapping[str, Any]]], **stated: Any) -> Received:
    """Receive files one after the other; one that is refused does not end the others.

    Args:
        store: The casebook.
        files: Each file with what is stated of it alone.
        stated: What counts for all where nothing is stated of one alone.
    """
    result = Received()
    for file, alone in files:
        try:
            with source_of(file) as source:
                made, told = receive(store, source, **{**stated, **alone})
        except REFUSALS as error:
            note(f"{Path(file).name}: {error.message} {error.advice}")
            result.refused.append((file, error))
            continue
        result.exhibits.append(made)
        result.objects.append(told)
    return result


@contextmanager
def source_of(file: str) -> Iterator[Path]:
    """Yield the file to receive.

    Raises:
        InvalidInput: It is no regular file, or nothing comes by standard input.
        UnreadableImage: More comes by standard input than is allowed.
    """
    from forensic_app.regular_files import refuse_special
    from forensic_app.settings import load_settings
    from forensic_app.workflows.standard_input import STANDARD_INPUT, kept_input

    if file != STANDARD_INPUT:
        refuse_special(Path(file))
        yield Path(file)
        return
    with kept_input(max_bytes=load_settings().max_image_bytes) as kept:
        yield kept


def name_of(file: str, given: str | None) -> str | None:
    """Return the file's name for the record as given; without one standard input has its own.

    Raises:
        InvalidInput: The name given is empty, or a path.
    """
    from forensic_app.workflows.standard_input import NAME, STANDARD_INPUT

    if given is None:
        return NAME if file == STANDARD_INPUT else None
    if not given.strip() or "/" in given:
        raise InvalidInput(f"A file cannot be called {given!r}.", "Give a name without a folder.")
    return given
