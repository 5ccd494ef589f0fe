"""Re-check a casebook; one file that needs the standard library and ``cryptography``, nothing else.

Use: ``python verify.py CASEBOOK [--checkpoint NOTE.txt] [--key PUBLIC_KEY_HEX] [--json]``. The exit status is
0 when everything verifies and 1 when something does not.

Rules:
    * Reads only: the database is opened read-only, files are hashed where they lie.
    * Trusts nothing that it can recompute: canonical bytes, chain, Merkle roots, signatures, rows, files.
    * Every event stands under a signed head (checkpoint), every head names the one before it, and every key but
      the first was introduced by an event under an earlier key. Logs of version 1, whose heads name nothing and
      whose newest events may bear no signature, are reported as what they are.
    * Knows which event may change which column of which record, and follows every record from what it is now
      back to the event that made it, state by state.
    * Whoever watches is told of true counts only, and may end the verification; then there is no result.
    * Whatever is wrong becomes a sentence that names the thing; damage never becomes a traceback.
    * What it cannot know alone: whether the whole folder was replaced by an older or a forged one. A printed
      checkpoint (``--checkpoint``), the laboratory's public key (``--key``) and what a workstation remembers
      answer that.

References:
    RFC 8785; RFC 9162 section 2.1; RFC 8032; https://c2sp.org/signed-note; https://c2sp.org/tlog-checkpoint;
    https://www.sqlite.org/uri.html.
"""

from __future__ import annotations

import argparse
import base64
import errno
import hashlib
import json
import os
import re
import sqlite3
import stat
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

APPLICATION_ID = 0x46417070
GENESIS_SHA256 = "0" * 64
DATABASE_FILE = "casebook.db"
MOST_TRIES = 3
LEAST_FREE_BYTES = 1 << 20
"""With less room beside it, SQLite's index of a log could not grow; the database is read from a copy then."""
MOST_BYTES_OF_A_VALUE = 64 << 20
MOST_BYTES_OF_A_MANIFEST = 1 << 20
MOST_BYTES_OF_A_PACKED_FILE = 8 << 30
MOST_DEPTH = 4
"""Folders inside each other below the vault that are looked into; the program makes one."""
INCOMPLETE_COPY = "incomplete-copy"
"""File that stands in a copy of a casebook until it was checked."""
MAX_FINDINGS = 200
TELL_EVERY_EVENTS = 500
TELL_EVERY_STEPS = 200_000
"""How many steps of SQLite's machine lie between two looks at whether to stop: some milliseconds."""
CHUNK_BYTES = 1 << 20
PARALLEL_FROM_SIGNATURES = 10_000
"""From how many signatures on several processes check them."""
SIGNATURES_AT_ONCE = 1_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMES_ITS_STATE = re.compile(r"its SHA-256 is [0-9a-f]{16}… now\.$")
"""How a sentence ends that says by itself what was found."""
_PREVIOUS = re.compile(r"previous ([0-9a-f]{64})")
_DAMAGE = (
    sqlite3.Error, ValueError, TypeError, AttributeError, LookupError, OverflowError, MemoryError,
    RecursionError,
)  # fmt: skip
"""What reading a damaged database can raise: pages may decode to other types and sizes than written."""

SMALL_ORDER = frozenset({
    "0" * 64,
    "01" + "0" * 62,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "f" * 60 + "7f",
    "ed" + "f" * 60 + "7f",
    "ee" + "f" * 60 + "7f",
})  # fmt: skip
"""Points of Ed25519 whose order divides eight, the sign bit cleared: anybody can sign under them (RFC 8032, 5.1)."""

RECORDS = {
    "casebook": ("meta", "casebook_id"),
    "examiner": ("examiner", "examiner_id"),
    "signing_key": ("signing_key", "key_id"),
    "case": ("case", "case_id"),
    "subject": ("subject", "subject_id"),
    "exhibit": ("exhibit", "exhibit_id"),
    "run": ("run", "run_id"),
    "derived_image": ("derived_image", "derived_image_id"),
    "adapter": ("adapter", "adapter_id"),
    "licence_acceptance": ("licence_acceptance", "licence_acceptance_id"),
    "report": ("report", "report_id"),
    "gallery": ("gallery", "gallery_id"),
    "gallery_batch": ("gallery_batch", "gallery_batch_id"),
    "gallery_removal": ("gallery_removal", "gallery_removal_id"),
    "image_note": ("image_note", "image_note_id"),
    "consent": ("consent", "consent_id"),
    "relationship": ("relationship", "relationship_id"),
}
"""Table and key column by the ``object_type`` of custody events."""

_OF_NOTES = (
    "exhibit_id", "derived_image_id", "sha256", "kind", "points", "text", "eyes", "eyes_origin", "revises",
    "state", "reason",
)  # fmt: skip
CREATIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "casebook_created": ("casebook", ()),
    "examiner_registered": ("examiner", ("name",)),
    "key_registered": ("signing_key", ("public_key_hex",)),
    "case_created": ("case", ()),
    "subject_added": ("subject", ()),
    "exhibit_received": ("exhibit", ("sha256", "size_bytes", "original_name", "media_type")),
    "run_queued": ("run", ("spec",)),
    "image_derived": ("derived_image", ("run_id", "sha256", "size_bytes", "role")),
    "adapter_made": ("adapter", ("run_id", "sha256", "size_bytes", "subject_id")),
    "licence_accepted": ("licence_acceptance", ("pack_name", "pack_sha256", "licence_sha256")),
    "report_issued": ("report", ("report_number", "sha256", "size_bytes", "supersedes", "reason")),
    "gallery_created": ("gallery", ("name", "analyser", "analyser_version", "weights_sha256", "pack_name")),
    "gallery_batch_added": (
        "gallery_batch",
        ("gallery_id", "sha256", "size_bytes", "face_count", "derived_count"),
    ),
    "gallery_face_removed": ("gallery_removal", ("gallery_id", "subject", "faces", "reason")),
    "image_note_added": ("image_note", _OF_NOTES),
    "image_note_amended": ("image_note", _OF_NOTES),
    "image_note_withdrawn": ("image_note", _OF_NOTES),
    "consent_recorded": (
        "consent",
        ("subject_id", "purpose", "given_by", "scope", "medium", "valid_until", "document"),
    ),
    "relationship_recorded": ("relationship", ("subject_id", "relative_id", "kinship", "source")),
}
"""The event that makes each kind of record, and what in its details holds of the record for ever."""

CHANGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "casebook_upgraded": ("casebook", ("schema_digests",)),
    "case_changed": ("case", ("title", "kind", "agency", "authorization")),
    "case_closed": ("case", ("status",)),
    "case_reopened": ("case", ("status",)),
    "case_removed": ("case", ("tombstone_reason",)),
    "subject_changed": (
        "subject",
        ("name", "aliases", "sex", "birth_date", "last_seen", "last_seen_place", "description"),
    ),
    "subject_removed": ("subject", ("tombstone_reason",)),
    "exhibit_changed": (
        "exhibit",
        (
            "exhibit_number", "subject_id", "source", "received_how", "photo_date", "age_at_photo", "notes",
        ),
    ),
    "exhibit_removed": ("exhibit", ("tombstone_reason",)),
    "run_started": ("run", ("status", "started_at", "environment")),
    "run_completed": ("run", ("status", "ended_at", "environment", "control", "face", "warnings")),
    "run_failed": ("run", ("status", "ended_at", "failure")),
    "run_cancelled": ("run", ("status", "ended_at", "failure")),
    "run_interrupted": ("run", ("status", "ended_at", "failure")),
    "consent_withdrawn": ("consent", ("withdrawn_at", "withdrawal_reason")),
    "relationship_removed": ("relationship", ("tombstone_reason",)),
}  # fmt: skip
"""Which columns of which kind of record each event may change; no other event changes a record."""

STATEMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "exhibit_refused": ("exhibit", ("sha256",)),
    "image_accepted": ("derived_image", ("sha256",)),
    "image_rejected": ("derived_image", ("sha256",)),
    "decision_withdrawn": ("derived_image", ("sha256",)),
    "key_introduced": ("signing_key", ("public_key_hex",)),
    "gallery_searched": ("gallery", ("analyser", "analyser_version", "weights_sha256")),
    "candidate_decided": ("gallery", ("name",)),
    "exhibit_compared": ("exhibit", ("sha256",)),
    "exhibit_compared_with_own": ("exhibit", ("sha256",)),
}
"""Events that change nothing and say what a record holds."""

DECISIONS = frozenset({"image_accepted", "image_rejected"})
WITHDRAWN = "decision_withdrawn"
SEARCHED = "gallery_searched"
CANDIDATE_DECIDED = "candidate_decided"

OWNERS: dict[str, tuple[str, ...]] = {
    "examiner": ("name",),
    "case": ("case_number",),
    "subject": ("case_id",),
    "exhibit": ("case_id", "exhibit_number", "sha256", "page_sha256"),
    "run": ("case_id", "status"),
    "derived_image": ("run_id",),
    "adapter": ("run_id", "subject_id", "sha256"),
    "licence_acceptance": ("pack_sha256", "pack_name"),
    "report": ("case_id", "report_number"),
    "gallery": ("name",),
    "gallery_batch": ("gallery_id",),
    "gallery_removal": ("gallery_id",),
    "image_note": ("case_id",),
    "consent": ("case_id", "subject_id"),
    "relationship": ("case_id", "subject_id"),
}
"""Columns by which records are listed and looked for."""

UNCASED = frozenset({("case", "case_number"), ("gallery", "name")})
"""Columns in which SQLite tells letters from A to Z not apart by their case."""
_LOWERED = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")

LOG_VERSION = 2
EARLIER_REVISIONS = frozenset({("2026_11_24",), ("2026_11_24_adapters",), ("2026_11_27",)})
"""Revisions of the schema at which a log can be of version 1."""
UPGRADED = "casebook_upgraded"
ACCEPTED = "mismatch_accepted"
"""The event with which an administrator goes on in a casebook that does not verify."""
CLOCK = "clock_jumped"
INTRODUCED = "key_introduced"
IMPORTED = "pack_imported"

