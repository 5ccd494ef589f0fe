"""The autoencoder engine as a maker of series on canonical crops.

Rules:
    * The edit is the run's (:mod:`forensic_app.engines.autoencoder.face_edit`), with the parameters that a run would
      have, finished at the pack's resolution and not pasted back.
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

_ANY_AGE = 40.0
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
        from forensic_app.engines.autoencoder.face_edit import FaceEditor
        from forensic_app.engines.device import choose_device
        from forensic_app.engines.packs.network_pack import read_pack_of_kind

        self._parameters = resolve(schema.SCHEMA, parameters or {})
        self._device = choose_device(device, threads=threads)
        self._pack = read_pack_of_kind(pack_path, schema.ENGINE_NAME)
        self._editor = FaceEditor(self._pack, self._device)
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
            "variant": schema.VARIANT,
            "pack": self._pack.name,
            "pack_version": self._pack.version,
            "pack_sha256": self._pack.sha256,
            "weights_sha256": self._pack.weights_sha256,
            "resolution_px": self._pack.resolution,
            "parameters": {name: self._parameters[name] for name in _RECORDED},
            "device": self._device.as_record(),
        }

    def reconstruct(self, crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``crops``, ``(n, size, size, 3)`` uint8 RGB, encoded and decoded at an age of their own.

        The protocol names no age here, and none is needed: at its own age, whichever it is, a face stays as it is.
        """
        return np.concatenate([self._editor.decoded(crop, [_ANY_AGE], own_age=_ANY_AGE) for crop in crops])

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
        edit = self._editor.edit(
            crop,
            own_age=source_age,
            target_ages=[float(age) for age in target_ages],
            parameters=self._parameters,
        )
        self.guard_shares = None if edit.guard is None else edit.guard.shares
        return edit.finished_crops()
