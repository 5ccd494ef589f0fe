"""What a gallery holds now: its batches, read from the vault and checked, without the faces that were removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from forensic_app.errors import EvidenceAltered, InvalidInput, RecordNotFound
from forensic_app.galleries.comparing import Templates
from forensic_app.galleries.entries import name_key
from forensic_app.galleries.index import Source, key_of, places_of
from forensic_app.gallery_files import (
    Batch,
    GalleryFace,
    TemplateKind,
    decode_batch,
    face_id,
    place_of,
    templates_of,
)
from forensic_app.records import Gallery, GalleryRemoval
from forensic_app.store.case_store import CaseStore

_KEPT_BATCHES = 64


@dataclass(frozen=True, slots=True)
class HeldFace:
    """A face of a gallery with what identifies it.

    Attributes:
        face_id: Such as ``GB-000001-017``.
        face: Who it is, and of what the template was made.
        template: ``(d,)`` float32.
    """

    face_id: str
    face: GalleryFace
    template: Templates


class GalleryContents:
    """The faces of a gallery, as they were when this was made."""

    def __init__(self, store: CaseStore, gallery: Gallery) -> None:
        """Read which batches and removals there are; no file is read yet."""
        self.gallery = gallery
        self._vault = store.vault
        removals = store.gallery_removals(gallery.gallery_id)
        self.batches = store.gallery_batches(gallery.gallery_id)
        self._place = {batch.gallery_batch_id: place for place, batch in enumerate(self.batches)}
        self.removed = frozenset(self.key_of(face) for each in removals for face in each.faces)
        self.batch = lru_cache(_KEPT_BATCHES)(self._batch)

    @property
    def template_count(self) -> int:
        """Templates that are searched."""
        return sum(batch.face_count for batch in self.batches) - len(self.removed)

    @property
    def derived_count(self) -> int:
        """How many of them are of derived faces."""
        return sum(batch.derived_count for batch in self.batches) - sum(
            self.held(key).face.kind is TemplateKind.DERIVED for key in self.removed
        )

    def source(self) -> Source:
        """Return the batches as an index reads them."""
        return Source(
            digests=[batch.sha256 for batch in self.batches],
            counts=[batch.face_count for batch in self.batches],
            read=self._templates,
            embedding_size=self.gallery.embedding_size,
            removed=self.removed,
        )

    def held(self, key: int) -> HeldFace:
        """Return the face with a key of the index.

        Raises:
            EvidenceAltered: The file of its batch is missing or was altered.
        """
        batch_place, place = places_of(key)
        batch = self.batch(batch_place)
        identifier = face_id(self.batches[batch_place].gallery_batch_id, place)
        return HeldFace(identifier, batch.faces[place], batch.templates[place])

    def key_of(self, face: str) -> int:
        """Return the key of a face by its identifier.

        Raises:
            RecordNotFound: The gallery has no such face.
        """
        try:
            batch_id, place = place_of(face)
        except ValueError:
            batch_id, place = "", 0
        batch_place = self._place.get(batch_id)
        if batch_place is None or place >= self.batches[batch_place].face_count:
            raise RecordNotFound(
                f"The gallery {self.gallery.name} has no face {face}.",
                f"See which there are: forensic-app gallery show {self.gallery.name} --faces.",
            )
        return key_of(batch_place, place)

    def faces(self) -> Iterator[HeldFace]:
        """Yield every face that was not removed, oldest first.

        Raises:
            EvidenceAltered: The file of a batch is missing or was altered.
        """
        for batch_place, record in enumerate(self.batches):
            batch = self._batch(batch_place)
            for place, face in enumerate(batch.faces):
                if key_of(batch_place, place) not in self.removed:
                    identifier = face_id(record.gallery_batch_id, place)
                    yield HeldFace(identifier, face, batch.templates[place])

    def live_batch(self, batch_place: int) -> tuple[list[GalleryFace], Templates]:
        """Return faces and templates of one batch that were not removed."""
        batch = self._batch(batch_place)
        kept = [place for place in range(len(batch.faces)) if key_of(batch_place, place) not in self.removed]
        return [batch.faces[place] for place in kept], batch.templates[np.asarray(kept, dtype=np.intp)]

    def _batch(self, batch_place: int) -> Batch:
        try:
            batch = decode_batch(self._data(batch_place))
        except ValueError as error:
            raise self._no_batch(batch_place, str(error)) from error
        self._check(batch_place, batch.templates)
        return batch

    def _templates(self, batch_place: int) -> Templates:
        try:
            found = templates_of(self._data(batch_place), self.gallery.embedding_size)
        except ValueError as error:
            raise self._no_batch(batch_place, str(error)) from error
        self._check(batch_place, found)
        return found

    def _data(self, batch_place: int) -> bytes:
        return self._vault.read_verified(self.batches[batch_place].sha256)

    def _check(self, batch_place: int, templates: Templates) -> None:
        shape = (self.batches[batch_place].face_count, self.gallery.embedding_size)
        if templates.shape != shape:
            raise self._no_batch(batch_place, "it holds other templates than its record says")

    def _no_batch(self, batch_place: int, why: str) -> EvidenceAltered:
        identifier = self.batches[batch_place].gallery_batch_id
        return EvidenceAltered(
            f"The file of {identifier} is no batch of the gallery {self.gallery.name}: {why}.",
            "Verify the casebook.",
        )


def remove_from_gallery(store: CaseStore, name: str, which: str, *, reason: str) -> GalleryRemoval:
    """Take a subject, or one face, out of what is searched; event ``gallery_face_removed``.

    With a photograph's face go the derived faces that were made of it.

    Args:
        store: The casebook, open for writing.
        name: The gallery.
        which: A subject's identifier or name, or a face such as ``GB-000001-017``.
        reason: Why, for the record.

    Raises:
        EvidenceAltered: The file of a batch is missing or was altered.
        InvalidInput: No reason is given, or several subjects have the name.
        RecordNotFound: There is no such gallery, subject or face, or it was removed already.
    """
    gallery = store.gallery(name)
    contents = GalleryContents(store, gallery)
    wanted = which.strip()
    subjects: dict[str, list[str]] = {}
    faces: list[str] = []
    subject_of_face = ""
    for held in contents.faces():
        derivation = held.face.derivation
        if wanted == held.face_id or (derivation is not None and derivation.source_face == wanted):
            faces.append(held.face_id)
            subject_of_face = held.face.subject
        if wanted == held.face.subject or name_key(wanted) == name_key(held.face.name):
            subjects.setdefault(held.face.subject, []).append(held.face_id)
    if len(subjects) + bool(faces) > 1:
        raise InvalidInput(
            f"Several subjects or faces answer to {wanted}.",
            f"Name one by its identifier: {', '.join([*subjects, *faces[:1]])}.",
        )
    if not subjects and not faces:
        raise RecordNotFound(
            f"The gallery {gallery.name} has no subject or face {wanted}.",
            f"See which there are: forensic-app gallery show {gallery.name} --faces.",
        )
    subject, found = next(iter(subjects.items())) if subjects else (subject_of_face, faces)
    return store.remove_gallery_faces(gallery.gallery_id, subject=subject, faces=found, reason=reason)
