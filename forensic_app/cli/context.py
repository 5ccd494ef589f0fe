"""What every command is given: which casebook, which examiner."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forensic_app.errors import InvalidInput, StoreUnavailable

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
        if not (folder / DATABASE_FILE).exists():
            raise StoreUnavailable(
                f"There is no casebook in {folder}.",
                "Check the path; a first case makes one: forensic-app --casebook FOLDER case new ...",
            )
        return folder

    def examiner_name(self) -> str:
        """Return the examiner's name, or that of the operating system's account."""
        return self.examiner.strip() or account_name()

    def writer(self) -> CaseStore:
        """Open the casebook for writing, making it if the folder does not exist or is empty."""
        from forensic_app.store.case_store import CaseStore

        return CaseStore.open(self.casebook_folder(), examiner=self.examiner_name())

    def reader(self) -> CaseStore:
        """Open the casebook for reading beside a writer, if there is one."""
        from forensic_app.store.case_store import CaseStore

        return CaseStore.open(self.existing_casebook(), examiner=self.examiner_name(), read_only=True)


def account_name() -> str:
    """Return the name of the operating system's account, its number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return f"account {os.getuid()}"


def invocation(ctx: typer.Context) -> Invocation:
    """Return the options before the command."""
    found = ctx.find_object(Invocation)
    return found if found is not None else Invocation()
