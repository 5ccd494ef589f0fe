"""The command that shows an exhibit's face at other ages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.age_batch import photographs, run_batch
from forensic_app.cli.context import invocation
from forensic_app.cli.engine_run import executed, exported
from forensic_app.cli.output import AsJson, note
from forensic_app.cli.parameter_options import with_parameters
from forensic_app.cli.progress import progress_bar
from forensic_app.cli.run_options import RunOptions, engine_help, engine_that_makes, planned, print_answer
from forensic_app.cli.run_output import run_object
from forensic_app.cli.shared_options import with_options
from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.engines.pictures.ages import parse_target_ages
from forensic_app.records import Run, RunSpec
from forensic_app.runs.ahead import worker_ahead

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore


@with_parameters(registry.parameters(Output.AGES))
@with_options(RunOptions, "options")
def command(
    ctx: typer.Context,
    exhibits: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="EXHIBIT...", help="Ids or numbers, such as E-0001; each has a run of its own."
        ),
    ] = None,
    subject: Annotated[
        list[str] | None,
        typer.Option(metavar="SUBJECT", help="Every photograph of this subject; may be given several times."),
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out", help="Several photographs: leave out those that would be refused or are unclear."
        ),
    ] = False,
    estimate_ages: Annotated[
        bool,
        typer.Option(
            "--estimate-ages",
            help="Several photographs: also those without a stated age, which is estimated.",
        ),
    ] = False,
    engine: Annotated[str, typer.Option(help=engine_help(Output.AGES))] = registry.default(Output.AGES).name,
    relative: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXHIBIT:SHARE",
            help="A relative's photograph near the target age, with the share that pictures are drawn towards it, such "
            "as E-0012:0.3; may be given again. What that does to the likeness is not measured.",
        ),
    ] = None,
    with_control: Annotated[
        bool,
        typer.Option(
            "--control/--no-control",
            help="With an adapter or relatives: also make the same run without, to read what they add.",
        ),
    ] = True,
    as_json: AsJson = False,
    *,
    options: RunOptions,
    parameters: dict[str, Any],
) -> None:
    """Show how the person in an exhibit may look at other ages, each as one possible appearance.

    Of several photographs what stands in the way of any is said before a run is queued.
    Ctrl-C cancels the run and records that; exit code 130.
    """
    method = engine_that_makes(Output.AGES, engine)
    if parameters["target_ages"] is not None:
        parameters["target_ages"] = parse_target_ages(parameters["target_ages"])
    if relative:
        parameters["relatives"] = ",".join(relative)
    named, people = exhibits or [], subject or []
    if not named and not people:
        raise typer.BadParameter("Name an exhibit, or a subject with --subject.")
    folder = invocation(ctx).existing_casebook()
    with worker_ahead(folder, engine=method.name) as worker, invocation(ctx).writer() as store:
        if people or len(named) > 1:
            run_batch(
                store,
                photographs(store, named, people),
                options,
                engine=method,
                parameters=parameters,
                leaves_out=leave_out,
                estimates_ages=estimate_ages,
                worker=worker,
                as_json=as_json,
            )
            return
        spec = planned(
            store,
            options,
            engine=method,
            picture=named[0],
            parameters=parameters,
        )
        with progress_bar() as advance:
            queued, control = _queued(store, spec, options.device, with_control=with_control)
            run = executed(
                store,
                queued,
                advance,
                device=options.device,
                analyser_path=options.analyser_models,
                control=control,
                worker=worker,
            )
        copies = exported(store, run, options)
        answer = run_object(store, run, copies=copies)
        if control is not None:
            answer["control_run"] = {
                "run_id": control.run_id,
                "status": store.run(control.run_id).status.value,
            }
    if control is not None:
        note(
            f"Note: the run {control.run_id} shows the same ages without adapter and relatives, as its control arm."
        )
    print_answer(answer, run, as_json=as_json)


def _queued(store: CaseStore, spec: RunSpec, device: str, *, with_control: bool) -> tuple[Run, Run | None]:
    from forensic_app.workflows.control_arms import queue_with_control
    from forensic_app.workflows.execution import queue_run

    if with_control:
        return queue_with_control(store, spec, device=device)
    return queue_run(store, spec, device=device), None
