"""Write a run's pictures: each with its band, its metadata, its name, and what was measured on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forensic_app import __version__
from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.pictures import marking
from forensic_app.faces.analyser import RgbImage
from forensic_app.messages import OutputImage
from forensic_app.records import ImageRole


@dataclass(frozen=True, slots=True)
class PictureWriter:
    """Writes PNG files into one run's folder.

    Attributes:
        output_dir: The run's empty folder.
        run_id: Printed on the band.
        pack: Named in the metadata.
        engine_name: Named in the metadata.
        engine_version: Named in the metadata.
    """

    output_dir: Path
    run_id: str
    pack: Pack
    engine_name: str
    engine_version: str

    def write(
        self,
        picture: RgbImage,
        *,
        words: str,
        stem: str,
        role: ImageRole,
        age: float | None,
        variant: int | None,
        facts: Mapping[str, Any],
    ) -> OutputImage:
        """Write one picture.

        Args:
            picture: Shape ``(height, width, 3)`` uint8 RGB, without a band.
            words: What the band says before the run's identifier.
            stem: File name without its ending.
            role: What the picture shows.
            age: Age shown, in years.
            variant: From 1.
            facts: Metrics; the band's height, the margins and the digest of the pixels are added.
        """
        path = self.output_dir / f"{stem}.png"
        version = self.pack.version or self.pack.sha256[:12]
        data, width_px, height_px = marking.png_of(
            picture,
            caption=f"{words} · run {self.run_id}",
            system=f"Forensic App, {self.engine_name} engine, model pack {self.pack.name}",
            version=f"{__version__}, engine {self.engine_version}, pack {version}",
        )
        with path.open("xb") as stream:
            stream.write(data)
        metrics = {
            **facts,
            "band_height_px": height_px - picture.shape[0],
            "margins_px": list(marking.margins_px(picture.shape[1], width_px)),
            "pixels_sha256": sha256_of_bytes(np.ascontiguousarray(picture).tobytes()),
        }
        return OutputImage(
            path, role.value, age, variant, width_px, height_px, metrics, sha256_of_bytes(data)
        )
