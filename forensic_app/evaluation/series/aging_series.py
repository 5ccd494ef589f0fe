"""The ageing engine as a maker of series on canonical crops.

Rules:
    * Only the engine's own building blocks are called, with the parameters that a run would have; nothing of
      the method is decided here.
    * The first variant is made: deterministic for DDIM inversion. Colours are matched and fine detail is put
      back as in a run, at the pack's resolution; the crop is not pasted back.
    * torch is imported when a maker is made, never with this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.engines.aging import schema
from forensic_app.engines.aging.prompts import DEFAULT_TEMPLATE, caption
from forensic_app.engines.packs.pack import read_pack
from forensic_app.engines.pictures.measurement import estimator_names, read_calibration
from forensic_app.evaluation.series.protocols import OnProgress, RawAge
from forensic_app.faces.analyser import Embedding, RgbImage
from forensic_app.parameters import resolve

if TYPE_CHECKING:
    from forensic_app.engines.aging.components import Components
    from forensic_app.engines.personalisation.network import PersonalisedNetwork


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
        from forensic_app.engines.aging.noise_schedule import schedule_from
        from forensic_app.engines.device import choose_device

        self._parameters = resolve(schema.SCHEMA, {**(parameters or {}), "seed": seed})
        self._device = choose_device(device, threads=threads)
        self._components = load_components(read_pack(pack_path), self._device)
        self._calibration = read_calibration(pack_path)
        self._schedule = schedule_from(self._components.scheduler, self._parameters["num_inference_steps"])
        self._on_progress = on_progress
        self.network: PersonalisedNetwork | None = None
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
        calibration = self._calibration
        apparent = None
        if raw_age is not None and calibration is not None:
            fits = calibration.estimator in estimator_names(raw_age.analyser)
            apparent = calibration(raw_age.years) if fits else None
        weight = self._parameters["apparent_age_weight"]
        start = schema.edited_from(source_age, apparent, apparent_age_weight=weight)
        named = [schema.caption_age(age, stated_age=source_age, start_age=start) for age in target_ages]
        return start, named

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
        from forensic_app.engines.aging import editing
        from forensic_app.engines.pictures import compositing

        parameters, components = self._parameters, self._components
        start_age, named = self.ages_in_captions(source_age, target_ages, raw_age)
        identity = self._identity(embedding)
        template = components.pack.prompt_style or DEFAULT_TEMPLATE
        if self.network is None:
            captions = [caption(age, sex=sex, template=template) for age in (start_age, *named)]
            conditions = components.encode_conditions(
                captions, identity, identity_weight=parameters["identity_weight"]
            )
        else:
            conditions = self.network.encode_conditions(
                (start_age, *named),
                sex=sex,
                embedding=identity,
                identity_weight=parameters["identity_weight"],
            )
        clean = components.encode(crop)
        gaps = [age - start_age for age in named]
        starts = [self._start(gap) for gap in gaps]
        trajectory = self._inverted(clean, conditions[:1], levels=max(starts))
        rows = [
            editing.EditRow(
                start,
                trajectory.latents[start],
                conditions[1 + place : 2 + place],
                trajectory,
                push=schema.push_for_gap(gaps[place], components.pack.card.get("editing")),
            )
            for place, start in enumerate(starts)
        ]

        steer = self._steer(crop)

        def make(rows: Sequence[editing.EditRow]) -> Any:
            return editing.edit(
                self._predict,
                self._schedule,
                rows,
                conditions[:1],
                scale=parameters["guidance_scale"],
                rescale=parameters["guidance_rescale"],
                on_step=self._on_step("Changing the age"),
                steer=steer,
            )

        reconstruction = components.decode(clean)[0]
        details = [schema.detail_for_gap(gap, detail_keep=parameters["detail_keep"]) for gap in gaps]
        latents = self._guarded(rows, make, crop, reconstruction, details)
        missing = crop.astype(np.float32) - reconstruction.astype(np.float32)
        return np.stack(
            [
                compositing.finished_crop(
                    picture, crop, missing, detail=detail, color_match=parameters["color_match"]
                )
                for picture, detail in zip(components.decode(latents), details, strict=True)
            ]
        )

    def _steer(self, crop: RgbImage) -> Any:
        """Return what draws the pictures towards photographs, as in a run, ``None`` for nothing."""
        from forensic_app.engines.personalisation.likeness import likeness_pull

        references = None if self.network is None else self.network.photographs
        given = {"likeness_pull": self.likeness_pull} if self.likeness_pull is not None else self._parameters
        strength = schema.likeness_pull(given, has_adapter=references is not None)
        return likeness_pull(
            self._components, self._schedule, strength=strength, references=references, crop=crop
        )

    def _guarded(
        self, rows: Any, make: Any, crop: RgbImage, reconstruction: RgbImage, details: Sequence[float]
    ) -> Any:
        """Return the rows' latents, as far as the identity guard lets them change where it is on."""
        from forensic_app.engines.pictures.identity_guard import CropJudge, guarded_edit
        from forensic_app.engines.pictures.photo import kept_analyser

        self.guard_shares = np.ones(len(rows))
        if not self._parameters["identity_guard"]:
            return make(rows)
        judge = CropJudge(
            crop,
            reconstruction,
            kept_analyser(schema.GUARD_ANALYSER),
            decode=self._components.decode,
            details=details,
            color_match=self._parameters["color_match"],
        )
        floor = schema.identity_floor(self._parameters, self._components.pack.card.get("editing"))
        guarded = guarded_edit(rows, make, judge, floor=floor)
        self.guard_shares = guarded.shares
        return guarded.latents

    @property
    def _predict(self) -> Any:
        return self._components.predict if self.network is None else self.network.predict

    def _start(self, gap_years: float) -> int:
        limit = float(self._components.pack.card.get("timestep_limit", 1.0))
        most = min(self._parameters["strength"], limit)
        strength = schema.strength_for_gap(gap_years, maximum_strength=most)
        start = schema.start_step(strength, self._parameters["num_inference_steps"])
        return min(start, len(self._schedule.timesteps))

    def _inverted(self, clean: Any, source: Any, *, levels: int) -> Any:
        from forensic_app.engines.aging import inversion

        parameters = self._parameters
        eta = 1.0 if parameters["scheduler"] == "ddpm" else 0.0
        on_step = self._on_step("Inverting the photograph")
        predict = self._predict
        if parameters["inversion"] == "edit-friendly":
            seed = parameters["seed"] * 8 + 1
            return inversion.invert_edit_friendly(
                predict, self._schedule, clean, source, levels=levels, seed=seed, eta=eta, on_step=on_step
            )
        return inversion.invert_ddim(
            predict, self._schedule, clean, source, levels=levels, eta=eta, on_step=on_step
        )

    def _identity(self, embedding: Embedding) -> Embedding | None:
        projection = self._components.identity_projection
        if projection is None:
            return None
        wanted = int(projection.config.embedding_dimension)
        if embedding.shape != (wanted,):
            raise ValueError(f"the pack needs an embedding of {wanted} numbers, not {embedding.shape}")
        return embedding

    def _on_step(self, words: str) -> Any:
        def on_step(done: int, total: int) -> None:
            if self._on_progress is not None:
                self._on_progress(done / total, words)

        return on_step
