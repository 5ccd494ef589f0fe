"""The files of a folder that somebody names instead of photographs."""

from __future__ import annotations

import os
from pathlib import Path

from forensic_app.errors import InvalidInput


def files_in(folder: Path) -> tuple[list[Path], int]:
    """Return the files in a folder by name, and how many folders in it were not entered; hidden ones do not count.

    Raises:
        InvalidInput: It cannot be read, or holds no file.
    """
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise InvalidInput(
            f"The folder {folder} cannot be read ({os.strerror(error.errno or 0)}).",
            "Check that it may be read by you.",
        ) from error
    files = [path for path in inside if not path.is_dir()]
    if not files:
        raise InvalidInput(
            f"The folder {folder} holds no file.", "Name the folder that the photographs lie in."
        )
    return files, len(inside) - len(files)
