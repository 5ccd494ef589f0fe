"""From records to the sections of a report; pure, nothing is read from a casebook here.

Rules:
    * A value that a record lacks stays empty: nothing is guessed.
    * Names and values are sorted, so that the same records give the same report.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from PIL import Image

from forensic_app.records import (
    Case,
    Checkpoint,
    CustodyEvent,
    DerivedImage,
    Exhibit,
    Run,
    RunSpec,
    RunStatus,
    Subject,
)
from forensic_app.reports import pictures
from forensic_app.reports.content import (
    AdapterSection,
    AdapterUse,
    CaseSection,
    ChainSection,
    EstimatorError,
    EventRow,
    ExhibitSection,
    IdentityGuard,
    ImageDecision,
    Measures,
    Picture,
    ResultImage,
    Rows,
    RunSection,
    SubjectSection,
)
from forensic_app.reports.model_card import in_words

_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXIF_FIRST = (
    "Make", "Model", "Software", "DateTimeOriginal", "DateTime", "Orientation", "GPSInfo", "GPSLatitude",
    "GPSLongitude", "Artist", "ImageDescription",
)  # fmt: skip
_EXIF_SHOWN = 8
_EXIF_LONGEST = 200


def case_section(case: Case) -> CaseSection:
    """Return the case as printed."""
    return CaseSection(
        number=case.case_number,
        title=case.title,
        kind=case.kind.value,
        status=case.status.value,
        agency=case.agency,
        authorization=case.authorization,
        created_at=case.created_at,
    )


def subject_section(subject: Subject) -> SubjectSection:
    """Return a person as printed; description fields that are empty are left out."""
    description = {
        name: getattr(subject.description, name) for name in subject.description.__dataclass_fields__
    }
    return SubjectSection(
        subject_id=subject.subject_id,
        name=subject.name,
        aliases=tuple(subject.aliases),
        sex=subject.sex.value,
        birth_date=subject.birth_date,
        last_seen=subject.last_seen,
        last_seen_place=subject.last_seen_place,
        description=tuple((name, str(value)) for name, value in description.items() if value),
    )


def exhibit_section(exhibit: Exhibit, *, subject_name: str, picture: Picture | None) -> ExhibitSection:
    """Return an exhibit as printed."""
    exif = [(name, exhibit.exif[name]) for name in _EXIF_FIRST if name in exhibit.exif]
    exif += [(name, exhibit.exif[name]) for name in sorted(exhibit.exif) if name not in _EXIF_FIRST]
    shown = tuple((str(name), in_words(value)[:_EXIF_LONGEST]) for name, value in exif[:_EXIF_SHOWN])
    return ExhibitSection(
        exhibit_id=exhibit.exhibit_id,
        number=exhibit.exhibit_number,
        subject_name=subject_name,
        sha256=exhibit.sha256,
        size_bytes=exhibit.size_bytes,
        media_type=exhibit.media_type,
        width_px=exhibit.width_px,
        height_px=exhibit.height_px,
        original_name=exhibit.original_name,
        source=exhibit.source,
        received_how=exhibit.received_how,
        received_at=exhibit.received_at,
        photo_date=exhibit.photo_date,
        age_at_photo=exhibit.age_at_photo,
        exif=shown,
        exif_left_out=max(0, len(exif) - _EXIF_SHOWN),
        notes=tuple(exhibit.notes),
        picture=picture,
        removed_because=exhibit.tombstone_reason or "",
    )


def event_row(event: CustodyEvent) -> EventRow:
    """Return a custody event as printed; the file's digest is taken from its details where there is one."""
    named = (event.details.get(name) for name in ("sha256", "exhibit_sha256"))
    digest = next((each for each in named if isinstance(each, str)), "")
    return EventRow(
        sequence=event.sequence,
        occurred_at=event.occurred_at,
        examiner=event.examiner,
        action=event.action,
        object_type=event.object_type,
        object_id=event.object_id,
        object_sha256=digest,
        sha256=event.sha256,
    )


def chain_section(
    events: Sequence[CustodyEvent],
    checkpoint: Checkpoint,
    *,
    case_id: str,
    public_key_hex: str,
    pack_sha256: Collection[str] = (),
) -> ChainSection:
    """Return the state of the custody log under a checkpoint.

    Args:
        events: All events of the casebook, oldest first.
        checkpoint: The checkpoint just signed; events after it are left out.
        case_id: Whose events are listed.
        public_key_hex: Key that verifies the checkpoint.
        pack_sha256: Packs whose licence acceptances, which belong to no case, are listed as well.

    Raises:
        ValueError: No event is covered by the checkpoint.
    """
    covered = [event for event in events if event.sequence <= checkpoint.size]
    if not covered:
        raise ValueError("a checkpoint of an empty log cannot be reported")
    return ChainSection(
        head_sequence=covered[-1].sequence,
        head_sha256=covered[-1].sha256,
        checkpoint_note=checkpoint.note,
        checkpoint_size=checkpoint.size,
        checkpoint_root_sha256=checkpoint.root_sha256,
        checkpoint_created_at=checkpoint.created_at,
        key_id=checkpoint.key_id,
        public_key_hex=public_key_hex,
        events=tuple(
            event_row(event)
            for event in covered
            if event.case_id == case_id or event.details.get("pack_sha256") in pack_sha256
        ),
    )


