"""The command that makes a public appeal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.disclosure_options import PassphraseFile, Purpose, Recipient, unlocked
from forensic_app.cli.output import AsJson, json_value, note, print_json, say


def register(app: typer.Typer) -> None:
    """Add the command to those that hand something out."""
    app.command("poster")(poster)


def poster(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    image: Annotated[str, typer.Option(metavar="IMAGE", help="The derived image, such as D-000001.")],
    contact: Annotated[str, typer.Option(help="Whom the public is to call; \\n breaks the line.")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="A new file: .pdf to print, .png or .jpg for networks.")
    ],
    template: Annotated[
        str,
        typer.Option(help="missing-person, cold-case or unidentified; by the kind of the case by default."),
    ] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="en or de; given twice, both stand on the sheet.")
    ] = None,
    size: Annotated[str, typer.Option(help="a4 or a3; square, portrait or story for a picture.")] = "",
    link: Annotated[str, typer.Option(help="What the QR code holds; the contact by default.")] = "",
    approved_by: Annotated[
        str,
        typer.Option(metavar="NAME", help="Who approved it for the public; without it the sheet is a draft."),
    ] = "",
    approved_on: Annotated[str, typer.Option(metavar="DATE", help="When; today by default.")] = "",
    passphrase_file: PassphraseFile = None,
    purpose: Purpose = "",
    recipient: Recipient = "",
    as_json: AsJson = False,
) -> None:
    """Make a public appeal: photograph, possible appearance, facts, contact; and a text for the press beside it (.txt).

    Until --approved-by names somebody, the word for a draft stands across it. Only an accepted image can be approved.
    """
    from forensic_app.workflows.poster_export import Appeal, export_poster

    credentials = unlocked(passphrase_file)
    appeal = Appeal(
        case=case, image=image, contact=contact.replace("\\n", "\n"), template=template,
        languages=tuple(language or ("en",)), size=size, link=link, approved_by=approved_by, approved_on=approved_on,
        purpose=purpose, recipient=recipient,
    )  # fmt: skip
    with invocation(ctx).writer() as store:
        made = export_poster(store, appeal, out, credentials=credentials)
    for sentence in made.notes:
        note(sentence)
    if as_json:
        print_json({"path": str(out.absolute()), **json_value(made)})
        return
    state = "It is a draft: nobody approved it." if made.is_draft else f"Approved by {approved_by}."
    say(
        f"{out}: SHA-256 {made.sha256}. {state} The text for the press is in {made.press_file}. It is recorded."
    )
