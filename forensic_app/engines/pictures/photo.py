"""Read the photograph and choose its face, for every engine; needs no torch beyond the analyser's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from forensic_app.engines.analysers import load_analyser
from forensic_app.errors import EvidenceAltered, InvalidInput, NotRegularFile
from forensic_app.faces.analyser import DetectedFace, FaceAnalyser, RgbImage
from forensic_app.faces.mesh_warnings import mesh_warnings
from forensic_app.faces.quality import inter_eye_distance
from forensic_app.faces.selection import require_face
from forensic_app.images import load_working_copy, load_working_copy_from
from forensic_app.measured import box_words, face_number
from forensic_app.messages import RunRequest
from forensic_app.regular_files import read_verified

LEAST_INTER_EYE_PX: Final = 16.0
GOOD_INTER_EYE_PX: Final = 45.0


@dataclass(frozen=True, slots=True)
class FoundFace:
    """The face that a run works on.

    Attributes:
        face: The face.
        face_count: Number of faces in the photograph.
        warnings: Sentences for the record.
    """

    face: DetectedFace
    face_count: int
    warnings: tuple[str, ...]


def read_photo(path: Path, *, expected_sha256: str | None = None) -> RgbImage:
    """Return the pixels of a photograph, upright, uint8 RGB.

    Args:
        path: The file, opened for reading only.
        expected_sha256: Its recorded digest: the pixels are those of the bytes that have it. ``None`` for a file
            outside a casebook.

    Raises:
        EvidenceAltered: The file is missing or does not have its digest.
        UnreadableImage: The file cannot be decoded.
    """
    if expected_sha256 is None:
        return load_working_copy(path)
    try:
        data = read_verified(path, expected_sha256)
    except (OSError, NotRegularFile) as error:
        raise EvidenceAltered(
            f"The photograph {path.name} is missing or unreadable.", "Verify the casebook."
        ) from error
    except EvidenceAltered as error:
        raise EvidenceAltered(
            f"The photograph {path.name} does not have its recorded digest.", "Verify the casebook."
        ) from error
    return load_working_copy_from(data, path.name)


@cache
def kept_analyser(name: str, model_folder: Path | None = None) -> FaceAnalyser:
    """Return the analyser ``name``; its networks stay in memory for later runs.

    Raises:
        InvalidInput: There is no analyser with that name.
        PackMissing: It needs a folder of models that was not named or is incomplete.
    """
    return load_analyser(name, model_folder=model_folder)


def find_face(photo: RgbImage, analyser: FaceAnalyser, *, face_index: int = 0) -> FoundFace:
    """Return the face number ``face_index`` of ``photo``, 0 = largest.

    Raises:
        FaceNotFound: There is no face, not so many, or it is too small to work on.
    """
    faces = analyser.detect(photo)
    face = require_face(faces, face_index, photo.shape, LEAST_INTER_EYE_PX)
    distance_px = inter_eye_distance(face)
    warnings = []
    if len(faces) > 1:
        warnings.append(
            f"The photograph shows {len(faces)} faces; face {face_number(face_index)} was used (1 is the largest, then "
            f"in order of size), {box_words(face.box)}."
        )
    if face.turned_degrees:
        warnings.append(
            f"The face stands upright only when the photograph is turned by {face.turned_degrees} degrees against the "
            "clock; it was worked on upright and put back as received."
        )
    if distance_px < GOOD_INTER_EYE_PX:
        warnings.append(
            f"The face is small ({distance_px:.0f} px between the eyes); the pictures hold little detail."
        )
    warnings += mesh_warnings(photo, face)
    return FoundFace(face, len(faces), tuple(warnings))


def read_input(request: RunRequest) -> tuple[RgbImage, RgbImage]:
    """Return the pixels that a run works on, and the untouched photograph that they go back to.

    Both are the exhibit, or the first is a derived image without its band and margins.

    Raises:
        EvidenceAltered: A file is missing or does not have its digest.
        InvalidInput: The recorded place of the picture does not fit the file.
        UnreadableImage: A file cannot be decoded.
    """
    photo = read_photo(request.exhibit_path, expected_sha256=request.exhibit_sha256)
    if request.original_path is None or request.picture_window is None:
        return photo, photo
    left, top, right, bottom = request.picture_window
    if not (0 <= left < right <= photo.shape[1] and 0 <= top < bottom <= photo.shape[0]):
        raise InvalidInput(
            "The recorded band and margins do not fit the derived image.", "Verify the casebook."
        )
    untouched = read_photo(request.original_path, expected_sha256=request.original_sha256)
    return np.ascontiguousarray(photo[top:bottom, left:right]), untouched
