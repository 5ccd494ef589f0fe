"""The command that draws an exhibit's face, or a derived image's, as a pencil sketch."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.engine_run import executed, exported
from forensic_app.cli.output import AsJson
from forensic_app.cli.parameter_options import with_parameters
from forensic_app.cli.progress import progress_bar
from forensic_app.cli.run_options import RunOptions, engine_help, engine_that_makes, planned, print_answer
from forensic_app.cli.run_output import run_object
from forensic_app.cli.shared_options import with_options
from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output


@with_parameters(registry.parameters(Output.SKETCH))
@with_options(RunOptions, "options")
def command(
    ctx: typer.Context,
    picture: Annotated[
        str,
        typer.Argument(
            metavar="EXHIBIT|DERIVED", help="An exhibit, such as E-0001, or a derived image: D-000001."
        ),
    ],
    engine: Annotated[str, typer.Option(help=engine_help(Output.SKETCH))] = registry.default(
        Output.SKETCH
    ).name,
    as_json: AsJson = False,
    *,
    options: RunOptions,
    parameters: dict[str, Any],
) -> None:
    """Draw the face of an exhibit, or of a derived image, as a pencil sketch.

    Ctrl-C cancels the run and records that; exit code 130.
    """
    from forensic_app.workflows.execution import queue_run

    method = engine_that_makes(Output.SKETCH, engine)
    with invocation(ctx).writer() as store:
        spec = planned(
            store,
            options,
            engine=method,
            picture=picture,
            parameters=parameters,
        )
        with progress_bar() as advance:
            run = executed(
                store,
                queue_run(store, spec, device=options.device),
                advance,
                device=options.device,
                analyser_path=options.analyser_models,
            )
        copies = exported(store, run, options)
        answer = run_object(store, run, copies=copies)
    print_answer(answer, run, as_json=as_json)
