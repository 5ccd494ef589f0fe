"""Open a casebook: who works, with which key and which settings; for the command line and the window."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from forensic_app.errors import InvalidInput
from forensic_app.settings import Settings, load_settings
from forensic_app.store import opening
from forensic_app.store.case_store import CaseStore
from forensic_app.store.keys import existing_key, load_or_create_key
from forensic_app.store.known_heads import KnownHeads
from forensic_app.verify import ProgressListener, VerificationResult, verify_casebook

EXAMINER_VARIABLE = "FORENSIC_APP_EXAMINER"


def examiner_name(given: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """Return the examiner's name: as given, else from ``FORENSIC_APP_EXAMINER``, else the account's.

    Args:
        given: Name typed by the person.
        environ: Environment variables; the process's own by default.

    Raises:
        InvalidInput: Nothing names the examiner.
    """
    variables = os.environ if environ is None else environ
    for name in (given or "", variables.get(EXAMINER_VARIABLE, "")):
        if name.strip():
            return name.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise InvalidInput(
            "Nothing says who works: the account has no name.",
            f"Give the examiner's name, or set the variable {EXAMINER_VARIABLE}.",
        ) from error


def open_casebook(
    folder: Path,
    *,
    examiner: str | None = None,
    read_only: bool = False,
    settings: Settings | None = None,
    accepting: str | None = None,
    shown: Mapping[str, str] | None = None,
) -> CaseStore:
    """Open a casebook with the workstation's key; a writer makes one in a new or empty folder.

    Args:
        folder: The casebook.
        examiner: See :func:`examiner_name`.
        read_only: Open beside a writer, without the possibility to change anything.
        settings: The workstation's settings; loaded by default.
        accepting: Why an administrator goes on in a casebook that does not verify.
        shown: What the administrator saw, as :func:`findings_to_accept` returned it: nothing else is accepted.

    Raises:
        CasebookDisputed: It is not what was verified before, or does not know the workstation's key.
        StoreLocked: Another process has it open for writing.
        StoreUnavailable: It is not a casebook, or cannot be read or written.
        SchemaTooNew: A newer version of the program wrote it.
        InvalidInput: Nothing names the examiner, or the settings file is wrong.
    """
    name = examiner_name(examiner)
    if read_only:
        return CaseStore.open(folder, examiner=name, read_only=True)
    home = (settings or load_settings()).home
    return CaseStore.open(
        folder,
        examiner=name,
        key=load_or_create_key(home),
        heads=KnownHeads(home),
        accepting=accepting,
        shown=shown,
    )


def findings_to_accept(folder: Path, *, settings: Settings | None = None) -> Mapping[str, str]:
    """Return with what an administrator would go on: each finding with the digest of what was found.

    Raises:
        CasebookDisputed: Nobody can go on: no decision covers one of the findings.
        StoreUnavailable: It cannot be read.
    """
    home = (settings or load_settings()).home
    return opening.findings_to_accept(folder, key=load_or_create_key(home), heads=KnownHeads(home))


def dispute_of(folder: Path, *, settings: Settings | None = None) -> str:
    """Return what is wrong with a casebook that is opened for reading, in one paragraph; empty when nothing is.

    Raises:
        StoreUnavailable: It cannot be read.
    """
    home = (settings or load_settings()).home
    return opening.disputed(folder, key=existing_key(home), heads=KnownHeads(home))


def undecided_findings(
    folder: Path, result: VerificationResult, *, settings: Settings | None = None
) -> tuple[str, ...]:
    """Return what a verification found and no administrator decided about.

    Raises:
        StoreUnavailable: The casebook cannot be read.
    """
    if result.is_intact:
        return ()
    home = (settings or load_settings()).home
    accepted = opening.accepted(folder, key=existing_key(home), heads=KnownHeads(home))
    return tuple(each for each in result.findings if each not in accepted)


def verify_here(
    folder: Path,
    *,
    known_checkpoints: Sequence[str] = (),
    trusted_keys: Sequence[str] = (),
    progress: ProgressListener | None = None,
    settings: Settings | None = None,
) -> VerificationResult:
    """Verify a casebook with what this workstation remembers of it; see :func:`verify_casebook`.

    Raises:
        StoreUnavailable: The workstation's key cannot be read.
        VerificationStopped: The listener ended it.
    """
    home = (settings or load_settings()).home
    key, heads = existing_key(home), KnownHeads(home)
    return verify_casebook(
        folder,
        known_checkpoints=known_checkpoints,
        trusted_keys=trusted_keys,
        introduced_keys=() if key is None else (key.public_key_hex,),
        remembered=partial(heads.note_in, folder),
        known_origin=heads.origin_in(folder),
        progress=progress,
    )


def create_casebook(
    folder: Path, *, examiner: str | None = None, settings: Settings | None = None
) -> CaseStore:
    """Make a casebook in a folder that does not exist or is empty, and open it for writing.

    Raises:
        InvalidInput: The folder holds a casebook, or nothing names the examiner.
        StoreUnavailable: The folder holds something else, or cannot be written.
    """
    home = (settings or load_settings()).home
    return CaseStore.create(
        folder, examiner=examiner_name(examiner), key=load_or_create_key(home), heads=KnownHeads(home)
    )
