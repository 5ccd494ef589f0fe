"""The first page: who, what was received, what was made, the key results, the standing limitation."""

from __future__ import annotations

from datetime import UTC

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepInFrame, Spacer

from forensic_app.measured import Measures
from forensic_app.reports import wording
from forensic_app.reports.content import ReportContent
from forensic_app.reports.grid import image_title
from forensic_app.reports.layout import (
    PORTRAIT_HEIGHT,
    PORTRAIT_WIDTH,
    PictureBox,
    boxed,
    facts_table,
    picture_table,
    text,
)
from forensic_app.reports.run_content import ResultImage, RunSection
from forensic_app.reports.texts import Texts

_STRIP_AGES = 6
_LONG = 180


def front_page(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the first page; what does not fit at full size is printed smaller, never moved."""
    blocks: list[Flowable] = [
        text(texts("front.title"), "title"),
        text(texts("front.subtitle"), "subtitle"),
        facts_table(_facts(content, texts), width=PORTRAIT_WIDTH, label_width=40 * mm, lead=True),
        Spacer(0, 4 * mm),
    ]
    if content.supersedes:
        blocks += [*_superseded(content, texts), Spacer(0, 3 * mm)]
    blocks += _key_results(content, texts)
    blocks += [Spacer(0, 3 * mm), limitation_box(texts)]
    return [KeepInFrame(PORTRAIT_WIDTH, PORTRAIT_HEIGHT, blocks, mode="shrink")]


def limitation_box(texts: Texts) -> Flowable:
    """Return the standing limitation, which every report carries on its first page."""
    lines = [text(line, "warning") for line in texts.paragraphs("limits.box")]
    return boxed(
        [text(texts("front.limitation_heading"), "warning_head"), *lines],
        width=PORTRAIT_WIDTH,
        is_warning=True,
    )


def key_run(content: ReportContent) -> RunSection | None:
    """Return the run shown on the first page: the latest of those with most target ages.

    A control arm and a run whose images stand among another run's pictures are passed over.
    """
    uses = [run.adapter_use for run in content.runs if run.adapter_use is not None]
    arms = {use.single_image.run_id for use in uses if use.single_image is not None}
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


def _facts(content: ReportContent, texts: Texts) -> tuple[tuple[str, str], ...]:
    missing = texts("common.not_recorded")
    case = content.case
    people = [person.name for person in content.subjects]
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
    return tuple(rows)


def _received(content: ReportContent, texts: Texts) -> str:
    if not content.exhibits:
        return wording.no_photographs(content.withdrawn.exhibits, "front.received_none", texts)
    days = sorted(f"{exhibit.record.received_at.astimezone(UTC):%Y-%m-%d}" for exhibit in content.exhibits)
    period = days[0] if days[0] == days[-1] else texts("admin.span", first=days[0], last=days[-1])
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


def _key_results(content: ReportContent, texts: Texts) -> list[Flowable]:
    run = key_run(content)
    if run is None:
        return []
    images = strip_images(run)
    cells: list[tuple[Flowable, list[Flowable]]] = []
    scale = _strip_scale(run, images)
    if run.control_picture is not None:
        recorded = "" if run.exhibit.age_at_photo is None else f", {wording.age(run.exhibit.age_at_photo)}"
        title = text(texts("front.strip_original") + recorded, "caption_strong")
        picture = PictureBox(run.control_picture, points_per_px=scale)
        cells.append((picture, [title, *_strip_estimate(run.control, texts)]))
    for image in images:
        words = image_title(run.spec.engine, image.record.target_age, texts)
        picture = PictureBox(image.picture, points_per_px=scale)
        lines = [text(words, "caption_strong"), *_strip_estimate(image.measures, texts)]
        if image.measures.score_to_exhibit is not None:
            shown = wording.score(image.measures.score_to_exhibit)
            lines.append(text(texts("front.strip_score", score=shown), "caption"))
        cells.append((picture, lines))
    use = run.adapter_use
    strip = picture_table(cells, width=PORTRAIT_WIDTH / (_STRIP_AGES + 1))
    note = texts(
        "front.key_results_note",
        run=run.run_id,
        what=wording.worked_on(run, texts),
        variant=_variant(run, images, texts),
        adapter="" if use is None else texts("runs.with_adapter", adapter=use.name),
    )
    notes = [text(note, "small"), text(_key_numbers(run, texts), "body")]
    return [text(texts("front.key_results"), "h2"), strip, Spacer(0, 3), *notes]


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
    best, doing_nothing = (wording.score(max(each)) if each else "" for each in (others, control))
    words = texts(key, best=best, control=doing_nothing)
    threshold = ""
    if run.threshold is not None:
        threshold = texts("front.key_threshold", threshold=wording.score(run.threshold))
    error = wording.estimator_error(run.estimator_error, texts)
    return texts("front.key_numbers", error=error, threshold=threshold, others=words)


def _variant(run: RunSection, images: tuple[ResultImage, ...], texts: Texts) -> str:
    variants = {image.record.variant for image in run.images if image.is_variant}
    if len(variants) < 2 or not images or images[0].record.variant is None:
        return ""
    return texts("front.key_variant", variant=images[0].record.variant, count=len(variants))


def _strip_estimate(measures: Measures, texts: Texts) -> list[Flowable]:
    age = measures.age.best
    return [] if age is None else [text(texts("front.strip_estimate", age=wording.number(age)), "caption")]


def _strip_scale(run: RunSection, images: tuple[ResultImage, ...]) -> float:
    """Return points per pixel so that the widest picture fills its column and none is too high."""
    pictures = [image.picture for image in images]
    pictures += [run.control_picture] if run.control_picture is not None else []
    column = PORTRAIT_WIDTH / (_STRIP_AGES + 1) - 1.2 * mm
    highest = max(picture.height_px for picture in pictures)
    return float(min(column / max(picture.width_px for picture in pictures), 42 * mm / highest))
