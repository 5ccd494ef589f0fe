"""What is printed of galleries: always as a lead, and never a derived face as a photograph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from forensic_app.cli.output import json_value, note, print_facts, print_table, say

if TYPE_CHECKING:
    from forensic_app.records import Gallery
    from forensic_app.workflows.gallery_ageing import Augmented
    from forensic_app.workflows.gallery_enrolment import Enrolled
    from forensic_app.workflows.gallery_search import Candidate, SearchResult

LEAD = (
    "A candidate list is a lead for an examiner. It identifies nobody: the person searched for may not be in the "
    "gallery, and somebody else may score higher."
)
DERIVED = (
    "A template marked DERIVED shows one possible appearance, made by the program. It is no photograph, and a "
    "score with it never counts as one with a photograph."
)
_WORDS = {
    "enrolled": "enrolled",
    "already": "enrolled before",
    "duplicate": "the same file under another name",
    "same_name": "remarks on subjects of one name",
    "several_faces": "with several faces",
    "no_face": "without a face",
    "unreadable": "unreadable",
    "malformed": "malformed",
}


def print_enrolled(gallery: Gallery, done: Enrolled) -> None:
    """Print how many lines came to what."""
    counts = {outcome.value: count for outcome, count in done.counts.items()}
    print_facts([(words, str(counts[outcome])) for outcome, words in _WORDS.items() if counts.get(outcome)])
    if done.attempts.lost:
        note(
            f"{done.attempts.lost:,} tasks were lost with their workers and given to others, the last because "
            f"{done.attempts.why}."
        )
    say(
        f"{counts.get('enrolled', 0):,} photographs were enrolled in {gallery.name}, in {done.batches:,} batches."
    )


def print_augmented(gallery: Gallery, done: Augmented) -> None:
    """Print what was added."""
    for face in done.not_found:
        note(f"{face}: the face was not found again in its photograph.")
    for face in done.too_young:
        note(f"{face}: the person is under 2 years old in the photograph; such faces are not aged.")
    for face in done.given_up:
        note(f"{face}: one worker after the other ended while it was worked on; memory may be short.")
    say(
        f"{done.made:,} derived templates of {done.photographs:,} photographs were added to {gallery.name}, in "
        f"{done.batches:,} batches; {done.already:,} were there before, {len(done.not_found):,} faces were not found "
        "again."
    )
    say("Derived templates show possible appearances; they never count as photographs.")


def print_galleries(found: Sequence[Mapping[str, Any]]) -> None:
    """Print one line for each gallery."""
    columns = ("Gallery", "Name", "Matcher", "Photographs", "Derived", "Removed", "Made")
    keys = ("gallery_id", "name", "analyser", "photographs", "derived", "removed", "created_at")
    print_table(columns, [[each[key] for key in keys] for each in found])


def print_gallery(answer: Mapping[str, Any]) -> None:
    """Print a gallery's facts, removals and, where asked for, faces."""
    print_facts(
        [
            ("Gallery", f"{answer['name']} ({answer['gallery_id']})"),
            ("Matcher", f"{answer['analyser']}: {answer['analyser_version']}"),
            ("Made", f"{answer['created_at']} by {answer['examiner']}"),
            ("Subjects", str(answer["subjects"])),
            ("Photographs", str(answer["photographs"])),
            ("Derived templates", str(answer["derived"])),
            ("Batches", str(len(answer["batches"]))),
            ("Removed faces", str(answer["removed"])),
        ]
    )
    for each in answer["removals"]:
        say(
            f"Removed by {each.examiner}: {len(each.faces)} faces of the subject {each.subject}. Reason: {each.reason}"
        )
    if "faces" in answer:
        print_table(
            ("Face", "Subject", "Name", "Born", "Template", "Age", "Photo date", "Source", "File"),
            [
                (
                    each["face"], each["subject"], each["name"], each["birth_date"],
                    _template(each["kind"]), _age(each["age"], each["age_origin"]), each["photo_date"],
                    each["source"], each["file_name"],
                )
                for each in answer["faces"]
            ],
        )  # fmt: skip


