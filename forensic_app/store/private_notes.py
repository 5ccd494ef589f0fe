"""Small JSON files in the workstation's folder, for the account's owner alone; helps, never evidence."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forensic_app.private import make_private_folder, open_private

MOST_BYTES = 1 << 20


def read_note(path: Path) -> dict[str, Any]:
    """Return what a file holds; nothing where there is none or it is none of ours."""
    try:
        with path.open("rb") as stream:
            value = json.loads(stream.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def keep_note(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a file by one that holds ``value``, whole or not at all; without effect where it cannot be written."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        if not path.parent.is_dir():
            make_private_folder(path.parent)
        with open_private(temporary, "x") as stream:
            json.dump(value, stream)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
