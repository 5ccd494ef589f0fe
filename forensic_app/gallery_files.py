"""The file of a gallery's batch: who the faces are, in JSON, and their templates after it; pure.

numpy is imported when templates are read or written, so that opening a casebook does not load it.

Rules:
    * A file is magic (8 bytes), length of the header (8 bytes), the header, and the templates: float32, one row for
      each face, all little-endian. Header and blanks after it end at a multiple of 64 bytes, so that the templates
      can be used where they lie.
    * The header is canonical JSON: the same faces and templates give the same bytes, and the same SHA-256.
    * A derived face says what it was made of and with, for ever: nothing turns it into a photograph.
    * Whatever breaks the form is a ``ValueError`` that says which; nothing else is raised.

References:
    RFC 8785 (canonical JSON); IEEE 754 (binary32).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from forensic_app.checked_json import parse_json_object
from forensic_app.digests import canonical_json, is_sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Templates = NDArray[np.float32]

MAGIC: Final = b"FAGALL1\n"
MOST_FACES: Final = 256
MOST_HEADER_BYTES: Final = 8 << 20
MOST_EMBEDDING_SIZE: Final = 4096
_PREFIX_BYTES: Final = 16
MOST_BATCH_BYTES: Final = _PREFIX_BYTES + MOST_HEADER_BYTES + 4 * MOST_FACES * MOST_EMBEDDING_SIZE
"""Longest file of a batch."""
_ALIGNMENT: Final = 64


class TemplateKind(StrEnum):
    """What a template was made of."""

    PHOTO = "photo"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a derived face was made.

    Attributes:
        source_face: The photograph's face in the same gallery, such as ``GB-000001-017``.
        source_age: Age in the photograph that the change began at, years.
        pack_name: Model pack.
        pack_version: Its version.
        pack_sha256: Its digest.
        engine: Engine that changed the age.
        engine_version: Its version.
        seed: Seed of its random numbers.
        is_located: Whether the face was found in the derived picture; else the place where it was put was read.
    """

    source_face: str
    source_age: float
    pack_name: str
    pack_version: str
    pack_sha256: str
    engine: str
    engine_version: str
    seed: int
    is_located: bool


@dataclass(frozen=True, slots=True)
class GalleryFace:
    """One face of a gallery, without its template.

    Attributes:
        subject: Identifier of the person in galleries: 16 hexadecimal characters made of name and birth date.
        name: Name as given.
        birth_date: Possibly partial, empty when unknown.
        photo_date: When the photograph was taken, possibly partial, empty when unknown.
        source: From whom or where it came.
        file_name: Name of the file as received.
        photo_sha256: Digest of the photograph in the vault; of a derived face the one that it goes back to.
        photo_size_bytes: Its length.
        box: ``(left, top, right, bottom)`` of the face in pixels of the decoded photograph.
        faces_in_photo: How many faces were found in it.
        age: Age that the face shows, years: in the photograph, or the age that was asked for.
        age_origin: ``stated`` (of the dates), ``estimated``, ``asked for`` (derived) or empty.
        kind: Photograph or derived.
        derivation: How it was made, for a derived face alone.
    """

    subject: str
    name: str
    birth_date: str
    photo_date: str
    source: str
    file_name: str
    photo_sha256: str
    photo_size_bytes: int
    box: tuple[float, float, float, float]
    faces_in_photo: int
    age: float | None
    age_origin: str
    kind: TemplateKind = TemplateKind.PHOTO
    derivation: Derivation | None = None


