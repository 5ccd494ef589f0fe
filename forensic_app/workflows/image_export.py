"""Hand out derived images and contact sheets, each picture with its band, its name and the digest of its file.

Rules:
    * What is handed out is not the file in the vault: a strip below the band names the image and that file's SHA-256,
      and every mark of :mod:`forensic_app.workflows.picture_marks` is in it, so that a picture found elsewhere leads
      back to the record. There is no way to leave them out.
    * Every way out is one custody event: a file, the clipboard, another program that it was dragged to, a printer.
    * A contact sheet shows no image that was rejected, and says of each whether it was decided about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from forensic_app import __version__
from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.pictures.marking import BAND_TEXT, with_lines
from forensic_app.engines.pictures.note_marks import note_lines
from forensic_app.engines.pictures.note_marks import with_notes as drawn
from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.exchange.watermark import casebook_tag
from forensic_app.exchange.xmp import COMPOSITE, Origin, packet
from forensic_app.identity.certificates import Credentials, fingerprint
from forensic_app.records import Consent, Decision, DerivedImage, ImageNote, Run, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.store.fields import disclosure
from forensic_app.workflows.consents import consent_for_export, usage_terms
from forensic_app.workflows.contact_sheet import SheetCell, SheetRow, laid_out
from forensic_app.workflows.exhibit_pictures import exhibit_pixels
from forensic_app.workflows.picture_files import XMP, encoded, file_format, write_new
from forensic_app.workflows.picture_marks import (
    BAND,
    CONTENT_CREDENTIALS,
    WATERMARK,
    XMP_MARK,
    image_number,
    marked_picture,
    sheet_with_credentials,
)

FILE, CLIPBOARD, DRAGGED, PRINTED = "file", "clipboard", "dragged", "printed"
"""Ways out."""
IMAGE_EVENT, SHEET_EVENT, EXHIBIT_EVENT = "derived_image_exported", "images_exported", "exhibit_exported"
_MOST_RUNS = 400


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A picture as it is handed out.

    Attributes:
        data: The file's bytes.
        kind: ``PNG`` or ``JPEG``.
        sha256: Their digest.
        event: Action of its custody event.
        object_type: What it is about: ``derived_image``, ``run`` or ``subject``.
        object_id: Its identifier.
        case_id: Its case, if one.
        images: SHA-256 of each derived image that it shows.
        marks: Kinds of marks in it.
        notes: Sentences on what could not be added.
        facts: What the event says of it besides.
    """

    data: bytes
    kind: str
    event: str
    object_type: str
    object_id: str
    case_id: str | None
    images: tuple[str, ...]
    marks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """SHA-256 of what is handed out."""
        return sha256_of_bytes(self.data)


def image_to_hand_out(
    store: CaseStore,
    name: str,
    kind: str = "PNG",
    *,
    credentials: Credentials | None = None,
    with_notes: bool = False,
) -> HandedOut:
    """Return a derived image as it is handed out, with its marks; nothing is recorded.

    Args:
        store: The casebook.
        name: Identifier of the image.
        kind: ``PNG`` or ``JPEG``.
        credentials: What its content credentials are signed with, fit to sign now; ``None`` leaves them out.
        with_notes: Whether what examiners placed on it is drawn, and told below the band.

    Raises:
        ConsentMissing: The case is a media production, and the person has no consent that holds today.
        EvidenceAltered: Its file no longer has its digest.
        RecordNotFound: There is no such image.
    """
    record = store.derived_image(name)
    run = store.run(record.run_id)
    decision = store.decisions(record.run_id).get(record.derived_image_id)
    lines = (
        f"{record.derived_image_id} · {record.run_id} · {decision_words(decision)}",
        f"SHA-256 of the file in the casebook: {_in_groups(record.sha256)}",
    )
    notes = notes_on(store, run.case_id, record.derived_image_id, record.sha256) if with_notes else []
    told = (*lines, *note_lines(notes))
    made = marked_picture(store, record, kind=kind, lines=told, credentials=credentials, notes=notes)
    facts = {"photograph_sha256": made.photograph_sha256, **_facts_of(notes)}
    if made.consent_id:
        facts["consent_id"] = made.consent_id
    if credentials is not None and CONTENT_CREDENTIALS in made.marks:
        facts["certificate_sha256"] = fingerprint(credentials.certificate)
    return HandedOut(
        made.data, kind, IMAGE_EVENT, "derived_image", record.derived_image_id, run.case_id, (record.sha256,),
        made.marks, made.notes, facts,
    )  # fmt: skip


