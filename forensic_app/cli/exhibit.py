"""Commands on exhibits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, json_value, note, print_facts, print_json, print_table, say
from forensic_app.records import Exhibit

app = typer.Typer(help="Receive and show photographs.", no_args_is_help=True)


@app.command("add")
def add(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The photograph as received; it is only read.")
    ],
    case: Annotated[str, typer.Option(help="Case number or id.")],
    subject: Annotated[str | None, typer.Option(metavar="ID", help="Whom it shows, such as S-0001.")] = None,
    age_at_photo: Annotated[
        float | None, typer.Option(metavar="YEARS", help="The person's age in the photograph.")
    ] = None,
    photo_date: Annotated[str, typer.Option(metavar="DATE", help="When taken, possibly partial.")] = "",
    source: Annotated[str, typer.Option(help="From whom or where it came.")] = "",
    received_how: Annotated[str, typer.Option(help="Such as e-mail or USB stick.")] = "",
    number: Annotated[
        str | None, typer.Option(help="Exhibit number, unique in its case; the id by default.")
    ] = None,
    remark: Annotated[
        list[str] | None, typer.Option(help="For the record; may be given several times.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a photograph into the casebook, byte for byte, with its SHA-256."""
    from forensic_app.workflows.intake import receive_exhibit

    with invocation(ctx).writer() as store:
        made = receive_exhibit(
            store,
            file,
            case=case,
            subject_id=subject,
            source=source,
            received_how=received_how,
            photo_date=photo_date,
            age_at_photo=age_at_photo,
            exhibit_number=number,
            notes=tuple(remark or ()),
        )
        path = store.vault.path(made.sha256)
    for each in made.notes:
        note(f"Note: {each}")
    if as_json:
        print_json({**json_value(made), "path": str(path.absolute())})
    else:
        say(f"Exhibit {made.exhibit_number} ({made.exhibit_id}) was received; SHA-256 {made.sha256}.")


@app.command("show")
def show(
    ctx: typer.Context,
    exhibit: Annotated[str, typer.Argument(metavar="EXHIBIT", help="Id or number, such as E-0001.")],
    as_json: AsJson = False,
) -> None:
    """Show an exhibit's record; its file is checked against its digest first."""
    with invocation(ctx).reader() as store:
        found = store.exhibit(exhibit)
        store.vault.open_verified(found.sha256).close()
        path = store.vault.path(found.sha256)
    if as_json:
        print_json({**json_value(found), "path": str(path.absolute())})
    else:
        print_facts([*_facts(found), ("File in the vault", path)])


@app.command("list")
def list_exhibits(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    as_json: AsJson = False,
) -> None:
    """List a case's exhibits."""
    with invocation(ctx).reader() as store:
        exhibits = store.exhibits(store.case(case).case_id)
    if as_json:
        print_json({"exhibits": exhibits})
        return
    print_table(
        ("Exhibit", "File", "Subject", "Age", "Size px", "Received", "SHA-256"),
        [
            (
                each.exhibit_number,
                each.original_name,
                each.subject_id,
                each.age_at_photo,
                f"{each.width_px} x {each.height_px}",
                each.received_at,
                each.sha256,
            )
            for each in exhibits
        ],
    )


def _facts(found: Exhibit) -> list[tuple[str, Any]]:
    return [
        ("Exhibit", f"{found.exhibit_number} ({found.exhibit_id})"),
        ("Case", found.case_id),
        ("Subject", found.subject_id),
        ("File as received", found.original_name),
        ("SHA-256", found.sha256),
        ("Size", f"{found.size_bytes} bytes, {found.width_px} x {found.height_px} px, {found.media_type}"),
        ("Source", found.source),
        ("Received", found.received_at),
        ("Received how", found.received_how),
        ("Photograph of", found.photo_date),
        ("Age in the photograph", found.age_at_photo),
        ("Remarks", found.notes),
        ("Removed", found.tombstone_reason),
    ]
