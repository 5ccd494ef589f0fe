"""Check a case bundle; run it as ``python3 verify.py FOLDER``.

This file is all that is needed: Python 3.9 or later and the package ``cryptography``. It lies in every bundle as
``verify.py``. What it does, and how to do the same by hand, is in HOW-TO-VERIFY.html beside it.

What it checks:
    1. Every file has the SHA-256 and SHA-512 of the manifests, no file is missing, and none is there unlisted.
    2. The digest of the manifest of manifests is in an event of the custody log that is proven to be under a signed
       head, so the bundle is the one that was recorded when it was made.
    3. Every event that the bundle discloses is proven to be under a head of the same log (RFC 9162), and the second
       head continues the log of the first.
    4. The heads are signed by keys that the log itself introduces, the first key being the one of its first event.
    5. Every record has the digest that its newest event names, and every photograph, derived image and report the
       digest and the size that the event of its receipt or its making names.

What it cannot check: that the first key belongs to who you think. Compare its number with what the laboratory told
you by another way, or name it with --key.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VERSION = 1
CHUNK_BYTES = 1 << 20
MOST_BYTES_OF_A_TEXT = 1 << 28
UNLISTED = {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "bundle-event.json"}
"""Files that no manifest lists: they say what holds of the manifests."""
ALGORITHMS = ("sha256", "sha512")
MANIFESTS = tuple(f"{kind}-{each}.txt" for kind in ("manifest", "tagmanifest") for each in ALGORITHMS)
KEY_EVENTS = {"key_registered", "key_introduced"}
"""Events that let a key sign: the first one of a log by itself, each later one under a key before it."""
_DIGEST = re.compile("[0-9a-f]{64}")
_MANIFEST_LINE = re.compile(r"([0-9a-f]{64}|[0-9a-f]{128})  (\S.*)")
_PREVIOUS = re.compile(r"previous [0-9a-f]{64}")


class Note(NamedTuple):
    """A signed head: the log's name, how many events it covers, their Merkle root, and the signature."""

    origin: str
    size: int
    root: bytes
    body: str
    key_hash: bytes
    signature: bytes


