"""Commands that hand out derived images: one by one, or as a contact sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.disclosure_options import PassphraseFile, Purpose, Recipient, unlocked
from forensic_app.cli.output import AsJson, note, print_json, say

if TYPE_CHECKING:
    from forensic_app.workflows.image_export import HandedOut

WithNotes = Annotated[
    bool,
    typer.Option(
        "--notes",
        help="Draw what examiners placed on the picture, and tell it below; IMAGE may then be an exhibit too.",
    ),
]
Out = Annotated[Path, typer.Option(metavar="FILE", help="A new file, .png or .jpg.")]


def register(app: typer.Typer) -> None:
    """Add the commands to those that hand something out."""
    app.command("image")(image)
    app.command("sheet")(sheet)


def image(
    ctx: typer.Context,
    derived_image: Annotated[str, typer.Argument(metavar="IMAGE", help="Identifier, such as D-000001.")],
    out: Out,
    with_notes: WithNotes = False,
    passphrase_file: PassphraseFile = None,
    purpose: Purpose = "",
    recipient: Recipient = "",
    as_json: AsJson = False,
) -> None:
    """Write a derived image as PNG or JPEG, with its band, its name and the SHA-256 of the casebook's file below it.

    An invisible mark, XMP and, with --passphrase-file, content credentials lead the copy back to its run; none of the
    marks can be left out.
    """
    from forensic_app.workflows.image_export import hand_out_to_file

    credentials = unlocked(passphrase_file)
    with invocation(ctx).writer() as store:
        made = hand_out_to_file(
            store,
            derived_image,
            out,
            with_notes=with_notes,
            credentials=credentials,
            purpose=purpose,
            recipient=recipient,
        )
    _tell(made, out, as_json=as_json)


def sheet(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="RUN|SUBJECT", help="Identifier, such as R-0001 or S-0001.")],
    out: Out,
    passphrase_file: PassphraseFile = None,
    purpose: Purpose = "",
    recipient: Recipient = "",
    as_json: AsJson = False,
) -> None:
    """Write a contact sheet of a run, or of every completed run on a subject's photographs; without rejected images."""
    from forensic_app.workflows.image_export import hand_out_to_file

    credentials = unlocked(passphrase_file)
    with invocation(ctx).writer() as store:
        made = hand_out_to_file(
            store, name, out, is_sheet=True, credentials=credentials, purpose=purpose, recipient=recipient
        )
    _tell(made, out, as_json=as_json)


def _tell(made: HandedOut, out: Path, *, as_json: bool) -> None:
    for sentence in made.notes:
        note(sentence)
    if as_json:
        facts = {
            "path": str(out.absolute()),
            "sha256": made.sha256,
            "media_type": f"image/{made.kind.lower()}",
            "marks": made.marks,
            "notes": made.notes,
        }
        print_json({**facts, "images": list(made.images)})
        return
    say(f"{out}: SHA-256 {made.sha256}. It is recorded.")
