"""Train the adapters and make and measure the pictures of each arm; what was done once is not done again.

Rules:
    * An adapter and a measured series are kept under a digest of everything that decides them, so an
      evaluation that was interrupted goes on, and one with other settings does not mix with it.
    * torch is imported when something is trained, never with this module.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensic_app.digests import canonical_json, sha256_of_bytes, sha256_of_file
from forensic_app.engines.personalisation.schema import ENGINE_VERSION
from forensic_app.evaluation.measures.intervals import FloatArray
from forensic_app.evaluation.personalisation.arms import Arm
from forensic_app.evaluation.personalisation.people import Person
from forensic_app.evaluation.series.aging_series import AgingSeriesMaker
from forensic_app.evaluation.series.protocols import OnProgress, measure_crops
from forensic_app.faces.analyser import FaceAnalyser

SCHEME = "dlib5"
FROM_NOISE_STEPS = 25
FROM_NOISE_GUIDANCE = 4.0
"""The published 10 belongs to Stable Diffusion; this is the engine's own default."""


@dataclass(frozen=True, slots=True)
class ArmSeries:
    """What one arm made of one person's input photographs.

    Attributes:
        crops: ``(inputs, targets, side, side, 3)`` uint8 RGB.
        ages_raw: Estimates, ``(inputs, targets)``, years.
        input_scores: Scores with the input photograph, ``(inputs, targets)``.
        kept_scores: Scores with each kept photograph, ``(inputs, targets, kept)``.
        is_found: Whether a face was found where it should be, ``(inputs, targets)``.
        seconds_per_step: Of the training, NaN where nothing is trained.
    """

    crops: NDArray[np.uint8]
    ages_raw: FloatArray
    input_scores: FloatArray
    kept_scores: FloatArray
    is_found: NDArray[np.bool_]
    seconds_per_step: float


