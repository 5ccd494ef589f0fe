"""What others hand over: the photographs of a case bundle as received evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.identity import passphrase_from
from forensic_app.cli.output import AsJson, note, print_json, say
from forensic_app.cli.progress import progress_bar

app = typer.Typer(help="Take over what others hand out.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Take over what others hand out."""


@app.command("bundle")
def bundle(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle's folder, or FILE.tar.age.")],
    case: Annotated[str, typer.Option(help="Number or id of the case that receives it.")],
    key: Annotated[
        str, typer.Option(metavar="HEX", help="Public key that its log has to know, as the sender told you.")
    ] = "",
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File whose first line opens an encrypted bundle.")
    ] = None,
    identity_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own secret age key, in place of a passphrase.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a case bundle and receive its photographs as exhibits; derived images stay in the bundle."""
    from forensic_app.bundles.sealing import ARCHIVE_ENDING
    from forensic_app.workflows.bundle_import import import_bundle

    is_sealed = path.name.endswith(ARCHIVE_ENDING) and identity_file is None
    passphrase = passphrase_from(passphrase_file) if is_sealed else ""
    with invocation(ctx).writer() as store, progress_bar() as advance:
        made = import_bundle(
            store,
            path,
            case=case,
            key=key,
            passphrase=passphrase,
            identity_file=identity_file,
            progress=lambda done, total: advance(done / total if total else 0.0, "Receiving photographs"),
        )
    for each in made.left_out:
        note(f"Not received: {each}")
    if as_json:
        print_json(
            {
                "tagmanifest_sha256": made.tagmanifest_sha256,
                "first_key": made.first_key,
                "exhibits": list(made.exhibits),
                "left_out": list(made.left_out),
            }
        )
        return
    say(f"{len(made.exhibits)} photographs were received: {', '.join(made.exhibits) or 'none'}.")
    say(f"The bundle's log begins with the key {made.first_key}: compare it with what the sender told you.")
