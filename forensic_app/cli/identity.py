"""Commands on the laboratory's identity: the certificate that signs reports and what leaves the workstation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.output import AsJson, asked_secret, note, print_json, say

if TYPE_CHECKING:
    from forensic_app.identity.files import LaboratoryIdentity

app = typer.Typer(help="The laboratory's certificate, which signs reports.", no_args_is_help=True)

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="File whose first line is the passphrase; it is asked for where none is named."
    ),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Replace the identity of this workstation; the old file is kept.")
]


@app.command("new")
def new(
    organisation: Annotated[str, typer.Option(metavar="NAME", help="Name of the laboratory.")],
    passphrase_file: PassphraseFile = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Make an authority of the laboratory's own and a certificate to sign with, its key under a passphrase."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.laboratory_identity import make_identity

    passphrase = passphrase_from(passphrase_file, confirms=True)
    made = make_identity(load_settings().home, organisation, passphrase, replaces=replace)
    _print(made, as_json=as_json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PKCS#12 file (.p12 or .pfx).")],
    file_passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File whose first line opens the PKCS#12 file.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Take over a certificate and its key that somebody else issued; the key is sealed under a passphrase."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.laboratory_identity import import_identity

    opening = passphrase_from(file_passphrase_file, asks="Passphrase of the file")
    passphrase = passphrase_from(passphrase_file, confirms=True)
    made = import_identity(load_settings().home, file, opening, passphrase, replaces=replace)
    _print(made, as_json=as_json)


@app.command("token")
def token(
    module: Annotated[Path, typer.Option(metavar="FILE", help="The PKCS#11 module of the token's maker.")],
    name: Annotated[str, typer.Option("--token", metavar="LABEL", help="Label of the token.")],
    label: Annotated[
        str, typer.Option(metavar="LABEL", help="Label of the certificate, where there are several.")
    ] = "",
    pin_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File whose first line is the PIN; asked for otherwise."),
    ] = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Sign with a key on a token or smart card, which stays there; the PIN is asked for in place of a passphrase."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.laboratory_identity import take_token

    pin = passphrase_from(pin_file, asks="PIN of the token")
    made = take_token(load_settings().home, module, name, pin, label=label, replaces=replace)
    _print(made, as_json=as_json)


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """Show the identity of this workstation: whose it is, how long it is valid, its fingerprints."""
    from forensic_app.identity.files import load_identity
    from forensic_app.settings import load_settings

    _print(load_identity(load_settings().home), as_json=as_json)


def passphrase_from(file: Path | None, *, asks: str = "Passphrase", confirms: bool = False) -> str:
    """Return the passphrase of a file, or what is typed where no file is named.

    Args:
        file: Its first line is the passphrase.
        asks: What is asked for on the terminal.
        confirms: Whether it has to be typed twice.
    """
    from forensic_app.workflows.laboratory_identity import read_passphrase

    if file is not None:
        return read_passphrase(file)
    return asked_secret(asks, confirms=confirms)


def _print(identity: LaboratoryIdentity, *, as_json: bool) -> None:
    from forensic_app.workflows.laboratory_identity import identity_facts

    facts = identity_facts(identity)
    if as_json:
        print_json(facts)
        return
    say(f"Laboratory: {facts['organisation']}")
    say(f"Valid: {facts['valid_from'][:10]} to {facts['valid_until'][:10]} ({facts['days_left']} days left)")
    if facts["token"] is not None:
        say(f"Key: on the token {facts['token']}")
    say(f"Certificate, SHA-256: {facts['certificate_sha256']}")
    say(f"Authority, SHA-256: {facts['authority_sha256']}")
    for each in facts["warnings"]:
        note(each)
