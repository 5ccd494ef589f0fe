"""Gather what a report draws on the curve of real ageing: scores that a run recorded, and the years between."""

from __future__ import annotations

from collections.abc import Mapping

from forensic_app.measured import measures_of
from forensic_app.real_ageing import ageing_curve
from forensic_app.records import Exhibit, Run, RunStatus
from forensic_app.reports.ageing_content import AgeingPoint, AgeingSection
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.casebook_comparison import age_gap


def ageing_section(store: CaseStore, run: Run, exhibits: Mapping[str, Exhibit]) -> AgeingSection | None:
    """Return the scores of a run's exhibit with its subject's other photographs.

    ``None`` where the run recorded none, where no subject is stated, or where no curve belongs to its recogniser.

    Args:
        store: The casebook.
        run: The run; nothing is computed anew.
        exhibits: Exhibits of the case by identifier.
    """
    exhibit = exhibits[run.spec.exhibit_id]
    analyser = run.environment.get("analyser")
    if (
        run.status is not RunStatus.COMPLETED
        or exhibit.subject_id is None
        or not isinstance(analyser, Mapping)
    ):
        return None
    curve = ageing_curve(str(analyser.get("name")), analyser.get("weights_sha256") or {})
    scores = measures_of(run.control).scores_to_others
    if curve is None or not scores:
        return None
    subject = store.subject(exhibit.subject_id)
    return AgeingSection(
        exhibit.exhibit_number,
        tuple(
            AgeingPoint(
                exhibits[name].exhibit_number if name in exhibits else name,
                score,
                age_gap(exhibit, exhibits[name], subject) if name in exhibits else None,
            )
            for name, score in scores
        ),
        curve,
    )
