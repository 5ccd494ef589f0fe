"""The casebook's SQLite database: connections, pragmas, backup, upgrade.

Rules:
    * The driver never begins a transaction by itself: every transaction begins with ``BEGIN`` (reading) or
      ``BEGIN IMMEDIATE`` (writing, migrations), so a failed schema change rolls back whole.
    * A database with another application id, or with a revision that this program does not know, is refused
      and left untouched.
    * An upgrade is preceded by a checked backup in ``backups/``, runs in one transaction, and is kept only
      when the foreign keys hold and no trigger was lost.

References:
    https://www.sqlite.org/pragma.html; https://www.sqlite.org/wal.html; https://www.sqlite.org/backup.html.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from forensic_app.errors import CustodyChainBroken, DiskFull, SchemaTooNew, StoreLocked, StoreUnavailable
from forensic_app.folders import remove
from forensic_app.private import make_private_folder, touch_private
from forensic_app.store.faults import flush, translated
from forensic_app.store.reading import BUSY_TIMEOUT_MS, ReadingPlace, reading, refuse_unplain
from forensic_app.verify import MOST_BYTES_OF_A_VALUE

APPLICATION_ID = 0x46417070
DATABASE_FILE = "casebook.db"
MIGRATIONS_DIR = Path(__file__).resolve().parent.parent.parent / "migrations"
COPY_PAGES = 256
"""Pages that are copied between two looks at whether to stop."""
_BEGIN_IMMEDIATE = {"sqlite_begin": "BEGIN IMMEDIATE"}
_NETWORK = {
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "afpfs", "ncpfs", "davfs", "webdav", "ceph",
    "glusterfs", "fuse.sshfs", "fuse.davfs", "fuse.rclone", "fuse.glusterfs", "fuse.s3fs",
}  # fmt: skip
_SCHEMA = "SELECT type || ' ' || coalesce(name, ''), sql FROM sqlite_master WHERE sql IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What opening did to the schema.

    Attributes:
        before: Revision found; ``None`` for a new database.
        after: Revision now.
        backup: The backup made first, if there was something to back up.
    """

    before: str | None
    after: str
    backup: Path | None = None

    @property
    def is_change(self) -> bool:
        """Whether anything was migrated."""
        return self.before != self.after


def refuse_network_drive(folder: Path) -> None:
    """Check that ``folder`` lies on a local disk: SQLite's write-ahead log is unsafe on network drives.

    Raises:
        StoreUnavailable: It lies on a network file system.
    """
    resolved = folder.resolve()
    mounts = [
        (Path(part.mountpoint), part.fstype.lower())
        for part in psutil.disk_partitions(all=True)
        if resolved.is_relative_to(part.mountpoint)
    ]
    mount, file_system = max(mounts, key=lambda each: len(each[0].parts), default=(resolved, ""))
    if file_system in _NETWORK:
        raise StoreUnavailable(
            f"{folder} lies on a network drive ({file_system} at {mount}).",
            "Keep the casebook on a local disk and copy it when it is closed.",
        )


def create_store_engine(path: Path, *, read_only: bool, foreign_keys: bool = True) -> Engine:
    """Return an engine whose connections have every pragma set.

    Args:
        path: The database file.
        read_only: Open without the possibility to write, each time anew; see :mod:`forensic_app.store.reading`.
        foreign_keys: Off only for migrations.
    """
    place = ReadingPlace(path)

    def connect() -> sqlite3.Connection:
        return place.connect() if read_only else _connect_writer(path, foreign_keys=foreign_keys)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool if read_only else QueuePool)

    @event.listens_for(engine, "engine_disposed")
    def disposed(_: Engine) -> None:
        place.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine


def writing(engine: Engine) -> Engine:
    """Return ``engine`` with transactions that take the write lock at their beginning."""
    return engine.execution_options(**_BEGIN_IMMEDIATE)


def _connect_writer(path: Path, *, foreign_keys: bool) -> sqlite3.Connection:
    refuse_unplain(path)
    touch_private(path)
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES_OF_A_VALUE)
    _set(
        connection,
        journal_mode="WAL",
        synchronous="FULL",
        foreign_keys="ON" if foreign_keys else "OFF",
        trusted_schema="OFF",
        cell_size_check="ON",
        secure_delete="ON",
        recursive_triggers="ON",
    )
    return connection


