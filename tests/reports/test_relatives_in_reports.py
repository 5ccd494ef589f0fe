"""A run that was drawn towards relatives, in print: both arms, and that the effect on the likeness is not known."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader
from report_samples import AGES, completed_run, derived, digest, with_run

from forensic_app.records import RunStatus
from forensic_app.reports.adapter_assembly import relatives_use, with_control_arms
from forensic_app.reports.content import ReportContent
from forensic_app.reports.html import render_html
from forensic_app.reports.key_results import key_run
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.run_content import AdapterUse, ControlArm, RelativesUse, RunSection

MOTHER = digest("exhibit-1")
NOT_MEASURED = "What that does to the likeness with the person is not measured."


def words_of(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def printed(content: ReportContent, *runs: RunSection) -> str:
    return words_of(render_pdf(replace(content, runs=runs)))


def pair() -> tuple[RunSection, RunSection]:
    """Return a run with relatives and the same run without, as they are on record."""
    without = completed_run("R-0005")
    parameters = {**without.spec.parameters, "relatives": None}
    without = with_run(without, parameters=parameters)
    own = with_run(completed_run("R-0004"), parameters={**parameters, "relatives": f"{MOTHER}:0.3"})
    return replace(own, relatives_use=relatives_use(own.record)), without


def test_both_arms_are_printed_and_that_the_effect_is_not_measured(content: ReportContent) -> None:
    own, without = with_control_arms(pair())
    assert own.relatives_use == RelativesUse(((MOTHER, 0.3),), ControlArm("R-0005", without.images))
    assert own.control_arm == own.relatives_use.without
    assert without.control_arm is None
    words = printed(content, own, without)
    assert "Run R-0004: ageing of exhibit E-0001, with relatives" in words
    assert "Run R-0004 with and without relatives" in words
    assert "E-0002 (30 %)" in words
    assert NOT_MEASURED in words
    assert "The same run without relatives is R-0005" in words
    assert "Control arm, run R-0005: the same photograph, ages and seed without relatives" in words
    assert "Score to photograph: without relatives" in words
    assert "Score to photograph: with relatives" in words
    for image in (*own.images, *without.images):
        assert image.record.derived_image_id in words
    assert "the effect on the likeness is not measured" in words, "the key results do not say it"
    assert "Control arms of run" not in words


def test_the_page_and_the_german_report_say_it_too(content: ReportContent) -> None:
    runs = with_control_arms(pair())
    page = render_html(replace(content, runs=runs))
    page = page.decode() if isinstance(page, bytes) else page
    assert NOT_MEASURED in page
    german = words_of(render_pdf(replace(content, runs=runs, language="de")))
    assert "Was das mit der Ähnlichkeit zur Person macht, ist nicht gemessen." in german
    assert "Kontrollarm, Lauf R-0005" in german


def test_the_short_form_says_it(content: ReportContent) -> None:
    short = words_of(render_pdf(replace(content, runs=with_control_arms(pair()), form="short")))
    assert "the effect on the likeness is not measured" in short


@pytest.mark.parametrize("run_first", [True, False])
def test_the_key_results_are_those_of_the_run_not_of_its_arm(content: ReportContent, run_first: bool) -> None:
    runs = with_control_arms(pair())
    shown = key_run(replace(content, runs=runs if run_first else runs[::-1]))
    assert shown is not None
    assert shown.run_id == "R-0004"


def test_an_arm_that_was_not_made_or_not_accepted_is_said_to_be(content: ReportContent) -> None:
    own, without = pair()
    unfinished = with_run(without, status=RunStatus.CANCELLED)
    alone = with_control_arms((own, unfinished))[0]
    assert alone.relatives_use is not None
    assert alone.relatives_use.without is None
    words = printed(content, alone)
    assert "The same run without relatives was not made" in words
    assert NOT_MEASURED in words
    withheld = with_control_arms((own, replace(without, images=())))
    assert "accepted none of its images" in printed(content, *withheld)


def test_with_an_adapter_too_the_arm_lacks_both(content: ReportContent) -> None:
    own, without = pair()
    parameters = {**own.spec.parameters, "adapter": digest("adapter")}
    own = replace(with_run(own, parameters=parameters), adapter_use=AdapterUse(digest("adapter")))
    own, _ = with_control_arms((own, without))
    words = printed(content, own)
    assert "without adapter and relatives is R-0005" in words
    assert "ages and seed without adapter and relatives" in words


def test_runs_without_relatives_and_records_that_cannot_be_read_have_none(content: ReportContent) -> None:
    for text in (None, "", "nonsense", 7, "a:0.9"):
        run = with_run(completed_run(), parameters={"relatives": text}).record
        assert relatives_use(run) is None
    words = printed(content, completed_run("R-0001", variants=1))
    assert "relatives" not in words
    arm = ControlArm(
        "R-0009", tuple(derived("R-0009", age, variant=1, role="derived", side=48) for age in AGES)
    )
    assert replace(completed_run(), adapter_use=AdapterUse("1" * 64, None, arm)).control_arm == arm
