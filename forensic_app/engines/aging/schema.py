"""Parameters and version of the ageing engine; needs no torch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any, Final

from forensic_app.engines.descriptor import EngineDescriptor, Input, Output
from forensic_app.engines.pictures.ages import (
    DEFAULT_TARGET_AGES,
    MAXIMUM_TARGET_AGE,
    MINIMUM_SOURCE_AGE,
    MINIMUM_TARGET_AGE,
)
from forensic_app.engines.pictures.finishing_parameters import COLOR_MATCH, HAIR, KEEP_TONE, PASTE_BACK
from forensic_app.errors import PackRefused
from forensic_app.parameters import Parameter, Schema

ENGINE_NAME: Final = "aging"
ENGINE_VERSION: Final = "1.6"

GUARD_ANALYSER: Final = "dlib"
"""Analyser of the identity guard, whatever analyser measures: the bundled one."""

DEFAULT_IDENTITY_FLOOR: Final = 0.45
"""Score that the guard asks for where the pack names none: the bundled analyser's threshold at an FMR of 1 % lay
between 0.40 and 0.42 on sets of aligned photographs of different adults."""

CHILD_TO_YEARS: Final = 13.0
FULL_FLOOR_FROM_YEARS: Final = 18.0
GROWN_FROM_YEARS: Final = 20.0
"""Ages between which the guard asks less of a child who is shown grown up."""

ADAPTER_PULL: Final = 0.075
"""Likeness pull with an adapter, chosen on the photographs of two people (docs/personalisation.md)."""

APPEARANCE_YEARS: Final = 5.0
"""Age gap over which the difference between apparent and stated age fades to 37 %."""

GAP_SCALE_YEARS: Final = 15.0
"""Age gap at which the strength has covered 63 % of the way from its base to its maximum."""

OPTIONAL_LISTS: Final = frozenset(
    {
        "settle",
        "settle_guidance",
        "settle_pull",
        "settle_threshold",
        "eyes_push",
        "mouth_push",
        "noise_limit",
        "noise_at_eyes",
    }
)
"""Lists of a pack's ``editing`` that it may lack: they came with the second pass, or later."""

BASE_STRENGTH_SHARE: Final = 0.5
"""Share of the maximum strength that is used when the target age is the source age."""

