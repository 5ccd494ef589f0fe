"""Every value of the runs' records is printed once; a reference names the run that prints it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from pypdf import PdfReader
from report_samples import completed_run, digest, with_run

from forensic_app.reports.content import ReportContent
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.repeats import Part, parts_by_run
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.run_rows import (
    environment_rows,
    face_rows,
    parameter_rows,
    reference_rows,
    weights_rows,
)
from forensic_app.reports.texts import load_texts

TEXTS = load_texts()


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


def printed(content: ReportContent, *runs: RunSection) -> str:
    pages = PdfReader(io.BytesIO(render_pdf(replace(content, runs=runs)))).pages
    return squeezed("".join(page.extract_text() for page in pages))


def with_values(run: RunSection, **values: str) -> RunSection:
    return with_run(run, environment={**run.record.environment, **values})


def test_the_first_run_prints_everything() -> None:
    run = completed_run("R-0001")
    parts = parts_by_run([run], TEXTS)["R-0001"]
    assert parts.environment == Part(environment_rows(run.record, TEXTS))
    assert parts.parameters == Part(parameter_rows(run.record, TEXTS))
    assert parts.weights == Part(weights_rows(run.record))
    assert parts.face == Part(face_rows(run.record, TEXTS))
    assert parts.references == Part(reference_rows(run))
    assert parts.control_as_in == ""


def test_equal_groups_name_the_earlier_run_and_print_nothing() -> None:
    first, second = completed_run("R-0001"), completed_run("R-0002")
    parts = parts_by_run([first, second], TEXTS)["R-0002"]
    groups = (parts.digests, parts.parameters, parts.environment, parts.face, parts.weights, parts.references)
    assert groups == (Part((), "R-0001"),) * 6
    assert parts.control_as_in == "R-0001"


def test_only_what_differs_is_printed() -> None:
    first = completed_run("R-0001")
    second = with_values(completed_run("R-0002"), seconds="99.5", torch="3.0")
    assert parts_by_run([first, second], TEXTS)["R-0002"].environment == Part(
        (("seconds", "99.5"), ("torch", "3.0")), "R-0001"
    )


def test_no_reference_leads_to_a_run_that_refers_on() -> None:
    first = completed_run("R-0001")
    second = with_values(completed_run("R-0002"), seconds="99.5")
    third = with_values(completed_run("R-0003"), seconds="99.5")
    assert parts_by_run([first, second, third], TEXTS)["R-0003"].environment == Part(
        (("seconds", "99.5"),), "R-0001"
    )


def test_a_run_that_has_more_than_this_one_is_not_referred_to() -> None:
    first = completed_run("R-0001")
    fewer = dict(list(first.record.environment.items())[1:])
    second = with_run(completed_run("R-0002"), environment=fewer)
    third = with_values(completed_run("R-0003"), adapter="A-0001")
    parts = parts_by_run([first, second, third], TEXTS)
    assert parts["R-0002"].environment == Part(environment_rows(second.record, TEXTS))
    assert parts["R-0003"].environment == Part((("adapter", "A-0001"),), "R-0001")


def test_names_that_occur_twice_are_referred_to_only_as_a_whole() -> None:
    first = replace(completed_run("R-0001"), exhibit_numbers={"c": "E-0002"})
    first = with_run(first, reference_sha256=("a", "b", "c"))
    second = with_run(first, run_id="R-0002", reference_sha256=("a", "d", "c"))
    third = with_run(first, run_id="R-0003")
    assert reference_rows(first) == (("–", "a"), ("–", "b"), ("E-0002", "c"))
    parts = parts_by_run([first, second, third], TEXTS)
    assert parts["R-0002"].references == Part(reference_rows(second))
    assert parts["R-0003"].references == Part((), "R-0001")


def test_parameters_of_another_engine_are_not_referred_to() -> None:
    first = completed_run("R-0001")
    second = with_run(completed_run("R-0002"), engine="sketch")
    assert parts_by_run([first, second], TEXTS)["R-0002"].parameters == Part(
        parameter_rows(second.record, TEXTS)
    )


def test_another_photographs_control_is_printed() -> None:
    first = completed_run("R-0001")
    second = with_run(completed_run("R-0002"), exhibit_sha256=digest("another"))
    parts = parts_by_run([first, second], TEXTS)["R-0002"]
    assert parts.control_as_in == ""
    assert parts.digests == Part((("input", digest("another")), ("pack_digest", second.spec.pack_sha256)))


def test_a_report_prints_each_value_once_and_names_the_run(content: ReportContent) -> None:
    first = completed_run("R-0001")
    second = with_values(completed_run("R-0002"), seconds="99.5")
    second = with_run(second, parameters={**second.spec.parameters, "variants": "3"})
    words = printed(content, first, second)
    for value in (
        "NVIDIA H100 80GB HBM3",
        "DPMSolverMultistep",
        dict(weights_rows(first.record))["unet/diffusion_pytorch_model.safetensors"],
        "112, 60, 318, 266",
    ):
        assert words.count(squeezed(value)) == 1, value
    record = words[words.rindex(squeezed("Record of run R-0002")) :]
    assert squeezed("variants: 3. Otherwise as in run R-0001.") in record
    assert squeezed("seconds: 99.5. Otherwise as in run R-0001.") in record
    assert squeezed("Input, model pack and weights as in run R-0001.") in record
    assert squeezed("14.2") in words


def test_other_weights_of_the_same_files_are_printed(content: ReportContent) -> None:
    first = completed_run("R-0001")
    others = {name: digest(name) for name, _ in weights_rows(first.record)}
    second = with_run(completed_run("R-0002"), environment={**first.record.environment, "pack": others})
    words = printed(content, first, second)
    for _, value in (*weights_rows(first.record), *weights_rows(second.record)):
        assert value in words


def test_many_values_that_differ_stand_in_a_table_with_the_run_named_below(content: ReportContent) -> None:
    first = with_run(completed_run("R-0001"), environment={f"name {place}": "old" for place in range(7)})
    second = with_run(
        completed_run("R-0002"),
        environment={f"name {place}": f"new {place}" if place < 5 else "old" for place in range(7)},
    )
    words = printed(content, first, second)
    record = words[words.rindex(squeezed("Record of run R-0002")) :]
    table = record[record.index("Environment") :]
    for place in range(5):
        assert squeezed(f"new {place}") in table
        assert squeezed(f"name {place}: new") not in words
    assert squeezed("Otherwise as in run R-0001.") in table
    assert squeezed("name 5") not in table
