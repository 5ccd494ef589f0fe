"""The short form: few pages, pictures that can be seen, the numbers of the full form."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from report_samples import AGES, completed_run, unfinished_run
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Table
from skimage.data import astronaut
from test_html import Page

from forensic_app.engines.pictures.marking import BAND_TEXT, slim_band
from forensic_app.records import DerivedImage, ImageRole
from forensic_app.reports import pictures
from forensic_app.reports.chapters import FORMS, numbers_of
from forensic_app.reports.content import ReportContent
from forensic_app.reports.html import render_html
from forensic_app.reports.key_results import key_results
from forensic_app.reports.layout import PictureBox
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.run_content import ResultImage, RunSection
from forensic_app.reports.texts import languages, load_texts

BAND = np.array([20, 20, 20])


def framed_run(side_px: int = 512) -> RunSection:
    """Return a run whose pictures were made as those of a casebook are: an excerpt of a photograph, marked."""
    photo = Image.fromarray(astronaut()).resize((side_px, side_px))
    excerpt = pictures.excerpt_around(
        (0.4 * side_px, 0.1 * side_px, 0.6 * side_px, 0.35 * side_px), photo.size
    )
    run = completed_run(side=48)
    images = tuple(
        replace(
            each,
            picture=pictures.banded(pictures.cut_out(photo, excerpt), "run R-0001"),
            key_picture=pictures.key_picture(
                pictures.cut_out(photo, excerpt), band=load_texts("de")("marks.band")
            ),
        )
        for each in run.images
    )
    return replace(run, images=images, control_picture=pictures.shown(photo, excerpt))


@pytest.fixture(scope="module")
def case(content: ReportContent) -> ReportContent:
    """A case as the demonstration makes it: six ages, their sketches as further runs, one failed run."""
    sketches = [replace(completed_run(f"R-001{place}"), images=()) for place in range(7)]
    failed = unfinished_run("R-0020", "failed", "No face")
    return replace(content, runs=(framed_run(), *sketches, failed))


def boxes_of(blocks: list[Flowable]) -> list[PictureBox]:
    found: list[PictureBox] = []
    for each in blocks:
        if isinstance(each, KeepTogether):
            found += boxes_of(list(each._content))
        elif isinstance(each, Table):
            found += [cell for row in each._cellvalues for cell in row if isinstance(cell, PictureBox)]
    return found


def band_px(data: bytes) -> tuple[int, int]:
    """Return the height of the band at the foot of a picture and the height above it, by its dark margin."""
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)
    dark = np.abs(pixels[:, :2] - BAND).max(axis=(1, 2)) < 12
    height = int(np.argmin(dark[::-1]))
    return height, len(pixels) - height


@pytest.mark.parametrize("language", languages())
def test_it_has_four_to_six_pages(case: ReportContent, language: str) -> None:
    pages = PdfReader(io.BytesIO(render_pdf(replace(case, language=language, form="short")))).pages
    assert 4 <= len(pages) <= 6
    assert all(page.mediabox.width < page.mediabox.height for page in pages)


def test_key_results_are_forty_millimetres_wide_and_their_band_a_tenth(case: ReportContent) -> None:
    for form in FORMS:
        texts = load_texts("de").numbered(numbers_of(FORMS[form]))
        boxes = boxes_of(key_results(replace(case, form=form), texts))
        assert len(boxes) == 1 + len(AGES)
        assert {round(each.width, 3) for each in boxes} == {round(boxes[0].width, 3)}
        assert boxes[0].width >= 40 * mm
        for box in boxes[1:]:
            band, above = band_px(box.picture.data)
            assert 0 < band <= 0.1 * above


def test_they_are_drawn_at_that_size_in_both_forms(case: ReportContent) -> None:
    for form in FORMS:
        reader = PdfReader(io.BytesIO(render_pdf(replace(case, form=form))))
        drawn = [page.get_contents().get_data().decode("latin1") for page in reader.pages[:2]]
        placed = [
            float(width)
            for words in drawn
            for width in re.findall(r"([0-9.]+) 0 0 [0-9.]+ 0 0 cm\s*/\S+ Do", words)
        ]
        assert len(placed) == 1 + len(AGES)
        assert min(placed) >= 40 * mm


@pytest.mark.parametrize("side_px", [120, 512, 2000])
def test_pictures_of_few_pixels_keep_them_and_get_a_band_that_can_be_read(side_px: int) -> None:
    run = framed_run(side_px)
    key, control = run.images[0].key_picture, run.control_picture
    assert key is not None
    assert control is not None
    assert key.width_px == control.width_px * key.enlargement
    assert key.width_px >= 480 or side_px > 480
    band, above = band_px(key.data)
    assert above == control.height_px * key.enlargement
    assert 0 < band <= 0.1 * above
    shown = np.asarray(Image.open(io.BytesIO(key.data)))[above:]
    assert (shown > 200).any(axis=2).mean() > 0.05


def test_a_band_holds_its_whole_text_at_any_size() -> None:
    for width, height in ((480, 48), (640, 64), (60, 4), (3000, 20)):
        assert slim_band(width, height, BAND_TEXT).size == (width, height)
    wide = np.asarray(slim_band(640, 64, BAND_TEXT))[..., 0] > 128
    columns = np.flatnonzero(wide.any(axis=0))
    assert columns[0] > 3
    assert columns[-1] < 636


def test_only_single_images_get_a_key_picture() -> None:
    from forensic_app.reports.framing import Framing

    photo = Image.fromarray(astronaut())
    run = completed_run().record
    record = DerivedImage("D-1", "R-1", ImageRole.DERIVED, 8.0, 1, "0" * 64, 1, 512, 512, {})
    mean = replace(record, role=ImageRole.MEAN)
    framed = Framing(run, photo, [(record, photo), (mean, photo)], load_texts())
    assert framed.result(record, photo).key_picture is not None
    assert framed.result(mean, photo).key_picture is None
    assert isinstance(framed.result(mean, photo), ResultImage)


def test_every_number_of_the_short_form_stands_in_the_full_form(case: ReportContent) -> None:
    short, full = (" ".join(Page(render_html(replace(case, form=form))).words) for form in ("short", "full"))
    numbers = set(re.findall(r"[0-9a-f]{64}|[+−]?\d+[.,]\d+", short))
    assert len(numbers) > 40
    assert {each for each in numbers if each not in full} == set()


def test_it_says_what_it_leaves_out_and_holds_what_it_must(case: ReportContent) -> None:
    words = " ".join(Page(render_html(replace(case, form="short"))).words)
    assert "Short form." in words
    assert all(run.run_id in words for run in case.runs)
    assert "Failed" in words
    assert all(each.record.sha256 in words for each in case.exhibits)
    assert all(image.record.sha256 in words for image in case.runs[0].images)
    assert all(pack.sha256 in words for pack in case.packs)
    assert case.chain.checkpoint is not None
    assert case.chain.checkpoint.root_sha256 in words
    assert case.chain.head.sha256 in words
    texts = load_texts()
    for key in ("limits.box", "limits.text", "chain.verify"):
        assert all(each in words for each in texts.paragraphs(key))
    for key in ("admin.signature", "admin.electronic", "runs.reading_heading"):
        assert texts(key) in words


def test_warnings_and_decisions_of_the_key_run_are_in_it(
    content: ReportContent, make_content: Callable[..., ReportContent]
) -> None:
    run = completed_run(variants=2)
    words = " ".join(Page(render_html(replace(content, runs=(run,), form="short"))).words)
    assert run.record.warnings[0] in words


def test_a_case_without_runs_has_a_short_form(content: ReportContent) -> None:
    bare = replace(content, runs=(), exhibits=(), packs=(), subjects=(), form="short")
    assert "No run was completed." in " ".join(Page(render_html(bare)).words)
    assert len(PdfReader(io.BytesIO(render_pdf(bare))).pages) >= 3
