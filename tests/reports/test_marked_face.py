"""A run on one of several faces prints which one it was."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

from PIL import Image
from pypdf import PdfReader
from skimage.data import astronaut

from forensic_app.reports import pictures
from forensic_app.reports.content import ReportContent
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.run_rows import face_rows
from forensic_app.reports.texts import load_texts


def test_the_face_is_counted_from_one_and_marked(make_content: Callable[..., ReportContent]) -> None:
    content = make_content()
    run = next(each for each in content.runs if each.is_completed)
    face = {"box": [170.0, 60.0, 280.0, 190.0], "face_count": 3, "face_index": 1}
    record = replace(run.record, spec=replace(run.spec, face_index=1), face=face)
    assert ("face_number", "2") in face_rows(record, load_texts())
    assert "face_index" not in dict(face_rows(record, load_texts()))
    marked = pictures.with_marked_face(Image.fromarray(astronaut()), (170.0, 60.0, 280.0, 190.0), 2)
    assert len(marked) == 2
    assert marked[0].width_px == 512
    runs = tuple(
        replace(run, record=record, face_pictures=marked) if each is run else each for each in content.runs
    )
    data = render_pdf(replace(content, runs=runs))
    told = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
    assert "Face 2 of 3 (1 is the largest" in told
    assert "from 170, 60 to 280, 190 px" in told
