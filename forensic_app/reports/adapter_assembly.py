"""Which adapter and relatives a run used, and its control arm; pure, nothing is read from a casebook here.

Rules:
    * The control arm of a run is a run that differs from it in adapter and relatives alone, or there is none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from forensic_app.engines.aging.relatives import named_shares
from forensic_app.errors import InvalidInput
from forensic_app.records import Run, RunSpec, RunStatus, SubjectAdapter
from forensic_app.reports.run_content import AdapterUse, ControlArm, RelativesUse, RunSection


def adapter_use(run: Run, adapters: Sequence[SubjectAdapter]) -> AdapterUse | None:
    """Return the adapter that a run used, ``None`` where it used none.

    Args:
        run: The run.
        adapters: The casebook's, oldest first; the one used may not be among them.
    """
    sha256 = run.spec.parameters.get("adapter")
    if not sha256:
        return None
    return AdapterUse(str(sha256), next((each for each in adapters if each.sha256 == sha256), None))


def relatives_use(run: Run) -> RelativesUse | None:
    """Return the relatives that a run was drawn towards, ``None`` where it was not or its record cannot be read."""
    text = run.spec.parameters.get("relatives")
    if not isinstance(text, str) or not text:
        return None
    try:
        return RelativesUse(tuple(named_shares(text).items()))
    except InvalidInput:
        return None


def with_control_arms(sections: Sequence[RunSection]) -> tuple[RunSection, ...]:
    """Return the runs' sections, each run that used an adapter or relatives with its control arm among them."""
    runs = [section.record for section in sections]
    printed = {section.run_id: section for section in sections}
    found = []
    for section in sections:
        adapter, relatives = section.adapter_use, section.relatives_use
        control = control_of(section.spec, runs) if adapter or relatives else None
        if control is not None:
            arm = ControlArm(control.run_id, printed[control.run_id].images)
            section = dataclasses.replace(  # noqa: PLW2901
                section,
                adapter_use=adapter and dataclasses.replace(adapter, single_image=arm),
                relatives_use=relatives and dataclasses.replace(relatives, without=arm),
            )
        found.append(section)
    return tuple(found)


ARMS = ("adapter", "relatives")
"""Parameters that a control arm goes without."""


def control_of(
    spec: RunSpec, runs: Sequence[Run], *, statuses: Collection[RunStatus] = (RunStatus.COMPLETED,)
) -> Run | None:
    """Return the latest run, completed if not said otherwise, that differs from ``spec`` in :data:`ARMS` alone."""
    wanted = _without_adapter(spec)
    alike = [
        each
        for each in runs
        if each.status in statuses
        and not any(each.spec.parameters.get(name) for name in ARMS)
        and _without_adapter(each.spec) == wanted
    ]
    return max(alike, key=lambda each: (each.queued_at, each.run_id), default=None)


def _without_adapter(spec: RunSpec) -> dict[str, Any]:
    """Return what decides a run's output but :data:`ARMS`; what is only compared with or by decides nothing."""
    values = {each.name: getattr(spec, each.name) for each in dataclasses.fields(spec)}
    values["parameters"] = {name: value for name, value in spec.parameters.items() if name not in ARMS}
    for name in ("reference_sha256", "second_pack_name", "second_pack_sha256"):
        del values[name]
    return values
