"""Pictures that go through the network together: inversion, edit, identity guard.

Rules:
    * One inversion serves all target ages of a face, and all variants but where each draws its own noise.
    * The first variant with DDIM inversion holds no random number; the others come from the seed.
    * The guard and the pull look at one photograph: a batch that uses them is of one face.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from forensic_app.engines.aging import editing, inversion, schema
from forensic_app.engines.aging.edit_network import EditNetwork
from forensic_app.engines.aging.inversion import OnStep, Trajectory
from forensic_app.engines.aging.likeness import Relatives, likeness_pull
from forensic_app.engines.aging.noise_schedule import schedule_from
from forensic_app.engines.aging.planning import Plan
from forensic_app.engines.device import seeded_noise
from forensic_app.engines.pictures.identity_guard import CropJudge, GuardedEdit, guarded_edit
from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.pictures.restoration import Restoration, undone
from forensic_app.engines.pictures.tone import Tone
from forensic_app.faces.analyser import RgbImage

CELLS_PER_CALL = 16_384
"""Most latent cells that one evaluation of the network edits: 64 rows of 16 x 16, 4 of 64 x 64."""

SETTLING_SEEDS = 2**34
"""Added to a variant's seed for the noise of its second pass, beyond all seeds of first passes."""


@dataclass(frozen=True, slots=True)
class PlannedFace:
    """What is to be made of one face.

    Attributes:
        crop: Canonical crop, ``(side, side, 3)`` uint8 RGB.
        ready: The crop as the networks get it, same shape: another one where the photograph is flat or grainy.
        restoration: What made it so, ``None`` where nothing did.
        source_age: Age that the edit starts from, years.
        tone: The one tone that it has and that is to be kept, ``None`` where there is none.
        plans: The pictures to make.
        captions: Of the photograph, then of each target age, rising.
        source: Condition of the photograph, ``(1, tokens, d)``.
        targets: Condition of each target age, same shape.
        relatives: Whom the second pass is drawn towards besides; ``None`` for nobody.
    """

    crop: RgbImage
    ready: RgbImage
    restoration: Restoration | None
    source_age: float
    tone: Tone | None
    plans: Sequence[Plan]
    captions: list[str]
    source: Tensor
    targets: Mapping[float, Tensor]
    relatives: Relatives | None = None