def _set(connection: sqlite3.Connection, **pragmas: str) -> None:
    try:
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}").fetchall()
    except sqlite3.Error:
        connection.close()
        raise


def schema_digests(connection: Connection) -> dict[str, str]:
    """Return the SHA-256 of the SQL of every table, index and trigger, by kind and name."""
    return {
        row[0]: hashlib.sha256(row[1].encode()).hexdigest()
        for row in connection.exec_driver_sql(_SCHEMA).all()
    }


def expected_schema(scripts: Path = MIGRATIONS_DIR) -> dict[str, str]:
    """Return what :func:`schema_digests` gives of a database that only the migrations made."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            _migrate(connection, scripts)
            return schema_digests(connection)
    finally:
        engine.dispose()


def refuse_other_schema(connection: Connection, expected: Mapping[str, str], folder: Path) -> None:
    """Refuse a database with other tables, indexes or triggers than ``expected``, before anything is signed.

    Raises:
        CustodyChainBroken: Another program changed them.
    """
    found = schema_digests(connection)
    if found != expected:
        named = sorted({name for name in {*found, *expected} if found.get(name) != expected.get(name)})
        raise CustodyChainBroken(
            f"The schema of the casebook {folder} was changed by another program: {', '.join(named[:3])}.",
            "Nothing was added to it. Close the casebook, run: forensic-app verify, and compare it with a copy.",
        )


def revision_of(path: Path, *, place: Path) -> str | None:
    """Return the schema revision of a database, ``None`` if it holds nothing yet.

    Raises:
        StoreUnavailable: The file is not a casebook's, is a link, or cannot be read.
    """
    with translated(place):
        refuse_unplain(path)
        if not path.exists() or path.stat().st_size == 0:
            return None
        with reading(path) as connection:
            application_id = connection.execute("PRAGMA application_id").fetchone()[0]
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {row[0] for row in names}
            if not tables and application_id == 0:
                return None
            row = None
            if "alembic_version" in tables:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if application_id != APPLICATION_ID or row is None:
        raise StoreUnavailable(
            f"{path} is a database of another program.",
            "Choose a casebook folder, or an empty folder for a new one.",
        )
    return str(row[0])


def check_revision(path: Path, *, place: Path, scripts: Path = MIGRATIONS_DIR) -> None:
    """Check that a database can be read as it is, without an upgrade.

    Raises:
        SchemaTooNew: A newer version of the program wrote it.
        StoreUnavailable: It is empty, older than this program's schema, or not a casebook's.
    """
    revision = revision_of(path, place=place)
    if revision is None:
        raise StoreUnavailable(f"{place} is not a casebook.", "Choose a casebook folder.")
    if _known_head(revision, place, scripts) != revision:
        raise StoreUnavailable(
            f"The casebook {place} was written by an older version of the program.",
            "Open it once for writing, so that it is backed up and upgraded.",
        )


def refuse_newer(path: Path, *, place: Path, scripts: Path = MIGRATIONS_DIR) -> None:
    """Refuse a database that this program does not know.

    Raises:
        SchemaTooNew: A newer version of the program wrote it.
        StoreUnavailable: It is another program's, or cannot be read.
    """
    _known_head(revision_of(path, place=place), place, scripts)


def upgrade(
    folder: Path,
    *,
    moment: datetime,
    record: Callable[[Connection, Upgrade], None] | None = None,
    scripts: Path = MIGRATIONS_DIR,
) -> Upgrade:
    """Bring the database in ``folder`` to the newest schema; the caller holds the writer lock.

    Args:
        folder: The casebook.
        moment: Aware time for the backup's name.
        record: Writes what the log says of it, in the same transaction: there is no moment at which a schema is
            another one than the log tells.
        scripts: The Alembic folder.

    Raises:
        SchemaTooNew: A newer version of the program wrote the database.
        DiskFull: There is no room for the backup or the upgrade; the casebook is as it was.
        CustodyChainBroken: Its schema is not the one that was recorded, or not the one that migrations make.
        StoreUnavailable: It is not a casebook's, or the backup or the upgrade failed (and was rolled back).
    """
    path = folder / DATABASE_FILE
    before = revision_of(path, place=folder)
    after = _known_head(before, folder, scripts)
    if before == after:
        return Upgrade(before, after)
    backup = None if before is None else back_up(folder, label=before, moment=moment)
    engine = create_store_engine(path, read_only=False, foreign_keys=False)
    try:
        with translated(folder), writing(engine).begin() as connection:
            if before is not None:
                _refuse_changed(connection, before, folder)
            _migrate(connection, scripts)
            refuse_other_schema(connection, expected_schema(scripts), folder)
            change = Upgrade(before, after, backup)
            if record is not None:
                record(connection, change)
    except (DiskFull, StoreLocked, CustodyChainBroken):
        raise
    except (CommandError, SQLAlchemyError, RuntimeError, sqlite3.Error, StoreUnavailable) as error:
        kept = f"; the backup is {backup}" if backup else ""
        reason = error.message if isinstance(error, StoreUnavailable) else f"{error}."
        raise StoreUnavailable(
            f"The casebook {folder} could not be upgraded: {reason}",
            f"It was left as it was{kept}. Keep using the former version and report this message.",
        ) from error
    finally:
        engine.dispose()
    return change


def _refuse_changed(connection: Connection, revision: str, folder: Path) -> None:
    """Refuse to upgrade another schema than the one that the casebook's record holds."""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    recorded = connection.exec_driver_sql("SELECT schema_digests FROM meta").scalars().all()
    if list(found) != [revision] or len(recorded) > 1:
        raise CustodyChainBroken(
            f"The database of the casebook {folder} was changed while it was opened.",
            "Open it again; if that is said again run: forensic-app verify, and compare it with a copy.",
        )
    if recorded:
        refuse_other_schema(connection, json.loads(recorded[0]), folder)


