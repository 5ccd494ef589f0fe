"""The command that looks at the machine."""

from __future__ import annotations

import typer

from forensic_app.cli.context import has_casebook, invocation
from forensic_app.cli.output import AsJson, print_json, print_table, say


def command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Check device, memory, disk, packs, analyser, fonts, write access; exit code 1 if one is missing."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.doctor import examine, is_fit

    named = invocation(ctx).casebook
    casebook = named if named is not None and has_casebook(named) else None
    checks = examine(load_settings(), casebook=casebook)
    fit = is_fit(checks)
    if as_json:
        print_json({"is_fit": fit, "checks": checks})
    else:
        print_table(
            ("Check", "Status", "Found", "Advice"),
            [(each.name, each.status, each.value, each.advice) for each in checks],
        )
        say("This machine can do the work." if fit else "Something that is needed is missing; see above.")
    if not fit:
        raise typer.Exit(1)
