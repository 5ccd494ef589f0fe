"""Commands on time-stamps of the custody log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.identity import PassphraseFile, passphrase_from
from forensic_app.cli.output import AsJson, note, print_json, print_table, say

if TYPE_CHECKING:
    from forensic_app.workflows.timestamps import KeptStamp

app = typer.Typer(help="Time-stamps of the custody log's signed head (RFC 3161).", no_args_is_help=True)

LOCAL = "The workstation's own clock: nobody else vouches for this time."


@app.command("request")
def request(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The new request, such as head.tsq.")],
    as_json: AsJson = False,
) -> None:
    """Write a request that a time-stamping authority answers; it holds a digest and nothing of a case."""
    from forensic_app.workflows.timestamps import write_request

    with invocation(ctx).reader() as store:
        head = write_request(store, out)
    if as_json:
        print_json({"file": str(out), "head_size": head.size, "root_sha256": head.root_sha256})
        return
    say(f"{out} asks for a stamp of the head over {head.size} events.")
    say(
        'Send it as "application/timestamp-query"; then: forensic-app timestamp import REPLY --trust CERTIFICATE'
    )


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The authority's reply (.tsr).")],
    trust: Annotated[
        Path, typer.Option(metavar="FILE", help="Certificate of the authority that is trusted (PEM or DER).")
    ],
    as_json: AsJson = False,
) -> None:
    """Check an authority's reply and keep it in the log."""
    from forensic_app.workflows.timestamps import take_reply

    with invocation(ctx).writer() as store:
        kept = take_reply(store, file, trust)
    _print(kept, as_json=as_json)


@app.command("local")
def local(ctx: typer.Context, passphrase_file: PassphraseFile = None, as_json: AsJson = False) -> None:
    """Stamp the newest head with the workstation's own clock, under the laboratory's own authority."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.timestamps import stamp_locally

    passphrase = passphrase_from(passphrase_file)
    with invocation(ctx).writer() as store:
        kept = stamp_locally(store, load_settings().home, passphrase)
    _print(kept, as_json=as_json)


@app.command("list")
def list_stamps(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the time-stamps in the log, each checked anew; exit code 1 where one does not verify."""
    from forensic_app.workflows.timestamps import kept_stamps

    with invocation(ctx).reader() as store:
        found = kept_stamps(store)
    faulty = any(each.fault for each in found)
    if as_json:
        print_json({"timestamps": [each.as_json() for each in found]})
    else:
        print_table(
            ("Event", "Covers events", "Time", "Authority", "Whose clock", "Verifies"),
            [
                (
                    each.sequence,
                    f"1 to {each.head_size}",
                    each.stamp["time"],
                    each.stamp["authority"],
                    "this workstation's" if each.stamp["is_local"] else "the authority's",
                    each.fault or "yes",
                )
                for each in found
            ],
        )
    if faulty:
        raise typer.Exit(1)


def _print(kept: KeptStamp, *, as_json: bool) -> None:
    if as_json:
        print_json(kept.as_json())
        return
    say(f"Events 1 to {kept.head_size} existed at {kept.stamp['time']}, says {kept.stamp['authority']}.")
    if kept.stamp["is_local"]:
        note(LOCAL)
