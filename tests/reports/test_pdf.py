from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from pypdf import PdfReader
from report_samples import (
    NOTE,
    completed_run,
    exhibit,
    face_picture,
    unfinished_run,
    with_image,
    with_run,
)

from forensic_app.errors import InvalidInput
from forensic_app.records import SubjectDescription
from forensic_app.reports.content import LaboratoryDetails, ReportContent
from forensic_app.reports.key_results import key_run, strip_images
from forensic_app.reports.layout import QrCode
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.run_rows import environment_rows, parameter_rows, weights_rows
from forensic_app.reports.texts import load_texts

BASE_FONTS = ("Helvetica", "Times", "Courier", "Symbol", "ZapfDingbats")


@cache
def pages_of(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def words_of(data: bytes) -> str:
    """Return the text of all pages without white space, so that line breaks do not matter."""
    return re.sub(r"\s+", "", "".join(pages_of(data)))


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


@pytest.fixture(scope="module")
def pdf(content: ReportContent) -> bytes:
    return render_pdf(content)


def test_same_content_same_bytes(content: ReportContent, pdf: bytes) -> None:
    assert render_pdf(content) == pdf
    assert render_pdf(replace(content, purpose="Another purpose")) != pdf


def test_same_bytes_in_another_process(content: ReportContent, pdf: bytes) -> None:
    code = (
        "import hashlib, report_samples; from forensic_app.reports.pdf import render_pdf; "
        "print(hashlib.sha256(render_pdf(report_samples.sample_content())).hexdigest())"
    )
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{here.parents[1]}", "PYTHONHASHSEED": "77"}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert answer.stdout.decode().strip() == hashlib.sha256(pdf).hexdigest()


def test_every_page_has_laboratory_number_page_and_chain_head(content: ReportContent, pdf: bytes) -> None:
    pages = pages_of(pdf)
    head = content.chain.head.sha256[:12]
    for number, page in enumerate(pages, start=1):
        assert content.report_number in page
        assert f"Page {number} of {len(pages)}" in page
        assert content.laboratory.name in page
        assert f"Custody log {content.chain.head.sequence}: {head}" in page


def test_end_mark_is_on_the_last_page_only(content: ReportContent, pdf: bytes) -> None:
    mark = f"— End of report {content.report_number} —"
    pages = pages_of(pdf)
    assert mark in pages[-1]
    assert not any(mark in page for page in pages[:-1])


@pytest.mark.parametrize("has_variants", [False, True])
def test_every_font_is_embedded_and_ours(
    make_content: Callable[..., ReportContent], has_variants: bool
) -> None:
    content = make_content()
    if has_variants:
        content = replace(content, runs=(completed_run(variants=2), *content.runs))
    names = set()
    for page in PdfReader(io.BytesIO(render_pdf(content))).pages:
        for font in page["/Resources"]["/Font"].values():
            description = font.get_object()
            names.add(description["/BaseFont"])
            assert description["/Subtype"] == "/TrueType"
            assert "/FontFile2" in description["/FontDescriptor"].get_object()
    assert names
    assert not [name for name in names if any(base in name for base in BASE_FONTS)]


def test_required_fields_are_printed(content: ReportContent, pdf: bytes) -> None:
    words = words_of(pdf)
    for field in (
        "Report on derived facial images",
        content.laboratory.name,
        content.laboratory.address,
        content.case.agency,
        content.case.case_number,
        content.case.authorization,
        "Method",
        "Items and their condition",
        "Dates of receipt",
        "Dates of activity",
        "Date of issue",
        "Sampling",
        "The results relate only to the items listed in this report.",
        "Deviations, additions, exclusions",
        content.authorised_by,
        "External providers",
        "hypothesis of appearance",
        "not evidence of identity",
        "information from the training data",
        "Use it as a lead only",
        "comparison exhibit",
    ):
        assert squeezed(field) in words, field
    assert "compliantwith" not in words.lower()
    assert "hypothesisofappearance" in squeezed(pages_of(pdf)[0])


def test_digests_parameters_and_measures_are_printed_in_full(content: ReportContent, pdf: bytes) -> None:
    words = words_of(pdf)
    run = content.runs[0]
    for value in (
        *(each.record.sha256 for each in content.exhibits),
        *(each.record.sha256 for each in run.images),
        *(value for _, value in weights_rows(run.record)),
        run.spec.pack_sha256,
        content.chain.head.sha256,
        content.chain.checkpoint.root_sha256,
        content.chain.public_key_hex,
    ):
        assert value in words
    for name, value in (
        *parameter_rows(run.record, load_texts()),
        *environment_rows(run.record, load_texts()),
    ):
        assert squeezed(name) in words
        assert squeezed(value) in words
    assert squeezed("0.860 ≥ 0.400") in words
    assert squeezed("mean absolute error on real photographs is 6.9 years") in words
    assert squeezed("Untouched photograph (control)") in words


def test_checkpoint_is_printed_verbatim(pdf: bytes) -> None:
    assert squeezed(NOTE) in words_of(pdf)


def test_runs_without_result_are_printed_with_their_reasons(content: ReportContent, pdf: bytes) -> None:
    words = words_of(pdf)
    for run in content.runs[1:]:
        assert squeezed(run.record.failure) in words
    for status in ("Failed", "Cancelled", "Interrupted"):
        assert status in words


def test_names_of_every_script_are_printed(content: ReportContent) -> None:
    person = replace(
        content.subjects[0],
        name="Łukasz Ñandú Ирина Παπαδοπούλου 張偉 かなカナ 김민준",
        aliases=("สมชาย", "name\u202etxt.exe", "\U0001f9ff"),
    )
    words = words_of(render_pdf(replace(content, subjects=(person,))))
    assert squeezed(person.name) in words
    assert "สมชาย" in words
    assert "name[U+202E]txt.exe" in words
    assert "[U+1F9FF]" in words


def test_right_to_left_names_have_glyphs(content: ReportContent) -> None:
    person = replace(content.subjects[0], name="שלום محمد")
    words = words_of(render_pdf(replace(content, subjects=(person,))))
    assert "[U+" not in words
    assert set("םולש") < set(words)


def test_very_long_names_wrap(content: ReportContent) -> None:
    name = "IMG" + "x" * 400 + ".jpeg"
    first = exhibit(0, name=name)
    long = replace(
        content,
        exhibits=(replace(first, record=replace(first.record, notes=("note " * 900,))),),
        laboratory=LaboratoryDetails("Laboratory " * 30, "Street " * 60, "contact " * 30),
        authorised_by="A" * 300,
        case=replace(content.case, title="Title " * 200, agency="Agency" * 60),
        purpose="Purpose " * 300,
        supersedes="RPT-2025-0001",
        reason="Mislabelled " * 90,
        subjects=(
            replace(content.subjects[0], name="N" * 300, description=SubjectDescription(marks="scar " * 700)),
        ),
    )
    data = render_pdf(long)
    assert name in words_of(data)
    front = squeezed(pages_of(data)[0])
    assert "hypothesisofappearance" in front
    assert "comparisonexhibit." in front
    assert "Keyresults" in squeezed(pages_of(data)[1])
    assert "Administrativeinformation" in squeezed(pages_of(data)[2])
    _assert_text_inside_pages(data)


def _assert_text_inside_pages(data: bytes) -> None:
    starts: list[float] = []

    def note_start(words: str, _cm: object, matrix: list[float], _font: object, _size: object) -> None:
        if words.strip():
            starts.append(matrix[4])

    for page in PdfReader(io.BytesIO(data)).pages:
        starts.clear()
        page.extract_text(visitor_text=note_start)
        assert 0 < max(starts) < float(page.mediabox.width) - 50


def test_overlong_cells_split_over_pages(content: ReportContent) -> None:
    others = {f"E-{index:04d}": 0.4 for index in range(1, 120)}
    run = completed_run()
    measured = {**run.images[0].record.metrics, "reference_scores": others}
    image = with_image(run.images[0], metrics=measured)
    failed = with_run(unfinished_run("R-0009", "failed", "why " * 2000), warnings=("careful " * 60,) * 40)
    noted = exhibit(0).record
    noted = replace(noted, notes=("marginalia " * 600,) * 6, tombstone_reason="twice " * 200)
    pack = replace(content.packs[0], card=(("Training data", "photographs " * 600),))
    crowded = replace(
        content,
        runs=(replace(run, images=(image,)), failed),
        exhibits=(replace(exhibit(0), record=noted),),
        packs=(pack,),
    )
    words = words_of(render_pdf(crowded))
    assert all(squeezed(f"{name} 0.400") in words for name in others)
    assert words.count("marginalia") == 3600
    assert words.count("careful") == 2400
    assert words.count("photographs") >= 600


def test_no_runs_no_exhibits(content: ReportContent) -> None:
    empty = replace(
        content,
        runs=(),
        exhibits=(),
        subjects=(),
        packs=(),
        authorised_by="",
        purpose="",
        laboratory=LaboratoryDetails(),
        chain=replace(content.chain, events=()),
    )
    data = render_pdf(empty)
    words = words_of(data)
    assert squeezed("No photograph is recorded for this case.") in words
    assert squeezed("No derived image was made: no run was completed.") in words
    assert squeezed("this report is not authorised until it is signed here") in words
    assert squeezed("Not stated") in words
    assert "—End" in squeezed(pages_of(data)[-1])


def test_thirty_exhibits_and_many_events(make_content: Callable[..., ReportContent]) -> None:
    content = make_content(exhibits=30, event_count=400)
    data = render_pdf(content)
    words = words_of(data)
    assert all(each.record.sha256 in words for each in content.exhibits)
    assert squeezed("E-0006 and 24 more") in words
    repeated = [page for page in pages_of(data) if "Event digest" in page]
    assert len(repeated) > 5


def test_variants_have_mean_and_spread_rows(content: ReportContent) -> None:
    run = completed_run(variants=3)
    words = words_of(render_pdf(replace(content, runs=(run,))))
    for row in ("Variant 1", "Variant 2", "Variant 3", "Mean of the variants", "Spread of the variants"):
        assert squeezed(row) in words
    assert all(image.record.sha256 in words for image in run.images)


def test_unmeasured_images_say_so(content: ReportContent) -> None:
    run = completed_run()
    lost = with_image(run.images[0], metrics={"face_found": False})
    bare = replace(run, images=(lost, *run.images[1:]), estimator_error=None, control_picture=None)
    bare = with_run(bare, environment={"device": "cpu"})
    words = words_of(render_pdf(replace(content, runs=(bare,))))
    assert squeezed("The analyser finds no face") in words
    assert squeezed("No threshold is recorded for the analyser dlib") in words
    assert squeezed("The age estimator's error on real photographs is not recorded") in words
    assert squeezed("could not be framed") in words


@pytest.mark.parametrize(
    ("derived", "control", "on_front", "below"),
    [
        (True, True, "the untouched photograph up to 0.580", "reaches it in 1 of 1"),
        (True, False, "the untouched photograph has no score to them.", "photograph has no score to them."),
        (
            False,
            True,
            "untouched photograph scores up to 0.580.",
            "No derived image that is shown has a score",
        ),
        (False, False, "No other photograph of the person was compared.", "has no other photograph that was"),
    ],
)
def test_what_has_no_score_to_other_photographs_is_not_said_to_have_one(
    content: ReportContent, derived: bool, control: bool, on_front: str, below: str
) -> None:
    run = completed_run()
    if not derived:
        bare = [{**image.record.metrics, "reference_scores": {}} for image in run.images]
        images = zip(run.images, bare, strict=True)
        run = replace(run, images=tuple(with_image(image, metrics=each) for image, each in images))
    if not control:
        run = with_run(run, control={**run.record.control, "reference_scores": {}})
    pages = [squeezed(page) for page in pages_of(render_pdf(replace(content, runs=(run,))))]
    assert squeezed(on_front) in "".join(pages[:2])
    assert squeezed(below) in "".join(pages[2:])
    assert "0of0" not in "".join(pages)


def test_a_model_card_that_is_another_one_is_not_said_to_be_missing(content: ReportContent) -> None:
    pack = replace(content.packs[0], card=(), card_sha256="", is_card_altered=True)
    words = words_of(render_pdf(replace(content, packs=(pack,))))
    assert squeezed("is not the one that its manifest lists") in words
    assert squeezed("The pack has no model card") not in words
    none = replace(pack, is_card_altered=False)
    assert squeezed("The pack has no model card") in words_of(render_pdf(replace(content, packs=(none,))))


def test_only_a_photograph_that_is_held_is_said_to_be_refused_for_that(content: ReportContent) -> None:
    for kind, words in (("exhibit", "Photograph refused: already held"), ("case", "Photograph refused")):
        refused = replace(content.chain.events[0], action="exhibit_refused", object_type=kind)
        printed = words_of(render_pdf(replace(content, chain=replace(content.chain, events=(refused,)))))
        assert squeezed(words) in printed
        assert ("alreadyheld" in printed) == (kind == "exhibit")


def test_superseding_report_says_what_and_why(content: ReportContent) -> None:
    data = render_pdf(replace(content, supersedes="RPT-2026-0005", reason="Exhibit E-0002 was mislabelled"))
    front = squeezed(pages_of(data)[0])
    assert squeezed("This report replaces RPT-2026-0005") in front
    assert squeezed("Exhibit E-0002 was mislabelled.") in front


def test_markup_in_records_is_text(content: ReportContent) -> None:
    data = render_pdf(replace(content, purpose="<b>5 < 6 & 7</b> <img src='x'/>"))
    assert squeezed("<b>5 < 6 & 7</b> <img src='x'/>") in words_of(data)


def test_front_page_shows_the_run_with_most_ages(content: ReportContent) -> None:
    first, second = completed_run("R-0001"), completed_run("R-0009")
    fewer = replace(completed_run("R-0010"), images=second.images[:2])
    chosen = key_run(replace(content, runs=(first, second, fewer, unfinished_run("R-0011", "failed", "x"))))
    assert chosen is second
    assert [image.record.target_age for image in strip_images(second)] == [8.0, 16.0, 27.0, 45.0, 62.0, 75.0]


def test_pictures_keep_their_pixels(content: ReportContent) -> None:
    run = replace(
        completed_run(), images=(replace(completed_run().images[0], picture=face_picture(77, 3.0)),)
    )
    data = render_pdf(replace(content, runs=(run,)))
    sizes = {image.image.size for page in PdfReader(io.BytesIO(data)).pages for image in page.images}
    assert (77, 77) in sizes


def test_outline_leads_to_the_sections(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    places = {
        entry["/Title"]: reader.get_destination_page_number(entry)
        for entry in reader.outline
        if not isinstance(entry, list)
    }
    pages = pages_of(pdf)
    assert len(places) >= 8
    for title, number in places.items():
        assert squeezed(title) in squeezed(pages[number])


def test_unknown_language_is_refused(content: ReportContent) -> None:
    with pytest.raises(InvalidInput, match="xx"):
        render_pdf(replace(content, language="xx"))


def test_qr_code_reads_as_the_checkpoint() -> None:
    code = QrCode(NOTE, side=100)
    modules = 255 - 255 * np.array([list(line) for line in code.matrix], dtype=np.uint8)
    words, _, _ = cv2.QRCodeDetector().detectAndDecode(np.kron(modules, np.ones((8, 8), dtype=np.uint8)))
    assert words == NOTE
