"""Commands on cases."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.output import (
    AsJson,
    json_value,
    note_unprintable,
    print_facts,
    print_json,
    print_table,
    say,
)
from forensic_app.records import Case, CaseKind, CaseStatus

app = typer.Typer(help="Open, find, close and reopen cases.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Case number, or id such as C-0001.")]
Reason = Annotated[str, typer.Option(help="Why; printed in the custody log.")]


@app.command("new")
def new(
    ctx: typer.Context,
    number: Annotated[str, typer.Option(help="The agency's case number, unique in the casebook.")],
    title: Annotated[str, typer.Option(help="What the case is about.")],
    kind: Annotated[CaseKind, typer.Option(help="Kind of matter.")] = CaseKind.MISSING_PERSON,
    agency: Annotated[str, typer.Option(help="Who investigates.")] = "",
    authorization: Annotated[str, typer.Option(help="Legal basis or consent.")] = "",
    as_json: AsJson = False,
) -> None:
    """Open a case; makes the casebook if its folder does not exist yet."""
    with invocation(ctx).writer(makes_casebook=True) as store:
        made = store.create_case(
            number=number, title=title, kind=kind, agency=agency, authorization=authorization
        )
        folder = store.folder
    if as_json:
        print_json({**json_value(made), "casebook": str(folder)})
    else:
        say(f"Case {made.case_number} ({made.case_id}) is open in {folder}.")
    note_unprintable(made)


@app.command("list")
def list_cases(
    ctx: typer.Context,
    kind: Annotated[CaseKind | None, typer.Option(help="Only this kind.")] = None,
    status: Annotated[CaseStatus | None, typer.Option(help="Only this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many, newest first.")] = 100,
    offset: Annotated[int, typer.Option(min=0, help="Leave out this many of the newest.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List the cases, newest first."""
    with invocation(ctx).reader() as store:
        cases = store.cases(kind=kind, status=status, limit=limit, offset=offset)
        total = store.count_cases()
    if as_json:
        print_json({"total": total, "cases": cases})
        return
    _print_cases(cases)
    say(f"{len(cases)} of {total} cases.")


@app.command("show")
def show(ctx: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Show a case with its subjects, exhibits, runs and reports."""
    with invocation(ctx).reader() as store:
        found = store.case(number)
        subjects = store.subjects(found.case_id)
        exhibits = store.exhibits(found.case_id)
        runs = store.runs(found.case_id)
        reports = store.reports(found.case_id)
    if as_json:
        facts: dict[str, Any] = json_value(found)
        print_json({**facts, "subjects": subjects, "exhibits": exhibits, "runs": runs, "reports": reports})
        return
    print_facts(_facts(found))
    if subjects:
        print_table(
            ("Subject", "Name", "Sex", "Born", "Last seen"),
            [(each.subject_id, each.name, each.sex, each.birth_date, each.last_seen) for each in subjects],
        )
    if exhibits:
        print_table(
            ("Exhibit", "File", "Subject", "Age", "SHA-256"),
            [
                (each.exhibit_number, each.original_name, each.subject_id, each.age_at_photo, each.sha256)
                for each in exhibits
            ],
        )
    if runs:
        print_table(
            ("Run", "Exhibit", "Status", "Queued"),
            [(each.run_id, each.spec.exhibit_id, each.status, each.queued_at) for each in runs],
        )
    if reports:
        print_table(
            ("Report", "Issued", "SHA-256"),
            [(each.report_number, each.issued_at, each.sha256) for each in reports],
        )


@app.command("search")
def search(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="Words, or beginnings of words, that must all be found.")],
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Search case numbers, titles, agencies and names, whatever their accents and case."""
    with invocation(ctx).reader() as store:
        hits = store.search(text, limit=limit)
    if as_json:
        print_json({"hits": [{"case": each.case, "subject": each.subject} for each in hits]})
        return
    print_table(
        ("Case", "Title", "Status", "Subject"),
        [
            (
                each.case.case_number,
                each.case.title,
                each.case.status,
                each.subject.name if each.subject else "",
            )
            for each in hits
        ],
    )
    say(f"{len(hits)} found.")


@app.command("close")
def close(ctx: typer.Context, number: Number, reason: Reason, as_json: AsJson = False) -> None:
    """Close a case."""
    with invocation(ctx).writer() as store:
        changed = store.close_case(store.case(number).case_id, reason)
    _print_state(changed, as_json=as_json)


@app.command("reopen")
def reopen(ctx: typer.Context, number: Number, reason: Reason, as_json: AsJson = False) -> None:
    """Open a closed case again."""
    with invocation(ctx).writer() as store:
        changed = store.reopen_case(store.case(number).case_id, reason)
    _print_state(changed, as_json=as_json)


def _print_state(changed: Case, *, as_json: bool) -> None:
    if as_json:
        print_json(changed)
    else:
        say(f"Case {changed.case_number} is {changed.status}.")


def _print_cases(cases: list[Case]) -> None:
    print_table(
        ("Case", "Title", "Kind", "Status", "Opened"),
        [(each.case_number, each.title, each.kind, each.status, each.created_at) for each in cases],
    )


def _facts(found: Case) -> list[tuple[str, Any]]:
    return [
        ("Case", f"{found.case_number} ({found.case_id})"),
        ("Title", found.title),
        ("Kind", found.kind),
        ("Status", found.status),
        ("Agency", found.agency),
        ("Authorization", found.authorization),
        ("Opened", found.created_at),
        ("Removed", found.tombstone_reason),
    ]