SCHEMA: Schema = (
    Parameter(
        "target_ages",
        "ages",
        list(DEFAULT_TARGET_AGES),
        "Ages to show, in years.",
        minimum=MINIMUM_TARGET_AGE,
        maximum=MAXIMUM_TARGET_AGE,
        unit="years",
    ),
    Parameter(
        "variants",
        "integer",
        1,
        "Number of different images for each age; two or more also give their mean and spread.",
        minimum=1,
        maximum=8,
    ),
    Parameter(
        "seed", "integer", 0, "Start of the random numbers; the same seed repeats the images.", 0, 2**31 - 1
    ),
    Parameter(
        "source_age",
        "number",
        None,
        "Age of the person in the photograph; empty takes it from the exhibit's record, else an estimate.",
        minimum=2,
        maximum=MAXIMUM_TARGET_AGE,
        unit="years",
    ),
    Parameter(
        "apparent_age_weight",
        "number",
        0.5,
        "Where a change of age starts: 0 at the stated age, 1 at the age that the face appears to have "
        "(the calibrated estimate); without effect where the pack has no calibration for the analyser.",
        minimum=0,
        maximum=1,
        is_advanced=True,
    ),
    Parameter(
        "num_inference_steps",
        "integer",
        12,
        "Steps over the whole noise range; more is finer and slower.",
        minimum=2,
        maximum=200,
    ),
    Parameter(
        "guidance_scale",
        "number",
        3.0,
        "How far the change of age is pushed; 0 leaves the photograph as it is.",
        minimum=0,
        maximum=15,
    ),
    Parameter(
        "guidance_rescale",
        "number",
        0.7,
        "How much the guided prediction is brought back to the spread of the unguided one.",
        minimum=0,
        maximum=1,
        is_advanced=True,
    ),
    Parameter(
        "strength",
        "number",
        0.75,
        "Largest share of the noise range that an edit may use; small age gaps use less.",
        minimum=0.05,
        maximum=1,
    ),
    Parameter(
        "identity_weight",
        "number",
        0.5,
        "How much the face's embedding holds the likeness against the change of age; without effect where the "
        "pack has no identity tokens.",
        minimum=0,
        maximum=1,
        is_advanced=True,
    ),
    Parameter(
        "identity_guard",
        "flag",
        True,
        "Hold the change of age back in a picture that the bundled analyser would no longer take for this person.",
    ),
    Parameter(
        "identity_floor",
        "number",
        None,
        "Comparison score of the bundled analyser that the guard asks for; empty takes the pack's.",
        minimum=0,
        maximum=1,
        is_advanced=True,
    ),
    Parameter(
        "likeness_pull",
        "number",
        None,
        "How far pictures are drawn towards the photographs that the adapter was trained on, without an adapter "
        "towards the photograph itself; empty is 0.075 with an adapter and 0 without.",
        minimum=0,
        maximum=0.5,
        is_advanced=True,
    ),
    Parameter(
        "settle",
        "number",
        None,
        "Share of the noise range over which a changed picture is drawn anew, which mends what the change broke; "
        "empty takes the pack's, 0 leaves it out.",
        minimum=0,
        maximum=0.8,
    ),
    Parameter(
        "settle_guidance",
        "number",
        None,
        "How much the target age weighs against the photograph's while a picture is drawn anew; empty takes the "
        "pack's, 1 is the target age alone.",
        minimum=0,
        maximum=6,
        is_advanced=True,
    ),
    Parameter(
        "settle_pull",
        "number",
        None,
        "How far pictures are drawn towards the photograph, or those of the adapter, while they are drawn anew; empty "
        "takes the pack's.",
        minimum=0,
        maximum=0.5,
        is_advanced=True,
    ),
    Parameter(
        "settle_threshold",
        "number",
        None,
        "How far a place must differ after it is drawn anew to be taken from there, in medians of the picture; empty "
        "takes the pack's, 0 takes the whole picture.",
        minimum=0,
        maximum=10,
        is_advanced=True,
    ),
    Parameter(
        "eyes_push",
        "number",
        None,
        "Share of the change that the eyes and what is around them get; empty takes the pack's.",
        minimum=0,
        maximum=1.5,
        is_advanced=True,
        before=1.0,
    ),
    Parameter(
        "mouth_push",
        "number",
        None,
        "Share of the change that the mouth gets; empty takes the pack's.",
        minimum=0,
        maximum=1.5,
        is_advanced=True,
        before=1.0,
    ),
    Parameter(
        "noise_limit",
        "number",
        None,
        "How strong the photograph's noise may be at a place before the change of age begins, in medians of the "
        "picture: what is stronger (moles, edges of glasses) is no noise, and a push makes stains of it; empty takes "
        "the pack's, 0 leaves it as it is.",
        minimum=0,
        maximum=4,
        is_advanced=True,
        before=0.0,
    ),
    Parameter(
        "noise_at_eyes",
        "number",
        None,
        "How far the strength that the noise limit takes from the photograph's noise comes back at the eyes and "
        "around them: 1 is whole, as elsewhere; with 0 fewer people get glasses that they never wore; empty takes the "
        "pack's.",
        minimum=0,
        maximum=1,
        is_advanced=True,
        before=1.0,
    ),
    Parameter(
        "scheduler",
        "choice",
        "ddim",
        "Rule of the denoising steps: deterministic (ddim) or ancestral (ddpm).",
        choices=("ddim", "ddpm"),
        is_advanced=True,
    ),
    Parameter(
        "inversion",
        "choice",
        "ddim",
        "How the photograph's noise is found: step by step (ddim) or drawn from the seed (edit-friendly).",
        choices=("ddim", "edit-friendly"),
        is_advanced=True,
    ),
    Parameter(
        "variation",
        "number",
        0.35,
        "How much seeded noise the second and later variants hold, as a share of the noise.",
        minimum=0,
        maximum=1,
        is_advanced=True,
    ),
    Parameter(
        "detail_keep",
        "number",
        0.5,
        "Share of the photograph's fine detail that is put back; it falls as the age gap grows.",
        minimum=0,
        maximum=1,
        is_advanced=True,
    ),
    Parameter(
        "adapter",
        "text",
        None,
        "What a personalisation learned about the subject, such as A-0001; empty uses the photograph alone.",
    ),
    Parameter(
        "relatives",
        "text",
        None,
        "Photographs of relatives that pictures are drawn towards, each with its share, such as E-0012:0.3; what that "
        "does to the likeness is not measured. Empty uses none.",
        is_advanced=True,
    ),
    Parameter(
        "restore",
        "flag",
        True,
        "Give a flat face the usual contrast and take the grain out of a grainy photograph before the change of age: "
        "both would break the picture. Both come back afterwards.",
        is_advanced=True,
        before=False,
    ),
    KEEP_TONE,
    PASTE_BACK,
    HAIR,
    COLOR_MATCH,
)

