"""The sections of the short form: key figures, every run in one line, files with their digests, who answers for it.

Rules:
    * Numbers and sentences come from the blocks of the full form, or from the same records by the same functions.
    * What is left out is said: each run of the case has its line, and what was warned of a printed run is printed.
"""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from forensic_app.records import Decision
from forensic_app.reports import wording
from forensic_app.reports.content import ReportContent
from forensic_app.reports.key_results import key_run
from forensic_app.reports.layout import DIGEST_WIDTH, PORTRAIT_WIDTH, data_table, facts_table, text
from forensic_app.reports.measure_tables import image_words, measures_table
from forensic_app.reports.reading import reading_box
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.sections import admin_rows
from forensic_app.reports.texts import Texts

_ADMIN = (
    "laboratory", "location", "contact", "issued_by", "supersedes", "case_kind", "case_status", "authorization",
    "method", "received", "activity", "relates", "deviations", "unprintable", "external", "review", "program",
)  # fmt: skip
_RUN_WIDTHS = (19 * mm, 34 * mm, 63 * mm, 19 * mm)


def key_figures_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the measures of the run whose pictures are the key results, and how to read them."""
    run = key_run(content)
    if run is None:
        return [text(texts("runs.none"))]
    blocks: list[Flowable] = [
        text(wording.run_title(run, texts), "h2"),
        measures_table(run, texts, is_portrait=True),
        text(texts("runs.difference_note"), "small"),
    ]
    if run.decisions:
        blocks.append(text(_decided(run, texts), "body"))
    if run.record.warnings:
        blocks.append(text(texts("runs.warnings"), "h3"))
        blocks += [text(f"• {wording.recorded(line, texts)}", "body") for line in run.record.warnings]
    return [*blocks, Spacer(0, 2 * mm), KeepTogether([reading_box(run, texts, width=PORTRAIT_WIDTH)])]


def _decided(run: RunSection, texts: Texts) -> str:
    """Return how many images of a run were accepted, rejected and left undecided, and how many are not shown."""
    made: list[Decision | None] = [each.decision for each in run.decisions]
    return texts(
        "short.decided",
        run=run.run_id,
        accepted=sum(each is not None and each.is_accepted for each in made),
        rejected=sum(each is not None and not each.is_accepted for each in made),
        undecided=sum(each is None for each in made),
        hidden=sum(not each.is_shown for each in run.decisions),
    )


def every_run_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return a line for each run of the case, whatever became of it."""
    searches = len(content.searches)
    also = [text(wording.counted(searches, "short.searches", texts))] if searches else []
    if not content.runs:
        return [text(texts("runs.none")), *also]
    header = [texts(f"short.col_{name}") for name in ("run", "status", "what", "images", "ended")]
    rows = [_run(each, texts) for each in content.runs]
    widths = [*_RUN_WIDTHS, PORTRAIT_WIDTH - sum(_RUN_WIDTHS)]
    return [text(texts("short.runs_intro")), data_table(header, rows, widths), *also]


def _run(run: RunSection, texts: Texts) -> list[Flowable]:
    what = f"{texts.word('engine_short', run.spec.engine)} {wording.worked_on(run, texts)}"
    values = (
        texts.word("statuses", run.record.status),
        what,
        str(len(run.images)) if run.is_completed else "–",
        "–" if run.record.ended_at is None else wording.utc(run.record.ended_at, texts),
    )
    return [text(run.run_id, "strong"), *(text(value, "cell") for value in values)]


def files_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the digests of the photographs, of the images shown with the key results and of the model packs."""
    withdrawn = content.withdrawn.exhibits
    left_out = [text(wording.counted(withdrawn, "exhibits.withdrawn", texts))] if withdrawn else []
    rows = [
        (f"{texts('common.exhibit')} {each.record.exhibit_number}", each.record.sha256)
        for each in content.exhibits
    ]
    run = key_run(content)
    if run is not None:
        rows += [
            (
                texts(
                    "runs.row_image", id=each.record.derived_image_id, what=image_words(each.record, texts)
                ),
                each.record.sha256,
            )
            for each in run.images
        ]
    rows += [(texts("methods.pack", name=pack.name), pack.sha256) for pack in content.packs]
    if not rows:
        return left_out or [text(texts("exhibits.none"))]
    table = facts_table(tuple(rows), width=PORTRAIT_WIDTH, label_width=PORTRAIT_WIDTH - DIGEST_WIDTH)
    return [text(texts("short.files_intro")), *left_out, table]


def short_administrative_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return who answers for the report and what limits it; the lines to sign stand on the first page."""
    return [facts_table(admin_rows(content, texts, only=_ADMIN), width=PORTRAIT_WIDTH, label_width=52 * mm)]
