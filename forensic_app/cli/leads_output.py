"""What is printed of leads: one table, the photograph's search first, and what no score of a picture says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forensic_app.cli.gallery_output import DERIVED, LEAD, search_value
from forensic_app.cli.output import json_value, print_facts, print_table, say

if TYPE_CHECKING:
    from forensic_app.workflows.gallery_search import Candidate
    from forensic_app.workflows.leads import Lead, Leads, StageSearch

NO_EVIDENCE = (
    "The score of a derived image or of a sketch is no evidence of identity: both are made from the photograph by the "
    "program, and may be like somebody else. Read the photograph's score first; a candidate that only a derived image "
    "or a sketch lists is no better a lead for that."
)
UNKNOWN_FMR = (
    "how often a derived image or a sketch of somebody else is above the threshold is not known here."
)
NOT_LISTED = "-"


def print_leads(done: Leads) -> None:
    """Print what was asked for, the candidates by stage, the thresholds, and what all of it does not say."""
    asked = done.plan.asked
    print_facts(
        [
            ("Photograph", done.plan.ageing.exhibit_id),
            ("Gallery", f"{done.plan.gallery.name} ({done.plan.gallery.gallery_id})"),
            ("Runs", ", ".join(f"{run.run_id} {run.status}" for run in done.runs)),
            ("Searches", ", ".join(_numbered(each) for each in done.searches if each.result is not None)),
        ]
    )
    print_table(
        ("Name", "Born", *(_title(each) for each in done.searches), "Face"),
        [_row(done, lead) for lead in done.leads()],
    )
    say(
        f'Each cell: rank and score; "*" at or above that search\'s threshold; "{NOT_LISTED}" not among its first '
        f"{asked.top} candidates."
    )
    for each in done.searches:
        say(f"{_title(each)}: {_threshold_words(each)}")
    matcher = done.plan.gallery
    say(
        f"Matcher: {matcher.analyser}, {matcher.analyser_version}. The FMR is that of photographs: {UNKNOWN_FMR}"
    )
    for sentence in _notes(done):
        say(sentence)
    numbers = [each.result.number for each in done.searches if each.result is not None]
    if numbers:
        say(
            f"Decide about a candidate of a search: forensic-app gallery decide {matcher.gallery_id} {numbers[0]} RANK "
            "lead|excluded|undecided --reason WHY."
        )


def leads_value(done: Leads) -> dict[str, Any]:
    """Return leads as one JSON object."""
    return {
        "exhibit_id": done.plan.ageing.exhibit_id,
        "gallery": done.plan.gallery.name,
        "target_ages": list(done.plan.asked.target_ages),
        "is_complete": done.is_complete,
        "is_stopped": done.is_stopped,
        "runs": [
            {
                "run_id": run.run_id,
                "engine": run.spec.engine,
                "status": run.status.value,
                "source": run.spec.source_derived_image_id or run.spec.exhibit_id,
                "failure": run.failure,
            }
            for run in done.runs
        ],
        "searches": [
            {
                "stage": each.stage.value,
                "name": each.name,
                "target_age": each.target_age,
                "run_id": each.run_id,
                "why_not": each.why_not,
                **({"search": None} if each.result is None else search_value(each.result)),
            }
            for each in done.searches
        ],
        "leads": [
            {
                "subject": lead.candidate.subject,
                "name": lead.candidate.name,
                "birth_date": lead.candidate.birth_date,
                "scores": {name: json_value(_place(each)) for name, each in lead.found.items()},
            }
            for lead in done.leads()
        ],
        "notes": _notes(done),
    }


def _notes(done: Leads) -> list[str]:
    has_derived = any(
        each.template == "derived"
        for search in done.searches
        if search.result is not None
        for each in search.result.candidates
    )
    return [NO_EVIDENCE, *([DERIVED] if has_derived else []), LEAD]


def _place(each: Candidate) -> dict[str, Any]:
    return {
        "rank": each.rank,
        "score": each.score,
        "is_above_threshold": each.is_above_threshold,
        "template": each.template,
    }


def _title(each: StageSearch) -> str:
    if each.target_age is None:
        return f"Photograph {each.name}"
    words = "Sketch at" if each.stage.value == "sketch" else "Derived at"
    return f"{words} {each.target_age:g} {each.name}"


def _numbered(each: StageSearch) -> str:
    number = each.result.number if each.result is not None else None
    return f"{number} ({each.name})"


def _row(done: Leads, lead: Lead) -> tuple[Any, ...]:
    return (
        lead.candidate.name,
        lead.candidate.birth_date,
        *(_cell(lead.found.get(each.name)) for each in done.searches),
        lead.candidate.face,
    )


def _cell(each: Candidate | None) -> str:
    if each is None:
        return NOT_LISTED
    mark = " *" if each.is_above_threshold else ""
    kind = " DERIVED template" if each.template == "derived" else ""
    return f"{each.rank}. {each.score:.4f}{mark}{kind}"


def _threshold_words(each: StageSearch) -> str:
    if each.result is None:
        return f"not searched with: {each.why_not}"
    known = each.result.threshold
    words = f"threshold {known.value:.4f}"
    if known.realised_fmr is None:
        return (
            f"{words}; nothing is known of it: the gallery has no photographs of different people to compare."
        )
    words += f", FMR {known.realised_fmr:.4%} on {known.non_mated_count:,} comparisons of photographs"
    if known.derived_fmr is not None:
        words += f", {known.derived_fmr:.4%} with derived templates"
    if known.expected_false_candidates is not None:
        at_most = "at most " if known.is_upper_bound else ""
        words += f"; {at_most}{known.expected_false_candidates:.3g} false candidates expected by chance"
    return words + "."
