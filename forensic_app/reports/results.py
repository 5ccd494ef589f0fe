"""Completed runs: the picture grid at one scale, the measures, how to read them, the full record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer, Table

from forensic_app.reports import wording
from forensic_app.reports.content import (
    ImageDecision,
    Measures,
    Picture,
    ReportContent,
    ResultImage,
    Rows,
    RunSection,
)
from forensic_app.reports.layout import (
    LANDSCAPE_WIDTH,
    Heading,
    PictureBox,
    boxed,
    data_table,
    facts_table,
    headed,
    pairs_table,
    picture_table,
    text,
)
from forensic_app.reports.texts import Texts

_AGES_PER_ROW = 6
_GAP = 2.4 * mm
_MAX_SIDE = 58 * mm


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
    title = texts(
        "runs.title",
        run=run.run_id,
        engine=texts.word("engine_short", run.engine),
        exhibit=run.exhibit_number,
    )
    return [
        Heading(title, 1),
        text(_facts(run, texts), "body"),
        *_grid(run, texts),
        Spacer(0, 2 * mm),
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


def _grid(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return rows of pictures: the photograph at the left, target ages in columns, variants in rows."""
    if not run.images:
        return []
    ages = sorted({image.target_age for image in run.images}, key=lambda each: -1.0 if each is None else each)
    columns = min(len(ages), _AGES_PER_ROW) + (run.control_picture is not None)
    scale = _scale(run, LANDSCAPE_WIDTH / columns - _GAP)
    note = texts("runs.scale", mm=f"{scale / mm:.3f}")
    if run.is_excerpt:
        note += " " + texts("runs.excerpt")
    if run.reduction < 1:
        note += " " + texts("runs.reduced", percent=f"{100 * run.reduction:.0f}")
    if run.control_picture is None:
        note += " " + texts("runs.other_scale")
    blocks: list[Flowable] = [text(note, "small")]
    for start in range(0, len(ages), _AGES_PER_ROW):
        for key in _row_keys(run):
            row = {image.target_age: image for image in run.images if _row_key(image) == key}
            shown = [row.get(each) for each in ages[start : start + _AGES_PER_ROW]]
            if any(shown):
                blocks.append(_grid_row(run, key, shown, scale=scale, texts=texts))
    return blocks


_RowKey = tuple[int, int]


def _row_key(image: ResultImage) -> _RowKey:
    place = {"derived": 0, "mean": 1, "spread": 2}.get(image.role, 3)
    return place, (image.variant or 0) if place == 0 else 0


def _row_keys(run: RunSection) -> list[_RowKey]:
    return sorted({_row_key(image) for image in run.images})


def _row_title(run: RunSection, key: _RowKey, texts: Texts) -> str:
    if key[0] == 0:
        has_variants = sum(each[0] == 0 for each in _row_keys(run)) > 1
        return texts("runs.variant", variant=key[1]) if has_variants else texts("runs.variants")
    if key[0] == 1:
        return texts("runs.mean_row")
    scales = {image.full_scale for image in run.images if image.full_scale is not None}
    if len(scales) == 1:
        return texts("runs.spread_row_scaled", scale=wording.age(scales.pop()))
    return texts("runs.spread_row")


_Cell = tuple[Flowable | str, list[Flowable]]
"""A picture and the lines under it."""


def _grid_row(
    run: RunSection, key: _RowKey, shown: Sequence[ResultImage | None], *, scale: float, texts: Texts
) -> Flowable:
    cells: list[_Cell] = []
    if run.control_picture is not None:
        picture = PictureBox(run.control_picture, points_per_px=scale)
        cells.append((picture, _control_caption(run, texts)))
    cells += [("", []) if image is None else _image_cell(image, run, scale, texts) for image in shown]
    widest = max(picture.width_px for picture in _pictures(run)) * scale + _GAP
    width = min(LANDSCAPE_WIDTH / len(cells), widest * 1.25)
    table = picture_table(cells, width=width)
    return KeepTogether([text(_row_title(run, key, texts), "h3"), table])


def _image_cell(image: ResultImage, run: RunSection, scale: float, texts: Texts) -> _Cell:
    target = None if image.target_age is None else wording.age(image.target_age)
    if image.role in {"mean", "spread"} and target is not None:
        title = texts(f"runs.{image.role}", age=target)
    else:
        title = texts("runs.no_target") if target is None else texts("runs.target", age=target)
    lines: list[Flowable] = [text(title, "caption_strong")]
    if image.role == "derived" or not image.measures.is_empty:
        lines += _measure_lines(image.measures, run, texts)
    if image.largest_spread is not None:
        largest = wording.number(image.largest_spread)
        lines.append(text(texts("runs.largest_spread", value=largest), "caption"))
    lines.append(text(f"{image.derived_image_id} {wording.short(image.sha256)}", "caption_mono"))
    return PictureBox(image.picture, points_per_px=scale), lines


def _control_caption(run: RunSection, texts: Texts) -> list[Flowable]:
    recorded = texts("runs.untouched_age_unknown")
    if run.age_at_photo is not None:
        recorded = texts("runs.untouched_age", age=wording.age(run.age_at_photo))
    return [
        text(texts("runs.untouched"), "caption_strong"),
        text(recorded, "caption"),
        *_measure_lines(run.control, run, texts, is_control=True),
        text(f"{run.exhibit_number} {wording.short(run.exhibit_sha256)}", "caption_mono"),
    ]


def _measure_lines(
    measures: Measures, run: RunSection, texts: Texts, *, is_control: bool = False
) -> list[Flowable]:
    lines = [wording.estimated(measures, texts)]
    if not measures.face_found:
        return [text(line, "caption") for line in lines]
    if measures.score_to_exhibit is not None:
        lines.append(texts("runs.score", score=wording.scored(measures.score_to_exhibit, run.threshold)))
    elif not is_control:
        lines.append(texts("runs.no_score"))
    others = [value for _, value in measures.scores_to_others]
    if others:
        best = wording.scored(max(others), run.threshold)
        key = "runs.others_one" if len(others) == 1 else "runs.others_many"
        lines.append(texts(key, best=best, count=len(others)))
    else:
        lines.append(texts("runs.no_others"))
    quality = wording.quality(measures, texts)
    lines.append(_quality_line(quality, texts))
    return [text(line, "caption") for line in lines]


def _quality_line(quality: str, texts: Texts) -> str:
    if not quality:
        return texts("runs.no_quality")
    return texts("runs.quality", quality=quality)


def _pictures(run: RunSection) -> list[Picture]:
    pictures = [image.picture for image in run.images]
    return pictures + ([run.control_picture] if run.control_picture is not None else [])


def _scale(run: RunSection, column: float) -> float:
    """Return points per pixel, one for all pictures of the run."""
    pictures = _pictures(run)
    side = min(column, _MAX_SIDE)
    widest = max(picture.width_px for picture in pictures)
    highest = max(picture.height_px for picture in pictures)
    return float(min(side / widest, _MAX_SIDE / highest))


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
    if not any(image.measures.scores_to_others for image in run.images):
        lines.append(texts("runs.others_none"))
    lines.append(texts("runs.control_words"))
    blocks: list[Flowable] = [text(texts("runs.reading_heading"), "strong")]
    blocks += [text(line, "body") for line in lines]
    return boxed(blocks, width=LANDSCAPE_WIDTH)


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
