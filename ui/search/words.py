"""A search in words, in the window's language: always as a lead, and never a derived face as a photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from ui.wording import recorded_words, time_words

if TYPE_CHECKING:
    from forensic_app.records import Gallery
    from forensic_app.searches import CandidateDecision, RecordedSearch
    from forensic_app.workflows.casebook_comparison import CasebookComparison, Lookalike
    from forensic_app.workflows.gallery_decisions import KnownCandidate

CandidateFacts = tuple[tuple[str, str], ...]


def verdict_words(verdict: str) -> str:
    """Return what was decided about a candidate, in words."""
    return {
        "lead": QCoreApplication.translate("SearchWords", "Lead"),
        "excluded": QCoreApplication.translate("SearchWords", "Excluded"),
        "undecided": QCoreApplication.translate("SearchWords", "Undecided"),
    }[verdict]


def verdict_tone(verdict: str) -> str:
    """Return the tone of a decision, see :func:`ui.widgets.basics.pill`."""
    return {"lead": "accent", "excluded": "neutral", "undecided": "warning"}[verdict]


def decision_words(made: CandidateDecision | None) -> str:
    """Return a decision with its reason and who made it."""
    if made is None:
        return QCoreApplication.translate("SearchWords", "Nobody has decided yet.")
    return f"{made.reason} · {made.examiner}, {time_words(made.decided_at)}"


def score_words(score: float, threshold: float | None, is_above: bool | None) -> str:
    """Return a score against its threshold."""
    if threshold is None or is_above is None:
        return QCoreApplication.translate("SearchWords", "Score {score}; no threshold is known").format(
            score=_number(score, 3)
        )
    text = (
        QCoreApplication.translate("SearchWords", "Score {score}, at or above the threshold {threshold}")
        if is_above
        else QCoreApplication.translate("SearchWords", "Score {score}, below the threshold {threshold}")
    )
    return text.format(score=_number(score, 3), threshold=_number(threshold, 3))


def progress_words(words: str) -> str:
    """Return words of the core on progress in the window's language; unknown ones as they are."""
    return {
        "Comparing photographs of different people": QCoreApplication.translate(
            "SearchWords", "Setting the threshold"
        ),
        "Looking for the face": QCoreApplication.translate("SearchWords", "Looking for the face"),
        "Comparing the candidates": QCoreApplication.translate("SearchWords", "Comparing the candidates"),
        "Comparing photographs": QCoreApplication.translate("SearchWords", "Comparing photographs"),
        "Recording the search": QCoreApplication.translate("SearchWords", "Recording the search"),
        "Recording the comparison": QCoreApplication.translate("SearchWords", "Recording the comparison"),
        "Making the graph of the gallery": QCoreApplication.translate(
            "SearchWords", "Making the graph of the gallery"
        ),
        "Measuring the graph": QCoreApplication.translate("SearchWords", "Measuring the graph"),
    }.get(words, words)


def template_words(candidate: KnownCandidate) -> str:
    """Return what a template was made of."""
    face = candidate.face
    if candidate.found.template != "derived":
        return QCoreApplication.translate("SearchWords", "Photograph") + _age(face.age, face.age_origin)
    return QCoreApplication.translate(
        "SearchWords", "Derived template at {age} years: one possible appearance, no photograph"
    ).format(age=_number(face.age or 0.0, 0))


def photograph_words(candidate: KnownCandidate) -> CandidateFacts:
    """Return the facts of a candidate of a gallery."""
    face, found = candidate.face, candidate.found
    rows = [
        (QCoreApplication.translate("SearchWords", "Born"), face.birth_date),
        (QCoreApplication.translate("SearchWords", "Photograph of"), face.photo_date),
        (QCoreApplication.translate("SearchWords", "Source"), face.source),
        (QCoreApplication.translate("SearchWords", "File"), face.file_name),
        (QCoreApplication.translate("SearchWords", "Face"), found.face),
    ]
    derivation = face.derivation
    if derivation is not None:
        score = (
            QCoreApplication.translate("SearchWords", "not recorded")
            if found.photograph_score is None
            else _number(found.photograph_score, 3)
        )
        rows += [
            (
                QCoreApplication.translate("SearchWords", "Made of"),
                QCoreApplication.translate(
                    "SearchWords", "the photograph shown, at {age} years, by the pack {pack} {version}"
                ).format(
                    age=_number(derivation.source_age, 0),
                    pack=derivation.pack_name,
                    version=derivation.pack_version,
                ),
            ),
            (QCoreApplication.translate("SearchWords", "The photograph's own score"), score),
        ]
    return tuple((name, value) for name, value in rows if value)


def exhibit_template(each: Lookalike) -> str:
    """Return what a face of the casebook is."""
    text = QCoreApplication.translate("SearchWords", "Photograph")
    text += _age(each.exhibit.age_at_photo, "stated")
    if each.face_count > 1:
        text += " · " + QCoreApplication.translate("SearchWords", "face {number} of {count}").format(
            number=each.face_index + 1, count=each.face_count
        )
    return text


def exhibit_facts(each: Lookalike) -> CandidateFacts:
    """Return the facts of a face of the casebook."""
    rows = (
        (QCoreApplication.translate("SearchWords", "Case"), each.case_number),
        (QCoreApplication.translate("SearchWords", "Exhibit"), each.exhibit.exhibit_number),
        (QCoreApplication.translate("SearchWords", "Photograph of"), each.exhibit.photo_date),
        (QCoreApplication.translate("SearchWords", "Source"), each.exhibit.source),
        (QCoreApplication.translate("SearchWords", "File"), each.exhibit.original_name),
    )
    return tuple((name, value) for name, value in rows if value)


