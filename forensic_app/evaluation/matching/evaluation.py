"""Compare people across ages with and without derived faces, by the bundled recogniser and by a matcher.

Rules:
    * All arms make the same comparisons; a face that was not found is a miss in every one of them.
    * Thresholds come from comparisons of real photographs of different people alone, one for each recogniser.
    * The same seed, data, packs and machine give the same numbers.
    * Figures hold no picture of a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
from forensic_app.evaluation.matching.comparing import (
    Compared,
    Pairing,
    ScoreRows,
    best_of,
    compare,
    mean_of,
    pairing_of,
)
from forensic_app.evaluation.matching.figures import write_figures
from forensic_app.evaluation.matching.photographs import AgedSide, PhotoSet
from forensic_app.evaluation.matching.real_ageing import real_ageing
from forensic_app.evaluation.matching.second import CanonicalRecogniser
from forensic_app.evaluation.matching.statistics import difference, summarise_arm, thresholds_of
from forensic_app.evaluation.matching.templates import (
    ReadPhoto,
    Recogniser,
    Templates,
    age_of_step,
    age_steps,
    aged_probe_rows,
    aged_reference_rows,
    aged_templates,
    read_photos,
    untouched_rows,
)
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.age_numbers import calibrated
from forensic_app.evaluation.measures.error_rates import Threshold
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.measures.numbers import json_value
from forensic_app.evaluation.series.protocols import OnProgress, SeriesMaker, say_nothing
from forensic_app.faces.analyser import FaceAnalyser

RESULT_NAME: Final = "matching.json"

ARM_WORDS: Final[Mapping[str, str]] = {
    "untouched": "photographs as they are",
    "aged": "one photograph changed to the other's age",
    "fused": "mean of both scores",
    "fused_best": "greater of both scores",
    "matcher": "photographs as they are, by the matcher",
    "matcher_aged": "one photograph changed, by the matcher",
    "matcher_fused": "mean of both scores, by the matcher",
    "matcher_fused_best": "greater of both scores, by the matcher",
    "second_untouched": "photographs as they are, by the second recogniser",
    "second_aged": "one photograph changed, by the second recogniser",
    "second_fused": "mean of both scores, by the second recogniser",
    "second_fused_best": "greater of both scores, by the second recogniser",
}
"""Every arm, in the order of printing."""


@dataclass(frozen=True, slots=True)
class MatchingPlan:
    """What is compared, and how.

    Attributes:
        photo_set: The photographs.
        data: Name of the data set.
        seed: Seed of the intervals.
        aged: Which photograph of a pair is changed to the other's age.
        notes: What else there is to say of the numbers, sentences.
    """

    photo_set: PhotoSet
    data: str = "a data set"
    seed: int = 0
    aged: AgedSide = AgedSide.REFERENCE
    notes: tuple[str, ...] = ()


def evaluate_matching(
    plan: MatchingPlan,
    analyser: FaceAnalyser,
    *,
    maker: SeriesMaker | None,
    calibration: AgeCalibration | None = None,
    matcher: Recogniser | None = None,
    second: SecondRecogniser | None = None,
    out_dir: Path | None = None,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Return the numbers of every arm, with N and interval.

    Args:
        plan: What is compared.
        analyser: Finds faces, and is the recogniser of the arms without a prefix.
        maker: The engine of the arms with derived faces; ``None`` leaves them out.
        calibration: Of ages that the analyser reads, where the photographs' own are not known.
        matcher: The recogniser of the arms ``matcher...``; ``None`` leaves them out.
        second: A further recogniser, which has had no part in making faces; ``None`` leaves its arms out.
        out_dir: Folder for ``matching.json`` and figures; ``None`` writes nothing.
        on_progress: Called with the fraction done and words; may raise ``RunCancelled``.

    Returns:
        JSON types only: ``arms`` (by name, see :func:`statistics.summarise_arm`, with ``difference`` to the arm
        ``untouched``, for other recognisers to ``untouched`` and to their own), ``real_ageing``, what was compared,
        ``notes``.

    Raises:
        InvalidInput: ``out_dir`` is not empty, or there are too few comparisons for an FMR of 1 %, or no face at all.
        RunCancelled: From ``on_progress``.
    """
    report = on_progress or say_nothing
    _check_empty(out_dir)
    photo_set = plan.photo_set
    pairing = pairing_of(photo_set)
    recognisers: dict[str, Recogniser] = {"": analyser}
    if matcher is not None:
        recognisers["matcher"] = matcher
    if second is not None:
        recognisers["second"] = CanonicalRecogniser(second)
    reading_share = 0.9 if maker is None else 0.15
    read, templates = read_photos(
        photo_set.photos,
        analyser,
        list(recognisers.values()),
        crop_size_px=None if maker is None else maker.crop_size_px,
        report=lambda share, words: report(reading_share * share, words),
    )
    is_found = np.array([item.face is not None for item in read])
    if not is_found[list(photo_set.references)].any() or not is_found[list(photo_set.probes)].any():
        raise InvalidInput(
            "No face was found to compare.", "Check that the folder holds photographs of faces."
        )
    ages, is_estimated = _ages(photo_set, read, calibration)
    derived = None
    if maker is not None:
        derived = _derived(
            plan,
            read,
            ages,
            maker,
            analyser,
            list(recognisers.values()),
            lambda share, words: report(reading_share + (0.92 - reading_share) * share, words),
        )
    arms: dict[str, dict[str, Any]] = {}
    kept: dict[str, tuple[Compared, Mapping[str, Threshold | None]]] = {}
    for place, (prefix, own) in enumerate(zip(recognisers, templates, strict=True)):
        report(0.92 + 0.06 * place / len(recognisers), "Comparing")
        rows = _rows(prefix, own, plan, is_found, derived, place)
        first = next(iter(rows))
        for name, arm in rows.items():
            real = None if name == first else kept[first][1]
            counted_at = [] if real is None else [each.value for each in real.values() if each is not None]
            compared = compare(pairing, arm, counted_at=counted_at)
            limits = thresholds_of(compared.non_mated) if real is None else real
            if limits["fmr1"] is None:
                compared.non_mated.threshold(0.01)
            kept[name] = (compared, limits)
            arms[name] = {
                "words": ARM_WORDS[name],
                **summarise_arm(compared, limits, pairing=pairing, photo_set=photo_set, seed=plan.seed),
                "n_faces_not_found": int((~is_found).sum()),
            }
            settings: dict[str, Any] = {"pairing": pairing, "photo_set": photo_set, "seed": plan.seed}
            if name != "untouched":
                arms[name]["difference"] = difference(*kept[name], *kept["untouched"], **settings)
            if first not in (name, "untouched"):
                arms[name]["difference_to_own"] = difference(*kept[name], *kept[first], **settings)
    result: dict[str, Any] = {
        "arms": {name: arms[name] for name in ARM_WORDS if name in arms},
        **_record(plan, pairing, read, is_estimated=is_estimated),
        "recognisers": {
            prefix or "bundled": _recogniser_record(each) for prefix, each in recognisers.items()
        },
        "derived_faces": None if maker is None or derived is None else _maker_record(maker, derived.steps),
        "real_ageing": real_ageing(
            photo_set,
            templates[0],
            ages,
            is_found,
            None if derived is None else derived.by_bundled(),
            seed=plan.seed,
        ),
        "real_ageing_of_others": {
            prefix: real_ageing(photo_set, own, ages, is_found, None, seed=plan.seed)["real"]
            for prefix, own in zip(recognisers, templates, strict=True)
            if prefix
        },
        "seed": plan.seed,
        "notes": _notes(plan, arms, is_estimated=is_estimated),
    }
    cleaned: dict[str, Any] = json_value(result)
    if out_dir is not None:
        report(0.99, "Writing plots")
        out_dir.mkdir(parents=True, exist_ok=True)
        (out_dir / RESULT_NAME).write_text(json.dumps(cleaned, indent=1), encoding="utf-8")
        write_figures(out_dir, cleaned, {name: compared for name, (compared, _) in kept.items()})
    report(1.0, "Done")
    return cleaned


