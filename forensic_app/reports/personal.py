"""Adapters in print: what was learned from which photographs and how, and the control arms of its results."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from forensic_app import learned
from forensic_app.learned import LossTerm, TrainingPhoto
from forensic_app.measured import Measures, Rows, adapter_in_use
from forensic_app.reports import wording
from forensic_app.reports.grid import first_variants
from forensic_app.reports.layout import (
    LANDSCAPE_WIDTH,
    PictureBox,
    data_table,
    facts_table,
    headed,
    pairs_table,
    picture_table,
    plain_table,
    text,
)
from forensic_app.reports.plots import CurvePlot
from forensic_app.reports.run_content import AdapterUse, LearnedAdapter, Picture, ResultImage, RunSection
from forensic_app.reports.texts import Texts

_PHOTOS_PER_ROW = 6
_PHOTO_SIDE = 36 * mm
_PLOTS_PER_ROW = 3
_PLOT_HEIGHT = 36 * mm
_DIGEST_LENGTH = 64


def adapter_blocks(run: RunSection, adapter: LearnedAdapter, texts: Texts) -> list[Flowable]:
    """Return what a personalisation made, for landscape pages."""
    made, facts = adapter.record, adapter.record.facts
    rows = (
        (texts("adapter.subject"), made.subject_id),
        (texts("adapter.digest"), made.sha256),
        (texts("adapter.size"), texts("adapter.size_text", bytes=wording.count(made.size_bytes, texts))),
        (texts("adapter.base_pack"), made.pack_name),
        (texts("adapter.base_digest"), made.pack_sha256),
    )
    losses = learned.loss_terms(facts)
    return [
        text(texts("adapter.heading", adapter=made.adapter_id), "h2"),
        text(texts("adapter.intro"), "body"),
        facts_table(rows, width=LANDSCAPE_WIDTH),
        *_photographs(run, adapter, texts),
        *_losses(losses, texts),
        *_curves(losses, texts),
        *_facts("adapter.regularization_heading", learned.regularization(facts), texts),
        *_facts("adapter.gating_heading", learned.gating(facts), texts),
        *_facts("adapter.training_heading", learned.training(facts), texts),
    ]


def _facts(heading: str, rows: Rows, texts: Texts) -> list[Flowable]:
    named = tuple((texts.word("adapter_facts", name), wording.stated(value, texts)) for name, value in rows)
    if not named:
        return headed(texts(heading), text(texts("runs.empty"), "small"))
    has_digest = any(len(value) == _DIGEST_LENGTH for _, value in named)
    if has_digest:
        return headed(texts(heading), facts_table(named, width=LANDSCAPE_WIDTH))
    return headed(texts(heading), *pairs_table(named, width=LANDSCAPE_WIDTH))


def _photographs(run: RunSection, adapter: LearnedAdapter, texts: Texts) -> list[Flowable]:
    photos = learned.training_photos(adapter.record.facts)
    if not photos:
        return headed(texts("adapter.photos_heading"), text(texts("runs.empty"), "small"))
    threshold = "" if run.threshold is None else f" ({wording.score(run.threshold, texts)})"
    rows: list[Flowable] = []
    for start in range(0, len(photos), _PHOTOS_PER_ROW):
        cells = [
            _photo_cell(photo, run.number_of(photo.photo_id), adapter.pictures.get(photo.photo_id), texts)
            for photo in photos[start : start + _PHOTOS_PER_ROW]
        ]
        rows.append(KeepTogether([picture_table(cells, width=LANDSCAPE_WIDTH / _PHOTOS_PER_ROW)]))
    note = text(texts("adapter.photos_intro", threshold=threshold), "small")
    return headed(texts("adapter.photos_heading"), note, *rows)


def _photo_cell(
    photo: TrainingPhoto, number: str, picture: Picture | None, texts: Texts
) -> tuple[Flowable | str, list[Flowable]]:
    shown: Flowable | str = ""
    if picture is not None:
        side = max(picture.width_px, picture.height_px)
        shown = PictureBox(picture, points_per_px=_PHOTO_SIDE / side)
    age = texts("adapter.age_unknown")
    if photo.age is not None:
        key = "adapter.age_estimated" if photo.age_origin == "estimate" else "adapter.age_given"
        age = texts(key, age=wording.age(photo.age, texts))
    agreement = texts("adapter.no_agreement")
    if photo.agreement is not None:
        agreement = texts("adapter.agreement", score=wording.score(photo.agreement, texts))
    use = (
        texts("adapter.use_trained")
        if photo.is_trained
        else texts("adapter.use_other", use=texts.word("photo_uses", photo.use))
    )
    lines = [age, agreement]
    if photo.face_index is not None and (photo.face_count or 1) > 1:
        lines.append(texts("adapter.face", number=photo.face_index + 1, count=photo.face_count))
    if photo.caption:
        lines.append(texts("adapter.caption", caption=photo.caption))
    return shown, [
        text(number, "caption_strong"),
        *(text(line, "caption") for line in (use, *lines)),
        text(wording.short(photo.sha256), "caption_mono"),
    ]


def _losses(losses: Sequence[LossTerm], texts: Texts) -> list[Flowable]:
    names = ("term", "words", "weight", "first", "last")
    rows = []
    for term in losses:
        first, last = ("–", "–")
        if term.curve:
            first, last = (wording.number(term.curve[place][1], texts, 4) for place in (0, -1))
        weight = "–" if term.weight is None else texts.numeral(f"{term.weight:g}")
        if term.weight is not None and not term.weight:
            weight += f" ({texts('adapter.left_out')})"
        words = texts.word("losses", term.name)
        values = (words, weight, first, last)
        rows.append([text(term.name, "strong"), *(text(value, "cell") for value in values)])
    widths = [34 * mm, 120 * mm, 34 * mm, 34 * mm]
    header = [texts(f"adapter.col_{name}") for name in names]
    table = data_table(header, rows, [*widths, LANDSCAPE_WIDTH - sum(widths)])
    return headed(texts("adapter.losses_heading"), table)


def _curves(losses: Sequence[LossTerm], texts: Texts) -> list[Flowable]:
    drawn = [term for term in losses if term.curve]
    if not drawn:
        return headed(texts("adapter.curves_heading"), text(texts("adapter.no_curves"), "small"))
    width = LANDSCAPE_WIDTH / _PLOTS_PER_ROW
    plots = [
        CurvePlot(
            term.name,
            term.curve,
            x_words=texts("adapter.step", step="").strip(),
            texts=texts,
            width=width - 3 * mm,
            height=_PLOT_HEIGHT,
        )
        for term in drawn
    ]
    rows: list[Flowable] = []
    for start in range(0, len(plots), _PLOTS_PER_ROW):
        row: list[Flowable | str] = [*plots[start : start + _PLOTS_PER_ROW]]
        row += [""] * (_PLOTS_PER_ROW - len(row))
        rows.append(plain_table([row], [width] * _PLOTS_PER_ROW))
    note = text(texts("adapter.curves_note"), "small")
    return [KeepTogether(headed(texts("adapter.curves_heading"), note, *rows))]


def control_arms(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return the control arms of a run that used an adapter, side by side with it; nothing for other runs."""
    use = run.adapter_use
    if use is None:
        return []
    intro = texts("arms.intro", made=_made_words(run, use, texts))
    in_use = adapter_in_use(run.record.environment)
    blocks: list[Flowable] = [text(intro, "body"), text(_single_words(use, texts), "body")]
    strengths_rows = tuple(
        (wording.stated(age, texts), wording.stated(value, texts)) for age, value in in_use.strengths
    )
    strengths = [
        *headed(texts("arms.gating"), *pairs_table(strengths_rows, width=LANDSCAPE_WIDTH), is_sub=True),
        *_facts("adapter.gating_heading", in_use.gating, texts),
    ]
    return [
        *headed(texts("arms.heading", run=run.run_id), *blocks),
        KeepTogether(
            [
                _arms_table(run, use, texts),
                text(" ".join((texts("arms.mean_note"), _seen_words(run, use, texts))), "small"),
            ]
        ),
        *(strengths if in_use.strengths else []),
        Spacer(0, 3 * mm),
    ]


