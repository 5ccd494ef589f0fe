"""The command that shows an exhibit's face at other ages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.engine_run import executed, exported
from forensic_app.cli.output import AsJson, note, print_json
from forensic_app.cli.parameter_options import with_parameters
from forensic_app.cli.progress import progress_bar
from forensic_app.cli.run_output import print_run, run_object
from forensic_app.engines.aging.ages import parse_target_ages
from forensic_app.engines.aging.schema import ENGINE_NAME, SCHEMA
from forensic_app.engines.deage.schema import ENGINE_NAME as AUTOENCODER
from forensic_app.engines.registry import engine_schema
from forensic_app.errors import InvalidInput
from forensic_app.records import Run, RunSpec

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

DEFAULT_PACKS = {ENGINE_NAME: "base", AUTOENCODER: "deage"}
"""Model pack by engine, where none is named."""


@with_parameters(SCHEMA)
def command(
    ctx: typer.Context,
    exhibit: Annotated[str, typer.Argument(metavar="EXHIBIT", help="Id or number, such as E-0001.")],
    engine: Annotated[
        str, typer.Option(help="aging (latent diffusion) or autoencoder, which has fewer settings.")
    ] = ENGINE_NAME,
    pack: Annotated[
        str | None, typer.Option(help="Model pack; base, or deage for the autoencoder, if not given.")
    ] = None,
    face: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Which face, 1 = the largest, then in order of size."),
    ] = None,
    analyser: Annotated[str, typer.Option(help="Face analyser: dlib (bundled) or insightface.")] = "dlib",
    analyser_models: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Your licensed InsightFace models.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Also put copies with readable names here.")
    ] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the pack's licence without being asked.")
    ] = False,
    with_control: Annotated[
        bool,
        typer.Option(
            "--control/--no-control",
            help="With an adapter: also make the same run without it, to read what the adapter adds.",
        ),
    ] = True,
    as_json: AsJson = False,
    *,
    parameters: dict[str, Any],
) -> None:
    """Show how the person in an exhibit may look at other ages, each as one possible appearance.

    Ctrl-C cancels the run and records that; exit code 130.
    """
    if engine not in DEFAULT_PACKS:
        raise InvalidInput(
            f"The engine {engine!r} shows no ages.", f"Use one of: {', '.join(DEFAULT_PACKS)}."
        )
    if parameters["target_ages"] is not None:
        parameters["target_ages"] = parse_target_ages(parameters["target_ages"])
    with invocation(ctx).writer() as store:
        spec = _planned(
            store,
            exhibit,
            {name: value for name, value in parameters.items() if value is not None},
            engine=engine,
            pack=pack or DEFAULT_PACKS[engine],
            face=face,
            analyser=analyser,
            is_accepted=accept_licence,
        )
        with progress_bar() as advance:
            planned, control = _queued(store, spec, with_control=with_control)
            run = executed(
                store, planned, advance, device=device, analyser_path=analyser_models, control=control
            )
        copies = exported(store, run, out)
        answer = run_object(store, run, copies=copies)
        if control is not None:
            answer["control_run"] = {
                "run_id": control.run_id,
                "status": store.run(control.run_id).status.value,
            }
    for warning in run.warnings:
        note(f"Note: {warning}")
    if control is not None:
        note(f"Note: the run {control.run_id} shows the same ages without the adapter, as its control arm.")
    if as_json:
        print_json(answer)
    else:
        print_run(answer)


def _planned(
    store: CaseStore,
    exhibit: str,
    parameters: dict[str, Any],
    *,
    engine: str,
    pack: str,
    face: int | None,
    analyser: str,
    is_accepted: bool,
) -> RunSpec:
    from forensic_app.cli.pack import ensure_accepted
    from forensic_app.parameters import resolve
    from forensic_app.workflows.execution import plan_run
    from forensic_app.workflows.face_choice import require_clear_face
    from forensic_app.workflows.packs import find_pack

    resolve(engine_schema(engine), parameters)
    store.exhibit(exhibit)
    ensure_accepted(store, find_pack(pack, store.packs_dir), is_accepted=is_accepted)
    if face is None:
        require_clear_face(store, exhibit)
    return plan_run(
        store,
        engine=engine,
        exhibit=exhibit,
        parameters=parameters,
        pack=pack,
        analyser=analyser,
        face_index=0 if face is None else face - 1,
    )


def _queued(store: CaseStore, spec: RunSpec, *, with_control: bool) -> tuple[Run, Run | None]:
    from forensic_app.workflows.control_arms import queue_with_control
    from forensic_app.workflows.execution import queue_run

    return queue_with_control(store, spec) if with_control else (queue_run(store, spec), None)
