"""Choose the face that a run works on, or say in words why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from forensic_app.errors import FaceNotFound
from forensic_app.faces.analyser import DetectedFace
from forensic_app.faces.quality import inter_eye_distance
from forensic_app.measured import face_number


def require_face(
    faces: Sequence[DetectedFace],
    face_index: int,
    image_shape: tuple[int, ...],
    minimum_inter_eye_px: float,
) -> DetectedFace:
    """Return ``faces[face_index]``, if it is there and large enough.

    Args:
        faces: What the analyser found, largest first.
        face_index: Which one, 0 = the largest.
        image_shape: Height and width of the photograph, for the message.
        minimum_inter_eye_px: Smallest accepted distance between the eye centres, in the photograph's pixels.

    Raises:
        FaceNotFound: No face was found, there is none with that index, or it is too small.
    """
    size = f"{image_shape[1]} x {image_shape[0]} px"
    if not faces:
        raise FaceNotFound(
            f"No face was found in the photograph ({size}).",
            "Use a photograph that shows the face from the front, upright and larger than 40 px across.",
        )
    if not 0 <= face_index < len(faces):
        count = "1 face" if len(faces) == 1 else f"{len(faces)} faces"
        raise FaceNotFound(
            f"There is no face number {face_number(face_index)}: {count} found in the photograph ({size}).",
            f"Choose a face from 1 to {len(faces)}; 1 is the largest.",
        )
    face = faces[face_index]
    distance = inter_eye_distance(face)
    if distance < minimum_inter_eye_px:
        raise FaceNotFound(
            f"The face is too small: {distance:.0f} px between the eyes, "
            f"{minimum_inter_eye_px:.0f} px needed.",
            "Use a larger copy of the photograph; enlarging this one adds no detail.",
        )
    return face
