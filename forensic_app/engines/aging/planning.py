"""What a run makes: a plan for each picture, and the rows of the batch that make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from forensic_app.engines.aging import editing, inversion, schema
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.noise_schedule import NoiseSchedule
from forensic_app.engines.aging.output import Plan
from forensic_app.engines.aging.source_age import SourceAge
from forensic_app.engines.pictures.run_session import RunSession, steps_between


def plans_of(parameters: Mapping[str, Any], source_age: SourceAge, components: Components) -> list[Plan]:
    """Return the plan of each picture: how far it goes into the noise and how hard it is pushed."""
    limit = float(components.pack.card.get("timestep_limit", 1.0))
    plans = []
    for age in parameters["target_ages"]:
        named = source_age.caption_age(age)
        gap = named - source_age.edited_from
        strength = schema.strength_for_gap(gap, maximum_strength=min(parameters["strength"], limit))
        start = schema.start_step(strength, parameters["num_inference_steps"])
        detail = schema.detail_for_gap(gap, detail_keep=parameters["detail_keep"])
        push = schema.push_for_gap(gap, components.pack.card.get("editing"))
        plans += [
            Plan(age, variant, strength, start, detail, named, push)
            for variant in range(1, parameters["variants"] + 1)
        ]
    return plans


def rows_of(
    session: RunSession,
    predict: inversion.Predict,
    schedule: NoiseSchedule,
    *,
    clean: Tensor,
    source: Tensor,
    by_age: Mapping[float, Tensor],
    plans: list[Plan],
) -> list[editing.EditRow]:
    """Return the rows of the batch: their trajectories are shared by all ages of a variant."""
    parameters = session.parameters
    levels = min(max(plan.start for plan in plans), len(schedule.timesteps))
    eta = 1.0 if parameters["scheduler"] == "ddpm" else 0.0
    on_step = steps_between(session, "Inverting the photograph", 0.18, 0.36)
    is_drawn = parameters["inversion"] == "edit-friendly"
    trajectories = [
        inversion.invert_edit_friendly(
            predict,
            schedule,
            clean,
            source,
            levels=levels,
            eta=eta,
            on_step=on_step,
            seed=_variant_seed(parameters["seed"], variant),
        )
        if is_drawn
        else inversion.invert_ddim(predict, schedule, clean, source, levels=levels, eta=eta, on_step=on_step)
        for variant in range(1, (parameters["variants"] if is_drawn else 1) + 1)
    ]
    rows = []
    for plan in plans:
        trajectory = trajectories[plan.variant - 1 if is_drawn else 0]
        start = min(plan.start, levels)
        latent = trajectory.latents[start]
        if not is_drawn and plan.variant > 1:
            seed = _variant_seed(parameters["seed"], plan.variant)
            latent = inversion.varied(latent, seed=seed, share=parameters["variation"])
        rows.append(editing.EditRow(start, latent, by_age[plan.target_age], trajectory, plan.push))
    return rows


def _variant_seed(seed: int, variant: int) -> int:
    """Return the seed of a variant: the same for every target age, so that a variant is one look."""
    return seed * 8 + variant