@dataclass(frozen=True, slots=True)
class _Derived:
    """Derived faces of one side of all pairs.

    Attributes:
        steps: Steps of age that faces were made for.
        templates: One array ``(photographs, steps, d)`` for each recogniser.
        places: Which photographs of the set they are of.
        step_of_other: Place among the steps for each photograph of the other side, -1 without an age.
    """

    steps: tuple[int, ...]
    templates: list[NDArray[np.float32]]
    places: tuple[int, ...]
    step_of_other: NDArray[np.intp]

    def by_bundled(self) -> tuple[NDArray[np.float32], tuple[int, ...], tuple[float, ...]]:
        """Return the templates by the bundled recogniser, the photographs they are of, and the ages they show."""
        return self.templates[0], self.places, tuple(map(age_of_step, self.steps))


def _derived(
    plan: MatchingPlan,
    read: Sequence[ReadPhoto],
    ages: FloatArray,
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    recognisers: Sequence[Recogniser],
    report: OnProgress,
) -> _Derived:
    photo_set = plan.photo_set
    sides = (photo_set.references, photo_set.probes)
    changed, other = sides if plan.aged is AgedSide.REFERENCE else sides[::-1]
    all_steps = age_steps(ages[list(other)].tolist())
    steps = tuple(int(step) for step in np.unique(all_steps[all_steps >= 0]))
    templates = aged_templates(
        [read[place] for place in changed],
        ages[list(changed)].tolist(),
        steps,
        maker,
        analyser,
        recognisers,
        sexes=[photo_set.sexes.get(photo_set.photos[place].subject, "unknown") for place in changed],
        report=report,
    )
    known = {step: place for place, step in enumerate(steps)}
    of_other = np.array([known.get(int(step), -1) for step in all_steps], dtype=np.intp)
    return _Derived(steps, templates, changed, of_other)


