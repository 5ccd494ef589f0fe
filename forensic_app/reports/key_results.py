"""The key results: the untouched photograph and the first variant of each age, large enough to be seen on paper.

Rules:
    * All pictures are at one scale, a column of four being at least 40 mm wide for pictures up to about half as high
      again as they are wide; the band below a derived image is a tenth of its height or less.
    * Both forms of a report print these very blocks.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from forensic_app.measured import Measures
from forensic_app.reports import wording
from forensic_app.reports.content import ReportContent
from forensic_app.reports.grid import image_title
from forensic_app.reports.layout import PORTRAIT_WIDTH, PictureBox, picture_table, text
from forensic_app.reports.run_content import Picture, ResultImage, RunSection
from forensic_app.reports.texts import Texts

_STRIP_AGES = 6
_COLUMNS = 4
_GAP = 1.2 * mm
_HIGHEST = 196 * mm
"""Of all rows with their captions; what is left of a page holds heading and notes."""
_CAPTION = 16 * mm


def key_run(content: ReportContent) -> RunSection | None:
    """Return the run shown on the first page: the latest of those with most target ages.

    A control arm and a run whose images stand among another run's pictures are passed over.
    """
    arms = {arm.run_id for arm in (run.control_arm for run in content.runs) if arm is not None}
    completed = [run for run in content.runs if run.images and run.run_id not in arms and not run.shown_in]
    if not completed:
        return None
    return max(reversed(completed), key=lambda run: len(strip_images(run)))


def strip_images(run: RunSection) -> tuple[ResultImage, ...]:
    """Return the first variant's derived image of each target age, youngest first, six at most."""
    by_age: dict[float | None, ResultImage] = {}
    for image in sorted(
        run.images, key=lambda each: (each.record.variant is not None, each.record.variant or 0)
    ):
        if image.is_variant:
            by_age.setdefault(image.record.target_age, image)
    ordered = [by_age[age] for age in sorted(by_age, key=lambda age: -1.0 if age is None else age)]
    if len(ordered) <= _STRIP_AGES:
        return tuple(ordered)
    last = len(ordered) - 1
    return tuple(ordered[round(place * last / (_STRIP_AGES - 1))] for place in range(_STRIP_AGES))


def key_results(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the key results on one page; nothing where no image is shown."""
    run = key_run(content)
    if run is None:
        return []
    images = strip_images(run)
    cells = _cells(run, images, texts)
    rows = [cells[start : start + _COLUMNS] for start in range(0, len(cells), _COLUMNS)]
    strip = [picture_table(row, width=PORTRAIT_WIDTH / _COLUMNS) for row in rows]
    use = run.adapter_use
    note = texts(
        "front.key_results_note",
        run=run.run_id,
        what=wording.worked_on(run, texts),
        variant=_variant(run, images, texts),
        adapter=("" if use is None else texts("runs.with_adapter", adapter=use.name))
        + ("" if run.relatives_use is None else texts("relatives.with_not_measured")),
    )
    notes = [text(note, "small"), text(_key_numbers(run, texts), "body")]
    return [KeepTogether([text(texts("front.key_results"), "h2"), *strip, Spacer(0, 3), *notes])]


def _cells(
    run: RunSection, images: Sequence[ResultImage], texts: Texts
) -> list[tuple[Flowable, list[Flowable]]]:
    """Return the untouched photograph and the images, each with its lines, at one scale."""
    cells: list[tuple[Flowable, list[Flowable]]] = []
    scale = _scale(run, images)
    if run.control_picture is not None:
        recorded = (
            "" if run.exhibit.age_at_photo is None else f", {wording.age(run.exhibit.age_at_photo, texts)}"
        )
        title = text(texts("front.strip_original") + recorded, "caption_strong")
        name = text(run.exhibit.exhibit_number, "caption_mono")
        picture = PictureBox(run.control_picture, points_per_px=scale)
        cells.append((picture, [title, *_estimate(run.control, texts), name]))
    for image in images:
        words = image_title(run.spec.engine, image.record.target_age, texts)
        lines: list[Flowable] = [text(words, "caption_strong"), *_estimate(image.measures, texts)]
        if image.measures.score_to_exhibit is not None:
            shown = wording.score(image.measures.score_to_exhibit, texts)
            lines.append(text(texts("front.strip_score", score=shown), "caption"))
        lines.append(text(image.record.derived_image_id, "caption_mono"))
        marked = _picture(image)
        cells.append((PictureBox(marked, points_per_px=scale / marked.enlargement), lines))
    return cells


def _picture(image: ResultImage) -> Picture:
    return image.picture if image.key_picture is None else image.key_picture


def _key_numbers(run: RunSection, texts: Texts) -> str:
    derived = [image.measures for image in run.images if image.is_variant]
    others = [value for each in derived for _, value in each.scores_to_others]
    control = [value for _, value in run.control.scores_to_others]
    key = {
        (False, False): "front.key_others_none",
        (False, True): "front.key_others_of_control",
        (True, False): "front.key_others_alone",
        (True, True): "front.key_others",
    }[bool(others), bool(control)]
    best, doing_nothing = (wording.score(max(each), texts) if each else "" for each in (others, control))
    words = texts(key, best=best, control=doing_nothing)
    threshold = ""
    if run.threshold is not None:
        threshold = texts("front.key_threshold", threshold=wording.score(run.threshold, texts))
    error = wording.estimator_error(run.estimator_error, texts)
    return texts("front.key_numbers", error=error, threshold=threshold, others=words)


def _variant(run: RunSection, images: tuple[ResultImage, ...], texts: Texts) -> str:
    variants = {image.record.variant for image in run.images if image.is_variant}
    if len(variants) < 2 or not images or images[0].record.variant is None:
        return ""
    return texts("front.key_variant", variant=images[0].record.variant, count=len(variants))


def _estimate(measures: Measures, texts: Texts) -> list[Flowable]:
    age = measures.age.best
    return (
        []
        if age is None
        else [text(texts("front.strip_estimate", age=wording.number(age, texts)), "caption")]
    )


def _scale(run: RunSection, images: Sequence[ResultImage]) -> float:
    """Return points per pixel so that the widest picture fills its column, and all rows fit one page."""
    sizes = [
        (each.width_px / each.enlargement, each.height_px / each.enlargement)
        for each in map(_picture, images)
    ]
    control = run.control_picture
    sizes += [(control.width_px, control.height_px)] if control is not None else []
    rows = -(-len(sizes) // _COLUMNS)
    column = PORTRAIT_WIDTH / _COLUMNS - _GAP
    highest = _HIGHEST / rows - _CAPTION
    return float(min(column / max(width for width, _ in sizes), highest / max(height for _, height in sizes)))
