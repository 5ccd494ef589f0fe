"""Leads from a photograph in words, in the window's language: never a derived picture as better than the photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from ui.search.run_waiting import PAUSED, WAITING
from ui.search.words import lead_words, progress_words
from ui.wording import recorded_words

if TYPE_CHECKING:
    from forensic_app.workflows.gallery_search import Candidate
    from forensic_app.workflows.leads import Leads, StageSearch

NOT_LISTED = "–"


def stage_title(each: StageSearch) -> str:
    """Return what a search was made with, for the head of a column."""
    if each.target_age is None:
        return QCoreApplication.translate("LeadsWords", "Photograph\n{name}").format(name=each.name)
    text = (
        QCoreApplication.translate("LeadsWords", "Sketch at {age} years\n{name}")
        if each.stage.value == "sketch"
        else QCoreApplication.translate("LeadsWords", "Shown at {age} years\n{name}")
    )
    return text.format(age=_number(each.target_age, 0 if each.target_age.is_integer() else 1), name=each.name)


def candidate_words(each: Candidate | None) -> str:
    """Return rank and score of a candidate, and whether it is at or above the threshold."""
    if each is None:
        return NOT_LISTED
    text = (
        QCoreApplication.translate("LeadsWords", "{rank}.  {score}  above")
        if each.is_above_threshold
        else QCoreApplication.translate("LeadsWords", "{rank}.  {score}")
    )
    return text.format(rank=each.rank, score=_number(each.score, 3))


def evidence_words() -> str:
    """Return what the score of a derived picture does not say."""
    return QCoreApplication.translate(
        "LeadsWords",
        "The score of a derived image or of a sketch is no evidence of identity: the program made both from the "
        "photograph, and both may be like somebody else. Read the photograph's column first; who stands in another one "
        "alone is no better a lead for that.",
    )


def leads_sentences(done: Leads) -> tuple[str, ...]:
    """Return what is to be known of the table."""
    lines = [lead_words()]
    first = next((each.result for each in done.searches if each.result is not None), None)
    if first is not None:
        known = first.threshold
        if known.realised_fmr is None:
            text = QCoreApplication.translate(
                "LeadsWords", "Nothing is known of the threshold {threshold}: the gallery has too few people."
            ).format(threshold=_number(known.value, 3))
        else:
            text = QCoreApplication.translate(
                "LeadsWords",
                "“Above”: at or above the threshold {threshold}, at which {rate} of {comparisons} comparisons of "
                "photographs of different people in the gallery match (FMR). How often a derived image or a sketch of "
                "somebody else is above it is not known here.",
            ).format(
                threshold=_number(known.value, 3),
                rate=f"{QLocale().toString(100 * known.realised_fmr, 'g', 3)} %",
                comparisons=_number(known.non_mated_count, 0),
            )
        lines.append(text)
    lines += [
        QCoreApplication.translate("LeadsWords", "{title}: not searched with. {why}").format(
            title=stage_title(each).replace("\n", " "), why=recorded_words(each.why_not)
        )
        for each in done.searches
        if each.result is None
    ]
    return tuple(lines)


def end_words(done: Leads) -> tuple[str, str]:
    """Return how the work ended, and the tone of that."""
    if done.is_stopped:
        return (
            QCoreApplication.translate(
                "LeadsWords", "Stopped. What was done is recorded, and the same question goes on from there."
            ),
            "warning",
        )
    if done.failures:
        told = "; ".join(f"{run_id}: {recorded_words(why)}" for run_id, why in done.failures.items())
        return (
            QCoreApplication.translate(
                "LeadsWords", "Not every stage was reached: {told} What was done before is recorded."
            ).format(told=told),
            "warning",
        )
    return (
        QCoreApplication.translate("LeadsWords", "Every stage is on record as a run or a search of its own."),
        "good",
    )


def leads_progress_words(words: str) -> str:
    """Return words of the core on progress in the window's language."""
    of_runs = {
        WAITING: QCoreApplication.translate("LeadsWords", "Waiting in the queue"),
        PAUSED: QCoreApplication.translate("LeadsWords", "The queue is paused: let it go on, or stop"),
    }
    own = of_runs.get(words) or progress_words(words)
    return recorded_words(words) if own == words else own


def _number(value: float, digits: int) -> str:
    return QLocale().toString(float(value), "f", digits)
