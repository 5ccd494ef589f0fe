"""Say before a run whether it is clear which face of a photograph is meant."""

from __future__ import annotations

from forensic_app.errors import InvalidInput
from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.exhibit_pictures import exhibit_pixels
from forensic_app.workflows.face_inspection import is_unclear


def require_clear_face(store: CaseStore, exhibit: str) -> int:
    """Return the number of faces in an exhibit, as the bundled detector sees it.

    Args:
        store: The casebook.
        exhibit: Identifier or number of the exhibit.

    Raises:
        InvalidInput: A second face is at least half as large as the largest one.
        EvidenceAltered: The photograph no longer has its digest.
        RecordNotFound: There is no such exhibit.
    """
    record = store.exhibit(exhibit)
    faces = DlibAnalyser().detect(exhibit_pixels(store, record))
    if is_unclear([face.box for face in faces]):
        raise InvalidInput(
            f"The photograph {record.exhibit_number} shows {len(faces)} faces; it is unclear which is meant.",
            f"Choose one with --face 1 to --face {len(faces)}; 1 is the largest, then in order of size.",
        )
    return len(faces)
