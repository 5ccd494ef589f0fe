"""The autoencoder engine as a maker of series on canonical crops.

Rules:
    * Only the engine's own building blocks are called, with the parameters that a run would have.
    * Colours are matched and fine detail is put back as in a run, at the pack's resolution; the crop is not
      pasted back.
    * torch is imported when a maker is made, never with this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.autoencoder import schema
from forensic_app.evaluation.series.protocols import RawAge
from forensic_app.faces.analyser import Embedding, RgbImage
from forensic_app.parameters import resolve

_RECORDED = ("detail_keep", "color_match", "identity_guard", "identity_floor")


class AutoencoderSeriesMaker:
    """Makes series with a pack, as :class:`forensic_app.evaluation.series.protocols.SeriesMaker` asks.

    Args:
        pack_path: Folder of the pack.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads, 0 = the engine's default.

    Raises:
        PackAltered: A file does not have its digest.
        PackRefused: The pack serves another engine, or cannot be loaded.
    """

    def __init__(
        self,
        pack_path: Path,
        *,
        parameters: Mapping[str, Any] | None = None,
        device: str = "auto",
        threads: int = 0,
    ) -> None:
        from forensic_app.engines.autoencoder.engine import load_autoencoder
        from forensic_app.engines.device import choose_device
        from forensic_app.engines.packs.network_pack import read_pack_of_kind

        self._parameters = resolve(schema.SCHEMA, parameters or {})
        self._device = choose_device(device, threads=threads)
        self._pack = read_pack_of_kind(pack_path, schema.ENGINE_NAME)
        self._network = load_autoencoder(self._pack, self._device)
        self.guard_shares: NDArray[np.float64] | None = None
        """Share of its change that each picture of the last series got from the identity guard, if it is on."""

    @property
    def crop_size_px(self) -> int:
        """Side of the pack's picture."""
        return self._pack.resolution

    @property
    def description(self) -> Mapping[str, Any]:
        """Pack, engine, variant, device and parameters; JSON types only."""
        return {
            "engine": schema.ENGINE_NAME,
            "engine_version": schema.ENGINE_VERSION,
            "variant": self._network.config["variant"],
            "pack": self._pack.name,
            "pack_version": self._pack.version,
            "pack_sha256": self._pack.sha256,
            "weights_sha256": self._pack.weights_sha256,
            "resolution_px": self._pack.resolution,
            "parameters": {name: self._parameters[name] for name in _RECORDED},
            "device": self._device.as_record(),
        }

    def reconstruct(self, crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``crops``, ``(n, size, size, 3)`` uint8 RGB, encoded and decoded at one age for all.

        The protocol names no age here. The two-decoder variant has no other choice than a side of its split, and
        the split itself is taken; the other variant gives every crop back as it is.
        """
        from forensic_app.engines.autoencoder.engine import decode_at

        age = float(self._network.config["split_age"])
        return np.concatenate(
            [decode_at(self._network, crop, [age], self._device, own_age=age) for crop in crops]
        )

    def make_series(
        self,
        crop: RgbImage,
        *,
        source_age: float,
        sex: str,  # noqa: ARG002 - the protocol's
        embedding: Embedding,  # noqa: ARG002 - the protocol's
        target_ages: Sequence[float],
        raw_age: RawAge | None = None,  # noqa: ARG002 - the protocol's
    ) -> NDArray[np.uint8]:
        """Return one derived crop for each target age, from one encoding."""
        from forensic_app.engines.aging.schema import detail_for_gap, identity_floor
        from forensic_app.engines.autoencoder.engine import decode_at
        from forensic_app.engines.autoencoder.guarding import guarded_pictures
        from forensic_app.engines.pictures.compositing import finished_crop

        reconstruction, *decoded = decode_at(
            self._network,
            crop,
            [source_age, *(float(age) for age in target_ages)],
            self._device,
            own_age=source_age,
        )
        lost = crop.astype(np.float32) - reconstruction.astype(np.float32)
        keep = self._parameters["detail_keep"]
        details = [detail_for_gap(age - source_age, detail_keep=keep) for age in target_ages]
        if self._parameters["identity_guard"]:
            chosen = guarded_pictures(
                reconstruction,
                decoded,
                crop,
                details=details,
                color_match=self._parameters["color_match"],
                floor=identity_floor(self._parameters, self._pack.card.get("editing")),
            )
            decoded, self.guard_shares = list(chosen.latents.numpy()), chosen.shares
        color_match = self._parameters["color_match"]
        return np.stack(
            [
                finished_crop(picture, crop, lost, detail=detail, color_match=color_match)
                for picture, detail in zip(decoded, details, strict=True)
            ]
        )
