"""The command that hands out a case as linked data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.disclosure_options import Purpose, Recipient
from forensic_app.cli.output import AsJson, json_value, print_json, say


def register(app: typer.Typer) -> None:
    """Add the command to those that hand something out."""
    app.command("case-uco")(case_uco)


def case_uco(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file, such as case.jsonld.")],
    purpose: Purpose = "",
    recipient: Recipient = "",
    as_json: AsJson = False,
) -> None:
    """Write a whole case as linked data (CASE/UCO 1.5.0): records and digests, no picture."""
    from forensic_app.workflows.case_export import export_case_uco

    with invocation(ctx).writer() as store:
        made = export_case_uco(store, case, out, purpose=purpose, recipient=recipient)
    if as_json:
        print_json({"path": str(out.absolute()), **json_value(made)})
        return
    say(f"{out}: {made.objects} objects, SHA-256 {made.sha256}. It is recorded.")
    say(made.words)
