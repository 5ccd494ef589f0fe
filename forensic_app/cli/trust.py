"""The keys that may sign a casebook's log, and an administrator's decision about one that does not verify."""

from __future__ import annotations

from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, is_confirmed, print_json, say
from forensic_app.errors import InvalidInput


def keys(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show this workstation's public key, and the keys that may sign the casebook if one is named."""
    from forensic_app.settings import load_settings
    from forensic_app.store.keys import load_or_create_key

    own = load_or_create_key(load_settings().home)
    given = invocation(ctx)
    known: dict[str, str] = {}
    if given.casebook is not None:
        with given.reader() as store:
            known = store.public_keys()
    if as_json:
        print_json({"own": {own.key_id: own.public_key_hex}, "casebook": known})
        return
    say(f"This workstation signs with the key {own.key_id}: {own.public_key_hex}")
    for key_id, public_key_hex in known.items():
        say(f"The casebook knows the key {key_id}: {public_key_hex}")


def introduce_key(
    ctx: typer.Context,
    public_key: Annotated[
        str,
        typer.Argument(metavar="HEX", help="The other workstation's public key, 64 hexadecimal characters."),
    ],
    as_json: AsJson = False,
) -> None:
    """Let another workstation write to the casebook; recorded, and signed by this one's key."""
    with invocation(ctx).writer() as store:
        key_id = store.introduce_key(public_key)
    if as_json:
        print_json({"key_id": key_id})
    else:
        say(f"The key {key_id} may sign the casebook's log from now on.")


def accept(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why work goes on in it as it is; recorded.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Go on in a casebook that does not verify: an administrator's decision.

    The decision is an event of the log with every finding that is shown, the digest of what was found, and the
    reason. Nothing is mended by it: the verification names the findings ever after, and the decision with them. Where
    events are missing, the schema was changed, a signature does not verify or something cannot be read, nobody can
    go on: restore a copy.
    """
    from forensic_app.workflows.casebook import findings_to_accept, open_casebook

    given = invocation(ctx)
    folder = given.existing_casebook()
    if not reason.strip():
        raise InvalidInput("No reason was given.", "Say why work goes on: --reason TEXT")
    findings = findings_to_accept(folder)
    if not as_json:
        say(
            f"{len(findings)} findings are in the casebook {folder}:"
            if findings
            else "Nothing is found wrong."
        )
        for each in findings:
            say(f"- {each}")
    if not yes and not is_confirmed("Go on in this casebook, and record that you decided so?"):
        raise typer.Abort
    with open_casebook(folder, examiner=given.examiner, accepting=reason, shown=findings) as store:
        sequence = store.events(limit=1)[-1].sequence
    if as_json:
        print_json({"events": sequence, "findings": list(findings)})
    else:
        say("The casebook can be written to again; the decision is recorded in its log.")


def register(app: typer.Typer) -> None:
    """Add the commands to ``casebook``."""
    app.command("keys")(keys)
    app.command("introduce-key")(introduce_key)
    app.command("accept")(accept)