class ArmRunner:
    """Makes the series of arms and people.

    Args:
        maker: With the pack loaded.
        analyser: Measures.
        regularization: The pack's set.
        embedder: For the identity terms.
        work_dir: Where adapters and series are kept, ``None`` for nowhere.
        target_ages: Years.
        inputs: Photographs of each person that are aged.
        seed: Of the pictures made from noise.
        steps: Denoising steps of the pictures made from noise.
    """

    def __init__(
        self,
        maker: AgingSeriesMaker,
        analyser: FaceAnalyser,
        regularization: Any,
        embedder: Any,
        *,
        work_dir: Path | None,
        target_ages: Sequence[float],
        inputs: int,
        seed: int,
        steps: int = FROM_NOISE_STEPS,
    ) -> None:
        self._maker = maker
        self._analyser = analyser
        self._regularization = regularization
        self._embedder = embedder
        self._work_dir = work_dir
        self._targets = tuple(target_ages)
        self._inputs = inputs
        self._seed = seed
        self._steps = steps

    def series(self, arm: Arm, person: Person, report: OnProgress) -> ArmSeries:
        """Return one arm's series of one person, trained and made if it is not kept already."""
        path = self._series_path(arm, person)
        if path is not None and path.is_file():
            with np.load(path) as kept:
                return ArmSeries(
                    **{name: kept[name] for name in kept.files if name != "seconds_per_step"},
                    seconds_per_step=float(kept["seconds_per_step"]),
                )
        crops, seconds = self._made(arm, person, report)
        made = self._measured(crops, person, seconds)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".part.npz")
            np.savez(temporary, **{each.name: getattr(made, each.name) for each in dataclasses.fields(made)})
            temporary.replace(path)
        return made

    def _key(self, arm: Arm, person: Person) -> dict[str, Any]:
        from forensic_app.engines.personalisation.precision import dtype_name

        return {
            "pack": self._maker.description["pack_sha256"],
            "settings": None if arm.settings is None else arm.settings.as_record(),
            "regularization": self._regularization.sha256,
            "trained": [photo.sha256 for photo in person.trained],
            "precision": dtype_name(self._maker.components.device),
            "engine_version": ENGINE_VERSION,
        }

    def _series_path(self, arm: Arm, person: Person) -> Path | None:
        if self._work_dir is None:
            return None
        key = {
            **self._key(arm, person),
            "making": arm.making,
            "pull": arm.pull,
            "gating": arm.gating.as_record(),
            "maker": dict(self._maker.description),
            "targets": list(self._targets),
            "inputs": self._inputs,
            "seed": self._seed,
            "steps": self._steps,
            "kept": [photo.sha256 for photo in person.kept],
            "analyser": [self._analyser.name, self._analyser.version],
        }
        name = f"{arm.name}-{person.name}-{sha256_of_bytes(canonical_json(key))[:16]}.npz"
        return self._work_dir / "series" / name

    def _made(self, arm: Arm, person: Person, report: OnProgress) -> tuple[NDArray[np.uint8], float]:
        inputs = person.trained[: self._inputs]
        if arm.making == "untouched":
            return np.stack([np.stack([photo.crop] * len(self._targets)) for photo in inputs]), float("nan")
        if arm.settings is None:
            return self._edited(arm, person), float("nan")
        from forensic_app.engines.personalisation.network import (
            PersonalisedNetwork,
            WordedNetwork,
            personalised,
        )

        adapter, seconds = self._adapter(arm, person, report)
        kind = PersonalisedNetwork if arm.making == "edited" else WordedNetwork
        with personalised(self._maker.components, adapter, arm.gating, kind=kind) as network:
            if arm.making == "from noise":
                return self._from_noise(network, person), seconds
            self._maker.network = network
            try:
                return self._edited(arm, person), seconds
            finally:
                self._maker.network = None

    def _edited(self, arm: Arm, person: Person) -> NDArray[np.uint8]:
        self._maker.likeness_pull = arm.pull
        return np.stack(
            [
                self._maker.make_series(
                    photo.crop,
                    source_age=photo.age,
                    sex="",
                    embedding=photo.embedding,
                    target_ages=self._targets,
                )
                for photo in person.trained[: self._inputs]
            ]
        )

    def _from_noise(self, network: Any, person: Person) -> NDArray[np.uint8]:
        from forensic_app.engines.aging.noise_schedule import schedule_from
        from forensic_app.engines.device import seeded_noise
        from forensic_app.engines.personalisation.regularization import sample

        components = self._maker.components
        config = components.unet.config
        shape = (int(config.in_channels), int(config.sample_size), int(config.sample_size))
        captions = network.captions(self._targets)
        rows = []
        for number in range(len(person.trained[: self._inputs])):
            noise = seeded_noise((1, *shape), seed=self._seed * 1000 + number).expand(
                len(captions), -1, -1, -1
            )
            latents = sample(
                components,
                schedule_from(components.scheduler, self._steps),
                captions,
                noise,
                guidance=FROM_NOISE_GUIDANCE,
                on_step=_say_nothing,
                conditions=network.plain_conditions(captions),
            )
            rows.append(components.decode(latents))
        return np.stack(rows)

    def _measured(self, crops: NDArray[np.uint8], person: Person, seconds: float) -> ArmSeries:
        ages, found, own, kept = [], [], [], []
        score = self._analyser.comparison_score
        for photo, row in zip(person.trained, crops, strict=False):
            measured = measure_crops(list(row), self._analyser, SCHEME)
            ages.append(measured.ages_years)
            found.append(~measured.is_template)
            own.append([score(photo.embedding, each) for each in measured.embeddings])
            kept.append(
                [[score(other.embedding, each) for other in person.kept] for each in measured.embeddings]
            )
        return ArmSeries(
            crops, np.stack(ages), np.array(own), np.array(kept), np.stack(found), seconds_per_step=seconds
        )

    def _adapter(self, arm: Arm, person: Person, report: OnProgress) -> tuple[Any, float]:
        """Return the arm's adapter for a person and the seconds of a training step."""
        from forensic_app.engines.personalisation.adapters import Adapter, adapter_bytes, read_adapter
        from forensic_app.engines.personalisation.training import train

        settings = arm.settings
        if settings is None:
            raise ValueError(f"the arm {arm.name} trains nothing")
        pack_sha256 = str(self._maker.description["pack_sha256"])
        digest = sha256_of_bytes(canonical_json(self._key(arm, person)))[:16]
        path = None if self._work_dir is None else self._work_dir / "adapters" / f"{person.name}-{digest}"
        if path is not None and path.is_file():
            facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            adapter = read_adapter(path, expected_sha256=facts["sha256"], pack_sha256=pack_sha256)
            return adapter, float(facts["seconds_per_step"])
        result = train(
            self._maker.components,
            person.trained,
            self._regularization,
            settings,
            embedder=self._embedder,
            checkpoint=None if path is None else path.with_suffix(".ckpt"),
            on_step=lambda done, total: report(done / total, f"{arm.words}: learning {person.name}"),
        )
        adapter = Adapter(
            result.tensors,
            {
                "subject_id": person.name,
                "pack_sha256": pack_sha256,
                "rank": settings.rank,
                "photographed_ages": [round(photo.age, 2) for photo in person.trained],
                "gating": arm.gating.as_record(),
                "settings": settings.as_record(),
            },
        )
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".part").write_bytes(adapter_bytes(adapter))
            facts = {
                "sha256": sha256_of_file(path.with_suffix(".part")),
                "seconds_per_step": result.seconds_per_step,
                "curves": {name: [list(pair) for pair in pairs] for name, pairs in result.curves.items()},
            }
            path.with_suffix(".json").write_text(json.dumps(facts), encoding="utf-8")
            path.with_suffix(".part").replace(path)
            path.with_suffix(".ckpt").unlink(missing_ok=True)
        return adapter, result.seconds_per_step


def _say_nothing(done: int, total: int) -> None:
    del done, total