_EVENT_COLUMNS = (
    "sequence", "action", "occurred_at", "examiner", "case_id", "object_type", "object_id", "previous_sha256",
)  # fmt: skip
_FILES = """
    SELECT 'exhibit', exhibit_id, sha256, size_bytes FROM exhibit
    UNION ALL SELECT 'derived image', derived_image_id, sha256, size_bytes FROM derived_image
    UNION ALL SELECT 'report', report_id, sha256, size_bytes FROM report
"""
_PAGE_FILES = """
    UNION ALL SELECT 'page of exhibit', exhibit_id, page_sha256, page_size_bytes
    FROM exhibit WHERE page_sha256 IS NOT NULL
"""
_ADAPTER_FILES = " UNION ALL SELECT 'adapter', adapter_id, sha256, size_bytes FROM adapter"
_BATCH_FILES = " UNION ALL SELECT 'gallery batch', gallery_batch_id, sha256, size_bytes FROM gallery_batch"
_BATCHES = """
    SELECT gallery_batch_id, sha256, face_count, derived_count, embedding_size, analyser, analyser_version,
        weights_sha256
    FROM gallery_batch JOIN gallery USING (gallery_id) ORDER BY gallery_batch_id
"""
BATCH_MAGIC = b"FAGALL1\n"
MOST_BYTES_OF_A_HEADER = 8 << 20
TOP_LEVEL = frozenset({
    DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm", "casebook.lock", "vault", "packs", "reports",
    "backups", "logs", "work", "requests", INCOMPLETE_COPY,
})  # fmt: skip
"""What a casebook's folder holds."""

MODELESS = frozenset(
    {"vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk", "iso9660", "udf", "9p", "cifs", "smb3"}
)
"""File systems that do not keep who may write to a file."""
LATER_TABLES = frozenset({
    "adapter", "gallery", "gallery_batch", "gallery_removal", "consent", "relationship", "image_note",
})  # fmt: skip
"""Tables that casebooks of earlier versions need not have; one that was removed fails the schema check."""
OLDER_COPY = "This is an older copy of the casebook: "
"""How the finding begins that a workstation saw more of a log."""
_INDEX_CONFIGURATION = [("version", 4)]
"""What a search index is configured with that nobody configured."""
_SCHEMA = "SELECT type || ' ' || coalesce(name, ''), sql FROM sqlite_master WHERE sql IS NOT NULL"
_ODD_ENTRIES = """
    SELECT quote(name) FROM sqlite_master WHERE CASE
        WHEN sql IS NULL THEN
            type IS NOT 'index' OR coalesce(name NOT GLOB 'sqlite_autoindex_' || tbl_name || '_[0-9]*', 1)
        ELSE type = 'trigger' AND rootpage IS NOT 0
    END
"""
"""Entries of the schema that SQLite reads past and never writes so; of the others it checks type and table."""


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """Outcome of a verification.

    Attributes:
        is_intact: Whether nothing was found wrong.
        findings: What is wrong, one sentence each, at most 200 and a count of the rest.
        notes: What is worth knowing but not wrong.
        files: Number of vault files hashed.
        events: Number of custody events checked.
        checkpoints: Number of signed heads (checkpoints) checked.
        seconds: How long it took.
        events_per_second: Rate of the pass over the custody log; 0 when it is empty.
    """

    is_intact: bool
    findings: tuple[str, ...]
    notes: tuple[str, ...]
    files: int
    events: int
    checkpoints: int
    seconds: float
    events_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class VerificationProgress:
    """How far a verification is.

    Attributes:
        step: ``database``, ``events``, ``records``, ``signatures`` or ``files``.
        done: What is checked in this step so far.
        total: What there is to check in this step; 0 when that is not known.
    """

    step: str
    done: int
    total: int


class VerificationStopped(Exception):
    """Raised by a progress listener to end a verification, and by the verification to say that it ended."""


ProgressListener = Callable[[VerificationProgress], None]


@dataclass(frozen=True, slots=True)
class _Note:
    origin: str
    size: int
    root_sha256: str
    body: str
    key_name: str
    key_hash: bytes
    signature: bytes
    previous_sha256: str | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What an event says about a record: its digest after it and, for a change, the columns as they were."""

    sequence: int
    action: str
    record_sha256: str
    before: dict[str, Any] | None
    details: dict[str, Any]


@dataclass(slots=True)
class _Earlier:
    """What later events name: the decision that counts on each derived image, the faces that each search lists."""

    decided: dict[str, int] = field(default_factory=dict)
    searched: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def contradiction(self, told: _Told, name: str) -> str | None:
        """Take in what an event states about the object ``name``; say what is wrong with the earlier one it names."""
        action, details = told.action, told.details
        if action in DECISIONS:
            self.decided[name] = told.sequence
        elif action == WITHDRAWN:
            counted = self.decided.pop(name, None)
            if counted is None or details.get("withdraws") != counted:
                return f"Event {told.sequence} does not withdraw the decision on the derived image {name} that counted."
        elif action == SEARCHED:
            listed = details.get("candidates")
            self.searched[name, str(told.sequence)] = frozenset(
                str(each.get("face"))
                for each in (listed if isinstance(listed, list) else ())
                if isinstance(each, dict)
            )
        elif action == CANDIDATE_DECIDED:
            faces = self.searched.get((name, str(details.get("search"))), frozenset())
            if str(details.get("face")) not in faces:
                return f"Event {told.sequence} decides on a candidate that no earlier search of gallery {name} lists."
        return None


@dataclass(slots=True)
class LogIndex:
    """What is in a log and beside it, so that whatever is read later can be compared, and found missing.

    Attributes:
        events: SHA-256 of each event, in order.
        altered_events: :func:`row_sha256` of each event that was altered, by number.
        heads: :func:`row_sha256` of each head, by number of events.
        about: Numbers of the events about each object, by kind and key.
        in_case: Numbers of the events of each case.
        members: Keys of the records that there are, by :func:`member_place`.
    """

    events: list[str] = field(default_factory=list)
    altered_events: dict[int, str] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)
    about: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    in_case: dict[str, list[int]] = field(default_factory=dict)
    members: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def add_event(self, sequence: int, about: tuple[str, str], case_id: str | None, sha256: str) -> None:
        """Take in the event that follows the newest one."""
        self.events.append(sha256)
        self.about.setdefault(about, []).append(sequence)
        if case_id is not None:
            self.in_case.setdefault(case_id, []).append(sequence)

    def add_record(self, object_type: str, key: str, row: Mapping[str, Any]) -> None:
        """Take in a record, and by what it is looked for."""
        owners = [(column, row.get(column)) for column in OWNERS.get(object_type, ())]
        for column, owner in [("", ""), *owners]:
            self.members.setdefault(member_place(object_type, column, owner), []).append(key)


@dataclass(frozen=True, slots=True)
class LogState:
    """A custody log as it was when it was checked.

    Attributes:
        newest_event: Its columns, all but the text; ``None`` where there is none.
        newest_head: Number of events that it covers, and its note; ``None`` where there is none.
        covered: Number of events that heads cover by a key that counts.
        subtrees: Width and root of each complete subtree of the Merkle tree over the events, largest first.
        schema: SHA-256 of the SQL of every table, index and trigger, as the casebook records it.
        origin: Name of the log.
        keys: Public keys in hexadecimal that may sign it, by identifier.
        recorded: SHA-256 of each record as the newest event about it says, by kind and key.
        altered: SHA-256 of each record that is another one now.
        singly_from: First event from which on each is signed singly; ``None`` in a log of version 1.
        index: What there is in it.
    """

    newest_event: Mapping[str, Any] | None
    newest_head: tuple[int, str] | None
    covered: int
    subtrees: tuple[tuple[int, bytes], ...]
    schema: Mapping[str, str]
    origin: str | None
    keys: Mapping[str, str]
    recorded: Mapping[tuple[str, str], str]
    altered: Mapping[tuple[str, str], str]
    singly_from: int | None
    index: LogIndex


@dataclass(frozen=True, slots=True)
class OpeningCheck:
    """What was found when a casebook was opened.

    Attributes:
        findings: What is wrong and was not accepted by an administrator.
        accepted: What is wrong and was accepted.
        state: The log.
        states: Digest of what was found, by finding: an administrator's decision covers that and nothing else.
        unacceptable: Findings that no decision covers.
    """

    findings: tuple[str, ...]
    accepted: tuple[str, ...]
    state: LogState
    states: Mapping[str, str] = field(default_factory=dict)
    unacceptable: tuple[str, ...] = ()


Remembered = Callable[[str], str | None]
"""Returns the newest head (note) that a workstation saw of the log with a name, if it saw any."""


def verify_casebook(
    folder: Path,
    *,
    known_checkpoints: Sequence[str] = (),
    trusted_keys: Sequence[str] = (),
    introduced_keys: Sequence[str] = (),
    remembered: Remembered | None = None,
    known_origin: str | None = None,
    progress: ProgressListener | None = None,
) -> VerificationResult:
    """Check every file, record, custody event and checkpoint of a casebook.

    Args:
        folder: The casebook, also one that another process has open.
        known_checkpoints: Checkpoint notes from elsewhere, such as printed in a report.
        trusted_keys: Public keys in hexadecimal; when given, only their signatures count.
        introduced_keys: Public keys in hexadecimal that need no introduction, such as a workstation's own.
        remembered: What a workstation remembers.
        known_origin: Name of the log that lay in the folder when a workstation last saw it.
        progress: Told how far it is; may raise :class:`VerificationStopped` to end it.

    Raises:
        VerificationStopped: The listener ended it.

    Returns:
        The result; whatever is damaged or unreadable is a finding.
    """
    given = _Given(known_checkpoints, trusted_keys, introduced_keys, remembered, known_origin)
    return _run(folder, given, progress)[1]


def check_opening(
    folder: Path,
    *,
    introduced_keys: Sequence[str] = (),
    remembered: Remembered | None = None,
    known_origin: str | None = None,
) -> OpeningCheck:
    """Check what a writer adds to: every event, link, head and record, and the signatures that cover them.

    Since heads name each other, the newest signature of each key covers all before it; that of a head by which a key
    or a decision counts is checked too. The files of the vault are not looked at.

    Args:
        folder: The casebook; the caller holds its lock.
        introduced_keys: Public keys in hexadecimal that need no introduction, such as the workstation's own.
        remembered: What the workstation remembers.
        known_origin: Name of the log that lay in the folder when the workstation last saw it.
    """
    given = _Given((), (), introduced_keys, remembered, known_origin)
    return _checked(*_run(folder, given, None, is_opening=True))


def check_copy(
    folder: Path,
    *,
    known_checkpoints: Sequence[str] = (),
    introduced_keys: Sequence[str] = (),
    has_files: bool = True,
    progress: ProgressListener | None = None,
) -> OpeningCheck:
    """Check all of a casebook, and tell apart what an administrator accepted, could accept and could not.

    Args:
        folder: The casebook.
        known_checkpoints: Checkpoint notes from elsewhere.
        introduced_keys: Public keys in hexadecimal that need no introduction, such as the workstation's own.
        has_files: Whether the files of the vault are checked too.
        progress: Told how far it is; may raise :class:`VerificationStopped` to end it.

    Raises:
        VerificationStopped: The listener ended it.
    """
    given = _Given(known_checkpoints, (), introduced_keys, None)
    return _checked(*_run(folder, given, progress, has_files=has_files, lists_all=True))


def _checked(verifier: _Verifier, result: VerificationResult) -> OpeningCheck:
    findings = result.findings
    accepted = verifier.accepted_findings()
    return OpeningCheck(
        tuple(each for each in findings if each not in accepted),
        tuple(each for each in findings if each in accepted),
        LogState(
            verifier.newest_event,
            verifier.newest_head,
            verifier.covered,
            tuple(verifier.tree.subtrees),
            verifier.schema_digests,
            verifier.origin,
            verifier.introduced_keys(),
            verifier.recorded,
            verifier.altered,
            verifier.singly_from,
            verifier.index,
        ),
        verifier.states,
        tuple(each for each in findings if each in verifier.unacceptable),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What comes from elsewhere."""

    known: Sequence[str]
    trusted: Sequence[str]
    introduced: Sequence[str]
    remembered: Remembered | None
    known_origin: str | None = None