def print_candidates(found: SearchResult) -> None:
    """Print a candidate list with everything that is needed to judge it."""
    print_table(
        (
            "Rank",
            "Score",
            "Threshold",
            "Name",
            "Born",
            "Template",
            "Age",
            "Source",
            "Photograph's score",
            "Face",
        ),
        [_row(each) for each in found.candidates],
    )
    known = found.threshold
    above = sum(each.is_above_threshold for each in found.candidates)
    say(f"{len(found.candidates)} candidates, {above} at or above the threshold {known.value:.4f}.")
    if known.realised_fmr is None:
        say(
            "Nothing is known of the threshold: the gallery has no photographs of different people to compare."
        )
    else:
        say(
            f"At it the FMR is {known.realised_fmr:.4%} on {known.non_mated_count:,} comparisons of photographs of "
            f"different people in the gallery"
            + ("." if known.derived_fmr is None else f", {known.derived_fmr:.4%} with derived templates.")
        )
    if known.expected_false_candidates is not None:
        at_most = "at most " if known.is_upper_bound else ""
        say(
            f"Expected for somebody who is not in the gallery: {at_most}{known.expected_false_candidates:.3g} false "
            f"candidates among its {found.template_count:,} templates ({found.derived_count:,} derived)."
        )
    say(f"Matcher: {found.gallery.analyser}, {found.gallery.analyser_version}. {_index_words(found)}")
    if found.probe.kind == "derived_image":
        say("The probe itself is a derived image: one possible appearance, and no photograph.")
    if any(each.template == "derived" for each in found.candidates):
        say(DERIVED)
    say(LEAD)
    if not found.is_recorded:
        say("This search is not recorded.")
    else:
        say(
            f"Decide about a candidate: forensic-app gallery decide {found.gallery.gallery_id} {found.number} RANK "
            "lead|excluded|undecided --reason WHY."
        )


def search_value(found: SearchResult) -> dict[str, Any]:
    """Return a search as one JSON object."""
    known = found.threshold
    return {
        "gallery": found.gallery.name,
        "search": found.number,
        "probe": found.probe.facts,
        "candidates": json_value(found.candidates),
        "threshold": known.value,
        "target_fmr": known.target_fmr,
        "realised_fmr": known.realised_fmr,
        "derived_fmr": known.derived_fmr,
        "non_mated_count": known.non_mated_count,
        "expected_false_candidates": known.expected_false_candidates,
        "is_upper_bound": known.is_upper_bound,
        "matcher": found.matcher,
        "templates": found.template_count,
        "derived_templates": found.derived_count,
        "index": found.opened.kind,
        "recall_at_10": found.opened.recall_at_10,
        "is_recorded": found.is_recorded,
        "notes": [LEAD, DERIVED, *found.opened.remarks],
    }


def _row(each: Candidate) -> tuple[Any, ...]:
    return (
        each.rank,
        f"{each.score:.4f}",
        "above" if each.is_above_threshold else "below",
        each.name,
        each.birth_date,
        _template(each.template) + (f" ({each.pack})" if each.pack else ""),
        _age(each.age, each.age_origin),
        each.source,
        "" if each.photograph_score is None else f"{each.photograph_score:.4f}",
        each.face,
    )


def _template(kind: str) -> str:
    return "DERIVED" if kind == "derived" else kind


def _age(age: float | None, origin: str) -> str:
    return "" if age is None else f"{age:g} {origin}"


def _index_words(found: SearchResult) -> str:
    if found.opened.kind == "exact":
        return "Every template was compared."
    return (
        f"Templates were found by a graph, which finds {found.opened.recall_at_10:.1%} of the ten most alike as "
        "measured when it was made; the others are not listed."
    )
