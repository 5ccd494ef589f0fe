"""Commands on exhibits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.amendment_output import print_amendments, with_amendments, withdrawal_words
from forensic_app.cli.context import invocation, writer_or_reader
from forensic_app.cli.contradiction_output import contradiction_words, note_contradictions
from forensic_app.cli.exhibit_options import ExhibitOptions
from forensic_app.cli.output import AsJson, json_value, print_facts, print_json, print_table, say
from forensic_app.cli.own_comparison import lookalikes_value, print_lookalikes
from forensic_app.cli.shared_options import with_options
from forensic_app.errors import InvalidInput
from forensic_app.records import Exhibit

if TYPE_CHECKING:
    from forensic_app.cli.exhibit_intake import Received

app = typer.Typer(help="Receive, show, amend, withdraw and find photographs.", no_args_is_help=True)

ExhibitName = Annotated[str, typer.Argument(metavar="EXHIBIT", help="Id or number, such as E-0001.")]


@app.command("add")
@with_options(ExhibitOptions, "options")
def add(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...",
            help="Photographs as received, which are only read, or folders of them. - is standard input.",
        ),
    ] = None,
    from_list: Annotated[
        Path | None,
        typer.Option(
            "--list",
            metavar="CSV",
            help="A list with the column file and any of subject, age, date, source, how, number, page, remark.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the file for the record; with - 'standard input' by default.")
    ] = None,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare/--no-compare", help="Compare the face with the subject's other photographs, if any."
        ),
    ] = True,
    page: Annotated[
        int | None,
        typer.Option(min=1, help="Which page, frame or size of a file that holds several, from 1."),
    ] = None,
    as_json: AsJson = False,
    *,
    options: ExhibitOptions,
) -> None:
    """Copy photographs into the casebook, byte for byte, each with its SHA-256.

    Of several files, and of a folder's, each is received or refused by itself; what is stated counts for all. Only
    regular files are received, or what comes by standard input up to the largest photograph allowed. Without
    --age-at-photo the age follows from the dates of birth and of the photograph where they are known.
    """
    from forensic_app.cli import exhibit_intake
    from forensic_app.workflows.intake_lists import read_list

    stated = {
        "case": case,
        "notes": tuple(options.remark or ()),
        "page": page,
        "compares": compare,
        **options.stated(),
    }
    if files and len(files) == 1 and from_list is None and not Path(files[0]).is_dir():
        file = files[0]
        with exhibit_intake.source_of(file) as source, invocation(ctx).writer() as store:
            called = exhibit_intake.name_of(file, name)
            made, told = exhibit_intake.receive(store, source, name=called, **stated)
        if as_json:
            print_json(told)
        else:
            say(f"Exhibit {made.exhibit_number} ({made.exhibit_id}) was received; SHA-256 {made.sha256}.")
        return
    if name is not None or options.number is not None:
        raise InvalidInput("One name or number cannot be that of several files.", "Receive them one by one.")
    lines: list[tuple[str, dict[str, Any]]] = [(each, {}) for each in exhibit_intake.named_files(files or ())]
    if from_list is not None:
        lines += [(str(path), alone) for path, alone in read_list(from_list)]
    if not lines:
        raise InvalidInput("No photograph was named.", "Name files, a folder, or a list with --list.")
    with invocation(ctx).writer() as store:
        result = exhibit_intake.receive_all(store, lines, **stated)
    _tell_of_several(result, as_json=as_json)


def _tell_of_several(result: Received, *, as_json: bool) -> None:
    """Print what became of several files; end with 1 where one was refused."""
    if as_json:
        refused = [
            {"file": file, "error": type(error).__name__, "message": error.message, "advice": error.advice}
            for file, error in result.refused
        ]
        print_json({"exhibits": result.objects, "refused": refused})
    else:
        if result.exhibits:
            print_table(
                ("Exhibit", "File", "Age", "SHA-256"),
                [
                    (each.exhibit_number, each.original_name, each.age_at_photo, each.sha256)
                    for each in result.exhibits
                ],
            )
        say(f"{len(result.exhibits)} received, {len(result.refused)} refused.")
    if result.refused:
        raise typer.Exit(1)


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
    from forensic_app.workflows.contradictions import contradictions_of_exhibit

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
        found = contradictions_of_exhibit(store, made)
    if as_json:
        told = {"path": str(path.absolute()), "contradictions": contradiction_words(found)}
        print_json({**with_amendments(made, amendments), **told})
    else:
        outcome = "was amended" if made != known else "says that already; nothing was changed"
        say(f"Exhibit {made.exhibit_number} ({made.exhibit_id}) {outcome}.")
    note_contradictions(found)


@app.command("show")
def show(ctx: typer.Context, exhibit: ExhibitName, as_json: AsJson = False) -> None:
    """Show an exhibit's record and its amendments; its file is checked against its digest first."""
    from forensic_app.workflows.contradictions import contradictions_of_exhibit
    from forensic_app.workflows.exhibit_pictures import check_exhibit_files

    with invocation(ctx).reader() as store:
        found = store.exhibit(exhibit)
        check_exhibit_files(store, found)
        path = store.vault.path(found.sha256)
        amendments = store.amendments("exhibit", found.exhibit_id)
        withdrawal = store.withdrawal("exhibit", found.exhibit_id)
        cannot_be = contradictions_of_exhibit(store, found)
    if as_json:
        told = {"path": str(path.absolute()), "contradictions": contradiction_words(cannot_be)}
        print_json({**with_amendments(found, amendments, withdrawal), **told})
    else:
        print_facts(
            [*_facts(found), ("File in the vault", path), ("Withdrawn", withdrawal_words(withdrawal))]
        )
        print_amendments(amendments)
        note_contradictions(cannot_be)


