"""Write the pictures of a run: each with its band, its name, and what was measured on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forensic_app.engines.aging.planning import Plan
from forensic_app.engines.pictures import compositing
from forensic_app.engines.pictures.picture_writer import PictureWriter
from forensic_app.faces.analyser import RgbImage
from forensic_app.messages import OutputImage
from forensic_app.records import ImageRole


class OutputWriter(PictureWriter):
    """Writes the pictures of target ages, and the mean and spread of their variants."""

    def write_variant(self, plan: Plan, picture: RgbImage, measured: Mapping[str, Any]) -> OutputImage:
        """Write one variant of one age."""
        return self.write(
            picture,
            words=f"target age {plan.target_age:g} · variant {plan.variant}",
            stem=f"age-{_age_name(plan.target_age)}-variant-{plan.variant}",
            role=ImageRole.DERIVED,
            age=plan.target_age,
            variant=plan.variant,
            facts={**measured, "strength": round(plan.strength, 4), "start_step": plan.start},
        )

    def write_summaries(self, age: float, variants: Sequence[RgbImage]) -> list[OutputImage]:
        """Write the mean and the spread of the variants of one age."""
        count = len(variants)
        heat, largest = compositing.spread_picture(variants)
        scale = compositing.SPREAD_FULL_SCALE
        mean = self.write(
            compositing.mean_picture(variants),
            words=f"target age {age:g} · mean of {count} variants",
            stem=f"age-{_age_name(age)}-mean",
            role=ImageRole.MEAN,
            age=age,
            variant=None,
            facts={"variants": count},
        )
        spread = self.write(
            heat,
            words=f"target age {age:g} · spread of {count} variants, white = {scale:g} of 255 grey levels",
            stem=f"age-{_age_name(age)}-spread",
            role=ImageRole.SPREAD,
            age=age,
            variant=None,
            facts={"variants": count, "largest_spread": round(largest, 2), "full_scale": scale},
        )
        return [mean, spread]


def _age_name(age: float) -> str:
    return f"{int(age):03d}" if age == int(age) else f"{age:07.3f}".replace(".", "-")