def photograph_to_hand_out(store: CaseStore, name: str, kind: str = "PNG") -> HandedOut:
    """Return a copy of a photograph with what examiners placed on it; nothing is recorded.

    Args:
        store: The casebook.
        name: Identifier or number of the exhibit.
        kind: ``PNG`` or ``JPEG``.

    Raises:
        ConsentMissing: The case is a media production, and the person has no consent that holds today.
        EvidenceAltered: Its file no longer has its digest.
        RecordNotFound: There is no such exhibit.
    """
    exhibit = store.exhibit(name)
    consent = consent_for_export(store, exhibit)
    notes = notes_on(store, exhibit.case_id, exhibit.exhibit_id, exhibit.picture_sha256)
    lines = (
        f"Exhibit {exhibit.exhibit_number} · copy of the photograph with notes of the examiner",
        f"SHA-256 of the file in the casebook: {_in_groups(exhibit.picture_sha256)}",
        *note_lines(notes),
    )
    picture = with_lines(drawn(Image.fromarray(exhibit_pixels(store, exhibit)), notes), lines)
    data = encoded(picture, kind, texts={"Title": f"Exhibit {exhibit.exhibit_number}, copy with notes"})
    facts = {"what": "notes drawn", **_facts_of(notes)}
    if consent is not None:
        facts["consent_id"] = consent.consent_id
    return HandedOut(
        data, kind, EXHIBIT_EVENT, "exhibit", exhibit.exhibit_id, exhibit.case_id, (exhibit.picture_sha256,),
        facts=facts,
    )  # fmt: skip


def noted_to_hand_out(
    store: CaseStore, name: str, kind: str = "PNG", *, credentials: Credentials | None = None
) -> HandedOut:
    """Return an exhibit or a derived image with what examiners placed on it; nothing is recorded.

    Raises:
        EvidenceAltered: Its file no longer has its digest.
        RecordNotFound: There is no such picture.
    """
    try:
        store.derived_image(name)
    except RecordNotFound:
        return photograph_to_hand_out(store, name, kind)
    return image_to_hand_out(store, name, kind, credentials=credentials, with_notes=True)


def notes_on(store: CaseStore, case_id: str, name: str, sha256: str) -> list[ImageNote]:
    """Return what stands on a picture, oldest first.

    Args:
        store: The casebook.
        case_id: The picture's case.
        name: Identifier of the exhibit or derived image.
        sha256: Digest of its file; what was placed on another one is left out.
    """
    return [each for each in store.image_notes(case_id) if (each.picture, each.sha256) == (name, sha256)]


def _facts_of(notes: Sequence[ImageNote]) -> dict[str, str]:
    return {"image_notes": ", ".join(each.image_note_id for each in notes)} if notes else {}


