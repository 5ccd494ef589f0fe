"""Find the faces of a photograph and measure their quality; plain values, safe in any process.

Rules:
    * Faces are listed by size, the largest first: the first one is face 1 on screen, on paper and for ``--face``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

AMBIGUOUS_SHARE = 0.5
"""Share of the largest face's area from which another face may as well be the one that is meant."""


@dataclass(frozen=True, slots=True)
class FoundFace:
    """One face as the bundled detector sees it.

    Attributes:
        box: ``(left, top, right, bottom)`` in pixels of the decoded photograph.
        score: Detector confidence, higher is surer.
        quality: Measures by name, ``{"value": ..., "score": ...}``; see :mod:`forensic_app.faces.quality`.
        warnings: What a run would record of it: cut by the picture's edge, covered, or doubtful.
        is_doubtful: Whether it may be no face.
        is_too_small: Whether a run would refuse it for its size.
        eyes: Centres of the eye at the image's left and of the one at its right; ``None`` where they are not known.
    """

    box: tuple[float, float, float, float]
    score: float
    quality: Mapping[str, Mapping[str, float | int | None]]
    warnings: tuple[str, ...] = ()
    is_doubtful: bool = False
    is_too_small: bool = False
    eyes: tuple[tuple[float, float], tuple[float, float]] | None = None


def inspect_faces(photograph: tuple[Path, str] | tuple[Path, str, str]) -> list[FoundFace]:
    """Return the faces in a photograph of the vault, named by path and digest, largest first; empty without one.

    A third text is what the photograph is called in what is said of it.

    The detector holds Python's global lock for seconds: call it in another process where a window waits.

    Raises:
        EvidenceAltered: The file is missing or does not have its digest.
        UnreadableImage: The file cannot be decoded.
    """
    from forensic_app.engines.pictures.photo import LEAST_INTER_EYE_PX, read_photo
    from forensic_app.faces.dlib import DlibAnalyser
    from forensic_app.faces.mesh_warnings import DOUBT, mesh_warnings
    from forensic_app.faces.quality import inter_eye_distance, measure_quality
    from forensic_app.workflows.comparable import eyes_of

    path, sha256, *named = photograph
    photo = read_photo(path, expected_sha256=sha256, name="".join(named))
    found = []
    for face in DlibAnalyser().detect(photo):
        left, top, right, bottom = (float(each) for each in face.box)
        quality = measure_quality(photo, face).to_json()
        warnings = mesh_warnings(photo, face)
        found.append(
            FoundFace(
                (left, top, right, bottom),
                float(face.score),
                quality,
                warnings,
                is_doubtful=DOUBT in warnings,
                is_too_small=inter_eye_distance(face) < LEAST_INTER_EYE_PX,
                eyes=eyes_of({"landmarks": face.landmarks.tolist(), "scheme": face.scheme}),
            )
        )
    return found


def is_unclear(boxes: Sequence[Sequence[float]]) -> bool:
    """Return whether it is unclear which face of a photograph is meant: a second one is nearly as large.

    Args:
        boxes: ``(left, top, right, bottom)`` of every face, largest first.
    """
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in boxes]
    return len(areas) > 1 and areas[1] >= AMBIGUOUS_SHARE * areas[0]


def draw_faces(
    store: CaseStore,
    exhibit: str,
    faces: Sequence[FoundFace],
    out: Path,
    *,
    purpose: str = "",
    recipient: str = "",
) -> str:
    """Write a copy of an exhibit with every face framed and numbered; event ``exhibit_exported``.

    Args:
        store: The casebook, open for writing.
        exhibit: Identifier or number of the exhibit.
        faces: Its faces, largest first.
        out: Where to, a file ``.png`` or ``.jpg`` that does not exist.
        purpose: What it is handed out for.
        recipient: Who receives it.

    Returns:
        SHA-256 of the file written.

    Raises:
        InvalidInput: The file exists, cannot be written, or has another ending.
        EvidenceAltered: The photograph no longer has its digest.
        RecordNotFound: There is no such exhibit.
    """
    from PIL import Image

    from forensic_app.engines.pictures.face_marks import FaceMark, with_marks
    from forensic_app.store.fields import disclosure
    from forensic_app.workflows.exhibit_pictures import exhibit_pixels
    from forensic_app.workflows.picture_files import encoded, file_format, write_new

    record = store.exhibit(exhibit)
    kind = file_format(out)
    pixels = exhibit_pixels(store, record)
    marks = [FaceMark(face.box, number) for number, face in enumerate(faces, start=1)]
    data = encoded(with_marks(Image.fromarray(pixels), marks), kind)
    with write_new(out, data) as sha256:
        store.record_event(
            "exhibit_exported",
            object_type="exhibit",
            object_id=record.exhibit_id,
            case_id=record.case_id,
            details={
                "what": "faces marked",
                "faces": len(faces),
                "file": str(out),
                "sha256": sha256,
                **disclosure(purpose, recipient),
            },
        )
    return sha256
