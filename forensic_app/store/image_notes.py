"""Notes, arrows and measured lines on pictures.

Rules:
    * A note belongs to the bytes that it was placed on: it holds their digest.
    * No version is ever changed: an amendment and a withdrawal follow the newest version, with a reason.
    * Lengths are pixels and distances between the eyes. A photograph has no scale: nothing is in millimetres.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.records import ImageNote, NoteKind, NoteState
from forensic_app.store import fields
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.cases import open_case
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.mapping import record_of
from forensic_app.store.refusals import refuse_removed
from forensic_app.store.tables import DerivedImageRow, ExhibitRow, ImageNoteRow, RunRow

ADDED, AMENDED, WITHDRAWN = "image_note_added", "image_note_amended", "image_note_withdrawn"
_FACTS = (
    "exhibit_id", "derived_image_id", "sha256", "kind", "points", "text", "eyes", "eyes_origin", "revises",
    "state", "reason",
)  # fmt: skip
_LEAST_PX = 1.0

Points = Sequence[Sequence[float]]


class ImageNoteRecords(StoreBase):
    """The part of the case store that keeps what examiners place on pictures."""

    def add_image_note(
        self,
        picture: str,
        *,
        kind: NoteKind,
        points: Points,
        text: str = "",
        eyes: Points | None = None,
        eyes_origin: str = "",
    ) -> ImageNote:
        """Place something on a picture; event ``image_note_added``.

        Args:
            picture: Identifier of an exhibit or of a derived image.
            kind: What it is.
            points: In pixels of the upright file: one of a note, from and to of an arrow, both ends of a line.
            text: What it says; may be empty for a line.
            eyes: Centres of the eyes that a length is told in; ``None`` where they are not known.
            eyes_origin: Where they are from, such as the identifier of a run.

        Raises:
            InvalidInput: Points or text are malformed, the picture's exhibit was withdrawn, or the case is closed.
            RecordNotFound: There is no such picture.
        """
        with self._writing() as session:
            values, size = _picture(session, picture)
            values |= _stated(kind, points, text, size) | _eyes(eyes, eyes_origin)
            return self._write_note(session, ADDED, {**values, "revises": None, "reason": ""})

    def amend_image_note(
        self, image_note_id: str, *, reason: str, points: Points | None = None, text: str | None = None
    ) -> ImageNote:
        """Place the newest version of a note elsewhere, or let it say something else; event ``image_note_amended``.

        Raises:
            InvalidInput: No reason is given, nothing is changed, or the note was withdrawn or amended before.
            RecordNotFound: There is no such note.
        """
        why = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            before = _newest(session, image_note_id)
            values, size = _picture(session, before.derived_image_id or before.exhibit_id)
            kept = {name: getattr(before, name) for name in ("sha256", "eyes", "eyes_origin")}
            stated = _stated(
                NoteKind(before.kind),
                before.points if points is None else points,
                before.text if text is None else text,
                size,
            )
            if (stated["points"], stated["text"]) == (before.points, before.text):
                raise InvalidInput("Nothing is changed.", "Change the text or the place, or let it be.")
            values |= kept | stated | {"revises": image_note_id, "reason": why}
            return self._write_note(session, AMENDED, values)

    def withdraw_image_note(self, image_note_id: str, *, reason: str) -> ImageNote:
        """Withdraw a note by its newest version; event ``image_note_withdrawn``. Every version stays on record.

        Raises:
            InvalidInput: No reason is given, or the note was withdrawn or amended before.
            RecordNotFound: There is no such note.
        """
        why = fields.line("reason", reason, is_required=True)
        with self._writing() as session:
            before = _newest(session, image_note_id)
            names = ("case_id", *(each for each in _FACTS if each not in ("revises", "state", "reason")))
            values = {name: getattr(before, name) for name in names}
            values |= {"revises": image_note_id, "state": NoteState.WITHDRAWN, "reason": why}
            return self._write_note(session, WITHDRAWN, values)

    def image_notes(self, case_id: str, *, include_former: bool = False) -> list[ImageNote]:
        """Return what stands on the pictures of a case, oldest first.

        Args:
            case_id: Identifier of the case.
            include_former: Also versions that were amended, and what was withdrawn.
        """
        query = select(ImageNoteRow).where(ImageNoteRow.case_id == case_id)
        with self._reading() as session:
            rows = session.scalars(query.order_by(ImageNoteRow.image_note_id)).all()
            refuse_missing(session, ImageNoteRow, rows, column="case_id", value=case_id)
            found = [record_of(ImageNote, row) for row in rows]
        former = {each.revises for each in found}
        return [
            each
            for each in found
            if include_former or (each.image_note_id not in former and each.state is NoteState.STANDS)
        ]

    def _write_note(self, session: Session, action: str, values: Mapping[str, Any]) -> ImageNote:
        open_case(session, values["case_id"])
        row = ImageNoteRow(
            image_note_id=next_id(session, ImageNoteRow, "N-"),
            examiner=self.examiner,
            made_at=self._clock(),
            **{"state": NoteState.STANDS, **values},
        )
        session.add(row)
        details = {name: getattr(row, name) for name in _FACTS}
        self._append_change(session, action, row, case_id=row.case_id, details=details)
        return record_of(ImageNote, row)


def _picture(session: Session, name: str) -> tuple[dict[str, Any], tuple[int, int]]:
    """Return what a note says of its picture, and the picture's width and height."""
    image = session.get(DerivedImageRow, name)
    exhibit = session.get(
        ExhibitRow, name if image is None else session.get_one(RunRow, image.run_id).exhibit_id
    )
    if exhibit is None:
        raise RecordNotFound(
            f"There is no picture {name} in this casebook.", "Name an exhibit or a derived image."
        )
    refuse_removed(exhibit.exhibit_id, exhibit.tombstone_reason)
    shown = exhibit if image is None else image
    values = {
        "case_id": exhibit.case_id,
        "exhibit_id": exhibit.exhibit_id,
        "derived_image_id": None if image is None else image.derived_image_id,
        "sha256": (exhibit.page_sha256 or exhibit.sha256) if image is None else image.sha256,
    }
    return values, (shown.width_px, shown.height_px)


