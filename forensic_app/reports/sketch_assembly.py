"""Which sketch stands under which picture of a report; pure, nothing is read from a casebook here.

Rules:
    * A sketch stands under the very picture that it was drawn from: the derived image, or the photograph.
    * Only images that the report shows as results have a place or give one.
    * Of several sketches of one picture the first one stands there, before it the first that was accepted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence

from forensic_app.engines import registry
from forensic_app.records import DerivedImage, ImageRole, Run, RunStatus
from forensic_app.reports.run_content import RunSection


def is_drawing(engine: str) -> bool:
    """Return whether an engine of that name draws a face as it is."""
    described = registry.find(engine)
    return described is not None and described.is_drawing


def sketches_below(
    host: Run,
    runs: Iterable[Run],
    *,
    shown: Mapping[str, Sequence[DerivedImage]],
    accepted: Collection[str],
) -> dict[str, DerivedImage]:
    """Return the sketches that stand under the pictures of a run.

    Args:
        host: The run whose pictures they stand under.
        runs: The case's runs, in any order.
        shown: The images that the report shows, by run.
        accepted: Identifiers of images that the examiner accepted as results.

    Returns:
        The sketch of each derived image that has one, by that image's identifier, and that of the exhibit
        under the empty string; empty where no derived image has one.
    """
    if host.status is not RunStatus.COMPLETED or is_drawing(host.spec.engine):
        return {}
    sources = {each.derived_image_id for each in shown.get(host.run_id, ()) if each.role is ImageRole.DERIVED}
    found: dict[str, DerivedImage] = {}
    for run in sorted(runs, key=lambda each: (each.queued_at, each.run_id)):
        spec = run.spec
        source = spec.source_derived_image_id
        same_face = (spec.exhibit_id, spec.face_index) == (host.spec.exhibit_id, host.spec.face_index)
        if (
            not is_drawing(spec.engine)
            or run.status is not RunStatus.COMPLETED
            or not (source in sources or (not source and same_face))
        ):
            continue
        for image in shown.get(run.run_id, ()):
            former = found.get(source)
            is_better = image.derived_image_id in accepted and (
                former is not None and former.derived_image_id not in accepted
            )
            if image.role is ImageRole.DERIVED and (former is None or is_better):
                found[source] = image
    return found if any(found) else {}


def with_places(sections: Sequence[RunSection]) -> tuple[RunSection, ...]:
    """Return the runs' sections, each sketch run whose images all stand under their sources with that place."""
    hosts: dict[str, str] = {}
    for section in sections:
        for sketch in section.sketches:
            hosts.setdefault(sketch.record.derived_image_id, section.run_id)
    placed = []
    for section in sections:
        places = [hosts.get(image.record.derived_image_id, "") for image in section.images]
        is_placed = bool(places) and all(places)
        placed.append(dataclasses.replace(section, shown_in=places[0]) if is_placed else section)
    return tuple(placed)
