"""The command that learns a subject's face from several exhibits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app import learned
from forensic_app.cli.context import invocation
from forensic_app.cli.engine_run import executed
from forensic_app.cli.output import AsJson, json_value, note, print_facts, print_json, print_table, say
from forensic_app.cli.parameter_options import with_parameters
from forensic_app.cli.progress import progress_bar
from forensic_app.engines.personalisation.schema import DESCRIPTOR, SCHEMA
from forensic_app.errors import InvalidInput

if TYPE_CHECKING:
    from forensic_app.records import Run, SubjectAdapter
    from forensic_app.store.case_store import CaseStore


@with_parameters(SCHEMA)
def command(
    ctx: typer.Context,
    subject: Annotated[str, typer.Option(metavar="SUBJECT", help="Id of the subject, such as S-0001.")] = "",
    exhibits: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXHIBITS", help="Ids or numbers, separated by commas; all of the subject's by default."
        ),
    ] = None,
    pack: Annotated[str, typer.Option(help="Base model pack.")] = DESCRIPTOR.default_pack,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    lists: Annotated[bool, typer.Option("--list", help="Only list the adapters in this casebook.")] = False,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the pack's licence without being asked.")
    ] = False,
    as_json: AsJson = False,
    *,
    parameters: dict[str, Any],
) -> None:
    """Learn a subject's face from 3 to 20 exhibits; use the result with: age EXHIBIT --adapter ID.

    The same command goes on where an interrupted one stopped. Ctrl-C cancels; exit code 130.
    """
    if lists:
        _print_list(ctx, subject, as_json=as_json)
        return
    if not subject:
        raise InvalidInput("No subject was named.", "Name one: --subject S-0001.")
    named = [part.strip() for text in exhibits or () for part in text.split(",") if part.strip()]
    with invocation(ctx).writer() as store:
        planned, told = _planned(
            store, subject, named, parameters, pack=pack, device=device, is_accepted=accept_licence
        )
        with progress_bar() as advance:
            run = executed(store, planned, advance, device=device, analyser_path=None)
        (adapter,) = store.adapters(run_id=run.run_id)
        path = store.vault.path(adapter.sha256)
    for warning in run.warnings:
        if warning not in told:
            note(f"Note: {warning}")
    if as_json:
        print_json(_object(adapter, path) | {"warnings": list(run.warnings), "status": run.status.value})
    else:
        _print_adapter(adapter, path)


def _planned(
    store: CaseStore,
    subject: str,
    exhibits: list[str],
    parameters: dict[str, Any],
    *,
    pack: str,
    device: str,
    is_accepted: bool,
) -> tuple[Run, list[str]]:
    from forensic_app.cli.pack import ensure_accepted
    from forensic_app.engines.device_names import checked_device
    from forensic_app.parameters import resolve
    from forensic_app.workflows.execution import queue_run
    from forensic_app.workflows.packs import find_pack
    from forensic_app.workflows.personalisation import plan_personalisation, review_photographs

    resolve(SCHEMA, parameters)
    checked_device(device)
    ensure_accepted(store, find_pack(pack, store.packs_dir), is_accepted=is_accepted)
    spec = plan_personalisation(store, subject=subject, pack=pack, parameters=parameters, exhibits=exhibits)
    told = review_photographs(store, spec)
    for warning in told:
        note(f"Note: {warning}")
    return queue_run(store, spec, device=device), told


def _object(adapter: SubjectAdapter, path: Path) -> dict[str, Any]:
    return {**json_value(adapter), "path": str(path.absolute())}


def _print_adapter(adapter: SubjectAdapter, path: Path) -> None:
    needed = learned.needed_bytes(adapter.facts)
    print_facts(
        [
            ("Adapter", adapter.adapter_id),
            ("Subject", adapter.subject_id),
            ("Run", adapter.run_id),
            ("Pack", f"{adapter.pack_name} {adapter.pack_sha256[:16]}..."),
            ("SHA-256", adapter.sha256),
            ("Bytes", adapter.size_bytes),
            ("File", str(path)),
            ("Memory needed, GB", None if needed is None else round(needed / 1e9, 2)),
            ("Seconds for a step", learned.seconds_per_step(adapter.facts)),
        ]
    )
    print_table(
        ("Photograph", "Age, years", "From", "Agreement with the others", "Use"),
        [
            (each.photo_id, each.age, each.age_origin, each.agreement, each.use)
            for each in learned.training_photos(adapter.facts)
        ],
    )
    say(f"Use it with: forensic-app age EXHIBIT --adapter {adapter.adapter_id}")


def _print_list(ctx: typer.Context, subject: str, *, as_json: bool) -> None:
    with invocation(ctx).reader() as store:
        adapters = store.adapters(subject_id=subject or None)
        objects = [_object(each, store.vault.path(each.sha256)) for each in adapters]
    if as_json:
        print_json({"adapters": objects})
        return
    print_table(
        ("Adapter", "Subject", "Run", "Pack", "Photographs", "SHA-256"),
        [
            (
                each.adapter_id,
                each.subject_id,
                each.run_id,
                each.pack_name,
                len(learned.training_photos(each.facts)),
                each.sha256,
            )
            for each in adapters
        ],
    )
