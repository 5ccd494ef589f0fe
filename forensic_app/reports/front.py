"""The first page: who, what was received, what was made, the standing limitation; then the key results."""

from __future__ import annotations

from datetime import UTC

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepInFrame, Spacer

from forensic_app.reports import wording
from forensic_app.reports.content import ReportContent
from forensic_app.reports.key_results import key_results
from forensic_app.reports.layout import (
    PORTRAIT_HEIGHT,
    PORTRAIT_WIDTH,
    boxed,
    facts_table,
    text,
)
from forensic_app.reports.sections import authorisation
from forensic_app.reports.texts import Texts

_LONG = 180


def front_page(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the first page and the key results.

    What names the report and limits it stands on the first page: what does not fit at full size is printed smaller,
    never moved. In the short form the lines to sign stand there too. The key results are never printed smaller:
    where they do not fit below, they have the next page.
    """
    blocks: list[Flowable] = [
        text(texts("front.title"), "title"),
        text(texts("front.subtitle"), "subtitle"),
        facts_table(_facts(content, texts), width=PORTRAIT_WIDTH, label_width=40 * mm, lead=True),
        Spacer(0, 4 * mm),
    ]
    if content.supersedes:
        blocks += [*_superseded(content, texts), Spacer(0, 3 * mm)]
    blocks.append(limitation_box(texts))
    if content.form == "short":
        blocks += [Spacer(0, 2 * mm), *authorisation(content, texts)]
    first = KeepInFrame(PORTRAIT_WIDTH, PORTRAIT_HEIGHT, blocks, mode="shrink")
    return [first, *key_results(content, texts)]


def limitation_box(texts: Texts) -> Flowable:
    """Return the standing limitation, which every report carries on its first page."""
    lines = [text(line, "warning") for line in texts.paragraphs("limits.box")]
    return boxed(
        [text(texts("front.limitation_heading"), "warning_head"), *lines],
        width=PORTRAIT_WIDTH,
        is_warning=True,
    )


def _facts(content: ReportContent, texts: Texts) -> tuple[tuple[str, str], ...]:
    missing = texts("common.not_recorded")
    case = content.case
    people = [person.name for person in content.subjects]
    form = ((texts("front.form"), texts("front.form_short")),) if content.form == "short" else ()
    rows = [
        (texts("front.report"), f"{content.report_number}, {wording.utc(content.issued_at, texts)}"),
        (texts("front.case"), wording.shortened(f"{case.case_number}: {case.title}", _LONG)),
        (texts("front.customer"), wording.shortened(case.agency or missing, _LONG)),
        (texts("front.subject"), wording.shortened(wording.listed(people, texts) or missing, _LONG)),
        (texts("front.examiner"), wording.shortened(content.issued_by, _LONG)),
        (texts("front.authorised"), wording.shortened(content.authorised_by or missing, _LONG)),
        (texts("front.purpose"), wording.shortened(content.purpose or missing, _LONG)),
        (texts("front.received"), _received(content, texts)),
        (texts("front.made"), _made(content, texts)),
    ]
    return (rows[0], *form, *rows[1:])


def _received(content: ReportContent, texts: Texts) -> str:
    if not content.exhibits:
        return wording.no_photographs(content.withdrawn.exhibits, "front.received_none", texts)
    days = sorted(f"{exhibit.record.received_at.astimezone(UTC):%Y-%m-%d}" for exhibit in content.exhibits)
    first, last = texts.day(days[0]), texts.day(days[-1])
    period = first if first == last else texts("admin.span", first=first, last=last)
    return texts(
        "front.received_some",
        count=wording.counted(len(content.exhibits), "front.photographs", texts),
        period=period,
        numbers=wording.listed([exhibit.record.exhibit_number for exhibit in content.exhibits], texts),
    )


def _made(content: ReportContent, texts: Texts) -> str:
    completed = [run for run in content.runs if run.is_completed]
    others = len(content.runs) - len(completed)
    also = ""
    if others:
        count = wording.counted(others, "front.other_runs", texts)
        also = " " + texts("front.made_also", count=count, section=texts.section("other_runs"))
    if not completed:
        return texts("front.made_none") + also
    methods = dict.fromkeys(texts.word("engines", run.spec.engine) for run in completed)
    images = sum(len(run.images) for run in completed)
    if not images and any(run.decisions for run in completed):
        runs = wording.counted(len(completed), "front.runs", texts)
        return texts("front.made_withheld", runs=runs) + also
    made = texts(
        "front.made_some",
        images=wording.counted(images, "front.images", texts),
        runs=wording.counted(len(completed), "front.runs", texts),
        ids=wording.listed([run.run_id for run in completed], texts),
        methods=", ".join(methods),
    )
    return made + also


def _superseded(content: ReportContent, texts: Texts) -> list[Flowable]:
    heading = texts("front.supersedes_heading", report=content.supersedes)
    return [
        boxed(
            [
                text(heading, "strong"),
                text(
                    texts("front.supersedes", reason=_sentence(wording.shortened(content.reason, 2 * _LONG))),
                    "body",
                ),
            ],
            width=PORTRAIT_WIDTH,
        )
    ]


def _sentence(words: str) -> str:
    return words if words.rstrip().endswith((".", "!", "?", "…")) else f"{words.rstrip()}."
