"""The pictures of a run as they are written: names, words of the band, mean and spread of an age's variants."""

from __future__ import annotations

from collections.abc import Sequence

from forensic_app.engines.aging.planning import Plan
from forensic_app.engines.pictures import compositing
from forensic_app.engines.pictures.run_frame import FinishedPicture
from forensic_app.faces.analyser import RgbImage
from forensic_app.records import ImageRole


def variant_picture(plan: Plan, pixels: RgbImage, *, unlikeness: float | None = None) -> FinishedPicture:
    """Return one variant of one age, ready to be written.

    Args:
        plan: What it is.
        pixels: ``(height, width, 3)`` uint8 RGB.
        unlikeness: How unlike a photograph the pack's critic finds it, ``None`` without a critic.
    """
    return FinishedPicture(
        pixels=pixels,
        words=f"target age {plan.target_age:g} · variant {plan.variant}",
        stem=f"age-{_age_name(plan.target_age)}-variant-{plan.variant}",
        without_face=(
            f"The analyser finds no face in the picture of age {plan.target_age:g}, variant {plan.variant}."
        ),
        age=plan.target_age,
        variant=plan.variant,
        facts={
            "strength": round(plan.strength, 4),
            "start_step": plan.start,
            **({} if unlikeness is None else {"unlikeness": round(unlikeness, 3)}),
        },
    )


def summary_pictures(age: float, variants: Sequence[RgbImage]) -> list[FinishedPicture]:
    """Return the mean and the spread of the variants of one age, ready to be written."""
    count = len(variants)
    heat, largest = compositing.spread_picture(variants)
    scale = compositing.SPREAD_FULL_SCALE
    mean = FinishedPicture(
        pixels=compositing.mean_picture(variants),
        words=f"target age {age:g} · mean of {count} variants",
        stem=f"age-{_age_name(age)}-mean",
        role=ImageRole.MEAN,
        age=age,
        facts={"variants": count},
    )
    spread = FinishedPicture(
        pixels=heat,
        words=f"target age {age:g} · spread of {count} variants, white = {scale:g} of 255 grey levels",
        stem=f"age-{_age_name(age)}-spread",
        role=ImageRole.SPREAD,
        age=age,
        facts={"variants": count, "largest_spread": round(largest, 2), "full_scale": scale},
    )
    return [mean, spread]


def _age_name(age: float) -> str:
    return f"{int(age):03d}" if age == int(age) else f"{age:07.3f}".replace(".", "-")
