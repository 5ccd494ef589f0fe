"""Comparisons within a casebook on the command line: with the subject's own photographs, and others'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forensic_app.cli.gallery_output import LEAD
from forensic_app.cli.output import json_value, note, print_table, say
from forensic_app.errors import ForensicAppError

if TYPE_CHECKING:
    from forensic_app.records import Exhibit
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.casebook_comparison import CasebookComparison, OwnComparison


def compared_with_own(store: CaseStore, exhibit: Exhibit) -> OwnComparison | None:
    """Return the comparison of a photograph with its subject's others, by the bundled recogniser.

    ``None`` where there is no other, before anything is loaded. What goes wrong is told and takes nothing back: the
    photograph was received.
    """
    from forensic_app.workflows.casebook_comparison import compare_with_own, other_photographs

    if not other_photographs(store, exhibit):
        return None
    from forensic_app.faces.registry import load_analyser

    try:
        return compare_with_own(store, exhibit.exhibit_id, load_analyser("dlib"))
    except ForensicAppError as error:
        note(
            f"Warning: the photograph was not compared with the subject's others: {error.message} {error.advice}"
        )
        return None


def tell_own_comparison(compared: OwnComparison | None) -> None:
    """Warn where a photograph disagrees with its subject's others."""
    from forensic_app.workflows.casebook_comparison import own_comparison_words

    if compared is not None and (words := own_comparison_words(compared)):
        note(f"Warning: {words}")


def own_comparison_value(compared: OwnComparison | None) -> dict[str, Any] | None:
    """Return a comparison as a JSON object, ``None`` where none was made."""
    if compared is None:
        return None
    return {
        "disagrees": compared.disagrees,
        "measured_on": compared.measured_on,
        "reason": compared.reason,
        "scores": [{**json_value(each), "is_unusual": each.is_unusual} for each in compared.scores],
    }


def print_lookalikes(found: CasebookComparison) -> None:
    """Print the faces that are most like a chosen one, with what is needed to judge the list."""
    known, expected = found.threshold, found.expected_false_candidates
    print_table(
        ("Rank", "Score", "Threshold", "Exhibit", "Case", "Subject", "Face"),
        [
            (
                rank,
                f"{each.score:.4f}",
                "not known" if known is None else "above" if each.is_above_threshold else "below",
                each.exhibit.exhibit_number,
                each.case_number,
                each.subject_name,
                f"{each.face_index + 1} of {each.face_count}",
            )
            for rank, each in enumerate(found.found, start=1)
        ],
    )
    say(f"{found.faces} faces in {found.photographs} photographs of other subjects were compared.")
    if known is None or expected is None:
        say("No threshold is known for this recogniser: read the order of the faces, and no more.")
    else:
        say(
            f"The threshold {known.value:.4f} has an FMR of {known.fmr:.2%} on {known.non_mated_count:,} comparisons "
            f"of other people ({known.data}), not of this casebook's; {expected:.3g} false candidates are "
            "to be expected by chance."
        )
    for each in found.left_out:
        note(f"Not compared: {each}.")
    say(f"Recogniser: {found.matcher}.")
    say(LEAD)
    if not found.is_recorded:
        say("This comparison is not recorded.")


def lookalikes_value(found: CasebookComparison) -> dict[str, Any]:
    """Return a comparison within the casebook as one JSON object."""
    return {
        "probe": found.probe.facts,
        "candidates": [
            {
                "rank": rank,
                "score": each.score,
                "is_above_threshold": each.is_above_threshold,
                "exhibit_id": each.exhibit.exhibit_id,
                "exhibit_number": each.exhibit.exhibit_number,
                "case_number": each.case_number,
                "subject": each.subject_name,
                "face_index": each.face_index,
                "face_count": each.face_count,
            }
            for rank, each in enumerate(found.found, start=1)
        ],
        "threshold": None if found.threshold is None else json_value(found.threshold),
        "expected_false_candidates": found.expected_false_candidates,
        "faces": found.faces,
        "photographs": found.photographs,
        "left_out": list(found.left_out),
        "matcher": found.matcher,
        "is_recorded": found.is_recorded,
        "notes": [LEAD],
    }
