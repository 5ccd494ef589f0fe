"""What is printed of recorded searches and of the decisions on their candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forensic_app.cli.gallery_output import DERIVED, LEAD
from forensic_app.cli.output import json_value, print_facts, print_table, say

if TYPE_CHECKING:
    from forensic_app.searches import CandidateDecision, RecordedSearch
    from forensic_app.workflows.gallery_decisions import KnownCandidate


def recorded_value(search: RecordedSearch) -> dict[str, Any]:
    """Return a recorded search as one JSON object."""
    return {
        "search": search.sequence,
        "gallery": search.gallery,
        "searched_at": json_value(search.searched_at),
        "examiner": search.examiner,
        "case_id": search.case_id,
        "probe": json_value(dict(search.probe)),
        "threshold": search.threshold,
        **{
            name: search.details.get(name)
            for name in ("target_fmr", "realised_fmr", "derived_fmr", "non_mated_count",
                         "expected_false_candidates", "is_upper_bound", "templates", "derived_templates")
        },
        "candidate_count": len(search.candidates),
        "above_threshold": search.above_count,
        "decisions": json_value(list(search.decisions.values())),
    }  # fmt: skip


def known_value(candidates: Sequence[KnownCandidate]) -> list[dict[str, Any]]:
    """Return candidates as JSON objects, each with its decision or ``null``."""
    return [
        {
            **json_value(each.found),
            "is_above_threshold": each.is_above_threshold,
            "name": each.face.name,
            "birth_date": each.face.birth_date,
            "source": each.face.source,
            "age": each.face.age,
            "age_origin": each.face.age_origin,
            "decision": None if each.decision is None else json_value(each.decision),
        }
        for each in candidates
    ]


def print_searches(found: Sequence[RecordedSearch]) -> None:
    """Print one line for each search."""
    columns = ("Search", "When", "Examiner", "Probe", "Candidates", "Above", "Leads", "Excluded", "Undecided")
    print_table(columns, [_line(each) for each in found])


def print_search(search: RecordedSearch, candidates: Sequence[KnownCandidate]) -> None:
    """Print one search with its candidates and the decisions on them."""
    expected = search.number("expected_false_candidates")
    bound = "at most " if search.details.get("is_upper_bound") else ""
    print_facts(
        [
            ("Search", f"{search.sequence}, {search.searched_at} by {search.examiner}"),
            ("Probe", f"{search.probe['kind']} {search.probe['name']}"),
            ("Threshold", f"{search.threshold:.4f}"),
            ("False candidates to expect", "not known" if expected is None else f"{bound}{expected:.3g}"),
        ]
    )
    print_table(
        ("Rank", "Score", "Threshold", "Name", "Template", "Face", "Decision", "Reason", "By"),
        [
            (
                each.found.rank,
                f"{each.found.score:.4f}",
                "above" if each.is_above_threshold else "below",
                each.face.name,
                "DERIVED" if each.found.template == "derived" else each.found.template,
                each.found.face,
                *_decision(each.decision),
            )
            for each in candidates
        ],
    )
    if any(each.found.template == "derived" for each in candidates):
        say(DERIVED)
    say(LEAD)


def _line(search: RecordedSearch) -> tuple[Any, ...]:
    verdicts = [each.verdict.value for each in search.decisions.values()]
    return (
        search.sequence,
        search.searched_at,
        search.examiner,
        search.probe["name"],
        len(search.candidates),
        search.above_count,
        *(verdicts.count(verdict) for verdict in ("lead", "excluded", "undecided")),
    )


def _decision(made: CandidateDecision | None) -> tuple[str, str, str]:
    return ("none yet", "", "") if made is None else (made.verdict.value, made.reason, made.examiner)