DESCRIPTOR: Final = EngineDescriptor(
    name=ENGINE_NAME,
    version=ENGINE_VERSION,
    title="Ageing",
    method="latent diffusion",
    schema=SCHEMA,
    makes=Output.AGES,
    accepts=frozenset({Input.PHOTOGRAPH}),
    pack_kind="aging",
    default_pack="base",
    loader="forensic_app.engines.aging.engine:AgingEngine",
    libraries=(
        "torch",
        "diffusers",
        "transformers",
        "safetensors",
        "numpy",
        "pillow",
        "scikit-image",
        "scipy",
    ),
    takes_adapters=True,
)


def edited_from(stated_age: float, apparent_age: float | None, *, apparent_age_weight: float) -> float:
    """Return the age that an edit starts from: ``(1 - w) stated + w apparent``, at least the youngest age allowed.

    What has to change is what the photograph shows. Stated ages and estimates both err by years, and a face can look
    older or younger than it is; their mean lies nearer to what the photograph shows than either.

    Args:
        stated_age: Age at the photograph, years.
        apparent_age: Calibrated estimate on the photograph, years; ``None`` where there is none.
        apparent_age_weight: The parameter, in ``[0, 1]``.
    """
    if apparent_age is None:
        return stated_age
    mean = (1.0 - apparent_age_weight) * stated_age + apparent_age_weight * apparent_age
    return max(mean, MINIMUM_SOURCE_AGE)


def caption_age(target_age: float, *, stated_age: float, start_age: float) -> float:
    """Return the age that the caption of a picture names, from 2 to 100 years.

    ``target + (start - stated) exp(-|target - stated| / 5)``: at the stated age the person looks as in the photograph,
    so nothing is changed; the further away, the less the way they look for their age in this photograph says.

    Args:
        target_age: Age to show, years.
        stated_age: Age at the photograph, years.
        start_age: Age that the edit starts from, see :func:`edited_from`.
    """
    kept = math.exp(-abs(target_age - stated_age) / APPEARANCE_YEARS)
    age = target_age + kept * (start_age - stated_age)
    return min(max(age, MINIMUM_TARGET_AGE), MAXIMUM_TARGET_AGE)


def strength_for_gap(gap_years: float, *, maximum_strength: float) -> float:
    """Return the share of the noise range that an edit over ``gap_years`` uses.

    ``s(g) = s_max (b + (1 - b)(1 - exp(-|g| / 15)))`` with ``b`` = 0.5: half the maximum where the age does
    not change, 82 % of it at 15 years, 97 % at 40 years. It never falls as the gap grows.

    Args:
        gap_years: Target age minus source age; its sign does not matter.
        maximum_strength: The parameter ``strength``, in ``(0, 1]``.

    Returns:
        Strength in ``(0, maximum_strength]``.
    """
    share = 1.0 - math.exp(-abs(gap_years) / GAP_SCALE_YEARS)
    return maximum_strength * (BASE_STRENGTH_SHARE + (1.0 - BASE_STRENGTH_SHARE) * share)


def push_for_gap(gap_years: float, editing: Mapping[str, Any] | None) -> float:
    """Return the share of ``guidance_scale`` that an edit over ``gap_years`` gets, 1 where the pack names none.

    Args:
        gap_years: Target age minus source age, with its sign.
        editing: The pack's ``editing``, see :func:`for_gap`.

    Raises:
        PackRefused: The pack's lists differ in length, are empty, or the gaps do not rise.
    """
    return for_gap(gap_years, editing, "guidance_share", 1.0) if editing else 1.0