def sheet_to_hand_out(
    store: CaseStore, name: str, kind: str = "PNG", *, credentials: Credentials | None = None
) -> HandedOut:
    """Return a contact sheet of a run, or of every completed run on a subject's photographs; nothing is recorded.

    Args:
        store: The casebook.
        name: Identifier of a run or a subject.
        kind: ``PNG`` or ``JPEG``.
        credentials: What its content credentials are signed with, fit to sign now; ``None`` leaves them out.

    Raises:
        EvidenceAltered: A file no longer has its digest.
        InvalidInput: There is no image to show.
        RecordNotFound: There is no such run or subject.
    """
    runs, object_type, case_id, title = _runs_of(store, name)
    runs = [run for run in runs if store.exhibit(run.spec.exhibit_id).tombstone_reason is None]
    rows, digests = _rows(store, runs)
    consents = _consents(store, runs)
    if not rows:
        raise InvalidInput(
            f"{name} has no derived images to show.",
            "Images that were rejected, or made of a photograph that was withdrawn, are left out of a contact sheet.",
        )
    footer = (
        BAND_TEXT,
        "Each picture shows one possible appearance. It is no photograph and identifies nobody.",
    )
    sheet = laid_out(title, rows, footer=footer)
    origin = Origin(
        source_type=COMPOSITE,
        system="Forensic App",
        version=__version__,
        run_id=", ".join(run.run_id for run in runs)[:_MOST_RUNS],
        casebook_id=store.casebook_id,
        consent_id=", ".join(each.consent_id for each in consents),
        usage_terms="; ".join(map(usage_terms, consents)),
    )
    data = encoded(
        sheet,
        kind,
        texts={"Title": BAND_TEXT, "Description": f"Contact sheet of {name}", XMP: packet(origin)},
    )
    data, notes = sheet_with_credentials(data, kind, origin, digests, credentials)
    marks = (BAND, XMP_MARK, WATERMARK, *(() if notes else (CONTENT_CREDENTIALS,)))
    facts = {"consent_id": origin.consent_id} if consents else {}
    if credentials is not None and CONTENT_CREDENTIALS in marks:
        facts["certificate_sha256"] = fingerprint(credentials.certificate)
    return HandedOut(
        data, kind, SHEET_EVENT, object_type, name, case_id, tuple(digests), marks, tuple(notes), facts
    )


def hand_out_to_file(
    store: CaseStore,
    name: str,
    out: Path,
    *,
    is_sheet: bool = False,
    with_notes: bool = False,
    credentials: Credentials | None = None,
    purpose: str = "",
    recipient: str = "",
) -> HandedOut:
    """Write a derived image, or a contact sheet of a run or subject, to a new file, and record it.

    Args:
        store: The casebook, open for writing.
        name: Identifier of an image; of a run or a subject for a sheet.
        out: The new file.
        is_sheet: Whether a contact sheet is meant.
        with_notes: Whether what examiners placed on the picture is drawn; ``name`` may be an exhibit then.
        credentials: What content credentials are signed with; ``None`` leaves them out.
        purpose: What it is handed out for.
        recipient: Who receives it.

    Raises:
        InvalidInput: The file exists, cannot be written or has another ending; a sheet has nothing to show.
        EvidenceAltered: A file of the casebook no longer has its digest.
        RecordNotFound: There is no such image, run or subject.
    """
    kind = file_format(out)
    if is_sheet:
        made = sheet_to_hand_out(store, name, kind, credentials=credentials)
    elif with_notes:
        made = noted_to_hand_out(store, name, kind, credentials=credentials)
    else:
        made = image_to_hand_out(store, name, kind, credentials=credentials)
    with write_new(out, made.data):
        record_handing_out(store, made, FILE, place=str(out), purpose=purpose, recipient=recipient)
    return made


def record_handing_out(
    store: CaseStore, made: HandedOut, way: str, *, place: str = "", purpose: str = "", recipient: str = ""
) -> None:
    """Record that a picture was handed out.

    Args:
        store: The casebook, open for writing.
        made: What was handed out.
        way: :data:`FILE`, :data:`CLIPBOARD`, :data:`DRAGGED` or :data:`PRINTED`.
        place: The file, or the printer.
        purpose: What it is handed out for.
        recipient: Who receives it.

    Raises:
        InvalidInput: Purpose or recipient are no line of text.
    """
    details: dict[str, Any] = {
        "way": way,
        "place": place,
        "format": made.kind,
        "exported_sha256": made.sha256,
        "sha256": list(made.images),
        "marks": list(made.marks),
        **made.facts,
        **disclosure(purpose, recipient),
    }
    store.record_event(
        made.event,
        object_type=made.object_type,
        object_id=made.object_id,
        case_id=made.case_id,
        details=details,
    )


