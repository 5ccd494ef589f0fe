"""What every command is given: which casebook, which examiner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forensic_app.cli.output import note
from forensic_app.errors import InvalidInput, StoreLocked, StoreUnavailable

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

CASEBOOK_VARIABLE = "FORENSIC_APP_CASEBOOK"
EXAMINER_VARIABLE = "FORENSIC_APP_EXAMINER"
DATABASE_FILE = "casebook.db"


@dataclass(frozen=True, slots=True)
class Invocation:
    """The options before the command.

    Attributes:
        casebook: Folder given, if any.
        examiner: Name given, empty for the name of the operating system's account.
    """

    casebook: Path | None = None
    examiner: str = ""

    def casebook_folder(self) -> Path:
        """Return the casebook's folder.

        Raises:
            InvalidInput: None was named.
        """
        if self.casebook is None:
            raise InvalidInput(
                "No casebook was named.",
                f"Put --casebook FOLDER before the command, or set the variable {CASEBOOK_VARIABLE}.",
            )
        return self.casebook

    def existing_casebook(self) -> Path:
        """Return the casebook's folder, which must hold one.

        Raises:
            InvalidInput: None was named.
            StoreUnavailable: There is no casebook in the folder.
        """
        folder = self.casebook_folder()
        if not has_casebook(folder):
            raise StoreUnavailable(
                f"There is no casebook in {folder}.",
                "Check the path; a first case makes one: forensic-app --casebook FOLDER case new ...",
            )
        return folder

    def examiner_name(self) -> str:
        """Return the examiner's name, or that of the operating system's account."""
        from forensic_app.workflows.casebook import examiner_name

        return examiner_name(self.examiner)

    def writer(self, *, makes_casebook: bool = False) -> CaseStore:
        """Open the casebook for writing.

        Args:
            makes_casebook: Whether a folder that does not exist or is empty becomes one.
        """
        from forensic_app.workflows.casebook import open_casebook

        folder = self.casebook_folder() if makes_casebook else self.existing_casebook()
        return open_casebook(folder, examiner=self.examiner)

    def reader(self) -> CaseStore:
        """Open the casebook for reading beside a writer, if there is one; says when it does not verify."""
        from forensic_app.cli.output import note
        from forensic_app.workflows.casebook import dispute_of, open_casebook

        folder = self.existing_casebook()
        store = open_casebook(folder, examiner=self.examiner, read_only=True)
        dispute = dispute_of(folder)
        if dispute:
            note(f"Warning: {dispute}")
        return store


def has_casebook(folder: Path) -> bool:
    """Whether there is a casebook in ``folder``.

    Raises:
        StoreUnavailable: The folder cannot be looked into.
    """
    try:
        return (folder / DATABASE_FILE).exists()
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {folder} cannot be opened: {error.strerror}.", "Check its permissions."
        ) from error


def invocation(ctx: typer.Context) -> Invocation:
    """Return the options before the command."""
    found = ctx.find_object(Invocation)
    return found if found is not None else Invocation()


@contextmanager
def writer_or_reader(ctx: typer.Context) -> Iterator[CaseStore]:
    """Yield the casebook for writing, or for reading where another process writes to it."""
    try:
        store = invocation(ctx).writer()
    except StoreLocked:
        note(
            "Warning: another process writes to the casebook: this search is not recorded in its custody log."
        )
        store = invocation(ctx).reader()
    with store:
        yield store
