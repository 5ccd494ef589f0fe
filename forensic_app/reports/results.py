"""Completed runs: the picture grid at one scale, the measures, how to read them, the full record."""

from __future__ import annotations

from collections.abc import Mapping

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Spacer

from forensic_app.measured import face_number
from forensic_app.reports import wording
from forensic_app.reports.ageing import ageing_blocks
from forensic_app.reports.content import ReportContent
from forensic_app.reports.grid import picture_grid
from forensic_app.reports.layout import (
    LANDSCAPE_WIDTH,
    Heading,
    PictureBox,
    data_table,
    headed,
    picture_table,
    text,
)
from forensic_app.reports.measure_tables import (
    image_words,
    measures_table,
    quality_row,
    quality_table,
    short_measures_table,
)
from forensic_app.reports.personal import adapter_blocks, control_arms
from forensic_app.reports.reading import reading_box
from forensic_app.reports.record import is_short, record_blocks, short_record
from forensic_app.reports.relatives import relatives_arms
from forensic_app.reports.repeats import RecordParts, parts_by_run
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.texts import Texts

_LEAST_RUN = 70 * mm
_FACE_SIDE = 52 * mm
_FACE_COLUMN = 62 * mm


def has_results(content: ReportContent) -> bool:
    """Return whether a run was completed."""
    return any(run.is_completed for run in content.runs)


def results_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the results of every completed run, for landscape pages."""
    completed = [run for run in content.runs if run.is_completed]
    if not completed:
        return [text(texts("runs.none"))]
    blocks: list[Flowable] = []
    parts = parts_by_run(completed, texts)
    by_id = {run.run_id: run for run in completed}
    for place, run in enumerate(completed):
        if place:
            has_pictures = run.adapter is not None or (run.images and not run.shown_in)
            blocks.append(PageBreak() if has_pictures else CondPageBreak(_LEAST_RUN))
        blocks += _run(run, parts[run.run_id], by_id, texts)
    return blocks


def _run(
    run: RunSection, parts: RecordParts, completed: Mapping[str, RunSection], texts: Texts
) -> list[Flowable]:
    top = [Heading(wording.run_title(run, texts), 1), text(_facts(run, texts), "body")]
    if run.adapter is not None:
        return [*top, *adapter_blocks(run, run.adapter, texts), *record_blocks(run, parts, texts)]
    if run.is_source_withheld:
        withheld = texts("runs.source_withheld", image=run.spec.source_derived_image_id)
        top.append(text(withheld, "body"))
    if run.shown_in:
        return _placed_run(run, completed, parts, top, texts)
    return [
        *top,
        *picture_grid(run, texts),
        Spacer(0, 2 * mm),
        *control_arms(run, texts),
        *relatives_arms(run, texts),
        KeepTogether([reading_box(run, texts)]),
        *_face(run, texts),
        *_measures(run, texts),
        *_decisions(run, texts),
        *record_blocks(run, parts, texts),
    ]


def _placed_run(
    run: RunSection,
    completed: Mapping[str, RunSection],
    parts: RecordParts,
    top: list[Flowable],
    texts: Texts,
) -> list[Flowable]:
    """Return a run whose images stand among the pictures of another one."""
    host = completed[run.shown_in]
    is_read_there = (run.spec.analyser, run.threshold) == (host.spec.analyser, host.threshold)
    what = run.spec.source_derived_image_id or texts("runs.photograph_word")
    key = "runs.shown_in_read" if is_read_there else "runs.shown_in"
    words = [texts(key, what=what, run=host.run_id)]
    earlier = completed.get(parts.control_as_in)
    if earlier is not None and earlier.estimator_error == run.estimator_error:
        words.append(texts("runs.control_and_error_as_in", run=earlier.run_id))
    else:
        if is_read_there and host.estimator_error != run.estimator_error:
            words.append(wording.estimator_error(run.estimator_error, texts))
        if earlier is not None:
            words.append(texts("runs.control_as_in", run=earlier.run_id))
    blocks = [*top, text(" ".join(words), "small")]
    if not is_read_there:
        blocks.append(KeepTogether([reading_box(run, texts)]))
    if earlier is None:
        return [*blocks, *_measures(run, texts), *_decisions(run, texts), *record_blocks(run, parts, texts)]
    blocks += [short_measures_table(run, texts), Spacer(0, 1 * mm)]
    if not is_short(parts):
        record = record_blocks(run, parts, texts, first_rows=quality_row(run, texts))
        return [*blocks, *_decisions(run, texts), *record]
    blocks.append(short_record(run, parts, texts, first_rows=quality_row(run, texts)))
    return [KeepTogether(blocks), *_decisions(run, texts)]


def _face(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return the photograph with the face that was worked on marked, where it shows several."""
    if not run.face_pictures:
        return []
    number = face_number(run.spec.face_index)
    count = run.record.face.get("face_count") or texts("common.not_recorded")
    words = texts("runs.marked_face", number=number, count=count, box=_box_words(run, texts))
    lines = ([text(words, "caption_strong")], [text(texts("runs.marked_face_near"), "caption")])
    cells = [
        (PictureBox(each, points_per_px=_FACE_SIDE / max(each.width_px, each.height_px)), below)
        for each, below in zip(run.face_pictures, lines, strict=True)
    ]
    return [Spacer(0, 3 * mm), KeepTogether([picture_table(cells, width=_FACE_COLUMN)]), Spacer(0, 2 * mm)]


