"""Commands on exhibits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from forensic_app.cli.amendment_output import print_amendments, with_amendments
from forensic_app.cli.context import invocation
from forensic_app.cli.exhibit_options import ExhibitOptions
from forensic_app.cli.output import AsJson, json_value, note, print_facts, print_json, print_table, say
from forensic_app.cli.shared_options import with_options
from forensic_app.errors import InvalidInput
from forensic_app.records import Exhibit

app = typer.Typer(help="Receive, show and amend photographs.", no_args_is_help=True)

ExhibitName = Annotated[str, typer.Argument(metavar="EXHIBIT", help="Id or number, such as E-0001.")]


@app.command("add")
@with_options(ExhibitOptions, "options")
def add(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The photograph as received; it is only read. - is standard input."
        ),
    ],
    case: Annotated[str, typer.Option(help="Case number or id.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the file for the record; with - 'standard input' by default.")
    ] = None,
    as_json: AsJson = False,
    *,
    options: ExhibitOptions,
) -> None:
    """Copy a photograph into the casebook, byte for byte, with its SHA-256.

    Only a regular file is received, or what comes by standard input up to the largest photograph allowed.
    """
    from forensic_app.workflows.intake import receive_exhibit

    stated = {"case": case, "notes": tuple(options.remark or ()), **options.stated()}
    with _source(file) as source, invocation(ctx).writer() as store:
        made = receive_exhibit(store, source, original_name=_name(file, name), **stated)
        path = store.vault.path(made.sha256)
    for each in made.notes:
        note(f"Note: {each}")
    if as_json:
        print_json({**json_value(made), "path": str(path.absolute())})
    else:
        say(f"Exhibit {made.exhibit_number} ({made.exhibit_id}) was received; SHA-256 {made.sha256}.")


@app.command("edit")
@with_options(ExhibitOptions, "options")
def edit(
    ctx: typer.Context,
    exhibit: ExhibitName,
    reason: Annotated[str, typer.Option(help="Why; kept in the custody log.")],
    as_json: AsJson = False,
    *,
    options: ExhibitOptions,
) -> None:
    """Amend what is stated about a photograph; the custody log keeps what was stated before.

    What is not given stays; an empty text takes a statement away; remarks are added. The file and the facts of its
    receipt cannot be changed.
    """
    with invocation(ctx).writer() as store:
        known = store.exhibit(exhibit)
        changes = options.stated()
        if options.remark:
            changes["notes"] = (*known.notes, *options.remark)
        if not changes:
            raise InvalidInput("Nothing to amend was given.", "Name it, such as --age-at-photo 34.")
        made = store.change_exhibit(known.exhibit_id, reason=reason, **changes)
        amendments = store.amendments("exhibit", made.exhibit_id)
        path = store.vault.path(made.sha256)
    if as_json:
        print_json({**with_amendments(made, amendments), "path": str(path.absolute())})
    else:
        outcome = "was amended" if made != known else "says that already; nothing was changed"
        say(f"Exhibit {made.exhibit_number} ({made.exhibit_id}) {outcome}.")


@app.command("show")
def show(ctx: typer.Context, exhibit: ExhibitName, as_json: AsJson = False) -> None:
    """Show an exhibit's record and its amendments; its file is checked against its digest first."""
    with invocation(ctx).reader() as store:
        found = store.exhibit(exhibit)
        store.vault.check(found.sha256)
        path = store.vault.path(found.sha256)
        amendments = store.amendments("exhibit", found.exhibit_id)
    if as_json:
        print_json({**with_amendments(found, amendments), "path": str(path.absolute())})
    else:
        print_facts([*_facts(found), ("File in the vault", path)])
        print_amendments(amendments)


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


@app.command("faces")
def faces(
    ctx: typer.Context,
    exhibit: ExhibitName,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write a copy with frames and numbers, .png or .jpg; recorded."
        ),
    ] = None,
    purpose: Annotated[str, typer.Option(help="With --out: what for; in the custody event.")] = "",
    recipient: Annotated[str, typer.Option(help="With --out: for whom; in the custody event.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the faces of a photograph by the numbers that --face takes.

    Face 1 is the largest, then in order of size. With --out a copy with frames and numbers is written and recorded.
    """
    from forensic_app.workflows.face_inspection import draw_faces, inspect_faces

    given = invocation(ctx)
    with given.reader() as store:
        record = store.exhibit(exhibit)
        photograph = (store.vault.path(record.sha256), record.sha256)
    found = inspect_faces(photograph)
    written = None
    if out is not None:
        with given.writer() as store:
            written = draw_faces(store, record.exhibit_id, found, out, purpose=purpose, recipient=recipient)
    if as_json:
        listed = [
            {"face_number": number, "face_index": number - 1, **json_value(face)}
            for number, face in enumerate(found, start=1)
        ]
        drawn = None if out is None else {"path": str(out.absolute()), "sha256": written}
        print_json({"exhibit_id": record.exhibit_id, "faces": listed, "drawn": drawn})
        return
    if not found:
        say(f"No face was found in {record.exhibit_number}; a run on it would stop with that reason.")
    else:
        print_table(
            ("Face", "Left", "Top", "Right", "Bottom", "Detector", "Remarks"),
            [
                (number, *(round(each) for each in face.box), round(face.score, 2), " ".join(face.warnings))
                for number, face in enumerate(found, start=1)
            ],
        )
        say("Face 1 is the largest, then in order of size; boxes are in pixels of the upright picture.")
    if out is not None:
        say(f"The marked copy is {out}; SHA-256 {written}. It is recorded.")


@contextmanager
def _source(file: str) -> Iterator[Path]:
    """Yield the file to receive, before anything is locked.

    Raises:
        InvalidInput: It is no regular file, or nothing comes by standard input.
        UnreadableImage: More comes by standard input than is allowed.
    """
    from forensic_app.regular_files import refuse_special
    from forensic_app.settings import load_settings
    from forensic_app.workflows.standard_input import STANDARD_INPUT, kept_input

    if file != STANDARD_INPUT:
        refuse_special(Path(file))
        yield Path(file)
        return
    with kept_input(max_bytes=load_settings().max_image_bytes) as kept:
        yield kept


def _name(file: str, given: str | None) -> str | None:
    """Return the file's name for the record as given; without one standard input has its own.

    Raises:
        InvalidInput: The name given is empty, or a path.
    """
    from forensic_app.workflows.standard_input import NAME, STANDARD_INPUT

    if given is None:
        return NAME if file == STANDARD_INPUT else None
    if not given.strip() or "/" in given:
        raise InvalidInput(f"A file cannot be called {given!r}.", "Give a name without a folder.")
    return given


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