def gallery_sentences(gallery: Gallery, search: RecordedSearch, *, has_derived: bool) -> tuple[str, ...]:
    """Return what is to be known of a search of a gallery, the most important first."""
    expected, rate = search.number("expected_false_candidates"), search.number("realised_fmr")
    lines = [lead_words()]
    counted = QCoreApplication.translate(
        "SearchWords", "{above} of {count} candidates are at or above the threshold {threshold}."
    ).format(above=search.above_count, count=len(search.candidates), threshold=_number(search.threshold, 3))
    if rate is None:
        counted += " " + QCoreApplication.translate(
            "SearchWords",
            "Nothing is known of this threshold: it was given, and the gallery has too few people.",
        )
    else:
        counted += " " + QCoreApplication.translate(
            "SearchWords",
            "At it {rate} of {comparisons} comparisons of different people in the gallery match (FMR).",
        ).format(rate=_percent(rate), comparisons=_number(search.number("non_mated_count") or 0, 0))
    lines.append(counted)
    if expected is not None:
        text = (
            QCoreApplication.translate(
                "SearchWords",
                "For somebody who is not in the gallery up to {expected} false candidates are to be expected among its "
                "{templates} templates.",
            )
            if search.details.get("is_upper_bound")
            else QCoreApplication.translate(
                "SearchWords",
                "For somebody who is not in the gallery {expected} false candidates are to be expected among its "
                "{templates} templates.",
            )
        )
        lines.append(
            text.format(expected=_expected(expected), templates=_number(search.number("templates") or 0, 0))
        )
    if has_derived or search.probe["kind"] == "derived_image":
        lines.append(derived_words())
    if not search.sequence:
        lines.append(unrecorded_words())
    lines.append(
        QCoreApplication.translate("SearchWords", "Matcher: {name}, {version}.").format(
            name=gallery.analyser, version=gallery.analyser_version
        )
    )
    return tuple(lines)


def casebook_sentences(result: CasebookComparison) -> tuple[str, ...]:
    """Return what is to be known of a comparison within the casebook."""
    lines = [lead_words()]
    known, expected = result.threshold, result.expected_false_candidates
    compared = QCoreApplication.translate(
        "SearchWords", "{faces} faces in {photographs} photographs of other subjects were compared."
    ).format(faces=result.faces, photographs=result.photographs)
    if known is None or expected is None:
        compared += " " + QCoreApplication.translate(
            "SearchWords",
            "No threshold is known for this recogniser: read the order of the faces, and no more.",
        )
    else:
        compared += " " + QCoreApplication.translate(
            "SearchWords",
            "The threshold {threshold} has an FMR of {rate} on {comparisons} comparisons of other people ({data}), not "
            "of this casebook's; {expected} false candidates are to be expected by chance.",
        ).format(
            threshold=_number(known.value, 3),
            rate=_percent(known.fmr),
            comparisons=_number(known.non_mated_count, 0),
            data=known.data,
            expected=_expected(expected),
        )
    lines.append(compared)
    if result.left_out:
        lines.append(
            QCoreApplication.translate("SearchWords", "Not compared: {photographs}.").format(
                photographs="; ".join(result.left_out)
            )
        )
    if result.probe.kind == "derived_image":
        lines.append(derived_words())
    if not result.is_recorded:
        lines.append(unrecorded_words())
    lines.append(QCoreApplication.translate("SearchWords", "Recogniser: {name}.").format(name=result.matcher))
    return tuple(lines)


def lead_words() -> str:
    """Return what a list of candidates is and is not."""
    return QCoreApplication.translate(
        "SearchWords",
        "A candidate is a lead for an examiner and identifies nobody: the person may not be among these faces, and "
        "somebody else may score higher.",
    )


def derived_words() -> str:
    """Return what is known of derived faces in a search."""
    return QCoreApplication.translate(
        "SearchWords",
        "A derived face shows one possible appearance. Measured, it finds a person less often than the photograph "
        "does. Its candidates are leads at most, and its score is no evidence.",
    )


def unrecorded_words() -> str:
    """Return that a search is on no record."""
    return QCoreApplication.translate(
        "SearchWords",
        "The casebook is open for reading only: this search is not recorded, and cannot be decided on.",
    )


def _age(age: float | None, origin: str) -> str:
    if age is None:
        return ""
    text = (
        QCoreApplication.translate("SearchWords", "{age} years (estimated)")
        if origin == "estimated"
        else QCoreApplication.translate("SearchWords", "{age} years")
    )
    return " · " + text.format(age=_number(age, 0))


def reason_words(words: str) -> str:
    """Return why a photograph was not enrolled; an error's sentence comes without its end."""
    told = recorded_words(words)
    return recorded_words(f"{words}.").removesuffix(".") if told == words else told


def _number(value: float, digits: int) -> str:
    return QLocale().toString(float(value), "f", digits)


def _expected(value: float) -> str:
    return _number(value, 0 if value >= 10 else 1 if value >= 1 else 3)


def _percent(rate: float) -> str:
    return f"{QLocale().toString(100 * rate, 'g', 3)} %"