def _trained_on(use: AdapterUse) -> tuple[str, ...] | None:
    """Return the exhibits that an adapter was trained on, by identifier; ``None`` where that is not recorded."""
    photos = () if use.record is None else learned.training_photos(use.record.facts)
    return tuple(photo.photo_id for photo in photos if photo.is_trained) or None


def _made_words(run: RunSection, use: AdapterUse, texts: Texts) -> str:
    """Return which run made an adapter, from which exhibits."""
    trained = _trained_on(use)
    if use.record is None:
        return texts("arms.made_unknown", adapter=use.name)
    if trained is None:
        return texts("arms.made_from_unknown", adapter=use.name, run=use.record.run_id)
    numbers = ", ".join(run.number_of(each) for each in trained)
    return texts("arms.made_from", adapter=use.name, run=use.record.run_id, numbers=numbers)


def _single_words(use: AdapterUse, texts: Texts) -> str:
    if use.single_image is None:
        return texts("arms.missing")
    key = "arms.made" if use.single_image.images else "arms.withheld"
    return texts(key, run=use.single_image.run_id)


def _seen_words(run: RunSection, use: AdapterUse, texts: Texts) -> str:
    trained = _trained_on(use)
    if trained is None:
        return texts("arms.seen_unknown")
    others = {name for image in run.images for name, _ in image.measures.scores_to_others}
    if others and others <= set(trained):
        return f"{texts('arms.seen')} {texts('arms.none_unseen')}"
    return texts("arms.seen")


