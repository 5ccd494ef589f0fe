"""Cancel a run that another process executes, by a file in the casebook's ``requests`` folder.

Rules:
    * The casebook's lock is never waited for: whoever holds it carries the request out and records it.
    * A request appears whole (temporary name, then rename) and is removed before it is carried out.
    * A file that is not a request is removed without effect.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forensic_app.custody import SigningKey
from forensic_app.errors import InvalidInput, RecordNotFound, StoreLocked, StoreUnavailable
from forensic_app.records import RunStatus
from forensic_app.store.case_store import CaseStore

REQUESTS_FOLDER = "requests"
POLL_INTERVAL_S = 0.2
_MAX_BYTES = 10_000
_RUN_ID = re.compile(r"R-\d{4,}")


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Somebody asks for the end of a run."""

    run_id: str
    examiner: str

    @property
    def reason(self) -> str:
        """Words for the record."""
        return f"Requested by {self.examiner} from another process."


class CancelRequests:
    """The requests in a casebook's folder."""

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
            self.folder.mkdir(exist_ok=True)
            temporary.write_text(json.dumps({"run_id": request.run_id, "examiner": request.examiner}))
            temporary.rename(final)
        except OSError as error:
            raise StoreUnavailable(
                f"The request could not be written to {self.folder} ({error.strerror}).",
                "Check the folder's permissions and the free space.",
            ) from error

    def take(self) -> Iterator[CancelRequest]:
        """Yield the requests, removing each first."""
        for path in sorted(self.folder.glob("cancel-*.json")):
            try:
                with path.open("rb") as stream:
                    data = stream.read(_MAX_BYTES)
                path.unlink()
            except OSError:
                continue
            request = _parsed(data)
            if request is not None:
                yield request


def carry_out_requests(store: CaseStore) -> list[str]:
    """Record the cancels that other processes asked for; for the holder while it executes no run.

    A request for a run that has ended, or that there is not, is left without effect.

    Returns:
        The runs that are cancelled now.

    Raises:
        StoreUnavailable: The casebook cannot be written.
    """
    cancelled = []
    for request in CancelRequests(store.folder).take():
        try:
            if store.run(request.run_id).status.is_terminal:
                continue
        except RecordNotFound:
            continue
        store.cancel_run(request.run_id, reason=request.reason)
        cancelled.append(request.run_id)
    return cancelled


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


def _parsed(data: bytes) -> CancelRequest | None:
    try:
        value = json.loads(data)
        run_id, examiner = value["run_id"], value["examiner"]
    except (ValueError, KeyError, TypeError):
        return None
    is_request = isinstance(run_id, str) and isinstance(examiner, str) and _RUN_ID.fullmatch(run_id)
    return CancelRequest(run_id, examiner.strip()[:200] or "an unnamed examiner") if is_request else None
