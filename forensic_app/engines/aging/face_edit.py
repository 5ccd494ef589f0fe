"""The edit of a face, put together once: plan, conditions, inversion, edit, guard, finished crops.

A run, a series of the evaluation and the autoencoder's teacher all come here; what they do around it is their own.

Rules:
    * With an adapter pictures are drawn towards the photographs that it was trained on.
    * A change of age is held back where the bundled analyser would no longer see the person, if the guard is on.
    * Faces share a batch unless the guard or the pull looks at each photograph alone.
    * A flat or grainy photograph is edited with the usual contrast and without grain, and gets its contrast back; the
      critic sees what the networks made.
    * A picture is decoded by itself, so that it does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from forensic_app.engines.aging import schema
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.edit_batch import EditBatch, PlannedFace
from forensic_app.engines.aging.edit_network import EditNetwork
from forensic_app.engines.aging.inversion import OnStep
from forensic_app.engines.aging.likeness import Relatives
from forensic_app.engines.aging.planning import Plan, SourceAge, plans_of
from forensic_app.engines.aging.prompts import names_colour
from forensic_app.engines.aging.relatives import as_record
from forensic_app.engines.pictures.compositing import finished_crops
from forensic_app.engines.pictures.identity_guard import GuardedEdit
from forensic_app.engines.pictures.restoration import Restoration, undone
from forensic_app.engines.pictures.tone import Tone
from forensic_app.engines.pictures.traits import is_grey
from forensic_app.faces.analyser import Embedding, RgbImage

Stages = Callable[[str], AbstractContextManager[OnStep]]
"""Told when each stage begins and ends: ``encode``, ``prompt``, ``invert``, ``denoise`` (and within it ``hold back``,
where the identity guard tries weaker pushes), ``decode``. What it gives is called before each step of the stage and may
raise ``RunCancelled``."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face to edit.

    Attributes:
        crop: Canonical crop at the pack's resolution, ``(side, side, 3)`` uint8 RGB.
        source_age: The age in the photograph.
        target_ages: Ages to show, years, at least one.
        sex: ``female``, ``male`` or anything else for unknown.
        embedding: Of the face in the photograph, for packs with identity tokens; ``None`` where there is none.
        relatives: Whom the second pass is drawn towards besides; ``None`` for nobody.
    """

    crop: RgbImage
    source_age: SourceAge
    target_ages: Sequence[float]
    sex: str
    embedding: Embedding | None
    relatives: Relatives | None = None


@dataclass(frozen=True, slots=True)
class EditedFace:
    """A face at other ages.

    Attributes:
        crop: The crop that was edited.
        plans: What was made of it, as it was carried out: ages in the order given, an age's variants together.
        reconstruction: The crop after encoding and decoding, ``(side, side, 3)`` uint8 RGB.
        decoded: The pictures before they got fine detail and colours back, ``(n, side, side, 3)`` uint8 RGB.
        is_color_matched: Whether finished crops get the photograph's colours.
        tone: The one tone that the photograph has and that is kept, ``None`` where there is none.
        restoration: What was done to a flat or grainy photograph before the edit, ``None`` where nothing was.
        guard: What the identity guard chose, ``None`` where it is off.
        unlikeness: How unlike a photograph the pack's critic finds each picture, ``None`` without a critic.
        unlikeness_limit: Figure above which that is said.
        record: What a run's record says about the edit, JSON types only.
    """

    crop: RgbImage
    plans: tuple[Plan, ...]
    reconstruction: RgbImage
    decoded: NDArray[np.uint8]
    is_color_matched: bool
    tone: Tone | None
    restoration: Restoration | None
    guard: GuardedEdit | None
    unlikeness: tuple[float, ...] | None
    unlikeness_limit: float
    record: Mapping[str, Any]

    def finished_crops(self) -> NDArray[np.uint8]:
        """Return the pictures with fine detail and colours, not pasted back, ``(n, side, side, 3)`` uint8 RGB."""
        return finished_crops(
            self.decoded,
            self.crop,
            self.reconstruction,
            details=[plan.detail for plan in self.plans],
            color_match=self.is_color_matched,
            tone=self.tone,
            is_grainy=self.is_grainy,
        )

    @property
    def is_grainy(self) -> bool:
        """Whether the photograph's grain was taken out before the edit, and comes back."""
        return self.restoration is not None and self.restoration.is_grainy

    @property
    def warnings(self) -> list[str]:
        """Sentences for a run's record."""
        restored = [] if self.restoration is None else self.restoration.warnings()
        held = [] if self.guard is None else self.guard.warnings(_shown(self.plans))
        unlike = [
            plan.target_age
            for plan, figure in zip(self.plans, self.unlikeness or (), strict=False)
            if figure > self.unlikeness_limit
        ]
        return [*restored, *held, *([_unlike_words(unlike)] if unlike else [])]