def for_gap(gap_years: float, editing: Mapping[str, Any], name: str, default: float) -> float:
    """Return a setting of an edit over ``gap_years`` as the pack has it.

    A pack may say how each change of age is to be made: ``pack.json`` then holds ``editing`` with ``gap_years`` (target
    age minus source age, rising) and lists of a value for each. Between two gaps the value is linear, beyond the outer
    ones it stays.

    Args:
        gap_years: Target age minus source age, with its sign.
        editing: The pack's ``editing``.
        name: Name of the list.
        default: The value where the pack has no such list.

    Raises:
        PackRefused: The lists differ in length, are empty, or the gaps do not rise.
    """
    gaps, values = editing.get("gap_years") or [], editing.get(name)
    if values is None and name in OPTIONAL_LISTS:
        return default
    values = values or []
    if not gaps or len(gaps) != len(values) or any(a >= b for a, b in itertools.pairwise(gaps)):
        raise PackRefused(
            "The pack's editing strengths are not a rising list of age gaps with a share for each.",
            "Restore the pack, or correct its pack.json and import it again.",
        )
    if gap_years <= gaps[0]:
        return float(values[0])
    for (low, high), (first, second) in zip(
        itertools.pairwise(gaps), itertools.pairwise(values), strict=True
    ):
        if gap_years <= high:
            return float(first + (second - first) * (gap_years - low) / (high - low))
    return float(values[-1])


def identity_floor(
    parameters: Mapping[str, Any],
    editing: Mapping[str, Any] | None,
    *,
    source_age: float = FULL_FLOOR_FROM_YEARS,
    target_age: float = GROWN_FROM_YEARS,
) -> float:
    """Return the score that the identity guard asks for: the parameter's, else the pack's, else 0.45.

    A pack may ask less of a child who is shown grown up: a real photograph of the adult would not reach the score that
    two photographs of an adult do. That holds from 20 years on, for children of up to 13 years, and fades to 18.

    Args:
        parameters: Resolved parameters.
        editing: The pack's ``editing``, which may hold ``identity_floor`` and ``identity_floor_grown``.
        source_age: Age that the edit starts from, years.
        target_age: Age to show, years.
    """
    asked, editing = parameters["identity_floor"], editing or {}
    if asked is not None:
        return float(asked)
    floor = float(editing.get("identity_floor", DEFAULT_IDENTITY_FLOOR))
    grown = editing.get("identity_floor_grown")
    if grown is None or target_age < GROWN_FROM_YEARS:
        return floor
    share = min(
        max((FULL_FLOOR_FROM_YEARS - source_age) / (FULL_FLOOR_FROM_YEARS - CHILD_TO_YEARS), 0.0), 1.0
    )
    return floor + share * (float(grown) - floor)


def likeness_pull(parameters: Mapping[str, Any], *, has_adapter: bool) -> float:
    """Return how far pictures are drawn towards photographs: the parameter's, else 0.075 with an adapter, 0 without.

    Args:
        parameters: Resolved parameters.
        has_adapter: Whether an adapter that names its photographs is used.
    """
    asked = parameters["likeness_pull"]
    return float((ADAPTER_PULL if has_adapter else 0.0) if asked is None else asked)


def detail_for_gap(gap_years: float, *, detail_keep: float) -> float:
    """Return the share of fine detail that is put back: ``detail_keep * exp(-|gap| / 15)``."""
    return detail_keep * math.exp(-abs(gap_years) / GAP_SCALE_YEARS)


def surround_detail(detail_keep: float) -> float:
    """Return the share of fine detail that is put back around the face: twice ``detail_keep``, at most 1."""
    return min(1.0, 2.0 * detail_keep)


def start_step(strength: float, num_inference_steps: int) -> int:
    """Return the step of the noise schedule that an edit starts from, from 1 to ``num_inference_steps``."""
    return min(max(math.floor(strength * num_inference_steps + 0.5), 1), num_inference_steps)
