"""What a run recorded, read with types: measures, threshold, face, guard, adapter in use, device, seconds.

Rules:
    * A record counts faces from 0 (``face_index``); what a person reads or enters counts from 1 (:func:`face_number`),
      the largest face first.
    * Plain values of a record go in: the metrics of an image, or the control, face or environment of a run.
    * What a record lacks is ``None`` or empty, never a value that could be taken for a measured one.
    * Where one age is wanted, it is the calibrated estimate, else the raw one: :attr:`AgeReading.best`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rows = tuple[tuple[str, str], ...]
"""Names and values in printing order."""


@dataclass(frozen=True, slots=True)
class AgeReading:
    """What an age estimator read from an image, in years.

    Attributes:
        raw: The estimator's own reading.
        calibrated: The reading after calibration on real photographs.
        spread: Standard deviation of the estimator's own distribution.
    """

    raw: float | None = None
    calibrated: float | None = None
    spread: float | None = None

    @property
    def best(self) -> float | None:
        """The calibrated reading where there is one, else the raw one."""
        return self.raw if self.calibrated is None else self.calibrated


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on one image.

    Attributes:
        age: What the age estimator read.
        score_to_exhibit: Comparison score to the photograph that the image was made from.
        scores_to_others: Score by exhibit identifier of each other photograph of the subject.
        quality: Named qualities, 0 to 100, higher is better; an overall one is called ``overall``.
        face_found: Whether the analyser finds a face at all, ``None`` where that is not recorded.
        unlikeness: How unlike a photograph the pack's critic finds the image, ``None`` where there was none.
    """

    age: AgeReading = AgeReading()
    score_to_exhibit: float | None = None
    scores_to_others: tuple[tuple[str, float], ...] = ()
    quality: tuple[tuple[str, float], ...] = ()
    face_found: bool | None = None
    unlikeness: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured."""
        return self in (Measures(), Measures(face_found=True))

    def difference(self, target: float | None) -> float | None:
        """Return the estimated age minus the target age in years."""
        return None if self.age.best is None or target is None else self.age.best - target


@dataclass(frozen=True, slots=True)
class Spread:
    """Scale of a picture that shows the spread of variants, in grey levels of 255.

    Attributes:
        largest: Largest standard deviation in it.
        full_scale: Standard deviation that it shows as white.
    """

    largest: float | None
    full_scale: float | None


@dataclass(frozen=True, slots=True)
class FaceFrame:
    """Where the face of a run is, and how it was cut out.

    Attributes:
        box: ``(left, top, right, bottom)`` in pixels of the photograph.
        matrix: ``(2, 3)``, photograph pixels to crop pixels.
        crop_size_px: Side of the crop.
    """

    box: tuple[float, float, float, float] | None
    matrix: Sequence[Sequence[float]] | None
    crop_size_px: int | None


@dataclass(frozen=True, slots=True)
class IdentityGuard:
    """What the program did to keep the likeness, before anything was measured.

    Attributes:
        analyser: The analyser that it asked, empty where that is not recorded.
        floor: Score that it asked for.
        held_back: Pictures whose change of age it weakened, ``None`` where that is not recorded of each.
        count: Pictures.
    """

    analyser: str
    floor: float | None
    held_back: int | None
    count: int


@dataclass(frozen=True, slots=True)
class LikenessPull:
    """That a run drew its pictures towards photographs while it made them.

    Attributes:
        analyser: The analyser whose embeddings were brought nearer, empty where that is not recorded.
        photographs: Photographs of the adapter's training; 0 for the exhibit itself, ``None`` unknown.
    """

    analyser: str
    photographs: int | None


@dataclass(frozen=True, slots=True)
class AdapterInUse:
    """How a run used an adapter.

    Attributes:
        strengths: Strength before the noise level at each target age, youngest first.
        gating: Settings of the strength.
    """

    strengths: Rows = ()
    gating: Rows = ()


def measures_of(metrics: Mapping[str, Any]) -> Measures:
    """Return what an engine measured on an image, or on the untouched photograph as control."""
    scores = metrics.get("reference_scores") or {}
    found = metrics.get("face_found")
    return Measures(
        age=age_reading(metrics.get("estimated_age")),
        score_to_exhibit=_number(metrics.get("comparison_score")),
        scores_to_others=tuple(
            (name, float(scores[name])) for name in sorted(scores) if scores[name] is not None
        ),
        quality=_qualities(metrics.get("quality")),
        face_found=None if found is None else bool(found),
        unlikeness=_number(metrics.get("unlikeness")),
    )


def age_reading(estimate: Any) -> AgeReading:
    """Return an estimated age: recorded as a number, or as ``raw``, ``calibrated`` and ``spread``."""
    if not isinstance(estimate, Mapping):
        return AgeReading(raw=_number(estimate))
    return AgeReading(*(_number(estimate.get(name)) for name in ("raw", "calibrated", "spread")))


def age_detail(metrics: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the record of an estimated age as it is, ``None`` where it is a bare number or missing."""
    estimate = metrics.get("estimated_age")
    return estimate if isinstance(estimate, Mapping) else None


def spread_of(metrics: Mapping[str, Any]) -> Spread:
    """Return the scale of a spread picture."""
    return Spread(_number(metrics.get("largest_spread")), _number(metrics.get("full_scale")))