@contextmanager
def unwatched(stage: str) -> Iterator[OnStep]:
    """Tell nobody of a stage."""
    del stage
    yield _silent


def edit_face(
    network: EditNetwork, face: Face, parameters: Mapping[str, Any], stages: Stages = unwatched
) -> EditedFace:
    """Return ``face`` at its target ages.

    Args:
        network: The pack's networks, with or without an adapter.
        face: The face.
        parameters: Resolved parameters of the ageing engine; the ages in them are not read.
        stages: Is told of the progress.

    Raises:
        PackRefused: The pack's captions, editing strengths or noise schedule are unusable.
        RunCancelled: From ``stages``.
        ValueError: The pack's identity tokens need an embedding of another length.
    """
    return edit_faces(network, [face], parameters, stages)[0]


def edit_faces(
    network: EditNetwork, faces: Sequence[Face], parameters: Mapping[str, Any], stages: Stages = unwatched
) -> list[EditedFace]:
    """Return each of ``faces`` at its target ages, in one batch where that is possible; see :func:`edit_face`."""
    is_guarded = bool(parameters["identity_guard"])
    if len(faces) > 1 and (is_guarded or _is_pulled(network, parameters)):
        return [edit_face(network, face, parameters, stages) for face in faces]
    components = network.components
    with stages("encode"):
        restorations = [Restoration.of(face.crop) if parameters["restore"] else None for face in faces]
        ready = [
            face.crop if how is None else how.applied(face.crop)
            for face, how in zip(faces, restorations, strict=True)
        ]
        clean = torch.cat([components.encode(crop) for crop in ready])
        reconstructions = [
            undone(how, components.decode(latent[None])[0])
            for how, latent in zip(restorations, clean, strict=True)
        ]
    with stages("prompt"):
        planned = [
            _planned(network, face, crop, how, parameters)
            for face, crop, how in zip(faces, ready, restorations, strict=True)
        ]
        batch = EditBatch(network, parameters, planned)
    with stages("invert") as on_step:
        rows = batch.inverted(clean, on_step)
    with stages("denoise") as on_step:
        guard = None
        if is_guarded:
            guard = batch.guarded(rows, reconstructions[0], on_step, lambda: stages("hold back"))
        latents = batch.edited(rows, on_step) if guard is None else guard.latents
    decoded = []
    with stages("decode") as on_step:
        for place in range(len(latents)):
            on_step(place, len(latents))
            decoded.append(components.decode(latents[place : place + 1])[0])
    pictures = iter(decoded)
    return [
        _edited(network, each, reconstruction, [next(pictures) for _ in each.plans], guard, parameters)
        for each, reconstruction in zip(planned, reconstructions, strict=True)
    ]


def _planned(
    network: EditNetwork,
    face: Face,
    ready: RgbImage,
    restoration: Restoration | None,
    parameters: Mapping[str, Any],
) -> PlannedFace:
    components = network.components
    _check_embedding(components, face.embedding)
    plans = plans_of(face.target_ages, face.source_age, parameters, components.pack.card)
    named = dict(sorted({(plan.target_age, plan.caption_age) for plan in plans}))
    ages = [face.source_age.edited_from, *named.values()]
    grey = names_colour(components.template) and is_grey(face.crop)
    conditions = network.encode_conditions(
        ages,
        sex=face.sex,
        is_grey=grey,
        embedding=face.embedding,
        identity_weight=parameters["identity_weight"],
    )
    return PlannedFace(
        crop=face.crop,
        ready=ready,
        restoration=restoration,
        source_age=face.source_age.edited_from,
        tone=Tone.of(face.crop) if parameters["keep_tone"] else None,
        plans=plans,
        captions=network.captions(ages, sex=face.sex, is_grey=grey),
        source=conditions[:1],
        relatives=face.relatives,
        targets={age: conditions[1 + place : 2 + place] for place, age in enumerate(named)},
    )


def _check_embedding(components: Components, embedding: Embedding | None) -> None:
    projection = components.identity_projection
    if projection is None or embedding is None:
        return
    wanted = int(projection.config.embedding_dimension)
    if embedding.shape != (wanted,):
        raise ValueError(f"the pack needs an embedding of {wanted} numbers, not {embedding.shape}")