@dataclass(frozen=True, slots=True)
class MadeWith:
    """The matcher that made templates.

    Attributes:
        analyser: Registry name.
        analyser_version: Version.
        weights_sha256: SHA-256 of each weights file, by name.
    """

    analyser: str
    analyser_version: str
    weights_sha256: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch's file holds.

    Attributes:
        made_with: The matcher.
        ordinal: How many batches the gallery had before it.
        faces: At most :data:`MOST_FACES`.
        templates: One row for each face, ``(n, d)`` float32, read only.
    """

    made_with: MadeWith
    ordinal: int
    faces: tuple[GalleryFace, ...]
    templates: Templates


def encode_batch(
    made_with: MadeWith, ordinal: int, faces: Sequence[GalleryFace], templates: Templates
) -> bytes:
    """Return the bytes of a batch's file.

    Args:
        made_with: The matcher.
        ordinal: How many batches the gallery has already; faces that are added again are another batch.
        faces: From one to :data:`MOST_FACES`.
        templates: One row for each, ``(n, d)`` float32, finite.

    Raises:
        ValueError: The numbers do not fit each other, a value is out of its bounds, or the header is too long.
    """
    import numpy as np

    values = np.ascontiguousarray(templates, dtype="<f4")
    if values.ndim != 2 or values.shape[0] != len(faces) or not 0 < len(faces) <= MOST_FACES:
        raise ValueError(f"{len(faces)} faces need as many templates, and 1 to {MOST_FACES}")
    header = {
        "format": 1,
        **dataclasses.asdict(made_with),
        "ordinal": ordinal,
        "embedding_size": int(values.shape[1]),
        "faces": [_face_object(face) for face in faces],
    }
    text = canonical_json(header)
    text += b" " * (-(len(text) + _PREFIX_BYTES) % _ALIGNMENT)
    data = MAGIC + len(text).to_bytes(8, "little") + text + values.tobytes()
    decode_batch(data)
    return data


def decode_batch(data: bytes) -> Batch:
    """Return what the bytes of a batch's file hold.

    Raises:
        ValueError: They are none; the message says why.
    """
    header, offset = _header(data)
    size = _whole(header.get("embedding_size"), "the length of a template", 1, MOST_EMBEDDING_SIZE)
    listed = header.get("faces")
    if header.get("format") != 1 or not isinstance(listed, list) or not 0 < len(listed) <= MOST_FACES:
        raise ValueError("its header lists no faces")
    weights = header.get("weights_sha256")
    if not isinstance(weights, dict) or not all(is_sha256(str(each)) for each in weights.values()):
        raise ValueError("its header names no matcher")
    made_with = MadeWith(_text(header, "analyser"), _text(header, "analyser_version"), weights)
    ordinal = _whole(header.get("ordinal"), "the number of batches before it", 0, 1 << 53)
    templates = _templates(data, offset, size)
    if len(templates) != len(listed):
        raise ValueError("it holds another number of templates than of faces")
    return Batch(made_with, ordinal, tuple(map(_face, listed)), templates)


def templates_of(data: bytes, embedding_size: int) -> Templates:
    """Return the templates of a batch's file without reading who the faces are, ``(n, d)`` float32, read only.

    Raises:
        ValueError: The bytes are no such file.
    """
    size = _whole(embedding_size, "the length of a template", 1, MOST_EMBEDDING_SIZE)
    return _templates(data, _offset(data), size)


def photographs_of(data: bytes) -> dict[str, int]:
    """Return length by SHA-256 of the photographs that a batch's file names.

    Raises:
        ValueError: The bytes are no such file.
    """
    return {face.photo_sha256: face.photo_size_bytes for face in decode_batch(data).faces}


def face_id(batch_id: str, place: int) -> str:
    """Return the identifier of a face: its batch and its place in it, such as ``GB-000001-017``."""
    return f"{batch_id}-{place:03d}"


def place_of(face: str) -> tuple[str, int]:
    """Return batch and place of a face's identifier.

    Raises:
        ValueError: It is none.
    """
    batch_id, _, place = face.rpartition("-")
    if not batch_id or len(place) != 3 or not place.isdecimal() or not place.isascii():
        raise ValueError(f"{face!r} is no face of a gallery")
    return batch_id, int(place)


def _offset(data: bytes) -> int:
    length = int.from_bytes(data[8:_PREFIX_BYTES], "little")
    if data[:8] != MAGIC or length > MOST_HEADER_BYTES or _PREFIX_BYTES + length > len(data):
        raise ValueError("it does not begin as such files do")
    return _PREFIX_BYTES + length


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    offset = _offset(data)
    return parse_json_object(data[_PREFIX_BYTES:offset], most_bytes=MOST_HEADER_BYTES), offset


def _templates(data: bytes, offset: int, size: int) -> Templates:
    import numpy as np

    if (len(data) - offset) % (4 * size):
        raise ValueError("its templates have another length than its header says")
    values = np.frombuffer(data, dtype="<f4", offset=offset).reshape(-1, size)
    if not np.isfinite(values).all():
        raise ValueError("a template holds a number that is not finite")
    return values


def _face_object(face: GalleryFace) -> dict[str, Any]:
    values = dataclasses.asdict(face)
    values["kind"] = face.kind.value
    values["box"] = [float(each) for each in face.box]
    return values


def _face(given: Any) -> GalleryFace:
    if not isinstance(given, dict):
        raise ValueError("a face of its header is none")  # noqa: TRY004 - the one kind that callers expect
    kind = TemplateKind(_text(given, "kind"))
    derivation = given.get("derivation")
    if (kind is TemplateKind.DERIVED) != (derivation is not None):
        raise ValueError("a derived face does not say how it was made, or a photograph does")
    box = given.get("box")
    if not isinstance(box, list) or len(box) != 4:
        raise ValueError("a face has no place in its photograph")
    if not is_sha256(_text(given, "photo_sha256")):
        raise ValueError("a face names no photograph")
    left, top, right, bottom = (_number(each, "a side of a face") for each in box)
    age = given.get("age")
    return GalleryFace(
        **{name: _text(given, name) for name in _TEXTS},
        photo_size_bytes=_whole(given.get("photo_size_bytes"), "the size of a photograph", 0, 1 << 53),
        box=(left, top, right, bottom),
        faces_in_photo=_whole(given.get("faces_in_photo"), "the number of faces", 1, 1 << 20),
        age=None if age is None else _number(age, "an age"),
        kind=kind,
        derivation=None if derivation is None else _derivation(derivation),
    )


_TEXTS = ("subject", "name", "birth_date", "photo_date", "source", "file_name", "photo_sha256", "age_origin")
_DERIVATION_TEXTS = (
    "source_face", "pack_name", "pack_version", "pack_sha256", "engine", "engine_version",
)  # fmt: skip


def _derivation(given: Any) -> Derivation:
    if not isinstance(given, dict) or not isinstance(given.get("is_located"), bool):
        raise ValueError("a derived face does not say how it was made")  # noqa: TRY004
    place_of(_text(given, "source_face"))
    return Derivation(
        **{name: _text(given, name) for name in _DERIVATION_TEXTS},
        source_age=_number(given.get("source_age"), "an age"),
        seed=_whole(given.get("seed"), "a seed", 0, 1 << 53),
        is_located=given["is_located"],
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - the one kind that callers expect
    return value


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{what} is no number")
    return float(value)


def _whole(value: Any, what: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{what} is not a whole number from {low} to {high}")
    return value
