"""Tables of what was measured on a run's images and on the untouched photograph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from forensic_app.measured import Measures, Rows, shown_difference
from forensic_app.records import DerivedImage, ImageRole
from forensic_app.reports import wording
from forensic_app.reports.layout import (
    DIGEST_WIDTH,
    LANDSCAPE_WIDTH,
    PORTRAIT_WIDTH,
    data_table,
    headed,
    text,
)
from forensic_app.reports.run_content import RunSection
from forensic_app.reports.texts import Texts

_WIDTHS = {
    "image": 47 * mm,
    "target": 17 * mm,
    "estimated": 22 * mm,
    "calibrated": 22 * mm,
    "difference": 22 * mm,
    "score": 24 * mm,
    "others": 33 * mm,
    "quality": 21 * mm,
}
_PORTRAIT_WIDTHS = {
    "image": 41 * mm,
    "target": 22 * mm,
    "estimated": 23 * mm,
    "calibrated": 23 * mm,
    "difference": 22 * mm,
    "score": 25 * mm,
}
_SHORT_WIDTHS = {
    "image": 34 * mm,
    "estimated": 27 * mm,
    "calibrated": 29 * mm,
    "score": 26 * mm,
    "others": 27 * mm,
    "quality": LANDSCAPE_WIDTH - DIGEST_WIDTH - 143 * mm,
}


def measures_table(run: RunSection, texts: Texts, *, is_portrait: bool = False) -> Table:
    """Return the measures of the untouched photograph and of each image.

    On portrait pages there is no room for qualities and digests; they stand elsewhere.
    """
    control = _measure_row(
        texts("runs.row_control"),
        run.control,
        run.exhibit.age_at_photo,
        digest=run.spec.exhibit_sha256,
        run=run,
        texts=texts,
    )
    if run.exhibit.age_at_photo is not None:
        control["target"] = text(
            texts("runs.recorded_age", age=wording.age(run.exhibit.age_at_photo, texts)), "cell"
        )
    rows = [control, *_image_rows(run, texts)]
    if not is_portrait:
        return _table(rows, _WIDTHS, texts, shaded_rows=[0])
    names = [*_PORTRAIT_WIDTHS, "others"]
    widths = [*_PORTRAIT_WIDTHS.values(), PORTRAIT_WIDTH - sum(_PORTRAIT_WIDTHS.values())]
    cells = [[row[name] for name in names] for row in rows]
    return data_table([texts(f"runs.col_{name}") for name in names], cells, widths, shaded_rows=[0])


def short_measures_table(run: RunSection, texts: Texts) -> Table:
    """Return the measures of each image of a run whose control stands elsewhere."""
    has_targets = any(image.record.target_age is not None for image in run.images)
    return _table(_image_rows(run, texts), _WIDTHS if has_targets else _SHORT_WIDTHS, texts)


def _table(
    rows: Sequence[Mapping[str, Flowable]],
    widths: Mapping[str, float],
    texts: Texts,
    *,
    shaded_rows: Sequence[int] = (),
) -> Table:
    names = [*widths, "digest"]
    header = [texts(f"runs.col_{name}") for name in names]
    cells = [[row[name] for name in names] for row in rows]
    columns = [*widths.values(), LANDSCAPE_WIDTH - sum(widths.values())]
    return data_table(header, cells, columns, shaded_rows=shaded_rows)


def _image_rows(run: RunSection, texts: Texts) -> list[dict[str, Flowable]]:
    return [
        _measure_row(
            texts("runs.row_image", id=image.record.derived_image_id, what=image_words(image.record, texts)),
            image.measures,
            image.record.target_age,
            digest=image.record.sha256,
            run=run,
            texts=texts,
        )
        for image in run.images
    ]


def quality_row(run: RunSection, texts: Texts) -> Rows:
    """Return the named qualities of a run's images as one row of its record, a line for each image."""
    lines = []
    for image in run.images:
        values = ", ".join(
            f"{texts.word('qualities', name)} {value:.0f}" for name, value in image.measures.quality
        )
        if values:
            lines.append(f"{image.record.derived_image_id}: {values}" if len(run.images) > 1 else values)
    return ((texts("runs.quality_row"), "\n".join(lines)),) if lines else ()


def quality_table(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return the table of named qualities, for runs whose analyser measures more than one."""
    measured = [run.control, *(image.measures for image in run.images)]
    names = list(dict.fromkeys(name for each in measured for name, _ in each.quality))
    if len(names) < 2:
        return []
    titles = [texts("runs.row_control"), *(image.record.derived_image_id for image in run.images)]
    rows: list[list[Flowable]] = []
    for title, measures in zip(titles, measured, strict=True):
        values = dict(measures.quality)
        if values:
            shown = [f"{values[name]:.0f}" if name in values else "–" for name in names]
            rows.append([text(title, "strong"), *(text(value, "cell") for value in shown)])
    first = 47 * mm
    widths = [first, *[(LANDSCAPE_WIDTH - first) / len(names)] * len(names)]
    words = (texts.word("quality_heads", name) for name in names)
    header = [texts("runs.col_image"), *words]
    table = data_table(header, rows, widths)
    heading = texts("runs.quality_heading", run=run.run_id)
    return [*headed(heading, table), text(texts("runs.quality_note"), "small")]


def image_words(image: DerivedImage, texts: Texts) -> str:
    """Return what an image is beside its identifier: its variant, or the mean or spread of several."""
    if image.role is not ImageRole.DERIVED:
        return texts(f"runs.{image.role}_word")
    if image.variant is not None:
        return texts("runs.variant_word", variant=image.variant)
    return texts("runs.derived_word")


def _measure_row(
    title: str, measures: Measures, target: float | None, *, digest: str, run: RunSection, texts: Texts
) -> dict[str, Flowable]:
    best = measures.age.best
    gap = None if best is None or target is None else shown_difference(best, target, 1)
    others = "\n".join(
        f"{run.number_of(name)} {wording.scored(value, run.threshold, texts)}"
        for name, value in measures.scores_to_others
    )
    second, second_limit = measures.second, run.second_threshold
    if second is not None and second.scores_to_others:
        others += "\n" + "\n".join(
            texts(
                "runs.second_other",
                analyser=second.analyser,
                number=run.number_of(name),
                score=wording.scored(value, second_limit, texts),
            )
            for name, value in second.scores_to_others
        )
    age = measures.age
    raw = "–" if age.raw is None else wording.number(age.raw, texts)
    if age.raw is not None and age.spread is not None:
        raw += f" ± {wording.number(age.spread, texts)}"
    score = measures.score_to_exhibit
    scored = "–" if score is None else wording.scored(score, run.threshold, texts)
    if second is not None and second.score_to_exhibit is not None and score is not None:
        scored += "\n" + texts(
            "runs.second_score",
            analyser=second.analyser,
            score=wording.scored(second.score_to_exhibit, second_limit, texts),
        )
    values = {
        "target": "–" if target is None else wording.age(target, texts),
        "estimated": raw,
        "calibrated": "–" if age.calibrated is None else wording.number(age.calibrated, texts),
        "difference": "–" if gap is None else wording.signed(gap, texts),
        "score": scored,
        "others": others or "–",
        "quality": wording.quality(measures, texts) or "–",
    }
    cells: dict[str, Flowable] = {name: text(value, "cell") for name, value in values.items()}
    return {"image": text(title, "strong"), **cells, "digest": text(digest, "mono")}
