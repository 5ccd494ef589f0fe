"""Sketches beside what they were drawn from: which there are, and in which order runs are told.

Rules:
    * A sketch belongs to the picture that its run worked on: a derived image, else the exhibit.
    * Only completed runs have sketches; what was decided about one is told with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forensic_app.engines import registry
from forensic_app.measured import face_frame
from forensic_app.placement import Box
from forensic_app.records import DerivedImage, Run, RunStatus

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class Sketch:
    """One sketch.

    Attributes:
        image: The sketch.
        style: In which style it was drawn; empty where its pack names none.
        is_accepted: What was decided about it, ``None`` while nothing counts.
        face_box: The face that was drawn, ``(left, top, right, bottom)`` in pixels of the picture, if it is known.
    """

    image: DerivedImage
    style: str
    is_accepted: bool | None
    face_box: Box | None = None


def source_of(run: Run) -> str:
    """Return the identifier of the picture that a run worked on: a derived image's, else the exhibit's."""
    return run.spec.source_derived_image_id or run.spec.exhibit_id


def is_sketching(run: Run) -> bool:
    """Return whether a run draws a face as it is."""
    described = registry.find(run.spec.engine)
    return described is not None and described.is_drawing


def sketches_of(store: CaseStore, case_id: str, sources: Collection[str]) -> dict[str, list[Sketch]]:
    """Return the sketches of some pictures of a case by :func:`source_of`, oldest first; reads records.

    Raises:
        RecordNotFound: There is no such case.
    """
    found: dict[str, list[Sketch]] = {}
    for run in store.runs(case_id, status=RunStatus.COMPLETED):
        source = source_of(run)
        if source not in sources or not is_sketching(run):
            continue
        decisions = store.decisions(run.run_id)
        for image in store.derived_images(run.run_id):
            decision = decisions.get(image.derived_image_id)
            style = image.metrics.get("style")
            found.setdefault(source, []).append(
                Sketch(
                    image,
                    style if isinstance(style, str) else "",
                    None if decision is None else decision.is_accepted,
                    face_frame(run.face).box,
                )
            )
    return found


def makers_of(store: CaseStore, runs: Sequence[Run]) -> dict[str, str]:
    """Return, for each run on a derived image, the identifier of the run that made that image; reads records."""
    made_by: dict[str, str] = {}
    for name in {run.spec.source_derived_image_id for run in runs}:
        if name:
            made_by[name] = store.derived_image(name).run_id
    return {
        run.run_id: made_by[run.spec.source_derived_image_id]
        for run in runs
        if run.spec.source_derived_image_id
    }


def grouped(runs: Sequence[Run], makers: Mapping[str, str]) -> list[Run]:
    """Return runs in their order, each run on a derived image behind the run that made that image."""
    shown = {run.run_id for run in runs}
    below: dict[str, list[Run]] = {}
    for run in runs:
        maker = makers.get(run.run_id, "")
        below.setdefault(maker if maker in shown else "", []).append(run)
    ordered: list[Run] = []
    waiting = below.get("", [])[::-1]
    while waiting:
        run = waiting.pop()
        ordered.append(run)
        waiting.extend(below.get(run.run_id, [])[::-1])
    return ordered