_Value = Callable[[Measures], float | None]


def _arms_table(run: RunSection, use: AdapterUse, texts: Texts) -> Table:
    """Return one row for each target age, three columns (nothing, single image, adapter) for each measure."""
    own = first_variants(run.images)
    single = first_variants(use.single_image.images) if use.single_image is not None else {}
    ages = sorted(own, key=lambda each: -1.0 if each is None else each)
    columns: list[tuple[str, list[float | None]]] = []

    def add(group: str, arm: str, values: list[float | None]) -> None:
        columns.append((f"{texts(f'arms.group_{group}')} {texts(f'arms.col_{arm}')}", values))

    def of(images: dict[float | None, ResultImage], value: _Value) -> list[float | None]:
        return [value(images[age].measures) if age in images else None for age in ages]

    add("difference", "nothing", [run.control.difference(age) for age in ages])
    for arm, images in (("single", single), ("adapter", own)):
        gaps = [images[age].measures.difference(age) if age in images else None for age in ages]
        add("difference", arm, gaps)
    for arm, images in (("single", single), ("adapter", own)):
        add("score", arm, of(images, lambda each: each.score_to_exhibit))
    for group, belongs in _photograph_groups(use):

        def best(each: Measures, belongs: Callable[[str], bool] = belongs) -> float | None:
            return max((score for name, score in each.scores_to_others if belongs(name)), default=None)

        scores = ([best(run.control)] * len(ages), of(single, best), of(own, best))
        if any(value is not None for values in scores for value in values):
            for arm, values in zip(("nothing", "single", "adapter"), scores, strict=True):
                add(group, arm, values)
    return columns_table(ages, columns, texts)


def _photograph_groups(use: AdapterUse) -> list[tuple[str, Callable[[str], bool]]]:
    """Return the groups of other photographs, with which belong to each; one group where training is unknown."""
    trained = _trained_on(use)
    if trained is None:
        return [("others", lambda _: True)]
    return [("unseen", lambda name: name not in trained), ("seen", lambda name: name in trained)]


def columns_table(
    ages: Sequence[float | None], columns: Sequence[tuple[str, list[float | None]]], texts: Texts
) -> Table:
    """Return a table of measures by target age, with the mean of each column.

    Args:
        ages: Target ages, one for each row.
        columns: Title and values of each column; the first three are differences in years.
        texts: Words.
    """
    differences = 3
    rows = [
        [
            text("–" if age is None else wording.age(age, texts), "strong"),
            *(
                _cell(values[row], texts, is_years=place < differences)
                for place, (_, values) in enumerate(columns)
            ),
        ]
        for row, age in enumerate(ages)
    ]
    means: list[Flowable] = [text(texts("arms.mean"), "strong")]
    for place, (_, values) in enumerate(columns):
        known = [each if place >= differences else abs(each) for each in values if each is not None]
        mean = sum(known) / len(known) if known else None
        shown = "–" if mean is None else wording.number(mean, texts, 1 if place < differences else 3)
        means.append(text(shown, "strong"))
    first = 19 * mm
    widths = [first, *[(LANDSCAPE_WIDTH - first) / len(columns)] * len(columns)]
    header = [texts("arms.col_target"), *(title for title, _ in columns)]
    return data_table(header, [*rows, means], widths, shaded_rows=[len(rows)])


def _cell(value: float | None, texts: Texts, *, is_years: bool) -> Flowable:
    if value is None:
        return text("–", "cell")
    return text(wording.signed(value, texts) if is_years else wording.score(value, texts), "cell")