def _run(
    folder: Path,
    given: _Given,
    progress: ProgressListener | None,
    *,
    is_opening: bool = False,
    has_files: bool = True,
    lists_all: bool = False,
) -> tuple[_Verifier, VerificationResult]:
    """Verify, again where a writer changed the database meanwhile and something was found."""
    for _ in range(MOST_TRIES):
        before = _state(folder)
        verifier = _Verifier(folder, given, progress, is_opening=is_opening)
        if not has_files:
            verifier.has_files = False
        if lists_all:
            verifier.most_findings = None
        result = verifier.run()
        if result.is_intact or _state(folder) == before:
            break
    return verifier, result


def _state(folder: Path) -> tuple[tuple[int, int, int] | None, ...]:
    """Return what tells whether database or log were written meanwhile."""

    def status(path: Path) -> tuple[int, int, int] | None:
        try:
            found = path.lstat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    return status(folder / DATABASE_FILE), status(_log_path(folder))


class _Tree:
    """RFC 9162 Merkle tree that keeps the roots of its complete subtrees."""

    def __init__(self) -> None:
        self.subtrees: list[tuple[int, bytes]] = []

    def append(self, entry: bytes) -> None:
        sha256 = hashlib.sha256
        width, digest = 1, sha256(b"\x00" + entry).digest()
        subtrees = self.subtrees
        while subtrees and subtrees[-1][0] == width:
            digest = sha256(b"\x01" + subtrees.pop()[1] + digest).digest()
            width *= 2
        subtrees.append((width, digest))

    def root(self) -> str:
        digest = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            digest = hashlib.sha256(b"\x01" + left + digest).digest()
        return digest.hex()


