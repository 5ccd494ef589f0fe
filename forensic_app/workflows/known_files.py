"""What a casebook knows of a file by its digest: originals, derived images, copies, reports and their pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forensic_app.errors import RecordNotFound
from forensic_app.records import CustodyEvent, DerivedImage
from forensic_app.store.case_store import CaseStore

_DRAWN = "exhibit_exported"
_OF_A_REPORT = {
    "sha256": "a report",
    "html_sha256": "the page of a report",
    "unsigned_sha256": "a report before it was signed",
}


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A record that a file is of.

    Attributes:
        what: What the file is, in words.
        object_type: ``exhibit``, ``derived_image``, ``report``, or what the event says.
        object_id: Its identifier.
        run_id: The run that it goes back to; empty where it does not, or to several.
        case_id: Its case, ``None`` where it has none.
        sequence: Number of the custody event that holds the digest; 0 where a record does.
    """

    what: str
    object_type: str
    object_id: str
    run_id: str = ""
    case_id: str | None = None
    sequence: int = 0


def known_files(store: CaseStore, sha256: str) -> list[KnownFile]:
    """Return every record and event that names a file's digest, records first.

    Args:
        store: The casebook.
        sha256: Of the file.
    """
    found: list[KnownFile] = []
    for case in store.cases():
        found += [
            KnownFile("a photograph as received", "exhibit", each.exhibit_id, "", each.case_id)
            for each in store.exhibits(case.case_id, include_removed=True)
            if each.sha256 == sha256
        ]
    image = derived_image_of(store, sha256)
    if image is not None:
        case_id = store.run(image.run_id).case_id
        found.append(
            KnownFile(
                "a derived image as kept in the casebook",
                "derived_image",
                image.derived_image_id,
                image.run_id,
                case_id,
            )
        )
    for event in store.events():
        found += _in_event(store, event, sha256)
    return found


def derived_image_of(store: CaseStore, sha256: str) -> DerivedImage | None:
    """Return the derived image whose file has a digest, ``None`` where there is none."""
    return next((image for image in _images(store) if image.sha256 == sha256), None)


def derived_image_named(store: CaseStore, derived_image_id: str) -> DerivedImage | None:
    """Return a derived image by its identifier, ``None`` where there is none."""
    try:
        return store.derived_image(derived_image_id)
    except RecordNotFound:
        return None


def _images(store: CaseStore) -> Iterator[DerivedImage]:
    for run in store.runs():
        yield from store.derived_images(run.run_id)


def _in_event(store: CaseStore, event: CustodyEvent, sha256: str) -> Iterator[KnownFile]:
    details = event.details
    if event.action == "report_issued":
        for name, what in _OF_A_REPORT.items():
            if details.get(name) == sha256:
                yield KnownFile(what, "report", event.object_id, "", event.case_id, event.sequence)
        return
    if event.action == _DRAWN and details.get("sha256") == sha256:
        what = "a copy of a photograph with its faces marked"
        yield KnownFile(what, event.object_type, event.object_id, "", event.case_id, event.sequence)
    if sha256 not in _exported(details):
        return
    image = _image_of_copy(store, details, sha256)
    yield KnownFile(
        "a copy that was handed out",
        "derived_image" if image is not None else event.object_type,
        image.derived_image_id if image is not None else event.object_id,
        image.run_id if image is not None else _run_of(event),
        event.case_id,
        event.sequence,
    )


def _exported(details: Mapping[str, Any]) -> tuple[Any, ...]:
    value = details.get("exported_sha256")
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _image_of_copy(store: CaseStore, details: Mapping[str, Any], sha256: str) -> DerivedImage | None:
    """Return the one image that a copy is of, ``None`` where it shows several or none."""
    copies, originals = _exported(details), details.get("sha256")
    if not isinstance(originals, list | tuple) or len(copies) != len(originals):
        return None
    return derived_image_of(store, str(originals[copies.index(sha256)]))


def _run_of(event: CustodyEvent) -> str:
    return event.object_id if event.object_type == "run" else str(event.details.get("run_id") or "")