def band_height_px(metrics: Mapping[str, Any]) -> int:
    """Return the height of the band at the foot of a derived image; 0 where none was put there."""
    return int(metrics.get("band_height_px") or 0)


def face_frame(face: Mapping[str, Any]) -> FaceFrame:
    """Return where the face of a run is."""
    box, side = face.get("box"), face.get("crop_size_px")
    corners = None
    if box:
        left, top, right, bottom = (float(each) for each in box)
        corners = (left, top, right, bottom)
    return FaceFrame(corners, face.get("matrix") or None, int(side) if side else None)


def signed(value: float, decimals: int = 0) -> str:
    """Return a difference with its sign, minus as U+2212, as it is printed and shown."""
    return f"{round(value, decimals) + 0.0:+.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def shown_difference(value: float, other: float, decimals: int = 0) -> float:
    """Return the difference of two numbers as they are shown, so that a reader who subtracts them finds the same."""
    return round(round(value, decimals) - round(other, decimals), decimals)


def face_number(face_index: int) -> int:
    """Return the number under which a person knows the face ``face_index`` of a record: 1 = largest."""
    return face_index + 1


def box_words(box: Sequence[float]) -> str:
    """Return where a face is, in words.

    Args:
        box: ``(left, top, right, bottom)`` in pixels of the upright photograph.
    """
    left, top, right, bottom = (round(float(each)) for each in box)
    return f"from {left}, {top} to {right}, {bottom} px of the upright picture"


def with_face_numbers(value: Any) -> Any:
    """Return JSON data with ``face_number``, counted from 1, beside each ``face_index``, for whoever reads it."""
    if isinstance(value, Mapping):
        shown = {}
        for name, each in value.items():
            shown[name] = with_face_numbers(each)
            if name == "face_index" and isinstance(each, int):
                shown["face_number"] = face_number(each)
        return shown
    if isinstance(value, list | tuple):
        return [with_face_numbers(each) for each in value]
    return value


def match_threshold(environment: Mapping[str, Any]) -> float | None:
    """Return the score that the analyser's authors name for the same person, at whatever depth it stands."""
    return _number(_found(environment, "match_threshold"))


def unlike_limit(environment: Mapping[str, Any]) -> float | None:
    """Return the figure above which a run's critic calls an image unlike a photograph, ``None`` without a critic."""
    recorded = environment.get("critic")
    return _number(recorded.get("limit")) if isinstance(recorded, Mapping) else None


def is_unlike_photograph(measures: Measures, environment: Mapping[str, Any]) -> bool:
    """Return whether the run's critic calls an image unlike a photograph.

    Args:
        measures: Of the image.
        environment: Of its run.
    """
    figure, limit = measures.unlikeness, unlike_limit(environment)
    return figure is not None and limit is not None and figure > limit


def identity_guard(environment: Mapping[str, Any]) -> IdentityGuard | None:
    """Return what a run did to keep the likeness, ``None`` where it did nothing."""
    recorded = environment.get("identity_guard")
    if not isinstance(recorded, Mapping):
        return None
    shares = [_number(picture.get("share")) for picture in recorded.get("pictures") or ()]
    known = [share for share in shares if share is not None]
    return IdentityGuard(
        analyser=str(recorded.get("analyser") or ""),
        floor=_number(recorded.get("floor")),
        held_back=sum(share < 1.0 for share in known) if known and len(known) == len(shares) else None,
        count=len(shares),
    )


def likeness_pull(environment: Mapping[str, Any]) -> LikenessPull | None:
    """Return what a run's pictures were drawn towards, ``None`` where they were not."""
    recorded = environment.get("likeness_pull")
    if not isinstance(recorded, Mapping):
        return None
    photographs = _number(recorded.get("photographs"))
    return LikenessPull(
        str(recorded.get("analyser") or ""), None if photographs is None else int(photographs)
    )


def adapter_in_use(environment: Mapping[str, Any]) -> AdapterInUse:
    """Return how a run used an adapter; empty where its record says nothing of one."""
    recorded = environment.get("adapter") or {}
    strengths = recorded.get("strength_by_age") or {}
    return AdapterInUse(
        tuple((age, str(strengths[age])) for age in sorted(strengths, key=float)),
        tuple((str(name), str(value)) for name, value in (recorded.get("gating") or {}).items()),
    )


def device(environment: Mapping[str, Any]) -> str:
    """Return what a run was computed on, empty where that is not recorded."""
    return str(environment.get("device") or "")


def stage_seconds(environment: Mapping[str, Any]) -> dict[str, float]:
    """Return how long each stage of a run took, in seconds; empty where that is not recorded."""
    recorded = environment.get("seconds")
    return (
        {str(name): float(value) for name, value in recorded.items()} if isinstance(recorded, Mapping) else {}
    )


def peak_memory_bytes(environment: Mapping[str, Any]) -> int | None:
    """Return the most main memory that a run took, ``None`` where it was not measured."""
    peak = _number(environment.get("peak_memory_bytes"))
    return int(peak) if peak else None


def _number(value: Any) -> float | None:
    """Return a recorded number, ``None`` for anything else."""
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


def _found(value: Any, name: str) -> Any:
    """Return the first value called ``name`` anywhere in a nested record."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    return next((found for each in value.values() if (found := _found(each, name)) is not None), None)