def decision_words(decision: Decision | None) -> str:
    """Return whether an image was decided about."""
    if decision is None:
        return "not decided about"
    return f"{'accepted' if decision.is_accepted else 'REJECTED'} by {decision.examiner}"


def _runs_of(store: CaseStore, name: str) -> tuple[list[Run], str, str | None, str]:
    try:
        run = store.run(name)
    except RecordNotFound:
        subject = store.subject(name)
        own = {each.exhibit_id for each in _exhibits(store) if each.subject_id == subject.subject_id}
        runs = [each for each in store.runs(status=RunStatus.COMPLETED) if each.spec.exhibit_id in own]
        case_id = runs[0].case_id if runs else None
        return runs, "subject", case_id, f"Derived images of {subject.name} ({subject.subject_id})"
    exhibit = store.exhibit(run.spec.exhibit_id)
    return (
        [run],
        "run",
        run.case_id,
        f"Derived images of run {run.run_id} on exhibit {exhibit.exhibit_number}",
    )


def _consents(store: CaseStore, runs: Sequence[Run]) -> list[Consent]:
    """Return the consents that a sheet of some runs leaves under."""
    exhibits = [store.exhibit(name) for name in dict.fromkeys(run.spec.exhibit_id for run in runs)]
    found = [consent for each in exhibits if (consent := consent_for_export(store, each)) is not None]
    return list({each.consent_id: each for each in found}.values())


def _exhibits(store: CaseStore) -> list[Any]:
    return [each for case in store.cases() for each in store.exhibits(case.case_id)]


def _rows(store: CaseStore, runs: Sequence[Run]) -> tuple[list[SheetRow], list[str]]:
    """Return a row for each exhibit that has pictures to show, and the digests of what they show."""
    from forensic_app.workflows.report_runs import run_sections

    exhibits = [store.exhibit(name) for name in dict.fromkeys(run.spec.exhibit_id for run in runs)]
    cells: dict[str, list[SheetCell]] = {}
    untouched: dict[str, SheetCell] = {}
    digests = []
    for section in run_sections(store, runs, exhibits, {}, only_accepted=False, is_marked=False):
        number = section.exhibit.exhibit_number
        decisions = store.decisions(section.run_id)
        shown = [image for image in section.images if image.is_variant]
        if shown and section.control_picture is not None:
            untouched.setdefault(
                number, SheetCell(section.control_picture.data, ("Untouched photograph", number))
            )
        for image in shown:
            lines = _lines(image.record, section.record, decisions.get(image.record.derived_image_id))
            own = image_number(image.record.derived_image_id)
            mark = None if own is None else (own, casebook_tag(store.casebook_id))
            cells.setdefault(number, []).append(SheetCell(image.picture.data, lines, mark))
            digests.append(image.record.sha256)
    rows = [
        SheetRow(f"Exhibit {number}", (*([untouched[number]] if number in untouched else []), *found))
        for number, found in cells.items()
    ]
    return rows, digests


def _lines(image: DerivedImage, run: Run, decision: Decision | None) -> tuple[str, ...]:
    source = run.spec.source_derived_image_id
    sketch = f"Sketch of {source}" if source else "Sketch of the photograph"
    age = sketch if image.target_age is None else f"{image.target_age:g} years"
    variant = f", variant {image.variant}" if image.variant and image.variant > 1 else ""
    return (
        f"{age}{variant}",
        f"{image.derived_image_id}, {image.run_id}, {decision_words(decision)}",
        f"SHA-256 {image.sha256[:16]}…",
    )


def _in_groups(digest: str) -> str:
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))
