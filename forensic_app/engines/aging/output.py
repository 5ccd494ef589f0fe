"""Write the pictures of a run: each with its band, its name, and what was measured on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forensic_app import __version__
from forensic_app.digests import sha256_of_bytes
from forensic_app.engines import marking
from forensic_app.engines.aging import compositing, schema
from forensic_app.engines.packs import Pack
from forensic_app.faces.analyser import RgbImage
from forensic_app.messages import OutputImage
from forensic_app.records import ImageRole


@dataclass(frozen=True, slots=True)
class Plan:
    """One picture to make.

    Attributes:
        target_age: Age to show, in years.
        variant: From 1.
        strength: Share of the noise range that is used.
        start: Step of the noise schedule to start from.
        detail: Share of the photograph's fine detail that is put back.
    """

    target_age: float
    variant: int
    strength: float
    start: int
    detail: float


@dataclass(frozen=True, slots=True)
class OutputWriter:
    """Writes PNG files into one run's folder.

    Attributes:
        output_dir: The run's empty folder.
        run_id: Printed on the band.
        pack: Named in the metadata.
    """

    output_dir: Path
    run_id: str
    pack: Pack

    def write_variant(self, plan: Plan, picture: RgbImage, measured: Mapping[str, Any]) -> OutputImage:
        """Write one variant of one age."""
        return self._write(
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
        mean = self._write(
            compositing.mean_picture(variants),
            words=f"target age {age:g} · mean of {count} variants",
            stem=f"age-{_age_name(age)}-mean",
            role=ImageRole.MEAN,
            age=age,
            variant=None,
            facts={"variants": count},
        )
        spread = self._write(
            heat,
            words=f"target age {age:g} · spread of {count} variants, white = {scale:g} of 255 grey levels",
            stem=f"age-{_age_name(age)}-spread",
            role=ImageRole.SPREAD,
            age=age,
            variant=None,
            facts={"variants": count, "largest_spread": round(largest, 2), "full_scale": scale},
        )
        return [mean, spread]

    def _write(
        self,
        picture: RgbImage,
        *,
        words: str,
        stem: str,
        role: ImageRole,
        age: float,
        variant: int | None,
        facts: Mapping[str, Any],
    ) -> OutputImage:
        path = self.output_dir / f"{stem}.png"
        version = self.pack.version or self.pack.sha256[:12]
        width_px, height_px = marking.write_png(
            picture,
            path,
            caption=f"{words} · run {self.run_id}",
            system=f"Forensic App, {schema.ENGINE_NAME} engine, model pack {self.pack.name}",
            version=f"{__version__}, engine {schema.ENGINE_VERSION}, pack {version}",
        )
        metrics = {
            **facts,
            "band_height_px": height_px - picture.shape[0],
            "pixels_sha256": sha256_of_bytes(np.ascontiguousarray(picture).tobytes()),
        }
        return OutputImage(path, role.value, age, variant, width_px, height_px, metrics)


def _age_name(age: float) -> str:
    return f"{int(age):03d}" if age == int(age) else f"{age:07.3f}".replace(".", "-")