class _Verifier:
    """One verification: gathers findings, never raises for damage."""

    def __init__(
        self, folder: Path, given: _Given, progress: ProgressListener | None, *, is_opening: bool = False
    ) -> None:
        self.is_opening, self.given, self.progress = is_opening, given, progress
        self.has_files, self.most_findings = not is_opening, None if is_opening else MAX_FINDINGS
        self.told = VerificationProgress("database", 0, 0)
        self.stopped: VerificationStopped | None = None
        self.folder, self.known, self.remembered = folder, given.known, given.remembered
        self.trusted = {_key_text(key) for key in given.trusted}
        self.introduced = {_key_text(key) for key in given.introduced}
        self.findings: list[str] = []
        self.unacceptable: set[str] = set()
        self.states: dict[str, str] = {}
        self.found_before: dict[str, tuple[tuple[str, ...], str, int]] = {}
        self.unlisted = 0
        self.notes: list[str] = []
        self.files = self.events = self.checkpoints = self.signed_events = self.covered = 0
        self.events_per_second = 0.0
        self.tree = _Tree()
        self.history: dict[tuple[str, str], list[_Told]] = {}
        self.stated: dict[tuple[str, str], list[_Told]] = {}
        self.mentioned: dict[tuple[str, str], int] = {}
        self.earlier = _Earlier()
        self.examiners: dict[str, int] = {}
        self.acceptances: list[tuple[int, str, dict[str, Any]]] = []
        self.first_told: dict[tuple[str, str], int] = {}
        self.singly_from: int | None = None
        self.upgrade: dict[str, Any] | None = None
        self.revision: str | None = None
        self.versions: tuple[Any, ...] = ()
        self.newest_event: dict[str, Any] | None = None
        self.newest_head: tuple[int, str] | None = None
        self.pending: list[tuple[str, int, _Note, str, bool]] = []
        self.recorded: dict[tuple[str, str], str] = {}
        self.altered: dict[tuple[str, str], str] = {}
        self.index = LogIndex()
        self.claims: list[tuple[int, str | dict[str, Any]]] = []
        self.decisions: list[tuple[int, dict[str, Any]]] = []
        self.introduced_by: dict[str, int] = {}
        self.unintroduced: dict[str, list[_Note]] = {}
        self.signed_by: set[str] = set()
        self.packs: set[str] = set()
        self.pages: dict[str, tuple[str, int]] = {}
        self.first_key: str | None = None
        self.photographs: dict[str, str] = {}
        self.sources: list[tuple[str, str, str, str]] = []
        self.roots: dict[int, str] = {}
        self.times: dict[int, str] = {}
        self.keys: dict[str, str] = {}
        self.origin: str | None = None
        self.schema_digests: dict[str, str] = {}
        self.keeps_modes: bool | None = None
        self.is_live = False

    def run(self) -> VerificationResult:
        started = time.perf_counter()
        path = self.folder / DATABASE_FILE
        if os.path.lexists(self.folder / INCOMPLETE_COPY):
            self.report(
                f"{self.folder} is an incomplete copy of a casebook: its making or its check did not come to an end."
            )
        if not path.is_file():
            self.report(f"{self.folder} is not a casebook: it has no file casebook.db.")
        elif self.is_plain(path):
            self.guard("The database cannot be opened", lambda: self.check_database(path))
        if self.unlisted:
            self.findings.append(f"{self.unlisted} further findings are not listed.")
        return VerificationResult(
            is_intact=not self.findings,
            findings=tuple(self.findings),
            notes=tuple(self.notes),
            files=self.files,
            events=self.events,
            checkpoints=self.checkpoints,
            seconds=time.perf_counter() - started,
            events_per_second=self.events_per_second,
        )

    def report(self, sentence: str, *, state: object = None, is_of_memory: bool = False) -> None:
        """Add a finding.

        Args:
            sentence: What is wrong.
            state: What was found; an administrator's decision covers its digest. Without one no decision covers it.
            is_of_memory: Whether it is about what the workstation remembers, which follows an administrator's decision.
        """
        if state is not None:
            self.states[sentence] = state_digest(self.states.get(sentence), state)
        elif not is_of_memory:
            self.unacceptable.add(sentence)
        if self.most_findings is None or len(self.findings) < self.most_findings:
            self.findings.append(sentence)
        else:
            self.unlisted += 1

    def guard(self, what: str, step: Callable[[], None]) -> None:
        try:
            step()
        except (*_DAMAGE, OSError) as error:
            if self.stopped is not None:
                raise self.stopped from None
            self.report(f"{what}: {_describe(error)}.")

    def tell(self, step: str, done: int, total: int) -> None:
        self.told = VerificationProgress(step, done, total)
        self.tell_again()

    def tell_again(self) -> None:
        if self.stopped is not None:
            raise self.stopped
        if self.progress is not None:
            self.progress(self.told)

    def is_stop_wanted(self) -> bool:
        """Ask the listener in the middle of a statement: SQLite ends the statement when this is true."""
        try:
            self.tell_again()
        except VerificationStopped as error:
            self.stopped = error
        return self.stopped is not None

    def is_plain(self, path: Path) -> bool:
        """Check that what SQLite would read is what lies here; return whether it can be opened."""
        is_plain = True
        for ending in ("", "-wal", "-shm", "-journal"):
            each = path.with_name(path.name + ending)
            if each.is_symlink() or (each.exists() and not each.is_file()):
                self.report(f"{each.name} is a link or no file.")
                is_plain = False
        journal = path.with_name(path.name + "-journal")
        if is_plain and journal.exists() and journal.stat().st_size and path.stat().st_size:
            self.report(
                f"A rollback journal, {journal.name}, lies beside the database: opening it would change it."
            )
            is_plain = False
        return is_plain

    def check_database(self, path: Path) -> None:
        self.is_live = _log_path(self.folder).exists()
        with ExitStack() as stack:
            self.check_connection(_connection(path, stack, is_live=self.is_live), path)

    def check_connection(self, connection: sqlite3.Connection, path: Path) -> None:
        try:
            self.tell("database", 0, 0)
            connection.set_progress_handler(self.is_stop_wanted, TELL_EVERY_STEPS)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES_OF_A_VALUE)
            if not self.has_tables(connection):
                return
            memory = self.memory(connection)
            connection.execute("BEGIN")
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                self.report(f"{path} is not the database of a casebook: it has another application id.")
                return
            for what, step in self.steps(connection, memory):
                self.guard(what, step)
        finally:
            connection.close()

    def has_tables(self, connection: sqlite3.Connection) -> bool:
        """Check that what is read are tables of the database and nothing that is computed."""
        found = {
            name: (kind, str(sql).upper().startswith("CREATE VIRTUAL"))
            for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master")
            if kind in ("table", "view")
        }
        expected = {table for table, _ in RECORDS.values()} | {
            "custody_event",
            "checkpoint",
            "alembic_version",
        }
        wrong = [name for name in sorted(expected) if found.get(name, ("table", False)) != ("table", False)]
        missing = sorted(expected - LATER_TABLES - found.keys())
        for name in wrong:
            self.report(f"The table {name} of the database is none.")
        for name in missing:
            self.report(f"The table {name} of the database is missing.")
        return not wrong and "custody_event" not in missing and "meta" not in missing

    def steps(
        self, connection: sqlite3.Connection, memory: _Note | None
    ) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield each check, with what to say if damage stops it."""
        yield "The database is damaged", lambda: self.check_integrity(connection)
        rows: list[tuple[Any, ...]] = []
        yield "The checkpoints cannot be read", lambda: rows.extend(_checkpoint_rows(connection))
        known = [note for note in (_parse_note(_note_text(text)) for text in self.known) if note]
        yield "The casebook's name cannot be read", lambda: self.read_origin(connection)
        elsewhere = {note.size for note in [*known, *([memory] if memory else [])]}
        sizes = {row[0] for row in rows} | elsewhere
        rooted = (_looked_at(rows) | elsewhere) if self.is_opening else sizes
        yield (
            "The custody log cannot be read to its end",
            lambda: self.check_events(connection, sizes, rooted),
        )
        for number, (object_type, (table, key)) in enumerate(RECORDS.items()):
            self.tell("records", number, len(RECORDS))
            if table in LATER_TABLES and not _has_table(connection, table):
                continue
            yield (
                f"The table {table} cannot be read to its end",
                partial(self.check_records, connection, object_type, table, key),
            )
        yield "The records cannot be compared with the log", self.check_missing_records
        yield "The runs cannot be compared with their photographs", self.check_sources
        yield "The schema cannot be read", lambda: self.check_schema(connection)
        yield "The search index cannot be read", lambda: self.check_search_index(connection)
        yield "The checkpoints cannot be checked", lambda: self.check_checkpoints(rows)
        yield "The checkpoints from elsewhere cannot be compared", lambda: self.check_known(known)
        yield "What the workstation remembers cannot be compared", lambda: self.check_memory(memory)
        yield "The decisions cannot be read", self.tell_acceptances
        if self.has_files:
            yield "The vault cannot be checked", lambda: self.check_files(connection)
            yield "The casebook's folder cannot be read", lambda: self.note_other_files(connection)

    def check_integrity(self, connection: sqlite3.Connection) -> None:
        for (verdict,) in connection.execute("PRAGMA integrity_check(20)"):
            if verdict != "ok":
                self.report(f"The database is damaged: {' '.join(str(verdict).split())}.")
        if self.is_opening:  # a missing record is found as such
            return
        for table, row_id, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            self.report(
                f"Row {row_id} of the table {table} refers to a missing row of the table {parent}.",
                state=[table, row_id, parent],
            )

    def check_events(self, connection: sqlite3.Connection, sizes: set[int], rooted: set[int]) -> None:
        """Check every event, and keep the times at ``sizes`` and the Merkle roots at ``rooted``."""
        query = f"SELECT {', '.join(_EVENT_COLUMNS)}, sha256, canonical FROM custody_event ORDER BY sequence"
        started = time.perf_counter()
        total = _event_count(connection)
        tree = self.tree
        previous = GENESIS_SHA256
        expected = 1
        try:
            for row in connection.execute(query):
                sequence, sha256 = row[0], row[8]
                if sequence != expected:
                    self.report(f"Event {expected} of the custody log is missing.")
                wrong = []
                if row[7] != previous:
                    wrong.append(f"Event {sequence} does not follow the event before it.")
                text = row[9] if isinstance(row[9], str) else repr(row[9])
                actual = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
                if actual != sha256:
                    wrong.append(f"Event {sequence} was changed after it was written: {_short(actual)}.")
                if not self.check_event(row):
                    wrong.append(f"The columns of event {sequence} do not say what its canonical text says.")
                if wrong:
                    self.index.altered_events[sequence] = row_sha256(row)
                for sentence in wrong:
                    self.report(sentence, state=self.index.altered_events[sequence])
                self.index.add_event(
                    sequence, (row[5], row[6]), row[4], sha256 if _is_sha256(sha256) else actual
                )
                tree.append(bytes.fromhex(self.index.events[-1]))
                self.events += 1
                if self.events % TELL_EVERY_EVENTS == 0 or self.events == total:
                    self.tell("events", self.events, total)
                if self.events in sizes:
                    self.times[self.events] = row[2]
                    if self.events in rooted:
                        self.roots[self.events] = tree.root()
                previous, expected = sha256, sequence + 1
                self.newest_event = dict(zip((*_EVENT_COLUMNS, "sha256"), row, strict=False))
        finally:
            spent = time.perf_counter() - started
            self.events_per_second = self.events / spent if self.events else 0.0
        if not self.events:
            self.report("The custody log is empty.")

    def check_event(self, row: tuple[Any, ...]) -> bool:
        """Remember what an event says about its record; return whether its columns say what its canonical text says."""
        try:
            told = json.loads(row[9])
            is_same = tuple(map(told.get, _EVENT_COLUMNS)) == row[:8] and len(told) == len(_EVENT_COLUMNS) + 1
            details = told["details"]
            record_sha256 = details.get("record_sha256")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            is_same, record_sha256, details = False, None, {}
        sequence, action, about = row[0], row[1], (row[5], row[6])
        self.examiners.setdefault(row[3], sequence)
        if row[4] is not None:
            self.mentioned.setdefault(("case", row[4]), sequence)
        if record_sha256 is not None:
            before = details.get("record_before")
            told_of = _Told(
                sequence, action, record_sha256, before if isinstance(before, dict) else None, details
            )
            self.first_told.setdefault(about, sequence)
            self.recorded[about] = record_sha256
            self.history.setdefault(about, []).append(told_of)
        elif row[5] in RECORDS:
            self.mentioned.setdefault(about, sequence)
        self.remember_event(sequence, action, about, row, details)
        return is_same

    def remember_event(
        self,
        sequence: int,
        action: str,
        about: tuple[str, str],
        row: tuple[Any, ...],
        details: dict[str, Any],
    ) -> None:
        """Keep what the checks after the log need of an event that is about the casebook or a statement."""
        if self.newest_event is not None and action != CLOCK:
            self.note_time(sequence, str(row[2]), str(self.newest_event["occurred_at"]))
        if action in (INTRODUCED, "key_registered") and about[0] == "signing_key":
            self.claims.append((sequence, about[1]))
        if action == "report_issued" and isinstance(details.get("html_size_bytes"), int):
            page = (str(details.get("html_sha256")), details["html_size_bytes"])
            self.pages[str(details.get("report_number"))] = page
        if action in STATEMENTS and STATEMENTS[action][0] == about[0]:
            told = _Told(sequence, action, "", None, details)
            self.stated.setdefault(about, []).append(told)
            if wrong := self.earlier.contradiction(told, about[1]):
                self.report(wrong, state=row_sha256(row))
        elif action in ("casebook_created", UPGRADED):
            self.revision = details.get("revision")
            if details.get("log_version") == LOG_VERSION and self.singly_from is None:
                self.singly_from = sequence
                self.upgrade = details if action == UPGRADED else None
        elif action == ACCEPTED:
            self.acceptances.append((sequence, str(row[3]), details))
            self.claims.append((sequence, details))
        elif action == IMPORTED:
            self.packs.add(str(details.get("pack_sha256")))
        elif action == CLOCK:
            self.notes.append(
                f"Event {sequence}: the workstation's clock jumped from {details.get('from')} to "
                f"{details.get('to')}, against {details.get('against')}."
            )

    def note_time(self, sequence: int, occurred_at: str, previous: str) -> None:
        """Say where a clock went back and no event tells of it."""
        if occurred_at < previous:
            self.notes.append(
                f"Event {sequence} has an earlier time than the one before it, and none says that the clock "
                f"jumped."
            )

    def check_records(self, connection: sqlite3.Connection, object_type: str, table: str, key: str) -> None:
        cursor = connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        for values in cursor:
            row = dict(zip(names, values, strict=True))
            about = (object_type, row[key])
            name = f"{_words(object_type)} {row[key]}"
            told = self.history.pop(about, None)
            self.mentioned.pop(about, None)
            self.index.add_record(object_type, row[key], row)
            if told is None:
                digest = self.altered[about] = _row_digest(row)
                self.report(_without_event(name, digest), state=digest)
            elif not is_recorded(row, told[-1].record_sha256):
                digest = self.altered[about] = _row_digest(row)
                self.report(_changed_after(name, told[-1].sequence, digest), state=digest)
            else:
                self.check_history(object_type, name, row, told)
            for statement in self.stated.pop(about, ()):
                self.check_facts(name, row, statement, STATEMENTS[statement.action][1])
            self.remember(object_type, row)

    def check_history(self, object_type: str, name: str, row: dict[str, Any], told: list[_Told]) -> None:
        """Follow a record back, change by change, to the event that made it."""
        made = told[0]
        kind_made, facts = CREATIONS.get(made.action, ("", ()))
        unmade = f"The record of {name} was made by no event: event {made.sequence} is another one."
        others: list[str] = []
        if kind_made != object_type:
            self.report(unmade, state=self.event_sha256(made.sequence))
        else:
            others = self.check_facts(name, row, made, facts)
        state = row
        for later, earlier in zip(told[:0:-1], told[-2::-1], strict=True):
            kind, columns = CHANGES.get(later.action, ("", ()))
            found = [state, self.event_sha256(later.sequence), self.event_sha256(earlier.sequence)]
            if kind != object_type:
                self.report(f"Event {later.sequence} may not change the record of {name}.", state=found)
                return
            if later.before is None:
                if self.singly_from is not None and later.sequence >= self.singly_from:
                    self.report(
                        f"Event {later.sequence} does not say what it changed in the record of {name}.",
                        state=found,
                    )
                return
            if not later.before.keys() <= set(columns):
                self.report(
                    f"Event {later.sequence} changed more of the record of {name} than it may.", state=found
                )
            state = {**state, **later.before}
            if not is_recorded(state, earlier.record_sha256):
                sentence = (
                    f"Event {later.sequence} found the record of {name} other than event {earlier.sequence} "
                    f"left it."
                )
                self.report(sentence, state=[state, *found[1:]])
                digest = _row_digest(state)
                before = _changed_after(name, earlier.sequence, digest)
                implied = others if all(state.get(fact) == row.get(fact) for fact in facts) else []
                self.found_before[before] = ((sentence, *implied), state_digest(None, digest), later.sequence)
                return
        if kind_made != object_type and made.before is not None:
            digest = _row_digest({**state, **made.before})
            self.found_before[_without_event(name, digest)] = (
                (unmade,),
                state_digest(None, digest),
                made.sequence,
            )

    def event_sha256(self, sequence: int) -> str:
        """Return by what an event is known; empty where numbers of events are missing before it."""
        return "".join(self.index.events[sequence - 1 : sequence])

    def check_facts(self, name: str, row: dict[str, Any], told: _Told, facts: Iterable[str]) -> list[str]:
        """Compare what an event says of a record with the record; return what was found."""
        found = []
        for fact in facts:
            if fact not in told.details:
                continue
            held = row.get(fact)
            if isinstance(told.details[fact], dict | list) and isinstance(held, str):
                held = json.loads(held)
            if held != told.details[fact]:
                found.append(
                    f"The record of {name} holds another {_words(fact)} than custody event {told.sequence}."
                )
                self.report(found[-1], state=[held, self.event_sha256(told.sequence)])
        return found

    def remember(self, object_type: str, row: dict[str, Any]) -> None:
        if object_type == "signing_key":
            self.keys[row["key_id"]] = row["public_key_hex"]
            number = self.first_told.get((object_type, row["key_id"]))
            self.notes.append(
                f"The signing key {row['key_id']} was registered by {row['examiner']} in event {number}."
            )
        if object_type in ("exhibit", "derived_image"):
            name = row["exhibit_id" if object_type == "exhibit" else "derived_image_id"]
            self.photographs[name] = row.get("page_sha256") or row["sha256"]
        if object_type == "run":
            spec = json.loads(row["spec"])
            self.sources.append(
                (row["run_id"], "exhibit", row["exhibit_id"], str(spec.get("exhibit_sha256")))
            )
            if spec.get("source_derived_image_id") and spec.get("source_sha256"):
                source = (str(spec["source_derived_image_id"]), str(spec["source_sha256"]))
                self.sources.append((row["run_id"], "derived image", *source))
        if object_type == "examiner":
            self.examiners.pop(row["name"], None)
        if object_type == "casebook":
            self.schema_digests = json.loads(row["schema_digests"])

    def check_missing_records(self) -> None:
        for (object_type, object_id), told in self.history.items():
            self.report(
                f"The record of {_words(object_type)} {object_id} is missing; event {told[-1].sequence} names it.",
                state=told[-1].record_sha256,
            )
        for (object_type, object_id), sequence in self.mentioned.items():
            if (object_type, object_id) not in self.history:
                self.report(
                    f"There is no record of {_words(object_type)} {object_id}, which event {sequence} names.",
                    state="none",
                )
        for examiner, sequence in self.examiners.items():
            self.report(
                f"There is no record of the examiner {examiner!r}, whom event {sequence} names.", state="none"
            )

    def check_sources(self) -> None:
        """Check that each run was made of the bytes that its photograph has."""
        for run_id, kind, source_id, sha256 in self.sources:
            if self.photographs.get(source_id) != sha256:
                self.report(
                    f"The run {run_id} was made of other bytes than those of the {kind} {source_id}.",
                    state=[sha256, self.photographs.get(source_id)],
                )

    def read_origin(self, connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT origin FROM meta").fetchone()
        if row is None:
            raise LookupError("its own record is missing")
        self.origin = row[0]

    def memory(self, connection: sqlite3.Connection) -> _Note | None:
        """Return the newest head that the workstation saw of this log, before what is checked is fixed."""
        if self.remembered is None:
            return None
        try:
            text = self.remembered(str(connection.execute("SELECT origin FROM meta").fetchone()[0]))
        except _DAMAGE:
            return None
        return None if text is None else _parse_note(text)

    def check_memory(self, note: _Note | None) -> None:
        is_shorter = note is not None and note.size > self.events
        is_another = note is not None and not is_shorter and self.roots.get(note.size) != note.root_sha256
        if self.given.known_origin not in (None, self.origin):
            if note is None or is_shorter or is_another:
                self.report(
                    "Another casebook lies here than the one that this workstation saw in this folder.",
                    is_of_memory=True,
                )
            else:
                self.notes.append(
                    "Another casebook lay here when this workstation last wrote in this folder; it knows this one too."
                )
        if note is not None and is_shorter:
            self.report(
                f"{OLDER_COPY}this workstation saw it with {note.size} custody events.", is_of_memory=True
            )
        elif note is not None and is_another:
            self.report(
                f"This is not the casebook that this workstation knows: its first {note.size} custody events are "
                f"others.",
                is_of_memory=True,
            )

    def accepted_findings(self) -> set[str]:
        """Return what administrators accepted, as it is, in events under the signature of a key that counts.

        Decisions of earlier versions hold no digests: they cover the sentences that name what was found. What was
        accepted of a record stays accepted when an event changes the record afterwards.
        """
        covered: set[str] = set()
        for sequence, details in self.decisions:
            findings, states = details.get("findings"), details.get("states")
            if sequence > self.signed_events or not isinstance(findings, list):
                continue
            for number, each in enumerate(map(str, findings)):
                for finding, state in self.found_by_then(each, sequence):
                    if isinstance(states, list):
                        is_covered = states[number : number + 1] == [state]
                    else:
                        is_covered = _NAMES_ITS_STATE.search(each) is not None
                    covered.update([finding] if is_covered else [])
        return {each for each in covered if each in self.states} - self.unacceptable

    def found_by_then(self, sentence: str, sequence: int) -> Iterator[tuple[str, str]]:
        """Yield what a finding of the time before an event is now, with the digest of what was found."""
        if sentence in self.states:
            yield sentence, self.states[sentence]
        later, state, limit = self.found_before.get(sentence, ((), "", 0))
        if sequence < limit:
            yield from ((each, state) for each in later)

    def tell_acceptances(self) -> None:
        for sequence, examiner, details in self.acceptances:
            findings = details.get("findings")
            count = len(findings) if isinstance(findings, list) else 0
            self.notes.append(
                f"In event {sequence} {examiner} went on although {count} findings were known: "
                f"{details.get('reason')}"
            )
        for first, last in self.unsigned_ranges():
            self.report(_unsigned(first, last), state=self.index.events[:last][-1:])

    def check_schema(self, connection: sqlite3.Connection) -> None:
        actual = {name: hashlib.sha256(sql.encode()).hexdigest() for name, sql in connection.execute(_SCHEMA)}
        for name, digest in self.schema_digests.items():
            if name not in actual:
                self.report(f"The {name} of the database is missing.")
            elif actual[name] != digest:
                self.report(f"The {name} of the database was altered.")
        for name in sorted(actual.keys() - self.schema_digests.keys()):
            self.report(f"The {name} of the database was added by another program.")
        for (name,) in connection.execute(_ODD_ENTRIES):
            self.report(f"The entry of {name} in the schema of the database was altered.")
        self.versions = tuple(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))
        if self.revision is not None and self.versions != (self.revision,):
            self.report(
                f"The database says that its schema is {', '.join(map(str, self.versions)) or 'none'}, the custody log "
                f"{self.revision}."
            )

    def check_search_index(self, connection: sqlite3.Connection) -> None:
        """Compare which cases and subjects can be found with those that there are and were not removed."""
        if not _has_table(connection, "search_index"):
            return
        try:
            indexed = set(connection.execute("SELECT case_id, subject_id FROM search_index"))
        except sqlite3.Error:
            if self.is_opening:  # a writer makes it anew
                return
            raise
        live = set(
            connection.execute(
                'SELECT case_id, NULL FROM "case" WHERE tombstone_reason IS NULL '
                'UNION ALL SELECT case_id, subject_id FROM subject JOIN "case" USING (case_id) '
                'WHERE subject.tombstone_reason IS NULL AND "case".tombstone_reason IS NULL'
            )
        )
        for case_id, subject_id in sorted(live ^ indexed, key=str):
            self.report(
                f"The search index does not hold what it should of {subject_id or case_id}: it was altered.",
                state=(case_id, subject_id) in indexed,
            )
        configuration = connection.execute("SELECT k, v FROM search_index_config ORDER BY k").fetchall()
        if not self.is_opening and configuration != _INDEX_CONFIGURATION:
            self.report("The search index is configured otherwise than the program does: it was altered.")

    def check_checkpoints(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self.newest_head = rows[-1][0], rows[-1][2]
        previous = GENESIS_SHA256
        earlier: list[str] = []
        is_signed = False
        for number, row in enumerate(rows):
            self.checkpoints += 1
            self.index.heads[row[0]] = row_sha256(row)
            is_last_of_key = number + 1 == len(rows) or rows[number + 1][3] != row[3]
            is_telling = is_last_of_key or (bool(self.claims) and self.claims[0][0] <= row[0])
            link = None
            if self.is_opening and is_signed and not is_telling and row[3] == rows[number - 1][3]:
                link = self.link(row, previous)
            if link is None:
                note = self.check_head(row, previous, is_telling=is_telling)
                link = hashlib.sha256(str(row[2]).encode("utf-8", "surrogatepass")).hexdigest()
                if note is not None and note.previous_sha256 is None:
                    earlier.append(link)
                    if is_signed:
                        self.report(
                            f"The checkpoint of {row[0]} events does not name the one before it.", state=row
                        )
                is_signed = is_signed or (note is not None and note.previous_sha256 is not None)
            previous = link
            self.count_claims(row[0], row[3])
        for key_id, notes in self.unintroduced.items():
            self.report(
                f"The key {key_id} signs the log up to event {notes[-1].size}, and no earlier key introduced it.",
                state=[note.body for note in notes],
            )
        self.check_signatures()
        self.check_coverage(rows, earlier, signed=is_signed)

    def check_head(self, row: tuple[Any, ...], previous: str, *, is_telling: bool) -> _Note | None:
        """Check everything of a head but its signature, and return it; ``None`` when it is none.

        Args:
            row: The head as stored.
            previous: Digest of the one before.
            is_telling: Whether an opening checks its signature: it is the last before another key's, or a key or a
                decision counts by it.
        """
        size, root_sha256, text, key_id, created_at = row
        name = f"The checkpoint of {size} events"
        note = _parse_note(text)
        if note is None:
            self.report(f"{name} is not a signed note.")
            return None
        if note.size != size:
            self.report(f"{name} does not say what its note says.")
        elif note.root_sha256 != root_sha256:
            self.report(f"{name} does not say what its note says.", state=row)
        if note.origin != self.origin:
            self.report(f"{name} is of another casebook, {note.origin}.", state=row)
        if note.previous_sha256 not in (None, previous):
            self.report(f"{name} does not follow the one before it: one was taken away or put in.", state=row)
        is_known = self.check_key(name, note, key_id)
        has_root = self.check_root(name, note)
        if self.times.get(note.size, created_at) != created_at:
            self.report(f"{name} has another time than the event that it ends with.", state=row)
        is_sound = has_root and is_known and self.roots[note.size] == note.root_sha256
        if is_telling or not self.is_opening:
            self.pending.append((name, size, note, key_id, is_sound))
        return note

    def link(self, row: tuple[Any, ...], previous: str) -> str | None:
        """Return the digest of a head that a later head by the same key covers; ``None`` when it needs a look."""
        size, root_sha256, text, _, created_at = row
        try:
            origin, number, root, named, _ = text.split("\n", 4)
            is_plain = (origin, number, named) == (self.origin, str(size), f"previous {previous}")
            is_same = base64.b64decode(root).hex() == root_sha256 and self.times.get(size) == created_at
        except (ValueError, AttributeError):
            return None
        return hashlib.sha256(text.encode()).hexdigest() if is_plain and is_same else None

    def check_coverage(self, rows: Sequence[tuple[Any, ...]], earlier: list[str], *, signed: bool) -> None:
        """Check that heads cover every event, and that those of version 1 are the ones that were upgraded."""
        is_version_1 = not signed and self.singly_from is None
        sizes = [row[0] for row in rows if isinstance(row[0], int)]
        self.covered = max(
            (
                row[0]
                for row in rows
                if row[0] in sizes and (not is_version_1 or self.covers(rows[0][3], row[3]))
            ),
            default=0,
        )
        bare = self.events - self.covered
        if self.events and not rows:
            self.report("The custody log has no signed checkpoint.", state=self.index.events[-1:])
        elif bare > 0 and not is_version_1:
            self.report(_unsigned(self.covered + 1, self.events), state=self.index.events[-1:])
        elif bare > 0 and max(sizes, default=0) > self.covered:
            self.report(
                f"The last {bare} events are chained but bear no signature of the key that signed version 1 of the log "
                f"first: any key can be registered in it.",
                state=self.index.events[-1:],
            )
        elif bare > 0:
            self.report(
                f"The last {bare} events are chained but bear no signature: version 1 of the log signed now and then.",
                state=self.index.events[-1:],
            )
        if rows and is_version_1:
            sentence = (
                "The log is of version 1: whoever can write to the folder can add events that bear no signature, and "
                "change those after its oldest checkpoint."
            )
            if self.trusted:
                self.report(sentence)
            else:
                self.notes.append(sentence)
        is_earlier = self.versions in EARLIER_REVISIONS and self.revision in (None, *self.versions)
        if self.singly_from is None and (signed or not is_earlier):
            self.report("No event says from where on every event is signed.")
        if self.singly_from is None:
            return
        told = (self.upgrade or {}).get("earlier_checkpoints", {"count": 0, "sha256": _joined_digest([])})
        if not isinstance(told, dict) or told != {"count": len(earlier), "sha256": _joined_digest(earlier)}:
            self.report(
                "The checkpoints of version 1 are not those that were there at the upgrade.", state=earlier
            )
        if self.upgrade is not None:
            unsigned = self.upgrade.get("unsigned")
            tail = f"; events {unsigned[0]} to {unsigned[1]} bore no signature then" if unsigned else ""
            self.notes.append(
                f"Every event is signed singly from event {self.singly_from} on; before it the log is of version "
                f"1{tail}."
            )

    def covers(self, first: str, key_id: str) -> bool:
        """Return whether a head of version 1 covers events: any key can be registered by an event that is forged."""
        return key_id == first or self.keys.get(key_id, "") in self.introduced | self.trusted

    def check_key(self, name: str, note: _Note, key_id: str) -> bool:
        """Check that a key could sign a head, and return it: under a head before, an event introduced it."""
        public_key = self.keys.get(key_id)
        if public_key is None:
            self.report(f"{name} was signed by the unknown key {key_id}.")
            return False
        if not _is_sha256(public_key) or hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16] != key_id:
            self.report(
                f"The key {key_id} is not the public key that its name stands for.",
                state=[public_key, note.body],
            )
            return False
        if not is_public_key(public_key):
            self.report(f"The key {key_id} is one under which anybody can sign.")
            return False
        registered = self.first_told.get(("signing_key", key_id), note.size + 1)
        is_first = note.previous_sha256 is not None and self.first_key in (None, key_id)
        if is_first:
            self.first_key = key_id
        is_introduced = public_key in self.introduced or (
            registered <= note.size
            if is_first or note.previous_sha256 is None
            else key_id in self.introduced_by
        )
        if registered > note.size:
            self.report(
                f"{name} was signed by the key {key_id} before that key was registered.", state=note.body
            )
        elif not is_introduced and public_key not in self.trusted:
            self.unintroduced.setdefault(key_id, []).append(note)
        if self.trusted and public_key not in self.trusted:
            self.report(f"{name} was signed by the key {key_id}, which is not among the trusted keys.")
        return is_introduced or public_key in self.trusted

    def count_claims(self, size: int, key_id: str) -> None:
        """Let keys and decisions count that the events under a head tell of, where the key that signs the head does.

        Args:
            size: Number of events that the head covers; the heads before it were counted.
            key_id: The key that signs it.
        """
        is_known = (
            key_id == self.first_key
            or key_id in self.introduced_by
            or self.keys.get(key_id, "") in self.introduced | self.trusted
        )
        covered = []
        while self.claims and self.claims[0][0] <= size:
            covered.append(self.claims.pop(0))
        for number, claim in reversed(
            covered if is_known else []
        ):  # a decision tells which before it bear no signature
            if not self.counts(number):
                continue
            if isinstance(claim, str):
                self.introduced_by.setdefault(claim, number)
            else:
                self.decisions.append((number, claim))

    def counts(self, number: int) -> bool:
        """Return whether an event was signed singly when it was written."""
        is_early = self.singly_from is not None and number < self.singly_from
        return not is_early and not any(first <= number <= last for first, last in self.unsigned_ranges())

    def unsigned_ranges(self) -> list[tuple[int, int]]:
        """Return first and last of the events without a signature with which administrators went on.

        Only decisions that count tell, and of events before them.
        """
        told = [(number, details.get("unsigned")) for number, details in self.decisions]
        return [
            (each[0], each[1])
            for number, each in told
            if isinstance(each, list)
            and len(each) == 2
            and all(isinstance(end, int) for end in each)
            and 1 <= each[0] <= each[1] < number
        ]

    def introduced_keys(self) -> dict[str, str]:
        """Return the public keys that may sign the next head, by identifier."""
        return {
            key_id: public_key
            for key_id, public_key in self.keys.items()
            if self.singly_from is None
            or key_id == self.first_key
            or key_id in self.introduced_by
            or (key_id in self.signed_by and public_key in self.introduced)
        }

    def check_signatures(self) -> None:
        """Check the signatures that were gathered, in several processes when they are many."""
        work = [
            (number, note, self.keys[key_id])
            for number, (_, _, note, key_id, _) in enumerate(self.pending)
            if is_public_key(self.keys.get(key_id, ""))
        ]
        batches = [work[at : at + SIGNATURES_AT_ONCE] for at in range(0, len(work), SIGNATURES_AT_ONCE)]
        processes = min(os.cpu_count() or 1, 8, len(batches))
        wrong: set[int] | None = None
        if len(work) >= PARALLEL_FROM_SIGNATURES and processes > 1 and not self.is_opening:
            with suppress(OSError, BrokenExecutor):  # no room for further processes, or one was ended
                wrong = self.wrong_in_processes(batches, processes, len(work))
        if wrong is None:
            wrong = self.gathered(map(_unsigned_numbers, batches), len(work))
        checked = {number for number, _, _ in work}
        for number, (name, size, note, key_id, is_sound) in enumerate(self.pending):
            if number in wrong:
                self.report(f"{name} has a signature that does not verify.")
            elif is_sound and number in checked:
                self.signed_events = max(self.signed_events, size)
                self.signed_by.update({key_id} if note.previous_sha256 is not None else ())

    def wrong_in_processes(
        self, batches: Sequence[list[tuple[int, _Note, str]]], processes: int, total: int
    ) -> set[int]:
        """Return which signatures do not verify, as several processes find."""
        pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
        try:
            return self.gathered(pool.map(_unsigned_numbers, batches), total)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def gathered(self, batches: Iterable[list[int]], total: int) -> set[int]:
        """Return what was found of batches of signatures, and tell how far it is before each."""
        wrong: set[int] = set()
        found = iter(batches)
        for done in range(0, total, SIGNATURES_AT_ONCE):
            self.tell("signatures", done, total)
            wrong.update(next(found))
        return wrong

    def check_root(self, name: str, note: _Note) -> bool:
        """Compare a head's root with the events; return whether that could be done: an opening does not do all."""
        if note.size > self.events:
            self.report(f"{name} covers more events than the log holds: its end was cut.")
        elif self.roots.get(note.size, note.root_sha256) != note.root_sha256:
            self.report(
                f"{name} signed other events than the log holds.", state=[note.body, self.roots[note.size]]
            )
        return note.size in self.roots

    def check_known(self, known: Sequence[_Note]) -> None:
        for key in sorted(self.trusted | self.introduced):
            if not _is_sha256(key):
                self.report(f"The key {key!r} given for comparison is not 64 hexadecimal characters.")
            elif not is_public_key(key):
                self.report(f"The key {key} given for comparison is one under which anybody can sign.")
        if len(known) != len(self.known):
            self.report("A checkpoint given for comparison is not a signed note.")
        for note in known:
            name = f"The checkpoint of {note.size} events given for comparison"
            if note.origin != self.origin:
                self.report(f"{name} is of another casebook, {note.origin}.")
                continue
            accepted = self.trusted or set(self.keys.values())
            if not any(_is_signed(note, public_key) for public_key in accepted):
                self.report(f"{name} was signed by none of the keys.")
            self.check_root(name, note)

    def check_files(self, connection: sqlite3.Connection) -> None:
        owners: dict[str, list[tuple[str, int]]] = {}
        query = _FILES + (_ADAPTER_FILES if _has_table(connection, "adapter") else "")
        query += _PAGE_FILES if _has_pages(connection) else ""
        has_galleries = _has_table(connection, "gallery_batch")
        query += _BATCH_FILES if has_galleries else ""
        for kind, object_id, sha256, size_bytes in connection.execute(query):
            owners.setdefault(sha256, []).append((f"{kind} {object_id}", size_bytes))
        for row in connection.execute(_BATCHES).fetchall() if has_galleries else ():
            self.guard(
                f"The file of gallery batch {row[0]} is none of a gallery",
                partial(self.read_batch, row, owners),
            )
        for number, (sha256, cited) in enumerate(owners.items()):
            self.tell("files", number, len(owners))
            self.guard(
                f"The file of {cited[0][0]} cannot be read",
                partial(self.check_file, sha256, cited),
            )
        self.tell("files", len(owners), len(owners))
        self.note_strays(set(owners))

    def read_batch(self, row: tuple[Any, ...], owners: dict[str, list[tuple[str, int]]]) -> None:
        """Compare what a batch of a gallery says of itself with its record, and add the photographs that it names."""
        self.tell_again()
        batch_id, sha256, face_count, derived_count, embedding_size, *made_with = row
        path = self.folder / "vault" / str(sha256)[:2] / str(sha256)
        if not _is_sha256(sha256) or path.is_symlink() or not path.is_file():
            return
        header, values_bytes = _batch_header(path)
        faces = header["faces"]
        derived = sum(face["kind"] != "photo" for face in faces)
        if (len(faces), derived, 4 * len(faces) * embedding_size) != (
            face_count,
            derived_count,
            values_bytes,
        ):
            self.report(f"The file of gallery batch {batch_id} holds other faces than its record says.")
        if [header["analyser"], header["analyser_version"], header["weights_sha256"]] != [
            *made_with[:2],
            json.loads(made_with[2]),
        ]:
            self.report(f"The templates of gallery batch {batch_id} were made by another matcher.")
        for sha256, size_bytes in {(face["photo_sha256"], face["photo_size_bytes"]) for face in faces}:
            owners.setdefault(sha256, []).append((f"gallery batch {batch_id}, a photograph", size_bytes))

    def check_file(self, sha256: str, cited: Sequence[tuple[str, int]]) -> None:
        names = " and ".join(name for name, _ in cited)
        if not _is_sha256(sha256):
            self.report(f"The record of {names} names no SHA-256.")
            return
        path = self.folder / "vault" / sha256[:2] / sha256
        if not self.is_kept(path, names):
            return
        self.files += 1
        length = path.stat().st_size
        if any(length != size_bytes for _, size_bytes in cited):
            self.report(f"The file of {names} was altered: it has {length} bytes, its record says otherwise.")
            return
        digest = self.file_digest(path)
        if digest != sha256:
            self.report(f"The file of {names} was altered: {path} now has the SHA-256 {digest}.")

    def is_kept(self, path: Path, names: str) -> bool:
        """Check that a file lies in the vault as the program puts it there; return whether it can be read."""
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            self.report(f"The file of {names} is missing from the vault: {path}.")
            return False
        if any(folder.is_symlink() for folder in (path.parent.parent, path.parent)):
            self.report(f"The file of {names} lies elsewhere: a folder of {path} is a link.")
        if stat.S_ISLNK(found.st_mode):
            self.report(f"The file of {names} lies elsewhere: {path} is a link.")
        elif not stat.S_ISREG(found.st_mode):
            self.report(f"The file of {names} is no file: {path}.")
            return False
        elif found.st_nlink > 1:
            self.report(f"The file of {names} has another name too, under which it can be changed: {path}.")
        if stat.S_ISREG(found.st_mode) and found.st_mode & 0o222:
            if self.keeps_modes is None:
                self.keeps_modes = _keeps_modes(self.folder)
            if self.keeps_modes:
                self.report(f"The file of {names} can be written: {path}.")
        return path.is_file()

    def note_strays(self, cited: set[str]) -> None:
        for path, kind in sorted(_below(self.folder / "vault")):
            name = path.relative_to(self.folder).as_posix()
            if kind == "folder" and not path.name.startswith(".incoming-"):
                continue
            if kind == "deep":
                self.notes.append(f"{name}: what is in this folder was not looked at.")
                continue
            if path.name in cited and name == f"vault/{path.name[:2]}/{path.name}":
                continue
            if _is_sha256(path.name):
                self.notes.append(f"No record names the vault file {name}; its import was given up.")
            elif path.name.startswith(".incoming-"):
                self.notes.append(f"{name} is left from an import that did not finish, or one is going on.")
            else:
                self.notes.append(f"{name} does not belong in the vault.")

    def note_other_files(self, connection: sqlite3.Connection) -> None:
        """Say which files beside the vault no record stands for, and compare issued reports with their records."""
        for name in ("vault", "packs", "reports", "backups", "logs"):
            if (self.folder / name).is_symlink():
                self.report(f"The folder {name} of the casebook is a link to another place.")
        query = "SELECT report_number, sha256, size_bytes FROM report"
        issued = {number: (sha256, size) for number, sha256, size in connection.execute(query)}
        for path in sorted((self.folder / "reports").glob("*")):
            known = self.pages if path.suffix == ".html" else issued
            self.guard(f"reports/{path.name} cannot be read", partial(self.note_report, path, known))
        accepted = {row[0] for row in connection.execute("SELECT pack_sha256 FROM licence_acceptance")}
        used = {row[0] for row in connection.execute("SELECT json_extract(spec, '$.pack_sha256') FROM run")}
        here: set[str] = set()
        for path in sorted((self.folder / "packs").glob("*")):
            self.guard(
                f"packs/{path.name} cannot be read",
                partial(self.note_pack, path, accepted | used, here),
            )
        self.notes.extend(
            f"The pack {digest[:16]}… that was imported is not in packs/ any more."
            for digest in sorted(self.packs - here)
            if _is_sha256(digest)
        )
        for path in sorted(self.folder.iterdir()):
            if path.name not in TOP_LEVEL:
                self.notes.append(f"{path.name} does not belong in a casebook.")

    def note_report(self, path: Path, issued: Mapping[str, tuple[str, int]]) -> None:
        sizes = {size for _, size in issued.values()}
        is_plain = path.is_file() and not path.is_symlink()
        length = path.stat().st_size if is_plain else -1
        found = (self.file_digest(path), length) if is_plain and length in sizes else ("", length)
        if path.stem in issued and found != issued[path.stem]:
            self.report(f"reports/{path.name} is not the report {path.stem} that was issued.")
        elif found not in issued.values():
            self.notes.append(f"reports/{path.name} is not an issued report.")
        elif path.stem not in issued:
            self.notes.append(f"reports/{path.name} is an issued report under another name.")

    def note_pack(self, path: Path, named: set[str], here: set[str]) -> None:
        """Say whether a pack was imported, or what names it that was put into the folder otherwise; add its digest."""
        manifest = path / "pack.json"
        is_plain = manifest.is_file() and not path.is_symlink() and not manifest.is_symlink()
        is_plain = is_plain and manifest.stat().st_size <= MOST_BYTES_OF_A_MANIFEST
        text = _beginning(manifest, MOST_BYTES_OF_A_MANIFEST) if is_plain else b""
        digest = _pack_digest(text)
        here.add(digest)
        if digest in self.packs:
            self.check_pack(path, dict(json.loads(text)["files"]))
        if digest not in named | self.packs:
            self.notes.append(f"No record names the pack packs/{path.name}.")
        elif digest not in self.packs:
            self.notes.append(
                f"The pack packs/{path.name} ({digest[:16]}…) was put into the folder without an import, and a licence "
                f"was accepted for it or a run used it: whoever could write to the folder may have made it."
            )

    def check_pack(self, folder: Path, listed: Mapping[str, str]) -> None:
        """Compare the files of an imported pack with its manifest, which has the digest that was recorded."""
        found = {path.relative_to(folder).as_posix(): path for path, kind in _below(folder) if kind == "file"}
        for name, sha256 in sorted(listed.items()):
            path = found.pop(name, None)
            digest = ""
            if path is not None and stat.S_ISREG(path.lstat().st_mode):
                is_readable = path.stat().st_size <= MOST_BYTES_OF_A_PACKED_FILE
                digest = self.file_digest(path) if is_readable else "too large"
            if digest != sha256:
                self.report(
                    f"The file {name} of the pack packs/{folder.name} is not the one that was imported."
                )
        self.notes.extend(
            f"packs/{folder.name}/{name} is no file of the pack that was imported."
            for name in sorted(found.keys() - {"pack.json"})
        )

    def file_digest(self, path: Path) -> str:
        """Return the SHA-256 of as many bytes as a file holds now."""
        digest = hashlib.sha256()
        with _stream(path) as stream:
            left = os.fstat(stream.fileno()).st_size
            while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
                digest.update(chunk)
                left -= len(chunk)
                self.tell_again()
        return digest.hexdigest()


