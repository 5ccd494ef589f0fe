"""What a writer verifies before it adds anything to a casebook.

Rules:
    * The log from its first event, every link and head, the newest signature of each key and every record are
      checked; what the workstation remembers of the casebook must be in it.
    * A casebook that does not verify is read only until an administrator goes on, with a reason; the event
      ``mismatch_accepted`` keeps every finding with the digest of what was found, and the verification names them ever
      after. It covers that state and no other. What has no such digest nobody can go on with.
    * A key that the casebook does not know adds nothing. Logs of version 1, in which every writer registered its
      own key, take one with their upgrade.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.custody import MerkleTree, SigningKey, note_sha256, verify_note
from forensic_app.digests import is_sha256, sha256_of_bytes
from forensic_app.errors import CasebookDisputed, CustodyChainBroken, StoreUnavailable
from forensic_app.records import CustodyEvent
from forensic_app.store.base import LogEnd
from forensic_app.store.database import DATABASE_FILE, refuse_newer
from forensic_app.store.faults import translated
from forensic_app.store.known_heads import KnownHeads
from forensic_app.store.known_log import KnownLog
from forensic_app.store.reading import reading
from forensic_app.store.tables import CheckpointRow
from forensic_app.verify import LOG_VERSION, OLDER_COPY, OpeningCheck, check_opening, state_digest

EMPTY_LOG = LogEnd(None, MerkleTree(), None)
SHOWN_FINDINGS = 3


@dataclass(frozen=True, slots=True)
class Opened:
    """A casebook's log as it was found.

    Attributes:
        end: Where it ends.
        origin: Its name; ``None`` of a new casebook.
        schema: SHA-256 of the SQL of every table, index and trigger, as it records it; ``None`` of a new casebook.
        known: Its events, heads and records.
        keys: Identifiers of the keys that may sign it.
        findings: What is wrong with it and was not accepted before, with the digest of what was found; empty where that
            is about the workstation's memory.
        unsigned: First and last of the newest events that bear no signature that counts; ``None`` when all do.
        is_version_1: Whether not every event is signed singly yet.
    """

    end: LogEnd
    origin: str | None = None
    schema: Mapping[str, str] | None = None
    known: KnownLog = field(default_factory=KnownLog)
    keys: frozenset[str] = frozenset()
    findings: Mapping[str, str] = field(default_factory=dict)
    unsigned: tuple[int, int] | None = None
    is_version_1: bool = False

    def acceptance(self, reason: str) -> dict[str, Any]:
        """Return the details of the event with which an administrator goes on."""
        details: dict[str, Any] = {
            "reason": reason,
            "findings": list(self.findings),
            "states": list(self.findings.values()),
        }
        if self.unsigned is not None and not self.is_version_1:
            details["unsigned"] = list(self.unsigned)
        return details


def opened(
    folder: Path,
    *,
    key: SigningKey,
    heads: KnownHeads | None,
    accepting: str | None,
    shown: Mapping[str, str] | None = None,
) -> Opened:
    """Verify a casebook whose lock the caller holds, before anything is written to it.

    Args:
        folder: The casebook; one without a database, or with an empty one, is new.
        key: The workstation's key.
        heads: What the workstation remembers.
        accepting: Why an administrator goes on whatever is found.
        shown: What the administrator saw; by default whatever is found.

    Raises:
        CasebookDisputed: Something was found and is not accepted, or the casebook does not know the key.
        SchemaTooNew: A newer version of the program wrote it.
        StoreUnavailable: There is no log, but the files of one, or another casebook lay in the folder.
    """
    refuse_newer(folder / DATABASE_FILE, place=folder)
    if not _has_log(folder / DATABASE_FILE, place=folder):
        _refuse_files_without_log(folder)
        if accepting is None and heads is not None and heads.origin_in(folder):
            raise StoreUnavailable(
                f"The casebook that this workstation saw in {folder} is gone: no log is there.",
                "Restore it from a copy (forensic-app casebook restore), or choose another folder for a new one.",
            )
        return Opened(EMPTY_LOG)
    check = _check(folder, key, heads)
    found = _found(check, key)
    if accepting is None:
        refuse_disputed(folder, check)
        if not _is_known(check, key):
            raise CasebookDisputed(
                f"The casebook {folder} does not know the signing key {key.key_id} of this workstation; it can be "
                f"read here.",
                "On a workstation that works in it run: forensic-app --casebook FOLDER casebook introduce-key "
                f"{key.public_key_hex}",
            )
        return found
    _refuse_unacceptable(folder, check)
    if shown is not None and dict(shown) != dict(found.findings):
        raise CasebookDisputed(
            f"The casebook {folder} is not as it was shown: another program changed it meanwhile.",
            "Nothing was accepted. Look at what is found now, and decide again.",
            tuple(found.findings),
        )
    return found


def findings_to_accept(folder: Path, *, key: SigningKey, heads: KnownHeads | None) -> Mapping[str, str]:
    """Return with what an administrator would go on: each finding with the digest of what was found.

    Raises:
        CasebookDisputed: Nobody can go on: no decision covers one of the findings.
    """
    if not _has_log(folder / DATABASE_FILE, place=folder):
        return {}
    check = _check(folder, key, heads)
    _refuse_unacceptable(folder, check)
    return _found(check, key).findings


def is_known_copy(folder: Path, *, key: SigningKey | None, heads: KnownHeads) -> bool:
    """Return whether a copy is of a log that this workstation knows, and at most older, or of one that it never saw.

    What lay in its folder before does not matter. An older one cannot be compared with the newest head: it has to end
    with a head by the key that signed that, or by the workstation's own.
    """
    check = _check(folder, key, heads, knows_place=False)
    memory = None if check.state.origin is None else heads.note(check.state.origin)
    if memory is None:
        return not check.findings
    if not all(each.startswith(OLDER_COPY) for each in check.findings):
        return False
    signers = [each for each in check.state.keys.values() if _is_signed_by(memory, each)]
    signers += [] if key is None else [key.public_key_hex]
    head = check.state.newest_head
    return head is not None and any(_is_signed_by(head[1], each) for each in signers)


def _is_signed_by(note: str, public_key_hex: str) -> bool:
    try:
        verify_note(note, public_key_hex=public_key_hex)
    except CustodyChainBroken:
        return False
    return True


def _check(
    folder: Path, key: SigningKey | None, heads: KnownHeads | None, *, knows_place: bool = True
) -> OpeningCheck:
    return check_opening(
        folder,
        introduced_keys=() if key is None else (key.public_key_hex,),
        remembered=None if heads is None else heads.note,
        known_origin=heads.origin_in(folder) if heads is not None and knows_place else None,
    )


def accepted(folder: Path, *, key: SigningKey | None, heads: KnownHeads | None) -> tuple[str, ...]:
    """Return what is wrong with a casebook and was accepted by an administrator, the files of the vault left out."""
    return _check(folder, key, heads).accepted if _has_log(folder / DATABASE_FILE, place=folder) else ()


def disputed(folder: Path, *, key: SigningKey | None, heads: KnownHeads | None) -> str:
    """Return what is wrong with a casebook that is opened for reading, in one paragraph; empty when nothing is."""
    if not _has_log(folder / DATABASE_FILE, place=folder):
        return ""
    introduced = () if key is None else (key.public_key_hex,)
    findings = check_opening(
        folder,
        introduced_keys=introduced,
        remembered=None if heads is None else partial(heads.note_in, folder),
        known_origin=None if heads is None else heads.origin_in(folder),
    ).findings
    return _dispute(folder, findings) if findings else ""


def refuse_disputed(folder: Path, check: OpeningCheck) -> None:
    """Refuse to write to a casebook with which something is wrong.

    Raises:
        CasebookDisputed: There is a finding.
    """
    if not check.findings:
        return
    advice = (
        "Restore the newest copy that verifies (forensic-app casebook restore): no decision covers what is wrong here."
        if check.unacceptable
        else "Compare it with a backup (forensic-app casebook restore). An administrator who has to go on with it as "
        "it is runs: forensic-app --casebook FOLDER casebook accept --reason TEXT"
    )
    raise CasebookDisputed(_dispute(folder, check.findings), advice, check.findings)


def _dispute(folder: Path, findings: tuple[str, ...]) -> str:
    return f"The casebook {folder} is not what was recorded in it, and can only be read: {_joined(findings)}"


def _joined(findings: tuple[str, ...]) -> str:
    more = len(findings) - SHOWN_FINDINGS
    return " ".join(findings[:SHOWN_FINDINGS]) + (f" There are {more} further findings." if more > 0 else "")


def upgrade_facts(session: Session, before: Opened) -> Mapping[str, Any]:
    """Return what the event of an upgrade says of a log of version 1: its heads and its unsigned end."""
    if not before.is_version_1:
        return {}
    notes = list(session.scalars(select(CheckpointRow.note).order_by(CheckpointRow.size)))
    joined = "".join(note_sha256(note) for note in notes)
    facts: dict[str, Any] = {
        "log_version": LOG_VERSION,
        "earlier_checkpoints": {"count": len(notes), "sha256": sha256_of_bytes(joined.encode())},
    }
    if before.unsigned is not None:
        facts["unsigned"] = list(before.unsigned)
    return facts


def _is_known(check: OpeningCheck, key: SigningKey) -> bool:
    """Return whether a key may sign the next head; in a log of version 1 every key may."""
    return key.public_key_hex in check.state.keys.values() or check.state.singly_from is None


def _found(check: OpeningCheck, key: SigningKey) -> Opened:
    state = check.state
    event = None if state.newest_event is None else _event(state.newest_event)
    note = None if state.newest_head is None else state.newest_head[1]
    end = LogEnd(event, MerkleTree.of_subtrees(state.subtrees), note)
    findings = {each: check.states.get(each, "") for each in check.findings}
    if not _is_known(check, key):
        findings[f"The casebook did not know the signing key {key.key_id}."] = state_digest(
            key.public_key_hex
        )
    return Opened(
        end,
        state.origin,
        state.schema,
        KnownLog(state),
        frozenset(state.keys),
        findings,
        (state.covered + 1, end.sequence) if end.sequence > state.covered else None,
        is_version_1=state.singly_from is None,
    )


def _refuse_unacceptable(folder: Path, check: OpeningCheck) -> None:
    """Refuse to go on in a casebook with a finding that no decision covers.

    Raises:
        CasebookDisputed: There is one.
    """
    if check.unacceptable:
        raise CasebookDisputed(
            f"Nobody can go on in the casebook {folder} as it is, by no decision: {_joined(check.unacceptable)}",
            "Restore the newest copy that verifies (forensic-app casebook restore). What was recorded after it can be "
            "read here.",
            check.unacceptable,
        )


def _event(told: Mapping[str, Any]) -> CustodyEvent:
    """Return the newest event, of which only number, digest and time are used."""
    return CustodyEvent(**{**told, "occurred_at": _time(told["occurred_at"])}, details={})


def _time(text: str) -> datetime:
    """Return a stored time; the earliest there is for text that is none, which was found wrong before."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _refuse_files_without_log(folder: Path) -> None:
    """Refuse to make a casebook over the files of another one.

    Raises:
        StoreUnavailable: The vault holds files.
    """
    with translated(folder):
        names = {
            entry.name for each in (folder / "vault").glob("*") if each.is_dir() for entry in each.iterdir()
        }
    if any(is_sha256(name) for name in names):
        raise StoreUnavailable(
            f"{folder} holds the files of a casebook, but its database holds no log.",
            "Restore the casebook from a backup, or choose an empty folder for a new one.",
        )


def _has_log(path: Path, *, place: Path) -> bool:
    """Return whether there is a custody log to verify; what is no casebook's database is refused elsewhere."""
    with translated(place):
        if not path.exists() or path.stat().st_size == 0:
            return False
        try:
            with reading(path) as connection:
                query = "SELECT type FROM sqlite_master WHERE name IN ('custody_event', 'meta')"
                kinds = [row[0] for row in connection.execute(query)]
                if kinds != ["table", "table"]:
                    return bool(kinds)
                written = "SELECT EXISTS (SELECT 1 FROM custody_event) OR EXISTS (SELECT 1 FROM meta)"
                return bool(connection.execute(written).fetchone()[0])
        except sqlite3.DatabaseError:
            return False
