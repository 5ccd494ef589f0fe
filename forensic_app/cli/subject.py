"""Commands on subjects."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, note_unprintable, print_facts, print_json, say
from forensic_app.records import Sex, Subject, SubjectDescription

app = typer.Typer(help="Add and show the persons concerned.", no_args_is_help=True)


@app.command("add")
def add(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    name: Annotated[str, typer.Option(help="Name as in the case file, in any script.")],
    alias: Annotated[list[str] | None, typer.Option(help="Another name; may be given several times.")] = None,
    sex: Annotated[Sex, typer.Option(help="Sex as recorded in the case file.")] = Sex.UNKNOWN,
    birth_date: Annotated[
        str, typer.Option(metavar="DATE", help="1971, 1971-03 or 1971-03-12; empty when unknown.")
    ] = "",
    last_seen: Annotated[str, typer.Option(metavar="DATE", help="When last seen, possibly partial.")] = "",
    last_seen_place: Annotated[str, typer.Option(help="Where last seen.")] = "",
    family_name: Annotated[str, typer.Option(help="Family name.")] = "",
    forename: Annotated[str, typer.Option(help="Forename.")] = "",
    ethnicity: Annotated[str, typer.Option(help="As recorded in the case file.")] = "",
    hair: Annotated[str, typer.Option(help="Hair.")] = "",
    eyes: Annotated[str, typer.Option(help="Eyes.")] = "",
    marks: Annotated[str, typer.Option(help="Scars, marks, tattoos.")] = "",
    height: Annotated[str, typer.Option(help="Height with its unit.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add a person to a case."""
    description = SubjectDescription(
        family_name=family_name,
        forename=forename,
        ethnicity=ethnicity,
        hair=hair,
        eyes=eyes,
        marks=marks,
        height=height,
    )
    with invocation(ctx).writer() as store:
        made = store.add_subject(
            case=case,
            name=name,
            aliases=tuple(alias or ()),
            sex=sex,
            birth_date=birth_date,
            last_seen=last_seen,
            last_seen_place=last_seen_place,
            description=description,
        )
    if as_json:
        print_json(made)
    else:
        say(f"Subject {made.subject_id}, {made.name}, was added.")
    note_unprintable(made)


@app.command("show")
def show(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="Id, such as S-0001.")],
    as_json: AsJson = False,
) -> None:
    """Show a person."""
    with invocation(ctx).reader() as store:
        found = store.subject(subject)
    if as_json:
        print_json(found)
    else:
        print_facts(_facts(found))


def _facts(found: Subject) -> list[tuple[str, Any]]:
    about = found.description
    return [
        ("Subject", found.subject_id),
        ("Case", found.case_id),
        ("Name", found.name),
        ("Aliases", found.aliases),
        ("Sex", found.sex),
        ("Born", found.birth_date),
        ("Last seen", found.last_seen),
        ("Place", found.last_seen_place),
        ("Ethnicity", about.ethnicity),
        ("Height", about.height),
        ("Hair", about.hair),
        ("Eyes", about.eyes),
        ("Marks", about.marks),
        ("Removed", found.tombstone_reason),
    ]
