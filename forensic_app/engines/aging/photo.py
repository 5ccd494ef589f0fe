"""Read the photograph, choose its face, and get the embedding that the pack was trained with."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.measurement import overlap
from forensic_app.errors import EvidenceAltered, FaceNotFound, UnreadableImage
from forensic_app.faces.align import estimate_similarity, template
from forensic_app.faces.analyser import DetectedFace, Embedding, FaceAnalyser, RgbImage
from forensic_app.faces.registry import load_analyser

IDENTITY_ANALYSER: Final = "dlib"
LEAST_FACE_PX: Final = 48
GOOD_FACE_PX: Final = 110


@dataclass(frozen=True, slots=True)
class FoundFace:
    """The face that a run works on.

    Attributes:
        face: The face.
        face_count: Number of faces in the photograph.
        side_px: Side of its canonical crop in the photograph's own pixels.
        warnings: Sentences for the record.
    """

    face: DetectedFace
    face_count: int
    side_px: float
    warnings: tuple[str, ...]


def read_photo(path: Path, *, expected_sha256: str | None = None) -> RgbImage:
    """Return the pixels of a photograph, upright, uint8 RGB.

    Args:
        path: The file, opened for reading only.
        expected_sha256: Its recorded digest.

    Raises:
        EvidenceAltered: The file is missing or does not have its digest.
        UnreadableImage: The file cannot be decoded.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceAltered(
            f"The photograph {path.name} is missing or unreadable.", "Verify the casebook."
        ) from error
    if expected_sha256 is not None and sha256_of_bytes(data) != expected_sha256:
        raise EvidenceAltered(
            f"The photograph {path.name} does not have its recorded digest.", "Verify the casebook."
        )
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableImage(
            f"The photograph {path.name} cannot be decoded.", "Ask for another copy of it."
        ) from error


def find_face(photo: RgbImage, analyser: FaceAnalyser, *, face_index: int = 0) -> FoundFace:
    """Return the face number ``face_index`` of ``photo``, 0 = largest.

    Raises:
        FaceNotFound: There is no face, not so many, or it is too small to work on.
    """
    faces = analyser.detect(photo)
    if not faces:
        raise FaceNotFound(
            "No face was found in the photograph.",
            "Use a photograph in which the face is larger, sharper or more frontal.",
        )
    if not 0 <= face_index < len(faces):
        raise FaceNotFound(
            f"The photograph has no face number {face_index}; {len(faces)} found.",
            f"Choose a face from 0 (the largest) to {len(faces) - 1}.",
        )
    face = faces[face_index]
    side_px = _side_px(face)
    if side_px < LEAST_FACE_PX:
        raise FaceNotFound(
            f"The face is too small: its crop is {side_px:.0f} pixels wide, {LEAST_FACE_PX} are needed.",
            "Use a photograph in which the face is larger.",
        )
    warnings = []
    if len(faces) > 1:
        warnings.append(
            f"The photograph shows {len(faces)} faces; number {face_index} (0 = largest) was used."
        )
    if side_px < GOOD_FACE_PX:
        warnings.append(f"The face is small ({side_px:.0f} pixels wide); the pictures hold little detail.")
    return FoundFace(face, len(faces), side_px, tuple(warnings))


def identity_embedding(
    components: Components, photo: RgbImage, found: FoundFace
) -> tuple[Embedding | None, str | None]:
    """Return the embedding for the pack's identity tokens, and a warning where there is none.

    Packs are trained with the bundled analyser's embedding, so that one makes it whatever analyser measures.
    """
    if components.identity_projection is None:
        return None, None
    analyser = load_analyser(IDENTITY_ANALYSER)
    if found.face.scheme == "dlib5":
        return analyser.embed(photo, found.face), None
    faces = [face for face in analyser.detect(photo) if overlap(face.box, found.face.box) > 0.2]
    if not faces:
        return None, "The bundled analyser finds no face there; the model worked without identity tokens."
    best = max(faces, key=lambda face: overlap(face.box, found.face.box))
    return analyser.embed(photo, best), None


def _side_px(face: DetectedFace) -> float:
    matrix = estimate_similarity(face.landmarks, template(face.scheme, 1000))
    return 1000.0 / float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
