"""How the window opens a casebook: one that does not verify only for reading, under a banner that says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from forensic_app.errors import CasebookDisputed, StoreUnavailable


def below(banner: QWidget, page: QWidget) -> QWidget:
    """Return a page with a banner above it."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(banner)
    column.addWidget(page, 1)
    return whole


def opened_casebook(folder: Path, examiner: str, *, creates: bool, read_only: bool) -> tuple[Any, str]:
    """Open a casebook, or make one.

    Args:
        folder: The casebook.
        examiner: Who works.
        creates: Whether one is made.
        read_only: Whether nothing is to be changed.

    Returns:
        The casebook, and what is wrong with it: then it is open for reading only.

    Raises:
        StoreUnavailable: There is none, or it cannot be read or written.
        StoreLocked: Another process has it open for writing.
    """
    from forensic_app.workflows.casebook import create_casebook, dispute_of, open_casebook

    if creates:
        return create_casebook(folder, examiner=examiner), ""
    if not read_only and not (folder / "casebook.db").exists():
        raise StoreUnavailable(
            f"There is no casebook in {folder}.", "Choose the folder of a casebook, or create one."
        )
    if not read_only:
        try:
            return open_casebook(folder, examiner=examiner), ""
        except CasebookDisputed as error:
            dispute = str(error)
    store = open_casebook(folder, examiner=examiner, read_only=True)
    return store, dispute_of(folder) if read_only else dispute
