"""Who looks at a gallery's photographs: this process, processes of this machine, or a cluster."""

from __future__ import annotations

from forensic_app.crews.work import Hire
from forensic_app.errors import InvalidInput
from forensic_app.store.case_store import CaseStore


def hire_for(store: CaseStore, *, workers: int = 1, cluster: str = "") -> Hire | None:
    """Return who hires the workers that were asked for; ``None`` where this process does the work itself.

    Args:
        store: The casebook, whose folder takes the workers' logs.
        workers: Processes on this machine; 1 for none beside this one.
        cluster: Address of a Ray cluster, ``HOST:PORT``, or ``local`` for Ray on this machine alone; empty for none.

    Raises:
        InvalidInput: Both were asked for, or there can be no such number of workers. Hiring raises it where Ray is
            not installed or no cluster answers.
    """
    if cluster and workers != 1:
        raise InvalidInput(
            "Workers of this machine and of a cluster were asked for at once.",
            "Give --workers or --cluster; in a cluster, its nodes say how many tasks they take.",
        )
    if cluster:
        from forensic_app.crews.cluster import ClusterCrew

        return lambda recipe: ClusterCrew(recipe, cluster)
    if workers == 1:
        return None
    from forensic_app.crews.pool import PoolCrew, checked_number

    checked_number(workers)
    return lambda recipe: PoolCrew(recipe, workers, log_dir=store.logs_dir)
