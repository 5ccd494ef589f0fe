"""Options that every command which works on one face has, and how a run is planned from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.output import note, print_json
from forensic_app.cli.run_output import print_run
from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.errors import InvalidInput
from forensic_app.records import Run, RunSpec

if TYPE_CHECKING:
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.run_input import DerivedSource


_OUTPUTS = {Output.AGES: "pictures of other ages", Output.SKETCH: "sketches", Output.ADAPTER: "adapters"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The shared options: each field is an option of the same name, in this order."""

    pack: Annotated[str | None, typer.Option(help="Model pack; the engine's bundled one if not given.")] = (
        None
    )
    face: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Which face, 1 = the largest, then in order of size (see: exhibit faces).",
        ),
    ] = None
    analyser: Annotated[
        str, typer.Option(help="Face analyser: dlib or matcher (bundled), or insightface.")
    ] = "dlib"
    analyser_models: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Your licensed InsightFace models.")
    ] = None
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto"
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Also put marked copies with readable names here.")
    ] = None
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="With --out: opens the laboratory's certificate for content credentials."
        ),
    ] = None
    purpose: Annotated[str, typer.Option(help="With --out: what for; in the custody event.")] = ""
    recipient: Annotated[str, typer.Option(help="With --out: for whom; in the custody event.")] = ""
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the pack's licence without being asked.")
    ] = False


def engine_help(makes: Output) -> str:
    """Return the help of an option that names one of the engines which make this."""
    words = [f"{name} ({registry.descriptor(name).method})" for name in registry.names(makes)]
    return f"{' or '.join(words)}."


def engine_that_makes(makes: Output, name: str) -> EngineDescriptor:
    """Return the engine ``name``, which must make this.

    Raises:
        InvalidInput: There is no such engine, or it makes something else.
    """
    if name not in registry.names(makes):
        raise InvalidInput(
            f"There is no engine {name!r} that makes {_OUTPUTS[makes]}.",
            f"Use one of: {', '.join(registry.names(makes))}.",
        )
    return registry.descriptor(name)


def planned(
    store: CaseStore,
    options: RunOptions,
    *,
    engine: EngineDescriptor,
    picture: str,
    parameters: Mapping[str, Any],
) -> RunSpec:
    """Return the specification of a run, the pack's licence accepted and the face chosen; nothing is queued yet.

    Args:
        store: The casebook, open for writing.
        options: The shared options.
        engine: The engine; its default pack is used where none was named.
        picture: Identifier or number of an exhibit, or the identifier of a derived image where the engine accepts one.
        parameters: Values by name; ``None`` stands for the default.

    Raises:
        InvalidInput: A parameter is out of bounds, there is no such device, or the face is not clear and none was
            chosen.
        RecordNotFound: There is no such exhibit or image.
        LicenceNotAccepted: The pack's licence is not accepted.
    """
    from forensic_app.cli.pack import ensure_accepted
    from forensic_app.engines.device_names import checked_device
    from forensic_app.parameters import resolve
    from forensic_app.workflows.execution import plan_run
    from forensic_app.workflows.face_choice import require_clear_face
    from forensic_app.workflows.packs import find_pack

    given = {name: value for name, value in parameters.items() if value is not None}
    pack = options.pack or engine.default_pack
    resolve(engine.schema, given)
    checked_device(options.device)
    source = _source(store, engine.name, picture) if engine.accepts_derived_images else None
    exhibit = source.exhibit_id if source else store.exhibit(picture).exhibit_id
    ensure_accepted(store, find_pack(pack, store.packs_dir), is_accepted=options.accept_licence)
    if options.face is None and source is None:
        require_clear_face(store, exhibit)
    default_index = source.face_index if source else 0
    return plan_run(
        store,
        engine=engine.name,
        exhibit=exhibit,
        parameters=given,
        pack=pack,
        analyser=options.analyser,
        face_index=default_index if options.face is None else options.face - 1,
        source=source,
    )


def print_answer(answer: Mapping[str, Any], run: Run, *, as_json: bool) -> None:
    """Print the run's warnings as notes, and what it made."""
    for warning in run.warnings:
        note(f"Note: {warning}")
    if as_json:
        print_json(answer)
    else:
        print_run(answer)


def _source(store: CaseStore, engine: str, picture: str) -> DerivedSource | None:
    from forensic_app.workflows.run_input import derived_source, names_derived_image

    return derived_source(store, engine, picture) if names_derived_image(picture) else None
