"""Completed runs: the picture grid at one scale, the measures, how to read them, the full record."""

from __future__ import annotations

from functools import partial

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer, Table

from forensic_app.reports import wording
from forensic_app.reports.content import (
    IdentityGuard,
    ImageDecision,
    Measures,
    ReportContent,
    ResultImage,
    Rows,
    RunSection,
)
from forensic_app.reports.grid import picture_grid
from forensic_app.reports.layout import (
    LANDSCAPE_WIDTH,
    Heading,
    boxed,
    data_table,
    facts_table,
    headed,
    pairs_table,
    text,
)
from forensic_app.reports.personal import adapter_blocks, control_arms
from forensic_app.reports.texts import Texts


def results_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the results of every completed run, for landscape pages."""
    blocks: list[Flowable] = [Heading(f"3  {texts('runs.heading')}", 0)]
    completed = [run for run in content.runs if run.status == "completed"]
    if not completed:
        return [*blocks, text(texts("runs.none"))]
    for place, run in enumerate(completed):
        blocks += [*([PageBreak()] if place else []), *_run(run, texts)]
    return blocks


def _run(run: RunSection, texts: Texts) -> list[Flowable]:
    top = [Heading(wording.run_title(run, texts), 1), text(_facts(run, texts), "body")]
    if run.adapter is not None:
        return [*top, *adapter_blocks(run.adapter, texts), *_record(run, texts)]
    return [
        *top,
        *picture_grid(run, texts),
        Spacer(0, 2 * mm),
        *control_arms(run, texts),
        KeepTogether([_reading(run, texts)]),
        *headed(texts("runs.measures_heading", run=run.run_id), _measures_table(run, texts)),
        text(texts("runs.difference_note"), "small"),
        *_quality(run, texts),
        *_decisions(run, texts),
        *_record(run, texts),
    ]


def _facts(run: RunSection, texts: Texts) -> str:
    return texts(
        "runs.facts",
        queued=wording.utc(run.queued_at, texts),
        started=wording.utc(run.started_at, texts),
        ended=wording.utc(run.ended_at, texts),
        examiner=run.examiner,
        engine=run.engine,
        version=run.engine_version,
        pack=run.pack_name or texts("common.none"),
        analyser=run.analyser,
    )


def _measures_table(run: RunSection, texts: Texts) -> Table:
    names = (
        "image",
        "target",
        "estimated",
        "calibrated",
        "difference",
        "score",
        "others",
        "quality",
        "digest",
    )
    header = [texts(f"runs.col_{name}") for name in names]
    make_row = partial(_measure_row, threshold=run.threshold, texts=texts)
    control = make_row(texts("runs.row_control"), run.control, run.age_at_photo, digest=run.exhibit_sha256)
    rows = [control]
    if run.age_at_photo is not None:
        control[1] = text(texts("runs.recorded_age", age=wording.age(run.age_at_photo)), "cell")
    for image in run.images:
        title = texts("runs.row_image", id=image.derived_image_id, what=_what(image, texts))
        rows.append(make_row(title, image.measures, image.target_age, digest=image.sha256))
    widths = [47 * mm, 17 * mm, 22 * mm, 22 * mm, 22 * mm, 24 * mm, 33 * mm, 21 * mm]
    return data_table(header, rows, [*widths, LANDSCAPE_WIDTH - sum(widths)], shaded_rows=[0])


def _quality(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return the table of named qualities, for runs whose analyser measures more than one."""
    measured = [run.control, *(image.measures for image in run.images)]
    names = list(dict.fromkeys(name for each in measured for name, _ in each.quality))
    if len(names) < 2:
        return []
    titles = [texts("runs.row_control"), *(image.derived_image_id for image in run.images)]
    rows: list[list[Flowable]] = []
    for title, measures in zip(titles, measured, strict=True):
        values = dict(measures.quality)
        if values:
            shown = [f"{values[name]:.0f}" if name in values else "–" for name in names]
            rows.append([text(title, "strong"), *(text(value, "cell") for value in shown)])
    first = 47 * mm
    widths = [first, *[(LANDSCAPE_WIDTH - first) / len(names)] * len(names)]
    header = [texts("runs.col_image"), *(texts.word("qualities", name).capitalize() for name in names)]
    table = data_table(header, rows, widths)
    heading = texts("runs.quality_heading", run=run.run_id)
    return [*headed(heading, table), text(texts("runs.quality_note"), "small")]


