"""From the record of a run to its section of a report; pure, nothing is read from a casebook here.

Rules:
    * A value that a record lacks stays empty: nothing is guessed.
    * Names and values are sorted, so that the same records give the same report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image

from forensic_app.records import DerivedImage, Exhibit, Run, RunSpec, RunStatus
from forensic_app.reports.framing import Framing
from forensic_app.reports.measured import measures_of, number
from forensic_app.reports.model_card import in_words
from forensic_app.reports.run_content import (
    AdapterSection,
    AdapterUse,
    EstimatorError,
    IdentityGuard,
    ImageDecision,
    LikenessPull,
    Measures,
    Rows,
    RunSection,
)

_SHA256 = re.compile(r"[0-9a-f]{64}")


def run_section(
    run: Run,
    *,
    exhibit: Exhibit,
    photo: Image.Image | None,
    images: Iterable[tuple[DerivedImage, Image.Image]],
    exhibits: Iterable[Exhibit],
    estimator_error: EstimatorError | None,
    decisions: tuple[ImageDecision, ...] = (),
    source: DerivedImage | None = None,
    source_pixels: Image.Image | None = None,
    is_source_withheld: bool = False,
    sketches: Iterable[tuple[str, DerivedImage, Image.Image]] = (),
    adapter: AdapterSection | None = None,
    adapter_use: AdapterUse | None = None,
) -> RunSection:
    """Return a run as printed, with its pictures.

    Args:
        run: The run, in any state.
        exhibit: The photograph it worked on.
        photo: Its upright pixels, ``None`` when they cannot be decoded here.
        images: Its derived images with their pixels, band included.
        exhibits: All exhibits of the case, to name the photographs compared with.
        estimator_error: Known error of the age estimator.
        decisions: What the examiner decided about its images.
        source: The derived image that it worked on, where it did.
        source_pixels: Its pixels, where it is to stand beside the run's own images.
        is_source_withheld: Whether it is not shown because it was not accepted.
        sketches: Sketches to stand under the run's images: the image that each was drawn from (empty for the
            exhibit), the sketch and its pixels.
        adapter: What it learned.
        adapter_use: The adapter that it used.
    """
    pairs = list(images)
    known = list(exhibits)
    numbers = {each.exhibit_id: each.exhibit_number for each in known}
    by_digest = {each.sha256: each.exhibit_number for each in known}
    framed = Framing(run, photo, pairs)
    control = {**run.control, "comparison_score": None}
    return RunSection(
        run_id=run.run_id,
        engine=run.spec.engine,
        engine_version=run.spec.engine_version,
        exhibit_number=exhibit.exhibit_number,
        exhibit_sha256=run.spec.exhibit_sha256,
        status=run.status.value,
        examiner=run.examiner,
        queued_at=run.queued_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        parameters=parameter_rows({**run.spec.parameters, **_source(run.spec)}),
        environment=environment_rows(run.environment),
        weights=weights_rows(run.environment),
        face=parameter_rows({"face_index": run.spec.face_index, **run.face}),
        warnings=tuple(run.warnings),
        failure=run.failure,
        pack_name=run.spec.pack_name,
        pack_sha256=run.spec.pack_sha256,
        analyser=run.spec.analyser,
        references=tuple((by_digest.get(each, "–"), each) for each in run.spec.reference_sha256),
        age_at_photo=exhibit.age_at_photo,
        threshold=match_threshold(run),
        estimator_error=estimator_error,
        control=measures_of(control, numbers) if run.status is RunStatus.COMPLETED else Measures(),
        control_picture=framed.control,
        images=tuple(framed.result(image, pixels, numbers) for image, pixels in pairs),
        reduction=framed.excerpt.reduction if framed.excerpt is not None else 1.0,
        is_excerpt=framed.is_excerpt,
        decisions=decisions,
        source_derived_image_id=run.spec.source_derived_image_id,
        source_target_age=None if source is None else source.target_age,
        source=None if source is None or source_pixels is None else framed.linked(source, source_pixels),
        is_source_withheld=is_source_withheld,
        sketches=tuple(
            framed.linked(image, pixels, source=name)
            for name, image, pixels in sketches
            if name or framed.control is not None
        ),
        adapter=adapter,
        adapter_use=adapter_use,
        identity_guard=_guard(run),
        likeness_pull=_pull(run),
    )


def _guard(run: Run) -> IdentityGuard | None:
    """Return what a run did to keep the likeness, where its record says so."""
    recorded = run.environment.get("identity_guard")
    if not isinstance(recorded, Mapping):
        return None
    pictures = recorded.get("pictures") or []
    return IdentityGuard(
        analyser=str(recorded.get("analyser", "–")),
        floor=float(recorded.get("floor", 0.0)),
        held_back=sum(float(picture.get("share", 1.0)) < 1.0 for picture in pictures),
        count=len(pictures),
    )


def _pull(run: Run) -> LikenessPull | None:
    """Return what a run's pictures were drawn towards, where its record says so."""
    recorded = run.environment.get("likeness_pull")
    if not isinstance(recorded, Mapping):
        return None
    return LikenessPull(str(recorded.get("analyser", "–")), int(recorded.get("photographs", 0)))


def _source(spec: RunSpec) -> dict[str, str]:
    """Return which derived image a run worked on, where it did not work on the exhibit."""
    if not spec.source_derived_image_id:
        return {}
    return {"source_derived_image": spec.source_derived_image_id, "source_sha256": spec.source_sha256}


def parameter_rows(values: Mapping[str, Any]) -> Rows:
    """Return every parameter, sorted by name; empty values are shown as such."""
    return tuple((name, _shown(values[name])) for name in sorted(values))


def environment_rows(environment: Mapping[str, Any]) -> Rows:
    """Return one row for each part of an environment record, digests left to :func:`weights_rows`."""
    rows = []
    for name in sorted(environment):
        value = _without_digests(environment[name])
        if value not in (None, "", {}, []):
            rows.append((name.replace("_", " "), in_words(value)))
    return tuple(rows)


def weights_rows(environment: Mapping[str, Any]) -> Rows:
    """Return the file and digest of every weights file that an environment record names."""
    return tuple(sorted(set(_digests(environment))))


def _digests(value: Any, name: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _digests(each, str(key))
    elif isinstance(value, str) and _SHA256.fullmatch(value) and "." in name:
        yield name, value


def _without_digests(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _without_digests(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, {}, "")}
    if isinstance(value, str) and _SHA256.fullmatch(value):
        return None
    return value


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return in_words(value) or "(empty)"


def match_threshold(run: Run) -> float | None:
    """Return the score that the run's analyser takes for the same person, where it is recorded."""
    return number(_find(run.environment, "match_threshold"))


def _find(value: Any, name: str) -> Any:
    """Return the first value called ``name`` anywhere in a nested record."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    return next((found for each in value.values() if (found := _find(each, name)) is not None), None)
