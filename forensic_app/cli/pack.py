"""Commands on model packs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.context import Invocation, has_casebook, invocation
from forensic_app.cli.output import (
    AsJson,
    is_confirmed,
    note,
    note_lines,
    print_facts,
    print_json,
    print_table,
    say,
    say_lines,
)
from forensic_app.errors import LicenceNotAccepted

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.packs import PackState

app = typer.Typer(help="List, import and accept model packs.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the pack.")]


@app.command("list")
def list_packs(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Hash every file of every pack.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the packs that can be used, the casebook's own first, then what is refused, each with its reason."""
    from forensic_app.engines.packs.files import shown_path
    from forensic_app.workflows.packs import list_refused, list_states

    store = _reader_if_any(invocation(ctx))
    try:
        packs_dir = store.packs_dir if store else None
        states = list_states(packs_dir, store=store, checks=check)
        refused = list_refused(packs_dir)
    finally:
        if store is not None:
            store.close()
    if as_json:
        print_json(
            {
                "packs": [_as_object(each) for each in states],
                "refused": [
                    {
                        "name": each.name,
                        "path": shown_path(each.path),
                        "fault": each.reason,
                        "advice": each.advice,
                    }
                    for each in refused
                ],
            }
        )
        return
    print_table(
        ("Pack", "Version", "Size px", "Licence", "Accepted", "Digests", "SHA-256"),
        [
            (
                each.pack.name,
                each.pack.version,
                each.pack.resolution,
                each.pack.licence,
                each.is_accepted,
                _digest_words(each),
                each.pack.sha256,
            )
            for each in states
        ],
    )
    for each in states:
        if each.remark:
            note(f"Warning: {each.remark}")
    for pack in refused:
        say(f"Refused: {pack.name}. {pack.reason} {pack.advice}")


@app.command("show")
def show(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show a pack, its licence and whether its files have their digests; exit code 1 when they have not."""
    from forensic_app.workflows.packs import find_pack, state_of

    store = _reader_if_any(invocation(ctx))
    try:
        found = find_pack(name, store.packs_dir if store else None)
        state = state_of(found, store=store, checks=True)
    finally:
        if store is not None:
            store.close()
    if as_json:
        print_json({**_as_object(state), "licence_text": found.licence_text, "files": found.files})
    else:
        print_facts(
            [
                ("Pack", found.name),
                ("Version", found.version),
                ("Folder", found.path),
                ("Size", f"{found.resolution} px"),
                ("Licence", found.licence),
                ("Accepted", state.is_accepted),
                ("Digests", _digest_words(state)),
                *([("Warning", state.remark)] if state.remark else []),
                ("SHA-256", found.sha256),
                *((f"  {path}", digest) for path, digest in sorted(found.files.items())),
            ]
        )
        say("")
        say_lines(found.licence_text.rstrip())
    if state.fault:
        raise typer.Exit(1)


@app.command("import")
def import_(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(help="Folder in the diffusers layout, or one .safetensors file.")],
    name: Annotated[str, typer.Option(help="Name of the new pack.")],
    licence: Annotated[Path | None, typer.Option(help="Licence text, where the source holds none.")] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="Folder of the CLIP tokenizer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a pack into the casebook, safetensors only, with the digest of every file."""
    from forensic_app.workflows.packs import import_pack

    shown: set[str] = set()

    def progress(_fraction: float, stage: str) -> None:
        if stage not in shown:
            shown.add(stage)
            note(stage)

    with invocation(ctx).writer(makes_casebook=True) as store:
        made = import_pack(
            store, source, name=name, licence_path=licence, tokenizer_path=tokenizer, progress=progress
        )
    if as_json:
        print_json(
            {"name": made.name, "pack_sha256": made.sha256, "path": made.path, "licence": made.licence}
        )
    else:
        say(f"The pack {made.name} is in {made.path}; SHA-256 {made.sha256}.")
        say(f"Accept its licence before the first run: forensic-app pack accept {made.name}")


@app.command("accept")
def accept(
    ctx: typer.Context,
    name: Name,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept without being asked; the text is not shown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a pack's licence, ask, and record the acceptance in the casebook."""
    from forensic_app.workflows.packs import find_pack

    with invocation(ctx).writer(makes_casebook=True) as store:
        found = find_pack(name, store.packs_dir)
        ensure_accepted(store, found, is_accepted=accept_licence)
    if as_json:
        print_json({"name": found.name, "pack_sha256": found.sha256, "accepted": True})
    else:
        say(f"The licence of the pack {found.name} is accepted in this casebook.")


def ensure_accepted(store: CaseStore, pack: Pack, *, is_accepted: bool) -> None:
    """Record the acceptance of a pack's licence, asking on a terminal unless ``is_accepted`` says so already.

    Raises:
        LicenceNotAccepted: The examiner declined, or cannot be asked.
        PackRefused: Somebody put the pack into the casebook's folder in the place of another one.
    """
    from forensic_app.workflows.packs import accept_licence, refuse_hiding, remark_on

    if store.is_licence_accepted(pack.sha256):
        return
    refuse_hiding(store, pack)
    remark = remark_on(store, pack)
    if remark:
        note(f"Warning: {remark}")
    if not is_accepted:
        _ask(pack)
    accept_licence(store, pack)


def _ask(pack: Pack) -> None:
    words = f"The licence of the pack {pack.name} ({pack.licence}) has not been accepted in this casebook."
    reading = f"Read it with: forensic-app pack show {pack.name}; then"
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        raise LicenceNotAccepted(
            words, f"{reading} add --accept-licence: without a terminal nobody can be asked for the answer."
        )
    refusal = LicenceNotAccepted(words, f"{reading} run: forensic-app pack accept {pack.name}.")
    note_lines(pack.licence_text.rstrip())
    note("")
    if not is_confirmed(f"Accept this licence of the pack {pack.name}?"):
        raise refusal


def _reader_if_any(given: Invocation) -> CaseStore | None:
    """Open the casebook where one was named and exists: packs can be listed without one."""
    if given.casebook is None or not has_casebook(given.casebook):
        return None
    return given.reader()


def _digest_words(state: PackState) -> str:
    if state.fault is None:
        return "not checked"
    return state.fault or "right"


def _as_object(state: PackState) -> dict[str, Any]:
    pack = state.pack
    return {
        "name": pack.name,
        "version": pack.version,
        "path": pack.path,
        "resolution_px": pack.resolution,
        "licence": pack.licence,
        "pack_sha256": pack.sha256,
        "is_bundled": pack.is_bundled,
        "is_accepted": state.is_accepted,
        "fault": state.fault,
        "remark": state.remark,
    }
