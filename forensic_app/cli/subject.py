"""Commands on subjects."""

from __future__ import annotations

from typing import Annotated

import typer

from forensic_app.cli.amendment_output import print_amendments, with_amendments, withdrawal_words
from forensic_app.cli.context import invocation
from forensic_app.cli.contradiction_output import contradiction_words, note_contradictions
from forensic_app.cli.output import AsJson, json_value, note_unprintable, print_facts, print_json, say
from forensic_app.cli.shared_options import with_options
from forensic_app.cli.subject_options import SubjectOptions, subject_facts
from forensic_app.errors import InvalidInput
from forensic_app.records import Kinship, SubjectDescription

app = typer.Typer(help="Add, show, amend and withdraw the persons concerned.", no_args_is_help=True)

SubjectId = Annotated[str, typer.Argument(metavar="SUBJECT", help="Id, such as S-0001.")]


@app.command("add")
@with_options(SubjectOptions, "options")
def add(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    name: Annotated[str, typer.Option(help="Name as in the case file, in any script.")],
    as_json: AsJson = False,
    *,
    options: SubjectOptions,
) -> None:
    """Add a person to a case."""
    from forensic_app.workflows.contradictions import contradictions_of_subject

    with invocation(ctx).writer() as store:
        made = store.add_subject(case=case, name=name, **options.stated(SubjectDescription()))
        found = contradictions_of_subject(store, made)
    if as_json:
        print_json({**json_value(made), "contradictions": contradiction_words(found)})
    else:
        say(f"Subject {made.subject_id}, {made.name}, was added.")
    note_contradictions(found)
    note_unprintable(made)


@app.command("edit")
@with_options(SubjectOptions, "options")
def edit(
    ctx: typer.Context,
    subject: SubjectId,
    reason: Annotated[str, typer.Option(help="Why; kept in the custody log.")],
    name: Annotated[str | None, typer.Option(help="Name as in the case file, in any script.")] = None,
    as_json: AsJson = False,
    *,
    options: SubjectOptions,
) -> None:
    """Amend a person's record; the custody log keeps what it said before.

    What is not given stays; an empty text takes a statement away.
    """
    from forensic_app.workflows.contradictions import contradictions_of_subject

    with invocation(ctx).writer() as store:
        known = store.subject(subject)
        changes = options.stated(known.description) | ({} if name is None else {"name": name})
        if not changes:
            raise InvalidInput("Nothing to amend was given.", "Name it, such as --birth-date 1971-03.")
        made = store.change_subject(subject, reason=reason, **changes)
        amendments = store.amendments("subject", subject)
        found = contradictions_of_subject(store, made)
    if as_json:
        print_json({**with_amendments(made, amendments), "contradictions": contradiction_words(found)})
    else:
        say(
            f"Subject {subject} {'was amended' if made != known else 'says that already; nothing was changed'}."
        )
    note_unprintable(made)
    note_contradictions(found)


@app.command("withdraw")
def withdraw(
    ctx: typer.Context,
    subject: SubjectId,
    reason: Annotated[str, typer.Option(help="Why; kept in the record and in the custody log.")],
    as_json: AsJson = False,
) -> None:
    """Withdraw a person that no exhibit shows; nothing is deleted, and reports say that one was withdrawn."""
    with invocation(ctx).writer() as store:
        store.remove("subject", subject, reason)
        made, withdrawal = store.subject(subject), store.withdrawal("subject", subject)
        amendments = store.amendments("subject", subject)
    if as_json:
        print_json(with_amendments(made, amendments, withdrawal))
    else:
        say(f"Subject {subject}, {made.name}, was withdrawn.")


@app.command("relate")
def relate(
    ctx: typer.Context,
    subject: SubjectId,
    relative: Annotated[str, typer.Option(metavar="SUBJECT", help="The relative, such as S-0002.")],
    kinship: Annotated[Kinship, typer.Option(help="What the relative is to the person.")],
    source: Annotated[str, typer.Option(help="Where that is known from.")],
    as_json: AsJson = False,
) -> None:
    """Record that somebody is a relative of a person; both are subjects of one case."""
    with invocation(ctx).writer() as store:
        made = store.record_relationship(subject, relative_id=relative, kinship=kinship, source=source)
    if as_json:
        print_json(made)
    else:
        say(
            f"{made.relative_id} is recorded as the {made.kinship} of {made.subject_id} ({made.relationship_id})."
        )


@app.command("unrelate")
def unrelate(
    ctx: typer.Context,
    relationship: Annotated[str, typer.Argument(metavar="RELATIONSHIP", help="Id, such as RL-0001.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the record and in the custody log.")],
    as_json: AsJson = False,
) -> None:
    """Take back what was recorded of a relative."""
    with invocation(ctx).writer() as store:
        made = store.remove_relationship(relationship, reason=reason)
    if as_json:
        print_json(made)
    else:
        say(f"{made.relationship_id} was taken back.")


@app.command("show")
def show(ctx: typer.Context, subject: SubjectId, as_json: AsJson = False) -> None:
    """Show a person, what was amended, and what cannot be of it and its photographs."""
    from forensic_app.workflows.contradictions import contradictions_of_subject

    with invocation(ctx).reader() as store:
        found = store.subject(subject)
        amendments = store.amendments("subject", subject)
        withdrawal = store.withdrawal("subject", subject)
        cannot_be = contradictions_of_subject(store, found)
        relatives = store.relationships(subject)
    if as_json:
        told = {"contradictions": contradiction_words(cannot_be), "relatives": relatives}
        print_json({**with_amendments(found, amendments, withdrawal), **told})
    else:
        print_facts([*subject_facts(found), ("Withdrawn", withdrawal_words(withdrawal))])
        for each in relatives:
            say(f"{each.relationship_id}: {each.relative_id} is the {each.kinship} ({each.source}).")
        print_amendments(amendments)
        note_contradictions(cannot_be)
