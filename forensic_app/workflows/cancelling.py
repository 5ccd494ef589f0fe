"""Cancel a run that another process executes, by a file in the casebook's ``requests`` folder.

Rules:
    * The casebook's lock is never waited for: whoever holds it carries the request out and records it.
    * A request appears whole (temporary name, then rename) and is removed before it is carried out.
    * A file that is not a request (no regular file, too long, nested too deep, other words) is never waited for: it is
      taken away without effect, and an event ``request_refused`` names it, once.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from forensic_app.custody import SigningKey
from forensic_app.errors import (
    ForensicAppError,
    InvalidInput,
    RecordNotFound,
    StoreLocked,
    StoreUnavailable,
)
from forensic_app.private import make_private_folder, open_private
from forensic_app.records import RunStatus
from forensic_app.regular_files import read_regular
from forensic_app.store.case_store import CaseStore
from forensic_app.visible import visible

REQUESTS_FOLDER = "requests"
POLL_INTERVAL_S = 0.2
_MAX_BYTES = 10_000
_MAX_AT_ONCE = 1000
_MAX_NAME = 100
_MAX_EXAMINER = 200
_RUN_ID = re.compile(r"R-\d{4,}")


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Somebody asks for the end of a run."""

    run_id: str
    examiner: str

    @property
    def reason(self) -> str:
        """Words for the record."""
        return f"A request in the casebook's folder, left in the name of {self.examiner}."


@dataclass(frozen=True, slots=True)
class BrokenRequest:
    """Something that lay among the requests and is none.

    Attributes:
        name: Of the file, fit to be shown.
        reason: Why it was not carried out.
    """

    name: str
    reason: str


class CancelRequests:
    """The requests in a casebook's folder."""

    _left_alone: ClassVar[set[Path]] = set()
    """What this process could not take away: it is not looked at again."""

    def __init__(self, casebook_folder: Path) -> None:
        self.folder = casebook_folder / REQUESTS_FOLDER

    def put(self, request: CancelRequest) -> None:
        """Leave a request for the process that holds the casebook.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        final = self.folder / f"cancel-{request.run_id}.json"
        temporary = self.folder / f".{final.name}-{secrets.token_hex(8)}"
        try:
            make_private_folder(self.folder)
            with open_private(temporary, "x") as stream:
                json.dump({"run_id": request.run_id, "examiner": request.examiner}, stream)
            temporary.rename(final)
        except OSError as error:
            raise StoreUnavailable(
                f"The request could not be written to {self.folder} ({error.strerror}).",
                "Check the folder's permissions and the free space.",
            ) from error

    def take(self, on_broken: Callable[[BrokenRequest], object]) -> Iterator[CancelRequest]:
        """Yield the requests, removing each first; none where the folder is a link to another place.

        Args:
            on_broken: Told what is no request, once for each file, after it was taken away.
        """
        if self.folder.is_symlink():
            return
        for path in sorted(self.folder.glob("cancel-*.json"))[:_MAX_AT_ONCE]:
            if path in self._left_alone:
                continue
            try:
                found = _parsed(read_regular(path, max_bytes=_MAX_BYTES, follows_links=False))
            except FileNotFoundError:
                continue
            except ForensicAppError as error:
                found = error.message.replace(str(path), "it")
            except OSError as error:
                found = f"it cannot be read: {error.strerror}"
            self._take_away(path)
            if isinstance(found, CancelRequest):
                yield found
            else:
                on_broken(BrokenRequest(visible(path.name)[:_MAX_NAME], found))

    def _take_away(self, path: Path) -> None:
        """Remove a file; a folder, which may hold anything, only gets another name."""
        try:
            if path.is_dir() and not path.is_symlink():
                path.rename(path.with_name(f".refused-{secrets.token_hex(8)}"))
            else:
                path.unlink(missing_ok=True)
        except OSError:
            self._left_alone.add(path)


def carry_out_requests(store: CaseStore) -> list[str]:
    """Record the cancels that other processes asked for; for the holder while it executes no run.

    A request for a run that has ended, or that there is not, is left without effect.

    Returns:
        The runs that are cancelled now.

    Raises:
        StoreUnavailable: The casebook cannot be written.
    """
    cancelled = []
    for request in CancelRequests(store.folder).take(lambda broken: record_broken(store, broken)):
        try:
            if store.run(request.run_id).status.is_terminal:
                continue
        except RecordNotFound:
            continue
        store.cancel_run(request.run_id, reason=request.reason)
        cancelled.append(request.run_id)
    return cancelled


def record_broken(store: CaseStore, broken: BrokenRequest) -> None:
    """Record that something among the requests was none; event ``request_refused``.

    Raises:
        StoreUnavailable: The casebook cannot be written.
    """
    store.record_event(
        "request_refused", object_type="request", object_id=broken.name, details={"reason": broken.reason}
    )


def request_cancel(
    casebook_folder: Path,
    run_id: str,
    *,
    examiner: str,
    key: SigningKey | None = None,
    wait_s: float = 0.0,
) -> RunStatus:
    """Cancel a run, wherever it is executed.

    When no process holds the casebook the run is cancelled here and now. Otherwise the holder is asked; it
    reacts within about 0.2 s while it executes runs, and a window within about 1 s while it does not.

    Args:
        casebook_folder: The casebook.
        run_id: The run.
        examiner: Who asks.
        key: The workstation's signing key; from the home folder by default.
        wait_s: How long to wait for the holder, in seconds.

    Returns:
        The run's status as it is now: ``cancelled``, or what it was when the wait was over.

    Raises:
        InvalidInput: The run has ended already.
        RecordNotFound: There is no such run.
        StoreUnavailable: There is no casebook, or it cannot be written.
    """
    with CaseStore.open(casebook_folder, examiner=examiner, read_only=True) as reader:
        run = reader.run(run_id)
        if run.status.is_terminal:
            raise InvalidInput(f"The run {run_id} is {run.status} already.", "Nothing needs to be cancelled.")
    try:
        with CaseStore.open(casebook_folder, examiner=examiner, key=key) as store:
            if store.run(run_id).status.is_terminal:
                return store.run(run_id).status
            return store.cancel_run(run_id, reason=f"Requested by {examiner}.").status
    except StoreLocked:
        CancelRequests(casebook_folder).put(CancelRequest(run_id, examiner))
    return _awaited(casebook_folder, run_id, examiner=examiner, wait_s=wait_s)


def _awaited(casebook_folder: Path, run_id: str, *, examiner: str, wait_s: float) -> RunStatus:
    deadline = time.monotonic() + wait_s
    while True:
        with CaseStore.open(casebook_folder, examiner=examiner, read_only=True) as reader:
            status = reader.run(run_id).status
        if status.is_terminal or time.monotonic() >= deadline:
            return status
        time.sleep(POLL_INTERVAL_S)


def _parsed(data: bytes) -> CancelRequest | str:
    """Return the request in a file's bytes, or why there is none."""
    try:
        value = json.loads(data)
        run_id, examiner = value["run_id"], value["examiner"]
    except RecursionError:
        return "it is nested too deep"
    except (ValueError, KeyError, TypeError):
        return "it is no JSON object that names a run and an examiner"
    if not (isinstance(run_id, str) and isinstance(examiner, str) and _RUN_ID.fullmatch(run_id)):
        return "it names no run, or no examiner"
    return CancelRequest(run_id, visible(examiner.strip())[:_MAX_EXAMINER] or "an unnamed examiner")
