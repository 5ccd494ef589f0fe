"""The command that goes from an old photograph to leads: another age, a sketch of that, a search with each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.engine_run import INTERRUPTED, exported
from forensic_app.cli.leads_output import leads_value, print_leads
from forensic_app.cli.output import AsJson, note, print_json
from forensic_app.cli.progress import progress_bar
from forensic_app.cli.run_options import RunOptions, engine_help, engine_that_makes
from forensic_app.cli.shared_options import with_options
from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.messages import Progress, WorkerMessage
from forensic_app.records import Run, RunStatus
from forensic_app.runs.ahead import worker_ahead

if TYPE_CHECKING:
    from forensic_app.runs.queue import RunQueue
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.leads import Execute, Leads, LeadsAsked, Report


@with_options(RunOptions, "options")
def command(
    ctx: typer.Context,
    exhibit: Annotated[str, typer.Argument(metavar="EXHIBIT", help="The photograph, such as E-0001.")],
    to: Annotated[
        str,
        typer.Option(metavar="AGES", help="Ages to show, such as 12 or 12,16; words such as child too."),
    ],
    gallery: Annotated[
        str, typer.Option(metavar="NAME", help="Name or id of the gallery that is searched in.")
    ],
    style: Annotated[
        str | None, typer.Option(metavar="NAME", help="Style of the sketches; the pack's own if not given.")
    ] = None,
    sketch_pack: Annotated[
        str, typer.Option(metavar="NAME", help="Pack of the sketches.")
    ] = registry.default(Output.SKETCH).default_pack,
    engine: Annotated[str, typer.Option(help=engine_help(Output.AGES))] = registry.default(Output.AGES).name,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the runs, and of the comparisons behind the threshold.")
    ] = 0,
    top: Annotated[int, typer.Option(min=1, max=1000, help="Most candidates of each search.")] = 20,
    fmr: Annotated[float, typer.Option(help="False match rate that the threshold is set at.")] = 0.001,
    threshold: Annotated[
        float | None, typer.Option(help="A threshold that is known from elsewhere, in place of --fmr.")
    ] = None,
    as_json: AsJson = False,
    *,
    options: RunOptions,
) -> None:
    """Show a photograph at other ages, sketch these, and search a gallery with the photograph and with each picture.

    Each stage is the run or search that it is by itself, and stays recorded when a later one fails. The same command
    goes on where it was: a run that is there is not made again. Ctrl-C cancels; exit code 130.
    """
    from forensic_app.engines.device_names import checked_device
    from forensic_app.engines.pictures.ages import parse_target_ages
    from forensic_app.workflows.execution import open_run_queue
    from forensic_app.workflows.gallery_matcher import matcher_of
    from forensic_app.workflows.leads import LeadsAsked, find_leads, plan_leads

    ageing = engine_that_makes(Output.AGES, engine)
    checked_device(options.device)
    asked = LeadsAsked(
        exhibit=exhibit,
        gallery=gallery,
        target_ages=parse_target_ages(to),
        engine=ageing.name,
        ageing_pack=options.pack or ageing.default_pack,
        sketch_pack=sketch_pack,
        style=style,
        face=options.face,
        analyser=options.analyser,
        device=options.device,
        seed=seed,
        top=top,
        fmr=fmr,
        threshold=threshold,
    )
    folder = invocation(ctx).existing_casebook()
    with worker_ahead(folder, engine=ageing.name) as worker, invocation(ctx).writer() as store:
        _accept_packs(store, asked, options)
        plan = plan_leads(store, asked)
        matcher = matcher_of(store, plan.gallery)
        with progress_bar() as advance, open_run_queue(store, worker=worker) as queue:
            done = find_leads(store, plan, matcher, _executing(store, queue, options), report=advance)
        _tell_runs(store, done, options)
        answer = leads_value(done)
        if as_json:
            print_json(answer)
        else:
            print_leads(done)
    if not done.is_complete:
        raise typer.Exit(INTERRUPTED if done.is_stopped else 1)


def _accept_packs(store: CaseStore, asked: LeadsAsked, options: RunOptions) -> None:
    from forensic_app.cli.pack import ensure_accepted
    from forensic_app.workflows.packs import find_pack

    for name in (asked.ageing_pack, asked.sketch_pack):
        ensure_accepted(store, find_pack(name, store.packs_dir), is_accepted=options.accept_licence)


def _executing(store: CaseStore, queue: RunQueue, options: RunOptions) -> Execute:
    """Return what executes queued runs in this process."""
    from forensic_app.workflows.execution import execute_queued

    def execute(runs: Sequence[Run], report: Report) -> None:
        places = {run.run_id: place for place, run in enumerate(runs)}

        def listen(message: WorkerMessage) -> None:
            if isinstance(message, Progress) and message.run_id in places:
                share = (places[message.run_id] + message.fraction) / len(places)
                report(share, f"{message.run_id}: {message.stage}")

        execute_queued(
            store,
            queue=queue,
            on_message=listen,
            run_ids=list(places),
            device=options.device,
            analyser_path=options.analyser_models,
        )

    return execute


def _tell_runs(store: CaseStore, done: Leads, options: RunOptions) -> None:
    for run in done.runs:
        for warning in run.warnings:
            note(f"Note on {run.run_id}: {warning}")
        if run.status is RunStatus.COMPLETED:
            copies: dict[str, Any] = dict(exported(store, run, options))
            for path in copies.values():
                note(f"Copy: {path}")
        elif run.run_id not in done.failures:
            note(f"The run {run.run_id} was {run.status}. {run.failure}".rstrip())
    for run_id, failure in done.failures.items():
        note(f"The run {run_id} did not complete: {failure}")
