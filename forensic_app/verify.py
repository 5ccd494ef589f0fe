"""Re-check a casebook; one file that needs the standard library and ``cryptography``, nothing else.

Use: ``python verify.py CASEBOOK [--checkpoint NOTE.txt] [--key PUBLIC_KEY_HEX] [--json]``. The exit status is
0 when everything verifies and 1 when something does not.

Rules:
    * Reads only: the database is opened read-only, files are hashed where they lie.
    * Trusts nothing that it can recompute: canonical bytes, chain, Merkle roots, signatures, rows, files.
    * Whoever watches is told of true counts only, and may end the verification; then there is no result.
    * Whatever is wrong becomes a sentence that names the thing; damage never becomes a traceback.
    * What it cannot know alone: whether the whole folder was replaced by an older or a forged one. A printed
      checkpoint (``--checkpoint``) and the laboratory's public key (``--key``) answer that.

References:
    RFC 8785; RFC 9162 section 2.1; RFC 8032; https://c2sp.org/signed-note; https://c2sp.org/tlog-checkpoint;
    https://www.sqlite.org/uri.html.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sqlite3
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

APPLICATION_ID = 0x46417070
GENESIS_SHA256 = "0" * 64
MAX_FINDINGS = 200
TELL_EVERY_EVENTS = 500
TELL_EVERY_STEPS = 200_000
"""How many steps of SQLite's machine lie between two looks at whether to stop: some milliseconds."""
CHUNK_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAMAGE = (
    sqlite3.Error, ValueError, TypeError, AttributeError, LookupError, OverflowError, MemoryError,
    RecursionError,
)  # fmt: skip
"""What reading a damaged database can raise: pages may decode to other types and sizes than written."""

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
}
"""Table and key column by the ``object_type`` of custody events."""

