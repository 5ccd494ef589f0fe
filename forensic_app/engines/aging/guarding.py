"""The identity guard in a run: what it is given, what it says, what it leaves in the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from torch import Tensor

from forensic_app.engines.aging import compositing, editing, schema
from forensic_app.engines.aging.components import Components
from forensic_app.engines.aging.identity_guard import CropJudge, GuardedEdit, guarded_edit
from forensic_app.engines.aging.inversion import OnStep
from forensic_app.engines.aging.output import Plan
from forensic_app.engines.photo import kept_analyser
from forensic_app.engines.run_session import RunSession, steps_between
from forensic_app.faces.analyser import RgbImage

Make = Callable[[Sequence[editing.EditRow], OnStep], Tensor]
"""Rows to clean latents, ``(n, c, h, w)``, telling the steps."""

EDIT_FROM: Final = 0.36
EDIT_TO: Final = 0.8
"""Share of a run that is done when its edit begins and ends."""

_WEAKER_FROM: Final = 0.6
"""Share that is done when the guard begins to try weaker pushes, if it must."""


def guarded(
    session: RunSession,
    components: Components,
    rows: Sequence[editing.EditRow],
    make: Make,
    canvas: compositing.Canvas,
    reconstruction: RgbImage,
    plans: list[Plan],
) -> tuple[Tensor, list[Plan], dict[str, Any] | None]:
    """Return the rows' latents, the plans as they were carried out, and the identity guard's record."""
    words = "Changing the age"
    if not session.parameters["identity_guard"]:
        return make(rows, steps_between(session, words, EDIT_FROM, EDIT_TO)), plans, None
    floor = schema.identity_floor(session.parameters, components.pack.card.get("editing"))
    judge = CropJudge(
        canvas.crop.crop,
        reconstruction,
        kept_analyser(schema.GUARD_ANALYSER),
        decode=components.decode,
        details=[plan.detail for plan in plans],
        color_match=session.parameters["color_match"],
    )
    first = steps_between(session, words, EDIT_FROM, _WEAKER_FROM)
    second = steps_between(session, "Holding the change of age back", _WEAKER_FROM, EDIT_TO)
    chosen = guarded_edit(
        rows,
        lambda full: make(full, first),
        judge,
        floor=floor,
        make_weaker=lambda weaker: make(weaker, second),
    )
    done = [
        replace(plan, push=plan.push * float(share)) for plan, share in zip(plans, chosen.shares, strict=True)
    ]
    record = guard_record(session, chosen, [(plan.target_age, plan.variant) for plan in plans], floor=floor)
    return chosen.latents, done, record


def guard_record(
    session: RunSession, chosen: GuardedEdit, pictures: Sequence[tuple[float, int]], *, floor: float
) -> dict[str, Any]:
    """Return the guard's record, and warn in the run of what was held back.

    Args:
        session: The run.
        chosen: What the guard chose.
        pictures: Target age in years and variant of each picture.
        floor: Score that was asked for.
    """
    found = [
        (age, variant, share, score)
        for (age, variant), share, score in zip(
            pictures, chosen.shares.tolist(), chosen.scores.tolist(), strict=True
        )
    ]
    held = sorted({age for age, _, share, _ in found if share < 1.0})
    if held:
        session.warnings.append(
            f"To keep the likeness, the change of age was held back at {_years(held)}; "
            "those pictures may look closer to the photograph's age."
        )
    short = sorted({age for age, _, _, score in found if score < floor})
    if short:
        session.warnings.append(f"At {_years(short)} the likeness stayed below the guard's floor even so.")
    return {
        "analyser": schema.GUARD_ANALYSER,
        "floor": floor,
        "pictures": [
            {"target_age": age, "variant": variant, "share": share, "score": round(score, 4)}
            for age, variant, share, score in found
        ],
    }


def _years(ages: Sequence[float]) -> str:
    *first, last = [f"{age:g}" for age in ages]
    return f"{', '.join(first)} and {last} years" if first else f"{last} years"