def _log_path(folder: Path) -> Path:
    return folder / f"{DATABASE_FILE}-wal"


def _connection(path: Path, stack: ExitStack, *, is_live: bool) -> sqlite3.Connection:
    """Open a database for reading: in its place, or, with a log on a medium that cannot be written, a private copy."""
    if not is_live:
        return _opened(path, "mode=ro&immutable=1")
    room = os.statvfs(path.parent)
    if not room.f_blocks or room.f_bavail * room.f_frsize >= LEAST_FREE_BYTES:
        try:
            return _opened(path, "mode=ro")
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR")):
                raise
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="forensic-app-reading-")))
    for _ in range(MOST_TRIES):
        before = _state(path.parent)
        for each in (path, _log_path(path.parent)):
            (folder / each.name).unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                _copy(each, folder / each.name)
        if _state(path.parent) == before:
            break
    return _opened(folder / path.name, "mode=ro")


def _copy(source: Path, target: Path) -> None:
    """Copy as many bytes as a regular file holds now, if there is room for them."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as origin, target.open("xb") as copy:
        found = os.fstat(descriptor)
        room = os.statvfs(target.parent)
        if not stat.S_ISREG(found.st_mode) or (
            room.f_blocks and found.st_size > room.f_bavail * room.f_frsize
        ):
            raise OSError(errno.ENOSPC, f"there is no room for a copy of {source.name} in {target.parent}")
        left = found.st_size
        while left and (chunk := origin.read(min(left, CHUNK_BYTES))):
            copy.write(chunk)
            left -= len(chunk)


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(os.fsencode(path))}?{mode}", uri=True, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what is below a folder, each with its kind: ``folder``, ``deep`` (not looked into) or ``file``."""
    waiting = [(folder, 0)]
    while waiting:
        current, depth = waiting.pop()
        try:
            with os.scandir(current) as entries:
                found = [(current / each.name, each.is_dir(follow_symlinks=False)) for each in entries]
        except OSError:
            found = []
            if depth:
                yield current, "deep"
        for path, is_folder in found:
            is_entered = is_folder and depth < MOST_DEPTH
            yield path, "folder" if is_entered else "deep" if is_folder else "file"
            if is_entered:
                waiting.append((path, depth + 1))


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(query, (name,)).fetchone() is not None


