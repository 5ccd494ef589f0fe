"""The picture that is searched with: an exhibit, a derived image or a file, and which of its faces is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.pictures.marking import picture_window
from forensic_app.errors import FaceNotFound, InvalidInput, RecordNotFound
from forensic_app.faces.analyser import FaceAnalyser, RgbImage
from forensic_app.galleries.comparing import Templates
from forensic_app.images import load_working_copy_from
from forensic_app.measured import face_frame
from forensic_app.records import DerivedImage, ImageRole
from forensic_app.regular_files import read_regular
from forensic_app.settings import load_settings
from forensic_app.store import fields
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.exhibit_pictures import exhibit_pixels, refuse_withdrawn
from forensic_app.workflows.face_inspection import is_unclear
from forensic_app.workflows.run_input import names_derived_image


@dataclass(frozen=True, slots=True)
class Probe:
    """What is searched with.

    Attributes:
        kind: ``exhibit``, ``derived_image`` or ``file``.
        name: Identifier of the record, or name of the file.
        sha256: Digest of the file.
        case_id: The case of an exhibit or derived image.
        template: Of the face, ``(1, d)`` float32.
        face_index: Which face it is, 0 = largest.
        face_count: Faces in the picture.
        box: ``(left, top, right, bottom)`` of the face in pixels of the decoded file; of a derived image with its band.
    """

    kind: str
    name: str
    sha256: str
    case_id: str | None
    template: Templates
    face_index: int
    face_count: int
    box: tuple[float, float, float, float]

    @property
    def facts(self) -> dict[str, Any]:
        """What a record says of the probe; JSON types only."""
        return {
            "kind": self.kind,
            "name": self.name,
            "sha256": self.sha256,
            "face_index": self.face_index,
            "face_count": self.face_count,
            "box": list(self.box),
        }


def read_probe(store: CaseStore, named: str, analyser: FaceAnalyser, *, face: int | None = None) -> Probe:
    """Return the template of a probe's face.

    Args:
        store: The casebook.
        named: Number of an exhibit, identifier of a derived image, or path of a file; what holds a ``/`` is a path.
        analyser: The gallery's matcher.
        face: Which face, 1 = largest; must be given where it is not clear. Of a derived image of several people it is
            the one that its run worked on.

    Raises:
        EvidenceAltered: A file of the casebook no longer has its digest.
        FaceNotFound: The picture shows no face, or not that many.
        InvalidInput: It is not clear which face is meant, or a derived image is no single variant.
        RecordNotFound: There is no such exhibit, image or file.
        UnreadableImage: The file is no image.
    """
    kind, name, sha256, case_id, pixels, (left, top) = _picture(store, named)
    found = analyser.detect(pixels)
    if not found:
        raise FaceNotFound(f"No face was found in {name}.", "Choose another photograph of the person.")
    if face is not None and not 1 <= face <= len(found):
        raise FaceNotFound(f"{name} shows {len(found)} faces, not {face}.", "Count from 1, the largest face.")
    boxes = [each.box for each in found]
    if face is None and is_unclear(boxes):
        face = _face_of_its_run(store, name, pixels, boxes) if kind == "derived_image" else None
    if face is None and is_unclear(boxes):
        raise InvalidInput(
            f"{name} shows {len(found)} faces; it is unclear which is meant.",
            f"Choose one with --face 1 to --face {len(found)}; 1 is the largest, then in order of size.",
        )
    place = 0 if face is None else face - 1
    template = np.asarray(analyser.embed(pixels, found[place]), dtype=np.float32)[None]
    edges = zip(found[place].box, (left, top, left, top), strict=True)
    first, second, third, fourth = (round(float(edge) + offset, 1) for edge, offset in edges)
    return Probe(kind, name, sha256, case_id, template, place, len(found), (first, second, third, fourth))


_Picture = tuple[str, str, str, str | None, RgbImage, tuple[int, int]]
"""Kind, name, digest, case, pixels, and where the pixels begin in the file's picture."""


def _picture(store: CaseStore, named: str) -> _Picture:
    if "/" not in named:
        if names_derived_image(named):
            return _of_derived(store, store.derived_image(named))
        try:
            exhibit = store.exhibit(named)
        except RecordNotFound:
            if not Path(named).exists():
                raise
        else:
            refuse_withdrawn(exhibit)
            pixels = exhibit_pixels(store, exhibit)
            return "exhibit", exhibit.exhibit_id, exhibit.picture_sha256, exhibit.case_id, pixels, (0, 0)
    path = Path(named)
    if not path.exists():
        raise RecordNotFound(f"There is no file {named}.", "Check the path.")
    most_bytes = load_settings().max_image_bytes
    data = read_regular(path, max_bytes=most_bytes + 1)
    if len(data) > most_bytes:
        raise InvalidInput(
            f"{path.name} has more than the {most_bytes:,} bytes allowed.", "Export a smaller copy."
        )
    pixels = load_working_copy_from(data, path.name)
    return "file", fields.file_name(path.name), sha256_of_bytes(data), None, pixels, (0, 0)


def _of_derived(store: CaseStore, image: DerivedImage) -> _Picture:
    """Return a derived image without its band and margins."""
    if image.role is not ImageRole.DERIVED:
        raise InvalidInput(
            f"The derived image {image.derived_image_id} is the {image.role} of several variants.",
            "Name the image of one variant.",
        )
    run = store.run(image.run_id)
    exhibit = store.exhibit(run.spec.exhibit_id)
    side_px = face_frame(run.face).crop_size_px or 0
    sizes = [(exhibit.width_px, exhibit.height_px), (side_px, side_px)]
    left, top, right, bottom = picture_window(image, sizes=sizes)
    whole = load_working_copy_from(store.vault.read_verified(image.sha256), image.derived_image_id)
    pixels = whole[top:bottom, left:right]
    return (
        "derived_image",
        image.derived_image_id,
        image.sha256,
        exhibit.case_id,
        np.ascontiguousarray(pixels),
        (left, top),
    )


def _face_of_its_run(
    store: CaseStore,
    derived_image_id: str,
    pixels: RgbImage,
    boxes: Sequence[tuple[float, float, float, float]],
) -> int | None:
    """Return which face of a derived image, 1 = largest, stands where its run's face stood in the photograph.

    ``None`` where the picture is not laid out as the photograph, or not exactly one face has its middle there.
    """
    run = store.run(store.derived_image(derived_image_id).run_id)
    exhibit = store.exhibit(run.spec.exhibit_id)
    frame = face_frame(run.face)
    if frame.box is None or pixels.shape[:2] != (exhibit.height_px, exhibit.width_px):
        return None
    first, second, third, fourth = frame.box
    inside = [
        number
        for number, (left, top, right, bottom) in enumerate(boxes, start=1)
        if first <= (left + right) / 2 <= third and second <= (top + bottom) / 2 <= fourth
    ]
    return inside[0] if len(inside) == 1 else None
