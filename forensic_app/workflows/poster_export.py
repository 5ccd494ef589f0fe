"""Make a public appeal from a case: a sheet to print, or a picture for the networks, and the text for the press.

Rules:
    * Nothing is approved by the program: a person's name and a date make a sheet public, and both are recorded. Without
      them the word for a draft stands across the sheet, and in the text.
    * Only an image that an examiner accepted may be approved; a rejected one is on no sheet, not even a draft.
    * The derived image bears its marks; files that can have content credentials or a signature get them where the
      laboratory's certificate is unlocked.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from forensic_app import __version__
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import InvalidInput
from forensic_app.exchange.xmp import COMPOSITE, Origin, packet
from forensic_app.identity.certificates import Credentials
from forensic_app.images import load_working_copy_from
from forensic_app.records import Case, CaseKind, DerivedImage, Exhibit, Run, Sex, Subject
from forensic_app.reports.poster import SHEETS, SIZES, PosterContent, PosterPicture, render_poster
from forensic_app.reports.poster_texts import TEMPLATES, PosterWords
from forensic_app.reports.unprintable import code_points
from forensic_app.reports.wording import one_line
from forensic_app.store import fields
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.exhibit_pictures import exhibit_pixels, refuse_withdrawn
from forensic_app.workflows.picture_files import XMP, encoded, file_format, write_new
from forensic_app.workflows.picture_marks import origin_of, with_credentials, with_watermark

APPROVED, EXPORTED = "poster_approved", "poster_exported"
_WIDEST_PX: Final = 1600
_WIDTH_PX: Final = 1080
_FACTS: Final = ("height", "weight", "hair", "eyes", "marks", "clothing", "circumstances")


@dataclass(frozen=True, slots=True)
class Appeal:
    """What is asked for.

    Attributes:
        case: Number or identifier.
        image: Identifier of the derived image.
        contact: Whom to call; line feeds break lines.
        template: One of :data:`TEMPLATES`; by the case's kind where empty.
        languages: One or two.
        size: One of ``SIZES``; ``a4`` for a PDF and ``square`` for a picture where empty.
        link: What the QR code holds; the contact where empty.
        approved_by: Who approved it; empty for a draft.
        approved_on: The date, ISO 8601; today where empty.
        purpose: What it is handed out for.
        recipient: Who receives it.
    """

    case: str
    image: str
    contact: str
    template: str = ""
    languages: Sequence[str] = ("en",)
    size: str = ""
    link: str = ""
    approved_by: str = ""
    approved_on: str = ""
    purpose: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class MadePoster:
    """A sheet that was handed out.

    Attributes:
        sha256: Of the file.
        press_file: The text for the press, beside it.
        press_sha256: Of that text.
        is_draft: Whether nobody approved it.
        notes: Sentences on what is not as one may expect.
    """

    sha256: str
    press_file: str
    press_sha256: str
    is_draft: bool
    notes: tuple[str, ...]


def export_poster(
    store: CaseStore, appeal: Appeal, out: Path, *, credentials: Credentials | None = None
) -> MadePoster:
    """Write a sheet and the text for the press beside it (``.txt``), and record both.

    Args:
        store: The casebook, open for writing.
        appeal: What is asked for.
        out: A new ``.pdf``, ``.png`` or ``.jpg``.
        credentials: What a PDF is signed with, and a picture's content credentials; ``None`` leaves them out.

    Raises:
        InvalidInput: A file exists, an option does not fit, the image was rejected, or one that nobody accepted was to
            be approved; the photograph was withdrawn; there is more text than the sheet holds.
        EvidenceAltered: A file of the casebook no longer has its digest.
        RecordNotFound: There is no such case or image.
    """
    case = store.case(appeal.case)
    _refuse_production(case)
    image = store.derived_image(appeal.image)
    run = store.run(image.run_id)
    exhibit = store.exhibit(run.spec.exhibit_id)
    refuse_withdrawn(exhibit)
    approved_by, approved_on = _approval(store, appeal, case, image, run)
    told = fields.disclosure(appeal.purpose, appeal.recipient)
    is_sheet = out.suffix.lower() == ".pdf"
    size = appeal.size or ("a4" if is_sheet else "square")
    if size not in SIZES or (size in SHEETS) != is_sheet:
        kinds = ", ".join(each for each in SIZES if (each in SHEETS) == is_sheet)
        raise InvalidInput(f"A file {out.suffix or out.name} has no size {size}.", f"Use one of: {kinds}.")
    words = PosterWords(appeal.languages)
    content = _content(store, appeal, words, case, image, run, exhibit, approved_by, approved_on)
    data = render_poster(content, size)
    notes = []
    unprintable = code_points(content.name, *content.contact, *(value for _, value in content.facts))
    if unprintable:
        notes.append(f"Printed as code points, because the program has no glyph for them: {unprintable}.")
    if is_sheet:
        data = _signed(data, credentials, content)
    else:
        data, more = _as_picture(data, file_format(out), store, image, run, exhibit, credentials)
        notes += more
    press = press_text(content, words).encode("utf-8", "backslashreplace")
    beside = out.with_suffix(".txt")
    digests = (sha256_of_bytes(data), sha256_of_bytes(press))
    details: dict[str, Any] = {
        "way": "file", "place": str(out), "size": size, "languages": list(words.languages),
        "template": _template(appeal, case),
        "exported_sha256": [*digests], "sha256": image.sha256, "photograph_sha256": exhibit.sha256,
        "derived_image_id": image.derived_image_id, "run_id": run.run_id, "is_draft": not approved_by,
        "approved_by": approved_by, "approved_on": approved_on, **told,
    }  # fmt: skip
    with ExitStack() as stack:
        stack.enter_context(write_new(out, data))
        stack.enter_context(write_new(beside, press))
        if approved_by:
            approval = {"approved_by": approved_by, "approved_on": approved_on, "sha256": digests[0]}
            store.record_event(
                APPROVED, object_type="derived_image", object_id=image.derived_image_id, case_id=case.case_id,
                details={**approval, "press_sha256": digests[1]},
            )  # fmt: skip
        store.record_event(
            EXPORTED, object_type="derived_image", object_id=image.derived_image_id, case_id=case.case_id,
            details=details,
        )  # fmt: skip
    return MadePoster(digests[0], str(beside), digests[1], not approved_by, tuple(notes))


def press_text(content: PosterContent, words: PosterWords) -> str:
    """Return the text for the press, with the sentence that limits what a derived image says."""
    parts = []
    for place in range(len(words.languages)):
        title = words.every("press_title")[place]
        block = [f"{title}: {content.headlines[place]}", ""]
        if content.draft:
            block += [words.every("press_draft")[place], ""]
        block += [content.name] if content.name else []
        block += [f"{name}: {value}" for name, value in content.facts]
        block += ["", content.calls[place], "", *content.contact, content.case, ""]
        block += [words.every("press_terms")[place], content.limitations[place]]
        block += [content.approval] if content.approval else []
        parts.append("\n".join(block))
    return "\n\n".join(parts) + "\n"


def _refuse_production(case: Case) -> None:
    if case.kind is CaseKind.MEDIA_PRODUCTION:
        raise InvalidInput(
            f"{case.case_number} is a media production: there is nobody to appeal for.",
            "Export the image itself: forensic-app export image.",
        )


def _approval(store: CaseStore, appeal: Appeal, case: Case, image: DerivedImage, run: Run) -> tuple[str, str]:
    """Return who approved the sheet and when, both empty for a draft."""
    if run.case_id != case.case_id:
        raise InvalidInput(
            f"The image {image.derived_image_id} belongs to another case.", "Name an image of this case."
        )
    decision = store.decisions(run.run_id).get(image.derived_image_id)
    if decision is not None and not decision.is_accepted:
        raise InvalidInput(
            f"The image {image.derived_image_id} was rejected: {decision.reason}",
            "Choose another image, or decide anew.",
        )
    name = fields.line("name of who approves", appeal.approved_by)
    if not name:
        return "", ""
    if decision is None:
        raise InvalidInput(
            f"Nobody decided about the image {image.derived_image_id}: it cannot be approved for the public.",
            f'First: forensic-app run decide {image.derived_image_id} accept --reason "..."',
        )
    date = fields.partial_date("date of approval", appeal.approved_on)
    return name, date or datetime.now(UTC).date().isoformat()


def _template(appeal: Appeal, case: Case) -> str:
    template = appeal.template or case.kind.value
    if template not in TEMPLATES:
        raise InvalidInput(f"There is no template {template}.", f"Use one of: {', '.join(TEMPLATES)}.")
    return template


def _content(
    store: CaseStore, appeal: Appeal, words: PosterWords, case: Case, image: DerivedImage, run: Run, exhibit: Exhibit,
    approved_by: str, approved_on: str,
) -> PosterContent:  # fmt: skip
    key = _template(appeal, case).replace("-", "_")
    is_known = key != "unidentified"
    subject = store.subject(exhibit.subject_id) if exhibit.subject_id else None
    contact = tuple(one_line(each) for each in appeal.contact.split("\n") if each.strip())
    if not contact:
        raise InvalidInput("The contact is empty.", "Say whom the public is to call (--contact).")
    if max(map(len, contact)) > fields.MAX_LINE or len(contact) > 8 or len(appeal.link) > fields.MAX_LINE:
        raise InvalidInput("The contact or the link is too long.", "Give up to 8 lines of 500 characters.")
    years = exhibit.age_at_photo
    then = "then_dated" if exhibit.photo_date else "then" if years is None else "then_aged"
    dated = words.joined(then, date=exhibit.photo_date, age=f"{years or 0:g}")
    age = image.target_age
    shown = words.joined("now_ageless") if age is None else words.joined("now", age=f"{age:g}")
    return PosterContent(
        title=f"{words.every(key)[0]} {case.case_number}",
        language=words.languages[0],
        headlines=words.every(key),
        calls=words.every(f"call_{key}"),
        name=one_line(subject.name) if subject is not None and is_known else "",
        facts=_facts(words, subject, is_known=is_known),
        then=PosterPicture(_photograph(store, exhibit), (dated,)),
        now=PosterPicture(_derived(store, image, run, exhibit), (shown, *words.every("made"))),
        limitations=words.every("limitation"),
        contact=contact,
        contact_title=words.joined("contact"),
        case=" · ".join(
            (words.joined("case", number=case.case_number), *filter(None, [one_line(case.agency)]))
        ),
        qr=appeal.link or "\n".join((*contact, case.case_number)),
        approval=words.joined("approved", name=one_line(approved_by), date=approved_on)
        if approved_by
        else "",
        draft="" if approved_by else words.every("draft")[0],
    )


def _facts(words: PosterWords, subject: Subject | None, *, is_known: bool) -> tuple[tuple[str, str], ...]:
    if subject is None:
        return ()
    found: list[tuple[str, str]] = []
    if is_known and subject.aliases:
        found.append((words.joined("aliases"), ", ".join(subject.aliases)))
    if subject.sex is not Sex.UNKNOWN:
        found.append((words.joined("sex"), words.joined(subject.sex.value)))
    if is_known:
        found += [
            (words.joined(name), getattr(subject, name))
            for name in ("birth_date", "last_seen", "last_seen_place")
        ]
    found += [(words.joined(name), getattr(subject.description, name)) for name in _FACTS]
    return tuple((name, one_line(value)) for name, value in found if value)


def _photograph(store: CaseStore, exhibit: Exhibit) -> bytes:
    return _small(Image.fromarray(exhibit_pixels(store, exhibit)))


def _derived(store: CaseStore, image: DerivedImage, run: Run, exhibit: Exhibit) -> bytes:
    pixels = load_working_copy_from(store.vault.read_verified(image.sha256), image.derived_image_id)
    marked, _ = with_watermark(Image.fromarray(pixels), image, run, exhibit, casebook_id=store.casebook_id)
    return _small(marked)


def _small(picture: Image.Image) -> bytes:
    if picture.width > _WIDEST_PX:
        size = (_WIDEST_PX, max(round(picture.height * _WIDEST_PX / picture.width), 1))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return encoded(picture, "JPEG")


def _signed(data: bytes, credentials: Credentials | None, content: PosterContent) -> bytes:
    if credentials is None:
        return data
    from forensic_app.identity.pdf_signing import sign_pdf

    return sign_pdf(data, credentials, reason=f"Public appeal, {content.case}")


def _as_picture(
    pdf: bytes, kind: str, store: CaseStore, image: DerivedImage, run: Run, exhibit: Exhibit,
    credentials: Credentials | None,
) -> tuple[bytes, list[str]]:  # fmt: skip
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        drawn = page.render(scale=_WIDTH_PX / page.get_width(), may_draw_forms=False, rev_byteorder=True)
        pixels = np.array(drawn.to_numpy()[..., :3], np.uint8)
    finally:
        document.close()
    stated = origin_of(store, image, run)
    origin = Origin(
        source_type=COMPOSITE,
        system=stated.system,
        version=f"{__version__}; {stated.version}",
        derived_image_id=stated.derived_image_id,
        run_id=stated.run_id,
        casebook_id=stated.casebook_id,
        image_sha256=stated.image_sha256,
        photograph_sha256=stated.photograph_sha256,
    )
    data = encoded(Image.fromarray(pixels), kind, texts={"Title": "Public appeal", XMP: packet(origin)})
    return with_credentials(data, kind, origin, exhibit, credentials)
