"""From the record of an adapter to what a report prints of it; pure, nothing is read from a casebook here.

Rules:
    * The control arm of a run is a run that differs from it in the adapter alone, or there is none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from forensic_app.records import Exhibit, Run, RunSpec, RunStatus, SubjectAdapter
from forensic_app.reports.run_content import (
    AdapterSection,
    AdapterUse,
    ControlArm,
    LossTerm,
    Picture,
    Rows,
    RunSection,
    TrainingPhoto,
)

_SUM = "loss"
_TRAINED = "trained"
_SETTINGS = ("steps", "rank", "seed", "learning_rate")
_FACTS = ("rows_per_step", "seconds_per_step", "precision", "resumed_from")


def adapter_section(
    adapter: SubjectAdapter,
    *,
    exhibits: Sequence[Exhibit],
    pictures: Callable[[Exhibit], Picture | None],
    threshold: float | None,
) -> AdapterSection:
    """Return an adapter as printed.

    Args:
        adapter: The record.
        exhibits: All exhibits of the case.
        pictures: Gives the reduced copy of an exhibit.
        threshold: The analyser's, below which a photograph's agreement was warned about.
    """
    facts = adapter.facts
    by_id = {exhibit.exhibit_id: exhibit for exhibit in exhibits}
    settings = facts.get("settings") or {}
    training = [(name, settings[name]) for name in _SETTINGS if name in settings]
    training += [(name, facts[name]) for name in _FACTS if facts.get(name) is not None]
    memory = facts.get("memory") or {}
    if memory.get("needed_bytes"):
        training.append(("needed_bytes", f"{memory['needed_bytes']:,}"))
    return AdapterSection(
        adapter_id=adapter.adapter_id,
        run_id=adapter.run_id,
        subject_id=adapter.subject_id,
        sha256=adapter.sha256,
        size_bytes=adapter.size_bytes,
        pack_name=adapter.pack_name,
        pack_sha256=adapter.pack_sha256,
        photos=tuple(_photo(each, by_id, pictures) for each in facts.get("photos", ())),
        losses=_losses(settings.get("weights") or {}, facts.get("curves") or {}),
        regularization=_rows(facts.get("regularization") or {}),
        gating=_rows(facts.get("gating") or {}),
        training=tuple((name, str(value)) for name, value in training),
        threshold=threshold,
    )


def _photo(
    record: Mapping[str, Any],
    by_id: Mapping[str, Exhibit],
    pictures: Callable[[Exhibit], Picture | None],
) -> TrainingPhoto:
    name = str(record["photo_id"])
    exhibit = by_id.get(name)
    return TrainingPhoto(
        number=exhibit.exhibit_number if exhibit is not None else name,
        sha256=str(record["sha256"]),
        use=str(record.get("use", "")),
        age=record.get("age"),
        age_origin=str(record.get("age_origin") or ""),
        agreement=record.get("agreement"),
        face_index=record.get("face_index"),
        face_count=record.get("face_count"),
        caption=str(record.get("caption") or ""),
        picture=None if exhibit is None else pictures(exhibit),
    )


def _losses(
    weights: Mapping[str, Any], curves: Mapping[str, Sequence[Sequence[float]]]
) -> tuple[LossTerm, ...]:
    names = [*weights, *(name for name in curves if name not in weights)]
    return tuple(
        LossTerm(
            name,
            None if name == _SUM else _number(weights.get(name)),
            tuple((float(step), float(value)) for step, value in curves.get(name, ())),
        )
        for name in names
    )


def adapter_use(
    run: Run, adapter: SubjectAdapter | None, *, exhibits: Sequence[Exhibit]
) -> AdapterUse | None:
    """Return how a run used an adapter, ``None`` where it used none.

    Args:
        run: The run.
        adapter: The record of the adapter that its parameters name, where the casebook has one.
        exhibits: All exhibits of the case.
    """
    sha256 = run.spec.parameters.get("adapter")
    if not sha256:
        return None
    numbers = {exhibit.exhibit_id: exhibit.exhibit_number for exhibit in exhibits}
    used = run.environment.get("adapter") or {}
    photos = adapter.facts.get("photos", ()) if adapter is not None else ()
    trained = [str(each["photo_id"]) for each in photos if each.get("use") == _TRAINED]
    return AdapterUse(
        adapter_id=adapter.adapter_id if adapter is not None else str(sha256)[:16],
        sha256=str(sha256),
        made_by=adapter.run_id if adapter is not None else "–",
        strengths=_by_age(used.get("strength_by_age") or {}),
        gating=_rows(used.get("gating") or {}),
        trained_numbers=tuple(numbers.get(each, each) for each in trained),
    )


def with_control_arms(sections: Sequence[RunSection], runs: Sequence[Run]) -> tuple[RunSection, ...]:
    """Return the runs' sections, each run that used an adapter with its control arm from the same case.

    Args:
        sections: Of the runs.
        runs: The case's runs, in any order.
    """
    by_id = {run.run_id: run for run in runs}
    printed = {section.run_id: section for section in sections}
    found = []
    for section in sections:
        use = section.adapter_use
        control = None if use is None else control_of(by_id[section.run_id].spec, runs)
        if use is not None and control is not None and control.run_id in printed:
            arm = ControlArm(control.run_id, printed[control.run_id].images)
            section = dataclasses.replace(  # noqa: PLW2901
                section, adapter_use=dataclasses.replace(use, single_image=arm)
            )
        found.append(section)
    return tuple(found)


def control_of(
    spec: RunSpec, runs: Sequence[Run], *, statuses: Collection[RunStatus] = (RunStatus.COMPLETED,)
) -> Run | None:
    """Return the latest run, completed if not said otherwise, that differs from ``spec`` in the adapter alone."""
    wanted = _without_adapter(spec)
    alike = [
        each
        for each in runs
        if each.status in statuses
        and not each.spec.parameters.get("adapter")
        and _without_adapter(each.spec) == wanted
    ]
    return max(alike, key=lambda each: (each.queued_at, each.run_id), default=None)


def _without_adapter(spec: RunSpec) -> dict[str, Any]:
    """Return what decides a run's output but the adapter; photographs compared with decide nothing."""
    values = {each.name: getattr(spec, each.name) for each in dataclasses.fields(spec)}
    values["parameters"] = {name: value for name, value in spec.parameters.items() if name != "adapter"}
    del values["reference_sha256"]
    return values


def _by_age(strengths: Mapping[str, Any]) -> Rows:
    return tuple((age, str(strengths[age])) for age in sorted(strengths, key=float))


def _rows(values: Mapping[str, Any]) -> Rows:
    return tuple((str(name), str(value)) for name, value in values.items())


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
