"""The control arm of a run that uses an adapter or relatives: the same run without them, the single-image mode.

Rules:
    * What an adapter or a relative adds can only be read beside what the single photograph gives. The control arm is
      therefore made with the run, unless the case has it already.
    * The control arm is a run like any other: recorded, replayed, reported.
"""

from __future__ import annotations

import dataclasses

from forensic_app.engines import registry
from forensic_app.records import Run, RunSpec, RunStatus
from forensic_app.reports.adapter_assembly import ARMS, control_of
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.execution import queue_run

_WAITING = (RunStatus.QUEUED, RunStatus.RUNNING)


def control_spec(store: CaseStore, spec: RunSpec) -> RunSpec | None:
    """Return the specification of a run's control arm.

    Returns:
        ``None`` where the run uses neither, or where the case has such a run completed or waiting.
    """
    described = registry.find(spec.engine)
    drops = [name for name in ARMS if spec.parameters.get(name)]
    if described is None or not described.takes_adapters or not drops:
        return None
    runs = store.runs(store.exhibit(spec.exhibit_id).case_id)
    if control_of(spec, runs) is not None or control_of(spec, runs, statuses=_WAITING) is not None:
        return None
    return dataclasses.replace(spec, parameters={**spec.parameters, **dict.fromkeys(drops)})


def queue_with_control(store: CaseStore, spec: RunSpec, *, device: str = "auto") -> tuple[Run, Run | None]:
    """Record that a run is asked for and, behind it, its control arm where it needs one.

    Args:
        store: The casebook, open for writing.
        spec: What is asked for.
        device: On what they will be executed; see :func:`forensic_app.workflows.run_planning.queue_run`.

    Returns:
        The run, and its control arm or ``None``.

    Raises:
        InvalidInput: The case is closed, the exhibit was removed, or there is no such device.
    """
    control = control_spec(store, spec)
    run = queue_run(store, spec, device=device)
    return run, None if control is None else queue_run(store, control)
