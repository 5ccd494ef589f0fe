"""The ageing engine as a maker of series on canonical crops.

Rules:
    * A face is edited as in a run, with the parameters that a run would have; nothing of the method is decided here.
    * The first variant is made: deterministic for DDIM inversion. Colours are matched and fine detail is put
      back at the pack's resolution; the crop is not pasted back.
    * torch is imported when a maker is made, never with this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.aging import schema
from forensic_app.engines.aging.planning import SourceAge
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.measurement import apparent_age, read_calibration
from forensic_app.evaluation.series.protocols import OnProgress, RawAge
from forensic_app.faces.analyser import Embedding, RgbImage
from forensic_app.parameters import resolve

if TYPE_CHECKING:
    from forensic_app.engines.aging.components import Components
    from forensic_app.engines.aging.edit_network import EditNetwork
    from forensic_app.engines.aging.inversion import OnStep

_WORDS = {"invert": "Inverting the photograph", "denoise": "Changing the age"}


class AgingSeriesMaker:
    """Makes series with a pack, as :class:`forensic_app.evaluation.series.protocols.SeriesMaker` asks."""

    def __init__(
        self,
        pack_path: Path,
        *,
        seed: int = 0,
        parameters: Mapping[str, Any] | None = None,
        device: str = "auto",
        threads: int = 0,
        on_progress: OnProgress | None = None,
    ) -> None:
        """Verify and load the pack.

        Args:
            pack_path: Folder of the pack.
            seed: Seed of the engine's random numbers.
            parameters: Engine parameters other than ages and seed; the engine's defaults otherwise.
            device: ``auto``, ``cpu`` or ``cuda``.
            threads: CPU threads, 0 = the engine's default.
            on_progress: Called at every step of every series, with the fraction of that series.

        Raises:
            InvalidInput: A parameter is unknown or out of bounds.
            PackMissing: A part of the pack is not there.
            PackAltered: A file does not have its digest.
            PackRefused: The pack is of a kind that is not loaded.
        """
        from forensic_app.engines.aging.components import load_components
        from forensic_app.engines.device import choose_device

        self._parameters = resolve(schema.SCHEMA, {**(parameters or {}), "seed": seed})
        self._device = choose_device(device, threads=threads)
        self._components = load_components(read_pack(pack_path), self._device)
        self._calibration = read_calibration(self._components.pack)
        self._on_progress = on_progress
        self.network: EditNetwork | None = None
        """The network with a subject's adapter, while one is attached to :attr:`components`."""
        self.likeness_pull: float | None = None
        """The parameter of this name, in place of the given one."""
        self.guard_shares = np.ones(0)
        """Share of its push that each picture of the last series got from the identity guard."""

    @property
    def components(self) -> Components:
        """The pack's networks."""
        return self._components

    @property
    def crop_size_px(self) -> int:
        """Side of the pack's picture."""
        return self._components.pack.resolution

    @property
    def description(self) -> Mapping[str, Any]:
        """Pack, engine, device and parameters; JSON types only."""
        pack = self._components.pack
        left_out = ("target_ages", "variants", "source_age", "variation")
        return {
            "engine": schema.ENGINE_NAME,
            "engine_version": schema.ENGINE_VERSION,
            "pack": pack.name,
            "pack_version": pack.version,
            "pack_sha256": pack.sha256,
            "weights_sha256": pack.weights_sha256,
            "editing": pack.card.get("editing"),
            "resolution_px": pack.resolution,
            "parameters": {name: value for name, value in self._parameters.items() if name not in left_out},
            "device": self._device.as_record(),
        }

    def reconstruct(self, crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``crops`` after the autoencoder, ``(n, size, size, 3)`` uint8 RGB."""
        return np.concatenate([self._components.decode(self._components.encode(crop)) for crop in crops])

    def ages_in_captions(
        self, source_age: float, target_ages: Sequence[float], raw_age: RawAge | None
    ) -> tuple[float, list[float]]:
        """Return the age that the edit starts from and the ages that it goes to, in years, as in a run.

        Args:
            source_age: Labelled age, years.
            target_ages: Ages to show, years.
            raw_age: Estimate on the photograph; without effect unless the pack's calibration is for its analyser.
        """
        age = self._source_age(source_age, raw_age)
        return age.edited_from, [age.caption_age(target) for target in target_ages]

    def make_series(
        self,
        crop: RgbImage,
        *,
        source_age: float,
        sex: str,
        embedding: Embedding,
        target_ages: Sequence[float],
        raw_age: RawAge | None = None,
    ) -> NDArray[np.uint8]:
        """Return one derived crop for each target age, from one inversion and one batch.

        Raises:
            ValueError: The pack's identity tokens need an embedding of another length.
        """
        from forensic_app.engines.aging.edit_network import PackNetwork
        from forensic_app.engines.aging.face_edit import Face, edit_face

        changed = {} if self.likeness_pull is None else {"likeness_pull": self.likeness_pull}
        face = Face(crop, self._source_age(source_age, raw_age), target_ages, sex, embedding)
        edited = edit_face(
            self.network or PackNetwork(self._components),
            face,
            {**self._parameters, **changed, "variants": 1},
            self._stage,
        )
        self.guard_shares = np.ones(len(target_ages)) if edited.guard is None else edited.guard.shares
        return edited.finished_crops()

    def _source_age(self, stated: float, raw_age: RawAge | None) -> SourceAge:
        apparent = None
        if raw_age is not None:
            apparent = apparent_age(raw_age.years, self._calibration, analyser=raw_age.analyser)
        return SourceAge.of(stated, apparent, weight=self._parameters["apparent_age_weight"])

    @contextmanager
    def _stage(self, name: str) -> Iterator[OnStep]:
        """Announce the steps of the two long stages."""

        def on_step(done: int, total: int) -> None:
            words = _WORDS.get(name)
            if words is not None and self._on_progress is not None:
                self._on_progress(done / total, words)

        yield on_step
