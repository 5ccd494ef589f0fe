"""The command that lists what left the casebook, by person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import AsJson, print_json, print_table, say

if TYPE_CHECKING:
    from forensic_app.workflows.disclosures import Disclosure

NOT_STATED = "not stated"


def command(
    ctx: typer.Context,
    subject: Annotated[
        str | None, typer.Option(help="Only what concerns this person, such as S-0001.")
    ] = None,
    case: Annotated[str | None, typer.Option(help="Only this case, by number or id.")] = None,
    views: Annotated[
        bool, typer.Option("--views", help="Also who looked at photographs and searched with them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List every export, print, copy and report: when, by whom, what, to whom and what for.

    A report or an exported case concerns every person in it.
    """
    from forensic_app.workflows.disclosures import disclosures

    with invocation(ctx).reader() as store:
        found = disclosures(store, subject=subject, case=case, with_views=views)
    if as_json:
        print_json({"disclosures": found})
        return
    if not found:
        say("Nothing left the casebook, as far as its log says.")
        return
    print_disclosures(found)


def print_disclosures(found: Sequence[Disclosure]) -> None:
    """Print what left the casebook as a table; nothing where nothing left."""
    if not found:
        return
    print_table(
        ("Event", "When", "Examiner", "What", "Object", "Persons", "Recipient", "Purpose", "Where"),
        [
            (
                each.sequence,
                each.occurred_at,
                each.examiner,
                each.action.replace("_", " "),
                each.object_id,
                ", ".join(each.subjects),
                each.recipient or NOT_STATED,
                each.purpose or NOT_STATED,
                " ".join(part for part in (each.way, each.place) if part),
            )
            for each in found
        ],
    )