def _rows(
    prefix: str,
    templates: Templates,
    plan: MatchingPlan,
    is_found: NDArray[np.bool_],
    derived: _Derived | None,
    place: int,
) -> dict[str, ScoreRows]:
    """Return the arms of one recogniser by name, the untouched one first."""
    references, probes = plan.photo_set.references, plan.photo_set.probes
    untouched = untouched_rows(templates, references, probes, is_found)
    names = {
        "": ("untouched", "aged", "fused", "fused_best"),
        "matcher": ("matcher", "matcher_aged", "matcher_fused", "matcher_fused_best"),
    }.get(prefix) or tuple(f"{prefix}_{name}" for name in ("untouched", "aged", "fused", "fused_best"))
    if derived is None:
        return {names[0]: untouched}
    values = derived.templates[place]
    if plan.aged is AgedSide.REFERENCE:
        aged = aged_reference_rows(
            templates, values, references, probes, step_of_probe=derived.step_of_other, is_found=is_found
        )
    else:
        aged = aged_probe_rows(
            templates, values, references, probes, step_of_reference=derived.step_of_other, is_found=is_found
        )
    arms = (untouched, aged, mean_of(untouched, aged), best_of(untouched, aged))
    return dict(zip(names, arms, strict=True))


def _ages(
    photo_set: PhotoSet, read: Sequence[ReadPhoto], calibration: AgeCalibration | None
) -> tuple[FloatArray, bool]:
    """Return the age in each photograph, and whether they are estimates."""
    known = np.array(
        [np.nan if photo.age_years is None else photo.age_years for photo in photo_set.photos],
        dtype=np.float64,
    )
    if not np.isnan(known).any():
        return known, False
    raw = np.array([item.raw_age_years for item in read])
    ages = np.full(len(raw), np.nan)
    is_read = np.isfinite(raw)
    ages[is_read] = calibrated(raw[is_read], calibration)
    return np.where(np.isnan(known), ages, known), True


def _record(
    plan: MatchingPlan, pairing: Pairing, read: Sequence[ReadPhoto], *, is_estimated: bool
) -> dict[str, Any]:
    photo_set = plan.photo_set
    missed = {
        place: f"{photo_set.photos[place].subject}/{photo_set.photos[place].path.name}: {item.reason}"
        for place, item in enumerate(read)
        if item.face is None
    }
    return {
        "data": plan.data,
        "protocol": photo_set.protocol.value,
        "comparison": photo_set.comparison,
        "is_all_pairs": photo_set.is_all_pairs,
        "n_people": len({photo.subject for photo in photo_set.photos}),
        "n_people_to_find": len(set(pairing.references.tolist())),
        "n_photos": len(photo_set.photos),
        "n_references": len(photo_set.references),
        "n_probes": len(photo_set.probes),
        "n_faces_not_found": len(missed),
        "faces_not_found": list(missed.values()),
        "refused": list(photo_set.refused),
        "n_mated": len(pairing.mated),
        "n_non_mated": pairing.non_mated_count,
        "aged": plan.aged.value,
        "ages": "estimated" if is_estimated else "from the names",
    }


def _recogniser_record(recogniser: Recogniser) -> dict[str, Any]:
    return {
        "name": recogniser.name,
        "version": getattr(recogniser, "version", ""),
        "sha256": dict(getattr(recogniser, "weights_sha256", {})),
    }


def _maker_record(maker: SeriesMaker, steps: Sequence[int]) -> dict[str, Any]:
    return {**maker.description, "target_ages": [age_of_step(step) for step in steps]}


def _notes(plan: MatchingPlan, arms: Mapping[str, Any], *, is_estimated: bool) -> list[str]:
    notes = list(plan.notes)
    if is_estimated and any("aged" in name for name in arms):
        notes.append("The ages that faces were changed to are estimates, since the names hold none.")
    if any(arm["threshold_fmr01"] is None for arm in arms.values()):
        notes.append(
            "There are too few comparisons of different people for an FMR of 0.1 %: 1000 are needed."
        )
    if plan.photo_set.is_all_pairs:
        notes.append("All pairs of photographs are compared, whatever the ages are.")
    return notes


def _check_empty(out_dir: Path | None) -> None:
    if out_dir is not None and out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise InvalidInput(f"{out_dir} is not an empty folder.", "Name a new folder for the figures.")