def back_up(folder: Path, *, label: str, moment: datetime) -> Path:
    """Copy the database into ``backups/`` and check the copy.

    Returns:
        The copy, named after ``label`` and ``moment``.

    Raises:
        StoreUnavailable: The copy cannot be written or is not sound; none is left then.
    """
    target = folder / "backups" / f"casebook-{label}-{moment:%Y%m%dT%H%M%S%f}Z.db"
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with translated(folder):
            make_private_folder(target.parent)
            touch_private(unfinished)
            verdict = copy_database(folder / DATABASE_FILE, unfinished)
            if verdict == "ok":
                unfinished.rename(target)
                flush(target.parent)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            remove(unfinished.with_name(unfinished.name + ending))
    if verdict != "ok":
        raise StoreUnavailable(
            f"The database of the casebook {folder} is damaged: {verdict}.",
            "Leave the folder as it is and restore the newest copy that verifies (casebook restore).",
        )
    return target


def copy_database(source: Path, target: Path, *, progress: Callable[[int, int], None] | None = None) -> str:
    """Copy a database as it is at this moment, its log included, into one file that is on the disk in the end.

    Args:
        source: The database, also one that is being written.
        target: A file that does not exist.
        progress: Told the pages copied and their number; what it raises ends the copy.

    Returns:
        ``ok`` or what SQLite's check finds wrong with the copy.

    Raises:
        OSError, sqlite3.Error: It cannot be read or written.
    """
    with (
        reading(source) as origin,
        contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        copy.execute("PRAGMA synchronous = OFF")

        def told(_: int, remaining: int, total: int) -> None:
            if progress is not None:
                progress(total - remaining, total)

        origin.execute("BEGIN")
        origin.execute("SELECT 1 FROM sqlite_master").fetchone()
        origin.backup(copy, pages=COPY_PAGES, progress=told)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        verdict = str(copy.execute("PRAGMA integrity_check").fetchone()[0])
    flush(target)
    return verdict


def _migrate(connection: Connection, scripts: Path) -> None:
    before = set(schema_digests(connection))
    config = _config(scripts)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    lost = {name for name in before - set(schema_digests(connection)) if name.startswith("trigger ")}
    if lost:
        raise RuntimeError(f"the upgrade lost {', '.join(sorted(lost))}")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"the upgrade left {len(broken)} rows without what they refer to: {broken[0][0]}")


def _config(scripts: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _known_head(revision: str | None, place: Path, scripts: Path) -> str:
    directory = ScriptDirectory.from_config(_config(scripts))
    known: set[Any] = {each.revision for each in directory.walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaTooNew(
            f"The casebook {place} was written by a newer version of the program (schema {revision}).",
            "Open it with that version or a later one.",
        )
    return str(directory.get_current_head())
