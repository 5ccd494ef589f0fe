"""Find the faces of a photograph and measure their quality; plain values, safe in any process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FoundFace:
    """One face as the bundled detector sees it.

    Attributes:
        box: ``(left, top, right, bottom)`` in pixels of the decoded photograph.
        score: Detector confidence, higher is surer.
        quality: Measures by name, ``{"value": ..., "score": ...}``; see :mod:`forensic_app.faces.quality`.
        warnings: What a run would record of it: cut by the picture's edge, covered, or doubtful.
    """

    box: tuple[float, float, float, float]
    score: float
    quality: Mapping[str, Mapping[str, float | int | None]]
    warnings: tuple[str, ...] = ()


def inspect_faces(photograph: tuple[Path, str] | tuple[Path, str, str]) -> list[FoundFace]:
    """Return the faces in a photograph of the vault, named by path and digest, largest first; empty without one.

    A third text is what the photograph is called in what is said of it.

    The detector holds Python's global lock for seconds: call it in another process where a window waits.

    Raises:
        EvidenceAltered: The file is missing or does not have its digest.
        UnreadableImage: The file cannot be decoded.
    """
    from forensic_app.engines.pictures.photo import read_photo
    from forensic_app.faces.dlib import DlibAnalyser
    from forensic_app.faces.mesh_warnings import mesh_warnings
    from forensic_app.faces.quality import measure_quality

    path, sha256, *named = photograph
    photo = read_photo(path, expected_sha256=sha256, name="".join(named))
    found = []
    for face in DlibAnalyser().detect(photo):
        left, top, right, bottom = (float(each) for each in face.box)
        quality = measure_quality(photo, face).to_json()
        warnings = mesh_warnings(photo, face)
        found.append(FoundFace((left, top, right, bottom), float(face.score), quality, warnings))
    return found
