"""Reports in two languages: one catalogue each, the same keys, the same numbers, nothing English in a German one."""

from __future__ import annotations

import io
import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from report_samples import AGES, completed_run, derived, unfinished_run
from test_adapters_in_reports import learning_run, personal_run
from test_ageing_in_reports import CURVE, POINTS

from forensic_app.errors import InvalidInput
from forensic_app.records import Decision
from forensic_app.reports.ageing_content import AgeingSection
from forensic_app.reports.chapters import FORMS
from forensic_app.reports.content import ReportContent, Withdrawn
from forensic_app.reports.html import render_html
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.run_content import ControlArm, ImageDecision, RunSection
from forensic_app.reports.texts import languages, load_texts

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "report_texts"
ONLY_IN_SOME = {"runs.record_note", "methods.quoted"}
"""Notes on what is quoted in English, which an English report does not need."""


def catalogue(language: str) -> dict[str, str]:
    """Return every text of a language by its dotted key, entries of lists by their place."""
    return dict(_flat(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))))


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in pairs:
        yield from _flat(each, f"{key}.{name}" if key else str(name))


def placeholders(words: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in string.Formatter().parse(words) if name is not None)


def rich(content: ReportContent) -> ReportContent:
    """Return a content with decisions, sketches' places, ageing, withdrawn records and runs of every end."""
    run = completed_run(variants=2)
    made = Decision(run.images[0].record.derived_image_id, True, "Gut", "Ada", content.issued_at, 7)
    decided = (
        ImageDecision(run.images[0].record, True, made),
        ImageDecision(run.images[1].record, False, replace(made, is_accepted=False)),
        ImageDecision(run.images[2].record, True, None),
    )
    run = replace(run, decisions=decided, ageing=(AgeingSection("E-0001", POINTS, CURVE),))
    arm = ControlArm(
        "R-0009", tuple(derived("R-0009", age, variant=1, role="derived", side=48) for age in AGES)
    )
    others = tuple(
        unfinished_run(f"R-010{place}", status, "Grund")
        for place, status in enumerate(("failed", "cancelled", "interrupted"))
    )
    return replace(
        content,
        runs=(run, learning_run(), personal_run(arm), completed_run("R-0009"), *others),
        supersedes="RPT-2026-0001",
        reason="Neuer Stand",
        withdrawn=Withdrawn(1, 2, 3),
    )


def words_of_page(data: bytes) -> str:
    """Return the words of an HTML file, its descriptions of pictures included."""
    page = re.sub(r"<style>.*?</style>", " ", data.decode(), flags=re.DOTALL)
    labels = re.findall(r'(?:alt|aria-label)="([^"]*)"', page)
    return unescape(re.sub(r"\s+", " ", " ".join([re.sub(r"<[^>]+>", " ", page), *labels])))


def words_of_pdf(data: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages)


def sentences(language: str) -> Iterator[str]:
    """Yield the parts between placeholders of a language's texts that are long enough to tell it by."""
    for key, words in catalogue(language).items():
        if key in ONLY_IN_SOME or key.startswith(("form.", "chain.commands")):
            continue
        for literal, *_ in string.Formatter().parse(words):
            part = literal.strip(" .,;:()")
            if len(part) >= 12 and " " in part:
                yield part


def test_all_languages_have_the_same_keys_and_placeholders() -> None:
    assert languages() == ("de", "en")
    english, german = catalogue("en"), catalogue("de")
    assert list(english) == list(german)
    assert [key for key in english if placeholders(english[key]) != placeholders(german[key])] == []
    assert [key for key in german if not german[key].strip()] == []
    assert {key for key in english if not english[key].strip()} == ONLY_IN_SOME


def test_what_is_the_same_in_both_languages_is_a_name_or_a_number() -> None:
    english, german = catalogue("en"), catalogue("de")
    same = {key for key in english if english[key] == german[key] and " " in english[key].strip()}
    told = {
        key
        for key in same
        if not re.fullmatch(
            r"(\{\w+\}|[\W\d])+|sha256sum .*|SHA-256.*|Digests, SHA-256|Adapter .*", english[key]
        )
    }
    assert told == set()