def _box_words(run: RunSection, texts: Texts) -> str:
    left, top, right, bottom = (round(float(each)) for each in run.record.face["box"])
    return texts("runs.box", left=left, top=top, right=right, bottom=bottom)


def _measures(run: RunSection, texts: Texts) -> list[Flowable]:
    return [
        *headed(texts("runs.measures_heading", run=run.run_id), measures_table(run, texts)),
        text(texts("runs.difference_note"), "small"),
        *_second_note(run, texts),
        *quality_table(run, texts),
        *(block for each in run.ageing for block in ageing_blocks(each, texts)),
    ]


def _second_note(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return what is to be known of the scores of a second matcher; nothing without one."""
    recorded = run.record.environment.get("second_analyser")
    if not isinstance(recorded, Mapping) or run.second_threshold is None:
        return []
    words = texts(
        "runs.second_note",
        analyser=str(recorded.get("name")),
        version=str(recorded.get("version")),
        threshold=wording.score(run.second_threshold, texts),
    )
    return [text(words, "small")]


def _facts(run: RunSection, texts: Texts) -> str:
    return texts(
        "runs.facts",
        queued=wording.utc(run.record.queued_at, texts),
        started=wording.utc(run.record.started_at, texts),
        ended=wording.utc(run.record.ended_at, texts),
        examiner=run.record.examiner,
        engine=run.spec.engine,
        version=run.spec.engine_version,
        pack=run.spec.pack_name or texts("common.none"),
        analyser=run.spec.analyser,
    )


def _decisions(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return the table of the examiner's decisions, also on images that are not shown."""
    if not run.decisions:
        return []
    rows: list[list[Flowable]] = []
    for each in run.decisions:
        image, made = each.image, each.decision
        title = texts("runs.row_image", id=image.derived_image_id, what=image_words(image, texts))
        age = "–" if image.target_age is None else wording.age(image.target_age, texts)
        state, reason, by = "undecided", "–", "–"
        if made is not None:
            state = "accepted" if made.is_accepted else "rejected"
            reason, by = made.reason, f"{made.examiner}, {wording.utc(made.decided_at, texts)}"
        elif (gone := each.withdrawal) is not None:
            state = "withdrawn"
            reason, by = gone.reason, f"{gone.examiner}, {wording.utc(gone.withdrawn_at, texts)}"
        words = texts(f"runs.decision_{state}") + ("" if each.is_shown else f", {texts('runs.not_shown')}")
        values = (age, words, reason, by)
        rows.append(
            [text(title, "strong"), *(text(value, "cell") for value in values), text(image.sha256, "mono")]
        )
    widths = [47 * mm, 17 * mm, 42 * mm, 50 * mm, 42 * mm]
    names = ("image", "target", "decision", "reason", "decided_by", "digest")
    header = [texts(f"runs.col_{name}") for name in names]
    table = data_table(header, rows, [*widths, LANDSCAPE_WIDTH - sum(widths)])
    return headed(texts("runs.decisions_heading", run=run.run_id), table)
