"""A search of a gallery in a report: threshold, false candidates to expect, candidates and decisions, as leads."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from forensic_app.custody import SigningKey
from forensic_app.gallery_files import Derivation, TemplateKind
from forensic_app.records import CaseKind
from forensic_app.reports.content import LaboratoryDetails, ReportContent
from forensic_app.reports.pdf import render_pdf
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_decisions import decide_candidate
from forensic_app.workflows.gallery_matcher import made_with
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.reporting import gather_content
from tests.workflows.gallery_fakes import FakeMatcher, enrolled, found, write_face

KEY = SigningKey.from_bytes(bytes(range(32)))


@pytest.fixture
def searched(tmp_path: Path) -> ReportContent:
    """What a report says of a case whose exhibit was searched, with a lead and an exclusion."""
    with CaseStore.open(tmp_path / "book", examiner="Ada", key=KEY) as store:
        store.create_case(number="1", title="T", kind=CaseKind.COLD_CASE)
        receive_exhibit(
            store, write_face(tmp_path / "probe.png", 33, shade=7), case="1", exhibit_number="A-7"
        )
        gallery = store.create_gallery(
            "Missing <b>", made_with=made_with(FakeMatcher()), pack_name="", embedding_size=128
        )
        for number in range(60):
            write_face(tmp_path / "people" / f"person {number:02d}" / "a.png", number)
        enrolled(store, gallery, tmp_path / "people")
        number = found(store, gallery, "E-0001", top=20, fmr=0.01).number or 0
        found(store, gallery, str(tmp_path / "probe.png"), fmr=0.01)
        decide_candidate(store, gallery.gallery_id, number, "1", verdict="lead", reason="Scar fits")
        decide_candidate(store, gallery.gallery_id, number, "9", verdict="excluded", reason="Ears differ")
        return gather_content(
            store,
            store.case("1"),
            report_number="R",
            issued_at=datetime(2026, 11, 28, tzinfo=UTC),
            laboratory=LaboratoryDetails(),
        )


def test_a_german_report_tells_a_search_in_german(searched: ReportContent) -> None:
    words = words_of(replace(searched, language="de"))
    assert "4 Vergleich mit einer Galerie" in words
    assert "Eine Kandidatenliste ist ein Hinweis und keine Identifizierung" in words
    assert "Asservat A-7, Gesicht 1 von 1" in words
    assert "von 1.770 Vergleichen von Fotos verschiedener Personen der Galerie; gesetzt bei 1 %" in words
    assert "Hinweis, dem nachzugehen ist" in words
    for english in ("candidates", "threshold", "searched", "Decision"):
        assert english not in words
    short = words_of(replace(searched, language="de", form="short"))
    assert "1 Suche in einer Galerie ist verzeichnet" in short


def words_of(content: ReportContent) -> str:
    reader = PdfReader(io.BytesIO(render_pdf(content)))
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_a_search_is_printed_with_its_decisions_as_leads(searched: ReportContent) -> None:
    assert len(searched.searches) == 1, "a file that is no exhibit belongs to no case"
    search = searched.searches[0]
    assert [each.found.rank for each in search.candidates] == [1, 2, 3, 4, 5, 9]
    assert search.omitted == 14
    assert search.probe_picture is not None
    assert all(each.picture is not None for each in search.candidates)
    words = words_of(searched)
    assert "4 Comparison with a gallery" in words
    assert "A list of candidates is a lead and no identification" in words
    assert "Exhibit A-7, face 1 of 1" in words
    assert "Missing <b> (G-0001), 60 templates, 0 of them of derived faces" in words
    assert "of 1,770 comparisons of photographs of different people in the gallery; set at 1 %" in words
    assert "for somebody who is not in the gallery" in words
    assert "dlib: fake 1" in words
    assert "Lead, to be followed up Scar fits Ada" in words
    assert "Excluded Ears differ Ada" in words
    assert "14 further candidates below the threshold" in words
    assert "Decision about a candidate of a search" in words
    assert "Derived faces took part" not in words


def test_a_derived_template_is_never_printed_as_a_photograph(searched: ReportContent) -> None:
    search = searched.searches[0]
    first = search.candidates[0]
    derivation = Derivation("GB-000001-000", 8.0, "base", "2.2", "a" * 64, "aging", "9", 0, True)
    face = replace(
        first.face, kind=TemplateKind.DERIVED, derivation=derivation, age=40.0, age_origin="asked for"
    )
    marked = replace(first, face=face, found=replace(first.found, template="derived", photograph_score=0.31))
    words = words_of(replace(searched, searches=(replace(search, candidates=(marked,)),)))
    assert "DERIVED at 40 years, of the photograph shown (at 8) by base 2.2" in words
    assert "Score of the photograph itself: 0.310" in words
    assert "found the person less often than the photograph itself" in words
    assert "its score is no evidence" in words


def test_a_search_of_an_earlier_version_and_a_case_without_one_are_printed(searched: ReportContent) -> None:
    search = searched.searches[0]
    details: dict[str, Any] = {
        name: value
        for name, value in search.record.details.items()
        if name not in ("realised_fmr", "expected_false_candidates", "is_upper_bound", "derived_fmr")
    }
    details |= {"index": "graph", "recall_at_10": 0.997}
    record = replace(search.record, details=details)
    words = words_of(replace(searched, searches=(replace(search, record=record, candidates=(), omitted=1),)))
    assert "Not known: the threshold was given" in words
    assert "it finds 99.7 % of the ten most alike" in words
    assert "No candidate was found" in words
    assert "1 further candidate below" in words
    assert "No gallery was searched with a picture of this case." in words_of(replace(searched, searches=()))