def _has_pages(connection: sqlite3.Connection) -> bool:
    return any(row[1] == "page_sha256" for row in connection.execute("PRAGMA table_info(exhibit)"))


def _event_count(connection: sqlite3.Connection) -> int:
    """Return the number of events for the progress; 0 where damage hides it."""
    try:
        return int(connection.execute("SELECT COUNT(*) FROM custody_event").fetchone()[0])
    except _DAMAGE:
        return 0


def _checkpoint_rows(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    query = "SELECT size, root_sha256, note, key_id, created_at FROM checkpoint ORDER BY size"
    return connection.execute(query).fetchall()


def _key_text(key: str) -> str:
    return key.strip().lower()


def is_public_key(text: object) -> bool:
    """Return whether a text is an Ed25519 public key under which not everybody can sign, in hexadecimal."""
    if not isinstance(text, str) or not _is_sha256(text):
        return False
    return f"{text[:62]}{int(text[62:], 16) & 0x7F:02x}" not in SMALL_ORDER


def member_place(object_type: str, column: str, value: object) -> tuple[str, str, str]:
    """Return under what :class:`LogIndex` holds the records of a kind that hold a value; all under two empty texts."""
    text = str(value)
    return object_type, column, text.translate(_LOWERED) if (object_type, column) in UNCASED else text


def row_sha256(row: Sequence[Any]) -> str:
    """Return the SHA-256 by which a row of texts, integers and NULL is known in this process."""
    return hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).hexdigest()


