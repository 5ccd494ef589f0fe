"""Back up an open casebook, restore a copy, and know when a backup is due.

Rules:
    * A backup is on record before it is made, so that the copy's log holds it too; one that was given up is on record
      as well. Beside another process that writes, nothing can be recorded, and that is said.
    * A copy counts only after the verification of all of it, with the head of the original's log as a known checkpoint.
      What an administrator accepted, or could accept, in the original passes with its copy; a file never does.
    * Where and when the last backup was made is remembered in the workstation's folder. It is a reminder, not evidence.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forensic_app.custody import SigningKey
from forensic_app.errors import (
    CopyStopped,
    CustodyChainBroken,
    ForensicAppError,
    StoreUnavailable,
)
from forensic_app.settings import Settings, load_settings
from forensic_app.store.case_store import CaseStore
from forensic_app.store.copies import CopiedFiles, begun_copy, copy_casebook, refuse_incomplete_copy
from forensic_app.store.database import DATABASE_FILE, refuse_network_drive
from forensic_app.store.faults import translated
from forensic_app.store.keys import existing_key
from forensic_app.store.known_heads import KnownHeads
from forensic_app.store.opening import disputed, is_known_copy
from forensic_app.store.private_notes import keep_note, read_note
from forensic_app.store.reading import reading
from forensic_app.verify import VerificationProgress, VerificationStopped, check_copy
from forensic_app.workflows.casebook import dispute_of

BACKUPS_FILE = "backups.json"
_MOST_NAMED = 3
_CHECK_SHARES = {
    "database": (0.0, 0.05),
    "events": (0.05, 0.15),
    "records": (0.15, 0.2),
    "signatures": (0.2, 0.35),
    "files": (0.35, 1.0),
}
"""Which part of a verification each of its steps is taken to be."""


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """How far a copy is.

    Attributes:
        step: ``database``, ``files`` or ``check``.
        done: What is done in this step: pages, bytes or thousandths of the check.
        total: What there is to do in it; 0 when that is not known.
    """

    step: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CasebookCopy:
    """A copy that verifies.

    Attributes:
        folder: The copy.
        casebook_id: The casebook, the same as the original's.
        events: Events in the copy's log.
        files: Files copied.
        size_bytes: Their length together.
        is_recorded: Whether an event in the log says so; never of a restored one.
        left_out: Links and special files that were not copied.
        seconds: How long it took.
        remark: Why this workstation would only read the casebook that was restored or backed up, such as that it saw a
            later state; else empty. Such a backup ends no reminder.
    """

    folder: Path
    casebook_id: str
    events: int
    files: int
    size_bytes: int
    is_recorded: bool
    left_out: tuple[str, ...]
    seconds: float
    remark: str = ""


@dataclass(frozen=True, slots=True)
class BackupReminder:
    """A backup is due.

    Attributes:
        days: Days since the last one, or since the casebook was made.
        newer_events: Events that are in no backup made here.
        place: Where the last one was put; empty when there was none from this workstation.
    """

    days: int
    newer_events: int
    place: str

    @property
    def sentence(self) -> str:
        """Say it in words."""
        if not self.place:
            return f"This casebook was never backed up from this workstation; it is {self.days} days old."
        return f"The last backup, in {self.place}, is {self.days} days old; {self.newer_events} events are newer."


ProgressListener = Callable[[CopyProgress], None]
IsStopWanted = Callable[[], bool]


def back_up(
    store: CaseStore,
    target: Path,
    *,
    progress: ProgressListener | None = None,
    is_stop_wanted: IsStopWanted | None = None,
    settings: Settings | None = None,
) -> CasebookCopy:
    """Make a whole, verified copy of an open casebook; event ``casebook_backed_up`` where the store can write.

    Args:
        store: The casebook, open for writing, or for reading beside a writer: then no event is written.
        target: A folder that does not exist or is empty.
        progress: Told how far it is.
        is_stop_wanted: Asked all the while; the copy ends and nothing is left of it when this is true.
        settings: The workstation's; loaded by default.

    Raises:
        InvalidInput: ``target`` holds something, or lies in the casebook.
        EvidenceAltered: A file of the vault is missing or was altered.
        CustodyChainBroken: The copy does not verify: it is not as the original, or no decision covers what is found.
        CopyStopped: It was stopped.
        DiskFull: There is no room for the copy.
        StoreUnavailable: Something cannot be read or written.
    """
    watch = _Watch(progress, is_stop_wanted)
    target = target.absolute()
    limits = settings or load_settings()
    key = existing_key(limits.home)
    known: tuple[str, ...] | None = None
    try:
        with begun_copy(store.folder, target):
            known = _recorded(store, target)
            made = copy_casebook(store.folder, target, tell=watch.tell)
            open_findings = _verify(target, known, watch, key=key, original=store.folder)
    except BaseException as error:
        if known is not None:
            _record_failure(store, target, error)
        raise
    copy = _outcome(target, made, watch, is_recorded=not store.is_read_only)
    copy = replace(copy, remark=disputed(target, key=key, heads=None) if open_findings else "")
    if not copy.remark:
        _remember(limits, copy)
    return copy


def restore(
    copy: Path,
    target: Path,
    *,
    progress: ProgressListener | None = None,
    is_stop_wanted: IsStopWanted | None = None,
    settings: Settings | None = None,
) -> CasebookCopy:
    """Make a casebook from a copy, which stays as it is; both are the same to the last event.

    Nothing is recorded in the new casebook: a mere rehearsal would part its log from the original's. The workstation
    learns nothing of a copy that is not of the log that it knows.

    Args:
        copy: A folder that :func:`back_up` made, or any casebook that no process writes.
        target: A folder that does not exist or is empty.
        progress: Told how far it is.
        is_stop_wanted: Asked all the while; nothing is left when this is true.
        settings: The workstation's; loaded by default.

    Raises:
        CopyIncomplete: The copy did not come to its end.
        InvalidInput: ``target`` holds something, or one folder lies in the other.
        EvidenceAltered: A file of the copy is missing or was altered.
        CustodyChainBroken: What was restored does not verify, and no decision could cover it; nothing is left of it.
        CopyStopped: It was stopped.
        DiskFull: There is no room.
        StoreUnavailable: ``copy`` is no casebook, or something cannot be read or written.
    """
    refuse_incomplete_copy(copy)
    if not (copy / DATABASE_FILE).is_file():
        raise StoreUnavailable(f"{copy} is not a copy of a casebook.", "Choose a folder with a casebook.db.")
    refuse_network_drive(target)
    watch = _Watch(progress, is_stop_wanted)
    target = target.absolute()
    home = (settings or load_settings()).home
    with begun_copy(copy, target):
        made = copy_casebook(copy, target, tell=watch.tell)
        _verify(target, (), watch, key=existing_key(home))
    restored = _outcome(target, made, watch, is_recorded=False)
    remark = dispute_of(target, settings=settings)
    if is_known_copy(target, key=existing_key(home), heads=KnownHeads(home)):
        _remember_place(settings or load_settings(), target)
    return replace(restored, remark=remark)


def reminder(
    store: CaseStore, *, now: datetime | None = None, settings: Settings | None = None
) -> BackupReminder | None:
    """Return whether a backup is due: events are newer than the last one, which is older than the settings allow.

    Args:
        store: The casebook.
        now: The present, aware.
        settings: The workstation's; loaded by default.
    """
    limits = settings or load_settings()
    moment = now or datetime.now(UTC)
    events = store.count_events()
    last = _noted(limits).get(store.casebook_id)
    if last is None:
        (first,) = store.event_page(before=2, limit=1) or (None,)
        if first is None:
            return None
        since, copied, place = first.occurred_at, 0, ""
    else:
        since, copied, place = last
    age = moment - since
    if events <= copied or age < timedelta(days=limits.backup_reminder_days):
        return None
    return BackupReminder(age.days, events - copied, place)


class _Watch:
    """Tells how far a copy is, and ends it when that is wanted."""

    def __init__(self, progress: ProgressListener | None, is_stop_wanted: IsStopWanted | None) -> None:
        self.began = time.monotonic()
        self._progress = progress
        self._is_stop_wanted = is_stop_wanted

    def tell(self, step: str, done: int, total: int) -> None:
        if self._is_stop_wanted is not None and self._is_stop_wanted():
            raise CopyStopped("The copy was stopped.", "Nothing of it is left; make it again when you want.")
        if self._progress is not None:
            self._progress(CopyProgress(step, done, total))

    def tell_verification(self, progress: VerificationProgress) -> None:
        begins, ends = _CHECK_SHARES[progress.step]
        done = progress.done / progress.total if progress.total else 0.0
        try:
            self.tell("check", round(1000 * (begins + (ends - begins) * done)), 1000)
        except CopyStopped as error:
            raise VerificationStopped from error


def _recorded(store: CaseStore, target: Path) -> tuple[str, ...]:
    """Record the backup where that is possible; return the head of the log, which the copy must hold."""
    if store.is_read_only:
        return tuple(each.note for each in store.checkpoints()[-1:])
    head = store.checkpoints()[-1]
    details = {"place": str(target), "size": head.size, "root_sha256": head.root_sha256}
    store.record_event(
        "casebook_backed_up", object_type="casebook", object_id=store.casebook_id, details=details
    )
    return (store.checkpoints()[-1].note,)


def _record_failure(store: CaseStore, target: Path, error: BaseException) -> None:
    """Record that the backup was given up; the reason of the failure itself is what is told."""
    if store.is_read_only:
        return
    reason = error.message if isinstance(error, ForensicAppError) else type(error).__name__
    with contextlib.suppress(ForensicAppError):
        store.record_event(
            "casebook_backup_given_up",
            object_type="casebook",
            object_id=store.casebook_id,
            details={"place": str(target), "reason": reason[:500]},
        )


def _verify(
    target: Path,
    known: tuple[str, ...],
    watch: _Watch,
    *,
    key: SigningKey | None,
    original: Path | None = None,
) -> tuple[str, ...]:
    """Verify a copy, and return what was found, was not accepted, and hinders no copy.

    Raises:
        CustodyChainBroken: No decision covers what is found, or ``original`` does not have it.
        CopyStopped: It was stopped.
    """
    introduced = () if key is None else (key.public_key_hex,)
    try:
        check = check_copy(
            target, known_checkpoints=known, introduced_keys=introduced, progress=watch.tell_verification
        )
    except VerificationStopped as error:
        raise CopyStopped(
            "The copy was stopped.", "Nothing of it is left; make it again when you want."
        ) from error
    findings = [each for each in check.findings if not each.startswith(f"{target} is an incomplete copy")]
    wrong = [each for each in findings if each in check.unacceptable]
    if findings and not wrong and original is not None:
        there = check_copy(original, known_checkpoints=known, introduced_keys=introduced, has_files=False)
        wrong = [each for each in findings if each not in there.findings]
    if wrong:
        told = " ".join(wrong[:_MOST_NAMED])
        raise CustodyChainBroken(
            f"The copy does not verify and was removed: {told}",
            "Verify the original; leave it as it is if it does not verify either.",
        )
    return tuple(findings)


def _outcome(target: Path, made: CopiedFiles, watch: _Watch, *, is_recorded: bool) -> CasebookCopy:
    casebook_id, events, _ = _told(target)
    seconds = time.monotonic() - watch.began
    return CasebookCopy(
        target, casebook_id, events, made.files, made.size_bytes, is_recorded, made.left_out, seconds
    )


def _remember(settings: Settings, copy: CasebookCopy) -> None:
    entry = {"at": datetime.now(UTC).isoformat(), "events": copy.events, "place": str(copy.folder)}
    _remember_place(settings, copy.folder)
    path = settings.home / BACKUPS_FILE
    keep_note(path, {**read_note(path), copy.casebook_id: entry})


def _remember_place(settings: Settings, folder: Path) -> None:
    """Let the workstation know a copy as what it is: no older state of the casebook that was put in its place."""
    _, _, note = _told(folder)
    if note is not None:
        KnownHeads(settings.home).keep_place(folder, note.partition("\n")[0], copy=note)


def _told(folder: Path) -> tuple[str, int, str | None]:
    """Return a casebook's identifier, number of events and newest head, also of one of an earlier version."""
    with translated(folder), reading(folder / DATABASE_FILE) as connection:
        casebook_id = str(connection.execute("SELECT casebook_id FROM meta").fetchone()[0])
        events = int(connection.execute("SELECT COUNT(*) FROM custody_event").fetchone()[0])
        heads = connection.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchall()
    return casebook_id, events, next((str(note) for (note,) in heads), None)


def _noted(settings: Settings) -> dict[str, tuple[datetime, int, str]]:
    """Return time, events and place of the last backup of each casebook; what is malformed is left out."""
    found = {}
    for casebook_id, value in read_note(settings.home / BACKUPS_FILE).items():
        entry: Any = value
        with contextlib.suppress(ValueError, KeyError, TypeError):
            at = datetime.fromisoformat(entry["at"])
            if at.tzinfo is not None:
                found[casebook_id] = (at, int(entry["events"]), str(entry["place"]))
    return found
