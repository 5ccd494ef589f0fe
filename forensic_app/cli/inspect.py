"""The command that leads a picture or document back to its run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, json_value, print_facts, print_json, say


def command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Any picture or PDF, a screenshot too.")],
    as_json: AsJson = False,
) -> None:
    """Look for every mark in a file and say what each proves: digest, signatures, C2PA, XMP, invisible mark, band.

    With --casebook its records are asked. That no mark is found does not show that a picture is genuine.
    """
    from forensic_app.workflows.inspecting import inspect_file

    given = invocation(ctx)
    if given.casebook is None:
        found = inspect_file(file, store=None)
    else:
        with given.reader() as store:
            found = inspect_file(file, store=store)
    if as_json:
        print_json(json_value(found))
        return
    print_facts([("SHA-256", found.sha256), ("Kind", found.media_type or "unknown")])
    for mark in found.marks:
        say(f"{mark.kind}: {mark.status}. {mark.words}")
        if mark.proves:
            say(f"  Proves: {mark.proves}")
            say(f"  Does not prove: {mark.proves_not}")
    say(found.summary)
