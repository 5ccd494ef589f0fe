"""The picture grid of a run: the untouched photograph at the left, ages in columns, one scale for all."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether

from forensic_app.measured import Measures, is_unlike_photograph, spread_of
from forensic_app.placement import placement
from forensic_app.reports import wording
from forensic_app.reports.layout import LANDSCAPE_WIDTH, PictureBox, picture_table, text
from forensic_app.reports.run_content import LinkedImage, Picture, ResultImage, RunSection
from forensic_app.reports.sketch_assembly import is_drawing
from forensic_app.reports.texts import Texts

_AGES_PER_ROW = 6
_GAP = 2.4 * mm
_MAX_SIDE = 58 * mm
_HIGHEST_ABOVE_SKETCH = 42 * mm

_Cell = tuple[Flowable | str, list[Flowable]]
"""A picture and the lines under it."""


def picture_grid(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return rows of pictures: the photograph at the left, target ages in columns, variants in rows.

    Sketches of the pictures stand in a row below them, on the same page. A run that used an adapter or
    relatives has its control arm, the same without them, in the rows below.
    """
    if not run.images:
        return []
    ages = sorted(
        {image.record.target_age for image in run.images}, key=lambda each: -1.0 if each is None else each
    )
    columns = min(len(ages), _AGES_PER_ROW) + sum(
        each is not None for each in (run.control_picture, run.source_picture)
    )
    scale = _scale(run, LANDSCAPE_WIDTH / columns - _GAP)
    note = texts("runs.scale", mm=wording.number(scale / mm, texts, 3))
    if run.is_excerpt:
        note += " " + texts("runs.excerpt")
    if run.reduction < 1:
        note += " " + texts("runs.reduced", percent=f"{100 * run.reduction:.0f}")
    if run.control_picture is None:
        note += " " + texts("runs.other_scale")
    elif placement(run.images[0].record.metrics) is not None:
        note += " " + texts("runs.as_on_sheet")
    if run.sketches:
        note += " " + texts("runs.sketch_scale")
    blocks: list[Flowable] = [text(note, "small")]
    for start in range(0, len(ages), _AGES_PER_ROW):
        for key in _row_keys(run):
            row = {image.record.target_age: image for image in run.images if _row_key(image) == key}
            shown = [row.get(each) for each in ages[start : start + _AGES_PER_ROW]]
            if any(shown):
                title = _row_title(run, key, texts)
                row_blocks = _grid_row(run, title, shown, scale=scale, texts=texts)
                row_blocks += _sketch_row(run, shown, scale=scale, texts=texts)
                blocks.append(KeepTogether(row_blocks))
        blocks += _control_rows(run, ages[start : start + _AGES_PER_ROW], scale=scale, texts=texts)
    return blocks


def _control_rows(
    run: RunSection, ages: Sequence[float | None], *, scale: float, texts: Texts
) -> list[Flowable]:
    """Return the first variant of the single-image mode at these ages, where the case has such a run."""
    arm = run.control_arm
    if arm is None or not arm.images:
        return []
    by_age = first_variants(arm.images)
    shown = [by_age.get(each) for each in ages]
    if not any(shown):
        return []
    key = "runs.single_row"
    if run.relatives_use is not None:
        key = "relatives.row" if run.adapter_use is None else "relatives.row_both"
    title = texts(key, run=arm.run_id)
    return [KeepTogether(_grid_row(run, title, shown, scale=scale, texts=texts))]


def _sketch_row(
    run: RunSection, shown: Sequence[ResultImage | None], *, scale: float, texts: Texts
) -> list[Flowable]:
    """Return the sketches of the untouched photograph and of these images, where an image has one."""
    by_source = {sketch.source_derived_image_id: sketch for sketch in run.sketches}
    below = [None if image is None else by_source.get(image.record.derived_image_id) for image in shown]
    if not any(below):
        return []
    if run.control_picture is not None:
        below.insert(0, by_source.get(""))
    cells: list[_Cell] = []
    for sketch in below:
        if sketch is None:
            cells.append(("", []))
            continue
        title = text(texts("runs.sketch_by", run=sketch.record.run_id), "caption_strong")
        cells.append(_linked_cell(sketch, [title], run, scale, texts))
    table = picture_table(cells, width=_column_width(run, len(cells), scale))
    return [text(texts("runs.sketch_row"), "h3"), table]


def _linked_cell(
    image: LinkedImage, lines: list[Flowable], run: RunSection, scale: float, texts: Texts
) -> _Cell:
    """Return another run's image; one that cannot be printed at the scale says its own."""
    points_per_px = scale / image.finer
    if not image.is_to_scale:
        widest, highest = _largest(run)
        points_per_px = scale * min(widest / image.picture.width_px, highest / image.picture.height_px)
        own = texts("runs.own_scale", mm=wording.number(points_per_px / mm, texts, 3))
        lines = [*lines, text(own, "caption")]
    digest = text(f"{image.record.derived_image_id} {wording.short(image.record.sha256)}", "caption_mono")
    return PictureBox(image.picture, points_per_px=points_per_px), [*lines, digest]


def first_variants(images: Sequence[ResultImage]) -> dict[float | None, ResultImage]:
    """Return the derived image of the first variant by target age."""
    found: dict[float | None, ResultImage] = {}
    for image in sorted(images, key=lambda each: each.record.variant or 0):
        if image.is_variant:
            found.setdefault(image.record.target_age, image)
    return found


_RowKey = tuple[int, int]


