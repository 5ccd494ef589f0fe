"""Kills, torn writes and a full disk at each call that changes files, in every operation that writes to a casebook.

Use: ``LD_PRELOAD=shim.so python faults.py FOLDER OPERATION MODE POINTS``; POINTS is how many of the calls are tried,
evenly spread, 0 for every one. Prints one JSON object: ``calls``, ``trials``, ``failures``.

Rules:
    * A trial is a process of its own, forked from one that has imported everything.
    * After a kill the casebook verifies as it lies (where there is one), the next writer opens it, nothing is left
      over, what was there before is there, and it verifies again.
    * On a full disk the operation ends in an error that says so or is done; with space again it works, and the
      casebook verifies.
"""

from __future__ import annotations

import contextlib
import ctypes
import gzip
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "core"))
from verify_samples import KEY, START, fill

from forensic_app.errors import ForensicAppError
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.store.known_heads import KnownHeads
from forensic_app.verify import verify_casebook

MODES = {"kill": 1, "tear": 2, "full": 3}
KILLED = 137
KEPT = Path(__file__).parent.parent / "migrations" / "data" / "casebook_2026_11_24.db.gz"

Operation = Callable[[Path], None]


def opened(folder: Path) -> CaseStore:
    return CaseStore.open(folder / "casebook", examiner="A. Doe", key=KEY, heads=KnownHeads(folder / "home"))


def create(folder: Path) -> None:
    opened(folder).close()


def intake(folder: Path) -> None:
    with opened(folder) as store:
        photo = folder / "second.jpg"
        stored = store.vault.import_file(photo)
        store.add_exhibit(
            case="C-0001", subject_id=None, sha256=stored.sha256, size_bytes=stored.size_bytes,
            media_type="image/jpeg", width_px=1, height_px=1, original_name="second.jpg", source="",
            received_how="", received_at=START, photo_date="", age_at_photo=None, exif={}, notes=(),
        )  # fmt: skip


def run(folder: Path) -> None:
    with opened(folder) as store:
        exhibit = store.exhibit("E-0001")
        spec = RunSpec("aging", "1", "E-0001", exhibit.sha256, {"ages": [30.0]}, "demo", "a" * 64, "dlib")
        queued = store.queue_run(case_id="C-0001", spec=spec)
        store.start_run(queued.run_id, environment={})
        output = OutputImage(folder / "out.png", "derived", 30.0, 0, 1, 1, {})
        store.complete_run(queued.run_id, result=EngineResult((output,), {}, {}, {}))


def report(folder: Path) -> None:
    with opened(folder) as store:
        store.add_report(case_id="C-0001", report_number="R2", path=folder / "report.pdf")


def amend(folder: Path) -> None:
    with opened(folder) as store:
        store.change_exhibit("E-0001", reason="Read on the print", photo_date="1999")
        store.decide("D-000001", is_accepted=True, reason="Likeness")
        store.remove("exhibit", "E-0001", "Entered twice")


def upgrade(folder: Path) -> None:
    opened(folder).close()


OPERATIONS: dict[str, Operation] = {
    "create": create, "intake": intake, "run": run, "report": report, "amend": amend, "upgrade": upgrade,
}  # fmt: skip


def prepare(folder: Path, operation: str) -> None:
    """Make what an operation begins with."""
    folder.mkdir()
    (folder / "second.jpg").write_bytes(b"another photograph" * 500)
    (folder / "out.png").write_bytes(b"image of a run" * 50)
    (folder / "report.pdf").write_bytes(b"%PDF another report" * 50)
    if operation == "upgrade":
        (folder / "casebook").mkdir()
        (folder / "casebook" / "casebook.db").write_bytes(gzip.decompress(KEPT.read_bytes()))
    elif operation != "create":
        with opened(folder) as store:
            fill(store, folder)


def findings(folder: Path, operation: str) -> list[str]:
    """Return what a verification finds, but for the files that the kept database comes without."""
    if not (folder / "casebook" / "casebook.db").exists():
        return []
    result = verify_casebook(folder / "casebook", remembered=KnownHeads(folder / "home").note)
    return [
        each for each in result.findings if operation != "upgrade" or "missing from the vault" not in each
    ]


def check_after(folder: Path, operation: str, before: int) -> None:
    """Check that the next writer carries on."""
    with opened(folder) as store:
        assert len(store.events()) >= before, "events are lost"
        store.create_case(number="AFTER", title="", kind=CaseKind.COLD_CASE)
    assert findings(folder, operation) == []
    left = [
        path for path in (folder / "casebook").rglob(".*") if path.name.startswith((".incoming", ".report"))
    ]
    assert left == [], left


def full(folder: Path, operation: str) -> None:
    """Run an operation on a disk that fills; what it raises must say so."""
    raised: ForensicAppError | None = None
    try:
        OPERATIONS[operation](folder)
    except ForensicAppError as error:
        raised = error
    if raised is not None:
        assert "full" in str(raised), f"not said to be full: {raised}"
        assert "backup" not in raised.advice.lower(), f"advises to restore: {raised}"


def trial(template: Path, place: Path, operation: str, mode: str, call: int, before: int) -> str:
    """Try one call; return what went wrong, empty when nothing did."""
    folder = place / "trial"
    shutil.copytree(template, folder)
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])

    def act() -> None:
        shim.fault_arm(call, MODES[mode])
        if mode == "full":
            full(folder, operation)
        else:
            OPERATIONS[operation](folder)
        shim.fault_arm(-1, 0)

    def check() -> None:
        # A database that was only begun is no casebook yet; the next writer makes one of it.
        if operation != "create":
            assert findings(folder, operation) == []
        check_after(folder, operation, before)

    code, said = in_a_process(act, place)
    try:
        if code not in (0, KILLED):
            return f"{operation}, {mode} at call {call}: {said}"
        code, said = in_a_process(check, place)
        return f"{operation}, after {mode} at call {call}: {said}" if code else ""
    finally:
        shutil.rmtree(folder)


def in_a_process(work: Callable[[], None], place: Path) -> tuple[int, str]:
    """Do something in a forked process; return its exit code, and what it raised."""
    said = place / "said.txt"
    said.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # the parent tells
            with contextlib.suppress(BaseException):
                ctypes.CDLL(os.environ["LD_PRELOAD"]).fault_arm(-1, 0)
            said.write_text(traceback.format_exc())
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, said.read_text()[-1500:] if said.exists() else f"exit code {code}"


def count_calls(template: Path, place: Path, operation: str, mode: str) -> int:
    """Return how many calls an operation makes that change files."""
    folder = place / "count"
    shutil.copytree(template, folder)
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])

    def act() -> None:
        shim.fault_arm(1 << 30, MODES[mode])
        OPERATIONS[operation](folder)
        (place / "calls.txt").write_text(str(shim.fault_seen()))

    code, said = in_a_process(act, place)
    assert code == 0, said
    shutil.rmtree(folder)
    return int((place / "calls.txt").read_text())


def main(place: Path, operation: str, mode: str, points: int) -> None:
    template = place / "template"
    prepare(template, operation)
    before = 0 if operation == "create" else _events(template)
    calls = count_calls(template, place, operation, mode)
    tried = (
        range(1, calls + 1) if not points else sorted({1 + each * calls // points for each in range(points)})
    )
    failures = [said for call in tried if (said := trial(template, place, operation, mode, call, before))]
    print(json.dumps({"calls": calls, "trials": len(tried), "failures": failures}))


def _events(folder: Path) -> int:
    return verify_casebook(folder / "casebook").events


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
