"""Galleries: sets of faces of known people, in batches; who the faces are stands in the batches' files.

Rules:
    * A batch's file is in the vault before its row is written, and every photograph that it names before the file.
      One transaction and one event for each batch: whoever is killed leaves whole batches.
    * Every template of a gallery is by one matcher of one version; a batch by another one is refused.
    * No row is ever changed: faces are taken out by a removal, with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from forensic_app.errors import DuplicateRecord, InvalidInput, RecordNotFound
from forensic_app.gallery_files import GalleryFace, MadeWith, TemplateKind, encode_batch
from forensic_app.records import Gallery, GalleryBatch, GalleryRemoval
from forensic_app.searches import SEARCHED
from forensic_app.store import fields
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.known_log import refuse_missing, refuse_missing_keys, refuse_other_answers
from forensic_app.store.mapping import record_of
from forensic_app.store.tables import GalleryBatchRow, GalleryRemovalRow, GalleryRow

if TYPE_CHECKING:
    from forensic_app.gallery_files import Templates

_IDENTIFIER = re.compile(r"G-\d+", re.I)


class GalleryRecords(StoreBase):
    """The part of the case store that keeps galleries."""

    def create_gallery(
        self, name: str, *, made_with: MadeWith, pack_name: str, embedding_size: int
    ) -> Gallery:
        """Make an empty gallery; event ``gallery_created``.

        Args:
            name: Unique in the casebook.
            made_with: The matcher of all its templates.
            pack_name: The matcher's model pack; empty for the bundled one.
            embedding_size: Length of a template.

        Raises:
            DuplicateRecord: A gallery has the name.
            InvalidInput: The name is empty or malformed.
        """
        given = fields.line("name of the gallery", name, is_required=True)
        if _IDENTIFIER.fullmatch(given):
            raise InvalidInput(f"A gallery cannot be called {given}.", "That is the form of an identifier.")
        with self._writing() as session:
            if _gallery_row(session, given) is not None:
                raise DuplicateRecord(f"There is a gallery {given} already.", "Choose another name.")
            row = GalleryRow(
                gallery_id=next_id(session, GalleryRow, "G-"),
                name=given,
                analyser=made_with.analyser,
                analyser_version=made_with.analyser_version,
                weights_sha256=dict(made_with.weights_sha256),
                pack_name=pack_name,
                embedding_size=embedding_size,
                examiner=self.examiner,
                created_at=self._clock(),
            )
            session.add(row)
            details = {
                "name": given,
                "analyser": row.analyser,
                "analyser_version": row.analyser_version,
                "weights_sha256": row.weights_sha256,
                "pack_name": pack_name,
            }
            self._append_change(session, "gallery_created", row, details=details)
            return record_of(Gallery, row)

    def gallery(self, name_or_id: str) -> Gallery:
        """Return a gallery by its name or identifier.

        Raises:
            RecordNotFound: There is none.
        """
        with self._reading() as session:
            return record_of(Gallery, _required(session, name_or_id))

    def galleries(self) -> list[Gallery]:
        """Return the galleries of the casebook in the order they were made."""
        with self._reading() as session:
            rows = session.scalars(select(GalleryRow).order_by(GalleryRow.gallery_id)).all()
            refuse_missing(session, GalleryRow, rows)
            return [record_of(Gallery, row) for row in rows]

    def add_gallery_batch(
        self, name_or_id: str, made_with: MadeWith, faces: Sequence[GalleryFace], templates: Templates
    ) -> GalleryBatch:
        """Add faces, whose photographs are in the vault already; event ``gallery_batch_added``.

        Args:
            name_or_id: The gallery.
            made_with: The matcher that made the templates.
            faces: From one to 256.
            templates: One row for each, ``(n, d)`` float32.

        Raises:
            InvalidInput: Another matcher made the gallery's templates, or the vault lacks a photograph.
            RecordNotFound: There is no such gallery.
            StoreUnavailable: The vault or the database cannot be written.
        """
        missing = next((face for face in faces if not self.vault.has(face.photo_sha256)), None)
        if missing is not None:
            raise InvalidInput(
                f"The vault holds no file {missing.photo_sha256}.", "Import the photograph first."
            )
        gallery = self.gallery(name_or_id)
        refuse_other_matcher(gallery, made_with)
        if templates.shape[1:] != (gallery.embedding_size,):
            raise ValueError(f"a template has {gallery.embedding_size} numbers, not {templates.shape[1:]}")
        with self._reading() as session:
            query = select(GalleryBatchRow.gallery_batch_id)
            earlier = session.scalars(query.where(GalleryBatchRow.gallery_id == gallery.gallery_id)).all()
            refuse_missing_keys(
                session, GalleryBatchRow, earlier, column="gallery_id", value=gallery.gallery_id
            )
        file = self.vault.import_bytes(encode_batch(made_with, len(earlier), faces, templates))
        with self._writing() as session:
            row = GalleryBatchRow(
                gallery_batch_id=next_id(session, GalleryBatchRow, "GB-", digits=6),
                gallery_id=gallery.gallery_id,
                sha256=file.sha256,
                size_bytes=file.size_bytes,
                face_count=len(faces),
                derived_count=sum(face.kind is TemplateKind.DERIVED for face in faces),
                examiner=self.examiner,
                added_at=self._clock(),
            )
            session.add(row)
            details = {
                "gallery_id": gallery.gallery_id,
                "sha256": file.sha256,
                "size_bytes": file.size_bytes,
                "face_count": row.face_count,
                "derived_count": row.derived_count,
            }
            self._append_change(session, "gallery_batch_added", row, details=details)
            return record_of(GalleryBatch, row)

    def gallery_batches(self, gallery_id: str) -> list[GalleryBatch]:
        """Return the batches of a gallery, by identifier, oldest first."""
        query = select(GalleryBatchRow).where(GalleryBatchRow.gallery_id == gallery_id)
        with self._reading() as session:
            rows = session.scalars(query.order_by(GalleryBatchRow.gallery_batch_id)).all()
            refuse_missing(session, GalleryBatchRow, rows, column="gallery_id", value=gallery_id)
            return [record_of(GalleryBatch, row) for row in rows]

    def remove_gallery_faces(
        self, gallery_id: str, *, subject: str, faces: Sequence[str], reason: str
    ) -> GalleryRemoval:
        """Take faces out of what is searched; event ``gallery_face_removed``. Their files stay.

        Args:
            gallery_id: Identifier of the gallery.
            subject: Whose faces they are.
            faces: Their identifiers.
            reason: Why, for the record.

        Raises:
            InvalidInput: No reason is given.
            RecordNotFound: There is no such gallery.
            ValueError: No face is named.
        """
        why = fields.line("reason", reason, is_required=True)
        if not faces:
            raise ValueError("no face is named")
        with self._writing() as session:
            row = GalleryRemovalRow(
                gallery_removal_id=next_id(session, GalleryRemovalRow, "GR-"),
                gallery_id=_required(session, gallery_id).gallery_id,
                subject=subject,
                faces=list(faces),
                reason=why,
                examiner=self.examiner,
                removed_at=self._clock(),
            )
            session.add(row)
            details = {
                "gallery_id": row.gallery_id,
                "subject": subject,
                "faces": row.faces,
                "reason": why,
            }
            self._append_change(session, "gallery_face_removed", row, details=details)
            return record_of(GalleryRemoval, row)

    def gallery_removals(self, gallery_id: str) -> list[GalleryRemoval]:
        """Return the removals of a gallery, by identifier, oldest first."""
        query = select(GalleryRemovalRow).where(GalleryRemovalRow.gallery_id == gallery_id)
        with self._reading() as session:
            rows = session.scalars(query.order_by(GalleryRemovalRow.gallery_removal_id)).all()
            refuse_missing(session, GalleryRemovalRow, rows, column="gallery_id", value=gallery_id)
            return [record_of(GalleryRemoval, row) for row in rows]

    def record_gallery_search(
        self, gallery: Gallery, details: dict[str, Any], *, case_id: str | None = None
    ) -> int:
        """Record what was searched and found; event ``gallery_searched``. Return the event's number.

        Args:
            gallery: The gallery.
            details: Probe, threshold and candidates; JSON values.
            case_id: Case of the probe, if it has one.
        """
        told = {
            **details,
            "analyser": gallery.analyser,
            "analyser_version": gallery.analyser_version,
            "weights_sha256": dict(gallery.weights_sha256),
        }
        with self._writing() as session:
            event = self._append(
                session,
                SEARCHED,
                object_type="gallery",
                object_id=gallery.gallery_id,
                case_id=case_id,
                details=told,
            )
            return event.sequence


def refuse_other_matcher(gallery: Gallery, made_with: MadeWith) -> None:
    """Refuse a matcher whose templates cannot be compared with a gallery's.

    Raises:
        InvalidInput: It is another matcher, another version, or has other weights.
    """
    if gallery.analyser != made_with.analyser:
        raise InvalidInput(
            f"The gallery {gallery.name} was made with the matcher {gallery.analyser}, not {made_with.analyser}: "
            f"their templates cannot be compared.",
            f"Use {gallery.analyser}, or make a gallery for {made_with.analyser} from the same photographs.",
        )
    if (gallery.analyser_version, gallery.weights_sha256) != (
        made_with.analyser_version,
        dict(made_with.weights_sha256),
    ):
        raise InvalidInput(
            f"The gallery {gallery.name} was made with {gallery.analyser} {gallery.analyser_version}; this program "
            f"has {made_with.analyser_version}, or other weights: their templates cannot be compared.",
            "Install that version, or make a new gallery from the same photographs with this one.",
        )


def _gallery_row(session: Session, name_or_id: str) -> GalleryRow | None:
    named = name_or_id.strip()
    query = select(GalleryRow).where(or_(GalleryRow.gallery_id == named, GalleryRow.name == named))
    rows = session.scalars(query.order_by(GalleryRow.gallery_id)).all()
    refuse_other_answers(session, GalleryRow, rows, named, "gallery_id", "name")
    return rows[0] if rows else None


def _required(session: Session, name_or_id: str) -> GalleryRow:
    row = _gallery_row(session, name_or_id)
    if row is None:
        raise RecordNotFound(
            f"There is no gallery {name_or_id.strip()} in this casebook.",
            "See which there are: forensic-app gallery list.",
        )
    return row
