"""Execute one planned run for a command, and copy its images out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forensic_app.cli.output import note
from forensic_app.cli.progress import Advance
from forensic_app.errors import EngineError, InvalidInput, RecordNotFound
from forensic_app.messages import Progress, Started, WorkerMessage
from forensic_app.records import Run, RunStatus

if TYPE_CHECKING:
    from forensic_app.cli.run_options import RunOptions
    from forensic_app.runs.worker_process import WorkerProcess
    from forensic_app.store.case_store import CaseStore

INTERRUPTED = 130


def executed(
    store: CaseStore,
    planned: Run,
    advance: Advance,
    *,
    device: str,
    analyser_path: Path | None,
    control: Run | None = None,
    worker: WorkerProcess | None = None,
) -> Run:
    """Execute the run and return it completed.

    Args:
        store: The casebook, open for writing.
        planned: The run, queued.
        advance: Told the progress.
        device: ``auto``, ``cpu`` or ``cuda``.
        analyser_path: Folder of the operator's InsightFace models.
        control: A queued run to execute after it; cancelled where the run does not complete.
        worker: A worker that was spawned ahead.

    Raises:
        EngineError: The run failed.
        typer.Exit: The run was cancelled.
    """
    from forensic_app.workflows.execution import execute_queued, open_run_queue

    def listen(message: WorkerMessage) -> None:
        if isinstance(message, Started):
            advance(0.0, "Starting")
        elif isinstance(message, Progress):
            advance(message.fraction, message.stage)

    with open_run_queue(store, worker=worker) as queue:
        for each in (planned, control):
            if each is None:
                continue
            if each is control and store.run(planned.run_id).status is not RunStatus.COMPLETED:
                if store.run(each.run_id).status is RunStatus.QUEUED:
                    store.cancel_run(each.run_id, reason=f"The run {planned.run_id} did not complete.")
                continue
            execute_queued(
                store,
                queue=queue,
                on_message=listen,
                run_ids=[each.run_id],
                device=device,
                analyser_path=analyser_path,
            )
    run = store.run(planned.run_id)
    if run.status is RunStatus.COMPLETED:
        return run
    if run.status in (RunStatus.CANCELLED, RunStatus.QUEUED):
        note(f"The run {run.run_id} was {run.status}. {run.failure}".rstrip())
        raise typer.Exit(INTERRUPTED)
    raise EngineError(
        f"The run {run.run_id} {run.status}: {run.failure}",
        f"See it with: forensic-app run show {run.run_id}",
    )


def exported(store: CaseStore, run: Run, options: RunOptions) -> dict[str, Path]:
    """Return marked copies of the run's images by identifier; none without a folder or where they cannot be made."""
    if options.out is None:
        return {}
    from forensic_app.cli.disclosure_options import unlocked
    from forensic_app.workflows.exporting import export_images
    from forensic_app.workflows.picture_marks import why_no_credentials

    try:
        credentials = unlocked(options.passphrase_file)
        copies = export_images(
            store,
            run.run_id,
            options.out,
            credentials=credentials,
            purpose=options.purpose,
            recipient=options.recipient,
        )
    except (InvalidInput, RecordNotFound) as error:
        note(f"The images are in the vault, but no copies were made. {error}")
        return {}
    for sentence in why_no_credentials(credentials):
        note(sentence)
    return copies
