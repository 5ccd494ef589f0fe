"""A face drawn in each style that a sketch pack knows, to choose one by; for a window, in another process.

Rules:
    * A preview is no result: it is drawn smaller than a run draws, kept by nobody here, and recorded nowhere.
    * What a run would refuse (a withdrawn photograph, a missing consent, an altered file or pack, no face) has no
      preview, for the same reason.
    * One call draws one style, so that whoever asks can stop between two.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forensic_app.engines.sketch.schema import PACKS_OWN
from forensic_app.workflows.exhibit_pictures import refuse_withdrawn
from forensic_app.workflows.run_input import input_of

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.pictures.photo import FoundFace
    from forensic_app.engines.sketch.frame import Portrait
    from forensic_app.faces.analyser import RgbImage
    from forensic_app.store.case_store import CaseStore

FEWEST_STYLES = 2
"""A pack of fewer leaves nothing to choose."""


@dataclass(frozen=True, slots=True)
class PreviewSource:
    """The picture that is drawn.

    Attributes:
        path: Its file in the vault.
        sha256: Its recorded digest.
        name: What it is called in what is said of it.
        picture_window: Where the picture stands in a derived image's file; ``None`` for a photograph.
    """

    path: Path
    sha256: str
    name: str
    picture_window: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class StyleJob:
    """One style to draw a face in; :attr:`face_index` counts from 0 = largest."""

    source: PreviewSource
    face_index: int
    pack_path: Path
    pack_sha256: str
    style: str


@dataclass(frozen=True, slots=True)
class DrawnStyle:
    """A preview: ``side_px`` rows of as many grey levels, 255 = blank paper."""

    style: str
    side_px: int
    pixels: bytes


def named_styles(pack: Pack) -> list[str]:
    """Return the styles that a pack names, its first one first; empty where there is nothing to choose."""
    listed = pack.card.get("styles")
    styles = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    return styles if len(styles) >= FEWEST_STYLES else []


def is_drawn(chosen: str, style: str, styles: list[str]) -> bool:
    """Return whether a run that is asked for ``chosen`` draws in ``style``."""
    return style == (styles[0] if chosen == PACKS_OWN and styles else chosen)


def preview_source(store: CaseStore, *, exhibit: str, derived_image: str = "") -> PreviewSource:
    """Return the picture that a run on an exhibit, or on a derived image of it, would draw; reads records.

    Raises:
        ConsentMissing: The case is a media production, and the person shown has no consent that holds today.
        EvidenceAltered: A file no longer has its digest.
        InvalidInput: The photograph was withdrawn.
        RecordNotFound: There is no such exhibit or image.
    """
    record = store.exhibit(exhibit)
    refuse_withdrawn(record)
    store.check_consent(record.exhibit_id)
    if not derived_image:
        sha256 = record.picture_sha256
        return PreviewSource(store.vault.path(sha256), sha256, f"exhibit {record.exhibit_number}")
    image = store.derived_image(derived_image)
    made_by = store.run(image.run_id).spec
    spec = dataclasses.replace(made_by, source_derived_image_id=derived_image, source_sha256=image.sha256)
    given = input_of(store, spec)
    name = f"derived image of exhibit {record.exhibit_number}"
    return PreviewSource(given.path, given.sha256, name, given.picture_window)


def draw_style(job: StyleJob) -> DrawnStyle:
    """Return a face drawn in one style, upright in the portrait frame; call it in another process.

    The frame of the last face and the last network are kept in that process.

    Raises:
        EvidenceAltered: The picture does not have its digest.
        FaceNotFound: No face, one that is too small, or not so many.
        InvalidInput: The pack does not know the style.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack cannot be loaded.
        UnreadableImage: The picture cannot be decoded.
    """
    import numpy as np

    from forensic_app.engines.device import choose_device
    from forensic_app.engines.packs.pack import read_pack
    from forensic_app.engines.sketch.engine import draw, load_generator
    from forensic_app.engines.sketch.schema import DESCRIPTOR
    from forensic_app.engines.sketch.sheet import border_mask, paper_tone

    pack = read_pack(job.pack_path)
    device = choose_device("cpu")
    generator = load_generator(pack, device, expected_sha256=job.pack_sha256)
    for choice in DESCRIPTOR.pack_choices:
        choice.check({choice.parameter: job.style}, {choice.listed: list(generator.styles)}, pack=pack.name)
    portrait = _portrait(job.source, job.face_index, pack.resolution)
    drawn = draw(generator, portrait.picture, device, style=job.style)
    weights = border_mask(drawn.shape[0]) * portrait.known
    sheet = np.rint(weights * drawn + (1.0 - weights) * paper_tone(drawn))
    return DrawnStyle(job.style, drawn.shape[0], np.clip(sheet, 0, 255).astype(np.uint8).tobytes())


_kept: dict[tuple[str, int, int], Portrait] = {}
"""The frame of the face that was drawn last, in the process that draws."""


def _portrait(source: PreviewSource, face_index: int, side_px: int) -> Portrait:
    key = (source.sha256, face_index, side_px)
    if key not in _kept:
        made = _cut(source, face_index, side_px)
        _kept.clear()
        _kept[key] = made
    return _kept[key]


def _cut(source: PreviewSource, face_index: int, side_px: int) -> Portrait:
    from forensic_app.engines.sketch.frame import cut_portrait

    photo, found = face_in(source, face_index)
    return cut_portrait(photo, found.face, side_px)


def face_in(source: PreviewSource, face_index: int) -> tuple[RgbImage, FoundFace]:
    """Return the pixels of a picture and the face in it that the bundled analyser counts so, 0 = largest.

    Raises:
        EvidenceAltered: The picture does not have its digest.
        FaceNotFound: No face, one that is too small, or not so many.
        UnreadableImage: The picture cannot be decoded.
    """
    import numpy as np

    from forensic_app.engines.pictures.photo import find_face, kept_analyser, read_photo

    photo = read_photo(source.path, expected_sha256=source.sha256, name=source.name)
    if source.picture_window is not None:
        left, top, right, bottom = source.picture_window
        photo = np.ascontiguousarray(photo[top:bottom, left:right])
    return photo, find_face(photo, kept_analyser("dlib"), face_index=face_index)