def _decisions(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return the table of the examiner's decisions, also on images that are not shown."""
    if not run.decisions:
        return []
    rows: list[list[Flowable]] = []
    for each in run.decisions:
        state = {True: "accepted", False: "rejected", None: "undecided"}[each.is_accepted]
        words = texts(f"runs.decision_{state}") + ("" if each.is_shown else f", {texts('runs.not_shown')}")
        by = f"{each.examiner}, {wording.utc(each.decided_at, texts)}" if each.decided_at else "–"
        title = texts("runs.row_image", id=each.derived_image_id, what=_what(each, texts))
        age = "–" if each.target_age is None else wording.age(each.target_age)
        values = (age, words, each.reason or "–", by)
        rows.append(
            [text(title, "strong"), *(text(value, "cell") for value in values), text(each.sha256, "mono")]
        )
    widths = [47 * mm, 17 * mm, 42 * mm, 50 * mm, 42 * mm]
    names = ("image", "target", "decision", "reason", "decided_by", "digest")
    header = [texts(f"runs.col_{name}") for name in names]
    table = data_table(header, rows, [*widths, LANDSCAPE_WIDTH - sum(widths)])
    return headed(texts("runs.decisions_heading", run=run.run_id), table)


def _what(image: ResultImage | ImageDecision, texts: Texts) -> str:
    if image.role in {"mean", "spread"}:
        return texts(f"runs.{image.role}_word")
    if image.variant is not None:
        return texts("runs.variant", variant=image.variant).lower()
    return texts("runs.no_target").lower()


def _measure_row(
    title: str,
    measures: Measures,
    target: float | None,
    *,
    digest: str,
    threshold: float | None,
    texts: Texts,
) -> list[Flowable]:
    gap = wording.difference(measures, target)
    others = "\n".join(
        f"{name} {wording.scored(value, threshold)}" for name, value in measures.scores_to_others
    )
    raw = "–" if measures.estimated_age is None else wording.number(measures.estimated_age)
    if measures.estimated_age is not None and measures.estimated_age_spread is not None:
        raw += f" ± {wording.number(measures.estimated_age_spread)}"
    values = [
        "–" if target is None else wording.age(target),
        raw,
        "–" if measures.calibrated_age is None else wording.number(measures.calibrated_age),
        "–" if gap is None else wording.signed(gap),
        "–" if measures.score_to_exhibit is None else wording.scored(measures.score_to_exhibit, threshold),
        others or "–",
        wording.quality(measures, texts) or "–",
    ]
    return [text(title, "strong"), *(text(value, "cell") for value in values), text(digest, "mono")]


def _reading(run: RunSection, texts: Texts) -> Flowable:
    lines = [wording.estimator_error(run.estimator_error, texts)]
    if run.threshold is None:
        lines.append(texts("runs.threshold_unknown", analyser=run.analyser))
    else:
        threshold = wording.score(run.threshold)
        lines.append(texts("runs.threshold_known", analyser=run.analyser, threshold=threshold))
        lines += _threshold_words(run, run.threshold, texts)
    if run.identity_guard is not None:
        lines.append(_guard_words(run, run.identity_guard, texts))
    if not any(image.measures.scores_to_others for image in run.images):
        lines.append(texts("runs.others_none"))
    lines.append(texts("runs.control_words"))
    blocks: list[Flowable] = [text(texts("runs.reading_heading"), "strong")]
    blocks += [text(line, "body") for line in lines]
    return boxed(blocks, width=LANDSCAPE_WIDTH)


def _guard_words(run: RunSection, guard: IdentityGuard, texts: Texts) -> str:
    """Return what was done to keep the likeness, and what that means for the scores."""
    key = "runs.guard_same" if guard.analyser == run.analyser else "runs.guard_other"
    return texts(
        key,
        analyser=guard.analyser,
        floor=wording.score(guard.floor),
        held=guard.held_back,
        count=guard.count,
    )


def _threshold_words(run: RunSection, threshold: float, texts: Texts) -> list[str]:
    derived = [image.measures for image in run.images if image.role == "derived"]
    scores = [each.score_to_exhibit for each in derived if each.score_to_exhibit is not None]
    lines = []
    if scores:
        above = sum(value >= threshold for value in scores)
        lines.append(texts("runs.score_words", above=above, count=len(scores)))
    others = [value for each in derived for _, value in each.scores_to_others]
    if others:
        control = [value for _, value in run.control.scores_to_others]
        lines.append(
            texts(
                "runs.others_words",
                above=sum(value >= threshold for value in others),
                count=len(others),
                control_above=sum(value >= threshold for value in control),
                control_count=len(control),
            )
        )
    return lines


def _record(run: RunSection, texts: Texts) -> list[Flowable]:
    blocks: list[Flowable] = [text(texts("runs.records_heading", run=run.run_id), "h2")]
    digests = ((texts("runs.input"), run.exhibit_sha256), (texts("runs.pack_digest"), run.pack_sha256))
    blocks.append(facts_table(digests, width=LANDSCAPE_WIDTH))
    if run.warnings:
        blocks.append(text(texts("runs.warnings"), "h3"))
        blocks += [text(f"• {line}", "body") for line in run.warnings]
    for key, rows in (("parameters", run.parameters), ("environment", run.environment), ("face", run.face)):
        blocks += _named(texts(f"runs.{key}"), rows, texts)
    blocks += headed(texts("runs.weights"), _rows_or_nothing(run.weights, texts), is_sub=True)
    if run.references:
        references = facts_table(run.references, width=LANDSCAPE_WIDTH)
        blocks += headed(texts("runs.references"), references, is_sub=True)
    return blocks


def _named(title: str, rows: Rows, texts: Texts) -> list[Flowable]:
    tables = pairs_table(rows, width=LANDSCAPE_WIDTH) if rows else [text(texts("runs.empty"), "small")]
    return headed(title, *tables, is_sub=True)


def _rows_or_nothing(rows: Rows, texts: Texts) -> Flowable:
    if not rows:
        return text(texts("runs.empty"), "small")
    return facts_table(rows, width=LANDSCAPE_WIDTH, label_width=90 * mm)
