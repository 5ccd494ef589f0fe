"""Hand out a case as linked data (CASE/UCO), checked before a byte is written.

Rules:
    * The structure is always checked; the ontology's own validator runs where it is installed, in a process of its own.
    * A document that does not conform is not written. Whether it was validated is said, and stands in the event.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forensic_app import __version__
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import EngineError
from forensic_app.exchange.case_uco import VERSION, CaseRecords, linked_data
from forensic_app.exchange.case_uco_check import structural_faults
from forensic_app.records import Decision
from forensic_app.store.case_store import CaseStore
from forensic_app.store.fields import disclosure
from forensic_app.workflows.picture_files import write_new

EVENT: Final = "case_exported"
VALIDATED: Final = "Validated against CASE 1.5.0 with case-utils: it conforms."
NOT_VALIDATED: Final = (
    "Only its structure was checked: the validator of CASE is not installed (pip install forensic-app[case])."
)
_SLOWEST_S = 600
_VALIDATE = "import sys; from case_utils.case_validate import main; sys.exit(main())"
_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class CaseExport:
    """A case that was handed out.

    Attributes:
        sha256: Of the file.
        size_bytes: Its length.
        objects: Objects in the graph.
        is_validated: Whether the ontology's validator found that it conforms.
        words: The same as a sentence.
    """

    sha256: str
    size_bytes: int
    objects: int
    is_validated: bool
    words: str


def export_case_uco(
    store: CaseStore, case: str, out: Path, *, purpose: str = "", recipient: str = ""
) -> CaseExport:
    """Write a case as JSON-LD to a new file; event ``case_exported``.

    Args:
        store: The casebook, open for writing.
        case: Number or identifier.
        out: The new file.
        purpose: What it is handed out for.
        recipient: Who receives it.

    Raises:
        RecordNotFound: There is no such case.
        InvalidInput: The file exists or cannot be written.
        EngineError: The document does not conform; nothing was written.
    """
    told = disclosure(purpose, recipient)
    records = gathered(store, case)
    document = linked_data(records)
    faults = structural_faults(document)
    if faults:
        raise _not_conforming(faults[0])
    data = (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    is_validated = validate(data)
    made = CaseExport(
        sha256_of_bytes(data),
        len(data),
        len(document["@graph"]),
        is_validated,
        VALIDATED if is_validated else NOT_VALIDATED,
    )
    with write_new(out, data):
        store.record_event(
            EVENT,
            object_type="case",
            object_id=records.case.case_id,
            case_id=records.case.case_id,
            details={
                "way": "file",
                "place": str(out),
                "format": f"CASE/UCO {VERSION} (JSON-LD)",
                "exported_sha256": made.sha256,
                "size_bytes": made.size_bytes,
                "is_validated": is_validated,
                **told,
            },
        )
    return made


def gathered(store: CaseStore, case: str) -> CaseRecords:
    """Return everything of a case that is handed out."""
    record = store.case(case)
    runs = store.runs(record.case_id)
    decisions: dict[str, Decision] = {}
    for run in runs:
        decisions |= store.decisions(run.run_id)
    return CaseRecords(
        casebook_id=store.casebook_id,
        program_version=__version__,
        case=record,
        subjects=store.subjects(record.case_id),
        exhibits=store.exhibits(record.case_id, include_removed=True),
        runs=runs,
        images={run.run_id: store.derived_images(run.run_id) for run in runs},
        decisions=decisions,
        reports=store.reports(record.case_id),
        events=store.events(record.case_id),
        checkpoint=store.checkpoint(),
    )


def validate(data: bytes) -> bool:
    """Return whether a document was validated; takes some ten seconds, ``False`` where the validator is missing.

    Raises:
        EngineError: It does not conform.
    """
    if importlib.util.find_spec("case_utils") is None:
        return False
    with tempfile.TemporaryDirectory(prefix="forensic-app-case-") as folder:
        path = Path(folder) / "case.jsonld"
        path.write_bytes(data)
        try:
            done = subprocess.run(
                [sys.executable, "-c", _VALIDATE, str(path)],
                capture_output=True, text=True, errors="replace", timeout=_SLOWEST_S, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(
                f"The validator of CASE did not come to its end: {type(error).__name__}.", "Try again."
            ) from error
    if done.returncode != 0:
        raise _not_conforming((done.stdout + done.stderr).strip()[-_SHOWN:])
    return True


def _not_conforming(what: str) -> EngineError:
    return EngineError(
        f"The case as linked data does not conform to CASE {VERSION}: {what}",
        "Nothing was written. This is a fault of the program: report it with this sentence.",
    )