def _edited(
    network: EditNetwork,
    planned: PlannedFace,
    reconstruction: RgbImage,
    pictures: Sequence[RgbImage],
    guard: GuardedEdit | None,
    parameters: Mapping[str, Any],
) -> EditedFace:
    """Return one face's pictures with what the record says about them."""
    plans = tuple(planned.plans)
    if guard is not None:
        shares = zip(plans, guard.shares, strict=True)
        plans = tuple(replace(plan, push=plan.push * float(share)) for plan, share in shares)
    record: dict[str, Any] = {"captions": planned.captions, "tone_kept": planned.tone is not None}
    if planned.restoration is not None:
        record["restored"] = planned.restoration.record()
    adapter = network.adapter_record({plan.target_age: plan.caption_age for plan in plans})
    pull = schema.likeness_pull(parameters, has_adapter=network.photographs is not None)
    if adapter is not None:
        record["adapter"] = adapter
    if guard is not None:
        record["identity_guard"] = guard.record(_shown(plans), analyser=schema.GUARD_ANALYSER)
    settling_pull = max(plan.settling_pull if plan.settling > 0.0 else 0.0 for plan in plans)
    if pull > 0.0 or settling_pull > 0.0:
        record["likeness_pull"] = {
            "analyser": schema.GUARD_ANALYSER,
            "strength": pull,
            **({"settle_strength": round(settling_pull, 4)} if settling_pull > 0.0 else {}),
            "photographs": 0 if network.photographs is None else len(network.photographs),
        }
    if planned.relatives is not None:
        record["relatives"] = as_record(planned.relatives[0])
    record["steps_by_age"] = {f"{plan.target_age:g}": plan.start for plan in plans}
    if any(plan.settling > 0.0 for plan in plans):
        record["settle_by_age"] = {
            f"{plan.target_age:g}": {
                "strength": round(plan.settling, 4),
                "guidance": round(plan.settling_guidance, 4),
                "pull": round(plan.settling_pull, 4),
                "threshold": round(plan.settling_threshold, 4),
            }
            for plan in plans
        }
    record["guidance_share_by_age"] = {f"{plan.target_age:g}": round(plan.push, 4) for plan in plans}
    if any(plan.noise_limit > 0.0 for plan in plans):
        record["noise_limit_by_age"] = {f"{plan.target_age:g}": round(plan.noise_limit, 4) for plan in plans}
        record["noise_at_eyes_by_age"] = {
            f"{plan.target_age:g}": round(plan.noise_at_eyes, 4) for plan in plans
        }
    if any(plan.eyes != 1.0 or plan.mouth != 1.0 for plan in plans):
        record["push_by_age"] = {
            f"{plan.target_age:g}": {"eyes": round(plan.eyes, 4), "mouth": round(plan.mouth, 4)}
            for plan in plans
        }
    unlikeness = network.components.unlikeness(pictures)
    limit = 0.0
    if unlikeness is not None:
        limit = float(network.components.critic.config.limit)
        own = network.components.unlikeness([planned.ready])
        record["critic"] = {"limit": round(limit, 3), "photograph": round((own or [0.0])[0], 3)}
    return EditedFace(
        crop=planned.crop,
        plans=plans,
        reconstruction=reconstruction,
        decoded=np.stack([undone(planned.restoration, picture) for picture in pictures]),
        is_color_matched=parameters["color_match"],
        tone=planned.tone,
        restoration=planned.restoration,
        guard=guard,
        unlikeness=None if unlikeness is None else tuple(unlikeness),
        unlikeness_limit=limit,
        record=record,
    )


def _is_pulled(network: EditNetwork, parameters: Mapping[str, Any]) -> bool:
    """Return whether pictures may be drawn towards a photograph, which has each face edited by itself."""
    pull = schema.likeness_pull(parameters, has_adapter=network.photographs is not None)
    editing = network.components.pack.card.get("editing") or {}
    asked = parameters.get("settle_pull")
    if parameters.get("relatives"):
        return True
    pulls = editing.get("settle_pull", [0.0]) if asked is None else [asked]
    return pull > 0.0 or max(pulls, default=0.0) > 0.0


def _shown(plans: Sequence[Plan]) -> list[tuple[float, int]]:
    return [(plan.target_age, plan.variant) for plan in plans]


def _unlike_words(ages: Sequence[float]) -> str:
    """Return the warning about pictures that the critic finds unlike photographs."""
    named = " and ".join(f"{age:g}" for age in sorted(set(ages)))
    return (
        f"The picture of {named} years is less like a photograph than 99 of 100 photographs: look for faults at the "
        "mouth, the eyes and the hairline before it is used."
    )


def _silent(_done: int, _total: int) -> None:
    pass
