"""How the window opens a casebook: one that does not verify only for reading, under a bar that says why.

Rules:
    * A verification that failed in this window counts until one finds nothing, or somebody goes on with a reason, which
      is recorded; closing and opening the casebook does not undo it.
    * What an administrator accepted before (``casebook accept``) does not count again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import CasebookDisputed, StoreUnavailable
from ui.wording import error_words, recorded_words

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.verify import VerificationResult
    from ui.session import Session

WENT_ON = "work_continued"
"""Event: somebody goes on although a verification failed."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """What is wrong with a casebook.

    Attributes:
        words: What to know, with advice.
        findings: What a verification found, one sentence each; empty where ``words`` says it.
        can_go_on: Whether the window can record a decision to go on.
        verifies: Whether nothing is found wrong: the casebook does not know this workstation's key.
    """

    words: str
    findings: tuple[str, ...] = ()
    can_go_on: bool = False
    verifies: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """How a casebook is to be opened.

    Attributes:
        folder: The casebook.
        examiner: Who works.
        creates: Whether one is made.
        read_only: Whether nothing is to be changed.
        failed: How many things the last verification in this window found.
        findings: What it found, where that is still known.
        known: SHA-256 of the findings with which somebody went on before.
        checks: Whether all of it is verified again first.
        reason: Why work goes on whatever that finds; empty where it does not.
    """

    folder: Path
    examiner: str
    creates: bool = False
    read_only: bool = False
    failed: int = 0
    findings: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    checks: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A casebook that was opened.

    Attributes:
        store: The casebook.
        dispute: What is wrong with it; then it is open for reading only.
        failed: How many things are wrong that nobody decided about.
        went_on: SHA-256 of the findings with which somebody just went on.
    """

    store: Any
    dispute: Dispute | None = None
    failed: int = 0
    went_on: tuple[str, ...] = ()


def below(banner: QWidget, page: QWidget) -> QWidget:
    """Return a page with a banner above it."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(banner)
    column.addWidget(page, 1)
    return whole


def undecided(opening: Opening, result: VerificationResult | None = None) -> tuple[str, ...]:
    """Return what a verification finds, a new one by default, and nobody decided about."""
    from forensic_app.workflows.casebook import undecided_findings, verify_here

    found = undecided_findings(opening.folder, result or verify_here(opening.folder))
    return tuple(each for each in found if _digest(each) not in opening.known)


def opened_casebook(opening: Opening) -> Opened:
    """Open a casebook, or make one.

    Raises:
        StoreUnavailable: There is none, or it cannot be read or written.
        StoreLocked: Another process has it open for writing.
    """
    from forensic_app.workflows.casebook import create_casebook, dispute_of, open_casebook

    folder, examiner = opening.folder, opening.examiner
    if opening.creates:
        return Opened(create_casebook(folder, examiner=examiner))
    if not opening.read_only and not (folder / "casebook.db").exists():
        raise StoreUnavailable(f"There is no casebook in {folder}.", "Choose a casebook folder.")
    findings = undecided(opening) if opening.checks else opening.findings
    failed = len(findings) if opening.checks else max(opening.failed, len(findings))
    words, is_strange = "", False
    if not opening.read_only and (not failed or opening.reason):
        try:
            store = open_casebook(folder, examiner=examiner)
        except CasebookDisputed as error:
            words, is_strange = error_words(error), not error.findings
        else:
            went_on = _record_decision(store, opening.reason, findings) if findings else ()
            return Opened(store, went_on=went_on)
    store = open_casebook(folder, examiner=examiner, read_only=True)
    words = words or recorded_words(dispute_of(folder))
    if words:
        return Opened(store, Dispute(words, verifies=is_strange), failed)
    return Opened(store, _dispute(failed, findings) if failed else None, failed)


def _record_decision(store: CaseStore, reason: str, findings: tuple[str, ...]) -> tuple[str, ...]:
    """Record that somebody goes on, and return the digests of the findings."""
    store.record_event(
        WENT_ON,
        object_type="casebook",
        object_id=store.casebook_id,
        details={"reason": reason, "findings": list(findings)},
    )
    return tuple(map(_digest, findings))


def _dispute(failed: int, findings: tuple[str, ...]) -> Dispute:
    words = QCoreApplication.translate(
        "CasebookOpening", "The last verification found {count} things wrong that nobody decided about."
    ).format(count=failed)
    if not findings:
        words += " " + QCoreApplication.translate("CasebookOpening", "Check again to see them.")
    return Dispute(words, findings, can_go_on=True)


def _digest(finding: str) -> str:
    return sha256_of_bytes(finding.encode())


def is_open(session: Session, folder: Path) -> bool:
    """Return whether a session is of the casebook in a folder."""
    return session.folder.resolve() == folder.resolve()