@pytest.mark.parametrize("form", sorted(FORMS))
def test_no_english_sentence_of_the_catalogue_stands_in_a_german_report(
    content: ReportContent, form: str
) -> None:
    german = replace(rich(content), language="de", form=form)
    page, printed = words_of_page(render_html(german)), words_of_pdf(render_pdf(german))
    own = {"".join(each.split()) for each in catalogue("de").values()}
    english = [each for each in sentences("en") if not any("".join(each.split()) in words for words in own)]
    assert len(english) > 250
    assert [each for each in english if each in page] == []
    assert [each for each in english if "".join(each.split()) in printed] == []


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_english_report_would_fail_that_test(content: ReportContent, form: str) -> None:
    page = words_of_page(render_html(replace(rich(content), form=form)))
    assert sum(each in page for each in sentences("en")) > 40
    german = [each for each in sentences("de") if not each.startswith("Digests")]
    assert [each for each in german if each in page] == []


@pytest.mark.parametrize("form", sorted(FORMS))
def test_numbers_are_the_same_in_both_languages(content: ReportContent, form: str) -> None:
    made = {}
    for language in languages():
        page = words_of_page(render_html(replace(rich(content), language=language, form=form)))
        made[language] = Counter(re.findall(r"[0-9a-f]{12,}|[0-9]+", page))
    assert made["en"] == made["de"]
    assert sum(made["en"].values()) > 150


def test_numbers_and_dates_are_in_german_form(content: ReportContent) -> None:
    page = words_of_page(render_html(replace(content, language="de")))
    assert "3024 × 4032 px, 2.482.113 Byte, image/jpeg" in page
    assert "24.11.2026 09:30:00 UTC" in page
    assert "Geschätzt 10,2 J., kal. 12,3 J." in page
    assert "0,860 ≥ 0,400" in page
    assert "Geboren 03.1985" in re.sub(r"\s+", " ", page)
    assert "14.07.2019" in page
    assert "6,9 Jahre (kalibrierte Schätzung, 312 Fotos)" in page
    # What a run recorded is quoted as it is, and that is said.
    assert "guidance_scale" in page
    assert "englisch und mit Dezimalpunkt" in page


@pytest.mark.parametrize(
    ("stated", "shown"),
    [("2019-07-14", "14.07.2019"), ("1985-03", "03.1985"), ("1999", "1999"), ("about 1999", "about 1999")],
)
def test_a_date_is_shown_as_exactly_as_it_was_stated(stated: str, shown: str) -> None:
    assert load_texts("de").day(stated) == shown
    assert load_texts("en").day(stated) == stated


def test_files_say_their_language(content: ReportContent) -> None:
    for language in languages():
        made = replace(content, language=language)
        assert f'<html lang="{language}">' in render_html(made).decode()
        assert PdfReader(io.BytesIO(render_pdf(made))).trailer["/Root"]["/Lang"] == language


def test_an_unknown_language_or_form_is_refused(content: ReportContent) -> None:
    for wrong in (replace(content, language="fr"), replace(content, form="tiny")):
        with pytest.raises(InvalidInput, match=r"There are no|has no form"):
            render_pdf(wrong)
        with pytest.raises(InvalidInput):
            render_html(wrong)


def test_every_action_and_object_of_the_log_has_words() -> None:
    from forensic_app.store.known_log import OBJECT_TYPES
    from forensic_app.store.recording import CHANGES, CREATIONS

    for language in languages():
        texts = catalogue(language)
        missing = [each for each in (*CREATIONS, *CHANGES) if f"actions.{each}" not in texts]
        assert missing == []
        assert [each for each in OBJECT_TYPES.values() if f"objects.{each}" not in texts] == []


def test_the_ageing_curve_stands_in_the_page_too(content: ReportContent) -> None:
    run: RunSection = replace(completed_run(), ageing=(AgeingSection("E-0001", POINTS, CURVE),))
    page = render_html(replace(content, runs=(run,))).decode()
    drawn = page[page.index('aria-label="dlib: scores with the other photographs"') :]
    drawn = drawn[: drawn.index("</figure>")]
    assert drawn.count("<circle") == sum(each.gap_years is not None for each in POINTS)
    assert "E-0005" in drawn
    assert "years between both photographs" in drawn
