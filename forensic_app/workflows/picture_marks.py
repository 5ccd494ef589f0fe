"""Every mark that a derived image leaves with, in the order that keeps them all: pixels, XMP, content credentials.

Rules:
    * There is no way to leave one out. What could not be added is said in a sentence: content credentials need the
      laboratory's certificate, unlocked, and a library.
    * The invisible mark lies in the picture alone, not in the band or the lines below it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image

from forensic_app.engines import registry
from forensic_app.engines.pictures.marking import BAND_TEXT, picture_window, with_lines
from forensic_app.engines.pictures.note_marks import with_notes
from forensic_app.exchange import watermark
from forensic_app.exchange.xmp import COMPOSITE, TRAINED, Origin, packet
from forensic_app.identity.certificates import Credentials
from forensic_app.identity.content_credentials import (
    LOCKED,
    MISSING,
    Manifest,
    add_content_credentials,
    is_available,
)
from forensic_app.records import DerivedImage, Exhibit, ImageNote, Run
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.consents import consent_for_export, usage_terms
from forensic_app.workflows.exhibit_pictures import refuse_withdrawn
from forensic_app.workflows.picture_files import XMP, encoded

BAND, XMP_MARK, WATERMARK, CONTENT_CREDENTIALS = "band", "xmp", "watermark", "c2pa"
MEDIA_TYPES: Final = {"PNG": "image/png", "JPEG": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class MarkedPicture:
    """A derived image's file with its marks.

    Attributes:
        data: The file's bytes.
        marks: The kinds of marks that are in it.
        notes: Sentences on what could not be added, or may not be read back.
        photograph_sha256: Digest of the photograph that its run worked on.
        consent_id: The consent that it leaves under, empty where none is needed.
    """

    data: bytes
    marks: tuple[str, ...]
    notes: tuple[str, ...]
    photograph_sha256: str
    consent_id: str = ""


def marked_picture(
    store: CaseStore,
    image: DerivedImage,
    *,
    kind: str = "PNG",
    lines: Sequence[str] = (),
    credentials: Credentials | None = None,
    notes: Sequence[ImageNote] = (),
) -> MarkedPicture:
    """Return a derived image as a file that may leave the casebook; nothing is recorded.

    Args:
        store: The casebook.
        image: The image; its band is in its file already.
        kind: ``PNG`` or ``JPEG``.
        lines: Further lines below the band.
        credentials: What content credentials are signed with, fit to sign now; ``None`` leaves them out.
        notes: What examiners placed on it, drawn on the picture with numbers.

    Raises:
        ConsentMissing: The case is a media production, and the person has no consent that holds today.
        EvidenceAltered: The image's file no longer has its digest.
        InvalidInput: The photograph that it was made of was withdrawn.
    """
    run = store.run(image.run_id)
    exhibit = store.exhibit(run.spec.exhibit_id)
    refuse_withdrawn(exhibit)
    consent = consent_for_export(store, exhibit)
    data = store.vault.read_verified(image.sha256)
    with Image.open(io.BytesIO(data)) as opened:
        stated = str(opened.info.get(XMP, ""))
        picture = opened.convert("RGB")
    origin = replace(
        origin_of(store, image, run, stated),
        consent_id="" if consent is None else consent.consent_id,
        usage_terms=usage_terms(consent),
    )
    if notes:
        picture = with_notes(picture, notes)
    picture, said = with_watermark(picture, image, run, exhibit, casebook_id=origin.casebook_id)
    marks = [BAND, XMP_MARK] + ([] if said else [WATERMARK])
    texts = {
        "Title": BAND_TEXT,
        "Description": f"{image.derived_image_id} · run {run.run_id}",
        "Source": origin.source_type,
        XMP: packet(origin),
    }
    finished = encoded(with_lines(picture, lines) if lines else picture, kind, texts=texts)
    finished, told = with_credentials(finished, kind, origin, exhibit, credentials)
    said += told
    if not told:
        marks.append(CONTENT_CREDENTIALS)
    return MarkedPicture(finished, tuple(marks), tuple(said), exhibit.sha256, origin.consent_id)


def with_credentials(
    data: bytes, kind: str, origin: Origin, exhibit: Exhibit, credentials: Credentials | None
) -> tuple[bytes, list[str]]:
    """Return a picture's file with content credentials where that is possible, and why not where it is not."""
    told = why_no_credentials(credentials)
    if credentials is None or told:
        return data, told
    manifest = Manifest(
        title=f"Derived image {origin.derived_image_id}, run {origin.run_id}",
        source_type=origin.source_type,
        system=origin.system,
        version=origin.version,
        photograph_media_type=exhibit.media_type,
        photograph_sha256=exhibit.sha256,
        origin={
            name: getattr(origin, name)
            for name in (
                "derived_image_id",
                "run_id",
                "casebook_id",
                "image_sha256",
                "photograph_sha256",
                "consent_id",
            )
            if getattr(origin, name)
        },
    )
    return add_content_credentials(data, MEDIA_TYPES[kind], manifest, credentials), []