_EVENT_COLUMNS = (
    "sequence", "action", "occurred_at", "examiner", "case_id", "object_type", "object_id", "previous_sha256",
)  # fmt: skip
_FILES = """
    SELECT 'exhibit', exhibit_id, sha256, size_bytes FROM exhibit
    UNION ALL SELECT 'derived image', derived_image_id, sha256, size_bytes FROM derived_image
    UNION ALL SELECT 'report', report_id, sha256, size_bytes FROM report
"""
_ADAPTER_FILES = " UNION ALL SELECT 'adapter', adapter_id, sha256, size_bytes FROM adapter"
LATER_TABLES = frozenset({"adapter"})
"""Tables that casebooks of earlier versions need not have; one that was removed fails the schema check."""
_SCHEMA = (
    "SELECT type || ' ' || name, sql FROM sqlite_master "
    "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite#_%' ESCAPE '#'"
)


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """Outcome of a verification.

    Attributes:
        is_intact: Whether nothing was found wrong.
        findings: What is wrong, one sentence each, at most 200 and a count of the rest.
        notes: What is worth knowing but not wrong.
        files: Number of vault files hashed.
        events: Number of custody events checked.
        checkpoints: Number of signed checkpoints checked.
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
        step: ``database``, ``events``, ``records`` or ``files``.
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


def verify_casebook(
    folder: Path,
    *,
    known_checkpoints: Sequence[str] = (),
    trusted_keys: Sequence[str] = (),
    progress: ProgressListener | None = None,
) -> VerificationResult:
    """Check every file, record, custody event and checkpoint of a casebook.

    Args:
        folder: The casebook, also one that another process has open.
        known_checkpoints: Checkpoint notes from elsewhere, such as printed in a report.
        trusted_keys: Public keys in hexadecimal; when given, only their signatures count.
        progress: Told how far it is; may raise :class:`VerificationStopped` to end it.

    Raises:
        VerificationStopped: The listener ended it.

    Returns:
        The result; whatever is damaged or unreadable is a finding.
    """
    verifier = _Verifier(folder, known_checkpoints, trusted_keys, progress)
    result = verifier.run()
    if not result.is_intact and not verifier.is_live and _log_path(folder).exists():
        result = _Verifier(folder, known_checkpoints, trusted_keys, progress).run()
    return result


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
        self, folder: Path, known: Sequence[str], trusted: Sequence[str], progress: ProgressListener | None
    ) -> None:
        self.progress = progress
        self.told = VerificationProgress("database", 0, 0)
        self.stopped: VerificationStopped | None = None
        self.folder = folder
        self.known = known
        self.trusted = set(trusted)
        self.findings: list[str] = []
        self.unlisted = 0
        self.notes: list[str] = []
        self.files = self.events = self.checkpoints = 0
        self.events_per_second = 0.0
        self.latest: dict[tuple[str, str], tuple[str, int]] = {}
        self.first: dict[tuple[str, str], int] = {}
        self.roots: dict[int, str] = {}
        self.times: dict[int, str] = {}
        self.keys: dict[str, str] = {}
        self.origin: str | None = None
        self.schema_digests: dict[str, str] = {}
        self.is_live = False

    def run(self) -> VerificationResult:
        started = time.perf_counter()
        path = self.folder / "casebook.db"
        if not path.is_file():
            self.report(f"{self.folder} is not a casebook: it has no file casebook.db.")
        else:
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

    def report(self, sentence: str) -> None:
        if len(self.findings) < MAX_FINDINGS:
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

    def check_database(self, path: Path) -> None:
        self.is_live = _log_path(self.folder).exists()
        mode = "mode=ro" if self.is_live else "mode=ro&immutable=1"
        connection = sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True, isolation_level=None)
        try:
            self.tell("database", 0, 0)
            connection.set_progress_handler(self.is_stop_wanted, TELL_EVERY_STEPS)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("BEGIN")
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                self.report(f"{path} is not the database of a casebook: it has another application id.")
                return
            for what, step in self.steps(connection):
                self.guard(what, step)
        finally:
            connection.close()

    def steps(self, connection: sqlite3.Connection) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield each check, with what to say if damage stops it."""
        yield "The database is damaged", lambda: self.check_integrity(connection)
        rows: list[tuple[Any, ...]] = []
        yield "The checkpoints cannot be read", lambda: rows.extend(_checkpoint_rows(connection))
        known = [note for note in map(_parse_note, self.known) if note]
        sizes = {row[0] for row in rows} | {note.size for note in known}
        yield "The custody log cannot be read to its end", lambda: self.check_events(connection, sizes)
        for number, (object_type, (table, key)) in enumerate(RECORDS.items()):
            self.tell("records", number, len(RECORDS))
            if table in LATER_TABLES and not _has_table(connection, table):
                continue
            yield (
                f"The table {table} cannot be read to its end",
                partial(self.check_records, connection, object_type, table, key),
            )
        self.check_missing_records()
        yield "The schema cannot be read", lambda: self.check_schema(connection)
        yield "The checkpoints cannot be checked", lambda: self.check_checkpoints(rows)
        self.check_known(known)
        yield "The vault cannot be checked", lambda: self.check_files(connection)

    def check_integrity(self, connection: sqlite3.Connection) -> None:
        for (verdict,) in connection.execute("PRAGMA integrity_check(20)"):
            if verdict != "ok":
                self.report(f"The database is damaged: {' '.join(str(verdict).split())}.")
        for table, row_id, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            self.report(f"Row {row_id} of the table {table} refers to a missing row of the table {parent}.")

    def check_events(self, connection: sqlite3.Connection, sizes: set[int]) -> None:
        query = f"SELECT {', '.join(_EVENT_COLUMNS)}, sha256, canonical FROM custody_event ORDER BY sequence"
        started = time.perf_counter()
        total = _event_count(connection)
        tree = _Tree()
        previous = GENESIS_SHA256
        expected = 1
        try:
            for row in connection.execute(query):
                sequence, sha256 = row[0], row[8]
                if sequence != expected:
                    self.report(f"Event {expected} of the custody log is missing.")
                if row[7] != previous:
                    self.report(f"Event {sequence} does not follow the event before it.")
                text = row[9] if isinstance(row[9], str) else repr(row[9])
                actual = hashlib.sha256(text.encode()).hexdigest()
                if actual != sha256:
                    self.report(f"Event {sequence} was changed after it was written.")
                self.check_event(row)
                tree.append(bytes.fromhex(sha256 if _is_sha256(sha256) else actual))
                self.events += 1
                if self.events % TELL_EVERY_EVENTS == 0 or self.events == total:
                    self.tell("events", self.events, total)
                if self.events in sizes:
                    self.roots[self.events] = tree.root()
                    self.times[self.events] = row[2]
                previous, expected = sha256, sequence + 1
        finally:
            spent = time.perf_counter() - started
            self.events_per_second = self.events / spent if self.events else 0.0
        if not self.events:
            self.report("The custody log is empty.")

    def check_event(self, row: tuple[Any, ...]) -> None:
        """Compare an event's columns with its canonical text, and remember what it says about its record."""
        try:
            told = json.loads(row[9])
            is_same = tuple(map(told.get, _EVENT_COLUMNS)) == row[:8] and len(told) == len(_EVENT_COLUMNS) + 1
            record_sha256 = told["details"].get("record_sha256")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            is_same, record_sha256 = False, None
        if not is_same:
            self.report(f"The columns of event {row[0]} do not say what its canonical text says.")
        if record_sha256 is not None:
            about = (row[5], row[6])
            self.first.setdefault(about, row[0])
            self.latest[about] = (record_sha256, row[0])

    def check_records(self, connection: sqlite3.Connection, object_type: str, table: str, key: str) -> None:
        cursor = connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        for values in cursor:
            row = dict(zip(names, values, strict=True))
            told = self.latest.pop((object_type, row[key]), None)
            name = f"{_words(object_type)} {row[key]}"
            if told is None:
                self.report(f"The record of {name} has no custody event.")
            elif not _is_recorded(row, told[0]):
                self.report(f"The record of {name} was changed after custody event {told[1]}.")
            self.remember(object_type, row)

    def remember(self, object_type: str, row: dict[str, Any]) -> None:
        if object_type == "signing_key":
            self.keys[row["key_id"]] = row["public_key_hex"]
            number = self.first.get((object_type, row["key_id"]))
            self.notes.append(
                f"The signing key {row['key_id']} was registered by {row['examiner']} in event {number}."
            )
        if object_type == "casebook":
            self.origin = row["origin"]
            self.schema_digests = json.loads(row["schema_digests"])

    def check_missing_records(self) -> None:
        for (object_type, object_id), (_, sequence) in self.latest.items():
            self.report(
                f"The record of {_words(object_type)} {object_id} is missing; event {sequence} names it."
            )

    def check_schema(self, connection: sqlite3.Connection) -> None:
        actual = {name: hashlib.sha256(sql.encode()).hexdigest() for name, sql in connection.execute(_SCHEMA)}
        for name, digest in self.schema_digests.items():
            if name not in actual:
                self.report(f"The {name} of the database is missing.")
            elif actual[name] != digest:
                self.report(f"The {name} of the database was altered.")
        for name in actual.keys() - self.schema_digests.keys():
            self.report(f"The {name} of the database was added by another program.")

    def check_checkpoints(self, rows: Iterable[tuple[Any, ...]]) -> None:
        newest = 0
        for size, root_sha256, text, key_id, created_at in rows:
            self.checkpoints += 1
            newest = max(newest, size)
            name = f"The checkpoint of {size} events"
            note = _parse_note(text)
            if note is None:
                self.report(f"{name} is not a signed note.")
                continue
            if (note.size, note.root_sha256) != (size, root_sha256):
                self.report(f"{name} does not say what its note says.")
            if note.origin != self.origin:
                self.report(f"{name} is of another casebook, {note.origin}.")
            self.check_signature(name, note, key_id)
            if self.check_root(name, note) and self.times[size] != created_at:
                self.report(f"{name} has another time than the event that it ends with.")
        if self.events and not self.checkpoints:
            self.report("The custody log has no signed checkpoint.")
        if self.checkpoints and self.events > newest:
            self.notes.append(
                f"The last {self.events - newest} events are chained but not covered by a checkpoint yet."
            )

    def check_signature(self, name: str, note: _Note, key_id: str) -> None:
        public_key = self.keys.get(key_id)
        if public_key is None:
            self.report(f"{name} was signed by the unknown key {key_id}.")
            return
        if self.first.get(("signing_key", key_id), note.size + 1) > note.size:
            self.report(f"{name} was signed by the key {key_id} before that key was registered.")
        if hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16] != key_id:
            self.report(f"The key {key_id} is not the public key that its name stands for.")
        if self.trusted and public_key not in self.trusted:
            self.report(f"{name} was signed by the key {key_id}, which is not among the trusted keys.")
        if not _is_signed(note, public_key):
            self.report(f"{name} has a signature that does not verify.")

    def check_root(self, name: str, note: _Note) -> bool:
        if note.size > self.events:
            self.report(f"{name} covers more than the {self.events} events of the log: its end was cut.")
        elif self.roots.get(note.size) != note.root_sha256:
            self.report(f"{name} signed other events than the log holds.")
        return note.size in self.roots

    def check_known(self, known: Sequence[_Note]) -> None:
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
        for kind, object_id, sha256, size_bytes in connection.execute(query):
            owners.setdefault(sha256, []).append((f"{kind} {object_id}", size_bytes))
        for number, (sha256, cited) in enumerate(owners.items()):
            self.tell("files", number, len(owners))
            self.guard(
                f"The file of {cited[0][0]} cannot be read",
                partial(self.check_file, sha256, cited),
            )
        self.tell("files", len(owners), len(owners))
        self.note_strays(set(owners))

    def check_file(self, sha256: str, cited: Sequence[tuple[str, int]]) -> None:
        names = " and ".join(name for name, _ in cited)
        if not _is_sha256(sha256):
            self.report(f"The record of {names} names no SHA-256.")
            return
        path = self.folder / "vault" / sha256[:2] / sha256
        if not path.is_file():
            self.report(f"The file of {names} is missing from the vault: {path}.")
            return
        self.files += 1
        digest = hashlib.sha256()
        size = 0
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                self.tell_again()
        if digest.hexdigest() != sha256:
            self.report(f"The file of {names} was altered: {path} now has the SHA-256 {digest.hexdigest()}.")
        elif any(size != size_bytes for _, size_bytes in cited):
            self.report(f"The file of {names} has {size} bytes, its record says otherwise.")

    def note_strays(self, cited: set[str]) -> None:
        for path in sorted((self.folder / "vault").rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_dir() or path.name in cited:
                continue
            if _is_sha256(path.name):
                self.notes.append(f"No record names the vault file {name}; its import was given up.")
            elif path.name.startswith(".incoming-"):
                self.notes.append(f"{name} is left from an import that did not finish, or one is going on.")
            else:
                self.notes.append(f"{name} does not belong in the vault.")


def _log_path(folder: Path) -> Path:
    return folder / "casebook.db-wal"


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(query, (name,)).fetchone() is not None


def _event_count(connection: sqlite3.Connection) -> int:
    """Return the number of events for the progress; 0 where damage hides it."""
    try:
        return int(connection.execute("SELECT COUNT(*) FROM custody_event").fetchone()[0])
    except _DAMAGE:
        return 0


def _checkpoint_rows(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    query = "SELECT size, root_sha256, note, key_id, created_at FROM checkpoint ORDER BY size"
    return connection.execute(query).fetchall()


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


def _is_recorded(row: dict[str, Any], record_sha256: str) -> bool:
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
        origin, size, root, *_ = body.split("\n")
        signature = base64.b64decode(blob, validate=True)
        root_bytes = base64.b64decode(root, validate=True)
        note = _Note(origin, int(size), root_bytes.hex(), body + "\n", name, signature[:4], signature[4:])
    except (ValueError, AttributeError):
        return None
    is_sound = separator and dash == "\u2014" and size == str(note.size) and note.size > 0
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
        known = [path.read_text(encoding="utf-8") for path in given.checkpoint]
    except (OSError, ValueError) as error:
        parser.error(f"a checkpoint file cannot be read: {error}")
    result = verify_casebook(given.casebook, known_checkpoints=known, trusted_keys=given.key)
    if given.json:
        sys.stdout.write(json.dumps(asdict(result), indent=2) + "\n")
    else:
        sys.stdout.write(_as_text(result))
    return 0 if result.is_intact else 1


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
