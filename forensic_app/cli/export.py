"""Commands that hand something out of the casebook: each is one custody event with purpose and recipient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, json_value, note, print_json, say

if TYPE_CHECKING:
    from forensic_app.identity.certificates import Credentials
    from forensic_app.workflows.image_export import HandedOut

app = typer.Typer(help="Hand out derived images and cases, marked and recorded.", no_args_is_help=True)

Out = Annotated[Path, typer.Option(metavar="FILE", help="A new file, .png or .jpg.")]
Purpose = Annotated[str, typer.Option(help="What it is handed out for; in the custody event.")]
Recipient = Annotated[str, typer.Option(help="Who receives it; in the custody event.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File whose first line opens the laboratory's certificate, for content credentials (C2PA).",
    ),
]


@app.command("image")
def image(
    ctx: typer.Context,
    derived_image: Annotated[str, typer.Argument(metavar="IMAGE", help="Identifier, such as D-000001.")],
    out: Out,
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
            store, derived_image, out, credentials=credentials, purpose=purpose, recipient=recipient
        )
    _tell(made, out, as_json=as_json)


@app.command("sheet")
def sheet(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="RUN|SUBJECT", help="Identifier, such as R-0001 or S-0001.")],
    out: Out,
    purpose: Purpose = "",
    recipient: Recipient = "",
    as_json: AsJson = False,
) -> None:
    """Write a contact sheet of a run, or of every completed run on a subject's photographs; without rejected images."""
    from forensic_app.workflows.image_export import hand_out_to_file

    with invocation(ctx).writer() as store:
        made = hand_out_to_file(store, name, out, is_sheet=True, purpose=purpose, recipient=recipient)
    _tell(made, out, as_json=as_json)


@app.command("case-uco")
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


@app.command("poster")
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


def unlocked(passphrase_file: Path | None) -> Credentials | None:
    """Return the laboratory's certificate with its key, ``None`` where no passphrase is given."""
    from forensic_app.settings import load_settings
    from forensic_app.workflows.laboratory_identity import read_passphrase, unlock_identity

    if passphrase_file is None:
        return None
    return unlock_identity(load_settings().home, read_passphrase(passphrase_file))


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
