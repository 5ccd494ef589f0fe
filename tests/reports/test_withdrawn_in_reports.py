"""What was withdrawn is in no report but for a number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pypdf import PdfReader
from skimage.data import astronaut
from test_issue_report import issue, receive, spec, squeezed, store, words_of

from forensic_app.reports.content import LaboratoryDetails
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.reporting import issue_report

__all__ = ["store"]


def test_a_case_whose_only_photograph_was_withdrawn_says_so(store: CaseStore, tmp_path: Path) -> None:
    exhibit = receive(store, tmp_path, "photo.png", astronaut()[:300, :400])
    store.remove("exhibit", exhibit.exhibit_id, "received twice")
    issue(store, tmp_path / "report.pdf")
    words = words_of(tmp_path / "report.pdf")
    assert squeezed("No photograph was received") not in words
    assert squeezed("No item was received") not in words
    assert squeezed("1 photograph was withdrawn and is left out") in words


def test_what_was_withdrawn_is_left_out_and_counted(store: CaseStore, tmp_path: Path) -> None:
    person = astronaut()
    wrong = receive(store, tmp_path, "wrong.png", person)
    run = store.queue_run(case_id="2026-114", spec=spec(wrong))
    store.cancel_run(run.run_id, reason="Another person")
    receive(store, tmp_path, "right.png", np.ascontiguousarray(person[:, ::-1]))
    store.add_subject(case="2026-114", name="Ana Nowhere")
    store.remove("exhibit", wrong.exhibit_id, "Another person")
    store.remove("subject", "S-0001", "Taken up twice")
    path = tmp_path / "report.pdf"
    issue_report(store, case="2026-114", out=path, laboratory=LaboratoryDetails())
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())
    assert "1 photograph was withdrawn and is left out here" in words
    assert "1 run on what was withdrawn is left out with it" in words
    assert "1 person was withdrawn and is left out" in words
    assert "right.png" in words
    assert "wrong.png" not in words.split("Custody")[0]
    assert "Ana Nowhere" not in words
