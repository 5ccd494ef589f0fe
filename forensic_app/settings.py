"""Settings: one frozen value, loaded once; every limit says its unit.

Rules:
    * The home folder holds what belongs to the workstation (signing key, settings file), never case data.
    * ``<home>/settings.toml`` may change a limit; a name or type that is not known is refused, not ignored.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs

from forensic_app.errors import InvalidInput
from forensic_app.regular_files import open_regular

HOME_VARIABLE = "FORENSIC_APP_HOME"
SETTINGS_FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and places.

    Attributes:
        home: The workstation's folder: signing key and settings.
        max_image_bytes: Largest photograph file accepted, in bytes.
        max_image_pixels: Largest image that is decoded, in pixels (width times height); its sides have a limit of
            their own, :data:`forensic_app.images.MAX_SIDE_PX`.
        worker_start_timeout_s: How long the worker may take to start, in seconds.
        worker_stop_timeout_s: How long a cancelled worker may take to stop before it is killed, in seconds.
        cpu_threads: Threads for an engine on the CPU; 0 lets the engine decide.
        backup_reminder_days: How old the last backup of a casebook may be before a newer one is asked for, in days.
    """

    home: Path
    max_image_bytes: int = 256 * 1024 * 1024
    max_image_pixels: int = 100_000_000
    worker_start_timeout_s: float = 120.0
    worker_stop_timeout_s: float = 10.0
    cpu_threads: int = 0
    backup_reminder_days: int = 7


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this workstation.

    Args:
        environ: Environment variables; the process's own by default.

    Raises:
        InvalidInput: The settings file cannot be read or holds an unknown name or a value out of bounds.
    """
    variables = os.environ if environ is None else environ
    named = variables.get(HOME_VARIABLE, "")
    home = (
        Path(named).expanduser()
        if named
        else Path(platformdirs.user_data_dir("forensic-app", appauthor=False))
    )
    return Settings(home=home, **_limits(home / SETTINGS_FILE))


def _limits(path: Path) -> dict[str, Any]:
    try:
        with open_regular(path) as stream:
            given = tomllib.load(stream)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"The settings file {path} cannot be read: {error}.", "Correct or remove it."
        ) from error
    defaults = {each.name: each.default for each in fields(Settings) if each.name != "home"}
    for name, value in given.items():
        if name not in defaults:
            raise InvalidInput(
                f"The settings file {path} names {name!r}, which is not a setting.",
                f"Use one of: {', '.join(sorted(defaults))}.",
            )
        _check(path, name, value, is_whole=isinstance(defaults[name], int))
    return given


def _check(path: Path, name: str, value: Any, *, is_whole: bool) -> None:
    allowed = int if is_whole else int | float
    smallest = 0 if name == "cpu_threads" else 1
    if isinstance(value, bool) or not isinstance(value, allowed) or not value >= smallest:
        kind = "whole number" if is_whole else "number"
        raise InvalidInput(
            f"The settings file {path} sets {name} to {value!r}.", f"Give a {kind} of at least {smallest}."
        )


def resources_dir() -> Path:
    """Return the folder of bundled packs, fonts, texts and icons."""
    return Path(__file__).resolve().parent.parent / "resources"