def state_digest(*values: object) -> str:
    """Return the SHA-256 of the JSON of values, by which a decision names what was found."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=repr).encode()).hexdigest()


def _without_event(name: str, digest: str) -> str:
    return f"The record of {name} has no custody event: {_short(digest)}."


def _changed_after(name: str, sequence: int, digest: str) -> str:
    return f"The record of {name} was changed after custody event {sequence}: {_short(digest)}."


def _unsigned(first: object, last: object) -> str:
    return f"Events {first} to {last} were written without a signature."


def _batch_header(path: Path) -> tuple[dict[str, Any], int]:
    """Return what the file of a gallery's batch says of itself, and how many bytes of templates follow."""
    with _stream(path) as stream:
        magic, length = stream.read(8), int.from_bytes(stream.read(8), "little")
        if magic != BATCH_MAGIC or length > MOST_BYTES_OF_A_HEADER:
            raise ValueError("it does not begin as such files do")
        header: dict[str, Any] = json.loads(stream.read(length))
        return header, os.fstat(stream.fileno()).st_size - 16 - length


def _stream(path: Path) -> BinaryIO:
    """Return a file, open for reading; nobody is waited for where it became a pipe meanwhile."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")


def _beginning(path: Path, most_bytes: int) -> bytes:
    with _stream(path) as stream:
        return stream.read(most_bytes)


def _joined_digest(digests: Iterable[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _unsigned_numbers(batch: Sequence[tuple[int, _Note, str]]) -> list[int]:
    """Return the numbers of the notes whose signature by the given key does not verify."""
    return [number for number, note, public_key in batch if not _is_signed(note, public_key)]


def _pack_digest(manifest: bytes) -> str:
    """Return the SHA-256 by which records name the pack with this manifest; empty when it is none."""
    try:
        listed = dict(json.loads(manifest)["files"])
        return _row_digest({**listed, "pack.json": hashlib.sha256(manifest).hexdigest()})
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def _short(digest: str) -> str:
    return f"its SHA-256 is {digest[:16]}… now"


def _note_text(text: str) -> str:
    """Return a note that was typed, read or printed elsewhere, with the line ends that it was signed with."""
    return text.replace("\r\n", "\n").strip() + "\n"


def _keeps_modes(folder: Path) -> bool:
    """Return whether the file system of a folder keeps who may write, as far as this system tells."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return os.name == "posix"
    place = f"{folder.resolve()}/"
    mounts = [
        [re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field) for field in line.split()]
        for line in lines
    ]
    found = max(
        ((fields[1], fields[2]) for fields in mounts if place.startswith(f"{fields[1].rstrip('/')}/")),
        key=lambda mount: len(mount[0]),
        default=("", ""),
    )
    return found[1] not in MODELESS


