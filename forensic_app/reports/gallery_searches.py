"""Searches of galleries: what was compared, how many false candidates to expect, the candidates and the decisions."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from forensic_app.measured import Rows
from forensic_app.reports import wording
from forensic_app.reports.content import ReportContent
from forensic_app.reports.layout import (
    PORTRAIT_WIDTH,
    Heading,
    PictureBox,
    boxed,
    data_table,
    facts_table,
    plain_table,
    text,
)
from forensic_app.reports.run_content import Picture
from forensic_app.reports.search_content import CandidateSection, SearchSection
from forensic_app.reports.texts import Texts

_FACE = 20 * mm
_PROBE_COLUMN = 38 * mm
_WIDTHS = (11 * mm, 23 * mm, 38 * mm, 35 * mm, 24 * mm)


def searches_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the searches of galleries that were made with the case's pictures."""
    if not content.searches:
        return [text(texts("searches.none"))]
    box = boxed(
        [
            text(texts("searches.lead_head"), "strong"),
            *(text(each) for each in texts.paragraphs("searches.lead")),
        ],
        width=PORTRAIT_WIDTH,
    )
    blocks: list[Flowable] = [box, Spacer(0, 2 * mm)]
    for search in content.searches:
        blocks += _search(search, texts)
    return blocks


def _search(search: SearchSection, texts: Texts) -> list[Flowable]:
    record = search.record
    title = texts(
        "searches.title", number=record.sequence, probe=search.probe_words, gallery=search.gallery.name
    )
    blocks: list[Flowable] = [Heading(title, 1), _facts(search, texts)]
    if search.has_derived:
        blocks += [
            Spacer(0, 2 * mm),
            boxed(
                [
                    text(texts("searches.derived_head"), "warning_head"),
                    text(texts("searches.derived"), "warning"),
                ],
                width=PORTRAIT_WIDTH,
                is_warning=True,
            ),
        ]
    blocks.append(Spacer(0, 2 * mm))
    if search.candidates:
        names = ("rank", "face", "who", "template", "score", "decision")
        header = [texts(f"searches.col_{name}") for name in names]
        rows = [_row(each, search, texts) for each in search.candidates]
        blocks.append(data_table(header, rows, [*_WIDTHS, PORTRAIT_WIDTH - sum(_WIDTHS)]))
    else:
        blocks.append(text(texts("searches.no_candidates")))
    if search.omitted:
        blocks.append(text(wording.counted(search.omitted, "searches.omitted", texts), "small"))
    blocks.append(
        text(texts("searches.counts", above=record.above_count, count=len(record.candidates)), "small")
    )
    return [*blocks, Spacer(0, 3 * mm)]


def _facts(search: SearchSection, texts: Texts) -> Table:
    rows = _rows(search, texts)
    if search.probe_picture is None:
        return facts_table(rows, width=PORTRAIT_WIDTH, label_width=40 * mm)
    width = PORTRAIT_WIDTH - _PROBE_COLUMN
    table = facts_table(rows, width=width, label_width=34 * mm)
    return plain_table(
        [[_boxed_face(search.probe_picture, _PROBE_COLUMN - 4 * mm), table]], [_PROBE_COLUMN, width]
    )


def _rows(search: SearchSection, texts: Texts) -> Rows:
    record, gallery = search.record, search.gallery
    unknown = texts("common.not_recorded")
    expected, rate = record.number("expected_false_candidates"), record.number("realised_fmr")
    target, derived_rate = record.number("target_fmr"), record.number("derived_fmr")
    probe = texts(
        "searches.probe_derived" if record.probe["kind"] == "derived_image" else "searches.probe_photo",
        probe=search.probe_words,
        number=int(record.probe["face_index"]) + 1,
        count=int(record.probe["face_count"]),
    )
    known = texts("searches.fmr_unknown")
    if rate is not None:
        known = texts(
            "searches.fmr_text",
            rate=_percent(rate, texts),
            comparisons=wording.count(int(record.number("non_mated_count") or 0), texts),
            target=texts("searches.given")
            if target is None
            else texts("searches.target", rate=_percent(target, texts)),
        )
        if derived_rate is not None:
            known += " " + texts("searches.fmr_derived", rate=_percent(derived_rate, texts))
    bound = "searches.expected_bound" if record.details.get("is_upper_bound") else "searches.expected_text"
    rows = [
        (texts("searches.searched"), f"{wording.utc(record.searched_at, texts)}, {record.examiner}"),
        (texts("searches.probe"), probe),
        (texts("searches.probe_digest"), str(record.probe["sha256"])),
        (
            texts("searches.gallery"),
            texts(
                "searches.gallery_text",
                name=gallery.name,
                id=gallery.gallery_id,
                templates=wording.count(int(record.number("templates") or 0), texts),
                derived=wording.count(int(record.number("derived_templates") or 0), texts),
            ),
        ),
        (texts("searches.matcher"), f"{gallery.analyser}: {gallery.analyser_version}"),
        (texts("searches.threshold"), wording.score(record.threshold, texts)),
        (texts("searches.fmr"), known),
        (
            texts("searches.expected"),
            unknown if expected is None else texts(bound, expected=texts.numeral(f"{expected:.3g}")),
        ),
        (texts("searches.index"), _index_words(search, texts)),
    ]
    return tuple(rows)


def _index_words(search: SearchSection, texts: Texts) -> str:
    recall = search.record.number("recall_at_10")
    if search.record.details.get("index") == "exact" or recall is None:
        return texts("searches.exact")
    return texts("searches.graph", recall=_percent(recall, texts))


def _row(candidate: CandidateSection, search: SearchSection, texts: Texts) -> list[Flowable]:
    face, found, made = candidate.face, candidate.found, candidate.decision
    who = [face.name]
    who += [texts("searches.born", date=texts.day(face.birth_date))] if face.birth_date else []
    who += [texts("searches.source", source=wording.shortened(face.source, 80))] if face.source else []
    picture: Flowable = text(texts("searches.no_picture"), "cell")
    if candidate.picture is not None:
        picture = _boxed_face(candidate.picture, _FACE)
    decision = texts("searches.undecided_yet")
    if made is not None:
        decision = "\n".join(
            (
                texts(f"searches.verdict_{made.verdict.value}"),
                made.reason,
                f"{made.examiner}, {wording.utc(made.decided_at, texts)}",
            )
        )
    return [
        text(str(found.rank), "strong"),
        picture,
        text("\n".join((*map(wording.one_line, who), found.face)), "cell"),
        text(_template(candidate, texts), "cell"),
        text(wording.scored(found.score, search.record.threshold, texts), "cell"),
        text(decision, "cell"),
    ]


def _template(candidate: CandidateSection, texts: Texts) -> str:
    face, found, derivation = candidate.face, candidate.found, candidate.face.derivation
    if derivation is None:
        if face.age is None:
            return texts("searches.photo")
        origin = "searches.photo_estimated" if face.age_origin == "estimated" else "searches.photo_stated"
        return texts(origin, age=wording.age(face.age, texts))
    own = found.photograph_score
    return texts(
        "searches.derived_template",
        age=wording.age(face.age or 0.0, texts),
        source_age=wording.age(derivation.source_age, texts),
        pack=f"{derivation.pack_name} {derivation.pack_version}",
        score=texts("common.not_recorded") if own is None else wording.score(own, texts),
    )


def _boxed_face(picture: Picture, side: float) -> PictureBox:
    return PictureBox(picture, points_per_px=min(side / picture.width_px, side / picture.height_px))


def _percent(rate: float, texts: Texts) -> str:
    return texts.numeral(f"{100 * rate:.3g} %")
