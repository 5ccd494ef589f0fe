"""The picture grid of a run: the untouched photograph at the left, ages in columns, one scale for all."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether

from forensic_app.reports import wording
from forensic_app.reports.content import Measures, Picture, ResultImage, RunSection
from forensic_app.reports.layout import LANDSCAPE_WIDTH, PictureBox, picture_table, text
from forensic_app.reports.texts import Texts

_AGES_PER_ROW = 6
_GAP = 2.4 * mm
_MAX_SIDE = 58 * mm
_SKETCH = "sketch"


def picture_grid(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return rows of pictures: the photograph at the left, target ages in columns, variants in rows.

    A run that used an adapter has its control arm, the single-image mode, in the rows below.
    """
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
                title = _row_title(run, key, texts)
                blocks.append(_grid_row(run, title, shown, scale=scale, texts=texts))
        blocks += _control_rows(run, ages[start : start + _AGES_PER_ROW], scale=scale, texts=texts)
    return blocks


def _control_rows(
    run: RunSection, ages: Sequence[float | None], *, scale: float, texts: Texts
) -> list[Flowable]:
    """Return the first variant of the single-image mode at these ages, where the case has such a run."""
    arm = run.adapter_use.single_image if run.adapter_use is not None else None
    if arm is None or not arm.images:
        return []
    by_age = first_variants(arm.images)
    shown = [by_age.get(each) for each in ages]
    if not any(shown):
        return []
    title = texts("runs.single_row", run=arm.run_id)
    return [_grid_row(run, title, shown, scale=scale, texts=texts)]


def first_variants(images: Sequence[ResultImage]) -> dict[float | None, ResultImage]:
    """Return the derived image of the first variant by target age."""
    found: dict[float | None, ResultImage] = {}
    for image in sorted(images, key=lambda each: each.variant or 0):
        if image.role == "derived":
            found.setdefault(image.target_age, image)
    return found


_RowKey = tuple[int, int]


def _row_key(image: ResultImage) -> _RowKey:
    place = {"derived": 0, "mean": 1, "spread": 2}.get(image.role, 3)
    return place, (image.variant or 0) if place == 0 else 0


def _row_keys(run: RunSection) -> list[_RowKey]:
    return sorted({_row_key(image) for image in run.images})


def _row_title(run: RunSection, key: _RowKey, texts: Texts) -> str:
    if key[0] == 0:
        has_variants = sum(each[0] == 0 for each in _row_keys(run)) > 1
        title = texts("runs.variant", variant=key[1]) if has_variants else texts("runs.variants")
        if run.adapter_use is not None:
            title += texts("runs.with_adapter", adapter=run.adapter_use.adapter_id)
        return title
    if key[0] == 1:
        return texts("runs.mean_row")
    scales = {image.full_scale for image in run.images if image.full_scale is not None}
    if len(scales) == 1:
        return texts("runs.spread_row_scaled", scale=wording.age(scales.pop()))
    return texts("runs.spread_row")


_Cell = tuple[Flowable | str, list[Flowable]]
"""A picture and the lines under it."""


def _grid_row(
    run: RunSection, title: str, shown: Sequence[ResultImage | None], *, scale: float, texts: Texts
) -> Flowable:
    cells: list[_Cell] = []
    if run.control_picture is not None:
        picture = PictureBox(run.control_picture, points_per_px=scale)
        cells.append((picture, _control_caption(run, texts)))
    cells += [("", []) if image is None else _image_cell(image, run, scale, texts) for image in shown]
    widest = max(picture.width_px for picture in _pictures(run)) * scale + _GAP
    width = min(LANDSCAPE_WIDTH / len(cells), widest * 1.25)
    table = picture_table(cells, width=width)
    return KeepTogether([text(title, "h3"), table])


def _image_cell(image: ResultImage, run: RunSection, scale: float, texts: Texts) -> _Cell:
    target = None if image.target_age is None else wording.age(image.target_age)
    if image.role in {"mean", "spread"} and target is not None:
        title = texts(f"runs.{image.role}", age=target)
    else:
        title = image_title(run.engine, image.target_age, texts)
    lines: list[Flowable] = [text(title, "caption_strong")]
    if image.role == "derived" or not image.measures.is_empty:
        lines += _measure_lines(image.measures, run, texts)
    if image.largest_spread is not None:
        largest = wording.number(image.largest_spread)
        lines.append(text(texts("runs.largest_spread", value=largest), "caption"))
    lines.append(text(f"{image.derived_image_id} {wording.short(image.sha256)}", "caption_mono"))
    return PictureBox(image.picture, points_per_px=scale), lines


def image_title(engine: str, target: float | None, texts: Texts) -> str:
    """Return what stands under a derived image: its target age; a sketch has none."""
    if engine == _SKETCH:
        return texts("runs.sketch")
    return texts("runs.no_target") if target is None else texts("runs.target", age=wording.age(target))


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
