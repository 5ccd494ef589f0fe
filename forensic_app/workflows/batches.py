"""One set of parameters for several photographs: what stands in the way of each, and a run for each that is taken.

Rules:
    * Every photograph has its own specification, its own run and its own record.
    * What a run would refuse is said before anything is queued, and so is what needs a word of the examiner: an unclear
      face, a doubtful one, an age that is not stated.
    * Either every run that is asked for is planned, or nothing is recorded. They are queued together, or none is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.engines.device_names import checked_device
from forensic_app.engines.pictures.ages import MINIMUM_SOURCE_AGE
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.records import Run, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.control_arms import control_spec
from forensic_app.workflows.face_inspection import is_unclear
from forensic_app.workflows.run_planning import plan_run

if TYPE_CHECKING:
    from forensic_app.workflows.face_inspection import FoundFace


class Concern(StrEnum):
    """What stands in the way of a run on a photograph."""

    NO_FACE = "no_face"
    NO_SUCH_FACE = "no_such_face"
    SMALL_FACE = "small_face"
    UNDER_AGE = "under_age"
    UNCLEAR_FACE = "unclear_face"
    DOUBTFUL_FACE = "doubtful_face"
    AGE_UNKNOWN = "age_unknown"

    @property
    def is_refusal(self) -> bool:
        """Whether a run would refuse the photograph, whatever the examiner says."""
        return self in _REFUSALS


_REFUSALS = frozenset({Concern.NO_FACE, Concern.NO_SUCH_FACE, Concern.SMALL_FACE, Concern.UNDER_AGE})


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One photograph of a batch.

    Attributes:
        exhibit_id: The photograph.
        face_index: Which face, 0 = largest.
        age_at_photo: The age that is to be stated with it first; ``None`` leaves what is stated.
    """

    exhibit_id: str
    face_index: int = 0
    age_at_photo: float | None = None


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of a batch.

    Attributes:
        runs: The queued runs, in the order of the photographs, each control arm behind its run.
        refusals: Why a photograph was refused, by exhibit; then no run was queued.
    """

    runs: tuple[Run, ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()


def shows_ages(engine: str) -> bool:
    """Return whether an engine needs to know the age in a photograph."""
    return registry.descriptor(engine).makes is Output.AGES


def concerns(
    faces: Sequence[FoundFace],
    *,
    face_index: int | None,
    age: float | None,
    needs_age: bool,
) -> tuple[Concern, ...]:
    """Return what stands in the way of a run on a photograph, what refuses it first.

    Args:
        faces: What the bundled detector found, largest first.
        face_index: The face that the examiner chose, 0 = largest; ``None`` where nobody chose.
        age: The age in the photograph in years, ``None`` where it is not stated.
        needs_age: Whether the run works with the age.
    """
    found: list[Concern] = []
    place = face_index or 0
    if not faces:
        found.append(Concern.NO_FACE)
    elif place >= len(faces):
        found.append(Concern.NO_SUCH_FACE)
    else:
        if faces[place].is_too_small:
            found.append(Concern.SMALL_FACE)
        if face_index is None and is_unclear([face.box for face in faces]):
            found.append(Concern.UNCLEAR_FACE)
        if faces[place].is_doubtful:
            found.append(Concern.DOUBTFUL_FACE)
    if needs_age and age is None:
        found.append(Concern.AGE_UNKNOWN)
    elif needs_age and age is not None and age < MINIMUM_SOURCE_AGE:
        found.append(Concern.UNDER_AGE)
    return tuple(sorted(found, key=lambda each: not each.is_refusal))


def queue_batch(
    store: CaseStore,
    items: Sequence[BatchItem],
    *,
    engine: str,
    pack: str,
    parameters: Mapping[str, Any],
    analyser: str = "dlib",
    device: str = "auto",
    reason: str = "",
) -> BatchOutcome:
    """Queue one run for each photograph; nothing is recorded where one of them cannot be planned.

    Args:
        store: The casebook, open for writing.
        items: The photographs.
        engine: Registry name.
        pack: Name of the model pack.
        parameters: Values by name, for every run.
        analyser: Name of the face analyser.
        device: On what they will be executed; ``auto``, ``cpu`` or ``cuda``.
        reason: Why ages are stated; needed where an item states one.

    Raises:
        ConsentMissing: A photograph is of a media production without a consent that holds; no run is queued.
        InvalidInput: There is no photograph, an age has no reason, or there is no such device.
        StoreUnavailable: The casebook cannot be written.
    """
    checked_device(device)
    if not items:
        raise InvalidInput("No photograph is chosen.", "Choose at least one.")
    stated = [each for each in items if each.age_at_photo is not None]
    if stated and not reason.strip():
        raise InvalidInput("The ages have no reason.", "Say where they are known from: it is recorded.")
    specs: list[RunSpec] = []
    refusals: list[tuple[str, str]] = []
    for item in items:
        try:
            specs.append(
                plan_run(
                    store,
                    engine=engine,
                    exhibit=item.exhibit_id,
                    parameters=parameters,
                    pack=pack,
                    analyser=analyser,
                    face_index=item.face_index,
                )
            )
        except ForensicAppError as error:
            refusals.append((item.exhibit_id, str(error)))
    if refusals:
        return BatchOutcome(refusals=tuple(refusals))
    for item in stated:
        store.change_exhibit(item.exhibit_id, reason=reason, age_at_photo=item.age_at_photo)
    planned = [each for spec in specs for each in (spec, control_spec(store, spec)) if each is not None]
    wanted = [(store.exhibit(spec.exhibit_id).case_id, spec) for spec in planned]
    return BatchOutcome(runs=tuple(store.queue_runs(wanted)))