class EditBatch:
    """The pictures of some faces.

    Args:
        network: The pack's networks, with or without an adapter.
        parameters: Resolved parameters of the ageing engine.
        faces: At least one; exactly one where pictures are drawn towards photographs.
    """

    def __init__(
        self, network: EditNetwork, parameters: Mapping[str, Any], faces: Sequence[PlannedFace]
    ) -> None:
        self._network = network
        self._parameters = parameters
        self._faces = faces
        self._schedule = schedule_from(network.components.scheduler, parameters["num_inference_steps"])
        self._steer = self._pull(
            schema.likeness_pull(parameters, has_adapter=network.photographs is not None)
        )
        pulls = [plan.settling_pull for face in faces for plan in face.plans]
        self._most_pull = max(pulls)
        self._settling_steer = self._pull(self._most_pull, relatives=faces[0].relatives)

    def _pull(self, strength: float, *, relatives: Relatives | None = None) -> editing.Steer | None:
        return likeness_pull(
            self._network.components,
            self._schedule,
            strength=strength,
            references=self._network.photographs,
            crop=self._faces[0].ready,
            relatives=relatives,
        )

    def inverted(self, clean: Tensor, on_step: OnStep) -> list[editing.EditRow]:
        """Return the rows of the batch, in the order of the faces and of their plans.

        Args:
            clean: Latents of the faces' crops, ``(faces, c, h, w)``.
            on_step: Called before each evaluation of the network.
        """
        highest = max(plan.start for face in self._faces for plan in face.plans)
        levels = min(highest, len(self._schedule.timesteps))
        trajectories = self._trajectories(clean, levels, on_step)
        return [
            self._row(plan, face.targets[plan.target_age], place, trajectories)
            for place, face in enumerate(self._faces)
            for plan in face.plans
        ]

    def edited(self, rows: Sequence[editing.EditRow], on_step: OnStep) -> Tensor:
        """Return the clean latents of ``rows``: the batch's own, or some of its only face with other pushes."""
        sources = [face.source for face in self._faces for _ in face.plans]
        source = sources[0] if len(self._faces) == 1 else torch.cat(sources)
        cells = rows[0].latent.shape[-1] * rows[0].latent.shape[-2]
        rows_per_call = max(1, CELLS_PER_CALL // cells)
        levels = max(row.settling_level(len(self._schedule.timesteps)) for row in rows)
        pushed = editing.edit(
            self._network.predict,
            self._schedule,
            rows,
            source,
            scale=self._parameters["guidance_scale"],
            rescale=self._parameters["guidance_rescale"],
            on_step=lambda done, total: on_step(done, total + levels),
            rows_per_call=rows_per_call,
            steer=self._steer,
        )
        before = max(row.start for row in rows)
        return editing.settle(
            self._network.predict,
            self._schedule,
            rows,
            pushed,
            source,
            on_step=lambda done, total: on_step(before + done, before + total),
            rows_per_call=rows_per_call,
            steer=self._settling_steer,
        )

    def guarded(
        self,
        rows: Sequence[editing.EditRow],
        reconstruction: RgbImage,
        on_step: OnStep,
        holding_back: Callable[[], AbstractContextManager[OnStep]],
    ) -> GuardedEdit:
        """Return the only face's ``rows`` edited as far as the identity guard lets them change.

        Args:
            rows: From :meth:`inverted`.
            reconstruction: The face's crop after encoding and decoding, with the photograph's contrast.
            on_step: Called before each evaluation of the network.
            holding_back: Entered while weaker pushes are tried; gives what is called before each evaluation then.
        """
        (face,) = self._faces
        components = self._network.components
        judge = CropJudge(
            face.crop,
            reconstruction,
            kept_analyser(schema.GUARD_ANALYSER),
            decode=lambda latents: np.stack(
                [undone(face.restoration, each) for each in components.decode(latents)]
            ),
            details=[plan.detail for plan in face.plans],
            color_match=self._parameters["color_match"],
            tone=face.tone,
            is_grainy=face.restoration is not None and face.restoration.is_grainy,
        )

        def weaker(asked: Sequence[editing.EditRow]) -> Tensor:
            with holding_back() as step:
                return self.edited(asked, step)

        return guarded_edit(
            rows,
            lambda asked: self.edited(asked, on_step),
            judge,
            floor=[
                schema.identity_floor(
                    self._parameters,
                    components.pack.card.get("editing"),
                    source_age=face.source_age,
                    target_age=plan.target_age,
                )
                for plan in face.plans
            ],
            make_weaker=weaker,
        )

    def _trajectories(self, clean: Tensor, levels: int, on_step: OnStep) -> list[Trajectory]:
        """Return one trajectory for all variants, or one for each where the inversion draws its noise."""
        parameters, predict, schedule = self._parameters, self._network.predict, self._schedule
        sources = torch.cat([face.source for face in self._faces])
        eta = 1.0 if parameters["scheduler"] == "ddpm" else 0.0
        if parameters["inversion"] != "edit-friendly":
            return [
                inversion.invert_ddim(
                    predict, schedule, clean, sources, levels=levels, eta=eta, on_step=on_step
                )
            ]
        count = parameters["variants"]
        return [
            inversion.invert_edit_friendly(
                predict,
                schedule,
                clean,
                sources,
                levels=levels,
                seed=self._seed(variant),
                eta=eta,
                on_step=_part(on_step, variant - 1, count),
            )
            for variant in range(1, count + 1)
        ]

    def _row(
        self, plan: Plan, condition: Tensor, place: int, trajectories: Sequence[Trajectory]
    ) -> editing.EditRow:
        has_own = plan.variant <= len(trajectories)
        trajectory = trajectories[plan.variant - 1 if has_own else 0].of_row(place)
        start = min(plan.start, len(trajectory.residuals))
        latent = trajectory.latents[start]
        if not has_own:
            latent = inversion.varied(
                latent, seed=self._seed(plan.variant), share=self._parameters["variation"]
            )
        latent = _limited(plan, latent)
        return editing.EditRow(
            start,
            latent,
            condition,
            trajectory,
            plan.push,
            self._settling(plan, latent),
            plan.push,
            plan.eyes,
            plan.mouth,
        )

    def _settling(self, plan: Plan, latent: Tensor) -> editing.Settling | None:
        if plan.settling <= 0.0:
            return None
        noise = seeded_noise(tuple(latent.shape), seed=self._seed(plan.variant) + SETTLING_SEEDS)
        share = plan.settling_pull / self._most_pull if self._most_pull > 0.0 else 0.0
        return editing.Settling(
            plan.settling, plan.settling_guidance, share, plan.settling_threshold, noise.to(latent)
        )

    def _seed(self, variant: int) -> int:
        """Return the seed of a variant: the same for every target age, so that a variant is one look."""
        return int(self._parameters["seed"]) * 8 + variant


def _limited(plan: Plan, latent: Tensor) -> Tensor:
    """Return the noise that an edit starts from, without what is no noise."""
    if plan.noise_at_eyes == 1.0:
        return inversion.limited(latent, limit=plan.noise_limit)
    height, width = latent.shape[-2:]
    share = editing.region_share(editing.GLASSES, height, width)[None, None].to(latent)
    returned = 1.0 - (1.0 - plan.noise_at_eyes) * share
    return inversion.limited(latent, limit=plan.noise_limit, returned=returned)


def _part(on_step: OnStep, place: int, count: int) -> OnStep:
    """Return what announces the steps of one of ``count`` equal parts of a stage."""
    return lambda done, total: on_step(place * total + done, count * total)