@app.command("withdraw")
def withdraw(
    ctx: typer.Context,
    exhibit: ExhibitName,
    reason: Annotated[str, typer.Option(help="Why; kept in the record and in the custody log.")],
    as_json: AsJson = False,
) -> None:
    """Withdraw a photograph that should not be in the case; nothing is deleted.

    The file stays in the vault. No run works on the photograph any more, and reports leave it out and say that one was
    withdrawn.
    """
    with invocation(ctx).writer() as store:
        known = store.exhibit(exhibit)
        store.remove("exhibit", known.exhibit_id, reason)
        made, withdrawal = store.exhibit(known.exhibit_id), store.withdrawal("exhibit", known.exhibit_id)
        amendments = store.amendments("exhibit", known.exhibit_id)
    if as_json:
        print_json(with_amendments(made, amendments, withdrawal))
    else:
        say(f"Exhibit {made.exhibit_number} ({made.exhibit_id}) was withdrawn; its file stays in the vault.")


@app.command("lookalikes")
def lookalikes(
    ctx: typer.Context,
    probe: Annotated[str, typer.Argument(metavar="EXHIBIT|DERIVED", help="Such as E-0001 or D-000001.")],
    top: Annotated[int, typer.Option(min=1, max=1000, help="Most faces.")] = 20,
    face: Annotated[int | None, typer.Option(min=1, help="Which face, 1 = largest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Who else looks like this? Compare a face with other subjects' photographs in the casebook: leads only."""
    from forensic_app.cli.progress import progress_bar
    from forensic_app.faces.registry import load_analyser
    from forensic_app.workflows.casebook_comparison import compare_with_casebook

    with writer_or_reader(ctx) as store, progress_bar() as advance:
        found = compare_with_casebook(store, probe, load_analyser("dlib"), top=top, face=face, report=advance)
    if as_json:
        print_json(lookalikes_value(found))
    else:
        print_lookalikes(found)


@app.command("list")
def list_exhibits(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    as_json: AsJson = False,
) -> None:
    """List a case's exhibits."""
    with invocation(ctx).reader() as store:
        every = store.exhibits(store.case(case).case_id, include_removed=True)
    exhibits = [each for each in every if each.tombstone_reason is None]
    withdrawn = len(every) - len(exhibits)
    if as_json:
        print_json({"exhibits": exhibits, "withdrawn": withdrawn})
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
    if withdrawn:
        say(f"{withdrawn} withdrawn; exhibit find names them.")


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
        photograph = (store.vault.path(record.picture_sha256), record.picture_sha256, f"exhibit {exhibit}")
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


@app.command("find")
def find(
    ctx: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            metavar="SHA256|NAME", help="A SHA-256 or its beginning, or a part of a name or number."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Find exhibits of every case by the SHA-256 or the name of their file, withdrawn ones too."""
    with invocation(ctx).reader() as store:
        found = store.find_exhibits(text)
        numbers = {each.case_id: store.case(each.case_id).case_number for each in found}
    if as_json:
        print_json(
            {"exhibits": [{**json_value(each), "case_number": numbers[each.case_id]} for each in found]}
        )
        return
    if not found:
        say(f"No exhibit of this casebook has the SHA-256 or the name {text}.")
        return
    print_table(
        ("Exhibit", "Case", "File", "Page", "Subject", "SHA-256", "Withdrawn"),
        [
            (
                each.exhibit_number,
                numbers[each.case_id],
                each.original_name,
                each.page,
                each.subject_id,
                each.sha256,
                each.tombstone_reason,
            )
            for each in found
        ],
    )


def _facts(found: Exhibit) -> list[tuple[str, Any]]:
    return [
        ("Exhibit", f"{found.exhibit_number} ({found.exhibit_id})"),
        ("Case", found.case_id),
        ("Subject", found.subject_id),
        ("File as received", found.original_name),
        ("SHA-256", found.sha256),
        ("Page", found.page),
        ("SHA-256 of the page", found.page_sha256),
        ("Size", f"{found.size_bytes} bytes, {found.width_px} x {found.height_px} px, {found.media_type}"),
        ("Source", found.source),
        ("Received", found.received_at),
        ("Received how", found.received_how),
        ("Photograph of", found.photo_date),
        ("Age in the photograph", found.age_at_photo),
        ("Remarks", found.notes),
    ]
