"""The command that looks at the machine."""

from __future__ import annotations

from typing import Annotated

import typer

from forensic_app.cli.context import has_casebook, invocation
from forensic_app.cli.output import AsJson, print_json, print_table, say


def command(
    ctx: typer.Context,
    mend: Annotated[
        bool,
        typer.Option(
            "--mend-permissions",
            help="First take from other accounts what they can read in the workstation's folders and the casebook.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check device, memory, disk, packs, analyser, fonts, access; exit code 1 if something needed is missing."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.doctor import examine, is_fit, mend_permissions, private_places

    named = invocation(ctx).casebook
    casebook = named if named is not None and has_casebook(named) else None
    settings = load_settings()
    mended, left = mend_permissions(private_places(settings, casebook)) if mend else ([], [])
    checks = examine(settings, casebook=casebook)
    fit = is_fit(checks)
    if as_json:
        print_json({"is_fit": fit, "checks": checks, "mended": mended, "not_mended": left})
    else:
        if mend:
            say(f"{len(mended)} files and folders were taken from other accounts, {len(left)} could not be.")
        print_table(
            ("Check", "Status", "Found", "Advice"),
            [(each.name, each.status, each.value, each.advice) for each in checks],
        )
        say("This machine can do the work." if fit else "Something that is needed is missing; see above.")
    if not fit:
        raise typer.Exit(1)
