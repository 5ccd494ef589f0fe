"""Which derived images of a case nobody decided about yet.

Rules:
    * Images of single variants count; the mean and the spread of several are no results of their own.
    * What belongs to a withdrawn photograph needs no decision any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from forensic_app.records import ImageRole, RunStatus
from forensic_app.store.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class ImageState:
    """Whether an image is decided.

    Attributes:
        run_id: The run that made it.
        derived_image_id: The image.
        is_decided: Whether a decision on it counts.
    """

    run_id: str
    derived_image_id: str
    is_decided: bool


def image_states(store: CaseStore, case_id: str) -> list[ImageState]:
    """Return the images of a case that are to be decided: those of the newest run first, by age in each.

    Raises:
        RecordNotFound: There is no such case.
    """
    kept = {each.exhibit_id for each in store.exhibits(case_id)}
    states = []
    for run in reversed(store.runs(case_id, status=RunStatus.COMPLETED)):
        if run.spec.exhibit_id not in kept:
            continue
        decided = store.decisions(run.run_id)
        images = [each for each in store.derived_images(run.run_id) if each.role is ImageRole.DERIVED]
        images.sort(key=lambda each: (each.target_age or 0, each.derived_image_id))
        states += [
            ImageState(run.run_id, each.derived_image_id, each.derived_image_id in decided) for each in images
        ]
    return states


def next_undecided(states: list[ImageState], derived_image_id: str) -> ImageState | None:
    """Return the image behind ``derived_image_id`` that nobody decided about, from the top again where none is left."""
    places = [place for place, each in enumerate(states) if each.derived_image_id == derived_image_id]
    first = places[0] + 1 if places else 0
    behind_first = states[first:] + states[:first]
    return next((each for each in behind_first if not each.is_decided), None)
