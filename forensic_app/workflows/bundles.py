"""Hand a case out as a bundle that whoever receives it checks without this program.

Rules:
    * The bundle's digest is in an event of the custody log, which is proven in the bundle: it is the one on record.
    * Only the case's part of the log is disclosed; of every other event not even the number of its kind.
    * A stopped bundle is taken up again by the same order; what it holds is compared, not trusted.

References:
    RFC 8493 (BagIt 1.0); RFC 9162 (inclusion and consistency proofs).
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

from forensic_app import __version__
from forensic_app.bundles.bag import Bag, plain_name
from forensic_app.bundles.proofs import ProvenTree
from forensic_app.bundles.redaction import Withheld, withheld
from forensic_app.bundles.sealing import seal_for_key, seal_with_passphrase
from forensic_app.custody import consistency_proof
from forensic_app.engines.packs.verification import read_listed
from forensic_app.errors import CustodyChainBroken, PackAltered, PackRefused
from forensic_app.records import Case, StoredRecord
from forensic_app.regular_files import open_regular
from forensic_app.reports.content import LaboratoryDetails
from forensic_app.reports.html import render_html
from forensic_app.shortages import disk_full
from forensic_app.store.case_store import CaseStore
from forensic_app.store.faults import LEAST_FREE_BYTES, free_bytes, translated
from forensic_app.workflows.bundle_log import add_log, first_key, json_bytes, proven
from forensic_app.workflows.report_packs import packs_used
from forensic_app.workflows.reporting import gather_content, issue_report

VERSION: Final = 1
_FOLDERS: Final = {"exhibit": "photographs", "derived_image": "derived", "report": "reports"}
_ENDINGS: Final = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/tiff": ".tif", "image/bmp": ".bmp",
    "image/gif": ".gif", "image/heic": ".heic", "image/heif": ".heif", "image/avif": ".avif", "image/jp2": ".jp2",
    "application/pdf": ".pdf",
}  # fmt: skip
_OBJECT_TYPES: Final = (
    "case", "subject", "exhibit", "run", "derived_image", "adapter", "report", "consent", "relationship",
    "image_note",
)  # fmt: skip
_OUTSIDE: Final = frozenset(
    {
        "report_issued",
        "report_exported",
        "report_printed",
        "bundle_exported",
        "images_exported",
        "exhibit_viewed",
    }
)
"""Events after which the newest report still says everything."""
_PACK_FILES: Final = ("MODEL_CARD.md", "LICENCE.txt")

OnProgress = Callable[[int, int], None]
"""Called with bytes done and bytes in all; may raise to stop."""


@dataclass(frozen=True, slots=True)
class CaseBundle:
    """A bundle that is whole.

    Attributes:
        folder: Where it is.
        tagmanifest_sha256: What the whole bundle is known by; in the log, and on its covering letter.
        files: Files of its contents.
        size_bytes: Their length.
        events: Events that it discloses.
        withheld: What it does not hold, with reasons, as sentences.
        first_key: Public key that the log begins with: the recipient has to have it by another way.
    """

    folder: Path
    tagmanifest_sha256: str
    files: int
    size_bytes: int
    events: int
    withheld: tuple[str, ...]
    first_key: str


def export_bundle(
    store: CaseStore,
    *,
    case: str,
    out: Path,
    redactions: Sequence[str] = (),
    subjects: Sequence[str] = (),
    recipient: str = "",
    purpose: str = "",
    laboratory: LaboratoryDetails | None = None,
    sealing: str = "",
    progress: OnProgress | None = None,
) -> CaseBundle:
    """Write a case with originals, images, reports, records, its part of the log and proofs; event ``bundle_exported``.

    A report is issued first where the newest one does not say everything any more.

    Args:
        store: The casebook, open for writing.
        case: Number or identifier.
        out: Folder of the bundle: new, empty, or a stopped bundle of the same.
        redactions: Names of :data:`forensic_app.bundles.redaction.PROFILES`.
        subjects: Who may be disclosed, where third persons are not.
        recipient: Who gets it, for the log.
        purpose: What for, for the log.
        laboratory: Who issues the report, if one is issued.
        sealing: How the bundle is encrypted afterwards, for the log; empty where it is not.
        progress: Told how far it is.

    Raises:
        RecordNotFound: There is no such case.
        InvalidInput: ``out`` holds something else, or a redaction does not fit.
        EvidenceAltered: A file no longer has its digest.
        DiskFull: There is no room.
        StoreUnavailable: The folder cannot be written.
    """
    record = store.case(case)
    if not redactions and not subjects and not _has_current_report(store, record):
        _issue(store, record, laboratory)
    records = store.stored_records(record.case_id)
    hidden = withheld(records, redactions, subjects)
    about = {"case": record.case_number, "redactions": sorted(redactions), "subjects": sorted(subjects)}
    shown = [each for each in records if (each.object_type, each.object_id) not in hidden.records]
    files = [
        each
        for each in shown
        if each.object_type in _FOLDERS and (each.object_type, each.object_id) not in hidden.files
    ]
    total = sum(int(each.row["size_bytes"]) + int(each.row.get("page_size_bytes") or 0) for each in files)
    with translated(out):
        _refuse_little_room(out, total)
        bag = Bag(out, about=about, on_bytes=_counted(total, progress))
        listed = [_add_file(bag, store, each) for each in files]
        listed += [_add_page_picture(bag, store, each) for each in files if each.row.get("page_sha256")]
        _add_records(bag, shown, listed, hidden)
        events, checkpoint = add_log(bag, store, record, hidden)
        if not redactions:
            _add_page(bag, store, record)
        _add_packs(bag, store, record)
        key = first_key(events)
        _add_texts(bag, about | {"log": checkpoint.note.split("\n")[0], "first_key": key})
        digest = bag.finish(_bag_info(record, store))
        _close(
            bag,
            store,
            record,
            digest,
            before=checkpoint.size,
            about=about | {"recipient": recipient, "purpose": purpose, "sealing": sealing},
        )
    return CaseBundle(out, digest, bag.files, bag.size_bytes, len(events), tuple(_sentences(hidden)), key)


def seal_bundle(folder: Path, *, passphrase: str = "", recipient_key: str = "") -> tuple[Path, ...]:
    """Encrypt a finished bundle and remove its folder; return the files.

    Args:
        folder: The bundle.
        passphrase: What opens it again; or
        recipient_key: the recipient's public key of age.

    Raises:
        InvalidInput: A key or passphrase is none, or a file exists.
        DiskFull: There is no room: an encrypted bundle is as large as the folder.
        StoreUnavailable: It cannot be written.
    """
    with translated(folder):
        if recipient_key:
            files: tuple[Path, ...] = (seal_for_key(folder, recipient_key),)
        else:
            files = seal_with_passphrase(folder, passphrase)
        shutil.rmtree(folder)
    return files


def _has_current_report(store: CaseStore, case: Case) -> bool:
    for event in reversed(store.events(case.case_id)):
        if event.action == "report_issued":
            return True
        if event.action not in _OUTSIDE:
            return False
    return False


def _issue(store: CaseStore, case: Case, laboratory: LaboratoryDetails | None) -> None:
    out = store.reports_dir / f"{plain_name(store.next_report_number(case.case_id))}.pdf"
    issue_report(
        store,
        case=case.case_id,
        out=out,
        laboratory=laboratory,
        purpose="Report for a bundle of the case",
        overwrite=True,
        has_twin=False,
    )


def _refuse_little_room(out: Path, total: int) -> None:
    place = next(each for each in (out, *out.absolute().parents) if each.exists())
    there = sum(each.stat().st_size for each in out.rglob("*") if each.is_file()) if out.is_dir() else 0
    if free_bytes(place) < total - there + LEAST_FREE_BYTES:
        raise disk_full(out)


def _counted(total: int, progress: OnProgress | None) -> Callable[[int], None]:
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(min(done, total), total)

    return count


def _add_file(bag: Bag, store: CaseStore, record: StoredRecord) -> dict[str, str]:
    """Copy the file of a record into the bundle; return how ``records.json`` names it."""
    row, sha256 = record.row, str(record.row["sha256"])
    title = {
        "exhibit": lambda: f"{plain_name(row['exhibit_number'])}{_ENDINGS.get(row['media_type'], '.bin')}",
        "derived_image": lambda: f"{plain_name(record.object_id)}.png",
        "report": lambda: f"{plain_name(row['report_number'])}.pdf",
    }[record.object_type]()
    is_named_otherwise = record.object_type == "exhibit" and row["exhibit_number"] != record.object_id
    prefix = f"{plain_name(record.object_id)}-" if is_named_otherwise else ""
    name = f"data/{_FOLDERS[record.object_type]}/{prefix}{title}"
    with open_regular(store.vault.path(sha256), follows_links=False) as stream:
        bag.add_stream(name, stream, expected=sha256)
    return {"object_type": record.object_type, "object_id": record.object_id, "path": name}


def _add_page_picture(bag: Bag, store: CaseStore, record: StoredRecord) -> dict[str, str]:
    """Copy the picture of the page that an exhibit is of its file; return how ``records.json`` names it."""
    sha256 = str(record.row["page_sha256"])
    name = f"data/photographs/{plain_name(record.object_id)}-page-{int(record.row['page'])}.png"
    with open_regular(store.vault.path(sha256), follows_links=False) as stream:
        bag.add_stream(name, stream, expected=sha256)
    return {
        "object_type": "exhibit",
        "object_id": record.object_id,
        "path": name,
        "digest": "page_sha256",
    }


def _add_records(
    bag: Bag, shown: Sequence[StoredRecord], listed: Sequence[Mapping[str, str]], hidden: Withheld
) -> None:
    value = {
        "object_types": list(_OBJECT_TYPES),
        "records": [
            {"object_type": each.object_type, "object_id": each.object_id, "row": each.row} for each in shown
        ],
        "files": list(listed),
        "withheld": [{"object_type": kind, "object_id": key} for kind, key in sorted(hidden.records)],
        "withheld_files": [
            {"object_type": kind, "object_id": key, "reason": reason}
            for (kind, key), reason in sorted(hidden.files.items())
            if (kind, key) not in hidden.records
        ],
    }
    bag.add_bytes("data/records/records.json", json_bytes(value))


def _add_page(bag: Bag, store: CaseStore, case: Case) -> None:
    """Write everything that a report of the case says as a page, as of now."""
    content = gather_content(
        store,
        case,
        report_number=f"{case.case_number} (record in a bundle)",
        issued_at=datetime.now(UTC).replace(microsecond=0),
        laboratory=LaboratoryDetails(),
    )
    bag.add_bytes("data/case.html", render_html(content))


def _add_packs(bag: Bag, store: CaseStore, case: Case) -> None:
    for pack in packs_used(store, store.runs(case.case_id)).values():
        folder = f"data/packs/{plain_name(pack.name)}-{pack.sha256[:12]}"
        for name in (each for each in _PACK_FILES if each in pack.files):
            with contextlib.suppress(PackAltered, PackRefused):
                data = read_listed(pack, name)
                if data is not None:
                    bag.add_bytes(f"{folder}/{name}", data)


def _add_texts(bag: Bag, about: Mapping[str, Any]) -> None:
    package = resources.files("forensic_app.bundles")
    bag.add_bytes("verify.py", package.joinpath("verify_bundle.py").read_bytes())
    bag.add_bytes("HOW-TO-VERIFY.html", package.joinpath("how_to_verify.html").read_bytes())
    bag.add_bytes(
        "bundle.json", json_bytes({"version": VERSION, "program": f"Forensic App {__version__}", **about})
    )


def _bag_info(case: Case, store: CaseStore) -> dict[str, str]:
    return {
        "External-Identifier": case.case_number,
        "External-Description": "Case bundle: originals, derived images, reports, records, custody log with proofs",
        "Contact-Name": store.examiner,
        "Bagging-Date": f"{datetime.now(UTC):%Y-%m-%d}",
        "Bag-Software-Agent": f"Forensic App {__version__}",
    }


def _close(
    bag: Bag, store: CaseStore, case: Case, digest: str, *, before: int, about: Mapping[str, Any]
) -> None:
    """Record the bundle, and write the event with its proof into it."""
    store.record_event(
        "bundle_exported",
        object_type="case",
        object_id=case.case_id,
        case_id=case.case_id,
        details={
            **about,
            "folder": str(bag.folder),
            "tagmanifest_sha256": digest,
            "files": bag.files,
            "size_bytes": bag.size_bytes,
        },
    )
    events, checkpoint = store.events(), store.checkpoint()
    if checkpoint is None or checkpoint.size != len(events):
        raise CustodyChainBroken("The bundle's event is under no head.", "Run: forensic-app verify.")
    entries = [bytes.fromhex(event.sha256) for event in events]
    event = next(
        each
        for each in reversed(events)
        if each.action == "bundle_exported" and each.details.get("tagmanifest_sha256") == digest
    )
    value = {
        "event": proven(event, ProvenTree(entries), is_hidden=False),
        "note": checkpoint.note,
        "consistency": [each.hex() for each in consistency_proof(entries, before)],
    }
    bag.close("bundle-event.json", json_bytes(value))


def _sentences(hidden: Withheld) -> Iterator[str]:
    for kind, key in sorted(hidden.records):
        yield f"{kind.replace('_', ' ')} {key}: record, file and events"
    for (kind, key), reason in sorted(hidden.files.items()):
        if (kind, key) not in hidden.records:
            yield f"{kind.replace('_', ' ')} {key}: its file, for {reason}"
