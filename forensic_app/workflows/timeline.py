"""A person's life in pictures: photographs and accepted derived images in the order of the ages that they show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from forensic_app.life_dates import Contradiction, ContradictionKind, contradictions, known_age
from forensic_app.records import Case, CaseStatus, Exhibit, ImageRole, Run, RunStatus, Subject
from forensic_app.store.case_store import CaseStore

ABOUT_AGES = frozenset(
    {
        ContradictionKind.TAKEN_BEFORE_BIRTH,
        ContradictionKind.TAKEN_LATER,
        ContradictionKind.AGE_AGAINST_DATES,
        ContradictionKind.OLDER_THAN_TODAY,
        ContradictionKind.AGES_AGAINST_EACH_OTHER,
    }
)
"""Contradictions that make the place of a photograph in the row doubtful."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture of the row.

    Attributes:
        name: Number of the exhibit, or identifier of the derived image.
        sha256: The picture's file in the vault.
        age: In years; ``None`` where it is not known.
        is_derived: Whether it is a derived image, which shows one possible appearance.
        is_computed: Whether the age was not stated and follows from dates.
        taken: Date of the photograph, possibly partial; empty where it is not known.
        contradictions: What makes its age doubtful.
        record_id: Identifier of the exhibit, or of the run that made the image.
    """

    name: str
    sha256: str
    age: float | None
    is_derived: bool
    is_computed: bool = False
    taken: str = ""
    contradictions: tuple[Contradiction, ...] = ()
    record_id: str = field(default="", compare=False)


class NextStep(StrEnum):
    """What a case waits for; the first one in this order that is open."""

    ADD_SUBJECT = "add a person"
    STATE_BIRTH = "state the date of birth"
    RECEIVE = "receive a photograph"
    RESOLVE = "resolve a contradiction"
    STATE_AGE = "state an age"
    RUN = "set up a run"
    DECIDE = "decide on images"
    REPORT = "issue a report"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Glance:
    """What is seen of a person at first sight.

    Attributes:
        moments: The pictures by age, those without one last.
        contradictions: What cannot be of the person and the photographs.
        portrait: The newest photograph by date, else by receipt; ``None`` without one.
        next_step: What the case waits for.
    """

    moments: tuple[Moment, ...]
    contradictions: tuple[Contradiction, ...]
    portrait: Exhibit | None
    next_step: NextStep


def glance(store: CaseStore, case: Case, subject: Subject | None) -> Glance:
    """Return what is seen of a person of a case at first sight; with ``None`` of a case without persons."""
    if subject is None:
        return Glance((), (), None, NextStep.ADD_SUBJECT)
    shown = [each for each in store.exhibits(case.case_id) if each.subject_id == subject.subject_id]
    found = contradictions(subject, shown, today=datetime.now(UTC).date())
    runs = [
        run
        for run in store.runs(case.case_id)
        if run.status is RunStatus.COMPLETED and run.spec.exhibit_id in {each.exhibit_id for each in shown}
    ]
    derived, waiting = _derived(store, runs)
    moments = [*(_of_exhibit(each, subject, found) for each in shown), *derived]
    moments.sort(key=lambda each: (each.age is None, each.age or 0.0, each.is_derived, each.name))
    portrait = max(shown, key=lambda each: (each.photo_date, each.exhibit_id), default=None)
    is_reported = any(report.issued_at >= _newest(runs) for report in store.reports(case.case_id))
    step = _next_step(
        case, subject, shown, found, has_runs=bool(runs), waiting=waiting, is_reported=is_reported
    )
    return Glance(tuple(moments), tuple(found), portrait, step)


def _of_exhibit(exhibit: Exhibit, subject: Subject, found: list[Contradiction]) -> Moment:
    age, taken = exhibit.age_at_photo, exhibit.photo_date
    computed = None if age is not None else known_age(subject.birth_date, taken)
    about = tuple(
        each
        for each in found
        if each.kind in ABOUT_AGES
        and exhibit.exhibit_number in (each.values.get("exhibit"), each.values.get("other"))
    )
    return Moment(
        exhibit.exhibit_number,
        exhibit.picture_sha256,
        computed if age is None else age,
        is_derived=False,
        is_computed=computed is not None,
        taken=taken,
        contradictions=about,
        record_id=exhibit.exhibit_id,
    )


def _derived(store: CaseStore, runs: list[Run]) -> tuple[list[Moment], int]:
    """Return the accepted derived images, and how many images nobody decided on."""
    moments, waiting = [], 0
    for run in runs:
        decisions = store.decisions(run.run_id)
        for image in store.derived_images(run.run_id):
            if image.role is not ImageRole.DERIVED:
                continue
            decision = decisions.get(image.derived_image_id)
            waiting += decision is None
            if decision is not None and decision.is_accepted and image.target_age is not None:
                name, age = image.derived_image_id, image.target_age
                moments.append(Moment(name, image.sha256, age, is_derived=True, record_id=run.run_id))
    return moments, waiting


def _newest(runs: list[Run]) -> datetime:
    return max((run.ended_at for run in runs if run.ended_at), default=datetime.min.replace(tzinfo=UTC))


def _next_step(
    case: Case,
    subject: Subject,
    shown: list[Exhibit],
    found: list[Contradiction],
    *,
    has_runs: bool,
    waiting: int,
    is_reported: bool,
) -> NextStep:
    open_steps = (
        (NextStep.STATE_BIRTH, not subject.birth_date),
        (NextStep.RECEIVE, not shown),
        (NextStep.RESOLVE, bool(found)),
        (NextStep.STATE_AGE, any(each.age_at_photo is None for each in shown)),
        (NextStep.RUN, not has_runs),
        (NextStep.DECIDE, waiting > 0),
        (NextStep.REPORT, not is_reported),
    )
    if case.status is CaseStatus.CLOSED:
        return NextStep.NOTHING
    return next((step for step, is_open in open_steps if is_open), NextStep.NOTHING)
