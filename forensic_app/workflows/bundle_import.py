"""Take the photographs of a case bundle over as received evidence.

Rules:
    * The bundle is checked whole before anything is taken; one that does not verify is refused, with what is wrong.
    * What is received are the bytes that were checked. Derived images are never exhibits: they stay in the bundle.
    * The bundle's own record of each photograph is kept in the notes of the exhibit; nothing of the other log is
      taken for true.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forensic_app.bundles.sealing import ARCHIVE_ENDING, open_sealed
from forensic_app.bundles.verify_bundle import Checking
from forensic_app.checked_json import parse_json_object
from forensic_app.errors import DuplicateRecord, EvidenceAltered, InvalidInput, UnreadableImage
from forensic_app.private import open_private
from forensic_app.regular_files import read_regular, read_verified
from forensic_app.store.case_store import CaseStore
from forensic_app.store.faults import translated
from forensic_app.workflows.bundle_statements import StatedPhotograph, stated_photographs
from forensic_app.workflows.intake import receive_exhibit

MOST_RECORD_BYTES: Final = 1 << 28
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ImportedBundle:
    """What was taken over.

    Attributes:
        tagmanifest_sha256: What the bundle is known by.
        first_key: Public key that its log begins with.
        exhibits: Identifiers of the exhibits that were received.
        left_out: What was not received, with the reason, as sentences.
    """

    tagmanifest_sha256: str
    first_key: str
    exhibits: tuple[str, ...]
    left_out: tuple[str, ...]


def import_bundle(
    store: CaseStore,
    bundle: Path,
    *,
    case: str,
    key: str = "",
    passphrase: str = "",
    identity_file: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportedBundle:
    """Receive the photographs of a bundle into a case; event ``bundle_received``.

    Args:
        store: The casebook, open for writing.
        bundle: Its folder, or an encrypted bundle (``.tar.age``).
        case: Number or identifier of an open case.
        key: Public key that the bundle's log has to know; empty for any.
        passphrase: What opens an encrypted bundle.
        identity_file: The recipient's secret age key, in place of a passphrase.
        progress: Told how many photographs are received, of how many; may raise to stop.

    Raises:
        InvalidInput: It is no bundle, cannot be opened, or does not verify; the message names what is wrong.
        RecordNotFound: There is no such case.
        StoreUnavailable: Something cannot be read or written.
    """
    record = store.case(case)
    with ExitStack() as stack, translated(bundle):
        folder = bundle
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="forensic-app-bundle-")))
        if bundle.name.endswith(ARCHIVE_ENDING):
            open_sealed(bundle, scratch, passphrase=passphrase, identity_file=identity_file)
            folder = next((each for each in scratch.iterdir() if each.is_dir()), scratch)
        checking = _checked(folder, key)
        records = _records(folder)
        digest = checking.digest_of_manifests()
        photographs = stated_photographs(records)
        for each in photographs:
            store.check_exhibit(
                case=case, subject_id=None, exhibit_number=None, received_how="", source=each.source,
                photo_date=each.photo_date, age_at_photo=each.age_at_photo,
            )  # fmt: skip
        received, left_out = [], []
        for place, each in enumerate(photographs):
            if progress is not None:
                progress(place, len(photographs))
            try:
                received.append(_receive(store, record.case_id, folder, each, digest, scratch))
            except (DuplicateRecord, UnreadableImage, InvalidInput) as error:
                left_out.append(f"{each.object_id} of the bundle: {error.message}")
    store.record_event(
        "bundle_received",
        object_type="case",
        object_id=record.case_id,
        case_id=record.case_id,
        details={
            "tagmanifest_sha256": digest,
            "first_key": checking.first_key,
            "exhibits": received,
            "left_out": left_out,
        },
    )
    return ImportedBundle(digest, checking.first_key, tuple(received), tuple(left_out))


def _checked(folder: Path, key: str) -> Checking:
    checking = Checking(folder, {key.strip().lower()} if key.strip() else set())
    checking.run()
    if checking.findings:
        told = " ".join(checking.findings[:_MOST_NAMED])
        more = len(checking.findings) - _MOST_NAMED
        raise InvalidInput(
            f"The bundle {folder.name} does not verify, and nothing was taken from it. {told}"
            + (f" And {more} more." if more > 0 else ""),
            "Ask whoever sent it for another copy; keep this one as it is.",
        )
    return checking


def _records(folder: Path) -> dict[str, Any]:
    data = read_regular(folder / "data/records/records.json", max_bytes=MOST_RECORD_BYTES)
    try:
        return parse_json_object(data, most_bytes=MOST_RECORD_BYTES)
    except ValueError as error:
        raise InvalidInput(
            f"The bundle {folder.name} does not verify, and nothing was taken from it. {error}",
            "Ask whoever sent it for another copy; keep this one as it is.",
        ) from error


def _receive(
    store: CaseStore, case_id: str, folder: Path, stated: StatedPhotograph, digest: str, scratch: Path
) -> str:
    """Receive one photograph from the bytes that were checked; return the exhibit's identifier."""
    data = read_verified(folder / stated.path, stated.sha256)
    path = scratch / "photograph"
    path.unlink(missing_ok=True)
    with open_private(path, "xb") as stream:
        stream.write(data)
    exhibit = receive_exhibit(
        store,
        path,
        case=case_id,
        source=stated.source,
        received_how=f"case bundle {digest[:16]}",
        photo_date=stated.photo_date,
        age_at_photo=stated.age_at_photo,
        original_name=stated.original_name,
        page=stated.page,
        notes=(stated.note,),
    )
    if exhibit.sha256 != stated.sha256:
        raise EvidenceAltered(
            f"The photograph {stated.path} was changed while it was received.", "Verify the casebook."
        )
    return exhibit.exhibit_id
