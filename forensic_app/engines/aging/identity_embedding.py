"""The embedding that the pack was trained with, of the face that a run works on."""

from __future__ import annotations

from typing import Final

from forensic_app.engines.aging.components import Components
from forensic_app.engines.pictures.measurement import overlap
from forensic_app.engines.pictures.photo import FoundFace, kept_analyser
from forensic_app.faces.analyser import Embedding, RgbImage

IDENTITY_ANALYSER: Final = "dlib"


def identity_embedding(
    components: Components, photo: RgbImage, found: FoundFace
) -> tuple[Embedding | None, str | None]:
    """Return the embedding for the pack's identity tokens, and a warning where there is none.

    Packs are trained with the bundled analyser's embedding, so that one makes it whatever analyser measures.
    """
    if components.identity_projection is None:
        return None, None
    analyser = kept_analyser(IDENTITY_ANALYSER)
    if found.face.scheme == "dlib5":
        return analyser.embed(photo, found.face), None
    faces = [face for face in analyser.detect(photo) if overlap(face.box, found.face.box) > 0.2]
    if not faces:
        return None, "The bundled analyser finds no face there; the model worked without identity tokens."
    best = max(faces, key=lambda face: overlap(face.box, found.face.box))
    return analyser.embed(photo, best), None
