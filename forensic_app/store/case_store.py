"""The one door to a casebook.

Rules:
    * One writer per casebook at a time (``casebook.lock``); readers need no lock.
    * Whatever changes a record takes its custody event in the same transaction; records leave as frozen
      values.
    * A writer that opens a casebook removes what killed processes left, upgrades the schema after a
      backup, registers its examiner and signing key if they are new, and marks runs left running as
      interrupted.
    * A writer that closes signs a checkpoint over what it added, so that a later cut of the tail is seen.
"""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from types import TracebackType

from sqlalchemy import select

from forensic_app import __version__
from forensic_app.custody import MerkleTree, SigningKey
from forensic_app.errors import InvalidInput, StoreUnavailable
from forensic_app.settings import load_settings
from forensic_app.store import fields
from forensic_app.store.adapters import AdapterRecords
from forensic_app.store.amendments import AmendmentRecords
from forensic_app.store.base import Clock, next_id, utc_now
from forensic_app.store.case_list import CaseListRecords
from forensic_app.store.cases import CaseRecords
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
from forensic_app.store.exhibits import ExhibitRecords
from forensic_app.store.faults import refuse_full_disk, translated
from forensic_app.store.keys import load_or_create_key
from forensic_app.store.leftovers import remove_leftovers
from forensic_app.store.locking import LOCK_FILE, WriterLock
from forensic_app.store.log import LogRecords
from forensic_app.store.runs import RunRecords
from forensic_app.store.search import SearchHit
from forensic_app.store.subjects import SubjectRecords
from forensic_app.store.tables import ExaminerRow, MetaRow, SigningKeyRow
from forensic_app.store.vault import StoredFile, Vault

__all__ = ["CaseStore", "Clock", "SearchHit", "StoredFile", "Vault", "utc_now"]

ORIGIN_PREFIX = "forensic-app/casebook/"
_FOLDERS = ("vault", "packs", "reports", "backups", "logs")


class CaseStore(
    CaseRecords,
    SubjectRecords,
    CaseListRecords,
    ExhibitRecords,
    RunRecords,
    AdapterRecords,
    DecisionRecords,
    AmendmentRecords,
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
        self._tree = MerkleTree()
        self._writer_lock: WriterLock | None = None
        self._is_closed = False
        self._engine = create_store_engine(folder / DATABASE_FILE, read_only=is_read_only)

    @classmethod
    def create(
        cls, folder: Path, *, examiner: str, key: SigningKey | None = None, clock: Clock = utc_now
    ) -> CaseStore:
        """Make a new casebook in a folder that does not exist or is empty, and open it for writing.

        Raises:
            InvalidInput: The folder holds a casebook, or no examiner is named.
            StoreUnavailable: The folder holds something else, lies on a network drive, or cannot be written.
        """
        if (folder / DATABASE_FILE).exists():
            raise InvalidInput(f"{folder} holds a casebook already.", "Open it, or choose another folder.")
        return cls.open(folder, examiner=examiner, key=key, clock=clock)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        examiner: str,
        key: SigningKey | None = None,
        clock: Clock = utc_now,
        read_only: bool = False,
    ) -> CaseStore:
        """Open a casebook; a writer makes one in a folder that does not exist or is empty.

        Args:
            folder: The casebook.
            examiner: Name of the person who works with it.
            key: The workstation's signing key; from the home folder by default. Not used for reading.
            clock: Returns the present, aware.
            read_only: Open without the possibility to change anything, beside a writer if there is one.

        Raises:
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
        try:
            used_key = load_or_create_key(load_settings().home) if key is None else key
            for each in _FOLDERS:
                with translated(folder):
                    (folder / each).mkdir(exist_ok=True)
            change = upgrade(folder, moment=clock())
            store = cls(folder, examiner=name, key=used_key, clock=clock, is_read_only=False)
        except BaseException as error:
            creation.undo([folder / each for each in _FOLDERS], error)
            lock.release()
            raise
        store._writer_lock = lock
        try:
            store._begin(change)
        except BaseException as error:
            store._engine.dispose()
            creation.undo([folder / each for each in _FOLDERS], error)
            store._release()
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
            return session.scalars(select(MetaRow.casebook_id)).one()

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

    def public_keys(self) -> dict[str, str]:
        """Return every registered public key by its identifier."""
        with self._reading() as session:
            return {row.key_id: row.public_key_hex for row in session.scalars(select(SigningKeyRow))}

    def close(self) -> None:
        """Sign what was added, close the database and give the lock back; harmless when done twice."""
        if self._is_closed:
            return
        try:
            if not self._is_read_only:
                self.sign_checkpoint()
        finally:
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
            return session.scalars(query).one()

    def _begin(self, change: Upgrade) -> None:
        remove_leftovers(self.folder)
        self.vault.prepare()
        with self._writing() as session:
            facts = {"revision": change.after, "program_version": __version__}
            digests = schema_digests(session.connection())
            meta = session.scalars(select(MetaRow)).first()
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
                self._append_change(session, "casebook_created", meta, details=facts)
            elif change.is_change:
                meta.schema_digests = digests
                details = {**facts, "from_revision": change.before}
                self._append_change(session, "casebook_upgraded", meta, details=details)
        self._register()
        self.interrupt_stale_runs()
        self.sign_checkpoint()

    def _register(self) -> None:
        """Add the examiner and the signing key if the casebook does not know them yet."""
        key = self._key
        if key is None:
            raise RuntimeError("a writer needs a signing key")
        with self._writing() as session:
            if session.scalars(select(ExaminerRow).where(ExaminerRow.name == self.examiner)).first() is None:
                person = ExaminerRow(
                    examiner_id=next_id(session, ExaminerRow, "X-"), name=self.examiner, organisation=""
                )
                session.add(person)
                self._append_change(session, "examiner_registered", person, details={"name": self.examiner})
            if session.get(SigningKeyRow, key.key_id) is None:
                row = SigningKeyRow(
                    key_id=key.key_id,
                    public_key_hex=key.public_key_hex,
                    registered_at=self._clock(),
                    examiner=self.examiner,
                )
                session.add(row)
                details = {"public_key_hex": key.public_key_hex}
                self._append_change(session, "key_registered", row, details=details)


def _prepare_folder(folder: Path) -> None:
    """Check that ``folder`` is, or can become, a casebook, and make it."""
    with translated(folder):
        if folder.exists() and not folder.is_dir():
            raise StoreUnavailable(f"{folder} is a file.", "Choose a folder.")
        refuse_network_drive(folder)
        refuse_full_disk(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / DATABASE_FILE).exists():
            foreign = sorted({entry.name for entry in folder.iterdir()} - {LOCK_FILE, *_FOLDERS})
            if foreign:
                raise StoreUnavailable(
                    f"{folder} is not a casebook; it holds {foreign[0]}.",
                    "Choose a casebook folder, or an empty folder for a new one.",
                )