def _row_key(image: ResultImage) -> _RowKey:
    place = {"derived": 0, "mean": 1, "spread": 2}.get(image.record.role, 3)
    return place, (image.record.variant or 0) if place == 0 else 0


def _row_keys(run: RunSection) -> list[_RowKey]:
    return sorted({_row_key(image) for image in run.images})


def _row_title(run: RunSection, key: _RowKey, texts: Texts) -> str:
    if key[0] == 0:
        has_variants = sum(each[0] == 0 for each in _row_keys(run)) > 1
        title = texts("runs.variant", variant=key[1]) if has_variants else texts("runs.variants")
        if run.adapter_use is not None:
            title += texts("runs.with_adapter", adapter=run.adapter_use.name)
        return title + (texts("relatives.with") if run.relatives_use is not None else "")
    if key[0] == 1:
        return texts("runs.mean_row")
    known = (spread_of(image.record.metrics).full_scale for image in run.images)
    scales = {scale for scale in known if scale is not None}
    if len(scales) == 1:
        return texts("runs.spread_row_scaled", scale=wording.age(scales.pop(), texts))
    return texts("runs.spread_row")


def _grid_row(
    run: RunSection, title: str, shown: Sequence[ResultImage | None], *, scale: float, texts: Texts
) -> list[Flowable]:
    cells: list[_Cell] = []
    if run.control_picture is not None:
        picture = PictureBox(run.control_picture, points_per_px=scale)
        cells.append((picture, _control_caption(run, texts)))
    if run.source_picture is not None:
        cells.append(_linked_cell(run.source_picture, _source_caption(run, texts), run, scale, texts))
    cells += [("", []) if image is None else _image_cell(image, run, scale, texts) for image in shown]
    table = picture_table(cells, width=_column_width(run, len(cells), scale))
    return [text(title, "h3"), table]


def _column_width(run: RunSection, columns: int, scale: float) -> float:
    widest, _ = _largest(run)
    return float(min(LANDSCAPE_WIDTH / columns, (widest * scale + _GAP) * 1.25))


def _source_caption(run: RunSection, texts: Texts) -> list[Flowable]:
    target = None if run.source is None else run.source.target_age
    words = (
        texts("runs.no_target") if target is None else texts("runs.target", age=wording.age(target, texts))
    )
    return [text(texts("runs.drawn_from"), "caption_strong"), text(words, "caption")]


def _image_cell(image: ResultImage, run: RunSection, scale: float, texts: Texts) -> _Cell:
    target = None if image.record.target_age is None else wording.age(image.record.target_age, texts)
    if image.record.role in {"mean", "spread"} and target is not None:
        title = texts(f"runs.{image.record.role}", age=target)
    else:
        title = image_title(run.spec.engine, image.record.target_age, texts)
    lines: list[Flowable] = [text(title, "caption_strong")]
    if image.is_variant or not image.measures.is_empty:
        lines += _measure_lines(image.measures, run, texts)
    largest = spread_of(image.record.metrics).largest
    if largest is not None:
        lines.append(text(texts("runs.largest_spread", value=wording.number(largest, texts)), "caption"))
    lines.append(
        text(f"{image.record.derived_image_id} {wording.short(image.record.sha256)}", "caption_mono")
    )
    return PictureBox(image.picture, points_per_px=scale), lines


def image_title(engine: str, target: float | None, texts: Texts) -> str:
    """Return what stands under a derived image: its target age; a sketch has none."""
    if is_drawing(engine):
        return texts("runs.sketch")
    return texts("runs.no_target") if target is None else texts("runs.target", age=wording.age(target, texts))


def _control_caption(run: RunSection, texts: Texts) -> list[Flowable]:
    recorded = texts("runs.untouched_age_unknown")
    if run.exhibit.age_at_photo is not None:
        recorded = texts("runs.untouched_age", age=wording.age(run.exhibit.age_at_photo, texts))
    return [
        text(texts("runs.untouched"), "caption_strong"),
        text(recorded, "caption"),
        *_measure_lines(run.control, run, texts, is_control=True),
        text(f"{run.exhibit.exhibit_number} {wording.short(run.spec.exhibit_sha256)}", "caption_mono"),
    ]


def _measure_lines(
    measures: Measures, run: RunSection, texts: Texts, *, is_control: bool = False
) -> list[Flowable]:
    lines = [wording.estimated(measures, texts)]
    if measures.face_found is False:
        return [text(line, "caption") for line in lines]
    if is_unlike_photograph(measures, run.record.environment):
        lines.append(texts("runs.unlike_photograph"))
    if measures.score_to_exhibit is not None:
        lines.append(
            texts("runs.score", score=wording.scored(measures.score_to_exhibit, run.threshold, texts))
        )
    elif not is_control:
        lines.append(texts("runs.no_score"))
    others = [value for _, value in measures.scores_to_others]
    if others:
        best = wording.scored(max(others), run.threshold, texts)
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
    if run.source_picture is not None and run.source_picture.is_to_scale:
        pictures.append(run.source_picture.picture)
    return pictures + ([run.control_picture] if run.control_picture is not None else [])


def _largest(run: RunSection) -> tuple[int, int]:
    """Return the largest width and the largest height of the pictures at the run's scale, in pixels."""
    pictures = _pictures(run)
    return max(each.width_px for each in pictures), max(each.height_px for each in pictures)


def _scale(run: RunSection, column: float) -> float:
    """Return points per pixel, one for all pictures of the run."""
    widest, highest = _largest(run)
    limit = _HIGHEST_ABOVE_SKETCH if run.sketches else _MAX_SIDE
    return float(min(min(column, _MAX_SIDE) / widest, limit / highest))