class Checking:
    """One check of a bundle: gathers what is wrong, as sentences."""

    def __init__(self, folder: Path, trusted: set[str]) -> None:
        """Take the bundle's folder and the keys that the recipient trusts; none trusts the log's own first key."""
        self.folder, self.trusted = folder, trusted
        self.findings: list[str] = []
        self.files = self.events = self.records = self.withheld_events = 0
        self.digests: dict[str, tuple[str, str, int]] = {}
        self.first_key = self.reading = ""
        self.known: dict[str, int] = {}
        self.head: Note | None = None

    def run(self) -> None:
        """Check everything; where something cannot be read, what does not depend on it is checked all the same."""
        if not (self.folder / "bundle.json").is_file():
            self.findings.append(f"There is no bundle in this folder: {self.folder.name or self.folder}.")
        elif self.tried(self.check_version) is not False:
            self.tried(self.check_files)
            self.tried(self.check_log)

    def tried(self, check: Callable[..., Any], *given: Any) -> Any:
        """Return what a check returns, nothing where it cannot be made: that is a finding."""
        try:
            return check(*given)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            RecursionError,
            MemoryError,
        ) as error:
            named = "" if self.reading in str(error) else f"{self.reading}: "
            self.findings.append(
                f"The bundle cannot be read to its end: {named}{type(error).__name__}: {error}."
            )
            return None

    def check_version(self) -> bool:
        """Refuse a bundle of a later form."""
        version = self.json("bundle.json")["version"]
        if version != VERSION:
            self.findings.append(
                f"bundle.json: it is of version {version}; this file knows version {VERSION}."
            )
        return bool(version == VERSION)

    # Files

    def check_files(self) -> None:
        """Compare every file with the manifests."""
        listed: dict[str, dict[str, str]] = {}
        legible = {name for name in MANIFESTS if self.tried(self.take_manifest, name, listed)}
        found = set()
        for path in sorted(self.folder.rglob("*")):
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                continue
            name = path.relative_to(self.folder).as_posix()
            if not stat.S_ISREG(status.st_mode):
                self.findings.append(f"{name} is a link or no file.")
                continue
            if name in UNLISTED:
                continue
            found.add(name)
            self.tried(self.check_file, name, listed.get(name), legible & set(manifests_of(name)))
        for name in sorted(set(listed) - found):
            by = [each for each in manifests_of(name) if each in legible and each not in listed[name]]
            others = f", or {sorted(listed[name])[0]} was changed: {by[0]} does not list it" if by else ""
            self.findings.append(f"{name} is missing{others}.")

    def take_manifest(self, manifest: str, listed: dict[str, dict[str, str]]) -> bool:
        """Take the digests of a manifest: by file and manifest."""
        for name, digest in self.manifest(manifest).items():
            if manifest not in manifests_of(name):
                self.findings.append(f"{manifest} lists {name}, which is not for it to list.")
            listed.setdefault(name, {})[manifest] = digest
        return True

    def check_file(self, name: str, wanted: dict[str, str] | None, manifests: set[str]) -> None:
        """Compare one file with the digests that the manifests give it."""
        if wanted is None:
            self.findings.append(f"{name} is in no manifest.")
            return
        digests = {algorithm: hashlib.new(algorithm) for algorithm in ALGORITHMS}
        size = 0
        with self.opened(name) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                for each in digests.values():
                    each.update(chunk)
        self.files += 1
        made = {algorithm: each.hexdigest() for algorithm, each in digests.items()}
        self.digests[name] = (made["sha256"], made["sha512"], size)
        self.findings += [
            f"{name} is in one manifest only: {each} does not list it."
            for each in sorted(manifests - set(wanted))
        ]
        wrong = sorted(
            each for each, digest in wanted.items() if made[each.rpartition("-")[2][:-4]] != digest
        )
        if wrong and len(wrong) == len(wanted):
            self.findings.append(f"{name} was changed: it does not have the digest of the manifest.")
        elif wrong:
            self.findings.append(f"{wrong[0]} was changed: it gives {name} another digest than the file has.")

    def manifest(self, name: str) -> dict[str, str]:
        """Return digest by name of a manifest's files."""
        found: dict[str, str] = {}
        *lines, rest = self.text(name).split("\n")
        if rest:
            raise ValueError(f"{name} does not end with a line")
        for line in lines:
            match = _MANIFEST_LINE.fullmatch(line)
            if match is None:
                raise ValueError(f"{name} has a line that is none of a manifest")
            digest, path = match[1], match[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
            parts = Path(path).parts
            if path in found or Path(path).is_absolute() or ".." in parts:
                raise ValueError(f"{name} names {path!r} twice, or outside the bundle")
            found[path] = digest
        return found

    def digest_of_manifests(self) -> str:
        """Return the SHA-256 of ``tagmanifest-sha256.txt``, by which the whole bundle is known."""
        return hashlib.sha256(self.text("tagmanifest-sha256.txt").encode()).hexdigest()

    def text(self, name: str) -> str:
        """Return a file of the bundle as text."""
        with self.opened(name) as stream:
            data: bytes = stream.read(MOST_BYTES_OF_A_TEXT + 1)
        if len(data) > MOST_BYTES_OF_A_TEXT:
            raise ValueError(f"{name} has more than {MOST_BYTES_OF_A_TEXT:,} bytes")
        return data.decode()

    def json(self, name: str) -> Any:
        """Return a file of the bundle as what its JSON says."""
        return json.loads(self.text(name))

    def opened(self, name: str) -> Any:
        """Return a regular file of the bundle, which is never waited for and no link."""
        self.reading = name
        descriptor = os.open(
            self.folder / name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        )
        stream = os.fdopen(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            stream.close()
            raise ValueError(f"{name} is no file")
        return stream

    # The log

    def check_log(self) -> None:
        """Check the heads, the events, the records and the event of the bundle itself."""
        heads = self.json("data/log/heads.json")
        first = parsed(heads["note"])
        lines = [json.loads(line) for line in self.text("data/log/events.jsonl").split("\n") if line]
        events = [event for event in (self.proven(line, first) for line in lines) if event is not None]
        self.events = len(events)
        self.head, keys = first, self.keys(events, heads, first)
        self.known = keys
        self.check_signature(heads["note"], keys, "The head of the log")
        self.check_stamps(heads, keys, first)
        self.tried(self.check_last, keys, first)
        self.tried(self.check_records, events)

    def check_last(self, keys: dict[str, int], first: Note) -> None:
        """Check the event of the bundle itself, which no manifest lists: its file has one form only."""
        text = self.text("bundle-event.json")
        last = json.loads(text)
        told = {name: last[name] for name in ("event", "note", "consistency")}
        told["event"] = {name: last["event"][name] for name in ("sequence", "canonical", "proof")}
        if text != json.dumps(told, indent=1, ensure_ascii=False) + "\n":
            self.findings.append(
                "bundle-event.json was changed: it is not in the form that it was written in."
            )
        second = parsed(last["note"])
        self.check_signature(last["note"], keys, "The head in bundle-event.json")
        if second.origin != first.origin:
            self.findings.append("The log of bundle-event.json is another one than that of the contents.")
        path = path_of(last["consistency"])
        if not is_consistent(first.size, first.root, second.size, second.root, path):
            self.findings.append("The log of bundle-event.json does not continue the log of the contents.")
        event = self.proven(last["event"], second, "bundle-event.json: event")
        digest = self.digest_of_manifests()
        if event is not None and (
            event["action"] != "bundle_exported" or event["details"].get("tagmanifest_sha256") != digest
        ):
            self.findings.append(
                "The event in bundle-event.json is about another bundle: tagmanifest-sha256.txt was changed."
            )

    def proven(self, line: dict[str, Any], head: Note, what: str = "Event") -> dict[str, Any] | None:
        """Return a disclosed event that is under the head; nothing for one whose text is withheld."""
        proof = path_of(line["proof"])
        sequence = line["sequence"]
        if "canonical" not in line:
            self.withheld_events += 1
            entry = path_of([line["sha256"]])[0]
        else:
            entry = hashlib.sha256(line["canonical"].encode()).digest()
        if type(sequence) is not int or not is_included(entry, sequence - 1, head.size, proof, head.root):
            self.findings.append(f"{what} {sequence} is not the one that the log's head covers.")
            return None
        if "canonical" not in line:
            return None
        event: dict[str, Any] = json.loads(line["canonical"])
        if event["sequence"] != sequence:
            self.findings.append(f"{what} {sequence} has another number in its text.")
            return None
        return event

    def keys(self, events: list[dict[str, Any]], heads: dict[str, Any], first: Note) -> dict[str, int]:
        """Return the keys that the log introduces, each with the number of the event that does.

        The first one stands for itself. Each later one counts once a head that covers its event is signed by one
        that counts already.
        """
        named: dict[str, int] = {}
        for event in events:
            key = event["details"].get("public_key_hex") if event["action"] in KEY_EVENTS else None
            if isinstance(key, str) and _DIGEST.fullmatch(key):
                named.setdefault(key, event["sequence"])
        ordered = sorted(named.items(), key=lambda each: each[1])
        if not ordered:
            self.findings.append("The events do not name the key that signs the log.")
            return {}
        self.first_key = ordered[0][0]
        known = dict(ordered[:1])
        for each in sorted(heads["introductions"], key=lambda one: parsed(one["note"]).size):
            note = parsed(each["note"])
            path = path_of(each["consistency"])
            if is_consistent(note.size, note.root, first.size, first.root, path) and is_signed(note, known):
                known.update({key: sequence for key, sequence in ordered if sequence <= note.size})
        for key in sorted(set(named) - set(known)):
            self.findings.append(f"The key {key} was introduced under no key of the log.")
        if self.trusted and not self.trusted & set(known):
            self.findings.append("No key of the log is one that you trust.")
        return known

    def check_signature(self, text: str, keys: dict[str, int], what: str) -> None:
        """Check that a head is signed by a key that the log introduced among the events that it covers."""
        note = parsed(text)
        if not is_signed(note, {key: sequence for key, sequence in keys.items() if sequence <= note.size}):
            self.findings.append(f"{what} is not signed by a key that the log introduced.")

    def check_stamps(self, heads: dict[str, Any], keys: dict[str, int], first: Note) -> None:
        """Check that each head that was time-stamped is of this log; the stamps themselves are for other programs."""
        for each in heads.get("timestamped", []):
            note = parsed(each["note"])
            path = path_of(each["consistency"])
            if not is_consistent(note.size, note.root, first.size, first.root, path):
                self.findings.append(f"The head that was time-stamped at {each['time']} is none of this log.")
            self.check_signature(each["note"], keys, f"The head that was time-stamped at {each['time']}")
            if self.text(each["file"]) != each["note"]:
                self.findings.append(f"{each['file']} is not the head that was time-stamped.")

    # Records

    def check_records(self, events: list[dict[str, Any]]) -> None:
        """Compare records with their newest events, and files with the events that made them."""
        newest: dict[tuple[str, str], str] = {}
        made: dict[tuple[str, str], dict[str, Any]] = {}
        for event in events:
            about = (event["object_type"], event["object_id"])
            recorded = event["details"].get("record_sha256")
            if recorded is not None:
                newest[about] = recorded
                made.setdefault(about, event["details"])
        records = self.json("data/records/records.json")
        seen = set()
        for each in records["records"]:
            about = (each["object_type"], each["object_id"])
            seen.add(about)
            self.records += 1
            if not is_recorded(each["row"], newest.get(about, "")):
                self.findings.append(f"The record {about[0]} {about[1]} is not the one that the log names.")
        withheld = {(each["object_type"], each["object_id"]) for each in records["withheld"]}
        disclosed = {about for about in newest if about[0] in records["object_types"]}
        for about in sorted(disclosed - seen - withheld):
            self.findings.append(f"The record {about[0]} {about[1]} is missing from the bundle.")
        for each in records["files"]:
            self.check_recorded_file(each, made)

    def check_recorded_file(self, each: dict[str, Any], made: dict[tuple[str, str], dict[str, Any]]) -> None:
        """Compare a photograph, image or report with the event of its receipt or its making."""
        about = (each["object_type"], each["object_id"])
        details = made.get(about, {})
        found = self.digests.get(each["path"])
        if found is None:
            self.findings.append(f"{each['path']} of {about[0]} {about[1]} is missing.")
        elif details.get(each.get("digest", "sha256")) != found[0]:
            self.findings.append(
                f"{each['path']} is not the file of {about[0]} {about[1]} that the log names."
            )
        elif "digest" not in each and details.get("size_bytes", found[2]) != found[2]:
            self.findings.append(f"{each['path']} has another size than the log says.")


def manifests_of(name: str) -> tuple[str, ...]:
    """Return the manifests that list a file."""
    kind = "manifest" if name.startswith("data/") else "tagmanifest"
    return tuple(each for each in MANIFESTS if each.startswith(f"{kind}-"))


def path_of(digests: list[str]) -> list[bytes]:
    """Return the digests of a proof, which are written in one way only."""
    for each in digests:
        if _DIGEST.fullmatch(each) is None:
            raise ValueError("a digest of a proof is malformed")
    return [bytes.fromhex(each) for each in digests]


def parsed(text: str) -> Note:
    """Return the parts of a signed head."""
    body, _, line = text.rpartition("\n\n")
    dash, name, blob = line.removesuffix("\n").split(" ")
    origin, size, root, *further = body.split("\n")
    signature = base64.b64decode(blob, validate=True)
    root_bytes = base64.b64decode(root, validate=True)
    is_plain = text.endswith("\n") and (blob, root) == (
        base64.b64encode(signature).decode(),
        base64.b64encode(root_bytes).decode(),
    )
    is_sound = is_plain and dash == "\u2014" and name == origin and size == str(int(size)) and int(size) > 0
    if (
        not is_sound
        or len(signature) != 68
        or len(root_bytes) != 32
        or any(_PREVIOUS.fullmatch(each) is None for each in further)
    ):
        raise ValueError("a head of the log is malformed")
    return Note(origin, int(size), root_bytes, body + "\n", signature[:4], signature[4:])


def is_signed(note: Note, keys: dict[str, int]) -> bool:
    """Return whether a head is signed by one of the keys."""
    for key in keys:
        named = hashlib.sha256(note.origin.encode() + b"\n\x01" + bytes.fromhex(key)).digest()[:4]
        if named != note.key_hash:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(note.signature, note.body.encode())
        except InvalidSignature:
            continue
        return True
    return False


def is_included(entry: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Return whether an entry is number ``index`` (from 0) of the tree; RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, last, digest = index, size - 1, hashlib.sha256(b"\x00" + entry).digest()
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            digest = _node(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = _node(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == root


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """Return whether the tree of ``size`` begins with the tree of ``old_size``; RFC 9162, 2.1.4.2."""
    if not 1 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = ([old_root] if old_size & (old_size - 1) == 0 else []) + proof
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_digest = digest = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_digest, digest = _node(sibling, old_digest), _node(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = _node(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_digest == old_root and digest == root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_recorded(row: dict[str, Any], record_sha256: str) -> bool:
    """Return whether a record is the one of this digest.

    Columns that a later version of the program added stand last and are empty.
    """
    names = list(row)
    while names:
        text = json.dumps(
            {name: row[name] for name in names}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        if hashlib.sha256(text.encode()).hexdigest() == record_sha256:
            return True
        if row[names.pop()] is not None:
            break
    return False


def _visible(text: str) -> str:
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def main(arguments: list[str] | None = None) -> int:
    """Check the bundle named on the command line; return 0 where nothing was found wrong."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a case bundle.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="the bundle's folder")
    parser.add_argument(
        "--key", action="append", default=[], help="a key that you trust, 64 hexadecimal characters"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args(arguments)
    checking = Checking(given.folder, {key.strip().lower() for key in given.key})
    checking.run()
    result = {
        "is_intact": not checking.findings,
        "findings": checking.findings,
        "files": checking.files,
        "events": checking.events,
        "withheld_events": checking.withheld_events,
        "records": checking.records,
        "first_key": checking.first_key,
    }
    if given.json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
        return 0 if not checking.findings else 1
    for finding in checking.findings:
        sys.stdout.write(f"FINDING  {_visible(finding)}\n")
    verdict = f"{len(checking.findings)} findings" if checking.findings else "Everything verifies"
    sys.stdout.write(
        f"{verdict}: {checking.files} files, {checking.events} events of the custody log"
        f" ({checking.withheld_events} more by digest alone), {checking.records} records.\n"
        f"The log's first key is {checking.first_key or 'unknown'}: compare it with what the laboratory told you.\n"
    )
    return 0 if not checking.findings else 1


if __name__ == "__main__":
    sys.exit(main())
