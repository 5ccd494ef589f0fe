"""Gather what a report draws on the curve of real ageing: scores that a run recorded, and the years between."""

from __future__ import annotations

from collections.abc import Mapping

from forensic_app.measured import measures_of
from forensic_app.real_ageing import ageing_curve
from forensic_app.records import Exhibit, Run, RunStatus, Subject
from forensic_app.reports.ageing_content import AgeingPoint, AgeingSection
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.casebook_comparison import age_gap


def ageing_sections(store: CaseStore, run: Run, exhibits: Mapping[str, Exhibit]) -> tuple[AgeingSection, ...]:
    """Return the scores of a run's exhibit with its subject's other photographs, by each of its recognisers.

    A recogniser whose scores were not recorded, or that no curve belongs to, is left out.

    Args:
        store: The casebook.
        run: The run; nothing is computed anew.
        exhibits: Exhibits of the case by identifier.
    """
    exhibit = exhibits[run.spec.exhibit_id]
    if run.status is not RunStatus.COMPLETED or exhibit.subject_id is None:
        return ()
    measured = measures_of(run.control)
    subject = store.subject(exhibit.subject_id)
    recorded = [("analyser", measured.scores_to_others)]
    recorded += [("second_analyser", measured.second.scores_to_others)] if measured.second is not None else []
    sections = []
    for name, scores in recorded:
        analyser = run.environment.get(name)
        if not scores or not isinstance(analyser, Mapping):
            continue
        curve = ageing_curve(str(analyser.get("name")), analyser.get("weights_sha256") or {})
        if curve is not None:
            points = tuple(_point(exhibit, exhibits, subject, *each) for each in scores)
            sections.append(AgeingSection(exhibit.exhibit_number, points, curve))
    return tuple(sections)


def _point(
    exhibit: Exhibit, exhibits: Mapping[str, Exhibit], subject: Subject, name: str, score: float
) -> AgeingPoint:
    other = exhibits.get(name)
    if other is None:
        return AgeingPoint(name, score, None)
    return AgeingPoint(other.exhibit_number, score, age_gap(exhibit, other, subject))
