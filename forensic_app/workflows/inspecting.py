"""Lead any picture or document back to its run: every mark in it is looked for, and what each proves is said.

Rules:
    * "No mark" is no finding about a picture: marks can be taken away, and most pictures never had one.
    * A mark that says something is a statement, not a proof; what would prove it is said beside it.
    * The file may come from anywhere: it is read once, within the workstation's limits, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from cryptography import x509

from forensic_app.decoding.pdf import pictures_in
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import ForensicAppError, RecordNotFound, UnreadableImage
from forensic_app.exchange import watermark
from forensic_app.exchange.xmp import origin_in
from forensic_app.identity.certificates import pem
from forensic_app.identity.content_credentials import is_available, read_content_credentials
from forensic_app.identity.files import load_identity
from forensic_app.identity.pdf_checking import SignatureReading, read_signatures
from forensic_app.images import load_working_copy_from
from forensic_app.regular_files import read_given
from forensic_app.settings import Settings, load_settings
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.inspection_words import NO_MARK, PROVES, PROVES_NOT
from forensic_app.workflows.known_files import derived_image_named, known_files
from forensic_app.workflows.visible_band import shows_band

FOUND, KNOWN, STRANGE, INVALID, NONE, UNCHECKED = (
    "found",
    "known",
    "strange",
    "invalid",
    "none",
    "not checked",
)
"""States of a mark: it is there; and leads to a record here; and is of another casebook or laboratory; is broken."""
_MOST_LOOKED_AT: Final = 4
"""Pictures of a document whose pixels are looked at for marks, which takes up to seconds each."""
_SIGNATURES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"BM": "image/bmp",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One kind of mark that was looked for.

    Attributes:
        kind: ``digest``, ``signature``, ``c2pa``, ``xmp``, ``watermark`` or ``band``.
        status: See :data:`FOUND` and the others.
        run_id: The run that it names, empty for none.
        words: What was found, as a sentence.
        proves: What that proves.
        proves_not: What it does not prove.
        facts: Everything that it says, JSON types.
    """

    kind: str
    status: str
    run_id: str
    words: str
    proves: str
    proves_not: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file says of where it comes from.

    Attributes:
        sha256: Of the file.
        size_bytes: Its length.
        media_type: By content; empty where it is not known.
        marks: Every kind that was looked for, those that prove most first.
        run_id: The run that it leads to, by the first mark that leads to a record here; empty for none.
        summary: The whole, as a sentence.
    """

    sha256: str
    size_bytes: int
    media_type: str
    marks: tuple[Mark, ...]
    run_id: str
    summary: str


def inspect_file(path: Path, *, store: CaseStore | None, settings: Settings | None = None) -> Inspection:
    """Return what is found in a file.

    Args:
        path: Any regular file.
        store: The casebook that is asked; ``None`` where there is none: digests lead nowhere then.
        settings: The workstation's.

    Raises:
        InvalidInput: It is no regular file, or larger than the workstation's limit.
        StoreUnavailable: It cannot be read.
    """
    given = settings or load_settings()
    data = read_given(path, max_bytes=given.max_image_bytes)
    return inspect_bytes(data, store=store, settings=given)


def inspect_bytes(data: bytes, *, store: CaseStore | None, settings: Settings) -> Inspection:
    """Return what is found in the bytes of a file; see :func:`inspect_file`."""
    media_type = next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), "")
    if data[8:12] == b"WEBP":
        media_type = "image/webp"
    sha256 = sha256_of_bytes(data)
    anchors = _anchors(settings)
    marks = [_digest(store, sha256)]
    if media_type == "application/pdf":
        marks += [*_signatures(data, anchors), *_of_pages(data, store, settings)]
    else:
        marks += _of_picture(data, media_type, store, anchors)
    leading = next((each.run_id for each in marks if each.status == KNOWN and each.run_id), "")
    return Inspection(sha256, len(data), media_type, tuple(marks), leading, _summary(marks, leading))


def _summary(marks: Sequence[Mark], run_id: str) -> str:
    if run_id:
        kinds = [each.kind for each in marks if each.run_id == run_id and each.status == KNOWN]
        is_known = marks[0].status == KNOWN and marks[0].run_id != run_id
        told = f"It is known to this casebook. {marks[0].words} " if is_known else ""
        return f"{told}It leads to the run {run_id} of this casebook, by: {', '.join(kinds)}."
    if marks[0].status == KNOWN:
        return f"It is known to this casebook. {marks[0].words} It leads to no single run."
    is_marked = any(each.status in {FOUND, KNOWN, STRANGE, INVALID} for each in marks)
    if is_marked and marks[0].status == UNCHECKED:
        return "There are marks in it; what each says is listed. No casebook was asked whether it knows them."
    if is_marked:
        return "There are marks in it; none leads to a run of this casebook. What each says is listed."
    return NO_MARK


def _digest(store: CaseStore | None, sha256: str) -> Mark:
    if store is None:
        return _mark("digest", UNCHECKED, "No casebook was asked.")
    found = known_files(store, sha256)
    if not found:
        return _mark("digest", NONE, "No record and no event of this casebook holds the digest of this file.")
    first = found[0]
    run_id = next((each.run_id for each in found if each.run_id), "")
    words = "; ".join(dict.fromkeys(f"{each.what} ({each.object_type} {each.object_id})" for each in found))
    facts = {
        "object_type": first.object_type,
        "object_id": first.object_id,
        "case_id": first.case_id,
        "events": [each.sequence for each in found if each.sequence],
    }
    return _mark("digest", KNOWN, f"The file is {words}.", run_id, facts)


def _signatures(data: bytes, anchors: Sequence[x509.Certificate]) -> list[Mark]:
    found = read_signatures(data, anchors)
    if not found:
        return [_mark("signature", NONE, "The PDF bears no electronic signature.")]
    return [_signature(each) for each in found]


def _signature(reading: SignatureReading) -> Mark:
    facts = {
        "field": reading.field,
        "signer": reading.signer,
        "certificate_sha256": reading.certificate_sha256,
        "is_intact": reading.is_intact,
        "is_valid": reading.is_valid,
        "is_trusted": reading.is_trusted,
        "covers_all": reading.covers_all,
    }
    if reading.fault:
        return _mark("signature", UNCHECKED, f"A signature was not checked: {reading.fault}.", "", facts)
    if not (reading.is_intact and reading.is_valid):
        return _mark(
            "signature", INVALID, "A signature does not fit the file: the file was changed.", "", facts
        )
    added = "" if reading.covers_all else " Something was added to the file afterwards."
    if reading.is_trusted:
        words = f"Signed under this laboratory's certificate: {reading.signer}.{added}"
        return _mark("signature", KNOWN if reading.covers_all else FOUND, words, "", facts)
    words = f"Signed by a certificate that this workstation does not know: {reading.signer}.{added}"
    return _mark("signature", STRANGE, words, "", facts)


def _of_pages(data: bytes, store: CaseStore | None, settings: Settings) -> list[Mark]:
    """Return what the pictures on the pages of a PDF say, whatever became of the file around them."""
    try:
        found = pictures_in(data, "file", max_pixels=settings.max_image_pixels)
    except UnreadableImage as error:
        words = f"The pictures in it were not looked at: {error.message}"
        return [_mark(kind, UNCHECKED, words) for kind in ("xmp", "watermark", "band")]
    stated = [(_xmp(each.data, store), each) for each in found]
    stated.sort(key=lambda one: (one[0].status == NONE, -one[1].image.width * one[1].image.height))
    pixels = [np.asarray(each.image) for _, each in stated[:_MOST_LOOKED_AT]]
    nothing = f"The PDF has {len(found)} pictures"
    looked = f"{nothing}; of the {len(pixels)} that were looked at none" if pixels else nothing + "; none"
    bands = [
        _mark("band", FOUND, "The words of the band stand on it.") for each in pixels if shows_band(each)
    ]
    return [
        _together("xmp", [mark for mark, _ in stated], f"{nothing}; no XMP of them names a run."),
        _together(
            "watermark",
            [_watermark(watermark.read(each), store) for each in pixels],
            f"{looked} has an invisible mark.",
        ),
        _together("band", bands, f"{looked} has the words of the band."),
    ]


def _together(kind: str, marks: Sequence[Mark], nothing: str) -> Mark:
    """Return what the pictures of a document say as one mark: a run where all that lead to one lead to the same."""
    there = [each for each in marks if each.status not in {NONE, UNCHECKED}]
    if not there:
        return _mark(kind, NONE, nothing)
    best = min(there, key=lambda each: (KNOWN, FOUND, STRANGE, INVALID).index(each.status))
    runs = sorted({each.run_id for each in there if each.status == best.status and each.run_id})
    words = f"Pictures in it that say so: {len(there)}. {best.words}"
    facts = {**best.facts, "pictures": len(there), "runs": runs}
    return _mark(kind, best.status, words, runs[0] if len(runs) == 1 else "", facts)


def _of_picture(
    data: bytes, media_type: str, store: CaseStore | None, anchors: Sequence[x509.Certificate]
) -> list[Mark]:
    marks = [_credentials(data, media_type, store, anchors), _xmp(data, store)]
    try:
        picture = load_working_copy_from(data, "file")
    except UnreadableImage as error:
        words = f"The pixels were not looked at: {error.message}"
        return [*marks, _mark("watermark", UNCHECKED, words), _mark("band", UNCHECKED, words)]
    marks.append(_watermark(watermark.read(picture), store))
    is_banded = shows_band(picture)
    words = (
        "The words of the band stand on it." if is_banded else "The words of the band were not found on it."
    )
    return [*marks, _mark("band", FOUND if is_banded else NONE, words)]


def _credentials(
    data: bytes, media_type: str, store: CaseStore | None, anchors: Sequence[x509.Certificate]
) -> Mark:
    if not is_available():
        return _mark("c2pa", UNCHECKED, "Content credentials are not read: the library is not installed.")
    if media_type not in {"image/png", "image/jpeg", "image/tiff", "image/webp"}:
        return _mark("c2pa", NONE, "Files of this kind are not looked through for content credentials.")
    found = read_content_credentials(data, media_type, anchors="".join(pem(each) for each in anchors))
    if found is None:
        return _mark("c2pa", NONE, "It has no content credentials.")
    origin = {name: value[:200] for name, value in list(found.origin.items())[:20]}
    facts = {"signer": found.signer, "faults": list(found.faults), "origin": origin}
    if not found.is_valid:
        return _mark(
            "c2pa", INVALID, "Its content credentials do not fit the file: it was changed.", "", facts
        )
    status = _standing(store, origin.get("casebook_id", ""), origin.get("derived_image_id", ""))
    if not found.is_ours:
        words = f"Signed by a certificate that this workstation does not know: {found.signer}."
        return _mark("c2pa", STRANGE, words, origin.get("run_id", ""), facts)
    return _mark("c2pa", status, f"Signed under this laboratory's certificate: {found.signer}.",
                 origin.get("run_id", ""), facts)  # fmt: skip


def _xmp(data: bytes, store: CaseStore | None) -> Mark:
    origin = origin_in(data)
    if origin is None:
        return _mark("xmp", NONE, "No XMP of it names a run or a digital source type.")
    facts = {name: getattr(origin, name) for name in origin.__slots__ if getattr(origin, name)}
    if not origin.run_id:
        return _mark("xmp", FOUND, f"It says of itself: {origin.source_type}.", "", facts)
    status = _standing(store, origin.casebook_id, origin.derived_image_id)
    words = f"It says that it is {origin.derived_image_id or 'a sheet'} of the run {origin.run_id}."
    return _mark("xmp", status, words, origin.run_id, facts)


def _watermark(reading: watermark.WatermarkReading | None, store: CaseStore | None) -> Mark:
    if reading is None:
        return _mark("watermark", NONE, "No invisible mark stands out in its pixels.")
    name = f"D-{reading.image_number:06d}"
    facts = {
        "derived_image_id": name,
        "casebook_tag": f"{reading.casebook_tag:04x}",
        "distinctness": round(reading.distinctness, 1),
        "threshold": watermark.THRESHOLD,
    }
    words = f"Its pixels carry the number {name} and the casebook's tag {reading.casebook_tag:04x}."
    if store is None:
        return _mark("watermark", FOUND, words, "", facts)
    image = derived_image_named(store, name)
    if watermark.casebook_tag(store.casebook_id) != reading.casebook_tag or image is None:
        return _mark("watermark", STRANGE, words, "", facts)
    return _mark("watermark", KNOWN, words, image.run_id, facts)


def _standing(store: CaseStore | None, casebook_id: str, derived_image_id: str) -> str:
    """Return whether a statement is of a record of this casebook."""
    if store is None:
        return FOUND
    if casebook_id != store.casebook_id:
        return STRANGE
    is_sheet = not derived_image_id
    return KNOWN if is_sheet or derived_image_named(store, derived_image_id) is not None else STRANGE


def _anchors(settings: Settings) -> list[x509.Certificate]:
    try:
        return [load_identity(settings.home).anchor]
    except (RecordNotFound, ForensicAppError):
        return []


def _mark(kind: str, status: str, words: str, run_id: str = "", facts: dict[str, Any] | None = None) -> Mark:
    is_there = status not in {NONE, UNCHECKED}
    proves = PROVES[kind] if is_there and status != INVALID else ""
    return Mark(kind, status, run_id, words, proves, PROVES_NOT[kind] if is_there else NO_MARK, facts or {})