def _looked_at(rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """Return which heads an opening looks at by size: up to the first that names another, and around each new key."""
    sizes = set()
    is_signed = False
    for number, (size, _, text, key_id, _) in enumerate(rows):
        if (
            not is_signed
            or number + 1 == len(rows)
            or rows[number - 1][3] != key_id
            or rows[number + 1][3] != key_id
        ):
            sizes.add(size)
        is_signed = is_signed or "\nprevious " in str(text)
    return sizes


def _is_sha256(text: object) -> bool:
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def _words(object_type: str) -> str:
    return object_type.replace("_", " ")


def _describe(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _row_digest(row: dict[str, Any]) -> str:
    """Return the SHA-256 of the RFC 8785 form of a row of texts, integers and NULL with ASCII names."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def is_recorded(row: dict[str, Any], record_sha256: str) -> bool:
    """Return whether a row is the one that an event named by its digest.

    A column that a later version added stands last and is empty in older rows, whose events could not name it.
    """
    names = list(row)
    while names:
        if _row_digest({name: row[name] for name in names}) == record_sha256:
            return True
        if row[names.pop()] is not None:
            break
    return False


def _parse_note(text: str) -> _Note | None:
    try:
        body, separator, line = text.rpartition("\n\n")
        dash, name, blob = line.removesuffix("\n").split(" ")
        origin, size, root, *further = body.split("\n")
        previous = _PREVIOUS.fullmatch(further[0]) if len(further) == 1 else None
        if further and previous is None:
            return None
        signature = base64.b64decode(blob, validate=True)
        root_bytes = base64.b64decode(root, validate=True)
        note = _Note(
            origin, int(size), root_bytes.hex(), body + "\n", name, signature[:4], signature[4:],
            None if previous is None else previous.group(1),
        )  # fmt: skip
    except (ValueError, AttributeError):
        return None
    is_exact = text == f"{body}\n\n\u2014 {origin} {base64.b64encode(signature).decode()}\n"
    is_sound = separator and is_exact and dash == "\u2014" and size == str(note.size) and note.size > 0
    return note if is_sound and len(signature) == 4 + 64 and len(root_bytes) == 32 else None


def _is_signed(note: _Note, public_key_hex: str) -> bool:
    try:
        public_key = bytes.fromhex(public_key_hex)
        key_hash = hashlib.sha256(note.key_name.encode() + b"\n\x01" + public_key).digest()[:4]
        Ed25519PublicKey.from_public_bytes(public_key).verify(note.signature, note.body.encode())
    except (InvalidSignature, ValueError):
        return False
    return key_hash == note.key_hash


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the casebook named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Verify a casebook.")
    parser.add_argument("casebook", type=Path, help="folder of the casebook")
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="file with a known checkpoint"
    )
    parser.add_argument(
        "--key", action="append", default=[], help="trusted public key, 64 hexadecimal characters"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args(arguments)
    try:
        known = [_note_in(path) for path in given.checkpoint]
    except (OSError, ValueError) as error:
        parser.error(f"a checkpoint file cannot be read: {error}")
    result = verify_casebook(given.casebook, known_checkpoints=known, trusted_keys=given.key)
    if given.json:
        sys.stdout.write(json.dumps(asdict(result), indent=2) + "\n")
    else:
        sys.stdout.write(_as_text(result))
    return 0 if result.is_intact else 1


def _note_in(path: Path) -> str:
    """Return the text of a regular file, which is never waited for.

    Raises:
        OSError: It cannot be read, is no regular file or far too long.
        ValueError: It is no UTF-8.
    """
    with _stream(path) as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES_OF_A_MANIFEST:
            raise OSError(f"{path} is no file that holds a checkpoint")
        return stream.read(MOST_BYTES_OF_A_MANIFEST).decode()


def _as_text(result: VerificationResult) -> str:
    lines = [f"FINDING  {_visible(sentence)}" for sentence in result.findings]
    lines += [f"note     {_visible(sentence)}" for sentence in result.notes]
    verdict = "Everything verifies" if result.is_intact else f"{len(result.findings)} findings"
    lines.append(
        f"{verdict}: {result.files} files, {result.events} custody events and "
        f"{result.checkpoints} checkpoints in {result.seconds:.2f} seconds."
    )
    return "\n".join(lines) + "\n"


_JOINERS = "\u200c\u200d\u180e"
_SHOWN_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
_UNSEEN_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_JOINED = re.compile(
    "[\u0600-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)


def _visible(text: str) -> str:
    r"""Return ``text`` as one line, what acts on a screen or is not seen spelt out, such as ``\x1b`` or ``\u202e``.

    The same as the program's own for its other output; joiners stay where a script needs them.
    """

    def is_hidden(place: int, character: str) -> bool:
        if character not in _JOINERS:
            hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
            return character in _UNSEEN_LETTERS or (hidden and character not in _SHOWN_SIGNS)
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if not _JOINED.match(before) or unicodedata.category(before)[0] not in "LM":
            return True
        if unicodedata.combining(before) == 9:  # a virama
            return bool(after) and after in _JOINERS
        return not (_JOINED.match(after) and unicodedata.category(after)[0] in "LM")

    def spelt(character: str) -> str:
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

    return "".join(spelt(each) if is_hidden(place, each) else each for place, each in enumerate(text))


if __name__ == "__main__":
    sys.exit(main())
