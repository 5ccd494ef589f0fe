"""Notes on pictures stand below the exhibits of a report, and only where there are any."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

from pypdf import PdfReader

from forensic_app.records import ImageNote, NoteKind, NoteState
from forensic_app.reports.content import ReportContent
from forensic_app.reports.pdf import render_pdf


def words_of(content: ReportContent) -> str:
    pages = PdfReader(io.BytesIO(render_pdf(content))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_notes_are_told_with_lengths_and_versions(content: ReportContent) -> None:
    assert "Notes on the images" not in words_of(content)
    exhibit = content.exhibits[0].record
    line = ImageNote(
        "N-0002", content.case.case_id, exhibit.exhibit_id, None, exhibit.sha256, NoteKind.LINE,
        ((0.0, 0.0), (30.0, 40.0)), "Mouth", ((0.0, 0.0), (25.0, 0.0)), "R-0001", "N-0001", NoteState.STANDS,
        "Drawn again", "A. Doe", datetime(2026, 12, 5, 9, 0, tzinfo=UTC),
    )  # fmt: skip
    bare = replace(line, image_note_id="N-0003", eyes=None, eyes_origin="", revises=None, reason="")
    arrow = replace(
        bare, image_note_id="N-0004", kind=NoteKind.ARROW, derived_image_id="D-000001", text="Here"
    )
    words = words_of(replace(content, image_notes=(line, bare, arrow)))
    assert "Notes on the images" in words
    assert f"N-0002 on {exhibit.exhibit_number}" in words
    assert "Measured line: Mouth. 50 px, 2.00 of the distance between the eyes (eyes: R-0001)." in words
    assert "It follows N-0001, for this reason: Drawn again." in words
    assert "50 px; the distance between the eyes was not known." in words
    assert "N-0004 on D-000001" in words
    assert "Arrow: Here. Placed by A. Doe" in words
    assert "mm" not in re.search(r"Notes on the images(.*?)Results", words).group(1)  # type: ignore[union-attr]