def sheet_with_credentials(
    data: bytes, kind: str, origin: Origin, images: Sequence[str], credentials: Credentials | None
) -> tuple[bytes, list[str]]:
    """Return a contact sheet's file with content credentials where that is possible, and why not where it is not.

    Args:
        data: The file.
        kind: ``PNG`` or ``JPEG``.
        origin: What the sheet says about where it comes from.
        images: SHA-256 of each derived image that it shows.
        credentials: Fit to sign now; ``None`` leaves them out.
    """
    told = why_no_credentials(credentials)
    if credentials is None or told:
        return data, told
    manifest = Manifest(
        title=f"Contact sheet, {origin.run_id}",
        source_type=origin.source_type,
        system=origin.system,
        version=origin.version,
        photograph_media_type="",
        photograph_sha256="",
        origin={
            name: getattr(origin, name)
            for name in ("run_id", "casebook_id", "consent_id")
            if getattr(origin, name)
        },
        placed_sha256=tuple(dict.fromkeys(images)),
    )
    return add_content_credentials(data, MEDIA_TYPES[kind], manifest, credentials), []


def why_no_credentials(credentials: Credentials | None) -> list[str]:
    """Return a sentence on why no content credentials can be added, none where they can."""
    if not is_available():
        return [MISSING]
    return [LOCKED] if credentials is None else []


def origin_of(store: CaseStore, image: DerivedImage, run: Run, stated: str = "") -> Origin:
    """Return what a derived image says about where it comes from.

    Args:
        store: The casebook.
        image: The image.
        run: The run that made it.
        stated: The packet in the image's own file, which names program and versions.
    """
    described = registry.find(run.spec.engine)
    is_drawing = described is not None and described.is_drawing
    return Origin(
        source_type=TRAINED if is_drawing else COMPOSITE,
        system=_between(stated, "AISystemUsed")
        or f"Forensic App, {run.spec.engine} engine, model pack {run.spec.pack_name}",
        version=_between(stated, "AISystemVersionUsed")
        or f"engine {run.spec.engine_version}, pack {run.spec.pack_sha256[:12]}",
        derived_image_id=image.derived_image_id,
        run_id=run.run_id,
        casebook_id=store.casebook_id,
        image_sha256=image.sha256,
        photograph_sha256=run.spec.exhibit_sha256,
    )


def with_watermark(
    picture: Image.Image, image: DerivedImage, run: Run, exhibit: Exhibit, *, casebook_id: str
) -> tuple[Image.Image, list[str]]:
    """Return a derived image with the invisible mark in its picture, and a sentence where it has none."""
    number = image_number(image.derived_image_id)
    if number is None:
        return picture, ["No invisible mark was added: the image's number is too large for it."]
    crop = run.face.get("crop_size_px")
    sizes = [(exhibit.width_px, exhibit.height_px)] + ([(int(crop), int(crop))] if crop else [])
    window = picture_window(image, sizes=sizes)
    inside = np.asarray(picture.crop(window))
    tag = watermark.casebook_tag(casebook_id)
    marked = picture.copy()
    marked.paste(Image.fromarray(watermark.embed(inside, image_number=number, tag=tag)), window[:2])
    return marked, []


def mark_for_print(store: CaseStore) -> Callable[[DerivedImage, Image.Image], tuple[Image.Image, str]]:
    """Return what puts the invisible mark into a picture of a report, and says what the picture's XMP is."""
    tag = watermark.casebook_tag(store.casebook_id)

    def mark(image: DerivedImage, part: Image.Image) -> tuple[Image.Image, str]:
        number = image_number(image.derived_image_id)
        if number is not None:
            pixels = np.asarray(part.convert("RGB"))
            part = Image.fromarray(watermark.embed(pixels, image_number=number, tag=tag))
        return part, packet(origin_of(store, image, store.run(image.run_id)))

    return mark


def image_number(derived_image_id: str) -> int | None:
    """Return the number that the invisible mark carries, ``None`` where it has no room for it."""
    found = re.fullmatch(r"D-(\d+)", derived_image_id)
    number = int(found.group(1)) if found else -1
    return number if 0 <= number < 1 << watermark.IMAGE_BITS else None


def _between(text: str, name: str) -> str:
    from html import unescape

    found = re.search(rf"<Iptc4xmpExt:{name}>([^<]*)</Iptc4xmpExt:{name}>", text)
    return unescape(found.group(1)) if found else ""
