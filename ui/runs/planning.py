"""From what the form of a new run holds to a specification; plain functions beside the event loop.

Rules:
    * A personalisation is planned on its photographs together, every other run on one picture.
    * Nothing here imports Qt: :func:`review_photographs` is called in another process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.engines import registry
from forensic_app.records import Exhibit, Run, RunSpec, Subject, SubjectAdapter

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.relatives import OfferedRelative


@dataclass(frozen=True, slots=True)
class RunChoice:
    """What an examiner chose.

    Attributes:
        engine: Registry name.
        pack: Name of the model pack.
        parameters: Values as entered.
        exhibit_id: The exhibit worked on.
        subject_id: Its subject, if stated.
        analyser: Name of the face analyser.
        face_index: Which face, 0 = largest.
        source_id: The derived image worked on in place of the exhibit; empty for the exhibit.
        photographs: Identifiers of the exhibits that a personalisation learns from.
    """

    engine: str
    pack: str
    parameters: Mapping[str, Any]
    exhibit_id: str
    subject_id: str | None
    analyser: str
    face_index: int
    source_id: str = ""
    photographs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotographReview:
    """What :func:`review_photographs` is to look at: a casebook's folder, who looks, the planned run."""

    folder: Path
    examiner: str
    spec: RunSpec


def planned(store: CaseStore, choice: RunChoice) -> RunSpec:
    """Return the specification of what was chosen; nothing is recorded yet.

    Raises:
        ForensicAppError: What :func:`forensic_app.workflows.execution.plan_run` or
            :func:`forensic_app.workflows.personalisation.plan_personalisation` refuse.
    """
    from forensic_app.workflows.execution import plan_run
    from forensic_app.workflows.personalisation import plan_personalisation
    from forensic_app.workflows.run_input import derived_source

    if registry.descriptor(choice.engine).is_learning:
        return plan_personalisation(
            store,
            subject=choice.subject_id or "",
            pack=choice.pack,
            parameters=choice.parameters,
            exhibits=choice.photographs,
            engine=choice.engine,
        )
    return plan_run(
        store,
        engine=choice.engine,
        exhibit=choice.exhibit_id,
        parameters=choice.parameters,
        pack=choice.pack,
        analyser=choice.analyser,
        face_index=choice.face_index,
        source=derived_source(store, choice.engine, choice.source_id) if choice.source_id else None,
    )


def review_photographs(review: PhotographReview) -> list[str]:
    """Return what is to be known about the photographs of a personalisation before it is queued.

    Raises:
        ForensicAppError: The photographs cannot be learned from, or one was altered.
    """
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows import personalisation as workflow

    with CaseStore.open(review.folder, examiner=review.examiner, read_only=True) as store:
        return workflow.review_photographs(store, review.spec)


def subject_records(
    store: CaseStore, exhibit: Exhibit
) -> tuple[Subject, list[SubjectAdapter], list[Exhibit], list[OfferedRelative]]:
    """Return the subject of an exhibit with its adapters, its photographs (that exhibit first) and its relatives'."""
    from forensic_app.workflows.relatives import offered_relatives

    subject = store.subject(exhibit.subject_id or "")
    own = [each for each in store.exhibits(exhibit.case_id) if each.subject_id == subject.subject_id]
    first_first = sorted(own, key=lambda each: each.exhibit_id != exhibit.exhibit_id)
    adapters = store.adapters(subject_id=subject.subject_id)
    return subject, adapters, first_first, offered_relatives(store, exhibit)


def queued_runs(store: CaseStore, spec: RunSpec, *, device: str) -> list[Run]:
    """Record a run as queued, and its control arm where it has one; return them in this order."""
    from forensic_app.workflows.control_arms import queue_with_control

    return [run for run in queue_with_control(store, spec, device=device) if run is not None]
