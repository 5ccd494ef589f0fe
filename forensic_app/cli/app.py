"""The command line's root: options that every command shares, and the commands by noun."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app import __version__
from forensic_app.cli import (
    age,
    case,
    consent,
    demo,
    disclosures,
    doctor,
    evaluate,
    exhibit,
    export,
    gallery,
    gui,
    identity,
    importing,
    inspect,
    leads,
    pack,
    personalise,
    report,
    run,
    sketch,
    subject,
    timestamp,
    train,
    trust,
    verify,
)
from forensic_app.cli import casebook as casebook_commands
from forensic_app.cli.context import CASEBOOK_VARIABLE, EXAMINER_VARIABLE, Invocation
from forensic_app.cli.output import say

_HELP = """Age progression, de-ageing and sketches with a verifiable custody record.

Derived images show one possible appearance; they are no photograph and identify nobody.

Exit codes: 0 done, 1 an error or a finding, 2 wrong usage, 130 stopped with Ctrl-C.
"""

app = typer.Typer(help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        say(f"forensic-app {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    casebook: Annotated[
        Path | None,
        typer.Option(
            envvar=CASEBOOK_VARIABLE,
            metavar="FOLDER",
            help="The casebook; made by the first command that writes to it.",
        ),
    ] = None,
    examiner: Annotated[
        str,
        typer.Option(
            envvar=EXAMINER_VARIABLE,
            metavar="NAME",
            help="Who works: the name in the custody log; the account's name by default.",
        ),
    ] = "",
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the options before the command for the commands."""
    ctx.obj = Invocation(casebook=casebook, examiner=examiner)


app.add_typer(case.app, name="case")
trust.register(casebook_commands.app)
app.add_typer(casebook_commands.app, name="casebook")
app.add_typer(subject.app, name="subject")
app.add_typer(consent.app, name="consent")
app.add_typer(exhibit.app, name="exhibit")
app.add_typer(gallery.app, name="gallery")
app.command("age")(age.command)
app.command("personalise")(personalise.command)
app.command("sketch")(sketch.command)
app.command("leads")(leads.command)
app.add_typer(run.app, name="run")
app.add_typer(report.app, name="report")
app.add_typer(identity.app, name="identity")
app.add_typer(timestamp.app, name="timestamp")
app.add_typer(export.app, name="export")
app.add_typer(importing.app, name="import")
app.add_typer(pack.app, name="pack")
app.command("verify")(verify.command)
app.command("inspect")(inspect.command)
app.command("disclosures")(disclosures.command)
app.command("demo")(demo.command)
app.command("doctor")(doctor.command)
app.command("gui")(gui.command)
app.add_typer(train.app, name="train")
app.add_typer(evaluate.app, name="evaluate")