def measures_of(metrics: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Measures:
    """Return what an engine measured on an image.

    Args:
        metrics: ``estimated_age`` (a number, or ``raw``, ``calibrated`` and ``spread``),
            ``comparison_score``, ``reference_scores`` and ``quality`` as the engines record them.
        names: Exhibit numbers by exhibit id, for the reference scores.
    """
    age = metrics.get("estimated_age")
    ages = age if isinstance(age, Mapping) else {"raw": age}
    scores = metrics.get("reference_scores") or {}
    known = names or {}
    return Measures(
        estimated_age=_number(ages.get("raw")),
        estimated_age_spread=_number(ages.get("spread")),
        calibrated_age=_number(ages.get("calibrated")),
        score_to_exhibit=_number(metrics.get("comparison_score")),
        scores_to_others=tuple(
            (known.get(name, name), float(scores[name]))
            for name in sorted(scores)
            if scores[name] is not None
        ),
        quality=_qualities(metrics.get("quality")),
        face_found=bool(metrics.get("face_found", True)),
    )


def run_section(
    run: Run,
    *,
    exhibit: Exhibit,
    photo: Image.Image | None,
    images: Iterable[tuple[DerivedImage, Image.Image]],
    exhibits: Iterable[Exhibit],
    estimator_error: EstimatorError | None,
    decisions: tuple[ImageDecision, ...] = (),
    source_target_age: float | None = None,
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
        source_target_age: Target age of the derived image that it worked on, where it did.
        adapter: What it learned.
        adapter_use: The adapter that it used.
    """
    pairs = list(images)
    known = list(exhibits)
    numbers = {each.exhibit_id: each.exhibit_number for each in known}
    by_digest = {each.sha256: each.exhibit_number for each in known}
    framed = _Framing(run, photo, pairs)
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
        source_target_age=source_target_age,
        adapter=adapter,
        adapter_use=adapter_use,
        identity_guard=_guard(run),
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


def _source(spec: RunSpec) -> dict[str, str]:
    """Return which derived image a run worked on, where it did not work on the exhibit."""
    if not spec.source_derived_image_id:
        return {}
    return {"source_derived_image": spec.source_derived_image_id, "source_sha256": spec.source_sha256}


class _Framing:
    """How a run's pictures are cut and scaled so that they compare with the untouched photograph."""

    def __init__(
        self, run: Run, photo: Image.Image | None, pairs: Sequence[tuple[DerivedImage, Image.Image]]
    ) -> None:
        self.run = run
        self.size = photo.size if photo is not None else (0, 0)
        self.excerpt: pictures.Excerpt | None = None
        self.control: Picture | None = None
        self.is_excerpt = False
        if not pairs:
            return
        image, pixels = pairs[0]
        size = (self._width(pixels), pixels.height - _band(image))
        untouched = self._untouched(photo, size)
        box = run.face.get("box")
        self.excerpt = pictures.whole(size)
        if untouched is not None and untouched is photo and box:
            self.excerpt = pictures.excerpt_around(box, size)
            self.is_excerpt = self.excerpt.window != (0, 0, *size)
        if untouched is not None:
            self.control = pictures.shown(untouched, self.excerpt)

    def _width(self, pixels: Image.Image) -> int:
        """Return the width of a derived image without margins, which the photograph or the crop tells."""
        side = self.run.face.get("crop_size_px")
        widths = [width for width in (self.size[0], side) if width and width <= pixels.width]
        return max((int(width) for width in widths), default=pixels.width)

    def _untouched(self, photo: Image.Image | None, size: tuple[int, int]) -> Image.Image | None:
        """Return the photograph, or its aligned crop, whichever has the derived images' size."""
        if photo is None or photo.size == size:
            return photo
        matrix, side = self.run.face.get("matrix"), self.run.face.get("crop_size_px")
        return (
            pictures.aligned(photo, matrix, int(side)) if matrix and side and size == (side, side) else None
        )

    def result(self, image: DerivedImage, pixels: Image.Image, numbers: Mapping[str, str]) -> ResultImage:
        """Return one derived image as printed."""
        bare = pictures.without_band(pixels, _band(image), self._width(pixels))
        excerpt = self.excerpt if self.excerpt is not None else pictures.whole(bare.size)
        return ResultImage(
            derived_image_id=image.derived_image_id,
            role=image.role.value,
            target_age=image.target_age,
            variant=image.variant,
            sha256=image.sha256,
            size_bytes=image.size_bytes,
            width_px=image.width_px,
            height_px=image.height_px,
            measures=measures_of(image.metrics, numbers),
            picture=pictures.shown(bare, excerpt, caption=_caption(image)),
            largest_spread=_number(image.metrics.get("largest_spread")),
            full_scale=_number(image.metrics.get("full_scale")),
        )


def _caption(image: DerivedImage) -> str:
    return f"run {image.run_id} · {image.derived_image_id}"


def _band(image: DerivedImage) -> int:
    return int(image.metrics.get("band_height_px") or 0)


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
    return _number(_find(run.environment, "match_threshold"))


def _find(value: Any, name: str) -> Any:
    """Return the first value called ``name`` anywhere in a nested record."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    return next((found for each in value.values() if (found := _find(each, name)) is not None), None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _qualities(value: Any) -> tuple[tuple[str, float], ...]:
    if isinstance(value, int | float):
        return (("overall", float(value)),)
    if not isinstance(value, Mapping):
        return ()
    scores = {
        str(name): _number(each.get("score") if isinstance(each, Mapping) else each)
        for name, each in value.items()
    }
    return tuple((name, score) for name, score in scores.items() if score is not None)
