"""The command that draws an exhibit's face, or a derived image's, as a pencil sketch."""

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
from forensic_app.engines.sketch.schema import ENGINE_NAME, SCHEMA
from forensic_app.records import Run

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

DEFAULT_PACK = "sketch"


@with_parameters(SCHEMA)
def command(
    ctx: typer.Context,
    picture: Annotated[
        str,
        typer.Argument(
            metavar="EXHIBIT|DERIVED", help="An exhibit, such as E-0001, or a derived image: D-000001."
        ),
    ],
    pack: Annotated[str, typer.Option(help="Model pack.")] = DEFAULT_PACK,
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
        Path | None, typer.Option(metavar="FOLDER", help="Also put a copy with a readable name here.")
    ] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the pack's licence without being asked.")
    ] = False,
    as_json: AsJson = False,
    *,
    parameters: dict[str, Any],
) -> None:
    """Draw the face of an exhibit, or of a derived image, as a pencil sketch.

    Ctrl-C cancels the run and records that; exit code 130.
    """
    with invocation(ctx).writer() as store:
        planned = _planned(
            store, picture, parameters, pack=pack, face=face, analyser=analyser, is_accepted=accept_licence
        )
        with progress_bar() as advance:
            run = executed(store, planned, advance, device=device, analyser_path=analyser_models)
        copies = exported(store, run, out)
        answer = run_object(store, run, copies=copies)
    for warning in run.warnings:
        note(f"Note: {warning}")
    if as_json:
        print_json(answer)
    else:
        print_run(answer)


def _planned(
    store: CaseStore,
    picture: str,
    parameters: dict[str, Any],
    *,
    pack: str,
    face: int | None,
    analyser: str,
    is_accepted: bool,
) -> Run:
    from forensic_app.cli.pack import ensure_accepted
    from forensic_app.parameters import resolve
    from forensic_app.workflows.execution import plan_run, queue_run
    from forensic_app.workflows.face_choice import require_clear_face
    from forensic_app.workflows.packs import find_pack
    from forensic_app.workflows.run_input import derived_source, names_derived_image

    resolve(SCHEMA, parameters)
    source = derived_source(store, ENGINE_NAME, picture) if names_derived_image(picture) else None
    exhibit = source.exhibit_id if source else store.exhibit(picture).exhibit_id
    ensure_accepted(store, find_pack(pack, store.packs_dir), is_accepted=is_accepted)
    if face is None and source is None:
        require_clear_face(store, exhibit)
    default_index = source.face_index if source else 0
    spec = plan_run(
        store,
        engine=ENGINE_NAME,
        exhibit=exhibit,
        parameters=parameters,
        pack=pack,
        analyser=analyser,
        face_index=default_index if face is None else face - 1,
        source=source,
    )
    return queue_run(store, spec)
