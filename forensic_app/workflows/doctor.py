"""Look at this machine and say whether the program can do its work here.

Rules:
    * Every check does the thing that it speaks of: it hashes, detects a face, writes a file.
    * ``failed`` means that the main job cannot be done; ``warning`` that it can, but slower or in part.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from forensic_app.errors import ForensicAppError
from forensic_app.private import make_private_folder, open_to_others, take_from_others
from forensic_app.settings import Settings

LEAST_MEMORY_BYTES = 2 << 30
LEAST_DISK_BYTES = 1 << 30
OLDEST_PYTHON = (3, 11)
KEY_FILE = "signing.key"


class Status(StrEnum):
    """Outcome of a check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        status: Outcome.
        value: What was found, with its unit.
        advice: What to do, empty when nothing is to be done.
    """

    name: str
    status: Status
    value: str
    advice: str = ""


def examine(settings: Settings, *, casebook: Path | None = None) -> list[Check]:
    """Return what was found on this machine, in printing order.

    Args:
        settings: The workstation's settings; its home folder is written to.
        casebook: Folder to look at as well, if any.
    """
    packs_dir = casebook / "packs" if casebook is not None else None
    checks = [check_python(), *check_versions(), check_memory(), check_disk(casebook or Path.cwd())]
    checks += [check_sqlite(), check_device(), check_analyser(), check_mesh(), check_fonts(), check_window()]
    checks += check_packs(packs_dir)
    checks.append(check_writing("Workstation folder", settings.home))
    if casebook is not None:
        checks.append(check_writing("Casebook", casebook))
        checks.append(check_backup(casebook, settings))
    checks.append(check_privacy(private_places(settings, casebook)))
    return checks


def private_places(settings: Settings, casebook: Path | None) -> list[Path]:
    """Return the folders that belong to the examiner's account alone: of the workstation, its logs, and a casebook."""
    import platformdirs

    name = "forensic-app"
    places = [
        settings.home,
        *(
            Path(each(name, appauthor=False))
            for each in (platformdirs.user_log_dir, platformdirs.user_config_dir)
        ),
    ]
    return places if casebook is None else [*places, casebook]


def check_privacy(places: Sequence[Path]) -> Check:
    """Check that no other account may read, write or enter what lies in ``places``; changes nothing."""
    name = "Privacy"
    found = list(open_to_others(*places))
    if not found:
        return Check(name, Status.OK, "nothing can be used by other accounts")
    what = "1 file or folder" if len(found) == 1 else f"{len(found)} files and folders"
    value = f"{what} can be used by other accounts, the first is {found[0]}"
    return Check(name, Status.WARNING, value, "Take them from others: forensic-app doctor --mend-permissions")


def mend_permissions(places: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Take what lies in ``places`` from other accounts; return what was mended and what could not be.

    A signing key that others could read is left as it is: nobody trusts it again because it is closed now, and the
    program says what to do about it.
    """
    mended: list[Path] = []
    left: list[Path] = []
    for path in open_to_others(*places):
        is_key = path.name == KEY_FILE and path.is_file()
        (mended if not is_key and take_from_others(path) else left).append(path)
    return mended, left


def check_python() -> Check:
    """Check the interpreter's version."""
    found = f"{platform.python_version()} on {platform.platform(terse=True)}"
    if tuple(map(int, platform.python_version_tuple()[:2])) < OLDEST_PYTHON:
        return Check("Python", Status.FAILED, found, "Install Python 3.11 or newer.")
    return Check("Python", Status.OK, found)


def check_versions() -> list[Check]:
    """Check that every library that a run records is installed."""
    from forensic_app.runs.environment import record_environment

    checks = []
    for name, version in record_environment()["packages"].items():
        if version is None:
            checks.append(Check(f"Library {name}", Status.FAILED, "missing", "Run: make install"))
        else:
            checks.append(Check(f"Library {name}", Status.OK, str(version)))
    return checks


def check_memory() -> Check:
    """Check the memory that is free."""
    import psutil

    memory = psutil.virtual_memory()
    found = f"{memory.available / 2**30:.1f} GiB free of {memory.total / 2**30:.1f} GiB"
    if memory.available < LEAST_MEMORY_BYTES:
        return Check("Memory", Status.WARNING, found, "Close other programs before a run.")
    return Check("Memory", Status.OK, found)


def check_disk(folder: Path) -> Check:
    """Check the space that is free where ``folder`` is, or would be."""
    place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / 2**30:.1f} GiB free at {place}"
    if free < LEAST_DISK_BYTES:
        return Check("Disk", Status.WARNING, found, "Free some space before photographs are received.")
    return Check("Disk", Status.OK, found)


def check_sqlite() -> Check:
    """Check that SQLite can search text and refuse wrong types."""
    try:
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE VIRTUAL TABLE texts USING fts5(words)")
            connection.execute("CREATE TABLE numbers (number INTEGER) STRICT")
    except sqlite3.Error as error:
        return Check(
            "SQLite", Status.FAILED, f"{sqlite3.sqlite_version}: {error}", "Install SQLite 3.37 or newer."
        )
    return Check("SQLite", Status.OK, sqlite3.sqlite_version)


def check_device() -> Check:
    """Check on what the engine would compute."""
    try:
        from forensic_app.engines.device import choose_device

        chosen = choose_device("auto")
    except (ImportError, OSError) as error:
        return Check("Device", Status.FAILED, f"torch cannot be loaded: {error}", "Run: make install")
    cores = f"{os.cpu_count()} cores, {chosen.threads} threads"
    if chosen.device.type == "cuda":
        return Check("Device", Status.OK, f"CUDA: {chosen.name}; {cores}")
    value = f"CPU: {_processor_name()}; {cores}; no CUDA card"
    return Check("Device", Status.OK, value)


