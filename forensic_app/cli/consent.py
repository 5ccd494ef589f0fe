"""Commands on consents of persons shown, and what their withdrawal asks to be recalled."""

from __future__ import annotations

from typing import Annotated

import typer

from forensic_app.cli.context import invocation
from forensic_app.cli.disclosures import print_disclosures
from forensic_app.cli.output import AsJson, json_value, print_json, print_table, say
from forensic_app.records import Consent, ConsentPurpose

app = typer.Typer(
    help="Record, list and withdraw what persons allowed to be made of their photographs.",
    no_args_is_help=True,
)

ConsentId = Annotated[str, typer.Argument(metavar="CONSENT", help="Id, such as CN-0001.")]


@app.command("record")
def record(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The person shown, such as S-0001.")],
    given_by: Annotated[str, typer.Option(help="Who gave it: the person, a guardian, the heirs.")],
    scope: Annotated[str, typer.Option(help="What may be made.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day, such as 2027-12-31.")],
    medium: Annotated[str, typer.Option(help="Where it may be shown; required for media.")] = "",
    document: Annotated[str, typer.Option(help="Where the signed paper lies, or its SHA-256.")] = "",
    purpose: Annotated[
        ConsentPurpose, typer.Option(help="Shown in a medium, or drawn upon for a relative's face.")
    ] = ConsentPurpose.MEDIA,
    as_json: AsJson = False,
) -> None:
    """Record a consent; in a media production no run starts without one."""
    with invocation(ctx).writer() as store:
        made = store.record_consent(
            subject,
            purpose=purpose,
            given_by=given_by,
            scope=scope,
            valid_until=until,
            medium=medium,
            document=document,
        )
    if as_json:
        print_json(made)
    else:
        say(f"Consent {made.consent_id} of {made.subject_id} holds until {made.valid_until}.")


@app.command("list")
def list_consents(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="Case number or id.")],
    as_json: AsJson = False,
) -> None:
    """List the consents of a case, withdrawn ones too."""
    with invocation(ctx).reader() as store:
        found = store.consents(case)
    if as_json:
        print_json({"consents": found})
        return
    print_table(
        ("Consent", "Person", "For", "Given by", "Scope", "Medium", "Until", "Withdrawn"),
        [
            (
                each.consent_id,
                each.subject_id,
                each.purpose,
                each.given_by,
                each.scope,
                each.medium,
                each.valid_until,
                each.withdrawn_at,
            )
            for each in found
        ],
    )


@app.command("withdraw")
def withdraw(
    ctx: typer.Context,
    consent: ConsentId,
    reason: Annotated[str, typer.Option(help="Why, and how the withdrawal was received.")],
    as_json: AsJson = False,
) -> None:
    """Record that a consent was withdrawn, and list what has to be recalled."""
    from forensic_app.workflows.consents import to_be_recalled

    with invocation(ctx).writer() as store:
        made = store.withdraw_consent(consent, reason=reason)
        left = to_be_recalled(store, consent)
    if as_json:
        print_json({**json_value(made), "recall": left})
        return
    say(f"Consent {made.consent_id} of {made.subject_id} was withdrawn; no run starts under it any more.")
    _say_recalls(made, bool(left))
    print_disclosures(left)


@app.command("recalls")
def recalls(ctx: typer.Context, consent: ConsentId, as_json: AsJson = False) -> None:
    """List what left the casebook of a consent's person: what a withdrawal asks to be recalled."""
    from forensic_app.workflows.consents import to_be_recalled

    with invocation(ctx).reader() as store:
        found, left = store.consent(consent), to_be_recalled(store, consent)
    if as_json:
        print_json({**json_value(found), "recall": left})
        return
    _say_recalls(found, bool(left))
    print_disclosures(left)


def _say_recalls(consent: Consent, is_any: bool) -> None:
    if is_any:
        say(f"What left the casebook of {consent.subject_id}; the program recalls nothing by itself:")
    else:
        say(f"Nothing of {consent.subject_id} left the casebook, as far as its log says.")