def _newest(session: Session, image_note_id: str) -> ImageNoteRow:
    row = session.get(ImageNoteRow, image_note_id)
    if row is None:
        raise RecordNotFound(f"There is no note {image_note_id} in this casebook.", "Check the number.")
    if row.state == NoteState.WITHDRAWN:
        raise InvalidInput(
            f"{image_note_id} is the withdrawal of a note.", "Place another note if one is needed."
        )
    follows = session.scalar(select(ImageNoteRow.image_note_id).where(ImageNoteRow.revises == image_note_id))
    if follows is not None:
        raise InvalidInput(
            f"{image_note_id} is not the newest version of the note: {follows} follows it.", f"Use {follows}."
        )
    return row


def _stated(kind: NoteKind, points: Points, text: str, size: tuple[int, int]) -> dict[str, Any]:
    wanted = 1 if kind is NoteKind.NOTE else 2
    if len(points) != wanted or any(len(point) != 2 for point in points):
        raise InvalidInput(f"A {kind} has {wanted} points, each with x and y.", "Place it again.")
    placed = [[round(float(each), 2) for each in point] for point in points]
    for x, y in placed:
        # A picture that stands on its side is as wide as its record says it is high.
        if not (math.isfinite(x) and math.isfinite(y) and min(x, y) >= 0 and max(x, y) <= max(size)):
            raise InvalidInput("A point lies outside the picture.", "Place it on the picture.")
    if wanted == 2 and math.dist(*placed) < _LEAST_PX:
        raise InvalidInput("Both ends are at the same place.", "Draw it longer.")
    said = fields.line("text", text, is_required=kind is not NoteKind.LINE)
    return {"kind": NoteKind(kind), "points": placed, "text": said}


def _eyes(eyes: Points | None, origin: str) -> dict[str, Any]:
    if eyes is None:
        return {"eyes": None, "eyes_origin": ""}
    placed = [[round(float(each), 2) for each in point] for point in eyes]
    if len(placed) != 2 or any(len(point) != 2 for point in placed) or not math.dist(*placed) >= _LEAST_PX:
        raise InvalidInput("The eyes are not two points apart.", "Leave them out, or find the face again.")
    return {"eyes": placed, "eyes_origin": fields.line("origin of the eyes", origin, is_required=True)}