def check_analyser() -> Check:
    """Check that the bundled analyser finds the one face of a known photograph and estimates its age."""
    began = time.monotonic()
    try:
        from skimage import data

        from forensic_app.faces.dlib import DlibAnalyser

        analyser = DlibAnalyser()
        photo = data.astronaut()
        faces = analyser.detect(photo)
        years = analyser.estimate_age(photo, faces[0]).years if faces else None
    except ForensicAppError as error:
        return Check("Face analyser", Status.FAILED, error.message, error.advice)
    except (ImportError, OSError) as error:
        return Check("Face analyser", Status.FAILED, f"it cannot be loaded: {error}", "Run: make install")
    if years is None:
        return Check("Face analyser", Status.FAILED, "no face in a known photograph", "Run: make install")
    seconds = time.monotonic() - began
    value = (
        f"{analyser.name} {analyser.version}: {len(faces)} face, about {years:.0f} years, in {seconds:.1f} s"
    )
    return Check("Face analyser", Status.OK, value)


def check_mesh() -> Check:
    """Check that the bundled mesh lies on a known face and that every file of it has its digest."""
    began = time.monotonic()
    try:
        import numpy as np
        from skimage import data

        from forensic_app.faces.analyser import DetectedFace
        from forensic_app.faces.mesh import MeshNetworks

        networks = MeshNetworks()
        for name in networks.weights_sha256:
            networks.file(name)
        eyes_and_nose = np.array([[195.0, 101], [212, 103], [238, 105], [255, 104], [224, 134]])
        face = DetectedFace((173.0, 75.0, 278.0, 180.0), eyes_and_nose, "dlib5", 2.0)
        mesh = networks.read(data.astronaut(), face)
    except ForensicAppError as error:
        return Check("Face mesh", Status.FAILED, error.message, error.advice)
    except (ImportError, OSError) as error:
        return Check("Face mesh", Status.FAILED, f"it cannot be loaded: {error}", "Run: make install")
    if mesh.presence < 0:
        return Check("Face mesh", Status.FAILED, "not found on a known face", "Run: make install")
    seconds = time.monotonic() - began
    value = f"{len(mesh.points)} points, {len(networks.weights_sha256)} files, every digest right, in {seconds:.1f} s"
    return Check("Face mesh", Status.OK, value)


def check_fonts() -> Check:
    """Check that the fonts of the reports can be embedded."""
    try:
        from forensic_app.reports import fonts

        fonts.register_fonts()
    except (ImportError, OSError, ValueError) as error:
        return Check(
            "Report fonts", Status.FAILED, str(error), "Restore resources/fonts from the program's source."
        )
    return Check("Report fonts", Status.OK, f"{len(fonts.ALL)} embedded fonts")


def check_window() -> Check:
    """Check that Qt is there; nothing of it is loaded."""
    if importlib.util.find_spec("PySide6") is None:
        advice = "The command line works without it; for the window run: make install"
        return Check("Window (Qt)", Status.WARNING, "PySide6 is not installed", advice)
    return Check("Window (Qt)", Status.OK, "PySide6 is installed")


def check_packs(packs_dir: Path | None) -> list[Check]:
    """Check the digests of every file of every pack, and that each engine's default pack is there."""
    from forensic_app.engines import registry
    from forensic_app.engines.descriptor import Output
    from forensic_app.workflows.packs import list_refused, list_states

    states = list_states(packs_dir, checks=True)
    checks = [
        Check(f"Pack {each.pack.name}", Status.FAILED, str(each.fault), "Restore the pack from its source.")
        if each.fault
        else Check(f"Pack {each.pack.name}", Status.OK, f"version {each.pack.version}, every digest right")
        for each in states
    ]
    checks += [
        Check(f"Pack {each.name}", Status.FAILED, each.reason, each.advice)
        for each in list_refused(packs_dir)
    ]
    needed = registry.default(Output.AGES).default_pack
    there = {each.pack.name for each in states}
    for name in dict.fromkeys(registry.descriptor(engine).default_pack for engine in registry.names()):
        if name not in there:
            status = Status.FAILED if name == needed else Status.WARNING
            advice = "Restore resources/packs, or name another pack with --pack."
            checks.append(Check(f"Pack {name}", status, "missing", advice))
    return checks


def check_writing(name: str, folder: Path) -> Check:
    """Check that a file can be written in ``folder``, which is made if it can be."""
    try:
        make_private_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as stream:
            stream.write(b"written by forensic-app doctor")
    except OSError as error:
        return Check(
            name, Status.FAILED, f"{folder} cannot be written: {error.strerror}", "Change its permissions."
        )
    return Check(name, Status.OK, f"{folder} can be written")


def check_backup(casebook: Path, settings: Settings) -> Check:
    """Check that the last backup made here is not old while events are newer."""
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.casebook_copies import reminder

    try:
        with CaseStore.open(casebook, examiner="", read_only=True) as store:
            due = reminder(store, settings=settings)
    except ForensicAppError as error:
        return Check("Backup", Status.WARNING, error.message, error.advice)
    if due is None:
        return Check("Backup", Status.OK, "none is due")
    return Check(
        "Backup", Status.WARNING, due.sentence, "Run: forensic-app --casebook FOLDER casebook backup DIR"
    )


def is_fit(checks: Sequence[Check]) -> bool:
    """Whether nothing that is needed is missing."""
    return all(each.status is not Status.FAILED for each in checks)


def _processor_name() -> str:
    from forensic_app.runs.environment import record_environment

    return str(record_environment()["processor"]["model"] or "unknown")
