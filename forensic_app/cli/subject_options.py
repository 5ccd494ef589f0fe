"""What may be stated about a person: as options of the commands that add and edit one, and as it is shown."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from forensic_app.records import Sex, Subject, SubjectDescription

_DATE = "1971, 1971-03 or 1971-03-12; empty when unknown."
_ABOUT = "Description"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SubjectOptions:
    """Each field is an option of the same name; ``None`` stands for what was not given."""

    alias: Annotated[
        list[str] | None, typer.Option(help="Another name; may be given several times: these are all then.")
    ] = None
    sex: Annotated[Sex | None, typer.Option(help="Sex as recorded in the case file.")] = None
    birth_date: Annotated[str | None, typer.Option(metavar="DATE", help=_DATE)] = None
    last_seen: Annotated[str | None, typer.Option(metavar="DATE", help=f"When last seen: {_DATE}")] = None
    last_seen_place: Annotated[str | None, typer.Option(help="Where last seen.")] = None
    family_name: Annotated[str | None, typer.Option(help="Family name.", rich_help_panel=_ABOUT)] = None
    forename: Annotated[str | None, typer.Option(help="Forename.", rich_help_panel=_ABOUT)] = None
    ethnicity: Annotated[
        str | None, typer.Option(help="As recorded in the case file.", rich_help_panel=_ABOUT)
    ] = None
    height: Annotated[str | None, typer.Option(help="Height with its unit.", rich_help_panel=_ABOUT)] = None
    weight: Annotated[str | None, typer.Option(help="Weight with its unit.", rich_help_panel=_ABOUT)] = None
    hair: Annotated[str | None, typer.Option(help="Hair.", rich_help_panel=_ABOUT)] = None
    eyes: Annotated[str | None, typer.Option(help="Eyes.", rich_help_panel=_ABOUT)] = None
    marks: Annotated[str | None, typer.Option(help="Scars, marks, tattoos.", rich_help_panel=_ABOUT)] = None
    clothing: Annotated[str | None, typer.Option(help="Clothing when last seen.", rich_help_panel=_ABOUT)] = (
        None
    )
    circumstances: Annotated[
        str | None, typer.Option(help="Circumstances of the disappearance.", rich_help_panel=_ABOUT)
    ] = None
    dna_available: Annotated[
        str | None, typer.Option(help="Whether there is DNA, and where.", rich_help_panel=_ABOUT)
    ] = None
    fingerprints_available: Annotated[
        str | None, typer.Option(help="Whether there are fingerprints, and where.", rich_help_panel=_ABOUT)
    ] = None
    police_report: Annotated[
        str | None, typer.Option(help="Number of the police report.", rich_help_panel=_ABOUT)
    ] = None

    def stated(self, known: SubjectDescription) -> dict[str, Any]:
        """Return what was given, by the names of the store; what was not given stays as it is ``known``."""
        given = {
            each.name: value
            for each in dataclasses.fields(self)
            if (value := getattr(self, each.name)) is not None
        }
        names = [each.name for each in dataclasses.fields(SubjectDescription)]
        about = {name: given.pop(name) for name in names if name in given}
        if "alias" in given:
            given["aliases"] = tuple(each for each in given.pop("alias") if each.strip())
        return {**given, **({"description": dataclasses.replace(known, **about)} if about else {})}


def subject_facts(found: Subject) -> list[tuple[str, Any]]:
    """Return what is recorded of a person, each with its name, in printing order."""
    about = found.description
    return [
        ("Subject", found.subject_id),
        ("Case", found.case_id),
        ("Name", found.name),
        ("Family name", about.family_name),
        ("Forename", about.forename),
        ("Aliases", found.aliases),
        ("Sex", found.sex),
        ("Born", found.birth_date),
        ("Last seen", found.last_seen),
        ("Place", found.last_seen_place),
        ("Ethnicity", about.ethnicity),
        ("Height", about.height),
        ("Weight", about.weight),
        ("Hair", about.hair),
        ("Eyes", about.eyes),
        ("Marks", about.marks),
        ("Clothing", about.clothing),
        ("Circumstances", about.circumstances),
        ("DNA", about.dna_available),
        ("Fingerprints", about.fingerprints_available),
        ("Police report", about.police_report),
    ]
