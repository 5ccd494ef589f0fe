"""An exhibit against its subject's other photographs, drawn on what real photographs of one person score."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from pypdf import PdfReader
from report_samples import completed_run

from forensic_app.faces.dlib import DlibAnalyser
from forensic_app.real_ageing import AgeingCurve, GapPoint, ageing_curve
from forensic_app.records import Exhibit, Subject
from forensic_app.reports.ageing import AgeingPlot, ageing_blocks
from forensic_app.reports.ageing_content import AgeingPoint, AgeingSection
from forensic_app.reports.content import ReportContent
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.texts import load_texts
from forensic_app.workflows.report_ageing import ageing_sections

CURVE = AgeingCurve(
    "dlib",
    "FG-NET",
    "as labelled",
    (GapPoint(0, 5, 0.4, 0.6, 0.7, 99, 9), GapPoint(5, 10, 0.3, 0.5, 0.6, 50, 8)),
)
POINTS = (
    AgeingPoint("E-0002", 0.35, 2.0),
    AgeingPoint("E-0003", 0.45, 7.5),
    AgeingPoint("E-0004", 0.72, 3.0),
    AgeingPoint("E-0005", 0.41, 31.0),
    AgeingPoint("E-0006", 0.5, None),
)


def test_scores_stand_against_real_photographs_of_the_same_gap(content: ReportContent) -> None:
    run = replace(completed_run(), ageing=(AgeingSection("E-0001", POINTS, CURVE),))
    data = render_pdf(replace(content, runs=(run,)))
    words = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))
    assert "E-0001 and the person's other photographs, by the years between them" in words
    assert "below the band: 19 of 20 reach 0.400, half of them 0.600 (99 pairs of 9 people)" in words
    assert "within the band: 19 of 20 reach 0.300" in words
    assert "above the band" in words
    assert "Not measured for so many years" in words
    assert "Years not recorded, not drawn: E-0006" in words
    assert "neither says who somebody is" in words
    assert "9 people (FG-NET; ages as labelled)" in words
    assert render_pdf(replace(content, runs=(run,))) == data


def test_photographs_without_a_year_are_named() -> None:
    undated = AgeingSection("E-0001", (AgeingPoint("E-0002", 0.4, None),), CURVE)
    assert AgeingPlot(undated, load_texts()).wrap(0, 0)[0] > 0
    assert ageing_blocks(undated, load_texts())


def test_many_photographs_go_on_on_other_pages(content: ReportContent) -> None:
    many = tuple(AgeingPoint(f"E-{number:04d}", 0.5, number % 12) for number in range(60))
    run = replace(completed_run(), ageing=(AgeingSection("E-0001", many, CURVE),))
    data = render_pdf(replace(content, runs=(run,)))
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert all(each.exhibit_number in words for each in many)


class Book:
    """The part of a casebook that is asked."""

    def subject(self, _: str) -> Subject:
        return Subject("S-0001", "C-0001", "Somebody", birth_date="1980")


def test_the_gap_is_of_ages_or_dates_and_old_runs_stay_readable(content: ReportContent) -> None:
    run = completed_run().record
    weights = dict(DlibAnalyser().weights_sha256)
    base = replace(
        content.exhibits[0].record, exhibit_id=run.spec.exhibit_id, subject_id="S-0001", age_at_photo=30.0
    )
    other: Exhibit = replace(
        base, exhibit_id="E-0002", exhibit_number="B", age_at_photo=None, photo_date="2021"
    )
    exhibits = {base.exhibit_id: base, "E-0002": other}
    known = replace(
        run,
        control={"reference_scores": {"E-0002": 0.5, "f" * 64: 0.4}},
        environment={"analyser": {"name": "dlib", "weights_sha256": weights}},
    )
    (found,) = ageing_sections(Book(), known, exhibits)  # type: ignore[arg-type]
    assert found.curve == ageing_curve("dlib", weights)
    assert found.points == (AgeingPoint("B", 0.5, 11.0), AgeingPoint("f" * 64, 0.4, None))
    for changed in (
        replace(known, environment={}),
        replace(known, control={}),
        replace(known, environment={"analyser": {"name": "dlib", "weights_sha256": {"a": "b"}}}),
    ):
        assert ageing_sections(Book(), changed, exhibits) == ()  # type: ignore[arg-type]
    nobody = {**exhibits, base.exhibit_id: replace(base, subject_id=None)}
    assert ageing_sections(Book(), known, nobody) == ()  # type: ignore[arg-type]
    second = {"analyser": "dlib", "comparison_score": 1.0, "reference_scores": {"E-0002": 0.6}}
    both = replace(
        known,
        control={**known.control, "second": second},
        environment={**known.environment, "second_analyser": {"name": "dlib", "weights_sha256": weights}},
    )
    sections = ageing_sections(Book(), both, exhibits)  # type: ignore[arg-type]
    assert [each.points[0].score for each in sections] == [0.5, 0.6]


def test_the_second_matchers_scores_stand_below_the_analysers(content: ReportContent) -> None:
    run = completed_run()
    second = {"analyser": "matcher", "comparison_score": 1.345, "reference_scores": {"E-0002": 1.111}}
    images = tuple(
        replace(each, record=replace(each.record, metrics={**each.record.metrics, "second": second}))
        for each in run.images
    )
    recorded = {"name": "matcher", "version": "pack matcher 1.0", "threshold": 1.276, "weights_sha256": {}}
    record = replace(run.record, environment={**run.record.environment, "second_analyser": recorded})
    data = render_pdf(replace(content, runs=(replace(run, record=record, images=images),)))
    words = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))
    assert "matcher 1.345 ≥ 1.276" in words
    assert "by matcher 1.111 < 1.276" in words
    assert (
        "Scores by matcher (pack matcher 1.0; its threshold 1.276) stand below those of the analyser" in words
    )
