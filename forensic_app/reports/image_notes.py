"""Notes, arrows and measured lines that examiners placed on pictures, in words below the exhibits."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from forensic_app.records import ImageNote, NoteKind
from forensic_app.reports import wording
from forensic_app.reports.content import ReportContent
from forensic_app.reports.layout import PORTRAIT_WIDTH, Heading, facts_table, text
from forensic_app.reports.texts import Texts

_LABEL = 44 * mm


def image_notes(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return a table of what stands on the pictures of the case; nothing where nothing does."""
    if not content.image_notes:
        return []
    numbers = {each.record.exhibit_id: each.record.exhibit_number for each in content.exhibits}
    rows = tuple((_on(note, numbers, texts), _words(note, texts)) for note in content.image_notes)
    return [
        Heading(texts("image_notes.heading"), 1),
        text(texts("image_notes.intro")),
        facts_table(rows, width=PORTRAIT_WIDTH, label_width=_LABEL),
        Spacer(0, 3 * mm),
    ]


def _on(note: ImageNote, numbers: dict[str, str], texts: Texts) -> str:
    picture = note.derived_image_id or numbers.get(note.exhibit_id, note.exhibit_id)
    return texts("image_notes.on", note=note.image_note_id, picture=picture)


def _words(note: ImageNote, texts: Texts) -> str:
    told = [
        texts(f"image_notes.{note.kind}", text=wording.one_line(note.text or texts("common.not_recorded")))
    ]
    if note.kind is NoteKind.LINE and note.length_px is not None:
        share = note.length_in_eyes
        if share is None:
            told.append(texts("image_notes.length_px", pixels=f"{note.length_px:.0f}"))
        else:
            told.append(
                texts(
                    "image_notes.length",
                    pixels=f"{note.length_px:.0f}",
                    share=wording.number(share, texts, 2),
                    origin=wording.one_line(note.eyes_origin),
                )
            )
    when = wording.utc(note.made_at, texts)
    told.append(texts("image_notes.by", examiner=wording.one_line(note.examiner), when=when))
    if note.revises is not None:
        told.append(texts("image_notes.revises", note=note.revises, reason=wording.one_line(note.reason)))
    return " ".join(told)
