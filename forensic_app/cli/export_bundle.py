"""A case as a bundle, among the commands that hand something out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.disclosure_options import Purpose, Recipient
from forensic_app.cli.identity import passphrase_from
from forensic_app.cli.output import AsJson, note, print_json, say
from forensic_app.cli.progress import progress_bar
from forensic_app.errors import InvalidInput


def bundle(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the bundle: new, or one that was stopped.")
    ],
    redact: Annotated[
        list[str] | None,
        typer.Option(metavar="PROFILE", help="Withhold: minors, third-persons. May be given twice."),
    ] = None,
    subject: Annotated[
        list[str] | None,
        typer.Option(metavar="SUBJECT", help="Who may be disclosed, with --redact third-persons."),
    ] = None,
    recipient: Recipient = "",
    purpose: Purpose = "",
    laboratory: Annotated[str, typer.Option(help="Laboratory in the report, if one is issued for it.")] = "",
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Make one encrypted file (age) of it; the folder is removed.")
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="With --encrypt: file whose first line opens it; asked for otherwise."
        ),
    ] = None,
    recipient_key: Annotated[
        str,
        typer.Option(metavar="KEY", help="With --encrypt: the recipient's age key in place of a passphrase."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a case with originals, images, reports, records and its part of the custody log, with proofs.

    Whoever receives the folder checks it with the verify.py inside, without this program. Nothing of other cases is
    in it.
    A bundle that was stopped goes on where it was by the same command.
    """
    from forensic_app.bundles.sealing import refuse_unsealable
    from forensic_app.reports.content import LaboratoryDetails
    from forensic_app.workflows.bundles import export_bundle, seal_bundle

    if not encrypt and (passphrase_file is not None or recipient_key):
        raise InvalidInput("A key was given, but nothing is to be encrypted.", "Add --encrypt.")
    passphrase = passphrase_from(passphrase_file, confirms=True) if encrypt and not recipient_key else ""
    sealing = f"age, {recipient_key or 'passphrase'}" if encrypt else ""
    if encrypt:
        refuse_unsealable(out, passphrase=passphrase, recipient_key=recipient_key)
    with invocation(ctx).writer() as store, progress_bar() as advance:
        made = export_bundle(
            store,
            case=case,
            out=out,
            redactions=redact or (),
            subjects=subject or (),
            recipient=recipient,
            purpose=purpose,
            laboratory=LaboratoryDetails(name=laboratory),
            sealing=sealing,
            progress=lambda done, total: advance(done / total if total else 0.0, "Writing the bundle"),
        )
    sealed = seal_bundle(out, passphrase=passphrase, recipient_key=recipient_key) if encrypt else ()
    for each in made.withheld:
        note(f"Withheld: {each}.")
    if as_json:
        print_json(
            {
                "folder": None if sealed else str(made.folder),
                "sealed": [str(each) for each in sealed],
                "tagmanifest_sha256": made.tagmanifest_sha256,
                "files": made.files,
                "size_bytes": made.size_bytes,
                "events": made.events,
                "withheld": list(made.withheld),
                "first_key": made.first_key,
            }
        )
        return
    where = " and ".join(str(each) for each in sealed) or str(made.folder)
    say(f"The bundle is in {where}: {made.files} files, {made.size_bytes:,} bytes, {made.events} events.")
    say(f"It is known by the SHA-256 of its tagmanifest-sha256.txt: {made.tagmanifest_sha256}")
    say(f"Tell the recipient this key by another way: {made.first_key}")
    if sealed:
        say("They open it with: age -d -i KEY FILE.tar.age | tar x, or with: forensic-app import bundle")
    say("They check it with: python3 verify.py . --key KEY   (see HOW-TO-VERIFY.html in the bundle)")


def register(app: typer.Typer) -> None:
    """Add the command to ``export``."""
    app.command("bundle")(bundle)
