"""The one door to a casebook.

Rules:
    * One writer per casebook at a time (``casebook.lock``); readers need no lock.
    * Whatever changes a record takes its custody event in the same transaction; records leave as frozen
      values.
    * A writer that opens a casebook verifies its log and records first (:mod:`forensic_app.store.opening`),
      then removes what killed processes left, upgrades the schema after a backup, registers its examiner
      if new, and marks runs left running as interrupted.
    * The key that makes a casebook is its first; every other is introduced under one that it knows.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from forensic_app import __version__
from forensic_app.custody import SigningKey
from forensic_app.errors import InvalidInput, StoreUnavailable
from forensic_app.private import make_private_folder
from forensic_app.settings import load_settings
from forensic_app.store import fields
from forensic_app.store.adapters import AdapterRecords
from forensic_app.store.amendments import AmendmentRecords
from forensic_app.store.base import Clock, LogEnd, casebook_id_of, next_id, utc_now
from forensic_app.store.candidates import CandidateRecords
from forensic_app.store.case_list import CaseListRecords
from forensic_app.store.cases import CaseRecords
from forensic_app.store.clock_watch import ClockWatch
from forensic_app.store.consents import ConsentRecords
from forensic_app.store.copies import refuse_incomplete_copy
from forensic_app.store.creation import Creation
from forensic_app.store.database import (
    DATABASE_FILE,
    Upgrade,
    check_revision,
    create_store_engine,
    refuse_network_drive,
    schema_digests,
    upgrade,
)
from forensic_app.store.decisions import DecisionRecords
from forensic_app.store.disclosure import DisclosureRecords
from forensic_app.store.exhibit_search import ExhibitSearch
from forensic_app.store.exhibits import ExhibitRecords
from forensic_app.store.faults import decoded, refuse_full_disk, translated
from forensic_app.store.galleries import GalleryRecords
from forensic_app.store.image_notes import ImageNoteRecords
from forensic_app.store.index_check import rebuild_if_altered
from forensic_app.store.introductions import KeyRecords, add_key
from forensic_app.store.keys import load_or_create_key
from forensic_app.store.known_heads import KnownHeads
from forensic_app.store.known_log import KnownLog, refuse_missing, refuse_other_answers
from forensic_app.store.leftovers import remove_leftovers
from forensic_app.store.licences import LicenceRecords
from forensic_app.store.locking import LOCK_FILE, WriterLock
from forensic_app.store.log import LogRecords
from forensic_app.store.opening import EMPTY_LOG, Opened, opened, upgrade_facts
from forensic_app.store.relationships import RelationshipRecords
from forensic_app.store.runs import RunRecords
from forensic_app.store.search import SearchHit
from forensic_app.store.subjects import SubjectRecords
from forensic_app.store.tables import ExaminerRow, MetaRow, SigningKeyRow
from forensic_app.store.unworkable import refuse_unworkable
from forensic_app.store.vault import StoredFile, Vault
from forensic_app.verify import ACCEPTED, LOG_VERSION, UPGRADED

__all__ = ["CaseStore", "Clock", "SearchHit", "StoredFile", "Vault", "utc_now"]

ORIGIN_PREFIX = "forensic-app/casebook/"
_FOLDERS = ("vault", "packs", "reports", "backups", "logs")


class CaseStore(
    CaseRecords,
    SubjectRecords,
    CaseListRecords,
    ExhibitRecords,
    ExhibitSearch,
    LicenceRecords,
    RunRecords,
    AdapterRecords,
    DecisionRecords,
    AmendmentRecords,
    GalleryRecords,
    ImageNoteRecords,
    DisclosureRecords,
    CandidateRecords,
    ConsentRecords,
    RelationshipRecords,
    KeyRecords,
    LogRecords,
):
    """An open casebook; a context manager, safe to use from several threads.

    Attributes:
        folder: The casebook's folder.
        vault: Its files.
        examiner: Who works with it.
        packs_dir: Folder of model packs kept with the casebook.
        reports_dir: Folder for finished reports.
        logs_dir: Folder for log files.
    """

    def __init__(
        self, folder: Path, *, examiner: str, key: SigningKey | None, clock: Clock, is_read_only: bool
    ) -> None:
        """Use :meth:`create` or :meth:`open`."""
        self.folder = folder
        self.vault = Vault(folder / "vault")
        self.examiner = examiner
        self.packs_dir = folder / "packs"
        self.reports_dir = folder / "reports"
        self.logs_dir = folder / "logs"
        self._clock = clock
        self._key = key
        self._is_read_only = is_read_only
        self._lock = threading.RLock()
        self._log_end: LogEnd = EMPTY_LOG
        self._heads: KnownHeads | None = None
        self._watch: ClockWatch | None = None
        self._origin: str | None = None
        self._schema: Mapping[str, str] | None = None
        self._known: KnownLog | None = None
        self._known_keys: set[str] = set()
        self._writer_lock: WriterLock | None = None
        self._is_closed = False
        self._engine = create_store_engine(folder / DATABASE_FILE, read_only=is_read_only)

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        examiner: str,
        key: SigningKey | None = None,
        clock: Clock = utc_now,
        heads: KnownHeads | None = None,
    ) -> CaseStore:
        """Make a new casebook in a folder that does not exist or is empty, and open it for writing.

        Raises:
            InvalidInput: The folder holds a casebook, or no examiner is named.
            StoreUnavailable: The folder holds something else, lies on a network drive, or cannot be written.
        """
        if (folder / DATABASE_FILE).exists():
            raise InvalidInput(f"{folder} holds a casebook already.", "Open it, or choose another folder.")
        return cls.open(folder, examiner=examiner, key=key, clock=clock, heads=heads)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        examiner: str,
        key: SigningKey | None = None,
        clock: Clock = utc_now,
        read_only: bool = False,
        heads: KnownHeads | None = None,
        accepting: str | None = None,
        shown: Mapping[str, str] | None = None,
    ) -> CaseStore:
        """Open a casebook; a writer makes one in a folder that does not exist or is empty.

        Args:
            folder: The casebook.
            examiner: Name of the person who works with it.
            key: The workstation's signing key; from the home folder by default. Not used for reading.
            clock: Returns the present, aware.
            read_only: Open without the possibility to change anything, beside a writer if there is one.
            heads: What the workstation remembers; by default nothing when ``key`` is given, else what the home
                folder holds.
            accepting: Why an administrator goes on in a casebook that does not verify; recorded with every
                finding as the event ``mismatch_accepted``.
            shown: What the administrator saw, as :func:`forensic_app.store.opening.findings_to_accept` returned it:
                nothing else is accepted.

        Raises:
            CasebookDisputed: It is not what was verified before, or does not know the workstation's key.
            StoreLocked: Another process has it open for writing; the message names its PID.
            SchemaTooNew: A newer version of the program wrote it.
            CopyIncomplete: It is a copy that did not come to its end.
            DiskFull: There is next to no room for a writer.
            StoreUnavailable: It is not a casebook, damaged, on a network drive, or cannot be read or written.
            InvalidInput: A writer names no examiner.
        """
        name = fields.line("examiner's name", examiner, is_required=not read_only)
        refuse_incomplete_copy(folder)
        if read_only:
            check_revision(folder / DATABASE_FILE, place=folder)
            return cls(folder, examiner=name, key=None, clock=clock, is_read_only=True)
        _prepare_folder(folder)
        lock = WriterLock(folder)
        creation = Creation(folder)
        store: CaseStore | None = None
        try:
            if key is None:
                home = load_settings().home
                key, heads = load_or_create_key(home), KnownHeads(home) if heads is None else heads
            before = opened(folder, key=key, heads=heads, accepting=accepting, shown=shown)
            for each in _FOLDERS:
                with translated(folder):
                    make_private_folder(folder / each)
            store = cls(folder, examiner=name, key=key, clock=clock, is_read_only=False)
            store._writer_lock = lock
            store._go_on(before, heads)
            with decoded() if before.findings else contextlib.nullcontext():
                store._open(before, accepting=accepting)
        except BaseException as error:
            if store is not None:
                store._engine.dispose()
                if creation.is_new and heads is not None:
                    heads.forget_place(folder)
            creation.undo([folder / each for each in _FOLDERS], error)
            lock.release()
            raise
        return store

    @property
    def is_read_only(self) -> bool:
        """Whether the casebook was opened for reading only."""
        return self._is_read_only

    @property
    def casebook_id(self) -> str:
        """The casebook's identifier, a UUID."""
        with self._reading() as session:
            return casebook_id_of(session)

    @property
    def public_key_hex(self) -> str:
        """Public key of this workstation, 64 hexadecimal characters; when reading, the newest one."""
        if self._key is not None:
            return self._key.public_key_hex
        return self._newest_key().public_key_hex

    @property
    def key_id(self) -> str:
        """Identifier of :attr:`public_key_hex`."""
        return self._key.key_id if self._key is not None else self._newest_key().key_id

    def close(self) -> None:
        """Close the database and give the lock back; harmless when done twice."""
        if not self._is_closed:
            self._release()

    def __enter__(self) -> CaseStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _release(self) -> None:
        self._is_closed = True
        self._engine.dispose()
        if self._writer_lock is not None:
            self._writer_lock.release()

    def _newest_key(self) -> SigningKeyRow:
        query = select(SigningKeyRow).order_by(SigningKeyRow.registered_at.desc()).limit(1)
        with self._reading() as session:
            return session.scalars(query).all()[0]

    def _go_on(self, before: Opened, heads: KnownHeads | None) -> None:
        """Take a log that was verified as what every transaction must find."""
        self._heads, self._log_end, self._origin = heads, before.end, before.origin
        self._schema, self._known, self._known_keys = before.schema, before.known, set(before.keys)
        if self._clock is utc_now:
            self._watch = ClockWatch(None if heads is None else heads.home)

    def _open(self, before: Opened, *, accepting: str | None) -> None:
        """Upgrade, clean up, and write what opening changes."""

        def record(connection: Connection, change: Upgrade) -> None:
            with self._writing(connection) as session:
                self._begin(session, change, before, accepting=accepting)

        change = upgrade(self.folder, moment=self._clock(), record=record)
        self._remember()
        remove_leftovers(self.folder)
        self.vault.prepare()
        if not change.is_change:
            with self._writing() as session:
                self._begin(session, change, before, accepting=accepting)
        if self._heads is not None and self._origin is not None:
            self._heads.keep_place(self.folder, self._origin)
        self.interrupt_stale_runs()

    def _begin(self, session: Session, change: Upgrade, before: Opened, *, accepting: str | None) -> None:
        """Write what opening changes; with an upgrade in the transaction that changes the schema."""
        if self._key is None:
            raise RuntimeError("a writer needs a signing key")
        facts = {"revision": change.after, "program_version": __version__}
        digests = schema_digests(session.connection())
        recorded = session.scalars(select(MetaRow)).all()
        refuse_missing(session, MetaRow, recorded)
        meta = next(iter(recorded), None)
        if meta is None or change.is_change:
            self._schema = digests
        if meta is None:
            identifier = str(uuid.uuid4())
            meta = MetaRow(
                casebook_id=identifier,
                origin=f"{ORIGIN_PREFIX}{identifier}",
                created_at=self._clock(),
                created_by_version=__version__,
                schema_digests=digests,
            )
            session.add(meta)
            self._origin = meta.origin
            details = {**facts, "log_version": LOG_VERSION}
            self._append_change(session, "casebook_created", meta, details=details)
        elif change.is_change:
            meta.schema_digests = digests
            details = {**facts, "from_revision": change.before, **upgrade_facts(session, before)}
            self._append_change(session, UPGRADED, meta, details=details)
        if accepting is not None and before.findings:
            refuse_unworkable(session)
            self._append(
                session,
                ACCEPTED,
                object_type="casebook",
                object_id=meta.casebook_id,
                details=before.acceptance(fields.line("reason", accepting, is_required=True)),
            )
        named = session.scalars(select(ExaminerRow).where(ExaminerRow.name == self.examiner)).all()
        refuse_other_answers(session, ExaminerRow, named, self.examiner, "name")
        if not named:
            person = ExaminerRow(
                examiner_id=next_id(session, ExaminerRow, "X-"), name=self.examiner, organisation=""
            )
            session.add(person)
            self._append_change(session, "examiner_registered", person, details={"name": self.examiner})
        add_key(self, session, self._key.public_key_hex)
        if rebuild_if_altered(session):
            self._append(session, "search_index_rebuilt", object_type="casebook", object_id=meta.casebook_id)


def _prepare_folder(folder: Path) -> None:
    """Check that ``folder`` is, or can become, a casebook, and make it."""
    with translated(folder):
        if folder.exists() and not folder.is_dir():
            raise StoreUnavailable(f"{folder} is a file.", "Choose a folder.")
        refuse_network_drive(folder)
        refuse_full_disk(folder)
        make_private_folder(folder)
        if not (folder / DATABASE_FILE).exists():
            foreign = sorted({entry.name for entry in folder.iterdir()} - {LOCK_FILE, *_FOLDERS})
            if foreign:
                raise StoreUnavailable(
                    f"{folder} is not a casebook; it holds {foreign[0]}.",
                    "Choose a casebook folder, or an empty folder for a new one.",
                )
